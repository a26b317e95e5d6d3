"""Files of every format, and what Pedestal makes of them: the documented table."""
