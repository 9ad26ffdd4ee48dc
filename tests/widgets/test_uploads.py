"""One's own pictures in the studio: as large as they are, with their alpha, and told when a connection lost them."""

import warnings
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from ipywidgets import Widget
from picture_files import RED, encoded, plain
from PIL import Image

from nst_helpers.images import load_alpha, noise_image
from nst_helpers.server import MOST, SETTING, _load_jupyter_server_extension
from nst_helpers.settings import Settings
from nst_helpers.widgets import connection
from nst_helpers.widgets.studio import OWN

QUICK = Settings(size=64, scales=2, iterations=4)


def upload(box, role, name, content):
    box.uploads[role].value = ({"name": name, "type": "image/png", "size": len(content), "content": memoryview(content),
                                "last_modified": datetime.now(UTC)},)


def test_an_upload_is_as_large_as_the_settings_need_it(box):
    """Not as large as the studio once thought: a size of 4096 was cut to 2048."""
    upload(box, "content", "wide.png", encoded(plain(RED, (3000, 40)), "PNG"))
    assert box._picture("content", Settings(size=4096)).shape == (40, 3000, 3)
    assert box._picture("content", Settings(size=128)).shape[1] == 1024
    upload(box, "style", "wide.png", encoded(plain(RED, (3000, 40)), "PNG"))
    assert box._picture("style", Settings(size=1000, style_scale=2.5)).shape[1] == 2500


def test_what_is_saved_has_the_contents_alpha(box, tmp_path):
    pixels = np.dstack([noise_image(48, 64, 0), np.tile(np.repeat([0, 255], 32), (48, 1))]).astype(np.uint8)
    upload(box, "content", "cut_out.png", encoded(Image.fromarray(pixels), "PNG"))
    box.start()
    if box.run is None:
        box.start()  # a busy computer expects that it will take long
    box.controls["content"].value = "temple"  # of what comes next, not of this run
    box.run.wait(60)
    box.save()
    assert "saved in" in box.words.value
    np.testing.assert_array_equal(load_alpha(tmp_path / "studio" / "picture.png"), pixels[..., 3])


def test_a_color_profile_that_is_ignored_is_said_in_the_same_line(box):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        upload(box, "content", "scan.tif", encoded(plain(RED), "TIFF", icc_profile=b"x" * 3000))
    assert box.words.value.startswith("scan.tif: taken as the content picture; its colour profile cannot be used")
    assert box.controls["content"].value == OWN


def test_a_heic_is_taken(box):
    upload(box, "content", "IMG_1.HEIC", (Path(__file__).parents[1] / "images" / "heic" / "turned_6.heic").read_bytes())
    assert "taken" in box.words.value and box._picture("content").shape == (64, 96, 3)
    assert ".heic" in box.uploads["content"].accept


class Comm:
    """The channel that a page opens when it connects."""

    def on_msg(self, callback):
        self.callback = callback


def connect():
    connection._opened(Comm(), {"metadata": {"version": "1.0.0"}})


def test_a_new_connection_says_that_a_file_may_be_lost_and_takes_the_next(box):
    before = box.uploads
    assert not any(own.lost.value for own in box._own.values())
    connect()
    for role, own in box._own.items():
        assert "it is lost" in own.lost.value and "10 MB" in own.lost.value
        assert box.uploads[role] is not before[role] and own.children == (box.uploads[role], own.lost)
    upload(box, "content", "mine.png", encoded(plain(RED), "PNG"))
    assert "mine.png: taken" in box.words.value
    assert box._own["content"].lost.value == "" and box._own["style"].lost.value


def test_a_mask_comes_in_by_the_same_button(box):
    """What a telephone writes is taken, and a lost upload is told; another button takes the next."""
    masks, before = box.masks, box.masks.upload
    assert ".heic" in before.accept
    connect()
    assert masks.upload is not before and "it is lost" in masks._own.lost.value
    paint = np.zeros((40, 60, 4), np.uint8)
    paint[:, :30, 3] = 255  # black on a transparent layer
    content = encoded(Image.fromarray(paint), "PNG")
    masks.upload.value = ({"name": "layer.png", "type": "image/png", "size": len(content),
                           "content": memoryview(content), "last_modified": datetime.now(UTC)},)
    assert box.words.value == "layer.png: taken as the mask" and masks._own.lost.value == ""
    masks.controls["soft edge"].value = 0
    assert masks.mask[:, :250].min() == 1 and not masks.mask[:, 262:].any()


def test_ipywidgets_keeps_its_own_part_in_a_new_connection():
    comm = Comm()
    connection._opened(comm, {"metadata": {"version": "1.0.0"}})
    assert Widget._control_comm is comm and comm.callback == Widget._handle_control_comm_msg


def test_who_is_gone_is_not_called_and_who_fails_stops_nobody(monkeypatch):
    called = []

    class One:
        def __init__(self, name):
            self.name = name

        def connected(self):
            called.append(self.name)
            raise ValueError(self.name)

    monkeypatch.setattr(connection, "_listening", [])
    first, second = One("first"), One("second")
    for one in (first, second, One("gone")):
        connection.when_connected_anew(one.connected)
    del one
    connect()
    assert called == ["first", "second"] and len(connection._listening) == 2


class App:
    def __init__(self, **settings):
        self.web_app = self
        self.settings = settings


def test_the_server_takes_photographs_unless_its_owner_says_otherwise():
    fresh, owned = App(), App(websocket_max_message_size=5)
    for app in (fresh, owned):
        _load_jupyter_server_extension(app)
    assert fresh.settings == {SETTING: MOST} and MOST > 100_000_000 and owned.settings == {SETTING: 5}
