"""Lesson 10: its rules by hand are the package's; what it says of step lengths, ε and Adam's failure; and its race."""

import ast
import io
import itertools

import numpy as np
import pytest
from lesson_code import SOURCES, lesson_functions, path
from PIL import Image

from nst_helpers import optimizers
from nst_helpers.backend import tf
from nst_helpers.diagrams.adam import moves, state_of_adam, streams
from nst_helpers.exercises import verdict
from nst_helpers.experiments import batches, contest
from nst_helpers.experiments.landscapes import RULES, corners
from nst_helpers.plots import png
from nst_helpers.widgets.race import SURFACES, draw_race, race

START = np.array([1.0, -2.0, 3.0])
PAIRS = {
    "adam": optimizers.Adam(0.01),
    "uncorrected_adam": optimizers.Adam(0.01, bias_correction=False),
    "adam_hat": optimizers.Adam(0.01, epsilon=1e-7, epsilon_hat=True),
}
RACERS = (*RULES, "L-BFGS")
LADDERS = (*RACERS, "RMSprop, β = 0.999", "Barzilai–Borwein", "L-BFGS, one length")
OF_BETA = (*(f"momentum, β = {beta}" for beta in (0.5, 0.7, 0.8, 0.95)),
           *(f"Adam, β₁ = {beta}" for beta in (0.5, 0.7, 0.8, 0.95)),
           *(f"RMSprop, β = {beta}" for beta in (0.8, 0.95, 0.99)))


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB"), float)


# What the lesson writes


@pytest.mark.parametrize("array", [np.array, tf.constant], ids=["NumPy", "TensorFlow"])
@pytest.mark.parametrize("name", PAIRS)
def test_the_lessons_rule_is_the_packages_optimizer(name, array):
    rule, fresh = lesson_functions("10_adam", name, "fresh")
    start, optimizer = array(START), PAIRS[name]
    by_hand = path(lambda w, gradient, memory: rule(w, gradient, memory, 0.01), start, fresh(start))
    packaged = path(optimizer.step, start, optimizer.init(start))
    assert np.abs(packaged[-1] - START).max() > 1e-4  # it went somewhere
    np.testing.assert_allclose(by_hand, packaged, rtol=1e-9, atol=1e-12)


def test_the_excess_without_correction_is_the_closed_form():
    step_lengths, _, uncorrected, adam = lesson_functions(
        "10_adam", "step_lengths", "fresh", "uncorrected_adam", "adam")
    without, corrected = (step_lengths(rule, np.full(2000, 4.0)) for rule in (uncorrected, adam))
    number = np.arange(1, 2001)
    np.testing.assert_allclose(corrected, 1, rtol=1e-6)
    np.testing.assert_allclose(without, (1 - 0.9**number) / (1 - 0.999**number) ** 0.5, rtol=1e-5)
    assert without[0] == pytest.approx(np.sqrt(10), rel=1e-5)


def test_no_gradients_give_a_longer_step_than_the_growing_ones():
    step_lengths, _, adam = lesson_functions("10_adam", "step_lengths", "fresh", "adam")
    longest = 0.1 / (0.001 * (1 - 0.81 / 0.999)) ** 0.5
    generator = np.random.default_rng(0)
    for gradients in (generator.normal(size=3000), np.exp(generator.normal(0, 4, 3000)), 1.2 ** np.arange(300.0)):
        assert step_lengths(adam, gradients).max() < longest
    growing = np.concatenate([np.zeros(9700), (0.999 / 0.9) ** np.arange(300.0)])
    assert step_lengths(adam, growing)[-1] == pytest.approx(longest, rel=1e-3)


@pytest.mark.parametrize("t", [0, 1, 4, 49])
def test_the_matching_epsilon_makes_both_forms_equal(t):
    adam, adam_hat = lesson_functions("10_adam", "adam", "adam_hat")
    memory, gradient = (t, np.array([0.3, -2.0]), np.array([0.5, 0.1])), np.array([1.0, 3.0])
    one, _ = adam(START[:2], gradient, memory, 0.1, epsilon=0.1 / (1 - 0.999 ** (t + 1)) ** 0.5)
    other, _ = adam_hat(START[:2], gradient, memory, 0.1, epsilon=0.1)
    np.testing.assert_allclose(one, other, rtol=1e-12)


