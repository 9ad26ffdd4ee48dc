"""The pictures of lesson 02 that take minutes: what channels respond to, and one transfer by three sets of weights.

    python tools/feature_pictures.py [NAME …]

`make features` computes those that are missing in data/features: NAME.webp, and in features.json what was measured.
"""

import argparse
import json

import stamps

from nst_helpers.experiments.channels import channel_picture, response
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder, load_network, random_network
from nst_helpers.settings import Settings
from nst_helpers.system import write_whole
from nst_helpers.transfer import transfer

FOLDER = data_folder() / "features"
NETWORKS = {"robust": load_network, "plain": lambda: load_network("plain"), "random": random_network}
CHANNELS = {"robust_conv4_1_43": {}, "robust_conv5_1_8": {}, "robust_conv5_1_120": {}, "robust_conv2_1_6": {},
            "robust_conv4_1_63": {}, "robust_conv5_1_80": {}, "plain_conv5_1_60": {},
            "plain_conv5_1_60_free": {"power": 0.0, "jitter": 0},
            "robust_conv5_1_120_free": {"power": 0.0, "jitter": 0}}
TRANSFERS = {f"transfer_{name}": name for name in NETWORKS}
SETTINGS = {"size": 320, "scales": 3, "iterations": 90}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *CHANNELS, *TRANSFERS], help="default: what is missing")
    missing = [name for name in (*CHANNELS, *TRANSFERS) if not (FOLDER / f"{name}.webp").is_file()]
    for name in parser.parse_args().names or missing:
        image, measured = channel(name) if name in CHANNELS else painted(TRANSFERS[name])
        keep(name, image, measured)
        print(name, measured, flush=True)


def channel(name):
    """(picture, {what was measured}) of a name like robust_conv4_1_43."""
    which, layer = name.split("_")[0], "_".join(name.split("_")[1:3])
    number, network = int(name.split("_")[3]), NETWORKS[which]()
    image = channel_picture(network, layer, number, **CHANNELS[name])
    return image, {"network": which, "layer": layer, "channel": number, **CHANNELS[name],
                   "mean response": round(float(response(network, image, layer, number)), 2)}


def painted(which):
    """(picture, {what was measured}) of the temple in the style of the night, by one set of weights."""
    content, style = (load_image(data_folder() / name, 640) for name in ("content/temple.jpg",
                                                                        "style/night_swirls.jpg"))
    result = transfer(content, style, Settings(**SETTINGS), network=NETWORKS[which]())
    return result.image, {"network": which, "content": "temple", "style": "night_swirls", **SETTINGS}


def keep(name, image, measured):
    """Write the picture, and what was measured into the list of all."""
    path = FOLDER / "features.json"
    told = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    stamps.keep_picture(FOLDER / f"{name}.webp", image, 88)
    text = json.dumps(dict(sorted((told | {name: measured}).items())), indent=1)
    write_whole(path, (text + "\n").encode())


if __name__ == "__main__":
    main()
