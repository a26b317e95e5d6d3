"""Relevance that is handed back from the score to the picture, layer by layer."""
