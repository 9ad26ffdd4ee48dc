"""A river garden at evening in dots of pure colour."""

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from .canvas import fractal_noise, mix, oklab, pixel_grid, ramp, rotate, smoothstep
from .strokes import lit, look_up, primed, scatter

PURE = oklab(
    *("fffdf0", "fff2a8", "ffd93b", "ffb31a", "ff8a1f", "f45b22", "d9301f", "a3182b", "ff9fb0", "f0609a"),
    *("c9e265", "8cc63a", "4aa63c", "1f7f45", "0f5240", "0b2f35", "b8e6dc", "4fc3bd", "1694a6", "0b5f80"),
    *("cfe0ff", "8ab6f5", "4a84e0", "2553c0", "15308a", "0d1650", "d9ccff", "a98ae8", "7350cc", "4a2a99"),
    *("2a1260", "ffd9b8", "f2b38a", "140a30"),
)
AIR = oklab("3f6fd0", "6f9cf0", "a9bdf2", "e3c6dc", "ffc38a", "ffa552")
LEAVES = oklab("0a1638", "0d3447", "17614a", "4f9a3e", "b3cf4a", "ffe36a")
GRASS = oklab("15245e", "1c5a5a", "3f9647", "9ccb45", "e2e264", "fff0a0")
TRAIL = oklab("4a3a9c", "8a72c4", "e0a488", "ffcf96", "fff0c8")
WATERLINE = 0.435


def crowns(x, y, blobs, seed):
    """Return coverage (n, n) and light (n, n), both about [0, 1], of a mass of foliage lit from the left.

    `blobs` are clumps of leaves (x, y, radius), back to front; noise frays their outlines.
    """
    rough = 0.30 * fractal_noise(x, y, seed, 16, 3, 0.6)
    cover, light = np.zeros_like(x), np.zeros_like(x)
    for cx, cy, radius in blobs:
        dx, dy = (x - cx) / radius, (y - cy) / radius
        inside = smoothstep(1.04, 0.96, np.hypot(dx, dy) + rough)
        light = light + inside * (0.46 - 0.38 * dx - 0.34 * dy + 0.5 * rough - light)
        cover = np.maximum(cover, inside)
    return cover, np.clip(light, 0, 1)


def far_shore(x, y):
    """Paint the sky, the low sun, hills, poplars and bushes of the far shore; OKLab (n, n, 3)."""
    sun = np.hypot(x - 0.27, 1.2 * (y - 0.33))
    clouds = fractal_noise(x + 0.3 * y, 3.2 * y, 41, 4, 4)
    scene = ramp(AIR, 0.03 + 1.75 * y + 0.06 * clouds)
    lining = ramp(oklab("a98ae8", "ffb5a8", "fff2d0"), 0.45 * clouds - 1.2 * sun + 0.65)
    scene = mix(scene, lining, 0.9 * smoothstep(0.25, 0.75, clouds) * smoothstep(0.42, 0.25, y))
    scene = mix(scene, oklab("ffa63a")[0], 0.85 * np.exp(-((sun / 0.14) ** 2)))
    scene = mix(scene, oklab("fff8d0")[0], smoothstep(0.068, 0.052, sun))
    for level, height, phase, shade in ((0.395, 0.030, 0.6, "8f8fe0"), (0.415, 0.022, 2.9, "5a5cc0")):
        crest = level - height * np.sin(7 * x + phase) - 0.3 * height * np.sin(23 * x)
        haze = ramp(oklab(shade, "e8b8c0"), np.clip((y - crest) * 9, 0, 0.6))
        scene = mix(scene, haze, smoothstep(0, 0.006, y - crest))
    for px, tall in ((0.035, 0.21), (0.085, 0.24), (0.13, 0.19), (0.43, 0.12), (0.475, 0.15), (0.52, 0.11)):
        rungs = np.arange(1, 0, -0.045)
        spire = [(px + 0.003 * np.sin(31 * k), WATERLINE - k * tall, 0.026 * (1.1 - k) ** 0.7) for k in rungs]
        cover, light = crowns(x, y, spire, 42)
        scene = mix(scene, ramp(LEAVES, 0.95 * light - 0.08) + np.float32((0.04, 0, -0.03)), cover)
    bushes = [
        (bx, WATERLINE - 0.012 - 0.012 * np.sin(57 * bx), 0.030 + 0.012 * np.sin(131 * bx))
        for bx in np.arange(-0.02, 0.8, 0.021)
    ]
    cover, light = crowns(x, y, bushes, 43)
    return mix(scene, ramp(LEAVES, 0.12 + 0.7 * light), cover)


