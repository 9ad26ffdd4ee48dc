"""A kernel to edit, and a window to slide."""

from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from nst_helpers.arrays import Numbers
from nst_helpers.experiments.kernels import feature_map, filtered
from nst_helpers.plots import BLUE, SIGNED
from nst_helpers.shipped import shipped_picture
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded, font, pillow, slider

KERNELS = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "blur": [[1 / 9, 1 / 9, 1 / 9], [1 / 9, 1 / 9, 1 / 9], [1 / 9, 1 / 9, 1 / 9]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "Sobel: upright edges": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "Sobel: level edges": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "Laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
}
OWN = "my own numbers"
PLACES = [(m, n) for m in range(3) for n in range(3)]
# A bright square on dark ground, with a hard left and a soft right edge. It is wide enough for a 3×3 window to lie
# on an even area inside it, and so is the ground.
SMALL_PICTURE = np.ones((8, 12))
SMALL_PICTURE[2:7, 3:7] = 9
SMALL_PICTURE[2:7, 7] = 5
SIZE = 400  # pixels of a photograph's longer side


# The kernel editor


def kernel_editor(pictures: Sequence[str] = ("temple", "cat", "coffee", "astronaut")) -> Panel:
    """Nine numbers, typed or taken from a list, and what they make of a photograph.

    controls: "preset", "picture", and the nine numbers "k00" … "k22" (row, column).
    """
    controls: dict[str, Any] = {"preset": dropdown("kernel", [*KERNELS, OWN], "Sobel: upright edges"),
                "picture": dropdown("photograph", pictures)}
    for m, n in PLACES:
        controls[f"k{m}{n}"] = ipywidgets.FloatText(step=0.5, layout={"width": "5.5em"}, description=f"K({m}, {n})",
                                                   style={"description_width": "0"})
    _fill(controls, KERNELS[controls["preset"].value])
    panel = Panel(lambda preset, picture, **kernel: draw_kernel(picture, list(kernel.values())), controls, _editor)

    def preset_chosen(change):
        if change["new"] != OWN:
            with panel.together():
                _fill(controls, KERNELS[change["new"]])

    def number_typed(change):
        kernel = [controls[f"k{m}{n}"].value for m, n in PLACES]
        names = [name for name, values in KERNELS.items() if np.allclose(np.ravel(values), kernel, atol=5e-4)]
        if not panel.held:
            controls["preset"].value = names[0] if names else OWN

    controls["preset"].observe(preset_chosen, "value")
    for m, n in PLACES:
        controls[f"k{m}{n}"].observe(number_typed, "value")
    return panel


def draw_kernel(picture: str, kernel: npt.ArrayLike) -> Drawing:
    """A photograph and what a kernel of nine numbers makes of it, side by side; below them the kernel."""
    if not np.all(np.abs(kernel) <= 1000):  # not-a-number is refused too
        raise ValueError("type numbers from −1000 to 1000")
    image, kernel = shipped_picture(picture, SIZE), np.reshape(kernel, (3, 3)).astype(np.float32)
    result, total = filtered(image, kernel), float(kernel.sum())
    words = f"The nine numbers add up to {total:.3g}: a flat area " + (
        "keeps its brightness." if abs(total - 1) < 0.005 else
        "becomes 0, shown as middle grey; brighter is positive, darker negative." if abs(total) < 0.005 else
        f"becomes {total:.3g} times as bright.")
    zero = 128 if abs(total) < 0.005 else 0
    height, width = image.shape[:2]
    canvas = Image.new("RGB", (2 * width + 8, height + 26 + 224), "white")
    for left, title, one in ((0, "photograph", image), (width + 8, "its map, each colour by itself", result + zero)):
        canvas.paste(pillow(one), (left, 26))
        ImageDraw.Draw(canvas).text((left, 3), title, "black", font(15))
    _grid(ImageDraw.Draw(canvas), 26, height + 26 + 70, kernel, 50, "kernel K(m, n)")
    _levels(canvas, (width + 8, height + 26 + 70), zero)
    return Drawing(encoded(canvas, "JPEG"), words)


def _levels(canvas, place, zero):
    """Which number each grey level of a map stands for."""
    (x, y), pen = place, ImageDraw.Draw(canvas)
    canvas.paste(pillow(np.tile(np.arange(256.0)[:, np.newaxis], (24, 1, 3))), place)
    pen.text((x, y - 56), "what its levels mean, in each colour", "black", font(17))
    for level in (0, 128, 255):
        pen.text((x + level, y + 40), f"{level - zero}".replace("-", "−"), "black", font(14), anchor="mm")


def _fill(controls, kernel):
    for m, n in PLACES:
        controls[f"k{m}{n}"].value = round(float(kernel[m][n]), 4)


