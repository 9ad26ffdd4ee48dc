"""Lesson 06: its total variation by hand is the package's, its minimum is proven, and its widget works."""

import io
import threading

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers import losses
from nst_helpers.backend import tf
from nst_helpers.diagrams import variation as variation_diagrams
from nst_helpers.exercises import find, verdict
from nst_helpers.experiments import denoising, grain
from nst_helpers.experiments.denoising import psnr
from nst_helpers.plots import png
from nst_helpers.widgets import variation
from nst_helpers.widgets.variation import NOISES, WEIGHTS, photograph, weight_against_noise

LESSON = "06_total_variation"


@pytest.fixture
def picture():
    return np.random.default_rng(0).uniform(0, 255, (9, 11, 3))


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB"), float)


# By hand and by the package

def test_the_sum_by_hand_is_the_packages(picture):
    (by_hand,) = lesson_functions(LESSON, "total_variation", "differences")[:1]
    for epsilon in (1e-9, 1.0, 40.0):
        assert by_hand(picture, epsilon) == pytest.approx(float(losses.total_variation(picture, epsilon)), rel=1e-9)


@pytest.mark.parametrize("epsilon", [1e-3, 1.0, 10.0])
def test_the_gradient_by_hand_is_the_tapes_and_the_experiments(picture, epsilon):
    gradient, _, _ = lesson_functions(LESSON, "tv_gradient", "differences", "spread")
    picture[2:5, 3:6] = 128  # a flat place
    image = tf.constant(picture)
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = losses.total_variation(image, epsilon)
    np.testing.assert_allclose(gradient(picture, epsilon), tape.gradient(value, image), atol=1e-9)
    np.testing.assert_allclose(denoising.slope(picture, epsilon), gradient(picture, epsilon), atol=1e-12)


def chambolle(noisy, gamma, spread, steps):
    """(minimum of ROF, a lower bound of it), as Chambolle has it in 2004: no other picture is better by more."""
    pushes = np.zeros((2, noisy.shape[0] - 1, noisy.shape[1] - 1, 3))
    for _ in range(steps):
        pushes = pushes + np.stack(denoising.differences(noisy - gamma * spread(noisy, *pushes))) / (8 * gamma)
        pushes /= np.maximum(1, np.hypot(*pushes))
    image = noisy - gamma * spread(noisy, *pushes)
    return image, 0.5 * np.sum(noisy**2) - 0.5 * np.sum(image**2)


def test_the_exact_minimum_is_the_minimum_by_a_lower_bound():
    rof, spread, *_ = lesson_functions(LESSON, "rof", "spread", "total_variation", "differences")
    noisy = denoising.with_noise(photograph("coffee", 32), 20).astype(float)
    image, bound = chambolle(noisy, 12.0, spread, steps=2000)
    exact = denoising.exact_minimum(noisy, 12.0, steps=2000)
    assert bound <= rof(exact, noisy, 12.0) < bound * 1.001
    for other in (noisy, np.full_like(noisy, noisy.mean()), image):
        assert rof(other, noisy, 12.0) >= bound
    np.testing.assert_allclose(image, exact, atol=0.5)


def test_the_descent_is_no_further_from_the_minimum_than_its_gradient_is_long():
    descend, *_ = lesson_functions(LESSON, "descend", "tv_gradient", "differences", "spread")
    noisy = denoising.with_noise(photograph("coffee", 32), 20).astype(float)
    nearly, _ = descend(noisy, 12.0, steps=3000)
    np.testing.assert_allclose(nearly, denoising.smoothed_minimum(noisy, 12.0, 1.0, steps=2000), atol=0.05)
    for steps in (3, 30, 300):
        image, gradient = descend(noisy, 12.0, steps=steps)
        assert grain.rms(image - nearly) <= grain.rms(gradient)


def test_scipy_comes_to_the_same_minimum():
    noisy = denoising.with_noise(photograph("coffee", 32), 20)
    exact, rounded = (denoising.smoothed_minimum(noisy, 12.0, epsilon) for epsilon in (0, 0.1))
    assert np.sqrt(np.mean((exact - rounded) ** 2)) < 0.3
    softer = denoising.smoothed_minimum(noisy, 12.0, 40.0)
    assert np.abs(np.diff(softer, axis=1)).mean() > np.abs(np.diff(exact, axis=1)).mean()


def test_the_rule_of_the_solution_removes_the_noises_size():
    (rule,) = lesson_functions(LESSON, "rule_of_rof")
    noisy = denoising.with_noise(denoising.shapes(24), 20)
    removed = noisy - denoising.exact_minimum(noisy, rule(noisy, 20.0), steps=100)
    assert grain.rms(removed) == pytest.approx(20, rel=0.01)


# Grain

def test_octaves_share_out_a_picture(picture):
    parts = [grain.octave(picture, shortest) for shortest in (2, 4, 8, 16)]
    np.testing.assert_allclose(sum(parts), picture - picture.mean(axis=(0, 1)), atol=1e-3)
    wave = np.cos(2 * np.pi * np.arange(12) / 3)[:, None, None] * np.ones((12, 12, 1))
    np.testing.assert_allclose(grain.octave(wave), wave, atol=1e-6)
    assert grain.rms(grain.octave(wave, 4)) < 1e-6


