"""Compute what lesson 09 shows of optimizers without computing it: a grid over η, controls, and large pictures.

    python tools/adaptive.py            what is missing, or was computed by another recipe or network
    python tools/adaptive.py --check    compute nothing; say whether it is out of date

It writes data/adaptive/race.json, with every score, and one picture NAME.webp for each of PICTURES. Each score is kept
at once, so a run that was stopped goes on where it was. The controls, with each schedule at the η that is best for it:
three times as many steps, and further noises. How a lesson shows them: nst_helpers/experiments/rates.py.
"""

import sys

import numpy as np
import stamps

from nst_helpers.experiments import rates
from nst_helpers.experiments.adaptive import RULES, SCHEDULES, falling
from nst_helpers.experiments.ladders import climb, lowest
from nst_helpers.networks import load_network
from nst_helpers.shipped import picture_file

FIRST = {  # where the search for the best η begins: powers of two
    "gradient descent": 2.0**14, "momentum": 2.0**16, "Rprop": 2.0**2, "AdaGrad": 2.0**5, "RMSprop": 2.0**3,
    "AdaDelta": 2.0**27, "RMSprop, ε inside": 2.0**3, "AdaGrad, Keras": 2.0**15}
STEPS, CONTROL_STEPS = 100, 300


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "adaptive")


def read_recipes():
    """One: everything but the powers of two that are tried, which follow from what is found."""
    return {"race": [FIRST, STEPS, CONTROL_STEPS, rates.SEEDS, list(SCHEDULES), rates.PICTURES, rates.SMALL,
                     rates.LARGE, rates.LARGE_STEPS]}


def is_stale(name, recipe):
    return not read(stamp(recipe)).get("finished")


def compute(name, recipe):
    told, network = read(stamp(recipe)), load_network()
    draw(told, network)
    race(told, network)
    from_other_noises(told, network)
    told["finished"] = True
    keep(told)
    return ", ".join(f"{part}: {len(runs)}" for part, runs in told.items() if isinstance(runs, dict))


def stamp(recipe):
    """A digest of what decides the race: its recipe, the network and both pictures."""
    files = [stamps.network_file("compact"), picture_file("cat"), picture_file("autumn_impasto")]
    return stamps.digest([stamps.text(recipe)], files)


def race(told, network):
    """The grid at STEPS, then the best rates of each rule at CONTROL_STEPS; Keras's AdaGrad with a falling η only."""
    look, noise = rates.cat_race(network)
    best = {}
    for rule, first in FIRST.items():
        best[rule] = search(lambda rate, rule=rule: score(told, "grid", look, noise, rule, "falling", rate, STEPS),
                            first, (1 / 16, 1 / 4, 1 / 2, 1, 2, 4, 16))
    for rule in compared():
        search(lambda rate, rule=rule: score(told, "grid", look, noise, rule, "constant", rate, STEPS),
               best[rule] / 2, (1 / 2, 1, 2))
    for rule in compared():
        for schedule in SCHEDULES:
            score(told, "control", look, noise, rule, schedule, best_rate(told, rule, schedule), CONTROL_STEPS)


def compared():
    """The rules that are raced with both schedules."""
    return [rule for rule in FIRST if rule != "AdaGrad, Keras"]


def search(value, first, factors):
    """The best of the powers of two: by fours until a minimum has neighbors on both sides, then by twos around it.

    Where the curve is flat the best may be the last of these: then by twos beyond it, until it has neighbors again.
    """
    best = lowest(climb(value, first, 4.0))
    best = lowest({rate: value(rate) for rate in (best * factor for factor in factors)})
    return lowest(climb(value, best, 2.0))


def from_other_noises(told, network):
    """Each rule from further noises, with each schedule at its best of the grid."""
    for seed in rates.SEEDS:
        look, noise = rates.cat_race(network, seed=seed)
        for rule in compared():
            for schedule in SCHEDULES:
                score(told, f"noise {seed}", look, noise, rule, schedule, best_rate(told, rule, schedule), STEPS)


def best_rate(told, rule, schedule):
    """The best η of the grid, from the six digits that are kept to the power of two that it was."""
    return 2.0 ** np.rint(np.log2(rates.StoredRace(told).best(rule, schedule)[0]))


def score(told, part, look, noise, rule, schedule, rate, steps):
    """The mean loss of the last ten steps, from memory or computed and kept."""
    key = f"{rule}|{schedule}|{rate:g}"
    if key not in told.setdefault(part, {}):
        run = rates.paint(look, noise, RULES[rule], rate, SCHEDULES[schedule], steps)
        told[part][key] = stamps.digits(run.score)
        keep(told)
        print(f"{part} {key}: {run.score:.4g}", flush=True)
    return told[part][key]


def draw(told, network):
    """The large pictures."""
    look, noise = rates.cat_race(network, rates.LARGE)
    for name, (rule, rate) in rates.PICTURES.items():
        if name in told["pictures"]:
            continue
        run = rates.paint(look, noise, RULES[rule], rate, falling, rates.LARGE_STEPS)
        size = stamps.keep_picture(rates.folder() / f"{name}.webp", run.image, 88)
        told["pictures"][name] = {"rule": rule, "rate": rate, "loss": stamps.digits(run.score)}
        keep(told)
        print(f"{name}: {run.score:.4g}, {size / 1e3:.0f} kB", flush=True)


def read(stamp):
    """What was computed under this stamp so far."""
    return stamps.so_far(rates.folder() / "race.json", stamp, grid={}, control={}, pictures={})


def keep(told):
    stamps.keep_note(rates.folder() / "race.json", told, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
