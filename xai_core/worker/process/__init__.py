"""The process of a worker: started in its cage, watched, ended."""
