"""Diagrams of Gram matrices: positions as points of a cloud, and two clouds that one Gram matrix cannot tell apart."""

import numpy as np
from matplotlib.patches import ConnectionPatch, Rectangle

from nst_helpers import plots

MARKS = (plots.ORANGE, plots.BLUE, plots.GREEN)
# Two clouds, {point: how many positions of eight}: both have the Gram matrix (5, 3; 3, 5) · M and the mean (2, 2).
TWO_CLOUDS = {(3, 1): 4, (1, 3): 4}, {(2, 2): 6, (4, 0): 1, (0, 4): 1}


def cloud_of_positions(image, features, channels, marked):
    """From pictures to points: a position is one number in each map, and so one point.

    Args:
        image: the picture (height, width, 3), 0–255. features: its maps (rows, columns, channels).
        channels: (i, j), which two maps to draw. marked: three positions (row, column), drawn in colours.

    Returns:
        A matplotlib Figure: the picture, the two maps, and the cloud.
    """
    figure, axes = plots.subplots(1, 4, size=(12, 3.5), width_ratios=[1, 1, 1, 1.25])
    i, j = channels
    plots.draw_image(axes[0], image, "the picture", smooth=True)
    first, second = features[:, :, i], features[:, :, j]
    for axis, values, channel in ((axes[1], first, i), (axes[2], second, j)):
        plots.draw_image(axis, np.minimum(values, np.quantile(values, 0.99)), f"map of channel {channel}")
    step = image.shape[0] / len(features)
    cloud = axes[3]
    cloud.plot(first.ravel()[::5], second.ravel()[::5], ".", color="0.6", markersize=3, alpha=0.5, zorder=1)
    for (row, column), color in zip(marked, MARKS, strict=True):
        _frame(axes[0], column * step, row * step, 7, color)
        for axis in axes[1:3]:
            _frame(axis, column, row, 7 / step, color)
        point = first[row, column], second[row, column]
        cloud.plot(*point, "o", color=color, markersize=11, markeredgecolor="white", zorder=4)
        figure.add_artist(ConnectionPatch((column + 7 / step, row), point, "data", "data", axesA=axes[2], axesB=cloud,
                                          color=color, linewidth=1.2, alpha=0.7))
    most = float(np.quantile(first, 0.999)), float(np.quantile(second, 0.999))
    cloud.set(xlabel=f"activation of channel {i}", ylabel=f"activation of channel {j}",
              title="one point for each position", xlim=(-0.03 * most[0], most[0]), ylim=(-0.03 * most[1], most[1]))
    cloud.title.set_fontsize(11)
    return figure


def two_clouds():
    """Two clouds of eight positions in two channels, with their Gram matrix as an ellipse; a Figure."""
    figure, axes = plots.subplots(1, 2, size=(9, 4.7), sharex=True, sharey=True)
    titles = "P: always one channel stronger", "Q: mostly alike, rarely one alone"
    turn = np.linspace(0, 2 * np.pi, 200)
    for axis, points, title, color in zip(axes, TWO_CLOUDS, titles, (plots.BLUE, plots.ORANGE), strict=True):
        x, y = _ellipse(points, turn)
        axis.plot(x, y, "--", color="0.45", linewidth=1.6, label="√(vᵀ(G/M)v) in each direction v")
        for (right, up), count in points.items():
            axis.plot(right, up, "o", color=color, markersize=10 + 5 * count, alpha=0.85)
            axis.text(right, up, f"{count}", ha="center", va="center", color="white", fontsize=13, weight="bold")
        axis.plot(2, 2, "+", color="black", markersize=17, markeredgewidth=2, label="mean", zorder=0 if (2, 2) not in points
                  else 5)
        axis.set(title=title, xlabel="activation of channel 0", aspect="equal", xlim=(-0.6, 4.8), ylim=(-0.6, 4.8))
    axes[0].set_ylabel("activation of channel 1")
    axes[0].legend(loc="upper right", fontsize=9)
    return figure


def _ellipse(points, turn):
    """In each direction the root of the mean square of the points' parts along it: what the Gram matrix says."""
    cloud = np.repeat(list(points), list(points.values()), axis=0)
    directions = np.stack([np.cos(turn), np.sin(turn)])
    reach = np.sqrt(np.mean((cloud @ directions) ** 2, axis=0))
    return reach * directions


def _frame(axis, column, row, half, color):
    axis.add_patch(Rectangle((column - half, row - half), 2 * half, 2 * half, fill=False, edgecolor=color,
                             linewidth=2.2))
