"""Compute the textures that lesson 05 shows without computing them: what data/woven/recipes.json asks for.

    python tools/woven.py                 every texture whose recipe or network has changed since it was computed
    python tools/woven.py glass_5 …       these, whether they have or not
    python tools/woven.py --check         compute nothing; name the textures that are missing or out of date

A recipe: {"style": picture, "piece": [left, top, side] of it, in pixels, "network": compact, plain or random,
"settings": changes to those of `texture_settings`}. How a lesson shows a texture: nst_helpers/experiments/woven.py.
"""

import json
import sys
from dataclasses import asdict

import numpy as np
import stamps

from nst_helpers.experiments import woven
from nst_helpers.experiments.texture import texture, texture_settings
from nst_helpers.images import noise_image, resize_image
from nst_helpers.losses import layer_style_loss
from nst_helpers.networks import shared_network

LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1", "pool1", "pool2", "pool3", "pool4")
NETWORKS = ("compact", "plain", "random")
CELLS = 8  # along each side: how coarsely two layouts are compared
KEYS = {"style", "piece", "network", "settings"}


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "woven textures")


def read_recipes():
    """{name: recipe}; SystemExit with one line where a recipe is not one."""
    recipes = json.loads((woven.folder() / "recipes.json").read_text(encoding="utf-8"))
    for name, recipe in recipes.items():
        if set(recipe) != KEYS or recipe["network"] not in NETWORKS:
            raise SystemExit(f"recipe {name}: it needs {', '.join(sorted(KEYS))}, and a network of {NETWORKS}")
    return recipes


def compute(name, recipe):
    settings = settings_of(recipe)
    network = shared_network(recipe["network"], settings.pooling)
    result = texture(woven.piece(**place(recipe)), settings, network=network)
    keep(name, recipe, result)
    return f"{result.seconds:.0f} s, {(woven.folder() / f'{name}.webp').stat().st_size / 1e3:.0f} kB"


def place(recipe):
    """The arguments of `woven.piece`."""
    return {"style": recipe["style"], "place": recipe["piece"]}


def settings_of(recipe):
    return texture_settings(**{"size": recipe["piece"][2]} | recipe["settings"])


def measured(image, style):
    """{network: {layer: E_l}}: how far an image is from its style, seen through each network: with average
    pooling, and the shipped one with maximum pooling too."""
    far = {}
    for name, pooling in [*((name, "average") for name in NETWORKS), ("compact", "max")]:
        ours, theirs = (shared_network(name, pooling)(picture, LAYERS) for picture in (image, style))
        far["max" if pooling == "max" else name] = {
            layer: stamps.digits(layer_style_loss(ours[layer], theirs[layer])) for layer in LAYERS}
    return far


def layout(image, style):
    """How well the mean colours of 8×8 cells agree with those at the same places of the style: their correlation."""
    cells = [resize_image(picture, CELLS, CELLS) for picture in (image, style)]
    ours, theirs = (cell - cell.mean(axis=(0, 1)) for cell in cells)
    return stamps.digits(np.sum(ours * theirs) / np.sqrt(np.sum(ours**2) * np.sum(theirs**2)))


def keep(name, recipe, result):
    """Write a texture and what was measured of it, before it was compressed; the words come last."""
    style = woven.piece(**place(recipe))
    stamps.keep_picture(woven.folder() / f"{name}.webp", result.image, 82)
    color = np.abs(result.image.mean(axis=(0, 1)) - style.mean(axis=(0, 1))).mean()
    told = {"stamp": stamp(recipe), "recipe": recipe, "seconds": round(result.seconds, 1),
            "losses": measured(result.image, style), "noise": measured(noise_image(*style.shape[:2], seed=0), style),
            "mean_colour_off": stamps.digits(color), "layout": layout(result.image, style)}
    stamps.keep_note(woven.folder() / f"{name}.json", told)


def is_stale(name, recipe):
    """Whether a texture is missing, or of another recipe, other defaults or another network."""
    return stamps.is_stale(woven.folder() / f"{name}.json", stamp(recipe))


def stamp(recipe):
    """A digest of all that decides a texture, but the pictures: the recipe, its whole settings, the shipped network."""
    return stamps.digest([stamps.text(recipe), stamps.text(asdict(settings_of(recipe)))],
                         [stamps.network_file(recipe["network"])])


if __name__ == "__main__":
    sys.exit(main())
