"""One course of a run: its frames lie evenly over it, and what leaves it shares nothing with it."""

from dataclasses import replace

import numpy as np
import pytest
from run_script import LEFT_ALONE, PICTURE, ended

from nst_helpers.run import FRAMES, _Course


@pytest.fixture
def course():
    return _Course(LEFT_ALONE, iter(()))


@pytest.mark.parametrize("shown", [1, FRAMES, FRAMES + 1, 2 * FRAMES + 1, 1000])
def test_frames_are_evenly_spaced_from_the_first_on_and_never_too_many(course, shown):
    for number in range(shown):
        course.keep(number)
    assert course.frames[0] == 0 and len(set(np.diff(course.frames))) <= 1
    assert min(shown, FRAMES / 2) <= len(course.frames) <= FRAMES
    assert shown - course.frames[-1] <= 2 * shown / FRAMES + 1  # up to the end


def test_what_a_branch_keeps_is_its_own(course):
    course.take((PICTURE, None, 1, [1.0, 2.0, 3.0, 4.0]))
    course.keep("before")
    other = course.branch(PICTURE, PICTURE, replace(LEFT_ALONE, style_weight=9.0))
    other.keep("after")
    other.take((PICTURE, None, 2, [1.0, 2.0, 3.0, 5.0]))
    assert course.frames == ["before"] and other.frames == ["before", "after"]
    assert course.history["total"] == [4] and other.history["total"] == [4, 5]
    assert [dict(change) for change in other.changes] == [{"after": 1, "style_weight": 9.0}] and course.changes == []


def test_what_holds_much_memory_is_let_go_at_the_end(script, begin):
    """The generator keeps the network's feature maps, the state what the optimizer remembers; pictures stay."""
    run = begin()
    script.rounds(None)
    script.under_way()
    run.stop()
    script.end()
    assert ended(run) == "stopped" and run.tracks[0].image is not None
    assert [(course.steps, course.state) for course in run._courses] == [(None, None)]
