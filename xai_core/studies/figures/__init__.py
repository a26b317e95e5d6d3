"""Metrics beside the score: measured with the maps, kept in the shards, read as tables."""
