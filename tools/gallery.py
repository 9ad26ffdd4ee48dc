"""The gallery: finished pictures at 1,024 pixels, with the settings that made each, in data/gallery.

    python tools/gallery.py [temple_night …]
    python tools/gallery.py --insets          only lay the style pictures into the corners anew

`make gallery` paints all of them, in about an hour on two cores. What is said of each stands in gallery.json: the two
pictures' names (several styles with their weights), and the settings that are not COMMON's; in masked.json also the
names of masks, one for each style or null, or of one that says what is kept. The style pictures
are painted for it at twice their size, once (build/styles); the photographs are enlarged: their details come from
the style. data/gallery/shown holds what a page shows: smaller, with the style picture in a corner.
"""

import argparse
import json

import make_styles
import numpy as np
from tqdm import tqdm

from nst_helpers.diagnose import diagnose
from nst_helpers.images import load_image, resize_image, save_image
from nst_helpers.masks import Masks
from nst_helpers.networks import data_folder
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_mask, shipped_picture
from nst_helpers.transfer import transfer

FOLDER = data_folder() / "gallery"
RECIPES = FOLDER / "gallery.json", FOLDER / "masked.json"
SIZE = 1024
COMMON = {"size": SIZE, "scales": 6, "iterations": 180}  # the coarsest size as for 512 pixels, 30 iterations at each
SHOWN, INSET, FRAME = 720, 4, 3  # pixels; one part in so many of the height; pixels
STYLES, STYLE_SIZE = data_folder().parent / "build" / "styles", 1280


def main():
    recipes = {}
    for path in RECIPES:
        recipes |= json.loads(path.read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *recipes], help="which ones (default: all)")
    parser.add_argument("--insets", action="store_true", help="paint nothing; make data/gallery/shown anew")
    options = parser.parse_args()
    for name in tqdm(options.names or list(recipes), unit="picture"):
        if not options.insets:
            result = paint(recipes[name])
            for finding in diagnose(result):
                print(f"{name}: {finding.name}, {finding.sign}")
            save_image(result.image, FOLDER / f"{name}.jpg")
        (FOLDER / "shown").mkdir(exist_ok=True)
        save_image(with_inset(name, recipes[name]), FOLDER / "shown" / f"{name}.jpg")


def paint(recipe):
    """The `Result` of one recipe: {"content", "style", "settings"}, and perhaps {"masks", "keep"}."""
    styles = [(weight, large_style(style)) for style, weight in recipe["style"].items()]
    return transfer(enlarged(shipped_picture(recipe["content"])), styles, Settings(**COMMON | recipe["settings"]),
                    masks=masks(recipe))


def masks(recipe):
    """The `Masks` of a recipe; without any, they are None to `transfer`."""
    named = recipe.get("masks", [None] * len(recipe["style"]))
    keep = recipe.get("keep")
    return Masks([name and shipped_mask(name) for name in named], keep and shipped_mask(keep))


def pictures(recipe, size):
    """(content picture with its longer side at most `size`, [(weight, style picture), …]) of a recipe."""
    styles = [(weight, shipped_picture(style)) for style, weight in recipe["style"].items()]
    return shipped_picture(recipe["content"], size), styles


def with_inset(name, recipe):
    """A finished picture, SHOWN pixels on its longer side, with its style pictures in the lower left corner."""
    picture = load_image(FOLDER / f"{name}.jpg", SHOWN)
    side, left = picture.shape[0] // INSET, 0
    for style in recipe["style"]:
        small = resize_image(shipped_picture(style), side, side)
        framed = np.pad(small, ((FRAME,), (FRAME,), (0,)), constant_values=255)
        picture[-framed.shape[0]:, left: left + framed.shape[1]] = framed
        left += framed.shape[1] - FRAME
    return picture


def enlarged(image):
    """A photograph with SIZE pixels on its longer side."""
    height, width = (round(length * SIZE / max(image.shape[:2])) for length in image.shape[:2])
    return resize_image(image, height, width)


def large_style(name):
    """A style picture at STYLE_SIZE pixels, painted once."""
    path = STYLES / f"{name}.jpg"
    if not path.is_file():
        STYLES.mkdir(parents=True, exist_ok=True)
        make_styles.paint(name, STYLES, STYLE_SIZE)
    return load_image(path, None)


if __name__ == "__main__":
    main()
