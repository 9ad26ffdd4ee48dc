"""Compute the runs that lessons show without computing them: what data/runs/recipes.json asks for and is not there yet.

    python tools/runs.py                   every run whose recipe or network has changed since it was computed
    python tools/runs.py temple_night      this one, whether it has or not
    python tools/runs.py --check           compute nothing; name the runs that are missing or out of date

A recipe: {"content": picture, "style": {picture: weight, …}, "preset": default, classic or paper, "settings": changes
to it, "frames": how many frames its film has, 0 for none}; "frame_size": the longer side of these in pixels (without
it 256); and "lossless": true where a lesson judges single pixels, which costs ten times the bytes. How a lesson shows
a run: nst_helpers/runs.py.
"""

import json
import platform
import sys
from dataclasses import asdict

import numpy as np
import stamps
from gallery import pictures
from tqdm import tqdm

from nst_helpers.animation import save_animation, small_frame
from nst_helpers.networks import data_folder
from nst_helpers.settings import preset
from nst_helpers.system import cores
from nst_helpers.transfer import transfer

FOLDER = data_folder() / "runs"
FRAME_SIZE = 256  # pixels: longer side of a film's frames, where the recipe does not say
KEYS, OPTIONAL = {"content", "style", "preset", "settings", "frames"}, {"frame_size", "lossless"}


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "runs")


def read_recipes():
    """{name: recipe}; SystemExit with one line where a recipe is not one."""
    recipes = json.loads((FOLDER / "recipes.json").read_text(encoding="utf-8"))
    for name, recipe in recipes.items():
        if set(recipe) - OPTIONAL != KEYS:
            raise SystemExit(f"recipe {name}: it needs {', '.join(sorted(KEYS))}, and has {', '.join(sorted(recipe))}")
        try:
            settings_of(recipe)
        except (TypeError, ValueError) as error:
            raise SystemExit(f"recipe {name}: {error}") from None
    return recipes


def settings_of(recipe):
    return preset(recipe["preset"], **recipe["settings"])


def compute(name, recipe):
    result, frames = painted(recipe)
    keep(name, recipe, result, frames)
    return f"{result.seconds:.0f} s, {sum(path.stat().st_size for path in files(name)) / 1e3:.0f} kB"


def painted(recipe):
    """(the `Result` of a recipe, the frames of its film)."""
    settings, frames, size = settings_of(recipe), [], recipe.get("frame_size", FRAME_SIZE)
    chosen = set(np.linspace(1, settings.iterations, recipe["frames"]).round().astype(int))
    bar = tqdm(total=settings.iterations, unit="it", leave=False)

    def watch(step):
        bar.update()
        if step.iteration in chosen:
            frames.append(small_frame(step.image, size))

    result = transfer(*pictures(recipe, settings.size), settings, watch)
    bar.close()
    return result, frames


def keep(name, recipe, result, frames):
    """Write a run's files, each whole or not at all; the one that tells of the others comes last."""
    stamps.keep_picture(FOLDER / f"{name}.webp", result.image, None if recipe.get("lossless") else 90)
    if frames:
        save_animation(frames, FOLDER / f"{name}.film.webp")
    losses = {part: [stamps.digits(value, 5) for value in values] for part, values in result.history.items()}
    told = {"stamp": stamp(recipe), "recipe": recipe, "settings": asdict(result.settings), "sizes": result.sizes,
            "seconds": round(result.seconds, 1), "machine": f"{platform.machine()}, {cores()} cores",
            "losses": losses}
    stamps.keep_note(FOLDER / f"{name}.json", told)


def is_stale(name, recipe):
    """Whether a run is missing, or of another recipe, other defaults or another network."""
    return stamps.is_stale(FOLDER / f"{name}.json", stamp(recipe))


def stamp(recipe):
    """A digest of all that decides a run, but the pictures: the recipe, its whole settings, the shipped network."""
    settings = settings_of(recipe)
    return stamps.digest([stamps.text(recipe), stamps.text(asdict(settings))], [stamps.network_file(settings.network)])


def files(name):
    return [path for suffix in (".webp", ".film.webp", ".json") if (path := FOLDER / f"{name}{suffix}").is_file()]


if __name__ == "__main__":
    sys.exit(main())
