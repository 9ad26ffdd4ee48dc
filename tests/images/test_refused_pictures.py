"""What is no picture, or no whole one, is refused in one way, and nothing else happens."""

import contextlib
import io
import logging
import os
import struct
import threading
import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from picture_files import RED, WHOLE, assert_image, assert_refused, encoded, header_of, plain, png, posix, random_pixels
from PIL import Image, PngImagePlugin

from nst_helpers.images import MAX_PIXELS, ImageError, load_image

pytestmark = pytest.mark.filterwarnings("error")


def test_missing_file(tmp_path):
    assert_refused(tmp_path / "gone.png", str(tmp_path / "gone.png"), "no such file", "Check the name")
    assert_refused(str(tmp_path / "nowhere" / "gone.png"), "gone.png", "no such file")


def test_folder(tmp_path):
    assert_refused(tmp_path, str(tmp_path), "folder")
    assert_refused("", "folder")  # the empty path is the current folder


def test_file_used_as_a_folder(tmp_path):
    (tmp_path / "a.png").write_bytes(encoded(plain(RED), "PNG"))
    assert_refused(tmp_path / "a.png" / "b.png", "b.png")


def test_impossible_names():
    assert_refused("a" * 5000 + ".png", "aaa")
    assert_refused("nul\0byte.png", "nul")


@posix
def test_a_pipe_is_not_waited_for(tmp_path):
    assert_refused("/dev/null", "/dev/null", "not a regular file")
    os.mkfifo(tmp_path / "pipe.png")
    assert_refused(tmp_path / "pipe.png", "pipe.png", "not a regular file")


@posix
def test_unreadable_file(ordinary_user):
    path = ordinary_user / "secret.png"
    path.write_bytes(encoded(plain(RED), "PNG"))
    path.chmod(0)
    assert_refused(path, "secret.png", "Permission denied", "Check its permissions")


@posix
def test_unreadable_folder(ordinary_user):
    folder = ordinary_user / "closed"
    folder.mkdir()
    (folder / "a.png").write_bytes(encoded(plain(RED), "PNG"))
    folder.chmod(0)
    assert_refused(folder / "a.png", "a.png", "Permission denied")


def test_empty(tmp_path):
    (tmp_path / "empty.png").touch()
    assert_refused(tmp_path / "empty.png", "empty.png", "the file is empty")
    assert_refused(b"", "uploaded picture", "empty")
    assert_refused(io.BytesIO(), "uploaded picture", "empty")


@pytest.mark.parametrize(
    "content", [b"hello, world\n" * 50, b"\0", b"\x89PNG", b"\xff\xd8", b"GIF89a", b"%PDF-1.7", b"\0" * 9999]
)
@pytest.mark.parametrize("name", ["note.txt", "note.png", "note.jpg", "note.tif", "note"])
def test_a_file_that_is_not_a_picture(content, name, tmp_path):
    (tmp_path / name).write_bytes(content)
    message = assert_refused(tmp_path / name, name)
    assert "not a picture" in message or "damaged" in message
    assert "save" in message  # what to do


@pytest.mark.parametrize("file_format", ["EPS", "PDF", "ICO", "TGA", "JPEG2000", "DDS", "SGI"])
def test_formats_that_are_not_plain_pixels_are_refused(file_format):
    assert_refused(encoded(plain(RED, (16, 16)), file_format), "not a picture in a format", "PNG, JPEG")


@pytest.mark.parametrize(
    "source", [None, 7, 1.5, ["a.png"], {"name": "a"}, np.zeros((2, 2, 3)), object(), io.StringIO("x")]
)
def test_other_things_are_refused(source):
    kind = "str" if hasattr(source, "read") else type(source).__name__
    assert_refused(source, f"from {kind}", "'rb'")


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "a.png").write_bytes(encoded(plain(RED), "PNG"))
    with (tmp_path / "a.png").open(encoding="latin-1") as text:
        assert_refused(text, "a.png", "'rb'")
    closed = (tmp_path / "a.png").open("rb")
    closed.close()
    assert_refused(closed, "a.png", "closed")

    class Broken:
        name = "far.png"

        def read(self):
            raise ConnectionResetError("the line went dead")

    assert_refused(Broken(), "far.png", "the line went dead")


