"""A great wave built of seigaiha fans before a red sun, as a paper print."""

import numpy as np

from .canvas import fractal_noise, grain, mix, oklab, oklab_to_linear, pixel_grid, ramp, smoothstep, srgb

PRUSSIAN = oklab("061530", "0d2f5f", "1f5c97", "5f9fc0", "b9d3cf", "f3e9cf")
CREAM, GOLD, SUNRED = oklab("f5ebd0", "cf9a2c", "d0371f")
HORIZON, SEA_ROWS, WAVE_ROW = 0.50, 20, 8
VORTEX, PITCH = (0.395, 0.345), 0.235


def fan_color(q, theta, kind, bands, tone, streak, whim):
    """Colour points of seigaiha fans, all (m,), OKLab (m, 3).

    q is the distance from the fan's centre over its radius, theta the angle, kind in 0..3 the pattern, bands
    the number of arcs; tone in [0, 1] shifts dark to light, streak is the trace of the brush, about unit
    deviation; whim in [0, 1], one value a fan, adds threads or red lacquer.
    """
    place = q * bands
    band = np.floor(place)
    within = place - band
    last = band >= bands - 1
    lacquer = whim < 0.22
    odd = band % 2
    fine = (whim > 0.5) & (bands > 4) & (kind < 2) & (odd > 0)
    blue = 0.04 + 0.46 * within**1.5 + 0.22 * tone
    pale = 0.98 - 0.36 * (1 - within) ** 2.5 - 0.12 * (1 - tone)
    striped = np.where(odd > 0, 0.10 + 0.14 * within + 0.1 * tone, 0.60 + 0.34 * within)
    shade = np.choose(kind, [blue, pale, striped, 0.5 * blue + 0.02])
    color = ramp(PRUSSIAN, shade + 0.045 * streak)
    line = smoothstep(0.80, 0.88, within) * (1 - smoothstep(0.94, 1.0, within))
    color = mix(color, np.where((kind == 1)[:, None], PRUSSIAN[1], CREAM), 0.92 * line * (kind != 2))
    beads = (np.cos(theta * np.round(9 + 7 * band)) > 0.1) & (np.abs(within - 0.42) < 0.20) & (odd > 0)
    color = mix(color, np.where(last[:, None], GOLD, CREAM), 0.9 * beads * (kind == 3))
    threads = np.abs(4 * within % 1 - 0.5) < 0.13
    thread = np.where((kind == 1)[:, None], PRUSSIAN[2], PRUSSIAN[4])
    color = mix(color, thread, 0.75 * threads * fine * (within < 0.76))
    gilt = np.where(lacquer[:, None], SUNRED, GOLD) * (1 + 0.10 * streak)[:, None]
    color = mix(color, gilt, 0.92 * ((kind == 2) & last & (within < 0.8)))
    rim = smoothstep(1 - 0.30 / bands, 1 - 0.16 / bands, q)
    return mix(color, PRUSSIAN[0], rim)


def swell(u, row):
    """Return the rise of the sea, in [-1, 1], at `u` along a given row."""
    return 0.62 * np.sin(5.1 * u + 0.55 * row) + 0.38 * np.sin(9.7 * u - 0.8 * row + 1.0)


