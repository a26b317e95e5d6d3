"""torchvision's detectors, run on a batch of pictures."""
