"""Pillow's many kinds of pixels as a few that can be averaged, put over white, and taken apart from their alpha."""

import numpy as np
from PIL import Image, ImageFile

from nst_helpers.errors import ImageError

_WIDER = {"L;2": 85, "L;4": 17}  # PNG's grays of 2 and 4 bits, which Pillow widens to 8; their colour key it does not


def note_key(picture: ImageFile.ImageFile) -> None:
    """Put the one colour that a PNG declares transparent into the numbers that its pixels will have, before `load`."""
    key, kind = picture.info.get("transparency"), picture.tile[0].args if len(picture.tile) == 1 else None
    if kind in _WIDER and isinstance(key, int):
        picture.info["transparency"] = key * _WIDER[kind]
    elif kind == "RGB;16B" and isinstance(key, tuple):  # Pillow keeps the higher 8 bits of 16
        picture.info["transparency"] = tuple(value >> 8 for value in key)


def alpha_of(picture: Image.Image) -> Image.Image | None:
    """How opaque each pixel of a loaded picture is, as mode L; None where nothing in it says so."""
    if not picture.has_transparency_data:
        return None
    if picture.mode.startswith("I"):
        transparent = np.asarray(picture) == picture.info.get("transparency")
        return Image.fromarray(np.where(transparent, 0, 255).astype(np.uint8))
    if picture.mode in ("LA", "La", "PA", "RGBA", "RGBa"):
        return picture.getchannel("A" if picture.mode in ("LA", "PA", "RGBA") else "a")
    return picture.convert("RGBA").getchannel("A")


def ready_to_shrink(picture: Image.Image) -> Image.Image:
    """Every kind of pixel as one that can be averaged: F, L, RGB, CMYK, LAB; with alpha, La or RGBa.

    In La and RGBa the colours are multiplied by their alpha. So the colour that hides under transparent
    pixels cannot leak into the edges as a dark fringe.
    """
    if picture.mode.startswith(("I", "F")):
        return _deep_gray(picture)
    if picture.mode == "LA":
        return picture.convert("La")
    if picture.has_transparency_data:
        return picture.convert("RGBA").convert("RGBa")
    return picture if picture.mode in ("L", "RGB", "CMYK", "LAB") else picture.convert("RGB")


def over_white(picture: Image.Image) -> Image.Image:
    """La and RGBa over white, as L and RGB; others as they are."""
    if picture.mode not in ("La", "RGBa"):
        return picture
    bands = np.asarray(picture)
    alpha = bands[..., -1:]
    color = np.minimum(bands[..., :-1], alpha)  # the filter may have lifted it a little higher
    color += 255 - alpha
    return Image.fromarray(color if color.shape[2] == 3 else color[..., 0])


def _deep_gray(picture):
    values = np.asarray(picture)
    if not np.isfinite(values).all():
        raise ImageError("the picture holds values that are not finite. Save it as PNG in another program.")
    top = values.max()
    whites = (1, 255, 65535) if picture.mode == "F" else (65535,)
    white = next((white for white in whites if top <= white), float(top))
    gray = np.clip(values, 0, None).astype(np.float32) * (255 / white)  # below 0: often “no data”
    gray[values == picture.info.get("transparency")] = 255  # PNG: the one value that means transparent
    return Image.fromarray(gray)
