"""Tune η for every arm of nst_helpers/experiments/stages.py, and keep what was measured; minutes on two cores.

    python tools/stages.py            where out of date
    python tools/stages.py --check    compute nothing; say whether it is
"""

import sys

import stamps

from nst_helpers.diagnose import signs
from nst_helpers.experiments.ladders import climb
from nst_helpers.experiments.stages import ARMS, best_rate, staged
from nst_helpers.networks import data_folder
from nst_helpers.result import Result
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture

FOLDER = data_folder() / "runs"
CONTENT, STYLE = "temple", "night_swirls"
COMMON = {"size": 256, "iterations": 64, "style_weight": 50.0}
RATES = {"adam": (12, 24, 48), "lbfgs": (4, 8, 16)}  # and on by factors of two, while the best is at an end
LONG = 128  # iterations with which a run that grows does as much work as one that does not


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "stages")


def read_recipes():
    """One: settings, learning rates and arms together."""
    return {"stages": [CONTENT, STYLE, COMMON, RATES, LONG, {name: arm._asdict() for name, arm in ARMS.items()}]}


def compute(name, recipe):
    """Write the pictures, then what tells of them."""
    tried, long, pictures = measure_all()
    for arm, picture in pictures.items():
        stamps.keep_picture(FOLDER / f"stages_{arm}.webp", picture, 82)
    told = {"stamp": stamp(recipe), "settings": COMMON, "tried": tried, "long": long}
    stamps.keep_note(FOLDER / f"{name}.json", told)
    return f"{sum(map(len, tried.values())) + len(long)} transfers"


def measure_all():
    """({arm: {η: measures}}, {growing arm: measures of its best η with LONG iterations}, {arm: the best picture})."""
    tried, long, pictures = {}, {}, {}
    for name, arm in ARMS.items():
        runs = {}

        def total(rate, arm=arm, runs=runs):
            runs[rate] = run(arm, rate)
            return runs[rate][0]["total"]

        climb(total, RATES[arm.optimizer][1])
        tried[name] = {rate: measures for rate, (measures, _) in sorted(runs.items())}
        best = best_rate(tried[name])
        pictures[name] = runs[best][1][-1]
        tried[name][best]["subjects"] = [stamps.digits(seen(image)["subject"]) for image in runs[best][1]]
        print(name, tried[name], flush=True)
    for name, arm in ARMS.items():
        if arm.grows:
            long[name] = run(arm, best_rate(tried[name]), LONG)[0]
            print(name, long[name], flush=True)
    return tried, long, pictures


def run(arm, rate, iterations=COMMON["iterations"]):
    """(measures, pictures at the end of each stage) of one run."""
    made = staged(*pair(), arm, rate, **{**COMMON, "iterations": iterations})
    found = seen(made.image)
    numbers = {**made.losses, "pixels": made.pixels} | {name: found[name] for name in ("contrast", "noise", "subject")}
    return {name: stamps.digits(number) for name, number in numbers.items()}, made.stages


def pair():
    return shipped_picture(CONTENT, COMMON["size"]), shipped_picture(STYLE)


def seen(image):
    """The signs of a picture that was painted of this pair."""
    content, style = pair()
    return signs(Result(image, {}, Settings(**COMMON), 0.0, (), content=content, style=style))


def is_stale(name, recipe):
    """Whether it is missing, or of other settings, arms or another network."""
    return stamps.is_stale(FOLDER / f"{name}.json", stamp(recipe), [FOLDER / f"stages_{arm}.webp" for arm in ARMS])


def stamp(recipe):
    return stamps.digest([stamps.text(recipe)], [stamps.network_file("compact")])


if __name__ == "__main__":
    sys.exit(main())
