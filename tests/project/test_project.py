"""The project's own files: what they promise each other."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "nst_helpers"
PLATFORMS = {
    "Linux": {"sys_platform": "linux", "platform_machine": "x86_64", "os_name": "posix", "extra": ""},
    "Mac": {"sys_platform": "darwin", "platform_machine": "arm64", "os_name": "posix", "extra": ""},
    "Windows": {"sys_platform": "win32", "platform_machine": "AMD64", "os_name": "nt", "extra": ""},
}


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pins():
    """The requirements of requirements.txt, without their hashes."""
    return [Requirement(line.rstrip(" \\")) for line in text("requirements.txt").splitlines() if "==" in line]


def project():
    return tomllib.loads(text("pyproject.toml"))["project"]


def wanted(*extras):
    """What the package needs, with these extras."""
    chosen = (project()["optional-dependencies"][extra] for extra in extras)
    return [Requirement(line) for line in (*project()["dependencies"], *(line for lines in chosen for line in lines))]


def applies(requirement, platform, python="3.12"):
    environment = PLATFORMS[platform] | {"python_version": python, "python_full_version": f"{python}.1"}
    return requirement.marker is None or requirement.marker.evaluate(environment)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_dependency_is_pinned_to_an_allowed_version(platform, python):
    pinned = {pin.name: pin for pin in pins() if applies(pin, platform, python)}
    for requirement in wanted("lessons", "sweep", "dev"):
        if applies(requirement, platform, python):
            (version,) = (specifier.version for specifier in pinned[requirement.name].specifier)
            assert requirement.specifier.contains(version), requirement


@pytest.mark.parametrize("platform, name", list(zip(PLATFORMS, ["tensorflow-cpu", *["tensorflow"] * 2], strict=True)))
def test_which_tensorflow_is_installed(platform, name):
    names = {pin.name for pin in pins() if pin.name.startswith("tensorflow") and applies(pin, platform)}
    assert names == {name}


def test_every_pin_has_hashes_and_none_an_address():
    requirements = text("requirements.txt")
    assert not re.search(r"https?:|--index|--extra-index|--find-links|file:", requirements)
    for entry in re.split(r"\n(?=\S)", requirements.strip()):
        assert re.match(r"[\w.-]+==\S+", entry) and "--hash=sha256:" in entry, entry[:80]


def test_conda_gives_the_same_versions():
    environment = yaml.safe_load(text("environment.yml"))
    python, pip, section = environment["dependencies"]
    assert pip == "pip" and environment["channels"][0] == "conda-forge"
    assert SpecifierSet(project()["requires-python"]).contains(python.removeprefix("python=") + ".1")
    *conda, editable = section["pip"]
    assert editable == "-e ."
    names = {Requirement(line).name for line in conda}
    assert [str(Requirement(line)) for line in conda] == [str(pin) for pin in pins() if pin.name in names]


def test_conda_installs_the_course_and_no_tools_of_developers():
    *lines, _ = yaml.safe_load(text("environment.yml"))["dependencies"][2]["pip"]
    environment = {Requirement(line).name for line in lines}
    assert {requirement.name for requirement in wanted("lessons", "sweep")} <= environment
    tools = {"pytest", "playwright", "uv", "ruff", "hypothesis", "nbval", "jupytext", "coverage", "sphinx"}
    assert not environment & tools


def test_the_package_alone_needs_neither_jupyter_nor_dask():
    names = {requirement.name for requirement in wanted()}
    assert names == {"tensorflow-cpu", "tensorflow", "keras", "numpy", "scipy", "matplotlib", "pillow", "pi-heif",
                     "tqdm", "psutil"}
    extras = project()["optional-dependencies"]
    assert set(extras) == {"lessons", "sweep", "gpu", "dev"}
    assert not [line for line in (*extras["dev"], text("requirements.txt")) if "nbstripout" in line]


def test_the_lock_keeps_the_courses_part_of_the_pins():
    tool = load_tool("lock")
    everything = ("numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:00\n"
                  "ruff==0.17.6 \\\n    --hash=sha256:11\n")
    written = yaml.safe_load(tool.environment(everything, "numpy==2.4.6\nspare==1.0\n"))
    assert written["dependencies"][2]["pip"] == ["numpy==2.4.6 ; python_full_version < '3.12'", "-e ."]


def test_a_lock_that_cannot_be_resolved_leaves_the_files_as_they_are(monkeypatch, tmp_path):
    tool = load_tool("lock")
    asked = []

    def compile_requirements(path, extras, *options):
        asked.append((extras, path.read_text() if path.exists() else None))
        path.write_text("numpy==3.0\n")
        if len(asked) == 2:
            raise subprocess.CalledProcessError(1, "uv")

    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "compile_requirements", compile_requirements)
    (tmp_path / "requirements.txt").write_text("numpy==2.0\n")
    with pytest.raises(subprocess.CalledProcessError):
        tool.main(["--keep"])
    assert asked == [(("lessons", "sweep", "dev"), "numpy==2.0\n"), (("lessons", "sweep"), None)]
    assert (tmp_path / "requirements.txt").read_text() == "numpy==2.0\n"
    assert not (tmp_path / "environment.yml").exists()


def load_tool(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_oldest_set_is_the_lower_bounds():
    oldest = {pin.name: str(pin.specifier).removeprefix("==") for pin in
              map(Requirement, re.findall(r"^[^#\n]+", text("tests/oldest.txt"), flags=re.MULTILINE))}
    bounds = {requirement.name: next(part.version for part in requirement.specifier if part.operator == ">=")
              for requirement in wanted()}
    assert oldest.keys() == bounds.keys()
    for name, version in oldest.items():  # ">=2.18" stands for 2.18.0
        assert Version(version) == Version(bounds[name]), name


def test_the_workflow_tests_the_oldest_set():
    install, tests = workflow()["oldest"]
    assert "--constraint tests/oldest.txt --editable ." in install
    files = tests.split()[3:]
    assert tests.startswith("python -m pytest ") and len(files) > 10
    assert [name for name in files if not (ROOT / name).is_file()] == []


def workflow():
    """{job: its commands} of the workflow file."""
    jobs = yaml.safe_load(text(".github/workflows/ci.yml"))["jobs"]
    return {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}


def test_ci_runs_the_readmes_test_command():
    commands = re.findall(r"^make (\w+) +#", text("README.md"), flags=re.MULTILINE)
    assert commands == ["transfer", "test"]
    assert text(".ci/run").rstrip().endswith("\nmake test CONDITION=sse41")


def test_the_workflows_jobs_are_the_parts_of_make_test():
    rule = re.search(r"^test: (\w+) .*\n((?:\t.*\n)+)", text("Makefile"), flags=re.MULTILINE)
    parts = [rule[1], *re.findall(r"\$\(MAKE\) (\S+)", rule[2])]
    assert parts == ["lint", "test-package", "test-notebooks", "test-browser"]
    jobs = workflow()
    assert jobs.pop("slow") == ["make test-slow"]  # every week
    assert jobs.pop("site") == ["make test-site"]  # on every push, but not in `make test`: it would take a third more
    assert [command for commands in jobs.values() for command in commands
            if command.startswith("make")] == [f"make {part}" for part in parts]


def test_each_test_of_the_package_is_in_one_of_two_targets():
    """What `make test` leaves out, and nothing else, `make test-slow` runs: the same call but for the mark."""
    one, other = re.findall(r"^test-(?:package|slow): .*\n\t(.*) -m (.*)", text("Makefile"), flags=re.MULTILINE)
    assert one[0] == other[0] and (one[1], other[1]) == ('"not slow"', "slow")


def test_each_test_in_a_browser_is_in_one_of_two_targets():
    rules = dict(re.findall(r"^(test-browser|test-site): .*\n\t(.*)", text("Makefile"), flags=re.MULTILINE))
    assert rules["test-browser"].endswith(" tests/browser --ignore=$(SITE)") and rules["test-site"].endswith(" $(SITE)")
    (site,) = re.findall(r"^SITE := (.*)", text("Makefile"), flags=re.MULTILINE)
    assert (ROOT / site).is_file()


def test_elsewhere_the_workflow_does_what_make_does():
    """Without make: the same options for pytest, and files that exist."""
    *_, tests, lessons = workflow()["elsewhere"]
    assert tests.removeprefix("python") in text("Makefile").replace("$(TWO)", "--numprocesses=2")
    assert (ROOT / lessons.removeprefix("python ")).is_file()


@pytest.mark.parametrize("target", ["lab", "transfer", "notebooks", "site", "serve", "test", "test-package",
                                    "test-notebooks", "test-browser", "test-site", "benchmark", "coverage", "lint"])
def test_make_knows_its_targets(target):
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["price $5.jpg", "it's.jpg", 'so "called".jpg', "a  b;c&d#e.jpg", "$(HOME)`date`.jpg",
                                  "back\\slash %d.jpg", "Straße 风.jpg"])
def test_make_hands_over_names_as_they_were_typed(name):
    """What is run instead of Python prints its arguments, one a line."""
    command = ["make", "--silent", "--old-file=.venv/installed", "transfer", "RUN=printf '%s\\n'", f"CONTENT={name}",
               f"STYLE={name}", f"OUTPUT={name}", "ARGS=--size 64 --folder 'my $5 pictures'"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["-m", "nst_helpers", "transfer", name, name, "--output", name, "--size", "64",
                                        "--folder", "my $5 pictures"]


def test_make_lab_and_an_installation_switch_on_the_same_part_of_the_server():
    folder = "tools/jupyter/jupyter_server_config.d"
    (name,) = [path.name for path in (ROOT / folder).iterdir()]
    (module,) = json.loads(text(f"{folder}/{name}"))["ServerApp"]["jpserver_extensions"]
    assert importlib.util.find_spec(module)
    assert 'JUPYTER_CONFIG_PATH="$(CURDIR)/tools/jupyter" $(BIN)/jupyter lab' in text("Makefile")
    assert "graft tools/jupyter" in text("MANIFEST.in")


def test_cleaning_leaves_the_pictures_that_people_made(tmp_path):
    made = [".venv/installed", "build/lib", "site/index.html", "output/browser/studio.png"]
    kept = ["output/picture.png", "output/me/history.csv", "notebooks/output/studio/picture.png"]
    for name in [*made, *kept]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    subprocess.run(["make", "--file", ROOT / "Makefile", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()) == sorted(kept)


def imports(path):
    """The names of the modules of this package that a module imports, wherever it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("nst_helpers"):
            _, _, module = node.module.partition(".")
            found |= {module} if module else {alias.name for alias in node.names}
    return found