def sea_row(picture, x, y, row, level, radius, streak, rng):
    """Paint one row of fans, bobbing and tilting with the swell, over a copy of the picture."""
    offset = (x - 0.5) / (2 * radius) - 0.5 * (row % 2)
    index = np.round(offset).astype(int)
    center_x = 0.5 + 2 * radius * (index + 0.5 * (row % 2))
    rise = swell(center_x, row)
    tilt = 0.30 * (swell(center_x + 0.02, row) - swell(center_x - 0.02, row)) / 0.2
    dx, dy = x - center_x, y - level + np.minimum(1.15 * radius, 0.020 + 0.45 * radius) * rise
    u, v = np.cos(tilt) * dx - np.sin(tilt) * dy, np.sin(tilt) * dx + np.cos(tilt) * dy
    q, theta = np.hypot(u, v) / radius, np.arctan2(v, u)
    low = index.min()
    kinds = rng.choice(4, index.max() - low + 1, p=[0.42, 0.18, 0.22, 0.18])
    tones, whims = rng.uniform(-0.3, 0.3, len(kinds)), rng.random(len(kinds))
    inside = (q < 1) & (v < 0.8 * radius)
    which = index[inside] - low
    kind = np.where(rise[inside] > 0.72, 1, kinds[which])
    bands = np.full(kind.shape, np.clip(round(3 + 22 * radius), 3, 7))
    tone = np.clip(0.5 + 0.45 * rise[inside] + tones[which], 0, 1)
    picture = picture.copy()
    picture[inside] = fan_color(q[inside], theta[inside], kind, bands, tone, streak[inside], whims[which])
    return foam_fringe(picture, q, theta, radius, (rise > 0.55) & (v < 0.2 * radius))


def foam_fringe(picture, q, theta, radius, where):
    """Cap fans with a fringe of small curls riding on their rims."""
    count = np.clip(round(8 + 60 * radius), 8, 20)
    step = np.pi / count
    bead = np.round(theta / step) * step
    size = step * (0.52 + 0.16 * np.sin(7 * bead))
    along, out = (theta - bead) * q, q - 1 + 0.35 * step
    distance = np.hypot(along, out) / size
    foam = where & (distance < 1)
    turn = np.arctan2(out, along) / (2 * np.pi)
    spiral = np.abs((2 * distance - turn) % 1 - 0.5) < 0.13
    ink = (distance > 0.84) | (spiral & (distance < 0.8) & (radius > 0.045))
    color = np.where(ink[..., None], PRUSSIAN[1], CREAM)
    return np.where(foam[..., None], color, picture)


def wave_shape(x, y):
    """Return the breaking wave's winding angle, spiral height, body, inner face and outline, each (n, n).

    The winding angle is 0 at the falling tip and grows over the crest and down the back; the spiral height is
    0 along the crest's log spiral, below 0 towards the vortex.
    """
    dx, dy = x - VORTEX[0], y - VORTEX[1]
    radius = np.hypot(dx, dy) + 1e-6
    wind = (0.62 - np.arctan2(dy, dx)) % (2 * np.pi)
    height = np.log(radius / 0.155) - PITCH * wind
    crest = 0.05 * smoothstep(0.0, 0.5, wind) + 0.10 * np.sin(1.1 * wind) * (1 - smoothstep(1.9, 3.6, wind))
    roof = -0.02 - 0.62 * smoothstep(0.0, 0.9, wind) - 0.55 * smoothstep(1.5, 3.4, wind)
    foot = dy - 0.075 - 0.9 * np.maximum(dx + 0.09, 0) ** 1.25
    inside = np.where(wind < 4.1, height - roof, np.maximum(foot * 8, (height - roof) * (dx < -0.02)))
    body = (height < crest) & (inside > 0) & ((wind < 5.2) | (foot > 0))
    eye = np.hypot(dx - 0.100, 0.85 * dy - 0.030)
    face = ~body & (height < crest) & (eye > 0.128) & (dx < 0.09) & (dy < 0.16)
    edge = np.minimum(np.abs(inside), 1.2 * np.abs(height - crest))
    return wind, height, body, face, edge


