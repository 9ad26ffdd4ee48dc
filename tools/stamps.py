"""What the tools share that compute beforehand what lessons show.

Each of them (`beforehand.py` lists them) has the same four functions:

    read_recipes()           {name: recipe} of all that it computes
    is_stale(name, recipe)   whether that is missing, or is not what would be computed now; cheap
    compute(name, recipe)    compute it, and write its files; says in a few words how it went
    main(arguments)          [NAME …] or --check, by `main` below

A stamp is a digest of all that decides what is computed. It is kept in the note that tells of the result.
"""

import argparse
import hashlib
import io
import json
from pathlib import Path

from PIL import Image

from nst_helpers.images import to_uint8
from nst_helpers.networks import data_folder
from nst_helpers.system import write_whole


def digest(parts, files=()):
    """16 hexadecimal digits of texts and of the contents of files; a file that is not there counts as empty."""
    contents = [hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "" for file in files]
    return hashlib.sha256("\n".join([*parts, *contents]).encode()).hexdigest()[:16]


def text(recipe):
    """A recipe, or settings, as a text for `digest`: the same for the same values."""
    return json.dumps(recipe, sort_keys=True)


def network_file(name):
    """The weights of a shipped network."""
    return data_folder() / "networks" / f"{name}.npz"


def kept(note):
    """The stamp in a note; None where there is none."""
    try:
        return json.loads(Path(note).read_text(encoding="utf-8"))["stamp"]
    except (OSError, ValueError, KeyError, TypeError):  # missing, or not what these tools write
        return None


def so_far(note, stamp, **nothing):
    """What a note tells that was computed under this stamp, perhaps not all; else a note of nothing yet."""
    return json.loads(Path(note).read_text(encoding="utf-8")) if kept(note) == stamp else {"stamp": stamp, **nothing}


def is_stale(note, stamp, pictures=None):
    """Whether a note is missing or has another stamp, or a picture is missing that it tells of: NAME.webp of NAME.json.

    Args:
        pictures: their paths, where they are others.
    """
    pictures = [Path(note).with_suffix(".webp")] if pictures is None else pictures
    return kept(note) != stamp or not all(path.is_file() for path in pictures)


def main(arguments, description, recipes, is_stale, compute, what):
    """The command line of a tool: [NAME …], or --check, which computes nothing.

    Args:
        description: the tool's own, whose first line counts. recipes, is_stale, compute: see above.
        what: one of them in a word or two.

    Returns:
        The exit status: of --check 1 where something is out of date.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which (default: what is out of date): "
                        f"{', '.join(recipes)}")
    parser.add_argument("--check", action="store_true", help="compute nothing; name what is out of date")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(recipes):
        parser.error(f"no recipe {', '.join(sorted(unknown))}: choose from {', '.join(recipes)}")
    stale = [name for name, recipe in recipes.items() if is_stale(name, recipe)]
    if options.check:
        print(f"{what}: out of date: {', '.join(stale)}; call `make runs`" if stale else f"{what}: as the recipes ask")
        return int(bool(stale))
    for name in options.names or stale:
        print(f"{name}: {compute(name, recipes[name])}", flush=True)
    return 0


def keep_picture(path, image, quality=None):
    """Write an image (height, width, 3), 0–255, as a WebP file, whole or not at all; returns how many bytes it has.

    Without a quality nothing is lost: every pixel and color is as it was.
    """
    file = io.BytesIO()
    how = {"lossless": True} if quality is None else {"quality": quality}
    Image.fromarray(to_uint8(image)).save(file, "WEBP", method=6, **how)
    write_whole(path, file.getvalue())
    return file.tell()


def keep_note(path, told, **options):
    """Write what is told of a result as JSON, whole or not at all: the last of its files. options: of `json.dumps`."""
    write_whole(path, json.dumps(told, **options).encode() + b"\n")


def digits(value, number=4):
    """A value with so many significant digits: more would be another processor's."""
    return float(f"{float(value):.{number}g}")
