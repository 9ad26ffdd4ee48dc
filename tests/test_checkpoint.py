"""A run that is ended and goes on: the same picture, to the last bit; and files that are not of this run."""

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nst_helpers import checkpoint as checkpoint_module
from nst_helpers import descent, system
from nst_helpers import transfer as transfer_module
from nst_helpers.checkpoint import Checkpoint, CheckpointError, CheckpointWarning
from nst_helpers.networks import data_folder
from nst_helpers.settings import OPTIMIZERS, Settings
from nst_helpers.shipped import shipped_picture
from nst_helpers.transfer import State, iterate, transfer

QUICK = Settings(size=64, scales=2, iterations=12)  # 7 iterations small, 5 large


@pytest.fixture(scope="module")
def content():
    return shipped_picture("temple", 96)


@pytest.fixture(scope="module")
def style():
    return shipped_picture("stained_glass", 80)


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
    steps = []
    with pytest.raises(CheckpointError, match=r"run\.npz cannot be written"):
        transfer(content, style, QUICK, steps.append, Checkpoint(tmp_path / "file" / "run.npz"))
    assert steps == []  # before there was anything to lose


# Errors that tell the truth


@pytest.fixture
def kept(content, style, tmp_path):
    """The file of a run that is over."""
    transfer(content, style, QUICK, checkpoint=Checkpoint(tmp_path / "run.npz"))
    return tmp_path / "run.npz"


def refusal(path, content, style):
    """What is said of a file that cannot be gone on from, which stays as it is."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(CheckpointError) as error:
        Checkpoint(path).load(content, style, QUICK)
    assert before is None or path.read_bytes() == before
    return str(error.value)


@pytest.mark.parametrize("what", ["a folder", "a pipe"])
def test_what_is_no_file_is_not_called_damaged(content, style, tmp_path, what):
    path = tmp_path / "run.npz"
    if what == "a pipe" and not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes with a name here")
    path.mkdir() if what == "a folder" else os.mkfifo(path)
    assert "is a folder or a device: name a file" in refusal(path, content, style)


@pytest.mark.parametrize("error, says", [
    (OSError(errno.EIO, "Input/output error"), r"could not be read (Input/output error). The file itself may be good"),
    (PermissionError(errno.EACCES, "Permission denied"), "cannot be read (Permission denied): name a file that is"),
    (MemoryError(), "not enough free memory to read"),
])
def test_a_good_file_that_cannot_be_read_is_not_called_damaged(content, style, kept, monkeypatch, error, says):
    def fails(*_, **__):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", fails)
        patch.setattr(Path, "read_bytes", fails)
        with pytest.raises(CheckpointError) as caught:
            Checkpoint(kept).load(content, style, QUICK)
    assert says in str(caught.value) and str(kept) in str(caught.value)
    assert "damaged" not in str(caught.value) and "delete" not in str(caught.value)


def test_too_little_memory_for_what_is_in_a_good_file(content, style, kept, monkeypatch):
    def fails(*_, **__):
        raise MemoryError("Unable to allocate 3 GiB")

    monkeypatch.setattr(checkpoint_module, "_kept", fails)
    text = refusal(kept, content, style)
    assert "not enough free memory" in text and "damaged" not in text and "delete" not in text


def test_a_damaged_file_that_asks_for_more_memory_than_there_is(content, style, kept):
    """Its header says so; the checksum, that it is not what was written."""
    shape = re.search(rb"\(\d+, \d+, 3\), \} +(?=\n)", kept.read_bytes())[0]
    larger = b"(99999999, 99999999, 3), }".ljust(len(shape))
    kept.write_bytes(kept.read_bytes().replace(shape, larger))
    assert len(larger) == len(shape)
    with pytest.raises(MemoryError), np.load(kept) as file:
        dict(file)
    assert "is damaged" in refusal(kept, content, style)


def changed(path, **changes):
    """Write a checkpoint again with other arrays; None takes one out."""
    with np.load(path) as file:
        arrays = {**file, **changes}
    with path.open("wb") as file:
        np.savez(file, **{name: array for name, array in arrays.items() if array is not None})


@pytest.mark.parametrize("number", [None, 0, checkpoint_module.FORMAT + 1])
def test_a_file_of_another_format_is_refused_by_its_number(content, style, kept, number):
    changed(kept, format=number, canvas=None)  # whatever else is in it
    text = refusal(kept, content, style)
    assert f"in format {number or 0}, and this one reads format {checkpoint_module.FORMAT}" in text
    assert "damaged" not in text


def test_other_arrays_are_not_to_be_deleted(content, style, tmp_path):
    with (tmp_path / "mine.npz").open("wb") as file:
        np.savez(file, measured=np.zeros(3))
    text = refusal(tmp_path / "mine.npz", content, style)
    assert "no checkpoint: name another file" in text and "delete" not in text


# Writes that fail


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), MemoryError()])
def test_a_write_that_fails_costs_nothing_but_the_write(content, style, tmp_path, monkeypatch, error):
    path, real = tmp_path / "run.npz", checkpoint_module.write_whole
    whole = transfer(content, style, QUICK)
    calls = []

    def fails_twice(*arguments):
        calls.append(1)
        if len(calls) in (2, 3):
            raise error
        real(*arguments)

    monkeypatch.setattr(checkpoint_module, "write_whole", fails_twice)
    with pytest.warns(CheckpointWarning, match=r"run\.npz cannot be written .*its picture is kept in memory"):
        result = transfer(content, style, QUICK, checkpoint=Checkpoint(path, every=4))
    np.testing.assert_array_equal(result.image, whole.image)
    assert len(calls) == 4 and len(result.history["total"]) == 12  # after 4, 8 and 12 steps, and once more at the end
    assert len(Checkpoint(path).load(content, style, QUICK).losses) == 12


def test_where_every_write_fails_the_picture_is_there(content, style, tmp_path, monkeypatch):
    def fails(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint_module, "write_whole", fails)
    with pytest.warns(CheckpointWarning, match="No space left on device"):
        result = transfer(content, style, QUICK, checkpoint=Checkpoint(tmp_path / "run.npz", every=4))
    np.testing.assert_array_equal(result.image, transfer(content, style, QUICK).image)


# Ctrl-C


WATCHED = {module.__file__ for module in (checkpoint_module, descent, system, transfer_module)}


def traced(call, at=None):
    """(what a call returns or KeyboardInterrupt, lines run in the watched files); Ctrl-C comes before one of them."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            count += 1
            if count == at:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        outcome = call()
    except KeyboardInterrupt:
        outcome = KeyboardInterrupt
    finally:
        sys.settrace(before)
    return outcome, count


