"""Kept runs, links and what is handed on."""
