"""Exercises of lesson 07: the total loss."""

import numpy as np

from nst_helpers.exercises import Exercise


def _beta(alpha, content_force, style_force, times):
    return times * alpha * content_force / style_force


def _sum(gradients, weights):
    return sum(weights[name] * gradients[name] for name in weights)


def _by_place(gradients, weights):
    return sum(weight * gradient for weight, gradient in zip(weights.values(), gradients.values(), strict=True))


def _case(generator):
    """Both dictionaries, in different orders."""
    weights = dict(zip(("content", "style", "tv"), generator.uniform(0.2, 5, 3).tolist(), strict=True))
    return {name: generator.normal(0, 1, (3, 4, 3)) for name in reversed(weights)}, weights


EXERCISES = {
    "07-beta": Exercise(
        truth=_beta,
        inputs=lambda generator: [(1.0, 0.5, 2.0, 3.0), (2.0, 0.7, 0.1, 5.0), (0.5, 3.0, 1.5, 0.2)],
        mistakes={
            "the forces are the wrong way round: a weak style needs a large β.":
                lambda alpha, content_force, style_force, times: times * alpha * style_force / content_force,
            "α is forgotten: the content pulls with α times its force.":
                lambda alpha, content_force, style_force, times: times * content_force / style_force,
            "“times” is on the wrong side: that lets content pull so many times as hard as style.":
                lambda alpha, content_force, style_force, times: alpha * content_force / style_force / times,
            "“times” is forgotten: that makes both pull alike.":
                lambda alpha, content_force, style_force, times: alpha * content_force / style_force,
            "the forces themselves are forgotten: they are not equally strong to begin with.":
                lambda alpha, content_force, style_force, times: times * alpha,
        },
        praise="So the weights for another network or picture can be measured instead of guessed.",
        tolerance=1e-6,
    ),
    "07-gradient": Exercise(
        truth=_sum,
        inputs=lambda generator: [_case(generator), _case(generator)],
        mistakes={
            "the weights are forgotten.": lambda gradients, weights: sum(gradients.values()),
            "that is the mean: the total is a sum.":
                lambda gradients, weights: _sum(gradients, weights) / len(gradients),
            "it is divided by the weights' sum: the total is a sum, not a weighted mean.":
                lambda gradients, weights: _sum(gradients, weights) / sum(weights.values()),
            "that is one number: every pixel keeps its own.":
                lambda gradients, weights: np.sum(_sum(gradients, weights)),
            "the sign is turned: the gradient points uphill; the optimizer takes the minus.":
                lambda gradients, weights: -_sum(gradients, weights),
            "weights and gradients are paired by place; they belong together by name: gradients[name].": _by_place,
            "the weights are squared.":
                lambda gradients, weights: sum(weights[name] ** 2 * gradients[name] for name in weights),
        },
        praise="That one line lets any number of losses pull together.",
    ),
}
