"""Five optimizers race down one surface, each from the same start."""

import numpy as np

from nst_helpers.experiments import landscapes
from nst_helpers.experiments.landscapes import RULES, STEPS, best_rates, height, place, run
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded, log_slider, slider
from nst_helpers.widgets.paths import draw_paths, places, short, surface_panel

SURFACES = {name: landscapes.SURFACES[name] for name in ("ravine", "banana valley", "saddle")}


def race(surface: str = "ravine") -> Panel:
    """Five paths on a surface, and how fast each goes down.

    controls: "surface", "factor" (η, times each optimizer's best), "beta1" (of momentum and Adam), "across" and "up"
    (where the start lies, in % of the window), "steps".
    """
    controls = {
        "surface": dropdown("surface", list(SURFACES), surface),
        "factor": log_slider("η, times the best", 1.0, -4, 3, base=2, step=0.25, readout=".2f"),
        "beta1": slider("β₁", 0.9, 0.0, 0.99, 0.01),
        **places(surface, STEPS),
    }
    return surface_panel(draw_race, controls)


def draw_race(surface: str, factor: float, beta1: float, across: float, up: float, steps: int) -> Drawing:
    """The surface from above with five paths, and the five losses over the steps."""
    ground, rates = SURFACES[surface], best_rates(surface)
    start = place(ground, across, up)
    paths = {name: run(ground, rule(factor * rates[name], beta1), start, steps) for name, rule in RULES.items()}
    ends = {name: float(np.nan_to_num(height(ground, path[-1]), nan=np.inf, posinf=np.inf))
            for name, path in paths.items()}
    paths = {name: paths[name] for name in sorted(RULES, key=ends.__getitem__, reverse=True)}  # the best on top
    heights = {name: height(ground, path) for name, path in paths.items()}
    legend = {name: f"{name}, η = {short(factor * rates[name])}" for name in RULES}
    picture = draw_paths(ground, surface, paths, heights, f"{surface}: from the dot to the cross",
                         "height above the minimum", (-6, 3), legend)
    words = ", ".join(f"{name} {short(ends[name])}" for name in reversed(paths))
    return Drawing(encoded(picture), f"Height above the minimum after {steps} steps, the best first: {words}.")
