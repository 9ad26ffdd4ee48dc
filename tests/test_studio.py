"""The studio and the run behind it, without a browser: buttons are clicked, controls are set, files are uploaded."""

import base64
import io
import json
import time
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from nst_helpers.estimate import Estimate
from nst_helpers.images import load_settings
from nst_helpers.settings import Settings
from nst_helpers.transfer import Diverged, Step, transfer
from nst_helpers.widgets import running, studio
from nst_helpers.widgets.running import FRAMES, Run, Track, save_animation
from nst_helpers.widgets.studio import OWN, Studio, draw_curves

QUICK = Settings(size=64, scales=2, iterations=12)
LONG = Settings(size=64, scales=2, iterations=4000)  # paused in time


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.value)).convert("RGB"), float)


# The run


def test_a_run_left_alone_is_a_transfer(photograph):
    run = Run(photograph, photograph[::-1], QUICK)
    assert run.status == "ready"
    run.start()
    run.wait(60)
    expected = transfer(photograph, photograph[::-1], QUICK)
    assert run.status == "finished" and run.error is None and run.seconds > 0
    np.testing.assert_array_equal(run.result().image, expected.image)
    assert run.result().history == expected.history and not run.result().interrupted


def test_pause_and_resume_change_nothing(photograph):
    run = Run(photograph, photograph[::-1], QUICK)
    run.show = lambda run: None
    run.start()
    until(lambda: run.tracks[0].iteration >= 3 or run.status == "finished")
    run.pause()
    if run.status == "paused":
        run.wait_paused()
        held = run.tracks[0].iteration
        time.sleep(0.2)
        assert run.tracks[0].iteration == held
        run.resume()
    run.wait(60)
    assert run.status == "finished" and len(run.tracks) == 1
    np.testing.assert_array_equal(run.result().image, transfer(photograph, photograph[::-1], QUICK).image)


def paused_run(photograph, settings=LONG, least=5):
    run = Run(photograph, photograph[::-1], settings)
    run.start()
    until(lambda: run.tracks[0].iteration >= least)
    run.pause()
    run.wait_paused()
    return run


def test_a_change_on_the_way_runs_beside_the_course_left_alone(photograph):
    run = paused_run(photograph)
    after = run.tracks[0].iteration
    run.resume(Settings(size=64, scales=2, iterations=4000, style_weight=50, optimizer="rmsprop"))
    until(lambda: run.tracks[-1].iteration >= after + 5)
    run.stop()
    run.wait(60)
    alone, changed = run.tracks
    assert run.status == "stopped" and changed.changes == [{"after": after, "style_weight": 50, "optimizer": "rmsprop"}]
    assert alone.iteration == changed.iteration and alone.changes == []
    assert alone.history["total"][:after] == changed.history["total"][:after]
    assert alone.history["total"][after + 1] != changed.history["total"][after + 1]
    assert not np.array_equal(alone.image, changed.image)
    assert run.result(0).settings.style_weight == 30 and run.result(1).settings.style_weight == 50


@pytest.mark.parametrize("change", [{"size": 96}, {"iterations": 9}, {"scales": 1}, {"init": "content"}])
def test_what_cannot_be_changed_on_the_way(photograph, change):
    run = paused_run(photograph)
    with pytest.raises(ValueError, match=f"{next(iter(change))} cannot be changed on the way"):
        run.resume(Settings(**{"size": 64, "scales": 2, "iterations": 4000} | change))
    assert run.status == "paused"
    run.stop()
    run.wait(60)


def test_stop_before_the_start_and_twice_do_no_harm(photograph):
    run = Run(photograph, photograph, QUICK)
    run.stop()
    run.start()
    run.stop()
    assert run.status == "stopped" and run.result().image is None


def test_a_run_that_diverges_keeps_its_last_good_picture(photograph, monkeypatch):
    good = np.full((43, 64, 3), 100, np.float32)

    def diverging(content, style, settings, state=None):
        raise Diverged("step 7: the style is not finite", good, 7)
        yield

    monkeypatch.setattr(running, "iterate", diverging)
    run = Run(photograph, photograph, QUICK)
    run.start()
    run.wait(60)
    assert run.status == "failed" and "not finite" in str(run.error)
    np.testing.assert_array_equal(run.result().image, good)


