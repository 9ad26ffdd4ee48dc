"""The studio, without a browser: buttons are clicked, controls are set, files are uploaded."""

import base64
import io
import json
import re
import time
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from nst_helpers.estimate import Estimate
from nst_helpers.images import load_settings, resize_image
from nst_helpers.networks import data_folder
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_mask
from nst_helpers.widgets import studio
from nst_helpers.widgets.studio import OWN, Studio

QUICK = Settings(size=64, scales=2, iterations=12)


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def begin(box):
    """Press start; and once more where a busy computer expects that it will take long."""
    box.buttons["start"].click()
    if box.run is None:
        box.buttons["start"].click()


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.value)).convert("RGB"), float)


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
    monkeypatch.setattr(studio, "estimate", lambda *arguments, **regions: needed)
    box.buttons["start"].click()
    assert box.run is None and "150 minutes" in box.words.value and "once more" in box.words.value
    box.buttons["start"].click()
    assert box.run is not None


def test_pause_change_resume_shows_both(box):
    box.controls["iterations"].value = 4000
    begin(box)
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
    np.testing.assert_array_equal(box._picture("content", box.settings), np.floor(photograph[:, ::-1]))
    box.buttons["start"].click()
    box.run.wait(60)
    assert box.run.status == "finished"


def stroke(box, *points):
    box.masks.strokes.value = json.dumps({"points": points, "time": box.masks.strokes.value})


def test_a_mask_is_painted_taken_away_and_undone(box):
    masks = box.masks
    assert masks.masks is None and masks.mask.shape == (342, 512)
    stroke(box, [0.25, 0.5], [0.5, 0.5])
    assert masks.controls["use"].value == "the style goes here"
    (mask,) = masks.masks.styles
    assert mask[171, 200] == 1 and mask[100, 200] == 0 and mask[171, 400] == 0 and 0.03 < mask.mean() < 0.1
    masks.controls["mode"].value = "take away"
    stroke(box, [0.25, 0.5])
    assert masks.mask[171, 128] < 0.01 and masks.mask[171, 240] > 0.99
    masks.buttons["undo"].click()
    np.testing.assert_array_equal(masks.mask, mask)
    for wrong in ("", "[]", "{", '{"points": 1}', '{"points": [[1e999, 0]]}', '{"points": [["a", 0]]}',
                  '{"points": [[9e9, 0]]}'):
        masks.strokes.value = wrong
    np.testing.assert_array_equal(masks.mask, mask)
    masks.buttons["clear"].click()
    box.buttons["start"].click()
    assert "the mask is empty" in box.words.value and box.run is None


def test_a_mask_without_a_mouse_keeps_what_it_covers(box):
    controls = box.masks.controls
    for name, value in {"use": "this stays as it is", "shape": "rectangle", "left": 0, "right": 50, "top": 0,
                        "bottom": 100, "soft edge": 0}.items():
        controls[name].value = value
    before = pixels(box.masks.picture)
    box.masks.buttons["apply"].click()
    tinted = pixels(box.masks.picture) - before
    assert tinted[:, :180, 1].mean() < -40 and abs(tinted[:, 220:]).mean() < 2
    begin(box)
    box.run.wait(60)
    assert box.run.status == "finished" and box.run.masks.keep[0, :250].min() == 1
    photograph = resize_image(box.run.content, *box.run.result().image.shape[:2])
    np.testing.assert_array_equal(box.run.result().image[:, :31], photograph[:, :31])
    box.buttons["reset"].click()
    assert box.masks.masks is None and not box.masks.mask.any()


def test_a_mask_from_a_file_and_a_bad_one(box):
    def upload(name, content):
        box.masks.upload.value = ({"name": name, "type": "image/png", "size": len(content),
                                   "content": memoryview(content), "last_modified": datetime.now(UTC)},)

    upload("notes.txt", b"not a picture")
    assert "notes.txt" in box.words.value and box.masks.masks is None
    upload("sky.png", (data_folder() / "masks" / "temple_sky.png").read_bytes())
    assert "sky.png: taken as the mask" in box.words.value
    box.masks.controls["soft edge"].value = 0
    assert box.masks.masks.styles[0].mean() == pytest.approx(shipped_mask("temple_sky").mean(), abs=2e-3)
    file = io.BytesIO()
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(file, "PNG")
    upload("night.png", file.getvalue())
    assert "night.png: this mask covers nothing" in box.words.value


def test_a_mask_of_which_nothing_is_left_for_a_layer_is_told_with_its_name(box):
    box.masks.controls["brush"].value = 1
    box.masks.controls["soft edge"].value = 0
    stroke(box, [0.5, 0.5])
    begin(box)
    box.run.wait(60)
    assert box.run.status == "failed"
    assert re.search(r"style 1 has 0\.\d\d of one position of conv\d_\d, where a picture of ", box.words.value)


def test_own_picture_without_an_upload(box):
    box.controls["style"].value = OWN
    box.buttons["start"].click()
    assert "upload a style picture first" in box.words.value and box.run is None


def test_reset_returns_to_the_defaults(box):
    box.controls["style_weight"].value, box.controls["content"].value = 77, "cat"
    box.controls["iterations"].value = 4000
    begin(box)
    until(lambda: box.run.tracks[0].iteration >= 1)
    run = box.run
    box.buttons["reset"].click()
    assert box.settings == QUICK and box.controls["content"].value == "temple" and run.status == "stopped"
    run.wait(60)


def test_no_vgg19_is_told(box, monkeypatch, tmp_path):
    monkeypatch.setenv("NST_VGG19_WEIGHTS", str(tmp_path / "missing.h5"))
    box.controls["network"].value = "vgg19"
    box.buttons["start"].click()
    assert "missing.h5" in box.words.value and box.run is None


def test_the_stored_notebook_has_both_pictures_and_words(box):
    data, metadata = box._repr_mimebundle_()
    assert "“temple” to be painted as “night_swirls”" in data["text/plain"] == metadata["image/jpeg"]["alt"]
    height, width = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/jpeg"])))).shape[:2]
    assert width == 960 and height > 450  # the run that was computed before stands beside the two


@pytest.mark.parametrize("content", ["astronaut", "temple"])  # the first of the list, and another
def test_the_thumbnails_are_there_at_once(content):
    box = Studio(QUICK, content)
    assert all(min(pixels(picture).shape[:2]) > 50 for picture in box.thumbnails.values())
