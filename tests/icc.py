"""Colour profiles by hand (ICC.1:2010), of a few hundred bytes each: Pillow makes none but sRGB's and Lab's."""

import struct

import numpy as np

D50 = (0.9642, 1.0, 0.8249)
# Columns: where red, green and blue lie in XYZ, adapted to D50. Display P3 has sRGB's curve over wider primaries.
DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))


def profile(space, connection, **tags):
    """A profile for monitors ("mntr") with these tags, each the bytes of its value."""
    tags = {"desc": _text("by hand"), "wtpt": _place(D50), "cprt": _text("free"), **tags}
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += name.encode() + struct.pack(">II", start + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    rest = struct.pack(">I", len(tags)) + table + body
    head = struct.pack(">I4sI4s4s4s12s4s4s28s", 128 + len(rest), b"lcms", 0x02100000, b"mntr", space, connection,
                       bytes(12), b"acsp", bytes(4), bytes(28)) + _place(D50)[8:]
    return head.ljust(128, b"\0") + rest


def display_p3():
    """What telephones write: sRGB's curve, other primaries."""
    places = {f"{letter}XYZ": _place(place) for letter, place in zip("rgb", DISPLAY_P3, strict=True)}
    return profile(b"RGB ", b"XYZ ", **places, **dict.fromkeys(("rTRC", "gTRC", "bTRC"), _srgb_curve()))


def gray(gamma=1.0):
    """Grays whose light is the number to the power gamma; 1: linear."""
    return profile(b"GRAY", b"XYZ ", kTRC=_gamma(gamma))


def ink(corners):
    """CMYK by a table of its corners: {(c, m, y, k) of zeros and ones: (L, a, b)}, linear between them."""
    grid = [corners[c, m, y, k] for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)]
    values = np.array(grid, float)
    table = np.rint(np.stack([values[:, 0] * 2.55, values[:, 1] + 128, values[:, 2] + 128], axis=1)).astype(np.uint8)
    identity = b"".join(struct.pack(">i", 65536 * (row == column)) for row in range(3) for column in range(3))
    ramp = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + 4 * ramp + table.tobytes() + 3 * ramp
    return profile(b"CMYK", b"Lab ", A2B0=lut)


def srgb_of_p3(color):
    """What 8-bit sRGB shows of a colour in Display P3, by the matrices, clipped."""
    to_xyz = np.array(DISPLAY_P3).T
    srgb = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
    light = np.clip(np.linalg.solve(srgb, to_xyz @ _light(np.asarray(color, float) / 255)), 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _light(value):
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _srgb_curve():
    steps = np.rint(65535 * _light(np.linspace(0, 1, 256))).astype(">u2")
    return b"curv" + bytes(4) + struct.pack(">I", 256) + steps.tobytes()


def _gamma(gamma):
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(256 * gamma))


def _place(xyz):
    return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(65536 * value)) for value in xyz)


def _text(words):
    return b"desc" + bytes(4) + struct.pack(">I", len(words) + 1) + words.encode() + b"\0" + bytes(78)
