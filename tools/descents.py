"""Compute the race that lesson 08 shows: plain descent, momentum and Nesterov on one picture, each with several η.

    python tools/descents.py            compute it, where it is missing or of other settings or another network
    python tools/descents.py --check    compute nothing; say whether it is out of date

Written are data/runs/descents_RULE.webp, each rule's picture at its best η, and data/runs/descents.json: settings and
every loss of every run.
"""

import sys

import numpy as np
import stamps

from nst_helpers.backend import tf
from nst_helpers.experiments.descents import RULES, file_name, folder, late, paint
from nst_helpers.experiments.painting import painting_loss, with_gradient
from nst_helpers.images import load_image
from nst_helpers.networks import load_network

SETTINGS = {"content": "temple", "style": "night_swirls", "size": 320, "style_size": 640, "style_weight": 15.0,
            "tv_weight": 0.1, "epsilon": 40.0, "steps": 100, "network": "compact"}
SHARES = {"plain descent": (1, 2, 4, 8), "momentum": (8, 16, 32), "Nesterov": (4, 8, 16, 32)}  # η over 2/λ_max
ROUNDS = 12  # of the power iteration


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "descents")


def read_recipes():
    """One: settings, learning rates and rounds together."""
    return {"descents": [SETTINGS, SHARES, ROUNDS]}


def compute(name, recipe):
    photo = tf.constant(load_image(stamps.picture_file("content", SETTINGS["content"]), SETTINGS["size"]))
    loss = loss_of(photo)
    look = with_gradient(lambda w: loss(w, SETTINGS["tv_weight"], SETTINGS["epsilon"]))
    limit = 2 / largest_curvature(loss, photo)
    print(f"2/λ_max = {limit:.4g}", flush=True)
    losses, best = {}, {}
    for rule, shares in SHARES.items():
        losses[rule] = {}
        for share in shares:
            image, losses[rule][share] = paint(look, photo, RULES[rule](share * limit), SETTINGS["steps"])
            reached = late(losses[rule][share])
            print(f"{rule}, {share} times 2/λ_max: {reached:.4f}", flush=True)
            if rule not in best or reached < best[rule][0]:
                best[rule] = reached, image
    keep(limit, losses, {rule: image for rule, (_, image) in best.items()}, stamp(recipe))
    return f"{sum(map(len, losses.values()))} descents"


def loss_of(photo):
    style = load_image(stamps.picture_file("style", SETTINGS["style"]), SETTINGS["style_size"])
    return painting_loss(load_network(SETTINGS["network"]), photo.numpy(), style, SETTINGS["style_weight"])


def largest_curvature(loss, photo):
    """λ_max at the photograph, without total variation, by power iteration."""
    @tf.function
    def stretch(w, d):
        with tf.GradientTape() as outer:
            outer.watch(w)
            with tf.GradientTape() as inner:
                inner.watch(w)
                value = loss(w, 0.0, SETTINGS["epsilon"])
            along = tf.reduce_sum(inner.gradient(value, w) * d)
        return outer.gradient(along, w)

    d, curvature = np.random.default_rng(0).standard_normal(photo.shape).astype(np.float32), 0.0
    for _ in range(ROUNDS):
        d /= np.linalg.norm(d)
        stretched = stretch(photo, d).numpy()
        curvature, d = float(np.sum(d * stretched)), stretched
    return curvature


def keep(limit, losses, images, stamp):
    """Write the files; the one that tells of the others comes last."""
    for rule, image in images.items():
        stamps.keep_picture(folder() / f"descents_{file_name(rule)}.webp", image, 90)
    rounded = {rule: {share: [stamps.digits(value) for value in row] for share, row in rows.items()}
               for rule, rows in losses.items()}
    told = {"stamp": stamp, "settings": SETTINGS | {"limit": stamps.digits(limit)}, "losses": rounded}
    stamps.keep_note(folder() / "descents.json", told)


def is_stale(name, recipe):
    """Whether the race is missing, or of other settings or another network."""
    return stamps.is_stale(folder() / f"{name}.json", stamp(recipe),
                           [folder() / f"descents_{file_name(rule)}.webp" for rule in SHARES])


def stamp(recipe):
    """A digest of what decides the race: settings, learning rates, network and pictures."""
    files = [stamps.network_file(SETTINGS["network"]),
             *(stamps.picture_file(role, SETTINGS[role]) for role in ("content", "style"))]
    return stamps.digest([stamps.text(recipe)], files)


if __name__ == "__main__":
    sys.exit(main())
