"""Reading PyTorch's pickles without running what they ask for."""
