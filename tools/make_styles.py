"""Paint the style pictures of the course, data/style/*.jpg, each from geometry and a fixed seed.

    python tools/make_styles.py                      every picture, into data/style
    python tools/make_styles.py woodcut              one picture
    python tools/make_styles.py --folder /tmp/look --size 1280    somewhere else, twice as large

Every picture is painted at twice its final size and then shrunk, which smooths all edges.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from painters.autumn_impasto import autumn_impasto
from painters.cubist_planes import cubist_planes
from painters.great_waves import great_waves
from painters.marbling import marbling
from painters.night_swirls import night_swirls
from painters.pointillist import pointillist
from painters.stained_glass import stained_glass
from painters.woodcut import woodcut
from PIL import Image

FOLDER = Path(__file__).resolve().parent.parent / "data" / "style"
SIZE = 640
LEAST, MOST = 16, 4096  # pixels: below, strokes are thinner than any pixel; above, a painter needs many gigabytes
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


def shrunk(picture: npt.NDArray[np.floating]) -> Image.Image:
    """Turn an sRGB picture (2 size, 2 size, 3) in [0, 1] into an image, size pixels wide."""
    image = Image.fromarray((255 * np.clip(picture, 0, 1) + 0.5).astype(np.uint8))
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)


def paint(name: str, folder: Path, size: int = SIZE) -> Path:
    """Paint the named picture, size pixels wide, and write it to folder/name.jpg."""
    path = folder / f"{name}.jpg"
    shrunk(STYLES[name](2 * size)).save(path, quality=92)
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """Paint the pictures named on the command line, or all of them, two at a time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(STYLES)}; all if none")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--size", type=int, default=SIZE, help=f"width and height in pixels (default {SIZE})")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(STYLES))
    if unknown:
        parser.error(f"no such picture: {', '.join(unknown)}; choose from {', '.join(STYLES)}")
    if not LEAST <= options.size <= MOST:
        parser.error(f"--size is {options.size}: {LEAST} to {MOST} pixels are needed")
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"--folder {options.folder} cannot be written to ({error.strerror}): name another one")
    with ProcessPoolExecutor(2) as workers:
        list(workers.map(partial(paint, folder=options.folder, size=options.size), options.names or STYLES))


if __name__ == "__main__":
    main()
