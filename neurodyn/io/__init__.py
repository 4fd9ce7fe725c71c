"""Read what instruments write: a file in, clean arrays in SI and an account of every row out."""

from neurodyn.io.cleaning.clean import iv_data
from neurodyn.io.iv_data import Censored, IVData, Jump, SetAside
from neurodyn.io.read_iv import read_iv
from neurodyn.io.read_trace import read_trace
from neurodyn.io.trace_data import TraceData

__all__ = [
    "Censored",
    "IVData",
    "Jump",
    "SetAside",
    "TraceData",
    "iv_data",
    "read_iv",
    "read_trace",
]
