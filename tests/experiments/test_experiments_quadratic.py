"""The quadratic of lesson 10: its curvatures, and methods each at the best of its grid."""

import numpy as np
import pytest

from nst_helpers import optimizers
from nst_helpers.experiments.quadratic import BETAS, RATES, SCHEDULES, Quadratic, quadratic, tuned


def test_its_curvatures_go_from_one_to_the_condition_number():
    problem = quadratic(numbers=8, condition=100.0)
    np.testing.assert_allclose(np.linalg.eigvalsh(problem.matrix), np.logspace(0, 2, 8), rtol=1e-9)
    assert np.abs(problem.matrix - np.diag(np.diag(problem.matrix))).max() > 1  # no direction is an axis
    assert np.abs(quadratic(8, seed=1).start - problem.start).max() > 0.1


def test_plain_descent_arrives_in_one_step_where_the_only_curvature_says_so():
    problem = Quadratic(np.array([[4.0]]), np.array([3.0]))
    run = tuned(problem, lambda eta, beta: optimizers.GradientDescent(eta), steps=1)
    np.testing.assert_allclose(run.left, [1, 0])
    assert (run.learning_rate, run.schedule) == (0.25, "constant")  # 1 / curvature


def test_a_step_by_pencil():
    """Two steps of momentum from 1 with curvature 1, η = ½, β = ½: V = ½, w = ¾; V = ⅝, w = 7/16."""
    run = tuned(Quadratic(np.eye(1), np.ones(1)), optimizers.Momentum, steps=2, rates=[0.5], betas=[0.5])
    np.testing.assert_allclose(run.left, [1, (3 / 4) ** 2, (7 / 16) ** 2])


def by_itself(problem, optimizer, steps):
    """What is left of the loss after some steps of one optimizer with a constant η."""
    w, state = problem.start, optimizer.init(problem.start)
    for _ in range(steps):
        w, state = optimizer.step(w, problem.matrix @ w, state)
    return w @ problem.matrix @ w / (problem.start @ problem.matrix @ problem.start)


@pytest.mark.parametrize("method", [optimizers.Momentum, optimizers.RMSprop, optimizers.Adam])
def test_nothing_of_the_grid_ends_lower_than_what_is_found(method):
    problem = quadratic(numbers=12, condition=50.0)
    run = tuned(problem, method, steps=20)
    ends = [by_itself(problem, method(eta, beta), 20) for eta in RATES[3:] for beta in BETAS]
    assert run.left[-1] <= min(ends) * (1 + 1e-9)
    assert run.left.shape == (21,) and run.schedule in SCHEDULES
    if run.schedule == "constant":
        assert run.left[-1] == pytest.approx(by_itself(problem, method(run.learning_rate, run.beta), 20))


def test_lbfgs_walks_for_each_rate_by_itself():
    problem = quadratic(numbers=12, condition=50.0)
    run = tuned(problem, lambda eta, beta: optimizers.LBFGS(eta, memory=2), steps=20)
    ends = [by_itself(problem, optimizers.LBFGS(eta, memory=2), 20) for eta in RATES]
    assert run.left[-1] <= min(ends) * (1 + 1e-9)


def test_a_rate_that_flies_off_is_never_the_best():
    run = tuned(quadratic(12), lambda eta, beta: optimizers.GradientDescent(eta), steps=300)
    assert run.left[-1] < 1 and np.isfinite(run.left).all()
