"""Exercises of lesson 03: content loss."""

import numpy as np

from nst_helpers.exercises import Exercise


def _per_value(features, content_features):
    return 0.5 * np.mean((features - content_features) ** 2)


def _before_relu(z, content_features):
    return (np.maximum(z, 0) - content_features) * (z > 0)


def _best(a, features_a, b, features_b):
    return (a * features_a + b * features_b) / (a + b)


def _feature_pairs(generator):
    """Pairs of feature maps (height, width, channels) of two sizes, 0 or more, as after a ReLU."""
    return [tuple(np.maximum(generator.normal(1, 2, (2, *shape)), 0)) for shape in ((4, 5, 3), (2, 3, 7))]


def _before_and_after(generator):
    return [(generator.normal(0, 2, shape), np.maximum(generator.normal(0, 2, shape), 0))
            for shape in ((4, 5, 3), (3, 2, 6))]


def _two_contents(generator):
    return [(weights[0], generator.random((4, 5, 3)), weights[1], generator.random((4, 5, 3)))
            for weights in ((2.0, 3.0), (0.5, 4.0))]


EXERCISES = {
    "03-per-value": Exercise(
        truth=_per_value,
        inputs=_feature_pairs,
        mistakes={
            "that is the sum: divide by the number of values, height · width · channels.":
                lambda features, content: 0.5 * np.sum((features - content) ** 2),
            "the half is missing.": lambda features, content: np.mean((features - content) ** 2),
            "you divide by the positions only. A position has one value for each channel.":
                lambda features, content: 0.5 * np.sum((features - content) ** 2) / features[..., 0].size,
            "you divide by the channels only. Each channel has height · width values.":
                lambda features, content: 0.5 * np.sum((features - content) ** 2) / features.shape[-1],
            "the differences are not squared: the formula has (F − C)².":
                lambda features, content: 0.5 * np.mean(np.abs(features - content)),
            "differences above and below zero cancel: square each of them before you take the mean.":
                lambda features, content: 0.5 * np.mean(features - content) ** 2,
            "that is (F² − C²), not (F − C)²: subtract first, then square.":
                lambda features, content: 0.5 * np.mean(features**2 - content**2),
        },
        praise="It is the same for a picture of any size; the last lesson's content loss is this one.",
    ),
    "03-relu": Exercise(
        truth=_before_relu,
        inputs=_before_and_after,
        mistakes={
            "the gate is missing: where Z is below zero, the gradient is 0.":
                lambda z, content: np.maximum(z, 0) - content,
            "that is Z − C: first cut Z off below zero, then mind the gate.": lambda z, content: z - content,
            "the gate is at the wrong place: it asks whether Z is above zero, not whether the error is.":
                lambda z, content: np.maximum(np.maximum(z, 0) - content, 0),
            "the gate asks for Z, not for C: what is wanted does not open it.":
                lambda z, content: (np.maximum(z, 0) - content) * (content > 0),
            "the sign is turned round: F − C, not C − F. The gradient points to where the loss grows.":
                lambda z, content: (content - np.maximum(z, 0)) * (z > 0),
            "the gate is upside down: it lets through where Z is above zero.":
                lambda z, content: (np.maximum(z, 0) - content) * (z < 0),
            "a factor is wrong: the 2 of the square and the half cancel.":
                lambda z, content: 2 * _before_relu(z, content),
        },
        praise="What does not answer at all gets no push.",
    ),
    "03-two-contents": Exercise(
        truth=_best,
        inputs=_two_contents,
        mistakes={
            "divide by the sum of the weights: with A = B the answer must be A again.":
                lambda a, features_a, b, features_b: a * features_a + b * features_b,
            "divide by a + b, not by 2: with A = B the answer must be A again.":
                lambda a, features_a, b, features_b: (a * features_a + b * features_b) / 2,
            "that is the plain mean: the weights are forgotten.":
                lambda a, features_a, b, features_b: (features_a + features_b) / 2,
            "the weights are swapped: with a large a, the answer must be near A.":
                lambda a, features_a, b, features_b: (b * features_a + a * features_b) / (a + b),
            "the weights are squared: the square belongs to F − A, and it is gone in the gradient.":
                lambda a, features_a, b, features_b: (a**2 * features_a + b**2 * features_b) / (a**2 + b**2),
            "a minus has slipped in: a (F − A) + b (F − B) = 0. Bring A and B to the other side.":
                lambda a, features_a, b, features_b: (a * features_a - b * features_b) / (a + b),
        },
        praise="The weighted mean of both. Whether there is a picture with such features is another question.",
    ),
}
