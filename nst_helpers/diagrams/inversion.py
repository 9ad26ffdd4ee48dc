"""Feature inversion: what differs where, the way back through a layer, gradients, and the levels of a pyramid."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.arrays import Image, Map
from nst_helpers.plots import AMBER, BLUE, ORANGE, SIGNED, draw_image, saved, subplots

INK = "0.25"
FORWARD = (("I", "pixels"), ("Z", "before the gate"), ("F", "feature map"), ("P", "pooled map"))
FORWARD_STEPS = ("correlation\nwith K", "ReLU\nmax(Z, 0)", "average of\n2 × 2")
BACKWARD_STEPS = ("full convolution\nwith K", "gate: 0 where\nZ ≤ 0", "a quarter\nto each")


def differences(images: Sequence[Image], titles: Sequence[str], line: float, most: float = 80) -> Figure:
    """Images in a row; below all but the first, how far each pixel is from the first image's.

    Args:
        images: (height, width, 3), 0–255, all of one size. titles: one each.
        line: the column at which each image has a dotted line, by which a shift is seen.
        most: the difference, in grey levels, at the end of the scale.

    Returns:
        A matplotlib Figure, 10 inches wide.
    """
    height, width = np.shape(images[0])[:2]
    figure, axes = subplots(2, len(images), size=(10, 0.5 + 2 * 10 / len(images) * height / width), squeeze=False)
    for column, (image, title) in enumerate(zip(images, titles, strict=True)):
        draw_image(axes[0, column], image, title, smooth=True)
        axes[0, column].axvline(line, color="white", linewidth=1.2, linestyle=":")
        axes[1, column].set_axis_off()
        axes[1, column].grid(False)
        if column:
            off = np.abs(np.asarray(image) - images[0]).mean(axis=2)
            drawn = axes[1, column].imshow(off, cmap="viridis", vmin=0, vmax=most, interpolation="nearest")
            scale = axes[1, 0].inset_axes((0.08, 0.55, 0.84, 0.09))
            figure.colorbar(drawn, cax=scale, orientation="horizontal", extend="max",
                            label="difference from the photograph\n(grey levels, mean of R, G, B)")
    return figure


def gradients_at(image: Image, gradients: Mapping[str, Image], mask: Map, window: tuple[int, int, int, int],
                 titles: Sequence[str]) -> Figure:
    """A part of an image, and the negative gradient of each layer's loss there: the mean of R, G and B.

    Args:
        image: (height, width, 3), 0–255. gradients: {layer: array like the image}. mask: (height, width), 0–1; its
            border is drawn. window: (top, bottom, left, right). titles: of the image and of each gradient.

    Returns:
        A matplotlib Figure, 10 inches wide, with a colour bar from − to +: each is on its own scale.
    """
    top, bottom, left, right = window
    part = slice(top, bottom), slice(left, right)
    rows = -(-(len(gradients) + 1) // 3)
    figure, axes = subplots(rows, 3, size=(10, 0.7 + rows * (0.3 + 3.3 * (bottom - top) / (right - left))))
    draw_image(axes.flat[0], image[part], titles[0], smooth=True)
    for axis in axes.flat[len(gradients) + 1 :]:
        axis.set_axis_off()
        axis.grid(False)
    for axis, gradient, title in zip(axes.flat[1 : len(gradients) + 1], gradients.values(), titles[1:], strict=True):
        brightness = gradient.mean(axis=2)[part]
        axis.imshow(brightness / np.quantile(np.abs(brightness), 0.995), cmap=SIGNED, vmin=-1, vmax=1,
                            interpolation="nearest")
        axis.set_title(title, fontsize=11)
        axis.set_axis_off()
        axis.grid(False)
        axis.contour(mask[part], [0.01], colors=INK, linewidths=1)
    bar = figure.colorbar(axes.flat[1].images[0], ax=axes, location="bottom", shrink=0.4, aspect=30, ticks=[-1, 0, 1])
    bar.ax.set_xticklabels(["− darker", "0", "+ brighter"])
    return figure


def backward_path() -> Figure:
    """Pixels to loss in the upper row, and the gradient's way back in the lower: a figure."""
    figure, axes = subplots(size=(10, 4.1))
    axes.set(xlim=(-0.75, 9.85), ylim=(-0.25, 3.6))
    axes.set_axis_off()
    axes.grid(False)
    for place, (letter, name) in enumerate(FORWARD):
        x = 2.35 * place
        _block(axes, x, 2.5, letter, name, BLUE)
        _block(axes, x, 0.85, f"∂L/∂{letter}", "", ORANGE)
    for place, (forward, backward) in enumerate(zip(FORWARD_STEPS, BACKWARD_STEPS, strict=True)):
        left, right = 2.35 * place + 0.6, 2.35 * place + 1.75
        _arrow(axes, (left, 2.5), (right, 2.5), forward, BLUE, above=True)
        _arrow(axes, (right, 0.85), (left, 0.85), backward, ORANGE, above=False)
    _block(axes, 9.25, 1.68, "L", "½ Σ (P − C)²", AMBER, side=0.5)
    _arrow(axes, (7.65, 2.4), (8.72, 1.95), "", BLUE, above=True)
    _arrow(axes, (8.72, 1.4), (7.65, 0.95), "", ORANGE, above=False)
    axes.text(8.45, 0.78, "P − C", color=ORANGE, fontsize=12, ha="center")
    axes.text(-0.7, 3.42, "forward: what the layer sees", color=BLUE, fontsize=12, weight="bold")
    axes.text(-0.7, -0.12, "backward: what the loss asks for", color=ORANGE, fontsize=12, weight="bold")
    return figure


