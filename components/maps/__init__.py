"""Maps drawn: tiles, scales, pairs."""
