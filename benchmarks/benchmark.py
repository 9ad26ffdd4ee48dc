"""Speed and memory of a style transfer, as ratios in one run: `make benchmark`.

The reference is the loop that most tutorials write: keras.applications' VGG19, an einsum for the Gram
matrix, one compiled step of Keras's Adam. Weights are random: they do not change the speed. The machine's
speed drifts, so the candidates take turns, round by round, and a ratio compares two of the same round.

    python benchmarks/benchmark.py [--rounds 7] [--no-transfers]
"""

import argparse
import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import numpy as np
from machine import description

from nst_helpers.architecture import CONVOLUTION_NAMES, LAYER_NAMES
from nst_helpers.backend import keras, tf
from nst_helpers.descent import descend, fresh
from nst_helpers.estimate import estimate
from nst_helpers.images import noise_image, resize_image
from nst_helpers.networks import BFLOAT16_VARIABLE, load_network, random_network
from nst_helpers.objective import Objective
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture
from nst_helpers.transfer import transfer

HEIGHT, WIDTH = 384, 512
STYLE_LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")
CONTENT_LAYER = "conv5_2"
TARGETS = {"vgg19 float32": 0.9, "vgg19 bfloat16": 0.5, "compact float32": 0.08}
SIZES = (256, 512, 1024)
MEGAPIXELS = (0.1, 50)  # of two style pictures that must cost the same


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="how often the candidates take turns")
    parser.add_argument("--no-transfers", action="store_true", help="iterations only")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return child(*options.child.split(","))
    print(f"{description()}\n")
    compare_iterations(options.rounds)
    if not options.no_transfers:
        measure_memory()
        measure_large_styles()
        measure_transfers()


# One iteration


def usual_loop():
    """A step of the usual Keras loop, as a function without arguments."""
    model = keras.applications.VGG19(include_top=False, weights=None)
    layers = [layer.replace("conv", "block").replace("_", "_conv") for layer in (*STYLE_LAYERS, CONTENT_LAYER)]
    extractor = keras.Model(model.input, [model.get_layer(layer).output for layer in layers])
    image = tf.Variable(noise_image(HEIGHT, WIDTH, 0)[tf.newaxis])
    optimizer = keras.optimizers.Adam(6.0)

    def gram(features):
        positions = tf.cast(tf.shape(features)[1] * tf.shape(features)[2], tf.float32)
        return tf.einsum("bijc,bijd->bcd", features, features) / positions

    def look(pixels):
        return extractor(keras.applications.vgg19.preprocess_input(pixels))

    *style, content = look(tf.constant(noise_image(HEIGHT, WIDTH, 1)[tf.newaxis]))
    grams = [gram(features) for features in style]

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            *style, features = look(image)
            loss = tf.add_n([tf.reduce_mean((gram(f) - g) ** 2) for f, g in zip(style, grams, strict=True)])
            loss += tf.reduce_mean((features - content) ** 2) + 1e-4 * tf.reduce_sum(tf.image.total_variation(image))
        optimizer.apply_gradients([(tape.gradient(loss, image), image)])
        image.assign(tf.clip_by_value(image, 0.0, 255.0))
        return loss

    return lambda: float(step())


def our_loop(network, height=HEIGHT, width=WIDTH):
    """A step of ours on the same layers, with everything that `transfer` does in an iteration."""
    settings = Settings(content_layers=[CONTENT_LAYER], style_layers=dict.fromkeys(STYLE_LAYERS, 1.0))
    start, other = noise_image(height, width, 0), noise_image(height, width, 1)
    steps = descend(fresh(start, settings), Objective(network, settings, other, [(1.0, other)], 1.0), 100_000, settings)
    return lambda: next(steps)


def matrix_product(size=4096):
    """A large matrix product, and its number of multiplications and additions."""
    matrix = tf.random.stateless_normal((size, size), seed=(0, 0))
    product = tf.function(lambda: tf.reduce_sum(matrix @ matrix))
    return (lambda: float(product())), 2 * size**3


def operations(network):
    """Multiplications and additions of one iteration: the convolutions, forward and back to the picture."""
    total, height, width = 0, HEIGHT, WIDTH
    for layer in LAYER_NAMES[: LAYER_NAMES.index(CONTENT_LAYER) + 1]:
        if layer in CONVOLUTION_NAMES:
            total += 2 * height * width * network.weights[layer][0].size
        else:
            height, width = height // 2, width // 2
    return 2 * total


