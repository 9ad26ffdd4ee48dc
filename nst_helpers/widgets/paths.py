"""What the widgets of the optimizers share: a surface from above with paths on it, curves beside it, and controls.

A page has 1000 × 480 pixels. It is drawn twice as large and shrunk, so that lines are smooth.
"""

from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.arrays import Numbers
from nst_helpers.experiments.landscapes import SURFACES, Surface, corners, start_share
from nst_helpers.plots import AMBER, BLUE, GREEN, ORANGE, PINK
from nst_helpers.widgets.base import Drawing, Panel, font, slider, two_columns

RULE_COLORS = {"gradient descent": BLUE, "momentum": GREEN, "AdaGrad": PINK, "RMSprop": AMBER, "Adam": ORANGE}
PAGE = (1000, 480)
MAP, CURVES = (16, 46, 496, 446), (590, 46, 984, 446)  # left, top, right, bottom
FINE = 2  # drawn so many times as large
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


# The controls


def places(surface: str, steps: int) -> dict[str, ipywidgets.Widget]:
    """The controls "across" and "up" (the surface's own start, in % of its window) and "steps", by name."""
    across, up = start_share(SURFACES[surface])
    return {"across": slider("start: across, %", across, 0.0, 100.0, 0.5),
            "up": slider("start: up, %", up, 0.0, 100.0, 0.5), "steps": slider("steps", steps, 1, 200)}


def surface_panel(draw: Callable[..., Drawing], controls: dict[str, Any]) -> Panel:
    """A panel whose start follows the surface, in one drawing."""
    panel = Panel(draw, controls, two_columns)

    def surface_chosen(change):
        with panel.together():
            controls["across"].value, controls["up"].value = start_share(SURFACES[change["new"]])

    # In place of the panel's own answer, so that it draws once, from the new surface's start.
    controls["surface"].unobserve(panel.update, "value")
    controls["surface"].observe(surface_chosen, "value")
    return panel


# The picture


def draw_paths(ground: Surface, name: Hashable, paths: Mapping[str, Numbers], curves: Mapping[str, Numbers],
               title: str, label: str, exponents: tuple[int, int],
               legend: Mapping[str, str] | None = None) -> Image.Image:
    """A Pillow picture: the map with paths on the left, one curve for each on the right.

    Args:
        ground: the surface. name: what it is called, hashable: its background is kept under it.
        paths: {rule: (steps + 1, 2)}. curves: {rule: values > 0}, drawn on a logarithmic scale.
        title: above the map; label: above the curves. exponents: (lowest, highest) power of ten of the scale.
        legend: {rule: words}; by default the rules' names.
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
        _draw_path(pen, _on_board(ground, path), RULE_COLORS[rule])
    x, y = _on_board(ground, next(iter(paths.values()))[0])
    pen.ellipse((x - 10, y - 10, x + 10, y + 10), "black", "white", 3)
    canvas.paste(board, (FINE * MAP[0], FINE * MAP[1]))
    _draw_curves(ImageDraw.Draw(canvas), curves, exponents)
    small = canvas.reduce(FINE)
    pen = ImageDraw.Draw(small)
    _write(pen, len(next(iter(paths.values()))) - 1, title, label, exponents)
    _write_window(pen, ground)
    _write_legend(pen, legend or {rule: rule for rule in paths})
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


def _draw_curves(pen, curves, exponents):
    """Values over the steps, on a logarithmic scale."""
    left, top, right, bottom = _fine(CURVES)
    for exponent in _ticks(exponents):
        y = _level(10.0**exponent, exponents)
        pen.line((left, y, right, y), "#dddddd", 2)
    for rule, values in curves.items():
        least, largest = 10.0 ** exponents[0], 10.0 ** exponents[1]
        values = np.clip(np.nan_to_num(values, nan=largest, posinf=largest), least, largest)
        x = left + (right - left) * np.arange(len(values)) / max(1, len(values) - 1)
        pen.line(list(zip(x, _level(values, exponents), strict=True)), RULE_COLORS[rule], 6, joint="curve")
    pen.line((left, top, left, bottom, right, bottom), "#444444", 3)


def _ticks(exponents):
    low, high = exponents
    return range(low, high + 1, 3 if high - low > 6 else 1)


def _level(value, exponents):
    """The row of the fine page for a value of the logarithmic scale."""
    _, top, _, bottom = _fine(CURVES)
    low, high = exponents
    return bottom - (np.log10(value) - low) / (high - low) * (bottom - top)


def _write(pen, steps, title, label, exponents):
    pen.text((MAP[0], 14), title, "black", font(17))
    pen.text((CURVES[0], 14), label, "black", font(17))
    for exponent in _ticks(exponents):
        text = f"{10.0**exponent:g}" if exponent > -4 else f"10{str(exponent).translate(_RAISED)}"
        pen.text((CURVES[0] - 8, _level(10.0**exponent, exponents) / FINE), text, "black", font(13), anchor="rm")
    pen.text((CURVES[0], CURVES[3] + 8), "start", "black", font(13))
    pen.text((CURVES[2], CURVES[3] + 8), f"step {steps}", "black", font(13), anchor="ra")


def _write_window(pen, ground):
    """Numbers along the edges of the map, and below it what it shows."""
    (x0, y0), (x1, y1) = corners(ground)
    for x in _round_numbers(x0, x1):
        at = MAP[0] + (MAP[2] - MAP[0]) * (x - x0) / (x1 - x0)
        pen.line((at, MAP[3] - 5, at, MAP[3]), "black")
        pen.text((at, MAP[3] + 2), f"{x:g}".replace("-", "−"), "black", font(12), anchor="ma")
    for y in _round_numbers(y0, y1):
        at = MAP[3] - (MAP[3] - MAP[1]) * (y - y0) / (y1 - y0)
        pen.line((MAP[0], at, MAP[0] + 5, at), "black")
        pen.text((MAP[0] + 8, at), f"{y:g}".replace("-", "−"), "black", font(12), anchor="lm", stroke_width=2,
                 stroke_fill="white")
    words = f"x from {x0:.3g} to {x1:.3g}, y from {y0:.3g} to {y1:.3g}; dark is low, the cross is the minimum"
    pen.text((MAP[0], MAP[3] + 17), words.replace("-", "−"), "black", font(13))


def _round_numbers(low, high):
    """Three to seven round numbers inside of an interval, not at its ends."""
    step = 10.0 ** np.floor(np.log10((high - low) / 2))
    step = next(step * factor for factor in (0.2, 0.5, 1, 2, 5) if (high - low) / (step * factor) < 6.5)
    first = np.ceil(low / step + 0.2)
    return step * np.arange(first, np.floor(high / step - 0.2) + 1) + 0.0  # no −0


def _write_legend(pen, legend):
    """Which colour is which, in the upper right corner of the curves."""
    x = CURVES[2] - 38 - max(pen.textlength(words, font(14)) for words in legend.values())
    for row, (rule, words) in enumerate(legend.items()):
        y = CURVES[1] + 12 + 20 * row
        pen.rectangle((x - 6, y - 10, CURVES[2], y + 10), "white")
        pen.line((x, y, x + 22, y), RULE_COLORS[rule], 4)
        pen.text((x + 30, y), words, "black", font(14), anchor="lm")


def short(value: float | Numbers) -> str:
    """A number in few characters."""
    return f"{float(value):.2g}" if np.isfinite(value) else "beyond all numbers"
