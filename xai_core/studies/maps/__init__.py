"""The maps of a study that are kept: their files, and the list of them."""
