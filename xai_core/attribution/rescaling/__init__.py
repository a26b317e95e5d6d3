"""The rescale rule of DeepLIFT, for activations from layers and functions alike."""
