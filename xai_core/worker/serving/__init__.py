"""Many users, few workers."""
