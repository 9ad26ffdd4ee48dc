"""The box that every widget of the course is: controls, a picture, and a line of words under it.

A widget is a pure function, numbers in and `Drawing` out, which tests call without a browser, and a `Panel`
that calls it whenever a control moves. The picture goes to the page as encoded bytes, so nothing flickers.
A notebook stores the picture of the default position too: readers see it where nothing runs.
"""

import base64
import html
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import ipywidgets
import numpy.typing as npt
from PIL import Image

from nst_helpers.images import to_uint8
from nst_helpers.lettering import font as font
from nst_helpers.widgets.speech import speak
from nst_helpers.words import translated

VIEW = "application/vnd.jupyter.widget-view+json"


class Drawing(NamedTuple):
    """What a widget shows for one position of its controls."""

    picture: bytes  # a PNG or JPEG file
    words: str  # what to see in it, with its numbers


class Panel(ipywidgets.VBox):
    """Controls, a picture and words, kept in step.

    Args:
        draw: values of the controls by name → `Drawing`; a ValueError it raises is shown instead of words.
        controls: {name: ipywidgets control with a value}; the names are draw's arguments.
        arrange: {name: control} → the widget that holds them all; by default one below the other.

    Attributes:
        controls: as given. Set `panel.controls["beta"].value = 0.9` and the picture follows.
        picture: the ipywidgets.Image. words: the ipywidgets.HTML below it.
    """

    def __init__(self, draw: Callable[..., Drawing], controls: Mapping[str, Any],
                 arrange: Callable[[Mapping], ipywidgets.Widget] | None = None):
        self.draw, self.controls, self.held = draw, dict(controls), False
        self.picture = ipywidgets.Image(layout=ipywidgets.Layout(max_width="100%", align_self="flex-start"))
        self.words = ipywidgets.HTML()
        box = arrange(self.controls) if arrange else ipywidgets.VBox(list(self.controls.values()))
        speak(box)
        super().__init__([box, self.picture, self.words, accessible("nst-panel")])
        self.add_class("nst-panel")
        self.picture.add_class("nst-picture")
        for control in self.controls.values():
            control.observe(self.update, "value")
        self.update()

    @property
    def values(self) -> dict[str, Any]:
        return {name: control.value for name, control in self.controls.items()}

    def update(self, change: object = None) -> None:
        """Draw again, unless several controls are being set together."""
        if self.held:
            return
        try:
            drawing = self.draw(**self.values)
        except ValueError as error:
            self.words.value = f"<b>{html.escape(translated(str(error)))}</b>"
            return
        self.drawing = drawing = drawing._replace(words=translated(drawing.words))
        with self.hold_sync():
            self.picture.format = picture_format(drawing.picture)
            self.picture.value = drawing.picture
            self.words.value = html.escape(drawing.words)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Set several controls, and draw once at the end."""
        self.held = True
        try:
            yield
        finally:
            self.held = False
        self.update()

    def _repr_mimebundle_(self, **kwargs):  # pyright: ignore[reportIncompatibleMethodOverride]: with metadata
        """The live widget; and its picture and words for readers of the stored notebook."""
        live = super()._repr_mimebundle_(**kwargs) or {}
        mime = f"image/{picture_format(self.drawing.picture)}"
        stored = {"text/plain": self.drawing.words, mime: base64.b64encode(self.drawing.picture).decode()}
        return {**stored, VIEW: live[VIEW]} if VIEW in live else stored, {mime: {"alt": self.drawing.words}}


def accessible(name: str) -> ipywidgets.Widget:
    """An invisible child that makes the box of this class usable by the keyboard and by a screen reader in JupyterLab.

    JupyterLab takes the arrows and letters that are meant for a list of choices as its own shortcuts: it jumps to
    another cell, or inserts one (ipywidgets issue 3912). And ipywidgets name neither their sliders' handles nor their
    pictures. So whatever has the focus is marked as JupyterLab wishes, controls are named by their labels or
    tooltips, and pictures by the words below them.
    """
    return scripted(_ACCESSIBLE.replace("NAME", name))


def scripted(script: str) -> ipywidgets.Widget:
    """An invisible child that runs a script in the page; `element` in it is a part of the widget around."""
    data = {"application/javascript": script, "text/plain": ""}
    return ipywidgets.Output(outputs=({"output_type": "display_data", "data": data, "metadata": {}},),
                             layout={"display": "none"})


_ACCESSIBLE = """
const keep = event => event.target.setAttribute("data-lm-suppress-shortcuts", "true");
const label = box => {
    for (const one of box.querySelectorAll(".noUi-handle, input, select")) {
        const told = one.closest(".jupyter-widgets").querySelector(".widget-label");
        const words = told?.textContent || one.title || one.closest("[title]")?.title;
        if (words && !one.hasAttribute("aria-label")) one.setAttribute("aria-label", words);
    }
    const words = box.querySelector(":scope > .widget-html")?.textContent;
    for (const picture of box.querySelectorAll("img.widget-image")) picture.alt = words || "a picture to come";
};
const begin = left => {
    const box = element.closest(".NAME");
    if (!box) return left && setTimeout(begin, 100, left - 1);  // it is not in the page yet
    box.addEventListener("focusin", keep);
    new MutationObserver(() => label(box)).observe(box, {childList: true, subtree: true});
    label(box);
};
begin(100);
"""


def pillow(image: npt.ArrayLike) -> Image.Image:
    """An image (height, width, 3) or a grey map (height, width), 0–255, as Pillow's; clipped, rounded to 8 bits."""
    return Image.fromarray(to_uint8(image))


