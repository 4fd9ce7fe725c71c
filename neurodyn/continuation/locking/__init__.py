"""Neurons that lock to each other: starts of joint cycles, and what phase responses foretell."""
