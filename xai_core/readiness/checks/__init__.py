"""The checks behind the verdict, one a file; `base.py` has the contract."""
