"""How a picture formed, as a short film."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from nst_helpers.arrays import Frame
from nst_helpers.images import resize_image, to_uint8
from nst_helpers.system import write_whole

FRAME_SIZE = 240  # pixels, longer side


def save_animation(frames: Sequence[Frame], path: Path, seconds: float = 6.0) -> None:
    """How a picture formed, as an animated .gif or .webp that ends with a pause; written whole or not at all.

    Args:
        frames: pictures (height, width, 3) uint8, of different size too; each is brought to the last one's.
        path: where. seconds: how long it takes.
    """
    height, width = frames[-1].shape[:2]
    same = [Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC) for frame in frames]
    pace = max(20, round(1000 * seconds / len(same)))
    file = io.BytesIO()
    same[0].save(file, path.suffix.lstrip(".").upper(), save_all=True, append_images=same[1:], loop=0,
                 duration=[pace] * (len(same) - 1) + [2000])
    write_whole(path, file.getvalue())


def small_frame(image: np.ndarray, size: int = FRAME_SIZE) -> Frame:
    """A picture (height, width, 3) as a film's frame: uint8, its longer side at most `size` pixels."""
    factor = min(1.0, size / max(image.shape[:2]))
    small = resize_image(image, max(1, round(image.shape[0] * factor)), max(1, round(image.shape[1] * factor)))
    return to_uint8(small)