def encoded(picture: Image.Image | npt.ArrayLike, file_format: str = "PNG") -> bytes:
    """The bytes of a PNG or JPEG file of a Pillow picture, or of an image (height, width, 3), 0–255."""
    picture = picture if isinstance(picture, Image.Image) else pillow(picture)
    file = io.BytesIO()
    picture.save(file, file_format, **({"quality": 90} if file_format == "JPEG" else {"compress_level": 3}))
    return file.getvalue()


def picture_format(data: bytes) -> str:
    """"png" or "jpeg", by the first bytes of the file."""
    return "png" if data.startswith(b"\x89PNG") else "jpeg"


def slider(label: str, value: float, least: float, most: float, step: float = 1) -> ipywidgets.Widget:
    """A slider for whole or decimal numbers."""
    kind = ipywidgets.IntSlider if isinstance(value, int) and isinstance(step, int) else ipywidgets.FloatSlider
    return kind(value, min=least, max=most, step=step, description=label, **_wide())


def log_slider(label: str, value: float, least: float, most: float, *, base: int = 10, step: float = 0.02,
               readout: str = ".3f") -> ipywidgets.FloatLogSlider:
    """A slider over powers of a base; its ends and its step are exponents."""
    return ipywidgets.FloatLogSlider(value, base=base, min=least, max=most, step=step, description=label,
                                     readout_format=readout, **_wide())


def choice_slider(label: str, options: Sequence, value: object) -> ipywidgets.SelectionSlider:
    """A slider over names, or over numbers that are not evenly spaced."""
    return ipywidgets.SelectionSlider(options=options, value=value, description=label, **_wide())


def two_columns(controls: Mapping[str, ipywidgets.Widget]) -> ipywidgets.HBox:
    """Controls in two columns, for `Panel`: so they and the picture are in sight together; on a narrow page, in one."""
    boxes = list(controls.values())
    half = (len(boxes) + 1) // 2
    return ipywidgets.HBox([ipywidgets.VBox(boxes[:half]), ipywidgets.VBox(boxes[half:])],
                           layout={"flex_flow": "row wrap"})


def dropdown(label: str, options: Sequence | Mapping, value: object = None) -> ipywidgets.Dropdown:
    """A list to choose one from: names, or {name: value}."""
    options = list(options.items()) if isinstance(options, Mapping) else list(options)
    first = options[0][1] if isinstance(options[0], tuple) else options[0]
    return ipywidgets.Dropdown(options=options, value=first if value is None else value, description=label, **_wide())


def _wide():
    """Labels are words, and take the room they need."""
    return {"style": {"description_width": "9em"}, "layout": {"width": "30em", "max_width": "100%"}}
