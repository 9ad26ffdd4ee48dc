"""The language in which the package speaks: hints, labels, verdicts, messages.

English is what stands in the code. Where words are shown, `translated` puts them into the language that was chosen, by
`set_language` or the environment variable NST_LANGUAGE; so no word is marked where it is written. What a catalogue
lacks stays English. The catalogues are gettext's (nst_helpers/locale), made by `make translations`.
"""

import gettext
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

VARIABLE = "NST_LANGUAGE"
FOLDER = Path(__file__).resolve().parent / "locale"
DOMAIN, LABELS = "nst_helpers", "labels"  # English → language; and back, for labels of figures
_OF_NUMBERS = re.compile(r":[^:{}]*[fgde%]\}$|:,\}$")  # a placeholder that a number is written into
_NUMBER = r"[-−+]?(?:[\d,]*\.?\d+(?:e[-+]?\d+)?|nan|inf)%?"
_MARK = re.compile(r"[.,;:] ")
_STRONG = 7  # fixed characters: a template with fewer, "{name} noise", takes no whole sentences into its placeholders
_CLOSED = tuple("，。；：、！？）”")
_chosen: str | None = None


def set_language(name: str | None) -> None:
    """Choose the language of all that is shown from here on.

    Args:
        name: one of `languages()`, as in "zh_CN"; "en" for English; None for what NST_LANGUAGE says, else English.

    Raises:
        ValueError: there is no catalogue for it.
    """
    global _chosen
    if name is not None and name not in languages():
        raise ValueError(f"there is no language {name!r}: choose one of {', '.join(languages())}")
    _chosen = name


def language() -> str:
    """The language in use: "en", or one that has a catalogue. An unknown one in NST_LANGUAGE counts as English."""
    name = _chosen or os.environ.get(VARIABLE, "en")
    return name if name == "en" or name in languages() else "en"


def languages() -> tuple[str, ...]:
    """The languages there are: "en" first."""
    return _languages(FOLDER)


@lru_cache
def _languages(folder):
    return ("en", *sorted(path.parent.parent.name for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


def translated(text: str) -> str:
    """A text of the package in the language in use; as it is where that is English, or the catalogue lacks it.

    A text that was made of a template, f"noise σ = {value}", is recognized by what stands between its placeholders;
    what was put in is translated by itself. A text put together of several is taken apart at its marks.
    """
    name = language()
    return text if name == "en" or not isinstance(text, str) else _in((name, DOMAIN), text)


def english(text: str) -> str:
    """The English words for a label of the language in use, where they are known: for figures that lack its letters."""
    return text if language() == "en" else _in((language(), LABELS), text)


@lru_cache(maxsize=4096)
def _in(name, text):
    core = text.strip()
    if not core:
        return text
    found = _whole(name, core)
    if found is None and "\n" in core:
        found = "\n".join(_in(name, line) for line in core.split("\n"))
    if found is None:
        found = _by_parts(name, core)
    return text.replace(core, found, 1)


def _whole(name, text):
    """The translation of a text as one message, or None; name: (language, catalogue)."""
    exact, templates = _catalogue(*name)
    if text in exact:
        return exact[text]
    for template in templates:
        match = template.pattern.fullmatch(text) if template.fixed in text else None
        if match:
            return template.filled(match, name)
    return None


def _by_parts(name, text):
    """A text of several messages, put together: the longest known one at its beginning, then the rest."""
    best, words = _beginning(name, text)
    if best:
        rest = text[best:]
        mark = _marks(name).get(rest.strip(" ")[0]) if rest.strip() else None
        if mark:
            return f"{words}{mark}{_in(name, rest.lstrip(' ')[1:].lstrip(' '))}"
        rest = _in(name, rest)
        return words + (rest.lstrip() if words.endswith(_CLOSED) else rest)
    match = _MARK.search(text)
    rest = _in(name, text[match.end():]) if match else ""
    if match is None or rest == text[match.end():]:
        return text
    first, mark = text[: match.start()], match.group()
    return f"{_whole(name, first) or first}{_marks(name).get(mark[0], mark)}{rest}"


def _marks(name):
    """What ends a part of a text, in a language: Chinese has marks of its own."""
    return dict(zip(".,;:", "。，；：", strict=True)) if name[0].startswith("zh") and name[1] == DOMAIN else {}


def _beginning(name, text):
    """(how much of a text is one message, its translation), which ends before a mark or with one; (0, "") if none."""
    exact, templates = _catalogue(*name)
    best, words = 0, ""
    for known, other in exact.items():
        if best < len(known) < len(text) and text.startswith(known) and _ends(known, text):
            best, words = len(known), other
    for template in templates:
        match = template.pattern.match(text) if template.fixed in text else None
        if match and best < match.end() < len(text) and _ends(match.group(), text):
            best, words = match.end(), template.filled(match, name)
    return best, words


def _ends(part, text):
    return part.endswith((".", ":", ";", ",", "?", "!")) or text[len(part)] in ",;:."


class _Template(NamedTuple):
    """A message with placeholders: its longest fixed part, its pattern, the placeholders, the translation."""

    fixed: str
    pattern: re.Pattern
    holes: list[str]
    words: str

    def filled(self, match, name):
        """The translation with what a text has in the placeholders, itself translated."""
        words = self.words
        for hole, part in zip(self.holes, match.groups(), strict=True):
            words = words.replace(hole, _in(name, part), 1)
        return _plain(words)


@lru_cache
def _catalogue(name, domain):
    """({English: translation}, [template …]), those with the most fixed letters first."""
    path = FOLDER / name / "LC_MESSAGES" / f"{domain}.mo"
    if not path.is_file():
        return {}, []
    with path.open("rb") as file:
        messages = vars(gettext.GNUTranslations(file))["_catalog"]  # gettext has no public list of its messages
    exact = {english.strip(): words.strip() for english, words in messages.items() if english}
    made = [(_template(english, words), len(_without(holes_of(english), english)))
            for english, words in exact.items() if holes_of(english)]
    return exact, [template for template, _ in sorted(made, key=lambda one: -one[1])]


def _template(english, words):
    holes, pattern, fixed, rest = holes_of(english), "", [], english
    anything = ".*?" if len(re.sub(r"\s", "", _without(holes, english))) >= _STRONG else r"[^.;:!?\n]{0,40}?"
    for hole in holes:
        before, rest = rest.split(hole, 1)
        fixed.append(_plain(before))
        pattern += f"{re.escape(fixed[-1])}({_NUMBER if _OF_NUMBERS.search(hole) else anything})"
    fixed.append(_plain(rest))
    return _Template(max(fixed, key=len), re.compile(pattern + re.escape(fixed[-1]), re.S), holes, words)


def _without(holes, text):
    for hole in holes:
        text = text.replace(hole, "", 1)
    return text


def _plain(text):
    return text.replace("{{", "{").replace("}}", "}")


def holes_of(template: str) -> list[str]:
    """The placeholders of a template, outermost braces only, in their order: ["{name}", "{100 * share:.0f}"]."""
    found, depth, start, place = [], 0, 0, 0
    while place < len(template):
        if depth == 0 and template[place : place + 2] in ("{{", "}}"):
            place += 2
            continue
        if template[place] == "{":
            start, depth = (place if depth == 0 else start), depth + 1
        elif template[place] == "}" and depth:
            depth -= 1
            if depth == 0:
                found.append(template[start : place + 1])
        place += 1
    return found
