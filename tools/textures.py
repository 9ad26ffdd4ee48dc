"""Weave the textures that lesson 04 compares: what data/textures/recipes.json asks for and is not there yet.

    python tools/textures.py               weave each texture that is missing, or whose settings or network changed
    python tools/textures.py marbling      those of this style, whether missing or not
    python tools/textures.py --check       weave nothing; name what is out of date

A recipe: {style: [statistic, …]}; "gram_one_size" is woven at its final size only, with as many steps. Written are
data/textures/STYLE_STATISTIC.webp and, beside it, a .json: settings, losses, where and how long it was computed.
"""

import argparse
import json
import os
import platform
import sys
import time
from dataclasses import asdict

import stamps

from nst_helpers.experiments.statistics import STATISTICS, texture_from
from nst_helpers.experiments.texture import texture_settings
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.system import write_whole

FOLDER = data_folder() / "textures"
SIZE, ITERATIONS = 320, 200
ONE_SIZE = "_one_size"


def main(arguments=None):
    recipes = json.loads((FOLDER / "recipes.json").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("styles", nargs="*", metavar="STYLE", help=f"which (default: what is out of date): "
                        f"{', '.join(recipes)}")
    parser.add_argument("--check", action="store_true", help="weave nothing; name what is out of date")
    options = parser.parse_args(arguments)
    if unknown := set(options.styles) - set(recipes):
        parser.error(f"no recipe {', '.join(sorted(unknown))}: {', '.join(recipes)}")
    pairs = [(style, statistic) for style, statistics in recipes.items() for statistic in statistics]
    stale = [pair for pair in pairs if is_stale(*pair)]
    if options.check:
        print(f"out of date: {', '.join(map('_'.join, stale))}" if stale else "every texture is as its recipe asks")
        return bool(stale)
    for style, statistic in [pair for pair in pairs if pair[0] in options.styles] if options.styles else stale:
        print(f"{style}, {statistic}: {weave(style, statistic):.0f} s", flush=True)
    return 0


def settings_of(statistic):
    return texture_settings(SIZE, iterations=ITERATIONS, **{"scales": 1} if statistic.endswith(ONE_SIZE) else {})


def weave(style, statistic):
    """Compute one texture and write its files; the one that tells of the other comes last. Returns the seconds."""
    start, settings = time.perf_counter(), settings_of(statistic)
    picture = load_image(data_folder() / "style" / f"{style}.jpg", None)
    image, losses = texture_from(statistic.removesuffix(ONE_SIZE), picture, settings)
    seconds = time.perf_counter() - start
    stamps.keep_picture(FOLDER / f"{style}_{statistic}.webp", image, 88)
    told = {"stamp": stamp(style, statistic), "style": style, "statistic": statistic, "settings": asdict(settings),
            "seconds": round(seconds, 1), "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "losses": [float(f"{loss:.4g}") for loss in losses]}
    write_whole(FOLDER / f"{style}_{statistic}.json", json.dumps(told).encode() + b"\n")
    return seconds


def is_stale(style, statistic):
    """Whether a texture is missing, or of other settings or another network."""
    return stamps.is_stale(FOLDER / f"{style}_{statistic}.json", stamp(style, statistic))


def stamp(style, statistic):
    """A digest of what decides a texture: statistic, settings, network and style picture."""
    settings = settings_of(statistic)
    if statistic.removesuffix(ONE_SIZE) not in STATISTICS:
        raise SystemExit(f"recipe {style}: no statistic {statistic}: {', '.join(STATISTICS)}")
    files = data_folder() / "networks" / f"{settings.network}.npz", data_folder() / "style" / f"{style}.jpg"
    return stamps.digest([statistic, json.dumps(asdict(settings), sort_keys=True)], files)


if __name__ == "__main__":
    sys.exit(main())
