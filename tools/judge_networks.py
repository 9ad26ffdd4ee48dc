"""Which of two networks paints better? Textures, transfers, numbers and one sheet of pictures.

    python tools/judge_networks.py old.npz new.npz:binomial --folder judged [--card data/networks/compact.md]
                                   [--older '{"style_weight": 2}']

Behind a colon stands the pooling that a network is used with, if it is not the mean of 2×2. Each network makes
textures from the Gram matrices of each style picture, and transfers of all photographs in all styles; the older one
with the settings that suit it, where they are not the course's. They are then compared with their style pictures and
photographs by statistics of the pixels themselves, in which no network takes part:

- histograms: how far apart the distributions of brightness and colour are, at five scales, both of the
  values and of the details (what a scale has and the next coarser one has not), in standard deviations of the
  style picture's;
- autocorrelation: how alike the brightness stays from one place to another up to eight pixels away, at four
  scales;
- colour noise: energy of the finest colour details, over the style picture's. 1 is right; above is noise.
  For a transfer it is taken over the content's or the style's, whichever has more;
- subject: the correlation of the strength of the edges in the photograph and in the transfer, at two scales;
- local contrast: the correlation of the standard deviation of brightness around each place.

Pictures that lie in the folder already are not painted again.
"""

import argparse
import hashlib
import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from nst_helpers.experiments.texture import texture, texture_settings
from nst_helpers.images import load_image, resize_image, save_image, to_uint8
from nst_helpers.networks import CALIBRATION_PICTURES, load_network
from nst_helpers.settings import Settings
from nst_helpers.shipped import picture_names, shipped_picture
from nst_helpers.transfer import transfer

SIZE = 384
HEADING = "## Compared with "
METHOD = """\
`tools/judge_networks.py` made textures from Gram matrices and transfers, all at {size} pixels, with the course's
settings{older}. The judge looks at pixels only: no network takes part."""


# --- painting ---------------------------------------------------------------------------------------------


def paint(make, settings, path):
    """The image of the `Result` that is made with these settings, kept as a PNG at a path."""
    stamp = json.dumps(asdict(settings), sort_keys=True)
    note = path.with_suffix(".json")
    if not (path.is_file() and note.is_file() and note.read_text() == stamp):
        save_image(make(settings).image, path)
        note.write_text(stamp)
    return load_image(path)


def network_of(words):
    """The network that "file.npz" or "file.npz:binomial" means, and a name for the folder of its pictures."""
    path, _, pooling = words.partition(":")
    network = load_network(weights=path, pooling=pooling or "average")
    return network, f"{hashlib.sha256(Path(path).read_bytes()).hexdigest()[:8]}-{network.pooling}"


def gallery(words, contents, styles, folder, changes):
    """All pictures of one network, with changes to the settings: ({style: texture}, {(content, style): transfer})."""
    network, name = network_of(words)
    own = folder / name
    layers = {"style_layers": changes["style_layers"]} if "style_layers" in changes else {}
    weaving, painting = texture_settings(SIZE, **layers), Settings(**{"size": SIZE} | changes)
    textures = {name: paint(partial(texture, style, network=network), weaving, own / f"{name}.png")
                for name, style in styles.items()}
    painted = {}
    for (name, content), (style_name, style) in ((c, s) for c in contents.items() for s in styles.items()):
        print(f"{words}: {name} as {style_name}", flush=True)
        path = own / f"{name}-{style_name}.png"
        painted[name, style_name] = paint(partial(transfer, content, style, network=network), painting, path)
    return textures, painted


# --- judging ----------------------------------------------------------------------------------------------


def opponent_colors(image):
    """Brightness, red against green, yellow against blue: (height, width, 3)."""
    red, green, blue = np.moveaxis(np.asarray(image, np.float64), -1, 0)
    return np.stack([(red + green + blue) / 3, red - green, (red + green) / 2 - blue], axis=-1)


def brightness(image):
    """The mean of the three colours, (height, width)."""
    return opponent_colors(image)[..., 0]


def scales(planes, count):
    """[(values, details)] from fine to coarse; each scale has half the resolution of the one before."""
    levels = []
    for _ in range(count):
        smooth = ndimage.gaussian_filter(planes, (1, 1, 0), mode="reflect")
        levels.append((planes, planes - smooth))
        planes = smooth[::2, ::2]
    return levels


