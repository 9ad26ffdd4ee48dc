"""Lesson 08: its rules by hand are the package's; the limits and the best β have closed forms; its widgets."""

import io
import itertools
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers import optimizers, plots
from nst_helpers.backend import tf
from nst_helpers.diagrams import optimizers as diagrams
from nst_helpers.exercises import find, verdict
from nst_helpers.experiments import descents, painting
from nst_helpers.experiments.landscapes import PATTERNS, SURFACES, measured_shrinkage, start_share, velocities
from nst_helpers.images import noise_image
from nst_helpers.widgets import descent as module
from nst_helpers.widgets.descent import descent, draw_descent, memory
from nst_helpers.widgets.paths import PAGE, _round_numbers

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import descents as tool

LESSON = "08_gradient_descent"
CURVATURE = np.array([100.0, 1.0, 0.01])
START = np.array([1.0, -2.0, 3.0])


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB"), float)


def path(optimizer, w, steps=60):
    state, points = optimizer.init(w), [np.asarray(w)]
    for _ in range(steps):
        w, state = optimizer.step(w, CURVATURE * w, state)
        points.append(np.asarray(w))
    return np.array(points)


# What the lesson writes


@pytest.mark.parametrize("array", [np.array, tf.constant], ids=["NumPy", "TensorFlow"])
def test_the_lessons_rules_are_the_packages(array):
    descend, momentum_path, accumulated, averaged = lesson_functions(
        LESSON, "descend", "momentum_path", "accumulated", "averaged")
    start = array(START)

    def gradient(w):
        return CURVATURE * w

    np.testing.assert_allclose(descend(gradient, start, 0.01, 60), path(optimizers.GradientDescent(0.01), start))
    for form, average in ((accumulated, False), (averaged, True)):
        by_hand = momentum_path(form, gradient, start, 0.005, 0.9, 60)
        packaged = path(optimizers.Momentum(0.005, 0.9, average), start)
        assert np.abs(packaged[-1] - START).max() > 1e-3  # it went somewhere
        np.testing.assert_allclose(by_hand, packaged, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("beta", "matrix"), [(0.0, np.diag([1.0, 5.0])), (0.5, np.array([[2.0, 1.0], [1.0, 2.0]]))])
def test_the_measured_limit_is_two_over_the_largest_curvature(beta, matrix):
    """Of averaged momentum it is that times (1 + β) / (1 − β)."""
    (largest_rate,) = lesson_functions(LESSON, "largest_rate")
    limit = largest_rate(matrix, beta)
    assert limit == pytest.approx(2 / np.linalg.eigvalsh(matrix).max() * (1 + beta) / (1 - beta))
    for share, flies in ((0.99, False), (1.01, True)):
        w = np.array([1.0, 1.1])
        rule = optimizers.Momentum(share * limit, beta)
        state = rule.init(w)
        for _ in range(1500):
            w, state = rule.step(w, matrix @ w, state)
        assert (np.linalg.norm(w) > 10) == flies


@pytest.mark.parametrize("kappa", [3, 9, 49])
def test_polyaks_pair_leaves_least(kappa):
    (shrinkage,) = lesson_functions(LESSON, "shrinkage")
    beta, step = np.linspace(0, 0.99, 100)[:, None], np.linspace(0.02, 4, 200)
    left = np.maximum(shrinkage(beta, step), shrinkage(beta, step / kappa))
    best = np.unravel_index(left.argmin(), left.shape)
    root = kappa**0.5
    assert beta[best[0], 0] == pytest.approx(((root - 1) / (root + 1)) ** 2, abs=0.03)
    assert left.min() == pytest.approx((root - 1) / (root + 1), abs=0.03)


def test_the_theory_is_what_is_measured():
    (shrinkage,) = lesson_functions(LESSON, "shrinkage")
    betas, steps = np.array([0.3, 0.9]), np.array([0.5, 1.0])
    theory = np.maximum(shrinkage(betas[:, None], steps), shrinkage(betas[:, None], steps / 20))
    np.testing.assert_allclose(measured_shrinkage(betas, steps, 20), theory, atol=0.02)


