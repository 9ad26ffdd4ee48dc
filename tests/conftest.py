"""What several test files share."""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from keras_weights import random_vgg, write_old_layout
from run_script import LEFT_ALONE, PATIENCE, PICTURE, Script

from nst_helpers import networks
from nst_helpers import run as run_module
from nst_helpers.architecture import CONVOLUTIONS
from nst_helpers.networks import load_network
from nst_helpers.run import Run
from nst_helpers.shipped import shipped_picture

sys.modules.setdefault("rfc3987_syntax", None)  # as in nbval_numbers.py, before any test file imports nbformat

for of_make in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):  # a make that a test calls shall not know of the one that runs it
    os.environ.pop(of_make, None)

collect_ignore = ["images/heic/make.py"]  # makes the files beside it, with a library that is no dependency

# The longest, by processor time. A file is one process's, so that what its tests share is made once.
LONGEST_FIRST = ("train_compact", "sweep", "rough_files", "rough_memory", "checkpoint", "wheel", "run_lessons",
                 "processors", "images", "figures", "transfer", "command_line", "exercises",
                 "lessons_in_jupyterlab", "studio_in_jupyterlab", "site_in_browser")


def pytest_collection_modifyitems(items):
    """The longest files come first, so that no process waits for the other to end one of them."""
    def rank(item):
        name = item.path.stem.removeprefix("test_")
        return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=rank)


@pytest.fixture(scope="session")
def compact():
    return load_network()


@pytest.fixture(scope="session")
def photograph():
    """A shipped photograph, small: (64, 96, 3), 0–255."""
    return shipped_picture("temple", 96)


@pytest.fixture
def box(request, tmp_path):
    """A studio with the test file's QUICK settings, whose run ends with the test."""
    from nst_helpers.widgets.studio import Studio

    box = Studio(request.module.QUICK, folder=str(tmp_path / "studio"))
    yield box
    box.stop()
    if box.run:
        box.run.wait(60)


@pytest.fixture
def script(monkeypatch):
    """Every run goes as this `Script` says."""
    script = Script()
    monkeypatch.setattr(run_module, "iterate", script.iterate)
    return script


@pytest.fixture
def begin(script):
    """Start a run; the test may leave it as it is."""
    runs = []

    def begin(show=lambda seen: None, settings=LEFT_ALONE):
        runs.append(Run(PICTURE, PICTURE, settings, show))
        runs[-1].start()
        return runs[-1]

    yield begin
    for run in runs:
        run.stop()
        for _ in range(4):
            script.end()
        run.wait(PATIENCE)


@pytest.fixture(scope="session")
def vgg19_weights(tmp_path_factory):
    """A stand-in for VGG-19's weight file: random numbers, in the layout of the file that Keras distributes."""
    path = tmp_path_factory.mktemp("weights") / "vgg19_stand_in.h5"
    write_old_layout(path, random_vgg(CONVOLUTIONS))
    return path


@pytest.fixture
def little_to_average(monkeypatch):
    """Networks are normalized over a few pixels, which takes no time: for tests of where VGG-19's weights come from."""
    monkeypatch.setattr(networks, "calibration_pictures", lambda: [shipped_picture("temple", 48)])


@pytest.fixture
def ordinary_user():
    """A folder whose files obey permissions: root would read and write everything."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            if is_root:
                os.seteuid(0)
