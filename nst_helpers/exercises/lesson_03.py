"""Exercises of lesson 03: content loss."""

import numpy as np
from scipy.signal import convolve2d, correlate2d

from nst_helpers.exercises import Derive, Exercise, Make, Repair, Wish

# Two contents at once


def _best(a, features_a, b, features_b):
    return (a * features_a + b * features_b) / (a + b)


def _two_contents(generator):
    return [(weights[0], generator.random((4, 5, 3)), weights[1], generator.random((4, 5, 3)))
            for weights in ((2.0, 3.0), (0.5, 4.0))]


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


# The repair: convolution, ReLU and average pooling


def backward(image: np.ndarray, kernel: np.ndarray, pooled_error: np.ndarray) -> np.ndarray:
    """∂L/∂I through pooling, gate and convolution, as it should be."""
    z = correlate2d(image, kernel, mode="valid")
    error = np.kron(pooled_error, np.ones((2, 2))) / 4
    return convolve2d(error * (z > 0), kernel, mode="full")


def _planted(image, kernel, pooled_error):
    z = correlate2d(image, kernel, mode="valid")
    error = np.kron(pooled_error, np.ones((2, 2))) / 4
    return correlate2d(error * (z > 0), kernel, mode="full")


def _changed(spread=0.25, gate=lambda z, error: z > 0, flip=lambda kernel: kernel):
    """The way back with one thing changed."""

    def back(image, kernel, pooled_error):
        z = correlate2d(image, kernel, mode="valid")
        error = np.kron(pooled_error, np.ones((2, 2))) * spread
        return convolve2d(error * gate(z, error), flip(kernel), mode="full")

    return back


def _layers(generator):
    return [(generator.normal(0, 1, (rows + 2, columns + 2)), generator.normal(0, 1, (3, 3)),
             generator.normal(0, 1, (rows // 2, columns // 2))) for rows, columns in ((4, 4), (6, 8))]


# A change that the deep layer forgives


def _share(layer):
    """The measure: a picture → its content loss at a layer ("pixels": of the preprocessed pixels), over ½ Σ C²."""

    def measure(image):
        from nst_helpers.experiments.helps import cat_window
        from nst_helpers.networks import load_network

        image, photo = np.asarray(image, np.float32), cat_window()
        if image.shape != photo.shape:
            raise ValueError(f"a picture {photo.shape} is wanted, not {image.shape}")
        network = load_network()
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
        },
        praise="So a kernel that is twice as strong pushes twice as hard, and must be given a quarter of the η: the "
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
        planted=_planted,
        symptom="With the blur kernel it agrees with the tape, with an edge kernel it does not: what have all blur "
                "kernels, and what has this one not?",
        inputs=_layers,
        mistakes={
            "half of the flip is missing: the kernel is turned upside down and from left to right.":
                _changed(flip=lambda kernel: kernel[::-1]),
            "the kernel is mirrored from left to right only; the half turn has both.":
                _changed(flip=lambda kernel: kernel[:, ::-1]),
            "transposing is not flipping: convolve2d with the kernel as it is.":
                _changed(flip=lambda kernel: kernel.T),
            "the gate was right: it asks whether Z is above zero, not the error.":
                _changed(gate=lambda z, error: error > 0),
            "the gate was right and is gone now.": _changed(gate=lambda z, error: 1),
            "the gate is upside down now.": _changed(gate=lambda z, error: z < 0),
            "the pooling was right: each of the four values has a quarter of the say.": _changed(spread=1),
            "the pooling was right: a quarter, not a half.": _changed(spread=0.5),
            "a sign has been turned round.": _changed(spread=-0.25),
        },
        praise="A symmetrical kernel hides a missing flip, so test a gradient with a kernel that has no symmetry.",
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
            "that is the gradient at F = 0, not the F at which it vanishes.":
                lambda a, features_a, b, features_b: -a * features_a - b * features_b,
            "roots are not needed: the gradient is linear in F.":
                lambda a, features_a, b, features_b: np.sqrt((a * features_a**2 + b * features_b**2) / (a + b)),
        },
        praise="The weighted mean of both. Whether there is a picture with such features is another question.",
    ),
    "03-blind": Make(
        wishes=(Wish("content loss of the pixels, as a share", _share("pixels"), least=1.2),
                Wish("content loss at conv4_2, as a share", _share("conv4_2"), most=0.18)),
        picture=lambda image: np.clip(np.asarray(image, float), 0, 255),
        praise="Brighter is forgiven more readily than darker: edges keep their contrast, and this network was trained "
               "on pictures whose brightness and tint varied at random.",
    ),
}


def _overwritten(error, kernel, stride):
    gradient = np.zeros([stride * (n - 1) + m for n, m in zip(error.shape, kernel.shape, strict=True)])
    for (i, j), value in np.ndenumerate(error):
        gradient[i * stride : i * stride + len(kernel), j * stride : j * stride + kernel.shape[1]] = value * kernel
    return gradient