def some_pairs(count):
    generator = np.random.default_rng(0)
    matrix = generator.normal(size=(6, 6))
    matrix = matrix @ matrix.T + np.eye(6)
    return [(s, matrix @ s) for s in generator.normal(size=(count, 6))]


@pytest.mark.parametrize("count", [0, 1, 4])
def test_the_two_loops_are_the_packages(count):
    (two_loops,) = lesson_functions("10_adam", "two_loops")
    pairs, gradient = some_pairs(count), np.arange(1.0, 7)
    packaged = optimizers._inverse_hessian_times(gradient, pairs)
    np.testing.assert_allclose(two_loops(gradient, pairs), packaged, rtol=1e-12)


def test_the_two_loops_are_the_formula_for_matrices():
    """Nocedal and Wright 2006, equation 7.16: H ← (1 − s yᵀ/yᵀs) H (1 − y sᵀ/yᵀs) + s sᵀ/yᵀs."""
    (two_loops,) = lesson_functions("10_adam", "two_loops")
    pairs = some_pairs(5)
    s, y = pairs[-1]
    inverse = np.eye(6) * (s @ y) / (y @ y)
    for s, y in pairs:
        left = np.eye(6) - np.outer(s, y) / (y @ s)
        inverse = left @ inverse @ left.T + np.outer(s, s) / (y @ s)
    gradient = np.arange(1.0, 7)
    np.testing.assert_allclose(two_loops(gradient, pairs), inverse @ gradient, rtol=1e-10)
    np.testing.assert_allclose(two_loops(y, pairs), s, rtol=1e-10)  # the secant condition


def test_adam_goes_the_wrong_way_where_reddi_says():
    (walk,) = lesson_functions("10_adam", "walk_of_one")

    def gradient_at(t):
        return 4.0 if t % 3 == 0 else -1.0

    assert walk(gradient_at, 3000, 0.0, 1 / 17)[-300:].mean() > 0.9
    assert walk(gradient_at, 3000, 0.0, 1 / 17, largest=True)[-300:].mean() < -0.9


def bowl(seed=0):
    """A quadratic of a small picture, and its steps by the lesson's and by the package's rule."""
    generator = np.random.default_rng(seed)
    curvature, start = generator.uniform(0.01, 1, (2, 3, 3)), generator.uniform(50, 200, (2, 3, 3))
    return curvature, start


def test_the_rule_that_measures_its_length_is_the_packages():
    (by_hand,) = lesson_functions("10_adam", "barzilai_borwein")
    curvature, start = bowl()
    paths = []
    for rule in (by_hand, contest.barzilai_borwein):
        w, memory, points = start, (start, 0 * start, np.inf), []
        for _ in range(20):
            new, memory = rule(w, curvature * w, memory, 5.0)
            assert np.sqrt(np.mean((new - w) ** 2)) < 5.0001
            w = new
            points.append(w)
        paths.append(np.array(points))
    np.testing.assert_allclose(paths[0], paths[1], rtol=1e-12)
    assert np.sqrt(np.mean((paths[0][0] - start) ** 2)) == pytest.approx(5)  # nothing is known of the curvature yet


def test_the_steps_of_one_length_have_the_direction_of_lbfgs():
    curvature, start = bowl()
    rule = optimizers.LBFGS(1e9, memory=1)
    w, state, other = start, optimizers.LBFGS(1.0).init(start), optimizers.LBFGS(1.0).init(start)
    for number in range(6):
        new, state = contest.one_length(w, curvature * w, state, 3.0)
        ahead, other = rule.step(w, curvature * w, other)
        step, expected = new - w, ahead - w
        assert np.sqrt(np.mean(step**2)) == pytest.approx(3)
        assert np.vdot(step, expected) == pytest.approx(np.linalg.norm(step) * np.linalg.norm(expected)), number
        w = new
    still = np.full((2, 2, 3), 5.0)
    np.testing.assert_array_equal(contest.one_length(still, 0 * still, rule.init(still), 3.0)[0], still)


