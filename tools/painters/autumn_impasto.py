"""A wet avenue of autumn trees against the low sun, laid with a palette knife."""

import numpy as np

from .canvas import fractal_noise, mix, oklab, ramp, smoothstep
from .strokes import Brush, headings, jitter, lit, look_up, paint, primed, scatter, unit

FOLIAGE = oklab("3d1233", "8a1c2a", "c93a1e", "ee6c1c", "fb9d1f", "ffcb3d", "fff0a0")
SHADE = oklab("0b1030", "15255c", "1f4a80", "2d7f92", "62b3b0", "a8dcc8")
DUSK = oklab("2a5b8c", "4f9ab4", "9fd0c4", "ffe9a8", "ffd067")
BARK = oklab("080716", "1c1233", "3c2347", "74405a", "d98a5a")
VANISHING = (0.47, 0.50)


def knife(canvas, centers, angles, lengths, widths, colors, rng, body=1.0):
    """Spread paint with a palette knife: straight, flat, blunt slabs that break off with a ridge."""
    reach = lengths[:, None] / 2 * headings(angles)
    bow = (0.06 * lengths * rng.normal(size=len(lengths)))[:, None] * headings(angles + np.pi / 2)
    paths = np.stack([centers - reach, centers + bow, centers + reach], axis=1)
    paint(canvas, paths, widths, colors, rng, Brush(0.028, 0.22, 0.06, body))


def backlight(points):
    """Return the light (k,) of the low sun at the end of the avenue, from 0 far away to 1."""
    return np.exp(-np.hypot(points[:, 0] - VANISHING[0], 0.9 * (points[:, 1] - VANISHING[1] + 0.05)) / 0.24)


def crown_layer(canvas, rng, depth, spacing, size, lift):
    """Lay the leaves of the rows of trees at one depth: 0 at the end of the avenue, 1 at the viewer."""
    points = scatter(rng, spacing)
    x, y = points.T
    # The crowns form a vault: an arch stays free for the sky, wider the nearer the trees.
    arch = np.hypot((x - VANISHING[0]) / 0.62, (y - VANISHING[1] - 0.02) / 0.80)
    clumps = fractal_noise(x, y, 51 + int(10 * depth), 5, 3, 0.6)
    opening = 0.10 + 0.62 * depth + 0.10 * clumps
    points = points[(arch > opening) & (y < VANISHING[1] + 0.05 + 0.10 * depth)]
    x, y = points.T
    glow = backlight(points)
    tone = 0.40 + lift + 0.75 * glow - 0.22 * depth + 0.13 * fractal_noise(x, y, 57, 9, 3)
    tone = tone + rng.normal(0, 0.07, len(x))
    colors = ramp(FOLIAGE, tone)
    # Shadows in an autumn wood are not brown but blue and violet.
    patches = fractal_noise(x, y, 58 + int(10 * depth), 7, 3) + 0.2 * rng.normal(size=len(x))
    colors = mix(colors, ramp(SHADE, tone - 0.05), 0.85 * smoothstep(0.35, 0.9, patches - glow))
    outward = np.arctan2(y - VANISHING[1], x - VANISHING[0])
    angles = outward + np.pi / 2 + rng.normal(0, 0.7, len(x))
    distance = np.hypot(x - VANISHING[0], y - VANISHING[1])
    scale = size * (0.5 + 0.75 * np.clip(distance / 0.5, 0, 1)) * rng.uniform(0.6, 1.4, len(x))
    knife(canvas, points, angles, 2.1 * scale, scale, jitter(colors, rng, 0.03, 0.02), rng)


def avenue_sky(canvas, rng):
    """Open the sky at the end of the avenue: gold around the sun, teal above."""
    for spacing, size in ((0.028, 0.05), (0.018, 0.026)):
        points = scatter(rng, spacing)
        points = points[points[:, 1] < 0.62]
        tone = 0.95 * backlight(points) ** 0.6 + 0.1 * fractal_noise(*points.T, 50, 6, 2)
        angles = -0.3 + rng.normal(0, 0.4, len(points))
        scale = size * rng.uniform(0.7, 1.3, len(points))
        colors = jitter(ramp(DUSK, tone), rng, 0.025, 0.015)
        knife(canvas, points, angles, 2.2 * scale, scale, colors, rng)
    angle = rng.uniform(0, 2 * np.pi, 30)
    points = np.array(VANISHING) + (0, -0.06) + 0.035 * np.sqrt(rng.random((30, 1))) * headings(angle)
    colors = jitter(np.tile(oklab("fff6cf"), (30, 1)), rng, 0.015, 0.012)
    knife(canvas, points, angle + np.pi / 2, np.full(30, 0.03), np.full(30, 0.018), colors, rng, 1.4)


