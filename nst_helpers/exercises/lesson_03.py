"""Exercises of lesson 03: content loss."""

import numpy as np
from scipy.signal import convolve2d, correlate2d

from nst_helpers.arrays import Numbers
from nst_helpers.exercises import Derive, Exercise, Make, Repair, Wish

# The way back through a convolution with a stride


def _spread(error, stride, shape):
    """The error on the windows' places in a map without a stride: zeros between its values."""
    spread = np.zeros(shape)
    spread[: stride * error.shape[0] : stride, : stride * error.shape[1] : stride] = error
    return spread


def _back(error, kernel, stride):
    shape = [stride * (n - 1) + 1 for n in error.shape]
    return convolve2d(_spread(error, stride, shape), kernel)


def _resized(gradient, error, kernel, stride):
    """A gradient of another size, cut or filled with zeros to the right one."""
    right = np.zeros([stride * (n - 1) + m for n, m in zip(error.shape, kernel.shape, strict=True)])
    rows, columns = (min(a, b) for a, b in zip(right.shape, gradient.shape, strict=True))
    right[:rows, :columns] = gradient[:rows, :columns]
    return right


def _strided(generator):
    return [(generator.normal(0, 2, shape), generator.normal(0, 1, kernel), stride) for shape, kernel, stride in
            (((2, 3), (3, 3), 2), ((3, 2), (2, 3), 3), ((4, 4), (3, 3), 1))]


# The repair: convolution, ReLU and TensorFlow's average pooling, whose windows at an odd edge hold fewer values


def _counted(shape):
    """How many values each 2×2 window of a map holds: 4 inside, 2 at an odd edge, 1 where two of them meet."""
    rows, columns = (np.minimum(2, size - np.arange(0, size, 2)) for size in shape)
    return np.outer(rows, columns)


def _to_map(pooled, shape):
    """Each pooled value at all places of its window."""
    return np.kron(pooled, np.ones((2, 2)))[: shape[0], : shape[1]]


def backward(image: Numbers, kernel: Numbers, pooled_error: Numbers) -> Numbers:
    """∂L/∂I through pooling, gate and convolution, as it should be."""
    z = correlate2d(image, kernel, mode="valid")
    error = _to_map(pooled_error / _counted(z.shape), z.shape)
    return convolve2d(error * (z > 0), kernel, mode="full")


def _changed(counted=_counted, gate=lambda z, error: z > 0, flip=lambda kernel: kernel):
    """The way back with one thing changed."""

    def back(image, kernel, pooled_error):
        z = correlate2d(image, kernel, mode="valid")
        error = _to_map(pooled_error / counted(z.shape), z.shape)
        return convolve2d(error * gate(z, error), flip(kernel), mode="full")

    return back


