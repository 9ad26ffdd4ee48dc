"""Diagrams of Gram matrices: positions as points of a cloud, and two clouds that one Gram matrix cannot tell apart."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch, Rectangle

from nst_helpers import plots
from nst_helpers.arrays import Features, Image

MARKS = (plots.ORANGE, plots.BLUE, plots.GREEN)
HALF = 10  # of a marked position's frame, in pixels of the picture
# Two clouds, {point: how many positions of eight}: both have the Gram matrix (5, 3; 3, 5) · M and the mean (2, 2).
TWO_CLOUDS = {(3, 1): 4, (1, 3): 4}, {(2, 2): 6, (4, 0): 1, (0, 4): 1}


def cloud_of_positions(image: Image, features: Features, channels: tuple[int, int],
                       marked: Sequence[tuple[int, int]]) -> Figure:
    """From pictures to points: a position is one number in each map, and so one point.

    Args:
        image: the picture (height, width, 3), 0–255. features: its maps (rows, columns, channels).
        channels: (i, j), which two maps to draw. marked: three positions (row, column), drawn in colours.

    Returns:
        A matplotlib Figure, 9.4 inches wide: the picture beside one map, and the cloud beside the other.
    """
    figure, ((picture, upper), (cloud, lower)) = plots.subplots(2, 2, size=(9.4, 9.2))
    figure.set_layout_engine("constrained", wspace=0.05, hspace=0.05)
    i, j = channels
    plots.draw_image(picture, image, "the picture", smooth=True)
    first, second = features[:, :, i], features[:, :, j]
    for axis, values, channel in ((upper, first, i), (lower, second, j)):
        plots.draw_image(axis, np.minimum(values, np.quantile(values, 0.99)), f"map of channel {channel}")
    step = image.shape[0] / len(features)
    cloud.plot(first.ravel()[::5], second.ravel()[::5], ".", color="0.6", markersize=3, alpha=0.5, zorder=1)
    for (row, column), color in zip(marked, MARKS, strict=True):
        _frame(picture, column * step, row * step, HALF, color)
        for axis in (upper, lower):
            _frame(axis, column, row, HALF / step, color)
        point = first[row, column], second[row, column]
        cloud.plot(*point, "o", color=color, markersize=13, markeredgecolor="white", zorder=4)
        figure.add_artist(ConnectionPatch((column - HALF / step, row), point, "data", "data", axesA=lower,
                                          axesB=cloud, color=color, linewidth=1.6, alpha=0.8))
    most = float(np.quantile(first, 0.999)), float(np.quantile(second, 0.999))
    cloud.set(xlabel=f"activation of channel {i}", ylabel=f"activation of channel {j}",
              title="one point for each position", xlim=(-0.03 * most[0], most[0]), ylim=(-0.03 * most[1], most[1]))
    cloud.title.set_fontsize(picture.title.get_fontsize())
    return figure


def two_clouds() -> Figure:
    """Two clouds of eight positions in two channels that have one mean and one Gram matrix; a Figure."""
    figure, axes = plots.subplots(1, 2, size=(9.4, 4.8))
    titles = "P: always one channel stronger", "Q: mostly equal, rarely one alone"
    for axis, points, title, color in zip(axes, TWO_CLOUDS, titles, (plots.BLUE, plots.ORANGE), strict=True):
        for draw, text in ((axis.axvline, ""), (axis.axhline, "dashed: the means, 2 and 2")):
            draw(2, color="0.45", linestyle="--", linewidth=1.3, label=text or None, zorder=1)
        for (right, up), count in points.items():
            axis.plot(right, up, "o", color=color, markersize=17 + 5 * count, zorder=3)
            axis.text(right, up, f"{count}", ha="center", va="center", color="white", fontsize=14, weight="bold",
                      zorder=4)
        axis.set(xlabel="activation of channel 0", ylabel="activation of channel 1", xlim=(-0.6, 4.8),
                 ylim=(-0.6, 4.8), xticks=range(5), yticks=range(5))
        axis.set_title(title, fontsize=12)
    axes[0].legend(loc="upper right", fontsize=10)
    return figure


def _frame(axis, column, row, half, color):
    axis.add_patch(Rectangle((column - half, row - half), 2 * half, 2 * half, fill=False, edgecolor=color,
                             linewidth=3))
