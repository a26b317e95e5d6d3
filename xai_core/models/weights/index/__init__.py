"""Names and shapes of the tensors of every architecture in torchvision and timm."""
