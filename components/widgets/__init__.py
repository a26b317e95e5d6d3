"""Elements with JavaScript of their own."""
