"""The weight of the total variation against the noise."""

from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw

from nst_helpers.arrays import Image as Picture
from nst_helpers.experiments.denoising import STEPS, denoising, psnr, with_noise
from nst_helpers.plots import COLORS
from nst_helpers.shipped import picture_names, shipped_picture
from nst_helpers.widgets.base import Drawing, Panel, choice_slider, dropdown, encoded, font, pillow
from nst_helpers.widgets.live import Live

NOISES = (10, 20, 40, 60)
WEIGHTS = (0, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96)
CELL = 300  # pixels, the width of each of the three pictures


# The widget


def photograph(name: str, size: int = 120) -> Picture:
    """A shipped photograph, its longer side at most so many pixels."""
    return shipped_picture(name, size)


def weight_against_noise(pictures: Mapping[tuple[float, float], Picture], name: str = "coffee",
                         others: Sequence[str] | None = None) -> Live:
    """Noise and weight: the noisy photograph, what total variation makes of it, and the PSNR over the weight.

    Args:
        pictures: {(noise, weight): image}, computed before, of the photograph `name`; noises from NOISES, weights
            from WEIGHTS.
        others: photographs for which nothing is computed before; the button does it. None: the other shipped ones.

    controls: "picture", "noise", "weight". The box is a `Live`.
    """
    photographs = picture_names("content", first=name) if others is None else [name, *others]
    store = {(name, *key): image for key, image in pictures.items()}
    noises, weights = (sorted({key[part] for key in pictures}) for part in (0, 1))
    noise = noises[len(noises) // 2]
    controls = {"picture": dropdown("photograph", photographs),
                "noise": choice_slider("noise σ", noises, noise),
                "weight": choice_slider("weight γ", weights, min(weights, key=lambda w: abs(w - 0.8 * noise)))}
    panel = Panel(lambda picture, noise, weight: draw_denoised(store, picture, noise, weight), controls)

    def job(picture, noise, weight):
        noisy = with_noise(photograph(picture), noise)
        for number, image in enumerate(denoising(noisy, weight), 1):
            if number == STEPS:
                store[picture, noise, weight] = image
            if number % 4 == 0:
                yield number / STEPS, draw_denoised(store, picture, noise, weight, image, number)

    return Live(panel, job)


def draw_denoised(store: Mapping[tuple[str, float, float], Picture], picture: str, noise: float, weight: float,
                  image: Picture | None = None, number: int | None = None) -> Drawing:
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


def _enlarged(image, size):
    return pillow(image).resize(size, Image.Resampling.NEAREST)
