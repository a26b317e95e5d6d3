"""What a worker can be asked to do: each operation calls the core and gives plain results."""
