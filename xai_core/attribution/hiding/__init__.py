"""Parts of the picture are hidden at random, and the scores of what is left are asked for."""
