"""Weave the textures that lesson 04 compares: what data/textures/recipes.json asks for and is not there yet.

    python tools/textures.py                     each that is missing, or whose settings, style or network changed
    python tools/textures.py marbling_gram …     these, whether they have or not
    python tools/textures.py --check             weave nothing; name what is out of date

A recipe: {style: [statistic, …]}; "gram_one_size" is woven at its final size only, with as many steps. Written are
data/textures/STYLE_STATISTIC.webp and, beside it, a .json: settings, losses, where and how long it was computed.
"""

import json
import platform
import sys
import time
from dataclasses import asdict

import stamps

from nst_helpers.experiments.statistics import STATISTICS, texture_from
from nst_helpers.experiments.texture import texture_settings
from nst_helpers.networks import data_folder
from nst_helpers.shipped import picture_file, shipped_picture
from nst_helpers.system import cores

FOLDER = data_folder() / "textures"
SIZE, ITERATIONS = 320, 200
ONE_SIZE = "_one_size"


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "textures")


def read_recipes():
    """{name: (style, statistic)}."""
    told = json.loads((FOLDER / "recipes.json").read_text(encoding="utf-8"))
    pairs = [(style, statistic) for style, statistics in told.items() for statistic in statistics]
    for style, statistic in pairs:
        if statistic.removesuffix(ONE_SIZE) not in STATISTICS:
            raise SystemExit(f"recipe {style}: no statistic {statistic}: {', '.join(STATISTICS)}")
    return {f"{style}_{statistic}": (style, statistic) for style, statistic in pairs}


def settings_of(statistic):
    return texture_settings(SIZE, iterations=ITERATIONS, **{"scales": 1} if statistic.endswith(ONE_SIZE) else {})


def compute(name, recipe):
    """Weave one texture and write its files; the one that tells of the other comes last."""
    (style, statistic), start = recipe, time.perf_counter()
    settings, picture = settings_of(statistic), shipped_picture(style)
    image, losses = texture_from(statistic.removesuffix(ONE_SIZE), picture, settings)
    seconds = time.perf_counter() - start
    stamps.keep_picture(FOLDER / f"{name}.webp", image, 88)
    told = {"stamp": stamp(recipe), "style": style, "statistic": statistic, "settings": asdict(settings),
            "seconds": round(seconds, 1), "machine": f"{platform.machine()}, {cores()} cores",
            "losses": [stamps.digits(loss) for loss in losses]}
    stamps.keep_note(FOLDER / f"{name}.json", told)
    return f"{seconds:.0f} s"


def is_stale(name, recipe):
    """Whether a texture is missing, or of other settings, another style picture or another network."""
    return stamps.is_stale(FOLDER / f"{name}.json", stamp(recipe))


def stamp(recipe):
    """A digest of what decides a texture: statistic, settings, network and style picture."""
    (style, statistic), settings = recipe, settings_of(recipe[1])
    files = stamps.network_file(settings.network), picture_file(style)
    return stamps.digest([statistic, stamps.text(asdict(settings))], files)


if __name__ == "__main__":
    sys.exit(main())
