"""The studio: two pictures, every setting, and a transfer that can be watched, paused, changed and saved."""

import base64
import html
import io
import json
import math
from dataclasses import MISSING, fields
from pathlib import Path

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.diagnose import diagnose
from nst_helpers.estimate import estimate
from nst_helpers.images import ImageError, load_image, resize_image
from nst_helpers.networks import data_folder
from nst_helpers.plots import LINES
from nst_helpers.settings import Settings, layers_from_text, layers_to_text
from nst_helpers.system import write_whole
from nst_helpers.widgets.base import VIEW, accessible, encoded, font
from nst_helpers.widgets.running import FIXED, Run, save_animation

SHOWN = 400  # pixels: width of a picture on the page, so that two stand side by side
OWN = "my own picture"
ON_THE_WAY = tuple(name for name in ("content_weight", "style_weight", "tv_weight", "content_layers", "style_layers",
                                     "content_lead", "optimizer", "learning_rate", "schedule") if name not in FIXED)


class Studio(ipywidgets.VBox):
    """A transfer to play with.

    Args:
        defaults: `Settings` to begin with, and to return to by “reset”.
        content, style: names of shipped pictures to begin with.
        folder: where “save” writes.

    Attributes:
        controls: {"content", "style", every setting by its name, "folder"}.
        uploads: {"content", "style"}: file uploads. buttons: {"start", "pause", "stop", "reset", "save", "estimate"}.
        picture, beside: the run left alone, and the one that was changed on the way. curves: their losses.
        words: what is going on. run: the `Run` under way, or None.
    """

    def __init__(self, defaults=None, content="temple", style="night_swirls", folder="output/studio"):
        self.defaults, self.run, self._own, self._confirmed = defaults or Settings(), None, {}, None
        self._first = {"content": content, "style": style, "folder": folder}
        self.controls = {"content": _pictures("content"), "style": _pictures("style"),
                         **{setting.name: _control(setting) for setting in fields(Settings)},
                         "folder": ipywidgets.Text(description="folder", **_WIDE)}
        self.uploads = {role: ipywidgets.FileUpload(accept="image/*", description=f"upload {role}",
                                                     layout={"width": "13em"}) for role in _ROLES}
        self.buttons = {name: ipywidgets.Button(description=name, layout={"width": "7em"})
                        for name in ("start", "pause", "stop", "reset", "save", "estimate")}
        self.buttons["start"].button_style = "primary"
        self.progress = ipywidgets.FloatProgress(0, min=0, max=1, layout={"width": "20em"})
        self.picture, self.beside, self.curves = _image(), _image(), _image()
        self.thumbnails = {role: _image(width="9em") for role in _ROLES}
        self.words = ipywidgets.HTML()
        super().__init__(self._arranged())
        self.add_class("nst-studio")
        self._connect()
        self.reset()

    # What the buttons do

    @property
    def settings(self):
        """The `Settings` that the controls show; ValueError for what makes no sense."""
        values = {}
        for setting in fields(Settings):
            value = self.controls[setting.name].value
            values[setting.name] = layers_from_text(value) if "layers" in setting.metadata else value
        return Settings(**values)

    def start(self):
        """Begin, after telling how long it will take; where that is very long, only when pressed once more."""
        if self.run and self.run.status == "paused":
            return self.resume()
        if self.run and self.run.status == "running":
            return None
        try:
            content, style, settings = self._picture("content"), self._picture("style"), self.settings
            self._say("measuring how long it will take …")
            needed = estimate(settings, *content.shape[:2])
            if needed.warning and self._confirmed != settings:
                self._confirmed = settings
                return self._say(f"{needed.warning}. Press start once more to go on all the same.", wrong=True)
            self._say(_told(needed))
            self.run = Run(content, style, settings, self._show)
        except Exception as error:  # a wrong setting, a picture too small, no VGG-19: all are told
            return self._say(error, wrong=True)
        self.beside.layout.display = "none"
        self.run.start()
        return self._enable()

    def pause(self):
        """Hold the run; weights, layers, the optimizer and the learning rate may then be changed."""
        if self.run:
            self.run.pause()
            self._enable()

    def resume(self):
        """Go on with what the controls show now."""
        try:
            self.run.resume(self.settings)
        except ValueError as error:
            self._say(error, wrong=True)
        self._enable()

    def stop(self):
        """End the run; the picture stays."""
        if self.run:
            self.run.stop()
            self._enable()

    def reset(self):
        """Everything as it was at first; a run under way is ended."""
        self.stop()
        for setting in fields(Settings):
            value = getattr(self.defaults, setting.name)
            self.controls[setting.name].value = layers_to_text(value) if "layers" in setting.metadata else value
        for name, value in self._first.items():
            self.controls[name].value = value
        self._confirmed = None
        self._say("Choose two pictures, and press start.")
        self._enable()

    def save(self):
        """Write picture, settings, losses, curves, and the animation; of a changed run, both courses."""
        if not self.run or self.run.tracks[0].image is None:
            return self._say("there is no picture yet: press start first", wrong=True)
        folder = Path(self.controls["folder"].value)
        try:
            for place, track in enumerate(self.run.tracks):
                own = folder / ("changed" if place else "")
                self.run.result(place).save(own)
                save_animation(track.frames, own / "formation.gif")
                if track.changes:
                    write_whole(own / "changes.json", json.dumps(track.changes, indent=2).encode() + b"\n")
        except (OSError, ValueError) as error:
            return self._say(f"{folder} could not be written: {error}", wrong=True)
        return self._say(f"saved in {folder}")

    def tell_estimate(self):
        """Say how long a run with these settings will take, and how much memory."""
        try:
            self._say(_told(estimate(self.settings, *self._picture("content").shape[:2])))
        except Exception as error:
            self._say(error, wrong=True)

    # What is shown

    def _show(self, run):
        """Called from the run's thread."""
        if run is not self.run:
            return
        tracks = [track for track in run.tracks if track.image is not None]
        for track, place in zip(tracks, (self.picture, self.beside), strict=False):
            place.value, place.format = encoded(_sized(track.image, SHOWN), "JPEG"), "jpeg"
        self.beside.layout.display = "" if len(tracks) > 1 else "none"
        if tracks:
            self.curves.value, self.curves.format = draw_curves(tracks), "png"
            last = tracks[-1]
            self.progress.value = last.iteration / last.settings.iterations
        self._say(_status(run), wrong=run.status == "failed")
        self._enable()

    def _say(self, text, wrong=False):
        text = html.escape(str(text))
        self.words.value = f"<b>{text}</b>" if wrong else text

    def _enable(self):
        status = self.run.status if self.run else "none"
        self.buttons["start"].description = "resume" if status == "paused" else "start"
        self.buttons["start"].disabled = status == "running"
        self.buttons["pause"].disabled = status != "running"
        self.buttons["stop"].disabled = status not in ("running", "paused")
        fixed = status in ("running", "paused")
        for setting in fields(Settings):
            self.controls[setting.name].disabled = fixed and not (status == "paused" and setting.name in ON_THE_WAY)

    # Pictures

    def _picture(self, role):
        name = self.controls[role].value
        if name == OWN:
            if role not in self._own:
                raise ImageError(f"upload a {role} picture first, or choose one from the list")
            return self._own[role]
        size = 1024 if role == "style" else 2048
        return load_image(data_folder() / role / f"{name}.jpg", size)

    def _uploaded(self, role):
        """A file came in: take it, or say what is wrong with it."""
        if not self.uploads[role].value:
            return
        file = self.uploads[role].value[-1]
        try:
            self._own[role] = load_image(io.BytesIO(bytes(file["content"])), 2048)
        except ImageError as error:
            self._say(f"{file['name']}: {error}", wrong=True)
            return
        if self.controls[role].value == OWN:
            self._thumbnail(role)
        self.controls[role].value = OWN
        self._say(f"{file['name']}: taken as the {role} picture")

    def _thumbnail(self, role):
        try:
            image = self._picture(role)
        except ImageError as error:
            self._say(error, wrong=True)
            return
        self.thumbnails[role].value, self.thumbnails[role].format = encoded(_sized(image, 140), "JPEG"), "jpeg"

    # Putting it together

    def _connect(self):
        actions = {"start": self.start, "pause": self.pause, "stop": self.stop, "reset": self.reset,
                   "save": self.save, "estimate": self.tell_estimate}
        for name, action in actions.items():
            self.buttons[name].on_click(lambda button, action=action: action())
        for role in _ROLES:
            self.controls[role].observe(lambda change, role=role: self._thumbnail(role), "value")
            self.uploads[role].observe(lambda change, role=role: self._uploaded(role), "value")

    def _arranged(self):
        pictures = ipywidgets.HBox([ipywidgets.VBox([self.controls[role], self.thumbnails[role], self.uploads[role]])
                                    for role in _ROLES])
        groups = {"weights": ("content_weight", "style_weight", "tv_weight", "content_layers", "style_layers"),
                  "size and start": ("size", "scales", "iterations", "coarse_iterations", "content_lead", "style_scale",
                                     "init", "seed", "colors"),
                  "optimizer": ("optimizer", "learning_rate", "schedule"),
                  "network": ("network", "pooling", "precision")}
        tabs = ipywidgets.Tab([ipywidgets.VBox([self.controls[name] for name in names]) for names in groups.values()],
                              titles=list(groups))
        buttons = ipywidgets.HBox([*self.buttons.values()], layout={"flex_flow": "row wrap"})
        shown = ipywidgets.HBox([self.picture, self.beside], layout={"flex_flow": "row wrap"})
        return [pictures, tabs, buttons, self.progress, self.words, shown, self.curves, self.controls["folder"],
                accessible("nst-studio")]

    def _repr_mimebundle_(self, **kwargs):
        """The live widget; and, for readers of the stored notebook, its two pictures and words."""
        live = super()._repr_mimebundle_(**kwargs) or {}
        names = [self.controls[role].value for role in _ROLES]
        words = (f"The studio, with “{names[0]}” to be painted as “{names[1]}”. Run this cell to start, pause, "
                 "change, compare and save.")
        pair = encoded(np.hstack([_as_high(self._picture(role), 160) for role in _ROLES]), "JPEG")
        stored = {"text/plain": words, "image/jpeg": base64.b64encode(pair).decode()}
        return {**stored, **{key: live[key] for key in (VIEW,) if key in live}}, {"image/jpeg": {"alt": words}}


