"""Where do the small dots come from that transfers have in flat places? Numbers of pictures, and what the loss sees.

    python tools/dots.py [--size 256] [--pairs temple:night_swirls rocket:autumn_impasto] [--folder dots]

It paints each pair with one thing changed at a time (`SETTINGS`), and prints a table in Markdown, as
data/networks/compact.md shows it. Where the photograph is flattest, each picture's brightness is taken apart by
spatial frequency:

- dots: the variance of waves 4 to 5 pixels long over that of waves 11 to 16 pixels long, the strokes. The style
  picture has its own, which is the number to compare with;
- on the grid: how much of the picture's fine brightness repeats every 8 pixels, the stride of conv4_2, at places that
  are fixed to the network's grid: 1 is chance. A cause in the pooling's steps would make it large.

The rest is of `judge_networks`. And `price` says what a wave as fine as dots costs the content loss of a layer, over
what a wave as long as strokes costs it, both upon a flat dark surface.
"""

import argparse
from pathlib import Path

import judge_networks as judge
import numpy as np
from scipy import ndimage

from nst_helpers.images import resize_image, save_image
from nst_helpers.networks import load_network
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture
from nst_helpers.transfer import transfer

BLOCK = 32  # pixels; a ring of frequency r is that of waves 32/r pixels long
DOTS, STROKES = slice(6, 9), slice(2, 4)  # rings
DARK = (50.0, 50.0, 80.0)  # a dark blue in 0–255
STROKE_WAVES = ((0, 2), (2, 0), (2, 2), (2, -2))  # cycles in a block, down and across: 11 to 16 pixels long
DOT_WAVES = ((0, 7), (7, 0), (5, 5), (5, -5))  # 4.6 pixels long
SETTINGS = {"default": {}, "pooling: binomial": {"pooling": "binomial"}, "pooling: max": {"pooling": "max"},
            "no content loss": {"content_weight": 0.0}, "network: plain": {"network": "plain"},
            "γ = 0.4": {"tv_weight": 0.4}, "no lead at coarse sizes": {"content_lead": 1.0},
            "α = 0.5": {"content_weight": 0.5},
            "content: conv2_1 too": {"content_layers": {"conv2_1": 1.0, "conv4_2": 1.0}},
            "content: conv1_2 too, conv4_2 as before": {"content_layers": {"conv1_2": 1.0, "conv4_2": 1.0}},
            "content: conv1_2 too, half of conv4_2": {"content_layers": {"conv1_2": 1.0, "conv4_2": 0.5}}}


# --- of pictures ------------------------------------------------------------------------------------------


