"""How the pictures and the networks of the wafer demo are made."""
