"""Names that data or settings have, in the language in use: pictures, networks, methods, losses.

They are typed in English everywhere (`load_network("plain")`), so only what shows them translates them: figures by
themselves (nst_helpers/fonts.py), printed lines by `named`.
"""

import re
import unicodedata

from nst_helpers.words import language, mark, message, translated

NAME = "figure|"  # before a name in the catalogue: it is translated in figures and tables, and elsewhere typed as it is
_WIDTH = re.compile(r"([<>^]?)(\d+)")


def named(name: str) -> str:
    """A name as a reader of the language in use knows it, for a printed line: in English the name itself.

    Args:
        name: as the code or the data have it, "autumn_impasto"; or several, "photograph, noise".

    Returns:
        The translation, or the name where there is none. Written into a table, f"{named(name):12}", a Chinese letter
        counts as the two columns that it takes.
    """
    if language() == "en":
        return name
    return _Wide(_whole(name) or mark(",").join(shown(part) for part in name.split(", ")))


def shown(name: str) -> str:
    """One name in the language in use; as it is where the catalogue lacks it."""
    return _whole(name) or translated(name)


def _whole(name):
    return message(NAME + name.replace("_", " ")) or message(name)


class _Wide(str):
    """Words that a format pads by columns, not letters."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        found = _WIDTH.fullmatch(spec)
        if not found:
            return super().__format__(spec)
        twice = sum(unicodedata.east_asian_width(letter) in "WF" for letter in self)
        return super().__format__(f"{found[1]}{max(int(found[2]) - twice, 1)}")
