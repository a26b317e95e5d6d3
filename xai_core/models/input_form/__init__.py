"""Inputs of another form than float32 `[B, C, H, W]`: how a torch module wants its picture."""
