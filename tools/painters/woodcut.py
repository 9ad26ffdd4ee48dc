"""Mountains, a pine and the sun, cut in lines and printed in three blocks."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from .canvas import fractal_noise, grain, mix, oklab, oklab_to_linear, pixel_grid, smoothstep, srgb

PAPER, INK, VERMILION, INDIGO = oklab("f4e6c8", "14110f", "d63a1e", "1d4a86")
DISC, DISC_RADIUS = (0.645, 0.265), 0.128


class Block(NamedTuple):
    """A wood block, all (n, n): darkness wanted, hatching phase and spacing in widths, solid ink."""

    tone: np.ndarray
    phase: np.ndarray
    spacing: np.ndarray
    solid: np.ndarray


def engrave(block, mask, tone, phase, spacing, solid=0.0):
    """Cover `mask` with a new form: its tone, the field whose level lines are its strokes, its outline."""
    new = (tone, phase, spacing, solid)
    return Block(*(np.where(mask, value, field) for value, field in zip(new, block, strict=True)))


def outline(inside, width):
    """Return the coverage of a contour line just inside the form where `inside` (widths) is positive."""
    return (np.abs(inside - width / 2) < width / 2).astype(np.float32)


def hatch(phase, tone, spacing):
    """Return ink coverage of strokes along the level lines of `phase`, their width following `tone`.

    Where the level lines spread, new strokes grow in between the old ones; where they crowd, strokes end.
    """
    slope = np.hypot(*np.gradient(phase)) * len(phase)
    level = -np.log2(np.clip(ndimage.median_filter(slope, 3), 0.02, None))
    octave = np.floor(level)
    growth = level - octave
    cycles = phase / spacing * 2.0**octave
    to_old = 2 * np.abs((cycles + 0.5) % 1 - 0.5)
    to_new = 1 - to_old
    soft = 1.1 * slope * 2.0**octave / (spacing * len(phase)) + 0.02
    old = 1 - smoothstep(-soft, soft, to_old - tone * (1 - 0.5 * growth))
    new = 1 - smoothstep(-soft, soft, to_new - tone * 0.5 * growth)
    return np.where(tone < 0.04, 0, np.where(tone > 0.97, 1, np.maximum(old, new * (growth > 0.25))))


def engraved_sky(block, x, y):
    """Stream the sky's strokes round the sun, as water runs round a stone."""
    wind = 0.030 * fractal_noise(x, y, 41, 2.6, 2) + 0.006 * fractal_noise(x, y, 43, 9, 2)
    dx, dy = x - DISC[0], y + wind - DISC[1]
    radius = np.hypot(dx, dy)
    phase = dy * (1 - np.minimum((0.8 * DISC_RADIUS / radius) ** 2, 1))
    streaks = grain(x, y + wind, 0.0, 47, 2.2, 15)
    tone = 0.78 - 1.15 * y + 0.17 * streaks - 0.42 * np.exp(-((radius - DISC_RADIUS) / 0.10))
    block = engrave(block, y > -1, tone, phase, 0.0105)
    true_radius = np.hypot(x - DISC[0], y - DISC[1])
    disc_tone = smoothstep(-0.3, 1.6, (y - DISC[1]) / DISC_RADIUS + 0.25 * streaks)
    rim = outline(DISC_RADIUS - true_radius, 0.004)
    return engrave(block, true_radius < DISC_RADIUS, 0.55 * disc_tone, y + 0.2 * wind, 0.0085, rim)


def cloud_bank(block, x, y, seed, left, right, level, size):
    """Heap billows, back to front, each shaded by rings below its own crown."""
    rng = np.random.default_rng(seed)
    ripple = fractal_noise(x, y, seed, 14, 2)
    count = int(9 * (right - left) / size * 0.55)
    for order in range(count):
        depth = order / count
        cx = rng.uniform(left, right)
        bulge = 1 - abs(2 * (cx - left) / (right - left) - 1) ** 2
        radius = size * rng.uniform(0.35, 1.15) * (0.45 + 0.55 * bulge)
        cy = level + (depth - 0.75 * bulge) * size * 1.3
        distance = np.hypot(x - cx, (y - cy) * 1.25) * (1 + 0.035 * ripple)
        under = (y - cy) / radius + 0.35 * (x - cx) / radius
        mask = (distance < radius) & (y < level + 0.25 * size)
        tone = 0.78 * smoothstep(-0.35, 1.0, under) ** 1.3
        block = engrave(block, mask, tone, distance, 0.0095, outline(radius - distance, 0.0035))
    return block


