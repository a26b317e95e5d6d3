"""What `save_pretrained` writes: read by `transformers`, or by timm, without code of its own."""
