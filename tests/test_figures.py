"""What the lessons draw with: the same figure gives the same bytes, and every figure has its words."""

import base64
import io
import re
from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from nst_helpers import plots

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, as [(data, metadata)]."""
    displayed = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw, metadata=None: displayed.append((data, metadata)))
    return displayed


def curve():
    figure, axes = plots.subplots(size=(4, 2))
    axes.plot([1, 2, 4])
    axes.set(xlabel="x", title="a curve")
    return figure


def test_the_same_figure_gives_the_same_bytes_without_a_version_in_them():
    first, second = plots.png(curve()), plots.png(curve())
    assert first == second and b"Software" not in first and b"atplotlib" not in first


def test_show_stores_picture_and_words(shown):
    assert plots.show(curve(), alt="a rising curve") is None
    ((data, metadata),) = shown
    assert data["text/plain"] == metadata["image/png"]["alt"] == "a rising curve"
    assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).size == (440, 220)


def test_a_photo_is_stored_as_jpeg_with_its_words(shown):
    plots.show(curve(), alt="a rising curve", photo=True)
    ((data, metadata),) = shown
    assert set(data) == {"image/jpeg", "text/plain"} and metadata["image/jpeg"]["alt"] == "a rising curve"
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/jpeg"])))
    assert picture.format == "JPEG" and picture.size == (440, 220)


def test_a_caption_stands_below_and_is_the_alternative_text(shown):
    plots.show(curve(), "The loss < 3 falls.")
    (picture, metadata), (caption, _) = shown
    assert picture["text/plain"] == metadata["image/png"]["alt"] == caption["text/plain"] == "The loss < 3 falls."
    assert caption["text/html"].startswith('<p class="nst-caption"') and "The loss &lt; 3 falls.</p>" in caption[
        "text/html"]


def test_a_picture_without_words_is_refused(shown):
    with pytest.raises(ValueError, match="give it a caption"):
        plots.show(curve())
    assert not shown


@pytest.mark.parametrize(("limits", "labels"), [
    ((0.3, 1.5), ["0.3", "0.4", "0.6", "1"]), ((10, 250), ["10", "20", "50", "100", "200"]),
    ((1, 20_000), ["1", "10", "100", "1,000", "10,000"]), ((200_000, 1_000_000), ["200,000", "300,000", "400,000",
                                                                                "600,000", "1,000,000"])])
def test_a_logarithmic_axis_of_few_decades_has_plain_numbers(limits, labels, shown):
    figure, axes = plots.subplots()
    axes.set(yscale="log", ylim=limits)
    plots.show(figure, alt="an axis")
    ticks = [(value, label.get_text()) for minor in (False, True)
             for value, label in zip(axes.get_yticks(minor=minor), axes.get_yticklabels(minor=minor), strict=True)]
    assert [label for value, label in sorted(ticks) if label and limits[0] <= value <= limits[1]] == labels


@pytest.mark.parametrize("limits", [(1e-8, 1), (1, 1e9)])
def test_a_logarithmic_axis_of_many_decades_has_powers(limits, shown):
    figure, axes = plots.subplots()
    axes.set(yscale="log", ylim=limits)
    plots.show(figure, alt="an axis")
    assert "10^{" in axes.get_yticklabels()[2].get_text()


def test_a_row_of_pictures_of_different_shapes(shown):
    images = [np.zeros((10, 20, 3)), np.full((30, 10, 3), 255.0), np.eye(5)]
    plots.show_images(images, ["wide", "high", "map"], alt="three pictures")
    picture = Image.open(io.BytesIO(base64.b64decode(shown[0][0]["image/png"])))
    assert picture.width == 990 and picture.height < 990


def test_a_signed_map_has_a_white_zero():
    _, axes = plots.subplots()
    plots.draw_image(axes, np.array([[-1.0, 0.0], [0.5, 0.2]]), signed=True)
    (image,) = axes.get_images()
    assert image.get_clim() == (-1, 1)
    assert image.cmap(image.norm(0.0))[:3] == pytest.approx((1, 1, 1), abs=0.05)


def test_a_matrix_has_its_numbers_in_it():
    _, axes = plots.subplots()
    plots.draw_matrix(axes, [[1, -2.5], [0, 1e3]], "K", marked=[(0, 1)])
    assert [text.get_text() for text in axes.texts] == ["1", "−2.5", "0", "1e+03"]
    assert len(axes.patches) == 1


def test_a_flat_map_can_be_drawn_too():
    for signed in (False, True):
        figure, axes = plots.subplots()
        plots.draw_image(axes, np.zeros((2, 2)), signed=signed)
        assert plots.png(figure).startswith(b"\x89PNG")
    figure, axes = plots.subplots()
    plots.draw_matrix(axes, np.zeros((2, 2)))
    assert plots.png(figure)


# Colours that everybody can tell apart

# What the eye with one kind of cone missing sees, on linear RGB: Machado, Oliveira, Fernandes 2009, severity 1.
VISION = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
WHITE = (0.95047, 1.0, 1.08883)  # D65
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])  # of linear sRGB


def seen(colors, vision):
    """CIELAB of colours by that eye: distances are differences as seen; 2.3 is just noticeable."""
    rgb = np.array([to_rgb(color) for color in colors])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = (np.clip(linear @ np.transpose(VISION[vision]), 0, 1) @ XYZ.T / WHITE).T
    x, y, z = (np.where(part > 0.008856, np.cbrt(part), 7.787 * part + 16 / 116) for part in (x, y, z))
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def nearest(lab):
    return min(np.linalg.norm(first - second) for first, second in combinations(lab, 2))


def test_the_measure_of_colors_by_known_values():
    white, red = seen(["white", "red"], "all cones")
    np.testing.assert_allclose(white, [100, 0, 0], atol=0.1)
    np.testing.assert_allclose(red, [53.2, 80.1, 67.2], atol=0.2)
    confused = "#b04a00", "#6d7000"  # a red and a green of one brightness for an eye without red cones
    assert nearest(seen(confused, "all cones")) > 2 * nearest(seen(confused, "protanopia"))


@pytest.mark.parametrize("vision", VISION)
def test_lines_differ_for_every_eye(vision):
    assert nearest(seen(plots.COLORS, vision)) > 15
    assert nearest(seen([line["color"] for line in plots.LINES.values()], vision)) > 15


def test_the_curves_differ_without_any_color():
    assert len({line["linestyle"] for line in plots.LINES.values()}) == len(plots.LINES)


@pytest.mark.parametrize("vision", VISION)
def test_numbers_below_and_above_zero_differ_for_every_eye(vision):
    below, zero, above = seen(matplotlib.colormaps[plots.SIGNED]([0.1, 0.5, 0.9])[:, :3], vision)
    assert np.linalg.norm(below - above) > 40 and zero[0] > 90 > 60 > max(below[0], above[0])


@pytest.mark.parametrize("path", sorted([*(ROOT / "notebooks" / "sources").glob("*.py"),
                                         *(ROOT / "nst_helpers").rglob("*.py")]), ids=lambda path: path.stem)
def test_no_color_is_named_outside_the_palette(path):
    """Greys, black and white apart; colour maps are grey, the signed one, or such whose lightness only rises."""
    source = path.read_text(encoding="utf-8")
    codes = set(re.findall(r"#[0-9a-fA-F]{6}\b", source))
    own = {code for code in codes - {*plots.COLORS} if len({code[1:3], code[3:5], code[5:]}) > 1}  # all but greys
    assert own <= {"#c4d3df"}, "a pale blue behind a map"
    named = re.findall(r"""\b(?:color|c|fill|outline)=["']([a-z]+)["']""", source)
    assert set(named) <= {"black", "white", "k", "none", "gray"}
    maps = set(re.findall(r"""cmap=["'](\w+)["']""", source))
    assert maps <= {"gray", "viridis", "viridis_r", "GnBu_r", plots.SIGNED}
