"""How long each widget takes to follow its controls: `make benchmark`.

Every control of every widget is moved some times; the median is what one move costs in Python, drawing and
encoding included. The page adds some 60 ms to show the picture. At last the studio: how much longer a run takes in it
than alone.
"""

from itertools import cycle, islice
from statistics import median
from time import perf_counter

from nst_helpers.images import noise_image
from nst_helpers.run import Run
from nst_helpers.shipped import shipped_picture
from nst_helpers.transfer import Settings, transfer
from nst_helpers.widgets.balance import balance
from nst_helpers.widgets.content import HELPED, STEPS, layer_slider
from nst_helpers.widgets.convolution import kernel_editor, sliding_window
from nst_helpers.widgets.descent import adaptive, descent, memory
from nst_helpers.widgets.features import feature_browser, patch_viewer
from nst_helpers.widgets.film import film
from nst_helpers.widgets.gram import gram_explorer
from nst_helpers.widgets.race import race
from nst_helpers.widgets.studio import Studio

MOVES = 20
FAST_MS = 50  # a control that costs more must not follow while it is dragged


def main():
    for title, panel in panels().items():
        for name, control in panel.controls.items():
            move_cost(control)  # once before: what is computed only the first time is kept
            cost = 1000 * move_cost(control)
            late = getattr(control, "continuous_update", False) and cost > FAST_MS
            print(f"{title:16} {name:10} {cost:6.1f} ms{'  too slow to follow while dragged' if late else ''}")
    print(f"studio: a run takes {studio_cost():.2f} of its time alone")


def studio_cost(rounds=5):
    """Time to a run's last iteration in the studio, over its time alone: the median of pairs."""
    settings = Settings(size=256, iterations=300)
    content, style = shipped_picture("temple", 2048), shipped_picture("night_swirls", 1024)
    ratios = []
    for _ in range(rounds + 1):
        studio, ended = Studio(settings), []

        def show(seen, studio=studio, ended=ended):
            if seen.status == "finished":
                ended.append(perf_counter())  # what follows, the diagnosis, slows no iteration
            studio._show(studio.run, seen)

        start = perf_counter()
        transfer(content, style, settings)
        alone = perf_counter() - start
        studio.run = Run(content, style, settings, show)  # as start does, after its estimate
        start = perf_counter()
        studio.run.start()
        studio.run.wait()
        ratios.append((ended[0] - start) / alone)
    return median(ratios[1:])  # the first pair compiles


def panels():
    """One of each kind; what a lesson computes beforehand is noise here."""
    pictures = [noise_image(128, 192, seed) for seed in range(3)]
    rebuilt = {HELPED: {layer: {0: pictures[0], STEPS: pictures[1]} for layer in ("conv1_1", "conv4_2")}}
    rungs = {ratio: (picture, 1 / ratio, ratio) for ratio, picture in zip((0.1, 1, 10), pictures, strict=True)}
    return {"kernel editor": kernel_editor(), "sliding window": sliding_window(), "film": film(pictures, [""] * 3),
            "feature browser": feature_browser(), "patch viewer": patch_viewer(), "layer slider": layer_slider(rebuilt),
            "Gram explorer": gram_explorer(), "balance": balance(rungs), "descent": descent(), "memory": memory(),
            "adaptive": adaptive(), "race": race()}


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
