"""The widget of lesson 06: the weight of the total variation against the noise; and an exact way to the minimum."""

from functools import cache

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.images import load_image, to_uint8
from nst_helpers.networks import data_folder
from nst_helpers.optimizers import Adam
from nst_helpers.plots import COLORS
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded, font
from nst_helpers.widgets.live import Live

NOISES = (10, 20, 40, 60)
WEIGHTS = (0, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96)
EPSILON = 1.0  # the rounding, in grey levels
STEPS = 100
CELL = 300  # pixels, the width of each of the three pictures


# The pictures


@cache
def photograph(name, size=120):
    """A shipped photograph, its longer side at most so many pixels; read once."""
    return load_image(data_folder() / "content" / f"{name}.jpg", size)


def with_noise(image, noise, seed=0):
    """The image with normal noise of this standard deviation in every number; not clipped."""
    generator = np.random.default_rng(seed)
    return image + np.float32(noise) * generator.standard_normal(image.shape, np.float32)


def psnr(image, truth):
    """Peak signal-to-noise ratio in decibels: 10 log₁₀(255² / mean squared difference)."""
    return float(10 * np.log10(255**2 / np.mean(np.square(image - truth, dtype=np.float64))))


def slope(image, epsilon=EPSILON):
    """The gradient of the rounded total variation, (height, width, channels), derived in lesson 06."""
    down, right = _differences(image)
    length = np.sqrt(down**2 + right**2 + epsilon**2)
    return _spread(down / length, right / length, image)


def denoising(noisy, weight, steps=STEPS, learning_rate=6.0):
    """Descend on ½ Σ (I − noisy)² + γ TV(I), from the noisy picture: yields the picture after each step."""
    image, state = noisy, Adam(learning_rate).init(noisy)
    for number in range(steps):
        optimizer = Adam(learning_rate * (1 - number / steps), beta2=0.99)
        image, state = optimizer.step(image, image - noisy + weight * slope(image), state)
        yield image


def exact_minimum(noisy, weight, diagonal=True, steps=400):
    """The picture that makes ½ Σ (I − noisy)² + γ TV(I) smallest, without rounding: the dual method.

    Chambolle, "An Algorithm for Total Variation Minimization and Applications", 2004, with the acceleration of
    Beck, Teboulle, 2009. Instead of a picture it looks for the push of every pair of neighbours.

    Args:
        noisy: (height, width, channels) or (height, width).
        weight: γ > 0.
        diagonal: TV(I) = Σ sqrt(down² + right²); or, if not, Σ |down| + |right|.
    """
    pushes = ahead = np.zeros((2, noisy.shape[0] - 1, noisy.shape[1] - 1, *noisy.shape[2:]), noisy.dtype)
    momentum = 1.0
    for _ in range(steps):
        image = noisy - weight * _spread(*ahead, noisy)
        new = ahead + np.stack(_differences(image)) / (8 * weight)
        new = new / np.maximum(1, np.sqrt(np.sum(new**2, axis=0))) if diagonal else np.clip(new, -1, 1)
        faster = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / faster * (new - pushes)
        pushes, momentum = new, faster
    return noisy - weight * _spread(*pushes, noisy)


def _differences(image):
    return image[1:, :-1] - image[:-1, :-1], image[:-1, 1:] - image[:-1, :-1]


def _spread(down, right, image):
    """What each difference pushes: its first pixel one way, its second the other."""
    result = np.zeros_like(image)
    result[:-1, :-1] -= down + right
    result[1:, :-1] += down
    result[:-1, 1:] += right
    return result


# The widget