def _block(axes, x, y, letter, name, color, side=0.55):
    from matplotlib.patches import FancyBboxPatch

    box = FancyBboxPatch((x - side, y - 0.42), 2 * side, 0.84, boxstyle="round,pad=0,rounding_size=0.12",
                         facecolor=color, alpha=0.16, edgecolor="none")
    axes.add_patch(box)
    axes.text(x, y, letter, ha="center", va="center", fontsize=17 if len(letter) == 1 else 14, color=INK)
    axes.text(x, y - 0.6, name, ha="center", va="center", fontsize=9.5, color=INK)


def _arrow(axes, start, end, words, color, above):
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2})
    middle = (start[0] + end[0]) / 2
    axes.text(middle, start[1] + (0.18 if above else -0.18), words, ha="center", va="bottom" if above else "top",
              fontsize=9.5, color=INK)


def levels_of_pyramid(levels: Sequence[Image], image: Image) -> Figure:
    """The levels of a pyramid, lying above each other from coarse to fine, and the picture that is their sum.

    Args:
        levels: arrays (height/2ᵏ, width/2ᵏ, 3), finest first, of values below and above zero.
        image: (height, width, 3), 0–255: the sum.

    Returns:
        A figure.
    """
    figure, (left, right) = subplots(1, 2, size=(10, 4.6), width_ratios=[1.35, 1])
    count, height = len(levels), 0.62
    for row, level in enumerate(reversed(levels)):
        _lying(left, shown(level), base=row * height)
        k = count - 1 - row
        size = "each pixel by itself" if k == 0 else f"blocks of {2**k} × {2**k}"
        left.text(2.12, row * height + 0.28, f"level {k}: {size}", fontsize=10.5, color=INK)
    left.set(xlim=(-0.1, 3.5), ylim=(-0.15, (count - 1) * height + 0.85), aspect="equal")
    left.set_axis_off()
    left.grid(False)
    draw_image(right, image, "their sum: the picture", smooth=True)
    return figure


def _lying(axes, picture, base):
    """A picture that lies on the table, seen from the front: a parallelogram 1.5 wide, 0.55 high."""
    from matplotlib.transforms import Affine2D

    place = Affine2D().from_values(1.5, 0, 0.5, 0.55, 0, base) + axes.transData
    axes.imshow(np.clip(picture / 255, 0, 1), extent=(0, 1, 0, 1), origin="upper", transform=place,
                interpolation="nearest", zorder=base + 1)
    corners = np.array([(0, 0), (1.5, 0), (2.0, 0.55), (0.5, 0.55), (0, 0)]) + np.array([0, base])
    axes.plot(*corners.T, color=INK, linewidth=0.8, zorder=base + 1.1)


def shown(level: Image) -> Image:
    """A level as a picture: its mean is mid-grey, and its strongest value is black or white."""
    centered = np.asarray(level) - np.mean(level)
    return (128 + 127 * np.clip(centered / (np.quantile(np.abs(centered), 0.99) or 1.0), -1, 1)).astype(np.float32)


def full_color_jpeg(figure: Figure) -> bytes:
    """The bytes of a JPEG with the colour of every pixel: the usual kind halves it, and coloured grain with it."""
    return saved(figure, format="jpeg", pil_kwargs={"quality": 85, "subsampling": 0})
