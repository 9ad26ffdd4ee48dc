"""The studio and its run, whose iterations the test lets end one at a time."""

import threading
from pathlib import Path

import pytest
from PIL import Image
from run_script import PATIENCE

from nst_helpers.estimate import Estimate
from nst_helpers.run import FIXED
from nst_helpers.settings import Settings
from nst_helpers.transfer import Diverged
from nst_helpers.widgets import studio, words
from nst_helpers.widgets.studio import ON_THE_WAY, Studio

QUICK = Settings(size=64, scales=2, iterations=4)


@pytest.fixture
def driven(script, monkeypatch, tmp_path):
    """A studio whose run begins at once, and does what the test says."""
    box = Studio(QUICK, folder=str(tmp_path / "studio"))
    monkeypatch.setattr(studio, "estimate", lambda *arguments, **regions: Estimate(1.0, 10**9, ""))
    monkeypatch.setattr(words, "diagnose", lambda result: [])
    yield box
    runs = [box.run] if box.run else []
    box.stop()
    for _ in range(4):
        script.end()
    for run in runs:
        run.wait(PATIENCE)


def paused(box, script):
    """The studio after one iteration, held."""
    box.buttons["start"].click()
    script.under_way()
    box.buttons["pause"].click()
    script.end()
    assert box.run.wait_paused(PATIENCE)
    return box


def buttons(box):
    """Which of start, pause and stop can be pressed, and what start says."""
    free = tuple(name for name in ("start", "pause", "stop") if not box.buttons[name].disabled)
    return box.buttons["start"].description, free


def test_the_buttons_are_as_the_run_is(driven, script):
    assert buttons(driven) == ("start", ("start",))
    driven.buttons["start"].click()
    assert buttons(driven) == ("start", ("pause", "stop"))
    script.under_way()
    driven.buttons["pause"].click()
    assert buttons(driven) == ("resume", ("start", "stop"))
    script.end()
    assert driven.run.wait_paused(PATIENCE) and driven.words.value.startswith("paused: iteration 1 of 4")
    driven.buttons["start"].click()
    script.rounds(None, None, None)
    driven.run.wait(PATIENCE)
    assert buttons(driven) == ("start", ("start",)) and driven.words.value.startswith("finished: iteration 4 of 4")


def test_a_pause_as_the_run_ends_leaves_a_start_button(driven, script):
    driven.buttons["start"].click()
    script.rounds(None, None, None)
    script.under_way()
    driven.buttons["pause"].click()
    script.end()
    driven.run.wait(PATIENCE)
    assert buttons(driven) == ("start", ("start",)) and driven.run.status == "finished"


def test_reset_clears_pictures_curves_and_run(driven, script):
    pictures = {name: getattr(driven, name) for name in ("picture", "beside", "curves")}
    blank = {name: picture.value for name, picture in pictures.items()}
    paused(driven, script)
    run = driven.run
    driven.controls["style_weight"].value = 50
    driven.buttons["start"].click()
    script.rounds(None)
    script.under_way()
    driven.buttons["pause"].click()
    script.end()
    assert run.wait_paused(PATIENCE)
    assert all(picture.value != blank[name] for name, picture in pictures.items()) and driven.progress.value > 0
    driven.buttons["reset"].click()
    run.wait(PATIENCE)
    assert run.status == "stopped" and driven.run is None
    assert {name: picture.value for name, picture in pictures.items()} == blank and driven.progress.value == 0
    assert {picture.format for picture in pictures.values()} == {"jpeg"} and driven.beside.layout.display == "none"
    assert "press start" in driven.words.value and buttons(driven) == ("start", ("start",))
    driven.buttons["save"].click()
    assert "no picture yet" in driven.words.value


def test_what_was_being_drawn_when_it_was_reset_is_not_shown(driven, script):
    paused(driven, script)
    run, seen, blank = driven.run, driven.run.snapshot(), driven.picture.value
    driven.buttons["reset"].click()
    told, blank = driven.words.value, driven.picture.value
    driven._show(run, seen)
    assert driven.words.value == told and driven.picture.value == blank


def test_the_cell_run_again_stops_the_run_that_lost_its_buttons(driven, script):
    driven.buttons["start"].click()
    script.under_way()
    again = Studio(QUICK)
    assert driven.run.status == "stopped" and again.run is None
    script.end()
    driven.run.wait(PATIENCE)
    assert not driven.run._thread.is_alive() and script.begun.empty()


