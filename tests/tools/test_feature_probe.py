"""What tools/feature_probe.py says of features that hold nothing, and of those that hold the class."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import feature_probe as tool


def draws(count=60, pictures=100):
    """(noise (pictures, 40), balanced labels of two classes), several times."""
    for seed in range(count):
        random = np.random.default_rng(seed)
        yield random.standard_normal((pictures, 40)).astype(np.float32), random.permutation(np.arange(pictures) % 2)


def test_noise_tells_no_class():
    """Where the pictures that judge a penalty also choose it, this noise reaches 0.54, better than the half of luck."""
    assert np.mean([tool.accuracy(noise, labels) for noise, labels in draws()]) < 0.51


def test_a_class_that_can_be_read_is_read():
    for noise, labels in draws(count=3):
        noise[:, 0] += 6 * labels
        assert tool.accuracy(noise, labels) > 0.95


def test_what_is_judged_is_not_used_to_fit():
    """Scores, and the penalty, are those of a fit by hand that never sees the other pictures, loud or not."""
    noise, labels = next(draws())
    noise[:, 0] += labels
    (fit, test), classes = tool.parts(np.arange(len(labels)))[0], np.eye(2)
    means = noise[fit].mean(axis=0)
    scale = np.sqrt(np.mean(np.sum((noise[fit] - means) ** 2, axis=1)))
    known = (noise[fit] - means) / scale
    weights = np.linalg.solve(known.T @ known + 0.1 * np.eye(40), known.T @ (classes[labels[fit]] - 0.5))
    by_hand = (noise[test] - means) / scale @ weights

    told, penalty = scores_of(noise, labels, fit, test)
    np.testing.assert_allclose(told, by_hand, atol=1e-4)
    noise[test[1:]] *= 100
    louder, same_penalty = scores_of(noise, labels, fit, test)
    np.testing.assert_allclose(louder[0], by_hand[0], atol=1e-4)
    assert penalty == same_penalty


def scores_of(features, labels, fit, test):
    """What a probe at a penalty of 0.1 says, and the penalty it would choose."""
    kernel = (features @ features.T).astype(float)
    (told,) = tool.scores(kernel, labels, fit, test, [0.1])
    return told, tool.best_strength(kernel, labels, fit)


def test_each_picture_is_judged_once():
    judged = [test for _, test in tool.parts(np.arange(23))]
    assert sorted(np.concatenate(judged)) == list(range(23))
    assert all(not set(fit) & set(test) for fit, test in tool.parts(np.arange(23)))
