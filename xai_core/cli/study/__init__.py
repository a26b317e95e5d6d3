"""What `study` takes, checks and says."""
