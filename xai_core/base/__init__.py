"""Values and services that know no subject: errors, arrays, progress, parameters, disk.

Everything else stands on this room, and it stands on nothing of Pedestal.
"""