def sails(scene, x, y):
    """Set three sailing boats on the water near the far shore."""
    for bx, by, tall in ((0.205, 0.500, 0.115), (0.345, 0.468, 0.060), (0.055, 0.470, 0.050)):
        rise = (by - y) / tall
        main = (rise > 0.06) & (rise < 1) & (x > bx) & (x - bx < 0.42 * tall * np.clip(1 - rise, 0, 1) ** 0.8)
        jib = (rise > 0.10) & (rise < 0.85) & (x < bx - 0.004) & (bx - x < 0.30 * tall * (0.85 - rise))
        deck, side = np.abs(rise + 0.02), np.abs(x - bx - 0.03 * tall)
        hull = (deck < 0.055) & (side < 0.42 * tall * (1.1 - 2 * deck))
        scene = mix(scene, oklab("fff6dc")[0], main)
        scene = mix(scene, oklab("ffc48a")[0], jib)
        scene = mix(scene, oklab("3a1a60")[0], hull)
    return scene


def river_of_light(scene, x, y):
    """Reflect the far shore in rippled water below the horizon."""
    depth = np.clip(y - WATERLINE, 0, 1)
    ripple = fractal_noise(x, y / (0.12 + 1.2 * depth), 44, 9, 3)
    mirror = np.stack([x + 0.05 * depth * ripple, WATERLINE - 0.72 * depth + 0.05 * depth * ripple], -1)
    water = look_up(scene, np.clip(mirror, 0, 1)) * (0.92, 1, 1) + (0, -0.015, -0.025)
    water = mix(water, oklab("2553c0")[0], np.clip(1.5 * depth * (0.8 + 0.5 * ripple), 0, 0.75))
    dark = smoothstep(0.25, 1.2, ripple) * (0.2 + depth)
    water = water - np.stack([0.28 * dark, 0 * dark, 0.05 * dark], -1)
    shine = np.exp(-(((x - 0.27 + 0.03 * ripple) / (0.022 + 0.11 * depth)) ** 2))
    water = mix(water, oklab("ffd25e")[0], 0.85 * shine * smoothstep(-0.5, 0.6, -ripple))
    return mix(scene, water, y > WATERLINE)


def meadow(scene, x, y):
    """Lay the near bank with its sunlit grass, long shadows and winding path."""
    depth = np.clip((y - WATERLINE) / (1 - WATERLINE), 0, 1)
    shore = 0.60 - 0.40 * depth**0.8 + 0.045 * np.sin(10 * depth) + 0.008 * fractal_noise(x, y, 45, 22, 2)
    on_land = smoothstep(0, 0.008, x - shore) * (y > WATERLINE)
    rolling = fractal_noise(x, 2.2 * y, 46, 4, 3)
    bands = np.sin(34 * np.sqrt(depth + 0.02) + 2.2 * x + 1.3 * rolling)
    shade = smoothstep(0.0, 0.55, bands) * smoothstep(0.36, 0.62, x + 0.15 * rolling)
    ground = ramp(GRASS, 0.72 + 0.07 * rolling - 0.52 * shade - 0.12 * depth)
    rim = np.exp(-np.abs(x - shore - 0.006) / 0.012)
    ground = mix(ground, oklab("0d3447")[0], 0.75 * rim)
    middle = 0.70 - 0.20 * depth + 0.085 * np.sin(6.0 * depth + 0.6)
    across = (x - middle) / (0.012 + 0.135 * depth)
    trail = ramp(TRAIL, 0.86 - 0.66 * shade + 0.05 * rolling - 0.1 * np.abs(across))
    ground = mix(ground, trail, smoothstep(1.05, 0.9, np.abs(across) + 0.06 * rolling))
    return mix(scene, ground, on_land)


def great_tree(scene, x, y, rng):
    """Stand a great dark tree on the right, its crown fringed with light."""
    stem = 0.845 + 0.05 * (0.70 - y) + 0.012 * np.sin(14 * y)
    for lean, width, top in ((0.0, 0.030, 0.1), (-0.42, 0.016, 0.2), (0.40, 0.014, 0.2)):
        bough = x - stem - lean * np.clip(0.47 - y, 0, 1)
        flare = width * np.maximum(smoothstep(top - 0.1, 0.7, y), 1e-3) ** 0.4
        flare = flare * (1 + 2.2 * smoothstep(0.60, 0.74, y))
        bark = ramp(oklab("d9783a", "6a3aa0", "24124f", "12082e"), 0.5 + 0.5 * bough / flare)
        scene = mix(scene, bark, smoothstep(1.0, 0.92, np.abs(bough) / flare) * (y < 0.74) * (y > top))
    for count, spread, lift in ((20, 1.0, -0.14), (26, 0.92, 0.0), (34, 0.85, 0.12)):
        angle, reach = rng.uniform(0, 2 * np.pi, count), spread * np.sqrt(rng.random(count))
        blobs = np.stack([0.85 + 0.30 * reach * np.cos(angle), 0.19 + 0.21 * reach * np.sin(angle)], -1)
        radii = rng.uniform(0.035, 0.085, count)
        clumps = sorted((cx, cy, radius) for (cx, cy), radius in zip(blobs, radii, strict=True))[::-1]
        cover, light = crowns(x, y, clumps, 47)
        sunny = 0.22 * np.clip((0.85 - x) / 0.3 + 0.5 * (0.19 - y) / 0.3, -1, 0.7)
        scene = mix(scene, ramp(LEAVES, 0.7 * light + lift + sunny), cover)
    return scene


