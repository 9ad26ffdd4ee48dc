"""The pictures of lesson 02 that take minutes: what channels respond to, and one transfer by three sets of weights.

    python tools/feature_pictures.py [NAME …]     `make features`: what is missing or out of date, or these
    python tools/feature_pictures.py --check      compute nothing; name what is out of date

Kept in data/features: NAME.webp, and in features.json what was measured.
"""

import json
import sys

import stamps

from nst_helpers.experiments.channels import channel_picture, response
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder, load_network, random_network
from nst_helpers.settings import Settings
from nst_helpers.transfer import transfer

FOLDER = data_folder() / "features"
NETWORKS = {"robust": load_network, "plain": lambda: load_network("plain"), "random": random_network}
FILES = {"robust": "compact", "plain": "plain"}  # of their weights
CHANNELS = {"robust_conv4_1_43": {}, "robust_conv5_1_8": {}, "robust_conv5_1_120": {}, "robust_conv2_1_6": {},
            "robust_conv4_1_63": {}, "robust_conv5_1_80": {}, "plain_conv5_1_60": {},
            "plain_conv5_1_60_free": {"power": 0.0, "jitter": 0},
            "robust_conv5_1_120_free": {"power": 0.0, "jitter": 0}}
TRANSFERS = {f"transfer_{name}": name for name in NETWORKS}
PICTURES = (("content", "temple"), ("style", "night_swirls"))
SETTINGS = {"size": 320, "scales": 3, "iterations": 90}


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "feature pictures")


def read_recipes():
    """{name: {"network", and what is asked of it}}."""
    channels = {name: {"network": name.split("_")[0], **CHANNELS[name]} for name in CHANNELS}
    return channels | {name: {"network": network, "pictures": PICTURES, **SETTINGS}
                       for name, network in TRANSFERS.items()}


def is_stale(name, recipe):
    picture = FOLDER / f"{name}.webp"
    return read().get(name, {}).get("stamp") != stamp(name, recipe) or not picture.is_file()


def stamp(name, recipe):
    """A digest of what decides a picture: its name, which holds layer and channel, its recipe, network and pictures."""
    files = [stamps.network_file(FILES.get(recipe["network"], ""))]
    files += [stamps.picture_file(*picture) for picture in recipe.get("pictures", ())]
    return stamps.digest([name, stamps.text(recipe)], files)


def compute(name, recipe):
    image, measured = channel(name) if name in CHANNELS else painted(recipe["network"])
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


def painted(which):
    """(picture, {what was measured}) of the temple in the style of the night, by one set of weights."""
    content, style = (load_image(stamps.picture_file(*picture), 640) for picture in PICTURES)
    result = transfer(content, style, Settings(**SETTINGS), network=NETWORKS[which]())
    return result.image, {"network": which, **dict(PICTURES), **SETTINGS}


def read():
    """{name: what was measured}."""
    path = FOLDER / "features.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


if __name__ == "__main__":
    sys.exit(main())
