"""What importing the package does to a process: nothing is started, nothing is printed, a wrong Keras is refused."""

import json
import os
import subprocess
import sys
import threading

import pytest

from nst_helpers.backend import BackendError
from nst_helpers.system import silent_stderr

IMPORT_ALL = """
import importlib, pkgutil
import nst_helpers

names = [module.name for module in pkgutil.walk_packages(nst_helpers.__path__, "nst_helpers.")]
assert "nst_helpers.transfer" in names and "nst_helpers.widgets.studio" in names
for name in names:
    importlib.import_module(name)
from nst_helpers.backend import tf
"""

# A graphics card's memory growth obeys the same rule as a device's division: neither can change behind the start.
SET_ALL = """
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
(processor,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
print(len(tf.config.list_logical_devices("CPU")), tf.config.threading.get_intra_op_parallelism_threads())
"""

PAINT = """
from nst_helpers.images import noise_image
from nst_helpers.transfer import Settings, transfer

print(transfer(noise_image(32, 32, 0), noise_image(32, 32, 1), Settings(size=32, scales=1, iterations=2)).image.shape)
"""

# Stands in for a TensorFlow that logs whatever it is told, as those with graphics cards do.
LOUD = """
import os
from tensorflow.python.eager import context

start, started = context.Context.ensure_initialized, []

def loud(self):
    if not started:
        started.append(True)
        os.write(2, b"NOISE\\n")
    start(self)

context.Context.ensure_initialized = loud
from nst_helpers.backend import tf

assert not started
tf.constant(0.0)
assert started
os.write(2, b"heard\\n")
tf.constant(0.0)
"""


def python(code, **variables):
    """A new Python that runs this code, with these environment variables."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                   **variables}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=600)


def test_importing_every_module_starts_nothing():
    run = python(IMPORT_ALL + SET_ALL)
    assert (run.returncode, run.stdout, run.stderr) == (0, "2 1\n", "")


def test_a_small_transfer_writes_nothing_to_stderr():
    run = python(PAINT, TF_CPP_MIN_LOG_LEVEL="0")
    assert (run.returncode, run.stdout, run.stderr) == (0, "(32, 32, 3)\n", "")


def test_what_the_start_of_the_runtime_logs_is_not_seen_and_later_errors_are():
    run = python(LOUD)
    assert (run.returncode, run.stderr) == (0, "heard\n")


# Keras as others set it up


def refused(run):
    """The one line of the ImportError that ends a program."""
    assert run.returncode == 1
    kind, _, message = run.stderr.splitlines()[-1].partition(": ")
    assert kind == "nst_helpers.backend.BackendError" and issubclass(BackendError, ImportError)
    return message


@pytest.mark.parametrize("name", ["torch", "no-such-thing"])
def test_another_backend_is_refused(name):
    message = refused(python("import nst_helpers.transfer", KERAS_BACKEND=name))
    assert name in message and "KERAS_BACKEND=tensorflow before Python starts" in message


@pytest.mark.parametrize("choices, said", [
    ({"backend": "torch"}, "KERAS_BACKEND=tensorflow"),
    ({"image_data_format": "channels_first"}, "'channels_last': write that into the file keras.json"),
])
def test_another_setup_in_keras_json_is_refused(choices, said, tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps(choices))
    assert said in refused(python("import nst_helpers.transfer", KERAS_HOME=str(tmp_path), KERAS_BACKEND=""))


def test_another_backend_that_is_installed_is_refused():
    code = "import keras\nkeras.config.backend = lambda: 'torch'\nimport nst_helpers.transfer"
    assert refused(python(code, KERAS_BACKEND="tensorflow")).startswith("Keras computes with torch here: this package")


def test_the_way_out_of_keras_json(tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "torch"}))
    run = python("import nst_helpers.networks", KERAS_HOME=str(tmp_path), KERAS_BACKEND="tensorflow")
    assert (run.returncode, run.stderr) == (0, "")


def test_what_the_training_on_jax_imports_needs_no_keras():
    """tools/train_compact.py runs with KERAS_BACKEND=jax, and takes names from this module only."""
    run = python("import sys, nst_helpers.architecture\nprint({'keras', 'tensorflow'} & set(sys.modules))",
                 KERAS_BACKEND="jax")
    assert (run.returncode, run.stdout) == (0, "set()\n")


# silent_stderr


def heard(work, capfd):
    """What reaches stderr's descriptor while `work` runs, and after it."""
    work(lambda text: os.write(2, text.encode()))
    os.write(2, b"after")
    return capfd.readouterr().err


def test_silence_within_silence(capfd):
    def work(write):
        with silent_stderr():
            with silent_stderr():
                write("inner")
            write("outer")

    assert heard(work, capfd) == "after"


def test_two_threads_silence_at_once(capfd):
    """The one that came first leaves first: it must neither end the other's silence nor be undone by it."""
    second_in, first_out = threading.Event(), threading.Event()

    def work(write):
        def second():
            with silent_stderr():
                second_in.set()
                assert first_out.wait(60)
                write("second")

        thread = threading.Thread(target=second)
        with silent_stderr():
            thread.start()
            assert second_in.wait(60)
            write("first")
        first_out.set()
        thread.join()

    assert heard(work, capfd) == "after"


def test_silence_ends_with_an_error(capfd):
    def work(write):
        with pytest.raises(ZeroDivisionError), silent_stderr():
            write("lost")
            _ = 1 / 0

    assert heard(work, capfd) == "after"


def test_silence_without_a_stream():
    run = python("import os\nfrom nst_helpers.system import silent_stderr\nos.close(2)\n"
                 "with silent_stderr():\n    print('works')")
    assert (run.returncode, run.stdout) == (0, "works\n")
