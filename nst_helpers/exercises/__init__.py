"""The exercises of the lessons check themselves: `check("01-flip", flip)` prints ✓, or ✗ and a hint.

Each lesson's exercises are in a module of their own here (lesson_01, lesson_02 …): a dictionary
`EXERCISES = {name: Exercise}` whose names begin with the lesson's number.
"""

import copy
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np


class Verdict(NamedTuple):
    """What became of an answer."""

    passed: bool
    text: str  # one or two lines for the student


@dataclass(frozen=True)
class Exercise:
    """One exercise: what is right, what it is tried on, and what usually goes wrong.

    Attributes:
        truth: the right answer: a function; or, where a number or an array is asked for, that itself.
        inputs: generator → list of argument tuples: what a function is tried on, new to the student.
        mistakes: {hint: a wrong answer of the same kind as truth}. An answer that does the same as a wrong
            one gets its hint; tests assert that each does. The first that fits counts.
        praise: what the right answer shows, said after ✓.
        tolerance: how far a number may be off, relative to the truth's largest.
    """

    truth: Any
    inputs: Callable[[np.random.Generator], list] = lambda generator: [()]
    mistakes: Mapping[str, Any] = field(default_factory=dict)
    praise: str = ""
    tolerance: float = 1e-3


def check(name, answer):
    """Try an answer, and print ✓, or ✗ with a hint; never raises for anything the answer does; Ctrl-C stops it.

    Args:
        name: of the exercise, as in "01-flip".
        answer: the student's function, number or array. None, `...` or a function that returns one of these is
            an exercise not solved yet.
    """
    print(verdict(name, answer).text)


def verdict(name, answer, seed=0):
    """What `check` prints, and whether the answer passed."""
    exercise = find(name)
    if callable(exercise.truth) and not callable(answer) and not _empty(answer):
        return _failed(name, "a function is asked for: pass its name, without brackets and arguments.")
    cases = exercise.inputs(np.random.default_rng(seed)) if callable(exercise.truth) else [()]
    try:
        given = [_value(answer, case) for case in cases]
    except KeyboardInterrupt:  # the one that is not the function's: someone stops it
        raise
    except BaseException as error:  # whatever a student's function does, sys.exit() too
        return _failed(name, f"your function stopped with {type(error).__name__}: {error}")
    if any(_empty(value) for value in given):
        return Verdict(False, f"○ {name}: not solved yet. Fill in the cell above, run it, then run this one again.")
    right = [_value(exercise.truth, case) for case in cases]
    if _agree(given, right, exercise.tolerance):
        return Verdict(True, f"✓ {name}: right. {exercise.praise}".rstrip())
    for hint, wrong in exercise.mistakes.items():
        if _agree(given, [_value(wrong, case) for case in cases], exercise.tolerance):
            return _failed(name, hint)
    return _failed(name, _difference(given, right, exercise.tolerance))


def find(name):
    """The exercise of this name, or a KeyError that lists the lesson's names."""
    module = f"{__name__}.lesson_{name[:2]}"
    try:
        exercises = importlib.import_module(module).EXERCISES
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise KeyError(f"no exercise {name!r}: names begin with the lesson's number, as in '01-flip'") from None
    if name not in exercises:
        raise KeyError(f"no exercise {name!r}: choose from {', '.join(exercises)}")
    return exercises[name]


def _value(answer, case):
    """The answer itself, or what it returns for these arguments (a copy: it may change them)."""
    return answer(*copy.deepcopy(case)) if callable(answer) else answer


def _empty(value):
    return value is None or value is ...


def _agree(given, right, tolerance):
    return all(_same(a, b, tolerance) for a, b in zip(given, right, strict=True))


def _same(given, right, tolerance):
    try:
        given, right = np.asarray(given), np.asarray(right)
    except Exception:  # a ragged list, a stranger's object
        return False
    if given.shape != right.shape:
        return False
    if right.dtype.kind not in "biufc" or given.dtype.kind not in "biufc":
        return bool(np.all(given == right))
    return bool(np.allclose(given, right, rtol=0, atol=tolerance * max(1e-12, np.abs(right).max(initial=0))))


def _difference(given, right, tolerance):
    """The first way in which an answer is wrong, without giving the truth away."""
    got, wanted = next((a, b) for a, b in zip(given, right, strict=True) if not _same(a, b, tolerance))
    try:
        got, wanted = np.asarray(got), np.asarray(wanted)
    except Exception:
        return f"an array or a number is expected, not {type(got).__name__}."
    if got.shape != wanted.shape:
        return f"the shape is {got.shape}, expected is {wanted.shape}."
    if got.dtype.kind not in "biufc" or wanted.dtype.kind not in "biufc":
        return "that is not it. Look at the lesson's pictures again."
    if wanted.size == 1:
        return "the number is not right yet. Work a small case with a pencil, and compare."
    wrong = ~np.isclose(got, wanted, rtol=0, atol=tolerance * max(1e-12, np.abs(wanted).max()))
    return (f"the shape is right, but {wrong.sum()} of {wrong.size} values are not. "
            "Work a small case with a pencil, and compare.")


def _failed(name, hint):
    return Verdict(False, f"✗ {name}: {hint}")
