"""The optimizers: first steps by pencil, and 200 steps against Keras on a badly scaled quadratic."""

import numpy as np
import pytest

from nst_helpers.backend import keras, tf
from nst_helpers.optimizers import (
    LBFGS,
    AdaGrad,
    Adam,
    GradientDescent,
    Momentum,
    Optimizer,
    RMSprop,
    _curves_upwards,
    _inverse_hessian_times,
)
from nst_helpers.settings import OPTIMIZERS

CURVATURE = np.array([100.0, 10.0, 1.0, 0.01])  # f(w) = ½ Σ c w²: its gradient is c·w
START = np.array([1.0, -2.0, 3.0, -4.0])
STEPS = 200

# Keras rounds learning rates, and Adam's β₁ and β₂, to float32: sums of few powers of two stay what they are.
BETAS = (1 - 2**-3, 1 - 2**-10)

PAIRS = {
    "gradient descent": (GradientDescent(2**-7), lambda: keras.optimizers.SGD(2**-7)),
    "momentum, accumulated": (Momentum(2**-9, 0.875, average=False),
                              lambda: keras.optimizers.SGD(2**-9, momentum=0.875)),
    "momentum, averaged": (Momentum(2**-6, 0.875), lambda: keras.optimizers.SGD(2**-6 * 0.125, momentum=0.875)),
    "AdaGrad, ε inside": (AdaGrad(0.5, 1e-3, epsilon_inside=True),
                          lambda: keras.optimizers.Adagrad(0.5, initial_accumulator_value=0, epsilon=1e-3)),
    "RMSprop, ε inside": (RMSprop(2**-6, 0.9, 1e-3, epsilon_inside=True),
                          lambda: keras.optimizers.RMSprop(2**-6, rho=0.9, epsilon=1e-3)),
    "Adam, ε̂": (Adam(2**-4, *BETAS, 1e-3, epsilon_hat=True), lambda: keras.optimizers.Adam(2**-4, *BETAS, 1e-3)),
    "Adam, tiny ε": (Adam(2**-4, *BETAS, 1e-9), lambda: keras.optimizers.Adam(2**-4, *BETAS, 1e-9)),
}
OTHER_CONVENTIONS = {
    "AdaGrad": AdaGrad(0.5, 1e-3), "RMSprop": RMSprop(2**-6, 0.9, 1e-3), "Adam": Adam(2**-4, *BETAS, 1e-3),
    "Adam, no correction": Adam(2**-4, bias_correction=False),
}


def path(optimizer, w):
    """All parameters on the way, (STEPS, 4), stepping in whatever array type w has."""
    state, points = optimizer.init(w), []
    for _ in range(STEPS):
        w, state = optimizer.step(w, CURVATURE * w, state)
        points.append(np.asarray(w).copy())
    return np.array(points)


def keras_path(optimizer):
    w, points = keras.Variable(START, dtype="float64"), []
    for _ in range(STEPS):
        optimizer.apply([tf.constant(CURVATURE) * w.value], [w])
        points.append(w.numpy())
    return np.array(points)


@pytest.mark.parametrize("array", [np.array, tf.constant], ids=["NumPy", "TensorFlow"])
@pytest.mark.parametrize("name", PAIRS)
def test_equal_to_keras(name, array):
    ours, theirs = PAIRS[name]
    ours, theirs = path(ours, array(START)), keras_path(theirs())
    assert np.abs(theirs[-1] - START).max() > 0.1  # it went somewhere
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6 * np.abs(theirs).max())


