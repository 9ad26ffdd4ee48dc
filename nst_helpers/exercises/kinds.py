"""The kinds of exercise: build a function, repair one, derive a formula, make a picture, choose and justify."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nst_helpers.exercises import compare, formulas, guarded
from nst_helpers.exercises.answers import failed, first_line, is_empty, open_yet
from nst_helpers.exercises.verdicts import Case, Verdict, kind
from nst_helpers.exercises.wishes import Made, Make, Wish

__all__ = ["Choice", "Derive", "Exercise", "Foretold", "Made", "Make", "Option", "Repair", "Wish", "failed", "is_empty",
           "open_yet"]


@dataclass(frozen=True)
class Exercise:
    """Build a function; or give a number or an array.

    Attributes:
        truth: the right answer: a function; or, where a number or an array is asked for, that itself.
        inputs: generator → list of argument tuples: what a function is tried on, new to the student.
        mistakes: {hint: a wrong answer of the same kind as truth}. An answer that does the same as a wrong
            one gets its hint; tests assert that each does. The first that fits counts.
        praise: what the right answer shows, said after ✓.
        tolerance: how far a number may be off, relative to the largest of all right values. It follows what the text
            asks for: three digits are 5e-3, two digits behind the point of a number near 10 are 1e-3.
    """

    truth: Any
    inputs: Callable[[np.random.Generator], list] = lambda generator: [()]
    mistakes: Mapping[str, Any] = field(default_factory=dict)
    praise: str = ""
    tolerance: float = 1e-3

    def judge(self, name: str, answer: Any, seed: int) -> Verdict:
        """The `Verdict` on an answer."""
        if is_empty(answer):
            return open_yet(name)
        if callable(self.truth) != callable(answer):
            wanted = "a function is asked for: pass its name, without brackets and arguments." if callable(
                self.truth) else f"{kind(np.asarray(self.truth))} is asked for, not {kind(answer)}."
            return failed(name, wanted)
        cases = self.inputs(np.random.default_rng(seed)) if callable(self.truth) else [()]
        outcomes = self._tried(answer, cases)
        stopped = self._stopped(name, outcomes, cases)
        return stopped or self._compared(name, outcomes, cases)

    def _tried(self, answer, cases):
        """One `Outcome` a case; fewer where one ended in an error."""
        if not callable(answer):
            return [guarded.Outcome(answer)]
        outcomes = []
        try:
            with guarded.clock():
                for case in cases:
                    outcomes.append(guarded.call(answer, case))
                    if outcomes[-1].error is not None:
                        break
        except guarded.TookTooLong as error:  # between two cases
            outcomes.append(guarded.Outcome(error=error))
        return outcomes

    def _stopped(self, name, outcomes, cases):
        """The verdict on an answer that ended in an error or returned nothing; None otherwise."""
        last, printed = outcomes[-1], "".join(outcome.printed for outcome in outcomes)
        case = cases[len(outcomes) - 1]
        if isinstance(last.error, guarded.TookTooLong):
            return failed(name, f"your function did not return within {guarded.SECONDS} seconds: is there a loop that "
                          "never ends?", printed=printed)
        if last.error is not None:
            reason = f"your function stopped with {type(last.error).__name__}: {first_line(last.error)}"
            return failed(name, f"{reason}{self._called_with(case)}", printed=printed)
        if any(outcome.value is ... for outcome in outcomes):
            return open_yet(name)
        if any(outcome.value is None for outcome in outcomes):
            instead = ("it changed its argument in place, and" if any(o.changed for o in outcomes) else
                       "it printed something, and" if printed else "it")
            return failed(name, f"{instead} returned None: did you forget `return`?", printed=printed)
        return None

    def _called_with(self, case):
        if not case:
            return ""
        given = ", ".join(f"{key} is {kind(value)}" for key, value in self._named(case).items())
        return f" ({given})"

    def _named(self, case):
        """{parameter's name: argument}."""
        names = list(inspect.signature(self.truth).parameters) if callable(self.truth) else []
        return dict(zip(names, case, strict=False))

    def _compared(self, name, outcomes, cases):
        given = [outcome.value for outcome in outcomes]
        right = [_value(self.truth, case) for case in cases]
        allowed = self.tolerance * compare.scale_of(right)
        if compare.agree(given, right, allowed):
            changed = any(outcome.changed for outcome in outcomes)
            note = " One thing: it changes its argument in place; work on a copy." if changed else ""
            return Verdict(True, f"✓ {name}: right. {self.praise}".rstrip() + note)
        case = self._smallest(given, right, cases, allowed)
        printed = "".join(outcome.printed for outcome in outcomes)
        for hint, wrong in self.mistakes.items():
            # Case by case: most wrong answers are told apart by the first, and some take long to compute.
            if all(compare.same(got, _value(wrong, arguments), allowed)
                   for got, arguments in zip(given, cases, strict=True)):
                return failed(name, hint, case, printed)
        return failed(name, self._difference(given, right, allowed, case), case, printed)

    def _smallest(self, given, right, cases, allowed):
        """The `Case` that fails on the least input."""
        failing = [triple for triple in zip(cases, given, right, strict=True)
                   if not compare.same(triple[1], triple[2], allowed)]
        case, got, wanted = min(failing, key=lambda triple: sum(np.size(value) for value in triple[0]))
        return Case(self._named(case), got, wanted, compare.differing(got, wanted, allowed))

    def _difference(self, given, right, allowed, case):
        known = compare.nearly(given, right, allowed) or compare.plain(case.given, case.right)
        if known:
            return known
        return f"the shape is right, but {case.wrong.sum()} of {case.wrong.size} values are not."


@dataclass(frozen=True)
class Foretold(Exercise):
    """Measure what you have foretold: the answer is a pair, (what was expected, the function).

    A prediction that fails is as good as one that comes true, so the function alone decides; but there is none before
    something was expected. Given without its prediction, the function is judged as of an `Exercise`.

    Attributes:
        leads: {where: what leads there}, in the order in which it is to be foretold. among: what there is to choose.
        All others: as of an `Exercise`.
    """

    leads: Mapping[str, str] = field(default_factory=dict)
    among: tuple[str, ...] = ()

    def judge(self, name: str, answer: Any, seed: int) -> Verdict:
        """The `Verdict` on the pair; with the right function it says whether what was expected came true."""
        if not isinstance(answer, (list, tuple)):
            return Exercise.judge(self, name, answer, seed)
        expected, function = answer if len(answer) == 2 else (answer, None)
        if is_empty(expected) or is_empty(function):
            return open_yet(name)
        if not isinstance(expected, (list, tuple)) or len(expected) != len(self.leads) or not all(
                one in self.among for one in expected):
            return failed(name, f"{first_line(repr(expected))} is no prediction: write {len(self.leads)} of "
                          f"{', '.join(self.among)}, one for each of {', '.join(self.leads)}.")
        verdict = Exercise.judge(self, name, function, seed)
        came_true = [told == led for told, led in zip(expected, self.leads.values(), strict=True)]
        measured = ", ".join(f"{where}: {led}" for where, led in self.leads.items())
        note = f" You foretold {sum(came_true)} of {len(came_true)} ({measured})."
        return Verdict(True, verdict.text + note, verdict.details) if verdict.passed else verdict


@dataclass(frozen=True)
class Repair(Exercise):
    """Find the bug: the student's cell holds a function that works but for one planted bug.

    Attributes:
        planted: the function as the lesson gives it. symptom: what it does wrong, said until it is mended.
        All others: as of an `Exercise`.
    """

    planted: Callable | None = None
    symptom: str = ""

    def judge(self, name: str, answer: Any, seed: int) -> Verdict:
        """The `Verdict` on an answer; ○ while the bug is still in it."""
        left = f"the bug is still in it. {self.symptom}".rstrip()
        result = Exercise.judge(replace(self, mistakes={left: self.planted, **self.mistakes}), name, answer, seed)
        return Verdict(False, f"○ {name}: {left}", result.details) if result.text == f"✗ {name}: {left}" else result


@dataclass(frozen=True)
class Derive:
    """Derive a number or a formula with a pencil.

    Attributes:
        truth: the right answer, as an expression of the variables: "2 / curvature".
        variables: {name: (least, most)}: between what each is drawn. None: a number is asked for.
        mistakes: {hint: a wrong expression}. praise: said after ✓. tolerance: relative to the right value.
    """

    truth: str
    variables: Mapping[str, tuple] = field(default_factory=dict)
    mistakes: Mapping[str, str] = field(default_factory=dict)
    praise: str = ""
    tolerance: float = 1e-6

    def judge(self, name: str, answer: Any, seed: int) -> Verdict:
        """The `Verdict` on an answer: a number, a fraction, or an expression of the variables as text."""
        if is_empty(answer):
            return open_yet(name)
        generator = np.random.default_rng(seed)
        drawn = [{key: float(generator.uniform(*span)) for key, span in self.variables.items()} for _ in range(5)]
        try:
            given = [formulas.value(answer, variables) for variables in drawn]
        except formulas.FormulaError as error:
            return failed(name, str(error))
        right = [formulas.value(self.truth, variables) for variables in drawn]
        if self._agree(given, right):
            return Verdict(True, f"✓ {name}: right. {self.praise}".rstrip())
        hint = next((hint for hint, wrong in self.mistakes.items()
                     if self._agree(given, [formulas.value(wrong, variables) for variables in drawn])),
                    "that is not it yet.")
        case = Case(drawn[0], given[0], right[0], np.asarray(True))
        return failed(name, hint, case if self.variables else None)

    def _agree(self, given, right):
        return bool(np.allclose(given, right, rtol=self.tolerance, atol=0))


@dataclass(frozen=True)
class Option:
    """One choice: what it says, whether it is right, and why."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Choice:
    """Choose and justify: any number of the choices may be right, and each says why it is or is not.

    Attributes:
        options: {letter: Option}. praise: said after ✓.
    """

    options: Mapping[str, Option]
    praise: str = ""

    def judge(self, name: str, answer: Any, seed: int) -> Verdict:
        """The `Verdict` on the letters that were chosen: "b", "a, c", ["a", "c"]."""
        if is_empty(answer):
            return open_yet(name)
        letters = self._chosen(answer)
        if letters is None:
            return failed(name, f"{first_line(repr(answer))} is no choice: answer with letters from "
                          f"{', '.join(self.options)}, as in \"{', '.join(list(self.options)[:2])}\".")
        for letter in letters:
            if not self.options[letter].right:
                return failed(name, f"not {letter}. {self.options[letter].why}")
        missing = sum(option.right for letter, option in self.options.items() if letter not in letters)
        if missing:
            return failed(name, f"what you chose is right, but {missing} more {'is' if missing == 1 else 'are'} too.")
        reasons = " ".join(self.options[letter].why for letter in letters)
        return Verdict(True, f"✓ {name}: right. {reasons} {self.praise}".rstrip())

    def _chosen(self, answer):
        """The letters in order: of "b", "a, c", "a and c", "(a) (c)", "AC", ["a", "c"]; None if there is another."""
        parts = [answer] if isinstance(answer, str) else answer
        if not isinstance(parts, (list, tuple, set, frozenset)) or not all(isinstance(part, str) for part in parts):
            return None
        named = {letter.lower(): letter for letter in self.options}
        words = [word for part in parts for word in re.findall(r"\w+", part.lower()) if word != "and"]
        chosen = {letter for word in words for letter in ([word] if word in named else word)}
        return sorted(named[letter] for letter in chosen) if chosen and chosen <= set(named) else None


def _value(answer, case):
    """The answer itself, or what it returns for these arguments."""
    return guarded.call(answer, case).value if callable(answer) else answer
