"""Pictures that stand for nothing: how they are named, held, kept and read from files."""
