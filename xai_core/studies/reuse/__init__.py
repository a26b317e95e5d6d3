"""What other studies of the same maps have measured is taken over, not computed again."""
