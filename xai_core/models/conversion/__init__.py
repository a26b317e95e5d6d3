"""Models brought from another runtime into torch, and the proof that they are the same."""
