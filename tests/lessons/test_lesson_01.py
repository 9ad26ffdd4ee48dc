"""Lesson 01, convolution: its exercises beyond the usual kind, its diagrams, and what it writes by hand."""

import io

import numpy as np
import pytest
from lesson_code import lesson_functions
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image
from scipy.signal import convolve2d, correlate2d

from nst_helpers import plots
from nst_helpers.diagrams import convolution as diagrams
from nst_helpers.diagrams.likeness import framed, labelled_places
from nst_helpers.exercises import find, verdict

LESSON = "01_convolution"
GAUSS = np.exp(-np.arange(-6, 7) ** 2 / 8)


# The exercises

def test_the_full_convolution_is_scipys():
    (by_lesson,) = lesson_functions(LESSON, "full")
    for image, kernel in find("01-full").inputs(np.random.default_rng(3)):
        np.testing.assert_allclose(by_lesson(image, kernel), convolve2d(image, kernel))
        np.testing.assert_allclose(find("01-full").truth(image, kernel), convolve2d(image, kernel))


def test_the_planted_bug_is_the_lessons_and_leaves_the_shape_right():
    source = lesson_functions.__globals__["SOURCES"] / f"{LESSON}.py"
    stub = source.read_text().split('tags=["exercise"]\n')[5].split("# %%")[0]
    names = {"np": np, "sliding_window_view": sliding_window_view}
    exec(stub, names)
    found = verdict("01-colors", names["maps_of_colors"])
    assert found.text.startswith("○ 01-colors: the bug is still in it.") and found.details is not None
    assert verdict("01-colors", lesson_functions(LESSON, "maps_of_colors")[0]).passed
    red = np.full((2, 3, 3), [200.0, 0, 0])
    wrong, right = (apply(red, np.ones((1, 1))) for apply in (names["maps_of_colors"], find("01-colors").truth))
    assert wrong.shape == right.shape == (3, 2, 3)
    assert [*map(np.unique, right)] == [200, 0, 0] and np.array_equal(wrong[0], [[200, 0, 0], [200, 0, 0]])


@pytest.mark.parametrize("turned", [lambda image: np.transpose(image, (2, 0, 1)), lambda image: np.rollaxis(image, 2),
                                    lambda image: np.stack([image[..., color] for color in range(3)]),
                                    lambda image: image.T.swapaxes(1, 2), lambda image: np.array(np.dsplit(image, 3))[
                                        ..., 0]])
def test_colors_first_in_other_words(turned):
    def answer(image, kernel):
        return np.stack([correlate2d(plane, kernel, mode="valid") for plane in turned(image)])

    assert verdict("01-colors", answer).passed


@pytest.mark.parametrize("answer", ["r / (1 - a)", "r/(1-a)", "r * (1 - a)**-1", "-r / (a - 1)", "r + r*a/(1 - a)"])
def test_the_level_in_any_notation(answer):
    assert verdict("01-level", answer).passed


def test_each_wrong_level_gets_its_hint():
    for hint, wrong in find("01-level").mistakes.items():
        assert verdict("01-level", wrong) == (False, f"✗ 01-level: {hint}")


@pytest.mark.parametrize("kernel", [np.eye(9) / 9, np.eye(15) / 15, (np.eye(11) / 11).tolist(),
                                    np.diag(GAUSS / GAUSS.sum())])
def test_kernels_of_a_moved_camera(kernel):
    found = verdict("01-motion", kernel)
    assert found.passed and found.details.picture.shape == (360, 480, 3)


@pytest.mark.parametrize(("kernel", "missed"), [
    (np.eye(9), "ΣK"), (np.eye(9)[::-1] / 9, "stripes along"), (np.ones((9, 9)) / 81, "stripes along"),
    (np.eye(3) / 3, "stripes across"), (np.eye(9, k=2) / 7, "shift of the picture"), (np.eye(1), "stripes across"),
    (np.diag([0.5, *np.zeros(7), 0.5]), "stripes across"), (np.diag(np.arange(9) % 2 == 0) / 5, "stripes across"),
    (np.eye(9) - 1 / 9, "ΣK"), (np.diag([9, 8, 7, 6, 5, 4, 3, 2, 1]) / 45, "shift of the picture"),
    (np.tile(np.arange(9) == 4, (9, 1)) / 9, "stripes along"),
    (np.tile(np.arange(9) == 4, (9, 1)).T / 9, "stripes along"),
    (np.eye(8) / 8, "with an odd side"), (np.ones(9) / 9, "square kernel"), ("diagonal", "cannot be measured of text")])
def test_other_kernels_are_told_what_they_miss(kernel, missed):
    found = verdict("01-motion", kernel)
    assert not found.passed and missed in found.text


@pytest.mark.parametrize("wrong", [{"mode": "edge"}, {"mode": "reflect"}])
def test_a_full_convolution_by_padding_passes_with_zeros_only(wrong):
    def padded(image, kernel, **how):
        sides = [(side - 1, side - 1) for side in kernel.shape]
        return convolve2d(np.pad(image, sides, **how), kernel, mode="valid")

    assert verdict("01-full", padded).passed
    found = verdict("01-full", lambda image, kernel: padded(image, kernel, **wrong))
    assert not found.passed and "pad with zeros" in found.text


# The diagrams

def test_windows_and_places_carry_one_letter_and_each_place_its_share():
    picture, below = np.zeros((30, 40)), np.zeros((21, 31))
    below[4, 6], below[15, 25] = 4, -2
    figure = labelled_places(picture, {"one": np.abs(below), "two": below}, {"A": (4, 6), "B": (15, 25)}, 10)
    told = [[text.get_text() for text in axes.texts] for axes in figure.axes]
    assert ["A: 1.00", "B: −0.50"] in told and ["A", "B"] in told
    assert any(words[-2:] == ["A: 1.00", "B: 0.50"] for words in told)
    assert len(plots.png(figure)) > 10_000


def test_a_third_map_stands_beside_the_others_and_the_patch_alone_is_framed():
    picture = np.random.default_rng(0).uniform(0, 255, (30, 40))
    figure = labelled_places(picture, dict.fromkeys("abc", picture[:21, :31]), {"A": (4, 6)}, 10)
    assert [axes.get_title() for axes in figure.axes[:4]] == ["", "a", "b", "c"]
    (axes,) = framed(picture, {"A": (4, 6)}, 10).axes
    assert [text.get_text() for text in axes.texts] == ["A"] and len(axes.patches) == 1


def test_the_blocks_are_drawn_and_refuse_a_window_outside():
    assert Image.open(io.BytesIO(plots.png(diagrams.kernel_blocks()))).width == 990
    with pytest.raises(ValueError, match="outside 0 to 4"):
        diagrams.kernel_blocks(row=5)


def test_the_window_walks_to_all_places_and_begins_with_the_end():
    film = Image.open(io.BytesIO(diagrams.walk([(6, 3, 2, 0), (6, 3, 2, 1)])))
    assert film.n_frames == 1 + 36 and film.size == (660, 400) and film.info["loop"] == 0
    frames = []
    for number in range(film.n_frames):
        film.seek(number)
        frames.append(np.asarray(film.convert("RGB")))
    left, right = ({frame[:, half].tobytes() for frame in frames[1:]} for half in (slice(330), slice(330, None)))
    assert len(left) == 4 and len(right) == 9
    np.testing.assert_array_equal(frames[0], frames[-1])
