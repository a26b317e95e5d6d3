"""A known body under a head of the team's own: which body, and the head from its tensors."""
