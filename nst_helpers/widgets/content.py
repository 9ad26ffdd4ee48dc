"""A photograph rebuilt from one layer's feature maps, step by step, or live."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.arrays import Image as Picture
from nst_helpers.experiments.inversion import BOTH, NONE, STEPS, invert, start_image
from nst_helpers.networks import shared_network
from nst_helpers.shipped import picture_names, shipped_picture
from nst_helpers.widgets.base import Drawing, Panel, choice_slider, dropdown, encoded, font, pillow
from nst_helpers.widgets.live import Live

HELPED, ALONE = "smoothness and pyramid", "content loss alone"
HELPS = {HELPED: BOTH, ALONE: NONE}
HEIGHT, WIDTH = 128, 192
TOPS = {"astronaut": 4}  # where the window begins; by default in the middle
EVERY = 5  # steps: so often it is shown
TITLE = 24  # pixels above the pictures, for their names
LIMITS = (1, 2, 5, 10, 20, 40, 80, 160, 255)  # of the pixel error: in words that are the same on every processor


def middle_of(name: str) -> Picture:
    """128×192 pixels of a shipped photograph, from its middle or where the face is: small, so quick."""
    image = shipped_picture(name, 256)
    top, left = TOPS.get(name, (len(image) - HEIGHT) // 2), (len(image[0]) - WIDTH) // 2
    return image[top : top + HEIGHT, left : left + WIDTH]


def layer_slider(computed: Mapping[str, Mapping[str, Mapping[int, Picture]]], of: str = "cat",
                 job: Callable | None = None, photo: Picture | None = None) -> Live:
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
    controls = {"layer": choice_slider("layer", layers, "conv4_2" if "conv4_2" in layers else layers[-1]),
                "step": choice_slider("step", steps, steps[-1]),
                "how": dropdown("how", list(computed)),
                "photograph": dropdown("photograph", picture_names("content", first=of))}

    def draw(layer, step, how, photograph):
        if photograph == of:
            return draw_rebuilt(photo, computed[how][layer][step], layer, step)
        return draw_not_yet(middle_of(photograph), layer)

    return Live(Panel(draw, controls), job or live_job, "rebuild it now")


def live_job(layer: str, step: int, how: str, photograph: str) -> Iterator[tuple[float, Drawing]]:
    """The live computation: (share done, Drawing) at the start, after every few steps, and at the end."""
    photo = middle_of(photograph)
    for number, (image, _) in enumerate(invert(shared_network(), photo, layer, HELPS[how], steps=STEPS)):
        if number % EVERY == 0:
            yield number / STEPS, draw_rebuilt(photo, image, layer, number)


def draw_rebuilt(photo: Picture, image: Picture, layer: str, step: int) -> Drawing:
    """The photograph and what was rebuilt from one layer, side by side."""
    error = float(np.abs(image - photo).mean())
    limit = next(limit for limit in LIMITS if error <= limit)
    words = (f"Left: the photograph. Right: rebuilt from {layer} alone, after {step} steps; its pixels are off by "
             f"less than {limit} grey levels on average.")
    return Drawing(_pair(photo, image, f"rebuilt from {layer}, step {step}"), words)


def draw_not_yet(photo: Picture, layer: str) -> Drawing:
    """The photograph beside the noise: nothing was computed for this choice."""
    words = f"Not rebuilt from {layer} yet: press the button to start from the noise at the right."
    return Drawing(_pair(photo, start_image(*photo.shape[:2]), f"{layer}: not rebuilt yet"), words)


def _pair(left, right, title, gap=6, least=320):
    """The photograph and another picture of its size as a JPEG file; small ones enlarged to at least so many pixels."""
    zoom = -(-least // left.shape[1])
    white = np.full((len(left), gap, 3), 255, np.float32)
    picture = pillow(np.concatenate([left, white, right], axis=1))
    picture = picture.resize((zoom * picture.width, zoom * picture.height), Image.Resampling.BICUBIC)
    named = Image.new("RGB", (picture.width, picture.height + TITLE), "white")
    named.paste(picture, (0, TITLE))
    pen = ImageDraw.Draw(named)
    for x, words in ((0, "the photograph"), (zoom * (left.shape[1] + gap), title)):
        pen.text((x, TITLE - 7), words, fill="#333333", font=font(14), anchor="ls")
    return encoded(named, "JPEG")