def test_the_measured_shrinkage_by_pencil():
    """κ = 1 and no memory: each step leaves 1 − η λ; beyond 2 the walk flies off."""
    np.testing.assert_allclose(measured_shrinkage([0.0], [0.5, 1.5, 3.0], 1), [[0.5, 0.5, 2.0]], rtol=1e-2)


def test_steps_needed_by_pencil():
    (steps_needed,) = lesson_functions(LESSON, "steps_needed")
    assert [steps_needed(kappa, 2 / (1 + kappa)) for kappa in (1, 3)] == [1, 10]  # at once; (1/2)¹⁰ < 1/1000


def test_the_most_curved_direction_is_the_eigenvector():
    (most_curved,) = lesson_functions(LESSON, "most_curved")
    matrix = np.array([[2.0, 1.0], [1.0, 2.0]])  # 3 along (1, 1), 1 along (1, −1)
    curvature, direction = most_curved(lambda d: matrix @ d, np.array([1.0, 0.2]), 60)
    assert curvature == pytest.approx(3)
    np.testing.assert_allclose(np.abs(direction), np.sqrt(0.5), rtol=1e-6)


# Its exercises


def restarting(componentwise=False, stopping=False):
    def step(w, gradient, velocity, learning_rate, beta):
        uphill = gradient * velocity < 0 if componentwise else np.sum(gradient * velocity) < 0
        if stopping and np.any(uphill):
            return w, 0 * velocity
        velocity = beta * np.where(uphill, 0, velocity) + gradient
        return w - learning_rate * velocity, velocity

    return step


def after_the_update(w, gradient, velocity, learning_rate, beta):
    velocity = beta * velocity + gradient
    if gradient @ velocity < 0:
        velocity = gradient
    return [w - learning_rate * velocity, velocity]


@pytest.mark.parametrize("answer", [restarting(), restarting(stopping=True), after_the_update])
def test_an_optimizer_that_forgets_uphill_passes_in_every_form(answer):
    assert verdict("08-restart", answer).passed


@pytest.mark.parametrize(("answer", "said"), [
    (lambda w, g, v, rate, beta: (w - rate * (beta * v + g), beta * v + g), "2 of 3 wishes not met"),  # never
    (lambda w, g, v, rate, beta: (w - rate * g, g), "3 of 3 wishes not met"),  # always
    (lambda w, g, v, rate, beta: (w - rate * (0.8 * v + g), 0.8 * v + g), "wishes not met"),  # another β
    (restarting(componentwise=True), "2 of 3 wishes not met"),  # the axes are no eigenvectors
    (lambda w, g, v, rate, beta: (w - rate * (beta * v * (w @ v >= 0) + g), beta * v * (w @ v >= 0) + g),
     "wishes not met"),  # the minimum is not at 0
    (lambda w, g, v, rate, beta: w - rate * g, "the new w and the new velocity"),
    (lambda w, g, v, rate, beta: (w, 0.0), "returns the shapes"),
])
def test_what_does_not_forget_uphill_is_told(answer, said):
    result = verdict("08-restart", answer)
    assert not result.passed and said in result.text


@pytest.mark.parametrize("answer", ["learning_rate / (1 - beta) * (1 - dampening)",
                                    "(learning_rate - learning_rate * dampening) / (1 - beta)"])
def test_other_ways_to_write_the_rate_pass(answer):
    assert verdict("08-scale", answer).passed


@pytest.mark.parametrize("answer", ["A, B, E", "A B E", ["A", "B", "E"]])
def test_other_ways_to_choose_pass(answer):
    assert verdict("08-unchanged", answer).passed


def test_the_bug_is_told_while_it_is_there():
    assert verdict("08-ahead", find("08-ahead").planted).text.startswith("○ 08-ahead: the bug is still in it")


