"""How the index of architectures is made."""
