"""A row of pictures to leaf through with a slider: computed before, so it answers at once."""

from PIL import Image

from nst_helpers.images import to_uint8
from nst_helpers.widgets.base import Drawing, Panel, encoded, slider


def film(frames, words, label="picture", start=None, width=480):
    """Pictures under a slider.

    Args:
        frames: images (height, width, 3), 0–255; they may differ in size.
        words: one line for each frame, what to see in it.
        label: of the slider. start: which frame comes first (default: the last).
        width: how many pixels wide all of them are shown.

    controls: "frame".
    """
    last = len(frames) - 1
    controls = {"frame": slider(label, last if start is None else start, 0, last)}
    return Panel(lambda frame: draw_frame(frames[frame], words[frame], width), controls)


def draw_frame(image, words, width):
    """One picture as a JPEG file, enlarged to a width without smoothing."""
    picture = Image.fromarray(to_uint8(image))
    picture = picture.resize((width, round(width * picture.height / picture.width)), Image.Resampling.NEAREST)
    return Drawing(encoded(picture, "JPEG"), words)
