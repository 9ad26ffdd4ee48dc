"""Where the style goes: a mask painted on the photograph with a brush, made of shapes by sliders, or uploaded."""

import json
import math
from collections.abc import Callable

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from nst_helpers.arrays import Image as Picture
from nst_helpers.arrays import Map
from nst_helpers.images import ImageError
from nst_helpers.mask_files import load_mask
from nst_helpers.masks import Masks, resized
from nst_helpers.widgets.base import dropdown, encoded, scripted, slider
from nst_helpers.widgets.controls import sized
from nst_helpers.widgets.uploads import Upload

USES = ("no mask", "the style goes here", "this stays as it is")
MODES = ("add", "take away")
FINE, SHOWN = 512, 400  # pixels: longer side of the mask, width of the picture on the page
TINT = np.array([200.0, 0.0, 200.0])
MOST = 20_000  # points of one stroke
START = {"left": 30, "right": 70, "top": 20, "bottom": 80, "brush": 8, "soft edge": 1}  # percent
FROM_ZERO = ("left", "top", "soft edge")  # the others begin at 1
LABELS = {"left": "left edge", "right": "right edge", "top": "upper edge", "bottom": "lower edge"}  # of the shape


class MaskPainter(ipywidgets.VBox):
    """A photograph on which one paints a mask.

    Args:
        say: called with a line of words, and with wrong=True where it tells what is wrong.

    Attributes:
        controls: {"use": one of USES, "mode": one of MODES, "shape", and those of START}.
        buttons: {"apply", "undo", "clear"}. upload: a mask from a file. picture: the photograph, its mask tinted.
        strokes: what the page's brush writes: {"points": [[x, y], …]} as JSON, from 0 to 1 over the photograph.
    """

    def __init__(self, say: Callable[..., None] = lambda text, wrong=False: None):
        self._say, self._photograph = say, np.full((2, 3, 3), 255.0, np.float32)
        self.controls = {"use": dropdown("mask", USES), "mode": dropdown("brush and shape", MODES),
                         "shape": dropdown("shape", ("ellipse", "rectangle")),
                         **{name: slider(LABELS.get(name, name), value, int(name not in FROM_ZERO), 100)
                            for name, value in START.items()}}
        self.buttons = {name: ipywidgets.Button(description=name, tooltip=told, layout={"width": "9em"})
                        for name, told in (("apply", "add the outlined shape to the mask, or take it away"),
                                           ("undo", "as it was before the last stroke, shape or file"),
                                           ("clear", "an empty mask"))}
        self._own = Upload("mask", self._uploaded, self._taken)
        self.picture = ipywidgets.Image(format="jpeg", layout={"width": f"{SHOWN}px", "max_width": "100%"})
        self.strokes = ipywidgets.Text(layout={"display": "none"})
        self.strokes.add_class("nst-strokes")
        super().__init__([ipywidgets.HBox([ipywidgets.VBox([*self.controls.values(), self._row()]), self.picture],
                                          layout={"flex_flow": "row wrap"}), self.strokes, scripted(_BRUSH)])
        self.add_class("nst-masks")
        self._connect()
        self.reset()

    @property
    def upload(self) -> ipywidgets.FileUpload:
        """As above; another one, once a connection broke."""
        return self._own.button

    @property
    def mask(self) -> Map:
        """(height, width), 0–1, with its soft edge."""
        sigma = self.controls["soft edge"].value / 100 * FINE / 2
        return np.asarray(ndimage.gaussian_filter(self._states[-1], sigma, mode="nearest"), np.float32)

    @property
    def masks(self) -> Masks | None:
        """What a transfer with one style takes; None for USES[0].

        Raises:
            ImageError: the mask is empty.
        """
        use = self.controls["use"].value
        if use == USES[0]:
            return None
        if not self._states[-1].any():
            raise ImageError("the mask is empty: paint on the photograph, apply a shape, upload a file, or choose "
                             f"“{USES[0]}”")
        return Masks([self.mask]) if use == USES[1] else Masks(keep=self.mask)

    def show(self, photograph: Picture) -> None:
        """Paint on another photograph, (height, width, 3), 0–255, from an empty mask."""
        self._photograph = sized(photograph, SHOWN)
        factor = FINE / max(photograph.shape[:2])
        height, width = (max(1, round(side * factor)) for side in photograph.shape[:2])
        self._states = [np.zeros((height, width), np.float32)]
        self._draw()

    def reset(self) -> None:
        """Everything as at first, but for the photograph."""
        for name, value in {"use": USES[0], "mode": MODES[0], "shape": "ellipse", **START}.items():
            self.controls[name].value = value
        self.show(self._photograph)

    # What is done to it

    def apply(self) -> None:
        """Add the shape between the four sliders, or take it away."""
        height, width = self._states[-1].shape
        self._change(_drawn((width, height), lambda pen: self._shape(pen, width, height, fill=255)))

    def undo(self) -> None:
        """Go one change back."""
        self._states = self._states[:-1] or self._states
        self._draw()

    def clear(self) -> None:
        """An empty mask, which can be undone."""
        self._keep(np.zeros_like(self._states[-1]))

    def _stroke(self, text):
        """A line of the brush, as the page tells it; what is none is passed over."""
        try:
            points = [(float(x), float(y)) for x, y in json.loads(text)["points"][:MOST]]
        except (ValueError, TypeError, KeyError):
            return
        points = [point for point in points if all(map(math.isfinite, point)) and max(map(abs, point)) < 10]
        if points:
            height, width = self._states[-1].shape
            radius = self.controls["brush"].value / 200 * FINE
            self._change(_drawn((width, height), lambda pen: _line(pen, points, width, height, radius)))

    def _taken(self, content):
        self._keep(resized(load_mask(content, "this mask"), *self._states[-1].shape))

    def _uploaded(self, name, told):
        wrong = isinstance(told, ImageError)
        self._say(f"{name}: {told}" if wrong else f"{name}: taken as the mask", wrong=wrong)

    def _change(self, where):
        before = self._states[-1]
        added = self.controls["mode"].value == MODES[0]
        self._keep(np.maximum(before, where) if added else np.minimum(before, 1 - where))

    def _keep(self, mask):
        if self.controls["use"].value == USES[0]:
            self.controls["use"].value = USES[1]  # who paints means it
        self._states = [*self._states[-30:], mask]
        self._draw()

    # What is shown

    def _draw(self):
        height, width = self._photograph.shape[:2]
        share = 0.6 * resized(np.asarray(self.mask, np.float32), height, width)[..., np.newaxis]
        picture = Image.fromarray(((1 - share) * self._photograph + share * TINT).astype(np.uint8))
        self._shape(ImageDraw.Draw(picture), width, height, outline="white")
        self.picture.value = encoded(picture, "JPEG")
        self.strokes.placeholder = str(self.controls["brush"].value / 100)  # for the page, which draws along

    def _shape(self, pen, width, height, **how):
        left, right, top, bottom = (self.controls[name].value / 100 for name in ("left", "right", "top", "bottom"))
        box = (left * width, top * height, max(left, right) * width, max(top, bottom) * height)
        (pen.ellipse if self.controls["shape"].value == "ellipse" else pen.rectangle)(box, **how)

    def _row(self):
        return ipywidgets.HBox([*self.buttons.values(), self._own], layout={"flex_flow": "row wrap"})

    def _connect(self):
        for name, action in (("apply", self.apply), ("undo", self.undo), ("clear", self.clear)):
            self.buttons[name].on_click(lambda button, action=action: action())
        for name in ("shape", *START):
            self.controls[name].observe(lambda change: self._draw(), "value")
        self.strokes.observe(lambda change: self._stroke(change["new"]), "value")


