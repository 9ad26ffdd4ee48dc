"""A night sky of swirling strokes over hills, a lake and cypresses."""

from functools import partial

import numpy as np

from .canvas import fractal_noise, mix, oklab, pixel_grid, ramp, smoothstep
from .strokes import (
    Brush,
    headings,
    jitter,
    lit,
    look_up,
    paint,
    primed,
    scatter,
    smear,
    tabulated,
    trace,
    unit,
)

SKY = oklab("070d33", "0f2468", "1746a0", "1f74c4", "3fa9d6", "9fdcdc", "eef3c8")
HALO = oklab("fffbe0", "ffe98a", "fcc838", "f0c95a", "a8d0a8", "4aa5cf", "1d5cb0")
LAKE = oklab("081238", "123a7e", "1c6fa8", "5fb8cc", "c9ecd8")
RIDGE = oklab("0a1030", "1b2a6b", "2f4f9a", "4d86b0", "8fbfae")
TREE = oklab("04080c", "0a1f1e", "123f33", "2a6a48", "6f9a4a", "c9b860")
VORTICES = (  # x, y, radius, sense
    (0.575, 0.285, 0.150, 1.0),
    (0.345, 0.400, 0.085, -0.9),
    (0.075, 0.335, 0.080, 0.8),
    (0.930, 0.165, 0.080, -0.8),
)
LAMPS = (  # moon first, then stars: x, y, radius of the halo
    (0.205, 0.150, 0.135),
    (0.425, 0.085, 0.062),
    (0.745, 0.090, 0.075),
    (0.875, 0.330, 0.066),
    (0.190, 0.455, 0.046),
    (0.700, 0.460, 0.048),
    (0.395, 0.235, 0.040),
    (0.585, 0.040, 0.034),
    (0.045, 0.200, 0.034),
    (0.495, 0.490, 0.034),
)


def wind(points):
    """Return the directions of the sky's strokes: a wavy wind, spirals, and rings about the lamps."""
    x, y = points[..., :1], points[..., 1:]
    flow = headings(0.5 * np.sin(7 * x + 3 * y) + 0.25 * np.sin(17 * x - 9 * y + 1))[..., 0, :]
    for cx, cy, radius, sense in VORTICES:
        offset = points - (cx, cy)
        pull = np.exp(-((np.hypot(x - cx, y - cy) / radius) ** 2) / 1.6)
        spiral = sense * offset[..., ::-1] * (-1, 1) - 0.20 * offset
        flow = flow * (1 - pull) + 3 * pull * unit(spiral)
    for cx, cy, radius in LAMPS:
        offset = points - (cx, cy)
        pull = smoothstep(1.35 * radius, 0.85 * radius, np.hypot(x - cx, y - cy))
        flow = unit(flow) * (1 - pull) + pull * unit(offset[..., ::-1] * (-1, 1))
    return flow


def sky_tones(size, flow):
    """Return the sky's lightness along its ramp, (n, n) in [0, 1]: bands along the wind, bright spirals."""
    x, y = pixel_grid(size)
    bands = smear(fractal_noise(x, y, 31, 26, 3, 0.6), flow, 0.30)
    clouds = fractal_noise(x, y, 32, 3, 2)
    tone = 0.31 + 0.14 * bands + 0.08 * clouds + 0.14 * smoothstep(0.1, 0.55, y)
    for cx, cy, radius, sense in VORTICES:
        distance, angle = np.hypot(x - cx, y - cy) / radius, np.arctan2(y - cy, x - cx)
        arms = np.cos(2 * angle + sense * 9 * np.log(distance + 0.25))
        tone = tone + np.exp(-((distance / 1.15) ** 2)) * (0.16 + 0.20 * arms)
    return np.clip(tone, 0, 1)


def sky_colors(points, tones, rng):
    """Choose the paint of strokes at points (k, 2): the sky's tone, or a halo's ring; OKLab (k, 3)."""
    colors = ramp(SKY, look_up(tones, points) + rng.normal(0, 0.05, len(points)))
    for index, (cx, cy, radius) in enumerate(LAMPS):
        distance = np.hypot(*(points - (cx, cy)).T) / radius + rng.normal(0, 0.06, len(points))
        # Rings of light and dark paint make a lamp shine, a little differently for each.
        ring = distance * (1.0 + 0.12 * (index % 3)) + 0.09 * np.cos(2 * np.pi * distance * (1 + 18 * radius))
        near = smoothstep(1.35, 0.75, distance)
        colors = mix(colors, ramp(HALO, ring + rng.normal(0, 0.04, len(points))), near)
    return jitter(colors, rng, 0.03, 0.016)


