"""Raw files of cameras are TIFFs that begin with a thumbnail: it must not be taken for the picture."""

import struct

import numpy as np
import pytest
from picture_files import RED, assert_refused, encoded, plain
from PIL import Image, TiffImagePlugin

from nst_helpers.images import load_alpha, load_image, load_settings

KIND, OLD_KIND, DNG = 254, 255, 50706


def tiff(**tags):
    """A small TIFF whose first directory has these tags besides."""
    entries = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, (kind, value) in tags.items():
        entries.tagtype[int(tag[1:])], entries[int(tag[1:])] = kind, value
    return encoded(plain(RED), "TIFF", tiffinfo=entries)


def canon():
    """Canon's own beginning: behind TIFF's header stand two letters and the address of the raw pixels."""
    data = tiff()
    first = struct.unpack("<I", data[4:8])[0]
    moved = b"II*\0" + struct.pack("<I", first + 8) + b"CR\2\0" + bytes(4) + data[8:]
    count = struct.unpack("<H", moved[first + 8 : first + 10])[0]
    moved = bytearray(moved)
    for place in range(first + 10, first + 10 + 12 * count, 12):
        tag, kind, number, value = struct.unpack("<HHII", moved[place : place + 12])
        size = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}[kind] * number
        if size > 4 or tag == 273:
            moved[place + 8 : place + 12] = struct.pack("<I", value + 8)
    return bytes(moved)


RAW = {"a thumbnail": tiff(t254=(4, 1)), "DNG": tiff(t50706=(1, b"\1\4\0\0")), "of old": tiff(t255=(3, 2)),
       "Canon": canon()}


@pytest.mark.parametrize("kind", RAW)
@pytest.mark.parametrize("read", [load_image, load_alpha, load_settings])
def test_a_raw_file_is_refused_by_name(kind, read, tmp_path):
    path = tmp_path / "DSC_0001.NEF"
    path.write_bytes(RAW[kind])
    with Image.open(path) as picture:
        np.testing.assert_array_equal(np.asarray(picture), np.full((4, 4, 3), RED))  # what would come in
    with pytest.raises(ValueError, match=r"DSC_0001\.NEF: this is a camera's raw file .*raw converter"):
        read(path)


@pytest.mark.parametrize("data", [tiff(t254=(4, 0)), tiff(t254=(4, 2)), tiff(t255=(3, 1))],
                         ids=["full size", "one page of several", "full size, of old"])
def test_other_tiffs_come_in(data):
    assert load_image(data)[0, 0].tolist() == list(RED)


@pytest.mark.parametrize("name", ["a.cr3", "A.RAF", "a.orf"])
def test_raw_files_that_are_no_tiff_are_named_too(name, tmp_path):
    (tmp_path / name).write_bytes(b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(99))
    assert_refused(tmp_path / name, name, "not a picture in a format", "raw files")
