"""Further metrics of a study: which ones, their parameters, what they found."""
