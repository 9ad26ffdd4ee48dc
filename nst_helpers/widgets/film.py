"""A row of pictures to leaf through with a slider: computed before, so it answers at once."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from nst_helpers.arrays import Image as Picture
from nst_helpers.widgets.base import Drawing, Panel, encoded, font, pillow, slider

STRIP = 26  # pixels above a frame, for its words: a stored notebook shows the picture alone


def film(frames: Sequence[Picture], words: Sequence[str], label: str = "picture", start: int | None = None,
         width: int = 480) -> Panel:
    """Pictures under a slider.

    Args:
        frames: images (height, width, 3), 0–255; they may differ in size.
        words: one line for each frame, what to see in it; it stands above the frame too.
        label: of the slider. start: which frame comes first (default: the last).
        width: how many pixels wide all of them are shown.

    controls: "frame".
    """
    last = len(frames) - 1
    controls = {"frame": slider(label, last if start is None else start, 0, last)}

    def draw(frame: int) -> Drawing:
        return draw_frame(frames[frame], words[frame], width)

    return Panel(draw, controls)


def draw_frame(image: Picture, words: str, width: int) -> Drawing:
    """One picture under its words as a JPEG file, brought to a width smoothly: its pixels are no squares to look at."""
    picture = pillow(image)
    picture = picture.resize((width, round(width * picture.height / picture.width)), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", (width, picture.height + STRIP), "white")
    canvas.paste(picture, (0, STRIP))
    ImageDraw.Draw(canvas).text((2, 2), words, "black", font(16))
    return Drawing(encoded(canvas, "JPEG"), words)
