"""The exercises: each right answer passes, each usual mistake fails with its own hint, and nothing raises."""

import importlib
import pkgutil

import numpy as np
import pytest

from nst_helpers import exercises
from nst_helpers.exercises import check, find, verdict

LESSONS = sorted(module.name for module in pkgutil.iter_modules(exercises.__path__))
NAMES = [name for lesson in LESSONS for name in importlib.import_module(f"nst_helpers.exercises.{lesson}").EXERCISES]
SEEDS = (0, 1, 2)  # 0 is what students are tried on


def seeds(name):
    """The seeds that make a difference: one where the exercise is tried on the same arguments whatever the seed."""
    return SEEDS if varies(find(name)) else SEEDS[:1]


def varies(exercise):
    """Whether the generator changes what a function is tried on; of an answer that is a value, nothing is."""
    tried = {repr(exercise.inputs(np.random.default_rng(seed))) for seed in SEEDS}
    return callable(exercise.truth) and len(tried) > 1


TRUTHS = [pytest.param(name, seed, id=f"{name}-{seed}") for name in NAMES for seed in seeds(name)]
MISTAKES = [pytest.param(name, hint, wrong, seed, id=f"{name}-{number}-{seed}") for name in NAMES
            for number, (hint, wrong) in enumerate(find(name).mistakes.items(), 1) for seed in seeds(name)]


@pytest.mark.parametrize(("name", "seed"), TRUTHS)
def test_the_truth_passes(name, seed):
    passed, text = verdict(name, find(name).truth, seed)
    assert passed and text.startswith(f"✓ {name}: right.")


@pytest.mark.parametrize(("name", "hint", "wrong", "seed"), MISTAKES)
def test_each_mistake_gets_its_own_hint(name, hint, wrong, seed):
    assert verdict(name, wrong, seed) == (False, f"✗ {name}: {hint}")


@pytest.mark.parametrize(("name", "expected"), [
    ("00-negative", True), ("01-flip", True), ("08-limit", True),  # one of its two cases is drawn
    ("01-size", False), ("08-scale", False), ("01-shift", False)])  # 01-shift: an array is asked for
def test_which_exercises_the_seed_changes(name, expected):
    assert varies(find(name)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_knows_three_mistakes(name):
    assert len(find(name).mistakes) >= 3
    assert len(set(find(name).mistakes)) == len(find(name).mistakes)


@pytest.mark.parametrize("answer", [None, ..., lambda image: None, lambda image: ...])
def test_an_unsolved_stub_is_no_mistake(answer):
    assert verdict("00-negative", answer).text.startswith("○ 00-negative: not solved yet")


@pytest.mark.parametrize(("answer", "hint"), [
    (lambda image: 1 / 0, "your function stopped with ZeroDivisionError: division by zero"),
    (lambda: 3, "your function stopped with TypeError"),
    (lambda image: image[0], "the shape is (6, 3), expected is (4, 6, 3)"),
    (lambda image: np.where(np.arange(3) == 0, image, 255 - image), "the shape is right, but 24 of 72 values are not"),
    (lambda image: "white", "the shape is (), expected is (4, 6, 3)"),
    (lambda image: {"white": 1}, "the shape is ()"),
    (lambda image: image * np.nan, "the shape is right, but 72 of 72 values"),
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


def test_an_answer_that_never_ends_can_be_stopped():
    def stopped(image):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("00-negative", stopped)


def test_a_number_that_is_wrong_in_a_new_way():
    assert "work a small case" in verdict("01-size", lambda *arguments: 1).text.lower()


def test_an_answer_may_change_its_arguments():
    def in_place(image):
        image *= -1
        image += 255
        return image

    assert verdict("00-negative", in_place).passed


def test_an_answer_may_be_a_tensor_a_list_or_integers():
    from nst_helpers.backend import tf

    assert verdict("00-mean-colour", lambda image: tf.reduce_mean(image, axis=(0, 1))).passed
    assert verdict("00-mean-colour", lambda image: list(image.mean(axis=(0, 1)))).passed
    assert verdict("01-shift", [[0, 0, 0], [1, 0, 0], [0, 0, 0]]).passed


def test_check_prints_and_returns_nothing(capsys):
    assert check("00-negative", lambda image: 255 - image) is None
    assert capsys.readouterr().out.startswith("✓ 00-negative")


@pytest.mark.parametrize("name", ["01-nothing", "99-nothing", "nothing", ""])
def test_an_unknown_name_lists_what_there_is(name):
    with pytest.raises(KeyError, match=r"no exercise .*(choose from 01-shift|begin with the lesson's number)"):
        check(name, None)