def mountain(block, x, y, seed, peak, steepness, spurs, dark, spacing):
    """Raise a mountain whose spurs fan out from the peak, lit on their right sides."""
    zigzag = fractal_noise(x, y, seed, 7, 4, 0.55)
    fall = y - peak[1]
    crag = 0.010 * fractal_noise(x, 0 * x, seed + 5, 26, 3, 0.6)
    aside = np.abs(x - peak[0])
    inside = fall - steepness * aside**1.12 - 0.03 * (1 - np.exp(-aside / 0.05)) - crag
    reach = np.clip(fall, 0, 1) + 0.07
    fan = spurs * ((x - peak[0]) / reach + 0.20 * zigzag) + 0.5
    side = fan - np.floor(fan)
    lit = smoothstep(0.42, 0.58, side)
    ledges = smoothstep(0.1, 0.9, grain(x, y, 0.3, seed + 9, 9, 30))
    shadow = dark * (1 - 0.35 * side) - 0.25 * ledges
    light = 0.10 + 0.30 * smoothstep(0.10, 0.32, fall) + 0.2 * ledges * smoothstep(0.05, 0.2, fall)
    tone = shadow + (light - shadow) * lit - 0.35 * smoothstep(0.36, 0.52, fall)
    lean = np.where(side < 0.5, 0.50, -0.42)
    phase = 0.85 * (x - peak[0]) + lean * fall + 0.007 * zigzag
    return engrave(block, inside > 0, tone, phase, spacing, outline(inside, 0.006))


def fields(block, x, y):
    """Roll three ploughed hills in front of the mountains, with furrows in perspective."""
    hills = (
        (0.615, 0.030, 4.2, 0.6, 0.62, 51),
        (0.665, 0.036, 5.4, 2.5, 0.45, 52),
        (0.715, 0.028, 4.8, 4.4, 0.75, 53),
    )
    for level, height, frequency, start, dark, seed in hills:
        crest = level - height * np.sin(frequency * x + start) - 0.35 * height * np.sin(2.3 * frequency * x)
        depth = y - crest
        bend = fractal_noise(x, y, seed, 6, 2)
        strip = 5.5 * (x + 1.3 * depth) + 0.5 * bend
        furrow = np.floor(strip)
        swing = np.cos(2.4 * furrow + seed)
        phase = depth * (0.9 - 0.2 * swing) + 0.35 * swing * x + 0.010 * bend
        tone = dark + 0.28 * np.sin(4.1 * furrow + seed) - 5 * np.clip(0.05 - depth, 0, 1) * dark
        hedge = np.abs(strip - np.round(strip)) < 0.03
        block = engrave(block, depth > 0, tone, phase, 0.0085, np.maximum(outline(depth, 0.005), hedge))
        block = copse(block, x, y, seed, level, height, frequency, start)
    return block


def copse(block, x, y, seed, level, height, frequency, start):
    """Stand a few firs along a hill's crest: dark, with carved light on the right."""
    rng = np.random.default_rng(seed)
    for cx in rng.uniform(0.22, 1.0, 9):
        crest = level - height * np.sin(frequency * cx + start) - 0.35 * height * np.sin(2.3 * frequency * cx)
        tall = rng.uniform(0.04, 0.085)
        up = (crest + 0.012 - y) / tall
        tier = 0.6 + 0.4 * (1 - (up * 5) % 1)
        half = 0.30 * tall * np.clip(1 - up, 0, 1) * tier
        mask = (np.abs(x - cx) < half) & (up > 0) & (up < 1)
        tone = np.where(x - cx > 0.15 * half, 0.62, 1.0)
        block = engrave(block, mask, tone, up * tall + 0.6 * np.abs(x - cx), 0.0075)
    return block


def lake(block, x, y):
    """Fill the foreground with water: rippling lines, a broken path of light, three rows of waves."""
    near = np.clip((y - 0.735) / 0.265, 0, 1)
    scale = 0.25 + near
    swell = fractal_noise(x / scale * 0.6, 2.2 * np.sqrt(near), 61, 9, 3)
    phase = y + 0.010 * scale * swell
    path = np.exp(-(((x - DISC[0] - 0.03 * swell) / (0.05 + 0.10 * near)) ** 2))
    glitter = 0.6 + 0.4 * np.sign(np.sin(120 * np.sqrt(near) + 2 * swell))
    tone = 0.58 + 0.16 * swell - 0.75 * path * glitter
    block = engrave(block, y > 0.735, tone, phase, 0.006 + 0.008 * near, 0)
    waves = ((0.855, 0.045, 0.30, 0.80), (0.925, 0.062, 0.85, 0.95), (1.0, 0.080, 0.15, 1.0))
    for level, size, start, dark in waves:
        block = rolling_wave(block, x, y, level, size, start, dark)
    return block


