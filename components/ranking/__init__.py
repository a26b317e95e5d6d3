"""Methods in their order."""