def modules(path):
    """The top-level names of all that a module imports, wherever it does."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("module, allowed", [
    ("arrays", set()), ("words", set()), ("names", set()), ("fonts", {"names"}), ("lettering", {"fonts"}),
    ("system", set()), ("errors", set()),
    ("extras", {"errors"}),
    ("architecture", set()), ("optimizers", set()), ("plots", {"extras", "fonts"}),
    ("colors", set()), ("backend", {"errors", "system"}), ("masks", {"errors", "resizing"}),
    ("mask_files", {"errors", "images", "masks", "sources"}),
    ("sources", {"errors", "system"}), ("modes", {"errors"}), ("profiles", set()), ("checks", {"errors"}),
    ("resizing", {"checks"}),
    ("decoding", {"errors", "modes", "profiles", "sources", "system"}),
    ("images", {"checks", "decoding", "errors", "resizing", "sources", "system"}), ("losses", {"backend"}),
    ("vgg", {"architecture", "backend"}), ("precision", {"backend", "errors"}),
    ("weights", {"architecture", "backend", "errors", "vgg"}),
    ("settings", {"architecture", "errors", "optimizers"}),
    ("networks", {"architecture", "backend", "errors", "precision", "shipped", "vgg", "weights"}),
    ("result", {"errors", "images", "masks", "plots", "settings", "system"}),
    ("schedule", {"images", "settings"}), ("objective", {"backend", "losses", "networks", "settings"}),
    ("guided", {"architecture", "backend", "errors", "losses", "masks", "networks", "objective", "settings"}),
    ("scene", {"colors", "guided", "images", "masks", "networks", "objective", "schedule", "settings", "start"}),
    ("descent", {"backend", "objective", "result", "schedule", "settings"}),
    ("start", {"colors", "images", "schedule", "settings"}),
    ("fitting", {"architecture", "errors", "networks", "schedule", "settings"}),
    ("transfer", {"descent", "errors", "fitting", "images", "masks", "networks", "objective", "result", "scene",
                  "schedule", "settings", "start"}),
    ("animation", {"images", "system"}), ("tracks", {"masks", "result", "schedule", "settings"}),
    ("run", {"animation", "errors", "masks", "settings", "tracks", "transfer"}),
    ("diagnose", {"colors", "errors", "guided", "images", "losses", "masks", "networks", "objective", "result",
                  "schedule", "transfer"}),
    ("runs", {"errors", "images", "networks", "result", "settings", "shipped"}),
    ("estimate", {"architecture", "descent", "guided", "images", "masks", "networks", "objective", "schedule",
                  "settings"}),
    ("shipped", {"errors", "images"}),
    ("experiments/texture", {"errors", "networks", "result", "settings", "transfer"}),
    ("experiments/denoising", {"optimizers"}), ("experiments/landscapes", {"optimizers"}), ("experiments/grain", set()),
    ("experiments/woven", {"errors", "images", "networks", "shipped"}),
    ("experiments/channels", {"backend", "images", "networks"}),
    ("experiments/kernels", set()), ("experiments/maps", {"networks", "shipped"}),
    ("experiments/weaving", {"backend", "experiments.painting", "images", "losses", "networks", "optimizers",
                             "schedule"}),
    ("experiments/painting", {"backend", "losses", "networks"}),
    ("experiments/descents", {"experiments.painting", "images", "networks", "optimizers"}),
    ("experiments/batches", {"experiments.ladders", "schedule"}), ("experiments/ladders", set()),
    ("experiments/quadratic", {"schedule"}),
    ("experiments/contest", {"backend", "experiments.painting", "images", "networks", "objective", "optimizers",
                             "schedule", "settings", "shipped"}),
    ("experiments/inversion", {"backend", "images", "losses", "networks", "optimizers", "schedule", "shipped"}),
    ("experiments/statistics", {"backend", "experiments.painting", "experiments.texture", "images", "losses",
                                "networks", "objective", "optimizers", "schedule", "settings"}),
    ("experiments/adaptive", {"experiments.landscapes", "optimizers", "schedule"}),
    ("experiments/rates", {"experiments.adaptive", "experiments.painting", "images", "networks", "shipped"}),
    ("diagrams/adaptive", {"experiments.landscapes", "plots"}),
    ("diagrams/style", {"images", "plots"}), ("diagrams/gram", {"plots"}),
    ("diagrams/convolution", {"lettering", "plots"}),
    ("diagrams/vgg", {"architecture", "plots"}), ("diagrams/variation", {"plots"}),
    ("experiments/stages", {"backend", "descent", "images", "networks", "objective", "result", "schedule",
                            "settings"}),
    ("experiments/minima", {"backend", "descent", "experiments.grain", "images", "networks", "objective",
                            "result", "settings"}),
    ("experiments/scan", {"errors", "images", "networks"}), ("experiments/grids", {"shipped"}),
    ("diagrams/features", {"experiments.grids", "images", "plots"}),
    ("diagrams/transfer", {"images", "plots"}),
    ("diagrams/adam", {"optimizers", "plots"}),
    ("origin", {"networks", "settings"}), ("workers", {"backend", "errors", "extras"}),
    ("sweep", {"errors", "images", "masks", "origin", "plots", "settings", "system", "transfer", "workers"}),
    ("checkpoint", {"backend", "images", "errors", "masks", "origin", "result", "settings", "system", "transfer"}),
])
def test_imports_go_one_way(module, allowed):
    assert imports(PACKAGE / f"{module}.py") - {"arrays", "words"} <= allowed  # both know no other module


def test_experiments_know_no_widget_and_are_all_in_the_table_above():
    """They are what widgets and lessons compute: whoever imports them needs no notebook."""
    (table,) = (mark.args[1] for mark in test_imports_go_one_way.pytestmark)
    paths = sorted((PACKAGE / "experiments").glob("[!_]*.py"))
    named = {name for name, _ in table if name.startswith("experiments/")}
    assert {f"experiments/{path.stem}" for path in paths} == named
    for path in paths:
        assert not {"ipywidgets", "IPython"} & modules(path), path.name
        assert not any(name.startswith(("widgets", "exercises", "plots")) for name in imports(path)), path.name


@pytest.mark.parametrize("path", sorted((PACKAGE / "widgets").glob("*.py")), ids=lambda path: path.stem)
def test_widgets_are_views(path):
    """Numbers in, drawing out: what they compute stands in `experiments`, and is called."""
    assert not {"tensorflow", "keras"} & modules(path) and "backend" not in imports(path)


TESTED_THROUGH = {  # modules that no test imports: {which: the tests that call them through others}
    "tracks": "test_run", "vgg": "test_networks",
    "commands/": "test_command_line", "exercises/": "test_exercises", "widgets/controls": "test_studio",
    "modes": "test_profiles", "profiles": "test_profiles", "sources": "test_raw_files",
    "checks": "test_refused_pictures", "widgets/masks": "test_studio", "widgets/uploads": "test_uploads",
    "arrays": "test_project",  # types, which basedpyright checks
}


def files_of_tests():
    """{name without its ending: path from the root} of each test file, in whatever folder; no two have one name."""
    paths = sorted((ROOT / "tests").rglob("test_*.py"))
    found = {path.stem: path.relative_to(ROOT).as_posix() for path in paths}
    assert len(found) == len(paths)
    return found


def test_the_tests_lie_as_the_package_does():
    """A folder of tests for each folder of the package; what tests a module at its top lies at the top."""
    folders = {path.parent.name for path in PACKAGE.glob("*/*.py")} - {"diagrams"}  # each in the tests of its lesson
    others = {"images", "lessons", "tools", "project", "rough", "browser"}
    there = {path.parent.relative_to(ROOT / "tests").as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert there == folders | others | {"."}
    tools = {path.stem for path in (ROOT / "tools").glob("*.py")}
    top = {Path(path).stem.removeprefix("test_") for path in files_of_tests().values() if path.count("/") == 1}
    modules = {path.stem for path in PACKAGE.glob("*.py")} | {"figures"}  # which are those of plots
    assert [name for name in top if not any(name.startswith(module) for module in modules)] == []
    assert not top & (tools - modules)


def test_every_module_has_its_tests():
    """Those that import it, or those of the table above; and what stands in the table is imported by none."""
    found = set()
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nst_helpers"):
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    names = [path.relative_to(PACKAGE).with_suffix("").as_posix() for path in PACKAGE.rglob("*.py")]
    left = [name for name in names if f"nst_helpers.{name}".replace("/", ".").removesuffix(".__init__") not in found]
    untold = [name for name in left if not name.endswith("__init__") and not name.startswith(tuple(TESTED_THROUGH))]
    assert untold == []
    assert all(any(name.startswith(told) for name in left) for told in TESTED_THROUGH)
    assert set(TESTED_THROUGH.values()) <= set(files_of_tests())


@pytest.mark.parametrize("command", ["import nst_helpers", "import runpy, sys; sys.argv = ['nst', '--help']; "
                                     "runpy.run_module('nst_helpers', run_name='__main__')"])
def test_tensorflow_is_not_imported_before_it_is_needed(command):
    code = f"import atexit, sys\natexit.register(lambda: print('LOADED', sorted(sys.modules)))\n{command}"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = ast.literal_eval(output.partition("LOADED ")[2])
    assert "nst_helpers" in loaded and not {"tensorflow", "keras", "matplotlib"} & set(loaded)


MODULES = pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")),
                                  ids=lambda path: str(path.relative_to(PACKAGE)))


TOOLS = sorted((ROOT / "tools").rglob("*.py"))


@pytest.mark.parametrize("path", [*sorted(PACKAGE.rglob("*.py")), *TOOLS], ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert len(text.splitlines()) <= 300
    assert [node.name for node in functions if _lines_of(node) > 40] == []


@MODULES
def test_what_is_public_says_its_types(path):
    """Whether they are right, basedpyright checks in `make lint`."""
    assert list(_without_types(ast.parse(path.read_text(encoding="utf-8")))) == []


@MODULES
def test_arrays_say_what_is_in_them(path):
    """`np.ndarray` and a bare `NDArray` stand for anything: in a signature, a field or an alias, a name says what."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [node.lineno for node in _types_in(tree) if _of_no_kind(node)] == []


