"""A still life with guitar, bottle and fruit, seen through shifted, brushed planes."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from .canvas import (
    border_distance,
    fractal_noise,
    mix,
    oklab,
    oklab_to_linear,
    pixel_grid,
    ramp,
    rotate,
    smoothstep,
    srgb,
)

PIGMENTS = {
    "wall": oklab("0e2329", "1f5a5e", "5d9a8c", "dcc48c"),
    "window": oklab("0d3c54", "1c8a98", "8fcfc4", "f6e7bd"),
    "table": oklab("3a1a10", "7d3a1b", "b9692c", "e0a355"),
    "cloth": oklab("7d2f3c", "c9707a", "eab6ad", "fbf0e2"),
    "paper": oklab("8a7350", "cdb98a", "efe3c4", "fffaf0"),
    "guitar": oklab("4a1d0d", "a04a17", "dd8d2b", "f7cf7a"),
    "neck": oklab("0f0d0c", "2b1c15", "6a432a", "a8784a"),
    "hole": oklab("050404", "120c0a", "2a1712", "4a2a1c"),
    "bottle": oklab("06211f", "0f4a45", "1f8278", "9fd6bd"),
    "label": oklab("a8453a", "e0b36a", "f6e3b0", "fff6dd"),
    "bowl": oklab("14202c", "3c5f7a", "a9bfc4", "fbf7ea"),
    "apple": oklab("4c0b14", "b01f2a", "e2583f", "f9b88a"),
    "pear": oklab("4c5314", "9a9a22", "d8c640", "fbf0a0"),
    "glass": oklab("2b4a52", "6f9a9c", "c6dcd2", "ffffff"),
}
TINTS = oklab("d29a2e", "a4512a", "1d6a6b", "141210", "f6eddc", "d98a8a", "284f6b", "e8c37a")


def half_width(profile, height):
    """Interpolate a turned object's half width at `height` from its (height, half width) knots."""
    knots = np.array(profile)
    return np.interp(height, knots[:, 0], knots[:, 1]).astype(np.float32)


def guitar(x, y):
    """Return the guitar's parts as (name, inside in widths, shade in [0, 1]); it leans to the right."""
    u, v = rotate(x, y, (0.44, 0.60), 0.42)
    waist = 0.105 - 0.52 * (v + 0.045) ** 2
    body = np.maximum(0.170 - np.hypot(u, v - 0.10), 0.132 - np.hypot(u, v + 0.105))
    body = np.maximum(body, np.minimum(waist - np.abs(u), 0.13 - np.abs(v)))
    rings = np.abs(np.hypot(u, v + 0.01) - 0.059) - 0.007
    strings = np.abs((u + 0.0165) % 0.0066 - 0.0033) - 0.0008
    strings = np.where((np.abs(u) < 0.018) & (v < 0.16) & (v > -0.52), -strings, -1)
    frets = np.abs((v * (1 + 0.8 * v)) % 0.026 - 0.013) - 0.0015
    neck = np.minimum(0.024 - np.abs(u), np.minimum(v + 0.46, -0.015 - v))
    head = np.minimum(0.036 - np.abs(u) + 0.1 * (v + 0.5), np.minimum(v + 0.56, -0.455 - v))
    return (
        ("guitar", body, 0.62 - 2.4 * u + 0.9 * v + 0.07 * np.sin(260 * u + 14 * v)),
        ("hole", 0.050 - np.hypot(u, v + 0.01), 0.3 + 6 * u),
        ("label", -rings, 0.5 + 0.4 * np.sin(14 * np.arctan2(v, u))),
        ("neck", np.maximum(neck, head), 0.35 + 9 * u + 0.5 * (frets < 0) * (v > -0.45)),
        ("hole", np.minimum(0.058 - np.abs(u), 0.008 - np.abs(v - 0.165)), 0.4 - 3 * u),
        ("paper", strings, 0.8 + 0 * u),
    )


def bottle(x, y):
    """Return the bottle's parts: dark glass with a highlight, and its label."""
    u, v = rotate(x, y, (0.735, 0.42), -0.06)
    knots = ((-0.29, 0.026), (-0.255, 0.028), (-0.24, 0.022), (-0.12, 0.025), (-0.03, 0.075), (0.30, 0.078))
    wide = half_width(knots, v)
    glass = np.minimum(wide - np.abs(u), np.minimum(v + 0.29, 0.30 - v))
    gleam = np.exp(-(((u + 0.5 * wide) / 0.012) ** 2)) + 0.5 * np.exp(-(((u - 0.7 * wide) / 0.008) ** 2))
    label = np.minimum(0.074 - np.abs(u), 0.062 - np.abs(v - 0.13))
    lines = (np.abs(v % 0.02 - 0.01) < 0.003) * (np.abs(u) < 0.05)
    return (("bottle", glass, 0.38 - 3 * u + 0.6 * gleam), ("label", label, 0.75 - 3 * u - 0.6 * lines))


