"""Runs that were computed before: a lesson shows them beside what it computes live, at sizes too large for class.

`make runs` computes what data/runs/recipes.json asks for, and writes for each run NAME
    NAME.webp       the finished picture
    NAME.json       its recipe, settings, sizes, every loss, and where and how long it was computed
    NAME.film.webp  how it formed, where the recipe asks for frames

and healthy.json, the signs of the gallery's pictures.
"""

import json
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageSequence

from nst_helpers import arrays
from nst_helpers.errors import SettingsError
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.result import Result
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture


class StoredRun(NamedTuple):
    """What is kept of a run."""

    image: arrays.Image  # (height, width, 3) float32, 0–255
    history: arrays.History  # {"content", "style", "tv", "total": [one value an iteration]}
    settings: Settings
    sizes: tuple[tuple[int, int, int], ...]  # ((height, width, iterations), …) from coarse to fine
    seconds: float  # of computing
    machine: str  # on which
    frames: list[arrays.Frame]  # [(height, width, 3) uint8, …] how it formed; empty where no film is kept


def run_names() -> list[str]:
    """The names of the runs that are shipped, in alphabetical order."""
    return sorted(path.stem for path in _folder().glob("*.json") if path.with_suffix(".webp").is_file())


def find_run(content: str, style: str) -> StoredRun | None:
    """The largest run of two shipped pictures, by their names, that was computed before; None where there is none."""
    best, size = None, 0
    for name in run_names():
        told = json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))
        recipe, pixels = told["recipe"], told["sizes"][-1][0] * told["sizes"][-1][1]
        if recipe["content"] == content and list(recipe["style"]) == [style] and pixels > size:
            best, size = name, pixels
    return load_run(best) if best else None


def load_run(name: str) -> StoredRun:
    """A run that was computed before.

    Args:
        name: one of `run_names()`.

    Returns:
        A `StoredRun`.

    Raises:
        SettingsError: there is no run of this name.
        ImageError: a picture of it is damaged.
    """
    if name not in run_names():
        raise SettingsError(f"there is no run {name!r}: choose one of {', '.join(run_names())}, or write its recipe "
                            "into data/runs/recipes.json and call `make runs`")
    told = json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))
    return StoredRun(load_image(_folder() / f"{name}.webp", None), told["losses"], Settings(**told["settings"]),
                     tuple(map(tuple, told["sizes"])), told["seconds"], told["machine"],
                     _frames(_folder() / f"{name}.film.webp"))


def load_result(name: str) -> Result:
    """A run that was computed before, as the `Result` that `transfer` returned: with the pictures it was made from.

    Arguments and errors are those of `load_run`.
    """
    run = load_run(name)
    recipe = json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))["recipe"]
    styles = [(weight, shipped_picture(style)) for style, weight in recipe["style"].items()]
    return Result(run.image, run.history, run.settings, run.seconds, run.sizes,
                  content=shipped_picture(recipe["content"], run.settings.size), style=styles)


def healthy_signs() -> dict[str, dict[str, float]]:
    """What `nst_helpers.diagnose.signs` measured of the gallery's pictures: {picture: {sign: value}}."""
    return json.loads((_folder() / "healthy.json").read_text(encoding="utf-8"))


def _frames(path):
    if not path.is_file():
        return []
    with Image.open(path) as film:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(film)]


def _folder():
    return data_folder() / "runs"
