"""Networks of MONAI, read from names and shapes."""
