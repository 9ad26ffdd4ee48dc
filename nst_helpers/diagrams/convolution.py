"""Diagrams of a convolution: kernels as blocks through the channels, and the window on its way over the picture."""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from nst_helpers.lettering import font
from nst_helpers.plots import AMBER, GREEN, ORANGE, PINK, SKY, subplots

PAPER, LINE, FAINT = "white", "#555555", "#bbbbbb"


# Kernels as blocks


def kernel_blocks(side: int = 7, kernel: int = 3, row: int = 0, column: int = 4) -> Figure:
    """A colour picture, two kernels that reach through its three channels, and the two maps that they make.

    Args:
        side: of the picture in pixels, a square. kernel: side of both kernels, at most the picture's.
        row, column: the window's upper left corner, 0 to side − kernel.

    Returns:
        A matplotlib figure, 990 pixels wide.

    Raises:
        ValueError: the window does not lie in the picture.
    """
    room = side - kernel
    if not (0 <= row <= room and 0 <= column <= room):
        raise ValueError(f"the window's corner ({row}, {column}) is outside 0 to {room}")
    figure, axes = subplots(size=(9, 4.6))
    axes.set(xlim=(-0.4, 32.4), ylim=(-10.6, 4.9), aspect="equal")
    axes.set_axis_off()
    _picture(axes, side, kernel, row, column)
    maps = side - kernel + 1
    for number, (color, top) in enumerate(((AMBER, 2.9), (PINK, -4.2))):
        _kernel(axes, 15.6, top, kernel, color, number)
        _sheet(axes, 26.6, top, maps, 0, fill="#f3f3f3")
        _cells(axes, 26.6, top, 0, row, column, 1, color, alpha=1)
        axes.text(26.6 + maps / 2, top - maps - 0.8, f"map F(·, ·, {number}), {maps}×{maps}", ha="center", fontsize=10)
        _arrow(axes, (12.4, -1.6), (15.3, top - 1.5), color)
        _arrow(axes, (21.6, top - 0.6), (26.5 + column, top - row - 0.5), color)
        axes.text(23.6, top + 0.25, "multiply,\nthen one sum", ha="center", va="bottom", fontsize=9, color=LINE)
    return figure


def _picture(axes, side, kernel, row, column):
    for depth, color in ((2, SKY), (1, GREEN), (0, ORANGE)):
        _sheet(axes, 0, -1.2, side, depth, fill=PAPER, edge=color)
        _cells(axes, 0, -1.2, depth, row, column, kernel, color)
    for m, n in ((0, 0), (0, kernel), (kernel, kernel), (kernel, 0)):
        ends = [_place(0, -1.2, row + m, column + n, depth) for depth in (0, 2)]
        axes.plot(*zip(*ends, strict=True), color="black", linewidth=1.1, linestyle=(0, (4, 2)), zorder=9)
    axes.text(side / 2 + 0.9, -1.75 - side, f"picture I, {side}×{side}×3\nred, green and blue one behind the other",
              ha="center", va="top", fontsize=10)


def _kernel(axes, left, top, kernel, color, number):
    """A block of three sheets of weights, close together."""
    for depth, channel in ((2, SKY), (1, GREEN), (0, ORANGE)):
        _sheet(axes, left, top, kernel, 0.42 * depth, fill=PAPER, edge=channel, weight=2)
        _cells(axes, left, top, 0.42 * depth, 0, 0, kernel, channel, alpha=0.25)
    axes.text(left + kernel / 2 + 0.6, top - kernel - 0.75, f"kernel {number}: {kernel}·{kernel}·3 = {3 * kernel**2} "
              "weights", ha="center", fontsize=10, color=color, weight="bold")


def _place(left, top, row, column, depth):
    """Where a corner of a cell is drawn: rows go down, channels back to the upper right."""
    return left + column + 2.4 * depth, top - row + 1.7 * depth


def _sheet(axes, left, top, side, depth, fill, edge=LINE, weight=1.4):
    from matplotlib.patches import Rectangle

    x, y = _place(left, top, side, 0, depth)
    axes.add_patch(Rectangle((x, y), side, side, facecolor=fill, edgecolor=edge, linewidth=weight, zorder=4 - depth))
    for step in range(1, side):
        axes.plot([x + step, x + step], [y, y + side], color=FAINT, linewidth=0.6, zorder=4 - depth)
        axes.plot([x, x + side], [y + step, y + step], color=FAINT, linewidth=0.6, zorder=4 - depth)


def _cells(axes, left, top, depth, row, column, side, color, alpha=0.6):
    from matplotlib.patches import Rectangle

    corner = _place(left, top, row + side, column, depth)
    axes.add_patch(Rectangle(corner, side, side, facecolor=color, alpha=alpha, edgecolor="none",
                             zorder=4.1 - depth))
    axes.add_patch(Rectangle(corner, side, side, fill=False, edgecolor="black", linewidth=1.2, zorder=4.2 - depth))


def _arrow(axes, start, end, color):
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 1.6}, zorder=9)


# The window on its way

TALL, WIDE, SCALE = 400, 330, 2  # pixels of one panel, drawn twice as large and reduced: slanting lines are smooth
CELL, SLANT, LOW = 25, 0.42, 0.62  # of a cell: its width, how far each row moves to the left, its height over its width


