"""What people ask of a study, checked: which maps are kept, and which folders may be read."""
