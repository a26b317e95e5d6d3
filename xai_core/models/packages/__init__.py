"""What stands around a model: a plugin for each kind of package."""
