"""neurodyn: the nonlinear dynamics of spiking memristor neurons.

Every call reads ``verb(system, what, keywords)`` and returns a frozen result that the next verb
accepts. Names are loaded when they are first used, so ``import neurodyn`` is quick.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
__version__ = "0.1.0"
