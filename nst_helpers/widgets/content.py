"""The widget of lesson 03: a photograph rebuilt from one layer's feature maps, step by step, or live."""

import math
from functools import cache

import ipywidgets
import numpy as np
from PIL import Image

from nst_helpers.images import load_image, noise_image
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded
from nst_helpers.widgets.live import Live

HELPED, ALONE = "with help", "content loss alone"
PHOTOGRAPHS = ("cat", "astronaut", "coffee", "raccoon", "temple")
HEIGHT, WIDTH = 128, 192
TOPS = {"astronaut": 4}  # where the window begins; by default in the middle
STEPS, EVERY = 200, 5
SHEETS = {HELPED: 5, ALONE: 1}  # sheet k is a picture in blocks of 2ᵏ × 2ᵏ pixels
RATE = {HELPED: 6.0, ALONE: 20.0}
RANGE = {HELPED: (-510.0, 510.0), ALONE: (0.0, 255.0)}  # of the values on a sheet
SMOOTHNESS = {HELPED: 0.02, ALONE: 0.0}  # weight of the total variation, which fades
FADE, TV_EPSILON = 0.02, 10.0
LIMITS = (1, 2, 5, 10, 20, 40, 80, 160, 255)  # of the pixel error: in words that are the same on every processor


# The computation


def rebuild(photo, layer, how=HELPED, steps=STEPS, seed=0):
    """Change a noise picture until its feature maps are the photograph's.

    Args:
        photo: image (height, width, 3), 0–255. layer: as in "conv4_2". steps: of the optimizer. seed: of the noise.
        how: HELPED: the picture is a stack of sheets from fine to coarse, added up, and has to be smooth at
            first; ALONE: it is its pixels, and nothing but the content loss decides.

    Returns:
        An iterator of images: the noise, then one after each step.
    """
    from nst_helpers.backend import tf
    from nst_helpers.optimizers import Adam

    photo = np.asarray(photo, np.float32)
    start = np.zeros((SHEETS[how], *photo.shape), np.float32)
    start[0] = noise_image(*photo.shape[:2], seed)
    stack, step = tf.constant(start), _stepper(photo, layer, how)
    state = Adam(1.0).init(stack)._replace(t=tf.constant(0.0))
    yield start[0]
    for number in range(steps):
        done = number / steps
        rate = RATE[how] * (1 + math.cos(math.pi * done)) / 2
        stack, state = step(stack, state, tf.constant(rate), tf.constant(SMOOTHNESS[how] * FADE**done))
        yield np.clip(add_up(stack).numpy(), 0, 255)


def add_up(stack):
    """The picture of a stack (sheets, height, width, 3): sheet k in blocks of 2ᵏ × 2ᵏ, enlarged; their sum."""
    from nst_helpers.backend import tf

    image = stack[0]
    for k in range(1, stack.shape[0]):
        blocks = tf.nn.avg_pool2d(stack[k][None], 2**k, 2**k, "SAME")
        image = image + tf.image.resize(blocks, stack.shape[1:3], "bicubic")[0]
    return image


def _stepper(photo, layer, how):
    """(stack, state, rate, smoothness) → (stack, state): one step, compiled."""
    from nst_helpers.backend import tf
    from nst_helpers.losses import content_loss, total_variation
    from nst_helpers.optimizers import Adam

    network, pixels = _network(), photo.shape[0] * photo.shape[1]
    content_features = network(photo, layer)[layer]
    nothing = content_loss(tf.zeros_like(content_features), content_features)  # ½ Σ C²

    @tf.function
    def step(stack, state, rate, smoothness):
        with tf.GradientTape() as tape:
            tape.watch(stack)
            image = add_up(stack)
            loss = content_loss(network(image, layer)[layer], content_features) / nothing
            if SMOOTHNESS[how]:
                loss += smoothness * total_variation(image, TV_EPSILON) / pixels
        stack, state = Adam(rate).step(stack, tape.gradient(loss, stack), state)
        return tf.clip_by_value(stack, *RANGE[how]), state

    return step


