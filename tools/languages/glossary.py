"""The glossary: where English has a term, Chinese has one of its translations (translations/glossary.toml)."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache

from languages import TRANSLATIONS


def missing(english: str, chinese: str, language: str = "zh_CN") -> Iterator[str]:
    """The terms of an English text for which the Chinese one has no word; the longest terms are looked for first."""
    for term, pattern, allowed in _terms(language):
        english, found = pattern.subn(" ", english)
        if found and not any(word in chinese for word in allowed):
            yield f"“{term}” is {' or '.join(allowed)}"


@cache
def _terms(language):
    table = tomllib.loads((TRANSLATIONS / "glossary.toml").read_text(encoding="utf-8"))[language]
    return [(term, re.compile(rf"(?<![\w-]){re.escape(term)}{_plural(term)}(?![\w-])", re.I), table[term])
            for term in sorted(table, key=len, reverse=True)]


def _plural(term):
    return "(?:e?s)?"
