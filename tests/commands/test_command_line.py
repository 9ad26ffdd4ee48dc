"""The command line, as a user meets it."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import pytest
import tqdm
from setuptools.config.pyprojecttoml import read_configuration

import nst_helpers
from nst_helpers import checkpoint as checkpoint_module
from nst_helpers import diagnose as diagnose_module
from nst_helpers import images, networks
from nst_helpers import transfer as transfer_module
from nst_helpers.__main__ import main
from nst_helpers.checkpoint import Checkpoint
from nst_helpers.images import ImageError, load_image, load_settings, noise_image, resize_image, save_image
from nst_helpers.transfer import Diverged, Result, Settings

QUICK = ["--size", "48", "--scales", "1", "--iterations", "4"]


@pytest.fixture
def pictures(tmp_path, photograph):
    """Paths of a small content and a small style picture, with a space and a non-ASCII letter in the folder."""
    folder = tmp_path / "meine Bilder ü"
    content = save_image(photograph, folder / "content.png")
    style = save_image(resize_image(photograph[::-1], 40, 40), folder / "style.jpg")
    return str(content), str(style), folder / "out.png"


def run(pictures, *options):
    content, style, output = pictures
    return main(["transfer", content, style, "--output", str(output), *QUICK, *options])


def test_a_picture_with_its_settings_inside(pictures, capsys):
    assert run(pictures, "--style-weight", "7", "--style-layers", "conv1_1=3,conv2_1", "--seed", "5") == 0
    layers = {"conv1_1": 3, "conv2_1": 1}
    settings = Settings(size=48, scales=1, iterations=4, style_weight=7, seed=5, style_layers=layers)
    assert load_image(pictures[2]).shape == (32, 48, 3)
    assert Settings(**load_settings(pictures[2])) == settings
    captured = capsys.readouterr()
    assert "48×32 pixels, 4 iterations" in captured.out
    assert all(f"{name} " in captured.err for name in ("content", "style", "tv"))  # the bar's three losses


def test_quiet_shows_no_bar(pictures, capsys):
    assert run(pictures, "--quiet") == 0
    assert capsys.readouterr().err == ""


def test_every_setting_is_an_option(capsys):
    with pytest.raises(SystemExit):
        main(["transfer", "--help"])
    text = capsys.readouterr().out
    for setting in fields(Settings):
        assert f"--{setting.name.replace('_', '-')}" in text


def test_a_run_can_be_repeated_from_its_picture_and_its_folder(pictures, tmp_path):
    assert run(pictures, "--seed", "3", "--folder", str(tmp_path / "all"), "--quiet") == 0
    first = load_image(pictures[2])
    for source in (pictures[2], tmp_path / "all" / "settings.json", tmp_path / "all" / "picture.png"):
        again = tmp_path / "again.png"
        arguments = ["transfer", *pictures[:2], "--output", str(again), "--settings", str(source), "--quiet"]
        assert main(arguments) == 0
        np.testing.assert_array_equal(load_image(again), first)
    assert {path.name for path in (tmp_path / "all").iterdir()} == {
        "picture.png", "settings.json", "history.csv", "losses.png"}


@pytest.mark.parametrize("options, code, says", [
    (["--iterations", "0"], 2, "iterations = 0"), (["--style-weight", "-1"], 2, "style_weight = -1"),
    (["--style-layers", "conv9_9=1"], 2, "conv9_9"), (["--style-layers", "conv1_1=0"], 2, "at least one layer"),
    (["--learning-rate", "nan"], 2, "learning_rate = nan"),
    (["--output", "picture.txt"], 2, "picture.txt"), (["--output", "."], 2, "not a file"),
    (["--settings", "missing.json"], 2, "missing.json"), (["--settings", "missing.png"], 1, "missing.png"),
    (["--network", "vgg19"], 1, "four ways"), (["--init", "missing.png"], 2, "or write one of noise, content"),
    (["--style", "missing.png"], 1, "missing.png: there is no such file"), (["--style", ":2"], 1, "there is no such"),
    (["--style", "waves.jpg:much"], 2, "'much' is none"), (["--style", "waves.jpg:0,5"], 2, "'0,5' is none"),
    (["--film", "film.mp4"], 2, ".gif, .webp"), (["--film-every", "3"], 2, "--film FILE"), (["--again"], 2, "a folder"),
    (["--film", "film.gif", "--film-every", "0"], 2, "a whole number from 1"),
])
def test_wrong_input_is_one_line(pictures, capsys, monkeypatch, tmp_path, options, code, says):
    monkeypatch.setenv(networks.VGG19_VARIABLE, str(tmp_path / "nothing.h5"))
    monkeypatch.chdir(tmp_path)
    assert run(pictures, *options) == code
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("error: ") and says in error
    assert not pictures[2].exists()


@pytest.mark.parametrize("options", [["--size", "many"], ["--optimizer", "sgd"], ["--style-layers", "conv1_1=x"]])
def test_wrong_types_are_told_with_the_usage(pictures, options, capsys):
    assert run(pictures, *options) == 2
    *usage, error = capsys.readouterr().err.splitlines()
    assert len(usage) == 2 and usage[0].startswith("usage: ") and "--help" in usage[1]
    assert error.startswith(f"error: argument {options[0]}: ")


def test_pictures_that_are_none(pictures, tmp_path, capsys):
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty").mkdir()
    for wrong in (tmp_path / "missing.png", tmp_path / "text.png", tmp_path / "empty"):
        assert main(["transfer", str(wrong), pictures[1], *QUICK, "--output", str(pictures[2])]) == 1
        assert str(wrong) in capsys.readouterr().err
    assert not pictures[2].exists()


@pytest.mark.parametrize("text", ["[1]", "{", '{"sise": 3}', '{"seed": "big"}', '{"style_layers": 3}'])
def test_settings_files_that_are_none(pictures, tmp_path, capsys, text):
    (tmp_path / "wrong.json").write_text(text)
    assert run(pictures, "--settings", str(tmp_path / "wrong.json")) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_an_output_that_cannot_be_written_is_refused_before_the_work(pictures, monkeypatch, capsys):
    monkeypatch.setattr(transfer_module, "iterate", lambda *_, **__: pytest.fail("the work began"))
    assert main(["transfer", *pictures[:2], "--output", "/dev/null/picture.png"]) == 1
    assert "picture.png" in capsys.readouterr().err


def test_divergence_leaves_the_last_good_picture(pictures, monkeypatch, capsys, photograph):
    def diverge(*_, **__):
        raise Diverged("step 9: the style is not finite", photograph, 9)
        yield

    monkeypatch.setattr(transfer_module, "iterate", diverge)
    assert run(pictures, "--quiet") == 1
    kept = pictures[2].with_name("out-before-step-9.png")
    np.testing.assert_array_equal(load_image(kept), np.rint(photograph))
    assert str(kept) in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_ctrl_c_in_a_real_process(pictures):
    content, style, output = pictures
    command = [sys.executable, "-m", "nst_helpers", "transfer", content, style, "--output", str(output),
               "--size", "64", "--scales", "1", "--iterations", "50000"]
    # A shell starts what it runs in the background with Ctrl-C ignored, and children inherit that.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    os.set_blocking(process.stderr.fileno(), False)
    seen, limit = b"", time.monotonic() + 120
    while b"style " not in seen and time.monotonic() < limit:  # the bar moves: it is in the loop
        seen += process.stderr.read() or b""
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"stopped after step" in printed and b"of 50000" in printed
    assert load_image(output).shape == (43, 64, 3)


# Ctrl-C, after the picture or before it


def interrupted_at(monkeypatch, module, name, times=1):
    """From now on, so many calls of a module's function end in Ctrl-C; the next ones do what they did."""
    real, left = getattr(module, name), [times]

    def function(*arguments, **options):
        left[0] -= 1
        if left[0] >= 0:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    monkeypatch.setattr(module, name, function)


