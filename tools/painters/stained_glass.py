"""A sun rose over violet hills and a river, as a window of leaded glass."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from .canvas import (
    border_distance,
    fractal_noise,
    grain,
    mix,
    oklab,
    oklab_to_linear,
    pixel_grid,
    ramp,
    rotate,
    smoothstep,
    srgb,
    voronoi_cells,
)

GLASS_COLORS = {
    "sun": oklab("fff3b0", "ffd23f", "ff9a1f"),
    "corona": oklab("ffb21c", "f4581c", "c41230"),
    "dawn": oklab("ffc24a", "f26a3d", "d02d6a"),
    "sky": oklab("7fd4f5", "2f86dc", "1b3fb0", "2a1f86"),
    "dusk": oklab("8f5bd6", "4a2aa8", "1c2f9e"),
    "far hill": oklab("6d52c8", "3b2f9c", "7a2f8f"),
    "near hill": oklab("1f9e74", "0f6b57", "8ab52c", "0b4f5e"),
    "river": oklab("d9f7ff", "4fd0e0", "118fb8", "0a5aa0"),
    "meadow": oklab("b7cf2e", "3f9c35", "12693c", "0c4a3c"),
    "leaf": oklab("9bd13c", "2f9e44", "0d6b3f"),
    "lotus": oklab("ffe3ea", "ff8fb0", "e0245e", "a10f45"),
    "poppy": oklab("ff8a4c", "f0342b", "b00d26"),
}
GLASS_NAMES = list(GLASS_COLORS)
SUN = (0.60, 0.33)


class Window(NamedTuple):
    """A window in the making: three (n, n) integer fields, and the painted veins in [0, 1]."""

    cell: np.ndarray
    region: np.ndarray
    tint: np.ndarray
    veins: np.ndarray


def lay(window, mask, cells, tint, veins=0.0):
    """Cover `mask` with fresh panes numbered by `cells`, as one more region of the window.

    `tint` names one of GLASS_COLOURS, or is a field (n, n) of indices into GLASS_NAMES.
    """
    return Window(
        np.where(mask, window.cell.max() + 1 + cells, window.cell),
        np.where(mask, window.region.max() + 1, window.region),
        np.where(mask, GLASS_NAMES.index(tint) if isinstance(tint, str) else tint, window.tint),
        np.where(mask, veins, window.veins),
    )


def sector_of(angle, edges):
    """Number the sectors cut by the sorted `edges` in [0, 2 pi); the last one wraps round to 0."""
    return np.searchsorted(edges, angle % (2 * np.pi)) % len(edges)


def sky_rays(window, x, y, rng):
    """Cut the sky into rays from the sun, each ray into panes that grow with the distance."""
    dx, dy = x - SUN[0], y - SUN[1]
    radius, angle = np.hypot(dx, dy), np.arctan2(dy, dx) + 0.12 * np.sin(9 * np.hypot(dx, dy))
    count = 30
    edges = np.sort((np.arange(count) + rng.uniform(-0.24, 0.24, count)) * 2 * np.pi / count % (2 * np.pi))
    sector = sector_of(angle, edges)
    shift = np.where(np.arange(count) % 2, 0.5, 0.0) + rng.uniform(-0.22, 0.22, count)
    ring = np.floor(4.2 * np.log(radius / 0.15 + 0.35) + shift[sector]).astype(int).clip(0, 12)
    warm = rng.random((count, 16)) < np.array([1, 1, 1, 0.7, 0.3, 0.1] + [0.05] * 10)
    cool = np.where(rng.random((count, 16)) < 0.25, GLASS_NAMES.index("dusk"), GLASS_NAMES.index("sky"))
    tint = np.where(warm, GLASS_NAMES.index("dawn"), cool)[sector, ring]
    return lay(window, radius > 0, sector * 16 + ring, tint)


def sun_rosette(window, x, y):
    """Set a rose of two petal rings and a heart on the sun."""
    radius, angle = np.hypot(x - SUN[0], y - SUN[1]), np.arctan2(y - SUN[1], x - SUN[0])
    for reach, petals, turn, tint in (
        (0.172, 16, 0.0, "corona"),
        (0.122, 8, 0.2, "sun"),
        (0.066, 8, 0.6, "corona"),
    ):
        phase = petals * (angle + turn) / (2 * np.pi)
        scallop = np.abs(np.sin(np.pi * phase))
        mask = radius < reach * (0.86 + 0.14 * scallop)
        window = lay(window, mask, np.floor(phase).astype(int) % petals, tint)
    return lay(window, radius < 0.033, np.zeros_like(window.cell), "sun")


def hills(window, x, y):
    """Lay three chains of hills, their panes drawn out along the slopes."""
    chains = (
        (0.50, 0.050, 5.0, 1.0, 11.0, "far hill", 5),
        (0.585, 0.045, 7.0, 3.1, 10.0, "near hill", 6),
        (0.66, 0.035, 6.0, 0.2, 8.0, "meadow", 7),
    )
    for level, height, frequency, phase, density, tint, seed in chains:
        crest = level - height * np.sin(frequency * x + phase) - 0.3 * height * np.sin(2.7 * frequency * x)
        depth = y - crest
        cells = voronoi_cells(density * (x + 0.4 * depth), 2.2 * density * depth, seed)
        window = lay(window, depth > 0, cells, tint)
    return window


def river(window, x, y):
    """Wind a river of five ribbons from the hills to the lower edge."""
    depth = np.clip((y - 0.60) / 0.4, 0, 1)
    middle = 0.47 + 0.20 * np.sin(5.2 * depth**0.8 + 0.4) * (0.3 + depth)
    width = 0.020 + 0.21 * depth**1.3
    across = (x - middle) / width
    ribbon = np.floor((across + 1) * 2.5 + 0.25 * np.sin(9 * np.sqrt(depth) + 2 * across)).astype(int)
    along = np.floor(7.5 * np.sqrt(depth) + 0.37 * ribbon + 0.5 * np.sin(2.1 * ribbon)).astype(int)
    return lay(window, (np.abs(across) < 1) & (y > 0.6), (ribbon + 3) * 32 + along, "river")


def petal(window, x, y, root, angle, length, width, tint, bend=0.0, ribs=3):
    """Lay one pointed petal or leaf, halved by its midrib and cut across by slanting ribs."""
    u, v = rotate(x, y, root, angle)
    u, v = u / length, (v + bend * length * np.sin(np.pi * np.clip(u / length, 0, 1))) / width
    outline = np.sin(np.pi * np.clip(u, 0, 1) ** 0.85) ** 0.8
    mask = (np.abs(v) < outline) & (u > 0) & (u < 1)
    piece = np.floor(np.clip(ribs * (u + 0.18 * np.abs(v)), 0, 7)).astype(int)
    combed = np.cos(2 * np.pi * (9 * u + 2.4 * np.abs(v)))
    veins = smoothstep(0.86, 0.98, combed) * smoothstep(0.08, 0.5, np.abs(v))
    return lay(window, mask, 2 * piece + (v > 0), tint, 0.55 * veins)


def foreground(window, x, y):
    """Frame the river with sheaves of leaves, lotus flowers and poppies."""
    leaves = (
        (0.03, 1.06, -1.42, 0.50, 0.050, 0.16),
        (0.13, 1.06, -0.98, 0.42, 0.050, -0.16),
        (-0.04, 0.95, -0.90, 0.42, 0.046, 0.20),
        (0.24, 1.06, -0.55, 0.34, 0.042, 0.18),
        (0.98, 1.06, -1.80, 0.58, 0.052, -0.18),
        (0.88, 1.06, -2.25, 0.40, 0.050, 0.16),
        (1.04, 0.92, -2.30, 0.44, 0.046, -0.20),
        (0.74, 1.06, -2.72, 0.32, 0.042, -0.16),
        (1.03, 0.74, -2.05, 0.30, 0.036, 0.18),
        (-0.03, 0.72, -1.05, 0.28, 0.034, -0.18),
    )
    for px, py, angle, length, width, bend in leaves:
        window = petal(window, x, y, (px, py), angle, length, width, "leaf", bend)
    flowers = (
        (0.97, 0.665, 0.12, -0.45, "poppy"),
        (0.045, 0.70, 0.13, 0.30, "poppy"),
        (0.145, 0.90, 0.20, 0.14, "lotus"),
        (0.83, 0.89, 0.23, -0.12, "lotus"),
        (0.345, 0.99, 0.13, 0.35, "poppy"),
        (0.615, 1.005, 0.11, -0.25, "lotus"),
    )
    for px, py, length, lean, tint in flowers:
        for turn in (-1.5, 1.5, -1.08, 1.12, -0.72, 0.66, -0.25, 0.33, 0.02):
            reach = length * (1 - 0.10 * abs(turn) + 0.06 * np.sin(7 * turn + 40 * px))
            angle = turn + lean - np.pi / 2
            window = petal(window, x, y, (px, py), angle, reach, 0.22 * reach, tint, 0.16 * turn, 2)
        heart = np.hypot(x - px, y - py) < 0.15 * length
        window = lay(window, heart, (x > px).astype(int), "sun")
    return window


def without_slivers(window, smallest):
    """Give the pixels of panes below `smallest` pixels to the nearest larger pane."""
    area = np.bincount(window.cell.ravel())
    _, nearest = ndimage.distance_transform_edt(area[window.cell] < smallest, return_indices=True)
    return Window(*(field[tuple(nearest)] for field in window))


def glass_panes(window, x, y, edge, rng):
    """Colour every pane: own shade, gradient, streaks along its own direction; OKLab (n, n, 3)."""
    _, cell = np.unique(window.cell, return_inverse=True)
    cell = cell.reshape(window.cell.shape)
    count = cell.max() + 1
    area = np.bincount(cell.ravel())
    center_x, center_y = (np.bincount(cell.ravel(), field.ravel()) / area for field in (x, y))
    span = np.sqrt(area) / len(x)
    direction = rng.uniform(0, np.pi, count)
    slope = (x - center_x[cell]) * np.cos(2 * direction)[cell] + (y - center_y[cell]) * np.sin(2 * direction)[
        cell
    ]
    slope = (slope / span[cell]).astype(np.float32)
    own = rng.uniform(0, 40, count)[cell].astype(np.float32)
    streaks = grain(x + own, y - own, direction[cell].astype(np.float32), 21, 5, 42)
    ripple = fractal_noise(x, y, 25, 14, 4, 0.6)
    shade = rng.uniform(0.02, 0.98, count)[cell] + 0.25 * slope + 0.15 * streaks + 0.07 * ripple
    color = np.zeros((*x.shape, 3), np.float32)
    for index, name in enumerate(GLASS_NAMES):
        mask = window.tint == index
        color[mask] = ramp(GLASS_COLORS[name], shade[mask])
    glow = np.exp(-np.hypot(x - SUN[0], y - SUN[1]) / 0.3)
    hammered = fractal_noise(x, y, 29, 60, 2)
    facing = np.clip(
        (np.gradient(hammered, axis=0) + np.gradient(hammered, axis=1)) * len(x) / 320, -1.5, 1.5
    )
    light = 0.88 + 0.22 * glow + 0.12 * slope + 0.06 * streaks + 0.05 * ripple + 0.035 * facing
    light *= 1 - 0.30 * np.exp(-edge / 0.005)
    light *= 1 - grisaille(x, y, cell, direction, slope, rng)
    light *= 1 - window.veins * smoothstep(-0.8, 0.4, ripple)
    return color * light[..., None]


def grisaille(x, y, cell, direction, slope, rng):
    """Paint fine hatching, mesh or beads on some panes, fading along each; darkness in [0, 0.34]."""
    kind = rng.choice(4, len(direction), p=[0.58, 0.22, 0.10, 0.10])[cell]
    cos, sin = np.cos(direction)[cell], np.sin(direction)[cell]
    bend = 0.006 * fractal_noise(x, y, 27, 9, 2)
    u, v = cos * x + sin * y + bend, cos * y - sin * x - bend
    lines, across = np.cos(2 * np.pi * 125 * v), np.cos(2 * np.pi * 125 * u)
    marks = np.choose(kind, [0 * x - 1, lines, np.maximum(lines, across), 1.2 * lines * across])
    return 0.34 * smoothstep(0.1, 0.9, marks) * smoothstep(-0.3, 0.7, slope + 1.5 * bend / 0.02)


def bubbles(size, count, rng):
    """Return the light of small bubbles caught in the glass, (size, size), about [-0.2, 0.5]."""
    field = np.zeros((size, size), np.float32)
    for cx, cy, radius in rng.uniform([0, 0, 0.0012], [1, 1, 0.0042], (count, 3)):
        reach = int(2 * radius * size) + 2
        top, left = max(int(cy * size) - reach, 0), max(int(cx * size) - reach, 0)
        patch = field[top : top + 2 * reach, left : left + 2 * reach]
        row, column = np.indices(patch.shape)
        dx, dy = ((column + left) / size - cx) / radius, ((row + top) / size - cy) / radius
        rim = np.exp(-((np.hypot(dx, dy) - 1) ** 2) / 0.12)
        patch += rim * (0.12 - 0.22 * (dx + dy) / (1 + np.hypot(dx, dy)))
    return field


def lead_lines(window, edge, x, y):
    """Return the coverage (n, n) in [0, 1] of the lead and its shine, half-round and lit from above left."""
    width = 0.0024 + 0.0006 * fractal_noise(x, y, 31, 7)
    frame = border_distance(window.region)
    width = np.where(frame < edge + 0.0008, width + 0.0024, width)
    width = ndimage.gaussian_filter(width, 0.0025 * len(x))
    profile = edge / width
    slope_y, slope_x = np.gradient(ndimage.gaussian_filter(edge, 1.0) * len(x))
    facing = slope_x * -0.6 + slope_y * -0.8
    shine = np.clip(facing, 0, 1) * np.exp(-((profile - 0.55) ** 2) / 0.05)
    pits = fractal_noise(x, y, 35, 90, 2)
    cover = 1 - smoothstep(0.85, 1.15, profile)
    return cover, np.clip(shine * (0.8 + 0.3 * pits), 0, 1.5)


def bloom(light, size, amounts):
    """Let bright light spill over: add blurs of (radius, amount) to linear RGB (n, n, 3)."""
    spilled = light.copy()
    for radius, amount in amounts:
        spilled += amount * ndimage.gaussian_filter(light, (radius * size, radius * size, 0))
    return spilled


def stained_glass(size):
    """Paint a window: sun rose over hills, a river in ribbons, leaves and flowers; sRGB (size, size, 3)."""
    x, y = pixel_grid(size)
    rng = np.random.default_rng(1)
    empty = np.zeros((size, size), int)
    window = Window(empty, empty, empty, np.zeros((size, size), np.float32))
    window = sun_rosette(sky_rays(window, x, y, rng), x, y)
    window = foreground(river(hills(window, x, y), x, y), x, y)
    window = without_slivers(window, 0.00012 * size**2)
    edge = border_distance(window.cell)
    panes = oklab_to_linear(glass_panes(window, x, y, edge, rng))
    panes *= 1 + 1.1 * bubbles(size, 900, rng)[..., None]
    cover, shine = lead_lines(window, edge, x, y)
    lead = np.array([0.012, 0.012, 0.016]) + shine[..., None] * np.array([0.20, 0.21, 0.24])
    picture = bloom(mix(panes, lead, cover), size, ((0.005, 0.10), (0.03, 0.10)))
    # Taking the veil of spilled light off again keeps the lead black.
    return srgb(1.08 * (picture - 0.012))
