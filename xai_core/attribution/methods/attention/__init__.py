"""What a transformer's tokens look at, followed from the score back to the picture."""
