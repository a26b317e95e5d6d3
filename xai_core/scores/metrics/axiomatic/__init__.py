"""Does the map keep what its theory promises?"""
