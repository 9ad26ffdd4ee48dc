"""Total loss: where each of its terms is attached, one place in six pictures, and pictures on the trade-off curve."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.arrays import Image, Numbers
from nst_helpers.images import resize_image
from nst_helpers.plots import BLUE, GREEN, ORANGE, PINK, SIGNED, SKY, draw_image, subplots

INK = "0.25"
LAYERS = {"conv1_1": (3.1, 2.1), "conv2_1": (4.15, 1.7), "conv3_1": (5.2, 1.35), "conv4_1": (6.25, 1.05),
          "conv4_2": (6.95, 1.05), "conv5_1": (8.0, 0.75)}  # left edge and height
WIDE, MIDDLE = 0.42, 3.0  # of a layer, of the row
STYLE_ROW = 0.95  # height at which the distances of all layers are added


def attachments(image: Image, content: Image, style: Image) -> Figure:
    """The whole loss on one page: which layer each term looks at, what it compares, and the gradient's way back.

    Args:
        image, content, style: images (height, width, 3), 0–255: what is made, the photograph, the painting.

    Returns:
        A matplotlib Figure, 10 inches wide.
    """
    figure, axes = subplots(size=(10, 5.1))
    axes.set(xlim=(-0.35, 12.35), ylim=(-0.55, 5.95), aspect="equal")
    axes.set_axis_off()
    axes.grid(False)
    _picture(axes, image, 0.2, 2.4, 1.8, "the picture I", ORANGE)
    _picture(axes, content, 0.2, 4.62, 1.5, "photograph", BLUE)
    _picture(axes, resize_image(style, 120, 120), 0.2, 0.3, 1.2, "painting", GREEN)
    for name, (left, height) in LAYERS.items():
        _layer(axes, name, left, height)
    axes.annotate("", (3.0, MIDDLE), (2.1, MIDDLE), arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.8})
    _content(axes)
    _style(axes)
    _line(axes, [(1.1, 3.72), (1.1, 4.27), (9.25, 4.27)], PINK, arrow=True)
    axes.text(3.05, 4.34, "pixels, without the network", color=PINK, fontsize=9.5)
    _total(axes)
    return figure


def _picture(axes, image, left, bottom, width, name, color):
    from matplotlib.patches import Rectangle

    height = width * image.shape[0] / image.shape[1]
    axes.imshow(np.clip(image / 255, 0, 1), extent=(left, left + width, bottom, bottom + height), zorder=2,
                interpolation="bicubic")
    axes.add_patch(Rectangle((left, bottom), width, height, fill=False, edgecolor=color, linewidth=2, zorder=3))
    axes.text(left + width / 2, bottom - 0.08, name, ha="center", va="top", fontsize=10, color=color)


def _layer(axes, name, left, height):
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(FancyBboxPatch((left, MIDDLE - height / 2), WIDE, height, facecolor=SKY, alpha=0.55, edgecolor=BLUE,
                                  boxstyle="round,pad=0,rounding_size=0.05", linewidth=1, zorder=2))
    axes.text(left + WIDE / 2, MIDDLE, name, rotation=90, ha="center", va="center", fontsize=9, color=INK, zorder=3)


def _content(axes):
    left, height = LAYERS["conv4_2"]
    _line(axes, [(1.75, 5.12), (9.25, 5.12)], BLUE, arrow=True)
    axes.text(3.05, 5.2, "C: feature maps of the photograph, computed once", color=BLUE, fontsize=9.5)
    _line(axes, [(left + WIDE / 2, MIDDLE + height / 2), (left + WIDE / 2, 4.92), (9.25, 4.92)], BLUE, arrow=True)
    axes.text(left + WIDE / 2 + 0.1, 4.6, "F", color=BLUE, fontsize=11)


def _style(axes):
    from matplotlib.patches import Rectangle

    places = {left + WIDE / 2: height for name, (left, height) in LAYERS.items() if name.endswith("_1")}
    for x, height in places.items():
        _line(axes, [(x, MIDDLE - height / 2), (x, 1.82)], GREEN, arrow=True)
        axes.add_patch(Rectangle((x - 0.22, 1.4), 0.44, 0.4, facecolor="white", edgecolor=GREEN, linewidth=1.6,
                                 zorder=3))
        axes.text(x, 1.6, "G", ha="center", va="center", fontsize=11, color=INK, zorder=4)
        _line(axes, [(x - 0.11, 0.5), (x - 0.11, 1.38)], GREEN, style=(0, (1.5, 1.2)))  # S comes from below
        _line(axes, [(x + 0.11, 1.38), (x + 0.11, STYLE_ROW)], GREEN)  # and the distance leaves downwards
    last = max(places)
    _line(axes, [(1.45, 0.5), (last - 0.11, 0.5)], GREEN, style=(0, (1.5, 1.2)))
    axes.text(3.05, 0.2, "S: Gram matrices of the painting, computed once", color=GREEN, fontsize=9.5)
    _line(axes, [(min(places) + 0.11, STYLE_ROW), (9.25, STYLE_ROW)], GREEN, arrow=True)


def _total(axes):
    from matplotlib.patches import Circle, FancyBboxPatch

    rows = ((5.02, BLUE, "content", "½ Σ (F − C)²", "α"), (4.27, PINK, "total variation", "TV(I)", "γ"),
            (STYLE_ROW, GREEN, "style", "Σ wₗ Eₗ(G, S)", "β"))
    for y, color, name, formula, weight in rows:
        axes.add_patch(FancyBboxPatch((9.3, y - 0.3), 1.6, 0.6, facecolor=color, alpha=0.16, edgecolor="none",
                                      boxstyle="round,pad=0,rounding_size=0.08"))
        axes.text(10.1, y + 0.1, formula, ha="center", va="center", fontsize=11, color=INK)
        axes.text(10.1, y - 0.17, name, ha="center", va="center", fontsize=8.5, color=color)
        axes.annotate("", (11.5, 3.0 + (0.56 if y > 3 else -0.56)), (10.95, y), zorder=1,
                      arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2,
                                  "connectionstyle": "angle,angleA=0,angleB=90,rad=6"})
        axes.text(11.12, y + 0.1, weight, color=color, fontsize=14, weight="bold", ha="center")
    axes.add_patch(Circle((11.5, 3.0), 0.55, facecolor="white", edgecolor=INK, linewidth=2, zorder=3))
    axes.text(11.5, 3.0, "$L_{total}$", ha="center", va="center", fontsize=14, zorder=4)
    _line(axes, [(12.05, 3.0), (12.25, 3.0), (12.25, -0.3), (-0.2, -0.3), (-0.2, 3.0), (0.15, 3.0)], ORANGE, arrow=True,
          style=(0, (4, 2)))
    gradient = r"$\alpha\,\nabla L_{content} + \beta\,\nabla L_{style} + \gamma\,\nabla TV$"
    axes.text(6.2, -0.25, f"one gradient, {gradient}, changes the pixels", ha="center", va="bottom", fontsize=10,
              color=ORANGE)


def _line(axes, points, color, arrow=False, style: str | tuple = "-"):
    x, y = zip(*points, strict=True)
    axes.plot(x[: -1 if arrow else None], y[: -1 if arrow else None], color=color, linewidth=1.6, linestyle=style,
              solid_capstyle="butt", zorder=1)
    if arrow:
        axes.annotate("", points[-1], points[-2], zorder=1, arrowprops={
            "arrowstyle": "-|>", "color": color, "linewidth": 1.6, "linestyle": style, "shrinkA": 0, "shrinkB": 0})


def same_place(images: Sequence[Image], labels: Sequence[str], place: tuple[int, int, int, int]) -> Figure:
    """The same piece of several images, two in a row.

    Args:
        images: arrays (height, width, 3), 0–255, all of one shape.
        labels: one text a piece, written above it.
        place: (top, left, height, width) of the piece in pixels.

    Returns:
        A matplotlib Figure, 9.4 inches wide.
    """
    top, left, height, width = place
    rows = -(-len(images) // 2)
    figure, axes = subplots(rows, 2, size=(9.4, rows * (4.6 * height / width + 0.32)), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, image, label in zip(axes.flat, images, labels, strict=False):
        draw_image(axis, image[top : top + height, left : left + width], label, smooth=True)
    return figure


PLACES = ((0.17, 0.68), (0.515, 0.895), (0.84, 0.725), (0.495, 0.46), (0.17, 0.3), (0.5, 0.12))  # of six pictures


def on_the_curve(rungs: Mapping[float, tuple[Image, float, float]], width: int = 300) -> Figure:
    """Pictures on the curve of style loss against the rest of the total, both axes logarithmic.

    Args:
        rungs: {β/α: (image (height, width, 3), rest R = content + γ · TV, style loss)}.
        width: of each picture, in pixels of the figure.

    Returns:
        A matplotlib Figure, 9.4 inches wide.
    """
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage

    figure, axes = subplots(size=(9.4, 9.6))
    ratios = sorted(rungs)
    rests, styles = ([rungs[ratio][place] for ratio in ratios] for place in (1, 2))
    axes.plot(rests, styles, color=INK, linewidth=1.4, zorder=1)
    for place, ratio, right in zip(PLACES, ratios, (False, True, False, True, True, True), strict=False):
        image, rest, style = rungs[ratio]
        small = resize_image(image, round(width * image.shape[0] / image.shape[1]), width)
        box, line = OffsetImage(np.clip(small / 255, 0, 1), zoom=72 / figure.dpi), {"arrowstyle": "-", "color": INK}
        axes.add_artist(AnnotationBbox(box, (rest, style), place, boxcoords="axes fraction", pad=0.15, zorder=2,
                                       arrowprops=line))
        axes.plot([rest], [style], "o", color=ORANGE, markersize=8, zorder=3)
        axes.annotate(f"{ratio:g}", (rest, style), (9, 4) if right else (-9, -12), textcoords="offset points",
                      ha="left" if right else "right", fontsize=11, weight="bold", color=ORANGE, zorder=4)
    axes.set(xscale="log", yscale="log", xlabel="R = content loss + γ · TV", ylabel="style loss",
             xlim=(rests[0] / 1.6, rests[-1] * 1.9), ylim=(styles[-1] / 3.2, styles[0] * 3.1))
    return figure


def maps_of(pushes: Mapping[str, Numbers]) -> Figure:
    """Four signed maps on one scale: where each term pushes a channel of the picture, and what is left of all.

    Args:
        pushes: {title: (height, width) map, above zero where the channel is made brighter}, four of them, in loss
            per gray level.

    Returns:
        A matplotlib Figure, 9.4 inches wide, with one colour bar.
    """
    height, width = np.shape(next(iter(pushes.values())))
    figure, axes = subplots(2, 2, size=(9.4, 2 * (4.2 * height / width + 0.3)))
    limit = 1e6 * max(np.quantile(np.abs(push), 0.98) for push in pushes.values())
    for axis, (name, push) in zip(axes.flat, pushes.items(), strict=True):
        axis.imshow(1e6 * push, cmap=SIGNED, vmin=-limit, vmax=limit, interpolation="nearest")
        axis.set_title(name, fontsize=11)
        axis.grid(False)
        axis.set_axis_off()
    bar = figure.colorbar(axes.flat[0].images[0], ax=axes, shrink=0.7)
    bar.set_label("push in 10⁻⁶ loss per grey level: above 0 brighter, below darker")
    return figure
