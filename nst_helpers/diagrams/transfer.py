"""The whole transfer: a painting beside what made it, its stages, and the clinic's bounds."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.arrays import Image
from nst_helpers.images import resize_image
from nst_helpers.plots import BLUE, ORANGE, draw_image, subplots

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
    """What happens in the stages of some runs: their sizes as boxes, α's factors written in; the more, the bluer.

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
            strength = 0.08 + 0.5 * np.log2(factor) / most  # of the content's colour; black letters stay legible
            axis.add_patch(Rectangle((place, 0), share, share * 0.67, facecolor=BLUE, alpha=strength))
            axis.add_patch(Rectangle((place, 0), share, share * 0.67, fill=False, edgecolor=GRAY, linewidth=1.2))
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