def compare_iterations(rounds):
    full = random_network(1.0)
    product, product_operations = matrix_product()
    os.environ[BFLOAT16_VARIABLE] = "force"  # elsewhere it is refused where it is slower; here that is measured
    candidates = {
        "usual loop": usual_loop(),
        "vgg19 float32": our_loop(full),
        "vgg19 bfloat16": our_loop(random_network(1.0, precision="bfloat16")),
        "compact float32": our_loop(load_network()),
        "compact bfloat16": our_loop(load_network(precision="bfloat16")),
        "matrix product": product,
    }
    seconds = take_turns(candidates, rounds)
    print(f"One iteration at {HEIGHT}×{WIDTH}, {rounds} rounds; the ratio to the usual loop: median (least … most)\n")
    for name in candidates:
        ratios = [mine / usual for mine, usual in zip(seconds[name], seconds["usual loop"], strict=True)]
        if name != "matrix product":
            aim = f"   target ≤ {TARGETS[name]}" if name in TARGETS else ""
            print(f"  {name:18}{spread(ratios)}{aim}   {1000 * median(seconds[name]):7.0f} ms")
    rates = [operations(full) / mine / (product_operations / theirs)
             for mine, theirs in zip(seconds["vgg19 float32"], seconds["matrix product"], strict=True)]
    print(f"\n  arithmetic rate of vgg19 float32 over a 4096² matrix product's: {spread(rates)}   target ≥ 0.8")


def take_turns(candidates, rounds):
    """{name: seconds of each round}; the first call of each compiles and does not count."""
    for run in candidates.values():
        run()
    seconds = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, run in candidates.items():
            start = perf_counter()
            run()
            seconds[name].append(perf_counter() - start)
    return seconds


def spread(values):
    return f"{median(values):6.3f} ({min(values):.3f} … {max(values):.3f})"


# Whole transfers and memory, each in a process of its own


def measure_transfers():
    print(f"\nThe default transfer (compact, {Settings().iterations} iterations): computing time, the process's peak "
          "memory, and what\n`estimate` foretold, as a ratio\n")
    for size in SIZES:
        seconds, peak, told_seconds, told_peak = in_child("transfer", size)
        aim = "   target ≤ 30 s" if size == 512 else ""
        print(f"  {size:5} pixels   {seconds:6.1f} s   {peak:6.0f} MB   foretold {told_seconds / seconds:.2f} of the "
              f"time, {told_peak / peak:.2f} of the memory{aim}")


def measure_memory():
    print("\nMemory of an iteration with vgg19 above that of the idle process: linear in the pixels?\n")
    (_, idle), first = in_child("vgg19", 0), None
    for side in (512, 724, 1024):
        _, peak = in_child("vgg19", side)
        a_pixel = 1e6 * (peak - idle) / side**2
        first = first or a_pixel
        print(f"  {side:5}²   {peak - idle:7.0f} MB   {a_pixel / 1000:5.1f} kB a pixel, "
              f"{a_pixel / first:.2f} times the first row's")


def measure_large_styles(pairs=3):
    """Time and memory of a run must not follow the size of the style's file: the ratio of pairs in turns."""
    print("\nA transfer at 128 pixels with a large style picture, over one with a small one; decoding aside\n")
    rows = [[in_child("style", megapixels) for megapixels in MEGAPIXELS] for _ in range(pairs)]
    for name, place in (("computing time", 0), ("peak memory", 1)):
        ratios = [large[place] / small[place] for small, large in rows]
        print(f"  {name:16}{spread(ratios)}   target ≤ 1.1")


def in_child(kind, size):
    """(seconds, peak megabytes, …) of a piece of work in a fresh process."""
    command = [sys.executable, __file__, "--child", f"{kind},{size}"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return tuple(float(number) for number in output.split())


def child(kind, size):
    """The other end of `in_child`."""
    size, told = float(size) if kind == "style" else int(size), ()
    if kind == "style":
        return print(*large_style(size))
    if kind == "transfer":
        # The largest shipped pictures; enlarged, so that 1024 pixels are really computed.
        content, style = shipped_picture("raccoon"), shipped_picture("stained_glass")
        content = enlarged(content, size)
        needed = estimate(Settings(size=size), *content.shape[:2])
        told = needed.seconds, needed.bytes / 1e6
        start = perf_counter()
        transfer(content, style, Settings(size=size))
    else:
        start = perf_counter()
        step = our_loop(random_network(1.0), max(size, 16), max(size, 16))
        step()
        step()
    seconds = perf_counter() - start
    print(seconds, peak_bytes() / 1e6, *told)


def large_style(megapixels):
    """(seconds, megabytes without the picture's own) of a run at 128 pixels in this process."""
    width = round((1e6 * megapixels * 4 / 3) ** 0.5)
    picture, style = shipped_picture("woodcut"), np.empty((width * 3 // 4, width, 3), np.float32)
    picture = np.tile(picture, (1, -(-width // picture.shape[1]), 1))[:, :width]
    for top in range(0, len(style), len(picture)):  # piece by piece: what takes memory before counts as well
        style[top : top + len(picture)] = picture[: len(style) - top]
    content, settings = shipped_picture("temple"), Settings(size=128)
    transfer(content, content, settings)  # what is compiled once is not the picture's
    start = process_time()  # whatever else goes on beside it
    transfer(content, style, settings)
    return process_time() - start, (peak_bytes() - style.nbytes) / 1e6


def peak_bytes():
    """The most memory that this process has held. (What getrusage tells on Linux begins with the parent's.)"""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return 1024 * int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts bytes


def enlarged(image, size):
    factor = max(1.0, size / max(image.shape[:2]))
    return resize_image(image, round(image.shape[0] * factor), round(image.shape[1] * factor))


if __name__ == "__main__":
    main()