def same_files(first, second):
    """Whether two checkpoints hold the same but for the seconds; two that are not there do."""
    if not (first.exists() and second.exists()):
        return first.exists() == second.exists()
    with np.load(first) as one, np.load(second) as other:
        return set(one) == set(other) and all(np.array_equal(one[name], other[name]) for name in one
                                              if name != "seconds")


@pytest.mark.slow
def test_ctrl_c_at_any_line_leaves_a_run_to_go_on_from(content, style, tmp_path, monkeypatch):
    """Before each line of the loop, of a write and of what is under it; the run then goes on to the same end."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    settings = Settings(size=32, scales=1, iterations=3, optimizer="adam", style_layers="conv1_1",
                        content_layers="conv1_1")
    images = [step.image for step in iterate(content, style, settings)]
    whole = transfer(content, style, settings)

    def run(path):
        return transfer(content, style, settings, None, Checkpoint(path, every=2))

    finished, lines = traced(lambda: run(tmp_path / "0" / "run.npz"))
    assert not finished.interrupted and lines > 200
    gone_on_from = []  # a run depends on nothing but its file: from what is the same, it need not go on again
    for at in range(1, lines + 1):
        path = tmp_path / str(at) / "run.npz"
        stopped, _ = traced(lambda path=path: run(path), at)
        kept = Checkpoint(path).load(content, style, settings)
        done = len(kept.losses)
        assert done == (kept.state.done if kept.state else 0), f"line {at}: so many losses, so many steps"
        if stopped is not KeyboardInterrupt:
            seen = len(stopped.history["total"])
            assert seen >= 1 and done in (seen, seen - 1)
            np.testing.assert_array_equal(stopped.image, images[seen - 1])
        else:
            assert done in (0, 3)  # before the first step; or while the result, which is in the file, was put together
        assert {file.name for file in path.parent.glob("*")} <= {"run.npz"}
        if not any(same_files(path, other) for other in gone_on_from):
            kept_file = tmp_path / f"{at}.npz"
            gone_on_from.append(shutil.copy(path, kept_file) if path.exists() else kept_file)
            resumed = run(path)
            np.testing.assert_array_equal(resumed.image, whole.image)
            assert resumed.history == whole.history
    assert 4 <= len(gone_on_from) <= 12  # nothing, and one to three steps


def test_a_second_ctrl_c_while_the_first_is_written_loses_no_picture(content, style, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    def first(step):
        if step.iteration == 4:
            monkeypatch.setattr(checkpoint_module, "write_whole", interrupt)
            raise KeyboardInterrupt

    result = transfer(content, style, QUICK, first, Checkpoint(tmp_path / "run.npz"))
    assert result.interrupted and len(result.history["total"]) == 4


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


def test_unless_told_otherwise_it_writes_every_25_steps(content, style, tmp_path):
    path = tmp_path / "run.npz"
    there = []
    transfer(content, style, replace(QUICK, iterations=26), lambda step: there.append(path.is_file()), Checkpoint(path))
    assert there == [False] * 24 + [True] * 2


def test_the_seconds_before_the_break_count_too(content, style, tmp_path):
    """The file says that a day has passed; what comes on top is the rest of the run."""
    path = tmp_path / "run.npz"
    with pytest.raises(Ended):
        transfer(content, style, QUICK, end_at(4), Checkpoint(path, every=1))
    with np.load(path) as stored:
        arrays = {**stored, "seconds": np.array(86_400.0)}
    np.savez(path, **arrays)
    resumed = transfer(content, style, QUICK, checkpoint=Checkpoint(path))
    assert 86_400 < resumed.seconds < 2 * 86_400
