"""`transfer` of a folder of photographs: one after the other, each written as soon as it is done."""

import argparse
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from nst_helpers.commands import DONE, FAILED, STOPPED
from nst_helpers.commands.bar import Bar
from nst_helpers.commands.foretold import foretell
from nst_helpers.commands.places import beside, lost_transparency, refuse_own, saved
from nst_helpers.commands.report import Report, as_told
from nst_helpers.commands.sources import Sources, sources
from nst_helpers.errors import ImageError, SettingsError, cause
from nst_helpers.system import require_writable

FOLDER = "results"  # where nobody names another
ALONE = ("folder", "film", "film_every", "checkpoint", "masks", "keep")  # options that are for one run, not for many


class Page(NamedTuple):
    """One photograph and its picture."""

    source: Path
    target: Path


class Album:
    """What became of each photograph."""

    def __init__(self, pages: list[Page], again: bool):
        self.skipped = [] if again else [page for page in pages if page.target.exists()]
        self.todo = [page for page in pages if page not in self.skipped]
        self.results, self.failed = [], []
        self.estimate: dict[str, float | int | None] | None = None  # what all that can be read will take

    def words(self) -> str:
        """One line about all of them."""
        line = f"{len(self.results)} of {len(self.todo)} painted"
        if self.skipped:
            line += f", {len(self.skipped)} there already (--again paints them anew)"
        return line + (f", {len(self.failed)} failed" if self.failed else "")

    def told(self) -> dict[str, object]:
        """The same for scripts."""
        return {"results": self.results, "failed": self.failed, "estimate": self.estimate,
                "skipped": [{"content": str(page.source), "output": str(page.target)} for page in self.skipped]}


def run(options: argparse.Namespace, report: Report) -> int:
    """Paint what is to be painted; the exit code says whether all went well."""
    for name in ALONE:
        if getattr(options, name) is not None:
            raise SettingsError(f"--{name.removesuffix('s').replace('_', '-')}: this is for a single picture, and "
                                f"{options.content} is a folder")
    made_from = sources(options)
    output = Path(FOLDER if options.output is None else options.output)
    found, alone = pages(Path(options.content), output)
    _require_folder(output, options.content)
    album = Album(found, options.again)
    for page in album.todo:
        refuse_own("--output", page.target, [*(other.source for other in found), *made_from.files])
    if alone:
        print(f"left alone, as their names are not those of pictures: {', '.join(path.name for path in alone)}",
              file=sys.stderr)
    try:
        _paint(album, made_from, options, report)
    except KeyboardInterrupt:
        return report.fail(STOPPED, f"\nstopped: {album.words()}; what is done stays, and the same command goes on "
                                    "with the rest", **album.told())
    report.say(album.words())
    return report.finish(FAILED if album.failed else DONE, album.told())


