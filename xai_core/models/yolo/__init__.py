"""Networks of Ultralytics, built from the description that a checkpoint holds, as plain data."""
