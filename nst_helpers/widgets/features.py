"""The widgets of lesson 02: a browser of feature maps, and the patches that excite a channel most."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.architecture import CONVOLUTION_NAMES, LAYER_NAMES
from nst_helpers.experiments.maps import SIZE, feature_maps, margin_of, most_contrast, patch_at, strongest_places
from nst_helpers.networks import FeatureNetwork, random_network, shared_network
from nst_helpers.plots import ORANGE
from nst_helpers.shipped import shipped_picture
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded, font, pillow, slider, two_columns

CONTENTS = ("astronaut", "cat", "coffee", "raccoon", "rocket", "temple")
STYLES = ("night_swirls", "pointillist", "autumn_impasto", "marbling", "stained_glass", "woodcut", "great_waves",
          "cubist_planes")
PICTURES = CONTENTS + STYLES


def _plain():
    return shared_network("plain")


NETWORKS = {"robust (compact)": shared_network, "plain": _plain, "random weights": random_network}
FIRST = 18  # a channel of conv4_1: a star and a cup come first
WIDE, TALL, HEAD, LEFT = 1000, 540, 30, 330  # pixels: the browser's picture, the line above each part, its left column
PATCHES, PATCH = 8, 240  # how many patches, and how many pixels wide each is shown


# The browser


def feature_browser(pictures: Sequence[str] = PICTURES, layers: Sequence[str] = LAYER_NAMES) -> Panel:
    """One picture, one layer, one channel: the map large, all maps of the layer small.

    controls: "picture", "layer", "channel" (its range follows the layer), "network".
    """
    controls = {"picture": dropdown("picture", pictures), "layer": dropdown("layer", layers, "conv3_1"),
                "channel": slider("channel", 0, 0, 63), "network": dropdown("network", NETWORKS)}
    _follow_layer(controls)
    controls["channel"].value = most_contrast(feature_maps("astronaut", "conv3_1"))
    return Panel(draw_maps, controls, two_columns)


def draw_maps(picture: str, layer: str, channel: int,
              network: Callable[[], FeatureNetwork] = shared_network) -> Drawing:
    """The picture and the chosen map, one above the other, beside all maps of the layer, the chosen one framed."""
    image, features = shipped_picture(picture, SIZE), feature_maps(picture, layer, network)
    channel = _within(features, channel)
    chosen, below = features[:, :, channel], TALL // 2
    scale = min(LEFT / image.shape[1], (below - HEAD) / image.shape[0])
    size = round(image.shape[1] * scale), round(image.shape[0] * scale)
    sheet, (columns, cell) = _contact_sheet(layer, picture, network), _sheet(features)
    canvas = Image.new("RGB", (WIDE, TALL), "white")
    pen = ImageDraw.Draw(canvas)
    for place, text in (((2, 5), picture), ((2, below + 5), f"{layer}, channel {channel}"),
                        ((LEFT + 20, 5), f"all {features.shape[2]} channels of {layer}")):
        pen.text(place, text, "black", font(16))
    canvas.paste(pillow(image).resize(size, Image.Resampling.LANCZOS), (0, HEAD))
    canvas.paste(_grey(chosen).resize(size, Image.Resampling.NEAREST),
                 (0, below + HEAD))
    canvas.paste(sheet, (LEFT + 20, HEAD))
    x, y = LEFT + 20 + channel % columns * cell[0], HEAD + channel // columns * cell[1]
    pen.rectangle((x - 1, y - 1, x + cell[0] - 1, y + cell[1] - 1), outline=ORANGE, width=3)
    high, wide = chosen.shape
    field = shared_network().receptive_field(layer)
    words = (f"{layer}, channel {channel} of {features.shape[2]}: {high}×{wide} values, one for every "
             f"{image.shape[0] // high} pixels; each sees a window of {field} pixels. {_share(chosen)} "
             "Black is 0; white are the channel's largest values here.")
    return Drawing(encoded(canvas, "JPEG"), words)


@lru_cache(maxsize=64)
def _contact_sheet(layer, picture, network):
    """All maps of a layer as one picture, which fits beside the left column."""
    features = feature_maps(picture, layer, network)
    columns, (wide, high) = _sheet(features)
    sheet = Image.new("RGB", (columns * wide, -(-features.shape[2] // columns) * high), "white")
    for channel in range(features.shape[2]):
        small = _grey(features[:, :, channel])
        sheet.paste(small.resize((wide - 3, high - 3), Image.Resampling.BILINEAR),
                    (channel % columns * wide, channel // columns * high))
    return sheet


def _sheet(features):
    """Columns of the contact sheet, the fewest with which it fits; and the pixels of a cell: (width, height)."""
    height, width, count = features.shape
    columns = 1
    while True:
        wide = (WIDE - LEFT - 20) // columns
        high = max(1, wide * height // width)
        if -(-count // columns) * high <= TALL - HEAD or columns == count:
            return columns, (wide, high)
        columns += 1


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
    canvas = Image.new("RGB", (4 * (PATCH + 8), 2 * (PATCH + 28)), "white")
    pen = ImageDraw.Draw(canvas)
    places = strongest_places(maps, channel, PATCHES, margin_of(layer))
    for number, (which, row, column) in enumerate(places):
        left, top = number % 4 * (PATCH + 8), number // 4 * (PATCH + 28)
        patch = patch_at(shipped_picture(PICTURES[which], SIZE), layer, row, column)
        how = Image.Resampling.NEAREST if field < 20 else Image.Resampling.BICUBIC
        canvas.paste(pillow(patch).resize((PATCH, PATCH), how), (left, top + 22))
        pen.text((left + 2, top + 2), f"{PICTURES[which]}  {maps[which][row, column, channel]:.1f}", "black", font(13))
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


def _grey(values):
    """A map as a grey picture: 0 black, its largest values (one in a hundred) white."""
    most = float(np.quantile(values, 0.99)) or float(values.max()) or 1.0
    return pillow(values / most * 255)


def _share(values):
    return f"{100 * float((values > 0).mean()):.0f} % of its values are above 0."