def _drawn(size, draw):
    """A map of what is drawn in white."""
    picture = Image.new("L", size)
    draw(ImageDraw.Draw(picture))
    return np.asarray(picture, np.float32) / 255


def _line(pen, points, width, height, radius):
    """A round brush along the points."""
    places = [(x * width, y * height) for x, y in points]
    pen.line(places, fill=255, width=max(1, round(2 * radius)))
    for x, y in places:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


_BRUSH = """
const begin = left => {
    const box = element.closest(".nst-masks"), text = box?.querySelector(".nst-strokes input");
    const picture = box?.querySelector("img.widget-image");
    if (!text || !picture) return left && setTimeout(begin, 100, left - 1);  // they are not in the page yet
    const sheet = document.createElement("canvas"), pen = sheet.getContext("2d");
    sheet.style.cssText = "position: absolute; pointer-events: none; opacity: 0.6";
    picture.parentElement.style.position = "relative";
    picture.after(sheet);
    picture.draggable = false;
    picture.style.cursor = "crosshair";
    picture.style.touchAction = "none";
    let points = null;
    const cleared = () => { if (!points) pen.clearRect(0, 0, sheet.width, sheet.height); };
    const add = event => {
        const seen = picture.getBoundingClientRect();
        points.push([(event.clientX - seen.left) / seen.width, (event.clientY - seen.top) / seen.height]);
        const [from, to] = points.slice(-2).concat(points.slice(-1));
        pen.beginPath();
        pen.moveTo(from[0] * seen.width, from[1] * seen.height);
        pen.lineTo(to[0] * seen.width, to[1] * seen.height);
        pen.stroke();
    };
    picture.addEventListener("pointerdown", event => {
        event.preventDefault();
        picture.setPointerCapture(event.pointerId);
        const seen = picture.getBoundingClientRect();
        Object.assign(sheet, {width: seen.width, height: seen.height});
        Object.assign(sheet.style, {left: `${picture.offsetLeft}px`, top: `${picture.offsetTop}px`});
        const wide = Number(text.placeholder) * Math.max(seen.width, seen.height);
        Object.assign(pen, {lineWidth: wide, lineCap: "round", lineJoin: "round", strokeStyle: "rgb(200, 0, 200)"});
        points = [];
        add(event);
    });
    picture.addEventListener("pointermove", event => points && add(event));
    const ended = () => {
        if (!points) return;
        text.value = JSON.stringify({points, time: Date.now()});  // the same stroke once more is another one
        points = null;
        for (const kind of ["input", "change"]) text.dispatchEvent(new Event(kind, {bubbles: true}));
        setTimeout(cleared, 3000);  // where the picture stays the same, it is not loaded again
    };
    for (const kind of ["pointerup", "pointercancel"]) picture.addEventListener(kind, ended);
    picture.addEventListener("load", cleared);
};
begin(100);
"""
