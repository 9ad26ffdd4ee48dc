"""Controls of panels and their positions: what a grid asks for, and what a page calls them."""

import ipywidgets
import numpy as np

from nst_helpers.words import translated
from website.panels import ALL
from website.project import SiteError


def values_of(control, wanted, namespace):
    """The values of a control for a grid: all, so many, these, or the keys of a variable of the lesson."""
    if isinstance(wanted, list):
        return wanted
    if isinstance(wanted, str) and wanted != ALL:
        return sorted(namespace[wanted])
    if isinstance(control, ipywidgets.Checkbox):
        return [False, True]
    if hasattr(control, "options"):
        return [value for _, value in control._options_full]
    return _spread(control, None if wanted == ALL else wanted)


def _spread(control, count):
    """Values of a slider, evenly from its least to its most, on its steps; its own is among them."""
    if isinstance(control, ipywidgets.FloatLogSlider):
        steps = round((control.max - control.min) / control.step)
        marks = control.min + control.step * _even(steps, count)
        return sorted({*(float(control.base**mark) for mark in marks), control.value})
    if not isinstance(control, ipywidgets.IntSlider | ipywidgets.FloatSlider):
        raise SiteError(f"the control “{control.description}” has no range: name its values in GRIDS")
    marks = control.min + control.step * _even(round((control.max - control.min) / control.step), count)
    return sorted({*(type(control.value)(round(float(mark), 6)) for mark in marks), control.value})


def _even(steps, count):
    return np.arange(steps + 1) if count is None else np.unique(np.rint(np.linspace(0, steps, count)))


def key_of(control):
    """Where a control stands: the place of its option, or its value."""
    return control.index if hasattr(control, "options") else control.value


def kind_of(control):
    """What a page makes of it: "switch", "list" or "slider"."""
    if isinstance(control, ipywidgets.Checkbox):
        return "switch"
    return "list" if isinstance(control, ipywidgets.Dropdown) else "slider"


def label_of(control):
    """Its words."""
    return control.description


def choices(control, keys):
    """What each position is called."""
    if hasattr(control, "options"):
        return [translated(control._options_full[key][0]) for key in keys]
    return [str(key) if isinstance(key, bool | int) else f"{key:.3g}".replace("-", "−") for key in keys]
