"""Whose maps are on screen, whether they are what is chosen, and how they are handed on."""
