"""A picture as numbers: a few pixels enlarged with their numbers in them; and spots marked in a scan."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, ConnectionPatch, Rectangle

from nst_helpers.arrays import Image, Numbers
from nst_helpers.plots import BLUE, GREEN, ORANGE, draw_image, subplots


def enlarged_pixels(image: Image, corner: tuple[int, int], count: int = 5) -> Figure:
    """A photograph, and some of its pixels with the three numbers of each.

    Args:
        image: (height, width, 3), 0–255. corner: (row, column) of the first pixel. count: rows and columns to show.

    Returns:
        A matplotlib Figure, 10 by 4.7 inches.
    """
    row, column = corner
    pixels = image[row : row + count, column : column + count]
    figure, (left, right) = subplots(1, 2, size=(10, 4.7), width_ratios=(1.28, 1))
    draw_image(left, image, smooth=True)
    draw_image(right, pixels)
    half = 7
    left.add_patch(Rectangle((column + count / 2 - half, row + count / 2 - half), 2 * half, 2 * half, fill=False,
                             edgecolor="white", linewidth=3.5))
    left.add_patch(Rectangle((column + count / 2 - half, row + count / 2 - half), 2 * half, 2 * half, fill=False,
                             edgecolor=ORANGE, linewidth=2))
    for (down, over), light in np.ndenumerate(pixels.mean(axis=2)):
        ink = "black" if light > 125 else "white"
        numbers = "\n".join(f"{value:.0f}" for value in pixels[down, over])
        right.text(over, down, numbers, ha="center", va="center", fontsize=10.5, color=ink, linespacing=1.25)
    right.set_axis_on()
    right.set(xticks=range(count), yticks=range(count), xticklabels=range(column, column + count),
              yticklabels=range(row, row + count), xlabel="column j", ylabel="row i")
    for down in (0, count):
        figure.add_artist(ConnectionPatch((column + count / 2 + half, row + count / 2 + (half if down else -half)),
                                          (-0.5, down - 0.5), "data", "data", axesA=left, axesB=right, color=ORANGE,
                                          linewidth=1.5))
    return figure


def coding_errors(image: Image, coded: Image, part: tuple[slice, slice]) -> Figure:
    """What a file format loses: a part of a picture before and after, where the two differ, and how often by how much.

    Args:
        image, coded: (height, width, 3), 0–255. part: the rows and columns that are shown.

    Returns:
        A matplotlib Figure, 10 by 7.4 inches; a part 170 pixels wide is shown about three times as large.
    """
    from matplotlib.colors import PowerNorm

    off = np.abs(image - coded)
    figure, axes = subplots(2, 2, size=(10, 7.4))
    draw_image(axes[0, 0], image[part], "as the photograph has it")
    draw_image(axes[0, 1], coded[part], "as the file has it")
    shown = axes[1, 0].imshow(off[part].max(axis=2), cmap="viridis", norm=PowerNorm(0.5, 0, off.max()))
    axes[1, 0].set_title("how far each pixel is off", fontsize=11)
    axes[1, 0].set_axis_off()
    axes[1, 0].grid(False)
    figure.colorbar(shown, ax=axes[1, 0], shrink=0.85, label="grey levels (root scale)",
                    ticks=[0, 10, 40, 80, 120, 160])
    axes[1, 1].hist(off.ravel(), bins=np.arange(0, off.max() + 10, 10), color=BLUE)
    axes[1, 1].set(yscale="log", xlabel="off by, grey levels", ylabel="so many numbers")
    axes[1, 1].set_title(f"all {off.size:,} numbers of the picture", fontsize=11)
    return figure


def marked_spots(images: Sequence[Image], titles: Sequence[str], found: Sequence[Numbers], places: Numbers,
                 near: float) -> Figure:
    """Pictures of one scan side by side: true spots that were found, true spots that were lost, and invented ones.

    Args:
        images: [(side, side, 3), …], 0–255. titles: one each. found: places (spots, 2) found in each.
        places: (spots, 2), where the true ones are. near: pixels within which a found spot is a true one.

    Returns:
        A matplotlib Figure.
    """
    figure, axes = subplots(1, len(images), size=(4.7 * len(images), 5.4), squeeze=False)
    for axis, image, title, marks in zip(axes[0], images, titles, found, strict=True):
        draw_image(axis, image, title, smooth=True)
        apart = np.hypot(*(marks[:, np.newaxis] - places).transpose(2, 0, 1)) <= near
        for place, kept in zip(places, apart.any(axis=0), strict=True):
            _ring(axis, place, 1.9 * near, GREEN if kept else BLUE, "-" if kept else ":")
        for place in marks[~apart.any(axis=1)]:
            axis.add_patch(Rectangle(place[::-1] - near, 2 * near, 2 * near, fill=False, edgecolor="white",
                                     linewidth=2.6))
            axis.add_patch(Rectangle(place[::-1] - near, 2 * near, 2 * near, fill=False, edgecolor=ORANGE,
                                     linewidth=1.6))
    handles = [Line2D([], [], linestyle="", marker=marker, markersize=13, markerfacecolor="none", markeredgewidth=2.4,
                      markeredgecolor=color) for marker, color in (("o", GREEN), ("$◌$", BLUE), ("s", ORANGE))]
    figure.legend(handles, ["true spot, found", "true spot, lost (dotted)", "invented"], ncols=3, frameon=False,
                  loc="outside lower center", fontsize=11)
    return figure


def _ring(axis, place, radius, color, line):
    for shade, width, style in (("white", 4.2, "-"), (color, 2.4, line)):
        axis.add_patch(Circle(place[::-1], radius, fill=False, edgecolor=shade, linewidth=width, linestyle=style))
