"""The widget of lesson 05: the weights of the layers, their balance, and the texture that they weave."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.arrays import Image as Picture
from nst_helpers.images import noise_image, resize_image, to_uint8
from nst_helpers.networks import FeatureNetwork
from nst_helpers.plots import COLORS
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded, font, slider
from nst_helpers.widgets.live import Live

LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")
ITERATIONS = (70, 90)  # at half the size, at the whole
RATE = 6.0  # Adam's learning rate at the start of each size
SHOWN, BARS = 300, 420  # pixels: the texture, the bars beside it


# Textures


@lru_cache(maxsize=2)
def pull(network: FeatureNetwork) -> Callable:
    """(picture, Gram matrices, weights) → (gradient of Σ w_l E_l, the loss), for all of LAYERS; compiled once."""
    from nst_helpers.backend import tf
    from nst_helpers.losses import gram_distance, gram_matrix

    number = tf.TensorSpec((), tf.float32)
    matrices = {layer: tf.TensorSpec((network.channels(layer),) * 2, tf.float32) for layer in LAYERS}

    @tf.function(input_signature=[tf.TensorSpec((None, None, 3), tf.float32), matrices, dict.fromkeys(LAYERS, number)])
    def gradient(picture, grams, weights):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            features = network(picture, LAYERS)
            loss = tf.add_n([weights[layer] * gram_distance(gram_matrix(features[layer], normalized=True), grams[layer])
                             for layer in LAYERS])
        return tape.gradient(loss, picture), loss

    return gradient


def steps_of(network: FeatureNetwork, picture: np.ndarray, style: Picture, weights: Mapping[str, float],
             iterations: int) -> Iterator[Picture]:
    """The picture after each step of Adam towards the style's Gram matrices; η falls along half a cosine.

    Args:
        picture: where to begin, (height, width, 3). style: an image of any size.
        weights: {layer: w_l}; a layer of LAYERS that is not in it counts nothing.
    """
    from nst_helpers.backend import tf
    from nst_helpers.losses import gram_matrix
    from nst_helpers.optimizers import Adam

    grams = {layer: gram_matrix(features, normalized=True) for layer, features in network(style, LAYERS).items()}
    of_layer = {layer: tf.constant(weights.get(layer, 0.0), tf.float32) for layer in LAYERS}
    gradient_of, picture = pull(network), np.asarray(picture, np.float32)
    state = Adam(RATE).init(picture)
    for number in range(iterations):
        gradient = gradient_of(picture, grams, of_layer)[0].numpy()
        rate = RATE * (1 + math.cos(math.pi * number / iterations)) / 2
        picture, state = Adam(rate).step(picture, gradient, state)
        picture = np.clip(picture, 0, 255).astype(np.float32)
        yield picture


def weaving(network: FeatureNetwork, style: Picture, weights: Mapping[str, float]) -> Iterator[tuple[float, Picture]]:
    """All pictures on the way to a texture, at half the style's size and then at the whole: (share done, picture)."""
    height, width, done = *style.shape[:2], 0
    picture = noise_image(height // 2, width // 2, seed=0)
    for factor, iterations in zip((0.5, 1), ITERATIONS, strict=True):
        target = resize_image(style, round(height * factor), round(width * factor))
        start = resize_image(picture, *target.shape[:2])
        for step in steps_of(network, start, target, weights, iterations):
            picture, done = step, done + 1
            yield done / sum(ITERATIONS), picture


def weave(network: FeatureNetwork, style: Picture, weights: Mapping[str, float]) -> Picture:
    """A texture with the style's Gram matrices, from noise: (height, width, 3)."""
    *_, (_, picture) = weaving(network, style, weights)
    return picture


# The widget


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
    """A texture, and each layer's share of the style loss as bars."""
    canvas = Image.new("RGB", (SHOWN + BARS + 30, SHOWN + 26), "white")
    pen = ImageDraw.Draw(canvas)
    pen.text((0, 2), name, "black", font(15))
    if picture is None:
        pen.rectangle((0, 26, SHOWN, 26 + SHOWN), "#eeeeee")
        pen.text((SHOWN / 2, 26 + SHOWN / 2), "press the button", "#444444", font(15), anchor="mm")
    else:
        tile = Image.fromarray(to_uint8(picture))
        canvas.paste(tile.resize((SHOWN, SHOWN), Image.Resampling.BICUBIC), (0, 26))
    parts = np.array([weights[layer] * losses[layer] for layer in LAYERS])
    shares = parts / parts.sum() if parts.sum() else parts
    pen.text((SHOWN + 30, 2), "share of the temple's style loss", "black", font(15))
    for row, (layer, share) in enumerate(zip(LAYERS, shares, strict=True)):
        top, left = 36 + 56 * row, SHOWN + 100
        pen.text((left - 8, top + 18), layer, "black", font(14), anchor="rm")
        pen.rectangle((left, top, left + (BARS - 140) * share, top + 36), COLORS[row])
        pen.text((left + (BARS - 140) * share + 6, top + 18), f"{100 * share:.0f} %", "black", font(14), anchor="lm")
    told = ", ".join(f"{layer} {100 * share:.0f} %" for layer, share in zip(LAYERS, shares, strict=True))
    return Drawing(encoded(canvas), f"{name}: shares {told}")
