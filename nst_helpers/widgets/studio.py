"""The studio: two pictures, every setting, and a transfer that can be watched, paused, changed and saved."""

import base64
import html
import json
import threading
import weakref
from dataclasses import fields
from functools import partial
from pathlib import Path

import ipywidgets

from nst_helpers.animation import save_animation, small_frame
from nst_helpers.estimate import Estimate, estimate
from nst_helpers.images import ImageError
from nst_helpers.run import Run
from nst_helpers.runs import find_run
from nst_helpers.schedule import content_limit, style_limit
from nst_helpers.settings import Settings, layers_from_text, layers_to_text
from nst_helpers.shipped import ROLES, shipped_picture
from nst_helpers.system import write_whole
from nst_helpers.widgets import words
from nst_helpers.widgets.base import VIEW, accessible, encoded, speak
from nst_helpers.widgets.controls import OWN, WIDE, blank, empty_picture, picture_list, setting_control, sized
from nst_helpers.widgets.curves import draw_curves
from nst_helpers.widgets.masks import MaskPainter
from nst_helpers.widgets.still import still_of_run
from nst_helpers.widgets.uploads import Upload

SHOWN = 400  # pixels: width of a picture on the page, so that two stand side by side
ON_THE_WAY = ("content_weight", "style_weight", "tv_weight", "content_layers", "style_layers", "content_lead",
              "optimizer", "learning_rate", "schedule")
_made = weakref.WeakSet()  # every studio there is