def _editor(controls):
    """The lists at the left, the nine numbers in a square at the right."""
    rows = [ipywidgets.HBox([controls[f"k{m}{n}"] for n in range(3)]) for m in range(3)]
    return ipywidgets.HBox([ipywidgets.VBox([controls["preset"], controls["picture"]]), ipywidgets.VBox(rows)])


# The sliding window


def sliding_window(image: Numbers = SMALL_PICTURE) -> Panel:
    """A window on a small picture: its products with the kernel, and the sum that becomes one number of F.

    controls: "row", "column" (of the window's upper left corner), "kernel", and "turned" (by half a turn).
    """
    last_row, last_column = image.shape[0] - 3, image.shape[1] - 3
    controls = {"row": slider("row i", 2, 0, last_row), "column": slider("column j", 2, 0, last_column),
                "kernel": dropdown("kernel", KERNELS, KERNELS["Sobel: upright edges"]),
                "turned": ipywidgets.Checkbox(False, description="turn the kernel by half a turn (true convolution)",
                                              style={"description_width": "9em"}, layout={"width": "40em"})}
    return Panel(lambda **values: draw_window(image, **values), controls)


def draw_window(image: Numbers, row: int, column: int, kernel: npt.ArrayLike,
                turned: bool = False) -> Drawing:
    """The picture, the nine products under the window, and the map F, as grids of numbers."""
    kernel = np.array(kernel, float)[::-1, ::-1] if turned else np.array(kernel, float)
    features, window = feature_map(image, kernel), image[row : row + 3, column : column + 3]
    cell = min(31, 372 // max(image.shape))
    canvas = Image.new("RGB", (760, 650), "white")
    pen = ImageDraw.Draw(canvas)
    _grid(pen, 26, 66, image, cell, "picture I(i, j)", [(row + m, column + n) for m, n in PLACES])
    _grid(pen, 440, 66, features, cell, "feature map F(i, j)", [(row, column)])
    products = [[f"{_short(window[m, n])} · {_bracketed(kernel[m, n])}\n= {_short(window[m, n] * kernel[m, n])}"
                 for n in range(3)] for m in range(3)]
    _grid(pen, 26, 380, window * kernel, 86, "products I(i+m, j+n) · K(m, n)", texts=products)
    _sum(pen, (440, 380 + 86), features[row, column], f"their sum F({row}, {column})")
    terms = " + ".join(_bracketed(value) for value in (window * kernel).ravel())
    words = f"F({row}, {column}) = {terms} = {_short(features[row, column])}"
    return Drawing(encoded(canvas, "PNG"), words)


def _sum(pen, place, value, title):
    """The sum of the products, in the frame that it has in the map; an arrow leads to it from the products."""
    (x, y), size = place, 86
    pen.line((312, y + size // 2, x - 30, y + size // 2), "#777777", 3)
    pen.polygon([(x - 12, y + size // 2), (x - 30, y + size // 2 - 9), (x - 30, y + size // 2 + 9)], "#777777")
    pen.rectangle((x, y, x + size, y + size), "white", BLUE, 4)
    pen.text((x + size / 2, y + size / 2), _short(value), "black", font(26), anchor="mm")
    pen.text((x, y - 12), title, "black", font(17), anchor="ls")


def _grid(pen, left, top, values, cell, title, marked=(), texts=None):
    """Numbers in a grid, coloured by their sign; the marked cells in a frame."""
    colors = _colors(values)
    pen.text((left, top - 56), title, "black", font(17))
    for axis, count in enumerate(values.shape):
        for number in range(count):
            along = (number + 0.5) * cell
            place = (left + along, top - 12) if axis else (left - 12, top + along)
            pen.text(place, str(number), "#666666", font(13), anchor="mm")
    for (m, n), value in np.ndenumerate(values):
        x, y = left + n * cell, top + m * cell
        pen.rectangle((x, y, x + cell, y + cell), tuple(colors[m, n]), "#999999")
        text = texts[m][n] if texts else _short(value)
        size = min(18, int(1.35 * cell / max(3, *map(len, text.split("\n")))))
        pen.text((x + cell / 2, y + cell / 2), text, "black", font(size), anchor="mm", align="center")
    if marked:
        (m0, n0), (m1, n1) = marked[0], marked[-1]
        corners = left + n0 * cell, top + m0 * cell, left + (n1 + 1) * cell, top + (m1 + 1) * cell
        pen.rectangle(corners, outline=BLUE, width=4)


def _colors(values):
    """Pale orange above zero, pale purple below, as 0–255."""
    import matplotlib

    limit = 2 * (float(np.abs(values).max()) or 1.0)
    return (255 * matplotlib.colormaps[SIGNED](values / limit / 2 + 0.5)[..., :3]).astype(int)


def _short(value):
    """A number in few characters, with a true minus sign."""
    return f"{round(float(value), 2) + 0:.3g}".replace("-", "−")


def _bracketed(value):
    return f"({_short(value)})" if value < 0 else _short(value)
