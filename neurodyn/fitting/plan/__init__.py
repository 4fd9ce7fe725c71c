"""Plans of measurements, before they are made."""
