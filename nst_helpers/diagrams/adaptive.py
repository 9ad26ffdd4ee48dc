"""Optimizers with a step size for every number: what each keeps between two steps, and where ε takes over."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import LogLocator, NullLocator

from nst_helpers.arrays import Numbers
from nst_helpers.experiments.landscapes import Surface, corners, height
from nst_helpers.plots import AMBER, BLUE, GREEN, ORANGE, PINK, SKY, subplots

INK, FAINT = "0.15", "0.45"
RULE_COLORS = {"gradient descent": BLUE, "momentum": GREEN, "Rprop": INK, "AdaGrad": PINK, "RMSprop": AMBER,
               "AdaDelta": ORANGE}
UNDER = "√(s + ε)"  # the form whose curves are blue and dashed in every figure; the other's are solid

STATES = (  # rule; what it keeps, [(name, how it changes, which color)]; its step
    ("gradient descent", "", [], r"$\eta\, g$"),
    ("momentum", "Polyak 1964", [("mean gradient", r"$V \leftarrow \beta V + (1-\beta)\,g$", GREEN)], r"$\eta\, V$"),
    ("Rprop", "Riedmiller, Braun 1993",
     [("step size", r"$\Delta \leftarrow 1.2\,\Delta$  or  $\frac{1}{2}\Delta$", SKY),
      ("last sign", r"$\sigma \leftarrow \mathrm{sign}\, g$", SKY)], r"$\Delta \;\mathrm{sign}\, g$"),
    ("AdaGrad", "Duchi and others 2011", [("sum of squares", r"$s \leftarrow s + g^2$", PINK)],
     r"$\dfrac{\eta}{\sqrt{s+\varepsilon}}\; g$"),
    ("RMSprop", "Hinton 2012", [("mean square", r"$s \leftarrow \beta s + (1-\beta)\,g^2$", AMBER)],
     r"$\dfrac{\eta}{\sqrt{s+\varepsilon}}\; g$"),
    ("AdaDelta", "Zeiler 2012",
     [("mean square", r"$s \leftarrow \beta s + (1-\beta)\,g^2$", AMBER),
      ("mean square step", r"$u \leftarrow \beta u + (1-\beta)\,\Delta^2$", ORANGE)],
     r"$\Delta = \dfrac{\sqrt{u+\varepsilon}}{\sqrt{s+\varepsilon}}\; g$"),
)


def states() -> Figure:
    """Six optimizers as rows: what each remembers of the gradients g, and the step that it makes of it.

    Returns:
        A matplotlib Figure, 10 by 7 inches.
    """
    figure, axes = subplots(size=(10, 7))
    for x, words in ((0.0, "optimizer"), (2.35, "what it keeps for every number"), (9.3, "its step: w ← w − …")):
        axes.text(x, 0.62, words, fontsize=12, fontweight="bold", color=INK, va="center")
    for row, (name, source, memories, step) in enumerate(STATES):
        y = -row
        axes.axhline(y + 0.47, color="0.9", linewidth=1)
        axes.text(0, y + (0.1 if source else 0), name, fontsize=14, color=INK, va="center")
        axes.text(0, y - 0.19, source, fontsize=9.5, color=FAINT, va="center")
        if not memories:
            axes.text(2.35, y, "nothing", fontsize=12, color=FAINT, va="center", style="italic")
        for place, memory in enumerate(memories):
            _box(axes, 2.3 + 3.35 * place, y, *memory)
        axes.annotate("", (9.25, y), (8.95, y), arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.3})
        axes.text(9.4, y, step, fontsize=15, color=INK, va="center")
    axes.set(xlim=(-0.1, 12), ylim=(-5.55, 0.8))
    axes.grid(False)
    axes.set_axis_off()
    return figure


def _color(label):
    """The color of the rule with whose name a label begins; RMSprop with ε under the root has its own."""
    if UNDER in label:
        return SKY
    return next(color for rule, color in RULE_COLORS.items() if label.startswith(rule))


def _box(axes, x, y, name, formula, color):
    axes.add_patch(FancyBboxPatch((x, y - 0.31), 3.1, 0.62, boxstyle="round,pad=0,rounding_size=0.1", facecolor=color,
                                  alpha=0.28, edgecolor="none"))
    axes.text(x + 1.55, y + 0.1, formula, fontsize=13, color=INK, ha="center", va="center")
    axes.text(x + 1.55, y - 0.2, name, fontsize=9.5, color=INK, ha="center", va="center")


def where_epsilon_rules(epsilon: float, typical: Mapping[str, tuple[float, float]]) -> Figure:
    """How long RMSprop's lasting step is for gradients of one size, with ε under the root and beside it.

    Args:
        epsilon: ε. typical: {words: (least, largest)} of gradients that are marked as a band.

    Returns:
        A matplotlib Figure, 9 by 3.9 inches.
    """
    size = np.logspace(-10, 2, 400)
    figure, axes = subplots(size=(9, 3.9))
    for (words, (low, high)), color in zip(typical.items(), ("0.6", GREEN), strict=False):
        axes.axvspan(low, high, color=color, alpha=0.25, linewidth=0)
        axes.text((low * high) ** 0.5, 1.35, words, ha="center", va="bottom", fontsize=10)
    axes.plot(size, size / (size + epsilon), color=AMBER, linewidth=2.4, label="√s + ε, beside the root")
    axes.plot(size, size / np.sqrt(size**2 + epsilon), "--", color=SKY, linewidth=2.4,
              label="√(s + ε), under the root")
    for at, words in ((epsilon, "ε"), (epsilon**0.5, "√ε")):
        axes.axvline(at, color="0.5", linewidth=0.9, linestyle=":")
        axes.text(at * 1.25, 3e-5, words, fontsize=13, color=INK)
    axes.set(xscale="log", yscale="log", ylim=(1e-5, 4), xlim=(1e-10, 1e2), xlabel="size of the gradient, |g| = √s",
             ylabel="length of a step, in η")
    axes.legend(loc="lower right", fontsize=10)
    return figure


def rate_curves(curves: Mapping[str, Mapping[float, float]], marked: float | None = None) -> Figure:
    """The loss after a run against the learning rate, a curve for each rule, its best point marked.

    Args:
        curves: {rule: {η: loss}}; dashed if √(s + ε) stands in the name.
        marked: an η that gets a vertical line, or None.

    Returns:
        A matplotlib Figure, 10 by 4.6 inches.
    """
    figure, axes = subplots(size=(10, 4.6))
    for rule, curve in curves.items():
        rate = min(curve, key=curve.__getitem__)
        color = _color(rule)
        axes.plot(list(curve), list(curve.values()), "--" if UNDER in rule else "-", color=color, marker="o",
                  markersize=3.5, linewidth=1.8, label=rule)
        axes.plot(rate, curve[rate], "o", color=color, markersize=10, markeredgecolor="white", zorder=5)
    if marked:
        axes.axvline(marked, color="0.4", linewidth=1, linestyle=":")
        axes.text(marked * 1.15, 0.97, f"η = {marked:g}", transform=axes.get_xaxis_transform(), va="top", color="0.3")
    lowest = min(min(curve.values()) for curve in curves.values())
    axes.set(xscale="log", yscale="log", xlabel="learning rate η", ylabel="loss after 100 steps",
             ylim=(0.92 * lowest, 15 * lowest))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 1.3, 1.5, 2, 3, 5)))
    axes.yaxis.set_major_formatter(lambda value, place: f"{value:g}")
    axes.yaxis.set_minor_locator(NullLocator())
    figure.legend(fontsize=10, ncols=4, loc="outside lower center", frameon=False)
    return figure


def draw_ground(axes: Axes, ground: Surface, half: float | None = None) -> None:
    """A surface from above, dark where it is low, with its start and its minimum.

    Args:
        axes: where. ground: a `landscapes.Surface`. half: of a square window around the minimum, both axes to one
            scale; None takes the surface's own window.
    """
    low, high = corners(ground) if half is None else np.reshape(ground.minimum, 2) + half * np.array([[-1], [1]])
    x, y = np.meshgrid(np.linspace(low[0], high[0], 300), np.linspace(low[1], high[1], 300))
    levels = np.sqrt(height(ground, np.stack([x, y], axis=-1)).clip(0))  # more bands where it is low
    axes.contourf(x, y, levels, levels=14, cmap="GnBu_r", alpha=0.8)
    axes.plot(*ground.start, "ko", ms=8, zorder=6)
    axes.plot(*ground.minimum, "k+", ms=13, mew=2.5, zorder=6)
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="x", ylabel="y",
             aspect="auto" if half is None else "equal")
    axes.grid(False)


def draw_path(axes: Axes, path: Numbers, label: str) -> None:
    """The points of a walk, (steps + 1, 2); its label begins with the name of its rule."""
    color = _color(label)
    axes.plot(*path.T, "o-", color=color, ms=3.5, lw=1.6, label=label)
    axes.plot(*path[-1], "o", color=color, ms=10, mec="white", mew=1.5, zorder=7)


def draw_sizes(axes: Axes, groups: Mapping[str, Numbers]) -> None:
    """Histograms of the entries' sizes, each over its own root mean square.

    Args:
        axes: where. groups: {name: arrays}; the first one is drawn as a broad gray line to compare with.
    """
    edges = np.logspace(-5, 2, 71)
    for (name, arrays), color in zip(groups.items(), ("0.7", INK, BLUE, AMBER, PINK), strict=False):
        size = np.concatenate([np.abs(np.ravel(array)) / np.sqrt(np.mean(np.square(array))) for array in arrays])
        share = np.histogram(size.clip(2e-5), edges)[0] / size.size
        axes.step(edges[:-1], share.clip(1e-6), color=color, where="post", label=name, lw=5 if color == "0.7" else 1.6)
    axes.set(xscale="log", yscale="log", ylim=(1e-4, 3), xlabel="|gradient| / its root mean square",
             ylabel="share of the entries", title="how large they are (zeros at the far left)")
    axes.legend(fontsize=8.5, loc="upper center")
