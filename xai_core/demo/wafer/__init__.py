"""Wafer inspection: drawn pictures whose defect is known, and three networks trained on them."""
