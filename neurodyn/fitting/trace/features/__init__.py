"""Features of spike traces: measured cycle by cycle, and their means."""
