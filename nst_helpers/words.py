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

VARIABLE = "NST_LANGUAGE"
FOLDER = Path(__file__).resolve().parent / "locale"
DOMAIN, LABELS = "nst_helpers", "labels"  # English → language; and back, for labels of figures
_SENTENCE = re.compile(r"(?<=[.!?]) (?=\S)")
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
    return name if name in languages() else "en"


def languages() -> tuple[str, ...]:
    """The languages there are: "en" first."""
    return ("en", *sorted(path.parent.parent.name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


def translated(text: str) -> str:
    """A text of the package in the language in use; as it is where that is English, or the catalogue lacks it.

    A text that was made of a template, f"noise σ = {value}", is recognized by what stands between its placeholders;
    what was put in is translated by itself. Several sentences are also looked up one by one.
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
        found = _by_sentences(name, core)
    return text.replace(core, found, 1)


def _whole(name, text):
    """The translation of a text as one message, or None; name: (language, catalogue)."""
    exact, templates = _catalogue(*name)
    if text in exact:
        return exact[text]
    for longest, pattern, holes, words in templates:
        match = pattern.fullmatch(text) if longest in text else None
        if match:
            for hole, part in zip(holes, match.groups(), strict=True):
                words = words.replace(hole, _in(name, part), 1)
            return words.replace("{{", "{").replace("}}", "}")
    return None


def _by_sentences(name, text):
    """The longest run of sentences at the beginning that is known, then the rest; what is unknown stays."""
    sentences = _SENTENCE.split(text)
    if len(sentences) == 1:
        return text
    for count in range(len(sentences) - 1, 0, -1):
        found = _whole(name, " ".join(sentences[:count]))
        if found is not None or count == 1:
            rest = _in(name, " ".join(sentences[count:]))
            gap = "" if found and found.endswith(("。", "！", "？")) else " "
            return f"{found or sentences[0]}{gap}{rest}"
    return text


@lru_cache
def _catalogue(name, domain):
    """({English: translation}, templates): each (longest fixed part, pattern, placeholders, translation)."""
    path = FOLDER / name / "LC_MESSAGES" / f"{domain}.mo"
    if not path.is_file():
        return {}, []
    with path.open("rb") as file:
        messages = gettext.GNUTranslations(file)._catalog  # gettext has no list of its messages
    exact = {english.strip(): words.strip() for english, words in messages.items() if english}
    templates = [_template(english, words) for english, words in exact.items() if holes_of(english)]
    return exact, sorted(templates, key=lambda one: -len(re.sub(r"\(\.[*+]\?\)", "", one[1].pattern)))


def _template(english, words):
    holes = holes_of(english)
    pattern, rest, fixed = "", english, []
    for hole in holes:
        before, rest = rest.split(hole, 1)
        fixed.append(before)
        pattern += f"{re.escape(_plain(before))}(.*?)"
    fixed.append(rest)
    pattern += re.escape(_plain(rest))
    return max(map(_plain, fixed), key=len), re.compile(pattern, re.S), holes, words


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
