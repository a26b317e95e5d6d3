"""Does the model need what the map shows? Take it away, or give it back, and see."""
