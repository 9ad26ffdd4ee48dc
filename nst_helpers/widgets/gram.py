"""An entry of the Gram matrix, and everything it is made of."""

from collections.abc import Sequence
from functools import cache

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.arrays import Features, Gram
from nst_helpers.arrays import Image as Picture
from nst_helpers.experiments.maps import angle_between, closest_pair, feature_maps, shuffle_positions
from nst_helpers.losses import gram_matrix
from nst_helpers.plots import BLUE, ORANGE
from nst_helpers.shipped import shipped_picture
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded, font, pillow, slider

LAYER = "conv2_1"
STYLES = ("night_swirls", "great_waves", "marbling", "stained_glass")
SIZE = 160  # pixels of the picture's longer side
TABLE, MAP, BAR = 480, 240, 14  # pixels of the drawn Gram matrix, of each map, and of the colour bar's width
HEAT = "viridis"  # of the Gram matrix; feature maps are grey, as in all lessons


def gram_explorer(styles: Sequence[str] = STYLES) -> Panel:
    """Choose an entry (i, j) of G and see both maps, their product, the scatter and the number.

    controls: "style", "i", "j" (channels), and "shuffled" (all positions, in every map alike).
    """
    features = feature_maps(styles[0], LAYER, size=SIZE)
    i, j = closest_pair(features)
    last = features.shape[2] - 1
    controls = {"style": dropdown("style picture", styles),
                "i": slider("channel i (row)", i, 0, last), "j": slider("channel j (column)", j, 0, last),
                "shuffled": ipywidgets.Checkbox(False, description="shuffle all positions",
                                                style={"description_width": "9em"}, layout={"width": "30em"})}
    return Panel(lambda style, i, j, shuffled: draw_entry(*_prepared(style, shuffled), i, j, shuffled,
                                                          shipped_picture(style, SIZE)), controls)


def draw_entry(features: Features, gram: Gram, i: int, j: int, shuffled: bool = False,
               image: Picture | None = None) -> Drawing:
    """The entry (i, j) of the Gram matrix, and all that it is made of.

    Args:
        features: (height, width, channels), none below zero. gram: theirs, divided by the number of positions.
        i, j: channels. shuffled: say that the positions of these features have been shuffled.
        image: the picture that the features were made of, shown beside them.
    """
    first, second = features[:, :, i], features[:, :, j]
    canvas = Image.new("RGB", (TABLE + 3 * MAP + 180, 580), "white")
    pen = ImageDraw.Draw(canvas)
    _table(canvas, pen, gram, i, j)
    left, middle, right = (TABLE + 112 + k * (MAP + 22) for k in range(3))
    if image is not None:
        canvas.paste(_enlarged(pillow(image), MAP, MAP), (left, 40))
        pen.text((left, 10), "the picture", "black", font(18))
    _map(canvas, pen, middle, 40, first, f"map i = {i}", BLUE)
    _map(canvas, pen, right, 40, second, f"map j = {j}", ORANGE)
    _map(canvas, pen, left, 318, first * second, "product of i and j", "black")
    _scatter(canvas, pen, middle, 318, first.ravel(), second.ravel())
    _arrows(pen, right, 318, gram, i, j)
    return Drawing(encoded(canvas, "PNG"), _words(gram, i, j, shuffled))


@cache
def _prepared(name, shuffled):
    """The features, shuffled or not, and the Gram matrix computed from just these."""
    features = feature_maps(name, LAYER, size=SIZE)
    features = shuffle_positions(features) if shuffled else features
    return features, gram_matrix(features, normalized=True).numpy()


def _words(gram, i, j, shuffled):
    share, angle = angle_between(gram, i, j)
    order = "The positions are shuffled: the maps are gone, the number is not. " if shuffled else ""
    meaning = ("the mean square of one map." if i == j else
               f"lengths {gram[i, i] ** 0.5:.3g} and {gram[j, j] ** 0.5:.3g}, times the cosine {share:.2f} "
               f"of an angle of {angle:.0f}°.")
    return f"{order}G({i}, {j}) / M = {gram[i, j]:.3g}: {meaning}"


def _table(canvas, pen, gram, i, j):
    """G as a square of coloured cells; brightness is the root, so that weak entries are seen too: the bar says so."""
    left, top, cell = 18, 40, TABLE / len(gram)
    light = np.sqrt(np.maximum(gram, 0) / max(float(gram.max()), 1e-12))
    canvas.paste(_enlarged(_heat(light), TABLE, TABLE), (left, top))
    pen.text((left, 10), "Gram matrix: which channels respond together", "black", font(18))
    _bar(canvas, pen, left + TABLE + 10, top, float(gram.max()))
    y, x = top + i * cell, left + j * cell
    pen.line((left, y + cell / 2, x, y + cell / 2), BLUE, 2)
    pen.line((x + cell / 2, top, x + cell / 2, y), ORANGE, 2)
    pen.rectangle((x - 3, y - 3, x + cell + 2, y + cell + 2), outline="white", width=5)
    pen.rectangle((x - 2, y - 2, x + cell + 1, y + cell + 1), outline=ORANGE, width=3)
    pen.text((left, top + TABLE + 8), "row: channel i", BLUE, font(17))
    pen.text((left + TABLE, top + TABLE + 8), "column: channel j", ORANGE, font(17), anchor="ra")
    pen.text((left, top + TABLE + 30), f"framed: G({i}, {j}) / M = {gram[i, j]:.3g}", "black", font(22))


