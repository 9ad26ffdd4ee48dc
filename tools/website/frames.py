"""The drawings of the panels, computed beforehand: site/panels/LESSON-NUMBER/ with pictures and what they belong to.

A drawing is a pure function of its panel's controls. So the cells that a panel needs are run, its controls are set to
each position of its grid (`panels.GRIDS`), and what it draws is kept as WebP, equal pictures once. `frames.js` tells
`panels.js` which picture and which words belong to which positions. What was drawn is kept in build/panels under a
name that is a hash of everything it depends on: an unchanged panel is not drawn again.
"""

import ast
import contextlib
import hashlib
import io
import json
import os
import shutil
from functools import cache
from itertools import product
from pathlib import Path

import nbformat
from PIL import Image

from nst_helpers.words import FOLDER, language, translated
from website.editions import SPHINX
from website.panels import GRIDS, constructor, panel_of
from website.positions import choices, key_of, kind_of, label_of, values_of
from website.project import ROOT, SiteError
from website.slices import before

KEPT = ROOT / "build" / "panels"
FLAT, COLORS = 40_000, 30_000  # bytes, colours: what has fewer of both is kept without loss
WIDEST, SOFT = 1120, 960  # pixels: a page is not wider; of what is not kept without loss, fewer do
VERSION = 2  # of what is written here: raise it when that changes


def write(folder, lessons=None, kept=KEPT, grids=None, notebooks=ROOT / "notebooks", shared=None):
    """Fill a folder with the drawings of all panels, or of those in some lessons.

    Args:
        folder: to write to. lessons: their names, as in ["01_convolution"]; None: all.
        kept: where drawings are kept between two calls. grids: instead of `GRIDS`.
        notebooks: where the lessons lie. shared: a folder written before, of the same panels in another language: what
            looks the same in both is there alone.
    """
    paths = sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))
    unknown = set(lessons or ()) - {path.stem for path in paths}
    if unknown and shared is None:
        raise SiteError(f"no lesson {', '.join(sorted(unknown))}; there are {', '.join(path.stem for path in paths)}")
    for path in paths:
        if lessons is None or path.stem in lessons:
            for name, place in _drawn(path, kept, grids or GRIDS).items():
                shutil.copytree(place, folder / name)
                _share(folder / name, shared / name if shared else None)


def _share(folder, other):
    """Of two folders with the drawings of one panel, take out of the first what is in the second too."""
    frames = folder / "frames.js"
    text = frames.read_text(encoding="utf-8")
    for picture in folder.glob("*.webp") if other else ():
        if (other / picture.name).is_file():
            picture.unlink()
            there = Path(os.path.relpath(other / picture.name, folder)).as_posix()
            text = text.replace(json.dumps(picture.name), json.dumps(there))
    frames.write_text(text, encoding="utf-8")


