"""Makes the HEIC files beside it: painted here, so free to ship. pi-heif reads them; only pillow-heif can write them.

    python -m venv other && other/bin/pip install pillow-heif numpy && other/bin/python tests/images/heic/make.py

The course needs this only when another file is wanted: its encoder, x265, is no dependency.
"""

import struct
import sys
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))
from icc import display_p3  # noqa: E402

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
CORNERS = Image.fromarray(np.repeat(np.repeat(np.array([[RED, GREEN], [BLUE, WHITE]], np.uint8), 32, 0), 48, 1))
SHARP = {"quality": 95, "chroma": 444}


def main():
    pillow_heif.register_heif_opener()
    for orientation in range(1, 9):
        turned(orientation)
    Image.new("RGB", (64, 64), (234, 51, 35)).save(FOLDER / "p3.heic", icc_profile=display_p3(), **SHARP)
    alpha = np.zeros((64, 96, 4), np.uint8)
    alpha[..., :3], alpha[:, 48:, 3], alpha[:, :48, 3] = (200, 100, 50), 255, 128
    Image.fromarray(alpha).save(FOLDER / "alpha.heic", **SHARP)
    levels = np.repeat(np.array([[0, 400, 800, 1023]], np.uint16) << 6, 64, 0).repeat(24, 1)
    deep = pillow_heif.from_bytes("RGB;16", (96, 64), np.stack([levels] * 3, 2).tobytes())
    deep.save(FOLDER / "ten_bits.heic", **SHARP)
    first = Image.new("RGB", (96, 64), RED)
    first.save(FOLDER / "several.heic", save_all=True, append_images=[Image.new("RGB", (64, 96), BLUE)],
               primary_index=1, **SHARP)


def turned(orientation):
    """As telephones write it: turned by the container, and by what EXIF says, which is the same turn told twice."""
    stored = stored_as(orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = FOLDER / f"turned_{orientation}.heic"
    stored.save(path, exif=exif.tobytes(), quality=95, chroma=420)  # as telephones do
    data = path.read_bytes()
    entry = struct.pack("<HHI", 0x0112, 3, 1)  # pillow-heif has set it to 1
    place = data.index(entry) if entry in data else data.index(struct.pack(">HHI", 0x0112, 3, 1))
    order = "<" if entry in data else ">"
    path.write_bytes(data[: place + 8] + struct.pack(order + "H", orientation) + data[place + 10 :])


def stored_as(orientation):
    """The pixels that an upright picture has in a file with this orientation."""
    ways = Image.Transpose
    undone = {2: ways.FLIP_LEFT_RIGHT, 3: ways.ROTATE_180, 4: ways.FLIP_TOP_BOTTOM, 5: ways.TRANSPOSE,
              6: ways.ROTATE_90, 7: ways.TRANSVERSE, 8: ways.ROTATE_270}
    return CORNERS.transpose(undone[orientation]) if orientation in undone else CORNERS


if __name__ == "__main__":
    main()
