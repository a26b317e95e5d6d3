"""What every answer of the server carries, and what it answers to whom. Knows no page."""
