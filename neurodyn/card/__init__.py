"""A device as one file: model, parameters with intervals, where they come from, where they hold."""

from neurodyn.card.card import DeviceCard, Validity, device_card
from neurodyn.card.load import load_device

__all__ = ["DeviceCard", "Validity", "device_card", "load_device"]
