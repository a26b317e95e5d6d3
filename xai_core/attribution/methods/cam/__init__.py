"""Feature maps of an inner layer, weighed for the class."""
