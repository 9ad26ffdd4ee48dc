"""Textures that were computed before, at sizes and numbers of steps that take too long to wait for.

`make woven` computes what data/woven/recipes.json asks for, and writes for each texture NAME
    NAME.webp   the picture
    NAME.json   its recipe, and what was measured of it before it was compressed
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nst_helpers.arrays import Image
from nst_helpers.errors import SettingsError
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.shipped import shipped_picture


class StoredTexture(NamedTuple):
    """What is kept of a texture."""

    image: Image  # (side, side, 3) float32, 0–255
    style: Image  # the piece of a painting whose Gram matrices it has, of the same shape
    losses: dict  # {network: {layer: E_l}} of the texture; networks are "compact", "plain", "random", "max"
    noise: dict  # the same of noise, where every texture begins
    mean_colour_off: float  # grey levels by which its mean colour differs from the style's, averaged over R, G, B
    layout: float  # correlation of 8×8 cells' mean colours with the style's: 1 is every colour at its old place
    recipe: dict

    def left(self, layer: str, network: str = "compact") -> float:
        """E_l of the texture over E_l of noise: 1 is nothing gained, 0 is reached."""
        return self.losses[network][layer] / self.noise[network][layer]


def piece(style: str, place: Sequence[int]) -> Image:
    """A square piece of a shipped style picture.

    Args:
        style: a name in data/style, without its ending. place: (left, top, side) in pixels.

    Returns:
        An image (side, side, 3) float32, 0–255.
    """
    left, top, side = place
    return shipped_picture(style)[top : top + side, left : left + side].copy()


def texture_names() -> list[str]:
    """The names of the textures that are shipped, in alphabetical order."""
    return sorted(path.stem for path in folder().glob("*.json") if path.with_suffix(".webp").is_file())


def load_texture(name: str) -> StoredTexture:
    """A texture that was computed before.

    Args:
        name: one of `texture_names()`.

    Returns:
        A `StoredTexture`.

    Raises:
        SettingsError: there is no texture of this name.
        ImageError: its picture is damaged.
    """
    if name not in texture_names():
        raise SettingsError(f"there is no texture {name!r}: choose one of {', '.join(texture_names())}, or write its "
                            "recipe into data/woven/recipes.json and call `make woven`")
    told = json.loads((folder() / f"{name}.json").read_text(encoding="utf-8"))
    recipe = told["recipe"]
    return StoredTexture(load_image(folder() / f"{name}.webp", None), piece(recipe["style"], recipe["piece"]),
                         told["losses"], told["noise"], told["mean_colour_off"], told["layout"], recipe)


def folder() -> Path:
    """Where textures and their recipes are."""
    return data_folder() / "woven"
