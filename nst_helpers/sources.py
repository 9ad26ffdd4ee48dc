"""Where a picture comes from: a path, bytes or an open file; what it is called, and what kind of container it is."""

import io
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from nst_helpers.errors import ImageError, cause
from nst_helpers.system import at_home

Source = str | os.PathLike | bytes | bytearray | memoryview | BinaryIO  # a path, or a file's contents

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)  # of the network; C:/ is a drive
_CONTENTS = (bytes, bytearray, memoryview)
# What the beginning of a file in ISO's base format says it holds (ISO/IEC 23008-12, annex B): with these brands, HEVC.
_HEVC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AV1 = {b"avif", b"avis"}
_ANY = {b"mif1", b"msf1"}


def as_path(path: str | os.PathLike) -> Path:
    """A path as a Path, its ~ as `nst_helpers.system.at_home` has it; ImageError for what is none."""
    try:
        return at_home(os.fsdecode(path))
    except TypeError:
        raise ImageError(f"a {type(path).__name__} is not a path. Give the name of a picture file.") from None


def name_of(source: object) -> str:
    """What an error calls the source: the path as it was given, or what stands for one."""
    if isinstance(source, (str, os.PathLike)):
        as_path(source)
        return os.fsdecode(source) or "."  # a Path would make https:/ of https://
    name = getattr(source, "name", None)
    if isinstance(name, str):
        return name
    return "the uploaded picture" if isinstance(source, _CONTENTS) or hasattr(source, "read") else "no picture file"


def file_of(source: object) -> BinaryIO:
    """An open binary file for whatever the caller gave."""
    file = _file_at(source) if isinstance(source, (str, os.PathLike)) else io.BytesIO(_content(source))
    if file.seek(0, os.SEEK_END) == 0:
        file.close()
        raise ImageError("the file is empty. Get it again.")
    file.seek(0)
    return file


def is_heif(file: BinaryIO) -> bool:
    """Whether a file is a picture as telephones write it, HEVC in ISO's base format; it is left at its beginning."""
    head = file.read(512)
    file.seek(0)
    if head[4:8] != b"ftyp":
        return False
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[place : place + 4] for place in range(16, length - 3, 4))}
    return bool(brands & _HEVC) or (bool(brands & _ANY) and not brands & _AV1)


def _file_at(source):
    path = as_path(source)
    try:
        if path.is_dir():
            raise ImageError("this is a folder. Name a picture inside it.")
        if path.exists() and not path.is_file():  # to read a pipe or a device could take for ever
            raise ImageError("this is not a regular file. Name a picture file.")
        return path.open("rb")
    except FileNotFoundError as error:
        if _ADDRESS.match(os.fsdecode(source)):
            raise ImageError("nothing is fetched from the network here. Download the picture, and name its "
                             "file.") from error
        raise ImageError("there is no such file. Check the name and the folder.") from error
    except OSError as error:
        raise ImageError(f"the file cannot be read ({cause(error)}). Check its permissions.") from error


def _content(source):
    if hasattr(source, "read"):
        with suppress(AttributeError, OSError):  # not every stream can go back
            source.seek(0)  # who has just written a file stands at its end
        source = source.read()
    if isinstance(source, _CONTENTS):
        return source
    kind = type(source).__name__
    hint = " An array is a picture already." if kind == "ndarray" else ""
    raise ImageError(f"a picture cannot be read from {kind}. Give a path, bytes or a file opened as 'rb'.{hint}")
