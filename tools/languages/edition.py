"""A lesson in another language: its cells, with the words of its catalogue.

Beside what is translated, it has two cells that the English one has not: one of code that chooses the language, so that
figures, exercises and widgets speak it too; and the last one, which leads to the worked exercises.
"""

from collections.abc import Callable
from typing import Any

import nbformat

from languages import catalogs, lessons, package

SOLUTIONS = "*The worked exercises of this lesson are in the English edition: [{lesson}](../solutions/{lesson}.ipynb).*"
NOTE = "figures, exercises and widgets speak it too"
CATALOG = "edition"
LONGEST_LABEL = 80  # characters; what is longer is a caption, and stands outside the figure


class Incomplete(ValueError):
    """A lesson whose translation is not whole: what is missing."""


def translator(lesson: str, language: str, draft: bool = False) -> Callable[[str], str]:
    """English → translation, of one lesson.

    Args:
        draft: what is empty or fuzzy stays English; else it is an error.

    Raises:
        Incomplete: the catalogue lacks something.
    """
    known = {english: words for name in (lesson, CATALOG)
             for english, words in catalogs.finished(catalogs.read(catalogs.path_of(name, language))).items()}
    wanted = dict.fromkeys(text.words for text in (*lessons.messages(lesson), *messages()))
    lost = [words for words in wanted if words not in known]
    if lost and not draft:
        raise Incomplete(f"{lesson} in {language}: {len(lost)} texts are empty or fuzzy, the first is {lost[0][:60]!r}"
                         ": see `python tools/translate.py`")
    return lambda text: known.get(text, text)


def labels(language: str) -> dict[str, str]:
    """{translation: English} of all that may stand in a figure: for computers without a font for the language."""
    said = {english: words for english, words in package.words(language).items() if len(english) < LONGEST_LABEL}
    names = {english for english in said if english.startswith(package.FIGURE)}
    found = {said[name]: name.removeprefix(package.FIGURE) for name in names}
    found |= {words: english for english, words in said.items() if english not in names}
    for lesson in lessons.lessons():
        known = catalogs.finished(catalogs.read(catalogs.path_of(lesson, language)))
        found |= {known[text.words]: text.words for text in lessons.messages(lesson) if text.words in known
                  and text.kind in ("shown", "text") and len(text.words) < LONGEST_LABEL}
    return dict(sorted(found.items()))


def messages():
    """The words that every lesson of an edition has more than the English one."""
    yield lessons.Text(SOLUTIONS, "paragraph", "the end of every lesson")
    yield lessons.Text(NOTE, "comment", "the cell that chooses the language")


def translated_cells(lesson: str, cells: list, language: str, translate: Callable[[str], str]) -> list[Any]:
    """The cells of a lesson in another language; each keeps its id, by which it is found in the English one."""
    cells = [nbformat.from_dict({**cell, "source": lessons.source_in(lesson, cell, translate)}) for cell in cells]
    first = next(number for number, cell in enumerate(cells) if cell.cell_type == "code")
    chooses = (f"from nst_helpers.words import set_language\n\nset_language(\"{language}\")  # {translate(NOTE)}")
    cells.insert(first, nbformat.v4.new_code_cell(chooses, id="language", metadata={"tags": ["language"]}))
    end = translate(SOLUTIONS).format(lesson=lesson)
    return [*cells, nbformat.v4.new_markdown_cell(end, id="solutions", metadata={"tags": ["language"]})]