def _all(number):
    return lambda shape: np.full([-(-size // 2) for size in shape], float(number))


def _edges(number):
    """Every window at an odd edge counted with this number, the others with 4."""
    return lambda shape: np.where(_counted(shape) == 4, 4.0, number)


def _rows_only(shape):
    return _counted((shape[0], 2 * -(-shape[1] // 2)))


def _columns_only(shape):
    return _counted((2 * -(-shape[0] // 2), shape[1]))


def _uneven_corner(shape):
    """The windows at an odd edge halved, the one in the corner not at all."""
    counted = _counted(shape)
    return np.where(counted == 1, 4, counted)


def _first_too(shape):
    counted = _counted(shape).astype(float)
    counted[0] /= 2
    counted[:, 0] /= 2
    return counted


def _mean_count(shape):
    return np.full([-(-size // 2) for size in shape], np.prod(shape) / np.prod([-(-size // 2) for size in shape]))


def _open_only(image, kernel, pooled_error):
    """Shared out among the values of a window whose gates are open."""
    z = correlate2d(image, kernel, mode="valid")
    opened = np.pad((z > 0).astype(float), [(0, size % 2) for size in z.shape])
    number = opened[::2, ::2] + opened[1::2, ::2] + opened[::2, 1::2] + opened[1::2, 1::2]
    error = _to_map(pooled_error / np.maximum(number, 1), z.shape)
    return convolve2d(error * (z > 0), kernel, mode="full")


def _layers(generator):
    return [_open_at_the_corner(generator.normal(0, 1, (rows + 2, columns + 2)), generator.normal(0, 1, (3, 3)),
                                generator.normal(0, 1, (-(-rows // 2), -(-columns // 2))))
            for rows, columns in ((3, 5), (4, 4), (5, 6), (6, 3))]


def _open_at_the_corner(image, kernel, pooled_error):
    """The same, or with the negative of the image: the last gate is open, so that the edges count."""
    return image * np.sign(correlate2d(image, kernel, mode="valid")[-1, -1]), kernel, pooled_error


# A change that the deep layer forgives


def _share(layer):
    """The measure: a picture → its content loss at a layer ("pixels": of the preprocessed pixels), over ½ Σ C²."""

    def measure(image):
        from nst_helpers.experiments.inversion import cat_window
        from nst_helpers.networks import shared_network

        image, photo = np.asarray(image, np.float32), cat_window()
        if image.shape != photo.shape:
            raise ValueError(f"a picture {photo.shape} is wanted, not {image.shape}")
        network = shared_network()
        here, there = ((picture - network.mean) / network.scale if layer == "pixels" else
                       network(picture, layer)[layer].numpy() for picture in (np.clip(image, 0, 255), photo))
        return np.sum((here - there) ** 2) / np.sum(there**2)

    return measure


EXERCISES = {
    "03-step": Derive(
        truth="1 / (a**2 + b**2)",
        variables={"a": (1.2, 3.0), "b": (0.3, 1.1)},
        mistakes={
            "that is right for one channel with the weight a; the second channel pushes the pixel too.": "1 / a**2",
            "that is right for one channel with the weight b; the first channel pushes the pixel too.": "1 / b**2",
            "the weight comes in twice: once on the way forward, once on the way back.": "1 / (a + b)",
            "both channels push the same pixel, so their pushes add up before you divide.": "1 / a**2 + 1 / b**2",
            "that is (a + b)² under the bar; expand the sum of two squares again: no mixed term arises.":
                "1 / (a + b)**2",
            "a factor 2 too long: with that η the pixel lands as far beyond its goal as it was before it.":
                "2 / (a**2 + b**2)",
            "a factor 2 too short: the ½ of the loss and the 2 of the square cancel.": "1 / (2 * (a**2 + b**2))",
            "upside down: the stronger the weights, the shorter the step must be.": "a**2 + b**2",
            "that is the length of the kernel; its square is wanted.": "1 / (a**2 + b**2)**0.5",
            "the two channels do not multiply: their losses are added.": "1 / (a * b)",
            "Python divides before it adds: 1 / a**2 + b**2 is (1 / a²) + b². Put the denominator into brackets.":
                "1 / a**2 + b**2",
            "the weight comes in squared, once forward and once back, and the ½ of the loss cancels the 2.":
                "2 / (a + b)",
            "the pushes add up to (a² + b²)(I − I*); η times that must be I − I*, without a factor on top.":
                "(a + b) / (a**2 + b**2)",
            "the pushes of the two channels have the same direction: they add up.": "1 / (a**2 - b**2)",
            "half of it: the two channels do not share the pixel, each pushes it by itself.": "(a**2 + b**2) / 2",
            "the mean of what each channel alone would want; but their pushes add up before the step is made.":
                "(1 / a**2 + 1 / b**2) / 2",
        },
        praise="So kernels that are twice as strong push four times as hard, and must be given a quarter of the η: the "
               "strength of a push says nothing about how far to go.",
    ),
    "03-stride": Exercise(
        truth=_back,
        inputs=_strided,
        mistakes={
            "that is the way back without a stride: the windows of neighbouring errors lie `stride` pixels apart.":
                lambda error, kernel, stride: _resized(convolve2d(error, kernel), error, kernel, stride),
            "the shape tells that the stride is missing: neighbouring windows lie `stride` pixels apart.":
                lambda error, kernel, stride: convolve2d(error, kernel),
            "the kernel is turned by 180° once too often: every error puts K itself, not turned, onto its window.":
                lambda error, kernel, stride: _back(error, kernel[::-1, ::-1], stride),
            "every error was copied to stride × stride places: one error belongs to one window.":
                lambda error, kernel, stride: _resized(
                    convolve2d(np.kron(error, np.ones((stride, stride))), kernel), error, kernel, stride),
            "“valid” keeps only places where the kernel lies inside; on the way back the border's pixels count too.":
                lambda error, kernel, stride: convolve2d(_spread(
                    error, stride, [stride * (n - 1) + 1 for n in error.shape]), kernel, mode="valid"),
            "“same” cuts the border off: the picture is larger than the map.":
                lambda error, kernel, stride: convolve2d(_spread(
                    error, stride, [stride * (n - 1) + 1 for n in error.shape]), kernel, mode="same"),
            "the zeros behind the last error make the picture too large: it ends with the last window.":
                lambda error, kernel, stride: convolve2d(_spread(error, stride, [stride * n for n in error.shape]),
                                                         kernel),
            "one zero too many between the errors: neighbouring errors shall lie `stride` places apart.":
                lambda error, kernel, stride: _back(error, kernel, stride + 1),
            "the kernel belongs to the error at its upper left corner; you put its middle there and cut the rest off.":
                lambda error, kernel, stride: _resized(_back(error, kernel, stride)[1:, 1:], error, kernel, stride),
            "nothing is shared out here: that is for pooling. Leave the division by stride² out.":
                lambda error, kernel, stride: _back(error, kernel, stride) / stride**2,
            "the kernel is transposed: rows belong to rows.":
                lambda error, kernel, stride: convolve2d(_spread(
                    error, stride, [stride * (n - 1) + 1 for n in error.shape]), kernel.T),
            "where windows overlap, you overwrite; their shares add up (`+=`).":
                lambda error, kernel, stride: _overwritten(error, kernel, stride),
            "you spread the kernel instead of the error: that is a dilated convolution.":
                lambda error, kernel, stride: _resized(convolve2d(error, _spread(
                    kernel, stride, [stride * (n - 1) + 1 for n in kernel.shape])), error, kernel, stride),
        },
        praise="Libraries call this layer a transposed convolution; it is how some networks make pictures larger.",
    ),
    "03-way-back": Repair(
        truth=backward,
        planted=_changed(_all(4)),
        symptom="Maps with an even number of rows and columns pass; with an odd number, the gradient is too weak near "
                "the lower or the right edge.",
        inputs=_layers,
        mistakes={
            "the corner is still wrong: where a last row and a last column meet, how many values does the window hold?":
                _changed(_edges(2.0)),
            "in the corner both edges meet, and you have left it as it was.": _changed(_uneven_corner),
            "the last row is right now; a last column can be alone as well.": _changed(_rows_only),
            "the last column is right now; a last row can be alone as well.": _changed(_columns_only),
            "at an odd edge a window still holds two values, in one direction; only in the corner is a value alone.":
                _changed(_edges(1.0)),
            "the last row or column is not dropped on the way forward (“SAME”), so its error must not be dropped.":
                _changed(_edges(np.inf)),
            "inside, four values share the error; not everywhere two.": _changed(_all(2)),
            "nothing is shared out now: inside, each of the four values has a quarter of the say.": _changed(_all(1)),
            "the same share for all: only the windows at an odd edge differ, and those inside were right.":
                _changed(_mean_count),
            "TensorFlow begins at the upper left, so the first row and column lie in whole windows.":
                _changed(_first_too),
            "an average does not ask which values are above zero: the error is shared out among all, then gated.":
                _open_only,
            "the convolution was right: to scatter the errors, the kernel is laid down as it is.":
                _changed(flip=lambda kernel: kernel[::-1, ::-1]),
            "transposing the kernel exchanges rows and columns; it was right as it was.":
                _changed(flip=lambda kernel: kernel.T),
            "the gate was right: it asks whether Z is above zero, not the error.":
                _changed(gate=lambda z, error: error > 0),
            "the gate was right and is gone now.": _changed(gate=lambda z, error: 1),
            "the gate is upside down now.": _changed(gate=lambda z, error: z < 0),
            "“valid” keeps only places where the kernel lies inside the error; border pixels get their part too.":
                lambda *case: backward(*case)[2:-2, 2:-2],
            "“same” cuts the border off: the result must be as large as the image.":
                lambda *case: backward(*case)[1:-1, 1:-1],
        },
        praise="Frameworks differ here: PyTorch divides by 4 at a padded border unless count_include_pad=False. So "
               "test a gradient with odd sizes too.",
    ),
    "03-blind": Make(
        wishes=(Wish("content loss of the pixels, as a share", _share("pixels"), least=1.2),
                Wish("content loss at conv4_2, as a share", _share("conv4_2"), most=0.18)),
        picture=lambda image: np.clip(np.asarray(image, float), 0, 255),
        praise="The same number added everywhere leaves the differences between neighbours as they are, and costs this "
               "layer little; lower contrast or a tint costs it more, compared with what they cost the pixels.",
    ),
}


def _overwritten(error, kernel, stride):
    gradient = np.zeros([stride * (n - 1) + m for n, m in zip(error.shape, kernel.shape, strict=True)])
    for (i, j), value in np.ndenumerate(error):
        gradient[i * stride : i * stride + len(kernel), j * stride : j * stride + kernel.shape[1]] = value * kernel
    return gradient
