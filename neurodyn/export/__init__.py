"""Models as files that other programs read."""

from neurodyn.export.xpp import XppFile, xpp

__all__ = ["XppFile", "xpp"]
