"""Where files are written: refused before the work, not after it, and never over what they are made from."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from nst_helpers.arrays import Image
from nst_helpers.errors import ImageError, SettingsError, cause
from nst_helpers.system import require_writable

LONGEST = 255  # bytes of a file's name, on all usual systems


def require_place(option: str, path: Path, endings: Sequence[str]) -> None:
    """Refuse a file that cannot be written there.

    Raises:
        SettingsError: it is a folder or a device, or ends in none of `endings`.
        ImageError: the name is too long, or the folder cannot be written to.
    """
    try:
        found = _stamped(path)
        if not path.name or (found and not path.is_file()):
            raise SettingsError(f"{option} {path}: this is not a file; name one, as in {option} picture{endings[0]}")
        if path.suffix.lower() not in endings:
            raise SettingsError(f"{option} {path}: this format is not written here; end the name in "
                                f"{', '.join(endings)}")
        require_writable(Path(os.path.realpath(path)).parent)
    except OSError as error:
        raise ImageError(f"{option} {path}: this cannot be written ({cause(error)}); name another place") from error


def refuse_own(option: str, path: Path, pictures: Sequence[str | Path]) -> None:
    """Refuse a file that would take the place of a picture it is made from."""
    for picture in pictures:
        with suppress(OSError):  # the file is not there yet; a picture that is not is told by who reads it
            if path.samefile(picture):
                raise SettingsError(f"{option} {path}: this is one of the pictures that it is made from; name "
                                    "another file")


def stamp(path: Path) -> tuple[int, ...] | None:
    """What changes when a file is written anew; None where there is none."""
    with suppress(OSError):
        return _stamped(path)
    return None


def _stamped(path):
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def saved(image: Image, path: Path, settings: dict | None = None, **how: Any) -> Path:
    """The path of a picture, after it was written. Ctrl-C asks to stop the work, not to lose what came of it.

    Args:
        image, path, settings, how: as in `nst_helpers.images.save_image`.
    """
    from nst_helpers.images import save_image, to_uint8

    frame = to_uint8(image)  # so that a picture is one, however dark it is
    try:
        return save_image(frame, path, settings, **how)
    except KeyboardInterrupt:
        save_image(frame, path, settings, **how)
        raise


def beside(path: Path, note: str) -> Path:
    """The same name with a note behind its stem, which is cut where the whole would be too long."""
    stem, ending = path.stem, note + path.suffix
    while len(os.fsencode(stem + ending)) > LONGEST:  # letter by letter, as letters have one to four bytes
        stem = stem[:-1]
    return path.with_name(stem + ending)


def lost_transparency(path: Path, alpha: object) -> str | None:
    """A line where a picture's transparency is lost by its format; else None. alpha: as of `load_alpha`."""
    if alpha is None or path.suffix.lower() not in (".jpg", ".jpeg"):
        return None
    return f"{path}: a JPEG cannot be transparent, so white lies behind the picture; .png and .webp keep it"
