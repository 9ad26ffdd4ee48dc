"""Figures of the package, in one style that colour-blind readers can tell apart too."""

import io

# Okabe and Ito's palette (2008), made to be told apart with any kind of colour vision; dash patterns help in print.
LINES = {
    "content": {"label": "content, α L_content", "color": "#0072B2", "linestyle": "-"},
    "style": {"label": "style, β L_style", "color": "#D55E00", "linestyle": "--"},
    "tv": {"label": "total variation, γ TV", "color": "#009E73", "linestyle": "-."},
}


def loss_curves(history, weights, sizes=()):
    """The three weighted losses over the iterations, on a logarithmic axis, as the bytes of a PNG.

    Args:
        history: {"content", "style", "tv": [one value ≥ 0 an iteration]}, unweighted.
        weights: {"content": α, "style": β, "tv": γ}; curves are multiplied by them, so that their heights compare.
        sizes: ((height, width, iterations), …): where the picture grew, marked by vertical lines.

    Returns:
        bytes, 1200×675 pixels.
    """
    # Without pyplot: no global state, so that it works in threads and leaves the caller's figures alone.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=150, layout="constrained")
    axes = figure.subplots()
    for name, style in LINES.items():
        values = [weights[name] * value for value in history[name]]
        axes.plot(range(1, len(values) + 1), values, linewidth=1.6, **style)
    _mark_sizes(axes, sizes, len(history["content"]))
    axes.set(xlabel="iteration", ylabel="weighted loss", yscale="log", title="Each loss over the iterations")
    axes.grid(alpha=0.25)
    axes.legend(loc="upper right")
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def _mark_sizes(axes, sizes, iterations):
    start = 0
    for height, width, count in sizes:
        if start < iterations:
            axes.axvline(start, color="0.6", linewidth=0.8)
            axes.annotate(f" {width}×{height}", (start, 0.02), xycoords=("data", "axes fraction"), color="0.35", size=8)
        start += count
