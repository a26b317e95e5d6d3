"""What pages are made of: one visible piece a file, one `show(...)` each."""
