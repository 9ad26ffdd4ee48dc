"""`nst transfer`: styles, starts, films, folders, JSON. In this process, with pictures that take a second each."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from nst_helpers import estimate, networks
from nst_helpers import transfer as transfer_module
from nst_helpers.__main__ import main
from nst_helpers.checkpoint import Checkpoint
from nst_helpers.commands import album
from nst_helpers.commands.bar import Bar
from nst_helpers.commands.filming import Filming
from nst_helpers.commands.options import DRIVE, LOOK, SPEED
from nst_helpers.commands.places import beside
from nst_helpers.commands.sources import style_and_weight
from nst_helpers.images import load_image, load_settings, noise_image, resize_image, save_image
from nst_helpers.masks import Masks
from nst_helpers.transfer import Diverged, Settings, first_picture, transfer

SMALL = Settings(size=32, scales=1, iterations=4, content_layers={"conv2_1": 1.0}, style_layers={"conv1_1": 1.0})
QUICK = ["--size", "32", "--scales", "1", "--iterations", "4", "--content-layers", "conv2_1", "--style-layers",
         "conv1_1", "--quiet"]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path, monkeypatch, photograph):
    """The working folder, with three small pictures."""
    monkeypatch.chdir(tmp_path)
    save_image(resize_image(photograph, 20, 32), "me.png")
    save_image(resize_image(photograph[::-1], 24, 24), "waves.png")
    save_image(resize_image(photograph[:, ::-1], 30, 20), "glass.png")
    return tmp_path


def stop_at(monkeypatch, iteration):
    """Ctrl-C, as soon as this step has been shown; from then on no more."""
    real, left = Bar.show, [1]

    def show(self, step):
        real(self, step)
        if step.iteration == iteration and left:
            left.clear()
            raise KeyboardInterrupt

    monkeypatch.setattr(Bar, "show", show)


def painted(capsys, *arguments):
    """(the exit code, the object on the standard output, what else was printed) of `transfer … --json`."""
    code = main(["transfer", *arguments, "--json"])
    printed = capsys.readouterr()
    (line,) = printed.out.splitlines()
    return code, json.loads(line), printed.err


# Help


def test_every_setting_stands_in_one_group():
    assert sorted([*LOOK, *DRIVE, *SPEED, "init"]) == sorted(setting.name for setting in fields(Settings))


def test_the_help_comes_in_groups_with_defaults_and_an_example_each(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        main(["transfer", "--help"])
    text = capsys.readouterr().out
    groups = re.split(r"\n(?=\w[\w ]*:\n)", text)
    named = {group.partition(":")[0]: group for group in groups}
    assert list(named)[2:] == ["pictures", "look", "drive", "speed and memory", "output"]
    for title in list(named)[2:]:
        assert re.search(r"transfer me\.jpg .*--", named[title].splitlines()[1]), title
    for setting in fields(Settings):
        (words,) = re.findall(rf"\n  --{setting.name.replace('_', '-')} .*?(?=\n  -|\n\n)", text, re.DOTALL)
        assert "(default: " in words, setting.name
    assert "exit codes: 0 done, 1 " in text


def test_the_program_alone_shows_what_it_can(capsys):
    assert main([]) == 2
    text = capsys.readouterr().err
    assert len(text.splitlines()) < 25 and "exit codes" in text
    assert all(name in text for name in ("transfer", "networks", "check", "grade"))


# Styles


@pytest.mark.parametrize("text, weight, path", [
    ("waves.jpg", 1, "waves.jpg"), ("waves.jpg:0.5", 0.5, "waves.jpg"), ("a:b.jpg:2", 2, "a:b.jpg"),
    (r"C:\art\waves.jpg", 1, r"C:\art\waves.jpg"), (r"C:\art\waves.jpg:3", 3, r"C:\art\waves.jpg"),
    ("C:/art/waves.jpg", 1, "C:/art/waves.jpg"), ("C:5", 1, "C:5"), ("waves.jpg:-1", -1, "waves.jpg"),
    ("https://a.org/b.jpg", 1, "https://a.org/b.jpg"), (":2", 1, ":2"), ("", 1, ""),
])
def test_a_style_and_its_weight(place, text, weight, path):
    assert style_and_weight(text) == (weight, path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_what_is_a_file_by_its_whole_name_is_one(place):
    for name in ("12:30", "waves.jpg:2", "b"):
        Path(name).write_bytes(b"")
    assert style_and_weight("12:30") == (1, "12:30")
    assert style_and_weight("waves.jpg:2") == (1, "waves.jpg:2")
    assert style_and_weight("waves.jpg:2:3") == (3, "waves.jpg:2") and style_and_weight("b:2") == (2, "b")


@pytest.mark.parametrize("typed", [
    ["waves.png:2", "--style", "glass.png"], ["--style", "waves.png:2", "--style", "glass.png:1"],
    ["waves.png", "--blend", "glass.png", "0.5"], ["--size", "32", "waves.png", "--style", "glass.png:0.5"],
])
def test_styles_are_blended_however_they_are_typed(place, typed):
    assert main(["transfer", "me.png", *typed, *QUICK]) == 0
    styles = [(2.0, load_image("waves.png", None)), (1.0, load_image("glass.png", None))]
    expected = transfer(load_image("me.png", None), styles, SMALL)
    np.testing.assert_array_equal(load_image("picture.png"), np.rint(expected.image))


@pytest.mark.parametrize("typed, says", [
    (["me.png"], "a style picture is needed"),
    (["me.png", "waves.png", "glass.png"], "unrecognized arguments: glass.png"),
    (["me.png", "waves.png", "--stile", "x"], "unrecognized arguments: --stile x"),
    ([], "required: CONTENT"), (["me.png", "--style", "waves.png:-1"], "numbers from 0"),
])
def test_what_cannot_be_placed_is_told(place, capsys, typed, says):
    assert main(["transfer", *typed]) == 2
    assert says in capsys.readouterr().err.splitlines()[-1]


def test_the_command_and_the_lines_of_the_readme_paint_the_same(tmp_path, monkeypatch):
    """One default: what Settings says. Pictures within 1024 pixels come to the run as they are, both ways."""
    monkeypatch.chdir(tmp_path)
    content, style = (str(networks.data_folder() / name) for name in ("content/rocket.jpg", "style/woodcut.jpg"))
    options = ["--iterations", "1", "--scales", "1", "--style-layers", "conv1_1", "--content-layers", "conv1_1",
               "--size", "560"]
    assert main(["transfer", content, style, *options, "--quiet"]) == 0
    settings = Settings(**load_settings("picture.png"))
    assert settings == Settings(iterations=1, scales=1, style_layers=["conv1_1"], content_layers=["conv1_1"], size=560)
    result = transfer(load_image(content, None), load_image(style, None), settings)
    assert max(result.image.shape) == 560
    np.testing.assert_array_equal(load_image("picture.png", None), np.rint(result.image))


# A start of one's own


def test_a_start_of_ones_own(place):
    assert main(["transfer", "me.png", "waves.png", "--init", "glass.png", *QUICK]) == 0
    content, style, start = (load_image(name, None) for name in ("me.png", "waves.png", "glass.png"))
    expected = transfer(content, style, SMALL, start=start)
    np.testing.assert_array_equal(load_image("picture.png"), np.rint(expected.image))
    assert load_settings("picture.png") == asdict(SMALL)
    assert main(["transfer", "me.png", "waves.png", "--init", "content", *QUICK]) == 0
    assert load_settings("picture.png") == asdict(SMALL) | {"init": "content"}


# A film


def test_masks_one_for_each_style_and_what_is_kept(place, capsys):
    save_image(np.repeat([[[255.0], [0.0]]], 3, axis=2), "left.png")
    save_image(np.repeat([[[0.0]], [[255.0]]], 3, axis=2), "below.png")
    typed = ["me.png", "waves.png", "--style", "glass.png", "--mask", "left.png", "--mask", "rest", "--keep",
             "below.png"]
    code, told, _ = painted(capsys, *typed, *QUICK)
    assert code == 0 and told["masks"] == ["left.png", None] and told["keep"] == "below.png"
    styles = [(1, load_image("waves.png")), (1, load_image("glass.png"))]
    masks = Masks([[[1, 0]], None], keep=[[0], [1]])
    expected = transfer(load_image("me.png"), styles, SMALL, masks=masks).image
    np.testing.assert_array_equal(load_image("picture.png"), np.rint(expected))
    np.testing.assert_array_equal(load_image("picture.png")[16:], load_image("me.png")[16:])


MASKS = [
    (["--mask", "black.png", "--style", "glass.png"], "--mask: 1 for 2 styles; give one for each style"),
    (["--mask", "black.png"], "--mask black.png: it covers nothing"),
    (["--keep", "black.png"], "--keep black.png: it covers nothing"),
    (["--mask", "nowhere.png"], "there is no such file"),
    (["--keep", "white.png"], "style 1 has no place"),
    (["--keep", "white.png", "--output", "white.png"], "this is one of the pictures that it is made from"),
]


def test_a_mask_that_vanishes_or_may_mean_two_things_is_told_in_one_line(place, capsys):
    dot = np.zeros((999, 999, 3))
    dot[500, 500] = 255
    save_image(dot, "dot.png")
    for option, whose in (("--mask", "style 1"), ("--keep", "what is kept")):
        code, told, error = painted(capsys, "me.png", "waves.png", option, "dot.png", *QUICK)
        assert code == 1 and told["error"].startswith(f"{whose} has 0.00 of one position of conv1_1, where a picture ")
        assert len(error.splitlines()) == 1
    save_image(noise_image(20, 20, 0), "both.png", alpha=np.tile(np.repeat([0, 255], 10), (20, 1)))
    code, told, error = painted(capsys, "me.png", "waves.png", "--keep", "both.png", *QUICK)
    assert code == 1 and told["error"].startswith("--keep both.png: it has shades and is transparent too")


def test_a_mask_that_is_an_alpha_keeps_what_it_covers(place):
    save_image(np.zeros((20, 32, 3)), "layer.png", alpha=np.repeat([[0.0] * 32, [255.0] * 32], 10, axis=0))
    assert main(["transfer", "me.png", "waves.png", "--keep", "layer.png", *QUICK]) == 0
    np.testing.assert_array_equal(load_image("picture.png")[10:], load_image("me.png")[10:])


@pytest.mark.parametrize("typed, says", MASKS)
def test_a_mask_that_will_not_do_is_told_in_one_line(place, capsys, typed, says):
    for name, value in (("black", 0.0), ("white", 255.0)):
        save_image(np.full((2, 2, 3), value), f"{name}.png")
    code, told, error = painted(capsys, "me.png", "waves.png", *typed, *QUICK)
    assert code != 0 and says in told["error"] and len(error.splitlines()) == 1
    assert not Path("picture.png").exists()


def film_of(path):
    with Image.open(path) as film:
        return [np.asarray(frame.convert("RGB"), float) for frame in ImageSequence.Iterator(film)]


@pytest.mark.parametrize("ending", [".gif", ".webp"])
@pytest.mark.parametrize("every, frames", [(1, 6), (2, 4), (100, 2)])
def test_a_film_begins_at_the_start_and_ends_at_the_picture(place, ending, every, frames):
    options = ["--film", f"film{ending}", "--film-every", str(every), *QUICK, "--iterations", "5", "--scales", "2"]
    assert main(["transfer", "me.png", "waves.png", "--init", "glass.png", *options]) == 0
    found, picture = film_of(f"film{ending}"), load_image("picture.png")
    assert len(found) == frames and {frame.shape for frame in found} == {(20, 32, 3)}
    settings = Settings(**load_settings("picture.png"))
    start = resize_image(first_picture(load_image("me.png", None), load_image("waves.png", None), settings,
                                       start=load_image("glass.png", None)), 20, 32)
    for frame, image, other in ((found[0], start, picture), (found[-1], picture, start)):
        assert np.abs(frame - image).mean() < 10 < 15 < np.abs(frame - other).mean()


def test_a_film_has_about_sixty_frames_by_default(place):
    """120 steps: one every second step, and the start."""
    assert main(["transfer", "me.png", "waves.png", "--film", "film.webp", *QUICK, "--iterations", "120", "--init",
                 "content", "--seed", "1"]) == 0
    assert 40 < len(film_of("film.webp")) <= 61  # frames without a difference become one


def test_what_a_film_will_cost_is_told_before(place, capsys, monkeypatch):
    loud = [word for word in QUICK if word != "--quiet"]
    monkeypatch.setattr(transfer_module, "iterate", lambda *_, **__: pytest.fail("the plan came after the work"))
    with pytest.raises(BaseException, match="the plan came"):
        main(["transfer", "me.png", "waves.png", "--film", "film.gif", "--film-every", "3", *loud])
    assert re.fullmatch(r"film\.gif will be a film of 3 frames, 32×20 pixels, one every 3 steps: about \d+ MB, which "
                        r"takes \d+ s more and \d+ MB of memory\nthis will take about \d+\.\d GB of memory, and "
                        r"so short a time that it is not measured before, the film included\n", capsys.readouterr().err)


def test_time_and_memory_are_told_before_the_work_with_masks_film_and_what_is_done(place, capsys, monkeypatch):
    """A machine that takes 0.1 s a step whatever its size, with 0.05 more for each style that has a mask."""
    monkeypatch.setattr(estimate, "_seconds_a_step", lambda settings, side, regions: 0.1 + 0.05 * regions)
    monkeypatch.setattr(estimate, "SHARE", 1e9)
    monkeypatch.setattr(Filming, "plan", lambda self: setattr(self, "seconds", 7.0) or "a film")
    estimate._speed.cache_clear()
    loud = ["me.png", "waves.png", *(word for word in QUICK if word != "--quiet"), "--iterations", "40"]
    save_image(np.repeat([[[255.0], [0.0]]], 3, axis=2), "left.png")
    transfer(load_image("me.png"), load_image("waves.png"), replace(SMALL, iterations=40),
             lambda step: step.iteration == 10 and stop(), Checkpoint("run.npz"))
    for typed, says in ([], "4 s and"), (["--keep", "left.png"], "6 s and"), (["--film", "a.gif"], "11 s and"), (
            ["--checkpoint", "run.npz"], "3 s and"):
        code, told, error = painted(capsys, *loud, *typed)
        line = next(line for line in error.splitlines() if line.startswith("this will take"))
        assert code == 0 and line.startswith(f"this will take about {says}")
        assert told["estimate"]["seconds"] == float(says.split()[0]) and told["estimate"]["memory_bytes"] > 1e8
        assert error.index("this will take") < error.index("40/40")
        assert ("masks" in line, "the film" in line, "10 iterations are done" in line) == (
            "--keep" in typed, "--film" in typed, "--checkpoint" in typed)
    estimate._speed.cache_clear()


def stop():
    raise KeyboardInterrupt


def test_too_little_memory_is_a_warning_even_where_all_else_is_quiet(place, capsys, monkeypatch):
    monkeypatch.setattr(estimate.psutil, "virtual_memory", lambda: type("Memory", (), {"available": -1e12}))
    monkeypatch.setattr(estimate, "measure", lambda *_: pytest.fail("--quiet measures nothing"))
    code, told, error = painted(capsys, "me.png", "waves.png", *QUICK)
    assert code == 0 and error.startswith("warning: this needs about ") and "choose a smaller size" in error
    assert "this will take" not in error and told["estimate"]["seconds"] is None


def test_a_film_is_there_after_ctrl_c(place, monkeypatch, capsys):
    stop_at(monkeypatch, 3)
    code, told, _ = painted(capsys, "me.png", "waves.png", "--film", "film.webp", "--film-every", "2", *QUICK,
                            "--init", "content")
    assert code == 130 and told["interrupted"] and told["film"] == "film.webp" and told["iterations"] == 3
    *_, last = found = film_of("film.webp")  # the start, step 2, step 3
    assert len(found) == 3 and np.abs(last - load_image("picture.png")).mean() < 10


def test_a_film_is_there_after_a_run_that_diverged(place, monkeypatch, capsys):
    real = transfer_module.iterate

    def diverge(*arguments, **options):
        steps = real(*arguments, **options)
        good = [next(steps), next(steps), next(steps)]
        yield from good
        raise Diverged("step 4: the style is not finite", good[-1].image, 4)

    monkeypatch.setattr(transfer_module, "iterate", diverge)
    code, told, error = painted(capsys, "me.png", "waves.png", "--film", "film.webp", "--film-every", "2", *QUICK,
                                "--init", "content")
    assert (code, told["exit_code"], told["kind"], told["output"]) == (1, 1, "Diverged", None)
    assert told["film"] == "film.webp" and told["last_good"] == "picture-before-step-4.png" in error
    assert len(film_of("film.webp")) == 3
    assert np.abs(film_of("film.webp")[-1] - load_image("picture-before-step-4.png")).mean() < 10


def test_a_film_of_a_run_that_goes_on_says_what_it_lacks(place, monkeypatch, capsys):
    options = ["me.png", "waves.png", "--checkpoint", "run.npz", "--film", "film.gif", "--film-every", "1", *QUICK]
    with monkeypatch.context() as patched:
        stop_at(patched, 3)
        assert main(["transfer", *options]) == 130
    capsys.readouterr()
    assert main(["transfer", *options]) == 0
    assert "in 2 frames; it lacks the first 3 steps" in capsys.readouterr().out
    assert main(["transfer", *options]) == 0
    assert "in 2 frames; it lacks the steps" in capsys.readouterr().out


@pytest.mark.parametrize("film", ["waves.webp", "picture.webp"])
def test_a_film_takes_no_other_files_place(place, capsys, film):
    save_image(load_image("waves.png", None), "waves.webp")
    before = Path("waves.webp").read_bytes()
    assert main(["transfer", "me.png", "waves.webp", "--output", "picture.webp", "--film", film, *QUICK]) == 2
    assert f"--film {film}: this is " in capsys.readouterr().err
    assert Path("waves.webp").read_bytes() == before and not Path("picture.webp").exists()


def test_a_film_that_cannot_be_written_costs_no_picture(place, monkeypatch, capsys):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nst_helpers.animation.write_whole", full)
    code, told, error = painted(capsys, "me.png", "waves.png", "--film", "film.gif", *QUICK)
    assert code == 0 and told["film"] is None and load_image("picture.png").shape == (20, 32, 3)
    assert "warning: film.gif cannot be written (No space left on device)" in error


# For scripts


def test_one_object_tells_what_was_made(place, capsys):
    code, told, error = painted(capsys, "me.png", "waves.png:3", "--style", "glass.png", "--init", "glass.png", *QUICK,
                                "--output", "out.png", "--folder", "all")
    assert code == told["exit_code"] == 0
    assert (told["output"], told["width"], told["height"], told["iterations"]) == ("out.png", 32, 20, 4)
    assert told["settings"] == asdict(SMALL) == load_settings("out.png") and told["sizes"] == [[20, 32, 4]]
    assert told["styles"] == [{"file": "waves.png", "weight": 3}, {"file": "glass.png", "weight": 1}]
    assert (told["content"], told["start"], told["folder"], told["film"]) == ("me.png", "glass.png", "all", None)
    last = Path("all/history.csv").read_text().splitlines()[-1].split(",")
    assert [told["losses"][name] for name in ("content", "style", "tv", "total")] == list(map(float, last[1:]))
    assert told["seconds"] > 0 and not told["interrupted"] and isinstance(told["findings"], list)
    assert "out.png: 32×20 pixels" in error


@pytest.mark.parametrize("typed, code, kind, says", [
    (["me.png", "waves.png", "--size", "many"], 2, "UsageError", "argument --size"),
    (["me.png", "waves.png", "--size", "3"], 2, "SettingsError", "size = 3"),
    (["me.png", "missing.png"], 1, "ImageError", "there is no such file"),
])
def test_errors_are_objects_too(place, capsys, typed, code, kind, says):
    found, told, error = painted(capsys, *typed)
    assert (found, told["exit_code"], told["kind"]) == (code, code, kind)
    assert says in told["error"] and error.splitlines()[-1] == f"error: {told['error']}"


def test_ctrl_c_before_the_first_step_is_an_object_too(place, capsys, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(transfer_module, "iterate", stop)
    code, told, _ = painted(capsys, "me.png", "waves.png", *QUICK)
    assert (code, told["exit_code"], told["output"]) == (130, 130, None) and "no picture was written" in told["error"]


# A folder of photographs


@pytest.fixture
def photos(place):
    """A folder with three pictures, a damaged one, and what is none."""
    me = load_image("me.png", None)
    for name in ("a.png", "c.jpg"):
        save_image(me if name == "a.png" else me[::-1], f"photos/{name}")
    Image.fromarray(me.astype(np.uint8)).save("photos/d.tif")
    Path("photos/b.jpg").write_text("no picture")
    for name in ("notes.txt", ".hidden.png"):
        Path("photos", name).write_text("x")
    Path("photos/within").mkdir()
    return {path.name: path.read_bytes() for path in Path("photos").iterdir() if path.is_file()}


def results():
    return sorted(path.name for path in Path("results").iterdir())


def test_a_folder_of_photographs(photos, capsys, monkeypatch):
    loaded = []
    real = networks.load_network
    monkeypatch.setattr(networks, "load_network", lambda *names, **options: loaded.append(1) or real(*names, **options))
    assert main(["transfer", "photos", "waves.png", *QUICK]) == 1
    printed = capsys.readouterr()
    assert results() == ["a.png", "c.jpg", "d.tif.png"] and len(loaded) <= 1
    assert printed.out.splitlines()[-1] == "3 of 4 painted, 1 failed"
    left, wrong = printed.err.splitlines()
    assert left.endswith(": notes.txt") and wrong.startswith(f"error: {Path('photos', 'b.jpg')}: not a picture")
    for name, source in (("a.png", "a.png"), ("d.tif.png", "d.tif")):
        expected = transfer(load_image(f"photos/{source}", None), load_image("waves.png", None), SMALL)
        np.testing.assert_array_equal(load_image(f"results/{name}"), np.rint(expected.image))
    assert {path.name: path.read_bytes() for path in Path("photos").iterdir() if path.is_file()} == photos


def test_time_and_memory_of_a_folder_are_told_for_all_that_can_be_read(photos, capsys, monkeypatch):
    monkeypatch.setattr(estimate, "_seconds_a_step", lambda *_: 0.5)
    monkeypatch.setattr(estimate, "SHARE", 1e9)
    estimate._speed.cache_clear()
    code, told, error = painted(capsys, "photos", "waves.png", *(word for word in QUICK if word != "--quiet"))
    estimate._speed.cache_clear()
    assert code == 1 and "this will take about 6 s and" in error and "GB of memory, for 3 photographs\n" in error
    assert told["estimate"]["seconds"] == 6.0  # three of four steps each; the fourth is no picture


def test_what_is_there_is_left_or_painted_anew(photos, capsys):
    Path("photos/b.jpg").unlink()
    assert main(["transfer", "photos/", "waves.png", "--output", "results/", *QUICK]) == 0
    Path("results/c.jpg").unlink()
    kept = Path("results/a.png").stat().st_mtime_ns
    capsys.readouterr()
    code, told, _ = painted(capsys, "photos/", "waves.png", "--output", "results/", *QUICK, "--seed", "1")
    assert code == 0 and [page["output"] for page in told["results"]] == [str(Path("results/c.jpg"))]
    assert len(told["skipped"]) == 2 and Path("results/a.png").stat().st_mtime_ns == kept
    assert main(["transfer", "photos/", "waves.png", "--output", "results/", *QUICK, "--seed", "1", "--again"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "3 of 3 painted"
    assert load_settings("results/a.png")["seed"] == 1


def test_ctrl_c_keeps_what_is_done_and_leaves_no_half_picture(photos, capsys, monkeypatch):
    shown = []
    real = Bar.show

    def show(self, step):
        real(self, step)
        shown.append(self.label)
        if len(shown) == 6:
            raise KeyboardInterrupt

    Path("photos/b.jpg").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(Bar, "show", show)
        code, told, error = painted(capsys, "photos", "waves.png", *QUICK)
    assert (code, shown[0], shown[-1]) == (130, "1/3 a.png", "2/3 c.jpg") and results() == ["a.png"]
    assert "stopped: 1 of 3 painted" in error and len(told["results"]) == 1
    assert main(["transfer", "photos", "waves.png", *QUICK]) == 0 and len(results()) == 3


def test_a_photograph_that_diverges_does_not_end_the_others(photos, capsys, monkeypatch):
    real, runs = transfer_module.iterate, []

    def iterate(content, *arguments, **options):
        runs.append(1)
        if len(runs) == 1:
            raise Diverged("step 9: the style is not finite", content, 9)
        yield from real(content, *arguments, **options)

    monkeypatch.setattr(transfer_module, "iterate", iterate)
    Path("photos/b.jpg").unlink()
    code, told, error = painted(capsys, "photos", "waves.png", *QUICK)
    assert code == 1 and results() == ["a-before-step-9.png", "c.jpg", "d.tif.png"]
    (failed,) = told["failed"]
    assert failed["kind"] == "Diverged" and failed["last_good"] in error


def test_a_full_disk_ends_a_folder_at_once(photos, capsys, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nst_helpers.images.write_whole", full)
    assert main(["transfer", "photos", "waves.png", *QUICK]) == 1
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and "No space left on device" in errors[0]


@pytest.mark.parametrize("options, says", [
    (["--output", "photos"], "the photographs are there"), (["--output", "me.png"], "name a folder"),
    (["--output", "new.png"], "name a folder"), (["--film", "film.gif"], "--film: this is for a single picture"),
    (["--checkpoint", "run.npz"], "--checkpoint: this is"), (["--folder", "all"], "--folder: this is"),
])
def test_a_folder_that_cannot_be(photos, capsys, options, says):
    assert main(["transfer", "photos", "waves.png", *QUICK, *options]) == 2
    assert says in capsys.readouterr().err.splitlines()[-1]
    assert not Path("results").exists() and not Path("new.png").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
def test_a_result_that_is_one_of_the_sources_is_never_written(photos, capsys):
    """Nor is anything else: it is refused before the work."""
    for source in ("waves.png", "photos/a.png"):
        Path("results").mkdir()
        Path("results/d.tif.png").symlink_to(Path(source).resolve())
        before = Path(source).read_bytes()
        assert main(["transfer", "photos", "waves.png", *QUICK, "--again"]) == 2
        assert "one of the pictures that it is made from" in capsys.readouterr().err
        assert Path(source).read_bytes() == before and results() == ["d.tif.png"]
        shutil.rmtree("results")


def test_one_bar_is_for_the_whole_folder(photos, capsys, monkeypatch):
    import tqdm

    bars = []

    class Recording(tqdm.tqdm):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            bars.append(self)

    monkeypatch.setattr(tqdm, "tqdm", Recording)
    main(["transfer", "photos", "waves.png", *[word for word in QUICK if word != "--quiet"]])
    assert len(bars) == 1 and bars[0].total == bars[0].n == 16
    assert "4/4 d.tif 32×20" in capsys.readouterr().err


def test_heic_counts_as_a_picture_where_it_is_read(monkeypatch):
    for formats, there in ((("PNG",), False), (("PNG", "HEIF"), True)):
        monkeypatch.setattr("nst_helpers.images.FORMATS", formats)
        assert {".heic", ".heif"} <= album._readable() if there else ".heic" not in album._readable()
        assert ".png" in album._readable() and ".gif" not in album._readable()


# Unusual names


@pytest.mark.skipif(sys.platform == "win32", reason="a whole path has 260 letters there")
def test_names_as_long_as_the_system_takes_them(place, capsys):
    longest = "ü" * 125 + "x.png"  # 255 bytes
    assert main(["transfer", "me.png", "waves.png", "--output", longest, *QUICK]) == 0
    assert Path(longest).is_file()
    assert main(["transfer", "me.png", "waves.png", "--output", f"x{longest}", *QUICK]) == 1
    assert "File name too long" in capsys.readouterr().err
    kept = beside(Path(longest), "-before-step-100")
    assert len(kept.name.encode()) <= 255 and kept.name.endswith("-before-step-100.png")
    save_image(noise_image(2, 2, 0), kept)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_names_that_are_no_text_are_kept_and_cut(place):
    name = os.fsdecode(b"caf\xe9" * 50 + b".png")
    assert main(["transfer", "me.png", "waves.png", "--output", name, *QUICK]) == 0 and Path(name).is_file()
    kept = beside(Path(os.fsdecode(b"caf\xe9.png")), "-before-step-9")
    assert os.fsencode(kept.name) == b"caf\xe9-before-step-9.png"
    kept = beside(Path(os.fsdecode(b"\xe9" * 250 + b".png")), "-before-step-9")
    assert len(os.fsencode(kept.name)) == 255
    save_image(noise_image(2, 2, 0), kept)


def test_a_tilde_in_quotes_is_the_home_everywhere(place, monkeypatch, capsys):
    home = place / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for name in ("me", "waves", "glass"):
        Path(f"{name}.png").rename(home / f"{name}.png")
    typed = ["~/me.png", "--style", "~/waves.png:2", "--init", "~/glass.png", "--keep", "~/glass.png",
             "--output=~/x.png", "--film", "~/x.gif", "--folder", "~/all", "--checkpoint", "~/run.npz"]
    assert main(["transfer", *typed, *QUICK]) == 0
    for name in ("x.png", "x.gif", "all/picture.png", "run.npz"):
        assert (home / name).is_file()
    assert not list(place.glob("~*"))
    save_image(load_image("~/me.png"), "~/again.png")
    assert (home / "again.png").is_file()
    assert main(["transfer", "~/me.png", "~/waves.png", "--output", "~nobody-here/x.png", *QUICK]) == 2
    assert "~nobody-here/x.png: nobody is called nobody-here here; write ./~nobody-here" in capsys.readouterr().err
    assert main(["transfer", "~/me.png", "~/waves.png", "--output", "~x.png", *QUICK]) == 0 and Path("~x.png").is_file()


def test_another_start_is_another_run(place, capsys):
    typed = ["transfer", "me.png", "waves.png", "--checkpoint", "run.npz", *QUICK]
    assert main([*typed, "--init", "glass.png"]) == 0
    for other, differs in ((["--init", "waves.png"], "the start picture"), (["--init", "content"], "the start picture, "
                                                                            "init"), ([], "the start picture")):
        assert main([*typed, *other]) == 1
        assert f"run.npz is of another run: {differs} differ" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="make is not there")
def test_make_gives_names_on_as_they_are(place):
    for name in ("requirements.txt", "pyproject.toml", "setup.py"):
        Path(name).write_text("")
    Path("environment").mkdir()
    Path("environment/installed").write_text("")
    Path("show.py").write_text("import json, sys; print(json.dumps(sys.argv[1:]))")
    names = {"CONTENT": "price $5.jpg", "STYLE": "it's `$(x)`.jpg", "OUTPUT": 'a "b" $HOME.png'}
    done = subprocess.run(
        ["make", "--silent", "--file", ROOT / "Makefile", "transfer", "VENV=environment",
         f"RUN={sys.executable} show.py", *(f"{name}={text}" for name, text in names.items()),
         "ARGS=--init 'my $5.jpg' --size 64"],
        capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["-m", "nst_helpers", "transfer", names["CONTENT"], names["STYLE"], "--output",
                                       names["OUTPUT"], "--init", "my $5.jpg", "--size", "64"]


@pytest.mark.parametrize("name", ["picture.png", "losses.png"])
def test_a_folder_of_the_result_that_holds_a_source_keeps_it(place, capsys, name):
    Path("all").mkdir()
    source = shutil.copy("me.png", Path("all", name))
    before = source.read_bytes()
    assert main(["transfer", str(source), "waves.png", "--folder", "all", *QUICK]) == 2
    assert "one of the pictures that it is made from" in capsys.readouterr().err and source.read_bytes() == before


def test_two_photographs_whose_results_would_be_one_file_are_refused(photos, capsys):
    shutil.copy("photos/d.tif", "photos/D.tif.png")
    assert main(["transfer", "photos", "waves.png", *QUICK]) == 2
    assert "d.tif and D.tif.png would both become" in capsys.readouterr().err and not Path("results").exists()
