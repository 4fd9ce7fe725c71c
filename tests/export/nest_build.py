"""Build NESTML models with the wheels ``nestml`` and ``nest-simulator``, which need repairs.

Run by a Python that has both: ``python nest_build.py FOLDER MODEL.nestml ...``. The repairs, all
in FOLDER and none in the wheels: (1) a copy of ``nest-config`` whose prefix and compiler are those
of this machine, not of the one that built the wheel, and whose libraries are found by name (ltdl,
gsl, gslcblas); (2) the ABI of the wheel, which is the old one: ``-D_GLIBCXX_USE_CXX11_ABI=0``.
Boost, GSL and ltdl must be installed with headers. When NEST runs (3), the module's folder is in
LD_LIBRARY_PATH, and symbols of libgsl and of NEST are global.
"""

import os
import re
import sys
import sysconfig
from pathlib import Path


def repaired_config(folder: Path) -> Path:
    """Write a ``nest-config`` for this machine; return the prefix that holds it."""
    text = (Path(sys.executable).parent / "nest-config").read_text()
    prefix = re.search(r'^prefix="(.*)"', text, re.M)[1]
    text = text.replace(prefix, str(Path(sysconfig.get_paths()["purelib"]) / "nest"))
    text = re.sub(r"(--compiler\)\s*\n\s*)echo [^\n]*", r'\1echo "$(command -v g++)"', text)
    for library in ("ltdl", "gslcblas", "gsl"):
        text = re.sub(rf"/usr/\S*/lib{library}\.so", f"-l{library}", text)
    text = re.sub(r"/opt/rh/\S+\.(so|a)", "", text)
    place = folder / "prefix" / "bin" / "nest-config"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    place.chmod(0o755)
    return folder / "prefix"


def building(place: Path) -> dict:
    """Set what the compiler needs; return what ``generate_nest_target`` is to be told."""
    found = repaired_config(place)
    os.environ["CXXFLAGS"] = "-D_GLIBCXX_USE_CXX11_ABI=0"
    os.environ["PATH"] = f"{found / 'bin'}:{os.environ['PATH']}"
    return {"install_path": str(place / "module"), "codegen_opts": {"nest_path": str(found)}}


if __name__ == "__main__":
    from pynestml.frontend.pynestml_frontend import generate_nest_target  # its own environment

    place, models = Path(sys.argv[1]).resolve(), sys.argv[2:]
    generate_nest_target(
        models,
        target_path=str(place / "target"),
        module_name="neurodyn_module",
        **building(place),
    )
