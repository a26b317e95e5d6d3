"""Passes of many pictures that differ from one by a rectangle each."""
