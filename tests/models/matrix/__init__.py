"""Files of every format, and what Pedestal makes of them: the table that the README shows."""