def standing_trees(rng):
    """Place the trees of the avenue, far to near: (depth, side, spine of the trunk (9, 2), girth) each."""
    trees = []
    for depth in (0.02, 0.12, 0.28, 0.58, 1.0):
        for side in (-1, 1):
            near = min(depth * rng.uniform(0.80, 1.12), 0.95)
            foot = VANISHING + np.array((side * (0.045 + 0.41 * near**1.25), 0.03 + 0.30 * near**1.2))
            tall, rise = 0.16 + 0.85 * near, np.linspace(-0.02, 1, 9)
            sway = 0.045 * np.sin(rng.uniform(2, 4.5) * rise + rng.uniform(0, 6)) - 0.06 * side * rise**2
            spine = foot + tall * np.stack([sway, -rise], -1)
            trees.append((depth, side, spine, (0.007 + 0.050 * near**1.3) * rng.uniform(0.85, 1.15)))
    return trees


def boughs(canvas, rng, side, spine, girth):
    """Spread crooked boughs from the upper half of a trunk, most of them over the road."""
    tall = spine[0, 1] - spine[-1, 1]
    for start in range(3, 9):
        toward = -side if rng.random() < 0.6 else side
        turn = np.cumsum(rng.normal(0, 0.22, 8)) + rng.uniform(0.4, 1.0) - np.linspace(0, 0.5, 8)
        stride = tall * rng.uniform(0.035, 0.065)
        bough = spine[start] + np.cumsum(headings(-np.pi / 2 + toward * turn) * stride, axis=0)
        limb(canvas, bough, girth * (0.52 - 0.045 * start), side, rng)


def limb(canvas, spine, girth, side, rng):
    """Build a limb along spine (k, 2) from knife strokes, dark with a lit flank towards the sun."""
    length = np.hypot(*np.diff(spine, axis=0).T).sum()
    count = int(14 + 5 * length / (girth + 0.004) + 700 * girth)
    at = rng.permutation(rng.uniform(0, len(spine) - 1.01, count))
    knot, part = at.astype(int), (at % 1)[:, None]
    points = spine[knot] * (1 - part) + spine[knot + 1] * part
    thick = girth * (1.1 - 0.7 * at / len(spine) + 0.5 * np.exp(-1.5 * at))
    across = rng.uniform(-0.5, 0.5, count)
    step = spine[knot + 1] - spine[knot]
    # Sideways means to the left on the way up: the flank on which `across` is negative.
    sideways = np.sign(step[:, 1:] - 1e-9) * unit(step)[:, ::-1] * (1, -1)
    points = points + (across * thick)[:, None] * sideways
    angles = np.arctan2(step[:, 1], step[:, 0]) + rng.normal(0, 0.14, count)
    tone = 0.26 - side * across * 0.9 + rng.normal(0, 0.08, count)
    cool = 0.6 * (rng.random(count) < 0.30)
    colors = jitter(mix(ramp(BARK, tone), ramp(SHADE, 0.8 * tone), cool), rng, 0.015, 0.012)
    knife(canvas, points, angles, 0.8 * thick + 0.016, 0.30 * thick + 0.0025, colors, rng)


def road_colors(points, above, rng):
    """Choose the paint of the wet road at points (k, 2) from the picture above it, (n, n, 3): (k, 3)."""
    x, y = points.T
    below = y - VANISHING[1]
    depth = below / (1 - VANISHING[1])
    ripple = 0.03 * depth * fractal_noise(x, 6 * y, 61, 6, 2)
    mirror = np.stack([x + ripple, VANISHING[1] - 0.92 * below], -1)
    wet = look_up(above, np.clip(mirror, 0, 1)) * (0.80, 1.0, 1.0) + (0.06, -0.004, -0.02)
    dry = ramp(SHADE, 0.34 + 0.16 * fractal_noise(x, 4 * y, 63, 8, 2) + 0.25 * backlight(points))
    road = mix(wet, dry, 0.75 * smoothstep(0.0, 0.7, fractal_noise(x, 3.2 * y, 62, 5, 3)))
    shine = np.exp(-(((x - VANISHING[0]) / (0.02 + 0.10 * depth)) ** 2)) * smoothstep(1.3, 0.1, depth)
    gold = ramp(FOLIAGE, 0.80 + 0.2 * rng.random(len(x)))
    return mix(road, gold, 0.75 * shine * (rng.random(len(x)) < 0.75))


