"""From what the checks established to the verdict, and the verdict in other forms."""
