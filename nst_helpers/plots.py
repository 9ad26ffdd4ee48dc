"""Figures of the package, in one style that colour-blind readers can tell apart too."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nst_helpers import fonts
from nst_helpers.words import language, translated

if TYPE_CHECKING:  # NumPy and matplotlib take half a second, and the command line needs neither for its help
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette (2008), made to be told apart with any kind of colour vision; dash patterns help in print.
BLUE, ORANGE, GREEN, PINK, SKY, AMBER = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"
COLORS = (BLUE, ORANGE, GREEN, PINK, SKY, AMBER)  # in the order in which to use them
LINES: dict[str, dict[str, Any]] = {  # one colour for each loss, in diagrams too; orange is the optimizer's
    "content": {"label": "content, α L_content", "color": BLUE, "linestyle": "-"},
    "style": {"label": "style, β L_style", "color": GREEN, "linestyle": "--"},
    "tv": {"label": "total variation, γ TV", "color": PINK, "linestyle": "-."},
}


def loss_curves(history: Mapping[str, Sequence[float]], weights: Mapping[str, float],
                sizes: Sequence[tuple[int, int, int]] = ()) -> bytes:
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
    _plain_ticks(figure)
    return png(figure)


def _mark_sizes(axes, sizes, iterations):
    start = 0
    for height, width, count in sizes:
        if start < iterations:
            axes.axvline(start, color="0.6", linewidth=0.8)
            axes.annotate(f" {width}×{height}", (start, 0.02), xycoords=("data", "axes fraction"), color="0.35", size=8)
        start += count


# What the lessons draw with

SIGNED = "PuOr_r"  # a colour map for numbers below and above zero: purple, white, orange
DPI = 110


def subplots(rows: int = 1, columns: int = 1, size: tuple[float, float] | None = None,
             **keywords: Any) -> tuple["Figure", Any]:
    """A figure and its axes, in the style of the course; show it with `show`.

    Args:
        rows, columns: how many axes.
        size: (width, height) in inches; by default 8 wide, and high enough for square axes.

    Returns:
        (figure, axes): as pyplot's function of this name, but nothing is shown by itself.
    """
    import matplotlib
    from cycler import cycler
    from matplotlib.figure import Figure

    style: Any = {"axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.25,
             "axes.prop_cycle": cycler(color=COLORS), "image.cmap": "gray"}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=size or (8, 0.6 + 7.4 * rows / columns), dpi=DPI, layout="constrained")
        return figure, figure.subplots(rows, columns, **keywords)


def draw_image(axes: "Axes", image: "npt.ArrayLike", title: str = "", signed: bool = False,
               smooth: bool = False) -> None:
    """A picture, a grey map, or (signed) a map whose zero is white; without ticks; pixels are squares or smooth."""
    import numpy as np

    image = np.asarray(image)
    if image.ndim == 3:
        axes.imshow(np.clip(image / 255, 0, 1), interpolation="bicubic" if smooth else "nearest")
    elif signed:
        limit = float(np.abs(image).max()) or 1.0
        axes.imshow(image, cmap=SIGNED, vmin=-limit, vmax=limit, interpolation="nearest")
    else:
        axes.imshow(image, cmap="gray", interpolation="nearest")
    axes.set_title(title, fontsize=11)
    axes.grid(False)
    axes.set_axis_off()


def draw_matrix(axes: "Axes", matrix: "npt.ArrayLike", title: str = "",
                marked: Sequence[tuple[int, int]] = ()) -> None:
    """A small matrix with its numbers written in its cells; `marked` cells (row, column) get a frame."""
    import numpy as np

    matrix = np.asarray(matrix)
    limit = float(np.abs(matrix).max()) or 1.0
    axes.imshow(matrix, cmap=SIGNED, vmin=-2 * limit, vmax=2 * limit)  # pale, so that the numbers can be read
    for (row, column), value in np.ndenumerate(matrix):
        axes.text(column, row, f"{value:.3g}".replace("-", "−"), ha="center", va="center", fontsize=13)
    for row, column in marked:
        axes.add_patch(_frame(row, column))
    axes.set_title(title, fontsize=11)
    axes.grid(False)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)


def show(figure: "Figure", caption: str = "", photo: bool = False, folded: str | None = None,
         alt: str | None = None) -> None:
    """Show a figure, and under it what there is to see.

    Args:
        figure: a matplotlib Figure.
        caption: a sentence or two, plain text. It is the picture's alternative text too.
        photo: store a JPEG, a fifth of the PNG's size where a figure is mostly photographs.
        folded: words behind which the picture stays out of sight until they are clicked: it would answer a prediction.
        alt: for those who cannot see the picture, where the caption does not tell them enough (default: the caption).
            It is stored as the picture's plain text too, which the tests of the notebooks compare.
    """
    _plain_ticks(figure)
    data, mime = (jpeg(figure), "image/jpeg") if photo else (png(figure), "image/png")
    show_picture(data, mime, caption, folded, alt)


def show_picture(data: bytes, mime: str, caption: str = "", folded: str | None = None,
                 alt: str | None = None) -> None:
    """Show an encoded picture ("image/png", "image/jpeg", "image/webp", …); the other arguments are those of `show`.

    Raises:
        ValueError: neither a caption nor an alternative text.
    """
    import base64
    import html

    from nst_helpers.extras import require

    require("lessons", "IPython")
    from IPython.display import display

    alt, caption = translated(alt or caption), translated(caption)
    if not alt:
        raise ValueError("a picture needs words for those who cannot see it: give it a caption")
    picture = base64.b64encode(data).decode()
    below = f'<p class="nst-caption" style="{CAPTION}">{html.escape(caption)}</p>' if caption else ""
    if folded:
        inside = f'<img src="data:{mime};base64,{picture}" alt="{html.escape(alt)}">{below}'
        display({"text/html": folded_html(folded, inside), "text/plain": alt}, raw=True)
        return
    display({mime: picture, "text/plain": alt}, metadata={mime: {"alt": alt}}, raw=True)
    if caption:
        display({"text/html": below, "text/plain": caption}, raw=True)


CAPTION = "max-width: 52em; margin: 0.2em 0 1em; font-size: 0.92em; font-style: italic"


BUTTON = ("cursor: pointer; padding: 0.35em 0.8em; margin: 0.25em 0; border: 1px solid #888; border-radius: 0.4em; "
          "width: fit-content")


def folded_html(summary: str, inside: str, group: str | None = None) -> str:
    """HTML that stays out of sight until its summary is clicked, or entered by keyboard; no script in it.

    Args:
        summary: plain text. inside: HTML. group: a name; of those with one name, one is open at a time.
    """
    import html

    name = f' name="{html.escape(group)}"' if group else ""
    return f'<details{name}><summary style="{BUTTON}">{html.escape(summary)}</summary>{inside}</details>'


def show_lines(lines: Sequence[str], folded: str) -> None:
    """Show lines that would answer a prediction: as printed, but out of sight until the words `folded` are clicked."""
    import html

    from nst_helpers.extras import require

    require("lessons", "IPython")
    from IPython.display import display

    text = "\n".join(lines)
    display({"text/html": folded_html(folded, f"<pre>{html.escape(text)}</pre>"), "text/plain": text}, raw=True)


def _plain_ticks(figure, least=1e-3, most=1e6):
    """Logarithmic axes of a few decades say 0.2, 3 and 10,000: matplotlib's 2×10⁻¹ is hard to read at a glance."""
    from matplotlib.ticker import LogFormatterSciNotation

    for axes in figure.axes:
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            if not isinstance(axis.get_major_formatter(), LogFormatterSciNotation) or low < least or high > most:
                continue
            between = "2346" if high < 7 * low else "25" if high < 200 * low else ""  # first digits that are written
            axis.set_major_formatter(lambda x, _: f"{x:,.7g}")
            axis.set_minor_formatter(lambda x, _, between=between: f"{x:,.7g}" if f"{x:.0e}"[0] in between else "")


