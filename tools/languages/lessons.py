"""A lesson's messages, and the lesson in another language.

What stands only in the worked lesson (cells tagged `solution`) is not translated: worked lessons are English.
"""

import copy
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import jupytext

from languages import ROOT, TRANSLATIONS, code, markdown

SOURCES = ROOT / "notebooks" / "sources"
WORDS = TRANSLATIONS / "words.toml"


class Text(NamedTuple):
    """One message: its English words, and where they stand, for the translator."""

    words: str
    kind: str  # heading, paragraph, list item, table, quotation, code block, printed, shown, text, comment, docstring
    place: str  # the section


def lessons() -> list[str]:
    """The names of all lessons, in order."""
    return sorted(path.stem for path in SOURCES.glob("[0-9][0-9]_*.py"))


def cells(lesson: str) -> list:
    """The cells of a lesson's source but for those of the worked lesson."""
    return [copy.deepcopy(cell) for cell in _cells(lesson) if "solution" not in cell.metadata.get("tags", [])]


@cache
def _cells(lesson):
    return jupytext.read(SOURCES / f"{lesson}.py", fmt="py:percent").cells


def messages(lesson: str) -> Iterator[Text]:
    """Everything in a lesson that has words, in its order; what occurs twice comes twice."""
    place = lesson
    for cell in cells(lesson):
        if cell.cell_type == "code":
            for piece in code.pieces(cell.source, **chosen(lesson)):
                yield Text(piece.text, piece.kind, place)
                for inner in code.inner_pieces(piece.node, **chosen(lesson)):
                    yield Text(inner.text, inner.kind, place)
            continue
        for block in markdown.blocks(cell.source):
            place = block.text if block.kind == "heading" else place
            if block.has_words:
                yield Text(block.text, block.kind, place)


def source_in(lesson: str, cell, translate: Callable[[str], str]) -> str:
    """The source of one cell in another language."""
    if cell.cell_type == "code":
        return code.translated(cell.source, translate, **chosen(lesson))
    return markdown.joined([block.saying(translate(block.text)) if block.has_words else block
                            for block in markdown.blocks(cell.source)])


def chosen(lesson: str) -> dict[str, list[str]]:
    """{"include": …, "exclude": …}: literals of a lesson for which the rule of `code` fails."""
    lines = _words().get(lesson, {})
    return {"include": lines.get("include", []), "exclude": lines.get("exclude", [])}


def figures() -> list[str]:
    """Names that are translated in figures and tables only: from data, or typed as they are everywhere else."""
    return _words()["package"]["figures"]


@cache
def _words():
    return tomllib.loads(WORDS.read_text(encoding="utf-8")) if WORDS.is_file() else {}
