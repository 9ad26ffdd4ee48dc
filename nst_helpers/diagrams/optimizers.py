"""Diagrams of optimizers: what each keeps from one step to the next; and walks over a surface seen from above."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from nst_helpers.arrays import Numbers
from nst_helpers.plots import BLUE, GREEN, ORANGE, SKY, subplots

LANE = 2.0  # height of a row, in the diagram's own units
COLUMNS = {"gradient": 4.0, "kept": 6.6, "step": 11.9}  # where each column begins or has its middle
SHEET = 0.95  # side of a sheet, which stands for an array as large as the picture
GAP = 2.35  # between two kept arrays


class Kept(NamedTuple):
    """An array, or a number, that an optimizer keeps: its letter, how a step renews it, its colour, one number or not.

    `rule` is matplotlib's mathtext; it stands below the sheet. `number`: a single number, drawn as a small disc.
    """

    letter: str
    rule: str
    color: str = GREEN
    number: bool = False


class Row(NamedTuple):
    """An optimizer: its name, what it keeps, and the step that it makes of it, in mathtext."""

    name: str
    kept: tuple[Kept, ...]
    step: str


DESCENT = Row("plain descent", (), r"$w_{t+1} = w_t - \eta\,\nabla L(w_t)$")
MOMENTUM = Row("momentum", (Kept("V", r"$V_{t+1} = \beta V_t + (1-\beta)\nabla L(w_t)$"),),
               r"$w_{t+1} = w_t - \eta\,V_{t+1}$")


def kept_states(rows: Sequence[Row]) -> Figure:
    """What optimizers keep between two steps: a row for each, from the gradient through the memory to the step.

    Args:
        rows: `Row`s, from top to bottom; what a row keeps, at most two arrays and a number, is drawn as sheets with a
            loop, since it returns in the next step.

    Returns:
        A matplotlib Figure, 10 inches wide.
    """
    figure, axis = subplots(size=(10, 0.75 + 1.32 * len(rows)))
    for number, row in enumerate(rows):
        middle = -LANE * number
        if number % 2 == 0:
            axis.add_patch(Rectangle((-0.2, middle - LANE / 2), 16.9, LANE, facecolor="0.955", edgecolor="none"))
        _row(axis, middle, row)
    for text, x, align in (("the optimizer", 0.0, "left"), ("it gets", COLUMNS["gradient"], "center"),
                           ("it keeps for the next step", COLUMNS["kept"] + GAP / 2, "center"),
                           ("the step", COLUMNS["step"], "left")):
        axis.text(x, LANE / 2 + 0.2, text, fontsize=10.5, color="0.35", ha=align, va="bottom")
    axis.set(xlim=(-0.3, 16.8), ylim=(-LANE * (len(rows) - 0.5) - 0.05, LANE / 2 + 0.6), aspect="equal")
    axis.set_axis_off()
    return figure


def _row(axis, middle, row):
    axis.text(0, middle + 0.1, row.name, fontsize=13, fontweight="bold", va="center")
    arrays = sum(not kept.number for kept in row.kept)
    axis.text(0, middle - 0.42, f"{arrays} × the picture" if arrays else "keeps nothing", fontsize=9.5, color="0.35",
              va="center")
    _sheet(axis, COLUMNS["gradient"], middle, r"$\nabla L$", BLUE)
    last = COLUMNS["gradient"] + SHEET / 2
    for place, kept in enumerate(row.kept):
        x = COLUMNS["kept"] + GAP * place + (0 if len(row.kept) > 1 else GAP / 2)
        (_disc if kept.number else _sheet)(axis, x, middle + 0.14, f"${kept.letter}$", kept.color)
        axis.text(x, middle - 0.66, kept.rule, fontsize=9.5 if len(row.kept) < 2 else 8, ha="center", va="center")
        _loop(axis, x, middle + 0.14, kept.color)
        _arrow(axis, (last + 0.1, middle + 0.1), (x - SHEET / 2 - 0.1, middle + 0.1))
        last = x + SHEET / 2 + 0.18
    _arrow(axis, (last + 0.1, middle + 0.1), (COLUMNS["step"] - 0.15, middle + 0.1))
    axis.text(COLUMNS["step"], middle + 0.1, row.step, fontsize=13, va="center")


def _sheet(axis, x, y, letter, color):
    """Three sheets behind each other: an array (height, width, 3)."""
    for shift in (0.16, 0.08, 0.0):
        corner = x - SHEET / 2 + shift, y - SHEET / 2 + shift
        axis.add_patch(Rectangle(corner, SHEET, SHEET, facecolor="white", edgecolor="none", zorder=2))
        axis.add_patch(Rectangle(corner, SHEET, SHEET, facecolor=color, alpha=0.3, edgecolor=color, linewidth=1.4,
                                 zorder=2))
    axis.text(x, y, letter, fontsize=14, ha="center", va="center", zorder=3)


def _disc(axis, x, y, letter, color):
    """A single number."""
    axis.plot(x, y, "o", markersize=22, markerfacecolor="white", markeredgecolor=color, markeredgewidth=1.8, zorder=2)
    axis.text(x, y, letter, fontsize=13, ha="center", va="center", zorder=3)


def _loop(axis, x, y, color):
    """What is kept comes back: an arrow from the right upper corner to the left one."""
    top = y + SHEET / 2 + 0.12
    axis.add_patch(FancyArrowPatch((x + 0.42, top + 0.06), (x - 0.3, top - 0.06), connectionstyle="arc3,rad=0.75",
                                   arrowstyle="-|>", mutation_scale=13, linewidth=1.8, color=color, zorder=4))


def _arrow(axis, start, end):
    axis.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "0.25", "linewidth": 1.5,
                                              "shrinkA": 0, "shrinkB": 0}, zorder=1)


def draw_walks(axes: Axes, ground: Any, walks: Mapping[str, Any], title: str = "", legend: bool = True,
               size: float = 4.5) -> None:
    """A surface from above, dark where it is low, with walks over it.

    Args:
        axes: matplotlib's. ground: a surface of two numbers: it has `value`, `start`, `window` and `minimum`.
        walks: {label: points (steps + 1, 2)}, two or three of them, or {label: (points, colour)}.
        title: above. legend: whether the labels are shown. size: of a dot.
    """
    (left, right), (bottom, top) = ground.window
    x, y = np.meshgrid(np.linspace(left, right, 300), np.linspace(bottom, top, 200))
    axes.contourf(x, y, np.sqrt(ground.value(x, y) - np.min(ground.value(x, y))), levels=18, cmap="GnBu_r", alpha=0.85)
    for (label, walk), color in zip(walks.items(), (ORANGE, BLUE, GREEN), strict=False):
        points, color = walk if isinstance(walk, tuple) else (walk, color)
        axes.plot(*points.T, "-", color="white", linewidth=3.4, zorder=2)
        axes.plot(*points.T, "o-", color=color, markersize=size, linewidth=1.7, label=label, zorder=3)
        axes.plot(*points[-1], "o", color=color, markersize=2.2 * size, markeredgecolor="white", markeredgewidth=1.6,
                  zorder=4)
    axes.plot(*ground.start, "o", color="black", markersize=8, zorder=5)
    axes.plot(*ground.minimum, "+", color="white", markersize=17, markeredgewidth=5, zorder=5)
    axes.plot(*ground.minimum, "+", color="black", markersize=14, markeredgewidth=2.4, zorder=5)
    axes.set(xlim=(left, right), ylim=(bottom, top), xlabel="x", ylabel="y", title=title)
    axes.grid(False)
    if legend:
        axes.legend(fontsize=10, loc="upper right", framealpha=0.95)


def walks_from_above(ground: Any, walks: Mapping[str, Any], title: str = "") -> Figure:
    """One large map with walks over it, as `draw_walks`; a Figure, 9.4 inches wide."""
    figure, axes = subplots(size=(9.4, 4.6))
    draw_walks(axes, ground, walks, title, size=5.5)
    return figure


def stacked_walks(ground: Any, walks: Mapping[str, Any]) -> Figure:
    """A map for each walk, one above the other: {title: points}, at most three; a Figure, 9.4 inches wide."""
    figure, axes = subplots(len(walks), 1, size=(9.4, 3.3 * len(walks)), squeeze=False)
    for axis, (title, points), color in zip(axes[:, 0], walks.items(), (ORANGE, BLUE, GREEN), strict=False):
        draw_walks(axis, ground, {title: (points, color)}, title, legend=False, size=6)
    return figure


def convergence_map(betas: Numbers, steps: Numbers, shrinkage: Numbers,
                    marks: Mapping[str, tuple[float, float]],
                    curves: Mapping[str, tuple[Numbers, int, str]]) -> Figure:
    """How much is left of the distance after a step, for each (β, η): a map, and cuts through it.

    Args:
        betas, steps: the values of β and of η λ_max. shrinkage: (betas, steps), what was measured.
        marks: {label: (η λ_max, β)}. curves: {label: (what theory says at all steps, row of `shrinkage`, colour)}.

    Returns:
        A matplotlib Figure, 10.4 inches wide.
    """
    figure, (left, right) = subplots(1, 2, size=(10.4, 4.6), width_ratios=(1.15, 1))
    shown = np.ma.masked_greater_equal(shrinkage, 1)
    image = left.pcolormesh(steps, betas, shown, cmap="viridis", vmin=0.6, vmax=1, shading="nearest")
    left.set_facecolor("0.85")
    left.contour(steps, betas, np.minimum(shrinkage, 1.2), levels=[1], colors="black", linewidths=1.5)
    left.text(3.05, 0.06, "flies off", fontsize=12, ha="center")
    for (label, place), marker in zip(marks.items(), "osD^", strict=False):
        left.plot(*place, marker, color=ORANGE, markeredgecolor="white", markeredgewidth=1.5, markersize=11,
                  clip_on=False, zorder=4)  # plain descent's lies on the lower edge
        left.annotate(label, place, (-10, 7), textcoords="offset points", color="white", fontsize=11, ha="right",
                      fontweight="bold")
    left.set(xlabel="η λ_max", ylabel="β", title="left of the distance after a step (measured)")
    left.grid(False)
    figure.colorbar(image, ax=left)
    for label, (theory, row, color) in curves.items():
        right.plot(steps, theory, color=color, linewidth=1.8, label=label)
        right.plot(steps[::6], shrinkage[row][::6], "o", color=color, markersize=4)
    right.axhline(1, color="black", linewidth=1)
    right.set(xlabel="η λ_max", ylabel="left after a step", ylim=(0.55, 1.1), xlim=(0, steps[-1]),
              title="cuts: dots measured, lines by theory")
    right.legend(fontsize=9, loc="lower right")
    return figure


def two_wells(value: Callable[[Numbers], Numbers], places: tuple[float, float, float], starts: Numbers,
              ends: Mapping[str, Numbers]) -> Figure:
    """A loss of one number with two minima, and below it the starts of walks, coloured by where each has ended.

    Args:
        value: w → height. places: (the left minimum, the hill between, the right minimum).
        starts: (n,), within −2.1 … 2.1. ends: {label: (n,), the ends of the walks}; a ring marks a crossing.

    Returns:
        A matplotlib Figure, 9.4 inches wide.
    """
    figure, (above, below) = subplots(2, 1, size=(9.4, 4.9), height_ratios=(1.5, 1), sharex=True)
    left, hill, right = places
    w = np.linspace(-2.1, 2.1, 400)
    for part, color in ((w <= hill, BLUE), (w >= hill, ORANGE)):
        above.plot(w[part], value(w[part]), color=color, linewidth=3)
    above.plot([left, hill, right], value(np.array(places)), "o", color="black", markersize=7)
    for place, word, rise in zip(places, ("deeper minimum", "hill", "minimum"), (-20, 11, -20), strict=True):
        above.annotate(word, (place, value(np.array(place))), (0, rise), textcoords="offset points", ha="center")
    above.set(ylabel="f(w)", ylim=(-0.6, 0.9), xlim=(-2.1, 2.1))
    for row, end in enumerate(ends.values()):
        crossed = (starts > hill) != (end > hill)
        below.scatter(starts, np.full(len(starts), -row), 42, c=np.where(end > hill, ORANGE, BLUE), zorder=3,
                      edgecolors=np.where(crossed, "black", "none"), linewidths=2)
    below.axvline(hill, color="0.5", linestyle=":", zorder=1)
    below.set(xlabel="w at the start", yticks=-np.arange(len(ends)), yticklabels=list(ends),
              ylim=(0.6 - len(ends), 0.6))
    below.grid(False)
    return figure


def parabolas(curvature: float, walks: Mapping[str, Any]) -> Figure:
    """One parabola ½ λ w² for each walk over it, side by side.

    Args:
        curvature: λ. walks: {title: the points w of a walk}; what lies outside of the window is not drawn.

    Returns:
        A matplotlib Figure.
    """
    figure, axes = subplots(1, len(walks), size=(10, 3.5), sharey=True, squeeze=False)
    reach = 1.75
    w = np.linspace(-reach, reach, 200)
    for axis, (title, walk), color in zip(axes[0], walks.items(), (BLUE, GREEN, ORANGE), strict=False):
        axis.fill_between(w, curvature / 2 * w**2, 0, color=SKY, alpha=0.18)
        axis.plot(w, curvature / 2 * w**2, color="0.6", linewidth=2.5)
        walk = np.asarray(walk)[: 1 + np.flatnonzero(np.abs(walk) <= reach).max()]
        height = curvature / 2 * walk**2
        for start, end, low, high in zip(walk[:-1], walk[1:], height[:-1], height[1:], strict=True):
            axis.annotate("", (end, high), (start, low), arrowprops={"arrowstyle": "-|>", "color": color,
                                                                     "linewidth": 1.8, "shrinkA": 2, "shrinkB": 3})
        axis.plot(walk, height, "o", color=color, markersize=6)
        axis.set(title=title, xlabel="w", xlim=(-reach, reach), ylim=(0, curvature / 2 * reach**2))
    axes[0, 0].set_ylabel(f"f(w) = ½ · {curvature:g} · w²")
    return figure
