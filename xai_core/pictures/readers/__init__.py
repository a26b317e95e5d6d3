"""One kind of picture file a module: recognised by its bytes, decoded within bounds."""
