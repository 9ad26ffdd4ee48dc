"""A start of one's own: how it is brought to the content's form, and that everything knows it."""

from dataclasses import replace

import numpy as np
import pytest

from nst_helpers.checkpoint import Checkpoint, CheckpointError
from nst_helpers.colors import gray
from nst_helpers.images import ImageError, noise_image, resize_image
from nst_helpers.masks import Masks
from nst_helpers.schedule import fitted, pyramid
from nst_helpers.settings import Settings
from nst_helpers.start import first_canvas
from nst_helpers.transfer import first_picture, iterate, transfer

QUICK = Settings(size=48, scales=1, iterations=3)


def bands(lengths, axis):
    """A picture of bands of one gray value each, 0, 50, 100 …, of these lengths along an axis, 40 pixels across."""
    line = np.repeat(50.0 * np.arange(len(lengths)), lengths)
    shape = (line.size, 40) if axis == 0 else (40, line.size)
    plane = np.broadcast_to(line[:, None] if axis == 0 else line, shape)
    return np.repeat(plane[..., None], 3, axis=2).astype(np.float32)


@pytest.mark.parametrize("axis", [0, 1])
def test_what_is_too_long_is_cut_around_the_middle(axis):
    """40 of 80 pixels stay: of bands of 20, 40 and 20 the one in the middle, whole and alone."""
    assert (fitted(bands((20, 40, 20), axis), 24, 24) == 50).all()


def test_a_start_of_the_same_form_is_resized_and_nothing_is_cut():
    picture = noise_image(30, 45, 0)
    np.testing.assert_array_equal(fitted(picture, 20, 30), resize_image(picture, 20, 30))
    np.testing.assert_array_equal(fitted(picture, 30, 45), picture)


@pytest.mark.parametrize("height, width", [(1, 300), (300, 1), (1, 1), (2000, 3)])
def test_starts_of_the_oddest_sizes_are_taken(photograph, height, width):
    first = first_picture(photograph, photograph, QUICK, start=noise_image(height, width, 0))
    assert first.shape == (32, 48, 3) and np.isfinite(first).all()


def test_the_run_begins_at_the_start(photograph):
    """Its first losses are those of the start: with the photograph itself, there is no content loss."""
    first, other = (next(iterate(photograph, photograph[::-1], QUICK, start=start)).losses
                    for start in (photograph, noise_image(64, 96, 0)))
    assert first["content"] < 1e-6 < 0.1 < other["content"]
    like = next(iterate(photograph, photograph[::-1], Settings(size=48, scales=1, iterations=3, init="content")))
    assert first == like.losses


@pytest.mark.parametrize("masks", [None, Masks(None, keep=[[0, 1]])], ids=["everywhere", "kept"])
@pytest.mark.parametrize("colors", ["style", "matched", "brightness"])
@pytest.mark.parametrize("init", ["noise", "content", "own"])
def test_the_first_picture_is_what_the_first_step_changes(photograph, init, colors, masks):
    """A step whose length is nothing leaves it as it is."""
    start = photograph[::-1] if init == "own" else None
    settings = Settings(size=48, scales=2, iterations=2, init="noise" if init == "own" else init, colors=colors,
                        optimizer="gradient_descent", learning_rate=1e-20)
    given = {"content": photograph, "style": photograph[:, ::-1], "settings": settings, "start": start, "masks": masks}
    step, first = next(iterate(**given)), first_picture(**given)
    assert first.shape == (*pyramid(64, 96, settings)[0][:2], 3)
    np.testing.assert_allclose(first, step.image, atol=1e-3)


def test_where_brightness_alone_is_painted_a_start_has_no_colors(photograph):
    level = pyramid(64, 96, QUICK)[0]
    canvas = first_canvas(gray(photograph), level, replace(QUICK, colors="brightness"), photograph[:, ::-1])
    np.testing.assert_array_equal(canvas[..., 0], canvas[..., 2])
    assert np.ptp(first_canvas(photograph, level, QUICK, photograph[:, ::-1]), axis=2).max() > 10


@pytest.mark.parametrize("start, says", [
    (np.zeros((4, 4), np.float32), "start picture has shape"), (np.full((4, 4, 3), -1.0), "start picture has values"),
    ("mine.jpg", r"load_image\('mine.jpg'\)")])
def test_a_start_that_is_no_picture_is_refused(photograph, start, says):
    with pytest.raises(ImageError, match=says):
        transfer(photograph, photograph, QUICK, start=start)


def test_a_checkpoint_knows_the_start(photograph, tmp_path):
    def stop(step):
        if step.iteration == 2:
            raise KeyboardInterrupt

    path, start = tmp_path / "run.npz", photograph[:, ::-1]
    whole = transfer(photograph, photograph[::-1], QUICK, start=start)
    assert transfer(photograph, photograph[::-1], QUICK, stop, Checkpoint(path), start=start).interrupted
    for other in (None, noise_image(64, 96, 0)):
        with pytest.raises(CheckpointError, match="the start picture differ"):
            transfer(photograph, photograph[::-1], QUICK, checkpoint=Checkpoint(path), start=other)
    resumed = transfer(photograph, photograph[::-1], QUICK, checkpoint=Checkpoint(path), start=start)
    np.testing.assert_array_equal(resumed.image, whole.image)
