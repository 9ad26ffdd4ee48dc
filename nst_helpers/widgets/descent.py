"""The widgets of lessons 08 and 09: a path down a surface, seen from above; what momentum remembers; step lengths.

The surfaces and the run down them are those of the race (lesson 10), with two more: a bowl that is badly scaled,
and a ravine that lies askew.
"""

from functools import cache

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.optimizers import AdaGrad, GradientDescent, Momentum, RMSprop
from nst_helpers.plots import ORANGE
from nst_helpers.widgets import race
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded, font, slider
from nst_helpers.widgets.race import RACE_COLORS, Surface, corners, height, run, start_share

STEPS = 40
MAP, CURVES = (16, 46, 496, 446), (590, 46, 984, 446)  # left, top, right, bottom, of a page of 1000 × 480
PAGE = (1000, 480)
FINE = 2  # drawn so many times as large, then shrunk: smooth lines


def turned(surface, degrees):
    """The same surface, its start and its window too, turned about the origin: its axes no longer lie along x and y."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))

    def back(x, y):
        return cos * x + sin * y, cos * y - sin * x

    def value(x, y):
        return surface.value(*back(x, y))

    def gradient(x, y):
        across, up = surface.gradient(*back(x, y))
        return cos * across - sin * up, sin * across + cos * up

    def point(w):
        return cos * w[0] - sin * w[1], sin * w[0] + cos * w[1]

    low, high = corners(surface)
    middle, half = point((low + high) / 2), (high - low) / 2
    sizes = np.hypot(cos * half[0], sin * half[1]), np.hypot(sin * half[0], cos * half[1])
    window = tuple((m - size, m + size) for m, size in zip(middle, sizes, strict=True))
    return Surface(value, gradient, point(surface.start), window, point(surface.minimum))


def bowl(steepness, start=(-4.0, 1.5), window=((-5, 5), (-2, 2))):
    """f = ½ (x² + steepness · y²): a ravine along x, so many times as steep across."""
    return Surface(lambda x, y: 0.5 * (x**2 + steepness * y**2), lambda x, y: (x, steepness * y),
                   start, window, (0.0, 0.0))


SURFACES = {
    **race.SURFACES,
    "badly scaled bowl": bowl(400.0, (-4.0, 0.4), ((-5, 5), (-0.6, 0.6))),
    "ravine askew": turned(bowl(20.0, (-4.0, 1.0), ((-4.6, 4.6), (-3, 3))), 45),
}


def curvatures(surface):
    """The least and the largest curvature at the minimum: eigenvalues of the gradient's own slope there."""
    x, y = (float(value) for value in np.reshape(surface.minimum, (-1, 2))[0])
    d = 1e-5
    columns = [(np.array(surface.gradient(x + d * a, y + d * b), float)
                - np.array(surface.gradient(x - d * a, y - d * b), float)) / (2 * d) for a, b in ((1, 0), (0, 1))]
    matrix = np.stack(columns)
    least, largest = np.linalg.eigvalsh((matrix + matrix.T) / 2)
    return float(least), float(largest)


# Lesson 08: η and β


def descent(surface="ravine", share=0.95, beta=0.4):
    """Plain descent and momentum from one start, with one η.

    controls: "surface", "share" (η as a share of the limit 2/λ_max), "beta", "form" (the two formulas), "across" and
    "up" (where the start lies, in % of the window), "steps".
    """
    controls = {
        "surface": dropdown("surface", list(SURFACES), surface),
        "share": _log_slider("η, share of 2/λ_max", share, -2, 1.5),
        "beta": slider("β", beta, 0.0, 0.99, 0.01),
        "form": dropdown("V", {"accumulated": False, "averaged": True}),
        **_places(surface),
    }
    return _panel(draw_descent, controls)


