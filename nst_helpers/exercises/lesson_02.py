"""Exercises of lesson 02: feature maps."""

from nst_helpers.exercises import Exercise


def _field(windows, strides, first=1, grow=lambda k, jump: (k - 1) * jump, late=False, add=False):
    field, jump = first, 1
    for window, stride in zip(windows, strides, strict=True):
        jump = jump * stride if late else jump
        field += grow(window, jump)
        jump = jump if late else jump + stride - 1 if add else jump * stride
    return field


def _blocks(features):
    height, width, channels = features.shape
    return features.reshape(height // 2, 2, width // 2, 2, channels)


EXERCISES = {
    "02-cost": Exercise(
        truth=lambda height, width, kernel, inputs, outputs: height * width * kernel * kernel * inputs * outputs,
        inputs=lambda generator: [(224, 224, 3, 3, 64), (14, 15, 5, 7, 11), (10, 20, 1, 6, 4)],
        mistakes={
            "that is the number of weights: each of them is used again at every position.":
                lambda height, width, kernel, inputs, outputs: kernel * kernel * inputs * outputs,
            "a window has kernel · kernel places, not kernel.":
                lambda height, width, kernel, inputs, outputs: height * width * kernel * inputs * outputs,
            "one sum runs over all channels that come in: they count as well.":
                lambda height, width, kernel, inputs, outputs: height * width * kernel * kernel * outputs,
            "every channel that goes out has a kernel of its own: they count as well.":
                lambda height, width, kernel, inputs, outputs: height * width * kernel * kernel * inputs,
            "the bias is added, not multiplied.":
                lambda height, width, kernel, inputs, outputs:
                    height * width * (kernel * kernel * inputs + 1) * outputs,
        },
        praise="Every layer's share of the work is now a line of arithmetic.",
        tolerance=1e-9,
    ),
    "02-field": Exercise(
        truth=_field,
        inputs=lambda generator: [([3, 3, 2, 3], [1, 1, 2, 1]), ([7, 3, 3, 3], [2, 2, 1, 1]),
                                  ([5, 2, 3, 3], [3, 2, 2, 1])],
        mistakes={
            "the jump is forgotten: behind a stride, a neighbour is several pixels away.":
                lambda windows, strides: _field(windows, [1] * len(strides)),
            "the layer's own stride counts only for the layers behind it: first grow, then change the jump.":
                lambda windows, strides: _field(windows, strides, late=True),
            "a window of k adds k − 1 neighbours: one place was there already.":
                lambda windows, strides: _field(windows, strides, grow=lambda k, jump: k * jump),
            "one pixel sees itself: begin with 1.": lambda windows, strides: _field(windows, strides, first=0),
            "jumps multiply: two layers of stride 2 make 4 pixels. (With 3 and 2 they make 6, not 4.)":
                lambda windows, strides: _field(windows, strides, add=True),
        },
        praise="It fits any chain of windows. Try the first layers of ResNet: windows 7, 3, strides 2, 2.",
        tolerance=1e-9,
    ),
    "02-pool": Exercise(
        truth=lambda features: _blocks(features).mean(axis=(1, 3)),
        inputs=lambda generator: [(generator.integers(0, 100, (4, 6, 3)).astype(float),),
                                  (generator.integers(0, 100, (8, 2, 5)).astype(float),)],
        mistakes={
            "that is max pooling: the largest of the four. Take their mean.":
                lambda features: _blocks(features).max(axis=(1, 3)),
            "that is the sum of the four; the mean is a quarter of it.":
                lambda features: _blocks(features).sum(axis=(1, 3)),
            "three of four values are thrown away: every one has to count.": lambda features: features[::2, ::2],
            "the channels are averaged too: each is a map of its own.":
                lambda features: _blocks(features).mean(axis=(1, 3, 4)),
            "only the rows are pooled: a block has two columns too.":
                lambda features: (features[::2] + features[1::2]) / 2,
        },
        praise="Equal to Keras's AveragePooling2D.",
    ),
}
