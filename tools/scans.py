"""Compute the transfers of a made-up scan that lesson 00 shows without computing them: data/scans.

    python tools/scans.py            what is missing, or of another recipe or network
    python tools/scans.py NAME …     these, whether they are there or not
    python tools/scans.py --check    compute nothing; name what is out of date

At 384 pixels with the default settings but for the weight of the style, half a minute each on two idle cores. Each
woodcut is made from two noises, since where its marks fall could be the noise's doing. With the weight 0 only the
content loss and the total variation are lowered: what is lost there, no style is to blame for.
"""

import sys
from dataclasses import asdict

import stamps

from nst_helpers.experiments.scan import SIZE, folder, scan
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture
from nst_helpers.transfer import transfer

RECIPES = {
    "content_only": {"style": "woodcut", "settings": {"style_weight": 0}},
    "woodcut_weak": {"style": "woodcut", "settings": {"style_weight": 3}},
    "woodcut_weak_1": {"style": "woodcut", "settings": {"style_weight": 3, "seed": 1}},
    "woodcut": {"style": "woodcut", "settings": {}},
    "woodcut_1": {"style": "woodcut", "settings": {"seed": 1}},
}


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "scans")


def read_recipes():
    return RECIPES


def is_stale(name, recipe):
    return stamps.is_stale(folder() / f"{name}.json", stamp(recipe))


def compute(name, recipe):
    """Transfer and keep one; the note that tells of the picture comes last."""
    result = transfer(scan()[0], shipped_picture(recipe["style"]), Settings(size=SIZE, **recipe["settings"]))
    folder().mkdir(exist_ok=True)
    stamps.keep_picture(folder() / f"{name}.webp", result.image, 88)
    stamps.keep_note(folder() / f"{name}.json", {"stamp": stamp(recipe), "recipe": recipe})
    return f"{result.seconds:.0f} s"


def stamp(recipe):
    """A digest of all that decides a transfer: its recipe, its whole settings, the scan, the shipped network."""
    settings = Settings(size=SIZE, **recipe["settings"])
    return stamps.digest([stamps.text(recipe), stamps.text(asdict(settings)), str(scan()[1].tolist())],
                         [stamps.network_file(settings.network)])


if __name__ == "__main__":
    sys.exit(main())