def draw_descent(surface, share, beta, form, across, up, steps):
    """The surface from above with both paths, and both heights over the steps."""
    ground = SURFACES[surface]
    least, largest = curvatures(ground)
    rate, start = share * 2 / largest, place(ground, across, up)
    paths = {"gradient descent": run(ground, GradientDescent(rate), start, steps),
             "momentum": run(ground, Momentum(rate, beta, form), start, steps)}
    curves = {name: height(ground, path) for name, path in paths.items()}
    title = f"{surface}: η = {_short(rate)}, β = {beta:.2f}"
    picture = draw_paths(ground, surface, paths, curves, title, "height above the minimum", (-6, 3))
    ends = ", ".join(f"{name} {_short(values[-1])}" for name, values in curves.items())
    words = f"Height above the minimum after {steps} steps: {ends}. 2/λ_max = {_short(2 / largest)}"
    if least > 0:
        steep = largest / least
        words += f", κ = {steep:.3g}, best β = {((steep**0.5 - 1) / (steep**0.5 + 1)) ** 2:.2f}"
    return Drawing(encoded(picture), words + ".")


# Lesson 09: a length for each number


def adaptive(surface="badly scaled bowl", rate=0.2, turn=0.0):
    """AdaGrad and RMSprop from one start with one η, on a surface that can be turned.

    controls: "surface", "turn" (degrees; the start turns too), "rate" (η), "beta", "across" and "up" (where the start
    lies before turning, in % of the window), "steps".
    """
    controls = {
        "surface": dropdown("surface", [name for name in SURFACES if name != "ravine askew"], surface),
        "turn": slider("turn it by, degrees", turn, 0.0, 90.0, 1.0),
        "rate": _log_slider("η", rate, -3, 1),
        "beta": slider("β", 0.9, 0.0, 0.99, 0.01),
        **_places(surface, 60),
    }
    return _panel(draw_adaptive, controls)


def draw_adaptive(surface, turn, rate, beta, across, up, steps):
    """The surface from above with both paths, and how long each step was."""
    ground = SURFACES[surface]._replace(start=place(SURFACES[surface], across, up))
    ground = turned(ground, turn) if turn else ground
    start = ground.start
    paths = {"RMSprop": run(ground, RMSprop(rate, beta), start, steps),
             "AdaGrad": run(ground, AdaGrad(rate), start, steps)}  # the shorter one comes last, on top
    lengths = {name: np.linalg.norm(np.diff(path, axis=0), axis=1) for name, path in paths.items()}
    title = f"{surface}{f', turned by {turn:.0f}°' if turn else ''}: η = {_short(rate)}, β = {beta:.2f}"
    picture = draw_paths(ground, (surface, turn), paths, lengths, title, "length of each step", (-4, 1))
    ends = ", ".join(f"{name} {_short(height(ground, path[-1]))}" for name, path in paths.items())
    last = ", ".join(f"{name} {_short(values[-1])}" for name, values in lengths.items())
    return Drawing(encoded(picture), f"Height above the minimum after {steps} steps: {ends}. The last step's length: "
                                     f"{last}.")


# What momentum remembers

PATTERNS = ("one push", "steady, with noise", "zigzag", "turns round")
PUSHES = 60


def memory(pattern="steady, with noise", beta=0.9):
    """Gradients as bars, and the velocity that momentum makes of them as a line.

    controls: "pattern", "beta", "noise".
    """
    controls = {"pattern": dropdown("gradients", PATTERNS, pattern), "beta": slider("β", beta, 0.0, 0.99, 0.01),
                "noise": slider("noise", 0.0 if pattern == "one push" else 0.8, 0.0, 2.0, 0.1)}
    return Panel(draw_memory, controls)


def pushes(pattern, noise, seed=0):
    """A row of PUSHES gradients."""
    t = np.arange(PUSHES)
    plain = {"one push": t == 5, "steady, with noise": np.full(PUSHES, 0.5), "zigzag": (-1.0) ** t,
             "turns round": np.where(t < 30, 1.0, -1.0)}[pattern]
    return plain + noise * np.random.default_rng(seed).standard_normal(PUSHES)


def velocities(gradients, beta):
    """V after each gradient, averaged: V ← βV + (1 − β)g."""
    optimizer, state, seen = Momentum(1.0, beta), Momentum(1.0).init(0.0), []
    for gradient in gradients:
        _, state = optimizer.step(0.0, gradient, state)
        seen.append(state.velocity)
    return np.array(seen)


