"""Exercises of other kinds than “write this function”, and predictions."""

from fractions import Fraction

import numpy as np
import pytest

from nst_helpers.exercises import Choice, Derive, Exercise, Make, Option, Repair, Wish, predict
from nst_helpers.exercises.predictions import page

LIMIT = Derive("2 / curvature", {"curvature": (0.5, 9)}, praise="Beyond it, each step overshoots by more.", mistakes={
    "that is where one step arrives at once, not where it begins to diverge.": "1 / curvature",
    "the other way round: more curvature, shorter steps.": "2 * curvature"})
THIRD = Derive("1/3", tolerance=5e-3)


@pytest.mark.parametrize("answer", ["2 / curvature", "2/curvature", "(1 + 1) * curvature**-1", "2·curvature**(−1)",
                                    "sqrt(4) / curvature", "np.sqrt(4)/curvature", "2.0000000001 / curvature"])
def test_a_formula_may_be_written_in_any_way(answer):
    assert LIMIT.judge("x", answer, 0) == (True, "✓ x: right. Beyond it, each step overshoots by more.")


@pytest.mark.parametrize("answer", ["1/3", 1 / 3, Fraction(1, 3), np.float32(1 / 3), np.array(0.333), 0.333])
def test_a_number_may_be_a_fraction_or_rounded_as_asked(answer):
    assert THIRD.judge("x", answer, 0).passed


@pytest.mark.parametrize(("answer", "hint"), [
    ("1 / curvature", "arrives at once"), ("curvature * 2", "the other way round"), ("3/curvature", "not it yet"),
    (2.0, "not it yet"), ("2/λ", "λ is unknown here: a formula of curvature"), ("2 curvature", "no Python expression"),
    ("2^curvature", "a power is written **"), ("2/(curvature - curvature)", "divides by 0"), ("sqrt(-1)", "cannot be"),
    ("__import__('os').system('true')", "can stand in it"), ("curvature.real", "can stand in it"),
    ("9**9**9**9", "cannot be computed"), ("(" * 400, "no Python expression"), ([2], "a formula in quotation marks"),
    ("lambda: 2", "can stand in it"), ("sqrt(1, 2)", "cannot be computed"),
    (np.ones((2, 2)), "not ndarray"), (abs, "a formula in quotation marks"), ({"curvature": 2}, "not dict")])
def test_other_formulas_are_told_what_is_wrong(answer, hint):
    passed, text = LIMIT.judge("x", answer, 0)
    assert not passed and text.startswith("✗ x: ") and hint in text


@pytest.mark.parametrize("exercise", [LIMIT, THIRD, Choice({"a": Option("this", True, "so")}),
                                      Make((Wish("mean", np.mean, least=0),))])
@pytest.mark.parametrize("answer", [None, ..., "", "  "])
def test_what_is_not_filled_in_is_open(exercise, answer):
    assert exercise.judge("x", answer, 0).text.startswith("○ x: not solved yet")


def test_a_bug_is_left_named_as_long_as_it_is_there_and_any_mending_passes():
    def planted(values):
        return sum(values) / (len(values) - 1)

    mean = Repair(lambda values: sum(values) / len(values), inputs=lambda generator: [([1.0, 2.0, 6.0],), ([4.0, 8],)],
                  planted=planted, symptom="Of 1, 2 and 6 it makes 4.5.", mistakes={"that is the sum.": sum})
    found = mean.judge("x", planted, 0)
    assert found == (False, "○ x: the bug is still in it. Of 1, 2 and 6 it makes 4.5.")
    assert found.details.inputs["values"] == [4.0, 8]  # the smallest case
    assert mean.judge("x", np.mean, 0).passed and mean.judge("x", sum, 0) == (False, "✗ x: that is the sum.")


def test_a_picture_is_measured_wish_by_wish(capsys):
    bright = Make((Wish("mean brightness", np.mean, least=100, most=200), Wish("contrast", np.std, least=20)),
                  praise="A picture at last.")
    flat, good = np.full((4, 4, 3), 250.0), np.tile([60.0, 180.0, 180.0], (4, 4, 1))
    found = bright.judge("x", flat, 0)
    assert found == (False, "✗ x: 2 of 2 wishes not met: mean brightness; contrast.")
    assert str(found.details).splitlines()[1].split() == ["mean", "brightness", "at", "least", "100,", "at", "most",
                                                          "200", "250", "✗"]
    assert bright.judge("x", good, 0) == (True, "✓ x: as wished. A picture at last.")
    assert "cannot be measured of text" in bright.judge("x", "white", 0).text
    assert not bright.judge("x", good * np.nan, 0).passed


def test_what_is_made_of_an_answer_is_measured_and_shown():
    doubled = Make((Wish("mean", np.mean, least=100),), picture=lambda image: image, made=lambda image: 2 * image)
    found = doubled.judge("x", np.full((2, 2, 3), 60.0), 0)
    assert found.passed and found.details.picture.max() == 120
    assert doubled.judge("x", {}, 0).text.startswith("✗ x: nothing can be made of it: unsupported operand")


