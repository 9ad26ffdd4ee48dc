"""What the lessons draw with: the same figure gives the same bytes, and every figure has its words."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from nst_helpers import plots


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, as [(data, metadata)]."""
    displayed = []
    monkeypatch.setattr("IPython.display.display", lambda data, metadata, raw: displayed.append((data, metadata)))
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
