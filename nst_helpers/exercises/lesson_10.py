"""Exercises of lesson 10: Adam."""

import numpy as np

from nst_helpers.exercises import Exercise


def _adamax(w, gradient, velocity, scale, t, learning_rate, beta1, beta2):
    velocity = beta1 * velocity + (1 - beta1) * gradient
    scale = np.maximum(beta2 * scale, np.abs(gradient))
    return w - learning_rate * velocity / (1 - beta1**t) / scale


def _adamax_with(velocity_of=None, scale_of=None, correct=lambda t, beta1, beta2: 1 - beta1**t, sign=1):
    """Adamax with one part replaced by a usual mistake."""
    velocity_of = velocity_of or (lambda velocity, gradient, beta1: beta1 * velocity + (1 - beta1) * gradient)
    scale_of = scale_of or (lambda scale, gradient, beta2: np.maximum(beta2 * scale, np.abs(gradient)))

    def step(w, gradient, velocity, scale, t, learning_rate, beta1, beta2):
        velocity, scale = velocity_of(velocity, gradient, beta1), scale_of(scale, gradient, beta2)
        return w - sign * learning_rate * velocity / correct(t, beta1, beta2) / scale

    return step


def _cases(generator):
    """Steps in the middle of a run; some gradients are larger than what the scale remembers, some smaller."""
    return [(generator.normal(0, 5, 6), np.array([-4.0, 3.0, -0.2, 0.1, 6.0, -0.5]), generator.normal(0, 2, 6),
             generator.uniform(1.5, 2.5, 6), t, 0.5, 0.8, 0.9) for t in (2, 5)]


EXERCISES = {
    "10-too-long": Exercise(
        truth=lambda t, beta1, beta2: (1 - beta1**t) / (1 - beta2**t) ** 0.5,
        inputs=lambda generator: [(1, 0.9, 0.999), (10, 0.9, 0.999), (7, 0.5, 0.99), (3, 0.8, 0.95)],
        mistakes={
            "that is the other way round: how much the correction makes a step longer, not shorter.":
                lambda t, beta1, beta2: (1 - beta2**t) ** 0.5 / (1 - beta1**t),
            "the root is missing: the step divides by √s, not by s.":
                lambda t, beta1, beta2: (1 - beta1**t) / (1 - beta2**t),
            "β₁ and β₂ are swapped: β₁ belongs to V, which stands above the line.":
                lambda t, beta1, beta2: (1 - beta2**t) / (1 - beta1**t) ** 0.5,
            "that holds for the first step only: after t steps, β to the power t is left of the start.":
                lambda t, beta1, beta2: (1 - beta1) / (1 - beta2) ** 0.5,
            "the root belongs to s only, not to V.":
                lambda t, beta1, beta2: ((1 - beta1**t) / (1 - beta2**t)) ** 0.5,
            "that is V's share alone: √s is too small as well.": lambda t, beta1, beta2: 1 - beta1**t,
        },
        praise="With the usual β₁ and β₂ that is 3.16 in the first step, and largest, 6.57, in the twelfth.",
    ),
    "10-epsilon": Exercise(
        truth=lambda epsilon_hat, beta2, t: epsilon_hat / (1 - beta2**t) ** 0.5,
        inputs=lambda generator: [(0.1, 0.999, 1), (0.1, 0.99, 20), (1e-3, 0.9, 3)],
        mistakes={
            "turn it round: Keras's ε counts as a larger one in algorithm 1, not as a smaller one.":
                lambda epsilon_hat, beta2, t: epsilon_hat * (1 - beta2**t) ** 0.5,
            "the root is missing: ε stands beside √s, not beside s.":
                lambda epsilon_hat, beta2, t: epsilon_hat / (1 - beta2**t),
            "they are not the same: √s is too small at the start, and ε is measured against it.":
                lambda epsilon_hat, beta2, t: epsilon_hat,
            "that holds for the first step only: where is t?":
                lambda epsilon_hat, beta2, t: epsilon_hat / (1 - beta2) ** 0.5,
            "β₂ to the power t is what is left of the start. The share of the gradients is 1 minus that.":
                lambda epsilon_hat, beta2, t: epsilon_hat / (beta2**t) ** 0.5,
        },
        praise="In the first step, with β₂ = 0.999, Keras's ε counts 31.6 times; after thousands of steps, once.",
    ),
    "10-adamax": Exercise(
        truth=_adamax,
        inputs=_cases,
        mistakes={
            "V is not corrected: divide it by 1 − β₁ᵗ.": _adamax_with(correct=lambda t, beta1, beta2: 1),
            "the correction uses β₂; V is a mean over β₁.":
                _adamax_with(correct=lambda t, beta1, beta2: 1 - beta2**t),
            "the sign of the gradient is lost in s: take |g|, else a large negative gradient does not count.":
                _adamax_with(scale_of=lambda scale, gradient, beta2: np.maximum(beta2 * scale, gradient)),
            "s does not fade: it is β₂ · s that is compared with |g|.":
                _adamax_with(scale_of=lambda scale, gradient, beta2: np.maximum(scale, np.abs(gradient))),
            "that is a mean of |g|; take the larger of the two instead.":
                _adamax_with(scale_of=lambda scale, gradient, beta2: beta2 * scale + (1 - beta2) * np.abs(gradient)),
            "that is Adam's s. Here it is the larger of β₂ · s and |g|, without squares.":
                _adamax_with(scale_of=lambda scale, gradient, beta2: np.sqrt(
                    beta2 * scale + (1 - beta2) * gradient**2)),
            "V is not updated with the new gradient.":
                _adamax_with(velocity_of=lambda velocity, gradient, beta1: velocity),
            "that goes uphill: subtract the step.": _adamax_with(sign=-1),
        },
        praise="Equal to keras.optimizers.Adamax: s needs no correction, since a maximum does not mix in the zero.",
    ),
}
