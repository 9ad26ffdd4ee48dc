"""Compute how three sets of weights of one architecture compare, each at its best (lesson 02, section 6).

    python tools/three_weights.py            what is missing, or of another recipe or network; goes on where it stopped
    python tools/three_weights.py NAME …     these
    python tools/three_weights.py --check    compute nothing; name what is out of date

Kept in data/features. NAME.json of a pair of pictures: transfers over the same grid of weights β, γ and w_l of the
layers for each set of weights, judged by statistics of the pixels in which no network takes part
(`judge_networks.py`): `subject`, how much of the photograph's drawing is left, and the distance of the histograms to
the style picture's. The best of a network is nearest to the style among those that keep the subject;
painted_NETWORK.webp is it at a larger size. The pair is painted twice, from noise and from the photograph itself, as
most people begin (painted_NETWORK_from_photograph.webp).
"""

import itertools
import sys
from dataclasses import asdict

import judge_networks
import stamps

from nst_helpers.experiments.grids import best_run
from nst_helpers.images import load_image, resize_image
from nst_helpers.networks import data_folder, load_network, random_network
from nst_helpers.settings import Settings
from nst_helpers.shipped import picture_file, shipped_picture
from nst_helpers.transfer import transfer

NETWORKS = {"robust": load_network, "plain": lambda: load_network("plain"), "random": random_network}
SUBJECT = 0.5  # of the photograph's edges a transfer must keep, to count; see `best`
# Of the style layers, from conv1_1 to conv5_1: all the same, as in Gatys' paper; or a third from each to the next, as
# this course had them while the plain network was its own.
LAYERS = {"equal": [1, 1, 1, 1, 1], "falling": [81, 27, 9, 3, 1]}
GRID = {"size": 224, "scales": 3, "iterations": 60, "subject": SUBJECT, "layers": LAYERS,
        "weights": [[beta, 0.1] for beta in (0.125, 0.5, 2, 8, 30, 120)] + [[beta, 1.0] for beta in (0.5, 2, 8)]}
TEMPLE = {"content": "temple", "style": "night_swirls", **GRID, "large": {"size": 384, "scales": 3, "iterations": 90}}
FURTHER = [[beta, 0.1] for beta in (480, 2000, 8000)]  # from the photograph, where the plain network's best was β = 120
RECIPES = {"temple": TEMPLE,
           "temple_from_photograph": {**TEMPLE, "init": "content", "weights": GRID["weights"] + FURTHER}}


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "three sets of weights")


def read_recipes():
    return RECIPES


def is_stale(name, recipe):
    return "large" not in read(name, recipe) or not all(painted(which, recipe).is_file() for which in NETWORKS)


def compute(name, recipe):
    told = read(name, recipe)
    paint_grid(told, name, recipe)
    told["best"] = {which: best(told["runs"][which], recipe["subject"]) for which in NETWORKS}
    told["large"] = {which: paint_large(which, told["best"][which], recipe) for which in NETWORKS}
    keep(name, told)
    return told["best"]


def stamp(recipe):
    """A digest of what decides the outcome: the recipe, all settings, both trained networks, the pictures."""
    files = [stamps.network_file("compact"), stamps.network_file("plain"),
             *(picture_file(recipe[role]) for role in ("content", "style"))]
    return stamps.digest([stamps.text(recipe), stamps.text(asdict(Settings()))], files)


def paint_grid(told, name, recipe):
    """Every transfer of the grid that is not there yet; each is kept at once."""
    networks = {which: make() for which, make in NETWORKS.items()}
    for layers, (beta, gamma), which in itertools.product(recipe["layers"], recipe["weights"], networks):
        runs, point = told.setdefault("runs", {}).setdefault(which, []), {"layers": layers, "β": beta, "γ": gamma}
        if not any(run | point == run for run in runs):
            settings = settings_of(recipe, recipe, point)
            runs.append(point | judged(painting(recipe, settings, networks[which]), recipe, settings))
            keep(name, told)
            print(which, runs[-1], flush=True)


def settings_of(recipe, how, point):
    """The settings of a point of the grid; how: the recipe itself, or its part `large`."""
    length = {name: how[name] for name in ("size", "scales", "iterations")}
    shares = recipe["layers"][point["layers"]]
    layers = {layer: share / sum(shares) for layer, share in zip(Settings().style_layers, shares, strict=True)}
    return Settings(style_weight=point["β"], tv_weight=point["γ"], style_layers=layers,
                    init=recipe.get("init", "noise"), **length)


def painting(recipe, settings, network):
    pair = (shipped_picture(recipe[role]) for role in ("content", "style"))
    return transfer(*pair, settings, network=network).image


def judged(image, recipe, settings):
    """{measure: number} of a transfer: the photograph at its size, the style picture as large as the strokes ask."""
    photograph = resize_image(shipped_picture(recipe["content"]), *image.shape[:2])
    style = shipped_picture(recipe["style"], round(settings.style_scale * settings.size))
    return {"subject": stamps.digits(judge_networks.subject(image, photograph), 3),
            "histograms": stamps.digits(judge_networks.histogram_distance(image, style), 3)}


def best(runs, least):
    """The point of the grid whose run `best_run` chooses."""
    chosen = best_run(runs, least)
    return {name: chosen[name] for name in ("layers", "β", "γ")}


def paint_large(which, point, recipe):
    """Paint and keep the best of a network at the larger size; what was measured of it as it is kept."""
    settings = settings_of(recipe, recipe["large"], point)
    image = painting(recipe, settings, NETWORKS[which]())
    stamps.keep_picture(painted(which, recipe), image, 95)
    return judged(load_image(painted(which, recipe), None), recipe, settings)


def painted(which, recipe):
    start = "_from_photograph" if recipe.get("init") == "content" else ""
    return data_folder() / "features" / f"painted_{which}{start}.webp"


def read(name, recipe):
    """What was computed by this recipe so far."""
    return stamps.so_far(note(name), stamp(recipe), recipe=recipe)


def keep(name, told):
    stamps.keep_note(note(name), told, indent=1, ensure_ascii=False)


def note(name):
    return data_folder() / "features" / f"{name}.json"


if __name__ == "__main__":
    sys.exit(main())
