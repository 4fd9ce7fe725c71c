"""Binarised networks: trained on floats or pulsed devices, and as circuits that count ones."""
