"""Exercises of lesson 01: convolution."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nst_helpers.exercises import Exercise


def _correlate(image, kernel):
    return np.einsum("ijmn,mn->ij", sliding_window_view(image, kernel.shape), kernel)


def _layer(image, kernel, stride):
    windows = sliding_window_view(image, kernel.shape[:2], axis=(0, 1))  # (height, width, channels in, m, n)
    return np.einsum("ijcmn,mnco->ijo", windows, kernel)[::stride, ::stride]


def _whole(generator, *shape):
    return generator.integers(-9, 10, shape).astype(float)


def _one(row, column):
    kernel = np.zeros((3, 3))
    kernel[row, column] = 1
    return kernel


EXERCISES = {
    "01-shift": Exercise(
        truth=_one(1, 0),
        mistakes={
            "that moves the picture to the left. The 1 says from where a value is taken, not where it goes.":
                _one(1, 2),
            "that moves the picture down. Rows come first in K(m, n): swap your axes.": _one(0, 1),
            "that moves the picture up. Rows come first in K(m, n), and the 1 says from where a value is taken.":
                _one(2, 1),
            "that leaves the picture where it is: the value comes from the middle.": _one(1, 1),
            "that moves it down as well as to the right.": _one(0, 0),
        },
        praise="Each value is taken from its left neighbour, so the picture moves to the right.",
    ),
    "01-flip": Exercise(
        truth=lambda image, kernel: _correlate(image, kernel[::-1, ::-1]),
        inputs=lambda generator: [(_whole(generator, 6, 7), _whole(generator, 3, 3)),
                                  (_whole(generator, 5, 5), _whole(generator, 2, 3))],
        mistakes={
            "that is the cross-correlation: the kernel has not been turned yet.": _correlate,
            "only the rows are turned round: a half turn reverses both axes.":
                lambda image, kernel: _correlate(image, kernel[::-1]),
            "only the columns are turned round: a half turn reverses both axes.":
                lambda image, kernel: _correlate(image, kernel[:, ::-1]),
            "the kernel is transposed: that swaps rows and columns. A half turn reverses both axes instead.":
                lambda image, kernel: np.einsum("ijmn,nm->ij", sliding_window_view(image, kernel.shape[::-1]), kernel),
            "the finished map is turned, not the kernel.":
                lambda image, kernel: _correlate(image, kernel)[::-1, ::-1],
        },
        praise="Equal to scipy.signal.convolve2d: convolution is correlation with the kernel turned by half a turn.",
    ),
    "01-size": Exercise(
        truth=lambda size, kernel, stride, padding: (size + 2 * padding - kernel) // stride + 1,
        inputs=lambda generator: [(224, 3, 1, 1), (224, 7, 2, 3), (11, 4, 3, 0), (32, 5, 2, 2), (10, 3, 4, 1)],
        mistakes={
            "the stride is forgotten: the window jumps, so there are fewer places.":
                lambda size, kernel, stride, padding: size + 2 * padding - kernel + 1,
            "padding is on both sides, so it counts twice.":
                lambda size, kernel, stride, padding: (size + padding - kernel) // stride + 1,
            "the padding is forgotten.": lambda size, kernel, stride, padding: (size - kernel) // stride + 1,
            "one too few: the window's first place, before any jump, counts too.":
                lambda size, kernel, stride, padding: (size + 2 * padding - kernel) // stride,
            "round down, not up: a last jump that would leave the picture is not made.":
                lambda size, kernel, stride, padding: -(-(size + 2 * padding - kernel) // stride) + 1,
            "that can be a fraction: how many whole jumps fit? Use // instead of /.":
                lambda size, kernel, stride, padding: (size + 2 * padding - kernel) / stride + 1,
            "divide only the room that is left for jumps by the stride: first take the kernel off.":
                lambda size, kernel, stride, padding: (size + 2 * padding) // stride - kernel + 1,
        },
        praise="You can now say the shape of every layer of VGG-19.",
        tolerance=1e-9,
    ),
    "01-layer": Exercise(
        truth=_layer,
        inputs=lambda generator: [(_whole(generator, 7, 8, 3), _whole(generator, 3, 3, 3, 4), 2),
                                  (_whole(generator, 6, 6, 2), _whole(generator, 2, 3, 2, 5), 3)],
        mistakes={
            "the stride is forgotten: keep every stride-th row and column.":
                lambda image, kernel, stride: _layer(image, kernel, 1),
            "the stride is applied to the rows only.":
                lambda image, kernel, stride: _layer(image, kernel, 1)[::stride],
            "the stride is applied to the columns only.":
                lambda image, kernel, stride: _layer(image, kernel, 1)[:, ::stride],
            "the channels of the picture are not summed: sum over c as well as over m and n.":
                lambda image, kernel, stride: np.einsum(
                    "ijcmn,mnco->ijco", sliding_window_view(image, kernel.shape[:2], axis=(0, 1)),
                    kernel)[::stride, ::stride],
            "the output channels are summed too: each of them is a map of its own.":
                lambda image, kernel, stride: _layer(image, kernel, stride).sum(axis=-1),
            "the mean over the channels is taken; the formula has a sum.":
                lambda image, kernel, stride: _layer(image, kernel, stride) / image.shape[2],
            "the kernel is turned: that is the true convolution, and networks do not turn it.":
                lambda image, kernel, stride: _layer(image, kernel[::-1, ::-1], stride),
        },
        praise="That is a layer of VGG-19, but for its bias and its ReLU.",
    ),
}
