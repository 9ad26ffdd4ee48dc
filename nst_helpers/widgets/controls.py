"""Parts of the studio: a control for every setting, a list of pictures, and pictures of a size."""

from dataclasses import Field

import ipywidgets
import numpy as np
from PIL import Image

from nst_helpers.arrays import Image as Picture
from nst_helpers.images import to_uint8
from nst_helpers.settings import Settings, layers_to_text
from nst_helpers.shipped import picture_names
from nst_helpers.widgets.base import encoded

OWN = "my own picture"
WIDE = {"style": {"description_width": "9em"}, "layout": {"width": "32em", "max_width": "100%"}}


def setting_control(setting: Field) -> ipywidgets.Widget:
    """The control of one setting, with its range or its choices."""
    rules, label = setting.metadata, setting.name.replace("_", " ")
    default = getattr(Settings(), setting.name)
    options = {"description": label, "description_allow_html": False, "tooltip": rules["help"], **WIDE}
    if "choices" in rules:
        return ipywidgets.Dropdown(options=rules["choices"], **options)
    if "layers" in rules:
        return ipywidgets.Text(layers_to_text(default), continuous_update=False, **options)
    kind = ipywidgets.BoundedIntText if setting.type is int else ipywidgets.BoundedFloatText
    step = 1 if setting.type is int else 0.1
    return kind(default, min=rules["least"], max=rules["most"], step=step, **options)


def picture_list(role: str) -> ipywidgets.Dropdown:
    """The shipped pictures, and one's own. Nothing is chosen yet, so that the first choice is a change too."""
    return ipywidgets.Dropdown(options=[*picture_names(role), OWN], value=None, description=role,
                               style={"description_width": "4em"}, layout={"width": "18em"})


def empty_picture(**layout: str) -> ipywidgets.Image:
    """A picture that is nothing yet."""
    return ipywidgets.Image(value=blank(), format="jpeg", layout={"max_width": "100%", "margin": "4px", **layout})


def blank() -> bytes:
    """A JPEG file of one white pixel."""
    return encoded(np.full((1, 1, 3), 255.0), "JPEG")


def sized(image: Picture, width: int) -> Picture:
    """A picture (height, width, 3), 0–255, at this width, fast: for the page."""
    picture = Image.fromarray(to_uint8(image))
    height = max(1, round(width * picture.height / picture.width))
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC), float)
