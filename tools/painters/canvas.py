"""Shared tools of the painters: the grid of pixels, seeded noise, colour, and cells.

A picture is a pure function of the canvas size: coordinates run over [0, 1], x to the right and y down;
noise comes from seeded lattices; colours are mixed in OKLab, where equal steps look about equally large.
"""

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree


def pixel_grid(size):
    """Return x (rightwards) and y (downwards) of the pixel centres in (0, 1), each (size, size)."""
    ticks = (np.arange(size, dtype=np.float32) + 0.5) / size
    return np.meshgrid(ticks, ticks)


def smooth_noise(x, y, seed):
    """Return noise of about unit deviation that varies over unit distances; same shape as x and y."""
    lattice = np.random.default_rng(seed).normal(0, 2.1, (128, 128)).astype(np.float32)
    return ndimage.map_coordinates(lattice, [y, x], order=3, mode="grid-wrap", prefilter=False)


def fractal_noise(x, y, seed, frequency, octaves=3, gain=0.5):
    """Sum octaves of smooth noise, each finer, weaker and turned; roughly unit deviation."""
    total, weight = np.zeros_like(x), 1.0
    for octave in range(octaves):
        # Turning each octave by an irrational angle hides the lattice.
        cos, sin = np.cos(1.3 * octave + 0.5) * frequency, np.sin(1.3 * octave + 0.5) * frequency
        total += weight * smooth_noise(cos * x - sin * y, sin * x + cos * y, seed + octave)
        frequency, weight = 2.1 * frequency, gain * weight
    return total * np.sqrt((1 - gain**2) / (1 - gain ** (2 * octaves)))


def grain(x, y, angle, seed, along, across, octaves=2):
    """Return noise drawn out along `angle`: `along` and `across` are its frequencies (angle may vary)."""
    cos, sin = np.cos(angle), np.sin(angle)
    u, v = along * (cos * x + sin * y), across * (cos * y - sin * x)
    return fractal_noise(u, v, seed, 1.0, octaves)


def smoothstep(low, high, value):
    """Ramp smoothly from 0 at `low` to 1 at `high`."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(first, second, amount):
    """Blend two colour fields (..., 3) by `amount` (...) in [0, 1]."""
    amount = np.asarray(amount)[..., None]
    return first + (second - first) * amount


_RGB_TO_LMS = np.array(
    [[0.41222, 0.53633, 0.05145], [0.21190, 0.68070, 0.10740], [0.08830, 0.28172, 0.62998]]
)
_LMS_TO_LAB = np.array(
    [[0.21045, 0.79362, -0.00407], [1.97800, -2.42859, 0.45059], [0.02590, 0.78277, -0.80868]]
)


def linear_rgb(srgb):
    """Undo the sRGB transfer curve, values in [0, 1]."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def srgb(linear):
    """Apply the sRGB transfer curve, clipping to [0, 1]."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def oklab(*codes):
    """Return the OKLab colours of hex codes such as "1b3a6b", shape (codes, 3)."""
    rgb = np.array([[int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)] for code in codes])
    return (np.cbrt(linear_rgb(rgb) @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T).astype(np.float32)


def oklab_to_linear(lab):
    """Turn OKLab (..., 3) into linear RGB, clipped at 0."""
    lms = lab @ np.linalg.inv(_LMS_TO_LAB).T.astype(np.float32)
    return np.clip(lms**3 @ np.linalg.inv(_RGB_TO_LMS).T.astype(np.float32), 0, None)


def ramp(colors, t):
    """Interpolate along the colours (k, 3), evenly spaced over t in [0, 1]; returns t.shape + (3,)."""
    position = np.clip(t, 0, 1) * (len(colors) - 1)
    index = np.minimum(position.astype(int), len(colors) - 2)
    return mix(colors[index], colors[index + 1], position - index)


def rotate(x, y, center, angle):
    """Return coordinates about `center` in axes turned by `angle`."""
    dx, dy = x - center[0], y - center[1]
    return np.cos(angle) * dx + np.sin(angle) * dy, np.cos(angle) * dy - np.sin(angle) * dx


def voronoi_cells(u, v, seed, jitter=0.4):
    """Number the Voronoi cells of a jittered brick lattice with unit-sized cells, at (u, v)."""
    rng = np.random.default_rng(seed)
    rows = np.arange(np.floor(v.min()) - 1, np.ceil(v.max()) + 2)
    columns = np.arange(np.floor(u.min()) - 2, np.ceil(u.max()) + 2)
    px, py = np.meshgrid(columns, rows)
    px = px + 0.5 * (py % 2)
    points = np.stack([px, py], -1).reshape(-1, 2)
    points = points + rng.uniform(-jitter, jitter, points.shape)
    nearest = cKDTree(points).query(np.stack([u.ravel(), v.ravel()], -1))[1]
    return nearest.reshape(u.shape)


def border_distance(labels):
    """Return each pixel's distance to the nearest change of label, in picture widths."""
    border = np.zeros(labels.shape, bool)
    border[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    border[1:] |= labels[1:] != labels[:-1]
    distance = ndimage.distance_transform_edt(~border).astype(np.float32)
    # A light blur takes the stair steps out of the label map.
    return ndimage.gaussian_filter(distance, 0.8) / len(labels)
