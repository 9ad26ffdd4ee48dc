"""Compute whether what one pair showed of three sets of weights holds for four, and for three draws (lesson 02).

    python tools/four_pairs.py            what is missing, or of another recipe or network; goes on where it stopped
    python tools/four_pairs.py --check    compute nothing; name what is out of date

Kept in data/features/four_pairs.json. As `three_weights.py`, from noise, with its judge and its rule for the best of a
grid; but smaller (128 pixels, 10 settings), so that four pairs, each with a noise of its own, and three draws of random
weights take 200 transfers and a quarter of an hour.
"""

import itertools
import sys
from dataclasses import asdict, replace
from functools import partial

import stamps
import three_weights

from nst_helpers.experiments.grids import best_run
from nst_helpers.networks import data_folder, random_network
from nst_helpers.settings import Settings
from nst_helpers.shipped import picture_file

NOTE = data_folder() / "features" / "four_pairs.json"
# The two trained networks are one draw each; of random weights there are as many as one likes.
NETWORKS = {"robust": three_weights.NETWORKS["robust"], "plain": three_weights.NETWORKS["plain"],
            **{f"random {seed}": partial(random_network, seed=seed) for seed in range(3)}}
RECIPES = {"four_pairs": {
    "pairs": [["temple", "night_swirls"], ["cat", "woodcut"], ["raccoon", "stained_glass"], ["coffee", "great_waves"]],
    "size": 128, "scales": 2, "iterations": 60, "subject": three_weights.SUBJECT, "layers": three_weights.LAYERS,
    "weights": [[beta, 0.1] for beta in (0.5, 2, 8, 30, 120)]}}


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "four pairs")


def read_recipes():
    return RECIPES


def is_stale(name, recipe):
    return "best" not in read(recipe)


def compute(name, recipe):
    told, networks = read(recipe), {which: make() for which, make in NETWORKS.items()}
    for number, (content, style) in enumerate(recipe["pairs"]):
        runs = told["runs"].setdefault(f"{content} × {style}", {which: [] for which in NETWORKS})
        one = recipe | {"content": content, "style": style}
        for (which, network), layers, (beta, gamma) in itertools.product(networks.items(), recipe["layers"],
                                                                        recipe["weights"]):
            point = {"layers": layers, "β": beta, "γ": gamma}
            if not any(run | point == run for run in runs[which]):
                settings = replace(three_weights.settings_of(one, one, point), seed=number)
                image = three_weights.painting(one, settings, network)
                runs[which].append(point | three_weights.judged(image, one, settings))
                stamps.keep_note(NOTE, told, indent=1, ensure_ascii=False)
    told["best"] = {pair: {which: best_run(runs[which], recipe["subject"]) for which in NETWORKS}
                    for pair, runs in told["runs"].items()}
    stamps.keep_note(NOTE, told, indent=1, ensure_ascii=False)
    return told["best"]


def stamp(recipe):
    """A digest of what decides the outcome: the recipe, all settings, both trained networks, the pictures."""
    names = sorted({name for pair in recipe["pairs"] for name in pair})
    files = [stamps.network_file("compact"), stamps.network_file("plain"), *map(picture_file, names)]
    return stamps.digest([stamps.text(recipe), stamps.text(asdict(Settings()))], files)


def read(recipe):
    """What was computed by this recipe so far."""
    return stamps.so_far(NOTE, stamp(recipe), recipe=recipe, runs={})


if __name__ == "__main__":
    sys.exit(main())
