"""One backward pass, plain or through changed rectifiers."""
