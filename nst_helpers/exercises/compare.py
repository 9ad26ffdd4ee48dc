"""Is a value the right one, and if not: in which way is it nearly?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nst_helpers.exercises.verdicts import kind

NUMBERS = "biufc"


def scale_of(values: Sequence) -> float:
    """The largest number among several values: what a tolerance is relative to."""
    arrays = [np.asarray(value) for value in values]
    finite = [np.abs(array[np.isfinite(array)]).max(initial=0) for array in arrays if array.dtype.kind in NUMBERS]
    return max([1e-12, *map(float, finite)])


def same(given: Any, right: Any, allowed: float) -> bool:
    """Whether two values have one shape, and differ by no more than is allowed."""
    wrong = differing(given, right, allowed)
    return wrong is not None and not wrong.any()


def differing(given: Any, right: Any, allowed: float) -> npt.NDArray[np.bool_] | None:
    """Where two values differ by more than is allowed, as a boolean array; None where they cannot be compared."""
    try:
        given, right = np.asarray(given), np.asarray(right)
    except Exception:  # a ragged list, a stranger's object
        return None
    if given.shape != right.shape:
        return None
    if right.dtype.kind in NUMBERS and given.dtype.kind in NUMBERS:
        return ~np.isclose(given, right, rtol=0, atol=allowed, equal_nan=True)
    if right.dtype.kind in NUMBERS or given.dtype.kind in NUMBERS:
        return None
    return np.asarray(given != right)


def agree(given: Sequence, right: Sequence, allowed: float) -> bool:
    """Whether several values are the right ones, one by one."""
    return all(same(a, b, allowed) for a, b in zip(given, right, strict=True))


def nearly(given: Sequence, right: Sequence, allowed: float) -> str | None:
    """In which usual way all values are nearly right, as the end of a sentence; None if in none of them."""
    for words, mended in _MENDED.items():
        try:
            if agree([mended(a, b) for a, b in zip(given, right, strict=True)], right, allowed):
                return words.format(given=kind(given[0]), right=kind(np.asarray(right[0])))
        except Exception:  # this way of mending does not fit what came
            continue
    return _rounded(given, right) or _factor(given, right, allowed)


def _shaped(given, right):
    given = np.asarray(given)
    if given.shape == np.shape(right) or given.size != np.size(right) or given.dtype.kind not in NUMBERS:
        raise ValueError
    return given.reshape(np.shape(right)) if np.squeeze(given).shape == np.squeeze(right).shape else np.nan


def _number(given, right):
    if not isinstance(given, (str, bytes)):
        raise TypeError
    return float(given)


def _turned(given, right):
    given = np.asarray(given)
    if given.ndim != 2:
        raise ValueError
    return given.T


_MENDED = {
    "right, but your answer is {given}: {right} is wanted, so drop the axes of length 1.": _shaped,
    "right, but it is text: return the number without quotation marks.": _number,
    "rows and columns are exchanged: the transpose of yours is right.": _turned,
    "right but for its sign.": lambda given, right: -np.asarray(given),
}


def _rounded(given, right):
    """Whether whole numbers came where fractions are wanted."""
    try:
        pairs = [(np.asarray(a, float), np.asarray(b, float)) for a, b in zip(given, right, strict=True)]
    except Exception:
        return None
    if all(np.array_equal(b, np.round(b)) for _, b in pairs):
        return None
    if not any(all(np.array_equal(a, whole(b)) for a, b in pairs) for whole in (np.round, np.floor)):
        return None
    return "right, but rounded to whole numbers: keep what stands behind the point."


def _factor(given, right, allowed):
    """Whether every number is the same number of times too large."""
    try:
        ours, wanted = (np.concatenate([np.ravel(np.asarray(value, float)) for value in values])
                        for values in (given, right))
        factor = float(ours @ wanted / (wanted @ wanted))
    except Exception:
        return None
    usable = (ours.size == wanted.size > 1 and np.isfinite(factor) and abs(factor) > 1e-9
              and [np.shape(a) for a in given] == [np.shape(b) for b in right])
    if not usable or not np.allclose(ours, factor * wanted, rtol=0, atol=allowed * max(1.0, abs(factor))):
        return None
    return f"each number is {factor:.4g} times what it should be."


def plain(given: Any, right: Any) -> str | None:
    """What is wrong with one value, in a sentence that gives nothing away."""
    if isinstance(given, (str, bytes)) or callable(given):
        return f"you return {kind(given)}; {kind(np.asarray(right))} is wanted."
    try:
        got, wanted = np.asarray(given), np.asarray(right)
    except Exception:
        return f"you return {kind(given)} whose parts are of different lengths; {kind(np.asarray(right))} is wanted."
    if got.shape != wanted.shape:
        return f"the shape is {got.shape}, expected is {wanted.shape}."
    if got.dtype.kind not in NUMBERS and wanted.dtype.kind in NUMBERS:
        return f"you return {kind(given)}; {kind(wanted)} is wanted."
    if got.dtype.kind in "fc" and not np.isfinite(got).all():
        return (f"{(~np.isfinite(got)).sum()} of {got.size} numbers are nan or infinite: somewhere it divides by 0, or "
                "takes the root of a number below 0.")
    if wanted.size == 1:
        return "the number is not right yet."
    return None
