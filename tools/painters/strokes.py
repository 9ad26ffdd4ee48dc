"""Brush strokes: paths along a field of directions, bristles, and the relief of thick paint.

A stroke is a flat sheet of samples, bent along its path and pressed onto the canvas; its bristles differ in
tone and in their load of paint, and the height of the paint is lit from the top left in the end.
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from .canvas import oklab_to_linear, pixel_grid, smoothstep, srgb


class Canvas(NamedTuple):
    """Wet paint: colours (n, n, 3) in OKLab, and the height (n, n) of the paint, about [0, 1]."""

    color: np.ndarray
    height: np.ndarray


def primed(size, color):
    """Return a flat canvas of one OKLab colour (3,)."""
    return Canvas(np.tile(np.float32(color), (size, size, 1)), np.zeros((size, size), np.float32))


def jitter(colors, rng, lightness=0.03, hue=0.02):
    """Vary OKLab colours (..., 3) at random; the two amounts are standard deviations."""
    return colors + rng.normal(size=colors.shape) * (lightness, hue, hue)


def look_up(image, points):
    """Read an image (n, n) or (n, n, 3) at points (..., 2) in the unit square."""
    index = np.clip((points * len(image)).astype(np.int32), 0, len(image) - 1)
    return image[index[..., 1], index[..., 0]]


def headings(angle):
    """Return unit vectors (..., 2) for angles in radians, clockwise from the right."""
    return np.stack([np.cos(angle), np.sin(angle)], -1)


def unit(vectors):
    """Scale vectors (..., 2) to length 1."""
    return vectors / np.maximum(np.hypot(vectors[..., :1], vectors[..., 1:]), 1e-9)


def tabulated(field, size=640):
    """Return a quick copy of a field of directions, looked up in a table of size x size."""
    table = unit(field(np.stack(pixel_grid(size), -1))).astype(np.float32)
    return lambda points: look_up(table, points)


def scatter(rng, spacing):
    """Return points (k, 2), about `spacing` apart, over the frame and a little beyond, in random order."""
    ticks = np.arange(-2 * spacing, 1 + 2 * spacing, spacing)
    points = np.stack(np.meshgrid(ticks, ticks), -1).reshape(-1, 2)
    return rng.permutation(points + rng.uniform(-0.6, 0.6, points.shape) * spacing)


def trace(field, starts, lengths, steps=8):
    """Follow a field of directions both ways from starts (k, 2): paths (k, 2 * steps + 1, 2).

    `lengths` is one number or one per path.
    """
    stride = np.broadcast_to(lengths, len(starts))[:, None] / (2 * steps)
    halves = []
    for sign in (-1, 1):
        points = [starts]
        for _ in range(steps):
            midway = points[-1] + sign * stride / 2 * unit(field(points[-1]))
            points.append(points[-1] + sign * stride * unit(field(midway)))
        halves.append(points)
    backward, forward = halves
    return np.stack(backward[:0:-1] + forward, axis=1)


def smear(noise, field, length, steps=12):
    """Average noise (n, n) along the lines of a field; returns bands of unit deviation, (n, n).

    The bands follow the field, as the marks of a dragged brush do.
    """
    points = np.stack(pixel_grid(len(noise)), -1).reshape(-1, 2)
    mean = look_up(noise, trace(field, points, length, steps)).mean(axis=1).reshape(noise.shape)
    return (mean - mean.mean()) / mean.std()


class Brush(NamedTuple):
    """How a brush marks: contrast of its bristles, share that run dry, blunt (0) to thin tips, relief."""

    streak: float = 0.05
    dryness: float = 0.3
    taper: float = 0.5
    body: float = 1.0


def paint(canvas, paths, widths, colors, rng, brush):
    """Lay strokes on the canvas, in order: paths (k, m, 2), widths (k,) or one, OKLab colours (k, 3)."""
    paths = np.asarray(paths, np.float32)
    widths = np.broadcast_to(np.float32(widths), len(paths))
    for first in range(0, len(paths), 16):
        some = slice(first, first + 16)
        points, v = sheets(paths[some], widths[some], brush.taper, len(canvas.height))
        press(canvas, points, v, colors[some], rng, brush)


def sheets(paths, widths, taper, size):
    """Bend one flat sheet of samples along every path: pixels (k, along, across, 2), and v (across,).

    The samples lie less than a pixel apart, so that a pressed sheet leaves no holes; v runs over [-1, 1]
    across the stroke.
    """
    length = np.hypot(*np.moveaxis(np.diff(paths, axis=1), -1, 0)).sum(axis=1).max()
    u = np.linspace(0, 1, max(int(1.45 * length * size), 8), dtype=np.float32)
    v = np.linspace(-1, 1, max(int(1.45 * widths.max() * size), 4), dtype=np.float32)
    knot = np.minimum((u * (paths.shape[1] - 1)).astype(int), paths.shape[1] - 2)
    part = (u * (paths.shape[1] - 1) - knot)[:, None]
    spine = size * (paths[:, knot] * (1 - part) + paths[:, knot + 1] * part)
    sideways = unit(np.gradient(spine, axis=1))[..., ::-1] * np.float32((-1, 1))
    reach = size * widths[:, None, None] / 2 * ((1 - np.abs(2 * u - 1) ** 4) ** taper)[:, None] * v
    return spine[:, :, None] + reach[..., None] * sideways[:, :, None], v


def press(canvas, points, v, colors, rng, brush):
    """Press sheets of samples (k, along, across, 2), in pixels, onto the canvas, as bristles would."""
    size, (count, along, across) = len(canvas.height), points.shape[:3]
    # One bristle covers about three samples; each has its own tone and its own load of paint.
    bristles = np.clip(across // 3, 3, 28)
    hair = np.minimum(((v + 1) / 2 * bristles).astype(int), bristles - 1)
    tone = rng.normal(size=(count, bristles)).astype(np.float32)[:, hair]
    load = rng.random((count, bristles)).astype(np.float32)[:, hair]
    set_down = 0.10 * rng.random((count, bristles)).astype(np.float32)[:, hair]
    dry = 0.35 + 0.55 * load / max(brush.dryness, 1e-6)
    lift_off = np.where(load < brush.dryness, dry, 1 - 0.12 * load)
    u = np.linspace(0, 1, along, dtype=np.float32)[:, None]
    column, row = points[..., 0].astype(np.int32), points[..., 1].astype(np.int32)
    wet = (u >= set_down[:, None]) & (u <= lift_off[:, None])
    wet &= (np.minimum(row, column) >= 0) & (np.maximum(row, column) < size)
    place = row[wet] * size + column[wet]
    pigment = np.repeat(colors[:, None], across, axis=1).astype(np.float32)
    pigment[..., 0] += brush.streak * tone
    # Paint piles up along the sides of a stroke and where the brush leaves the canvas.
    ridge = 0.35 + 0.4 * rng.random((count, 1)) + 0.16 * tone + 0.35 * np.abs(v) ** 6 - 0.3 * np.abs(v) ** 30
    stroke, step, lane = np.nonzero(wet)
    canvas.color.reshape(-1, 3)[place] = pigment[stroke, lane]
    lump = 0.25 * smoothstep(0.75, 1.0, u[:, 0])
    canvas.height.reshape(-1)[place] = brush.body * (ridge[stroke, lane] + lump[step])


def lit(canvas, depth=0.06):
    """Light the relief of a canvas from the top left, by up to `depth` in lightness; sRGB (n, n, 3)."""
    rise_y, rise_x = np.gradient(ndimage.gaussian_filter(canvas.height, len(canvas.height) / 1600))
    color = canvas.color.copy()
    color[..., 0] += depth * np.tanh(len(color) / 320 * (rise_x + rise_y))
    return srgb(oklab_to_linear(color))
