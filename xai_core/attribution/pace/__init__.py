"""At which pace a model is run fastest on this machine: measured, and remembered."""
