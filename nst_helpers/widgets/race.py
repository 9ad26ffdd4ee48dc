"""The widget of lesson 10: five optimizers race down one surface, each from the same start."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.optimizers import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from nst_helpers.plots import AMBER, BLUE, GREEN, ORANGE, PINK
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded, font, slider


class Surface(NamedTuple):
    """A loss of two numbers x and y, seen from above."""

    value: Callable  # (x, y) → height; numbers or arrays
    gradient: Callable  # (x, y) → (∂/∂x, ∂/∂y)
    start: tuple  # (x, y)
    window: tuple  # ((lowest x, highest x), (lowest y, highest y))
    minimum: tuple  # (x, y)


SURFACES = {
    "ravine": Surface(lambda x, y: 0.5 * (x**2 + 20 * y**2), lambda x, y: (x, 20 * y),
                      (-4.0, 1.0), ((-5, 5), (-2, 2)), (0.0, 0.0)),
    "banana valley": Surface(lambda x, y: (1 - x) ** 2 + 10 * (y - x**2) ** 2,  # Rosenbrock 1960, less steep
                             lambda x, y: (-2 * (1 - x) - 40 * x * (y - x**2), 20 * (y - x**2)),
                             (-1.5, 1.5), ((-2, 2), (-1, 3)), (1.0, 1.0)),
    "saddle": Surface(lambda x, y: 0.5 * x**2 + 0.25 * y**4 - 0.5 * y**2, lambda x, y: (x, y**3 - y),
                      (-1.5, 0.01), ((-2, 2), (-1.6, 1.6)), (0.0, 1.0)),
}
RULES = {
    "gradient descent": lambda learning_rate, beta1: GradientDescent(learning_rate),
    "momentum": lambda learning_rate, beta1: Momentum(learning_rate, beta1),
    "AdaGrad": lambda learning_rate, beta1: AdaGrad(learning_rate),
    "RMSprop": lambda learning_rate, beta1: RMSprop(learning_rate),
    "Adam": lambda learning_rate, beta1: Adam(learning_rate, beta1),
}
RACE_COLORS = {"gradient descent": BLUE, "momentum": GREEN, "AdaGrad": PINK, "RMSprop": AMBER, "Adam": ORANGE}
RATES = np.logspace(-4, 2, 49)  # what the sweep tries: eight in each tenfold
STEPS = 60
ARRIVED = 1e-12  # lower than this is no better
MAP, CURVES = (16, 48, 496, 448), (590, 48, 984, 448)  # left, top, right, bottom
FINE = 2  # drawn so many times as large, then shrunk: smooth lines


def race(surface=None):
    """Five paths on a surface, and how fast each goes down.

    controls: "surface", "factor" (η, times each optimizer's best), "beta1" (of momentum and Adam), "across" and "up"
    (where the start lies, in % of the window), "steps".
    """
    surface = surface or next(iter(SURFACES))
    across, up = start_share(SURFACES[surface])
    controls = {
        "surface": dropdown("surface", list(SURFACES), surface),
        "factor": ipywidgets.FloatLogSlider(1.0, base=2, min=-4, max=3, step=0.25, description="η, times the best",
                                            readout_format=".2f", style={"description_width": "9em"},
                                            layout={"width": "30em", "max_width": "100%"}),
        "beta1": slider("β₁", 0.9, 0.0, 0.99, 0.01),
        "across": slider("start: across, %", across, 0.0, 100.0, 0.5),
        "up": slider("start: up, %", up, 0.0, 100.0, 0.5),
        "steps": slider("steps", STEPS, 1, 200),
    }
    panel = Panel(draw_race, controls, _two_columns)

    def surface_chosen(change):
        with panel.together():
            controls["across"].value, controls["up"].value = start_share(SURFACES[change["new"]])

    # Before the panel's own answer, so that it draws once, from the new surface's start.
    controls["surface"].unobserve(panel.update, "value")
    controls["surface"].observe(surface_chosen, "value")
    return panel


def draw_race(surface, factor, beta1, across, up, steps):
    """The surface from above with five paths, and the five losses over the steps."""
    ground, rates = SURFACES[surface], best_rates(surface)
    low, high = corners(ground)
    start = low + (high - low) * np.array([across, up]) / 100
    paths = {name: run(ground, RULES[name](factor * rates[name], beta1), start, steps) for name in RULES}
    canvas = Image.fromarray(background(surface)).copy()
    pen = ImageDraw.Draw(canvas)
    order = sorted(RULES, key=lambda name: -_end(ground, paths[name]))  # the best comes last, on top
    for name in order:
        _draw_path(pen, ground, paths[name], RACE_COLORS[name])
    _draw_point(pen, _on_map(ground, start), "black", 7)
    canvas.paste((255, 255, 255), _fine((0, 0, 1000, MAP[1] - 1)))
    canvas.paste((255, 255, 255), _fine((MAP[2] + 1, 0, 1000, 480)))
    canvas.paste((255, 255, 255), _fine((0, MAP[3] + 1, 1000, 480)))
    canvas.paste((255, 255, 255), _fine((0, 0, MAP[0] - 1, 480)))
    _draw_curves(pen, {name: height(ground, paths[name]) for name in RULES}, order)
    small = canvas.reduce(FINE)
    _write(ImageDraw.Draw(small), surface, steps, factor, rates)
    ends = ", ".join(f"{name} {_short(_end(ground, paths[name]))}" for name in reversed(order))
    return Drawing(encoded(small), f"Height above the minimum after {steps} steps, the best first: {ends}.")


# The race


def run(ground, optimizer, start, steps):
    """All points from the start on: (steps + 1, …, 2). With several learning rates (k, 1), k paths at once."""
    w = np.asarray(start, float)
    state, points = optimizer.init(w), [w]
    with np.errstate(all="ignore"):  # a rate that is too large may go to infinity: that is an answer
        for _ in range(steps):
            w, state = optimizer.step(w, slope(ground, w), state)
            points.append(w)
    return np.array(points)


def slope(ground, w):
    """The gradient at points (…, 2), of the same shape."""
    return np.stack(np.broadcast_arrays(*ground.gradient(w[..., 0], w[..., 1])), axis=-1)


def height(ground, w):
    """How high points (…, 2) lie above the lowest point of the window's surface."""
    with np.errstate(all="ignore"):
        return ground.value(w[..., 0], w[..., 1]) - floor(ground)


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


def _end(ground, path):
    """The height of the last point; without end where that is no number."""
    return float(np.nan_to_num(height(ground, path[-1]), nan=np.inf, posinf=np.inf))


def floor(ground):
    """The height of the surface's minimum."""
    x, y = np.reshape(ground.minimum, (-1, 2))[0]  # of several, the first
    return float(ground.value(x, y))


def corners(ground):
    """(lowest x, y), (highest x, y) of the window."""
    x0, x1, y0, y1 = np.ravel(ground.window)
    return np.array([x0, y0], float), np.array([x1, y1], float)


def start_share(ground):
    """Where the surface's own start lies in its window, in %."""
    low, high = corners(ground)
    share = 100 * (np.asarray(ground.start, float) - low) / (high - low)
    return [round(float(value), 2) for value in share]  # two digits: a start beside a saddle's ridge stays beside it


# The picture


@cache
def background(surface):
    """The whole white page with the surface in bands of grey-blue, dark where it is low; drawn once."""
    import matplotlib

    ground = SURFACES[surface]
    low, high = corners(ground)
    left, top, right, bottom = _fine(MAP)
    across = np.linspace(low[0], high[0], right - left)
    up = np.linspace(high[1], low[1], bottom - top)  # rows run downwards
    heights = ground.value(across[None, :], up[:, None])
    share = np.sqrt((heights - heights.min()) / np.ptp(heights))  # more bands where it is low
    colors = matplotlib.colormaps["GnBu_r"](np.floor(share * 16) / 16 * 0.8 + 0.2)[..., :3]
    page = np.full((480 * FINE, 1000 * FINE, 3), 255, np.uint8)
    page[top:bottom, left:right] = np.rint(255 * colors)
    x, y = _on_map(ground, np.reshape(ground.minimum, (-1, 2))[0])
    picture = Image.fromarray(page)
    pen = ImageDraw.Draw(picture)
    pen.line((x - 16, y, x + 16, y), "black", 5)
    pen.line((x, y - 16, x, y + 16), "black", 5)
    return np.asarray(picture)


def _fine(box):
    return tuple(FINE * value for value in box)


def _on_map(ground, w):
    """Points (…, 2) of the surface as pixels of the fine page; far away is held at a distance."""
    low, high = corners(ground)
    left, top, right, bottom = _fine(MAP)
    share = np.clip(np.nan_to_num((w - low) / (high - low), nan=9, posinf=9, neginf=-9), -9, 9)
    return np.stack([left + share[..., 0] * (right - left), bottom - share[..., 1] * (bottom - top)], axis=-1)


def _draw_path(pen, ground, path, color):
    points = [tuple(point) for point in np.round(_on_map(ground, path), 2)]  # Pillow's joints fly off else
    pen.line(points, color, 5, joint="curve")
    for point in points[1:-1]:
        _draw_point(pen, point, color, 5)
    _draw_point(pen, points[-1], color, 13)


def _draw_point(pen, point, color, radius):
    x, y = point
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), color,
                outline="white" if radius > 9 else None, width=3)