def test_each_wrong_choice_has_its_own_explanation():
    which = Choice({"a": Option("more", True, "It grows."), "b": Option("less", False, "That would be γ."),
                    "c": Option("the same sign", True, "Both are positive.")})
    assert which.judge("x", "b", 0) == (False, "✗ x: not b. That would be γ.")
    assert which.judge("x", "a b", 0) == which.judge("x", {"a", "b"}, 0) == which.judge("x", "b", 0)
    assert which.judge("x", "a", 0).text == "✗ x: what you chose is right, but 1 more is too."
    assert which.judge("x", ["c", "a"], 0) == (True, "✓ x: right. It grows. Both are positive.")
    assert "'d' is no choice: answer with letters from a, b, c" in which.judge("x", "d", 0).text


@pytest.mark.parametrize("answer", ["a, c", "ac", "A and C", "(a) (c)", "a & c", "c;a", ["a", "c"], {"c", "a"},
                                    ("A", "c"), ["a c"], "a, c, a"])
def test_letters_may_be_written_in_any_way(answer):
    options = {"a": Option("more", True, "It grows."), "b": Option("less", False, "That would be γ."),
               "c": Option("the same sign", True, "Both are positive.")}
    assert Choice(options).judge("x", answer, 0).passed
    assert Choice({letter.upper(): option for letter, option in options.items()}).judge("x", answer, 0).passed


@pytest.mark.parametrize("answer", ["d", "a d", "abd", 7, [1], [["a"]], np.ones(3), abs, "?", [], "both"])
def test_what_is_no_letter_is_told_which_there_are(answer):
    which = Choice({"a": Option("more", True, "It grows."), "b": Option("less", False, "That would be γ.")})
    found = which.judge("x", answer, 0)
    assert not found.passed and 'answer with letters from a, b, as in "a, b".' in found.text


CHOICES = {"longer": "It sees more.", "shorter": "One thinks of <blur>.", "the same": "Nothing changes? It does."}


def test_a_prediction_answers_only_what_is_chosen(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    predict("05-x", "Which strokes?", CHOICES, "longer")
    assert shown[0]["text/plain"] == "Which strokes?\n- longer\n- shorter\n- the same"  # no answer in it
    html = shown[0]["text/html"]
    assert html.count('<details name="05-x">') == 3 and " open" not in html and "<script" not in html
    assert "&lt;blur&gt;" in html
    outside = "".join(part.split("<summary")[-1] for part in html.split("</details>"))
    assert "It sees more." not in html.split("<details")[0] and outside
    wrong = html.split("<details")[2]
    assert "✗ No." in wrong and "Right is “longer”." in wrong and "Nothing changes?" in wrong


@pytest.mark.parametrize(("choices", "right", "words"), [
    ({"one": "x"}, "one", "1 choices"), (dict.fromkeys("abcde", "x"), "a", "5 choices"),
    (CHOICES, "wider", "'wider' is none of the choices")])
def test_a_prediction_that_makes_no_sense_is_refused(choices, right, words):
    with pytest.raises(ValueError, match=words):
        predict("05-x", "Which?", choices, right)


def test_a_folded_picture_is_out_of_sight(monkeypatch):
    from nst_helpers import plots

    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, **keywords: shown.append(bundle))
    plots.show_images([np.zeros((4, 4, 3))], ["black"], alt="A <black> square.", folded="Choose, then open")
    html = shown[0]["text/html"]
    assert html.startswith("<details><summary") and "Choose, then open</summary><img" in html
    assert 'alt="A &lt;black&gt; square."' in html and "image/png" not in shown[0]


def test_folded_lines_are_out_of_sight_and_stay_lines(monkeypatch):
    from nst_helpers import plots

    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, **keywords: shown.append(bundle))
    plots.show_lines(["a < b", "  12"], folded="Choose, then open")
    assert shown[0]["text/html"].startswith("<details><summary")
    assert shown[0]["text/html"].endswith("Choose, then open</summary><pre>a &lt; b\n  12</pre></details>")
    assert shown[0]["text/plain"] == "a < b\n  12"


def test_a_prediction_reads_as_a_group():
    assert page("05-x", "Which?", CHOICES, "longer").startswith('<div role="group" aria-label="Prediction">')


def test_an_exercise_shows_pictures_side_by_side(monkeypatch):
    shown = []
    monkeypatch.setattr("nst_helpers.plots.show_images", lambda images, titles, alt: shown.append(titles))
    negative = Exercise(lambda image: 255 - image, inputs=lambda generator: [(generator.uniform(0, 255, (20, 20, 3)),)])
    negative.judge("x", lambda image: 200 - image, 0).details.show()
    assert shown == [["image", "your answer", "expected", "difference"]]
