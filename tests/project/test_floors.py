"""The package's floors: each module stands on one, and imports what is on it or below, never in a circle."""

import ast
import re
from graphlib import CycleError, TopologicalSorter

import pytest
from test_project import PACKAGE

# From the bottom to the top; "widgets/" stands for the modules of that folder. `plots` is at the bottom, because
# results and sweeps draw themselves with it.
FLOORS = {
    "ground": "__init__ words arrays errors system architecture extras backend names fonts lettering plots "
              "sources modes profiles checks resizing decoding images masks mask_files colors shipped "
              "settings optimizers losses vgg precision weights networks",
    "work": "result schedule start objective guided scene fitting descent transfer tracks animation run "
            "origin checkpoint estimate diagnose runs workers sweep",
    "experiments": "experiments/",  # what widgets and lessons both compute
    "views": "diagrams/ exercises/ widgets/ server",
    "command line": "commands/ __main__",
}
MODULES = {path.relative_to(PACKAGE).with_suffix("").as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}


def floor_of(module):
    """The number of a module's floor, from the bottom; the table has each module once."""
    found = [number for number, row in enumerate(FLOORS.values())
             for entry in row.split() if module == entry or (entry.endswith("/") and module.startswith(entry))]
    assert len(found) == 1, f"{module} stands on {len(found)} floors: give it its place in FLOORS"
    return found[0]


def imported(code):
    """The modules of this package that code imports, wherever it does, as in {"images", "widgets/base"}."""
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom) and not node.level]
    pairs = [(node.module.split("."), alias.name) for node in nodes for alias in node.names]
    paths = [("/".join(parts[1:]), name) for parts, name in pairs if parts[0] == "nst_helpers"]
    found = set()
    for module, name in paths:
        within = f"{module}/{name}".lstrip("/")
        found.add(next(one for one in (within, module, f"{module}/__init__".lstrip("/")) if one in MODULES))
    return found


def test_every_module_stands_on_one_floor_and_the_table_names_no_other():
    assert all(floor_of(module) >= 0 for module in MODULES)
    for entry in " ".join(FLOORS.values()).split():
        assert entry in MODULES or (PACKAGE / entry / "__init__.py").is_file(), entry
    with pytest.raises(AssertionError, match="stray stands on 0 floors"):
        floor_of("stray")


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down(module):
    upwards = {other for other in imported(MODULES[module].read_text(encoding="utf-8"))
               if floor_of(other) > floor_of(module)}
    assert upwards == set()


@pytest.mark.parametrize("module", MODULES)
def test_imports_are_written_so_that_they_are_seen(module):
    """As `from nst_helpers.images import …`: `import nst_helpers` and `from . import` name no module."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not [alias.name for alias in node.names if alias.name.split(".")[0] == "nst_helpers"]
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0


def test_no_imports_go_in_a_circle():
    """Within a floor too; those inside functions count."""
    graph = {name: imported(path.read_text(encoding="utf-8")) - {name} for name, path in MODULES.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"in a circle: {error.args[1]}")
    assert set(order) == set(MODULES)


def test_only_exercises_and_the_command_line_above_them_know_of_exercises():
    knows = {name for name, path in MODULES.items()
             if any(other.startswith("exercises/") for other in imported(path.read_text(encoding="utf-8")))}
    assert {name for name in knows if not name.startswith("exercises/")} == {"commands/grade"}


COURSE_MAPS = {"diagrams/method"}  # which shows what lesson builds which part


@pytest.mark.parametrize("module", [name for name in MODULES
                                    if not name.startswith("exercises/") and name not in COURSE_MAPS])
def test_nothing_but_exercises_knows_in_which_lesson_it_is_used(module):
    """A thing is told by what it is: lessons are numbered anew, and others may use it."""
    text = " ".join(MODULES[module].read_text(encoding="utf-8").split())
    assert re.findall(r"\blesson(?:s|'s|’s|_)? ?\d\d(?:.{30})?", text, flags=re.IGNORECASE) == []


@pytest.mark.parametrize("code, found", [
    ("from nst_helpers.images import load_image", {"images"}),
    ("def later():\n    from nst_helpers.widgets import base", {"widgets/base"}),
    ("from nst_helpers.exercises import check", {"exercises/__init__"}),
    ("from nst_helpers import plots, __version__", {"plots", "__init__"}),
    ("import numpy\nfrom pathlib import Path", set()),
])
def test_what_an_import_names(code, found):
    assert imported(code) == found
