"""A study as a job of its own: started, watched, cancelled, gone on with, in one folder."""
