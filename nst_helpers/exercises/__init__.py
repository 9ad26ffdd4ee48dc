"""The exercises of the lessons check themselves, and predictions are kept until they have been made.

`check("01-flip", flip)` prints ✓, or ✗ with a hint and the smallest case that fails. `predict(…)` asks before a cell
answers. Each lesson's exercises are in a module of their own here (lesson_01, lesson_02 …): a dictionary
`EXERCISES = {name: exercise}` whose names begin with the lesson's number. The kinds of exercise are in `kinds`.
"""

import importlib
from typing import Any

from nst_helpers.exercises.kinds import Choice, Derive, Exercise, Foretold, Make, Option, Repair, Wish
from nst_helpers.exercises.predictions import predict
from nst_helpers.exercises.verdicts import Verdict, show

__all__ = ["Choice", "Derive", "Exercise", "Foretold", "Make", "Option", "Repair", "Verdict", "Wish", "check", "find",
           "predict", "verdict"]


def check(name: str, answer: Any) -> None:
    """Try an answer; print ✓, or ✗ with a hint, and show what failed. Nothing the answer does leaves, but Ctrl-C.

    Args:
        name: of the exercise, as in "01-flip".
        answer: the student's function, number, array, text or picture; what the exercise asks for. An untouched stub,
            None or `...` is an exercise not solved yet.
    """
    show(verdict(name, answer))


def verdict(name: str, answer: Any, seed: int = 0) -> Verdict:
    """What `check` shows: a `Verdict`, (passed, text).

    Args:
        name, answer: as in `check`.
        seed: of the inputs that an answer is tried on.

    Raises:
        KeyError: no exercise of this name.
    """
    return find(name).judge(name, answer, seed)


def find(name: str) -> Any:
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
