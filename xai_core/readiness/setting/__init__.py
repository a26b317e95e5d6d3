"""What a check works with: inputs, the score, and a model that stays as it was."""
