"""Lesson 03, content loss: what it writes by hand, its closed forms, and its widget."""

import importlib
import io
import threading
from pathlib import Path

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image
from scipy.signal import convolve2d, correlate2d

from nst_helpers import losses, plots
from nst_helpers.backend import tf
from nst_helpers.diagrams import inversion
from nst_helpers.exercises import find
from nst_helpers.experiments import inversion as helps
from nst_helpers.networks import load_network
from nst_helpers.shipped import picture_names
from nst_helpers.widgets import content
from nst_helpers.widgets.content import ALONE, HELPED, draw_rebuilt, layer_slider, middle_of

ROOT = Path(__file__).resolve().parents[2]
LESSON = "03_content_loss"
LAYERS = ("conv1_1", "conv4_2")
STEPS = (0, 3, 7)


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB"), float)


@pytest.fixture
def small():
    return middle_of("cat")[:48, :64]


# By hand

def test_the_loss_and_its_gradient_by_pencil():
    content_loss, content_gradient = lesson_functions(LESSON, "content_loss", "content_gradient")
    features, wanted = np.array([[[4.0], [0.0]], [[2.0], [6.0]]]), np.array([[[4.0], [1.0]], [[0.0], [6.0]]])
    assert float(content_loss(features, wanted)) == float(losses.content_loss(features, wanted)) == 2.5
    assert content_gradient(features, wanted)[..., 0].tolist() == [[0, -1], [2, 0]]


def test_the_gradient_is_the_tapes_and_the_finite_differences():
    content_gradient, by_tape, by_difference = lesson_functions(
        LESSON, "content_gradient", "tape_gradient", "finite_difference")
    features, wanted = np.random.default_rng(1).random((2, 3, 4, 2))
    expected = content_gradient(features, wanted)
    np.testing.assert_allclose(by_tape(lambda w: losses.content_loss(w, wanted), features), expected, atol=1e-12)
    by_steps = by_difference(lambda w: losses.content_loss(w, wanted), features)
    np.testing.assert_allclose(by_steps, expected, atol=1e-9)


def test_the_way_back_is_tensorflows_transposed_convolution():
    (way_back,) = lesson_functions(LESSON, "way_back")
    generator = np.random.default_rng(2)
    error, kernel = generator.standard_normal((5, 6, 4)), generator.standard_normal((3, 2, 3, 4))
    expected = tf.nn.conv2d_transpose(error[None], kernel, (1, 7, 7, 3), strides=1, padding="VALID")[0]
    np.testing.assert_allclose(way_back(error, kernel), expected, atol=1e-12)


def test_the_solutions_are_the_exercises_truths():
    solutions = lesson_functions(LESSON, "backward", "back_with_stride")
    for name, solution in zip(("03-way-back", "03-stride"), solutions, strict=True):
        exercise = find(name)
        for case in exercise.inputs(np.random.default_rng(3)):
            np.testing.assert_allclose(solution(*case), exercise.truth(*case))


def test_the_repaired_way_back_and_the_stride_are_the_tapes():
    by_tape, = lesson_functions(LESSON, "tape_gradient")
    generator = np.random.default_rng(6)
    kernel, error = generator.standard_normal((3, 3)), generator.standard_normal((2, 3))

    def pooled(picture, error):
        z = tf.nn.conv2d(picture[None, :, :, None], kernel[:, :, None, None], 1, "VALID")
        return tf.reduce_sum(tf.nn.avg_pool2d(tf.nn.relu(z), 2, 2, "SAME")[0, :, :, 0] * error)

    for size in ((6, 8), (5, 8), (6, 7), (5, 7)):  # maps of 4×6 and, with odd edges, 3×6, 4×5, 3×5
        image = generator.standard_normal(size)
        by_hand = find("03-way-back").truth(image, kernel, error)
        np.testing.assert_allclose(by_hand, by_tape(lambda picture: pooled(picture, error), image), atol=1e-12)

    def strided(picture):
        return tf.reduce_sum(tf.nn.conv2d(picture[None, :, :, None], kernel[:, :, None, None], 2, "VALID")[0, :, :, 0]
                             * error)

    picture = generator.standard_normal((5, 7))
    np.testing.assert_allclose(find("03-stride").truth(error, kernel, 2), by_tape(strided, picture), atol=1e-12)