def test_two_arrays_are_lbfgs_with_one_pair():
    """The worked answer to exercise 4, where no pixel meets 0 or 255."""
    two_arrays, _ = lesson_functions("10_adam", "two_arrays", "two_loops")
    curvature, start = bowl()
    w, state, other, packaged = start, (0 * start, 0 * start), start, optimizers.LBFGS(5.0, memory=1).init(start)
    for _ in range(20):
        w, state = two_arrays(w, curvature * w, state, 5.0)
        other, packaged = optimizers.LBFGS(5.0, memory=1).step(other, curvature * other, packaged)
        np.testing.assert_allclose(w, other, rtol=1e-9)


def test_with_one_pair_its_length_is_that_of_lbfgs():
    """On a loss with the same curvature everywhere both arrive in the second step."""
    start, rule = np.array([3.0, -4.0]), optimizers.LBFGS(1.0, memory=1)
    w, state = rule.step(start, 0.5 * start, rule.init(start))
    other, memory = contest.barzilai_borwein(start, 0.5 * start, (start, 0 * start, np.inf), 1.0)
    np.testing.assert_allclose(w, other)
    rule = optimizers.LBFGS(100.0, memory=1)
    np.testing.assert_allclose(rule.step(w, 0.5 * w, state)[0], 0, atol=1e-12)
    np.testing.assert_allclose(contest.barzilai_borwein(other, 0.5 * other, memory, 100.0)[0], 0, atol=1e-12)


# What it draws and measures


def test_the_diagram_shows_what_adam_does():
    rows = streams()
    np.testing.assert_allclose(moves(rows["steady"]), 1, rtol=1e-6)
    np.testing.assert_allclose(moves(1000 * rows["noise alone"]), moves(rows["noise alone"]), rtol=1e-4)
    assert np.abs(moves(rows["noise alone"])[20:]).max() < 1
    assert Image.open(io.BytesIO(png(state_of_adam()))).width >= 640


def test_least_squares_with_all_examples_comes_down_to_the_minimum():
    problem = batches.fit()
    gradient = problem.inputs.T @ (problem.inputs @ problem.best - problem.targets)
    assert np.abs(gradient).max() < 1e-8 * np.abs(problem.inputs.T @ problem.targets).max()
    assert batches.excess(optimizers.GradientDescent, 1.0, batches.EXAMPLES) < 1e-3
    assert batches.excess(optimizers.GradientDescent, 100.0, batches.EXAMPLES) == np.inf


def test_turned_inputs_change_nothing_for_rules_that_know_no_axes():
    plain, turned = (batches.excess(optimizers.Momentum, 2.0, 20, turned=turned) for turned in (False, True))
    assert plain == pytest.approx(turned, rel=1e-6)
    plain, turned = (batches.excess(optimizers.AdaGrad, 2.0, 20, turned=turned) for turned in (False, True))
    assert turned > 2 * plain


def test_two_gradients_of_all_examples_are_what_lbfgs_sees_anyway():
    ends = [batches.excess(optimizers.LBFGS, 0.5, batches.EXAMPLES, steps=20, one_batch=one_batch)
            for one_batch in (False, True)]
    assert ends[0] == pytest.approx(ends[1], rel=1e-3)


def test_the_tuned_learning_rate_has_worse_neighbors():
    rate, left = batches.tuned(optimizers.Momentum, 200, 0.01, steps=50)
    for other in (rate / 2, 2 * rate):
        assert batches.excess(optimizers.Momentum, other, 200, 50) >= left


@pytest.mark.parametrize(("name", "schedule"), [*itertools.product(LADDERS, ["constant", "cosine"]),
                                                *itertools.product(OF_BETA, ["constant"])])
def test_the_best_of_a_stored_ladder_has_worse_neighbors(name, schedule):
    ladder = {race.learning_rate: race.end for race in contest.stored_races(
        optimizer=name, schedule=schedule, size=160, memory=10, steps=60)}
    rate = min(ladder, key=ladder.get)
    assert {rate / 2, 2 * rate} <= set(ladder)
    assert contest.best(optimizer=name, schedule=schedule, size=160, memory=10, steps=60).learning_rate == rate
    assert np.isfinite(contest.from_other_noise(contest.best(
        optimizer=name, schedule=schedule, size=160, memory=10, steps=60)))


