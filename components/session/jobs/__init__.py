"""Computations in threads, the processes they ask, and the queue for these."""
