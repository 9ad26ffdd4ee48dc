"""Combed and curled marbled paper, by the closed-form moves of the ink bath."""

from typing import NamedTuple

import numpy as np

from .canvas import fractal_noise, oklab, oklab_to_linear, pixel_grid, smoothstep, srgb

INKS = oklab(
    *("0b1238", "b80f2c", "f6ead0", "e9a21a", "0d7a80", "1f4fb0", "f0602c", "4a0f3c", "8fd0c0", "fff8e8")
)
BARE = 2  # the ink that stands for the bath itself
INK_SHARES = (0.17, 0.18, 0.09, 0.13, 0.13, 0.13, 0.06, 0.04, 0.05, 0.02)

# Marbled paper is computed backwards: each pixel asks where its ink lay before the last move on the bath,
# then before the one before, until it finds itself within a drop. Positions are complex numbers, x + iy.


class Drop(NamedTuple):
    """Let a drop of ink fall; it spreads to `radius` and pushes all else outwards, areas unchanged."""

    center: complex
    radius: float
    ink: int

    def undo(self, z):
        """Move points back: what now lies at distance d lay at sqrt(d^2 - radius^2)."""
        offset = z - self.center
        square = np.maximum(offset.real**2 + offset.imag**2, self.radius**2)
        return self.center + offset * np.sqrt(1 - self.radius**2 / square)


class Comb(NamedTuple):
    """Draw a comb along a unit `direction`: teeth every `pitch` drag ink by `pull`, fading with sharpness."""

    direction: complex
    pitch: float
    pull: float
    sharpness: float
    offset: float = 0.0

    def undo(self, z):
        """Move points back by what the nearest tooth dragged them; it dies away with distance."""
        across = (z * np.conj(self.direction)).imag / self.pitch + self.offset
        distance = np.abs((across - np.floor(across)) - 0.5)
        return z - self.direction * self.pull * np.exp(-self.sharpness * distance)


class Wave(NamedTuple):
    """Sway the bath sideways, as a sine along a unit `direction`."""

    direction: complex
    amplitude: float
    length: float
    phase: float = 0.0

    def undo(self, z):
        """Move points back across the direction; their place along it never changed."""
        along = (z * np.conj(self.direction)).real
        sway = self.amplitude * np.sin(2 * np.pi * along / self.length + self.phase)
        return z - 1j * self.direction * sway


class Curl(NamedTuple):
    """Stir a curl with a stylus: the middle turns by `turn` radians, the rim at `radius` hardly at all."""

    center: complex
    radius: float
    turn: float

    def undo(self, z):
        """Turn points back about the centre."""
        offset = z - self.center
        return self.center + offset * np.exp(-1j * self.turn * np.exp(-((np.abs(offset) / self.radius) ** 2)))


def drops(rng, count, smallest, largest, rings=1):
    """Let drops fall anywhere on the bath; each place gets `rings` of them, one inside the other."""
    moves = []
    for _ in range(count):
        center = complex(*rng.uniform(-0.15, 1.15, 2))
        radius = rng.uniform(smallest, largest)
        for ink in rng.choice(len(INKS), rings, replace=False, p=INK_SHARES):
            moves.append(Drop(center, radius, ink))
            radius *= rng.uniform(0.65, 0.9)
    return moves


def marbling_moves(rng):
    """Return all that happens on the bath, first to last, as a list of moves."""
    moves = drops(rng, 26, 0.13, 0.20, 2) + drops(rng, 60, 0.05, 0.09, 2) + drops(rng, 120, 0.016, 0.034)
    # To and fro with a wide comb, then across with a fine one: the old pattern called nonpareil.
    moves += [Comb(1j, 0.19, 0.24, 6.0), Comb(-1j, 0.19, 0.24, 6.0, 0.5)]
    moves += [
        Wave(1 + 0j, 0.035, 0.55, 0.8),
        Comb(1 + 0j, 0.040, 0.070, 4.0),
        Wave(1 + 0j, -0.035, 0.55, 0.8),
    ]
    moves += drops(rng, 60, 0.004, 0.016, 2)
    # Curls on a loose brick lattice make the bouquet.
    for row in range(-1, 4):
        for column in range(-1, 4):
            place = complex(0.34 * (column + 0.5 * (row % 2)) + 0.06, 0.30 * row + 0.10)
            place += complex(*rng.normal(0, 0.03, 2))
            radius, turn = rng.uniform(0.085, 0.125), rng.uniform(2.8, 4.4)
            moves.append(Curl(place, radius, turn * (-1) ** (row + column)))
    return moves


def undo_moves(z, moves):
    """Trace points z (k,) back through the moves: the drop each lies in, -1 for none, and where in it.

    The second answer is the offset from the drop's centre, in radii, complex.
    """
    found, home, waiting = np.full(len(z), -1), z.copy(), np.arange(len(z))
    for number in reversed(range(len(moves))):
        move = moves[number]
        if isinstance(move, Drop):
            inside = np.abs(z - move.center) < move.radius
            found[waiting[inside]] = number
            home[waiting[inside]] = (z[inside] - move.center) / move.radius
            waiting, z = waiting[~inside], z[~inside]
        z = move.undo(z).astype(np.complex64)
    return found, home


def bath(z, moves):
    """Return the ink at points z (k,) on the bath: OKLab (k, 3)."""
    found, home = undo_moves(z, moves)
    ink = np.array([move.ink if isinstance(move, Drop) else BARE for move in moves] + [BARE])[found]
    # Ink is denser at the rim of a drop, and its grains were dragged along with it.
    u, v = 2.2 * home.real + 0.37 * found, 2.2 * home.imag - 0.53 * found
    grains = fractal_noise(np.float32(u), np.float32(v), 71, 3.0, 3, 0.7)
    rim = smoothstep(0.72, 1.0, np.abs(home)) * (found >= 0)
    return INKS[ink] + np.stack([0.030 * grains - 0.07 * rim, 0.004 * grains, 0.006 * grains], -1)


def marbling(size, seed=6):
    """Paint combed and curled marbled paper in ten inks; sRGB (size, size, 3)."""
    rng = np.random.default_rng(seed)
    moves = marbling_moves(rng)
    x, y = pixel_grid(size)
    z = (x + 1j * y).ravel().astype(np.complex64)
    # Combing draws the ink out into threads finer than a pixel: take the mean of several points in each.
    offsets = np.array([-3 - 1j, -1 + 3j, 1 - 3j, 3 + 1j]) / (8 * size)
    color = np.mean([bath(z + np.complex64(offset), moves) for offset in offsets], axis=0)
    color = color.reshape(size, size, 3)
    color[..., 0] += 0.012 * fractal_noise(x, y, 72, 160, 2) + 0.014 * fractal_noise(x, y, 73, 5, 3)
    return srgb(oklab_to_linear(color))
