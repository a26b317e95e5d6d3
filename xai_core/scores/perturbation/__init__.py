"""What metrics do to a picture before they ask the model about it."""