def pages(folder: Path, output: Path) -> tuple[list[Page], list[Path]]:
    """The pictures of a folder in alphabetical order, with where each one's goes; and the files left alone.

    What is a picture is told by the endings of names. Names are kept; where an ending cannot be written, .png comes
    behind it. Folders within, and files whose names begin with a dot, are not looked at.

    Raises:
        ImageError: there is none. SettingsError: the results of two would be one file.
    """
    from nst_helpers.images import ENDINGS

    files = sorted((path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")),
                   key=lambda path: (path.name.casefold(), path.name))
    known = _readable()
    found = [path for path in files if path.suffix.lower() in known]
    if not found:
        raise ImageError(f"{folder}: there is no picture in this folder, by the endings of names; read are "
                         f"{', '.join(sorted(known))}")
    names = [path.name if path.suffix.lower() in ENDINGS else f"{path.name}.png" for path in found]
    alone = [path for path in files if path not in found]
    _require_distinct(found, names)
    return [Page(path, output / name) for path, name in zip(found, names, strict=True)], alone


def _require_distinct(found, names):
    """Refuse photographs whose results would be one file, on a disk that takes capitals for small letters too."""
    taken = {}
    for path, name in zip(found, names, strict=True):
        other = taken.setdefault(name.casefold(), path)
        if other is not path:
            raise SettingsError(f"{other.name} and {path.name} would both become {name}: rename one of them")


def _readable():
    """The endings, in small letters with their dot, that pictures in the formats which are read here usually have."""
    from PIL import Image

    from nst_helpers.images import FORMATS

    usual = {ending for ending, kind in Image.registered_extensions().items() if kind in FORMATS}
    return usual | ({".heic", ".heif"} if {"HEIF", "HEIC"} & set(FORMATS) else set())


def _require_folder(output, content):
    """The folder of the results, made if need be; never that of the photographs."""
    from nst_helpers.images import ENDINGS

    if output.is_dir() and output.samefile(content):
        raise SettingsError(f"--output {output}: the photographs are there; name another folder for the results")
    if not output.is_dir() and (output.exists() or output.suffix.lower() in ENDINGS):
        raise SettingsError(f"--output {output}: {content} is a folder, so name a folder for the results")
    try:
        require_writable(output)
    except OSError as error:
        raise ImageError(f"--output {output}: nothing can be written there ({cause(error)}); name another folder"
                         ) from error


def _paint(album: Album, made_from: Sources, options: argparse.Namespace, report: Report) -> None:
    styles, start = made_from.loaded()
    iterations = made_from.settings.iterations
    if sizes := list(_sizes(album.todo)):
        album.estimate = foretell(made_from.settings, sizes, quiet=options.quiet)
    with Bar(len(album.todo) * iterations, options.quiet) as bar:
        for number, page in enumerate(album.todo, 1):
            bar.label = f"{number}/{len(album.todo)} {page.source.name}"
            told = _page(page, made_from, styles, start, bar, album)
            if told:
                bar.say(told, sys.stderr if report.as_json else sys.stdout)
            bar.jump(number * iterations)


def _sizes(pages):
    """(height, width) of each photograph, by its header; one that cannot be read is told when its turn comes."""
    from nst_helpers.decoding import opened

    for page in pages:
        with suppress(ImageError), opened(page.source) as picture:
            yield picture.height, picture.width


def _page(page, made_from, styles, start, bar, album):
    """Paint one; what to say of it, or None where that was said as an error."""
    from nst_helpers.images import load_alpha, load_image
    from nst_helpers.schedule import content_limit
    from nst_helpers.transfer import Diverged, transfer

    settings, alpha = made_from.settings, None
    try:
        content = load_image(page.source, content_limit(settings))
        alpha = load_alpha(page.source, content_limit(settings))
        result = transfer(content, styles, settings, bar.show, start=start)
    except (ImageError, Diverged, MemoryError) as error:
        return _failed(page, error, alpha, bar, album)
    if result.interrupted:  # half a picture under this name would be taken for a whole one the next time
        raise KeyboardInterrupt
    saved(result.image, page.target, asdict(settings), alpha=alpha)
    album.results.append({"content": str(page.source), **as_told(result, page.target)})
    height, width = result.image.shape[:2]
    note = lost_transparency(page.target, alpha)
    return f"{page.target}: {width}×{height} pixels in {result.seconds:.0f} s" + (f"\n{note}" if note else "")


def _failed(page, error, alpha, bar, album):
    words = str(error) or "there is not enough memory for it"
    line = words if str(page.source) in words else f"{page.source}: {words}"
    told = {"content": str(page.source), "error": line, "kind": type(error).__name__}
    if getattr(error, "image", None) is not None:
        kept = saved(error.image, beside(page.target, f"-before-step-{error.iteration}"), alpha=alpha)
        line, told["last_good"] = f"{line}. The last good picture is in {kept}", str(kept)
    bar.say(f"error: {line}", sys.stderr)
    album.failed.append(told)