def test_the_race_of_adam_reaches_down_to_the_learning_rate_of_the_courses_paper():
    rates = {race.learning_rate for race in contest.stored_races(
        optimizer="Adam", schedule="constant", size=160, memory=10, steps=60)}
    assert min(rates) < 6 and rates == {5.0 * 2**power for power in range(len(rates))}


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
@pytest.mark.parametrize("name", ["L-BFGS", "momentum", "Adam", "RMSprop", "gradient descent"])
def test_the_best_of_the_longer_race_has_worse_neighbors_too(name, schedule):
    ladder = {race.learning_rate for race in contest.stored_races(
        optimizer=name, schedule=schedule, size=160, memory=10, steps=200)}
    rate = contest.best(optimizer=name, schedule=schedule, size=160, memory=10, steps=200).learning_rate
    assert {rate / 2, 2 * rate} <= ladder
    assert len(contest.stored_races(optimizer=name, schedule=schedule, learning_rate=rate, seed=1, steps=200)) == 1


@pytest.mark.parametrize("name", RACERS)
def test_the_stored_pictures_are_there_and_large(name):
    image = contest.picture(name.lower().replace(" ", "_"))
    assert image.shape == (214, 320, 3)


def test_a_painting_starts_at_the_noise_and_obeys_its_schedule():
    transfer = contest.Transfer(lambda w: (float(np.sum(w)), np.ones_like(w)), np.full((2, 2, 3), 100.0, np.float32))
    painted = contest.paint(transfer, lambda w, g, memory, eta: (w - eta * g, memory), None, 10.0, 2, "cosine")
    np.testing.assert_allclose(painted.losses, [1200, 1080, 1020])
    np.testing.assert_allclose(painted.image, 85)
    own = contest.paint(transfer, lambda w, g, memory, eta: (w - eta * g, memory), None, 10.0, 2,
                        lambda number, steps: (number + 1) / steps)
    np.testing.assert_allclose(own.losses, [1200, 1140, 1020])


# Its exercises


def by_momentum(w, gradient, state, eta):
    return optimizers.Momentum(eta).step(w, gradient, state)


@pytest.mark.parametrize(("answer", "hint"), [
    (np.zeros((107, 160, 3)), "four things are wanted"), (by_momentum, "four things are wanted"),
    ((by_momentum, None, 1.0), "four things are wanted"),
    ((optimizers.Adam(20.0), None, 20.0, "constant"), "the first of the four is a function"),
    ((by_momentum, None, 1.0, "linear"), "the schedule is"), ((by_momentum, None, "much", "constant"), "to float"),
    ((by_momentum, None, 1.0, "constant"), "has no attribute 'velocity'"),
    ((lambda w, g, state, eta: w - eta * g, None, 1.0, "constant"), "too many values to unpack"),
    ((lambda w, g: (w, None), None, 1.0, "constant"), "positional arguments"),
    ((lambda w, g, state, eta: (w, state), None, 1.0, "constant"), "1 of 2 wishes not met: total loss"),
    ((lambda w, g, state, eta: (w * np.nan, state), None, 1.0, "constant"), "1 of 2 wishes not met: total loss")])
def test_what_is_no_rule_is_told_why(answer, hint, monkeypatch):
    noise = np.full((4, 6, 3), 9.0, np.float32)
    still = contest.Transfer(lambda w: (float(np.mean(255 - w)), np.ones_like(w)), noise)  # of black: 255
    monkeypatch.setattr("nst_helpers.exercises.lesson_10._transfer", lambda: still)
    passed, text = verdict("10-picture", answer)
    assert not passed and hint in text


def keeping(parts):
    """Descent that arrives, and keeps something that it does not need."""
    return lambda w, g, state, eta: (w - eta * g, parts(w))


@pytest.mark.parametrize(("parts", "arrays"), [
    (lambda w: None, 0), (lambda w: (w, 1.0, 2.0), 1.03), (lambda w: {"both": np.stack([w, w])}, 2),
    (lambda w: (w, ((w, tf.constant(w)),)), 3), (lambda w: [w[::2], w[1::2], w], 2), (lambda w: [w, w, w[0]], 2.25)])
