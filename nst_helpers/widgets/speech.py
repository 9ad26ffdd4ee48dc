"""Controls, and what Pillow writes, in the language in use (nst_helpers/words.py)."""

from typing import Any

import ipywidgets
from PIL import ImageFont

from nst_helpers.fonts import drawn
from nst_helpers.words import language, translated


def speak(widget: ipywidgets.Widget) -> None:
    """Put the labels of a widget, and of all in it, into the language in use; values and names stay."""
    if language() == "en":
        return
    for child in getattr(widget, "children", ()):
        speak(child)
    for part in ("description", "tooltip"):
        if getattr(widget, part, None):
            setattr(widget, part, translated(getattr(widget, part)))
    if isinstance(widget, ipywidgets.Tab):
        widget.titles = tuple(map(translated, widget.titles))
    labels = getattr(widget, "_options_labels", None)
    if labels:
        values, index = widget._options_values, widget.index  # pyright: ignore[reportAttributeAccessIssue]
        widget.options = [(translated(label), value)  # pyright: ignore[reportAttributeAccessIssue]
                          for label, value in zip(labels, values, strict=True)]
        widget.index = index  # pyright: ignore[reportAttributeAccessIssue]


class SpeakingFont(ImageFont.FreeTypeFont):
    """A font that writes a text of the package in the language in use: Pillow's drawings need not know of it."""

    def getmask2(self, text: Any, *arguments: Any, **keywords: Any) -> Any:
        return super().getmask2(drawn(text), *arguments, **keywords)

    def getbbox(self, text: Any, *arguments: Any, **keywords: Any) -> Any:
        return super().getbbox(drawn(text), *arguments, **keywords)

    def getlength(self, text: Any, *arguments: Any, **keywords: Any) -> Any:
        return super().getlength(drawn(text), *arguments, **keywords)
