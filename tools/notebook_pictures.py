"""Make the pictures stored in notebooks small, without anybody seeing it; the builder does so with each notebook.

    python tools/notebook_pictures.py FOLDER    the notebooks in a folder and its solutions/, nothing executed

- A drawing (PNG) gets a palette of 256 colours, where that changes no place by more than an eye can tell.
- A photograph (JPEG) keeps its quality, and is stored progressively, with codes that suit it.
- A worked lesson shows the pictures that the lesson itself shows at half their width: the lesson has them large.

Cells, their ids and all words stay; what is small already stays as it is to the byte.
"""

import argparse
import base64
import io
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
from PIL import Image
from scipy.ndimage import uniform_filter

EMBEDDED = re.compile(r"data:(image/(?:png|jpeg));base64,([A-Za-z0-9+/=]+)")
PICTURES = "image/png", "image/jpeg"
SEEN = 3.0  # grey levels, the mean over 5×5 pixels: from this on a change could be seen


def difference(first, second):
    """(mean, largest local) difference of two encoded pictures, in grey levels; infinite where their sizes differ."""
    first, second = (np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), float) for data in (first, second))
    if first.shape != second.shape:
        return np.inf, np.inf
    apart = np.abs(first - second).mean(axis=2)
    return apart.mean(), uniform_filter(apart, 5).max()


def small(data, mime):
    """The bytes of a picture file, fewer where nobody sees it."""
    picture = Image.open(io.BytesIO(data))
    if mime == "image/jpeg":
        if picture.info.get("progressive"):
            return data
        new = _encoded(picture, "JPEG", quality="keep", progressive=True, optimize=True)
        return min(data, new, key=len)
    if picture.mode == "P" or not _opaque(picture):
        return data
    return min([data, *_with_palette(picture, data)], key=len)


def half(data, mime):
    """The bytes of the same picture at half its width."""
    picture = Image.open(io.BytesIO(data))
    picture = picture.convert("RGB" if _opaque(picture) else "RGBA")
    picture = picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)), Image.Resampling.LANCZOS)
    if mime == "image/jpeg":
        return _encoded(picture, "JPEG", quality=85, progressive=True, optimize=True)
    plain = _encoded(picture, "PNG", optimize=True)
    return min([plain, *_with_palette(picture, plain)], key=len) if picture.mode == "RGB" else plain


def shrink(notebook, lesson=None):
    """Make the pictures of a notebook small, in place; of a worked one, half as wide where the lesson has the same."""
    large = {} if lesson is None else {cell.id: cell.outputs for cell in lesson.cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            known = [data for output in large.get(cell.id, []) for data, _ in _pictures(output)]
            for output in cell.outputs:
                _replace(output, lambda data, mime, known=known: _made(data, mime, known))


def _made(data, mime, known):
    data = small(data, mime)
    same = any((len(other) == len(data) and other == data) or max(difference(other, data)) < SEEN for other in known)
    return half(data, mime) if same else data


def _pictures(output):
    """(bytes, mime) of the pictures in an output, those within HTML too."""
    content = output.get("data", {})
    found = [(content[mime], mime) for mime in PICTURES if mime in content]
    found += [(data, mime) for mime, data in EMBEDDED.findall(content.get("text/html", ""))]
    return [(base64.b64decode(data), mime) for data, mime in found]


def _replace(output, make):
    content = output.get("data", {})
    for mime in PICTURES:
        if mime in content:
            content[mime] = _again(content[mime], mime, make)
    if "text/html" in content:
        content["text/html"] = EMBEDDED.sub(
            lambda match: f"data:{match[1]};base64,{_again(match[2], match[1], make)}", content["text/html"])


def _again(text, mime, make):
    old = base64.b64decode(text)
    new = make(old, mime)
    return text if new == old else base64.b64encode(new).decode()


def _opaque(picture):
    return "A" not in picture.mode or picture.getchannel("A").getextrema()[0] == 255


def _with_palette(picture, data):
    """The file with a palette, or nothing where it would be seen."""
    for method in (Image.Quantize.MEDIANCUT, Image.Quantize.MAXCOVERAGE):
        few = picture.convert("RGB").quantize(256, method, kmeans=1, dither=Image.Dither.NONE)
        new = _encoded(few, "PNG", optimize=True)
        if difference(new, data)[1] < SEEN:
            return [new]
    return []


def _encoded(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Make the pictures stored in notebooks small.")
    parser.add_argument("folder", type=Path, help="with notebooks, and perhaps solutions/ beside them")
    options = parser.parse_args(arguments)
    before = after = 0
    for path in [*sorted(options.folder.glob("*.ipynb")), *sorted(options.folder.glob("solutions/*.ipynb"))]:
        notebook, lesson = nbformat.read(path, as_version=4), path.parent.parent / path.name
        solved = path.parent.name == "solutions" and lesson.is_file()
        before += path.stat().st_size
        shrink(notebook, nbformat.read(lesson, as_version=4) if solved else None)
        path.write_text(nbformat.writes(notebook, version=4) + "\n", encoding="utf-8", newline="\n")
        after += path.stat().st_size
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB", flush=True)
    print(f"{before / 1e6:.1f} MB before, {after / 1e6:.1f} MB now")


if __name__ == "__main__":
    sys.exit(main())
