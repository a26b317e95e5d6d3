"""Paths and URLs as one thing, and what is cut out of the files that they name."""