def strollers(scene, x, y):
    """Set a lady with a red parasol and a child on the path, with their shadows."""
    for px, foot, tall, dress, shade in (
        (0.475, 0.850, 0.270, ("f0609a", "7350cc", "15308a"), ("ffd93b", "f45b22", "a3182b")),
        (0.600, 0.865, 0.150, ("fffdf0", "cfe0ff", "7350cc"), ("fff2a8", "ffb31a", "d9301f")),
    ):
        rise, side = (foot - y) / tall, (x - px) / tall
        shadow = np.exp(-(((side - 0.42) / 0.40) ** 2) - ((rise + 0.02 + 0.05 * side) / 0.045) ** 2)
        scene = mix(scene, oklab("2a1c78")[0], np.clip(1.7 * shadow, 0, 1))
        hem = 0.07 + 0.13 * np.clip(1 - rise / 0.54, 0, 1) ** 1.4
        skirt = (rise > 0) & (rise < 0.54) & (np.abs(side) < hem)
        bust = (rise >= 0.52) & (rise < 0.74) & (np.abs(side) < 0.055 + 0.12 * (rise - 0.52))
        arm = (np.abs(side - 0.06 - 0.1 * (0.62 - rise)) < 0.022) & (rise > 0.55) & (rise < 0.66)
        stick = (np.abs(side - 0.06 - 0.42 * (rise - 0.58)) < 0.012) & (rise > 0.55) & (rise < 0.95)
        head = np.hypot(side + 0.01, rise - 0.81) < 0.066
        hair = np.hypot(side - 0.03, rise - 0.84) < 0.062
        scene = mix(scene, ramp(oklab(*dress), 0.5 + 3.2 * side), skirt | bust)
        scene = mix(scene, oklab("f2b38a")[0], head | arm)
        scene = mix(scene, oklab("3a1228")[0], hair)
        scene = mix(scene, oklab("2a1260")[0], stick)
        # The parasol leans back over the shoulder.
        u, v = rotate(side, -rise, (0.21, -0.93), 0.42)
        dome = (v < 0.05 - 0.9 * u**2) & (np.hypot(u / 1.25, v - 0.04) < 0.20)
        ribs = 0.10 * np.sign(np.sin(22 * np.arctan2(u, v - 0.25)))
        scene = mix(scene, ramp(oklab(*shade), 0.45 + 2.0 * u + ribs), dome)
    return scene


def reeds(scene, x, y, rng):
    """Grow dark reeds with irises in the lower left corner."""
    for _ in range(70):
        root, tall, lean = rng.uniform(-0.06, 0.34), rng.uniform(0.12, 0.36), rng.normal(0.02, 0.10)
        tall = tall * (1.1 - 2 * abs(root - 0.05))
        rise = np.clip((1.02 - y) / max(tall, 0.05), 0, 1.01)
        blade = np.abs(x - root - lean * rise**2) < 0.008 * np.clip(1 - rise, 0, 1) ** 0.6
        tone = rng.uniform(0.02, 0.55)
        scene = mix(scene, ramp(LEAVES, tone + 0.25 * rise), blade & (rise < 1))
        if rng.random() < 0.35:
            tip = np.hypot(x - root - lean * 0.9, 0.8 * (y - 1.02 + 0.93 * tall))
            scene = mix(scene, ramp(oklab("d9ccff", "7350cc", "4a2a99"), tip / 0.018), tip < 0.016)
    return scene


def garden(size, rng):
    """Compose the whole view that the dots will paint; OKLab (n, n, 3)."""
    x, y = pixel_grid(size)
    scene = river_of_light(sails(far_shore(x, y), x, y), x, y)
    # The boats were there to be reflected; now they float on the water too.
    scene = meadow(sails(scene, x, y), x, y)
    scene = strollers(scene, x, y)
    scene = great_tree(scene, x, y, rng)
    return reeds(scene, x, y, rng)


