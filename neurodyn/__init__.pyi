from . import devices as devices
from .codegen import compile as compile
from .constants import eV as eV
from .model import Model as Model
