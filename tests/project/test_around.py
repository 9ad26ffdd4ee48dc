"""The files around the code: versions, names and licences agree, and what they name is there."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml
from coverage import Coverage
from PIL import Image

import nst_helpers

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from thumbnails import PARTS, SIZE, thumbnail  # noqa: E402


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def project():
    return tomllib.loads(text("pyproject.toml"))["project"]


def test_every_version_is_the_packages():
    version = nst_helpers.__version__
    assert str(yaml.safe_load(text("CITATION.cff"))["version"]) == version
    assert re.findall(r"^## (\S+)", text("CHANGELOG.md"), flags=re.MULTILINE)[0] == version
    assert "version" in project()["dynamic"]


def test_the_citation_names_what_readers_need():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors", "license", "repository-code"} <= set(citation)
    newest = f"## {citation['version']} ({citation['date-released']})"
    assert newest in text("CHANGELOG.md").splitlines()


def test_every_file_names_the_same_repository():
    (home,) = re.findall(r"^https://github\.com/([^/]+/[^/]+)$", project()["urls"]["Repository"])
    for name in ("README.md", "CITATION.cff", "pyproject.toml", "CONTRIBUTING.md", ".devcontainer/devcontainer.json"):
        found = re.findall(r"(?:github\.com|colab\.research\.google\.com/github|mybinder\.org/v2/gh)/([\w.-]+/[\w.-]+)",
                           text(name))
        assert set(found) <= {home}, name


@pytest.mark.parametrize("name", [".pre-commit-config.yaml", ".github/dependabot.yml", ".github/workflows/ci.yml",
                                  "CITATION.cff", "environment.yml"])
def test_yaml_parses(name):
    assert isinstance(yaml.safe_load(text(name)), dict)


def test_the_hooks_run_what_is_there():
    (local,) = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"]
    entries = [hook["entry"] for hook in local["hooks"]]
    assert [entry.split()[0] for entry in entries] == [".venv/bin/ruff", ".venv/bin/python"]
    assert (ROOT / entries[1].split()[1]).is_file() and "--check" in entries[1]


def test_dependabot_watches_python_and_actions():
    updates = yaml.safe_load(text(".github/dependabot.yml"))["updates"]
    assert {update["package-ecosystem"] for update in updates} == {"pip", "github-actions"}


def test_the_container_opens_jupyterlab_where_its_port_is():
    container = json.loads(text(".devcontainer/devcontainer.json"))
    (port,) = container["forwardPorts"]
    assert f"jupyter lab --allow-root --no-browser --ip=127.0.0.1 --port={port} " in container["postAttachCommand"]
    assert container["portsAttributes"][str(port)]["onAutoForward"] == "openBrowser"


def test_git_takes_line_ends_and_pictures_as_they_are():
    expected = {"notebooks/00_start_here.ipynb": "set", "nst_helpers/images.py": "auto",
                "data/content/temple.jpg": "unset", "data/networks/compact.npz": "unset"}
    told = subprocess.run(["git", "check-attr", "text", "--", *expected], cwd=ROOT, capture_output=True, text=True,
                          check=True).stdout.splitlines()
    assert told == [f"{name}: text: {value}" for name, value in expected.items()]


def test_the_licenses_say_what_they_are_for():
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in text("LICENSE-TEXT")
    assert all(name in text("LICENSE-TEXT") for name in ("LICENSE", "data/SOURCES.md"))


def test_coverage_follows_the_package_and_its_processes():
    settings = Coverage(config_file=str(ROOT / "pyproject.toml"))
    assert settings.get_option("run:source") == ["nst_helpers"] and settings.get_option("run:parallel") is True
    assert settings.get_option("run:patch") == ["subprocess"]


def test_every_lesson_has_its_small_picture_in_the_readme():
    lessons = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    assert list(PARTS) == lessons
    rows = re.findall(r"^\| !\[[^\]]+\]\(docs/thumbnails/(\d\d)\.jpg\) \| \[\d\d [^\]]+\]\(notebooks/(\w+)\.ipynb\)",
                      text("README.md"), flags=re.MULTILINE)
    assert rows == [(lesson[:2], lesson) for lesson in lessons]


@pytest.mark.parametrize("lesson", PARTS)
def test_a_small_picture_is_of_the_lesson_as_it_is_stored(lesson):
    """Or `python tools/thumbnails.py` makes it anew."""
    stored = Image.open(ROOT / "docs" / "thumbnails" / f"{lesson[:2]}.jpg").convert("RGB")
    assert stored.size == SIZE
    assert np.abs(np.asarray(stored, float) - np.asarray(thumbnail(lesson), float)).mean() < 8