def test_showing_takes_a_small_share_of_the_time(photograph, monkeypatch):
    """By a clock that only showing and iterating move: 1 s an iteration, 0.5 s a showing."""
    now, shown = [0.0], []
    monkeypatch.setattr(running.time, "perf_counter", lambda: now[0])

    class Steps:
        left = 100

        def __next__(self):
            now[0] += 1.0
            self.left -= 1
            if not self.left:
                raise StopIteration
            return next(iter([_step(100 - self.left)]))

    def show(run):
        now[0] += 0.5
        shown.append(now[0])

    run = Run(photograph, photograph, QUICK, show)
    run.tracks[0].steps = Steps()
    run.start()
    run.wait(60)
    assert 5 <= len(shown) <= 20  # one in 15 × 0.5 s, and those at the beginning and the end
    assert 0.5 * len(shown) < 0.1 * now[0]


def _step(iteration):
    losses = dict.fromkeys(("content", "style", "tv", "total"), 1.0)
    return Step(iteration, np.full((8, 8, 3), iteration / 4, np.float32), losses, None)


def test_frames_are_spread_over_the_run_and_bounded():
    track = Track(QUICK, iter(_step(number) for number in range(1, 1001)))
    while track.advance():
        track.keep_frame()
    assert FRAMES / 2 <= len(track.frames) <= FRAMES
    levels = np.array([frame[0, 0, 0] for frame in track.frames], int)
    assert set(np.diff(levels)) <= {3, 4, 5} and levels[0] < 6 and levels[-1] > 244  # every 16th of 1,000


def test_the_animation_ends_at_the_picture(tmp_path):
    frames = [np.full((4, 6, 3), 10, np.uint8), np.full((8, 12, 3), 200, np.uint8)]
    for name in ("a.gif", "a.webp"):
        save_animation(frames, tmp_path / name)
        with Image.open(tmp_path / name) as picture:
            assert picture.size == (12, 8) and picture.n_frames == 2
            picture.seek(1)
            assert abs(np.asarray(picture.convert("RGB"), float).mean() - 200) < 3


# The studio


@pytest.fixture
def box(tmp_path):
    box = Studio(QUICK, folder=str(tmp_path / "studio"))
    yield box
    box.stop()
    if box.run:
        box.run.wait(60)


def test_displaying_it_computes_nothing(box):
    assert box.run is None and not box.buttons["start"].disabled
    assert box.buttons["pause"].disabled and box.buttons["stop"].disabled
    assert box.settings == QUICK and "press start" in box.words.value


def test_every_setting_has_a_control_with_its_range(box):
    for name, control in box.controls.items():
        assert control.description == name.replace("_", " ")
    assert (box.controls["size"].min, box.controls["size"].max) == (16, 8192)
    assert set(box.controls["optimizer"].options) == {"adam", "rmsprop", "adagrad", "momentum", "gradient_descent",
                                                      "lbfgs"}


def test_start_tells_time_and_memory_then_paints_and_ends(box):
    said = []
    box.words.observe(lambda change: said.append(change["new"]), "value")
    box.buttons["start"].click()
    box.run.wait(60)
    assert any("this will take about" in words and "GB of memory" in words for words in said)
    assert "finished: iteration 12 of 12" in box.words.value and box.progress.value == 1
    assert pixels(box.picture).shape[1] == studio.SHOWN and pixels(box.picture).std() > 5
    assert pixels(box.curves).shape == (250, 860, 3) and box.beside.layout.display == "none"


def test_a_setting_that_makes_no_sense_is_told_and_nothing_starts(box):
    box.controls["style_layers"].value = "conv9_9=1"
    box.buttons["start"].click()
    assert "unknown layer" in box.words.value and box.run is None
    box.controls["style_layers"].value = "conv1_1=many"
    box.buttons["start"].click()
    assert "write layers as" in box.words.value and box.run is None


def test_a_very_long_run_asks_once_more(box, monkeypatch):
    needed = Estimate(9e3, 10**9, "this takes about 150 minutes")
    monkeypatch.setattr(studio, "estimate", lambda *arguments: needed)
    box.buttons["start"].click()
    assert box.run is None and "150 minutes" in box.words.value and "once more" in box.words.value
    box.buttons["start"].click()
    assert box.run is not None