def by_the_gradient_alone(matrix, w, rates, beta):
    """From the point ahead, where βV is walked already."""
    velocity = np.zeros_like(w)
    for rate in rates:
        ahead = w - rate * beta * velocity
        gradient = matrix @ ahead
        velocity = beta * velocity + gradient
        w = ahead - rate * gradient
    return w


def with_the_old_velocity_faded_first(matrix, w, rates, beta):
    velocity = 0
    for rate in rates:
        velocity = beta * velocity
        velocity = velocity + matrix @ (w - rate * velocity)
        w = w - rate * velocity
    return w


@pytest.mark.parametrize("answer", [by_the_gradient_alone, with_the_old_velocity_faded_first])
def test_other_ways_to_look_ahead_pass(answer):
    assert verdict("08-ahead", answer).passed


def test_the_bug_is_as_the_lesson_tells_it():
    arguments = np.array([[4.0]]), np.array([1.0]), [0.1, 0.1], 0.5
    exercise = find("08-ahead")
    assert exercise.truth(*arguments)[0] == pytest.approx(0.24)
    assert exercise.planted(*arguments)[0] == pytest.approx(0.04)


# Its diagrams, and the race that was computed before


def test_the_diagrams_draw():
    rows = (diagrams.DESCENT, diagrams.MOMENTUM,
            diagrams.Row("two", (diagrams.Kept("V", "$V$"), diagrams.Kept("t", "$t + 1$", number=True)), "$w$"))
    walk = np.array([[-4.0, 1.0], [0.0, 0.0]])
    grid = np.full((3, 12), 0.9)
    figures = (diagrams.kept_states(rows), diagrams.stacked_walks(SURFACES["ravine"], {"a": walk, "b": walk}),
               diagrams.walks_from_above(SURFACES["ravine"], {"a": walk}), diagrams.parabolas(4, {"a": [1, 0, 9]}),
               diagrams.two_wells(np.square, (-1.0, 0.0, 1.0), walk[:, 0], {"a": walk[:, 0], "b": -walk[:, 0]}),
               diagrams.convergence_map(np.arange(3), np.arange(12), grid, {"a": (1, 1)}, {"b": (grid[0], 0, "black")}))
    assert all(plots.png(figure).startswith(b"\x89PNG") for figure in figures)


def test_the_race_is_as_the_tool_would_compute_it():
    assert tool.main(["--check"]) == 0
    race = descents.load_descents()
    assert set(race.images) == set(race.losses) == set(descents.RULES)
    for rule, rows in race.losses.items():
        shares = sorted(rows)
        assert shares[0] < race.best[rule] < shares[-1], "the best is not at the edge of what was tried"
        assert all(len(row) == race.settings["steps"] or descents.late(row) == np.inf for row in rows.values())
        assert race.images[rule].shape[1] == race.settings["size"]


def test_the_race_over_both_has_each_best_rate_between_worse_ones():
    tuned = descents.load_tuned()
    assert tuple(tuned.settings["starts"]) == tool.STARTS
    for start, (rule, betas) in itertools.product(tool.STARTS, tool.BETAS.items()):
        assert tuple(tuned.best(rule, start)) == betas
        for beta, (share, loss) in tuned.best(rule, start).items():
            rows = tuned.losses[start, rule, beta]
            for factor in (2**-0.5, 2**0.5):  # the rates are kept with six digits
                near = [other for rate, other in rows.items() if np.isclose(rate, factor * share, rtol=1e-4)]
                assert near and near[0] >= loss, (start, rule, beta)


def test_the_small_race_begins_with_the_photograph_or_with_a_noise_of_its_size():
    photo = np.zeros((4, 6, 3), np.float32)
    pictures = [tool.begin(photo, start) for start in tool.STARTS]
    assert pictures[0] is photo and not np.array_equal(pictures[1], pictures[2])
    np.testing.assert_array_equal(pictures[2], noise_image(4, 6, seed=1))


