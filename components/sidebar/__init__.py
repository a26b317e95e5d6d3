"""What is explained: model, picture, target; on every page."""