def _bar(canvas, pen, left, top, most):
    """The colours from 0 to the largest entry; halfway up is a quarter of it, since brightness is the root."""
    light = np.repeat(np.linspace(1, 0, TABLE)[:, None], BAR, axis=1)
    canvas.paste(_heat(light), (left, top))
    pen.rectangle((left - 1, top - 1, left + BAR, top + TABLE), outline="#999999")
    for height, anchor in ((1.0, "lt"), (0.75, "lm"), (0.5, "lm"), (0.25, "lm"), (0.0, "lb")):
        value = f"{most * height**2:.3g}"
        pen.text((left + BAR + 6, top + TABLE * (1 - height)), value, "black", font(15), anchor=anchor)


def _map(canvas, pen, left, top, values, title, color):
    most = max(float(np.quantile(values, 0.995)), 1e-9)
    light = values / most
    canvas.paste(_enlarged(pillow(255 * light), MAP, MAP), (left, top))
    pen.rectangle((left - 3, top - 3, left + MAP + 2, top + MAP + 2), outline=color, width=3)
    pen.text((left, top - 30), title, color, font(18))
    pen.text((left + MAP, top - 26), f"white: {most:.2g}", "#444444", font(14), anchor="ra")


def _scatter(canvas, pen, left, top, first, second):
    """How often each pair of activations occurs: a dot for a position, darker where many fall together."""
    size = MAP // 2
    most = max(float(np.quantile(first, 0.998)), 1e-9), max(float(np.quantile(second, 0.998)), 1e-9)
    column = np.clip(first / most[0] * (size - 1), 0, size - 1).astype(int)
    row = size - 1 - np.clip(second / most[1] * (size - 1), 0, size - 1).astype(int)
    counts = np.bincount(row * size + column, minlength=size * size).reshape(size, size)
    ink = np.minimum(1, 0.35 * np.sqrt(counts))[..., None]
    dots = np.rint(255 + ink * (np.array([60, 20, 90]) - 255)).astype(np.uint8)
    canvas.paste(_enlarged(Image.fromarray(dots), MAP, MAP), (left, top))
    pen.rectangle((left - 1, top - 1, left + MAP, top + MAP), outline="#999999")
    pen.text((left, top - 30), "a dot for each position", "black", font(18))
    pen.text((left + MAP, top + MAP + 1), f"activation in map i, 0 to {most[0]:.2g}", BLUE, font(15), anchor="ra")
    told = f"activation in map j, 0 to {most[1]:.2g}"
    pen.rectangle((left + 1, top + 1, left + MAP - 1, top + 24), "white")  # the words are not written over dots
    pen.text((left + 6, top + 4), told, ORANGE, font(15))


def _arrows(pen, left, top, gram, i, j):
    """The two maps as arrows: lengths like the roots of G_ii and G_jj, at the angle that G_ij tells."""
    _, angle = angle_between(gram, i, j)
    longest, turn = float(np.sqrt(max(gram[i, i], gram[j, j]))) or 1.0, np.radians(angle)
    start, reach = (left + 12, top + MAP - 12), MAP - 30
    pen.rectangle((left - 1, top - 1, left + MAP, top + MAP), outline="#999999")
    pen.text((left, top - 30), f"angle {angle:.0f}°", "black", font(18))
    for length, direction, color, name in ((gram[i, i], 0.0, BLUE, "i"), (gram[j, j], turn, ORANGE, "j")):
        length = reach * float(np.sqrt(length)) / longest
        end = start[0] + length * np.cos(direction), start[1] - length * np.sin(direction)
        pen.line((*start, *end), color, 5)
        pen.ellipse((end[0] - 7, end[1] - 7, end[0] + 7, end[1] + 7), color)
        pen.text((end[0] + 2, end[1] - 12), name, color, font(18), anchor="lb")
    pen.arc((start[0] - 40, start[1] - 40, start[0] + 40, start[1] + 40), -angle, 0, "#555555", 2)


def _heat(light):
    """Values from 0 to 1 as colours."""
    return Image.fromarray((255 * _colors()[np.clip(255 * light, 0, 255).astype(int)]).astype(np.uint8))


@cache
def _colors():
    import matplotlib

    return matplotlib.colormaps[HEAT](np.arange(256))[:, :3]


def _enlarged(picture, width, height):
    return picture.resize((width, height), Image.Resampling.NEAREST)
