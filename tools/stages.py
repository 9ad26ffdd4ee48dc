"""Tune η for every arm of nst_helpers/experiments/stages.py, and keep what was measured; minutes on two cores.

    python tools/stages.py            where out of date
    python tools/stages.py --check    compute nothing; say whether it is
"""

import argparse
import json
import sys

import stamps

from nst_helpers.diagnose import signs
from nst_helpers.experiments.stages import ARMS, best_rate, staged
from nst_helpers.networks import data_folder
from nst_helpers.result import Result
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture
from nst_helpers.system import write_whole

FOLDER = data_folder() / "runs"
CONTENT, STYLE = "temple", "night_swirls"
COMMON = {"size": 256, "iterations": 64, "style_weight": 50.0}
RATES = {"adam": (12, 24, 48), "lbfgs": (4, 8, 16)}  # and on by factors of two, while the best is at an end
LONG = 128  # iterations with which a run that grows does as much work as one that does not


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compute nothing; say whether it is out of date")
    options = parser.parse_args(arguments)
    if options.check:
        print("out of date: stages; call `make runs`" if is_stale() else "the stages are as they should be")
        return is_stale()
    if is_stale():
        keep(*measure_all())
    return 0


def measure_all():
    """({arm: {η: measures}}, {growing arm: measures of its best η with LONG iterations}, {arm: the best picture})."""
    tried, long, pictures = {}, {}, {}
    for name, arm in ARMS.items():
        runs, ahead = {}, list(RATES[arm.optimizer])
        while ahead:
            runs |= {rate: run(arm, rate) for rate in ahead}
            tried[name] = {rate: measures for rate, (measures, _) in sorted(runs.items())}
            best = best_rate(tried[name])
            ahead = [2 * best] if best == max(runs) else [best / 2] if best == min(runs) else []
        pictures[name] = runs[best][1]
        print(name, tried[name], flush=True)
    for name, arm in ARMS.items():
        if arm.grows:
            long[name] = run(arm, best_rate(tried[name]), LONG)[0]
            print(name, long[name], flush=True)
    return tried, long, pictures


def run(arm, rate, iterations=COMMON["iterations"]):
    """(measures, picture) of one run."""
    content, style = shipped_picture(CONTENT, COMMON["size"]), shipped_picture(STYLE)
    made = staged(content, style, arm, rate, **{**COMMON, "iterations": iterations})
    seen = signs(Result(made.image, {}, Settings(**COMMON), 0.0, (), content=content, style=style))
    numbers = {**made.losses, "pixels": made.pixels, **{name: seen[name] for name in ("contrast", "noise", "subject")}}
    return {name: float(f"{number:.4g}") for name, number in numbers.items()}, made.image


def keep(tried, long, pictures):
    """Write the pictures, then what tells of them."""
    for name, picture in pictures.items():
        stamps.keep_picture(FOLDER / f"stages_{name}.webp", picture, 82)
    told = {"stamp": stamp(), "settings": COMMON, "tried": tried, "long": long}
    write_whole(FOLDER / "stages.json", json.dumps(told).encode() + b"\n")


def is_stale():
    """Whether it is missing, or of other settings, arms or another network."""
    try:
        return json.loads((FOLDER / "stages.json").read_text(encoding="utf-8"))["stamp"] != stamp()
    except (OSError, ValueError, KeyError):
        return True


def stamp():
    asked = [CONTENT, STYLE, COMMON, RATES, LONG, {name: arm._asdict() for name, arm in ARMS.items()}]
    return stamps.digest([json.dumps(asked, sort_keys=True)], [data_folder() / "networks" / "compact.npz"])


if __name__ == "__main__":
    sys.exit(main())
