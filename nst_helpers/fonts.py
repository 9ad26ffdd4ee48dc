"""Fonts for figures in a language whose letters matplotlib's own font lacks.

Looked for among the computer's fonts, in the order of `FONTS`. Debian and Ubuntu have them in fonts-noto-cjk or
fonts-wqy-microhei, macOS and Windows bring one, Colab needs `!apt-get install fonts-noto-cjk`. Where there is none,
figures keep English labels, and one line says so, in the language in use.
"""

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from nst_helpers.names import shown
from nst_helpers.words import english, language, translated

FONTS = {"zh_CN": (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti", "Microsoft YaHei", "SimHei",
    "Droid Sans Fallback", "Arial Unicode MS", "Noto Sans CJK JP")}
NOT_NEAR = 101  # a face this far from the weight 400, or farther, is no text's: bold is 700
_MARKS = re.compile("([，：；、\n])")
_LATIN = {"，": ", ", "：": ": ", "；": "; ", "、": ", "}
_COUNTED = re.compile(r"([\d.,]+\s+)(.*)", re.S)  # as in a legend: “2.54  momentum”
_CHINESE = re.compile("[\u3400-\u9fff]")
_COLON = re.compile("(?<=[\u3400-\u9fff]): ?")
_FILES = re.compile(r"NotoSans(?:CJK|SC)|SourceHanSans|wqy-|PingFang|Hiragino|Heiti|msyh|simhei|DroidSansFallback|"
                    r"Arial Unicode", re.I)


def drawn(text: str) -> str:
    """A text as a figure can show it: in the language in use, or in English where its letters have no font."""
    if language() == "en" or not isinstance(text, str):  # a tick's label may be a number
        return text
    return _completed(translated(text)) if font_file() else _in_english(text)


def _in_english(text):
    """A label without a Chinese letter; a lesson may have put words or names into it, “灰色 noise”, “鲁棒，灰色”."""
    ways = english(text), english(translated(text)), "".join(
        _LATIN.get(part, english(part)) for part in _MARKS.split(text))
    return next((way for way in ways if not _CHINESE.search(way)), text)


def _completed(text):
    """A label with the names in it translated too, as in “起点：noise”: a lesson puts them into its own words."""
    return "".join(part if _CHINESE.search(part) else _named(part) for part in _MARKS.split(_COLON.sub("：", text)))


def _named(part):
    number, name = match.groups() if (match := _COUNTED.fullmatch(part)) else ("", part)
    return number + shown(name)


def settings() -> dict[str, Any]:
    """What matplotlib is to be set to, for figures in the language in use: {"font.family": […]}, or nothing."""
    found = _font(language()) if language() in FONTS else None
    return {"font.family": ["DejaVu Sans", found.name]} if found else {}


def font_file() -> tuple[Path, int] | None:
    """The file of the language's font, and which of the faces in it; None where there is none, or none is needed."""
    found = _font(language()) if language() in FONTS else None
    return (Path(found.fname), getattr(found, "index", 0)) if found else None


@cache
def _font(name):
    """matplotlib's entry of the first font there is, or None."""
    from matplotlib import font_manager

    known = font_manager.fontManager
    found = _first(known.ttflist, FONTS[name])
    if found is None:  # matplotlib's list is made once, and does not know what was installed later
        for path in font_manager.findSystemFonts():
            if _FILES.search(Path(path).name):
                known.addfont(path)
        found = _first(known.ttflist, FONTS[name])
    if found is None:
        print(translated(f"no font with the letters of {name} was found, so figures keep English labels; "
                         "Debian, Ubuntu and Colab get one with `apt-get install fonts-noto-cjk`"), file=sys.stderr)
    return found


def _first(fonts, names):
    """The first family there is, its face nearest to regular; of one that has neither regular nor a neighbour none."""
    from matplotlib.font_manager import weight_dict

    faces = {}
    for font in fonts:
        weight = weight_dict.get(font.weight, font.weight)  # a number, or a word for one
        apart = abs(weight - 400) if font.style == "normal" and isinstance(weight, int) else NOT_NEAR
        if apart < min(NOT_NEAR, faces.get(font.name, (NOT_NEAR,))[0]):
            faces[font.name] = apart, font
    return next((faces[name][1] for name in names if name in faces), None)