def verge_colors(points):
    """Choose the paint of the leaves beside the road, at points (k, 2): warm in the light, else cool."""
    x, y = points.T
    below = y - VANISHING[1]
    tone = 0.526 + 0.36 * backlight(points) + 0.16 * fractal_noise(x, 2 * y, 64, 8, 3) - 0.44 * below
    shadow = smoothstep(0.2, 0.9, fractal_noise(x, 3 * y, 65, 6, 2))
    return mix(ramp(FOLIAGE, tone), ramp(SHADE, tone), shadow)


def wet_road(canvas, rng):
    """Pull the road and its verges, broad slabs first; some stand upright, as reflections do."""
    above = canvas.color.copy()
    for spacing, size, upright in (
        (0.020, 0.042, 1),
        (0.014, 0.022, 1),
        (0.0125, 0.013, 0),
        (0.016, 0.008, 0),
    ):
        points = scatter(rng, spacing)
        points = points[points[:, 1] > VANISHING[1] + 0.035]
        x, y = points.T
        depth = (y - VANISHING[1]) / (1 - VANISHING[1])
        from_middle = x - VANISHING[0] - 0.06 * depth**1.5
        off_road = np.abs(from_middle) / (0.035 + 0.46 * depth)
        on_verge = smoothstep(0.92, 1.08, off_road + 0.10 * fractal_noise(x, 3.2 * y, 62, 5, 3))
        colors = mix(road_colors(points, above, rng), verge_colors(points), on_verge)
        colors = jitter(colors, rng, 0.028, 0.016)
        level = rng.normal(0, 0.10, len(x)) + 0.5 * on_verge * np.sign(from_middle)
        stands = (rng.random(len(x)) < 0.75 * upright) & (off_road < 0.9)
        angles = np.where(stands, np.pi / 2 + level, level)
        scale = size * (0.35 + 0.9 * depth) * rng.uniform(0.7, 1.4, len(x))
        far_first = np.argsort(y + 0.05 * rng.random(len(y)))
        points, angles, scale = points[far_first], angles[far_first], scale[far_first]
        knife(canvas, points, angles, 2.4 * scale, 0.8 * scale, colors[far_first], rng)


def fallen_leaves(canvas, rng):
    """Scatter thick single dabs: leaves on the road, and leaves in the air."""
    count = 320
    depth = rng.random(count) ** 0.7
    points = np.stack([rng.uniform(-0.62, 0.62, count) * (0.15 + depth), 0.04 + 0.47 * depth], -1) + VANISHING
    points[:30] = rng.uniform((0.1, 0.1), (0.9, 0.6), (30, 2))
    scale = np.where(np.arange(count) < 30, 0.008, 0.003 + 0.011 * depth) * rng.uniform(0.7, 1.3, count)
    tone = rng.uniform(0.3, 0.95, count)
    colors = jitter(ramp(FOLIAGE, tone), rng, 0.02, 0.02)
    angles, bow = rng.normal(0, 0.7, count), 0.3 * rng.normal(size=count)
    reach = (1.1 * scale)[:, None] * headings(angles)
    belly = points + bow[:, None] * reach[:, ::-1] * (1, -1)
    paths = np.stack([points - reach, belly, points + reach], axis=1)
    paint(canvas, paths, scale, colors, rng, Brush(0.03, 0.1, 1.2, 1.4))


def autumn_impasto(size, seed=11):
    """Paint a wet avenue of autumn trees against the low sun with a palette knife; sRGB (size, size, 3)."""
    rng = np.random.default_rng(seed)
    canvas = primed(size, FOLIAGE[1])
    avenue_sky(canvas, rng)
    trees = standing_trees(rng)
    for depth, side, spine, girth in trees:
        limb(canvas, spine, girth, side, rng)
        boughs(canvas, rng, side, spine, girth)
        if side > 0:
            near = 0.4 + 0.6 * depth
            crown_layer(canvas, rng, depth, 0.030 * near + 0.004, 0.042 * near, 0.0)
            crown_layer(canvas, rng, depth, 0.026 * near + 0.004, 0.020 * near, 0.10)
            crown_layer(canvas, rng, depth, 0.024 * near + 0.005, 0.009 * near, 0.20)
    wet_road(canvas, rng)
    # The feet of the near trees stand in front of the road.
    for _, side, spine, girth in trees[4:]:
        limb(canvas, spine[:5], girth, side, rng)
    fallen_leaves(canvas, rng)
    return lit(canvas, 0.11)
