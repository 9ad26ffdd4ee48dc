"""Colour profiles (ICC): the numbers of a camera's, a telephone's or a scanner's own colours, turned into sRGB's."""

import io

import numpy as np
from PIL import Image, ImageCms

_SPACES = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK"}  # of profiles, and Pillow's modes for such pixels


def in_srgb(picture: Image.Image, profile: bytes | None) -> tuple[Image.Image, str]:
    """The picture in RGB (F stays F where it has no profile), and what is wrong with its profile, or "".

    Args:
        picture: of mode L, RGB, CMYK or LAB, or F for gray with fractions, 0–255.
        profile: as it stands in the file, or None.
    """
    if picture.mode == "LAB":
        return _converted(picture, ImageCms.createProfile("LAB")), ""
    if not profile:
        return _without(picture), ""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space: str = source.profile.xcolor_space  # pyright: ignore[reportAttributeAccessIssue]: mistaken for a file
        if picture.mode == "F":
            return _by_table(picture, source, _SPACES[space]), ""
        if picture.mode != _SPACES[space]:
            picture = _other_mode(picture, _SPACES[space])
        return _converted(picture, source), ""
    except Exception:  # damaged, cut off, without the tables that it needs, or for another kind of pixel
        return _without(picture), "its colour profile cannot be used and is ignored; its colours may be a little off"


def _without(picture):
    return picture if picture.mode == "F" else picture.convert("RGB")


def _converted(picture, source):
    converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    if converted is None:  # only where it is asked to work in place
        raise ValueError
    return converted


def _other_mode(picture, mode):
    """Gray pixels under a profile for colours, which many programs write, or gray ones that Pillow reads as colours."""
    if "CMYK" in (picture.mode, mode):
        raise ValueError("ink and light have no profile in common")
    if mode == "L" and np.ptp(np.asarray(picture), axis=2).any():
        raise ValueError("colours under a profile for grays")
    return picture.convert(mode)


def _by_table(picture, source, mode):
    """Gray with fractions, which the library for profiles does not take: between the colours of the 256 whole grays.

    Returns:
        F where the colours are grays, else RGB.
    """
    steps = Image.fromarray(np.arange(256, dtype=np.uint8)[np.newaxis])
    steps = steps if mode == "L" else _other_mode(steps, mode)
    table = np.asarray(_converted(steps, source), float)[0]
    values = np.clip(np.asarray(picture), 0, 255)
    channels = [np.interp(values, np.arange(256), table[:, channel]).astype(np.float32) for channel in range(3)]
    if np.ptp(table, axis=1).max() <= 1:  # a rounding apart
        return Image.fromarray(channels[1])
    return Image.fromarray(np.rint(np.stack(channels, axis=2)).astype(np.uint8))
