"""The run computes what a transfer does; showing it costs little; its frames are spread over it."""

from dataclasses import replace

import numpy as np
import pytest
from run_script import LEFT_ALONE, PATIENCE, PICTURE, ended, held

from nst_helpers import run as module
from nst_helpers.images import resize_image
from nst_helpers.run import FRAMES, Run
from nst_helpers.settings import Settings
from nst_helpers.transfer import LOSSES, Step, iterate, transfer

QUICK = Settings(size=64, scales=2, iterations=12)


@pytest.fixture
def paused(photograph, monkeypatch):
    """A run that holds after its third iteration."""
    def pausing(*arguments, **masks):
        for step in iterate(*arguments, **masks):
            if step.iteration == 3:
                run.pause()
            yield step

    monkeypatch.setattr(module, "iterate", pausing)
    run = Run(photograph, photograph[::-1], QUICK)
    run.start()
    yield held(run)
    run.stop()
    run.wait(PATIENCE)


def test_a_run_left_alone_is_a_transfer(photograph):
    run = Run(photograph, photograph[::-1], QUICK)
    run.start()
    assert ended(run) == "finished" and run.error is None and run.seconds > 0
    expected, result = transfer(photograph, photograph[::-1], QUICK), run.result()
    np.testing.assert_array_equal(result.image, expected.image)
    assert result.history == expected.history and result.sizes == expected.sizes and not result.interrupted


def test_pause_and_resume_change_nothing(paused, photograph):
    assert paused.result().interrupted and paused.tracks[0].iteration == 3
    paused.resume(QUICK)
    assert ended(paused) == "finished" and len(paused.tracks) == 1
    expected = transfer(photograph, photograph[::-1], QUICK)
    np.testing.assert_array_equal(paused.result().image, expected.image)
    assert paused.result().history == expected.history


def test_a_change_on_the_way_runs_beside_the_course_left_alone(paused, photograph):
    settings = replace(QUICK, style_weight=50, optimizer="rmsprop")
    paused.resume(settings)
    assert ended(paused) == "finished"
    alone, changed = paused.tracks
    assert alone.changes == () and [dict(one) for one in changed.changes] == [
        {"after": 3, "style_weight": 50, "optimizer": "rmsprop"}]
    np.testing.assert_array_equal(alone.image, transfer(photograph, photograph[::-1], QUICK).image)
    *_, third = (step for step in iterate(photograph, photograph[::-1], QUICK) if step.iteration <= 3)
    *_, last = iterate(photograph, photograph[::-1], settings, third.state)
    np.testing.assert_array_equal(changed.image, last.image)
    assert changed.history["total"][:3] == alone.history["total"][:3] and len(changed.history["total"]) == 12
    assert paused.result(0).settings == QUICK and paused.result(1).settings == settings


def test_masks_hold_through_pause_and_change(photograph):
    masks, changed = [[[1, 1, 0]]], replace(QUICK, style_weight=90)
    run = Run(photograph, photograph[::-1], QUICK, masks=masks)
    *_, third = (step for step in iterate(photograph, photograph[::-1], QUICK, masks=masks) if step.iteration <= 3)
    *_, last = iterate(photograph, photograph[::-1], changed, third.state, masks=masks)
    course = run._courses[0]
    for _ in range(3):
        course.take(course.advance())
    run._asked = changed
    run._open()
    branch = run._courses[1]
    while branch.going:
        branch.take(branch.advance())
    np.testing.assert_array_equal(branch.image, last.image)
    assert run.result().masks.styles[0].tolist() == [[1, 1, 0]]
    np.testing.assert_array_equal(run.result().image[:, -10:], resize_image(photograph, 43, 64)[:, -10:])


def test_a_picture_that_will_not_do_is_told(photograph):
    run = Run(photograph[:, :, :2], photograph, QUICK)
    run.start()
    assert ended(run) == "failed" and "it must be (height, width, 3)" in str(run.error)


def steps(number):
    """Steps whose pictures grow brighter, from 1 to 250."""
    for step in range(1, number + 1):
        level = np.full((8, 8, 3), 250 * step / number, np.float32)
        yield Step(step, level, dict.fromkeys(LOSSES, 1.0), None)


def test_showing_takes_a_small_share_of_the_time(monkeypatch):
    """By a clock that only showing and iterating move: 1 s an iteration, 0.5 s a showing."""
    now, shown = [0.0], []
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])

    def slow(*arguments, **masks):
        for step in steps(100):
            now[0] += 1.0
            yield step

    def show(seen):
        now[0] += 0.5
        shown.append(seen.tracks[0].iteration)

    monkeypatch.setattr(module, "iterate", slow)
    run = Run(PICTURE, PICTURE, replace(LEFT_ALONE, iterations=100), show)
    run.start()
    assert ended(run) == "finished" and run.seconds == 100
    assert 5 <= len(shown) <= 20  # one in 15 × 0.5 s, and those at the beginning and the end
    assert shown[-1] == 100 and 0.5 * len(shown) < 0.1 * now[0]


def test_frames_are_spread_over_the_run_and_bounded(monkeypatch):
    monkeypatch.setattr(module, "SELDOM", 0)
    monkeypatch.setattr(module, "SHARE", 0)  # so it is shown after every iteration
    monkeypatch.setattr(module, "iterate", lambda *arguments, **more: steps(1000))
    run = Run(PICTURE, PICTURE, replace(LEFT_ALONE, iterations=1000))
    run.start()
    assert ended(run) == "finished"
    frames = run.tracks[0].frames
    assert FRAMES / 2 <= len(frames) <= FRAMES
    levels = np.array([frame[0, 0, 0] for frame in frames], int)
    assert set(np.diff(levels)) <= {3, 4, 5} and levels[0] < 6 and levels[-1] > 244  # every 16th of 1,000
