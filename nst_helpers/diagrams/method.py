"""The whole method on one page, with real pictures in it; and a finished picture above the two that it is made of."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.arrays import Gram, Image, Map
from nst_helpers.plots import BLUE, COLORS, GREEN, ORANGE, PINK, draw_image, subplots

INK, FAINT = "0.15", "0.45"
TOP, MIDDLE, BOTTOM = 58.0, 33.0, 5.0  # heights of the three rows
NETWORK, MAPS, GRAMS, SUM = 42.0, 66.0, 85.0, 106.0  # where the columns begin
SLABS = ((2.0, 13.0), (2.4, 10.6), (3.0, 8.4), (3.6, 6.4), (3.6, 4.6))  # (thickness, height) of the five blocks


def method(pictures: Mapping[str, Image], maps: Mapping[str, Map], grams: Mapping[str, Gram]) -> Figure:
    """Neural style transfer: what is computed from what, which lesson builds it, and the way back to the pixels.

    Args:
        pictures: {"content", "generated", "style": image (height, width, 3), 0–255}.
        maps: {"content", "generated": one feature map (rows, columns) each}.
        grams: {"generated", "style": one Gram matrix (channels, channels) each}.

    Returns:
        A matplotlib Figure, 11.5 by 6.9 inches.
    """
    figure, axes = subplots(size=(11.5, 6.9))
    axes.set(xlim=(-8, 130), ylim=(-14.5, 71), aspect="equal")
    axes.grid(False)
    axes.set_axis_off()
    _inputs(axes, pictures)
    for row in (TOP, MIDDLE, BOTTOM):
        _network(axes, row)
    _measured(axes, maps, grams)
    _losses(axes)
    _way_back(axes)
    axes.text(SUM + 11, TOP + 10.5, "in black: the lesson that builds\neach part. The last one,", ha="center", va="top",
              fontsize=10.5, color=FAINT, linespacing=1.3)
    axes.text(SUM + 11, TOP + 1.2, "puts all of it together.", ha="center", va="center", fontsize=10.5, color=FAINT)
    _lessons(axes, SUM + 11, TOP + 4, "11")
    return figure


def _inputs(axes, pictures):
    """The three pictures on the left, each sent into the network."""
    words = {"content": ("photograph", "content: what is there", TOP, INK), "style": ("painting", "style: how it is "
             "painted", BOTTOM, INK), "generated": ("the new picture", "noise at first; its pixels\nare the unknowns",
                                                    MIDDLE, ORANGE)}
    for name, (title, line, row, color) in words.items():
        height = 16.0 if name == "generated" else 13.5
        right = _picture(axes, pictures[name], 14.5, row, height, color, 3.5 if name == "generated" else 1.2)
        axes.text(14.5, row + height / 2 + 0.9, title, ha="center", va="bottom", fontsize=12.5, weight="bold",
                  color=color)
        axes.text(14.5, row - height / 2 - 0.8, line, ha="center", va="top", fontsize=10, color=FAINT, linespacing=1.1)
        _arrow(axes, (right + 1.2, row), (NETWORK - 1.2, row))


def _picture(axes, image, middle, row, height, color, width):
    """An image in a frame; where it ends on the right."""
    from matplotlib.patches import Rectangle

    half = height * image.shape[1] / image.shape[0] / 2
    box = middle - half, middle + half, row - height / 2, row + height / 2
    shown = np.clip(image / 255, 0, 1) if image.ndim == 3 else image / image.max()
    axes.imshow(shown, extent=box, cmap="viridis", interpolation="bicubic" if image.ndim == 3 else "nearest", zorder=2)
    axes.add_patch(Rectangle((box[0], box[2]), 2 * half, height, fill=False, edgecolor=color, linewidth=width,
                             zorder=3))
    return middle + half


def _network(axes, row):
    """The five blocks of the network, the same in every row."""
    from matplotlib.patches import Polygon

    x = NETWORK
    for (thick, height), color in zip(SLABS, COLORS, strict=False):
        slant, low = np.array([0.16, 0.13]) * height, row - height / 2 - 0.6
        front = np.array([[x, low], [x + thick, low], [x + thick, low + height], [x, low + height]])
        side, top = front[[1, 1, 2, 2]].copy(), front[[3, 3, 2, 2]].copy()
        side[1:3] += slant
        top[1:3] += slant
        for corners, opacity in ((side, 0.7), (top, 0.4), (front, 1.0)):
            axes.add_patch(Polygon(corners, facecolor="white", edgecolor="none", zorder=2))
            axes.add_patch(Polygon(corners, facecolor=color, alpha=opacity, edgecolor="white", linewidth=0.7, zorder=2))
        x += thick + 0.9
    if row == TOP:
        axes.text((NETWORK + x) / 2, row + 8.6, "a trained network, never changed", ha="center", fontsize=11, color=INK)
        _lessons(axes, (NETWORK + x) / 2, row + 11.9, "01  02")
    _arrow(axes, (x + 0.4, row), ((GRAMS if row == BOTTOM else MAPS) - 0.4, row))


def _measured(axes, maps, grams):
    """Feature maps of content and new picture, Gram matrices of new picture and style."""
    for name, row, letter in (("content", TOP, "C"), ("generated", MIDDLE, "F")):
        _picture(axes, np.sqrt(maps[name]), MAPS + 6, row, 8.6, BLUE, 1.5)
        axes.text(MAPS + 6, row + 4.9, f"feature maps {letter}", ha="center", va="bottom", fontsize=11, color=BLUE)
    below = MIDDLE - 6.7  # the Gram matrix comes from the network too, from other layers than the maps
    axes.plot((MAPS - 4.6, MAPS - 2.6, MAPS - 2.6, MAPS + 15.4, MAPS + 15.4),
              (MIDDLE - 1.6, MIDDLE - 1.6, below, below, MIDDLE - 1.6), color=FAINT, linewidth=2, zorder=1,
              solid_joinstyle="round")
    _arrow(axes, (MAPS + 15.3, MIDDLE - 1.6), (GRAMS - 0.3, MIDDLE - 1.6))
    for x, row in ((MAPS + 6.4, below), (MAPS + 6.4, BOTTOM)):
        axes.text(x, row - 0.6, "five layers", ha="center", va="top", fontsize=10, color=FAINT)
    for name, row, letter in (("generated", MIDDLE, "G"), ("style", BOTTOM, "S")):
        _picture(axes, np.sqrt(grams[name]), GRAMS + 5, row, 10, GREEN, 1.5)
        axes.text(GRAMS + 5, row + 5.6, f"Gram matrix {letter}", ha="center", va="bottom", fontsize=11, color=GREEN)
    _lessons(axes, GRAMS + 12.8, MIDDLE, "04")


def _losses(axes):
    """Where each loss is attached, and their sum."""
    content, style = (TOP + MIDDLE) / 2 + 0.3, (MIDDLE + BOTTOM) / 2
    for x, row, color, ends in ((MAPS + 6, content, BLUE, (TOP - 4.6, MIDDLE + 7.6)),
                                (GRAMS + 5, style, GREEN, (MIDDLE - 5.3, BOTTOM + 8.4))):
        for end in ends:
            axes.plot((x, x), (row, end), color=color, linewidth=2, zorder=1)
    _node(axes, MAPS + 6, content, "content loss", "03", BLUE)
    _node(axes, GRAMS + 5, style, "style loss", "05", GREEN)
    _node(axes, NETWORK + 8, style, "total variation", "06", PINK)
    for x, row, color in ((MAPS + 13.6, content, BLUE), (GRAMS + 10.9, style, GREEN)):
        _arrow(axes, (x, row), (SUM + 1, MIDDLE + (7.4 if row > MIDDLE else -7.4)), color)
    axes.plot((25.6, 25.6, NETWORK + 0.2), (MIDDLE - 8.2, style, style), color=PINK, linewidth=2, zorder=1)
    axes.plot((NETWORK + 15.8, GRAMS - 6), (style, style), color=PINK, linewidth=2, zorder=1)
    axes.plot((GRAMS - 6, GRAMS - 6, SUM + 11, SUM + 11), (style, style - 3.7, style - 3.7, MIDDLE - 8), color=PINK,
              linewidth=2, zorder=0.5)
    axes.plot([SUM + 11], [MIDDLE - 8.4], marker="^", color=PINK, markersize=8)
    _sum(axes)


def _node(axes, x, row, text, lesson, color):
    axes.text(x, row, text, ha="center", va="center", fontsize=11.5, color="white", weight="bold", zorder=4,
              bbox={"boxstyle": "round,pad=0.45", "facecolor": color, "edgecolor": "white", "linewidth": 2})
    _lessons(axes, x - 0.52 * len(text) - 0.6, row + 2.9, lesson)


def _sum(axes):
    """The total loss."""
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(FancyBboxPatch((SUM, MIDDLE - 6.5), 22, 13, boxstyle="round,pad=0.6", facecolor="white",
                                  edgecolor=INK, linewidth=2, zorder=3))
    for up, text, color in ((4.3, "total loss  L =", INK), (0.9, r"$\alpha\,L_{content}$", BLUE),
                            (-2.1, r"$+\ \beta\,L_{style}$", GREEN), (-5.1, r"$+\ \gamma\,TV$", PINK)):
        axes.text(SUM + 11, MIDDLE + up, text, ha="center", va="center", fontsize=13, color=color, zorder=4,
                  weight="bold" if up > 4 else None)
    _lessons(axes, SUM + 11, MIDDLE + 9.4, "07")


def _way_back(axes):
    """From the total loss back to the pixels, by the optimizer."""
    low = -9.5
    axes.plot((SUM + 20, SUM + 20, -5, -5), (MIDDLE - 7.1, low, low, MIDDLE), color=ORANGE, linewidth=3.5, zorder=1,
              solid_joinstyle="round")
    axes.annotate("", (1.4, MIDDLE), (-5.3, MIDDLE), arrowprops={"arrowstyle": "-|>", "color": ORANGE, "linewidth": 3.5,
                                                                 "mutation_scale": 22})
    axes.text(NETWORK + 14, low, "optimizer: the gradient says for each pixel which change lowers L;\n"
              "change all of them a little, and start again", ha="center", va="center", fontsize=11.5, color="white",
              weight="bold", zorder=4, linespacing=1.35,
              bbox={"boxstyle": "round,pad=0.55", "facecolor": ORANGE, "edgecolor": "white", "linewidth": 2})
    _lessons(axes, NETWORK + 66, low, "08  09  10")


def _lessons(axes, x, row, text):
    """The numbers of the lessons that build a part."""
    axes.text(x, row, text, ha="center", va="center", fontsize=12, color="white", weight="bold", zorder=6,
              bbox={"boxstyle": "round,pad=0.3", "facecolor": INK, "edgecolor": "none"})


def _arrow(axes, start, end, color=FAINT):
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2, "shrinkA": 0,
                                              "shrinkB": 0, "mutation_scale": 15}, zorder=1)


def finished_picture(content: Image, style: Image, result: Image) -> Figure:
    """A finished picture over the full width, and below it the photograph and the painting that it is made of.

    Args:
        content, style, result: images (height, width, 3), 0–255.

    Returns:
        A matplotlib Figure, 9.4 inches wide; the picture is more than 900 pixels wide in it.
    """
    heights = [result.shape[0] / result.shape[1], 0.33]
    shares = [image.shape[1] / image.shape[0] for image in (content, style)]  # width over height
    figure, axes = subplots(2, 2, size=(9.4, 9.4 * sum(heights) + 0.5), height_ratios=heights, width_ratios=shares)
    grid = axes[0, 0].get_gridspec()
    for axis in axes[0]:
        axis.remove()
    draw_image(figure.add_subplot(grid[0, :]), result, smooth=True)
    for axis, image, title in zip(axes[1], (content, style), ("the photograph", "the painting"), strict=True):
        draw_image(axis, image, title, smooth=True)
    return figure
