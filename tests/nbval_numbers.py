"""What nbval compares in the lessons: words as words, numbers as numbers, times not at all.

A plugin of pytest for the lessons' run: `pytest --nbval -p nbval_numbers`, with this folder on PYTHONPATH
(`tools/run_lessons.py` does that). Between the stored text and a new one, line by line:

- Words and the number of lines are equal; how many spaces stand between them does not matter.
- A number may differ by one unit of its last printed digit or by 2 %, whichever is more; behind "≈", which marks what
  hundreds of steps make of the last digits, by 20 %. The unit is that of the number printed with more digits.
- An integer is a count or a shape, and equal. What is measured is printed with a decimal point, an exponent, a
  percent sign or "≈"; percentages differ by a unit as other numbers do.
- A sign never flips, except that of zero. nan and inf are words, and so are digits within a name, as in conv4_2.
- A time (`12.3 ms`, `2 minutes`) is a number with a unit, whichever of ns, µs, ms and s; the ratio of two times is
  `about 12 times`, in Chinese `约 12 倍` or `约为后者的 12 倍`. How large they are is not compared, so an assertion
  beside them holds what a lesson claims.

Pictures are not compared, their words are.
"""

import copy
import re
import sys
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

# Before nbformat: its jsonschema would build a grammar for addresses with foreign letters, three seconds in every
# process that runs lessons, and no notebook is checked for such addresses.
sys.modules.setdefault("rfc3987_syntax", None)

import nbformat  # noqa: E402
import pytest  # noqa: E402
from nbval.plugin import IPyNbCell, IPyNbFile  # noqa: E402

SHARE, ABOUT_SHARE = Decimal("0.02"), Decimal("0.2")
_DIGITS = r"[-+−]?(?>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?"
_NUMBER = re.compile(
    rf"约(?:为(?:[^\d，。；：]{{1,8}}的)?)?\s*(?P<times>{_DIGITS})(?=\s*倍)|"
    r"(?<![\w.])(?:"  # not within a word or a version
    rf"about\s+(?P<ratio>{_DIGITS})\s+times\b|"
    rf"(?P<about>≈\s*)?(?P<digits>{_DIGITS})(?:[ ]?(?P<unit>ns|us|µs|μs|ms|s|seconds?|minutes?|hours?)\b|"
    r"(?!\w|\.[0-9])(?=[ ]?(?P<percent>%)?)))")


class Number(NamedTuple):
    """A number in a text: what it is printed as, its value, and whether it must be equal (a count)."""

    kind: str  # "number", "about", "ratio" (of times), "time" (in ns to s), "second", "minute" or "hour"
    value: Decimal
    count: bool


class Unusable(ValueError):
    """A notebook with which nothing can be compared: which, why, and what to do, in one line."""


def same(new, stored, share=SHARE, about=ABOUT_SHARE):
    """Whether two texts say the same.

    Args:
        new, stored: the texts.
        share: by how much of itself a number may differ if that is more than a unit of its last digit; 0 to 1.
        about: the same behind "≈".
    """
    lines, expected = str(new).split("\n"), str(stored).split("\n")
    return len(lines) == len(expected) and all(
        _same_line(line, old, share, about) for line, old in zip(lines, expected, strict=True))


def with_stored_wording(new, stored):
    """A copy of a cell's new outputs in which each line that says the same as the stored one reads as that one.

    What is left different is a real difference, and nbval shows nothing else.

    Args:
        new, stored: lists of notebook outputs.
    """
    new, waiting = copy.deepcopy(new), defaultdict(list)
    for _, _, kind, text in _texts(stored):
        waiting[kind].append(text)
    for place, key, kind, text in _texts(new):
        if waiting[kind]:
            place[key] = _with_stored_lines(text, waiting[kind].pop(0))
    return new


def same_outputs(new, stored):
    """Whether two lists of notebook outputs say the same, pictures aside."""
    first, second = ([(kind, text) for _, _, kind, text in _texts(outputs)]
                     for outputs in (with_stored_wording(new, stored), stored))
    return first == second


