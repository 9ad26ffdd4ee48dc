"""Where everything lies, and where the project has its home."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = "Neural style transfer from the inside"


class SiteError(RuntimeError):
    """A site that cannot be made: where it fails, and what to do."""


def repository():
    """The address of the project's home: the one place is pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]["urls"]["Repository"].rstrip("/")


def shown(path):
    """A path as people read it: from the project's folder on."""
    return Path(path).relative_to(ROOT).as_posix() if Path(path).is_relative_to(ROOT) else str(path)
