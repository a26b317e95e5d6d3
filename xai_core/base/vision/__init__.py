"""torchvision beside any build of torch."""
