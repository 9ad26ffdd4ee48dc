"""Pictures are written whole or not at all, with their settings inside."""

import errno
import json
import os
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from picture_files import DESCRIPTION, RED, WHOLE, assert_image, encoded, names_in, plain, posix, random_pixels
from PIL import Image, PngImagePlugin

from nst_helpers.images import ImageError, load_image, load_settings, noise_image, resize_image, save_image, to_uint8
from nst_helpers.result import LOSSES, Result
from nst_helpers.settings import Settings

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "a.webp"])
def test_what_is_saved_exactly(name, tmp_path):
    pixels = random_pixels(17, 23)
    path = save_image(pixels, tmp_path / name)
    assert path == tmp_path / name and isinstance(path, Path)
    np.testing.assert_array_equal(load_image(path), pixels)
    np.testing.assert_array_equal(load_image(save_image(pixels.astype(np.float32), str(path))), pixels)
    np.testing.assert_array_equal(load_image(save_image(pixels.tolist(), path)), pixels)
    assert names_in(tmp_path) == [name]


@pytest.mark.parametrize("name", ["a.jpg", "a.jpeg", "a.JPG"])
def test_jpeg_is_close(name, tmp_path):
    smooth = np.asarray(Image.fromarray(random_pixels(4, 4)).resize((64, 48), Image.Resampling.BICUBIC))
    image = load_image(save_image(smooth, tmp_path / name))
    assert np.abs(image - smooth).max() <= 6
    with Image.open(tmp_path / name) as picture:
        assert picture.format == "JPEG"


def test_values_are_clipped_and_rounded(tmp_path):
    row = [-1e30, -0.6, 0.4, 0.6, 127.49, 127.51, 254.6, 255.4, 1e30]
    image = np.repeat(np.array(row, np.float64)[None, :, None], 3, axis=2)
    saved = load_image(save_image(image, tmp_path / "a.png"))
    assert saved[0, :, 1].tolist() == [0, 0, 0, 1, 127, 128, 255, 255, 255]
    assert image[0, 0, 0] == -1e30  # the caller's array is left alone


def test_what_turns_into_an_array_is_saved(tmp_path):
    class Tensor:
        def __array__(self, dtype=None, copy=None):
            return np.full((2, 2, 3), 9.0)

    for image in (Tensor(), np.full((2, 2, 3), 9, np.int64), np.full((2, 2, 3), 9, np.float16)):
        assert np.unique(load_image(save_image(image, tmp_path / "a.png"))).tolist() == [9]


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((4, 4)), "(4, 4)"),
        (np.zeros((1, 4, 4, 3)), "(1, 4, 4, 3)"),
        (np.zeros((4, 4, 4)), "(4, 4, 4)"),
        (np.zeros((0, 4, 3)), "(0, 4, 3)"),
        (np.zeros((4, 0, 3)), "(4, 0, 3)"),
        (5.0, "()"),
        (np.full((2, 2, 3), np.nan), "12 values that are not finite (the first: nan)"),
        (np.array([[[0, np.inf, 0]]]), "1 values that are not finite (the first: inf)"),
        (np.full((1, 1, 3), 1e300), "not finite"),
        (np.zeros((2, 2, 3), complex), "real numbers"),
        ([[[1, 2, 3], [1, 2]]], "real numbers"),
        ([[["a", "b", "c"]]], "real numbers"),
        (None, "real numbers"),
    ],
)
def test_what_is_no_image_is_not_saved(image, words, tmp_path):
    with pytest.raises(ImageError) as caught:
        save_image(image, tmp_path / "a.png")
    assert words in str(caught.value)
    with pytest.raises(ImageError):
        resize_image(image, 2, 2)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("name", ["a", "a.txt", "a.gif", "a.png.part", ""])
def test_an_unknown_suffix_is_refused(name, tmp_path):
    with pytest.raises(ImageError, match=r"\.png, \.jpg, \.jpeg, \.webp"):
        save_image(np.zeros((2, 2, 3)), tmp_path / name)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("path", [None, 3, 1.5, b"\xff".hex, ["a.png"]])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ImageError, match="is not a path"):
        save_image(np.zeros((2, 2, 3)), path)


