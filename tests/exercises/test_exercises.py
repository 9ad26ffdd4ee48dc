"""The exercises: each right answer passes, each usual mistake fails with its own hint, and nothing raises."""

import contextlib
import copy
import importlib
import pickle
import pkgutil
import signal
import threading
import warnings

import numpy as np
import pytest

from nst_helpers import exercises
from nst_helpers.exercises import Choice, Derive, check, find, guarded, kinds, verdict

LESSONS = sorted(module.name for module in pkgutil.iter_modules(exercises.__path__)
                 if module.name.startswith("lesson_"))
NAMES = [name for lesson in LESSONS for name in importlib.import_module(f"nst_helpers.exercises.{lesson}").EXERCISES]
JUDGED = [name for name in NAMES if hasattr(find(name), "mistakes")]  # the others are made or chosen: no one answer
COMPUTED = {}  # {(function, its arguments): what it returns}
NUMBER = exercises.Exercise(truth=20 + 10 * 2**0.5, tolerance=3e-3)  # of no lesson: 34.142, to three digits
SEEDS = (0, 1, 2)  # 0 is what students are tried on


def seeds(name):
    """The seeds that make a difference: one where the exercise is tried on the same arguments whatever the seed."""
    return SEEDS if varies(find(name)) else SEEDS[:1]


def varies(exercise):
    """Whether the generator changes what a function is tried on; of an answer that is a value, nothing is."""
    if not callable(exercise.truth):
        return False
    return len({repr(exercise.inputs(np.random.default_rng(seed))) for seed in SEEDS}) > 1


TRUTHS = [pytest.param(name, seed, id=f"{name}-{seed}") for name in JUDGED for seed in seeds(name)]
MISTAKES = [pytest.param(name, hint, wrong, seed, id=f"{name}-{number}-{seed}") for name in JUDGED
            for number, (hint, wrong) in enumerate(find(name).mistakes.items(), 1) for seed in seeds(name)]


@pytest.fixture(autouse=True)
def computed_once(monkeypatch):
    """What a right or wrong answer of the course's own returns: else each mistake computes all those before it anew.

    What is judged is called every time.
    """
    def value(answer, case, real=kinds._value):
        key = answer, pickle.dumps(case)
        if key not in COMPUTED:
            COMPUTED[key] = real(answer, case)
        return copy.deepcopy(COMPUTED[key])

    monkeypatch.setattr(kinds, "_value", lambda answer, case: value(answer, case) if callable(answer) else answer)
    monkeypatch.setattr(guarded, "SECONDS", 600)  # on a busy computer, right answers would run out of time


@pytest.mark.parametrize(("name", "seed"), TRUTHS)
def test_the_truth_passes(name, seed):
    passed, text = verdict(name, find(name).truth, seed)
    assert passed and text.startswith(f"✓ {name}: right.")


def float32(array):
    return np.asarray(array, np.float32)


def tensor(array):
    from nst_helpers.backend import tf

    return tf.constant(array, tf.float32)


def by_loops(array):
    """One number after the other, as who writes loops has them: a list of lists of Python's own."""
    return [by_loops(part) for part in array] if np.ndim(array) else float(array)


NOTATIONS = (np.ndarray.tolist, np.float64, float32, tensor, by_loops)