def histogram_distance(image, target, count=5):
    """The mean distance of the two pictures' sorted values, in standard deviations of the target's."""
    distances = []
    pyramids = [scales(opponent_colors(picture), count) for picture in (image, target)]
    for ours, theirs in zip(*pyramids, strict=True):
        for here, there in zip(ours, theirs, strict=True):
            difference = _quantiles(here) - _quantiles(there)  # (quantiles, planes)
            distances.append(np.abs(difference).mean() / there[..., 0].std())
    return float(np.mean(distances))


def _quantiles(planes):
    return np.quantile(planes.reshape(-1, planes.shape[-1]), np.linspace(0.002, 0.998, 250), axis=0)


def autocorrelation_distance(image, target, count=4):
    """The root mean square difference of the autocorrelations of brightness, over lags and scales."""
    pyramids = [scales(opponent_colors(picture), count) for picture in (image, target)]
    differences = [autocorrelation(here[..., 0]) - autocorrelation(there[..., 0])
                   for (here, _), (there, _) in zip(*pyramids, strict=True)]
    return float(np.sqrt(np.mean(np.square(differences))))


def autocorrelation(plane, reach=8):
    """Correlation of a picture with itself, moved by 0 … reach down and −reach … reach across."""
    plane = (plane - plane.mean()) / plane.std()
    height, width = plane.shape
    spectrum = np.fft.rfft2(plane, (2 * height, 2 * width))  # zeros around: nothing wraps
    products = np.fft.irfft2(np.abs(spectrum) ** 2, (2 * height, 2 * width))
    down, across = np.arange(reach + 1)[:, None], np.arange(-reach, reach + 1)
    return products[down, across] / ((height - down) * (width - np.abs(across)))


def color_noise(image):
    """The mean square of the finest details of the two colour planes."""
    (_, details), = scales(opponent_colors(image), 1)
    return float(np.mean(details[..., 1:] ** 2))


def subject(image, photograph, sigmas=(1.5, 4.0)):
    """How much of the photograph's drawing is left: the correlation of both pictures' edges, the mean over scales.

    Edges are the lengths of brightness gradients after Gaussian smoothing by these many pixels. 1: all; 0: none.
    """
    ours, theirs = (brightness(picture) for picture in (image, photograph))
    return float(np.mean([_correlation(ndimage.gaussian_gradient_magnitude(ours, sigma),
                                       ndimage.gaussian_gradient_magnitude(theirs, sigma)) for sigma in sigmas]))


def local_contrast(image, photograph, sigma=8.0):
    """The correlation of the standard deviations of brightness in Gaussian windows: where there is much to see."""
    return _correlation(*(_deviation(brightness(picture), sigma) for picture in (image, photograph)))


def _deviation(plane, sigma):
    mean = ndimage.gaussian_filter(plane, sigma)
    return np.sqrt(np.maximum(ndimage.gaussian_filter(plane**2, sigma) - mean**2, 0))


def _correlation(ours, theirs):
    return float(np.corrcoef(ours.ravel(), theirs.ravel())[0, 1])


def judge(textures, painted, contents, styles):
    """{measure: number} of one network's gallery."""
    targets = {name: _fitted(style) for name, style in styles.items()}
    natural = {(c, s): max(color_noise(contents[c]), color_noise(targets[s])) for c, s in painted}
    return {
        "textures: histograms (0 is the same)": _mean(
            histogram_distance(t, targets[n]) for n, t in textures.items()),
        "textures: autocorrelation (0 is the same)": _mean(
            autocorrelation_distance(t, targets[n]) for n, t in textures.items()),
        "textures: colour noise (1 is right)": _geometric(
            color_noise(t) / color_noise(targets[n]) for n, t in textures.items()),
        "transfers: colour noise": _geometric(color_noise(p) / natural[k] for k, p in painted.items()),
        "transfers: subject (1 is all)": _mean(subject(p, contents[c]) for (c, _), p in painted.items()),
        "transfers: local contrast (1 is all)": _mean(local_contrast(p, contents[c]) for (c, _), p in painted.items()),
    }