def draw_memory(pattern, beta, noise):
    """Bars and a line over the steps; and how much the line shakes, against the bars."""
    gradients = pushes(pattern, noise)
    velocity = velocities(gradients, beta)
    page = Image.new("RGB", (FINE * 1000, FINE * 340), "white")
    pen = ImageDraw.Draw(page)
    limit = max(1.2, np.abs(gradients).max())
    box = 60, 46, 980, 300
    x = FINE * (box[0] + (box[2] - box[0]) * (np.arange(PUSHES) + 0.5) / PUSHES)
    zero, scale = FINE * (box[1] + box[3]) / 2, FINE * (box[3] - box[1]) / 2 / limit
    wide = FINE * (box[2] - box[0]) / PUSHES * 0.38
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
    pen.text((box[2], box[3] + 12), f"step {PUSHES - 1}", "black", font(13), anchor="ra")
    shake = np.std(np.diff(velocity)) / np.std(np.diff(gradients)) if np.ptp(gradients) else 1.0
    return Drawing(encoded(small), f"From step to step V changes {shake:.2f} times as much as the gradient; at the end "
                                   f"V is {velocity[-1]:.2f}.")


# The picture


def place(ground, across, up):
    """A point of the window, given in %."""
    low, high = corners(ground)
    return low + (high - low) * np.array([across, up]) / 100


def draw_paths(ground, name, paths, curves, title, label, exponents):
    """A Pillow picture: the map with paths on the left, one curve for each on the right.

    Args:
        ground: the surface. name: what it is called, hashable: its background is kept under it.
        paths: {rule: (steps + 1, 2)}. curves: {rule: values > 0}, drawn on a logarithmic scale.
        title: above the map; label: above the curves. exponents: (lowest, highest) power of ten of the scale.
    """
    if name not in _backgrounds:
        while len(_backgrounds) > 16:
            _backgrounds.pop(next(iter(_backgrounds)))
        _backgrounds[name] = _background(ground)
    canvas = _backgrounds[name].copy()
    board = Image.new("RGB", (FINE * (MAP[2] - MAP[0]), FINE * (MAP[3] - MAP[1])))
    board.paste(canvas.crop(_fine(MAP)))
    pen = ImageDraw.Draw(board)
    for rule, path in paths.items():
        _draw_path(pen, _on_board(ground, path), RACE_COLORS[rule])
    x, y = _on_board(ground, next(iter(paths.values()))[0])
    pen.ellipse((x - 10, y - 10, x + 10, y + 10), "black", "white", 3)
    canvas.paste(board, (FINE * MAP[0], FINE * MAP[1]))
    pen = ImageDraw.Draw(canvas)
    left, top, right, bottom = _fine(CURVES)
    for exponent in _ticks(exponents):
        y = _level(10.0**exponent, exponents)
        pen.line((left, y, right, y), "#dddddd", 2)
    for rule, values in curves.items():
        least, largest = 10.0 ** exponents[0], 10.0 ** exponents[1]
        values = np.clip(np.nan_to_num(values, nan=largest, posinf=largest), least, largest)
        x = left + (right - left) * np.arange(len(values)) / max(1, len(values) - 1)
        pen.line(list(zip(x, _level(values, exponents), strict=True)), RACE_COLORS[rule], 6, joint="curve")
    pen.line((left, top, left, bottom, right, bottom), "#444444", 3)
    small = canvas.reduce(FINE)
    _write(ImageDraw.Draw(small), list(paths), len(next(iter(paths.values()))) - 1, title, label, exponents)
    return small


_backgrounds = {}  # {name: page}, the last few