def great_wave(picture, x, y, streak, rng):
    """Rear up a breaking wave: fans in log-polar rows, which shrink as they wind into the curl."""
    wind, height, body, face, edge = wave_shape(x, y)
    stripes = 0.5 + 0.5 * np.sin(34 * height + 3 * wind)
    stripes = smoothstep(0.55, 0.75, stripes) * smoothstep(5.5, 3.0, wind)
    inner = ramp(PRUSSIAN, 0.10 + 0.55 * stripes + 0.03 * streak)
    picture = np.where(face[..., None], inner, picture)
    fans = 17 / (2 * np.pi)
    u, v = fans * wind, fans * height * 2.3
    color = np.zeros_like(picture)
    for row in range(int(np.ceil(v[body].max())) + 1, int(np.floor(v[body].min())) - 4, -1):
        offset = u - 0.5 * (row % 2)
        index = np.round(offset).astype(int)
        fx, fy = 2 * (offset - index), (v - row) * 0.9
        q = np.hypot(fx, fy)
        inside = body & (q < 1) & (fy > -0.6)
        kinds = rng.choice(4, 64, p=[0.5, 0.08, 0.27, 0.15])
        kind, whim = kinds[index[inside] % 64], rng.random(64)[index[inside] % 64]
        tone = 0.15 + 0.75 * smoothstep(-1.0, 0.05, height[inside]) + 0.06 * streak[inside]
        bands = np.full(kind.shape, 4)
        theta = np.arctan2(fy, fx)[inside]
        color[inside] = fan_color(q[inside], theta, kind, bands, tone, streak[inside], whim)
    color = mix(color, CREAM, smoothstep(0.062, 0.055, edge))
    color = mix(color, PRUSSIAN[0], smoothstep(0.026, 0.020, edge))
    return np.where(body[..., None], color, picture)


def spiral_curl(picture, cx, cy, radius, turn):
    """Stamp one curl of foam, a cream disc with an ink spiral, into the picture in place."""
    size = len(picture)
    top, left = max(int((cy - radius) * size), 0), max(int((cx - radius) * size), 0)
    patch = picture[top : int((cy + radius) * size) + 2, left : int((cx + radius) * size) + 2]
    if 0 in patch.shape:
        return
    row, column = np.indices(patch.shape[:2])
    dx, dy = (column + left + 0.5) / size - cx, (row + top + 0.5) / size - cy
    distance = np.hypot(dx, dy) / radius
    winding = (2.1 * distance - np.arctan2(dy, dx) / (2 * np.pi) * np.sign(turn) + turn) % 1
    soft = 1.5 / (radius * size)
    spiral = 1 - smoothstep(0.10, 0.10 + 2 * soft, np.abs(winding - 0.5))
    # The smallest drops stay plain: a spiral would only blur there.
    ink = spiral * (radius > 0.006) * (distance < 0.85)
    ink = np.maximum(ink, smoothstep(0.90 - 2 * soft, 0.90, distance) * 0.95)
    shade = mix(CREAM, PRUSSIAN[4], 0.75 * smoothstep(-0.2, 1.0, (dx + dy) / radius))
    stamp = mix(shade, PRUSSIAN[1], ink)
    patch[...] = mix(patch, stamp, 1 - smoothstep(1 - soft, 1, distance))


def spray(picture, rng):
    """Throw foam along the breaking edge: curls large and small, then drops ahead of the tip."""
    picture = picture.copy()
    for _ in range(190):
        wind = rng.uniform(0.0, 2.3) * rng.uniform(0.3, 1.0)
        spread = rng.normal(0, 0.055)
        reach = 0.155 * np.exp(PITCH * wind + 0.08 + 0.10 * np.sin(1.1 * wind) + spread)
        angle = 0.62 - wind
        radius = max(rng.uniform(0.006, 0.026) * (1 - 0.25 * wind), 0.005)
        cx, cy = VORTEX[0] + reach * np.cos(angle), VORTEX[1] + reach * np.sin(angle)
        spiral_curl(picture, cx, cy, radius, rng.uniform(-1, 1))
    for _ in range(230):
        angle, reach = rng.uniform(-1.7, 1.25), 0.19 + rng.exponential(0.065)
        radius = rng.uniform(0.0015, 0.0055)
        cx, cy = VORTEX[0] + reach * np.cos(angle), VORTEX[1] + reach * np.sin(angle)
        spiral_curl(picture, cx, cy, radius, 1.0)
    return picture