def test_a_studio_that_starts_stops_no_other(driven, script):
    again = Studio(QUICK)
    driven.buttons["start"].click()
    script.under_way()
    again.buttons["reset"].click()
    assert driven.run.status == "running"


def test_a_folder_in_the_home_is_found(driven, script, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    paused(driven, script)
    driven.controls["folder"].value = " ~/mine "
    driven.buttons["save"].click()
    assert "saved in" in driven.words.value and (tmp_path / "mine" / "picture.png").is_file()
    assert not Path("~").exists()


def test_the_home_of_nobody_is_told(driven, script):
    paused(driven, script)
    driven.controls["folder"].value = "~nobody_of_this_name/mine"
    driven.buttons["save"].click()
    assert "~nobody_of_this_name" in driven.words.value and "could not be written" in driven.words.value


def test_what_is_saved_before_anything_was_shown_has_its_film(driven, script, tmp_path):
    driven.buttons["start"].click()
    script.rounds(None)
    script.under_way()
    assert driven.run.tracks[0].frames == ()
    driven.buttons["save"].click()
    with Image.open(tmp_path / "studio" / "formation.gif") as film:
        assert film.n_frames == 1


@pytest.mark.parametrize("error", [ValueError("conv4_2 needs 8 pixels"), MemoryError()], ids=["words", "no words"])
def test_a_diagnosis_that_fails_ends_nothing(driven, script, monkeypatch, error):
    def fails(result):
        raise error

    monkeypatch.setattr(words, "diagnose", fails)
    driven.buttons["start"].click()
    script.rounds(None, None, None, None)
    driven.run.wait(PATIENCE)
    assert driven.run.status == "finished" and buttons(driven) == ("start", ("start",))
    assert driven.words.value.startswith("finished: iteration 4 of 4")
    assert "could not be measured: " + (str(error) or "MemoryError") in driven.words.value


def test_while_it_is_diagnosed_everything_can_be_pressed_and_keeps_its_words(driven, script, monkeypatch):
    measuring, measured = threading.Event(), threading.Event()

    def slow(result):
        measuring.set()
        assert measured.wait(PATIENCE)
        raise ValueError("too narrow")

    monkeypatch.setattr(words, "diagnose", slow)
    driven.buttons["start"].click()
    script.rounds(None, None, None, None)
    assert measuring.wait(PATIENCE)
    assert buttons(driven) == ("start", ("start",)) and driven.words.value.startswith("finished")
    driven.buttons["save"].click()
    measured.set()
    driven.run.wait(PATIENCE)
    assert driven.words.value.startswith("saved in")


def test_a_picture_that_cannot_be_drawn_leaves_the_buttons_right(driven, script, monkeypatch):
    monkeypatch.setattr(studio, "draw_curves", lambda tracks: 1 / 0)
    driven.buttons["start"].click()
    script.rounds(None, None, None, None)
    driven.run.wait(PATIENCE)
    assert driven.run.status == "finished" and buttons(driven) == ("start", ("start",))


@pytest.mark.parametrize("failing, side", [(0, "left"), (1, "right")])
def test_a_course_that_fails_is_told_and_the_other_goes_on(driven, script, failing, side):
    paused(driven, script)
    driven.controls["style_weight"].value = 50
    driven.buttons["start"].click()
    script.rounds(*(Diverged("not finite", None, 2) if place == failing else None for place in (0, 1)))
    script.rounds(None, None)
    driven.run.wait(PATIENCE)
    assert driven.words.value.startswith("finished") and f"The {side} one failed: not finite" in driven.words.value
    assert driven.progress.value == 1 and buttons(driven) == ("start", ("start",))


def test_a_run_that_fails_is_told_and_can_be_started_again(driven, script):
    driven.buttons["start"].click()
    script.rounds(None, MemoryError())
    driven.run.wait(PATIENCE)
    assert driven.words.value == "<b>MemoryError</b>" and buttons(driven) == ("start", ("start",))
    driven.buttons["start"].click()
    script.rounds(None, None, None, None)
    driven.run.wait(PATIENCE)
    assert driven.run.status == "finished"


def test_what_a_pause_sets_free_can_be_changed_on_the_way():
    assert not set(ON_THE_WAY) & set(FIXED)
