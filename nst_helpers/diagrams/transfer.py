"""The whole transfer: a painting beside what made it, its stages, the clinic's bounds, and the course as one loop."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.arrays import Image
from nst_helpers.images import resize_image
from nst_helpers.plots import AMBER, BLUE, GREEN, ORANGE, PINK, SKY, draw_image, subplots

GRAY = "0.35"


def finished(content: Image, style: Image, painting: Image,
             names: Sequence[str] = ("the photograph", "the style")) -> Figure:
    """A painting at full width, and under it, small and side by side, the photograph and the style.

    Args:
        content, style, painting: images (height, width, 3), 0–255.

    Returns:
        A matplotlib Figure, 9.6 inches wide, as the painting is.
    """
    height, width = painting.shape[:2]
    side, gap = round(height * 0.3), round(width * 0.03)
    small = [resize_image(image, side, round(side * image.shape[1] / image.shape[0])) for image in (content, style)]
    strip, left = np.full((side, width, 3), 255.0), (width - gap - sum(image.shape[1] for image in small)) // 2
    figure, axes = subplots(2, 1, size=(9.6, 9.6 * 1.3 * height / width + 0.35), height_ratios=(height, side))
    draw_image(axes[0], painting, smooth=True)
    for image, name in zip(small, names, strict=True):
        strip[:, left: left + image.shape[1]] = image
        axes[1].text(left + image.shape[1] / 2, side * 1.03, name, ha="center", va="top", fontsize=11)
        left += image.shape[1] + gap
    draw_image(axes[1], strip, smooth=True)
    return figure


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
                    axis.text(value, 0.25 + 0.38 * (number % 2), name, fontsize=9, ha=side, color=GRAY)
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
    figure, axis = subplots(size=(9.6, 5.8))
    axis.set(xlim=(-2.5, 100), ylim=(-6, 55.5))
    axis.set_axis_off()
    for image, bottom, name in ((content, 41, "photograph"), (style, 23, "style"), (painting, 5, "the picture, w")):
        _picture(axis, image, 1, bottom, 17, 12)
        axis.text(9.5, bottom - 0.6, name, ha="center", va="top", fontsize=10)
    _box(axis, 25, 21, 15, 33, "network", "01 convolution\n02 feature maps", SKY)
    for bottom, text, lesson, color in ((41, "content loss\n½ Σ (F − C)²", "03", BLUE),
                                        (23, "Gram matrices,\nstyle loss  $\\Sigma\\, w_l E_l$", "04, 05", ORANGE),
                                        (5, "total variation", "06", GREEN)):
        _box(axis, 46, bottom, 18, 12, text, lesson, color)
        _arrow(axis, (64.5, bottom + 6), (66.8, 29 + (bottom - 23) * 0.25))
    for height in (47, 29):  # of the photograph and of the style
        _arrow(axis, (18.5, height), (24.5, height))
        _arrow(axis, (40.5, height), (45.5, height))
    _arrow(axis, (18.5, 14), (24.5, 22.5))  # the picture itself, to the network and on to both losses
    _arrow(axis, (40.5, 40), (45.5, 43.5))
    _arrow(axis, (40.5, 36), (45.5, 32.5))
    _arrow(axis, (18.5, 11), (45.5, 11))  # and past it
    _box(axis, 67.2, 21.5, 16.3, 15, "total loss\n$\\alpha L_c + \\beta L_s + \\gamma\\, TV$", "07", AMBER)
    _arrow(axis, (83.8, 29), (85.8, 29))
    _box(axis, 86, 18.5, 13.8, 21, "optimizer", "08 momentum\n09 RMSprop\n10 Adam", PINK)
    axis.plot([93, 93, -2, -2], [18, -1.5, -1.5, 11], color="black", linewidth=1.6)
    _arrow(axis, (-2, 11), (1, 11))
    axis.text(46, -2.3, "w ← w − step, some hundred times, from small to large (lesson 11)", ha="center", va="top",
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
    middle, center = left + width / 2, bottom + height / 2
    axis.text(middle, center + 0.8, text, ha="center", va="bottom", fontsize=10.5)
    axis.text(middle, center - 0.8, lesson, ha="center", va="top", fontsize=9.5, color=GRAY, fontweight="bold")


def _arrow(axis, start, end):
    axis.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 1.4})