def test_missing_folders_are_made(tmp_path):
    path = save_image(np.zeros((2, 2, 3)), tmp_path / "results" / "today" / "a.png")
    assert_image(load_image(path), 2, 2)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_settings_travel_with_the_picture(name, tmp_path):
    stored = {
        "seed": 7,
        "alpha": 1.5e-3,
        "layers": ["conv1_1", "conv2_1"],
        "weights": {"conv1_1": 0.2},
        "note": "风格 “style”\n=, ß",
        "nothing": None,
        "yes": True,
    }
    path = save_image(random_pixels(8, 8), tmp_path / name, stored)
    assert load_settings(path) == stored
    assert load_settings(path.read_bytes()) == stored
    assert_image(load_image(path), 8, 8)
    assert load_settings(save_image(random_pixels(8, 8), path, {})) == {}
    assert load_settings(save_image(random_pixels(8, 8), path)) is None


def test_a_png_holds_the_settings_as_json_text(tmp_path):
    path = save_image(np.zeros((2, 2, 3)), tmp_path / "a.png", {"seed": 1})
    with Image.open(path) as picture:
        assert json.loads(picture.text["settings"]) == {"seed": 1}


@pytest.mark.parametrize(
    "bad", [{"a": object()}, {"a": np.zeros(3)}, {(1, 2): 3}, [1, 2], "text", 5, {1: {2: {3}}}]
)
def test_settings_that_cannot_be_stored(bad, tmp_path):
    path = save_image(np.zeros((2, 2, 3)), tmp_path / "a.png", {"old": 1})
    with pytest.raises(ImageError, match="settings cannot be stored"):
        save_image(np.ones((2, 2, 3)), path, bad)
    assert load_settings(path) == {"old": 1}


def test_settings_too_long_for_a_jpeg_leave_the_old_file(tmp_path):
    path = save_image(np.zeros((2, 2, 3)), tmp_path / "a.jpg", {"old": 1})
    with pytest.raises(ImageError, match=r"a\.jpg"):
        save_image(np.ones((2, 2, 3)), path, {"long": "x" * 70_000})
    assert load_settings(path) == {"old": 1}
    long = {"long": "x" * 70_000}
    assert load_settings(save_image(np.ones((2, 2, 3)), tmp_path / "a.png", long)) == long


def test_foreign_texts_are_no_settings():
    exif = Image.Exif()
    exif[DESCRIPTION] = "OLYMPUS DIGITAL CAMERA"
    assert load_settings(encoded(plain(RED), "JPEG", exif=exif)) is None
    exif[DESCRIPTION] = "[1, 2]"
    assert load_settings(encoded(plain(RED), "JPEG", exif=exif)) is None
    assert load_settings(encoded(plain(RED), "JPEG", exif=b"Exif\0\0garbage")) is None
    for text in ("{", "null", "3", "", "[" * 100_000):
        texts = PngImagePlugin.PngInfo()
        texts.add_text("settings", text)
        assert load_settings(encoded(plain(RED), "PNG", pnginfo=texts)) is None


def test_settings_behind_the_pixels_are_found():
    data = encoded(plain(RED), "PNG")
    body = b"tEXtsettings\0" + b'{"late": 1}'
    late = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    assert load_settings(data[:-12] + late + data[-12:]) == {"late": 1}


def test_settings_of_what_is_no_picture(tmp_path):
    for source in (tmp_path / "gone.png", tmp_path, b"", b"text", WHOLE["PNG"][:-800], None):
        with pytest.raises(ImageError):
            load_settings(source)


KILLED_WHILE_SAVING = """
import os, sys, time
import numpy as np
from nst_helpers.images import save_image

def wait(*_):
    print("in the middle", flush=True)
    time.sleep(600)

setattr(os, sys.argv[2], wait)
save_image(np.random.default_rng(1).integers(0, 256, (1500, 1500, 3)), sys.argv[1])
"""


@posix
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_killed_while_saving_the_old_file_is_still_there(step, tmp_path):
    path = save_image(random_pixels(30, 30), tmp_path / "a.png", {"run": "old"})
    before = path.read_bytes()
    command = [sys.executable, "-c", KILLED_WHILE_SAVING, str(path), step]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as child:
        assert child.stdout.readline() == b"in the middle\n"
        written = [each for each in tmp_path.iterdir() if each != path]
        assert len(written) == 1 and written[0].stat().st_size > 1_000_000  # it was indeed writing
        child.kill()
    assert child.returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    assert load_settings(path) == {"run": "old"}
    np.testing.assert_array_equal(load_image(path), random_pixels(30, 30))
    save_image(random_pixels(5, 5), path)  # what the dead process left is not in the way
    assert_image(load_image(path), 5, 5)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failing_write_leaves_the_old_file_and_nothing_else(step, tmp_path, monkeypatch):
    path = save_image(random_pixels(9, 9), tmp_path / "a.png")
    before = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(ImageError, match=r"a\.png.*No space left on device.*free space") as caught:
        save_image(random_pixels(9, 9, seed=1), path)
    assert isinstance(caught.value.__cause__, OSError)
    assert path.read_bytes() == before
    assert names_in(tmp_path) == ["a.png"]