def weight_against_noise(pictures, name="coffee", others=("cat", "temple", "raccoon", "astronaut", "rocket")):
    """Noise and weight: the noisy photograph, what total variation makes of it, and the PSNR over the weight.

    Args:
        pictures: {(noise, weight): image}, computed before, of the photograph `name`; noises from NOISES, weights
            from WEIGHTS.
        others: photographs for which nothing is computed before; the button does it.

    controls: "picture", "noise", "weight". The box is a `Live`.
    """
    store = {(name, *key): image for key, image in pictures.items()}
    noises, weights = (sorted({key[part] for key in pictures}) for part in (0, 1))
    noise = noises[len(noises) // 2]
    controls = {"picture": dropdown("photograph", [name, *others]),
                "noise": _steps("noise σ", noises, noise),
                "weight": _steps("weight γ", weights, min(weights, key=lambda w: abs(w - 0.8 * noise)))}
    panel = Panel(lambda picture, noise, weight: draw_denoised(store, picture, noise, weight), controls)

    def job(picture, noise, weight):
        noisy = with_noise(photograph(picture), noise)
        for number, image in enumerate(denoising(noisy, weight), 1):
            if number == STEPS:
                store[picture, noise, weight] = image
            if number % 4 == 0:
                yield number / STEPS, draw_denoised(store, picture, noise, weight, image, number)

    return Live(panel, job)


def draw_denoised(store, picture, noise, weight, image=None, number=None):
    """The photograph, with noise, and denoised; below, the PSNR over the weight for every noise in the store.

    Args:
        store: {(picture, noise, weight): image}. image: what to show instead, after step `number`.
    """
    truth = photograph(picture)
    noisy = with_noise(truth, noise)
    image = store.get((picture, noise, weight)) if image is None else image
    before = psnr(noisy, truth)
    height = round(CELL * truth.shape[0] / truth.shape[1])
    canvas = Image.new("RGB", (3 * CELL + 20, height + 262), "white")
    pen = ImageDraw.Draw(canvas)
    titles = ["photograph", f"with noise: {before:.1f} dB", "press the button" if image is None else
              f"denoised: {psnr(image, truth):.1f} dB"]
    for place, (shown, title) in enumerate(zip([truth, noisy, image], titles, strict=True)):
        pen.text((place * (CELL + 10), 2), title, "black", font(16))
        if shown is not None:
            canvas.paste(_enlarged(shown, (CELL, height)), (place * (CELL + 10), 26))
        else:
            pen.rectangle((place * (CELL + 10), 26, place * (CELL + 10) + CELL, 26 + height), "#eeeeee")
    _chart(pen, (60, height + 52, 3 * CELL - 110, height + 222), _scores(store, picture), noise, weight)
    after = None if image is None else psnr(image, truth)
    return Drawing(encoded(canvas, "JPEG"), _words(noise, weight, before, after, number))


def _words(noise, weight, before, after, number):
    start = f"Noise σ = {noise}, weight γ = {weight}: "
    if after is None:
        return start + "not computed yet for this photograph. Press the button."
    change = "as noisy as before" if abs(after - before) < 0.05 else \
        f"{abs(after - before):.1f} dB {'better' if after > before else 'worse'} than the noisy picture"
    step = f", step {number} of {STEPS}" if number and number < STEPS else ""
    return f"{start}PSNR {after:.1f} dB, {change}{step}."


def _scores(store, picture):
    """{noise: [(weight, PSNR), …]} of a photograph."""
    truth, scores = photograph(picture), {}
    for (name, noise, weight), image in sorted(store.copy().items(), key=lambda item: item[0]):
        if name == picture:
            scores.setdefault(noise, []).append((weight, psnr(image, truth)))
    return scores


def _chart(pen, box, scores, noise, weight):
    """Curves of PSNR over the weight (on a root scale, or the small ones would crowd); the chosen one is bold."""
    left, top, right, bottom = box
    least, most, widest = 8, 36, WEIGHTS[-1]

    def place(w, decibels):
        height = (decibels - least) / (most - least)
        return left + (right - left) * (w / widest) ** 0.5, bottom - (bottom - top) * height

    for decibels in (10, 20, 30):
        y = place(0, decibels)[1]
        pen.line((left, y, right, y), "#dddddd")
        pen.text((left - 8, y), f"{decibels}", "#444444", font(13), anchor="rm")
    for w in WEIGHTS:
        x = place(w, 0)[0]
        pen.line((x, bottom, x, bottom + 4), "#444444")
        pen.text((x, bottom + 6), f"{w}", "#444444", font(13), anchor="ma")
    pen.line((left, bottom, right, bottom), "#444444")
    pen.text((left - 48, top - 18), "PSNR in dB", "black", font(14))
    pen.text(((left + right) / 2, bottom + 22), "weight γ", "black", font(14), anchor="ma")
    for value, color in zip(NOISES, COLORS, strict=False):
        points = [place(*point) for point in scores.get(value, [])]
        bold = value == noise
        if len(points) > 1:
            pen.line(points, color, 5 if bold else 2, joint="curve")
        for x, y in points:
            pen.ellipse((x - 3, y - 3, x + 3, y + 3), color)
        corner = right + 24, top + 4 + 32 * NOISES.index(value)
        pen.text(corner, f"noise σ = {value}", color, font(16 if bold else 13))
    chosen = [place(*point) for point in scores.get(noise, []) if point[0] == weight]
    for x, y in chosen:
        pen.ellipse((x - 8, y - 8, x + 8, y + 8), outline="black", width=3)


def _steps(label, values, value):
    return ipywidgets.SelectionSlider(options=list(values), value=value, description=label,
                                      style={"description_width": "9em"}, layout={"width": "30em", "max_width": "100%"})


def _enlarged(image, size):
    picture = Image.fromarray(to_uint8(image))
    return picture.resize(size, Image.Resampling.NEAREST)

