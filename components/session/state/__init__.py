"""What one browser session holds, as typed objects."""
