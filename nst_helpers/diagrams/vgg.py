"""VGG-19 drawn: its layers with sizes, channels and receptive fields; and what its values see of a photograph."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from nst_helpers.architecture import CHANNELS, CONVOLUTIONS
from nst_helpers.arrays import Image
from nst_helpers.plots import COLORS, draw_image, subplots

INK, FAINT, PALE = "0.15", "0.45", "white"
SIDE = 224  # pixels: the size that VGG-19 was trained on


def vgg19(fields: Mapping[str, int]) -> Figure:
    """VGG-19 as slabs, as high as its maps are large and as thick as it has channels.

    Args:
        fields: {layer: r}, the receptive field of each layer in pixels.

    Returns:
        A figure, 10 by 4.9 inches.
    """
    figure, axes = subplots(size=(10, 4.9))
    x = _slab(axes, 0.0, 0.05, 3.4, "0.6")
    _words(axes, 0.15, ("picture", "224×224", "3 colours", "", ""), INK)
    x += 1.15
    for block, count in CONVOLUTIONS.items():
        side, channels, color = SIDE >> (block - 1), CHANNELS[block], COLORS[block - 1]
        height, thick, start = 3.4 * (side / SIDE) ** 0.55, 0.10 + 0.27 * channels / 512, x
        for _ in range(count):
            x = _slab(axes, x, thick, height, color) + 0.12
        first, last = fields[f"conv{block}_1"], fields[f"conv{block}_{count}"]
        _words(axes, (start + x) / 2, (f"conv{block}_1 … {block}_{count}", f"{side}×{side}", f"{channels} channels",
                                       f"r = {first} … {last}", f"one value every\n{2 ** (block - 1)} pixel"
                                       f"{'s' * (block > 1)}"), color)
        x = _arrow(axes, x + 0.06, height, f"pool{block}") if block < 5 else x
    axes.set(xlim=(-0.6, x + 0.4), ylim=(-2.35, 4.1), aspect="equal")
    axes.grid(False)
    axes.set_axis_off()
    return figure


def _slab(axes, x, thick, height, color):
    """One layer in oblique projection; where it ends on the right."""
    slant = 0.16 * height, 0.13 * height
    base = np.array([[x, 0], [x + thick, 0], [x + thick, height], [x, height]])
    top = np.array([[x, height], [x + thick, height], [x + thick + slant[0], height + slant[1]],
                    [x + slant[0], height + slant[1]]])
    side = np.array([[x + thick, 0], [x + thick + slant[0], slant[1]],
                     [x + thick + slant[0], height + slant[1]], [x + thick, height]])
    for corners, opacity in ((side, 0.75), (top, 0.45), (base, 1.0)):
        axes.add_patch(Polygon(corners, facecolor=PALE, edgecolor="none"))
        axes.add_patch(Polygon(corners, facecolor=color, alpha=opacity, edgecolor=PALE, linewidth=0.8))
    return x + thick


def _words(axes, x, lines, color):
    for number, (line, size) in enumerate(zip(lines, (10.5, 10, 10, 10, 8.5), strict=True)):
        axes.text(x, -0.2 - 0.38 * number, line, ha="center", va="top", fontsize=size, linespacing=1.1,
                  color=color if number == 0 else FAINT if number == 4 else INK, weight="bold" if not number else None)


def _arrow(axes, x, height, label):
    middle, start = height * 0.45, x + 0.16 * height + 0.02
    axes.annotate("", (start + 0.5, middle), (start, middle), arrowprops={"arrowstyle": "->", "color": FAINT})
    axes.text(start + 0.25, middle + 0.12, label, ha="center", fontsize=8.5, color=FAINT)
    return start + 0.62


def receptive_pyramid(image: Image, fields: Mapping[str, int], center: tuple[int, int]) -> Figure:
    """What one value of the first layer of each block sees: squares on a photograph, and the pyramid from the side.

    Args:
        image: (height, width, 3), 0–255. fields: {layer: r}. center: (row, column) of the pixel in the middle.

    Returns:
        A figure, 10 by 4.4 inches.
    """
    figure, (left, right) = subplots(1, 2, size=(10, 4.4), width_ratios=(1.35, 1))
    draw_image(left, image, smooth=True)
    for block in range(5, 0, -1):
        field = fields[f"conv{block}_1"]
        corner = center[1] - field / 2, center[0] - field / 2
        for color, width in (("white", 4), (COLORS[block - 1], 2)):
            left.add_patch(Rectangle(corner, field, field, fill=False, edgecolor=color, linewidth=width))
    left.set_title("the windows of one value each", fontsize=11)
    names = [f"conv{block}_{number}" for block, count in CONVOLUTIONS.items() for number in range(1, count + 1)]
    for row, name in enumerate(names):
        field, block = fields[name], int(name[4])
        right.barh(row, field, left=-field / 2, height=0.78, color=COLORS[block - 1])
        right.text(field / 2 + 4, row, f"{field}", va="center", fontsize=8.5, color=INK)
    right.set(yticks=range(len(names)), yticklabels=names, xlabel="pixels from the middle", xlim=(-140, 165))
    right.set_title("the receptive field of every layer", fontsize=11)
    right.tick_params(axis="y", labelsize=8.5)
    return figure
