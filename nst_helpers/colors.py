"""Keeping the content's colors: two ways, of Gatys, Bethge, Hertzmann, Shechtman 2016 (arXiv:1606.05897).

- Match first: the style picture takes on the content's colors before the transfer (section 3).
- Brightness only: the transfer paints brightness, and the content gives the colors (section 4).

Pictures are (height, width, 3), RGB, 0–255.
"""

import numpy as np
import numpy.typing as npt

from nst_helpers.arrays import Image, Map

BRIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)  # R, G, B in the Y of YIQ (ITU-R BT.601)


def recolored(content: Image, styles: list[tuple[float, Image]], colors: str,
              ) -> tuple[Image, list[tuple[float, Image]], Image | None]:
    """What the network shall look at, for one of the ways in `Settings.colors`.

    Args:
        content: an image; styles: [(share, image), …]; colors: "style", "matched" or "brightness".

    Returns:
        (content, styles, colors), where colors is the picture that gives the result its colors, or None.
    """
    if colors == "brightness":
        return gray(content), [(share, match_brightness(image, content)) for share, image in styles], content
    if colors == "matched":
        styles = [(share, match_colors(image, content)) for share, image in styles]
    return content, styles, None


def brightness(image: npt.ArrayLike) -> Map:
    """Y of YIQ: (height, width, 3) → (height, width), 0–255."""
    return np.asarray(image, np.float32) @ BRIGHTNESS


def gray(image: npt.ArrayLike) -> Image:
    """The same picture without colors: (height, width, 3), three equal channels."""
    return np.repeat(brightness(image)[..., np.newaxis], 3, axis=-1)


def with_brightness(image: Image, light: Map) -> Image:
    """A picture's colors under another brightness (height, width): I and Q of YIQ stay, where 0–255 allows it."""
    return np.clip(image + (light - brightness(image))[..., np.newaxis], 0, 255).astype(np.float32)


def match_brightness(style: Image, content: Image) -> Image:
    """The style picture in grey, with the mean and the spread of the content's brightness (equation 10)."""
    ours, theirs = brightness(style), brightness(content)
    spread = theirs.std() / max(ours.std(), 1e-3)
    return np.clip(gray((ours - ours.mean())[..., np.newaxis] * np.ones(3) * spread + theirs.mean()), 0, 255)


def match_colors(style: Image, content: Image) -> Image:
    """The style picture with the mean and the covariance of the content's colors (equations 3 to 8).

    I ← A (I − μ_S) + μ_C with A = Σ_C^½ Σ_S^-½: of all A that give the covariance Σ_C the one that comes
    from symmetric roots, which turns colors least.
    """
    ours, theirs = (np.asarray(image, np.float32).reshape(-1, 3) for image in (style, content))
    matrix = _root(_covariance(theirs), 0.5) @ _root(_covariance(ours), -0.5)
    matched = (ours - _mean(ours)) @ matrix.T.astype(np.float32)
    matched += _mean(theirs)  # in place: a picture may be large
    return np.clip(matched, 0, 255, out=matched).reshape(np.shape(style))


def _mean(colors):
    return colors.mean(axis=0, dtype=np.float64).astype(np.float32)


def _covariance(colors):
    centered = colors - _mean(colors)
    products = np.einsum("ni,nj->ij", centered, centered, dtype=np.float64) / len(colors)
    # A gray level of noise: a picture of few colors has directions without any spread.
    return products + np.eye(3)


def _root(matrix, power):
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * values**power) @ vectors.T
