"""What goes between a worker and its caller: frames, and values in them."""
