"""One's own picture in the studio: the button to upload it, the file that came last, and what was lost on the way."""

import io
import warnings
from collections.abc import Callable

import ipywidgets
import numpy as np
import numpy.typing as npt

from nst_helpers.arrays import Image
from nst_helpers.images import ImageError, ImageWarning, load_alpha, load_image
from nst_helpers.widgets.connection import when_connected_anew
from nst_helpers.widgets.speech import speak
from nst_helpers.words import translated

LOST = ("The connection to this page broke and was made anew. If a picture was being uploaded, it is lost: many "
        "servers take no file of over 10 MB. Upload a smaller one, or let the server take larger ones (README).")


class Upload(ipywidgets.VBox):
    """The button and the line below it.

    Args:
        role: "content" or "style"; or what else it is, as “mask”.
        arrived: called with the name of a file that has come and what is to be said of it, or with the name and an
            ImageError where it is no picture; the picture before then stays.
        take: called with the contents of a file before that, for what is not a picture to paint; it may refuse them by
            an ImageError. None: they must be a picture, and are kept.

    Attributes:
        button: the `FileUpload`; another one after a broken connection, for the page never sends by the old one again.
        lost: says that a file may be lost.
    """

    def __init__(self, role: str, arrived: Callable[[str, str | ImageError], object],
                 take: Callable[[bytes], object] | None = None):
        self.role, self._arrived, self._take, self._content = role, arrived, take or self._keep, None
        self.lost = ipywidgets.HTML(layout={"max_width": "18em"})
        self.button = self._fresh()
        super().__init__([self.button, self.lost])
        when_connected_anew(self._connected)

    def picture(self, max_size: int | None) -> Image:
        """The file that came last, as `load_image` gives it; ImageError where none has come."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ImageWarning)  # it was told when the file came
            return load_image(io.BytesIO(self._file()), max_size)

    def alpha(self, max_size: int | None) -> npt.NDArray[np.float32] | None:
        """How opaque it is, as `load_alpha` gives it."""
        return load_alpha(io.BytesIO(self._file()), max_size)

    def _file(self):
        if self._content is None:
            raise ImageError(f"upload a {self.role} picture first, or choose one from the list")
        return self._content

    def _fresh(self):
        button = ipywidgets.FileUpload(accept="image/*,.heic,.heif,.avif", description=f"upload {self.role}",
                                       layout={"width": "13em"})
        speak(button)
        button.observe(lambda change: self._came(), "value")
        return button

    def _came(self):
        if not self.button.value:
            return
        file, self.lost.value = self.button.value[-1], ""
        content = bytes(file["content"])
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always", ImageWarning)
                self._take(content)
        except ImageError as error:
            self._arrived(file["name"], error)
            return
        ignored = "".join(f"; {str(one.message).partition(': ')[2]}" for one in caught)
        self._arrived(file["name"], f"taken as the {self.role} picture{ignored}")

    def _keep(self, content):
        load_image(io.BytesIO(content), 256)
        self._content = content

    def _connected(self):
        self.button = self._fresh()
        self.children, self.lost.value = [self.button, self.lost], translated(LOST)
