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
# One that names are written into, which are typed as they are.
_OF_NAMES = re.compile(r"^\{'(?:, | | and )'\.join\(|![rs]\}$")
_NUMBER = r"[-−+]?(?:[\d,]*\.?\d+(?:e[-+]?\d+)?|nan|inf)%?"
_MARK = re.compile(r"[.,;:](?= |$)")
_COUNTED = re.compile(rf"([^.,;:]+?) ({_NUMBER}|beyond all numbers)")  # an item of a list: “momentum 0.12”
# Fixed characters: a template with fewer, as "{name} picture", takes no whole sentences into its placeholders.
_WEAK, _STRONG = 4, 8
_ENDS, _CLOSED, _OPEN = tuple(".,;:"), tuple("，。；：、！？）”"), tuple("，。；：、！？（“")
_CHINESE = re.compile(r"[\u3400-\u9fff]{2}")
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


def message(text: str) -> str | None:
    """The translation of one whole message, taken apart in no way; None where there is none, or English is in use."""
    return _catalog(language(), DOMAIN)[0].get(text)


def english(text: str) -> str:
    """The English words for a label of the language in use, where they are known: for figures that lack its letters."""
    return text if language() == "en" else _in((language(), LABELS), text)


def mark(sign: str) -> str:
    """A mark between two parts of a text, in the language in use: ": ", or in Chinese "：" without a space.

    Args:
        sign: one of ".,;:".
    """
    return _marks((language(), DOMAIN)).get(sign, f"{sign} ")


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


def _whole(name, text, mark=""):
    """The translation of a text as one message, or None; name: (language, catalogue). mark: it begins with this one."""
    exact, templates = _catalog(*name, mark)
    if text in exact:
        return exact[text]
    for template in templates:
        match = template.pattern.fullmatch(text) if template.fixed in text else None
        if match and not (template.weak and any(" " in part and _in(name, part) == part for part in match.groups())):
            return template.filled(match, name)
    return _item(exact, text)


def _item(exact, text):
    """A name and its number, of a list of such; None where neither is known."""
    parts = _COUNTED.fullmatch(text)
    known = parts and exact.keys() & parts.groups()
    return " ".join(exact.get(part, part) for part in parts.groups()) if parts and known else None


def _by_parts(name, text):
    """A text of several messages, put together: the longest known one at its beginning, then the rest."""
    end, words = _beginning(name, text)
    if not end:
        end = next(_ends_of_parts(text), len(text))
        words = _whole(name, text[:end])
        if end == len(text) or _after(name, text[end:]) is None:
            return text
    rest = _after(name, text[end:])
    return _joined(words or text[:end], _marked(name, text[end:]) if rest is None else rest)


def _after(name, rest):
    """What follows a part, translated: a message that begins with its mark, “, step 3 of 9”, or one behind a mark.

    None where nothing of it is known.
    """
    bare = rest.lstrip(" ")
    if bare.startswith((*_ENDS, "(")):
        known = _whole(name, bare, bare[0])
        end, words = _beginning(name, bare, bare[0])
        if known or end:
            return known or _joined(words, _after(name, bare[end:]) or _marked(name, bare[end:]))
    inner = bare[1:].lstrip(" ") if bare.startswith(_ENDS) else rest
    words = _in(name, inner)
    return None if words == inner else _marked(name, rest.replace(inner, words, 1))


def _marked(name, rest):
    """What follows a part, with the language's own mark at its beginning."""
    bare = rest.lstrip(" ")
    mark = _marks(name).get(bare[:1])
    return f"{mark}{bare[1:].lstrip(' ')}" if mark else rest


def _joined(first, rest):
    """Two parts; between Chinese letters and marks stands no space."""
    bare = rest.lstrip(" ")
    closed = first.endswith(_CLOSED) or bare.startswith(_OPEN)
    return first + (bare if closed or _CHINESE.fullmatch(first[-1:] + bare[:1]) else rest)


def _ends_of_parts(text):
    """Where parts of a text end, before their marks; a mark in brackets, as in G(3, 5), ends none."""
    return (match.start() for match in _MARK.finditer(text)
            if text.count("(", 0, match.start()) == text.count(")", 0, match.start()))