def read(path):
    """The notebook in a file.

    Raises:
        Unusable: it is none, or it has no outputs to compare with.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, LookupError, AttributeError, TypeError, RecursionError,
            nbformat.ValidationError) as error:
        why = (str(error) or type(error).__name__).splitlines()[0][:100]
        raise Unusable(f"{path.name} is no notebook ({why}): get it from git again, "
                       "or `make notebooks`") from None
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    unrun = sum(cell.execution_count is None for cell in cells)
    if unrun or not any(cell.outputs for cell in cells):
        raise Unusable(f"{path.name} has nothing to compare with ({unrun} of {len(cells)} cells were never run): "
                       "run it whole and save it, or `make notebooks`")
    return notebook


def _same_line(new, stored, share, about):
    words, numbers = _parts(new)
    expected_words, expected_numbers = _parts(stored)
    return words == expected_words and all(
        _agree(*pair, share, about) for pair in zip(numbers, expected_numbers, strict=True))


def _parts(line):
    """A line's words between its numbers, spaces made alike, and its numbers: one fewer."""
    words, numbers, end = [], [], 0
    for match in _NUMBER.finditer(line):
        start = match.start("times") if match["times"] else match.start()  # the words before it are compared
        words.append(" ".join(line[end:start].split()))
        numbers.append(_number(match))
        end = match.end()
    return [*words, " ".join(line[end:].split())], numbers


def _number(match):
    ratio, unit = match["ratio"] or match["times"], match["unit"]
    digits = ratio or match["digits"]
    if unit:  # a faster computer prints another of the short ones
        kind = unit.rstrip("s") if len(unit) > 2 else "time"
    else:
        kind = "ratio" if ratio else "about" if match["about"] else "number"
    count = kind == "number" and not match["percent"] and not re.search(r"\.[0-9]|e", digits)
    return Number(kind, Decimal(digits.replace(",", "").replace("−", "-")), count)


def _agree(new, stored, share, about):
    if new.kind != stored.kind or new.value * stored.value < 0:
        return False
    if stored.kind not in ("number", "about"):
        return True
    if new.count and stored.count:
        return new.value == stored.value
    unit = Decimal(1).scaleb(min(number.value.as_tuple().exponent for number in (new, stored)))
    share = Decimal(about if stored.kind == "about" else share)
    return abs(new.value - stored.value) <= max(unit, share * abs(stored.value))


def _texts(outputs):
    """(where it is kept, under which key, of what kind, text) of every text in a cell's outputs."""
    for output in outputs:
        if output.output_type == "stream":
            yield output, "text", output.name, output.text
        for kind, content in output.get("data", {}).items():
            if isinstance(content, str) and kind.startswith("text/"):
                yield output.data, kind, kind, content


def _with_stored_lines(new, stored):
    """The new text, with the stored line wherever the two say the same; a picture in HTML is never compared."""
    pictures = EMBEDDED.findall(stored)
    if len(pictures) == len(EMBEDDED.findall(new)):
        in_order = iter(pictures)
        new = EMBEDDED.sub(lambda _: next(in_order), new)
    lines, expected = new.split("\n"), stored.split("\n")
    if len(lines) != len(expected):
        return new
    return "\n".join(old if same(line, old) else line for line, old in zip(lines, expected, strict=True))


EMBEDDED = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]*")
PICTURES = "image/webp", "image/svg+xml"  # beside PNG and JPEG, which nbval leaves out by itself


# The plugin

class Lesson(IPyNbFile):
    """nbval's notebook, but one line instead of a traceback where there is nothing to compare."""

    def collect(self):
        try:
            read(self.path)
        except Unusable as error:
            raise self.CollectError(str(error)) from None
        for cell in super().collect():
            place = cell.cell.metadata.get("place")  # tools/run_lessons.py: the edition and the number in it
            yield Cell.from_parent(self, name=place or cell.name, cell=cell.cell, options=cell.options,
                                   cell_num=cell.cell.execution_count if place else cell.cell_num)


class Cell(IPyNbCell):
    """nbval's cell, which compares as this module says, with the outputs of both editions where there are two."""

    def compare_outputs(self, test, ref, skip_compare=None):
        other = self.cell.metadata.get("other_outputs")
        stored = [ref] if other is None else [ref, nbformat.from_dict(other)]
        skip_compare = (*(skip_compare or self.parent.skip_compare), *PICTURES)
        return all(super(Cell, self).compare_outputs(with_stored_wording(test, outputs), outputs, skip_compare)
                   for outputs in stored)

    def reportinfo(self):
        return self.path, 0, f"{self.path.name}: {self.name}"


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    collectors = yield
    return [Lesson.from_parent(parent, path=file_path) if isinstance(collector, IPyNbFile) else collector
            for collector in collectors]