def _fitted(style):
    """The style picture at the size at which the texture's last scale saw it."""
    factor = min(1.0, SIZE / max(style.shape[:2]))
    return resize_image(style, round(style.shape[0] * factor), round(style.shape[1] * factor))


def _mean(values):
    return float(np.mean(list(values)))


def _geometric(values):
    return float(np.exp(np.mean(np.log(list(values)))))


# --- showing ----------------------------------------------------------------------------------------------


def sheet(names, galleries, contents, styles, cell=144):
    """One picture: the textures of each style beside their target, then every transfer, old beside new."""
    pairs = list(zip(names, galleries, strict=True))
    left, right = [], []
    for name, style in styles.items():
        left.append([("style", style), *((f"texture, {n}", textures[name]) for n, (textures, _) in pairs)])
        right.append([(n, painted[content, name]) for content in contents for n, (_, painted) in pairs])
    left, right = _grid(left, cell), _grid(right, cell)
    whole = Image.new("RGB", (left.width + right.width + 12, max(left.height, right.height)), "white")
    whole.paste(left, (0, 0))
    whole.paste(right, (left.width + 12, 0))
    return whole


def _grid(rows, cell):
    grid, caption = Image.new("RGB", (len(rows[0]) * cell, len(rows) * (cell + 14)), "white"), 14
    pen = ImageDraw.Draw(grid)
    for row, entries in enumerate(rows):
        for column, (words, picture) in enumerate(entries):
            tile = Image.fromarray(to_uint8(picture))
            tile.thumbnail((cell - 4, cell - 4), Image.Resampling.LANCZOS)
            grid.paste(tile, (column * cell, row * (cell + caption) + caption))
            pen.text((column * cell, row * (cell + caption)), words, fill="black")
    return grid


def add_to_card(card, older, changes, numbers, pictures, remark):
    """Write the comparison at the end of a card, in place of an earlier one; the sheet goes beside it."""
    pictures.save(card.with_suffix(".jpg"), quality=85)
    before = card.read_text(encoding="utf-8").split(HEADING)[0].rstrip()
    shown = f"![Textures and transfers of both networks, side by side]({card.with_suffix('.jpg').name})"
    method = METHOD.format(size=SIZE, older=f" ({older}: changed by `{json.dumps(changes)}`)" if changes else "")
    section = "\n\n".join(filter(None, [f"{HEADING}{older}", remark, method, numbers, shown]))
    card.write_text(f"{before}\n\n{section}\n", encoding="utf-8")


def report(names, verdicts):
    """The numbers of the two networks as a table in Markdown."""
    lines = [[measure, *(f"{verdict[measure]:.3f}" for verdict in verdicts)] for measure in verdicts[0]]
    return "\n".join(f"| {' | '.join(line)} |" for line in [["", *names], ["---"] * 3, *lines])


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs=2, metavar="FILE[:POOLING]", help="two weight files, the older first")
    parser.add_argument("--folder", type=Path, default=Path("judged"), help="for the pictures and the sheet")
    parser.add_argument("--older", type=json.loads, default={}, metavar="JSON",
                        help="changes to the settings for the older network's transfers")
    parser.add_argument("--card", type=Path, help="a card to write the comparison into, sheet beside it")
    parser.add_argument("--remark", default="", help="what the eye says, for the card")
    options = parser.parse_args(arguments)
    contents = {name: shipped_picture(name, SIZE) for name in CALIBRATION_PICTURES}
    styles = {name: shipped_picture(name, 512) for name in picture_names("style")}
    names = [Path(words.partition(":")[0]).stem for words in options.networks]
    galleries = [gallery(words, contents, styles, options.folder, changes)
                 for words, changes in zip(options.networks, (options.older, {}), strict=True)]
    verdicts = [judge(*pictures, contents, styles) for pictures in galleries]
    pictures, numbers = sheet(names, galleries, contents, styles), report(names, verdicts)
    pictures.save(options.folder / "sheet.png")
    print(numbers)
    if options.card:
        add_to_card(options.card, names[0], options.older, numbers, pictures, options.remark)


if __name__ == "__main__":
    main()