def divided(colors, rng, spread):
    """Break colours (k, 3) up: each dot takes the pure paint nearest to a random neighbour of its colour."""
    # Wider along the blue-yellow axis, so that orange and blue, violet and yellow stand side by side.
    wander = rng.normal(size=colors.shape) * spread * (0.8, 1.0, 1.5)
    return PURE[cKDTree(PURE).query(colors * (1, 1.25, 1.25) + wander)[1]]


def dab(canvas, centers, radii, stretch, colors, rng):
    """Press round dabs, in order: centres (k, 2), radii (k,), `stretch` in width (k,), colours (k, 3)."""
    size = len(canvas.height)
    for first in range(0, len(centers), 512):
        some = slice(first, first + 512)
        reach = int(np.ceil((radii[some] * stretch[some]).max() * size)) + 1
        steps = np.arange(-reach, reach + 1)
        dx, dy = np.meshgrid(steps, steps)
        spot = (centers[some] * size).astype(int)
        tilt = rng.normal(0, 0.25, len(spot))[:, None, None]
        u, v = dx + tilt * dy, dy - tilt * dx
        edge = 1 + 0.10 * np.sin(3 * np.arctan2(v, u) + rng.uniform(0, 6, len(spot))[:, None, None])
        radius = radii[some, None, None] * size * edge
        distance = np.hypot(u / stretch[some, None, None], v) / radius
        row, column = spot[:, 1, None, None] + dy, spot[:, 0, None, None] + dx
        inside = (distance < 1) & (np.minimum(row, column) >= 0) & (np.maximum(row, column) < size)
        which = np.nonzero(inside)[0]
        place = row[inside], column[inside]
        canvas.color[place] = colors[some][which]
        level, dome = 0.3 + 0.5 * rng.random(len(spot)), 0.8 * np.sqrt(1 - distance[inside] ** 2)
        canvas.height[place] = level[which] + dome


def flowers(canvas, rng):
    """Dot the meadow with drifts of poppies and daisies, larger towards the viewer."""
    x, depth = rng.random(3600), 0.56 * rng.random(3600) ** 0.7 + 0.02
    drift = fractal_noise(x, 0.9 * np.log(depth), 48, 5, 2) + rng.normal(0, 0.3, len(x))
    path = 0.70 - 0.36 * depth + 0.085 * np.sin(10.6 * depth + 0.6)
    grows = (drift > 0.75) & (x > path + 0.03 + 0.28 * depth) & (np.hypot(x - 0.84, depth - 0.27) > 0.09)
    x, depth = x[grows], depth[grows]
    kind = np.floor(1.5 * fractal_noise(x, depth, 49, 8, 1) + rng.normal(0, 0.7, len(x))).astype(int) % 4
    petals = oklab("d9301f", "fffdf0", "f0609a", "ff8a1f")[kind]
    radii = (0.0020 + 0.0085 * depth) * rng.uniform(0.8, 1.3, len(x))
    order = np.argsort(depth)
    centers = np.stack([x, WATERLINE + depth], -1)[order]
    dab(canvas, centers, radii[order], np.full(len(x), 1.2), petals[order], rng)
    hearts = np.where(kind[order, None] == 1, oklab("ffb31a"), oklab("7a1440"))
    dab(canvas, centers, 0.33 * radii[order], np.ones(len(x)), hearts, rng)


def pointillist(size, seed=5):
    """Paint a river garden at evening in dots of pure colour; sRGB (size, size, 3)."""
    rng = np.random.default_rng(seed)
    scene = garden(640, rng)
    # Small dots gather where the view changes quickly, so that outlines stay crisp.
    detail = ndimage.gaussian_filter(ndimage.gaussian_gradient_magnitude(scene[..., 0], 2), 2)
    canvas = primed(size, oklab("e8d8b0")[0])
    for spacing, radius, spread, lure in (
        (0.0100, 0.0110, 0.045, 0.0),
        (0.0080, 0.0070, 0.060, 0.0),
        (0.0078, 0.0048, 0.070, 0.0),
        (0.0050, 0.0032, 0.060, 0.9),
        (0.0045, 0.0021, 0.075, 0.95),
    ):
        centers = scatter(rng, spacing)
        keen = 1 - lure + lure * smoothstep(0.004, 0.03, look_up(detail, centers))
        centers = centers[rng.random(len(centers)) < keen]
        colors = divided(look_up(scene, centers), rng, spread)
        radii = radius * rng.uniform(0.75, 1.25, len(centers))
        on_water = (centers[:, 1] > WATERLINE) & (centers[:, 0] < 0.6 - 0.5 * (centers[:, 1] - WATERLINE))
        dab(canvas, centers, radii, np.where(on_water, 1.7, 1.1), colors, rng)
    flowers(canvas, rng)
    return lit(canvas, 0.06)
