"""What is written to disk: whole or not at all, named by its content, within a quota."""