def _background(ground):
    """The white page with the surface in bands, dark where it is low; a cross at its minimum."""
    low, high = corners(ground)
    left, top, right, bottom = _fine(MAP)
    across = np.linspace(low[0], high[0], (right - left) // 2)
    up = np.linspace(high[1], low[1], (bottom - top) // 2)  # rows run downwards
    heights = ground.value(across[None, :], up[:, None])
    share = np.sqrt((heights - heights.min()) / np.ptp(heights))  # more bands where it is low
    bands = Image.fromarray(_bands()[np.minimum(15, (share * 16).astype(int))])
    page = Image.new("RGB", (FINE * PAGE[0], FINE * PAGE[1]), "white")
    page.paste(bands.resize((right - left, bottom - top), Image.Resampling.BILINEAR), (left, top))
    x, y = _on_board(ground, np.reshape(ground.minimum, (-1, 2))[0]) + np.array([left, top])
    pen = ImageDraw.Draw(page)
    pen.line((x - 16, y, x + 16, y), "black", 5)
    pen.line((x, y - 16, x, y + 16), "black", 5)
    return page


@cache
def _bands():
    """Sixteen colours, from dark to light."""
    import matplotlib

    colors = matplotlib.colormaps["GnBu_r"](np.arange(16) / 16 * 0.8 + 0.2)[:, :3]
    return np.rint(255 * colors).astype(np.uint8)


def _fine(box):
    return tuple(FINE * value for value in box)


def _on_board(ground, w):
    """Points (…, 2) of the surface as pixels of the fine map; what is far away is held at a distance."""
    low, high = corners(ground)
    width, tall = FINE * (MAP[2] - MAP[0]), FINE * (MAP[3] - MAP[1])
    with np.errstate(all="ignore"):
        share = np.clip(np.nan_to_num((w - low) / (high - low), nan=9, posinf=9, neginf=-9), -9, 9)
    return np.stack([share[..., 0] * width, (1 - share[..., 1]) * tall], axis=-1)


def _draw_path(pen, points, color):
    points = [tuple(point) for point in np.round(points, 2)]  # on nearly upright lines Pillow's joints fly off else
    pen.line(points, color, 5, joint="curve")
    for x, y in points[1:-1]:
        pen.ellipse((x - 6, y - 6, x + 6, y + 6), color)
    x, y = points[-1]
    pen.ellipse((x - 13, y - 13, x + 13, y + 13), color, "white", 3)


def _ticks(exponents):
    low, high = exponents
    return range(low, high + 1, 3 if high - low > 6 else 1)


def _level(value, exponents):
    """The row of the fine page for a value of the logarithmic scale."""
    _, top, _, bottom = _fine(CURVES)
    low, high = exponents
    return bottom - (np.log10(value) - low) / (high - low) * (bottom - top)


def _write(pen, rules, steps, title, label, exponents):
    pen.text((MAP[0], 14), title, "black", font(17))
    pen.text((CURVES[0], 14), label, "black", font(17))
    for exponent in _ticks(exponents):
        text = f"{10.0**exponent:g}" if exponent > -4 else f"10{str(exponent).translate(_RAISED)}"
        pen.text((CURVES[0] - 8, _level(10.0**exponent, exponents) / FINE), text, "black", font(13), anchor="rm")
    pen.text((CURVES[0], CURVES[3] + 8), "start", "black", font(13))
    pen.text((CURVES[2], CURVES[3] + 8), f"step {steps}", "black", font(13), anchor="ra")
    for row, rule in enumerate(rules):
        x, y = CURVES[2] - 170, CURVES[1] + 12 + 20 * row
        pen.rectangle((x - 6, y - 10, CURVES[2], y + 10), "white")
        pen.line((x, y, x + 22, y), RACE_COLORS[rule], 4)
        pen.text((x + 30, y), rule, "black", font(14), anchor="lm")


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _short(value):
    """A number in few characters."""
    return f"{float(value):.2g}" if np.isfinite(value) else "beyond all numbers"


# The controls


def _log_slider(label, value, least, most):
    """A slider over powers of ten; ends are exponents."""
    return ipywidgets.FloatLogSlider(value, base=10, min=least, max=most, step=0.02, description=label,
                                     readout_format=".3f", style={"description_width": "9em"},
                                     layout={"width": "30em", "max_width": "100%"})


def _places(surface, steps=STEPS):
    across, up = start_share(SURFACES[surface])
    return {"across": slider("start: across, %", across, 0.0, 100.0, 0.5),
            "up": slider("start: up, %", up, 0.0, 100.0, 0.5), "steps": slider("steps", steps, 1, 200)}


def _panel(draw, controls):
    """A panel whose start follows the surface, in one drawing."""
    panel = Panel(draw, controls, _two_columns)

    def surface_chosen(change):
        with panel.together():
            controls["across"].value, controls["up"].value = start_share(SURFACES[change["new"]])

    # In place of the panel's own answer, so that it draws once, from the new surface's start.
    controls["surface"].unobserve(panel.update, "value")
    controls["surface"].observe(surface_chosen, "value")
    return panel


def _two_columns(controls):
    boxes = list(controls.values())
    half = (len(boxes) + 1) // 2
    return ipywidgets.HBox([ipywidgets.VBox(boxes[:half]), ipywidgets.VBox(boxes[half:])])
