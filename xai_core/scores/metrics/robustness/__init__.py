"""Does the map stay as it is when the picture hardly changes?"""
