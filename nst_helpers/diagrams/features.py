"""Windows of pictures side by side, and how sets of weights compare over a grid of settings."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.arrays import Image
from nst_helpers.experiments.grids import Run, best_run
from nst_helpers.images import resize_image
from nst_helpers.plots import COLORS, subplots

MARKS = {"falling": "o-", "equal": "s--"}  # of the layers' weights


def tiled(windows: Sequence[Image], columns: int, side: int = 236, squares: bool = False) -> Image:
    """Square windows (size, size, 3) as the tiles of one picture, row by row, with white between them.

    Args:
        columns: how many tiles a row has; what the last row lacks stays white. side: pixels of a tile, about.
        squares: whether each pixel is to be seen as a square, of windows of few pixels.
    """
    tiles = [np.pad(_enlarged(window, side, squares), ((2, 2), (2, 2), (0, 0)), constant_values=255)
             for window in windows]
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % columns)
    return np.concatenate([np.concatenate(tiles[first : first + columns], axis=1)
                           for first in range(0, len(tiles), columns)])


def _enlarged(window, side, squares):
    times = side // len(window)
    return np.repeat(np.repeat(window, times, 0), times, 1) if squares else resize_image(window, side, side)


def grid_chart(grids: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Subject over distance to the style: a line a network and kind of layer weights, over β at γ = 0.1.

    Args:
        grids: {title of a panel: grids of all networks}, as of `experiments.grids.read_grids`.
    """
    figure, axes = subplots(1, len(grids), size=(10, 4.6), sharey=True, sharex=True, squeeze=False)
    for axis, (title, told) in zip(axes[0], grids.items(), strict=True):
        for (name, runs), color in zip(told["runs"].items(), COLORS, strict=False):
            for layers in MARKS:
                _line(axis, runs, layers, color, _label(name, layers))
            best = best_run(runs, told["recipe"]["subject"])
            axis.plot(best["histograms"], best["subject"], "o", markersize=15, markerfacecolor="none", color=color)
        axis.axhline(told["recipe"]["subject"], color="0.4", linestyle=":")
        axis.set(title=title, xlabel="distance to the style, standard deviations", ylim=(-0.2, 1.05))
    axes[0, 0].set_ylabel("subject (1 is all)")
    axes[0, 0].legend(fontsize=8)
    return figure


def _line(axis, runs: Sequence[Run], layers, color, label):
    line = sorted((run for run in runs if run["layers"] == layers and run["γ"] == 0.1), key=lambda run: run["β"])
    axis.plot([run["histograms"] for run in line], [run["subject"] for run in line], MARKS[layers], color=color,
              label=label)


def _label(name, layers):
    return f"{name}, equal layer weights" if layers == "equal" else f"{name}, falling layer weights"


def pairs_chart(best: Mapping[str, Mapping[str, Run]]) -> Figure:
    """Subject over distance to the style: a panel a pair of pictures, a mark the best run of a network.

    Args:
        best: {"temple × night_swirls": {"robust": its best run, "random 0": …}}; what follows the first word of a
            network counts its draws.
    """
    figure, axes = subplots(1, len(best), size=(10, 3.2), sharey=True, sharex=True, squeeze=False)
    for axis, (pair, runs) in zip(axes[0], best.items(), strict=True):
        kinds = list(dict.fromkeys(which.split()[0] for which in runs))
        for kind, color, mark in zip(kinds, COLORS, "o^s", strict=False):
            own = [run for which, run in runs.items() if which.split()[0] == kind]
            axis.plot([run["histograms"] for run in own], [run["subject"] for run in own], mark, color=color,
                      markersize=9, alpha=0.8, label=kind)
        axis.set(title=pair.replace(" × ", "\n").replace("_", " "), ylim=(-0.1, 1))
        axis.set_xlabel("distance to the style")
    farthest = max(run["histograms"] for runs in best.values() for run in runs.values())
    axes[0, 0].set_xlim(0, 1.1 * farthest)
    axes[0, 0].set_ylabel("subject (1 is all)")
    axes[0, 0].legend(fontsize=9)
    return figure