def test_both_ends_of_a_spectrum_come_from_products_alone():
    axes, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((40, 40)))
    values = np.concatenate([[-2.0], np.linspace(0, 1, 38), [9.0]])
    matrix, start = axes @ np.diag(values) @ axes.T, np.random.default_rng(1).standard_normal(40)
    np.testing.assert_allclose(descents.curvature_ends(lambda d: matrix @ d, start, 15), (-2, 9), rtol=1e-6)
    np.testing.assert_allclose(descents.curvature_ends(lambda d: d, start, 15), (1, 1))  # stops after one


def test_a_race_that_was_stopped_goes_on_where_it_was(tmp_path, monkeypatch):
    calls = []

    def painted(look, photo, optimizer, steps, patient=False):
        calls.append((type(optimizer).__name__, optimizer.learning_rate))
        return np.zeros((4, 6, 3)), steps * [1 + np.log2(optimizer.learning_rate / 8) ** 2]

    for name, value in (("folder", lambda: tmp_path), ("paint", painted),
                        ("photograph", lambda settings: np.zeros((4, 6, 3))),
                        ("loss_of", lambda photo, settings: None), ("largest_curvature", lambda loss, photo: 2.0)):
        monkeypatch.setattr(tool, name, value)
    monkeypatch.setattr(descents, "folder", lambda: tmp_path)
    assert tool.main(["--check"]) and tool.main([]) == 0 and not tool.main(["--check"])
    descents.load_tuned.cache_clear()
    assert all(descents.load_tuned().best("Nesterov", start)[0.5] == (8, 1) for start in tool.STARTS)
    told = json.loads((tmp_path / "descents.json").read_text())
    del told["finished"], told["losses"]["momentum"]["16"]
    (tmp_path / "descents.json").write_text(json.dumps(told))
    (tmp_path / "descents_nesterov.webp").unlink()
    calls.clear()
    assert tool.main([]) == 0 and not tool.main(["--check"])
    assert calls == [("Momentum", 16), *(("Nesterov", rate) for rate in (4, 8, 16, 32))]
    descents.load_tuned.cache_clear()


def test_the_loss_is_lowered_by_every_rule(compact, photograph):
    loss = painting.painting_loss(compact, photograph[:32, :32], photograph[32:64, :32], 1.0)

    def look(w):
        with tf.GradientTape() as tape:
            tape.watch(w)
            value = loss(w, 0.1, 40.0)
        return value, tape.gradient(value, w)

    for rule in descents.RULES.values():
        image, losses = descents.paint(look, tf.constant(photograph[:32, :32]), rule(1e4), 4)
        assert losses[-1] < losses[0] and image.min() >= 0 and image.max() <= 255


def test_a_walk_that_flies_off_ends_unless_one_is_patient():
    climbing = iter(10.0 ** np.arange(20))

    def look(w):
        return tf.constant(next(climbing)), tf.ones_like(w)

    photo = np.zeros((2, 2, 3), np.float32)
    assert len(descents.paint(look, photo, descents.RULES["momentum"](1.0), 6)[1]) == 2
    assert len(descents.paint(look, photo, descents.RULES["momentum"](1.0), 6, patient=True)[1]) == 6


def test_what_flies_off_is_never_the_best():
    assert descents.late([1.0, 3.0, 0.1, 0.1, 0.1, 0.1]) == np.inf
    assert descents.late([2.0, 1.0, 1.0, 1.0, 1.0, 1.0]) == 1.0


def test_nesterov_is_keras_nesterov():
    from nst_helpers.backend import keras

    w, theirs = START, keras.Variable(START, dtype="float64")
    keras_rule, rule = keras.optimizers.SGD(2**-8, momentum=0.75, nesterov=True), descents.Nesterov(2**-6, 0.75)
    state = rule.init(w)
    for _ in range(30):
        w, state = rule.step(w, CURVATURE * w, state)
        keras_rule.apply([tf.constant(CURVATURE * theirs.numpy())], [theirs])
    np.testing.assert_allclose(w, theirs.numpy(), rtol=1e-5)


# The widgets


