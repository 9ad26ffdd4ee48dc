"""Names for arrays, that say what is in them; the shapes stand in the docstrings of what takes them."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Image: TypeAlias = npt.NDArray[np.float32]
"""A picture: (height, width, 3), RGB, 0–255."""

Frame: TypeAlias = npt.NDArray[np.uint8]
"""A picture for the screen: (height, width, 3), RGB, 0–255, whole numbers."""

Map: TypeAlias = npt.NDArray[np.float32]
"""One number a place: (height, width)."""

Features: TypeAlias = npt.NDArray[np.float32]
"""The feature maps of one layer: (height, width, channels)."""

Gram: TypeAlias = npt.NDArray[np.float32]
"""A Gram matrix: (channels, channels)."""

Numbers: TypeAlias = npt.NDArray[np.floating]
"""Numbers with a fraction, of the shape that the docstring tells: rows, walks, kernels, histories."""

Values: TypeAlias = npt.NDArray[np.number]
"""Numbers of any kind, whole ones too, of the shape that the docstring tells."""

Styles: TypeAlias = Image | list[tuple[float, Image]]
"""A style picture; or several, [(weight, image), …], whose styles are blended by weight."""

Tensor: TypeAlias = Any
"""A NumPy array or a TensorFlow tensor, float32 or float64: what the formulas take, and keep the kind of."""

Losses: TypeAlias = dict[str, float]
"""{"content", "style", "tv", "total"} of one picture."""

History: TypeAlias = dict[str, list[float]]
"""{"content", "style", "tv", "total": [one value an iteration]}."""
