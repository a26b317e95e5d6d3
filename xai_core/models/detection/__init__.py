"""torchvision's detectors: what they call, and how they are run on a batch of pictures."""
