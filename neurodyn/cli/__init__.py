"""The command line ``neurodyn``: one file per command."""

from neurodyn.cli.entry import main

__all__ = ["main"]