def show_images(images: "Sequence[npt.ArrayLike]", titles: Sequence[str], caption: str = "", signed: bool = False,
                photo: bool = False, folded: str | None = None, alt: str | None = None) -> None:
    """A row of pictures, each with its title; (height, width, 3) 0–255, or (height, width) maps.

    photo: for photographs and paintings: drawn smoothly, and stored as JPEG. caption, folded, alt: as in `show`.
    """
    import numpy as np

    shares = [np.shape(image)[1] / np.shape(image)[0] for image in images]  # width over height
    size = 9, 0.35 + 9 / sum(shares) if sum(shares) > 2 else 4.5
    figure, axes = subplots(1, len(images), size=size, squeeze=False, width_ratios=shares)
    for axis, image, title in zip(axes[0], images, titles, strict=True):
        draw_image(axis, image, title, signed, smooth=photo)
    show(figure, caption, photo, folded, alt)


def png(figure: "Figure") -> bytes:
    """The bytes of a PNG: the same figure gives the same bytes."""
    return saved(figure, format="png", metadata={"Software": None})


def jpeg(figure: "Figure") -> bytes:
    """The bytes of a JPEG: small enough for a row of photographs."""
    return saved(figure, format="jpeg", pil_kwargs={"quality": 88, "progressive": True, "optimize": True})


def saved(figure: "Figure", **options: Any) -> bytes:
    """The bytes of a figure's file, its words in the language in use; the options are those of `Figure.savefig`."""
    import matplotlib

    file = io.BytesIO()
    style: Any = fonts.settings()
    with matplotlib.rc_context(style):
        if language() != "en":
            _speak(figure)
        figure.savefig(file, **options)
    return file.getvalue()


def _speak(figure):
    """Put the words of a figure into the language in use; those of ticks are held by what writes them."""
    from matplotlib.category import StrCategoryFormatter
    from matplotlib.text import Text
    from matplotlib.ticker import FuncFormatter

    family = fonts.settings().get("font.family")
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            # As set(xticklabels=…) makes it, or bars over words.
            if isinstance(old := axis.get_major_formatter(), FuncFormatter | StrCategoryFormatter):
                axis.set_major_formatter(lambda x, place, old=old: fonts.drawn(old(x, place)))
            if family:  # the labels are empty until they are drawn
                axis.set_tick_params(which="both", labelfontfamily=family)
    for text in figure.findobj(Text):
        if text.get_text():
            text.set_text(fonts.drawn(text.get_text()))
            if family and text.get_fontfamily() != ["monospace"]:
                # Of formulas matplotlib takes the letters of the first face alone.
                text.set_fontfamily(family[::-1] if "$" in text.get_text() else family)


def _frame(row, column):
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=BLUE, linewidth=3)