def test_the_price_of_noise_for_a_sum_of_squares():
    image = np.full((12, 12, 3), 100.0)
    for colored in (True, False):
        assert grain.price(lambda i: np.mean((i - 100) ** 2), image, 2, colored, size=3.0) == pytest.approx(9, rel=1e-4)


# Exercises and diagrams

def test_the_tv_of_a_batch_in_other_words():
    total_variation, _ = lesson_functions(LESSON, "total_variation", "differences")

    def by_turning(images):  # the planted function is right for colours that come first
        first = np.moveaxis(images, 3, 1)
        corner = first[:, :, :-1, :-1]
        return np.hypot(first[:, :, 1:, :-1] - corner, first[:, :, :-1, 1:] - corner).sum(axis=(1, 2, 3))

    def by_pictures(images):
        return [total_variation(image) for image in images]

    def by_differences(images):
        return np.hypot(np.diff(images, axis=1)[:, :, :-1], np.diff(images, axis=2)[:, :-1]).reshape(
            len(images), -1).sum(axis=1)

    assert all(verdict("06-batch", answer).passed for answer in (by_turning, by_pictures, by_differences))
    assert verdict("06-batch", lesson_functions(LESSON, "tv_of_batch")[0]).passed


def test_the_planted_tv_takes_color_for_change_and_stripes_for_none():
    even, stripes = np.zeros((2, 1, 4, 5, 3))
    even[...] = 200, 0, 0
    stripes[:, ::2] = 90
    planted, truth = find("06-batch").planted, find("06-batch").truth
    assert planted(even) == 4 * 4 * 200 and truth(even) == 0
    assert planted(stripes) == 0 and truth(stripes) == 3 * 4 * 3 * 90


@pytest.mark.parametrize("answer", ["2*gamma/R", "gamma / (R / 2)", "(2 * gamma) * R**-1", "gamma*2*pi*R / (pi*R**2)"])
def test_the_disc_in_other_words(answer):
    assert verdict("06-disc", answer).passed


def test_the_diagrams_draw(picture):
    rows = {name: [1.0, 2.0, 1.5] for name in "abcd"}
    for figure in (variation_diagrams.magnified([picture, picture], ["one", "two"], (1, 1, 4)),
                   variation_diagrams.three_terms(), variation_diagrams.rounded_corner((0.001, 3)),
                   variation_diagrams.price_chart((2, 4), {"grey": [0.2, 0.1], "coloured": [0.05, 0.1]}),
                   variation_diagrams.pushes_chart(picture, {"push": (picture - 128, "no unit")}),
                   variation_diagrams.gain_chart([0.2, 0.6, 1.0], rows, 0.6),
                   variation_diagrams.ramp_chart(np.arange(9), np.arange(9), {"a": np.arange(9), "b": np.arange(9)})):
        assert png(figure).startswith(b"\x89PNG")


# The widget

@pytest.fixture(scope="module")
def pictures():
    truth = photograph("coffee")
    return {(noise, weight): list(denoising.denoising(denoising.with_noise(truth, noise), weight, steps=8))[-1]
            for noise in NOISES[:2] for weight in WEIGHTS[:5]}


@pytest.fixture
def box(pictures):
    return weight_against_noise(pictures, others=("cat",))


def test_every_control_changes_the_picture_and_the_words(box):
    for name, value in (("weight", 2), ("noise", 10), ("picture", "cat")):
        before, said = pixels(box), box.words.value
        box.controls[name].value = value
        assert np.abs(pixels(box) - before).mean() > 0.5 and box.words.value != said, name
    assert "not computed yet" in box.words.value


def test_the_words_say_the_psnr(box, pictures):
    box.controls["noise"].value, box.controls["weight"].value = 20, 8
    assert f"PSNR {psnr(pictures[20, 8], photograph('coffee')):.1f} dB" in box.words.value
    box.controls["weight"].value = 0
    assert "as noisy as before" in box.words.value


def test_the_button_computes_what_is_missing_and_it_stays(box):
    box.controls["picture"].value = "cat"
    before = pixels(box)
    box.start()
    box.wait(60)
    assert box.error is None and box.progress.value == 1 and np.abs(pixels(box) - before).mean() > 0.5
    words = box.words.value
    assert "better than the noisy picture" in words and "step" not in words
    box.controls["picture"].value = "coffee"
    box.controls["picture"].value = "cat"
    assert box.words.value == words


def test_stop_leaves_what_there_is(box, monkeypatch):
    go_on, reached = threading.Event(), threading.Event()
    original = variation.denoising

    def slowly(noisy, weight):
        for number, image in enumerate(original(noisy, weight), 1):
            if number == 6:
                reached.set()
                go_on.wait(10)
            yield image

    monkeypatch.setattr(variation, "denoising", slowly)
    box.controls["picture"].value = "cat"
    box.start()
    assert reached.wait(30)
    box.stop()
    go_on.set()
    box.wait(30)
    assert not box.running and box.progress.value < 0.2 and "step 8 of 100" in box.words.value


def test_readers_see_the_stored_picture(box):
    data, metadata = box._repr_mimebundle_()
    assert "dB" in data["text/plain"] and metadata["image/jpeg"]["alt"] == data["text/plain"]
