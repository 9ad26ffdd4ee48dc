"""TensorFlow and Keras, imported without their log noise: `from nst_helpers.backend import keras, tf`.

TensorFlow's native code writes log lines to the process's stderr while it is imported, and when its first operation
starts the runtime, some of them whatever TF_CPP_MIN_LOG_LEVEL says; in a notebook they would land in the cell's
output. So the stream itself is silenced for as long as either takes.

The import starts nothing: threads, devices and memory growth can still be set behind it, with `tf.config`.

Raises:
    BackendError: Keras is set to compute with something else than TensorFlow, or to put the channels first.
"""

import contextlib
import os
import sys
from typing import Any

from nst_helpers.errors import NSTError
from nst_helpers.system import silent_stderr

__all__ = ["keras", "tf"]

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

WAY_OUT = ("this package needs Keras on TensorFlow: set the environment variable KERAS_BACKEND=tensorflow before "
           "Python starts (it outweighs the file keras.json)")


class BackendError(NSTError, ImportError):
    """Keras is set up in a way in which the networks of this package cannot be built."""


with silent_stderr():
    try:
        import tensorflow as tf  # imports Keras too, and passes over a backend that is not installed  # noqa: I001
        import keras
    except (ImportError, ValueError) as error:  # a backend that is not installed; one that does not exist
        if isinstance(error, ImportError) and ("tensorflow" not in sys.modules or error.name == "keras"):
            raise  # one of the two is not there, or broken
        raise BackendError(f"Keras cannot be imported ({error}): {WAY_OUT}") from error


def _require_backend():
    """Refuse a Keras that others have set up in a way in which no network here can be built."""
    if keras.config.backend() != "tensorflow":
        raise BackendError(f"Keras computes with {keras.config.backend()} here: {WAY_OUT}")
    if keras.config.image_data_format() != "channels_last":
        raise BackendError(
            f"Keras is set to image_data_format {keras.config.image_data_format()!r}, and this package needs "
            "'channels_last': write that into the file keras.json (in ~/.keras, or where KERAS_HOME points), or call "
            "keras.config.set_image_data_format('channels_last') before you import nst_helpers")


def _start_quietly():
    """Silence stderr for the one call, whenever it comes, in which TensorFlow starts its runtime."""
    from tensorflow.python.eager import context  # there is no public place to wait for it

    runtime: Any = context.context()
    start = runtime.ensure_initialized

    def started_quietly():
        vars(runtime).pop("ensure_initialized", None)  # from now on TensorFlow's own, at no cost
        with silent_stderr():
            start()

    runtime.ensure_initialized = started_quietly


_require_backend()
with contextlib.suppress(ImportError, AttributeError):  # a TensorFlow without that place: some log lines, no harm
    _start_quietly()
tf.get_logger().setLevel("ERROR")  # it would warn whoever tries a fifth choice of layers: each is compiled anew
