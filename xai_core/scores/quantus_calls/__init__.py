"""How Quantus' metrics are called: a map at a time, with our maps in the place of its own."""
