"""Total variation: enlarged parts, the three terms in which a pixel occurs, and charts of what it does."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.arrays import Image, Numbers
from nst_helpers.plots import AMBER, BLUE, COLORS, GREEN, ORANGE, draw_image, subplots


def magnified(images: Sequence[Image], titles: Sequence[str], window: tuple[int, int, int]) -> Figure:
    """Images in a row, and below each the same part of it, enlarged so that single pixels are seen.

    Args:
        images: (height, width, 3), 0–255, all of one size. titles: one each.
        window: (left, top, side) in pixels, the part that is enlarged: twice as wide as high.

    Returns:
        A matplotlib Figure, 10 inches wide.
    """
    from matplotlib.patches import Rectangle

    left, top, side = window
    height, width = np.shape(images[0])[:2]
    figure, axes = subplots(2, len(images), size=(10, 0.4 + 10 / len(images) * (height / width + 0.5)), squeeze=False,
                            height_ratios=(height / width, 0.5))
    for column, (image, title) in enumerate(zip(images, titles, strict=True)):
        draw_image(axes[0, column], image, title, smooth=True)
        frame = Rectangle((left, top), 2 * side, side, fill=False, edgecolor="white", linewidth=2)
        axes[0, column].add_patch(frame)
        draw_image(axes[1, column], image[top : top + side, left : left + 2 * side])
    return figure


def three_terms() -> Figure:
    """A pixel, its neighbours, and the three terms of the total variation in which it occurs.

    Returns:
        A matplotlib Figure, 9.5 inches wide.
    """
    figure, axes = subplots(1, 3, size=(9.5, 3.5))
    terms = (("its own term", (1, 1), r"$-\,(d_{i,j} + r_{i,j})\,/\,\ell_{i,j}$", BLUE),
             ("the term above", (0, 1), r"$+\,d_{i-1,j}\,/\,\ell_{i-1,j}$", GREEN),
             ("the term to the left", (1, 0), r"$+\,r_{i,j-1}\,/\,\ell_{i,j-1}$", AMBER))
    for axis, (title, place, formula, color) in zip(axes, terms, strict=True):
        _grid(axis)
        _term(axis, *place, color)
        axis.set_title(title, fontsize=13)
        axis.text(1, 3.05, formula, ha="center", va="center", fontsize=15)
        axis.set(xlim=(-0.6, 2.6), ylim=(3.5, -0.6), aspect="equal")
        axis.set_axis_off()
    return figure


def _grid(axis):
    """Three by three pixels; the one in the middle is marked."""
    from matplotlib.patches import Rectangle

    for row, column in np.ndindex(3, 3):
        middle = row == column == 1
        axis.add_patch(Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, edgecolor="0.6", linewidth=1,
                                 facecolor=ORANGE if middle else "0.93", alpha=0.55 if middle else 1))
    axis.text(1, 1, r"$I_{i,j}$", ha="center", va="center", fontsize=14)


def _term(axis, row, column, color):
    """The two differences of a term, as arrows from its pixel down and to the right."""
    for down, right in ((1, 0), (0, 1)):
        touches = (row, column) == (1, 1) or (row + down, column + right) == (1, 1)
        axis.annotate("", (column + 0.72 * right, row + 0.72 * down), (column + 0.28 * right, row + 0.28 * down),
                      arrowprops={"arrowstyle": "-|>", "color": color if touches else "0.65",
                                  "linewidth": 3 if touches else 1.5, "mutation_scale": 18})


def price_chart(waves: Sequence[float], prices: Mapping[str, Sequence[float]]) -> Figure:
    """What noise costs over its wavelength.

    Args:
        waves: the shortest wavelength of each octave, in pixels. prices: {"grey": [one number a wave], …}.

    Returns:
        A matplotlib Figure.
    """
    figure, axes = subplots(size=(8, 3.3))
    for (name, values), color in zip(prices.items(), COLORS, strict=False):
        axes.plot(waves, values, "o-", color=color, linewidth=2.5, markersize=8, label=f"{name} noise")
    axes.set(xlabel="wavelength of the noise, in pixels", ylabel="rise of α content + β style", xscale="log",
             yscale="log", xticks=waves, xticklabels=[f"{wave} to {2 * wave}" for wave in waves])
    axes.minorticks_off()
    axes.set(yticks=[0.02, 0.05, 0.1, 0.2, 0.4], yticklabels=["0.02", "0.05", "0.1", "0.2", "0.4"])
    axes.legend(fontsize=11)
    return figure


def pushes_chart(image: Image, pushes: Mapping[str, tuple[Numbers, str]]) -> Figure:
    """A photograph, and beside it what each formula does to its green, with a scale.

    Args:
        image: (height, width, 3). pushes: {title: (array like the image, label of its scale)}.

    Returns:
        A matplotlib Figure.
    """
    figure, axes = subplots(1, 1 + len(pushes), size=(11, 3.1))
    draw_image(axes[0], image, "photograph", smooth=True)
    for axis, (name, (push, unit)) in zip(axes[1:], pushes.items(), strict=True):
        draw_image(axis, push[:, :, 1], name, signed=True)
        figure.colorbar(axis.images[0], ax=axis, shrink=0.7, label=unit)
    return figure


def rounded_corner(epsilons: Sequence[float]) -> Figure:
    """The rounded length, and its derivative, over a difference in grey levels: a matplotlib Figure."""
    grid = np.linspace(-40, 40, 801)
    figure, axes = subplots(1, 2, size=(9, 3.1))
    for epsilon, color in zip(epsilons, COLORS, strict=False):
        root = np.sqrt(grid**2 + epsilon**2)
        axes[0].plot(grid, root - epsilon, color=color, linewidth=2.5, label=f"ε = {epsilon}")
        axes[1].plot(grid, grid / root, color=color, linewidth=2.5)
    axes[0].set(xlabel="difference d, in grey levels", ylabel="length, in grey levels")
    axes[1].set(xlabel="difference d, in grey levels", ylabel="push (no unit)")
    axes[0].legend(fontsize=10)
    return figure


def gain_chart(ratios: Sequence[float], gains: Mapping[str, Sequence[float]], rule: float) -> Figure:
    """PSNR gained over γ/σ, a curve a picture, its best circled; a dashed line where a rule says.

    Args:
        ratios: γ/σ. gains: {picture: [dB, one a ratio]}. rule: a ratio.

    Returns:
        A matplotlib Figure.
    """
    figure, axes = subplots(size=(8.4, 3.4))
    for (name, row), color in zip(gains.items(), (BLUE, GREEN, AMBER, ORANGE), strict=True):
        axes.plot(ratios, row, "o-", color=color, linewidth=2.5, label=name)
        best = int(np.argmax(row))
        axes.plot(ratios[best], row[best], "o", color=color, markersize=14, markerfacecolor="none", markeredgewidth=2)
    axes.axvline(rule, color="0.5", linestyle="--")
    axes.set(xlabel="weight over noise, γ / σ", ylabel="gain in PSNR, in dB")
    axes.legend(fontsize=10)
    return figure


def ramp_chart(truth: Numbers, noisy: Numbers, found: Mapping[str, Numbers], apart: float = 40) -> Figure:
    """A row of a noisy ramp and what became of it, each curve drawn so many grey levels below the one before.

    Args:
        truth, noisy: rows of grey levels. found: {label: row}.

    Returns:
        A matplotlib Figure.
    """
    figure, axes = subplots(size=(8.4, 3.6))
    axes.plot(noisy, ".", color="0.7", label="with noise")
    for place, ((name, row), color) in enumerate(zip(found.items(), (ORANGE, BLUE), strict=True)):
        axes.plot(truth - apart * place, color="0.4", linewidth=1, label="" if place else "the true ramp")
        axes.plot(row - apart * place, color=color, linewidth=2.5,
                  label=name + (f", drawn {apart} lower" if place else ""))
    axes.set(xlabel="column", ylabel="grey level of one row", ylim=(15, 205))
    axes.legend(ncols=2, fontsize=9, loc="upper left")
    return figure
