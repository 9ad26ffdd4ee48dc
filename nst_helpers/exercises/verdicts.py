"""What an answer gets to hear: a line, and where it failed the smallest case that shows it."""

import html
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nst_helpers.plots import ORANGE
from nst_helpers.words import translated

SHOWN = 6  # rows and columns of an array, at most
PICTURE = 16  # pixels: from this width on, an array (height, width, 3) is shown as a picture
PRINTED = 2000  # characters of what an answer printed


class _Line(NamedTuple):
    passed: bool
    text: str  # one or two lines for the student


class Verdict(_Line):
    """What became of an answer: (passed, text), and `details`, which can be shown, or None.

    `printed` is what the answer itself printed while it was tried.
    """

    details: Any = None
    printed: str = ""

    def __new__(cls, passed, text, details=None, printed=""):
        made = super().__new__(cls, passed, text)
        made.details, made.printed = details, printed
        return made


def show(verdict: Verdict) -> None:
    """Print a verdict, then what the answer printed, then its details: a table, and pictures where it is about some."""
    print(translated(verdict.text))
    if verdict.printed and not verdict.passed:
        print(translated("It printed:"), verdict.printed, sep="\n")
    if verdict.details is not None:
        verdict.details.show()


@dataclass(frozen=True)
class Case:
    """One case that failed: what went in, what came out, what was expected.

    Attributes:
        inputs: {name: value}.
        given, right: the answer's value and the expected one.
        wrong: boolean array of right's shape, True where they differ; None where shapes or types differ already.
    """

    inputs: dict
    given: Any
    right: Any
    wrong: npt.NDArray[np.bool_] | None = None

    def show(self) -> None:
        """Show it: pictures as pictures, all else as a table."""
        pictures = {name: value for name, value in {**self.inputs, "your answer": self.given,
                                                    "expected": self.right}.items() if is_picture(value)}
        if self.wrong is not None and is_picture(self.right) and is_picture(self.given):
            from nst_helpers.plots import show_images

            pictures["difference"] = np.abs(np.asarray(self.given, float) - self.right)
            show_images(list(pictures.values()), list(pictures), alt=str(self))
        else:
            _display(self)

    def rows(self) -> list[tuple[str, list]]:
        """[(name, cells)] where cells is a list of rows of (text, differs)."""
        values = {**self.inputs, "your answer": self.given, "expected": self.right}
        if self.wrong is None or not self.wrong.any():
            return [(name, cells(value)) for name, value in values.items()]
        place = tuple(int(index) for index in np.argwhere(self.wrong)[0])
        return [(name, cells(value, self.wrong if value is self.given else None,
                             place if np.shape(value) == self.wrong.shape else ())) for name, value in values.items()]

    def __str__(self):
        return _text(self.rows())

    def _repr_html_(self):
        return _html(self.rows())


@dataclass(frozen=True)
class Table:
    """Rows of words, the first one as the head."""

    rows: tuple

    def show(self) -> None:
        """Show it."""
        _display(self)

    def __str__(self):
        spoken = [[translated(word) for word in row] for row in self.rows]
        widths = [max(len(row[column]) for row in spoken) for column in range(len(spoken[0]))]
        return "\n".join("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
                         for row in spoken)

    def _repr_html_(self):
        head, *rest = ([html.escape(translated(word)) for word in row] for row in self.rows)
        lines = [f"<tr>{''.join(f'<th>{word}</th>' for word in head)}</tr>"]
        lines += [f"<tr>{''.join(f'<td>{word}</td>' for word in row)}</tr>" for row in rest]
        return f"<table>{''.join(lines)}</table>"


def is_picture(value: Any) -> bool:
    """Whether a value is better looked at: (height, width, 3), with enough pixels."""
    shape = np.shape(value) if isinstance(value, np.ndarray) else ()
    return len(shape) == 3 and shape[2] == 3 and min(shape[:2]) >= PICTURE


def cells(value: Any, wrong: npt.NDArray[np.bool_] | None = None,
          place: tuple[int, ...] = ()) -> list[list[tuple[str, bool]]]:
    """A value as rows of (text, differs): a number as one cell, an array as the part of it around a place."""
    array = _array(value)
    if array is None or array.ndim == 0:
        return [[(words(value), wrong is not None and bool(np.any(wrong)))]]
    place = place or (0,) * array.ndim
    rest = place[2:] if array.ndim > 2 else ()
    here = (slice(None), slice(None), *rest) if array.ndim > 2 else ...
    plane, mask = np.atleast_2d(array[here]), None if wrong is None else np.atleast_2d(wrong[here])
    place = (0, *place) if array.ndim == 1 else place[:2]
    top, left = (min(max(0, where - SHOWN // 2), max(0, size - SHOWN))
                 for where, size in zip(place, plane.shape, strict=True))
    part = (slice(top, top + SHOWN), slice(left, left + SHOWN))
    marks = np.zeros(plane[part].shape, bool) if mask is None else mask[part]
    return [[(words(entry), bool(mark)) for entry, mark in zip(*row, strict=True)]
            for row in zip(plane[part], marks, strict=True)] + _note(array, plane[part].shape, rest)


def _note(array, shown, rest):
    """A last row that says which part of a larger array is shown."""
    if array.size == np.prod(shown):
        return []
    where = f"[:, :, {', '.join(map(str, rest))}] " if rest else ""
    return [[(translated(f"{where}of an array {array.shape}"), False)]]


def _array(value):
    try:
        array = np.asarray(value)
    except Exception:  # a ragged list, a stranger's object
        return None
    return array if array.dtype.kind in "biufc" else None


def words(value: Any) -> str:
    """A number to five digits; anything else as Python writes it, shortly."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.5g}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]} …"


def kind(value: Any) -> str:
    """What a value is, for a sentence: "an array (3, 4)", "a tuple of 2", "text", "a number"."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, (bool, int, float, np.number)):
        return "a number"
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        name = "an array" if isinstance(value, np.ndarray) else "a tensor"
        return f"{name} {tuple(value.shape)}" if tuple(value.shape) else f"{name} of one number, shape ()"
    if isinstance(value, (tuple, list, dict, set)):
        return f"a {type(value).__name__} of {len(value)}"
    return "a function" if callable(value) else f"{type(value).__name__}"


def _text(rows):
    lines = []
    for name, table in rows:
        name = translated(name)
        texts = [[f"[{text}]" if differs else text for text, differs in row] for row in table]
        width = max((len(text) for row in texts if len(row) > 1 for text in row), default=0)
        for number, row in enumerate(texts):
            lines.append(f"{name if number == 0 else '':14}{'  '.join(text.rjust(width) for text in row)}")
    return "\n".join(lines)


def _html(rows):
    mark = f' style="border: 2px solid {ORANGE}; font-weight: bold"'
    lines = []
    for name, table in rows:
        inner = "".join("<tr>" + "".join(f"<td{mark if differs else ''}>{html.escape(text)}</td>" for text, differs in
                                         row) + "</tr>" for row in table)
        lines.append(f'<tr><th style="text-align: left; vertical-align: top">{html.escape(translated(name))}</th>'
                     f"<td><table>{inner}</table></td></tr>")
    return f"<table>{''.join(lines)}</table>"


def _display(details):
    try:
        from IPython.core.getipython import get_ipython
        from IPython.display import display
    except ImportError:
        print(details)
        return
    if get_ipython() is None:
        print(details)
    else:
        display(details)
