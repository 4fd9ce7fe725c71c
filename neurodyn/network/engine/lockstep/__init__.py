"""Populations that advance in equal steps, neurons side by side in vectors."""
