"""Run a PyNEST script of neurodyn as it is, with the repairs that the wheels need.

``python nest_run.py SCRIPT.py FOLDER``: see ``nest_build.py`` for what is repaired; FOLDER/module
must be in LD_LIBRARY_PATH. Prints ``SPIKES`` and what the script leaves in ``spikes``, as JSON.
"""

import ctypes
import json
import os
import sys
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)
    ctypes.CDLL("libgsl.so.27", mode=ctypes.RTLD_GLOBAL)
    from nest_build import building
    from pynestml.frontend import pynestml_frontend

    script, place = Path(sys.argv[1]), Path(sys.argv[2]).resolve()
    options = building(place)
    pynestml_frontend.generate_nest_target = partial(
        pynestml_frontend.generate_nest_target, **options
    )
    space = {}
    exec(compile(script.read_text(), str(script), "exec"), space)
    found = {n: [x.tolist() for x in arrays] for n, arrays in space["spikes"].items()}
    print("SPIKES", json.dumps(found))
