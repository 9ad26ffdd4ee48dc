"""What names a stored result besides pictures and settings: the code and the weights."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

import nst_helpers
from nst_helpers import origin as module
from nst_helpers.networks import VGG19_MD5, VGG19_VARIABLE, data_folder
from nst_helpers.origin import add_values, code_version, origin, weights_version
from nst_helpers.settings import Settings

PACKAGE = Path(nst_helpers.__file__).parent


@pytest.fixture
def copy(tmp_path):
    """The package's modules in another place."""
    for path in PACKAGE.glob("*.py"):
        shutil.copy(path, tmp_path)
    return tmp_path


def version(folder):
    return code_version.__wrapped__(folder)


def test_the_same_code_is_the_same_wherever_it_is(copy):
    assert version(copy) == code_version()


@pytest.mark.parametrize("name", ["transfer", "losses", "optimizers", "networks", "images", "colors", "settings"])
def test_a_changed_number_is_other_code(copy, name):
    with (copy / f"{name}.py").open("a") as file:
        file.write("CHANGED = 1\n")
    assert version(copy) != code_version()


@pytest.mark.parametrize("name", ["sweep", "plots", "checkpoint", "__main__"])
def test_what_computes_no_picture_does_not_count(copy, name):
    (copy / f"{name}.py").write_text("CHANGED = 1\n")
    assert version(copy) == code_version()


def test_line_ends_do_not_count(copy):
    text = (copy / "losses.py").read_bytes()
    (copy / "losses.py").write_bytes(text.replace(b"\n", b"\r\n"))
    assert version(copy) == code_version()


def test_each_weight_file_has_its_own(tmp_path, monkeypatch):
    assert len({weights_version(name) for name in ("compact", "plain")}) == 2
    assert origin(Settings()) == {"the package's code": code_version(), "the weight file": weights_version("compact")}
    monkeypatch.setattr(module, "weight_file", lambda name: tmp_path / "weights.npz")
    assert weights_version("compact") == ""
    shutil.copy(data_folder() / "networks" / "plain.npz", tmp_path / "weights.npz")
    assert weights_version("compact") == hashlib.md5((tmp_path / "weights.npz").read_bytes()).hexdigest()
    (tmp_path / "weights.npz").write_bytes(b"other")
    assert weights_version("compact") == "795f3202b17cb6bc3d4b771d8c6c9eaf"


def test_vgg19_is_the_same_before_and_after_its_download(tmp_path, monkeypatch):
    monkeypatch.delenv(VGG19_VARIABLE, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert weights_version("vgg19") == VGG19_MD5
    monkeypatch.setenv(VGG19_VARIABLE, str(tmp_path / "mine.h5"))
    assert weights_version("vgg19") == ""
    (tmp_path / "mine.h5").write_bytes(b"other")
    assert weights_version("vgg19") == "795f3202b17cb6bc3d4b771d8c6c9eaf"


def test_arrays_are_told_apart_by_their_label_and_their_numbers_whatever_their_type(monkeypatch):
    """Row after row is the digest of all; numbers are the same in every type that holds them."""
    monkeypatch.setattr(module, "_AT_ONCE", 40)
    values = np.arange(7 * 5 * 3, dtype=np.uint8).reshape(7, 5, 3)

    def digest(label, array):
        found = hashlib.sha256()
        add_values(found, label, array)
        return found.hexdigest()

    whole = hashlib.sha256(b"a" + values.astype(np.float32).tobytes()).hexdigest()
    for same in (values, values.astype(float), values.astype(np.float32)[:, ::-1][:, ::-1]):
        assert digest("a", same) == whole
    assert digest("b", values) != whole != digest("a", values[::-1])
    assert digest("a", None) == hashlib.sha256(b"a").hexdigest()
