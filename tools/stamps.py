"""What the tools share that compute beforehand: whether it is still what would be computed now, and its pictures."""

import argparse
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


def asked_for(arguments, description, recipes, is_stale, what, target):
    """The command line of a tool with recipes: [NAME …], or --check, which computes nothing.

    Args:
        recipes: {name: recipe}. is_stale: (name, recipe) → whether it is out of date. what: one of them in a word.
        target: of make, that computes them.

    Returns:
        (names to compute, exit status): those that were named, by default those that are out of date; of --check none,
        and 1 where something is out of date.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which (default: what is out of date): "
                        f"{', '.join(recipes)}")
    parser.add_argument("--check", action="store_true", help="compute nothing; name what is out of date")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(recipes):
        parser.error(f"no recipe {', '.join(sorted(unknown))}: choose from {', '.join(recipes)}")
    stale = [name for name, recipe in recipes.items() if is_stale(name, recipe)]
    if options.check:
        print(f"out of date: {', '.join(stale)}; call `make {target}`" if stale else
              f"every {what} is as its recipe asks")
        return [], int(bool(stale))
    return options.names or stale, 0


def keep_picture(path, image, quality=None):
    """Write an image (height, width, 3), 0–255, as a WebP file, whole or not at all; returns how many bytes it has.

    Without a quality nothing is lost: every pixel and color is as it was.
    """
    file = io.BytesIO()
    how = {"lossless": True} if quality is None else {"quality": quality}
    Image.fromarray(to_uint8(image)).save(file, "WEBP", method=6, **how)
    write_whole(path, file.getvalue())
    return file.tell()
