"""A patch of a photograph used as a kernel: where the map is largest, and which window that is."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.arrays import Map
from nst_helpers.plots import AMBER, BLUE, PINK, SKY, draw_image, subplots


def framed(picture: Map, windows: Mapping[str, tuple[int, int]], side: int) -> Figure:
    """A photograph with windows in it.

    Args:
        picture: (height, width), grey levels.
        windows: {letter: (row, column) of the upper left corner}, up to three. side: of the windows in pixels.

    Returns:
        A matplotlib Figure, 6 by 4.1 inches.
    """
    figure, axes = subplots(size=(6, 4.1))
    _photograph(axes, picture, windows, side)
    return figure


def labelled_places(picture: Map, maps: Mapping[str, Map], windows: Mapping[str, tuple[int, int]],
                    side: int) -> Figure:
    """A photograph with windows in it, and beside and below it maps that have one value for each window.

    Args:
        picture: (height, width), grey levels.
        maps: {title: (rows, columns)}, two or three. One with values below 0 is drawn with a white zero, the other in
            greys and with lines of equal height. Each is divided by its largest value.
        windows: {letter: (row, column) of the upper left corner}, up to three. side: of the windows in pixels.

    Returns:
        A matplotlib Figure, 9.4 by 8.6 inches.
    """
    figure, axes = subplots(2, 2, size=(9.4, 8.6))
    for axis in axes.flat[1 + len(maps) :]:
        axis.remove()
    _photograph(axes[0, 0], picture, windows, side)
    _bar(figure, axes[0, 0]).ax.set_visible(False)  # so that it is as large as the maps
    for axis, (title, values) in zip(axes.flat[1:], maps.items(), strict=False):
        _map(axis, title, values / values.max())
        _bar(figure, axis)
        for letter, place in windows.items():
            _dot(axis, f"{letter}: {values[place] / values.max():.2f}".replace("-", "−"), place, values.shape)
    return figure


def _photograph(axis, picture, windows, side):
    draw_image(axis, picture)
    for (letter, (row, column)), color in zip(windows.items(), (AMBER, SKY, PINK), strict=False):
        _framed(axis, letter, row, column, side, color)


def _bar(figure, axis):
    return figure.colorbar(axis.get_images()[0], ax=axis, orientation="horizontal", shrink=0.8,
                           label="F over its largest")


def _framed(axis, letter, row, column, side, color):
    from matplotlib.patches import Rectangle

    axis.add_patch(Rectangle((column - 0.5, row - 0.5), side, side, fill=False, edgecolor=color, linewidth=3))
    axis.text(column + 3, row + 3, letter, ha="left", va="top", fontsize=13, weight="bold",
              bbox={"facecolor": color, "edgecolor": "none", "pad": 2.5})


def _map(axis, title, shares):
    signed = shares.min() < 0
    draw_image(axis, shares, title, signed)
    if not signed:
        lines = axis.contour(shares, levels=np.arange(0.1, 1, 0.1), colors=BLUE, linewidths=1)
        axis.clabel(lines, fmt="%.1f", fontsize=11)


def _dot(axis, words, place, shape):
    """A place of a map, and beside it its letter and value, on the side where there is room."""
    row, column = place
    left, low = column > 0.6 * shape[1], row > 0.5 * shape[0]
    axis.plot([column], [row], "o", color="white", markeredgecolor="black", markersize=7, clip_on=False)
    axis.annotate(words, (column, row), (-12 if left else 12, 12 if low else -12), textcoords="offset points",
                  ha="right" if left else "left", va="bottom" if low else "top", fontsize=10.5,
                  bbox={"facecolor": "white", "edgecolor": "black", "linewidth": 0.6, "pad": 2.5})
