"""The widgets, without a browser: every control changes the picture, and the words say what is there."""

import io
import threading

import ipywidgets
import numpy as np
import pytest
from PIL import Image
from scipy.signal import correlate2d

from nst_helpers.experiments.kernels import filtered
from nst_helpers.shipped import shipped_picture
from nst_helpers.widgets import convolution
from nst_helpers.widgets.base import VIEW, Drawing, Panel, dropdown, picture_format, slider
from nst_helpers.widgets.convolution import KERNELS, OWN, SMALL_PICTURE, kernel_editor, sliding_window
from nst_helpers.widgets.film import STRIP, film
from nst_helpers.widgets.live import Live


def pixels(panel):
    """What a panel shows now."""
    picture = Image.open(io.BytesIO(panel.picture.value))
    assert picture.format.lower() == panel.picture.format
    return np.asarray(picture.convert("RGB"), float)


def gray_square(level, words="a grey square"):
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (int(level),) * 3).save(file, "PNG")
    return Drawing(file.getvalue(), words)


@pytest.fixture
def calls():
    return []


@pytest.fixture
def panel(calls):
    def draw(level, name):
        calls.append((level, name))
        if level == 13:
            raise ValueError("13 < 14 is unlucky")
        return gray_square(level, f"level {level} < {name}")

    return Panel(draw, {"level": slider("grey level", 10, 0, 255), "name": dropdown("name", ["one", "two"])})


# The panel

def test_a_panel_draws_once_at_the_start_and_once_for_each_move(panel, calls):
    assert calls == [(10, "one")] and pixels(panel)[0, 0, 0] == 10
    panel.controls["level"].value = 200
    panel.controls["name"].value = "two"
    assert calls[1:] == [(200, "one"), (200, "two")] and pixels(panel)[0, 0, 0] == 200
    assert panel.words.value == "level 200 &lt; two"  # words are text, not markup
    assert panel.values == {"level": 200, "name": "two"}


def test_several_controls_set_together_draw_once(panel, calls):
    with panel.together():
        panel.controls["level"].value = 3
        panel.controls["name"].value = "two"
    assert calls[1:] == [(3, "two")]


def test_a_value_that_cannot_be_drawn_is_told_and_the_picture_stays(panel):
    panel.controls["level"].value = 13
    assert "13 &lt; 14 is unlucky" in panel.words.value and pixels(panel)[0, 0, 0] == 10
    panel.controls["level"].value = 14
    assert "unlucky" not in panel.words.value and pixels(panel)[0, 0, 0] == 14


def test_readers_of_a_stored_notebook_see_the_picture_and_the_words(panel):
    panel.controls["level"].value = 20
    data, metadata = panel._repr_mimebundle_()
    assert data[VIEW]["model_id"] == panel.model_id
    assert data["text/plain"] == metadata["image/png"]["alt"] == "level 20 < one"
    assert data["image/png"].startswith("iVBOR")


def test_pictures_go_to_the_page_as_bytes_and_never_through_an_output_area(panel):
    assert isinstance(panel.picture, ipywidgets.Image)
    outputs = [child for child in panel.children if isinstance(child, ipywidgets.Output)]
    assert [output.layout.display for output in outputs] == ["none"]  # it only claims the keys
    assert [set(data["data"]) for data in outputs[0].outputs] == [{"application/javascript", "text/plain"}]
    assert "nst-picture" in panel.picture._dom_classes


def test_sliders_follow_while_dragged_and_are_of_their_numbers_kind():
    assert slider("a", 1, 0, 2).continuous_update and isinstance(slider("a", 1, 0, 2), ipywidgets.IntSlider)
    assert isinstance(slider("a", 0.5, 0, 1, step=0.1), ipywidgets.FloatSlider)
    assert dropdown("d", {"first": 1, "second": 2}).value == 1 and dropdown("d", ["x", "y"], "y").value == "y"


def test_the_two_kinds_of_picture():
    assert picture_format(b"\x89PNG...") == "png" and picture_format(b"\xff\xd8\xff") == "jpeg"


# The kernel editor

def test_every_preset_makes_another_picture_and_fills_the_nine_numbers():
    editor, seen = kernel_editor(("cat",)), []
    for name, kernel in KERNELS.items():
        editor.controls["preset"].value = name
        numbers = [editor.controls[f"k{m}{n}"].value for m in range(3) for n in range(3)]
        np.testing.assert_allclose(numbers, np.ravel(kernel), atol=1e-4)
        assert editor.controls["preset"].value == name
        seen.append(pixels(editor))
    differences = [np.abs(a - b).mean() for i, a in enumerate(seen) for b in seen[:i]]
    assert min(differences) > 1