def fruit_bowl(x, y):
    """Return a bowl on a foot with apples and pears, back to front."""
    parts = []
    fruits = (
        ("pear", 0.235, 0.405, 0.062),
        ("apple", 0.115, 0.420, 0.066),
        ("apple", 0.325, 0.445, 0.060),
        ("pear", 0.180, 0.455, 0.060),
    )
    for name, cx, cy, radius in fruits:
        # Pears narrow towards the stalk; apples only dimple.
        narrowing = 0.40 * np.clip((cy - y) / radius, 0, 1.6) ** 1.5
        pinch = narrowing if name == "pear" else 0.06 * np.cos(3 * (x - cx) / radius)
        inside = radius * (1 - 0.3 * np.maximum(pinch, 0)) - np.hypot((x - cx) * (1 + pinch), 0.8 * (y - cy))
        light = np.hypot(x - cx + 0.4 * radius, y - cy + 0.4 * radius) / radius
        parts.append((name, inside, 1.02 - 0.58 * light))
    u, v = x - 0.21, y - 0.47
    hull = np.minimum(0.185 - np.hypot(u, 1.25 * v), v)
    foot = np.minimum(0.035 + 0.9 * np.clip(v - 0.16, 0, 1) - np.abs(u), np.minimum(v - 0.13, 0.215 - v))
    band = 0.35 * np.sign(np.sin(46 * u + 0.6 * np.sin(40 * v))) * (np.abs(v - 0.055) < 0.022)
    parts.append(("bowl", np.maximum(hull, foot), 0.70 - 2.6 * u + band))
    return tuple(parts)


def room(x, y):
    """Return wall, window, table, newspaper and cloth, back to front."""
    pane = np.minimum(0.30 - np.abs(x - 0.80), 0.36 - np.abs(y - 0.13))
    bars = np.minimum(np.abs(x - 0.72), np.abs(y - 0.20)) - 0.010
    hills = 0.25 * np.sin(9 * x) * 0.1
    a, b = rotate(x, y, (0.74, 0.83), -0.35)
    print_ = (np.abs(b % 0.018 - 0.009) < 0.0035) * (
        np.sin(173 * a + 7 * np.sin(40 * np.floor(b / 0.018))) > -0.45
    )
    news = np.minimum(0.19 - np.abs(a), 0.125 - np.abs(b))
    title = np.minimum(0.16 - np.abs(a), 0.012 - np.abs(b + 0.095)) * (
        np.sin(95 * a + 2 * np.sin(31 * a)) > -0.5
    )
    c, d = rotate(x, y, (0.20, 0.90), 0.25)
    checks = np.sign(np.sin(62 * c) * np.sin(62 * d))
    grain_lines = 0.10 * np.sin(90 * (y + 0.03 * np.sin(7 * x)) + 6 * np.sin(3 * x))
    return (
        ("wall", 1 + 0 * x, 0.35 + 0.5 * x - 0.4 * y + 0.25 * (np.sin(40 * x) > 0.2) * (y > 0.2)),
        ("window", pane, 0.92 - 1.2 * (y + hills > 0.28) * (y + 0.5) - 1.3 * (0.3 - x + 0.5) * y),
        ("hole", np.where(pane > 0, -bars, -1), 0.8 + 0 * x),
        ("table", y - 0.60 - 0.06 * x, 0.65 - 0.7 * (y - 0.6) + grain_lines),
        ("cloth", np.minimum(0.27 - np.abs(c), 0.21 - np.abs(d)), 0.55 + 0.34 * checks - 0.5 * d),
        ("paper", news, 0.85 - 1.2 * a - 0.65 * print_ * (b > -0.075)),
        ("hole", title, 0.2 + 0 * x),
    )


def wine_glass(x, y):
    """Return a stemmed glass in front of the bottle."""
    u, v = rotate(x, y, (0.885, 0.60), 0.05)
    knots = (
        (-0.14, 0.062),
        (-0.06, 0.070),
        (0.0, 0.045),
        (0.03, 0.008),
        (0.13, 0.008),
        (0.15, 0.055),
        (0.165, 0.058),
    )
    cup = np.minimum(half_width(knots, v) - np.abs(u), np.minimum(v + 0.14, 0.165 - v))
    wine = np.minimum(cup - 0.006, np.minimum(v + 0.075, 0.02 - v))
    return (("glass", cup, 0.75 - 5 * u), ("apple", wine, 0.45 - 5 * u))


