"""How long each widget takes to follow its controls: `make benchmark`.

Every control of every widget is moved some times; the median is what one move costs in Python, drawing and
encoding included. The page adds some 60 ms to show the picture.
"""

from itertools import cycle, islice
from statistics import median
from time import perf_counter

from nst_helpers.images import noise_image
from nst_helpers.widgets.convolution import kernel_editor, sliding_window
from nst_helpers.widgets.film import film

MOVES = 20
FAST_MS = 50  # a control that costs more must not follow while it is dragged


def main():
    frames = [noise_image(171, 256, seed) for seed in range(3)]
    panels = {"kernel editor": kernel_editor(), "sliding window": sliding_window(), "film": film(frames, ["", "", ""])}
    for title, panel in panels.items():
        for name, control in panel.controls.items():
            cost = 1000 * move_cost(control)
            late = getattr(control, "continuous_update", False) and cost > FAST_MS
            print(f"{title:16} {name:10} {cost:6.1f} ms{'  too slow to follow while dragged' if late else ''}")


def move_cost(control):
    """Median seconds of one move."""
    times = []
    for value in islice(cycle(positions(control)), MOVES):
        start = perf_counter()
        control.value = value
        times.append(perf_counter() - start)
    return median(times)


def positions(control):
    """Two or more values to go round, each different from the one before."""
    if hasattr(control, "options"):
        return [value for _, value in control._options_full]
    if isinstance(control.value, bool):
        return [True, False]
    if hasattr(control, "max"):
        return [control.max, control.min]
    return [control.value + 1, control.value]


if __name__ == "__main__":
    main()
