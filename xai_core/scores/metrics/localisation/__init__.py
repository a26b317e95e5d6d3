"""Does the map lie where a person says that the thing is?"""