def places(image, edge=4):
    """The corners (top, left) of all blocks of 32×32 pixels, half a block apart, without the picture's border."""
    height, width = image.shape[:2]
    return [(top, left) for top in range(edge, height - BLOCK - edge + 1, BLOCK // 2)
            for left in range(edge, width - BLOCK - edge + 1, BLOCK // 2)]


def flat_places(photograph, share=0.25):
    """Those of the `places` where a photograph's brightness varies least."""
    plane = judge.brightness(photograph)
    ranked = sorted(places(photograph), key=lambda place: _block(plane, place).std())
    return ranked[: max(1, round(share * len(ranked)))]


def rings(image, where):
    """The variance of a picture's brightness by spatial frequency: of r/32 cycles a pixel, r = 0 … 16, (17,).

    Args:
        image: (height, width, 3), 0–255. where: corners of blocks, as of `places`.
    """
    window = np.hanning(BLOCK + 1)[:BLOCK]
    window = np.outer(window, window)
    plane, power = judge.brightness(image), np.zeros((BLOCK, BLOCK))
    for place in where:
        block = _block(plane, place)
        block = block - np.average(block, weights=window)
        power += np.abs(np.fft.fft2(window * block)) ** 2 / len(where)
    across = np.fft.fftfreq(BLOCK, 1 / BLOCK)
    radius = np.rint(np.hypot(across[:, np.newaxis], across)).astype(int).ravel()
    return np.bincount(radius, power.ravel())[:17] / (BLOCK**2 * np.sum(window**2))


def dots(image, where):
    """The variance of waves as long as the dots are apart over that of waves as long as strokes."""
    variance = rings(image, where)
    return float(variance[DOTS].sum() / variance[STROKES].sum())


def on_the_grid(image, period=8):
    """How much of the fine brightness repeats at fixed places of every period × period pixels; 1: as chance has it."""
    plane = judge.brightness(image)
    plane = plane - ndimage.gaussian_filter(plane, 3)
    height, width = (side // period for side in plane.shape)
    tiles = plane[: height * period, : width * period].reshape(height, period, width, period)
    return float(np.mean(tiles.mean(axis=(0, 2)) ** 2) / tiles.var() * height * width)


def _block(plane, place):
    top, left = place
    return plane[top : top + BLOCK, left : left + BLOCK]


# --- of the loss ------------------------------------------------------------------------------------------


def response(network, layer, wave, amplitude=20.0, color=DARK, side=96, phases=4):
    """How far a wave upon a flat surface moves a layer's features: the mean of the squares, over phases.

    Args:
        wave: (down, across), cycles in 32 pixels. amplitude: its root mean square, in grey levels.
        color: of the surface, 0–255.
    """
    down, across = np.mgrid[:side, :side]
    surface = np.broadcast_to(np.array(color, np.float32), (side, side, 3))
    rest, moved = np.asarray(network(surface, layer)[layer]), 0.0
    edge = rest.shape[0] // 4  # the network's padding changes what is near the border
    for phase in 2 * np.pi * (np.arange(phases) + 0.5) / phases:
        angle = 2 * np.pi * (wave[0] * down + wave[1] * across) / BLOCK + phase
        features = np.asarray(network(surface + amplitude * np.sqrt(2) * np.sin(angle)[..., np.newaxis], layer)[layer])
        moved += float(np.mean(np.square(features - rest)[edge:-edge, edge:-edge])) / phases
    return moved


def price(network, layer, **surface):
    """What the cheapest waves as fine as dots cost a layer's loss, over what the cheapest as long as strokes cost.

    Below 1 a transfer that must keep a flat place, and needs a style's contrast, has it in dots.
    """
    dots, strokes = (min(response(network, layer, wave, **surface) for wave in waves)
                     for waves in (DOT_WAVES, STROKE_WAVES))
    return dots / strokes


# --- the table --------------------------------------------------------------------------------------------


def measured(image, content, style):
    """{measure: number} of a transfer (height, width, 3), its photograph, as large, and its style picture."""
    natural = max(judge.color_noise(content), judge.color_noise(style))
    return {"dots": dots(image, flat_places(content)), "on the grid": on_the_grid(image),
            "subject": judge.subject(image, content), "local contrast": judge.local_contrast(image, content),
            "colour noise": judge.color_noise(image) / natural,
            "histograms": judge.histogram_distance(image, style)}


def table(content, style, size, changes, keep):
    """The lines of a table in Markdown, one a change, each as soon as it is painted.

    Args:
        content, style: images. size: of the transfers, in pixels. changes: some of `SETTINGS`.
        keep: called with each change and its image.
    """
    near = _at(style, size)
    for what in changes:
        result = transfer(content, style, Settings(**{"size": size} | SETTINGS[what]))
        keep(what, result.image)
        numbers = measured(result.image, content, near) | {"style loss": result.history["style"][-1]}
        if what == changes[0]:
            yield f"| {' | '.join(['', *numbers])} |\n|{' --- |' * (1 + len(numbers))}"
        yield f"| {what} | {' | '.join(f'{number:.3g}' for number in numbers.values())} |"


def _at(style, size):
    """The style picture with this longer side, if it has so many pixels."""
    factor = min(1.0, size / max(style.shape[:2]))
    return resize_image(style, *(round(factor * side) for side in style.shape[:2]))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256, help="longer side of the pictures")
    parser.add_argument("--pairs", nargs="+", default=["temple:night_swirls", "rocket:autumn_impasto"],
                        metavar="PHOTOGRAPH:STYLE")
    parser.add_argument("--changes", nargs="+", choices=list(SETTINGS), default=list(SETTINGS), metavar="WHAT",
                        help="; ".join(SETTINGS))
    parser.add_argument("--folder", type=Path, default=Path("dots"), help="for the pictures")
    options = parser.parse_args(arguments)
    for pair in options.pairs:
        name, style_name = pair.split(":")
        content, style = shipped_picture(name, options.size), shipped_picture(style_name, 1024)
        strokes = _at(style, Settings().style_scale * options.size)
        print(f"\n{name} as {style_name}, {options.size} pixels; dots of the style "
              f"{dots(strokes, places(strokes)):.2f}, of the photograph {dots(content, flat_places(content)):.2f}\n")

        def keep(what, image, pair=pair):
            save_image(image, options.folder / f"{pair.replace(':', '-')}-{what.replace(': ', '-')}.png")

        for line in table(content, style, options.size, options.changes, keep):
            print(line, flush=True)
    print("\nThe price of dots over that of strokes\n\n| | conv1_2 | conv2_1 | conv4_2 |\n| --- | --- | --- | --- |")
    for name, pooling in (("compact", "average"), ("compact", "binomial"), ("compact", "max"), ("plain", "average")):
        network = load_network(name, pooling=pooling)
        prices = (f"{price(network, layer):.2f}" for layer in ("conv1_2", "conv2_1", "conv4_2"))
        print(f"| {name}, {pooling} | {' | '.join(prices)} |", flush=True)


if __name__ == "__main__":
    main()