@pytest.mark.parametrize("optimizer", [*(ours for ours, _ in PAIRS.values()), *OTHER_CONVENTIONS.values()], ids=str)
def test_numpy_and_tensorflow_take_the_same_path(optimizer):
    np.testing.assert_allclose(path(optimizer, START), path(optimizer, tf.constant(START)), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("optimizer", [*(ours for ours, _ in PAIRS.values()), *OTHER_CONVENTIONS.values()], ids=str)
def test_the_same_inside_a_graph(optimizer):
    """`tf.function` must not freeze the number of steps taken, so the state goes in as tensors."""
    step = tf.function(lambda w, state: optimizer.step(w, CURVATURE * w, state))
    w = tf.constant(START)
    state = tf.nest.map_structure(lambda x: tf.cast(x, tf.float64), optimizer.init(w))
    for _ in range(STEPS):
        w, state = step(w, state)
    assert step.experimental_get_tracing_count() == 1
    np.testing.assert_allclose(w, path(optimizer, START)[-1], rtol=1e-9, atol=1e-12)


def test_first_steps_by_pencil():
    w, gradient = np.array([1.0]), np.array([4.0])

    def first(optimizer):
        return float(optimizer.step(w, gradient, optimizer.init(w))[0][0])

    assert first(GradientDescent(0.1)) == pytest.approx(1 - 0.1 * 4)
    assert first(Momentum(0.1, 0.9)) == pytest.approx(1 - 0.1 * 0.1 * 4)
    assert first(Momentum(0.1, 0.9, average=False)) == pytest.approx(1 - 0.1 * 4)
    assert first(AdaGrad(0.1, 1.0)) == pytest.approx(1 - 0.1 * 4 / (4 + 1))
    assert first(AdaGrad(0.1, 9.0, epsilon_inside=True)) == pytest.approx(1 - 0.1 * 4 / 5)
    assert first(RMSprop(0.1, 0.75, 1.0)) == pytest.approx(1 - 0.1 * 4 / (2 + 1))  # s = ¼ · 16
    assert first(RMSprop(0.1, 0.75, 5.0, epsilon_inside=True)) == pytest.approx(1 - 0.1 * 4 / 3)
    assert first(Adam(0.1, epsilon=4.0)) == pytest.approx(1 - 0.1 * 4 / (4 + 4))  # hats undo the averages
    # β₁ = ½, β₂ = ¾: V = 2, √s = 2, and the two corrections are both ½.
    assert first(Adam(0.1, 0.5, 0.75, 2.0, epsilon_hat=True)) == pytest.approx(1 - 0.1 * (0.5 / 0.5) * 2 / (2 + 2))
    assert first(Adam(0.1, 0.5, 0.75, 2.0, bias_correction=False)) == pytest.approx(1 - 0.1 * 2 / (2 + 2))


@pytest.mark.parametrize("name", [name for name in OTHER_CONVENTIONS if name in ("AdaGrad", "RMSprop", "Adam")])
def test_the_place_of_epsilon_shows_where_it_is_not_small(name):
    outside = OTHER_CONVENTIONS[name]
    inside = next(ours for pair, (ours, _) in PAIRS.items() if pair.startswith(name))
    assert np.abs(path(outside, START) - path(inside, START)).max() > 1e-4


def test_accumulated_momentum_is_the_average_at_a_smaller_learning_rate():
    averaged, accumulated = Momentum(0.01, 0.9), Momentum(0.01 * (1 - 0.9), 0.9, average=False)
    np.testing.assert_allclose(path(averaged, START), path(accumulated, START), rtol=1e-9)


def test_bias_correction_makes_adams_first_step_the_learning_rate():
    w = np.array([3.0])
    for gradient in (1e-3, 1.0, 1e3):
        corrected = Adam(0.1).step(w, np.array([gradient]), Adam(0.1).init(w))[0]
        assert float(w[0] - corrected[0]) == pytest.approx(0.1, rel=1e-4)
    uncorrected = Adam(0.1, bias_correction=False)
    step = w - uncorrected.step(w, np.array([1.0]), uncorrected.init(w))[0]
    assert float(step[0]) == pytest.approx(0.1 * 0.1 / np.sqrt(0.001), rel=1e-4)  # (1 − β₁) / √(1 − β₂)


def test_a_step_changes_nothing_in_place():
    optimizer = Adam(0.1)
    w, gradient = START.copy(), CURVATURE * START
    state = optimizer.init(w)
    optimizer.step(w, gradient, state)
    np.testing.assert_array_equal(w, START)
    np.testing.assert_array_equal(state.velocity, 0)
    assert state.t == 0


@pytest.mark.parametrize("array", [np.array, tf.constant], ids=["NumPy", "TensorFlow"])
@pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_every_optimizer_keeps_the_protocol(kind, array):
    """As a transfer drives it: made of η alone, its state a named tuple, pure, downhill, and compiled if it says so."""
    optimizer = kind(2**-7)
    assert isinstance(optimizer, Optimizer) and optimizer.learning_rate == 2**-7 and isinstance(kind.compiles, bool)
    w, state = array(START), optimizer.init(array(START))
    assert isinstance(state, tuple) and isinstance(state._fields, tuple)
    for _ in range(3):
        before = [np.array(part) for part in tf.nest.flatten((w, state))]
        moved, later = optimizer.step(w, CURVATURE * w, state)
        again, _ = optimizer.step(w, CURVATURE * w, state)  # of the same comes the same: nothing was changed in place
        np.testing.assert_array_equal(moved, again)
        for part, kept in zip(tf.nest.flatten((w, state)), before, strict=True):
            np.testing.assert_array_equal(part, kept)
        assert type(later) is type(state) and np.shape(moved) == np.shape(START)
        assert np.sum(CURVATURE * np.square(moved)) < np.sum(CURVATURE * np.square(w))
        w, state = moved, later
    if kind.compiles:
        step = tf.function(lambda *values: optimizer.step(*values))
        compiled = step(tf.constant(w), tf.constant(CURVATURE * w), state)
        np.testing.assert_allclose(compiled[0], optimizer.step(w, CURVATURE * w, state)[0], rtol=1e-9)


# L-BFGS


def lbfgs_path(w, gradient_of, learning_rate, steps, memory=10):
    optimizer, points = LBFGS(learning_rate, memory), [w]
    state = optimizer.init(w)
    for _ in range(steps):
        w, state = optimizer.step(w, gradient_of(w), state)
        points.append(w)
    return points


def test_lbfgs_first_step_is_along_the_gradient_with_the_learning_rate_as_its_root_mean_square():
    (w, state) = LBFGS(0.5).step(np.array([1.0, 1.0]), np.array([3.0, 4.0]), LBFGS(0.5).init(np.array([1.0, 1.0])))
    np.testing.assert_allclose(w, 1 - 0.5 * np.array([3, 4]) / np.sqrt(12.5))
    assert state.pairs == ()


def test_lbfgs_second_step_by_pencil():
    """f = w²/2 in one dimension: s = −1, y = −1, so H = 1, and the second step ends at the minimum."""
    points = lbfgs_path(np.array([4.0]), lambda w: w, 1.0, 2)
    np.testing.assert_allclose(np.ravel(points), [4, 3, 2])  # bounded by η
    points = lbfgs_path(np.array([1.5]), lambda w: w, 1.0, 2)
    np.testing.assert_allclose(np.ravel(points), [1.5, 0.5, 0.0], atol=1e-15)


def test_lbfgs_is_bfgs_written_as_a_matrix():
    """H ← (I − ρsyᵀ)H(I − ρysᵀ) + ρssᵀ from H = (sᵀy/yᵀy) I (Nocedal, Wright, equation 6.17)."""
    generator = np.random.default_rng(0)
    root = generator.standard_normal((5, 5))
    hessian = root @ root.T + np.eye(5)
    moves = generator.standard_normal((3, 5))
    pairs = tuple((s, hessian @ s) for s in moves)
    s, y = pairs[-1]
    matrix = (s @ y / (y @ y)) * np.eye(5)
    for s, y in pairs:
        left = np.eye(5) - np.outer(s, y) / (s @ y)
        matrix = left @ matrix @ left.T + np.outer(s, s) / (s @ y)
    gradient = generator.standard_normal(5)
    np.testing.assert_allclose(_inverse_hessian_times(gradient, pairs), matrix @ gradient, rtol=1e-10)


def test_lbfgs_finds_the_minimum_of_a_badly_scaled_quadratic_where_descent_is_far_from_it():
    end = lbfgs_path(START, lambda w: CURVATURE * w, 1.0, 60)[-1]
    assert np.abs(end).max() < 1e-6
    descent = START * (1 - 2**-7 * CURVATURE) ** 60
    assert np.abs(descent).max() > 3


def test_lbfgs_forgets_all_but_its_memory_and_never_steps_further_than_the_learning_rate():
    optimizer, w = LBFGS(0.1, memory=3), START
    state = optimizer.init(w)
    for _ in range(12):
        moved, state = optimizer.step(w, CURVATURE * w, state)
        assert np.sqrt(np.mean((moved - w) ** 2)) <= 0.1 * (1 + 1e-12)
        w = moved
    assert len(state.pairs) == 3


def test_lbfgs_ignores_steps_that_saw_no_upward_curvature():
    optimizer = LBFGS(0.1)
    w, state = optimizer.step(np.array([1.0]), np.array([-1.0]), optimizer.init(np.array([1.0])))
    w, state = optimizer.step(w, np.array([-2.0]), state)  # steeper downwards: f is a hill
    assert state.pairs == () and w[0] > 1.1


@pytest.mark.parametrize("curvature, enters", [(-1.0, False), (0.0, False), (1e9, True), (1e11, False)])
def test_lbfgs_curvature_must_be_clearly_above_zero_for_its_size(curvature, enters):
    """sᵀy > 1e-10 yᵀy: below, what y·s says is rounding; in one dimension y = c·s passes as long as c < 1e10."""
    s = np.array([1.0])
    assert _curves_upwards(s, curvature * s) == enters


def test_lbfgs_rests_where_the_gradient_is_zero():
    w, _ = LBFGS(0.1).step(np.ones(3), np.zeros(3), LBFGS(0.1).init(np.ones(3)))
    np.testing.assert_array_equal(w, np.ones(3))