@pytest.mark.parametrize("module, name", [(Result, "save"), (diagnose_module, "diagnose")])
def test_ctrl_c_after_the_picture_was_written_says_where_it_is(pictures, monkeypatch, capsys, tmp_path, module, name):
    interrupted_at(monkeypatch, module, name)
    assert run(pictures, "--quiet", "--folder", str(tmp_path / "all")) == 130
    assert capsys.readouterr().err.strip() == f"stopped; the picture is in {pictures[2]}"
    assert load_image(pictures[2]).shape == (32, 48, 3)


def test_ctrl_c_while_the_picture_is_written_does_not_throw_it_away(pictures, monkeypatch, capsys):
    assert run(pictures, "--quiet") == 0
    first = load_image(pictures[2])
    real, calls = images.write_whole, []

    def write_whole(path, write):
        calls.append(path)
        if len(calls) == 1:
            raise KeyboardInterrupt
        real(path, write)

    monkeypatch.setattr(images, "write_whole", write_whole)
    assert run(pictures, "--quiet", "--seed", "1") == 130
    assert "the picture is in" in capsys.readouterr().err
    assert not np.array_equal(load_image(pictures[2]), first)


def test_ctrl_c_before_the_picture_leaves_an_old_one_and_says_so(pictures, monkeypatch, capsys):
    assert run(pictures, "--quiet") == 0
    old = pictures[2].read_bytes()
    interrupted_at(monkeypatch, transfer_module, "shared_network")
    assert run(pictures, "--quiet") == 130
    assert capsys.readouterr().err.strip() == "stopped; no picture was written"
    assert pictures[2].read_bytes() == old
    assert {path.name for path in pictures[2].parent.iterdir()} == {"content.png", "style.jpg", "out.png"}


