"""Compute the feature inversions that lesson 03 shows without computing them: data/inversions.

    python tools/inversions.py             what is not there yet, or was computed with other networks
    python tools/inversions.py NAME …      these large pictures, whether they are there or not; "grid": its missing rows
    python tools/inversions.py --check     compute nothing; name what is missing or out of date

A grid of small runs (96×144 pixels, 120 steps) over each help's settings tells how good each is at its best. The best
two are repeated from other noises; without help, all three networks run on for 1,000 steps. The large runs (208×320
pixels) keep a picture each, some on their way too, and their numbers, measured before the picture is compressed. Half
an hour on two slow cores.
"""

import io
import json
import sys
from typing import NamedTuple

import stamps
from PIL import Image

from nst_helpers.experiments.inversion import BOTH, NONE, STEPS, Help, cat_window, invert, likeness
from nst_helpers.images import to_uint8
from nst_helpers.networks import data_folder, load_network, random_network
from nst_helpers.shipped import picture_file
from nst_helpers.system import write_whole

FOLDER = data_folder() / "inversions"
SMALL, LARGE, LONG = (96, 144), (208, 320), 1000
FRAMES = (10, 40)  # steps at which the large runs of the layers are kept too
LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_2", "conv5_1")
RATES, WEIGHTS = (3, 10, 30), (0.005, 0.02, 0.08)
HELPS = {"none": (1, (0,)), "smoothness": (1, WEIGHTS), "pyramid": (5, (0,)), "both": (5, WEIGHTS)}
CONTINUED = (  # where the best of the grid lay at its edge: one further
    ("compact", "noise", "none", (1, 0.0, 100.0)), ("compact", "noise", "smoothness", (1, 0.005, 100.0)),
    ("compact", "noise", "both", (5, 0.005, 100.0)), ("compact", "grey", "none", (1, 0.0, 100.0)),
    ("compact", "grey", "smoothness", (1, 0.005, 100.0)), ("compact", "grey", "both", (5, 0.005, 100.0)),
    ("compact", "noise", "pyramid", (5, 0.0, 1.0)), ("compact", "grey", "pyramid", (5, 0.0, 1.0)),
    ("random", "noise", "none", (1, 0.0, 100.0)), ("plain", "noise", "both", (5, 0.3, 10.0)),
    ("plain", "noise", "none", (1, 0.0, 100.0)),  # and two further
    *(("compact", start, *further) for start in ("noise", "grey") for further in
      (("none", (1, 0.0, 300.0)), ("smoothness", (1, 0.005, 300.0)), ("smoothness", (1, 0.002, 100.0)),
       ("both", (5, 0.002, 30.0)))))
REPEATED = {"smoothness": Help(1, 0.002, 100.0), "both": Help(5, 0.005, 30.0)}  # from noise, each at its best
FROM_GRAY = (*(f"conv4_2_{name}" for name in HELPS), "plain_none", "random_none")  # large runs, but for the start again
FURTHER = (("compact", 10.0), ("plain", 30.0), ("plain", 100.0), ("random", 30.0))  # without help, for LONG


class Row(NamedTuple):
    """A run of the grid."""

    network: str
    start: str
    name: str  # of the help
    given: Help
    steps: int = STEPS
    seed: int = 0


def grid():
    """[Row, …]."""
    further = [(network, "noise", "none", Help(1, 0.0, rate), LONG) for network, rate in FURTHER]
    repeated = [("compact", "noise", name, given, STEPS, seed) for seed in (1, 2) for name, given in REPEATED.items()]
    return [Row(*row) for row in (*settings(), *further, *repeated)]


def settings():
    """Every help over its grid of settings."""
    rows = [("compact", start, name, Help(sheets, weight, rate), STEPS) for start in ("noise", "grey")
            for name, (sheets, weights) in HELPS.items() for weight in weights for rate in RATES]
    rows += [(network, "noise", name, Help(HELPS[name][0], weight, rate), STEPS) for network in ("plain", "random")
             for name in ("none", "both") for weight in HELPS[name][1] for rate in RATES]
    return rows + [(network, start, name, Help(*given), STEPS) for network, start, name, given in CONTINUED]


