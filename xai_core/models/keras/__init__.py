"""Keras models on torch: what their files say, which of them may be opened, how they are run."""