def test_ctrl_c_before_the_picture_names_the_checkpoint_to_go_on_from(pictures, monkeypatch, capsys, tmp_path):
    real, kept = images.write_whole, tmp_path / "run.npz"

    def write_whole(path, write):
        if kept.is_file():  # the run is over: the picture's turn
            raise KeyboardInterrupt
        real(path, write)

    monkeypatch.setattr(images, "write_whole", write_whole)
    assert run(pictures, "--quiet", "--checkpoint", str(kept)) == 130
    assert f"no picture was written; the same command goes on from {kept}" in capsys.readouterr().err
    assert kept.is_file() and not pictures[2].exists()


@pytest.mark.parametrize("command", ["networks", "check"])
def test_ctrl_c_in_another_command_speaks_of_no_picture(monkeypatch, capsys, command):
    interrupted_at(monkeypatch, networks, "load_network" if command == "networks" else "bfloat16_ratio")
    assert main([command]) == 130
    assert capsys.readouterr().err.strip() == "stopped"


# Mistakes of the program, and of the user


@pytest.mark.parametrize("error", [ValueError, TypeError, RuntimeError])
def test_a_mistake_in_the_program_is_not_told_as_the_users(pictures, monkeypatch, error):
    def wrong(*_, **__):
        raise error("operands could not be broadcast together")

    monkeypatch.setattr(transfer_module, "pyramid", wrong)
    with pytest.raises(error, match="broadcast"):
        run(pictures)


@pytest.mark.parametrize("weight", ["-1", "nan", "inf"])
def test_weights_of_styles_that_make_no_sense_are_the_users(pictures, capsys, weight):
    assert run(pictures, "--blend", pictures[0], weight) == 2
    assert "error: the styles' weights" in capsys.readouterr().err


@pytest.mark.parametrize("error", [RuntimeError("no sense"), MemoryError(), ImageError("too small")])
def test_a_diagnosis_that_fails_does_not_fail_the_command(pictures, monkeypatch, capsys, error):
    def wrong(_):
        raise error

    monkeypatch.setattr(diagnose_module, "diagnose", wrong)
    assert run(pictures, "--quiet") == 0
    assert load_image(pictures[2]).shape == (32, 48, 3)
    assert f"no diagnosis: {type(error).__name__}" in capsys.readouterr().err


