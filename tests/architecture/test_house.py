"""The layout of the house: imports go one way, files stay small, public names are documented."""

import ast
import graphlib
import importlib
import inspect
import re
from pathlib import Path

import pytest

import neurodyn as nd
from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "neurodyn"
# a room imports only from rooms that stand before it in this list
ORDER = [
    "arrays", "status", "errors", "constants", "provenance",
    "arguments", "files", "checkpoint", "tables", "bisection", "progress",
    "model", "stimuli", "noise", "devices", "circuits", "codegen",
    "simulation", "spikes", "network", "export", "sweeps", "equilibria", "continuation",
    "behaviours", "io", "synapses", "learning", "fitting", "card", "landmarks", "plot",
    "datasheet", "cli", "__main__",
]  # fmt: skip
MOST_FILES = 15
MOST_PARAMETERS = 12  # about ten, and `progress` and `store`
TABLES = {  # files with tables of numbers or of names in columns
    "tsit5.py",
    "mott.py",
    "izhikevich.py",
    "units.py",
    "numbers.py",
    "poole_frenkel_3d.py",
}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path, *, inside_functions: bool) -> set[str]:
    """Return modules of the package that a file imports when it runs.

    Imports for type checkers do not count: they carry no order.
    """
    tree = ast.parse(path.read_text())
    left_out = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    in_function = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in left_out or (id(node) in in_function) != inside_functions:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "neurodyn":
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name for a in node.names if a.name.split(".")[0] == "neurodyn"}
    return found


def imported_rooms(path: Path) -> set[str]:
    """Rooms that a file imports, at its top or inside a function."""
    modules = imports_of(path, inside_functions=False) | imports_of(path, inside_functions=True)
    return {name.split(".")[1] for name in modules if "." in name}


def file_of(module: str) -> Path | None:
    """Return the file that a dotted name, perhaps of something in a module, stands for."""
    path = PACKAGE.parent.joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return file_of(module.rpartition(".")[0]) if "." in module else None


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    if path == PACKAGE / "__init__.py":
        return
    here = room_of(path)
    assert here in ORDER, f"{here} is a room that docs/design.md and this list do not know"
    for room in imported_rooms(path) - {here}:
        assert ORDER.index(room) < ORDER.index(here), f"{path.name} imports {room} from below"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_are_small(path):
    assert len(path.read_text().splitlines()) <= 400


def test_no_circle_of_files():
    """Each file can be read before those that import it; a circle has no first file."""
    arrows = {}
    for path in FILES:
        targets = {file_of(module) for module in imports_of(path, inside_functions=False)}
        arrows[path] = targets - {None, path, PACKAGE / "__init__.py"}
    try:
        list(graphlib.TopologicalSorter(arrows).static_order())
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(str(p.relative_to(PACKAGE)) for p in error.args[1]))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_stand_at_the_top(path):
    """Late imports hide arrows; only what loads jax, and the quick ``--help``, is worth one."""
    if room_of(path) not in ("cli", "__main__"):
        late = imports_of(path, inside_functions=True)
        assert not {name for name in late if "jax" not in name}


@pytest.mark.parametrize(
    "folder",
    sorted({path.parent for path in FILES} - {PACKAGE / "cli"}),
    ids=lambda p: str(p.relative_to(PACKAGE.parent)),
)
def test_folders_can_be_taken_in_at_a_glance(folder):
    assert len([p for p in folder.glob("*.py") if p.name != "__init__.py"]) <= MOST_FILES


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_tables_of_numbers_are_laid_out_by_hand(path):
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if "fmt: skip" in line or "fmt: off" in line:
            assert path.name in TABLES, f"line {number}"


def test_only_plot_and_datasheet_and_cli_draw():
    for path in FILES:
        if "matplotlib" in path.read_text():
            assert room_of(path) in ("plot", "datasheet", "cli", "equilibria")
    text = "".join(p.read_text() for p in (PACKAGE / "equilibria").glob("*.py"))
    assert "import matplotlib" not in text


def public_functions():
    for name in sorted(nd.__all__):
        item = getattr(nd, name)
        if inspect.ismodule(item):
            for inner in getattr(item, "__all__", []):
                yield f"{name}.{inner}", getattr(item, inner)
        else:
            yield name, item


PUBLIC = [(name, item) for name, item in public_functions() if callable(item)]


@pytest.mark.parametrize(("name", "item"), PUBLIC, ids=[name for name, _ in PUBLIC])
def test_public_names_are_documented_and_typed(name, item):
    assert inspect.getdoc(item), f"{name} has no docstring"
    if inspect.isfunction(item):
        for parameter in inspect.signature(item).parameters.values():
            assert parameter.annotation is not inspect.Parameter.empty, f"{name}({parameter})"
        assert inspect.signature(item).return_annotation is not inspect.Signature.empty
        if item.__module__.split(".")[1] not in ("plot",):
            assert ">>>" in item.__doc__, f"{name} has no runnable example"


def test_every_public_name_can_be_loaded():
    for name in nd.__all__:
        assert getattr(nd, name) is not None
    with pytest.raises(AttributeError):
        _ = nd.no_such_name


def test_every_room_is_in_the_design():
    design = (REPOSITORY / "docs" / "design.md").read_text()
    for room in {room_of(path) for path in FILES} - {"__init__", "__main__"}:
        assert re.search(rf"`{room}(/|\.py)`", design), f"docs/design.md does not tell of {room}"


def test_float64_is_the_one_global_switch():
    import jax

    importlib.import_module("neurodyn.codegen.jax_setup")
    assert jax.config.jax_enable_x64


def test_nothing_of_a_private_machine_is_named():
    pattern = re.compile(r"/work/|/root/|/home/\w|files\.pythonhosted|pypi\.org/simple")
    for suffix in ("*.py", "*.md", "*.toml", "*.pyi", "Makefile", "*.j2"):
        for path in REPOSITORY.rglob(suffix):
            if any(part.startswith(".venv") for part in path.parts) or path == Path(__file__):
                continue
            assert not pattern.search(path.read_text()), path


def test_tests_stand_in_rooms_named_like_those_of_the_package():
    beside = {"analysis", "architecture", "benchmarks", "notebooks", "reference", "root"}
    folders = {path.parent.relative_to(REPOSITORY / "tests").parts[0]
               for path in (REPOSITORY / "tests").rglob("test_*.py")
               if path.parent != REPOSITORY / "tests"}  # fmt: skip
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert folders - beside <= rooms
    assert rooms <= folders


VERBS = [
    (name, item)
    for name, item in ((n, getattr(nd, n)) for n in nd.__all__)
    if inspect.isfunction(item)
]


@pytest.mark.parametrize(("name", "verb"), VERBS, ids=[name for name, _ in VERBS])
def test_a_verb_has_few_parameters(name, verb):
    """What has many choices takes them as objects with options of their own."""
    assert len(inspect.signature(verb).parameters) <= MOST_PARAMETERS, name
