"""Attribution methods, one a file. See `base.py` for the contract."""