def walk(settings: Sequence[tuple[int, int, int, int]], milliseconds: int = 450) -> bytes:
    """Windows that walk over small pictures, one panel a setting, each filling its map; it repeats for ever.

    Pixels that no window ever covers carry a cross. All panels walk together, and begin again as they are done.

    Args:
        settings: ((size, kernel, stride, padding), …), up to three: pictures of size × size pixels, size + 2·padding
            at most 8.
        milliseconds: that each step takes.

    Returns:
        The bytes of an animated PNG, 330×400 pixels a panel; programs that show no motion show all maps full.
    """
    counts = [((size + 2 * padding - kernel) // stride + 1) ** 2 for size, kernel, stride, padding in settings]
    steps = int(np.lcm.reduce(counts))
    panels = [[_panel(setting, place) for place in range(count)]
              for setting, count in zip(settings, counts, strict=True)]
    order = [steps - 1, *range(steps)]  # first the end: what a page shows that cannot move it
    frames = [_side_by_side([panel[step % len(panel)] for panel in panels]) for step in order]
    frames = [frame.quantize(palette=_palette(), dither=Image.Dither.NONE) for frame in frames]
    file = io.BytesIO()
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:], loop=0,
                   duration=[3 * milliseconds] + [milliseconds] * steps)
    return file.getvalue()


def _side_by_side(panels):
    whole = Image.new("RGB", (WIDE * len(panels), TALL), PAPER)
    for number, panel in enumerate(panels):
        whole.paste(panel, (WIDE * number, 0))
    return whole


def _panel(setting, place):
    """One panel with the window at its so-many-th place."""
    from PIL import Image, ImageDraw

    size, kernel, stride, padding = setting
    cells, side = size + 2 * padding, (size + 2 * padding - kernel) // stride + 1
    i, j = divmod(place, side)
    canvas = Image.new("RGB", (WIDE * SCALE, TALL * SCALE), PAPER)
    pen = ImageDraw.Draw(canvas)
    lower, upper = (_origin(cells, 378), _origin(side, 178))
    seen = {index * stride + offset for index in range(side) for offset in range(kernel)}
    _floor(pen, lower, cells, padding, seen)
    window, value = _corners(lower, i * stride, j * stride, kernel), _corners(upper, i, j, 1)
    pen.polygon(window, fill=_mixed(ORANGE, 0.55))
    _lattice(pen, _corners(lower, i * stride, j * stride, kernel), kernel, LINE)
    for m, n in np.ndindex(side, side):
        done = m * side + n < place
        pen.polygon(_corners(upper, m, n, 1), fill=_mixed(GREEN, 0.55) if done else PAPER, outline=LINE, width=SCALE)
    for below, above in zip(window, value, strict=True):
        pen.line([below, above], fill=_mixed(ORANGE, 0.8), width=SCALE)
    pen.polygon(value, fill=_mixed(ORANGE, 0.9), outline="black", width=2 * SCALE)
    pen.line([*window, window[0]], fill="black", width=2 * SCALE)
    _words(pen, setting, side)
    return canvas.resize((WIDE, TALL), Image.Resampling.LANCZOS)


def _floor(pen, lower, cells, padding, seen):
    """The picture with its padding; a cross on what no window covers."""
    for m, n in np.ndindex(cells, cells):
        inside = padding <= min(m, n) and max(m, n) < cells - padding
        corners = _corners(lower, m, n, 1)
        pen.polygon(corners, fill=_mixed(SKY, 0.55) if inside else "#f3f3f3", outline="#777777" if inside else FAINT,
                    width=SCALE)
        if m not in seen or n not in seen:
            color = "black" if inside else "#999999"
            pen.line([corners[0], corners[2]], fill=color, width=SCALE)
            pen.line([corners[1], corners[3]], fill=color, width=SCALE)


def _lattice(pen, corners, side, color):
    """The lines between the cells of a slanting square."""
    a, b, c, d = (np.array(corner) for corner in corners)
    for step in np.arange(1, side) / side:
        pen.line([tuple(a + step * (b - a)), tuple(d + step * (c - d))], fill=color, width=SCALE)
        pen.line([tuple(a + step * (d - a)), tuple(b + step * (c - b))], fill=color, width=SCALE)


def _words(pen, setting, side):
    size, kernel, stride, padding = setting
    middle = WIDE * SCALE / 2
    pen.text((middle, 8 * SCALE), f"stride {stride}, padding {padding}", "black", font(16 * SCALE), anchor="mt")
    pen.text((middle, 30 * SCALE), f"picture {size}×{size}, kernel {kernel}×{kernel}: map {side}×{side}", LINE,
             font(12 * SCALE), anchor="mt")


def _origin(cells, bottom):
    """Where the upper left corner of a slanting sheet lies, so that it is in the middle and ends at this height."""
    width, height = CELL * cells * (1 - SLANT), CELL * LOW * cells
    return (WIDE - width) / 2, bottom - height


def _corners(origin, row, column, side):
    """The four corners of a square of cells, clockwise from the upper left, in canvas pixels."""
    places = ((row, column), (row, column + side), (row + side, column + side), (row + side, column))
    return [(SCALE * (origin[0] + CELL * (n - SLANT * m)), SCALE * (origin[1] + CELL * LOW * m)) for m, n in places]


def _mixed(color, share):
    """So much of a color in white, as 0–255."""
    from matplotlib.colors import to_rgb

    return tuple(round(255 * (1 - share + share * value)) for value in to_rgb(color))


def _palette():
    """A picture whose palette is greys and the three colors in steps: a quarter of the bytes."""
    colors = [_mixed(color, share) for color in (SKY, GREEN, ORANGE) for share in np.linspace(0.05, 1, 20)]
    dark = [tuple(round(value * share) for value in _mixed(color, 0.6)) for color in (SKY, GREEN, ORANGE)
            for share in np.linspace(0.1, 0.9, 8)]
    grays = [(level, level, level) for level in range(0, 256, 5)]
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.array([*grays, *colors, *dark], np.uint8).tobytes())
    return palette
