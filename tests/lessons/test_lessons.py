"""What a lesson writes by hand and what the package computes are the same; the functions come from the sources."""

import numpy as np
import pytest
from lesson_code import lesson_functions

from nst_helpers.experiments.kernels import filtered
from nst_helpers.widgets.convolution import KERNELS


def test_lesson_01_by_hand_is_numpys_convolution():
    (respond,) = lesson_functions("01_convolution", "respond")
    rain, left = np.random.default_rng(0).random((2, 12))
    np.testing.assert_allclose(respond(rain, left), np.convolve(rain, left)[:12])


def test_lesson_01_by_hand_is_the_networks_first_layer(compact, photograph):
    (correlate_channels,) = lesson_functions("01_convolution", "correlate_channels")
    kernel, bias = compact.weights["conv1_1"]
    padded = np.pad((photograph - compact.mean) / compact.scale, ((1, 1), (1, 1), (0, 0)))
    features = np.maximum(correlate_channels(padded, kernel) + bias, 0)
    np.testing.assert_allclose(features, compact(photograph, "conv1_1")["conv1_1"], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", KERNELS)
def test_lesson_01_by_hand_is_its_widgets_filter(name, photograph):
    loops, windows = lesson_functions("01_convolution", "correlate_loops", "correlate")
    kernel, small = np.array(KERNELS[name], float), photograph[:20, :20, 0].astype(float)
    np.testing.assert_allclose(windows(small, kernel), loops(small, kernel), atol=1e-9)
    by_widget = filtered(photograph[:20, :20], kernel)[1:-1, 1:-1, 0]
    np.testing.assert_allclose(by_widget, loops(small, kernel), rtol=1e-4, atol=1e-3)
