"""A run that is ended and goes on: the same picture, to the last bit; and files that are not of this run."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from nst_helpers.checkpoint import Checkpoint, CheckpointError
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.settings import OPTIMIZERS, Settings
from nst_helpers.transfer import State, iterate, transfer

QUICK = Settings(size=64, scales=2, iterations=12)  # 7 iterations small, 5 large


@pytest.fixture(scope="module")
def content():
    return load_image(data_folder() / "content" / "temple.jpg", 96)


@pytest.fixture(scope="module")
def style():
    return load_image(data_folder() / "style" / "stained_glass.jpg", 80)


class Ended(Exception):
    pass


def end_at(iteration):
    def on_step(step):
        if step.iteration == iteration:
            raise Ended

    return on_step


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("iteration", [1, 7, 10])
def test_a_run_that_broke_off_ends_as_if_it_had_not(content, style, optimizer, iteration, tmp_path):
    settings, path = replace(QUICK, optimizer=optimizer), tmp_path / "run.npz"
    whole = transfer(content, style, settings)
    with pytest.raises(Ended):
        transfer(content, style, settings, end_at(iteration), Checkpoint(path, every=1))
    steps = []
    resumed = transfer(content, style, settings, steps.append, Checkpoint(path, every=1))
    assert len(steps) == 12 - iteration and steps[0].iteration == iteration + 1
    np.testing.assert_array_equal(resumed.image, whole.image)
    assert resumed.history == whole.history


def test_what_was_not_written_is_computed_again(content, style, tmp_path):
    path, checkpoint = tmp_path / "run.npz", Checkpoint(tmp_path / "run.npz", every=5)

    def pull_the_plug(step):
        if step.iteration == 8:
            checkpoint.flush = lambda: None
            raise Ended

    with pytest.raises(Ended):
        transfer(content, style, QUICK, pull_the_plug, checkpoint)
    steps = []
    resumed = transfer(content, style, QUICK, steps.append, Checkpoint(path))
    assert [step.iteration for step in steps] == list(range(6, 13))
    np.testing.assert_array_equal(resumed.image, transfer(content, style, QUICK).image)


def test_a_finished_run_is_there_at_once(content, style, tmp_path):
    path, steps = tmp_path / "run.npz", []
    first = transfer(content, style, QUICK, checkpoint=Checkpoint(path))
    again = transfer(content, style, QUICK, steps.append, Checkpoint(path))
    assert steps == [] and again.history == first.history
    np.testing.assert_array_equal(again.image, first.image)


def test_ctrl_c_keeps_the_last_step(content, style, tmp_path):
    def interrupt(step):
        if step.iteration == 4:
            raise KeyboardInterrupt

    path, steps = tmp_path / "run.npz", []
    assert transfer(content, style, QUICK, interrupt, Checkpoint(path)).interrupted
    transfer(content, style, QUICK, steps.append, Checkpoint(path))
    assert steps[0].iteration == 5


SCRIPT = """
import sys
from nst_helpers.checkpoint import Checkpoint
from nst_helpers.images import load_image
from nst_helpers.settings import Settings
from nst_helpers.transfer import transfer
content, style, path = sys.argv[1:]
transfer(load_image(content, 96), load_image(style, 80), Settings(size=64, scales=2, iterations=2000),
         lambda step: print(step.iteration, flush=True), Checkpoint(path, every=1))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_process_leaves_a_file_to_go_on_from(content, style, tmp_path):
    path = tmp_path / "run.npz"
    pictures = [str(data_folder() / name) for name in ("content/temple.jpg", "style/stained_glass.jpg")]
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, *pictures, str(path)], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if int(line) >= 20:
            break
    time.sleep(0.05)  # somewhere in the middle of a step or of a write
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    settings = replace(QUICK, iterations=2000)
    kept = Checkpoint(path).load(content, style, settings)
    done = len(kept.losses)
    assert 19 <= done < 2000 and kept.state.done == done
    steps = iterate(content, style, settings)
    for _ in range(done + 3):
        expected = next(steps)
    resumed = iterate(content, style, settings, kept.state)
    for _ in range(3):
        found = next(resumed)
    np.testing.assert_array_equal(found.image, expected.image)


