"""The whole transfer: a painting beside what made it, its stages, the clinic's bounds, and the course as one loop."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.arrays import Image
from nst_helpers.images import resize_image
from nst_helpers.plots import AMBER, BLUE, GREEN, ORANGE, PINK, SKY, draw_image, subplots

GREY = "0.35"


def finished(content: Image, style: Image, painting: Image,
             names: Sequence[str] = ("the photograph", "the style", "the painting")) -> Figure:
    """A painting at full width, and beside it, one above the other, the photograph and the style.

    Args:
        content, style, painting: images (height, width, 3), 0–255; the painting as wide over high as the photograph.

    Returns:
        A matplotlib Figure, 9.6 inches wide; the painting is more than 640 pixels wide in it.
    """
    height, width = painting.shape[:2]
    side = round(height * 0.47)
    left = [resize_image(image, side, round(side * image.shape[1] / image.shape[0])) for image in (content, style)]
    widest = max(image.shape[1] for image in left)
    figure, axes = subplots(1, 2, size=(9.6, 9.6 * height / (width + widest) + 0.25), width_ratios=(widest, width))
    gap = np.full((height - 2 * side, widest, 3), 255.0)
    stack = np.concatenate([_framed(left[0], widest), gap, _framed(left[1], widest)])
    draw_image(axes[0], stack, f"{names[0]}, {names[1]}", smooth=True)
    draw_image(axes[1], painting, names[2], smooth=True)
    return figure


def _framed(image, width):
    """An image in the middle of a white strip of this width."""
    missing = width - image.shape[1]
    return np.pad(image, ((0, 0), (missing // 2, missing - missing // 2), (0, 0)), constant_values=255)


def stage_plan(arms: Mapping[str, Sequence[tuple[float, float]]]) -> Figure:
    """What happens in the stages of some runs: their sizes as boxes, α's factors written in.

    Args:
        arms: {name: [(width over the final one, α's factor), …]}; two of them stand in a row.

    Returns:
        A matplotlib Figure, 9 inches wide.
    """
    from matplotlib.patches import Rectangle

    rows = -(-len(arms) // 2)
    figure, axes = subplots(rows, 2, size=(9, 1.35 * rows), squeeze=False)
    most = np.log2(max(factor for stages in arms.values() for _, factor in stages)) or 1.0
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, (name, stages) in zip(axes.flat, arms.items(), strict=False):
        place = 0.0
        for share, factor in stages:
            strength = 0.15 + 0.65 * np.log2(factor) / most
            axis.add_patch(Rectangle((place, 0), share, share * 0.67, facecolor=ORANGE, alpha=strength))
            axis.add_patch(Rectangle((place, 0), share, share * 0.67, fill=False, edgecolor=BLUE, linewidth=1.5))
            axis.text(place + share / 2, share * 0.335, f"{factor:g}α", ha="center", va="center",
                      fontsize=8 + 4 * share)
            place += share + 0.08
        axis.set(xlim=(-0.03, 4.27), ylim=(-0.05, 0.72), aspect="equal")
        axis.set_title(name, fontsize=11, loc="left")
    return figure


def sign_chart(rows: Mapping[str, Mapping[str, Mapping[str, float]]], limits: Mapping[str,
               tuple[float, str]]) -> Figure:
    """Measured signs of healthy and of spoilt pictures, one row a sign, each with its bound.

    Args:
        rows: {sign: {group: {name: value}}}; the first group is drawn as dots, all others as named crosses.
        limits: {sign: (bound, "least" or "most")}.

    Returns:
        A matplotlib Figure, 9 inches wide.
    """
    figure, axes = subplots(len(rows), 1, size=(9, 1.05 * len(rows) + 0.3), squeeze=False)
    for axis, (sign, groups) in zip(axes[:, 0], rows.items(), strict=True):
        bound, kind = limits[sign]
        values = [value for group in groups.values() for value in group.values()]
        low, high = min(*values, bound), max(*values, bound)
        edge = 0.06 * (high - low)
        bad = (low - edge, bound) if kind == "least" else (bound, high + edge)
        axis.axvspan(*bad, color=ORANGE, alpha=0.13)
        axis.axvline(bound, color=ORANGE, linewidth=1.5)
        for place, (group, found) in enumerate(groups.items()):
            mark, color = (("o", BLUE), ("X", ORANGE))[min(place, 1)]
            axis.plot([*found.values()], np.zeros(len(found)), mark, color=color, ms=8, alpha=0.75, label=group,
                      markeredgecolor="white", linestyle="none")
            if place:
                for number, (name, value) in enumerate(found.items()):
                    side = "right" if value > high - 2 * edge else "left" if value < low + 2 * edge else "center"
                    axis.text(value, 0.25 + 0.38 * (number % 2), name, fontsize=9, ha=side, color=GREY)
        axis.set(yticks=[], ylim=(-0.4, 1.0), xlim=(low - edge, high + edge))
        axis.set_ylabel(sign, rotation=0, ha="right", va="center", fontsize=11)
        axis.spines["left"].set_visible(False)
    axes[0, 0].legend(loc="lower center", bbox_to_anchor=(0.5, 0.95), ncols=2, frameon=False, fontsize=9)
    return figure


def whole_course(content: Image, style: Image, painting: Image) -> Figure:
    """The method as one loop, with the lessons in which each part was built.

    Args:
        content, style, painting: images (height, width, 3), 0–255.

    Returns:
        A matplotlib Figure, 9.6 inches wide.
    """
    figure, axis = subplots(size=(9.6, 5.6))
    axis.set(xlim=(-2.5, 100), ylim=(0, 58))
    axis.set_axis_off()
    for image, left, bottom, name in ((content, 1, 39, "photograph"), (style, 1, 4, "style"),
                                      (painting, 1, 21.5, "the picture, w")):
        _picture(axis, image, left, bottom, 17, 12)
        axis.text(left + 8.5, bottom - 0.6, name, ha="center", va="top", fontsize=10)
    _box(axis, 25, 4, 15, 47, "network", "01 convolution\n02 feature maps", SKY)
    for bottom, text, lesson, color in ((39, "content loss\n½ Σ (F − C)²", "03", BLUE),
                                        (4, "Gram matrices,\nstyle loss  w E", "04, 05", ORANGE),
                                        (21.5, "total variation", "06", GREEN)):
        _box(axis, 46, bottom, 18, 12, text, lesson, color)
        _arrow(axis, (18.5, bottom + 6), (24.5, bottom + 6))
        if bottom != 21.5:
            _arrow(axis, (40.5, bottom + 6), (45.5, bottom + 6))
        _arrow(axis, (64.5, bottom + 6), (70, 27.5 + (bottom - 21.5) * 0.15))
    axis.annotate("", (45.5, 22.7), (18.5, 22.7), arrowprops={"arrowstyle": "-|>", "color": GREEN, "linewidth": 1.4})
    _arrow(axis, (40.5, 31), (45.5, 40))
    _arrow(axis, (40.5, 24), (45.5, 15))
    _box(axis, 70.5, 20, 12.5, 15, "total loss\nα + β + γ", "07", AMBER)
    _arrow(axis, (83.5, 27.5), (86, 27.5))
    _box(axis, 86.5, 17, 13, 21, "optimizer", "08 momentum\n09 RMSprop\n10 Adam", PINK)
    axis.plot([93, 93, -2, -2], [38.5, 54.5, 54.5, 27.5], color="black", linewidth=1.6)
    _arrow(axis, (-2, 27.5), (1, 27.5))
    axis.text(46, 55.3, "w ← w − step, some hundred times, from small to large (lesson 11)", ha="center", va="bottom",
              fontsize=11)
    return figure


def _picture(axis, image, left, bottom, width, height):
    """An image in a box, as large as fits."""
    factor = min(width / image.shape[1], height / image.shape[0])
    wide, high = factor * image.shape[1], factor * image.shape[0]
    x, y = left + (width - wide) / 2, bottom + (height - high) / 2
    axis.imshow(np.clip(image / 255, 0, 1), extent=(x, x + wide, y, y + high), interpolation="bicubic", aspect="auto",
                zorder=2)


def _box(axis, left, bottom, width, height, text, lesson, color):
    """A part of the method, with the lesson that built it."""
    from matplotlib.patches import FancyBboxPatch

    axis.add_patch(FancyBboxPatch((left, bottom), width, height, boxstyle="round,pad=0,rounding_size=1.2",
                                  facecolor=color, alpha=0.22, edgecolor="none"))
    axis.add_patch(FancyBboxPatch((left, bottom), width, height, boxstyle="round,pad=0,rounding_size=1.2", fill=False,
                                  edgecolor=color, linewidth=1.6))
    middle, centre = left + width / 2, bottom + height / 2
    axis.text(middle, centre + 0.8, text, ha="center", va="bottom", fontsize=10.5)
    axis.text(middle, centre - 0.8, lesson, ha="center", va="top", fontsize=9.5, color=GREY, fontweight="bold")


def _arrow(axis, start, end):
    axis.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 1.4})