def test_pause_change_resume_shows_both(box):
    box.controls["iterations"].value = 4000
    box.buttons["start"].click()
    until(lambda: box.run.tracks[0].iteration >= 5)
    assert box.controls["style_weight"].disabled and box.buttons["start"].disabled
    box.buttons["pause"].click()
    box.run.wait_paused()
    assert box.buttons["start"].description == "resume"
    assert not box.controls["style_weight"].disabled and box.controls["size"].disabled
    box.controls["style_weight"].value = 40
    box.buttons["start"].click()
    until(lambda: len(box.run.tracks) == 2 and box.beside.layout.display != "none")
    until(lambda: "with style_weight = 40" in box.words.value)
    box.buttons["stop"].click()
    box.run.wait(60)
    until(lambda: box.words.value.startswith("stopped"))
    assert pixels(box.beside).shape == pixels(box.picture).shape
    assert not np.array_equal(pixels(box.beside), pixels(box.picture))


def test_save_writes_everything(box, tmp_path):
    box.buttons["save"].click()
    assert "no picture yet" in box.words.value
    box.buttons["start"].click()
    box.run.wait(60)
    box.buttons["save"].click()
    folder = tmp_path / "studio"
    assert "saved in" in box.words.value
    assert {path.name for path in folder.iterdir()} == {"picture.png", "settings.json", "history.csv", "losses.png",
                                                        "formation.gif"}
    assert Settings(**json.loads((folder / "settings.json").read_text())) == QUICK
    assert Settings(**load_settings(folder / "picture.png")) == QUICK
    (tmp_path / "file").write_text("")
    box.controls["folder"].value = str(tmp_path / "file")
    box.buttons["save"].click()
    assert "could not be written" in box.words.value


def upload(box, role, name, content):
    box.uploads[role].value = ({"name": name, "type": "image/png", "size": len(content), "content": memoryview(content),
                                "last_modified": datetime.now(UTC)},)


def test_an_own_picture_and_a_bad_file(box, photograph):
    upload(box, "content", "notes.txt", b"not a picture")
    assert "notes.txt" in box.words.value and box.controls["content"].value == "temple"
    file = io.BytesIO()
    Image.fromarray(photograph[:, ::-1].astype(np.uint8)).save(file, "PNG")
    upload(box, "content", "mine.png", file.getvalue())
    assert box.controls["content"].value == OWN and "mine.png: taken" in box.words.value
    np.testing.assert_array_equal(box._picture("content"), np.floor(photograph[:, ::-1]))
    box.buttons["start"].click()
    box.run.wait(60)
    assert box.run.status == "finished"


def test_own_picture_without_an_upload(box):
    box.controls["style"].value = OWN
    box.buttons["start"].click()
    assert "upload a style picture first" in box.words.value and box.run is None


def test_reset_returns_to_the_defaults(box):
    box.controls["style_weight"].value, box.controls["content"].value = 77, "cat"
    box.controls["iterations"].value = 4000
    box.buttons["start"].click()
    until(lambda: box.run.tracks[0].iteration >= 1)
    box.buttons["reset"].click()
    box.run.wait(60)
    assert box.settings == QUICK and box.controls["content"].value == "temple" and box.run.status == "stopped"


def test_no_vgg19_is_told(box, monkeypatch, tmp_path):
    monkeypatch.setenv("NST_VGG19_WEIGHTS", str(tmp_path / "missing.h5"))
    box.controls["network"].value = "vgg19"
    box.buttons["start"].click()
    assert "missing.h5" in box.words.value and box.run is None


def test_the_stored_notebook_has_both_pictures_and_words(box):
    data, metadata = box._repr_mimebundle_()
    assert "“temple” to be painted as “night_swirls”" in data["text/plain"] == metadata["image/jpeg"]["alt"]
    height, width = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/jpeg"])))).shape[:2]
    assert height == 160 and width > 320


# The curves


def test_curves_are_where_the_losses_are():
    track = Track(QUICK, None, {name: [1.0, 10.0, 100.0] for name in ("content", "style", "tv", "total")}, iteration=3)
    picture = np.asarray(Image.open(io.BytesIO(draw_curves([track]))), float)
    blue = np.argwhere(np.abs(picture[:, 56:] - (0, 0x72, 0xB2)).sum(axis=2) < 30)
    drawn = blue[blue[:, 0] < 220]
    rising = drawn[np.argsort(drawn[:, 1])]
    assert rising[0, 0] > rising[-1, 0] and rising[:, 1].max() <= (860 - 12 - 56) * 3 / 12 + 2


def test_curves_without_a_positive_value_are_empty():
    track = Track(QUICK, None, {name: [0.0] for name in ("content", "style", "tv", "total")})
    assert Image.open(io.BytesIO(draw_curves([track]))).size == (860, 250)
