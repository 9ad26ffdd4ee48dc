"""Adam: what it keeps for each number, and what becomes of a steady, a noisy and a rare gradient."""

import numpy as np
from matplotlib.figure import Figure

from nst_helpers.arrays import Numbers
from nst_helpers.optimizers import Adam
from nst_helpers.plots import AMBER, BLUE, GREEN, ORANGE, PINK, SKY, subplots

STEPS = 60


def streams(seed: int = 0) -> dict[str, Numbers]:
    """{name: (STEPS,) gradients of one number}: steady, steady with noise, noise alone, rare."""
    noise, other = np.random.default_rng(seed).standard_normal((2, STEPS))
    return {"steady": np.full(STEPS, 1.0), "steady, with noise": 0.5 + 0.8 * noise, "noise alone": other,
            "rare": np.where(np.arange(STEPS) % 20 == 19, 2.0, 0.0)}


def moves(gradients: Numbers) -> Numbers:
    """How far Adam moves a number at each step, over η: (steps,) from gradients (steps,)."""
    optimizer, state, taken = Adam(1.0), Adam(1.0).init(0.0), []
    for gradient in gradients:
        w, state = optimizer.step(0.0, gradient, state)
        taken.append(-w)
    return np.array(taken)


def state_of_adam() -> Figure:
    """The rule as a flow of numbers, above four gradients and the moves that Adam makes of them.

    Returns:
        A matplotlib Figure, 9.4 inches wide.
    """
    figure, axes = subplots(3, 4, size=(9.4, 7.4), height_ratios=(2.1, 1, 1))
    grid = axes[0, 0].get_gridspec()
    for axis in axes[0]:
        axis.remove()
    _flow(figure.add_subplot(grid[0, :]))
    for column, (name, gradients) in enumerate(streams().items()):
        _bars(axes[1, column], gradients, SKY, 2.6)
        _bars(axes[2, column], moves(gradients), ORANGE, 1.25)
        axes[1, column].set_title(name, fontsize=11)
        axes[2, column].set_xlabel("step")
    axes[1, 0].set_ylabel("gradient")
    axes[2, 0].set_ylabel("move / η")
    return figure


def _bars(axis, values, color, limit):
    axis.bar(np.arange(1, len(values) + 1), values, 1.0, color=color)
    axis.axhline(0, color="0.4", linewidth=0.8)
    axis.set(ylim=(-limit, limit), xlim=(0, len(values) + 1))
    if color == ORANGE:
        axis.axhline(1, color="0.4", linewidth=0.8, linestyle=":")
        axis.axhline(-1, color="0.4", linewidth=0.8, linestyle=":")


def _flow(axis):
    axis.set(xlim=(0, 100), ylim=(2, 46))
    axis.grid(False)
    axis.set_axis_off()
    _box(axis, (9, 24), 15, 11, SKY, "gradient\n∇L(w)")
    _box(axis, (33, 36), 27, 12, GREEN, "V: mean of gradients\nkeeps β₁ = 0.9, gains 0.1")
    _box(axis, (33, 12), 27, 12, PINK, "s: mean of squares\nkeeps β₂ = 0.999, gains 0.001")
    _box(axis, (61, 36), 16, 12, GREEN, "V̂ =\nV ÷ (1 − β₁ᵗ⁺¹)", pale=True)
    _box(axis, (61, 12), 16, 12, PINK, "ŝ =\ns ÷ (1 − β₂ᵗ⁺¹)", pale=True)
    _box(axis, (79, 24), 12, 11, AMBER, "η V̂ / √ŝ")
    _box(axis, (95, 24), 8.5, 11, ORANGE, "w −\nthat")
    for start, end in (((16.5, 27), (19.3, 33)), ((16.5, 21), (19.3, 15)), ((46.7, 36), (53.3, 36)),
                       ((46.7, 12), (53.3, 12)), ((68.7, 33), (73, 27)), ((68.7, 15), (73, 21)),
                       ((85, 24), (90.7, 24))):
        axis.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "0.25", "linewidth": 1.5})
    axis.text(33, 24, "both start at 0: this is Adam’s state", ha="center", va="center", fontsize=10, style="italic")
    axis.text(61, 24, "bias correction", ha="center", va="center", fontsize=10, style="italic")


def _box(axis, middle, width, height, color, words, pale=False):
    from matplotlib.patches import FancyBboxPatch

    corner = middle[0] - width / 2, middle[1] - height / 2
    axis.add_patch(FancyBboxPatch(corner, width, height, boxstyle="round,pad=0,rounding_size=1.6", facecolor=color,
                                  alpha=0.16 if pale else 0.34, edgecolor="none"))
    axis.add_patch(FancyBboxPatch(corner, width, height, boxstyle="round,pad=0,rounding_size=1.6", facecolor="none",
                                  edgecolor=BLUE if color == SKY else color, linewidth=1.6))
    axis.text(*middle, words, ha="center", va="center", fontsize=10)
