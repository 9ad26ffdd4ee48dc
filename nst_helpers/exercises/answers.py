"""What all kinds of exercise say of an answer: not solved yet, or wrong."""

from nst_helpers.exercises.guarded import untouched
from nst_helpers.exercises.verdicts import Verdict


def is_empty(value: object) -> bool:
    """Whether nothing has been filled in: no value, no text, or a function without a body of its own."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is ... or (callable(value) and untouched(value))


def open_yet(name: str) -> Verdict:
    """The verdict on an untouched stub."""
    return Verdict(False, f"○ {name}: not solved yet. Fill in the cell above, run it, then run this one again.")


def failed(name: str, hint: str, details: object = None, printed: str = "") -> Verdict:
    """The verdict on a wrong answer."""
    return Verdict(False, f"✗ {name}: {hint}", details, printed)


def first_line(error: object) -> str:
    """The first line of what an error or a value says of itself, at most 200 characters."""
    return (str(error).splitlines() or [""])[0][:200]