@cache
def _network():
    from nst_helpers.networks import load_network

    return load_network("compact")


@cache
def middle_of(name):
    """128×192 pixels of a shipped photograph, from its middle or where the face is: small, so quick."""
    from nst_helpers.networks import data_folder

    image = load_image(data_folder() / "content" / f"{name}.jpg", 256)
    top, left = TOPS.get(name, (image.shape[0] - HEIGHT) // 2), (image.shape[1] - WIDTH) // 2
    return image[top : top + HEIGHT, left : left + WIDTH]


# The widget


def layer_slider(computed, of="cat", job=None, photo=None):
    """The layer slider: what was computed before, at once; anything else live, behind a button.

    Args:
        computed: {HELPED or ALONE: {layer: {step: image}}} of the photograph `of`; layers and steps are everywhere
            the same.
        of: name of that photograph; it comes first in the list.
        job: what computes live, for tests; by default `live_job`.
        photo: the photograph `of` at the size of what was computed; by default `middle_of(of)`.

    controls: "layer", "step", "how", "photograph".
    """
    photo = middle_of(of) if photo is None else photo
    layers = list(next(iter(computed.values())))
    steps = list(computed[next(iter(computed))][layers[0]])
    controls = {"layer": _choice("layer", layers, "conv4_2" if "conv4_2" in layers else layers[-1]),
                "step": _choice("step", steps, steps[-1]),
                "how": dropdown("how", list(computed)),
                "photograph": dropdown("photograph", (of, *(name for name in PHOTOGRAPHS if name != of)))}

    def draw(layer, step, how, photograph):
        if photograph == of:
            return draw_rebuilt(photo, computed[how][layer][step], layer, step)
        return draw_not_yet(middle_of(photograph), layer)

    return Live(Panel(draw, controls), job or live_job, "rebuild it now")


def live_job(layer, step, how, photograph):
    """The live computation: (share done, Drawing) at the start, after every few steps, and at the end."""
    photo = middle_of(photograph)
    for number, image in enumerate(rebuild(photo, layer, how)):
        if number % EVERY == 0:
            yield number / STEPS, draw_rebuilt(photo, image, layer, number)


def draw_rebuilt(photo, image, layer, step):
    """The photograph and what was rebuilt from one layer, side by side."""
    error = float(np.abs(image - photo).mean())
    limit = next(limit for limit in LIMITS if error <= limit)
    words = (f"Left: the photograph. Right: rebuilt from {layer} alone, after {step} steps; its pixels are off by "
             f"less than {limit} grey levels on average.")
    return Drawing(_pair(photo, image), words)


def draw_not_yet(photo, layer):
    """The photograph beside the noise: nothing was computed for this choice."""
    words = f"Not rebuilt from {layer} yet: press the button to start from the noise at the right."
    return Drawing(_pair(photo, noise_image(*photo.shape[:2], 0)), words)


def _pair(left, right, gap=6, least=320):
    """Two pictures of one size beside each other as a JPEG file; small ones enlarged to at least so many pixels."""
    zoom = -(-least // left.shape[1])
    white = np.full((len(left), gap, 3), 255, np.float32)
    pair = np.clip(np.rint(np.concatenate([left, white, right], axis=1)), 0, 255).astype(np.uint8)
    picture = Image.fromarray(pair)
    picture = picture.resize((zoom * picture.width, zoom * picture.height), Image.Resampling.BICUBIC)
    return encoded(picture, "JPEG")


def _choice(label, options, value):
    """A slider over names, or over numbers that are not evenly spaced."""
    wide = {"width": "30em", "max_width": "100%"}
    return ipywidgets.SelectionSlider(options=options, value=value, description=label, layout=wide,
                                      style={"description_width": "9em"})
