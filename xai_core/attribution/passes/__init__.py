"""What has to subclass torch, apart from the method files, which must import without it."""
