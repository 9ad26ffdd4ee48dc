"""Total loss: where each of its terms is attached, one picture in strips, and pictures on the trade-off curve."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.arrays import Image
from nst_helpers.images import resize_image
from nst_helpers.plots import AMBER, BLUE, GREEN, ORANGE, SIGNED, SKY, draw_image, subplots

INK = "0.25"
LAYERS = {"conv1_1": (3.1, 2.1), "conv2_1": (4.15, 1.7), "conv3_1": (5.2, 1.35), "conv4_1": (6.25, 1.05),
          "conv4_2": (6.95, 1.05), "conv5_1": (8.0, 0.75)}  # left edge and height
WIDE, MIDDLE = 0.42, 3.0  # of a layer, of the row


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
    _picture(axes, image, 0.2, 2.4, 1.8, "the picture I", INK)
    _picture(axes, content, 0.2, 4.62, 1.5, "photograph", BLUE)
    _picture(axes, resize_image(style, 120, 120), 0.2, 0.3, 1.2, "painting", ORANGE)
    for name, (left, height) in LAYERS.items():
        _layer(axes, name, left, height)
    axes.annotate("", (3.0, MIDDLE), (2.1, MIDDLE), arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.8})
    _content(axes)
    _style(axes)
    _line(axes, [(1.1, 3.72), (1.1, 4.27), (9.25, 4.27)], GREEN, arrow=True)
    axes.text(3.05, 4.34, "pixels, without the network", color=GREEN, fontsize=9.5)
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

    places = [left + WIDE / 2 for name, (left, _) in LAYERS.items() if name.endswith("_1")]
    for x, height in zip(places, (height for name, (_, height) in LAYERS.items() if name.endswith("_1")), strict=True):
        _line(axes, [(x, MIDDLE - height / 2), (x, 1.42)], ORANGE, arrow=True)
        axes.add_patch(Rectangle((x - 0.2, 1.0), 0.4, 0.4, facecolor=AMBER, alpha=0.7, edgecolor=ORANGE, zorder=3))
        axes.text(x, 1.2, "G", ha="center", va="center", fontsize=11, color=INK, zorder=4)
        _line(axes, [(x, 0.62), (x, 0.98)], ORANGE)
    _line(axes, [(1.45, 0.62), (places[-1], 0.62)], ORANGE)
    axes.text(3.05, 0.36, "S: Gram matrices of the painting, computed once", color=ORANGE, fontsize=9.5)
    _line(axes, [(places[-1] + 0.2, 1.2), (9.25, 1.2)], ORANGE, arrow=True)
    _line(axes, [(places[0] + 0.2, 1.2), (places[-1], 1.2)], ORANGE)


def _total(axes):
    from matplotlib.patches import Circle, FancyBboxPatch

    rows = ((5.02, BLUE, "content", "½ Σ (F − C)²", "α"), (4.27, GREEN, "smoothness", "TV(I)", "γ"),
            (1.2, ORANGE, "style", "Σ wₗ Eₗ(G, S)", "β"))
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
    _line(axes, [(12.05, 3.0), (12.25, 3.0), (12.25, -0.3), (-0.2, -0.3), (-0.2, 3.0), (0.15, 3.0)], INK, arrow=True,
          style=(0, (4, 2)))
    gradient = r"$\alpha\,\nabla L_{content} + \beta\,\nabla L_{style} + \gamma\,\nabla TV$"
    axes.text(6.2, -0.25, f"one gradient, {gradient}, changes the pixels", ha="center", va="bottom", fontsize=10,
              color=INK)


def _line(axes, points, color, arrow=False, style: str | tuple = "-"):
    x, y = zip(*points, strict=True)
    axes.plot(x[: -1 if arrow else None], y[: -1 if arrow else None], color=color, linewidth=1.6, linestyle=style,
              solid_capstyle="butt", zorder=1)
    if arrow:
        axes.annotate("", points[-1], points[-2], zorder=1, arrowprops={
            "arrowstyle": "-|>", "color": color, "linewidth": 1.6, "linestyle": style, "shrinkA": 0, "shrinkB": 0})


def strips(images: Sequence[Image], labels: Sequence[str]) -> Figure:
    """One picture cut into upright strips, each strip from another image of the same size.

    Args:
        images: arrays (height, width, 3), 0–255, all of one shape; the strips are equally wide.
        labels: one text a strip, written above it.

    Returns:
        A matplotlib Figure, 9.4 inches wide.
    """
    height, width = np.shape(images[0])[:2]
    edges = np.linspace(0, width, len(images) + 1).round().astype(int)
    joined = np.concatenate([image[:, left:right] for image, left, right in
                             zip(images, edges[:-1], edges[1:], strict=True)], axis=1)
    figure, axes = subplots(size=(9.4, 9.4 * height / width + 0.35))
    draw_image(axes, joined, smooth=True)
    for edge in edges[1:-1]:
        axes.axvline(edge - 0.5, color="white", linewidth=2)
    for label, left, right in zip(labels, edges[:-1], edges[1:], strict=True):
        axes.text((left + right) / 2, -0.015 * height, label, ha="center", va="bottom", fontsize=12)
    return figure


def on_the_curve(rungs: Mapping[float, tuple[Image, float, float]], width: int = 190) -> Figure:
    """Pictures on the curve of content loss against style loss, both axes logarithmic.

    Args:
        rungs: {β/α: (image (height, width, 3), content loss, style loss)}.
        width: of each picture, in pixels of the figure.

    Returns:
        A matplotlib Figure, 9.4 inches wide.
    """
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage

    figure, axes = subplots(size=(9.4, 7.2))
    ratios = sorted(rungs)
    contents, styles = ([rungs[ratio][place] for ratio in ratios] for place in (1, 2))
    axes.plot(contents, styles, color=INK, linewidth=1.4, zorder=1)
    for place, ratio in enumerate(ratios):
        image, content, style = rungs[ratio]
        small = resize_image(image, round(width * image.shape[0] / image.shape[1]), width)
        side = 1 if place % 2 == 0 else -1  # right of the curve and above, or left and below
        box, line = OffsetImage(np.clip(small / 255, 0, 1), zoom=72 / figure.dpi), {"arrowstyle": "-", "color": INK}
        offset = (-25, -72) if place == 1 else (110 * side, 36 * side)  # the second one would lie on the axis
        axes.add_artist(AnnotationBbox(box, (content, style), offset, boxcoords="offset points", pad=0.15, zorder=2,
                                       arrowprops=line))
        axes.plot([content], [style], "o", color=ORANGE, markersize=8, zorder=3)
        axes.annotate(f"{ratio:g}", (content, style), (-9 * side, -4), textcoords="offset points",
                      ha="right" if side > 0 else "left", fontsize=11, weight="bold", color=ORANGE, zorder=4)
    axes.set(xscale="log", yscale="log", xlabel="content loss", ylabel="style loss",
             xlim=(contents[0] / 3, contents[-1] * 2.6), ylim=(styles[-1] / 5.5, styles[0] * 5))
    return figure


def maps_of(pushes: Mapping[str, np.ndarray]) -> Figure:
    """Four signed maps on one scale: where each term pushes a channel of the picture, and what is left of all.

    Args:
        pushes: {title: (height, width) map, above zero where the channel is made brighter}, four of them.

    Returns:
        A matplotlib Figure, 9.4 inches wide, with one colour bar.
    """
    height, width = np.shape(next(iter(pushes.values())))
    figure, axes = subplots(2, 2, size=(9.4, 2 * (4.2 * height / width + 0.3)))
    limit = max(np.quantile(np.abs(push), 0.98) for push in pushes.values())
    for axis, (name, push) in zip(axes.flat, pushes.items(), strict=True):
        axis.imshow(push / limit, cmap=SIGNED, vmin=-1, vmax=1, interpolation="nearest")
        axis.set_title(name, fontsize=11)
        axis.grid(False)
        axis.set_axis_off()
    bar = figure.colorbar(axes.flat[0].images[0], ax=axes, shrink=0.6, ticks=[-1, 0, 1])
    bar.ax.set_yticklabels(["darker", "0", "brighter"])
    return figure