def rolling_wave(block, x, y, level, size, start, dark):
    """Roll one row of crests that hang over to the left, capped with foam, strokes flattening below."""
    lift = np.clip(level + 0.2 * size - y, 0, None) / size
    x = x + 0.42 * size * lift**1.5
    u = x / (4.6 * size) + start + 0.25 * fractal_noise(x, 0 * x + level, 63, 4, 2)
    u = u + 0.10 * np.sin(2 * np.pi * u)
    peak = 1 - np.sqrt(0.99 * np.sin(np.pi * u) ** 2 + 0.008)
    height = size * peak * (0.95 + 0.25 * fractal_noise(x, 0 * x, 67, 4, 2))
    height = height + 0.010 * np.sin(5 * x + 9 * start)
    depth = y - level + height
    claws = np.abs(np.sin(9 * np.pi * u)) ** 0.6
    foam = 0.08 * size + 0.50 * height - 0.26 * size * claws * (0.3 + peak) - depth
    tone = np.where(foam > 0, 0.0, dark - 0.55 * smoothstep(0.3 * size, 1.8 * size, depth) * (1 - 0.7 * peak))
    phase = y - level + height * np.exp(-np.clip(depth, 0, 1) / (1.2 * size))
    ink = np.maximum(outline(depth, 0.005), outline(foam, 0.0030))
    return engrave(block, depth > 0, tone, phase, 0.0115, ink)


def curve_field(points, size):
    """Measure a smooth curve through `points` (k, 2).

    Returns distance to it (widths), parameter in [0, 1] and side in {-1, 1} (right is 1), each (size, size).
    """
    knots = np.linspace(0, 1, len(points))
    t = np.linspace(0, 1, 4 * size)
    curve = np.stack([np.interp(t, knots, column) for column in np.asarray(points, float).T], -1)
    curve = ndimage.gaussian_filter1d(curve, 0.09 * len(t) / (len(points) - 1) * 3, axis=0, mode="nearest")
    margin = size // 4
    canvas = np.full((size + 2 * margin, size + 2 * margin), -1.0)
    pixel = np.clip((curve * size).astype(int) + margin, 0, len(canvas) - 1)
    canvas[pixel[:, 1], pixel[:, 0]] = t
    distance, (row, column) = ndimage.distance_transform_edt(canvas < 0, return_indices=True)
    window = slice(margin, margin + size)
    side = np.sign(np.arange(len(canvas))[None] - column + 0.01)
    fields = (distance.astype(np.float32) / size, canvas[row, column], side)
    return tuple(field[window, window] for field in fields)


def pine(block, x, y):
    """Frame the left side with a windswept pine: bark along its limbs, pads of needles in fans."""
    trunk = ((0.05, 1.1), (0.1, 0.92), (0.055, 0.74), (0.12, 0.56), (0.09, 0.38), (0.17, 0.22), (0.15, 0.05))
    limbs = (
        (trunk, 0.040),
        (((0.09, 0.64), (0.17, 0.57), (0.25, 0.585), (0.33, 0.545)), 0.017),
        (((0.11, 0.36), (0.17, 0.31), (0.23, 0.32), (0.29, 0.285)), 0.015),
        (((0.10, 0.48), (0.04, 0.43), (-0.03, 0.44)), 0.014),
        (((0.155, 0.20), (0.24, 0.13), (0.33, 0.135)), 0.012),
    )
    for points, thick in limbs:
        distance, t, side = curve_field(points, len(x))
        width = thick * (1 - 0.65 * t) * (1 + 0.10 * fractal_noise(x, y, 71, 16, 2))
        across = side * distance / width
        bark = fractal_noise(x, y, 73, 20, 3)
        tone = 0.72 - 0.42 * across + 0.24 * bark
        phase = side * distance + 0.006 * bark
        block = engrave(block, distance < width, tone, phase, 0.0085, outline(width - distance, 0.0055))
    return needles(block, x, y)


def needles(block, x, y):
    """Hang fans of needles on the pine's limbs, the upper ones first."""
    rng = np.random.default_rng(77)
    pads = (
        (0.15, 0.03, 0.11),
        (0.04, 0.075, 0.09),
        (0.26, 0.09, 0.085),
        (0.33, 0.125, 0.060),
        (0.05, 0.20, 0.075),
        (0.20, 0.29, 0.065),
        (0.275, 0.28, 0.070),
        (-0.01, 0.40, 0.10),
        (0.07, 0.42, 0.06),
        (0.21, 0.545, 0.07),
        (0.29, 0.55, 0.08),
        (0.365, 0.535, 0.06),
    )
    for cx, cy, reach in pads:
        for _ in range(4):
            px, py = cx + rng.uniform(-0.55, 0.55) * reach, cy + rng.uniform(-0.22, 0.12) * reach
            radius = reach * rng.uniform(0.45, 0.7)
            dx, dy = (x - px) / radius, (y - py - 0.15 * radius) / (0.78 * radius)
            angle = np.arctan2(dy, dx)
            ragged = 1 + 0.10 * np.sin(9 * angle + 5 * px / reach) + 0.06 * np.sin(31 * angle)
            inside = ragged - np.hypot(dx, dy)
            mask = (inside > 0) & (dy < 0.30 + 0.1 * np.sin(14 * dx))
            tone = 0.44 + 0.60 * smoothstep(-0.7, 0.35, dy) - 0.20 * dx
            block = engrave(block, mask, tone, radius * 0.8 * angle, 0.0062, (inside < 0.06) * 1.0)
    return block