@pytest.mark.parametrize("code", ["def show(image: np.ndarray): ...", "def read() -> list[npt.NDArray]: ...",
                                  "class Fit:\n    best: np.ndarray | None = None", "Weights = dict[str, np.ndarray]",
                                  "class Fit:\n    def show(self, *, best: 'np.ndarray'): ..."])
def test_an_array_of_which_nothing_is_said_is_found(code):
    assert any(_of_no_kind(node) for node in _types_in(ast.parse(code)))
    fine = code.replace("npt.NDArray", "np.ndarray").replace("np.ndarray", "npt.NDArray[np.float32]")
    assert not any(_of_no_kind(node) for node in _types_in(ast.parse(fine)))


def _types_in(tree):
    """What stands for a type in signatures, fields and the aliases of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield from filter(None, (node.returns, *(one.annotation for one in ast.walk(node.args)
                                                     if isinstance(one, ast.arg))))
        elif isinstance(node, ast.AnnAssign):
            yield node.annotation
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):  # an alias
            yield node.value


def _of_no_kind(annotation):
    written = ast.unparse(annotation)
    return bool(re.search(r"\bnp\.ndarray\b|\bNDArray\b(?!\[)", written))


def _without_types(node):
    """The names of public functions, methods and constructors with an argument or a result without a type."""
    for item in node.body:
        if isinstance(item, ast.ClassDef) and not item.name.startswith("_"):
            yield from _without_types(item)
        elif isinstance(item, ast.FunctionDef) and (not item.name.startswith("_") or item.name == "__init__"):
            arguments = [*item.args.posonlyargs, *item.args.args, *item.args.kwonlyargs]
            bare = [one.arg for one in arguments if one.annotation is None and one.arg not in ("self", "cls")]
            if bare or (item.returns is None and item.name != "__init__"):
                yield item.name


def _lines_of(function):
    """How many lines a function has, without those of its docstring."""
    first = function.body[0]
    words = first.end_lineno - first.lineno + 1 if ast.get_docstring(function) is not None else 0
    return function.end_lineno - function.lineno + 1 - words


def test_every_error_of_the_package_has_the_base_in_common():
    """Whoever catches NSTError catches all that tells what to do otherwise."""
    code = ("import importlib, inspect, pkgutil, nst_helpers\n"
            "from nst_helpers.errors import NSTError\n"
            "for found in pkgutil.walk_packages(nst_helpers.__path__, 'nst_helpers.'):\n"
            "    module = importlib.import_module(found.name)\n"
            "    for name, kind in inspect.getmembers(module, inspect.isclass):\n"
            "        if issubclass(kind, BaseException) and kind.__module__ == found.name:\n"
            "            print(name, issubclass(kind, NSTError) or issubclass(kind, Warning))")
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    found = dict(line.split() for line in output.splitlines())
    assert {"NSTError", "ImageError", "Diverged", "SweepError"} <= set(found)
    # What stops a student's endless loop must pass the loop's own `except Exception`, and never leaves the check.
    assert {name for name, descends in found.items() if descends == "False"} == {"TookTooLong"}


@MODULES
def test_what_is_public_has_a_docstring(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name


def test_every_picture_has_its_source():
    sources = text("data/SOURCES.md")
    pictures = [*(ROOT / "data" / "content").iterdir(), *(ROOT / "data" / "style").iterdir(),
                *(ROOT / "data" / "masks").iterdir()]
    assert len(pictures) >= 10
    assert [picture.name for picture in pictures if f"`{picture.name}`" not in sources] == []


def test_no_large_files():
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    sizes = {name: (ROOT / name).stat().st_size for name in files.split("\0") if name and (ROOT / name).is_file()}
    assert sizes and [name for name, size in sizes.items() if size > 3_000_000] == []


def test_links_in_the_readme_lead_somewhere():
    for name in ("README.md", "README.zh.md", "data/SOURCES.md", "docs/formulas.md", "docs/command_line.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text(name)):
            assert ((ROOT / name).parent / target).exists(), (name, target)


def test_the_chinese_readme_is_that_of_the_same_course():
    """Its commands, its pictures and its lessons are those of the English one; each leads to the other."""
    english, chinese = text("README.md"), text("README.zh.md")
    assert "](README.zh.md)" in english.partition("\n## ")[0] and "](README.md)" in chinese.partition("\n## ")[0]

    def commands(part):
        blocks = re.findall(r"^```sh\n(.*?)^```", part, re.MULTILINE | re.DOTALL)
        return [re.sub(r" *#.*", "", block) for block in blocks]

    assert commands(chinese) == commands(english)
    assert re.findall(r"\(data/gallery/shown/[^)]+", chinese) == re.findall(r"\(data/gallery/shown/[^)]+", english)
    pictures = [re.findall(r"!\[[^]]+\]\(([^)]+)\)", part.partition("\n## ")[0]) for part in (english, chinese)]
    assert pictures[0] == pictures[1] and len(pictures[0]) == 2
    ours, theirs = (re.findall(r"^\| .+\.jpg\) \| \[(\d\d) [^]]+\]\(([^)]+)\) \| ..+ \|$", part, re.MULTILINE)
                    for part in (chinese, english))
    built = {path.name for path in (ROOT / "notebooks" / "zh").glob("*.ipynb")}
    wanted = [(number, path.replace("/", "/zh/") if Path(path).name in built else path) for number, path in theirs]
    assert ours == wanted and len(wanted) == 12, "link the lessons that are built"
    made = set(re.findall(r"`make (\w+)", chinese))
    assert made and made <= set(re.findall(r"make (\w+)", english))


# The table of formulas


def formulas():
    """[(formula, lesson's file, functions of the lesson, names in the package, tests), …]"""
    rows = [line.strip("|").split("|") for line in text("docs/formulas.md").splitlines() if line.startswith("| ")][1:]
    return [(row[0].strip(), re.search(r"\((.*)\)", row[1])[1], *(re.findall(r"`(.+?)`", cell) for cell in row[2:]))
            for row in rows]


def defined(path, kinds=(ast.FunctionDef, ast.ClassDef)):
    return {node.name for node in ast.parse(text(path)).body if isinstance(node, kinds)}


@pytest.mark.parametrize("row", formulas(), ids=lambda row: row[0].split(":")[0].strip())
def test_every_formula_has_its_lesson_its_function_and_its_test(row):
    _, lesson, by_hand, names, tests = row
    assert by_hand and tests
    assert (ROOT / "docs" / lesson).is_file()
    assert set(by_hand) <= defined(f"notebooks/sources/{Path(lesson).stem}.py")
    for name in names:
        module, _, function = name.partition(".")
        assert function in defined(f"nst_helpers/{module}.py"), name
    for test in tests:
        file, function = test.split("::")
        assert file.startswith("tests/") and function in defined(file), test


def test_the_table_of_formulas_covers_the_package():
    """Every loss and every optimizer but L-BFGS, which the paper does not have."""
    named = {name for row in formulas() for name in row[3]}
    taught = {f"losses.{name}" for name in defined("nst_helpers/losses.py") if not name.startswith("_")}
    taught |= {f"optimizers.{name}" for name in defined("nst_helpers/optimizers.py", ast.ClassDef)
               if name != "Optimizer" and not name.endswith("State")}
    assert taught - named == {"losses.gram_distance"}
