"""Textures from noise: a picture whose Gram matrices are those of another one.

Gatys, Ecker, Bethge, "Texture Synthesis Using Convolutional Neural Networks", NeurIPS 2015. It is a transfer without
content. At one size, noise becomes short strokes: a layer sees no further than its receptive field, so nothing tells
it how a stroke goes on. So it begins at 64 pixels, all of which conv4_1 sees at once (68), and grows from there.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nst_helpers.arrays import Image
from nst_helpers.errors import SettingsError
from nst_helpers.networks import FeatureNetwork
from nst_helpers.result import Result, Step
from nst_helpers.settings import Settings
from nst_helpers.transfer import STEP_BETWEEN_SIZES, transfer

COARSEST = 64  # pixels: where a texture begins


def texture_settings(size: int = 256, **changes: Any) -> Settings:
    """The `Settings` of a texture at a size: no content, from 64 pixels up, the style as large as the picture.

    Args:
        size: longer side in pixels, at least 64.
        **changes: any of the settings, as in style_layers={"conv1_1": 1}.

    Raises:
        SettingsError: a setting that will not do.
    """
    scales = 1 + max(0, round(math.log(max(size, 1) / COARSEST, STEP_BETWEEN_SIZES)))
    chosen = {"content_weight": 0.0, "content_layers": {"conv1_1": 1.0}, "style_weight": 30.0, "tv_weight": 0.01,
              "style_scale": 1.0, "size": size, "scales": scales, "iterations": 250, "coarse_iterations": math.sqrt(2),
              "optimizer": "lbfgs", "learning_rate": 8.0}
    return Settings(**chosen | changes)


def texture(style: Image, settings: Settings | None = None, *, network: FeatureNetwork | None = None,
            on_step: Callable[[Step], object] | None = None) -> Result:
    """A square picture, woven from noise until its Gram matrices are those of the style.

    Args:
        style: an image (height, width, 3), 0–255, of any size; or several, [(weight, image), …].
        settings: as `texture_settings` makes them; None takes its defaults, 256 pixels.
        network: a `FeatureNetwork`; None takes the one that the settings name.
        on_step: called with each `Step`.

    Returns:
        A `nst_helpers.transfer.Result`.

    Raises:
        SettingsError: settings with a content: that is a transfer.
        Others: see `nst_helpers.transfer.transfer`.
    """
    settings = settings or texture_settings()
    if settings.content_weight:
        raise SettingsError(f"content_weight = {settings.content_weight:g}: a texture has no content, so 0 is needed; "
                         "take texture_settings(…)")
    blank = np.full((settings.size, settings.size, 3), 128, np.float32)  # only its size counts
    return transfer(blank, style, settings, on_step, network=network)
