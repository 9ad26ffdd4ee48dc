"""Style loss: how many numbers a layer adds up, and a texture beside the style and the noise that it comes from."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.arrays import Image
from nst_helpers.images import resize_image
from nst_helpers.plots import AMBER, BLUE, ORANGE, SKY, draw_image, subplots

WIDE = 100.0  # of a panel, in its own units


def gram_counts(layers: Mapping[str, tuple[int, int]]) -> Figure:
    """Feature maps and Gram matrix of some layers, side by side: the counts behind 1/(4N²M²).

    Args:
        layers: {name: (positions M, channels N)}, one to four of them.

    Returns:
        A matplotlib Figure, 9 inches wide.
    """
    figure, axes = subplots(1, len(layers), size=(9, 3.6), squeeze=False)
    tallest = max(positions for positions, _ in layers.values()) ** 0.5
    widest = max(channels for _, channels in layers.values())
    for axis, (name, (positions, channels)) in zip(axes[0], layers.items(), strict=True):
        height, width = max(7, 70 * positions**0.5 / tallest), max(6, 38 * channels / widest)
        _features(axis, 24, height, width, positions, channels)
        _gram(axis, 76, width, channels)
        axis.annotate("", (76 - width / 2 - 3, 50), (24 + width / 2 + 3, 50),
                      arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 1.4})
        axis.text(50, 53, "FᵀF", ha="center", fontsize=12)
        axis.set_title(name, fontsize=14, fontweight="bold")
        axis.set(xlim=(-2, WIDE + 2), ylim=(8, 100), aspect="equal")
        axis.set_axis_off()
    return figure


def _features(axis, middle, height, width, positions, channels):
    """F: a row for each position; one column is marked."""
    from matplotlib.patches import Rectangle

    left, bottom = middle - width / 2, 50 - height / 2
    axis.add_patch(Rectangle((left, bottom), width, height, facecolor=SKY, alpha=0.45, edgecolor=BLUE, linewidth=1.5))
    for share in (0.25, 0.6):
        axis.add_patch(Rectangle((left + share * width, bottom), max(1.2, 0.06 * width), height, facecolor=ORANGE))
    axis.text(middle, bottom + height + 2, f"N = {channels}", ha="center", va="bottom", fontsize=11)
    axis.text(middle, bottom - 2, f"M = {positions:,}", ha="center", va="top", fontsize=11)


def _gram(axis, middle, width, channels):
    """G: an entry for each pair of channels; one is marked."""
    from matplotlib.patches import Rectangle

    left, bottom = middle - width / 2, 50 - width / 2
    axis.add_patch(Rectangle((left, bottom), width, width, facecolor=AMBER, alpha=0.45, edgecolor=BLUE, linewidth=1.5))
    spot = max(1.6, 0.07 * width)
    axis.add_patch(Rectangle((left + 0.6 * width, bottom + 0.75 * width - spot), spot, spot, facecolor=ORANGE))
    axis.text(middle, bottom - 2, f"N² = {channels**2:,}\nentries", ha="center", va="top", fontsize=11)
    axis.text(middle, bottom + width + 2, "G", ha="center", va="bottom", fontsize=13)


def before_and_after(style: Image, noise: Image, texture: Image) -> Figure:
    """A texture at full size, and beside it, one above the other, its style and the noise where it began.

    Args:
        style, noise, texture: square images (side, side, 3), 0–255.

    Returns:
        A matplotlib Figure, 9.4 inches wide; the texture is more than 640 pixels wide in it.
    """
    side, gap = 300, 40
    small = [resize_image(image, side, side) for image in (style, noise)]
    stack = np.concatenate([small[0], np.full((gap, side, 3), 255), small[1]])
    figure, axes = subplots(1, 2, size=(9.4, 6.35), width_ratios=(side, 2 * side + gap))
    draw_image(axes[0], stack, "the style", smooth=True)
    axes[0].text(side / 2, side + gap * 0.7, "the noise we start from", ha="center", fontsize=11)
    draw_image(axes[1], texture, "what the noise became", smooth=True)
    return figure