def paint_sky(canvas, rng):
    """Brush the sky in three layers, from broad and dark to fine and bright."""
    flow = tabulated(wind)
    tones = sky_tones(320, flow)
    layers = ((0.018, 0.026, 0.14, -0.06), (0.0115, 0.0125, 0.095, 0.0), (0.013, 0.0065, 0.07, 0.07))
    for spacing, width, length, lift in layers:
        starts = scatter(rng, spacing)
        starts = starts[starts[:, 1] < 0.66]
        near = np.min([np.hypot(*(starts - lamp[:2]).T) / lamp[2] for lamp in LAMPS], axis=0)
        size = np.where(near < 1.2, 0.6, 1.0) * rng.uniform(0.7, 1.3, len(starts))
        paths = trace(flow, starts, length * size)
        colors = sky_colors(starts, np.clip(tones + lift, 0, 1), rng)
        paint(canvas, paths, width * size, colors, rng, Brush(0.05, 0.35, 0.4))
    for cx, cy, radius in LAMPS:
        glow(canvas, np.array([cx, cy]), 0.24 * radius, rng)


def glow(canvas, center, radius, rng):
    """Lay the bright heart of a lamp: short thick strokes round the centre."""
    starts = center + 0.8 * radius * np.sqrt(rng.random((26, 1))) * headings(rng.uniform(0, 2 * np.pi, 26))
    paths = trace(lambda points: unit(points - center)[..., ::-1] * (-1, 1), starts, 1.1 * radius)
    colors = jitter(ramp(HALO[:3], rng.random(26) ** 1.5), rng, 0.01, 0.008)
    paint(canvas, paths, 0.45 * radius + 0.002, colors, rng, Brush(0.02, 0.1, 0.4, 1.3))


def ridges(canvas, rng):
    """Brush two chains of hills, the nearer one darker, with strokes along their slopes."""
    for level, height, phase, lift in ((0.575, 0.035, 0.4, 0.42), (0.615, 0.045, 2.3, 0.22)):
        crest = partial(hill_line, level=level, height=height, phase=phase)
        for width, spacing, bright in ((0.020, 0.012, 0.0), (0.008, 0.009, 0.12)):
            starts = scatter(rng, spacing)
            depth = starts[:, 1] - crest(starts[:, 0])
            visible = (depth > 0) & (starts[:, 1] < 0.72)
            starts, depth = starts[visible], depth[visible]
            folds = 0.14 * np.sin(38 * starts[:, 0] + 60 * depth + 9 * phase)
            tone = lift + bright + folds + 0.45 * np.exp(-depth / 0.010) - 1.5 * depth
            colors = jitter(ramp(RIDGE, tone + rng.normal(0, 0.06, len(starts))), rng, 0.02, 0.018)
            paths = trace(partial(slope_of, crest), starts, 0.07)
            paint(canvas, paths, width, colors, rng, Brush(0.045, 0.3, 0.4))


def slope_of(crest, points):
    """Return directions (..., 2) along a crest, a little steeper than it is."""
    x = points[..., 0]
    return headings(np.arctan2(crest(x + 0.01) - crest(x - 0.01), 0.02) * 1.5)


def hill_line(x, level, height, phase):
    """Return the height y of a chain of hills at x."""
    return level - height * (np.sin(5 * x + phase) + 0.4 * np.sin(13 * x + 2 * phase))


def night_water(points):
    """Return the nearly level directions of the strokes of the water."""
    return headings(0.12 * np.sin(22 * points[..., 0] + 40 * points[..., 1]))


def night_lake(canvas, rng):
    """Brush the water in level dashes, with the lamps' light in broken columns."""
    for width, spacing, length, lift in (
        (0.018, 0.012, 0.11, -0.04),
        (0.009, 0.010, 0.075, 0.02),
        (0.005, 0.009, 0.05, 0.08),
    ):
        starts = scatter(rng, spacing)
        starts = starts[starts[:, 1] > 0.675]
        x, y = starts.T
        ripple = np.sin(150 * (y + 0.010 * np.sin(9 * x + 20 * y)) - 30 * (y - 0.67) ** 2)
        tone = 0.40 + lift + 0.13 * ripple - 0.9 * (y - 0.68) + 0.10 * fractal_noise(2 * x, y, 33, 7, 2)
        colors = ramp(LAKE, tone)
        for cx, _, radius in LAMPS[:6]:
            spread = 0.45 * radius * (0.5 + 2.2 * (y - 0.67)) + 0.004
            shine = np.exp(-(((x - cx + 0.012 * np.sin(70 * y)) / spread) ** 2))
            shine = shine * (0.55 + 0.45 * ripple) * smoothstep(1.05, 0.72, y) * min(1, radius / 0.08)
            colors = mix(colors, ramp(HALO[:5], rng.random(len(x)) * 0.75), np.clip(1.3 * shine, 0, 1))
        paths = trace(night_water, starts, length)
        paint(canvas, paths, width, jitter(colors, rng, 0.02, 0.014), rng, Brush(0.04, 0.35, 0.5))


def grass(points):
    """Return the directions of blades of grass that sway to and fro."""
    return headings(-np.pi / 2 + 0.7 * np.sin(11 * points[..., 0] + 5 * points[..., 1]))


