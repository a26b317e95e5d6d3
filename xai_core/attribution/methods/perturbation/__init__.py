"""Scores of pictures with parts hidden: for whatever predicts."""