def _marks(name):
    """What ends a part of a text, in a language: Chinese has marks of its own."""
    return dict(zip(".,;:", "。，；：", strict=True)) if name[0].startswith("zh") and name[1] == DOMAIN else {}


def _beginning(name, text, mark=""):
    """(how much of a text is one message, its translation), which ends before a mark or with one; (0, "") if none."""
    exact, templates = _catalog(*name, mark)
    best, words = 0, ""
    for known, other in exact.items():
        if best < len(known) < len(text) and text.startswith(known) and _ends(name, known, text):
            best, words = len(known), other
    for template in templates:
        match = template.beginning(text) if template.fixed in text else None
        if match and best < match.end() < len(text) and _ends(name, match.group(), text):
            best, words = match.end(), template.filled(match, name)
    end = next(_ends_of_parts(text), 0)
    item = _item(exact, text[:end]) if end > best else None
    return (end, item) if item else (best, words)


def _ends(name, part, text):
    """Is this beginning of a text a part of it: up to a mark, or to a message that is known?"""
    rest = text[len(part):]
    return part.endswith((*_ENDS, "?", "!")) or rest[0] in ",;:." or _whole(name, rest.strip()) is not None


class _Template(NamedTuple):
    """A message with placeholders: its longest fixed part, its pattern, the placeholders, the translation.

    open: it ends with a placeholder for words, and has letters enough to know a text by its beginning.
    weak: it has few letters of its own: what stands in the placeholders must be one word, or known.
    names: for each placeholder, whether names stand in it, that are typed as they are.
    """

    fixed: str
    pattern: re.Pattern
    holes: list[str]
    words: str
    open: bool
    weak: bool
    names: list[bool]

    def beginning(self, text):
        """The match at the beginning of a text, or None; a placeholder at the end reaches to the next mark."""
        if not self.open:
            return self.pattern.match(text)
        return next(filter(None, (self.pattern.fullmatch(text, 0, end) for end in _ends_of_parts(text))), None)

    def filled(self, match, name):
        """The translation with what a text has in the placeholders, itself translated, but for names."""
        words, end, parts = self.words, "", list(match.groups())
        if self.open and parts[-1].endswith(".") and _in(name, parts[-1]) == parts[-1]:
            parts[-1], end = parts[-1][:-1], _marks(name).get(".", ".")  # the point is the sentence's, not the part's
        for hole, part, stays in zip(self.holes, parts, self.names, strict=True):
            words = words.replace(hole, part if stays else _in(name, part), 1)
        return _plain(words) + end


@lru_cache
def _catalog(name, domain, mark=""):
    """({English: translation}, [template …]), those with the most fixed letters first; all, or what begins so."""
    path = FOLDER / name / "LC_MESSAGES" / f"{domain}.mo"
    if not path.is_file():
        return {}, []
    with path.open("rb") as file:
        messages = vars(gettext.GNUTranslations(file))["_catalog"]  # gettext has no public list of its messages
    exact = {english.strip(): words.strip() for english, words in messages.items()
             if english.strip().startswith(mark) and english}
    made = [(_template(english, words), len(_without(holes_of(english), english)))
            for english, words in exact.items() if holes_of(english)]
    return exact, [template for template, _ in sorted(made, key=lambda one: -one[1])]


def _template(english, words):
    holes, pattern, fixed, rest, names = holes_of(english), "", [], english, []
    letters = len(re.sub(r"\s", "", _without(holes, english)))
    anything = ".*?" if letters >= _STRONG else r"[^.;:!?\n]{0,40}?"
    for hole in holes:
        before, rest = rest.split(hole, 1)
        fixed.append(_plain(before))
        pattern += f"{re.escape(fixed[-1])}({_NUMBER if _OF_NUMBERS.search(hole) else anything})"
        names.append(bool(_OF_NAMES.search(hole)) or rest.startswith(" = "))  # "network = 'x': …" is typed like that
    fixed.append(_plain(rest))
    is_open = letters >= _WEAK and not rest and not _OF_NUMBERS.search(holes[-1])
    pattern = re.compile(pattern + re.escape(fixed[-1]), re.S)
    return _Template(max(fixed, key=len), pattern, holes, words, is_open, letters < _WEAK, names)


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
