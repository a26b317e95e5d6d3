"""Exported programs (`.pt2`) read from their JSON: nothing in them is evaluated or unpickled."""