def test_each_control_of_the_descent_changes_its_picture():
    panel = descent()
    for name, value in (("share", 0.3), ("beta", 0.8), ("form", True), ("across", 70.0), ("up", 30.0), ("steps", 10),
                        ("surface", "banana valley")):
        before = pixels(panel)
        panel.controls[name].value = value
        assert np.abs(pixels(panel) - before).max() > 50, name


@pytest.mark.parametrize("surface", SURFACES)
def test_another_surface_begins_at_its_own_start_and_is_drawn_once(surface):
    panel = descent("saddle" if surface != "saddle" else "ravine")
    draw, calls = panel.draw, []
    panel.draw = lambda **values: calls.append(values) or draw(**values)
    panel.controls["surface"].value = surface
    assert [panel.controls["across"].value, panel.controls["up"].value] == start_share(SURFACES[surface])
    assert len(calls) == 1


@pytest.mark.parametrize(("low", "high", "written"), [
    (-5, 5, [-4, -2, 0, 2, 4]), (-0.6, 0.6, [-0.4, -0.2, 0, 0.2, 0.4]), (-1, 3, [0, 1, 2])])
def test_the_edges_of_the_map_carry_round_numbers(low, high, written):
    np.testing.assert_allclose(_round_numbers(low, high), written, atol=1e-12)


def test_the_words_by_pencil():
    # One step from (−4, 1) with η = 0.05: (−3.8, 0), height ½ · 3.8² = 7.22; momentum's first step is the same.
    words = draw_descent("ravine", 0.5, 0.9, False, 10, 75, 1).words
    assert "gradient descent 7.2, momentum 7.2" in words
    assert "1 steps with η = 0.05: " in words and "2/λ_max = 0.1, κ = 20, best β = 0.40" in words


@pytest.mark.parametrize(("form", "how"), [(False, "accumulated"), (True, "averaged")])
def test_the_descent_says_its_share_and_its_form(monkeypatch, form, how):
    titles = []
    monkeypatch.setattr(module, "draw_paths", lambda *drawn: titles.append(drawn[4]) or Image.new("RGB", PAGE))
    draw_descent("ravine", 0.5, 0.9, form, 10, 75, 1)
    assert titles == [f"ravine: η = 0.5 · 2/λ_max, β = 0.90, V {how}"]


def test_no_memory_is_plain_descent_and_far_too_long_a_step_is_told():
    words = draw_descent("ravine", 0.7, 0.0, True, 10, 75, 30).words
    plain, with_memory = words.split(": ")[1].split(". ")[0].split(", ")
    assert plain.split()[-1] == with_memory.split()[-1]
    assert "beyond all numbers" in draw_descent("banana valley", 30.0, 0.99, False, 0, 100, 200).words


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_is_drawn_at_the_ends_of_its_controls(surface):
    for share, beta, across, up, steps in ((0.01, 0, 0, 0, 1), (31.0, 0.99, 100, 100, 200)):
        assert Image.open(io.BytesIO(draw_descent(surface, share, beta, True, across, up, steps).picture)).size == \
            PAGE


def test_the_memory_of_the_widget_by_pencil():
    np.testing.assert_allclose(velocities([4, 4, 4], 0.5), [2, 3, 3.5])
    assert "at the end V is 1.00" not in module.draw_memory("one impulse", 0.9, 0.0).words
    zigzag = float(module.draw_memory("zigzag", 0.9, 0.0).words.split("changes ")[1].split()[0])
    assert zigzag == pytest.approx(1 / 19, abs=0.02)  # (1 − β) / (1 + β)
    assert "changes 1.00 times" in module.draw_memory("zigzag", 0.0, 0.5).words


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_control_of_the_memory_changes_its_picture(pattern):
    panel = memory(pattern)
    for name, value in (("beta", 0.3), ("noise", 1.5), ("pattern", next(p for p in PATTERNS if p != pattern))):
        before = pixels(panel)
        panel.controls[name].value = value
        assert np.abs(pixels(panel) - before).max() > 50, name
