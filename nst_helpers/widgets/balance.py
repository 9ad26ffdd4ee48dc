"""The ratio of style to content, over pictures that are handed in, and live."""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.plots import BLUE, ORANGE
from nst_helpers.widgets.base import Drawing, Panel, encoded, font, pillow
from nst_helpers.widgets.live import Live

WIDTH, CHART = 520, 250  # pixels: of the picture, of the chart beside it


def balance(rungs: Mapping, live: Callable | None = None) -> ipywidgets.Widget:
    """A slider for β/α: the picture for it, and where it stands between content and style.

    Args:
        rungs: {β/α: (image (height, width, 3), content loss, style loss)}, in any order.
        live: β/α → iterator of (share done, image, content loss, style loss), for ratios that lie between; None
            for a panel without a button.

    controls: "ratio".
    """
    ratios = sorted(rungs)
    slider = ipywidgets.FloatLogSlider(
        ratios[len(ratios) // 2], base=10, min=float(np.log10(ratios[0])), max=float(np.log10(ratios[-1])), step=0.05,
        description="style over content, β/α", style={"description_width": "12em"}, layout={"width": "34em"})

    def draw(ratio):
        picture, words = draw_rung(rungs, nearest(ratios, ratio))
        between = "" if nearest(ratios, ratio) == ratio else f" (the nearest to {ratio:.2g} of those made before)"
        return Drawing(picture, words + between)

    panel = Panel(draw, {"ratio": slider})
    if live is None:
        return panel

    def job(ratio):
        for share, *rung in live(ratio):
            yield share, draw_rung({**rungs, ratio: rung}, ratio)

    return Live(panel, job, "paint this ratio now")


def nearest(ratios: Sequence[float], ratio: float) -> float:
    """The ratio among these that is nearest, by factors.

    >>> nearest([1, 10, 100], 4)
    10
    """
    return min(ratios, key=lambda other: abs(np.log(other / ratio)))


def draw_rung(rungs: Mapping, ratio: float) -> Drawing:
    """The picture of one ratio, and all ratios as points in the plane of content loss and style loss."""
    image, content, style = rungs[ratio]
    picture = pillow(image)
    height = round(WIDTH * picture.height / picture.width)
    canvas = Image.new("RGB", (WIDTH + CHART + 44, max(height, CHART)), "white")
    canvas.paste(picture.resize((WIDTH, height), Image.Resampling.BICUBIC), (0, 0))
    points = np.log([[rung[1], rung[2]] for rung in rungs.values()])
    low, high = points.min(axis=0), points.max(axis=0)
    pen, left, top, side = ImageDraw.Draw(canvas), WIDTH + 84, 16, CHART - 60
    pen.rectangle((left, top, left + side, top + side), outline="#cccccc")

    def place(rung):
        x, y = (np.log([rung[1], rung[2]]) - low) / np.maximum(high - low, 1e-9)
        return left + 8 + x * (side - 16), top + side - 8 - y * (side - 16)

    pen.line([place(rungs[other]) for other in sorted(rungs)], fill="#999999", width=1)
    for number, (other, rung) in enumerate(sorted(rungs.items(), key=lambda pair: pair[0])):
        x, y = place(rung)
        radius, color = (8, ORANGE) if other == ratio else (4, BLUE)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
        right = x < left + side / 2  # the number stands inside the frame
        pen.text((x + (12 if right else -12), y + (6 if number % 2 else -6)), f"{other:g}", fill="#444444",
                 font=font(12), anchor="lm" if right else "rm")
    _axis(pen, canvas, (left, top, side), np.exp(low), np.exp(high))
    return Drawing(encoded(canvas), f"β/α = {ratio:.3g}: content loss {content:.2g}, style loss {style:.2g}")


def _axis(pen, canvas, box, low, high):
    """Names and end values of both logarithmic axes; the numbers at the points are ratios."""
    left, top, side = box
    bottom = top + side
    for x, value, anchor in ((left + 8, low[0], "ma"), (left + side - 8, high[0], "ma")):
        pen.text((x, bottom + 5), f"{value:.2g}", fill="#444444", font=font(12), anchor=anchor)
    pen.text((left + side / 2, bottom + 5), "content loss →", fill="#444444", font=font(13), anchor="ma")
    for y, value in ((bottom - 8, low[1]), (top + 8, high[1])):
        pen.text((left - 5, y), f"{value:.2g}", fill="#444444", font=font(12), anchor="rm")
    label = Image.new("RGB", (side, 20), "white")
    ImageDraw.Draw(label).text((side / 2, 2), "style loss →", fill="#444444", font=font(13), anchor="ma")
    canvas.paste(label.rotate(90, expand=True), (left - 74, top))
