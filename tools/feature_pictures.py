"""The pictures of lesson 02 that take minutes: what channels respond to, found by optimization.

    python tools/feature_pictures.py [NAME …]     `make features`: what is missing or out of date, or these
    python tools/feature_pictures.py --check      compute nothing; name what is out of date

Kept in data/features: NAME.webp, and in features.json what was measured.
"""

import json
import sys

import stamps

from nst_helpers.experiments.channels import channel_picture, response
from nst_helpers.networks import data_folder, load_network

FOLDER = data_folder() / "features"
NETWORKS = {"robust": load_network, "plain": lambda: load_network("plain")}
FILES = {"robust": "compact", "plain": "plain"}  # of their weights
CHANNELS = {"robust_conv4_1_43": {}, "robust_conv5_1_8": {}, "robust_conv5_1_120": {}, "robust_conv2_1_6": {},
            "robust_conv4_1_63": {}, "robust_conv5_1_80": {}, "plain_conv5_1_60": {},
            "plain_conv5_1_60_free": {"power": 0.0, "jitter": 0},
            "robust_conv5_1_120_free": {"power": 0.0, "jitter": 0}}


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "feature pictures")


def read_recipes():
    """{name: {"network", and what is asked of it}}."""
    return {name: {"network": name.split("_")[0], **CHANNELS[name]} for name in CHANNELS}


def is_stale(name, recipe):
    picture = FOLDER / f"{name}.webp"
    return read().get(name, {}).get("stamp") != stamp(name, recipe) or not picture.is_file()


def stamp(name, recipe):
    """A digest of what decides a picture: its name, which holds layer and channel, its recipe and network."""
    return stamps.digest([name, stamps.text(recipe)], [stamps.network_file(FILES[recipe["network"]])])


def compute(name, recipe):
    image, measured = channel(name)
    stamps.keep_picture(FOLDER / f"{name}.webp", image, 88)
    told = read() | {name: {**measured, "stamp": stamp(name, recipe)}}
    stamps.keep_note(FOLDER / "features.json", dict(sorted(told.items())), indent=1)
    return str(measured)


def channel(name):
    """(picture, {what was measured}) of a name like robust_conv4_1_43."""
    which, layer = name.split("_")[0], "_".join(name.split("_")[1:3])
    number, network = int(name.split("_")[3]), NETWORKS[which]()
    image = channel_picture(network, layer, number, **CHANNELS[name])
    return image, {"network": which, "layer": layer, "channel": number, **CHANNELS[name],
                   "mean response": round(float(response(network, image, layer, number)), 2)}


def read():
    """{name: what was measured}."""
    path = FOLDER / "features.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


if __name__ == "__main__":
    sys.exit(main())