def panels_in(path):
    """[(panel's name, constructor, place of its cell, the stored words)] of a notebook; only those that move."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    found, number = [], 0
    for place, cell in enumerate(cells):
        stored = [one for one in cell.outputs if one.output_type == "execute_result"
                  and any(kind.startswith("image/") for kind in one.data)]
        if stored:
            number += 1
            name, moves = panel_of(path, cell.source, number, path.parent.name not in SPHINX)
            found += [(name, constructor(cell.source), place, stored[0].data["text/plain"])] if moves else []
    return [cell.source for cell in cells], found


def _drawn(path, kept, grids):
    """{panel's name: folder of its drawings} of one lesson; what is not kept yet is drawn."""
    sources, found = panels_in(path)
    places = {name: kept / f"{name}-{_hash(sources, place, grids[kind])}" for name, kind, place, _ in found}
    missing = [one for one in found if not (places[one[0]] / "frames.js").is_file()]
    if missing:
        wanted = {place: (name, kind, words) for name, kind, place, words in missing}
        namespace = {"__name__": "__main__"}
        for place in before(sources, list(wanted)):
            value = _run(sources[place], namespace)
            if place in wanted:
                name, kind, words = wanted[place]
                _draw(name, value, grids[kind], namespace, words, places[name])
    return places


def _run(source, namespace):
    """Run a cell quietly; its last expression's value."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(tree, "cell", "exec"), namespace)
        return eval(compile(ast.Expression(last.value), "cell", "eval"), namespace) if last else None


def _draw(name, box, grids, namespace, stored, folder):
    """Draw one panel, or the one of a `Live`, over its grids, and write the folder whole or not at all."""
    panel = getattr(box, "panel", box)
    if panel.drawing.words != stored:
        raise SiteError(f"{name}: the panel begins with “{panel.drawing.words}”, but the stored lesson says "
                        f"“{stored}”: `make notebooks` builds the lessons")
    fresh = folder.with_name(f"{folder.name}.{os.getpid()}")
    fresh.mkdir(parents=True)
    try:
        _Film(name, panel, grids, namespace, live=box is not panel).write(fresh)
        for old in folder.parent.glob(f"{name}-*"):
            if old not in (fresh, folder):
                shutil.rmtree(old)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


class _Film:
    """One panel on its way into pictures."""

    def __init__(self, name, panel, grids, namespace, live=False):
        self.name, self.panel, self.draw, self.live = name, panel, panel.draw, live
        moved = {control for grid in grids for control in grid}
        self.controls = {key: control for key, control in panel.controls.items() if key in moved}
        self.start, self.first = dict(panel.values), panel.drawing
        self.points = [dict(zip(grid, point, strict=True)) for grid in grids for point in product(
            *(values_of(panel.controls[key], wanted, namespace) for key, wanted in grid.items()))]

    def write(self, folder):
        """The pictures and frames.js."""
        rows, files, words = {}, [], []
        self.panel.draw = lambda **values: self.first  # controls move each other; only the last position is drawn
        for point in [{}, *self.points]:
            self._set(self.start)
            self._set(point)
            where = tuple(key_of(control) for control in self.controls.values())
            if where not in rows:
                drawing = self.draw(**self.panel.values)
                data = webp(drawing.picture)
                file = f"{hashlib.sha256(data).hexdigest()[:12]}.webp"
                (folder / file).write_bytes(data)
                rows[where] = [_place(file, files), _place(translated(drawing.words), words)]
        (folder / "frames.js").write_text(self._manifest(rows, files, words), encoding="utf-8")

    def _set(self, values):
        for key, control in self.panel.controls.items():
            if key in values:
                control.value = values[key]

    def _manifest(self, rows, files, words):
        keys = [sorted({where[number] for where in rows}) for number in range(len(self.controls))]
        controls = [{"label": label_of(control), "kind": kind_of(control), "choices": choices(control, own)}
                    for control, own in zip(self.controls.values(), keys, strict=True)]
        frames = [[*(own.index(key) for own, key in zip(keys, where, strict=True)), *row]
                  for where, row in rows.items()]
        whole = 1
        for own in keys:
            whole *= len(own)
        elsewhere = [label_of(control) for key, control in self.panel.controls.items() if key not in self.controls]
        told = {"controls": controls, "frames": frames, "pictures": files, "words": words,
                "whole": len(rows) == whole, "elsewhere": elsewhere, "live": self.live}
        return f"nstFrames({json.dumps(self.name)}, {json.dumps(told, ensure_ascii=False)});\n"


def _place(item, known):
    if item not in known:
        known.append(item)
    return known.index(item)


def webp(data):
    """A drawing as WebP: lines without loss where that is small, photographs with little."""
    with Image.open(io.BytesIO(data)) as picture:
        drawn, picture = picture.format == "PNG", picture.convert("RGB")
    picture = _narrowed(picture, WIDEST)
    if drawn and picture.getcolors(COLORS):
        file = io.BytesIO()
        picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).convert("RGB").save(
            file, "WEBP", lossless=True, quality=50, method=3)
        if file.tell() <= FLAT:
            return file.getvalue()
    file = io.BytesIO()
    _narrowed(picture, SOFT).save(file, "WEBP", quality=72 if drawn else 62, method=6)
    return file.getvalue()


def _narrowed(picture, width):
    if picture.width <= width:
        return picture
    return picture.resize((width, round(width * picture.height / picture.width)), Image.Resampling.LANCZOS)


# What a drawing depends on


def _hash(sources, place, grids):
    """Of the cells that the panel needs, the modules behind them, the data, and how it is drawn."""
    cells = [sources[number] for number in before(sources, [place])]
    modules = _modules("\n".join(cells))
    words = [] if language() == "en" else [language(), *map(_digest, sorted((FOLDER / language()).rglob("*.mo")))]
    parts = [str(VERSION), *words, json.dumps(grids), *cells, *(_text(path) for path in sorted(modules)), _data()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _modules(source):
    """The files of the package that a piece of code imports, and those that these import."""
    found, waiting = set(), [source]
    while waiting:
        for path in _imported(waiting.pop()) - found:
            found.add(path)
            waiting.append(_text(path))
    return found


def _imported(source):
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nst_helpers"):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    stems = [ROOT.joinpath(*name.split(".")) for name in names]
    return {path for stem in stems for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file()}


@cache
def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _text(path):
    return path.read_text(encoding="utf-8")


@cache
def _data():
    digest = hashlib.sha256()
    for path in sorted((ROOT / "data").rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