def runs():
    """{name: (network, layer, Help, start, steps that are kept on the way)} of the large runs."""
    chosen = {f"{layer}_{name}": ("compact", layer, given, "noise", FRAMES) for layer in LAYERS
              for name, given in (("none", NONE), ("both", BOTH))}
    chosen |= {f"conv4_2_{name}": ("compact", "conv4_2", given, "noise", ()) for name, given in
               (("smoothness", Help(1, 0.005, 30.0)), ("pyramid", Help(5, 0.0, 3.0)))}
    chosen |= {f"{network}_{name}": (network, "conv4_2", given, "noise", ()) for network, name, given in
               (("plain", "none", NONE), ("plain", "both", Help(5, 0.08, 10.0)),
                ("random", "none", NONE), ("random", "both", Help(5, 0.005, 10.0)))}
    return chosen | {f"{name}_grey": (*chosen[name][:3], "grey", ()) for name in FROM_GRAY}


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "inversions")


def read_recipes():
    return {**runs(), "grid": grid()}


def is_stale(name, recipe):
    return bool(missing_rows(recipe)) if name == "grid" else name not in read()["runs"]


def compute(name, recipe):
    if name != "grid":
        return keep_run(name)
    rows = missing_rows(recipe)
    for row in rows:
        keep_row(row)
    return f"{len(rows)} rows"


def missing_rows(rows):
    there = {key_told(told) for told in read()["grid"]}
    return [row for row in rows if key(row) not in there]


def stamp():
    """A digest of what decides all of it beside each one's own recipe: sizes, networks and picture."""
    files = [stamps.network_file("compact"), stamps.network_file("plain"), picture_file("cat")]
    return stamps.digest([stamps.text([SMALL, LARGE])], files)


def network_of(name):
    return random_network() if name == "random" else load_network(name)


def keep_run(name):
    """Compute a large run; write its pictures, then its numbers. Says what came of it."""
    network, layer, given, start, kept = runs()[name]
    photo = cat_window(*LARGE)
    way = list(invert(network_of(network), photo, layer, given, start, STEPS))
    for step in kept:
        write_picture(f"{name}.{step}", way[step][0], given, quality=40)
    image, share = way[-1]
    write_picture(name, image, given, quality=68)
    told = {"network": network, "layer": layer, "start": start, "help": given._asdict(), "steps": STEPS,
            "frames": list(kept), "share": stamps.digits(share),
            "likeness": {part: stamps.digits(value) for part, value in likeness(image, photo)._asdict().items()}}
    write(lambda all_told: all_told["runs"].update({name: told}))
    return f"share {share:.4f}, {told['likeness']}"


def keep_row(row):
    """Compute a run of the grid; write its numbers."""
    photo = cat_window(*SMALL)
    *_, (image, share) = invert(network_of(row.network), photo, "conv4_2", row.given, row.start, row.steps, row.seed)
    told = {"network": row.network, "start": row.start, "name": row.name, **row.given._asdict(), "steps": row.steps,
            "seed": row.seed, "share": stamps.digits(share),
            **{part: stamps.digits(value) for part, value in likeness(image, photo)._asdict().items()}}
    write(lambda all_told: all_told["grid"].append(told))
    print(told, flush=True)


def key(row):
    told = {**row._asdict(), **row.given._asdict()}
    return key_told(told)


def key_told(told):
    return (*(told[part] for part in ("network", "start", "name", "sheets", "steps", "seed")),
            float(told["smoothness"]), float(told["rate"]))


def write_picture(name, image, given, quality):
    """A smooth picture as WebP; a grainy one as JPEG in full colour resolution: WebP takes half of the grain away."""
    picture, file = Image.fromarray(to_uint8(image)), io.BytesIO()
    if given.smoothness:
        picture.save(file, "WEBP", quality=quality + 15, method=6)
    else:
        picture.save(file, "JPEG", quality=quality, subsampling=0)
    write_whole(FOLDER / f"{name}{'.webp' if given.smoothness else '.jpg'}", file.getvalue())


def read():
    """What was computed before; nothing where other networks or another picture computed it."""
    return stamps.so_far(FOLDER / "measured.json", stamp(), grid=[], runs={})


def write(change):
    """Change what is told, reading it anew, so that two of these may work side by side."""
    told = read()
    change(told)
    lines = ",\n  ".join(json.dumps(row) for row in told["grid"])
    runs_told = ",\n  ".join(f"{json.dumps(name)}: {json.dumps(run)}" for name, run in sorted(told["runs"].items()))
    text = f'{{"stamp": {json.dumps(told["stamp"])}, "grid": [\n  {lines}\n], "runs": {{\n  {runs_told}\n}}}}\n'
    FOLDER.mkdir(exist_ok=True)
    write_whole(FOLDER / "measured.json", text.encode())


if __name__ == "__main__":
    sys.exit(main())