def still_life(x, y):
    """Look at the still life in the directions (x, y): OKLab colours (n, n, 3) and outlines (n, n)."""
    color, ink = np.zeros((*x.shape, 3), np.float32), np.zeros_like(x)
    for name, inside, shade in room(x, y) + bottle(x, y) + fruit_bowl(x, y) + guitar(x, y) + wine_glass(x, y):
        mask = inside > 0
        color[mask] = ramp(PIGMENTS[name], shade[mask])
        line = smoothstep(0.0042, 0.0022, np.abs(inside)) * (name not in ("wall", "hole", "paper"))
        ink = np.where(mask, line, np.maximum(ink, line))
    return color, ink


class Facets(NamedTuple):
    """The cut picture plane: labels (n, n), and per facet its centre (k, 2), span (k,) and angle (k,)."""

    label: np.ndarray
    center: np.ndarray
    span: np.ndarray
    angle: np.ndarray


def cut_plane(x, y, rng, smallest=0.0028):
    """Cut the plane again and again by straight lines, finer near the middle of the still life."""
    label, count = np.zeros(x.shape, int), 1
    flat, px, py = label.ravel(), x.ravel(), y.ravel()
    queue, angles = [(np.arange(flat.size), 0.9)], [0.9]
    while queue:
        pixels, last = queue.pop()
        cx, cy = px[pixels].mean(), py[pixels].mean()
        share = len(pixels) / flat.size
        limit = smallest * (1 + 14 * ((cx - 0.47) ** 2 + (cy - 0.52) ** 2)) * rng.uniform(0.8, 3.2)
        if share < limit:
            continue
        angle = rng.choice([0.42, 0.42 + np.pi / 2, -0.35, 1.25, 2.0]) + rng.normal(0, 0.13)
        if abs(np.sin(angle - last)) < 0.45:
            angle += 1.2
        reach = rng.normal(0, 0.11) * np.sqrt(share)
        beyond = (px[pixels] - cx) * np.cos(angle) + (py[pixels] - cy) * np.sin(angle) > reach
        flat[pixels[beyond]] = count
        angles.append(angle)
        count += 1
        queue += [(pixels[beyond], angle), (pixels[~beyond], angle)]
    area = np.bincount(flat)
    center = np.stack([np.bincount(flat, px), np.bincount(flat, py)], -1) / area[:, None]
    return Facets(flat.reshape(x.shape), center, np.sqrt(area / flat.size), np.array(angles))


def look_through(facets, x, y, rng):
    """Return the coordinates at which each facet sees the scene: shifted, turned and scaled on its own."""
    count = len(facets.span)
    shift = rng.normal(0, 0.022, (count, 2))
    turn, zoom = rng.normal(0, 0.16, count), rng.uniform(0.82, 1.12, count)
    cx, cy = (facets.center[facets.label, axis] for axis in (0, 1))
    dx, dy = (x - cx) * zoom[facets.label], (y - cy) * zoom[facets.label]
    cos, sin = np.cos(turn)[facets.label], np.sin(turn)[facets.label]
    cx, cy = cx + shift[facets.label, 0], cy + shift[facets.label, 1]
    return cx + cos * dx - sin * dy, cy + sin * dx + cos * dy


def facet_axes(facets, x, y):
    """Return coordinates along and across each facet, about [-1, 1] over its span."""
    label = facets.label
    cos, sin = np.cos(facets.angle)[label], np.sin(facets.angle)[label]
    dx, dy = x - facets.center[label, 0], y - facets.center[label, 1]
    return (cos * dx + sin * dy) / facets.span[label], (cos * dy - sin * dx) / facets.span[label]


def patterned(color, facets, x, y, along, across, rng):
    """Paint stripes, checks, dots or nothing over whole facets, in a tint of their own."""
    count, label = len(facets.span), facets.label
    kind = rng.choice(5, count, p=[0.78, 0.10, 0.06, 0.035, 0.025])[label]
    # The hand wavers: nothing in a painted pattern is quite straight or evenly covered.
    waver = 0.0022 * fractal_noise(x, y, 119, 22, 2)
    u, v = along * facets.span[label] + waver, across * facets.span[label] - waver
    pitch = rng.uniform(0.015, 0.034, count)[label]
    su, sv = np.sin(2 * np.pi * u / pitch), np.sin(2 * np.pi * v / pitch)
    choices = [0 * u, su > 0.25, su * sv > 0.05, np.hypot(su, sv) < 0.75, np.abs(su * sv) < 0.10]
    marks = np.choose(kind, choices)
    tint = TINTS[rng.integers(0, len(TINTS), count)][label]
    return mix(color, tint, np.clip(0.78 + 60 * waver, 0, 1) * marks)


