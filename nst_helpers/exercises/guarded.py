"""Try a student's function: whatever it does, nothing of it leaves but what it returns, and Ctrl-C."""

import contextlib
import copy
import io
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from nst_helpers.exercises.verdicts import PRINTED

SECONDS = 10  # for all the cases that an answer is tried on


class TookTooLong(BaseException):
    """Raised in the student's function by the clock; no `except Exception` of theirs catches it."""


class Outcome(NamedTuple):
    """What came of one call."""

    value: Any = None
    error: BaseException | None = None  # that it raised
    printed: str = ""
    changed: bool = False  # whether it changed one of its arguments


def call(function: Callable, arguments: tuple) -> Outcome:
    """Call a function with copies of these arguments.

    Args:
        function: of the student. arguments: a tuple.

    Returns:
        An `Outcome`. What it prints is kept (its first 2,000 characters), its warnings are dropped.

    Raises:
        KeyboardInterrupt: and nothing else.
    """
    given, printed = copy.deepcopy(arguments), _Beginning()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = function(*given)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit, endless recursion, the clock
        return Outcome(error=error, printed=printed.getvalue())
    return Outcome(value, None, printed.getvalue(), not identical(given, arguments))


@contextlib.contextmanager
def clock() -> Iterator[None]:
    """Interrupt what runs in it with `TookTooLong` after SECONDS.

    It needs the main thread and a system with interval timers (not Windows); elsewhere there is no limit.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_):
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, 1)  # again each second: a bare `except:` may catch it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def identical(left: Any, right: Any) -> bool:
    """Whether two values of the same structure hold the same numbers, nan included."""
    if isinstance(left, dict):
        return list(left) == list(right) and all(identical(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(identical(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, np.ndarray):
        return left.shape == right.shape and left.tobytes() == right.tobytes()
    try:
        return bool(np.all(left == right))
    except Exception:  # what has no comparison is not changed
        return True


def untouched(function: Callable) -> bool:
    """Whether a function has nothing in its body but `...`, a docstring or `pass`."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    import dis

    plain = {"RESUME", "NOP", "LOAD_CONST", "POP_TOP", "RETURN_CONST", "RETURN_VALUE"}
    instructions = list(dis.get_instructions(function))
    returned = [step.argval for step in instructions if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return {step.opname for step in instructions} <= plain and set(map(type, returned)) <= {type(None), type(...)}


class _Beginning(io.StringIO):
    """Keeps the beginning of what is written, however much it is."""

    def write(self, text):
        room = PRINTED - self.tell()
        super().write(text[:max(0, room)])
        return len(text)
