"""Compute the races that lesson 08 shows: plain descent, momentum and Nesterov on one picture, each with several η.

    python tools/descents.py            what is missing, or of other settings or another network
    python tools/descents.py --check    compute nothing; say whether it is out of date

"descents" writes data/runs/descents_RULE.webp, each rule's picture at its best η with β = 0.9, and
data/runs/descents.json: settings and every loss of every run. "descents_beta", a control, tunes β and η together on the
same picture, smaller, from the photograph and from two noises, and writes data/runs/descents_beta.json. Each run is
kept at once, so a race that was stopped goes on where it was.
"""

import sys
from functools import partial

import numpy as np
import stamps

from nst_helpers.backend import tf
from nst_helpers.experiments.descents import RULES, file_name, folder, late, paint
from nst_helpers.experiments.ladders import climb, lowest
from nst_helpers.experiments.painting import painting_loss, with_gradient
from nst_helpers.images import noise_image
from nst_helpers.networks import load_network
from nst_helpers.shipped import picture_file, shipped_picture

SETTINGS = {"content": "temple", "style": "night_swirls", "size": 320, "style_size": 640, "style_weight": 15.0,
            "tv_weight": 0.1, "epsilon": 40.0, "steps": 100, "network": "compact"}
SHARES = {"plain descent": (1, 2, 4, 8), "momentum": (8, 16, 32), "Nesterov": (4, 8, 16, 32)}  # η over 2/λ_max
SMALL = SETTINGS | {"size": 96, "style_size": 192}
MEMORIES = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
BETAS = {"plain descent": (0.0,), "momentum": MEMORIES, "Nesterov": MEMORIES}
STARTS = ("photograph", "noise 0", "noise 1")  # behind "noise" its seed
FIRST = {0.0: 2.0, 0.5: 4.0, 0.8: 8.0, 0.9: 16.0, 0.95: 32.0, 0.98: 64.0, 0.99: 128.0}  # {β: the first η tried}
ROUNDS = 12  # of the power iteration


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "descents")


def read_recipes():
    """{name: (settings, what is tried)}; the rounds are the same for both."""
    return {"descents": (SETTINGS, SHARES), "descents_beta": (SMALL | {"starts": STARTS}, BETAS)}


def compute(name, recipe):
    settings, _ = recipe
    told, photo = read(name, recipe), photograph(settings)
    loss = loss_of(photo, settings)
    look = with_gradient(lambda w: loss(w, settings["tv_weight"], settings["epsilon"]))
    if "limit" not in told["settings"]:
        told["settings"]["limit"] = stamps.digits(2 / largest_curvature(loss, photo))
    limit = told["settings"]["limit"]
    print(f"2/λ_max = {limit:.4g}", flush=True)
    if name == "descents":
        at_given_rates(name, told, look, photo, limit)
    else:
        for start in STARTS:
            tuned(name, told, look, start, begin(photo, start), limit)
    told["finished"] = True
    keep(name, told)
    return f"{sum(map(len, told['losses'].values()))} rows"


def at_given_rates(name, told, look, photo, limit):
    """The large race: each rule with β = 0.9 at each of its SHARES."""
    for rule, shares in SHARES.items():
        rows = told["losses"].setdefault(rule, {}) if picture_of(rule).is_file() else {}
        told["losses"][rule] = rows
        for share in shares:
            if str(share) in rows:
                continue
            image, losses = paint(look, photo, RULES[rule](share * limit), told["settings"]["steps"])
            if late(losses) < min(map(late, rows.values()), default=np.inf):
                stamps.keep_picture(picture_of(rule), image, 90)
            rows[str(share)] = [stamps.digits(value) for value in losses]
            keep(name, told)
            print(f"{rule}, {share} times 2/λ_max: {late(losses):.4f}", flush=True)


def tuned(name, told, look, start, picture, limit):
    """The small race from one start: for each β a ladder of η by twos, then by roots of two around its best.

    The best of each has a worse one on either side.
    """
    for rule, betas in BETAS.items():
        for beta in betas:
            rows = told["losses"].setdefault(f"{start}|{rule}|{beta:g}", {})
            rule_of = RULES[rule] if rule == "plain descent" else partial(RULES[rule], beta=beta)

            def score(share, rows=rows, rule_of=rule_of, title=f"{start}, {rule}, β = {beta:g}"):
                if f"{share:g}" not in rows:
                    _, losses = paint(look, picture, rule_of(share * limit), SMALL["steps"], patient=True)
                    rows[f"{share:g}"] = stamps.digits(np.mean(losses[-5:]))
                    keep(name, told)
                    print(f"{title}, {share:g} times 2/λ_max: {rows[f'{share:g}']:.4g}", flush=True)
                return rows[f"{share:g}"]

            climb(score, lowest(climb(score, FIRST[beta])), 2**0.5)


def begin(photo, start):
    """The picture to begin with: the photograph itself, or a noise of its size."""
    return photo if start == "photograph" else noise_image(*photo.shape[:2], seed=int(start.split()[1]))


def photograph(settings):
    return tf.constant(shipped_picture(settings["content"], settings["size"]))


def loss_of(photo, settings):
    style = shipped_picture(settings["style"], settings["style_size"])
    return painting_loss(load_network(settings["network"]), photo.numpy(), style, settings["style_weight"])


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


def read(name, recipe):
    """What was computed under this recipe's stamp so far."""
    return stamps.so_far(folder() / f"{name}.json", stamp(recipe), settings=dict(recipe[0]), losses={})


def keep(name, told):
    stamps.keep_note(folder() / f"{name}.json", told)


def is_stale(name, recipe):
    """Whether a race is missing, unfinished, or of other settings or another network."""
    pictures = [picture_of(rule) for rule in SHARES] if name == "descents" else []
    return stamps.is_stale(folder() / f"{name}.json", stamp(recipe), pictures) or not read(name, recipe).get("finished")


def picture_of(rule):
    return folder() / f"descents_{file_name(rule)}.webp"


def stamp(recipe):
    """A digest of what decides the race: settings, learning rates, network and pictures."""
    files = [stamps.network_file(SETTINGS["network"]),
             *(picture_file(SETTINGS[role]) for role in ("content", "style"))]
    return stamps.digest([stamps.text([*recipe, ROUNDS])], files)


if __name__ == "__main__":
    sys.exit(main())