class Studio(ipywidgets.VBox):
    """A transfer to play with.

    A new studio stops the runs of those before it: when a cell is run again, the old one is no longer on the page, and
    nobody could stop it.

    Args:
        defaults: `Settings` to begin with, and to return to by “reset”.
        content, style: names of shipped pictures to begin with.
        folder: where “save” writes.

    Attributes:
        controls: {"content", "style", every setting by its name, "folder"}.
        uploads: {"content", "style"}: file uploads. buttons: {"start", "pause", "stop", "reset", "save", "estimate"}.
        picture, beside: the run left alone, and the one that was changed on the way. curves: their losses.
        masks: a `MaskPainter`. words: what is going on. run: the `Run` under way, or None.
    """

    def __init__(self, defaults: Settings | None = None, content: str = "temple", style: str = "night_swirls",
                 folder: str | Path = "output/studio"):
        self.defaults, self.run, self._confirmed, self._alpha = defaults or Settings(), None, None, None
        self._lock = threading.RLock()  # what is shown, by the page's thread and the run's
        self._first = {"content": content, "style": style, "folder": folder}
        self.controls = {"content": picture_list("content"), "style": picture_list("style"),
                         **{setting.name: setting_control(setting) for setting in fields(Settings)},
                         "folder": ipywidgets.Text(description="folder", **WIDE)}
        self._own = {role: Upload(role, partial(self._uploaded, role)) for role in ROLES}
        self.buttons = {name: ipywidgets.Button(description=name, layout={"width": "7em"})
                        for name in ("start", "pause", "stop", "reset", "save", "estimate")}
        self.buttons["start"].button_style = "primary"
        self.progress = ipywidgets.FloatProgress(0, min=0, max=1, layout={"width": "20em"})
        self.picture, self.beside, self.curves = empty_picture(), empty_picture(), empty_picture()
        self.thumbnails = {role: empty_picture(width="9em") for role in ROLES}
        self.words, self.masks = ipywidgets.HTML(), MaskPainter(self._say)
        super().__init__(speak(*self._arranged()))
        self.add_class("nst-studio")
        self._connect()
        self.reset()
        for other in list(_made):
            other.stop()
        _made.add(self)

    # What the buttons do

    @property
    def uploads(self) -> dict[str, ipywidgets.FileUpload]:
        """As above; others, once a connection broke."""
        return {role: own.button for role, own in self._own.items()}

    @property
    def settings(self) -> Settings:
        """The `Settings` that the controls show; ValueError for what makes no sense."""
        values = {}
        for setting in fields(Settings):
            value = self.controls[setting.name].value
            values[setting.name] = layers_from_text(value) if "layers" in setting.metadata else value
        return Settings(**values)

    def start(self) -> None:
        """Begin, after telling how long it will take; where that is very long, only when pressed once more."""
        if self.run and self.run.status == "paused":
            return self.resume()
        if self.run and self.run.status == "running":
            return None
        try:
            settings = self.settings
            content, style = (self._picture(role, settings) for role in ROLES)
            if (needed := self.tell_estimate()) is None:
                return None
            if needed.warning and self._confirmed != settings:
                self._confirmed = settings
                return self._say(f"{needed.warning}. Press start once more to go on all the same.", wrong=True)
            run = Run(content, style, settings, masks=self.masks.masks)
        except Exception as error:  # a wrong setting, a picture too small, no VGG-19: all are told
            return self._say(words.of_error(error), wrong=True)
        run.show = partial(self._show, run)
        with self._lock:
            self.run, self._alpha = run, self._opaque(settings)
            self.beside.layout.display = "none"
        run.start()
        return self._enable()

    def pause(self) -> None:
        """Hold the run; weights, layers, the optimizer and the learning rate may then be changed."""
        if self.run:
            self.run.pause()
            self._enable()

    def resume(self) -> None:
        """Go on with what the controls show now."""
        if self.run is None:
            return
        try:
            self.run.resume(self.settings)
        except ValueError as error:
            self._say(error, wrong=True)
        self._enable()

    def stop(self) -> None:
        """End the run; the picture stays."""
        if self.run:
            self.run.stop()
            self._enable()

    def reset(self) -> None:
        """Settings, pictures, curves and words as they were at first; a run is ended and forgotten.

        Uploaded pictures stay to be chosen.
        """
        with self._lock:
            self.stop()
            self.run, self._confirmed, self.progress.value = None, None, 0
            for picture in (self.picture, self.beside, self.curves):
                picture.value, picture.format = blank(), "jpeg"
            self.beside.layout.display = "none"
            for setting in fields(Settings):
                value = getattr(self.defaults, setting.name)
                self.controls[setting.name].value = layers_to_text(value) if "layers" in setting.metadata else value
            for name, value in self._first.items():
                self.controls[name].value = value
            self.masks.reset()
            self._say("Choose two pictures, and press start.")
            self._enable()

    def save(self) -> None:
        """Write picture, settings, losses, curves, and the animation; of a changed run, both courses."""
        if self.run is None or (now := self.run.snapshot()).tracks[0].image is None:
            return self._say("there is no picture yet: press start first", wrong=True)
        folder = Path(self.controls["folder"].value.strip())
        try:
            folder = folder.expanduser()
            for place, track in enumerate(now.tracks):
                own, result = folder / ("changed" if place else ""), now.result(place)
                result.save(own, alpha=self._alpha)
                save_animation([*track.frames, small_frame(result.image)], own / "formation.gif")
                if track.changes:
                    changes = json.dumps([dict(change) for change in track.changes], indent=2)
                    write_whole(own / "changes.json", changes.encode() + b"\n")
        except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: ~name of nobody
            return self._say(f"{folder} could not be written: {error}", wrong=True)
        return self._say(f"saved in {folder}")

    def tell_estimate(self) -> Estimate | None:
        """Say how long a run with these settings and masks will take, and how much memory; None where it cannot be."""
        try:
            self._say("measuring how long it will take …")
            size = self._picture("content", self.settings).shape[:2]
            needed = estimate(self.settings, *size, regions=0 if self.masks.masks is None else 1)
        except Exception as error:
            return self._say(words.of_error(error), wrong=True)
        self._say(words.of_estimate(needed))
        return needed

    # What is shown

    def _show(self, run, seen):
        """Called from the run's thread, with what there is to see."""
        with self._lock:
            if run is not self.run:
                return
            try:
                self._draw(seen)
                self._say(words.of_run(seen), wrong=seen.status == "failed")
            finally:  # whatever cannot be drawn, the buttons are as the run is
                self._enable()
            told = self.words.value
        findings = words.of_findings(seen) if seen.status == "finished" else ""
        with self._lock:
            if findings and run is self.run and self.words.value == told:
                self._say(words.of_run(seen) + findings)

    def _draw(self, seen):
        tracks = [track for track in seen.tracks if track.image is not None]
        for track, place in zip(tracks, (self.picture, self.beside), strict=False):
            place.value, place.format = encoded(sized(track.image, SHOWN), "JPEG"), "jpeg"
        self.beside.layout.display = "" if len(tracks) > 1 else "none"
        if tracks:
            self.curves.value, self.curves.format = draw_curves(tracks), "png"
            self.progress.value = max(track.iteration / track.settings.iterations for track in tracks)

    def _say(self, text, wrong=False):
        text = html.escape(words.translated(str(text)))
        self.words.value = f"<b>{text}</b>" if wrong else text

    def _enable(self):
        with self._lock:
            status = self.run.status if self.run else "none"
            self.buttons["start"].description = words.translated("resume" if status == "paused" else "start")
            self.buttons["start"].disabled = status == "running"
            self.buttons["pause"].disabled = status != "running"
            self.buttons["stop"].disabled = status not in ("running", "paused")
            fixed = status in ("running", "paused")
            for setting in fields(Settings):
                free = status == "paused" and setting.name in ON_THE_WAY
                self.controls[setting.name].disabled = fixed and not free

    # Pictures

    def _picture(self, role, settings=None):
        """As large as the settings need it; without any, as large as the page does."""
        limit = {"content": content_limit, "style": style_limit}[role](settings) if settings else SHOWN
        if self.controls[role].value == OWN:
            return self._own[role].picture(limit)
        return shipped_picture(self.controls[role].value, limit)

    def _opaque(self, settings):  # how opaque the content is; the shipped ones all are
        return self._own["content"].alpha(content_limit(settings)) if self.controls["content"].value == OWN else None

    def _uploaded(self, role, name, told):
        """A file came in: show it, or say what is wrong with it."""
        if not isinstance(told, ImageError):
            if self.controls[role].value == OWN:
                self._thumbnail(role)
            self.controls[role].value = OWN
        self._say(f"{name}: {told}", wrong=isinstance(told, ImageError))

    def _thumbnail(self, role):
        try:
            image = self._picture(role)
        except ImageError as error:
            self._say(error, wrong=True)
            return
        if role == "content":
            self.masks.show(image)
        self.thumbnails[role].value, self.thumbnails[role].format = encoded(sized(image, 140), "JPEG"), "jpeg"

    # Putting it together

    def _connect(self):
        actions = {"start": self.start, "pause": self.pause, "stop": self.stop, "reset": self.reset,
                   "save": self.save, "estimate": self.tell_estimate}
        for name, action in actions.items():
            self.buttons[name].on_click(lambda button, action=action: action())
        for role in ROLES:
            self.controls[role].observe(lambda change, role=role: self._thumbnail(role), "value")

    def _arranged(self):
        pictures = ipywidgets.HBox([ipywidgets.VBox([self.controls[role], self.thumbnails[role], self._own[role]])
                                    for role in ROLES])
        groups = {"weights": ("content_weight", "style_weight", "tv_weight", "content_layers", "style_layers"),
                  "size and start": ("size", "scales", "iterations", "coarse_iterations", "content_lead", "style_scale",
                                     "init", "seed", "colors"),
                  "optimizer": ("optimizer", "learning_rate", "schedule"),
                  "network": ("network", "pooling", "precision")}
        tabs = ipywidgets.Tab([ipywidgets.VBox([self.controls[name] for name in names]) for names in groups.values()],
                              titles=list(groups))
        masks = ipywidgets.Accordion([self.masks], titles=["masks: where the style goes, and what stays"])
        buttons = ipywidgets.HBox([*self.buttons.values()], layout={"flex_flow": "row wrap"})
        shown = ipywidgets.HBox([self.picture, self.beside], layout={"flex_flow": "row wrap"})
        return [pictures, masks, tabs, buttons, self.progress, self.words, shown, self.curves, self.controls["folder"],
                accessible("nst-studio")]

    def _repr_mimebundle_(self, **kwargs):  # pyright: ignore[reportIncompatibleMethodOverride]: with metadata
        """The live widget; and, for readers of the stored notebook, its two pictures, a finished run, and words."""
        live = super()._repr_mimebundle_(**kwargs) or {}
        names = [self.controls[role].value for role in ROLES]
        told = words.translated(f"The studio, with “{names[0]}” to be painted as “{names[1]}”. Run this cell to start, "
                                "pause, change, compare and save.")
        content, style = (self._picture(role, self.defaults) for role in ROLES)
        still = still_of_run(content, style, find_run(*names))
        stored = {"text/plain": told, "image/jpeg": base64.b64encode(encoded(still, "JPEG")).decode()}
        return {**stored, **{key: live[key] for key in (VIEW,) if key in live}}, {"image/jpeg": {"alt": told}}
