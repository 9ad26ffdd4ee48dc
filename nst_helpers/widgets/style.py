"""The weights of the layers, their balance, and the texture that they weave."""

import math
from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.arrays import Image as Picture
from nst_helpers.experiments.painting import STYLE_LAYERS as LAYERS
from nst_helpers.experiments.weaving import weaving
from nst_helpers.networks import FeatureNetwork
from nst_helpers.plots import COLORS
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded, font, pillow, slider
from nst_helpers.widgets.live import Live

SHOWN, NAMES, TRACK, FULL = 340, 96, 180, 240  # pixels: texture, layers' names, weights' scale, a bar of 100 %
TOP, ROW, GRAY = 62, 58, "#444444"


def layer_weights_panel(network: FeatureNetwork, style: Picture, losses: Mapping[str, float],
                        choices: Mapping) -> ipywidgets.Widget:
    """Five sliders for w_l, the balance they give, and textures: some at once, any by the button.

    Args:
        losses: {layer: E_l} of the picture whose balance is shown.
        choices: {name: ({layer: w_l}, texture)}, made before.

    controls: "choice", and the layers' names: log₃ of each weight, where the least is off.
    """
    names = [*choices, OWN]
    controls: dict[str, Any] = {"choice": dropdown("texture", names, names[0])}
    for layer in LAYERS:
        controls[layer] = slider(f"{layer}: log₃ w", float(OFF), OFF, 6, step=0.5)
    store = {name: picture for name, (_, picture) in choices.items()}

    def draw(choice, **powers):
        return draw_balance(store.get(choice), choice, weights_of(powers), losses)

    _set(controls, choices[names[0]][0])
    panel = Panel(draw, controls)

    def chosen(change):
        if change["new"] in choices:
            with panel.together():
                _set(controls, choices[change["new"]][0])

    def moved(change):
        if not panel.held:
            controls["choice"].value = OWN

    controls["choice"].observe(chosen, "value")
    for layer in LAYERS:
        controls[layer].observe(moved, "value")

    def job(choice, **powers):
        weights = weights_of(powers)
        for share, picture in weaving(network, style, weights):
            store[OWN] = picture
            yield share, draw_balance(picture, OWN, weights, losses)

    return Live(panel, job, "weave with these weights")


OWN, OFF = "my own weights", -3


def weights_of(powers: Mapping[str, float]) -> dict[str, float]:
    """{layer: log₃ w} → {layer: w}; OFF is 0."""
    return {layer: 3.0**power if power > OFF else 0.0 for layer, power in powers.items()}


def _set(controls, weights):
    for layer in LAYERS:
        weight = weights.get(layer, 0.0)
        controls[layer].value = round(2 * math.log(weight, 3)) / 2 if weight else OFF


def draw_balance(picture: Picture | None, name: str, weights: Mapping[str, float],
                 losses: Mapping[str, float]) -> Drawing:
    """A texture, the weight of each layer on a scale of powers of three, and its share of the style loss as a bar."""
    canvas = Image.new("RGB", (SHOWN + NAMES + TRACK + FULL + 110, SHOWN + 30), "white")
    pen = ImageDraw.Draw(canvas)
    pen.text((0, 4), f"texture: {name}", "black", font(15))
    if picture is None:
        pen.rectangle((0, 30, SHOWN, 30 + SHOWN), "#eeeeee")
        pen.text((SHOWN / 2, 30 + SHOWN / 2), "press the button", GRAY, font(15), anchor="mm")
    else:
        canvas.paste(pillow(picture).resize((SHOWN, SHOWN), Image.Resampling.BICUBIC), (0, 30))
    parts = np.array([weights[layer] * losses[layer] for layer in LAYERS])
    shares = parts / parts.sum() if parts.sum() else parts
    for row, layer in enumerate(LAYERS):
        pen.text((SHOWN + NAMES - 14, TOP + ROW * row + 16), layer, "black", font(15), anchor="rm")
    _weights(pen, SHOWN + NAMES, weights)
    _shares(pen, SHOWN + NAMES + TRACK + 50, shares)
    told = ", ".join(f"{layer} {100 * share:.0f} %" for layer, share in zip(LAYERS, shares, strict=True))
    return Drawing(encoded(canvas), f"{name}: shares {told}")


def _weights(pen, left, weights):
    """Where each slider stands."""
    pen.text((left, 30), "weight w of the layer", "black", font(15))
    for power, text in ((OFF, "0"), (0, "1"), (3, "27"), (6, "729")):
        x = left + TRACK * (power - OFF) / (6 - OFF)
        pen.line((x, TOP - 4, x, TOP + ROW * len(LAYERS) - 22), "#dddddd", 1)
        pen.text((x, TOP + ROW * len(LAYERS) - 18), text, GRAY, font(14), anchor="ma")
    for row, layer in enumerate(LAYERS):
        weight, y = weights[layer], TOP + ROW * row + 16
        power = min(6.0, max(float(OFF), math.log(weight, 3))) if weight else float(OFF)
        x = left + TRACK * (power - OFF) / (6 - OFF)
        pen.line((left, y, left + TRACK, y), "#999999", 3)
        pen.ellipse((x - 8, y - 8, x + 8, y + 8), GRAY)
        pen.text((x, y - 11), f"{weight:.3g}", "black", font(14), anchor="mb")


def _shares(pen, left, shares):
    pen.text((left, 30), "share of the temple's style loss", "black", font(15))
    for row, share in enumerate(shares):
        top = TOP + ROW * row
        pen.rectangle((left, top, left + FULL * share, top + 34), COLORS[row])
        pen.text((left + FULL * share + 6, top + 17), f"{100 * share:.0f} %", "black", font(15), anchor="lm")
