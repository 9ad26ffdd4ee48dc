"""A computation behind a button, with a bar and a stop, for answers that take more than a moment.

The work runs in a thread of its own, so the notebook's other cells can run meanwhile; what it yields is shown
as it comes. Nothing is computed before the button is pressed.
"""

import html
import threading
from collections.abc import Callable

import ipywidgets

from nst_helpers.widgets.base import Panel, picture_format
from nst_helpers.widgets.speech import speak
from nst_helpers.words import translated


class Live(ipywidgets.VBox):
    """A panel whose picture can also be computed live, for the values its controls have then.

    Args:
        panel: a `Panel`; it shows the precomputed answers, and then what the computation yields.
        job: values of the panel's controls by name → iterator of (share done from 0 to 1, Drawing). Whatever it
            raises is shown as words.
        label: of the button that starts it.

    Attributes:
        panel, controls, picture, words: the panel and its parts.
        buttons: {"start", "stop"}. progress: the bar, from 0 to 1.
        running: whether the computation is under way. error: what the last one raised, or None.
    """

    def __init__(self, panel: Panel, job: Callable, label: str = "compute it now"):
        self.panel, self.job, self.error = panel, job, None
        self.controls, self.picture, self.words = panel.controls, panel.picture, panel.words
        wide = {"width": "15em"}
        self.buttons = {"start": ipywidgets.Button(description=label, button_style="primary", layout=wide),
                        "stop": ipywidgets.Button(description="stop", disabled=True)}
        self.progress = ipywidgets.FloatProgress(0, min=0, max=1, layout={"width": "12em"})
        self.buttons["start"].on_click(lambda button: self.start())
        self.buttons["stop"].on_click(lambda button: self.stop())
        self._stopped, self._thread, self._running = threading.Event(), None, False
        self._lock = threading.Lock()  # of whether it runs, and of the buttons that say so
        super().__init__([panel, ipywidgets.HBox([*self.buttons.values(), self.progress])])
        speak(self.children[1])
        self.add_class("nst-live")

    @property
    def running(self) -> bool:
        return self._running

    def start(self) -> None:
        """Begin, unless it is under way."""
        with self._lock:
            if self._running:
                return
            self._stopped.clear()
            self.error, self.progress.value = None, 0
            self._turn(running=True)
            # A daemon: it ends with the notebook.
            self._thread = threading.Thread(target=self._work, args=(self.panel.values,), daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End it after the step under way; what it has shown stays."""
        self._stopped.set()

    def wait(self, seconds: float | None = None) -> None:
        """Until it has ended."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _work(self, values):
        try:
            for share, drawing in self.job(**values):
                self.progress.value = share
                self._show(drawing)
                if self._stopped.is_set():
                    break
        except Exception as error:  # whatever it is: the student reads it, the notebook lives on
            self.error = error
            self.words.value = f"<b>{html.escape(translated(str(error)))}</b>"
        finally:
            with self._lock:
                self._turn(running=False)

    def _show(self, drawing):
        self.panel.drawing = drawing
        self.picture.format = picture_format(drawing.picture)
        self.picture.value = drawing.picture
        self.words.value = html.escape(translated(drawing.words))

    def _turn(self, running):
        self._running = running
        self.buttons["start"].disabled, self.buttons["stop"].disabled = running, not running

    def _repr_mimebundle_(self, **kwargs):  # pyright: ignore[reportIncompatibleMethodOverride]: with metadata
        """The live widget; and, for readers of the stored notebook, the panel's picture and words."""
        live = super()._repr_mimebundle_(**kwargs) or {}
        stored, metadata = self.panel._repr_mimebundle_(**kwargs)
        return {**stored, **live, "text/plain": stored["text/plain"]}, metadata