def wave_sky(x, y):
    """Wipe the sky from night blue through cream to rose, with a red sun and gilded bars of mist."""
    haze = grain(x, y, 0.0, 101, 2.5, 22)
    wood = grain(x, y + 0.02 * fractal_noise(x, y, 103, 1.5, 2), 0.0, 105, 2, 70)
    wiped = oklab("0b2a58", "2d6a9c", "b8cfc0", "f4e3ba", "eeb98a")
    sky = ramp(wiped, y / HORIZON + 0.06 * haze + 0.055 * wood)
    radius = np.hypot(x - 0.745, y - 0.205)
    sky = mix(sky, oklab("f3c37a")[0], 0.7 * np.exp(-radius / 0.16))
    red = mix(SUNRED, oklab("ef7b34")[0], np.clip((y - 0.16) / 0.2 + 0.12 * wood, 0, 1))
    sky = mix(sky, red, 1 - smoothstep(0.128, 0.130, radius))
    sky = mix(sky, GOLD, (np.abs(radius - 0.143) < 0.003) * 0.9)
    sky = mix(sky, PRUSSIAN[0], y > HORIZON + 0.01)
    return gilded_mist(sky, x, y, haze)


def gilded_mist(sky, x, y, haze):
    """Lay bars of mist with round ends in worn gold leaf over the sky, among drifting flecks of gold."""
    leaf = fractal_noise(x, y, 107, 24, 4, 0.7)
    gilt = ramp(oklab("8f5a14", "c98f26", "f0cf74"), 0.5 + 0.26 * leaf)
    drift = smoothstep(-0.5, 1.2, grain(x, y, 0.1, 108, 2.5, 7) + 1.5 * (x - 0.5))
    flecks = smoothstep(1.25, 1.45, fractal_noise(x, y, 106, 130, 2)) * drift * (y < HORIZON)
    sky = mix(sky, gilt, 0.9 * flecks)
    bars = (
        (0.93, 0.050, 0.15, 0.011),
        (0.83, 0.073, 0.09, 0.010),
        (0.98, 0.150, 0.24, 0.015),
        (0.60, 0.300, 0.09, 0.011),
        (0.92, 0.268, 0.17, 0.012),
        (0.86, 0.292, 0.08, 0.010),
        (0.66, 0.325, 0.12, 0.009),
        (0.98, 0.385, 0.22, 0.012),
        (0.83, 0.408, 0.10, 0.009),
        (0.02, 0.070, 0.12, 0.012),
        (0.10, 0.093, 0.06, 0.009),
        (0.70, 0.445, 0.16, 0.008),
    )
    for cx, cy, half, thick in bars:
        shape = np.hypot(np.maximum(np.abs(x - cx) - half, 0), y - cy - 0.004 * haze)
        sky = mix(sky, gilt, 1 - smoothstep(thick - 0.0012, thick, shape))
        sky = mix(sky, oklab("7a3b12")[0], 0.8 * (np.abs(shape - thick) < 0.0011))
    return sky


def paper_print(picture, x, y):
    """Let the paper's fibres and the block's grain show through the printed colour."""
    fibers = grain(x, y, fractal_noise(x, y, 111, 3, 2), 113, 25, 160)
    wood = grain(x, y, 0.02, 115, 3, 120)
    speckle = smoothstep(1.9, 2.8, fractal_noise(x, y, 117, 320, 2))
    light = 1 + 0.014 * fibers + 0.016 * wood
    return mix(picture * light[..., None], CREAM, 0.30 * speckle)


def great_waves(size):
    """Print a breaking wave over a sea of fan-shaped waves under a red sun; sRGB (size, size, 3)."""
    x, y = pixel_grid(size)
    rng = np.random.default_rng(9)
    streak = grain(x, y, 0.25 * np.sin(9 * x), 109, 5, 60)
    picture = wave_sky(x, y)
    level, radius = HORIZON, 0.017
    for row in range(SEA_ROWS):
        if row == WAVE_ROW:
            picture = great_wave(picture, x, y, streak, rng)
            picture = spray(picture, rng)
        picture = sea_row(picture, x, y, row, level, radius, streak, rng)
        level, radius = level + 0.50 * radius, 1.13 * radius
    return srgb(oklab_to_linear(paper_print(picture, x, y)))
