"""Kinds of target, one a file; `base.py` has the contract."""
