"""Noise taken out of a picture by its total variation: by descent, and exactly.

Rudin, Osher, Fatemi, "Nonlinear total variation based noise removal algorithms", 1992. Pictures are (height, width,
channels), in gray levels; noise may go beyond 0–255.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from nst_helpers.optimizers import Adam

Floats = npt.NDArray[np.floating]
EPSILON = 1.0  # the rounding, in gray levels
STEPS = 100


def with_noise(image: Floats, noise: float, seed: int = 0) -> Floats:
    """The image with normal noise of this standard deviation in every number; not clipped."""
    generator = np.random.default_rng(seed)
    return image + np.float32(noise) * generator.standard_normal(image.shape, np.float32)


def psnr(image: Floats, truth: Floats) -> float:
    """Peak signal-to-noise ratio in decibels: 10 log₁₀(255² / mean squared difference)."""
    return float(10 * np.log10(255**2 / np.mean(np.square(image - truth, dtype=np.float64))))


def shapes(size: int = 64) -> Floats:
    """A drawing without texture: a circle, a square and a square on its corner, (size, 3 · size, 3), 0–255."""
    y, x = np.mgrid[:size, : 3 * size].astype(np.float32) - (size - 1) / 2
    insides = (0.36 * size - np.hypot(x, y), 0.32 * size - np.maximum(abs(x - size), abs(y)),
               0.45 * size - abs(x - 2 * size) - abs(y))
    image = np.full((size, 3 * size, 3), 40, np.float32)
    for inside, color in zip(insides, ((230, 120, 40), (90, 190, 240), (40, 190, 120)), strict=True):
        image += np.clip(inside + 0.5, 0, 1)[..., None] * (np.array(color, np.float32) - image)
    return image


def slope(image: Floats, epsilon: float = EPSILON) -> Floats:
    """The gradient of the rounded total variation, (height, width, channels)."""
    down, right = differences(image)
    length = np.sqrt(down**2 + right**2 + epsilon**2)
    return _spread(down / length, right / length, image)


def denoising(noisy: Floats, weight: float, steps: int = STEPS, learning_rate: float = 6.0) -> Iterator[Floats]:
    """Descend on ½ Σ (I − noisy)² + γ TV(I), from the noisy picture: yields the picture after each step."""
    image, state = noisy, Adam(learning_rate).init(noisy)
    for number in range(steps):
        optimizer = Adam(learning_rate * (1 - number / steps), beta2=0.99)
        image, state = optimizer.step(image, image - noisy + weight * slope(image), state)
        yield image


def exact_minimum(noisy: Floats, weight: float, diagonal: bool = True, steps: int = 400) -> Floats:
    """The picture that makes ½ Σ (I − noisy)² + γ TV(I) smallest, without rounding: the dual method.

    Chambolle, "An Algorithm for Total Variation Minimization and Applications", 2004, with the acceleration of
    Beck, Teboulle, 2009. Instead of a picture it looks for the push of every pair of neighbours.

    Args:
        noisy: (height, width, channels) or (height, width).
        weight: γ > 0.
        diagonal: TV(I) = Σ sqrt(down² + right²); or, if not, Σ |down| + |right|.
    """
    pushes = ahead = np.zeros((2, noisy.shape[0] - 1, noisy.shape[1] - 1, *noisy.shape[2:]), noisy.dtype)
    momentum = 1.0
    for _ in range(steps):
        image = noisy - weight * _spread(ahead[0], ahead[1], noisy)
        new = ahead + np.stack(differences(image)) / (8 * weight)
        new = new / np.maximum(1, np.sqrt(np.sum(new**2, axis=0))) if diagonal else np.clip(new, -1, 1)
        faster = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / faster * (new - pushes)
        pushes, momentum = new, faster
    return noisy - weight * _spread(pushes[0], pushes[1], noisy)


def smoothed_minimum(noisy: Floats, weight: float, epsilon: float, steps: int = 200) -> Floats:
    """The same for the total variation rounded off at ε, by L-BFGS; for ε = 0 it is `exact_minimum`.

    Args:
        noisy: (height, width, channels). weight: γ > 0. epsilon: in gray levels, from 0; far below 1 it is slow.
        steps: at most so many.
    """
    from scipy.optimize import minimize

    if not epsilon:
        return exact_minimum(noisy, weight, steps=2 * steps)
    given = np.asarray(noisy, np.float64)

    def loss(flat):
        image = flat.reshape(given.shape)
        down, right = differences(image)
        length = np.sqrt(down**2 + right**2 + epsilon**2)
        gradient = image - given + weight * _spread(down / length, right / length, image)
        return 0.5 * np.sum((image - given) ** 2) + weight * np.sum(length - epsilon), gradient.ravel()

    found = minimize(loss, given.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps})
    return found.x.reshape(given.shape)


def differences(image: Floats) -> tuple[Floats, Floats]:
    """(down, right): each pixel's lower and right neighbor less itself, (height − 1, width − 1, …)."""
    return image[1:, :-1] - image[:-1, :-1], image[:-1, 1:] - image[:-1, :-1]


def _spread(down: Floats, right: Floats, image: Floats) -> Floats:
    """What each difference pushes: its first pixel one way, its second the other."""
    result = np.zeros_like(image)
    result[:-1, :-1] -= down + right
    result[1:, :-1] += down
    result[:-1, 1:] += right
    return result
