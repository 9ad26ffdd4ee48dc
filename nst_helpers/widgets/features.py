"""A browser of feature maps, and the patches that excite a channel most."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.architecture import CONVOLUTION_NAMES, LAYER_NAMES
from nst_helpers.experiments.maps import SIZE, feature_maps, margin_of, most_contrast, patch_at, strongest_places
from nst_helpers.networks import RANDOM, FeatureNetwork, shared_network
from nst_helpers.plots import ORANGE
from nst_helpers.shipped import shipped_picture
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded, font, pillow, slider, two_columns

CONTENTS = ("astronaut", "cat", "coffee", "raccoon", "rocket", "temple")
STYLES = ("night_swirls", "pointillist", "autumn_impasto", "marbling", "stained_glass", "woodcut", "great_waves",
          "cubist_planes")
PICTURES = CONTENTS + STYLES


def _plain():
    return shared_network("plain")


def _random():
    return shared_network(RANDOM)


NETWORKS = {"robust (compact)": shared_network, "plain": _plain, "random weights": _random}
FIRST = 18  # a channel of conv4_1: a star and a cup come first
WIDE, TALL, HEAD, LEFT = 1000, 640, 30, 360  # pixels: the browser's picture, the line above each part, its left column
MAP, PHOTO = 340, 240  # pixels: how high the chosen map is at most, and the picture below it
COLUMNS = 4  # of small maps, and as many rows: further channels come when the slider moves on
PATCHES, PATCH, ACROSS = 6, 320, 3  # how many patches, how many pixels wide each is shown, how many in a row


# The browser


def feature_browser(pictures: Sequence[str] = PICTURES, layers: Sequence[str] = LAYER_NAMES) -> Panel:
    """One picture, one layer, one channel: the map large, and small the sixteen maps of the layer among which it is.

    controls: "picture", "layer", "channel" (its range follows the layer), "network".
    """
    controls = {"picture": dropdown("picture", pictures), "layer": dropdown("layer", layers, "conv3_1"),
                "channel": slider("channel", 0, 0, 63), "network": dropdown("network", NETWORKS)}
    _follow_layer(controls)
    controls["channel"].value = most_contrast(feature_maps("astronaut", "conv3_1"))
    return Panel(draw_maps, controls, two_columns)


def draw_maps(picture: str, layer: str, channel: int,
              network: Callable[[], FeatureNetwork] = shared_network) -> Drawing:
    """The chosen map above the picture, beside sixteen maps of the layer, the chosen one framed."""
    image, features = shipped_picture(picture, SIZE), feature_maps(picture, layer, network)
    channel = _within(features, channel)
    chosen = features[:, :, channel]
    sizes = [_fitting(image.shape, LEFT, high) for high in (MAP, PHOTO)]
    canvas, second = Image.new("RGB", (WIDE, TALL), "white"), HEAD + sizes[0][1]
    first, small = _page(layer, picture, channel, network)
    last = min(first + COLUMNS**2, features.shape[2]) - 1
    pen = ImageDraw.Draw(canvas)
    for place, text in (((2, 5), f"{layer}, channel {channel}"), ((2, second + 5), picture.replace("_", " ")),
                        ((LEFT + 20, 5), f"channels {first} to {last} of {layer}, which has {features.shape[2]}")):
        pen.text(place, text, "black", font(16))
    canvas.paste(_gray(chosen).resize(sizes[0], Image.Resampling.NEAREST), (0, HEAD))
    canvas.paste(pillow(image).resize(sizes[1], Image.Resampling.LANCZOS), (0, second + HEAD))
    canvas.paste(small, (LEFT + 20, HEAD))
    wide, high = _cell(features)
    x, y = LEFT + 20 + (channel - first) % COLUMNS * wide, HEAD + (channel - first) // COLUMNS * high
    pen.rectangle((x - 1, y - 1, x + wide - 1, y + high - 1), outline=ORANGE, width=3)
    return Drawing(encoded(canvas, "JPEG"), _words(layer, channel, features, image))


def _words(layer, channel, features, image):
    chosen, field = features[:, :, channel], shared_network().receptive_field(layer)
    high, wide = chosen.shape
    return (f"{layer}, channel {channel} of {features.shape[2]}: {high}×{wide} values, one for every "
            f"{image.shape[0] // high} pixels; each sees a window of {field} pixels. {_share(chosen)} "
            "Black is 0; white are the channel's largest values here.")


def _page(layer, picture, channel, network):
    """The first channel of the sixteen among which one is, and those sixteen maps as one picture."""
    first = channel // COLUMNS**2 * COLUMNS**2
    return first, _contact_sheet(layer, picture, first, network)


@lru_cache(maxsize=64)
def _contact_sheet(layer, picture, first, network):
    """Sixteen maps of a layer, from the first one asked for, as one picture, which fits beside the left column."""
    features = feature_maps(picture, layer, network)
    wide, high = _cell(features)
    sheet = Image.new("RGB", (COLUMNS * wide, COLUMNS * high), "white")
    for place, channel in enumerate(range(first, min(first + COLUMNS**2, features.shape[2]))):
        small = _gray(features[:, :, channel])
        sheet.paste(small.resize((wide - 3, high - 3), Image.Resampling.BILINEAR),
                    (place % COLUMNS * wide, place // COLUMNS * high))
    return sheet


def _cell(features):
    """Pixels of a cell of the contact sheet: (width, height)."""
    return _fitting(features.shape, (WIDE - LEFT - 20) // COLUMNS, (TALL - HEAD) // COLUMNS)


def _fitting(shape, width, height):
    """(width, height) in pixels, at most these, in the form of an array (height, width, …)."""
    scale = min(width / shape[1], height / shape[0])
    return round(shape[1] * scale), round(shape[0] * scale)


# The patches


def patch_viewer(layers: Sequence[str] = CONVOLUTION_NAMES) -> Panel:
    """The patches of the shipped pictures that excite a channel most, best first.

    controls: "layer", "channel" (its range follows the layer), "network".
    """
    controls = {"layer": dropdown("layer", layers, "conv4_1"), "channel": slider("channel", FIRST, 0, 127),
                "network": dropdown("network", NETWORKS)}
    _follow_layer(controls)
    return Panel(draw_patches, controls)


def draw_patches(layer: str, channel: int, network: Callable[[], FeatureNetwork] = shared_network) -> Drawing:
    """The windows of the strongest values of a channel, each from another picture."""
    maps = [feature_maps(picture, layer, network) for picture in PICTURES]
    channel, field = _within(maps[0], channel), shared_network().receptive_field(layer)
    canvas = Image.new("RGB", (ACROSS * (PATCH + 8), PATCHES // ACROSS * (PATCH + 28)), "white")
    pen = ImageDraw.Draw(canvas)
    places = strongest_places(maps, channel, PATCHES, margin_of(layer))
    for number, (which, row, column) in enumerate(places):
        left, top = number % ACROSS * (PATCH + 8), number // ACROSS * (PATCH + 28)
        patch = patch_at(shipped_picture(PICTURES[which], SIZE), layer, row, column)
        how = Image.Resampling.NEAREST if field < 20 else Image.Resampling.BICUBIC
        canvas.paste(pillow(patch).resize((PATCH, PATCH), how), (left, top + 22))
        title = f"{PICTURES[which].replace('_', ' ')}: response {maps[which][row, column, channel]:.1f}"
        pen.text((left + 2, top + 2), title, "black", font(14))
    mean = np.mean([features[:, :, channel].mean() for features in maps])
    best = maps[places[0][0]][places[0][1], places[0][2], channel]
    words = (f"{layer}, channel {channel}: the windows of {field}×{field} pixels behind its strongest values, "
             f"one from each of {len(places)} pictures, away from the border. The strongest is {best:.1f}; "
             f"the channel's mean is {mean:.2g}.")
    return Drawing(encoded(canvas, "JPEG"), words)


# What both share


def _follow_layer(controls):
    """Let the channel's slider end at the layer's last channel; before the panel draws."""
    def follow(change=None):
        controls["channel"].max = shared_network().channels(controls["layer"].value) - 1

    follow()
    controls["layer"].observe(follow, "value")


def _within(features, channel):
    return min(int(channel), features.shape[2] - 1)


def _gray(values):
    """A map as a grey picture: 0 black, its largest values (one in a hundred) white."""
    most = float(np.quantile(values, 0.99)) or float(values.max()) or 1.0
    return pillow(values / most * 255)


def _share(values):
    return f"{100 * float((values > 0).mean()):.0f} % of its values are above 0."
