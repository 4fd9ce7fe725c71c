"""Binarised neurons on arrays of devices: errors, voltages, and layers cut into blocks."""