def _draw_curves(pen, heights, order):
    """Heights over the steps, on a logarithmic scale from 10⁻⁶ to 10³."""
    left, top, right, bottom = _fine(CURVES)
    for exponent in range(-6, 4, 3):
        y = _level(10.0**exponent)
        pen.line((left, y, right, y), "#dddddd", 2)
    for name in order:
        values = np.clip(np.nan_to_num(heights[name], nan=1e3, posinf=1e3), 1e-6, 1e3)
        x = left + (right - left) * np.arange(len(values)) / (len(values) - 1)
        pen.line(list(zip(x, _level(values), strict=True)), RACE_COLORS[name], 6, joint="curve")
    pen.line((left, top, left, bottom, right, bottom), "#444444", 3)


def _level(value):
    """The row of the fine page for a height."""
    _, top, _, bottom = _fine(CURVES)
    return bottom - (np.log10(value) + 6) / 9 * (bottom - top)


def _write(pen, surface, steps, factor, rates):
    """Titles, the scale, and which colour is which, in the unshrunk page's pixels."""
    pen.text((MAP[0], 14), f"{surface}: from the dot to the cross", "black", font(17))
    pen.text((CURVES[0], 14), "height above the minimum", "black", font(17))
    for exponent, label in ((-6, "10⁻⁶"), (-3, "0.001"), (0, "1"), (3, "1000")):
        pen.text((CURVES[0] - 8, _level(10.0**exponent) / FINE), label, "black", font(13), anchor="rm")
    pen.text((CURVES[0], CURVES[3] + 8), "start", "black", font(13))
    pen.text((CURVES[2], CURVES[3] + 8), f"step {steps}", "black", font(13), anchor="ra")
    for row, (name, color) in enumerate(RACE_COLORS.items()):
        y = CURVES[1] + 14 + 20 * row
        x = CURVES[2] - 230
        pen.rectangle((x - 6, y - 10, CURVES[2], y + 10), "white")
        pen.line((x, y, x + 22, y), color, 4)
        pen.text((x + 30, y), f"{name}, η = {_short(factor * rates[name])}", "black", font(14), anchor="lm")


def _short(value):
    """A number in few characters."""
    return f"{float(value):.2g}" if np.isfinite(value) else "beyond all numbers"


def _two_columns(controls):
    boxes = list(controls.values())
    return ipywidgets.HBox([ipywidgets.VBox(boxes[:3]), ipywidgets.VBox(boxes[3:])])
