"""What the form of an uploaded model is made of."""
