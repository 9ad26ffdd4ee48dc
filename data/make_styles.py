"""Paint the style pictures of the course, each from geometry and a fixed seed.

    python data/make_styles.py                      every picture, into data/style
    python data/make_styles.py woodcut              one picture
    python data/make_styles.py --folder /tmp/look --size 1280    somewhere else, twice as large

Every picture is painted at twice its final size and then shrunk, which smooths all edges.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from painters.autumn_impasto import autumn_impasto
from painters.cubist_planes import cubist_planes
from painters.great_waves import great_waves
from painters.marbling import marbling
from painters.night_swirls import night_swirls
from painters.pointillist import pointillist
from painters.stained_glass import stained_glass
from painters.woodcut import woodcut
from PIL import Image

SIZE = 640
STYLES = {
    "night_swirls": night_swirls,
    "pointillist": pointillist,
    "autumn_impasto": autumn_impasto,
    "marbling": marbling,
    "stained_glass": stained_glass,
    "woodcut": woodcut,
    "great_waves": great_waves,
    "cubist_planes": cubist_planes,
}


def shrunk(picture):
    """Turn an sRGB picture (2 size, 2 size, 3) in [0, 1] into an image, size pixels wide."""
    image = Image.fromarray((255 * np.clip(picture, 0, 1) + 0.5).astype(np.uint8))
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)


def paint(name, folder, size=SIZE):
    """Paint the named picture, size pixels wide, and write it to folder/name.jpg."""
    folder.mkdir(parents=True, exist_ok=True)
    shrunk(STYLES[name](2 * size)).save(folder / f"{name}.jpg", quality=92)


def main():
    """Paint the pictures named on the command line, or all of them, two at a time."""
    parser = argparse.ArgumentParser(description="Paint the style pictures of the course.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(STYLES)}; all if none")
    parser.add_argument("--folder", type=Path, default=Path(__file__).resolve().parent / "style")
    parser.add_argument("--size", type=int, default=SIZE, help=f"width and height in pixels (default {SIZE})")
    options = parser.parse_args()
    unknown = set(options.names) - set(STYLES)
    if unknown:
        parser.error(f"no such picture: {', '.join(sorted(unknown))}")
    with ProcessPoolExecutor(2) as workers:
        list(workers.map(partial(paint, folder=options.folder, size=options.size), options.names or STYLES))


if __name__ == "__main__":
    main()
