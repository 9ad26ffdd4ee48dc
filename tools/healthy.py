"""Measure the gallery's pictures by the six signs of nst_helpers/diagnose.py, for the clinic of lesson 11.

    python tools/healthy.py           writes data/runs/healthy.json: {name: {sign: value}}
"""

import json
import sys

from nst_helpers.diagnose import signs
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.result import Result
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture
from nst_helpers.system import write_whole

SIZE = 512  # pixels: half of the gallery's, as the shipped style pictures are half of those that it was painted with


def main():
    gallery, measured = data_folder() / "gallery", {}
    for name, recipe in json.loads((gallery / "gallery.json").read_text(encoding="utf-8")).items():
        styles = [(weight, shipped_picture(style)) for style, weight in recipe["style"].items()]
        result = Result(load_image(gallery / f"{name}.jpg", SIZE), {}, Settings(**recipe["settings"]), 0.0, (),
                        content=shipped_picture(recipe["content"]), style=styles)
        measured[name] = {sign: float(f"{value:.3g}") for sign, value in signs(result).items()}
        print(name, measured[name], flush=True)
    write_whole(data_folder() / "runs" / "healthy.json", json.dumps(measured, indent=1).encode() + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
