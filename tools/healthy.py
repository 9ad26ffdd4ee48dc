"""Measure the gallery's pictures by the six signs of nst_helpers/diagnose.py, for the clinic of lesson 11.

    python tools/healthy.py            where out of date
    python tools/healthy.py --check    compute nothing; say whether it is

It writes data/runs/healthy.json, {name: {sign: value}}, which the lesson reads as it is; so its stamp stands in a note
beside it.
"""

import json
import sys

import stamps

from nst_helpers.diagnose import signs
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.result import Result
from nst_helpers.settings import Settings
from nst_helpers.shipped import picture_file, shipped_picture

GALLERY, MEASURED = data_folder() / "gallery", data_folder() / "runs" / "healthy.json"
NOTE = MEASURED.with_suffix(".stamp.json")
SIZE = 512  # pixels: half of the gallery's, as the shipped style pictures are half of those that it was painted with


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "healthy pictures")


def read_recipes():
    """One: the gallery's own, {name: {"content", "style", "settings"}}."""
    return {"healthy": json.loads((GALLERY / "gallery.json").read_text(encoding="utf-8"))}


def compute(name, recipe):
    measured = {picture: measure(picture, one) for picture, one in recipe.items()}
    stamps.keep_note(MEASURED, measured, indent=1)
    stamps.keep_note(NOTE, {"stamp": stamp(recipe)})
    return f"{len(measured)} pictures measured"


def measure(picture, recipe):
    """{sign: value} of one of them."""
    styles = [(weight, shipped_picture(style)) for style, weight in recipe["style"].items()]
    result = Result(load_image(GALLERY / f"{picture}.jpg", SIZE), {}, Settings(**recipe["settings"]), 0.0, (),
                    content=shipped_picture(recipe["content"]), style=styles)
    return {sign: stamps.digits(value, 3) for sign, value in signs(result).items()}


def is_stale(name, recipe):
    return stamps.is_stale(NOTE, stamp(recipe), [MEASURED])


def stamp(recipe):
    """A digest of what is measured, and through which network."""
    shipped = {picture_file(one["content"]) for one in recipe.values()}
    shipped |= {picture_file(style) for one in recipe.values() for style in one["style"]}
    files = [*(GALLERY / f"{picture}.jpg" for picture in recipe), *sorted(shipped), stamps.network_file("compact")]
    return stamps.digest([str(SIZE), stamps.text(recipe)], files)


if __name__ == "__main__":
    sys.exit(main())