def test_what_a_method_keeps_is_counted(parts, arrays, monkeypatch):
    noise = np.full((4, 6, 3), 9.0, np.float32)
    still = contest.Transfer(lambda w: (float(np.mean(w)), np.ones_like(w)), noise)
    monkeypatch.setattr("nst_helpers.exercises.lesson_10._transfer", lambda: still)
    found = verdict("10-picture", (keeping(parts), None, 2.0, "constant"))
    assert found.passed == (arrays <= 2)
    assert found.details.rows[2][2] == f"{arrays:g}"


@pytest.mark.parametrize("kind", [tuple, list])
@pytest.mark.parametrize("schedule", ["constant", "cosine", lambda number, steps: 1 - number / steps])
def test_any_rule_that_comes_down_paints(kind, schedule, monkeypatch):
    noise = np.full((4, 6, 3), 9.0, np.float32)
    still = contest.Transfer(lambda w: (float(np.mean(w)), np.ones_like(w)), noise)
    monkeypatch.setattr("nst_helpers.exercises.lesson_10._transfer", lambda: still)
    found = verdict("10-picture", kind((by_momentum, optimizers.Momentum(1.0).init(noise), 2.0, schedule)))
    assert found.passed and found.details.picture.shape == noise.shape


def vectorized(pictures, gradients, learning_rate, beta1, beta2):
    w, velocity, scale = np.array(pictures), 0 * pictures, 0 * pictures
    for t, row in enumerate(gradients, 1):
        velocity, scale = beta1 * velocity + (1 - beta1) * row, beta2 * scale + (1 - beta2) * row**2
        w = w - learning_rate * velocity / (1 - beta1**t) / (np.sqrt(scale / (1 - beta2**t)) + 1e-8)
    return w


def one_by_one(pictures, gradients, learning_rate, beta1, beta2):
    return [vectorized(picture, gradients[:, number], learning_rate, beta1, beta2)
            for number, picture in enumerate(pictures)]


@pytest.mark.parametrize("answer", [vectorized, one_by_one])
def test_other_ways_to_paint_several_pictures_pass(answer):
    assert verdict("10-pictures", answer).passed


def test_the_lesson_shows_the_planted_bug_and_its_cure():
    source = (SOURCES / "10_adam.py").read_text(encoding="utf-8")
    shown, cured = ({}, {})
    for node, space in zip([node for node in ast.parse(source).body if getattr(node, "name", "") == "walk"],
                           (shown, cured), strict=True):
        exec(ast.unparse(node), space)
    assert verdict("10-pictures", shown["walk"]).text.startswith("○ 10-pictures: the bug is still in it.")
    assert verdict("10-pictures", cured["walk"]).passed


# The race


def test_each_control_of_the_race_changes_its_picture():
    panel = race()
    for name, value in (("factor", 0.25), ("beta1", 0.5), ("across", 70.0), ("up", 30.0), ("steps", 20),
                        ("surface", list(SURFACES)[1])):
        before = pixels(panel)
        panel.controls[name].value = value
        assert np.abs(pixels(panel) - before).max() > 50, name


def test_another_surface_begins_at_its_own_start_and_is_drawn_once(monkeypatch):
    panel, calls = race(), []
    draw = panel.draw
    panel.draw = lambda **values: calls.append(values) or draw(**values)
    name = list(SURFACES)[-1]
    panel.controls["surface"].value = name
    ground = SURFACES[name]
    low, high = corners(ground)
    shares = np.array([panel.controls["across"].value, panel.controls["up"].value])
    np.testing.assert_allclose(low + (high - low) * shares / 100, ground.start, atol=1e-3 * (high - low).max())
    assert len(calls) == 1 and calls[0]["surface"] == name


def test_the_words_name_all_five_from_low_to_high():
    words = draw_race(next(iter(SURFACES)), 1.0, 0.9, 10, 75, 60).words
    ends = [part.rsplit(" ", 1) for part in words.split(": ", 1)[1].rstrip(".").split(", ")]
    assert {name for name, _ in ends} == set(RULES)
    values = [float(value) for _, value in ends]
    assert values == sorted(values)


@pytest.mark.parametrize("surface", SURFACES)
def test_a_rate_that_is_far_too_large_is_drawn_and_told(surface):
    drawing = draw_race(surface, 8.0, 0.99, 0, 100, 200)
    assert Image.open(io.BytesIO(drawing.picture)).size == (1000, 480)
    assert "after 200 steps" in drawing.words