# Controls follow from Settings

_ROLES = ("content", "style")
_WIDE = {"style": {"description_width": "9em"}, "layout": {"width": "32em", "max_width": "100%"}}


def _control(setting):
    """The control of one setting, with its range or its choices."""
    rules, label = setting.metadata, setting.name.replace("_", " ")
    options = {"description": label, "description_allow_html": False, "tooltip": rules["help"], **_WIDE}
    if "choices" in rules:
        return ipywidgets.Dropdown(options=rules["choices"], **options)
    if "layers" in rules:
        return ipywidgets.Text(layers_to_text(setting.default_factory()), continuous_update=False, **options)
    assert setting.default is not MISSING
    kind = ipywidgets.BoundedIntText if setting.type is int else ipywidgets.BoundedFloatText
    step = 1 if setting.type is int else 0.1
    return kind(setting.default, min=rules["least"], max=rules["most"], step=step, **options)


def _pictures(role):
    names = sorted(path.stem for path in (data_folder() / role).glob("*.jpg"))
    return ipywidgets.Dropdown(options=[*names, OWN], description=role, style={"description_width": "4em"},
                               layout={"width": "18em"})


def _image(**layout):
    """A picture that is nothing yet."""
    blank = encoded(np.full((1, 1, 3), 255.0), "JPEG")
    return ipywidgets.Image(value=blank, format="jpeg", layout={"max_width": "100%", "margin": "4px", **layout})


