"""Which methods are computed, with which parameters, and the computation."""
