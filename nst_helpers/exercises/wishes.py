"""The kind of exercise in which something is made: a picture, a kernel, a setting that is measured."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, SupportsFloat

from nst_helpers.exercises import guarded
from nst_helpers.exercises.answers import failed, first_line, is_empty, open_yet
from nst_helpers.exercises.verdicts import Table, Verdict, kind, words


@dataclass(frozen=True)
class Wish:
    """One thing that a made picture or setting shall have.

    Attributes:
        text: as a student reads it: "the style loss, over the photograph's".
        measure: the answer → a number. least, most: what is asked for; None: no limit.
    """

    text: str
    measure: Callable[[Any], SupportsFloat]
    least: float | None = None
    most: float | None = None

    def is_met(self, number: float) -> bool:
        """Whether a measured number is as wished; nan never is."""
        return ((self.least is None or number >= self.least) and (self.most is None or number <= self.most)
                and number == number)

    def limits(self) -> str:
        """The limits in words."""
        parts = [] if self.least is None else [f"at least {self.least:g}"]
        return ", ".join(parts + ([] if self.most is None else [f"at most {self.most:g}"]))


@dataclass(frozen=True)
class Make:
    """Make a picture, a kernel, a setting: anything that measurable wishes can be said of.

    Attributes:
        wishes: what it shall have. picture: the answer → an image to show, or None. praise: said after ✓.
        made: the answer → what is measured and shown, where that is made of the answer; None: the answer itself.
    """

    wishes: tuple[Wish, ...]
    picture: Callable[[Any], Any] | None = None
    praise: str = ""
    made: Callable[[Any], Any] | None = None

    def judge(self, name: str, answer: Any, seed: int) -> Verdict:
        """The `Verdict` on an answer: every wish with what was measured."""
        if is_empty(answer):
            return open_yet(name)
        if self.made:
            outcome = guarded.call(self.made, (answer,))
            if outcome.error is not None:
                return failed(name, f"nothing can be made of it: {first_line(outcome.error)}.")
            answer = outcome.value
        rows, missed = [("wish", "wanted", "measured", "")], []
        for wish in self.wishes:
            outcome = guarded.call(lambda value, wish=wish: float(wish.measure(value)), (answer,))
            if outcome.error is not None:
                return failed(name, f"“{wish.text}” cannot be measured of {kind(answer)}: {first_line(outcome.error)}")
            met = wish.is_met(outcome.value)
            missed += [] if met else [wish.text]
            rows.append((wish.text, wish.limits(), words(outcome.value), "✓" if met else "✗"))
        details = Made(tuple(rows), self.picture(answer) if self.picture else None)
        if missed:
            return failed(name, f"{len(missed)} of {len(self.wishes)} wishes not met: {'; '.join(missed)}.", details)
        return Verdict(True, f"✓ {name}: as wished. {self.praise}".rstrip(), details)


@dataclass(frozen=True)
class Made(Table):
    """What was measured of something made, and its picture."""

    picture: Any = field(default=None, repr=False)  # thousands of numbers that no two processors share

    def show(self) -> None:
        """Show the picture, then the table."""
        if self.picture is not None:
            from nst_helpers.plots import show_images

            show_images([self.picture], ["what you made"], alt="The picture that was made.", photo=True)
        super().show()
