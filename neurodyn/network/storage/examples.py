"""Where the shipped networks lie."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from neurodyn.arguments import checked

Example = Literal["ring", "excitation_inhibition"]


@checked
def example_network(name: Example = "ring") -> Path:
    """Return the path of a shipped network.

    Parameters
    ----------
    name : {"ring", "excitation_inhibition"}
        Twelve NbOx neurons around which a spike travels; excitatory and inhibitory leaky
        integrate-and-fire neurons in random spikes, with plasticity.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.example_network("ring").name
    'ring.toml'
    """
    return Path(__file__).parents[1] / "examples" / f"{name}.toml"
