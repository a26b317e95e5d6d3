"""One method several times, with a map and a name for each."""