def planes_over(color, x, y, rng, count=15):
    """Lay large translucent planes across the picture, each fading away from one of its edges."""
    for _ in range(count):
        center, angle = rng.uniform(0.05, 0.95, 2), rng.choice([0.42, 2.0, -0.35, 1.25]) + rng.normal(0, 0.12)
        u, v = rotate(x, y, center, angle)
        length, width, skew = rng.uniform(0.10, 0.30), rng.uniform(0.05, 0.16), rng.normal(0, 0.35)
        v = v + skew * u
        mask = (np.abs(u) < length) & (np.abs(v) < width)
        fade = np.clip(0.5 + 0.5 * v / width, 0, 1)
        color = mix(color, TINTS[rng.integers(len(TINTS))], mask * rng.uniform(0.35, 0.85) * fade**1.4)
    return color


def brushed(color, facets, x, y, along, across):
    """Work the paint with a bristle brush along each facet: ridges, broken colour and light on the relief."""
    span = facets.span[facets.label].astype(np.float32)
    own = (7.3 * facets.label % 31).astype(np.float32)
    # Strokes bend a little, as an arm swings, and every facet gets its own piece of the noise.
    u = across * span
    v = along * span + 0.012 * fractal_noise(x, y, 121, 4, 2) + 0.5 * u * u
    bristle = fractal_noise(11 * u + own, 150 * v - own, 123, 1.0, 3, 0.7)
    dabs = np.tanh(2.2 * fractal_noise(22 * u - own, 60 * v + own, 127, 1.0, 2))
    relief = ndimage.gaussian_filter(bristle + 0.8 * dabs, len(x) / 1600)
    lift_y, lift_x = np.gradient(relief)
    light = np.clip((lift_x + lift_y) * len(x) / 1280 * 0.55, -1, 1)
    shade = 1 + 0.17 * light + 0.055 * dabs + 0.045 * bristle
    worked = color * shade[..., None]
    worked[..., 1:] *= 1.15
    worked[..., 1] += 0.012 * dabs
    worked[..., 2] += 0.016 * (dabs + bristle) * np.tanh(along)
    return worked


def edges_and_lines(facets, ink, x, y, rng):
    """Return dark and light line coverage: broken facet edges, contours, a few long construction lines."""
    distance = border_distance(facets.label)
    pressure = fractal_noise(x, y, 131, 5, 2)
    width = 0.0005 + 0.0019 * smoothstep(-0.6, 1.5, pressure)
    dark = (1 - smoothstep(0.7, 1.2, distance / width)) * smoothstep(-0.35, 0.15, pressure)
    light = (1 - smoothstep(0.7, 1.2, distance / 0.0017)) * smoothstep(-0.8, -1.2, pressure)
    for _ in range(9):
        u, v = rotate(x, y, rng.uniform(0.1, 0.9, 2), rng.choice([0.42, 1.99, -0.35, 1.25]))
        reach = rng.uniform(0.15, 0.5)
        stroke = 0.0017 * np.clip(1 - (u / reach) ** 2, 0, 1) * (1 + 0.3 * pressure)
        line = 1 - smoothstep(0.6, 1.2, np.abs(v) / np.maximum(stroke, 1e-5))
        dark = np.maximum(dark, line * (stroke > 3e-4))
    return np.maximum(dark, ink * (0.65 + 0.25 * np.clip(pressure, -1, 1))), light


def cubist_planes(size, seed=8):
    """Paint a still life with guitar, bottle, fruit and newspaper in shifted facets; sRGB (size, size, 3)."""
    x, y = pixel_grid(size)
    rng = np.random.default_rng(seed)
    facets = cut_plane(x, y, rng)
    along, across = facet_axes(facets, x, y)
    color, ink = still_life(*look_through(facets, x, y, rng))
    color = patterned(color, facets, x, y, along, across, rng)
    tint = TINTS[rng.integers(0, len(TINTS), len(facets.span))][facets.label]
    amount = rng.choice([0.06, 0.25, 0.72], len(facets.span), p=[0.52, 0.28, 0.20])[facets.label]
    color = mix(color, tint, amount * smoothstep(-0.9, 0.9, along))
    color = planes_over(color, x, y, rng)
    strength = rng.uniform(0.10, 0.44, len(facets.span))[facets.label]
    color = color * (1 + strength * np.tanh(1.8 * along) - 0.05)[..., None]
    color = brushed(color, facets, x, y, along, across)
    dark, light = edges_and_lines(facets, ink, x, y, rng)
    color = mix(mix(color, TINTS[3], 0.92 * dark), TINTS[4], 0.8 * light)
    weave = np.sin(1056 * x) * np.sin(1056 * y)
    return srgb(oklab_to_linear(color * (1 + 0.012 * weave)[..., None]))