def bank(canvas, rng):
    """Brush the near bank: grass in flame-like strokes, the nearest on top."""
    for width, spacing, length, lift in ((0.018, 0.012, 0.09, 0.0), (0.007, 0.0085, 0.07, 0.16)):
        starts = scatter(rng, spacing)
        edge = 0.93 - 0.16 * smoothstep(0.45, 1.0, starts[:, 0]) - 0.05 * np.sin(6 * starts[:, 0])
        starts = starts[starts[:, 1] > edge + 0.02 * rng.normal(size=len(starts))]
        starts = starts[np.argsort(starts[:, 1])]
        x, y = starts.T
        tone = 0.22 + lift + 0.14 * np.sin(45 * x + 12 * np.sin(9 * y)) + rng.normal(0, 0.08, len(x))
        colors = jitter(ramp(TREE, tone), rng, 0.02, 0.016)
        paint(canvas, trace(grass, starts, length), width, colors, rng, Brush(0.05, 0.3, 0.9))


def cypress(canvas, foot, top, girth, rng):
    """Brush a cypress as a flame: strokes rise from foot to top and lick outwards; foot, top are (x, y)."""
    foot, top = np.array(foot), np.array(top)

    def lick(points):
        up = (foot[1] - points[..., 1]) / (foot[1] - top[1])
        side = (points[..., 0] - foot[0] - up * (top - foot)[0]) / girth
        # Leave the stem below, lean back to the tip above, and waver like a flame on the way.
        wavering = 0.33 * np.sin(17 * up + 2.2 * side + 60 * foot[0])
        return headings(-np.pi / 2 + 0.5 * side * (0.55 - up) + wavering)

    for width, count, lift in ((0.022, 500, -0.10), (0.012, 700, 0.04), (0.0055, 800, 0.22)):
        rise, side = rng.random(count) ** 0.9, rng.normal(0, 0.45, count).clip(-1, 1)
        # Fullest a third of the way up, pointed at the top, with tongues along both sides.
        tongues = 1 + 0.25 * np.sin(17 * rise + 2.5 * np.sign(side)) * np.abs(side)
        outline = girth * np.sin(np.pi * (1 - rise) ** 0.75 * 0.93 + 0.12) * tongues
        starts = foot + rise[:, None] * (top - foot)
        starts[:, 0] += side * outline
        tone = 0.24 + lift - 0.16 * side + 0.12 * np.sin(21 * rise + 5 * side) + rng.normal(0, 0.08, count)
        colors = jitter(ramp(TREE, tone), rng, 0.02, 0.016)
        paths = trace(lick, starts, 0.075 * (1.2 - 0.6 * rise))
        # Strokes at the rim reach outwards, like tongues of flame.
        paths[:, :, 0] += np.linspace(-0.2, 1, 17) ** 2 * 0.016 * np.round(0.8 * side)[:, None]
        order = np.argsort(rise + 0.2 * rng.random(count))[::-1]
        brush = Brush(0.05, 0.3, 0.9)
        paint(canvas, paths[order], (width * (1.1 - 0.6 * rise))[order], colors[order], rng, brush)


def village(canvas, rng):
    """Set the lit windows of a village along the far shore, and their light on the water."""
    doors = np.stack([rng.normal(0.36, 0.12, 22), 0.668 + rng.normal(0, 0.004, 22)], -1)
    warm = jitter(ramp(HALO[1:4], rng.random(22)) - np.array((0.03, -0.03, 0.0)), rng, 0.03, 0.015)
    upright = trace(lambda points: 0 * points + (0.0, 1.0), doors, rng.uniform(0.008, 0.018, 22))
    paint(canvas, upright, 0.006, warm, rng, Brush(0.03, 0.1, 0.2, 1.3))
    # Each light breaks into dashes that grow longer and rarer towards the viewer.
    door = rng.integers(0, 22, 170)
    depth = 0.012 + rng.uniform(0.03, 0.14, 22)[door] * rng.random(170) ** 1.3
    starts = doors[door] + np.stack([rng.normal(0, 0.10, 170) * depth, depth], -1)
    dashes = trace(lambda points: 0 * points + (1.0, 0.08), starts, 0.008 + 0.20 * depth)
    paint(
        canvas, dashes, 0.004 + 0.02 * depth, jitter(warm[door], rng, 0.04, 0.02), rng, Brush(0.04, 0.4, 0.5)
    )


def night_swirls(size, seed=3):
    """Paint a swirling night sky over a lake with hills and cypresses; sRGB (size, size, 3)."""
    rng = np.random.default_rng(seed)
    canvas = primed(size, SKY[1])
    paint_sky(canvas, rng)
    ridges(canvas, rng)
    night_lake(canvas, rng)
    village(canvas, rng)
    bank(canvas, rng)
    cypress(canvas, (0.905, 1.04), (0.925, 0.27), 0.085, rng)
    cypress(canvas, (0.800, 1.02), (0.790, 0.47), 0.055, rng)
    return lit(canvas, 0.10)
