"""TensorFlow and Keras, imported without their log noise: `from nst_helpers.backend import keras, tf`.

TensorFlow's native code writes log lines to the process's stderr while it is imported, whatever
TF_CPP_MIN_LOG_LEVEL says; in a notebook they would land in the cell's output. So the stream itself is
silenced for the length of the import.
"""

import os

from nst_helpers.system import silent_stderr

__all__ = ["keras", "tf"]

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

with silent_stderr():
    import tensorflow as tf

    tf.constant(0.0)  # the first operation starts the runtime, which logs once more
    import keras

tf.get_logger().setLevel("ERROR")  # it would warn whoever tries a fifth choice of layers: each is compiled anew
