"""A look at a file's bytes, to tell what it is. Nothing here runs or decompresses a file."""
