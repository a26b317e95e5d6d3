"""Real tensors and layers out of a pickle's contents: data by a list, and no behaviour."""