def test_a_typed_number_is_shown_and_the_list_says_so():
    editor = kernel_editor(("cat",))
    before = pixels(editor)
    editor.controls["k11"].value = 1
    assert editor.controls["preset"].value == OWN and np.abs(pixels(editor) - before).mean() > 1
    assert "add up to 1:" in editor.words.value
    editor.controls["k11"].value = 0  # by hand back to the preset
    assert editor.controls["preset"].value == "Sobel: upright edges"
    np.testing.assert_array_equal(pixels(editor), before)


def test_choosing_a_preset_draws_once(monkeypatch):
    drawn = []
    original = convolution.draw_kernel
    monkeypatch.setattr(convolution, "draw_kernel", lambda *values: drawn.append(values) or original(*values))
    editor = kernel_editor(("cat", "coffee"))
    for control, value in (("preset", "blur"), ("picture", "coffee"), ("k00", 5.0)):
        drawn.clear()
        editor.controls[control].value = value
        assert 1 <= len(drawn) <= 2, control
    assert drawn[-1][0] == "coffee" and drawn[-1][1][0] == 5


def test_the_identity_changes_nothing_and_the_filter_is_the_lessons_formula():
    image = shipped_picture("cat", convolution.SIZE)
    np.testing.assert_array_equal(filtered(image, np.array(KERNELS["identity"])), image)
    kernel = np.random.default_rng(0).standard_normal((3, 3)).astype(np.float32)
    expected = correlate2d(image[:, :, 1], kernel, mode="valid")
    np.testing.assert_allclose(filtered(image, kernel)[1:-1, 1:-1, 1], expected, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("value", [1e30, -1e308, float("inf"), float("nan")])
def test_absurd_numbers_are_refused_in_words(value):
    editor = kernel_editor(("cat",))
    before = pixels(editor)
    editor.controls["k11"].value = value
    assert "from −1000 to 1000" in editor.words.value
    np.testing.assert_array_equal(pixels(editor), before)


# The sliding window

@pytest.mark.parametrize("turned", [False, True])
def test_the_window_says_the_sum_at_every_position(turned):
    panel = sliding_window()
    panel.controls["turned"].value = turned
    for name, kernel in KERNELS.items():
        panel.controls["kernel"].value = kernel
        matrix = np.array(kernel)[::-1, ::-1] if turned else np.array(kernel)
        expected = correlate2d(SMALL_PICTURE, matrix, mode="valid")
        for row, column in ((0, 0), (4, 4), (2, 1), (1, 3)):
            with panel.together():
                panel.controls["row"].value, panel.controls["column"].value = row, column
            said = panel.drawing.words.split("=")[-1].replace("−", "-")
            assert float(said) == pytest.approx(expected[row, column], abs=0.01), name


@pytest.mark.parametrize("brightness", [1, 9])
def test_the_window_lies_on_an_even_area_somewhere_and_there_the_edges_are_0(brightness):
    windows = np.lib.stride_tricks.sliding_window_view(SMALL_PICTURE, (3, 3))
    places = np.argwhere((windows == brightness).all(axis=(2, 3)))
    panel = sliding_window()
    assert len(places) >= 6
    for row, column in places:
        with panel.together():
            panel.controls["row"].value, panel.controls["column"].value = int(row), int(column)
        assert panel.drawing.words.endswith("= 0")


def test_each_control_of_the_window_changes_its_picture():
    panel = sliding_window()
    for name, value in (("row", 0), ("column", 4), ("kernel", KERNELS["emboss"]), ("turned", True)):
        before = pixels(panel)
        panel.controls[name].value = value
        assert np.abs(pixels(panel) - before).max() > 50, name


def test_the_window_cannot_leave_the_picture():
    panel = sliding_window(np.arange(20.0).reshape(4, 5))
    assert (panel.controls["row"].max, panel.controls["column"].max) == (1, 2)


# The film

def test_the_film_shows_frames_of_any_size_at_one_width():
    frames = [np.full((4, 6, 3), 10.0), np.full((8, 12, 3), 200.0)]
    panel = film(frames, ["dark", "bright"], width=60)
    shape = (STRIP + 40, 60, 3)
    assert panel.controls["frame"].value == 1 and panel.words.value == "bright" and pixels(panel).shape == shape
    panel.controls["frame"].value = 0
    assert panel.words.value == "dark" and pixels(panel).shape == shape
    assert abs(pixels(panel)[STRIP + 8:].mean() - 10) < 2  # below JPEG's blocks that hold both strip and frame


def test_the_stored_picture_of_the_film_has_its_words():
    frame = np.full((40, 60, 3), 10.0)
    named, unnamed = (pixels(film([frame], [words], width=120)) for words in ("step 6", ""))
    assert (named[:STRIP - 2] < 100).any() and (unnamed[:STRIP - 4] > 200).all()


def test_a_small_frame_is_enlarged_smoothly():
    edge = np.zeros((6, 8, 3))
    edge[:, 4:] = 200.0
    row = pixels(film([edge], ["an edge"], width=80))[STRIP + 30, :, 0]
    assert np.abs(np.diff(row)).max() < 60  # and not 200 at once, as between two squares


# A computation behind a button

def counting(level, name):
    for number in range(1, 6):
        yield number / 5, gray_square(level + number, f"{name} {number}")


@pytest.fixture
def live(panel):
    return Live(panel, counting)


def test_nothing_is_computed_before_the_button_is_pressed(live):
    assert not live.running and live.progress.value == 0 and pixels(live)[0, 0, 0] == 10
    assert live.buttons["stop"].disabled and not live.buttons["start"].disabled


def test_the_computation_takes_the_controls_values_and_shows_its_last_picture(live):
    live.controls["level"].value = 100
    live.buttons["start"].click()
    live.wait(10)
    assert pixels(live)[0, 0, 0] == 105 and live.words.value == "one 5" and live.progress.value == 1
    assert live.error is None and live.buttons["stop"].disabled and not live.buttons["start"].disabled


def test_stop_ends_it_after_the_step_under_way(panel):
    go_on, shown = threading.Event(), threading.Event()

    def job(level, name):
        for number in (1, 2, 3):
            yield number / 3, gray_square(number)
            shown.set()
            go_on.wait(10)

    live = Live(panel, job)
    live.buttons["start"].click()
    assert shown.wait(10) and live.running and not live.buttons["stop"].disabled
    live.buttons["start"].click()  # a second press starts nothing
    live.buttons["stop"].click()
    go_on.set()
    live.wait(10)
    assert not live.running and live.progress.value < 1


def test_after_a_stop_it_starts_anew_and_goes_on_to_the_end(panel):
    go_on, shown = threading.Event(), threading.Event()

    def job(level, name):
        for number in (1, 2, 3):
            yield number / 3, gray_square(number)
            shown.set()
            assert go_on.wait(10)

    live = Live(panel, job)
    live.buttons["start"].click()
    assert shown.wait(10)
    live.buttons["stop"].click()
    go_on.set()
    live.wait(10)
    assert live.progress.value < 1
    live.buttons["start"].click()
    live.wait(10)
    assert live.error is None and live.progress.value == 1 and pixels(live)[0, 0, 0] == 3


def test_it_can_be_started_as_soon_as_its_button_says_so(panel):
    """The button is free before the thread is gone: pressed then, it is not in vain."""
    live = Live(panel, counting)
    again = []

    def press(change):
        if not change["new"] and not again:
            again.append(threading.Thread(target=live.start))
            again[0].start()

    live.buttons["start"].observe(press, "disabled")
    live.buttons["start"].click()
    first = live._thread
    first.join(10)
    again[0].join(10)
    live.wait(10)
    assert live._thread is not first and not live.running and live.progress.value == 1


def test_what_goes_wrong_is_told_in_words_and_it_can_be_started_again(panel):
    def job(level, name):
        if level < 50:
            raise RuntimeError("the level < 50 is too low")
        yield 1, gray_square(level)

    live = Live(panel, job)
    live.buttons["start"].click()
    live.wait(10)
    assert "&lt; 50 is too low" in live.words.value and isinstance(live.error, RuntimeError)
    live.controls["level"].value = 60
    live.buttons["start"].click()
    live.wait(10)
    assert live.error is None and live.progress.value == 1


def test_readers_see_the_panels_picture(live):
    data, metadata = live._repr_mimebundle_()
    assert data[VIEW]["model_id"] == live.model_id
    assert data["text/plain"] == metadata["image/png"]["alt"] == "level 10 < one"
