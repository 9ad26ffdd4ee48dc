"""How fast the loss falls: the default drive against `Settings.classic()`, in one run: `make benchmark`.

    python benchmarks/drive.py [--size 512] [--figure data/gallery/drive.png]

Both lower the very same loss, over the same sizes, from the same noise; the processes' speed drifts, so the two take
turns, iteration by iteration. What counts is the time until the picture at its full size has the loss at which
classic ends: 600 iterations of Adam with η = 6 falling along a cosine.
"""

import argparse
from pathlib import Path
from time import perf_counter

from machine import description

from nst_helpers.plots import BLUE, ORANGE, png, subplots
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture
from nst_helpers.system import write_whole
from nst_helpers.transfer import iterate, pyramid

PAIRS = (("temple", "night_swirls"), ("raccoon", "stained_glass"), ("cat", "autumn_impasto"))
GOAL = 0.4


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512, help="longer side of the pictures")
    parser.add_argument("--figure", type=Path, help="write the curves here, as a PNG")
    options = parser.parse_args()
    presets = {"classic": Settings.classic(size=options.size), "default": Settings(size=options.size)}
    print(f"{description()}\n\nSeconds of computing at {options.size} pixels, and the total loss at the end\n")
    print(f"  {'':24}{'classic':>17}{'default':>17}   default at classic's last loss, over classic (goal ≤ {GOAL})")
    curves = {}
    for names in PAIRS:
        content = shipped_picture(names[0], options.size)
        style = shipped_picture(names[1])
        curves[names] = take_turns(content, style, presets)
        print(row(names, curves[names]), flush=True)
    if options.figure:
        write_whole(options.figure, draw(curves, options.size))
        print(f"\n{options.figure}")


def take_turns(content, style, presets):
    """{preset: [(seconds so far, total loss, at full size?), one an iteration]}."""
    for settings in presets.values():  # what compiles, compiles now
        next(iterate(content, style, settings))
    runs = {name: iterate(content, style, settings) for name, settings in presets.items()}
    last = {name: len(pyramid(*content.shape[:2], settings)) - 1 for name, settings in presets.items()}
    curves, seconds = {name: [] for name in presets}, dict.fromkeys(presets, 0.0)
    while runs:
        for name in list(runs):
            start = perf_counter()
            step = next(runs[name], None)
            seconds[name] += perf_counter() - start
            if step is None:
                del runs[name]
            else:
                curves[name].append((seconds[name], step.losses["total"], step.state.level == last[name]))
    return curves


def time_to(curve, loss):
    """Seconds until the picture at full size has at most this loss; None where it never has."""
    return next((seconds for seconds, total, full in curve if full and total <= loss), None)


def row(names, curves):
    goal = curves["classic"][-1][1]
    reached, whole = time_to(curves["default"], goal), curves["classic"][-1][0]
    ratio = "never" if reached is None else f"{reached / whole:.2f}"
    ends = "".join(f"{curve[-1][0]:9.1f} s {curve[-1][1]:5.2f}" for curve in curves.values())
    return f"  {' as '.join(names):24}{ends}   {ratio}"


def draw(curves, size):
    """The curves of every pair side by side, as the bytes of a PNG."""
    figure, axes = subplots(1, len(curves), size=(10, 3.2), sharey=True, squeeze=False)
    for place, (names, both) in zip(axes[0], curves.items(), strict=True):
        for (name, curve), color, line in zip(both.items(), (ORANGE, BLUE), ("--", "-"), strict=True):
            place.plot([point[0] for point in curve], [point[1] for point in curve], line, color=color, label=name)
        place.axhline(both["classic"][-1][1], color="0.6", linewidth=0.8)
        place.set(title=" as ".join(names).replace("_", " "), xlabel="seconds", yscale="log")
    axes[0][0].set(ylabel=f"total loss, up to {size} pixels")
    axes[0][0].legend()
    return png(figure)


if __name__ == "__main__":
    main()
