"""Does the map change when what it explains does?"""