@pytest.mark.parametrize("percent", [1, 5, 20, 50, 80, 95])
@pytest.mark.parametrize("kind", WHOLE)
def test_a_truncated_file_is_refused(kind, percent, tmp_path):
    assert_image(load_image(WHOLE[kind]), 40, 50)
    path = tmp_path / "cut.picture"
    path.write_bytes(WHOLE[kind][: len(WHOLE[kind]) * percent // 100])
    assert_refused(path, "cut.picture")
    assert_refused(path, "cut.picture", max_size=10)


def test_pillow_and_the_warning_filters_are_left_as_they_were():
    before = Image.MAX_IMAGE_PIXELS, list(warnings.filters), PngImagePlugin.MAX_TEXT_CHUNK
    load_image(encoded(plain(RED), "PNG"))
    assert_refused(header_of(60000, 60000)["PNG"])
    assert_refused(b"x")
    assert before == (Image.MAX_IMAGE_PIXELS, list(warnings.filters), PngImagePlugin.MAX_TEXT_CHUNK)


def test_threads_leave_the_warning_filters_as_they_were():
    before = list(warnings.filters)
    data = encoded(Image.fromarray(random_pixels(60, 60)), "PNG")
    results = []
    threads = [
        threading.Thread(target=lambda: results.extend(load_image(data, 20).shape for _ in range(20)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [(20, 20, 3)] * 160
    assert warnings.filters == before


def test_warnings_of_pillow_stay_inside():
    animation = png(1, 1, 8, 2, b"\0\1\2\3", (b"acTL", bytes(8)))  # announces an animation of no frames
    with pytest.warns(UserWarning, match="Invalid APNG"):  # what other programs see
        Image.open(io.BytesIO(animation)).close()
    assert load_image(animation).tolist() == [[[1, 2, 3]]]
    large = header_of(10000, MAX_PIXELS // 10000 - 1)["PNG"]
    with pytest.warns(Image.DecompressionBombWarning):
        Image.open(io.BytesIO(large)).close()
    assert_refused(large, "damaged")


def test_nothing_is_printed_about_broken_files(capfd, monkeypatch):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as in a program that set up no logging
    for kind in ("TIFF LZW", "TIFF deflate", "TIFF JPEG", "JPEG", "PNG"):
        data = bytearray(WHOLE[kind])
        for position in range(300, len(data) - 300, 97):
            data[position] ^= 0xFF
        with contextlib.suppress(ImageError):
            load_image(bytes(data))
    samples = struct.pack("<HHI", 277, 3, 1)
    data = WHOLE["TIFF"].replace(samples + b"\3", samples + b"\xff")
    assert data != WHOLE["TIFF"]
    assert_refused(data)
    os.write(2, b"still here")  # the stream works again afterwards
    out, err = capfd.readouterr()
    assert (out, err) == ("", "still here")


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(sorted(WHOLE)),
    edits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    in_header=st.booleans(),
    cut=st.none() | st.floats(0, 1),
    max_size=st.sampled_from([None, 1, 16, 512]),
)
@example(kind="PNG", edits=[], in_header=False, cut=0.999, max_size=512)
def test_damaged_files_give_an_image_or_an_image_error(kind, edits, in_header, cut, max_size):
    data = bytearray(WHOLE[kind])
    for where, value in edits:
        data[int(where * (min(len(data), 120) if in_header else len(data)))] = value
    if cut is not None:
        data = data[: int(cut * len(data))]
    try:
        image = load_image(bytes(data), max_size)
    except ImageError as error:
        assert str(error).startswith("the uploaded picture: ")
    else:
        assert_image(image, *image.shape[:2])
        assert max_size is None or max(image.shape) <= max(max_size, 3)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(data):
    assert_refused(data, "the uploaded picture")
