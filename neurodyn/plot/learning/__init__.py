"""Training of networks: accuracy, pulses, weights, confusion."""
