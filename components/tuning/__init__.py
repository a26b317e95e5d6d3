"""The baseline quantile and the recipe, and the run seen at them."""
