"""The package as it is installed without a checkout: built, put into an empty folder, and used from another one."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import nst_helpers
from nst_helpers.runs import run_names

ROOT = Path(__file__).resolve().parents[2]
NOT_IN_THE_WHEEL = {"gallery"}
MOST_BYTES = 16_000_000


def missing(name):
    return importlib.util.find_spec(name) is None


if missing("pip") or missing("setuptools"):
    pytest.skip("a wheel is built by pip with setuptools, and one of them is not here", allow_module_level=True)


def run(*command, cwd, **environment):
    """What a command prints; its failure is the test's, with all that it said."""
    done = subprocess.run(command, cwd=cwd, env={**os.environ, "PYTHONPATH": "", **environment}, capture_output=True,
                          text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built as pip does for a user, without the network; from the source archive, which so is proven whole too."""
    place = tmp_path_factory.mktemp("wheel")
    for name in ("nst_helpers", "data", "tools/jupyter"):
        shutil.copytree(ROOT / name, place / "tree" / name, ignore=shutil.ignore_patterns("__pycache__", "gallery"))
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, place / "tree")
    run(sys.executable, "-c", f"from setuptools import build_meta; build_meta.build_sdist({str(place)!r})",
        cwd=place / "tree")
    (archive,) = place.glob("*.tar.gz")
    run(sys.executable, "-m", "pip", "wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", place,
        archive, cwd=place)
    (built,) = place.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel):
    """The folder into which it was installed; the packages that it needs are those of this environment."""
    folder = wheel.parent / "installed"
    run(sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--target", folder, wheel, cwd=wheel.parent)
    return folder


@pytest.fixture
def python(installed, tmp_path):
    """Run Python with the installed package, from a folder that has nothing to do with it."""
    def python(*arguments):
        return run(sys.executable, *arguments, cwd=tmp_path, PYTHONPATH=str(installed))

    return python


def test_the_wheel_holds_the_package_and_what_it_needs_of_the_data(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    code = {f"nst_helpers/{path.relative_to(ROOT / 'nst_helpers').as_posix()}"
            for path in (ROOT / "nst_helpers").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    folders = {path.name for path in (ROOT / "data").iterdir() if path.is_dir()} - NOT_IN_THE_WHEEL - {"__pycache__"}
    data = {f"nst_helpers/data/{path.relative_to(ROOT / 'data').as_posix()}"
            for folder in folders for path in (ROOT / "data" / folder).iterdir()}
    data -= {"nst_helpers/data/networks/compact.jpg"}  # the sheet of its card, for who looks at the repository
    server = f"nst_helpers-{nst_helpers.__version__}.data/data/etc/jupyter/jupyter_server_config.d/nst_helpers.json"
    found = {name for name in inside if ".dist-info/" not in name}
    assert code | data | {"nst_helpers/data/SOURCES.md", server} == found
    assert wheel.stat().st_size < MOST_BYTES


def test_the_wheel_tells_its_version_and_its_command(wheel):
    assert wheel.name.startswith(f"nst_helpers-{nst_helpers.__version__}-")
    archive = zipfile.ZipFile(wheel)
    (commands,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith("entry_points.txt"))
    assert re.search(r"^nst = nst_helpers\.__main__:main$", commands, flags=re.MULTILINE)


def test_the_installed_package_finds_its_networks(python, installed):
    printed = python("-c", "from nst_helpers.networks import data_folder, load_network\n"
                           "print(data_folder())\nprint(load_network().name, load_network('plain').name)")
    assert printed.split() == [str(installed / "nst_helpers" / "data"), "compact", "plain"]
    assert "compact  ready" in python("-m", "nst_helpers", "networks")


def test_the_installed_command_paints_a_shipped_picture(python, installed, tmp_path):
    data = installed / "nst_helpers" / "data"
    # `nst` itself: pip writes it for the interpreter that installs, which finds the package by PYTHONPATH.
    (command,) = (path for path in (installed / "bin", installed / "Scripts") if path.is_dir())
    printed = run(str(next(command.glob("nst*"))), "transfer", data / "content" / "temple.jpg",
                  data / "style" / "woodcut.jpg", "--output", "made.png", "--size", "48", "--scales", "1",
                  "--iterations", "3", "--quiet", cwd=tmp_path, PYTHONPATH=str(installed))
    assert printed.startswith("made.png: 48×32 pixels, 3 iterations")
    assert (tmp_path / "made.png").is_file()


def test_the_installed_package_finds_the_runs_computed_before(python):
    assert python("-c", "from nst_helpers.runs import run_names\nprint(*run_names())").split() == run_names() != []


def test_the_installed_package_speaks_the_other_languages(python):
    assert python("-c", "from nst_helpers.words import languages\nprint(*languages())").split() == ["en", "zh_CN"]
