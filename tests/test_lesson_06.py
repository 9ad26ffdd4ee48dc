"""Lesson 06: its total variation by hand is the package's, its closed forms hold, and its widget works."""

import io
import threading

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers import losses
from nst_helpers.backend import tf
from nst_helpers.experiments import denoising
from nst_helpers.experiments.denoising import psnr
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
    loops, fast = lesson_functions(LESSON, "tv_loops", "differences", "total_variation")[::2]
    expected = sum(loops(picture[:, :, c]) for c in range(3))
    assert fast(picture) == pytest.approx(expected, rel=1e-12)
    assert float(losses.total_variation(picture, epsilon=1e-9)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("epsilon", [1e-3, 1.0, 10.0])
def test_the_gradient_by_hand_is_the_tapes_and_the_experiments(picture, epsilon):
    gradient, _, _ = lesson_functions(LESSON, "tv_gradient", "differences", "slope_of")
    picture[2:5, 3:6] = 128  # a flat place
    image = tf.constant(picture)
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = losses.total_variation(image, epsilon)
    np.testing.assert_allclose(gradient(picture, epsilon), tape.gradient(value, image), atol=1e-9)
    np.testing.assert_allclose(denoising.slope(picture, epsilon), gradient(picture, epsilon), atol=1e-12)


def test_the_lesson_cleans_as_the_experiment_does():
    with_noise, measure, *_ = lesson_functions(LESSON, "with_noise", "psnr")
    denoise = lesson_functions(LESSON, "denoise", "tv_gradient", "slope_of", "differences")[0]
    truth = photograph("coffee", 32)
    noisy = with_noise(truth, 20)
    np.testing.assert_array_equal(noisy, denoising.with_noise(truth, 20))
    *_, by_experiment = denoising.denoising(noisy, 12)
    np.testing.assert_allclose(denoise(noisy, 12), by_experiment, atol=1e-3)
    assert measure(noisy, truth) == pytest.approx(psnr(noisy, truth), abs=1e-3)


def test_tensorflows_total_variation_by_hand(picture):
    (by_hand,) = lesson_functions(LESSON, "anisotropic_tv")
    assert by_hand(picture) == pytest.approx(float(tf.image.total_variation(tf.constant(picture))))


# Closed forms

def test_a_hard_edge_is_dear_in_one_direction_only():
    edge_costs = lesson_functions(LESSON, "edge_costs", "edge", "differences")[0]
    assert edge_costs(0, 0.01) == pytest.approx([1, 1], abs=0.02)
    assert edge_costs(45, 0.01) == pytest.approx([1, 2**0.5], abs=0.02)
    assert edge_costs(135, 0.01) == pytest.approx([2**0.5, 2**0.5], abs=0.02)
    assert edge_costs(135, 6)[0] == pytest.approx(1, abs=0.05)


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
