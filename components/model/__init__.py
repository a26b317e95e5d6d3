"""A model: opened, judged, described."""
