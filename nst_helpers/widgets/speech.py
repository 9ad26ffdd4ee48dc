"""Controls in the language in use (nst_helpers/words.py)."""

from typing import Any

import ipywidgets

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
        # Not by `options`: the first would be chosen for a moment, and what follows this control would follow that.
        widget.set_trait("_options_labels", tuple(map(translated, labels)))
        if widget.index is not None:
            widget.label = widget._options_labels[widget.index]
