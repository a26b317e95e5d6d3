"""Maps that owe nothing to what a model learned, one a file; a method has to beat them."""
