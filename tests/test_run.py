"""The run: the orders of its calls that once went wrong, and what it hands out."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from run_script import CHANGED, FAILURE, LEFT_ALONE, PATIENCE, PICTURE, ended, frozen, held, tell

from nst_helpers import run as module
from nst_helpers.run import FIXED, Run
from nst_helpers.settings import Settings

# The orders that once went wrong


def test_a_pause_while_an_earlier_one_is_drawn_keeps_both_courses_in_step(script, begin):
    """Pause, resume while drawing, pause, change, resume."""
    show, drawing, drawn = held_drawing()
    run = begin(show)
    script.under_way()
    run.pause()
    script.end()
    assert drawing.wait(PATIENCE)
    run.resume()
    run.pause()
    run.resume()
    drawn.set()
    script.under_way()
    run.pause()
    assert not run.wait_paused(0)  # the iteration under way has not ended
    run.resume(CHANGED)
    script.end()
    assert script.under_way() == LEFT_ALONE
    assert [track.iteration for track in run.tracks] == [2, 2] and run.tracks[1].changes[0]["after"] == 2
    script.end()
    assert script.under_way() == CHANGED
    script.end()
    script.rounds(None, None)
    assert ended(run) == "finished" and [track.iteration for track in run.tracks] == [4, 4]


def test_a_pause_before_the_thread_has_noticed_that_it_goes_on(script, begin):
    shown = []
    run = begin(shown.append)
    script.under_way()
    run.pause()
    script.end()
    held(run)
    with run._lock:  # so that the thread does not wake between the two
        run.resume()
        run.pause()
        assert not run.wait_paused(0)
    held(run)
    assert [seen.status for seen in shown] == ["paused"] * 2 and script.begun.empty()


@pytest.mark.parametrize("last", [None, StopIteration()], ids=["all iterations", "fewer steps than said"])
def test_a_pause_as_the_run_ends_leaves_it_finished_for_good(script, monkeypatch, last):
    if last:
        monkeypatch.setattr(module, "iterate", lambda *arguments, **masks: iter(steps_until_dry(script)))
    run = Run(PICTURE, PICTURE, LEFT_ALONE)
    run.start()
    if not last:
        script.rounds(None, None, None)
    script.under_way()
    run.pause()
    assert run.status == "paused"
    script.end()
    assert ended(run) == "finished" and not run.wait_paused(0)
    for call in (run.resume, run.start, run.pause, run.stop, lambda: run.resume(CHANGED)):
        call()
        assert run.status == "finished" and len(run.tracks) == 1


def steps_until_dry(script):
    """One step that waits for the test, and then nothing more."""
    script.begun.put(None)
    script.outcomes.get(timeout=PATIENCE)
    return
    yield


def test_resume_while_the_end_is_drawn_does_not_say_running(script, begin):
    show, drawing, drawn = held_drawing()
    run = begin(show, replace(LEFT_ALONE, iterations=1))
    script.under_way()
    run.pause()
    script.end()
    assert drawing.wait(PATIENCE)
    run.resume()
    run.pause()
    assert run.status == "finished"
    drawn.set()
    assert ended(run) == "finished"


@pytest.mark.parametrize("failing", [0, 1], ids=["left alone", "changed"])
def test_a_course_that_diverges_fails_alone(script, begin, failing):
    run = two_courses(script, begin)
    script.rounds(*(FAILURE if place == failing else None for place in (0, 1)))
    assert script.under_way() == (LEFT_ALONE, CHANGED)[1 - failing]
    failed, other = run.tracks[failing], run.tracks[1 - failing]
    assert run.status == "running" and run.error is None
    assert failed.error is FAILURE and failed.iteration == 2 and not failed.finished
    assert other.error is None and other.iteration == 3
    assert failed.image[0, 0, 0] == 2 + failed.settings.style_weight == failed.history["total"][-1]
    script.end()
    assert ended(run) == "finished" and run.error is None
    assert run.tracks[1 - failing].finished and run.tracks[1 - failing].iteration == 4
    assert run.result(failing).interrupted and not run.result(1 - failing).interrupted
    np.testing.assert_array_equal(run.result(failing).image, failed.image)


def held_drawing():
    """(show, drawing, drawn): a `show` that says when it begins, and ends when it is let."""
    drawing, drawn = threading.Event(), threading.Event()

    def show(seen):
        drawing.set()
        assert drawn.wait(PATIENCE)

    return show, drawing, drawn


def two_courses(script, begin, *second, show=lambda seen: None):
    """A run in which the second iteration of both courses has ended."""
    run = begin(show)
    script.under_way()
    run.pause()
    script.end()
    held(run).resume(CHANGED)
    script.rounds(*(second or (None, None)))
    return run


def test_it_has_failed_when_no_course_is_left(script, begin):
    run = two_courses(script, begin)
    script.rounds(RuntimeError("first"), MemoryError())
    assert ended(run) == "failed" and isinstance(run.error, MemoryError)
    assert [type(track.error) for track in run.tracks] == [RuntimeError, MemoryError]
    assert [track.image[0, 0, 0] for track in run.tracks] == [32, 52]


@pytest.mark.parametrize("settings", [CHANGED, LEFT_ALONE], ids=["the same again", "those of the other"])
def test_what_failed_does_not_begin_again_unasked(script, begin, settings):
    run = two_courses(script, begin, None, FAILURE)
    script.under_way()
    run.pause()
    script.end()
    held(run).resume(settings)
    script.rounds(None)
    assert ended(run) == "finished" and script.opened == [LEFT_ALONE, CHANGED]
    assert [track.iteration for track in run.tracks] == [4, 1] and run.tracks[1].error is FAILURE


@pytest.mark.parametrize("failing", [0, 1], ids=["left alone", "changed"])
def test_behind_a_failed_course_a_change_leaves_the_other(script, begin, failing):
    run = two_courses(script, begin, *(FAILURE if place == failing else None for place in (0, 1)))
    script.under_way()
    run.pause()
    script.end()
    other = replace(CHANGED, style_weight=70)
    held(run).resume(other)
    script.rounds(*[None] * (1 + failing))
    assert ended(run) == "finished"
    assert [track.settings for track in run.tracks] == [LEFT_ALONE, other]
    assert [track.iteration for track in run.tracks] == [4 if failing else 1, 4]
    after = [change["after"] for change in run.tracks[1].changes]
    assert after == ([3] if failing else [1, 3])


# What it hands out


def test_both_courses_count_at_once(script, begin):
    """After the first of two has made its step, the second is still at work: neither is further."""
    run = two_courses(script, begin)
    script.rounds(None)
    assert script.under_way() == CHANGED
    tell(run)
    assert [track.iteration for track in run.tracks] == [2, 2]
    script.end()
    script.under_way()
    assert [track.iteration for track in run.tracks] == [3, 3]


def test_what_it_hands_out_neither_grows_nor_can_be_changed(script, begin):
    seen = []
    run = two_courses(script, begin, show=seen.append)
    script.under_way()
    now, result = run.snapshot(), run.result()
    before = frozen(now), {name: list(values) for name, values in result.history.items()}, result.image.copy()
    shown = [(one, frozen(one)) for one in list(seen)]
    for array in (result.image, now.tracks[0].image, now.tracks[0].frames[0]):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0, 0] = 7
    with pytest.raises(TypeError):
        now.tracks[0].history["total"] += (1.0,)
    with pytest.raises(TypeError):
        now.tracks[1].changes[0]["after"] = 0
    result.history["total"].append(1.0)  # a copy: the run does not know of it
    script.end()
    script.rounds(None, None, None)
    assert ended(run) == "finished" and len(run.result().history["total"]) == 4
    assert frozen(now) == before[0] and result.history["tv"] == before[1]["tv"]
    np.testing.assert_array_equal(result.image, before[2])
    assert shown and all(frozen(one) == told for one, told in shown)


def test_it_is_shown_at_a_pause_and_at_the_end_as_it_was_then(script, begin):
    shown = []
    run = begin(shown.append)
    script.under_way()
    run.pause()
    script.end()
    held(run).resume()
    script.rounds(None, None, None)
    assert ended(run) == "finished"
    told = [(seen.status, seen.tracks[0].iteration, len(seen.tracks[0].frames)) for seen in shown]
    assert told[0] == ("paused", 1, 1) and told[-1] == ("finished", 4, len(shown))
    assert [frame[0, 0, 0] for frame in shown[-1].tracks[0].frames][:: len(shown) - 1] == [31, 34]


def test_showing_that_fails_ends_nothing_and_is_logged_once(script, begin, caplog):
    run = begin(lambda seen: 1 / 0)
    script.under_way()
    run.pause()
    script.end()
    held(run).resume()
    script.rounds(None, None, None)
    assert ended(run) == "finished" and run.tracks[0].error is None
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]


# Beginning and stopping


def test_stop_before_the_start_and_twice_do_no_harm(script):
    run = Run(PICTURE, PICTURE)
    assert run.status == "idle" and run.tracks[0].settings == Settings()
    for call in (run.stop, run.start, run.stop, run.wait, run.resume):
        call()
    assert run.status == "stopped" and run.result().image is None and script.opened == []


def test_a_stop_keeps_the_iteration_under_way(script, begin):
    run = begin()
    script.rounds(None)
    script.under_way()
    run.stop()
    script.end()
    assert ended(run) == "stopped" and run.tracks[0].iteration == 2 and run.result().interrupted


@pytest.mark.parametrize("name, value", {"size": 96, "scales": 1, "iterations": 9, "coarse_iterations": 2, "init":
                                         "content", "seed": 1, "style_scale": 1, "colors": "matched"}.items())
def test_what_cannot_be_changed_on_the_way(script, begin, name, value):
    assert name in FIXED
    run = begin()
    script.under_way()
    run.pause()
    script.end()
    with pytest.raises(ValueError, match=f"^{name} cannot be changed on the way"):
        held(run).resume(replace(CHANGED, **{name: value}))
    assert run.status == "paused" and run.wait_paused(0)
    run.resume()
    script.under_way()
    assert len(run.tracks) == 1
