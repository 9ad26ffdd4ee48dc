"""Lesson 09: its rules by hand are the package's; where ε stands; its experiments and pictures; and its widget."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from lesson_code import CURVATURE, lesson_functions, path
from PIL import Image

from nst_helpers import optimizers, plots
from nst_helpers.backend import keras, tf
from nst_helpers.diagrams import adaptive as diagrams
from nst_helpers.exercises import verdict
from nst_helpers.experiments import rates
from nst_helpers.experiments.adaptive import ARRIVED, RULES, AdaDelta, Rprop, falling, sweep_surface, sweep_words
from nst_helpers.experiments.landscapes import SURFACES, height, run, start_share, turned, turned_points
from nst_helpers.widgets.descent import adaptive, draw_adaptive

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import adaptive as tool

LESSON = "09_rmsprop"
START = np.array([1.0, -2.0, 3.0])
PAIRS = {
    "adagrad": optimizers.AdaGrad(0.05, 1e-3, epsilon_inside=True),
    "rmsprop": optimizers.RMSprop(0.05, 0.9, 1e-3, epsilon_inside=True),
    "rmsprop_beside": optimizers.RMSprop(0.05, 0.9, 1e-3),
}
NAMES = [name for name in SURFACES if name != "ravine askew"]  # the widget turns surfaces itself


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB"), float)


# What the lesson writes


@pytest.mark.parametrize("array", [np.array, tf.constant], ids=["NumPy", "TensorFlow"])
@pytest.mark.parametrize("name", PAIRS)
def test_the_lessons_rule_is_the_packages_optimizer(name, array):
    (rule,), optimizer, start = lesson_functions(LESSON, name), PAIRS[name], array(START)
    by_hand = path(lambda w, gradient, scale: rule(w, gradient, scale, 0.05, epsilon=1e-3), start, 0 * start)
    packaged = path(optimizer.step, start, optimizer.init(start))
    assert np.abs(packaged[-1] - START).max() > 1e-2  # it went somewhere
    np.testing.assert_allclose(by_hand, packaged, rtol=1e-9, atol=1e-12)


def test_the_lessons_rprop_is_the_experiments():
    (rprop,) = lesson_functions(LESSON, "rprop")
    w, size, sign = START, np.full(3, 0.05), np.zeros(3)
    optimizer = Rprop(0.05)
    packaged = path(optimizer.step, START, optimizer.init(START))
    for point in packaged:
        w, size, sign = rprop(w, CURVATURE * w, size, sign)
        np.testing.assert_allclose(w, point, atol=1e-9)


def test_adagrads_step_dies_and_rmsprops_does_not():
    step_lengths, adagrad, rmsprop = lesson_functions(LESSON, "step_lengths", "adagrad", "rmsprop")
    t = np.arange(1, 501)
    np.testing.assert_allclose(step_lengths(adagrad, np.full(500, 3.0)), 1 / t**0.5, rtol=1e-6)
    np.testing.assert_allclose(step_lengths(rmsprop, np.full(500, 3.0)), 1 / np.sqrt(1 - 0.9**t), rtol=1e-6)


@pytest.mark.parametrize("size", [1e-5, 1e-3, 1.0])
def test_keras_has_epsilon_inside(size):
    (inside,) = lesson_functions(LESSON, "rmsprop")
    w = keras.Variable(np.zeros(1), dtype="float64")
    keras.optimizers.RMSprop(1.0, rho=0.75, epsilon=1e-7).apply([tf.constant([size], tf.float64)], [w])
    assert inside(0.0, size, 0.0, 1.0, beta=0.75)[0] == pytest.approx(w.numpy()[0], rel=1e-6)


def test_what_is_counted_by_pencil():
    (counted,) = lesson_functions(LESSON, "counted")
    assert counted([0, 0, 0, 2]) == (0.75, 0.75, 0.25)  # all of it in one of four entries
    assert counted([1, -1, 1, -1]) == (0, 0, 1)  # spread evenly
    assert counted([0.001, 1, 1, 1])[1] == 0.25
    assert counted(np.random.default_rng(0).standard_normal(100_000))[2] == pytest.approx(1 / 3, rel=0.02)


def test_rmsprop_suffers_from_turning_and_plain_descent_does_not():
    walk, rmsprop = lesson_functions(LESSON, "walk", "rmsprop")
    bowl = SURFACES["badly scaled bowl"]
    ends = {"rmsprop": [], "plain": []}
    for ground in (bowl, turned(bowl, 45)):
        ends["rmsprop"].append(height(ground, walk(rmsprop, ground, 0.1, 55)[-1]))
        ends["plain"].append(height(ground, run(ground, optimizers.GradientDescent(0.004), ground.start, 55)[-1]))
    assert ends["rmsprop"][1] > 100 * ends["rmsprop"][0]
    assert ends["plain"][1] == pytest.approx(ends["plain"][0])


def test_the_recovery_that_is_derived_is_the_one_that_happens():
    rmsprop, step_lengths = lesson_functions(LESSON, "rmsprop", "step_lengths")
    terrain = np.where(np.arange(1000) < 500, 100.0, 1.0)
    k = int(np.ceil(np.log(3 / (100**2 - 1)) / np.log(0.9)))
    lengths = step_lengths(rmsprop, terrain)[500:]
    assert lengths[k - 1] >= 0.5 > lengths[k - 2]


@pytest.mark.parametrize("answer", ["log(3/(c**2-1))/log(beta)", "-log((c**2 - 1)/3) / log(beta)",
                                    "(log(c**2 - 1) - log(3)) / -log(beta)"])
def test_the_recovery_passes_in_any_notation(answer):
    assert verdict("09-recover", answer).passed


def test_a_rule_of_ones_own_is_raced_and_must_ignore_the_unit():
    assert verdict("09-own-rule", lambda w, gradient, state, share: ...).text.startswith("○")
    def plain(w, gradient, state, share):
        return w - 100_000 * falling(share) * gradient, None
    passed, text = verdict("09-own-rule", plain)
    assert not passed and "divided by a million" in text
    assert "two things" in verdict("09-own-rule", lambda w, gradient, state, share: w).text
    assert "nan" in verdict("09-own-rule", lambda w, gradient, state, share: (w * np.nan, None)).text


# The experiments


def test_adadelta_is_keras():
    variable, w, rule = keras.Variable(START, dtype="float64"), START, AdaDelta(0.7, 0.9, 1e-3)
    theirs, state = keras.optimizers.Adadelta(0.7, rho=0.9, epsilon=1e-3), rule.init(START)
    for _ in range(50):
        theirs.apply([tf.constant(CURVATURE * variable.numpy())], [variable])
        w, state = rule.step(w, CURVATURE * w, state)
    np.testing.assert_allclose(w, variable.numpy(), rtol=1e-5)


def test_keras_adagrad_is_keras():
    variable, w, rule = keras.Variable(START, dtype="float64"), START, RULES["AdaGrad, Keras"](0.3)
    theirs, state = keras.optimizers.Adagrad(0.3), rule.init(START)
    for _ in range(50):
        theirs.apply([tf.constant(CURVATURE * variable.numpy())], [variable])
        w, state = rule.step(w, CURVATURE * w, state)
    np.testing.assert_allclose(w, variable.numpy(), rtol=1e-6)


def test_rprop_by_pencil():
    rule, w, points = Rprop(1.0), 0.0, []
    state = rule.init(w)
    for gradient in (5.0, 0.1, -3.0, 0.0, -1.0):
        w, state = rule.step(w, gradient, state)
        points.append(float(w))
    np.testing.assert_allclose(points, [-1, -2.2, -1.6, -1.6, -1.0])  # a gradient of 0 moves nothing and is no turn


def test_a_sweep_is_single_walks():
    ground, steps = SURFACES["badly scaled bowl"], 30
    swept = sweep_surface(ground, RULES["momentum"], steps=steps, rates=[0.01, 0.03, 5.0])
    for found, rate in zip(swept[:2], (0.01, 0.03), strict=True):
        walked = run(ground, optimizers.Momentum(rate), ground.start, steps)
        assert found == pytest.approx(height(ground, walked[-10:]).max())
    assert swept[2] == np.inf  # it flew off
    assert sweep_surface(ground, RULES["Rprop"], falling, 200, [0.5])[0] == ARRIVED


def test_words_are_learned_when_they_come_and_not_otherwise():
    nothing, learned, astray = sweep_words(RULES["gradient descent"], [0.5, 0.5], steps=200, rates=[1e-12, 0.05, 1e4])
    assert nothing == pytest.approx(1) and learned < 0.05 and astray == np.inf
    (never,) = sweep_words(RULES["AdaGrad"], [0.5, 0.0], steps=200, rates=[0.5])
    assert never == pytest.approx(0.5, abs=0.05)  # the word that never came keeps its whole error


def test_a_race_lowers_the_loss_and_follows_its_schedule(compact, photograph):
    small = photograph[:32, :32]
    look = rates.total_loss(compact, small, small[::-1], 8.0, 50.0, 0.3)
    start = np.random.default_rng(0).uniform(0, 255, small.shape).astype(np.float32)
    raced = rates.paint(look, start, RULES["RMSprop"], 8.0, falling, 20, keep=lambda step: step == 3)
    assert raced.losses[-1] < raced.losses[0] and raced.score == pytest.approx(np.mean(raced.losses[-10:]))
    assert len(raced.gradients) == 1 and raced.gradients[0].shape == small.shape
    assert raced.moves[-1] < raced.moves[0] / 5 and 0 <= raced.image.min() <= raced.image.max() <= 255


# What was computed before


def test_the_race_is_finished_and_every_best_rate_has_neighbors():
    race = rates.load_race()
    for rule in RULES:
        for schedule in ("falling",) if rule == "AdaGrad, Keras" else ("falling", "constant"):
            curve = list(race.curve(rule, schedule))
            assert 0 < curve.index(race.best(rule, schedule)[0]) < len(curve) - 1, (rule, schedule)
            if rule != "AdaGrad, Keras":  # what is told of a schedule was tried from three noises, and longer
                assert len(race.noises(rule, schedule)) == 3 and len(race.curve(rule, schedule, "control")) == 1
    for name in rates.PICTURES:
        assert race.image(name).shape == (213, 320, 3) and race.pictures[name]["rule"] in RULES
    assert not tool.main(["--check"])


def test_a_race_that_was_stopped_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(rates, "folder", lambda: tmp_path)
    monkeypatch.setattr(rates, "PICTURES", {"one": ("RMSprop", 16.0)})
    monkeypatch.setattr(tool, "FIRST", {"RMSprop": 8.0})
    monkeypatch.setattr(tool, "load_network", lambda: None)
    monkeypatch.setattr(rates, "cat_race", lambda network, size=96, seed=0: (None, None))
    calls = []
    def painted(look, start, rule, rate, schedule, steps):
        calls.append(rate)
        return rates.Painted(np.zeros((2, 3, 3), np.float32), [1 + np.log2(rate / 32) ** 2], [], [])
    monkeypatch.setattr(rates, "paint", painted)
    assert tool.main(["--check"]) and tool.main([]) == 0 and not tool.main(["--check"])
    assert rates.load_race().best("RMSprop") == (32, 1) and rates.load_race().best("RMSprop", "constant") == (32, 1)
    for schedule in ("falling", "constant"):
        assert rates.load_race().noises("RMSprop", schedule).tolist() == [1, 1, 1]  # the first noise and both others
    told = json.loads((tmp_path / "race.json").read_text())
    del told["finished"], told["grid"]["RMSprop|falling|32"]
    (tmp_path / "race.json").write_text(json.dumps(told))
    calls.clear()
    assert tool.main([]) == 0 and calls == [32]


def test_the_best_of_a_flat_curve_has_neighbors_too():
    def flat(rate):  # a shallow dip at 16, where a ladder by fours ends, and the lowest point far beyond it
        return 2 - 0.03 * (rate == 16) - 0.01 * np.log2(rate) + (rate > 2**11)

    assert tool.search(flat, 4.0, (1 / 16, 1 / 4, 1, 4, 16)) == 2**11


def test_the_diagrams_are_drawn():
    told = " ".join(text.get_text() for axes in diagrams.states().axes for text in axes.texts)
    assert all(rule in told for rule in list(RULES)[:6])
    ground = SURFACES["badly scaled bowl"]
    figure, axes = plots.subplots(1, 2)
    for axis, half in zip(axes, (None, 4.7), strict=True):
        diagrams.draw_ground(axis, ground, half)
        diagrams.draw_path(axis, run(ground, Rprop(0.5), ground.start, 5), "Rprop, η = 0.5")
    other, axis = plots.subplots()
    diagrams.draw_sizes(axis, {"normal": [np.ones((4, 4))], "zeros": [np.eye(4)]})
    curves = {"RMSprop": {1.0: 3.0, 2.0: 1.0, 4.0: 2.0}}
    for drawn in (figure, other, diagrams.states(), diagrams.where_epsilon_rules(1e-7, {"here": (1e-6, 1e-4)}),
                  diagrams.rate_curves(curves, 2)):
        assert Image.open(io.BytesIO(plots.png(drawn))).width > 640


def test_one_form_of_epsilon_has_one_color_and_one_line_in_every_figure():
    curve = {1.0: 3.0, 2.0: 1.0, 4.0: 2.0}
    figures = (diagrams.where_epsilon_rules(1e-7, {"here": (1e-6, 1e-4)}),
               diagrams.rate_curves({"RMSprop": curve, "RMSprop, √(s + ε)": curve}))
    for figure in figures:
        looks = {"√(s" in line.get_label(): (line.get_color(), line.get_linestyle())
                 for line in figure.axes[0].lines if not line.get_label().startswith("_")}
        assert looks == {True: (plots.SKY, "--"), False: (plots.AMBER, "-")}


def test_a_rate_is_told_as_a_power_of_two():
    assert [rates.power(rate) for rate in (1.0, 2**-4, 1048580.0, 2.0**27)] == ["2⁰", "2⁻⁴", "2²⁰", "2²⁷"]


def test_points_are_turned_as_their_surface_is():
    ground = SURFACES["badly scaled bowl"]
    askew = turned(ground, 30)
    np.testing.assert_allclose(turned_points(ground.start, 30), askew.start)
    rule = optimizers.Momentum(0.03)  # it knows no axes
    back = turned_points(run(askew, rule, askew.start, 20), -30)
    np.testing.assert_allclose(back, run(ground, rule, ground.start, 20), atol=1e-9)


# The widget


def test_each_control_of_the_widget_changes_its_picture():
    panel = adaptive()
    for name, value in (("turn", 30.0), ("rate", 0.05), ("beta", 0.5), ("across", 70.0), ("up", 30.0), ("steps", 10),
                        ("surface", "saddle")):
        before = pixels(panel)
        panel.controls[name].value = value
        assert np.abs(pixels(panel) - before).max() > 50, name


def test_no_line_leaves_the_path():
    """RMSprop's nearly upright strokes end left of here, and without them the bowl's lower half mirrors its upper."""
    beyond = pixels(adaptive())[52:440, 300:490]  # between the edges of the map, where its numbers have their ticks
    np.testing.assert_array_equal(beyond, beyond[::-1])


def test_the_first_step_in_words_by_pencil():
    # AdaGrad moves both numbers by η = 0.3: a length of 0.3 · √2 = 0.42; RMSprop √10 times as far: 1.3.
    across, up = start_share(SURFACES["ravine"])
    words = draw_adaptive("ravine", 0, 0.3, 0.9, across, up, 1).words
    last = words.split("last step's length: ")[1]
    assert "AdaGrad 0.42" in last and "RMSprop 1.3" in last


def test_turning_by_a_right_angle_changes_nothing_and_by_half_of_it_a_lot():
    def heights(turn):
        return draw_adaptive("badly scaled bowl", turn, 0.1, 0.9, 10, 83, 60).words.split(". The last")[0]

    assert heights(90) == heights(0) != heights(45)


@pytest.mark.parametrize("surface", NAMES)
def test_every_surface_is_drawn_at_the_ends_of_its_controls(surface):
    for turn, rate, beta, across, up, steps in ((0, 0.001, 0, 0, 0, 1), (90, 10.0, 0.99, 100, 100, 200)):
        drawing = draw_adaptive(surface, turn, rate, beta, across, up, steps)
        assert Image.open(io.BytesIO(drawing.picture)).size == (1000, 480)
        assert f"after {steps} steps" in drawing.words
