"""Decoders and encoders of segmentation-models-pytorch, read from names and shapes."""