def test_a_narrow_picture_with_shallow_layers_is_no_failure(pictures, capsys):
    narrow = save_image(noise_image(8, 60, 0), pictures[2].with_name("narrow.png"))
    layers = ["--content-layers", "conv2_1", "--style-layers", "conv1_1"]
    assert main(["transfer", str(narrow), str(narrow), "--output", str(pictures[2]), *QUICK, *layers, "--quiet"]) == 0
    assert load_image(pictures[2]).shape == (6, 48, 3)
    assert capsys.readouterr().err == ""


def test_a_full_disk_under_the_checkpoint_is_one_line_and_the_picture_is_made(pictures, monkeypatch, capsys, tmp_path):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint_module, "write_whole", full)
    assert run(pictures, "--quiet", "--checkpoint", str(tmp_path / "run.npz")) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"warning: {tmp_path / 'run.npz'} cannot be written (No space left on device)")
    assert load_image(pictures[2]).shape == (32, 48, 3)


# What the program is called


def test_the_version_stands_in_one_place(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"nst_helpers {nst_helpers.__version__}\n"
    root = Path(nst_helpers.__file__).parents[1]
    assert read_configuration(root / "pyproject.toml")["project"]["version"] == nst_helpers.__version__
    assert "version" not in tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("typed, program", [
    ("/usr/local/bin/nst", "nst"), ("C:/Scripts/nst.exe", "nst"), ("/home/me/nst_helpers/__main__.py",
                                                                   "python -m nst_helpers")])
def test_the_help_names_what_was_typed(monkeypatch, capsys, typed, program):
    monkeypatch.setattr(sys, "argv", [typed, "--help"])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().out.startswith(f"usage: {program} [-h]")


def test_networks(capsys, monkeypatch, tmp_path, vgg19_weights, little_to_average):
    monkeypatch.delenv(networks.VGG19_VARIABLE, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert main(["networks"]) == 0
    text = capsys.readouterr().out
    assert "compact  ready" in text and "plain    ready" in text
    assert "1,252,880" in text and "vgg19    not here" in text and "--fetch" in text
    monkeypatch.setenv(networks.VGG19_VARIABLE, str(vgg19_weights))
    assert main(["networks"]) == 0
    assert f"vgg19    found: {vgg19_weights}" in capsys.readouterr().out
    assert main(["networks", "--fetch"]) == 0
    assert "20,024,384" in capsys.readouterr().out


def test_check(monkeypatch, capsys):
    """Of however many cores, this process is bound to one."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1}, raising=False)
    assert main(["check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Python 3.") and lines[0].endswith(", 1 cores") and lines[-1].startswith("ready")
    assert any("in bfloat16 takes" in line and "pay" in line for line in lines)


def test_a_brief_check_leaves_out_what_no_lesson_explains(capsys):
    assert main(["check", "--brief"]) == 0
    told = capsys.readouterr().out
    assert "bfloat16" not in told and "one iteration" in told and told.splitlines()[-1].startswith("ready")


def test_the_settings_file_is_plain_json(pictures, tmp_path):
    run(pictures, "--folder", str(tmp_path / "all"), "--quiet")
    stored = json.loads((tmp_path / "all" / "settings.json").read_text())
    assert stored == asdict(Settings(size=48, scales=1, iterations=4))


@pytest.mark.parametrize("preset", ["classic", "paper"])
def test_a_preset_is_what_options_change(pictures, preset):
    assert run(pictures, "--quiet", "--preset", preset) == 0  # at one size, with few iterations, as all here
    expected = getattr(Settings, preset)(size=48, scales=1, iterations=4)
    assert Settings(**load_settings(pictures[2])) == expected


def test_a_preset_and_a_settings_file_are_not_both_taken(pictures, tmp_path, capsys):
    stored = tmp_path / "settings.json"
    stored.write_text(json.dumps(asdict(Settings.paper(size=48, iterations=4))))
    assert run(pictures, "--settings", str(stored), "--preset", "classic") == 2
    assert "--preset and --settings" in capsys.readouterr().err and not pictures[2].exists()
    assert run(pictures, "--quiet", "--settings", str(stored)) == 0
    assert load_settings(pictures[2])["schedule"] == "constant"


def test_a_checkpoint_is_gone_on_from(pictures, capsys, tmp_path):
    kept = tmp_path / "run.npz"
    assert run(pictures, "--checkpoint", str(kept)) == 0
    first = load_image(pictures[2])
    pictures[2].unlink()
    assert run(pictures, "--checkpoint", str(kept)) == 0
    np.testing.assert_array_equal(load_image(pictures[2]), first)
    assert run(pictures, "--checkpoint", str(kept), "--seed", "9") == 1
    assert "is of another run: seed differ" in capsys.readouterr().err


@pytest.mark.parametrize("done, left", [(0, 4), (3, 1)])
def test_the_bar_goes_on_where_the_run_does(pictures, monkeypatch, tmp_path, done, left):
    real, bars = tqdm.tqdm, []

    class Bar(real):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            bars.append((self, self.n))

    def stop(step):
        if step.iteration == done:
            raise KeyboardInterrupt

    kept = tmp_path / "run.npz"
    if done:
        content, style = load_image(pictures[0], None), load_image(pictures[1], None)
        transfer_module.transfer(content, style, Settings(size=48, scales=1, iterations=4), stop, Checkpoint(kept))
    monkeypatch.setattr(tqdm, "tqdm", Bar)
    assert run(pictures, "--checkpoint", str(kept)) == 0
    ((bar, start),) = bars
    assert (start, bar.n, bar.total) == (done, 4, 4) and bar.n - start == left


def test_two_styles_are_blended(pictures, capsys):
    assert run(pictures) == 0
    alone = load_image(pictures[2])
    assert run(pictures, "--blend", pictures[0], "2.5") == 0
    assert not np.array_equal(load_image(pictures[2]), alone)
    assert run(pictures, "--blend", pictures[0], "much") == 2
    assert "a weight is a number" in capsys.readouterr().err


def test_check_does_not_count_the_step_that_compiles(monkeypatch):
    """A clock that every step moves on by a second, and the first one by a minute."""
    from nst_helpers.commands import check

    clock = [0.0]

    def slow(*_):
        for number in range(12):
            clock[0] += 1.0 if number else 60.0
            yield number

    monkeypatch.setattr(check, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(check, "median", max)  # no robust mean hides the minute
    monkeypatch.setattr(transfer_module, "iterate", slow)
    assert check._seconds_an_iteration() == 1.0


@pytest.mark.parametrize("command", [["check"], ["networks"], ["transfer", "content.png", "style.png"]])
def test_a_keras_on_another_backend_is_one_line(command, tmp_path):
    for name in ("content.png", "style.png"):
        save_image(noise_image(16, 16, 0), tmp_path / name)
    place = {"KERAS_BACKEND": "no-such-thing", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-m", "nst_helpers", *command], cwd=tmp_path, capture_output=True, text=True,
                          env={**os.environ, **place})
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1 and line.startswith("error: Keras ") and "KERAS_BACKEND=tensorflow" in line


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_picture_is_not_written_over_one_that_it_is_made_from(pictures, capsys, which, tmp_path):
    content, style, _ = pictures
    blended = save_image(np.zeros((20, 20, 3), np.float32), tmp_path / "blended.png")
    chosen = (content, style, str(blended))[which]
    before = Path(chosen).read_bytes()
    assert main(["transfer", content, style, "--blend", str(blended), "0.5", "--output", chosen, *QUICK]) == 2
    assert "one of the pictures that it is made from" in capsys.readouterr().err and Path(chosen).read_bytes() == before
