"""Letters for what Pillow draws: widgets and moving pictures; in the language in use."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from PIL import ImageFont

from nst_helpers.fonts import drawn, font_file
from nst_helpers.words import language

DEJAVU = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
_CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


class SpeakingFont(ImageFont.FreeTypeFont):
    """A font that writes a text of the package in the language in use: Pillow's drawings need not know of it.

    Attributes:
        latin: writes what has no Chinese letter, 10⁻⁶ and β₁: a Chinese font often lacks raised and lowered ones.
    """

    latin: ImageFont.FreeTypeFont | None = None

    def getmask2(self, text: Any, *arguments: Any, **keywords: Any) -> Any:
        """The letters as a picture, as Pillow's own, and where it goes."""
        mask, (x, y) = self._for(drawn(text)).getmask2(drawn(text), *arguments, **keywords)
        return mask, (x, y + self._lower(drawn(text), keywords.get("anchor")))

    def getbbox(self, text: Any, *arguments: Any, **keywords: Any) -> Any:
        """The box around them, as Pillow's own."""
        left, top, right, bottom = self._for(drawn(text)).getbbox(drawn(text), *arguments, **keywords)
        lower = self._lower(drawn(text), keywords.get("anchor"))
        return left, top + lower, right, bottom + lower

    def getlength(self, text: Any, *arguments: Any, **keywords: Any) -> Any:
        """How long they are, as Pillow's own."""
        return self._for(drawn(text)).getlength(drawn(text), *arguments, **keywords)

    def _for(self, text) -> Any:
        """What writes a text: super() where it is this font."""
        return self.latin if self.latin and not _CHINESE.search(text) else super()

    def _lower(self, text, anchor):
        """By how many pixels a text goes down, for its line to be where the drawing has room for it.

        Chinese fonts have more room above the letters: hung by their top, words would stand lower, and be cut.
        """
        if self.latin is None or not _CHINESE.search(text):
            return 0
        (high, deep), (own_high, own_deep) = self.latin.getmetrics(), self.getmetrics()
        return {"a": high - own_high, "m": round((high - deep - own_high + own_deep) / 2),
                "d": own_deep - deep}.get((anchor or "la")[1], 0)


def font(size: int) -> ImageFont.FreeTypeFont:
    """The typeface of matplotlib's figures, for what Pillow draws; it writes in the language in use."""
    return _font(size, font_file(), language() == "en")


@cache
def _font(size, file, english):
    if english:
        return ImageFont.truetype(DEJAVU, size)
    if file is None:
        return SpeakingFont(DEJAVU, size)
    speaking = SpeakingFont(file[0], size, file[1])
    speaking.latin = ImageFont.truetype(DEJAVU, size)
    return speaking
