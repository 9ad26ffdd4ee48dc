"""What the tools share that compute beforehand: whether it is still what would be computed now, and its pictures."""

import hashlib
import io
import json
from pathlib import Path

from PIL import Image

from nst_helpers.images import to_uint8
from nst_helpers.system import write_whole


def digest(parts, files=()):
    """16 hexadecimal digits of texts and of the contents of files; a file that is not there counts as empty."""
    contents = [hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "" for file in files]
    return hashlib.sha256("\n".join([*parts, *contents]).encode()).hexdigest()[:16]


def is_stale(note, stamp):
    """Whether a note NAME.json is missing, or the NAME.webp it tells of, or was written under another stamp."""
    note = Path(note)
    if not note.is_file() or not note.with_suffix(".webp").is_file():
        return True
    try:
        return json.loads(note.read_text(encoding="utf-8"))["stamp"] != stamp
    except (ValueError, KeyError, TypeError):  # not what these tools write
        return True


def keep_picture(path, image, quality):
    """Write an image (height, width, 3), 0–255, as a WebP file, whole or not at all; returns how many bytes it has."""
    file = io.BytesIO()
    Image.fromarray(to_uint8(image)).save(file, "WEBP", quality=quality, method=6)
    write_whole(path, file.getvalue())
    return file.tell()