# Words and pictures


def _told(needed):
    warning = f". {needed.warning}" if needed.warning else ""
    return f"this will take about {needed.seconds:.0f} s and {needed.bytes / 1e9:.1f} GB of memory{warning}"


def _status(run):
    """One line: where it stands, and how the losses are."""
    last = run.tracks[-1]
    if run.status == "failed":
        return run.error
    if not last.history["total"]:
        return run.status
    losses = ", ".join(f"{name} {last.history[name][-1]:.3g}" for name in LINES)
    line = f"{run.status}: iteration {last.iteration} of {last.settings.iterations}, {losses}"
    if len(run.tracks) > 1:
        changes = last.changes[-1]
        what = ", ".join(f"{name} = {value}" for name, value in changes.items() if name != "after")
        line += f". Left: left alone; right: after iteration {changes['after']} with {what}"
    if run.status == "finished":
        findings = diagnose(run.result())
        line += "".join(f". {finding.name}: {finding.sign}; {finding.cure}" for finding in findings)
    return line


def draw_curves(tracks, width=860, height=250):
    """The weighted losses of one or two courses over the iterations, on a logarithmic axis, as a PNG.

    Drawn with Pillow: a tenth of the time that matplotlib takes, so that it can follow a run.
    """
    picture = Image.new("RGB", (width, height), "white")
    pen, left, right, top, bottom = ImageDraw.Draw(picture), 56, width - 12, 12, height - 30
    curves = [(name, place, *_weighted(track, name)) for place, track in enumerate(tracks) for name in LINES]
    values = np.concatenate([curve[curve > 0] for _, _, _, curve in curves])
    if not values.size:
        return encoded(np.asarray(picture, float), "PNG")
    low, high = np.log10(values.min()), np.log10(values.max())
    low, high = (low, high) if high - low > 0.1 else (low - 0.5, high + 0.5)
    iterations = max(track.settings.iterations for track in tracks)
    for power in range(math.ceil(low), math.floor(high) + 1):
        level = bottom - (power - low) / (high - low) * (bottom - top)
        pen.line([(left, level), (right, level)], fill="#dddddd")
        pen.text((left - 8, level), f"{10.0**power:g}", fill="#444444", font=font(12), anchor="rm")
    for name, place, after, curve in curves:
        x = left + (after + np.arange(1, len(curve) + 1)) / iterations * (right - left)
        y = bottom - (np.log10(np.maximum(curve, values.min())) - low) / (high - low) * (bottom - top)
        pen.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=LINES[name]["color"], width=4 if place else 2)
    pen.line([(left, bottom), (right, bottom)], fill="#444444")
    thick = "; thick: changed on the way" if len(tracks) > 1 else ""
    pen.text((right, bottom + 6), f"iteration, 1 to {iterations}{thick}", fill="#444444", font=font(12), anchor="ra")
    start = left
    for line in LINES.values():
        pen.line([(start, height - 12), (start + 22, height - 12)], fill=line["color"], width=3)
        pen.text((start + 28, height - 12), line["label"], fill="#222222", font=font(12), anchor="lm")
        start += 190
    return encoded(np.asarray(picture, float), "PNG")


def _weighted(track, name):
    """(iterations before it, weighted losses) of a course; of a changed one, from the change on."""
    after = track.changes[-1]["after"] if track.changes else 0
    return after, getattr(track.settings, f"{name}_weight") * np.array(track.history[name][after:], float)


def _as_high(image, height):
    return resize_image(image, height, max(1, round(height * image.shape[1] / image.shape[0])))


def _sized(image, width):
    """As wide as it is shown."""
    picture = Image.fromarray(np.clip(np.rint(image), 0, 255).astype(np.uint8))
    height = max(1, round(width * picture.height / picture.width))
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC), float)
