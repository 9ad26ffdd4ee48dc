"""Paths down a surface, seen from above; and what momentum remembers."""

import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.experiments.landscapes import (
    IMPULSES,
    PATTERNS,
    SURFACES,
    curvatures,
    height,
    impulses,
    place,
    run,
    turned,
    velocities,
)
from nst_helpers.optimizers import AdaGrad, GradientDescent, Momentum, RMSprop
from nst_helpers.plots import ORANGE
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded, font, log_slider, slider
from nst_helpers.widgets.paths import FINE, draw_paths, places, short, surface_panel

# η and β


def descent(surface: str = "ravine", share: float = 0.95, beta: float = 0.4) -> Panel:
    """Plain descent and momentum from one start, with one η.

    controls: "surface", "share" (η as a share of the limit 2/λ_max), "beta", "form" (the two formulas), "across" and
    "up" (where the start lies, in % of the window), "steps".
    """
    controls = {
        "surface": dropdown("surface", list(SURFACES), surface),
        "share": log_slider("η, share of 2/λ_max", share, -2, 1.5),
        "beta": slider("β", beta, 0.0, 0.99, 0.01),
        "form": dropdown("V", {"accumulated": False, "averaged": True}),
        **places(surface, 40),
    }
    return surface_panel(draw_descent, controls)


def draw_descent(surface: str, share: float, beta: float, form: bool, across: float, up: float,
                 steps: int) -> Drawing:
    """The surface from above with both paths, and both heights over the steps."""
    ground = SURFACES[surface]
    least, largest = curvatures(ground)
    rate, start = share * 2 / largest, place(ground, across, up)
    paths = {"gradient descent": run(ground, GradientDescent(rate), start, steps),
             "momentum": run(ground, Momentum(rate, beta, form), start, steps)}
    curves = {name: height(ground, path) for name, path in paths.items()}
    how = "averaged" if form else "accumulated"
    title = f"{surface}: η = {share:.3g} · 2/λ_max, β = {beta:.2f}, V {how}"
    picture = draw_paths(ground, surface, paths, curves, title, "height above the minimum", (-6, 3))
    ends = ", ".join(f"{name} {short(values[-1])}" for name, values in curves.items())
    words = (f"Height above the minimum after {steps} steps with η = {short(rate)}: {ends}. "
             f"2/λ_max = {short(2 / largest)}")
    if least > 0:
        steep = largest / least
        words += f", κ = {steep:.3g}, best β = {((steep**0.5 - 1) / (steep**0.5 + 1)) ** 2:.2f}"
    return Drawing(encoded(picture), words + ".")


# A length for each number


def adaptive(surface: str = "badly scaled bowl", rate: float = 0.2, turn: float = 0.0) -> Panel:
    """AdaGrad and RMSprop from one start with one η, on a surface that can be turned.

    controls: "surface", "turn" (degrees; the start turns too), "rate" (η), "beta", "across" and "up" (where the start
    lies before turning, in % of the window), "steps".
    """
    controls = {
        "surface": dropdown("surface", [name for name in SURFACES if name != "ravine askew"], surface),
        "turn": slider("turn it by, degrees", turn, 0.0, 90.0, 1.0),
        "rate": log_slider("η", rate, -3, 1),
        "beta": slider("β", 0.9, 0.0, 0.99, 0.01),
        **places(surface, 60),
    }
    return surface_panel(draw_adaptive, controls)


def draw_adaptive(surface: str, turn: float, rate: float, beta: float, across: float, up: float,
                  steps: int) -> Drawing:
    """The surface from above with both paths, and how long each step was."""
    ground = SURFACES[surface]._replace(start=place(SURFACES[surface], across, up))
    ground = turned(ground, turn) if turn else ground
    start = ground.start
    paths = {"RMSprop": run(ground, RMSprop(rate, beta), start, steps),
             "AdaGrad": run(ground, AdaGrad(rate), start, steps)}  # the shorter one comes last, on top
    lengths = {name: np.linalg.norm(np.diff(path, axis=0), axis=1) for name, path in paths.items()}
    askew = f", turned by {turn:.0f}°" if turn else ""
    title = f"{surface}{askew}: η = {short(rate)}, β = {beta:.2f}"
    picture = draw_paths(ground, (surface, turn), paths, lengths, title, "length of each step", (-4, 1))
    ends = ", ".join(f"{name} {short(height(ground, path[-1]))}" for name, path in paths.items())
    last = ", ".join(f"{name} {short(values[-1])}" for name, values in lengths.items())
    return Drawing(encoded(picture), f"Height above the minimum after {steps} steps: {ends}. The last step's length: "
                                     f"{last}.")


# What momentum remembers


def memory(pattern: str = "steady, with noise", beta: float = 0.9) -> Panel:
    """Gradients as bars, and the velocity that momentum makes of them as a line.

    controls: "pattern", "beta", "noise".
    """
    controls = {"pattern": dropdown("gradients", PATTERNS, pattern), "beta": slider("β", beta, 0.0, 0.99, 0.01),
                "noise": slider("noise", 0.0 if pattern == "one impulse" else 0.8, 0.0, 2.0, 0.1)}
    return Panel(draw_memory, controls)


def draw_memory(pattern: str, beta: float, noise: float) -> Drawing:
    """Bars and a line over the steps; and how much the line shakes, against the bars."""
    gradients = impulses(pattern, noise)
    velocity = velocities(gradients, beta)
    page = Image.new("RGB", (FINE * 1000, FINE * 340), "white")
    pen = ImageDraw.Draw(page)
    limit = max(1.2, np.abs(gradients).max())
    box = 60, 46, 980, 300
    x = FINE * (box[0] + (box[2] - box[0]) * (np.arange(IMPULSES) + 0.5) / IMPULSES)
    zero, scale = FINE * (box[1] + box[3]) / 2, FINE * (box[3] - box[1]) / 2 / limit
    wide = FINE * (box[2] - box[0]) / IMPULSES * 0.38
    for at, gradient in zip(x, gradients, strict=True):
        pen.rectangle((at - wide, min(zero, zero - scale * gradient), at + wide, max(zero, zero - scale * gradient)),
                      "#c4d3df")
    pen.line((FINE * box[0], zero, FINE * box[2], zero), "#444444", 2)
    points = list(zip(x, zero - scale * velocity, strict=True))
    pen.line(points, ORANGE, 8, joint="curve")
    for at, y in points:
        pen.ellipse((at - 8, y - 8, at + 8, y + 8), ORANGE)
    small = page.reduce(FINE)
    pen = ImageDraw.Draw(small)
    pen.text((box[0], 12), f"bars: gradient; line: V with β = {beta:.2f}, a memory of "
                           f"{1 / (1 - beta):.3g} steps", "black", font(17))
    for value in (-1, 0, 1):
        pen.text((box[0] - 8, (zero - scale * value) / FINE), str(value).replace("-", "−"), "black", font(13), "rm")
    pen.text((box[0], box[3] + 12), "step 0", "black", font(13))
    pen.text((box[2], box[3] + 12), f"step {IMPULSES - 1}", "black", font(13), anchor="ra")
    shake = np.std(np.diff(velocity)) / np.std(np.diff(gradients)) if np.ptp(gradients) else 1.0
    return Drawing(encoded(small), f"From step to step V changes {shake:.2f} times as much as the gradient; at the end "
                                   f"V is {velocity[-1]:.2f}.")
