"""``python -m neurodyn``, and the command ``neurodyn``."""

import sys


def run() -> int:
    """Run the command line; an interrupt while it is still being loaded ends in order too."""
    try:
        from neurodyn.cli import main

        return main()
    except KeyboardInterrupt:
        return 130  # EXIT_INTERRUPTED, which may not be loaded yet


if __name__ == "__main__":
    sys.exit(run())