def printed(block, x, y):
    """Ink the block and print it over its two colour blocks; OKLab (n, n, 3)."""
    flecks = fractal_noise(x, y, 81, 30, 3, 0.6)
    # Gouges leave chance ridges in the light parts and stray cuts in the dark ones.
    tone = block.tone + 0.05 * flecks
    tone = np.maximum(tone, 0.26 * smoothstep(0.9, 1.9, fractal_noise(x, y, 83, 17, 2)))
    tone = np.minimum(tone, 1.06 - 0.30 * smoothstep(0.8, 1.8, fractal_noise(x, y, 85, 13, 2)))
    wobble = 0.0011 * fractal_noise(x, y, 87, 34, 2)
    strokes = hatch(block.phase + wobble, np.clip(tone, 0, 1), block.spacing)
    cross = hatch(0.75 * x + 0.66 * y + 2 * wobble, np.clip(1.7 * (tone - 0.60), 0, 0.5), 0.009 + 0 * x)
    rings = grain(x, y + 0.02 * fractal_noise(x, y, 89, 2, 2), 0.03, 91, 5, 260, 2)
    ink = np.maximum(np.maximum(strokes, cross), block.solid)
    pinholes = smoothstep(1.7, 2.5, fractal_noise(x, y, 93, 160, 2))
    ink = ink * (1 - 0.8 * smoothstep(1.7, 2.3, rings)) * (1 - 0.5 * pinholes)
    fibers = 0.011 * fractal_noise(x, y, 95, 120, 2) + 0.010 * rings
    paper = PAPER + fibers[..., None] * np.array([1, 0.1, -0.3])
    color = color_blocks(paper, x, y, rings, block.tone)
    return mix(color, INK, 0.96 * ink)


def color_blocks(paper, x, y, rings, tone):
    """Print indigo (upper sky and water, wiped to a gradient) and vermilion (sun, its glow, its path)."""
    upper = 0.92 * smoothstep(0.42, -0.05, y)
    water = 0.90 * smoothstep(0.73, 0.95, y) * smoothstep(0.0, 0.25, tone)
    # The colour blocks sit a hair off the key block, as in a hand-pulled print.
    radius = np.hypot(x - DISC[0] - 0.004, y - DISC[1] + 0.003)
    sun = (radius < DISC_RADIUS).astype(np.float32)
    halo = 0.55 * np.exp(-np.clip(radius - DISC_RADIUS, 0, 1) / 0.10) * (y < 0.60)
    glow = halo + 0.35 * np.exp(-(((y - 0.5) / 0.08) ** 2))
    path = 0.8 * np.exp(-(((x - DISC[0]) / (0.03 + 0.35 * np.clip(y - 0.72, 0, 1))) ** 2)) * (y > 0.735)
    indigo = np.clip((upper + water) * (1 - path) * (1 - sun), 0, 1) * (0.88 + 0.09 * rings)
    red = np.clip(np.maximum(sun * 0.96, np.maximum(glow * (1 - upper), path)), 0, 1) * (0.95 + 0.05 * rings)
    return mix(mix(paper, INDIGO, np.clip(indigo, 0, 1)), VERMILION, np.clip(red, 0, 1))


def woodcut(size):
    """Print a mountain lake at sunrise, in ink, indigo and vermilion; sRGB (size, size, 3)."""
    x, y = pixel_grid(size)
    empty = np.zeros((size, size), np.float32)
    block = engraved_sky(Block(empty, empty, empty, empty), x, y)
    block = cloud_bank(block, x, y, 55, 0.55, 1.05, 0.475, 0.085)
    block = mountain(block, x, y, 3, (0.80, 0.37), 0.62, 1.5, 0.75, 0.0085)
    block = mountain(block, x, y, 8, (0.43, 0.165), 1.15, 1.3, 1.0, 0.0095)
    block = cloud_bank(block, x, y, 56, 0.10, 0.58, 0.575, 0.075)
    block = cloud_bank(block, x, y, 57, 0.62, 1.10, 0.600, 0.060)
    block = mountain(lake(fields(block, x, y), x, y), x, y, 14, (0.045, 0.845), 0.62, 1.6, 1.0, 0.0100)
    block = pine(block, x, y)
    return srgb(oklab_to_linear(printed(block, x, y)))