def test_the_way_back_may_be_repaired_in_other_ways():
    def by_counting_ones(image, kernel, pooled_error):
        z = correlate2d(image, kernel, mode="valid")
        ones = tf.nn.avg_pool2d(np.ones((1, *z.shape, 1)), 2, 2, "SAME")[0, :, :, 0].numpy()
        padded = np.pad(np.ones(z.shape), [(0, size % 2) for size in z.shape])
        number = padded.reshape(len(padded) // 2, 2, -1, 2).sum(axis=(1, 3))
        assert (ones == 1).all() and number.shape == pooled_error.shape
        spread = np.repeat(np.repeat(pooled_error / number, 2, axis=0), 2, axis=1)[: len(z), : z.shape[1]]
        return convolve2d(np.where(z > 0, spread, 0), kernel)

    def value_by_value(image, kernel, pooled_error):
        z = correlate2d(image, kernel, mode="valid")
        gradient = np.zeros(image.shape)
        for (i, j), error in np.ndenumerate(pooled_error):
            window = z[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            for m, n in np.argwhere(window > 0):
                gradient[2 * i + m :, 2 * j + n :][: len(kernel), : kernel.shape[1]] += error / window.size * kernel
        return gradient

    for right in (by_counting_ones, value_by_value):
        assert find("03-way-back").judge("03-way-back", right, 0).passed


@pytest.mark.parametrize("answer", ["1 / (a**2 + b**2)", "1/(a*a+b*b)", "(a**2 + b**2)**-1"])
def test_the_step_in_other_notations(answer):
    assert find("03-step").judge("03-step", answer, 0).passed


def test_what_the_deep_layer_forgives_and_what_not():
    photo, blind = helps.cat_window(), find("03-blind")
    for right in (photo + 55, photo - 55):
        assert blind.judge("03-blind", right, 0).passed
    for wrong in (photo, 0.6 * photo, 0 * photo + 117, photo[..., ::-1], photo[:100], "brighter"):
        assert not blind.judge("03-blind", wrong, 0).passed


def test_the_gate_is_the_tapes():
    z, wanted = np.random.default_rng(4).standard_normal((2, 3, 4, 2))
    *_, by_tape, gated = lesson_functions(LESSON, "content_gradient", "tape_gradient", "gradient_before_gate")
    expected = by_tape(lambda z: losses.content_loss(tf.nn.relu(z), wanted), z)
    np.testing.assert_allclose(gated(z, wanted), expected, atol=1e-12)


# Each help by itself

def test_the_lesson_rebuilds_as_the_package_does_without_help(small):
    _, rebuild_by_lesson = lesson_functions(LESSON, "content_loss", "rebuild", network=load_network())
    noise = helps.start_image(48, 64)
    expected = [image for image, _ in rebuild_by_lesson(small, "conv2_1", tf.constant(noise), steps=4)]
    images = [image for image, _ in helps.invert(load_network(), small, "conv2_1", helps.Help(rate=30.0), steps=4)]
    np.testing.assert_array_equal(images[0], noise)
    for image, by_lesson in zip(images[1:], expected, strict=True):
        assert np.abs(image - by_lesson).mean() < 0.05


@pytest.mark.parametrize("given", [helps.Help(), helps.Help(5, 0.0, 3.0), helps.Help(1, 0.02, 30.0),
                                   helps.Help(5, 0.02, 10.0)])
@pytest.mark.parametrize("start", ["noise", "grey"])
def test_every_help_lowers_the_loss_and_stays_within_0_to_255(given, start, small):
    (first, before), *_, (last, after) = helps.invert(load_network(), small, "conv2_1", given, start, steps=25)
    assert after < 0.6 * before and last.shape == first.shape == small.shape
    assert last.min() >= 0 and last.max() <= 255


def test_sheets_add_up_to_the_picture_they_were_split_from(small):
    (by_lesson,) = lesson_functions(LESSON, "add_up")
    sheets = helps.split_into_levels(small)
    assert [sheet.shape[:2] for sheet in sheets] == [(48, 64), (24, 32), (12, 16), (6, 8), (3, 4)]
    for together in (by_lesson, helps.sum_of_levels):
        np.testing.assert_allclose(together(sheets), small, atol=1e-2)
    even = [np.full_like(sheet, 10 * k) for k, sheet in enumerate(sheets)]
    np.testing.assert_allclose(helps.sum_of_levels(even), np.full_like(small, 100), atol=1e-3)


def test_likeness_of_a_picture_to_itself_and_to_its_negative(small):
    assert helps.likeness(small, small) == pytest.approx((0, 1, 1, 1))
    assert helps.likeness(255 - small, small)[1:] == pytest.approx((-1, -1, -1))


def test_what_was_computed_before_is_there_and_was_measured_on_these_pictures():
    photo = helps.cat_window()
    for name in helps.measured()["runs"]:
        run = helps.load_inversion(name)
        assert run.image.shape == photo.shape and all(image.shape == photo.shape for image in run.frames.values())
        now = helps.likeness(run.image, photo)  # of a compressed picture
        assert now.error == pytest.approx(run.likeness.error, rel=0.15, abs=2)
        assert now.brightness == pytest.approx(run.likeness.brightness, abs=0.1)
    with pytest.raises(KeyError, match="choose one of"):
        helps.load_inversion("nothing")


def test_the_inversions_are_as_their_tool_asks(capsys, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    tool = importlib.import_module("inversions")
    assert tool.main(["--check"]) == 0, capsys.readouterr().out
    monkeypatch.setattr(tool, "stamp", lambda: "of another network")
    assert tool.read() == {"stamp": "of another network", "grid": [], "runs": {}}  # begun anew
    assert [name for name, recipe in tool.read_recipes().items() if not tool.is_stale(name, recipe)] == []


def test_the_diagrams_draw():
    photo = helps.cat_window()
    mask = np.zeros(photo.shape[:2])
    mask[40:90, 80:150] = 1
    for figure in (inversion.backward_path(), inversion.levels_of_pyramid(helps.split_into_levels(photo), photo),
                   inversion.differences([photo, photo[:, ::-1]], ["one", "other"], 112),
                   inversion.gradients_at(photo, {"conv1_1": photo - 117}, mask, (5, 125, 25, 201), ["one", "other"])):
        assert len(plots.png(figure)) > 10_000


# The widget

@pytest.mark.parametrize("name", picture_names("content"))
def test_every_photograph_has_a_middle(name):
    assert middle_of(name).shape == (128, 192, 3)


# The slider

@pytest.fixture
def computed():
    """Pictures that differ in everything: the step is the grey level, the layer and the way shift it."""
    photo = middle_of("cat")
    return {how: {layer: {step: np.full_like(photo, 20 * step + 7 * LAYERS.index(layer) + 40 * (how == ALONE))
                          for step in STEPS} for layer in LAYERS} for how in (HELPED, ALONE)}


def test_each_control_changes_the_picture(computed):
    slider = layer_slider(computed)
    assert slider.panel.values == {"layer": "conv4_2", "step": 7, "how": HELPED, "photograph": "cat"}
    for name, value in (("step", 3), ("layer", "conv1_1"), ("how", ALONE), ("photograph", "temple")):
        before = pixels(slider)
        slider.controls[name].value = value
        assert np.abs(pixels(slider) - before).max() > 5, name


def test_the_words_say_the_layer_the_step_and_how_far_off(computed):
    slider, photo = layer_slider(computed), middle_of("cat")
    error = np.abs(computed[HELPED]["conv4_2"][7] - photo).mean()
    said = int(slider.words.value.split("less than ")[1].split()[0])
    assert "conv4_2" in slider.words.value and "after 7 steps" in slider.words.value and error <= said <= 2 * error
    assert "less than 1 grey levels" in draw_rebuilt(photo, photo, "conv1_1", 200).words
    assert "less than 255 grey" in draw_rebuilt(0 * photo, 0 * photo + 255, "conv1_1", 200).words


def test_the_photograph_is_at_the_left_and_the_rebuilt_picture_at_the_right(computed):
    shown, photo = pixels(layer_slider(computed))[content.TITLE :], middle_of("cat")
    assert np.abs(shown[::2, :384:2] - photo).mean() < 12  # JPEG, enlarged
    assert np.abs(shown[:, 400:] - computed[HELPED]["conv4_2"][7][0, 0, 0]).mean() < 2


def test_larger_pictures_are_shown_as_large_as_they_are(computed):
    photo = helps.cat_window()
    larger = {HELPED: {"conv4_2": {0: 255 - photo, 7: photo}}}
    shown = pixels(layer_slider(larger, photo=photo))
    assert shown.shape == (content.TITLE + 208, 2 * 320 + 6, 3)
    assert np.abs(shown[content.TITLE :, :320] - photo).mean() < 12


def test_the_picture_itself_says_the_layer_and_the_step(computed):
    slider = layer_slider(computed)
    for name, value in (("layer", "conv1_1"), ("step", 3)):
        before = pixels(slider)[: content.TITLE]
        slider.controls[name].value = value
        now = pixels(slider)[: content.TITLE]
        assert now.min() < 100 and np.abs(now - before).max() > 50, name


def test_what_was_not_computed_is_said_and_offered(computed):
    slider = layer_slider(computed)
    slider.controls["photograph"].value = "coffee"
    assert "press the button" in slider.words.value and not slider.running
    before = np.abs(pixels(slider)[:, :380] - pixels(layer_slider(computed))[:, :380]).mean()
    assert before > 10  # another photograph at the left


def test_the_live_computation_starts_from_noise_shows_its_way_and_stops(computed, monkeypatch):
    small, go_on, shown = middle_of("coffee")[:32, :48], threading.Event(), threading.Event()
    monkeypatch.setattr(content, "middle_of", lambda name: small)
    monkeypatch.setattr(content, "EVERY", 1)

    def job(**values):
        for share, drawing in content.live_job(**values):
            yield share, drawing
            shown.set()
            assert go_on.wait(30)

    computed = {HELPED: {"conv1_1": {0: small, 5: small}}}
    slider = layer_slider(computed, job=job)
    slider.buttons["start"].click()
    assert shown.wait(60) and slider.running and "after 0 steps" in slider.words.value
    slider.buttons["stop"].click()
    go_on.set()
    slider.wait(60)
    assert not slider.running and slider.error is None and slider.progress.value < 0.1


def test_the_live_computation_comes_nearer_step_by_step(monkeypatch):
    small = middle_of("coffee")[:32, :48]
    monkeypatch.setattr(content, "middle_of", lambda name: small)
    monkeypatch.setattr(content, "STEPS", 20)
    shares, words = zip(*((share, drawing.words) for share, drawing in
                          content.live_job("conv1_1", 200, HELPED, "coffee")), strict=True)
    assert shares == (0, 0.25, 0.5, 0.75, 1) and "after 20 steps" in words[-1]
    limits = [int(text.split("less than ")[1].split()[0]) for text in words]
    assert limits[-1] < limits[0]
