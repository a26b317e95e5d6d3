"""Two models on one picture, to hand on."""