def test_interrupted_while_saving(tmp_path, monkeypatch):
    path = save_image(random_pixels(9, 9), tmp_path / "a.png")
    before = path.read_bytes()

    def ctrl_c(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        save_image(random_pixels(9, 9, seed=1), path)
    assert path.read_bytes() == before
    assert names_in(tmp_path) == ["a.png"]


def test_a_picture_too_wide_for_the_format(tmp_path):
    for name in ("a.webp", "a.jpg"):
        with pytest.raises(ImageError, match=name):
            save_image(np.zeros((1, 70_000, 3)), tmp_path / name)
    assert names_in(tmp_path) == []


def test_the_target_is_a_folder_or_its_folder_is_a_file(tmp_path):
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").write_text("x")
    for path in (
        tmp_path / "folder.png",
        tmp_path / "file" / "a.png",
        tmp_path / ("x" * 300 + ".png"),
        "a\0.png",
    ):
        with pytest.raises(ImageError, match="could not be written"):
            save_image(np.zeros((2, 2, 3)), path)
    assert names_in(tmp_path) == ["file", "folder.png"]


@posix
def test_a_folder_that_one_may_not_write_to(ordinary_user):
    folder = ordinary_user / "readonly"
    folder.mkdir()
    save_image(random_pixels(3, 3), folder / "a.png")
    folder.chmod(0o555)
    for path in (folder / "a.png", folder / "b.png", folder / "new" / "c.png"):
        with pytest.raises(ImageError, match=r"\.png.*Permission denied.*permissions"):
            save_image(np.zeros((2, 2, 3)), path)
    assert names_in(folder) == ["a.png"]
    np.testing.assert_array_equal(load_image(folder / "a.png"), random_pixels(3, 3))


@posix
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o000, 0o666), (0o077, 0o600)])
def test_permissions_follow_the_umask(umask, mode, tmp_path):
    before = os.umask(umask)
    try:
        path = save_image(np.zeros((2, 2, 3)), tmp_path / "a.png")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == mode


@posix
def test_an_old_file_keeps_its_permissions_and_a_link_stays_a_link(tmp_path):
    path = save_image(np.zeros((2, 2, 3)), tmp_path / "a.png")
    path.chmod(0o604)
    link = tmp_path / "link.png"
    link.symlink_to("a.png")
    save_image(np.full((2, 2, 3), 200), link)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o604
    assert np.unique(load_image(path)).tolist() == [200]


# ---- scaled to 0–1: refused where it is certain


def test_an_image_that_is_scaled_is_not_written_as_black(tmp_path):
    scaled = noise_image(6, 7, 0) / 255
    with pytest.raises(ImageError, match=r"from 0\.\d+ to 0\.9\d+.*scaled to 0–1: multiply it by 255"):
        save_image(scaled, tmp_path / "a.png")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("image", [np.zeros((4, 4, 3)), np.ones((4, 4, 3)), np.eye(4)[..., None] * np.ones(3),
                                   np.ones((4, 4, 3), np.uint8), to_uint8(np.full((4, 4, 3), 0.7)),
                                   np.full((4, 4, 3), -0.5), np.linspace(0, 1.5, 48).reshape(4, 4, 3)],
                         ids=["black", "ones", "zeros and ones", "bytes", "rounded", "below 0", "beyond 1"])
def test_what_may_be_meant_is_written(image, tmp_path):
    np.testing.assert_array_equal(load_image(save_image(image, tmp_path / "a.png")), to_uint8(image))


def test_a_result_that_is_nearly_black_is_not_lost(tmp_path):
    dark = np.full((8, 8, 3), 0.3, np.float32)
    result = Result(dark, {name: [1.0] for name in LOSSES}, Settings(), 1.0, ((8, 8, 1),))
    assert load_image(result.save(tmp_path) / "picture.png").max() == 0
