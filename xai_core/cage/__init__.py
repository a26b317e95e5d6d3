"""What a worker process may not do, enforced by the kernel before it sees a model.

Nothing here imports NumPy or any other library that starts threads: Landlock covers only the
thread that asks for it and what that thread starts later.
"""