def written(value, notation):
    """A value of numbers in another notation, in dictionaries and tuples too; anything else as it is."""
    if isinstance(value, dict):
        return {key: written(part, notation) for key, part in value.items()}
    if isinstance(value, tuple):
        parts = [written(part, notation) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    array = np.asarray(value)
    return notation(array) if array.dtype.kind in "fiu" else value


@pytest.mark.parametrize("notation", NOTATIONS, ids=["list", "numpy", "float32", "tensor", "loops"])
@pytest.mark.parametrize("name", [name for name in JUDGED if not isinstance(find(name), Derive)])
def test_the_truth_passes_in_every_notation(name, notation):
    truth = find(name).truth
    answer = (lambda *arguments: written(truth(*arguments), notation)) if callable(truth) else written(truth, notation)
    assert verdict(name, answer).text.startswith(f"✓ {name}: right.")


@pytest.mark.parametrize(("name", "hint", "wrong", "seed"), MISTAKES)
def test_each_mistake_gets_its_own_hint(name, hint, wrong, seed):
    assert verdict(name, wrong, seed) == (False, f"✗ {name}: {hint}")


@pytest.mark.parametrize(("name", "expected"), [
    ("00-negative", True), ("01-full", True), ("08-limit", True),  # one of its two cases is drawn
    ("08-scale", False), ("01-shift", False)])  # 01-shift: an array is asked for
def test_which_exercises_the_seed_changes(name, expected):
    assert varies(find(name)) == expected


@pytest.mark.parametrize("name", JUDGED)
def test_every_exercise_knows_eight_mistakes(name):
    assert len(find(name).mistakes) >= 8
    assert len(set(find(name).mistakes)) == len(find(name).mistakes)


def stub(image):
    """The docstring of a stub is no work."""


def half_done(image):
    result = ...
    return result


@pytest.mark.parametrize("answer", [None, ..., lambda image: None, lambda image: ..., stub, half_done])
def test_an_unsolved_stub_is_no_mistake(answer):
    assert verdict("00-negative", answer).text.startswith("○ 00-negative: not solved yet")


def printing(image):
    print(255 - image)


def in_place(image):
    image *= -1
    image += 255


def leaving(image):
    raise SystemExit


def endless(image):
    return endless(image)


@pytest.mark.parametrize(("answer", "hint"), [
    (printing, "it printed something, and returned None: did you forget `return`?"),
    (in_place, "it changed its argument in place, and returned None: did you forget `return`?"),
    (lambda image: image.clear(), "no attribute 'clear' (image is an array (4, 6, 3))"),
    (lambda image: 1 / 0, "your function stopped with ZeroDivisionError: division by zero"),
    (lambda: 3, "your function stopped with TypeError"),
    (leaving, "your function stopped with SystemExit"),
    (endless, "your function stopped with RecursionError"),
    (lambda image: image[0], "the shape is (2, 3), expected is (5, 2, 3)"),
    (lambda image: np.where(np.arange(3) == 0, image, 255 - image), "the shape is right, but 10 of 30 values are not"),
    (lambda image: "white", "you return text; an array (5, 2, 3) is wanted"),
    (lambda image: {"white": 1}, "the shape is ()"),
    (lambda image: [[1, 2], [3]], "whose parts are of different lengths"),
    (lambda image: (255 - image)[np.newaxis], "right, but your answer is an array (1, 4, 6, 3)"),
    (lambda image: np.round(255 - image), "right, but rounded to whole numbers"),
    (lambda image: image - 255, "right but for its sign"),
    (lambda image: (255 - image) / 255, "each number is 0.003922 times what it should be"),
    (lambda image: image * np.nan, "30 of 30 numbers are nan or infinite"),
    (np.zeros(3), "a function is asked for"),
    (7, "a function is asked for"),
])
def test_other_wrong_answers_are_told_how(answer, hint):
    passed, text = verdict("00-negative", answer)
    assert not passed and text.startswith("✗ 00-negative: ") and hint in text


class Odd(BaseException):
    pass


@pytest.mark.parametrize("error", [SystemExit(3), GeneratorExit("3"), Odd("3")])
def test_what_is_no_exception_does_not_leave_either(error, capsys):
    def leaves(image):
        raise error

    check("00-negative", leaves)
    assert f"your function stopped with {type(error).__name__}: 3" in capsys.readouterr().out


@pytest.mark.parametrize(("answer", "hint"), [
    ("34.1", "right, but it is text"), (lambda: 34.1, "is asked for, not a function"), (35.0, "not right yet"),
    ([34.1421], "right, but your answer is a list of 1"), (34.0, "right, but rounded")])
def test_a_number_is_asked_for(answer, hint):
    passed, text = NUMBER.judge("90-number", answer, seed=0)
    assert not passed and hint in text


def test_three_digits_are_enough_where_three_are_asked_for():
    assert NUMBER.judge("90-number", 34.1, seed=0).passed and not NUMBER.judge("90-number", 34.5, seed=0).passed


def test_an_answer_may_be_computed_in_float32():
    def repaint(image, light):
        image = np.asarray(image, np.float32)
        brightness = image @ np.array([0.299, 0.587, 0.114], np.float32)
        return image + (np.asarray(light, np.float32) - brightness)[:, :, None]

    assert verdict("11-repaint", repaint).passed


def test_what_belongs_together_by_name_is_not_paired_by_place():
    passed, text = verdict("07-weights", lambda gradients, weights: sum(
        weight * gradient / max(np.linalg.norm(gradient), 1e-12)
        for weight, gradient in zip(weights.values(), gradients.values(), strict=True)))
    assert not passed and "by name" in text


def test_an_answer_that_never_returns_is_interrupted(monkeypatch):
    monkeypatch.setattr(guarded, "SECONDS", 0.3)

    def forever(image):
        while True:
            with contextlib.suppress(Exception):  # the clock is none
                pass

    passed, text = verdict("00-negative", forever)
    assert not passed and "did not return within 0.3 seconds" in text
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_in_another_thread_there_is_no_clock_and_the_verdict_is_the_same():
    texts = []
    thread = threading.Thread(target=lambda: texts.append(verdict("00-negative", lambda image: 255 - image).text))
    thread.start()
    thread.join()
    assert texts[0].startswith("✓")


def test_only_ctrl_c_leaves():
    def interrupted(image):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verdict("00-negative", interrupted)


def test_a_megabyte_is_not_printed_and_a_warning_is_not_shown(capsys, recwarn):
    def loud(image):
        print("x" * 1_000_000)
        warnings.warn("careful", stacklevel=1)
        return image

    check("00-negative", loud)
    told = capsys.readouterr().out
    assert 2000 < len(told) < 6000 and "It printed:" in told and not recwarn.list


def test_a_changed_argument_is_said_once():
    def changing(image):
        image *= -1
        return image + 255

    assert verdict("00-negative", changing).text.count("changes its argument in place") == 1
    assert "in place" not in verdict("00-negative", lambda image: 255 - image).text


def test_the_smallest_failing_case_is_shown(capsys):
    found = verdict("01-full", lambda image, kernel: find("01-full").truth(image, kernel) +
                    (np.eye(8, 9) * (np.arange(9) < 3) if kernel.shape == (3, 3) else 0))
    assert found.details.inputs["image"].shape == (6, 7) and found.details.wrong.any()
    assert "[" in str(found.details) and "expected" in str(found.details)
    assert found.details._repr_html_().count("border: 2px") == found.details.wrong.sum()
    check("05-fair", lambda layer_losses: [1 / (len(layer_losses) * loss) + (loss == min(layer_losses)) for loss in
                                           layer_losses])
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("✗") and any(line.startswith("your answer") and line.count("[") == 1 for line in told)


def test_an_answer_may_be_a_tensor_a_list_or_integers():
    from nst_helpers.backend import tf

    assert verdict("00-negative", lambda image: tf.subtract(255.0, image)).passed
    assert verdict("00-negative", lambda image: (255 - image).tolist()).passed
    assert verdict("01-shift", [[0, 0, 0], [1, 0, 0], [0, 0, 0]]).passed


def test_check_prints_and_returns_nothing(capsys):
    assert check("00-negative", lambda image: 255 - image) is None
    assert capsys.readouterr().out.startswith("✓ 00-negative")


@pytest.mark.parametrize("name", ["01-nothing", "99-nothing", "nothing", ""])
def test_an_unknown_name_lists_what_there_is(name):
    with pytest.raises(KeyError, match=r"no exercise .*(choose from 01-shift|begin with the lesson's number)"):
        check(name, None)


CHOICES = [name for name in NAMES if isinstance(find(name), Choice)]


@pytest.mark.parametrize("name", CHOICES)
def test_the_right_letters_pass_and_each_wrong_one_is_told_why(name):
    options = find(name).options
    assert verdict(name, ", ".join(letter for letter, option in options.items() if option.right)).passed
    for letter, option in options.items():
        if not option.right:
            assert verdict(name, letter).text == f"✗ {name}: not {letter}. {option.why}"
