"""Model file formats: recognise by bytes, look inside without running, load."""
