"""The losses of style transfer, one formula and a few lines each.

Feature maps F are (height, width, channels) tensors of one picture, without a batch axis; N = channels,
M = height · width = positions. All functions take NumPy arrays or TensorFlow tensors, return TensorFlow
scalars (or a matrix), and keep the precision (float32 or float64) of what they are given.

Source of the formulas: Gatys, Ecker, Bethge, "Image Style Transfer Using Convolutional Neural
Networks", CVPR 2016, equations 1 to 7 (numbered below); total variation: Rudin, Osher, Fatemi 1992.
Where each of them is derived by hand, docs/formulas.md tells.
"""

from collections.abc import Mapping

from nst_helpers.arrays import Tensor
from nst_helpers.backend import tf


def content_loss(features: Tensor, content_features: Tensor) -> Tensor:
    """How far the content has moved: ½ Σ (F − C)² (equation 1).

    Args:
        features: F, feature maps (height, width, channels) of the generated picture.
        content_features: C, the same layer's feature maps of the content picture, same shape.

    Returns:
        A scalar ≥ 0. Its gradient with respect to F is F − C (equation 2, without the factor that is
        zero where F < 0: the ReLU before F takes care of that).

    >>> float(content_loss([[[1.0, 2.0]]], [[[0.0, 4.0]]]))  # ½ (1² + 2²)
    2.5
    """
    return 0.5 * tf.reduce_sum(tf.square(tf.subtract(features, content_features)))


def gram_matrix(features: Tensor, normalized: bool = False) -> Tensor:
    """Which channels respond together: G_ij = Σ_k F_ik F_jk, k running over positions (equation 3).

    Args:
        features: F, feature maps (height, width, channels).
        normalized: divide by the number of positions M, so that pictures of different size compare.

    Returns:
        G, a symmetric (channels, channels) matrix.

    >>> gram_matrix([[[1.0, 2.0]], [[3.0, 4.0]]]).numpy()  # positions (1, 2) and (3, 4)
    array([[10., 14.],
           [14., 20.]], dtype=float32)
    """
    features = tf.convert_to_tensor(features)
    flat = tf.reshape(features, (-1, features.shape[-1]))  # (positions, channels)
    gram = tf.matmul(flat, flat, transpose_a=True)  # (channels, channels)
    return gram / tf.cast(tf.shape(flat)[0], gram.dtype) if normalized else gram


def gram_distance(gram: Tensor, style_gram: Tensor) -> Tensor:
    """How far two normalized Gram matrices are apart: 1/(4N²) Σ (G − S)².

    Args:
        gram, style_gram: (channels, channels) Gram matrices, both divided by their number of positions; or
            several of both, (…, channels, channels).

    Returns:
        A scalar ≥ 0, or one for each pair, (…); E_l of equation 4, see `layer_style_loss`.
    """
    gram = tf.convert_to_tensor(gram)
    channels = int(gram.shape[-1])
    return tf.reduce_sum(tf.square(gram - style_gram), axis=(-2, -1)) / (4.0 * channels**2)


def layer_style_loss(features: Tensor, style_features: Tensor) -> Tensor:
    """The style loss of one layer: E_l = 1/(4 N² M²) Σ (G − S)² (equation 4).

    The formula as printed needs pictures of one size. Written with Gram matrices divided by their own
    number of positions it is the same number there, 1/(4N²) Σ (G/M − S/M)², and holds for any two sizes.

    Args:
        features: feature maps (height, width, channels) of the generated picture.
        style_features: the same layer's feature maps of the style picture, of any height and width.

    Returns:
        A scalar ≥ 0. For pictures of one size its gradient with respect to F, as a (positions,
        channels) matrix, is F·(G − S)/(N²M²) (equation 6).

    >>> float(layer_style_loss([[[2.0]]], [[[1.0]], [[1.0]]]))  # ¼ (4/1 − 2/2)²
    2.25
    """
    return gram_distance(gram_matrix(features, normalized=True), gram_matrix(style_features, normalized=True))


def style_loss(features: Mapping[str, Tensor], style_features: Mapping[str, Tensor],
               layer_weights: Mapping[str, float]) -> Tensor:
    """The style loss over several layers: Σ_l w_l E_l (equation 5).

    Args:
        features, style_features: {layer: feature maps (height, width, channels)}.
        layer_weights: {layer: w_l}; layers that are not named here do not count.

    Returns:
        A scalar.
    """
    grams = {layer: gram_matrix(style_features[layer], normalized=True) for layer in layer_weights}
    return gram_style_loss(features, grams, layer_weights)


def gram_style_loss(features: Mapping[str, Tensor], style_grams: Mapping[str, Tensor],
                    layer_weights: Mapping[str, Tensor | float]) -> Tensor:
    """The style loss over several layers of a style whose Gram matrices are known: Σ_l w_l E_l (equation 5).

    They do not change while a picture is made, so whoever lowers the loss computes them once.

    Args:
        features: {layer: feature maps (height, width, channels)} of the generated picture.
        style_grams: {layer: S/M, (channels, channels)}, normalized Gram matrices of the style.
        layer_weights: {layer: w_l}; layers that are not named here do not count.

    Returns:
        A scalar.
    """
    return tf.add_n([weight * gram_distance(gram_matrix(features[layer], normalized=True), style_grams[layer])
                     for layer, weight in layer_weights.items()])


def total_variation(image: Tensor, epsilon: float = 1e-3) -> Tensor:
    """How rough the picture is: Σ sqrt((I[i+1,j] − I[i,j])² + (I[i,j+1] − I[i,j])²).

    The sum runs over the positions that have a neighbour below and to the right, in every channel. The
    bare square root has no gradient where the picture is flat; sqrt(d² + ε²) − ε has one, is zero there
    too, and is at most ε smaller elsewhere.

    Args:
        image: (height, width, channels), at least 2×2 pixels, 0–255.
        epsilon: ε > 0, in units of pixel values.

    Returns:
        A scalar ≥ 0.

    >>> round(float(total_variation([[[0.0], [4.0]], [[3.0], [0.0]]])), 2)  # sqrt(3² + 4²)
    5.0
    """
    image = tf.convert_to_tensor(image)
    down = image[1:, :-1] - image[:-1, :-1]
    right = image[:-1, 1:] - image[:-1, :-1]
    return tf.reduce_sum(tf.sqrt(tf.square(down) + tf.square(right) + epsilon**2) - epsilon)
