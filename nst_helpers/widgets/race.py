"""The widget of lesson 10: five optimizers race down one surface, each from the same start."""

from functools import cache

import ipywidgets
import numpy as np

from nst_helpers.optimizers import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from nst_helpers.widgets import surfaces
from nst_helpers.widgets.base import Drawing, dropdown, encoded, slider
from nst_helpers.widgets.paths import draw_paths, places, short, surface_panel
from nst_helpers.widgets.surfaces import corners, height, place, run

SURFACES = {name: surfaces.SURFACES[name] for name in ("ravine", "banana valley", "saddle")}
RULES = {
    "gradient descent": lambda learning_rate, beta1: GradientDescent(learning_rate),
    "momentum": lambda learning_rate, beta1: Momentum(learning_rate, beta1),
    "AdaGrad": lambda learning_rate, beta1: AdaGrad(learning_rate),
    "RMSprop": lambda learning_rate, beta1: RMSprop(learning_rate),
    "Adam": lambda learning_rate, beta1: Adam(learning_rate, beta1),
}
RATES = np.logspace(-4, 2, 49)  # what the sweep tries: eight in each tenfold
STEPS = 60
ARRIVED = 1e-12  # lower than this is no better


def race(surface="ravine"):
    """Five paths on a surface, and how fast each goes down.

    controls: "surface", "factor" (η, times each optimizer's best), "beta1" (of momentum and Adam), "across" and "up"
    (where the start lies, in % of the window), "steps".
    """
    controls = {
        "surface": dropdown("surface", list(SURFACES), surface),
        "factor": ipywidgets.FloatLogSlider(1.0, base=2, min=-4, max=3, step=0.25, description="η, times the best",
                                            readout_format=".2f", style={"description_width": "9em"},
                                            layout={"width": "30em", "max_width": "100%"}),
        "beta1": slider("β₁", 0.9, 0.0, 0.99, 0.01),
        **places(surface, STEPS),
    }
    return surface_panel(draw_race, controls)


def draw_race(surface, factor, beta1, across, up, steps):
    """The surface from above with five paths, and the five losses over the steps."""
    ground, rates = SURFACES[surface], best_rates(surface)
    start = place(ground, across, up)
    paths = {name: run(ground, rule(factor * rates[name], beta1), start, steps) for name, rule in RULES.items()}
    ends = {name: float(np.nan_to_num(height(ground, path[-1]), nan=np.inf, posinf=np.inf))
            for name, path in paths.items()}
    paths = {name: paths[name] for name in sorted(RULES, key=ends.get, reverse=True)}  # the best comes last, on top
    heights = {name: height(ground, path) for name, path in paths.items()}
    legend = {name: f"{name}, η = {short(factor * rates[name])}" for name in RULES}
    picture = draw_paths(ground, surface, paths, heights, f"{surface}: from the dot to the cross",
                         "height above the minimum", (-6, 3), legend)
    words = ", ".join(f"{name} {short(ends[name])}" for name in reversed(paths))
    return Drawing(encoded(picture), f"Height above the minimum after {steps} steps, the best first: {words}.")


@cache
def best_rates(surface, steps=STEPS):
    """{optimizer: η}: the learning rate whose last ten steps stay lowest, of those that never leave the window.

    One low step would be luck: the highest of the last ten counts. From the surface's own start.
    """
    ground = SURFACES[surface]
    start = np.tile(np.asarray(ground.start, float), (len(RATES), 1))
    low, high = corners(ground)
    best = {}
    for name, rule in RULES.items():
        path = run(ground, rule(RATES[:, None], 0.9), start, steps)
        inside = np.all((path >= low) & (path <= high), axis=(0, 2))
        worst = np.where(inside, height(ground, path[-10:]).max(axis=0).clip(ARRIVED), np.inf)
        best[name] = float(RATES[np.argmin(worst)])
    return best
