"""What a model's page unfolds below its verdict, a tab each."""