@pytest.mark.parametrize("function, name", [("code_version", "the package's code"),
                                            ("weights_version", "the weight file")])
def test_a_file_of_other_code_or_other_weights_is_refused(content, style, tmp_path, monkeypatch, function, name):
    path = tmp_path / "run.npz"
    transfer(content, style, QUICK, checkpoint=Checkpoint(path))
    monkeypatch.setattr(f"nst_helpers.origin.{function}", lambda *_: "another")
    with pytest.raises(CheckpointError, match=f"of another run: {name} differ"):
        Checkpoint(path).load(content, style, QUICK)


@pytest.mark.parametrize("change, name", [({"seed": 1}, "seed"), ({"iterations": 13}, "iterations"),
                                          ({"style_layers": {"conv1_1": 1}}, "style_layers")])
def test_a_file_of_a_run_with_other_settings_is_refused_by_name(content, style, tmp_path, change, name):
    path = tmp_path / "run.npz"
    transfer(content, style, QUICK, checkpoint=Checkpoint(path))
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match=f"of another run: {name} differ"):
        transfer(content, style, replace(QUICK, **change), checkpoint=Checkpoint(path))
    assert path.read_bytes() == before


def test_a_file_of_a_run_with_other_pictures_is_refused_by_name(content, style, tmp_path):
    path = tmp_path / "run.npz"
    transfer(content, style, QUICK, checkpoint=Checkpoint(path))
    with pytest.raises(CheckpointError, match="the content picture differ"):
        transfer(content[::-1], style, QUICK, checkpoint=Checkpoint(path))
    with pytest.raises(CheckpointError, match="run: style picture 1, style picture 2 differ"):
        transfer(content, [(1, style), (2, style)], QUICK, checkpoint=Checkpoint(path))


@pytest.mark.parametrize("damage", [b"", b"no archive", "cut", "npy"])
def test_a_damaged_file_is_refused_and_stays(content, style, tmp_path, damage):
    path = tmp_path / "run.npz"
    transfer(content, style, QUICK, checkpoint=Checkpoint(path))
    whole = path.read_bytes()
    if damage == "npy":
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    else:
        path.write_bytes(whole[: len(whole) // 2] if damage == "cut" else damage)
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match="is damaged"):
        transfer(content, style, QUICK, checkpoint=Checkpoint(path))
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_told(content, style, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(CheckpointError, match=r"cannot be written|is no checkpoint"):
        transfer(content, style, QUICK, checkpoint=Checkpoint(tmp_path / "file" / "run.npz"))


# States, without a file


def test_a_state_goes_on_with_other_weights_and_another_optimizer(content, style):
    steps = list(iterate(content, style, QUICK))
    for change in ({"style_weight": 20}, {"optimizer": "rmsprop"}, {"learning_rate": 1}, {"content_layers": "conv3_1"}):
        changed = list(iterate(content, style, replace(QUICK, **change), steps[3].state))
        assert [step.iteration for step in changed] == list(range(5, 13))
        assert not np.array_equal(changed[-1].image, steps[-1].image), change
    same = list(iterate(content, style, QUICK, steps[3].state))
    np.testing.assert_array_equal(same[-1].image, steps[-1].image)


@pytest.mark.parametrize("change", [{"size": 48}, {"scales": 1}, {"scales": 3}])
def test_a_state_of_other_sizes_is_refused(content, style, change):
    state = next(iterate(content, style, QUICK)).state
    with pytest.raises(ValueError, match="another picture, size, scales or iterations"):
        next(iterate(content, style, replace(QUICK, **change), state))


def test_a_state_beyond_the_last_size_is_refused(content, style):
    with pytest.raises(ValueError, match="another picture"):
        next(iterate(content, style, QUICK, State(5, 0, np.zeros((9, 9, 3)), "adam", None)))
