"""What a browser session holds, and its way to processes, jobs, uploads and errors."""
