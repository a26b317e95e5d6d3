"""What `rank` says of each picture: scores, controls, margins."""
