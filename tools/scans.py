"""Compute the transfers of a made-up scan that lesson 00 shows without computing them: data/scans.

    python tools/scans.py            what is missing, or of another recipe or network
    python tools/scans.py NAME …     these, whether they are there or not
    python tools/scans.py --check    compute nothing; name what is out of date

At 384 pixels with the default settings but for the weight of the style, half a minute each on two
idle cores. With the weight 0 only the content loss and the total variation are lowered: what is lost there, no style
is to blame for.
"""

import json
import sys
from dataclasses import asdict

import stamps

from nst_helpers.experiments.scan import SIZE, folder, scan
from nst_helpers.networks import data_folder
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture
from nst_helpers.system import write_whole
from nst_helpers.transfer import transfer

RECIPES = {
    "content_only": {"style": "woodcut", "settings": {"style_weight": 0}},
    "woodcut_weak": {"style": "woodcut", "settings": {"style_weight": 3}},
    "woodcut": {"style": "woodcut", "settings": {}},
}


def main(arguments=None):
    names, status = stamps.asked_for(arguments, __doc__.splitlines()[0], RECIPES, is_stale, "scan", "runs")
    for name in names:
        compute(name, RECIPES[name])
    return status


def is_stale(name, recipe):
    return stamps.is_stale(folder() / f"{name}.json", stamp(recipe))


def compute(name, recipe):
    """Transfer and keep one; the note that tells of the picture comes last."""
    result = transfer(scan()[0], shipped_picture(recipe["style"]), Settings(size=SIZE, **recipe["settings"]))
    folder().mkdir(exist_ok=True)
    stamps.keep_picture(folder() / f"{name}.webp", result.image, 88)
    told = {"stamp": stamp(recipe), "recipe": recipe}
    write_whole(folder() / f"{name}.json", json.dumps(told).encode() + b"\n")
    print(f"{name}: {result.seconds:.0f} s")


def stamp(recipe):
    """A digest of all that decides a transfer: its recipe, its whole settings, the scan, the shipped network."""
    settings = Settings(size=SIZE, **recipe["settings"])
    return stamps.digest([json.dumps(recipe, sort_keys=True), json.dumps(asdict(settings), sort_keys=True),
                          str(scan()[1].tolist())],
                         [data_folder() / "networks" / f"{settings.network}.npz"])


if __name__ == "__main__":
    sys.exit(main())
