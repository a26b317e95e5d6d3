"""Runtimes that predict and have no gradient: one picture in, arrays out."""
