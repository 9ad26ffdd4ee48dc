"""Controls, and what Pillow writes, in the language in use (nst_helpers/words.py)."""

from typing import Any

import ipywidgets
from PIL import ImageFont

from nst_helpers.fonts import drawn
from nst_helpers.words import language, translated


def speak(*widgets: ipywidgets.Widget) -> list[ipywidgets.Widget]:
    """Put the labels of widgets, and of all in them, into the language in use; values and names stay. Returns them."""
    if language() != "en":
        for widget in widgets:
            speak(*getattr(widget, "children", ()))
            _label(widget)
    return list(widgets)


def _label(widget: Any) -> None:
    for part in ("description", "tooltip"):
        if getattr(widget, part, None):
            setattr(widget, part, translated(getattr(widget, part)))
    if getattr(widget, "titles", None):  # of tabs
        widget.titles = tuple(map(translated, widget.titles))
    labels = getattr(widget, "_options_labels", None)
    if labels:
        index = widget.index
        widget.options = [(translated(label), value)
                          for label, value in zip(labels, widget._options_values, strict=True)]
        widget.index = index


class SpeakingFont(ImageFont.FreeTypeFont):
    """A font that writes a text of the package in the language in use: Pillow's drawings need not know of it."""

    def getmask2(self, text: Any, *arguments: Any, **keywords: Any) -> Any:
        """The letters as a picture, as Pillow's own."""
        return super().getmask2(drawn(text), *arguments, **keywords)

    def getbbox(self, text: Any, *arguments: Any, **keywords: Any) -> Any:
        """The box around them, as Pillow's own."""
        return super().getbbox(drawn(text), *arguments, **keywords)

    def getlength(self, text: Any, *arguments: Any, **keywords: Any) -> Any:
        """How long they are, as Pillow's own."""
        return super().getlength(drawn(text), *arguments, **keywords)
