"""What can be read from a layer by weighted sums: the class of a picture, for three sets of weights (lesson 02).

    python tools/feature_probe.py tiny-imagenet-200.zip     writes data/features/probe.json; half an hour on two cores

2,000 validation pictures of Tiny ImageNet, 50 each of every fifth class: the robust and the plain network were trained
on other pictures of these classes. Kernel ridge regression on all values of a layer, their positions kept, or on the
mean of each channel. Each of five folds is judged by a fit to the other four, which choose one of eleven penalties on
large weights by five folds of their own: nested cross-validation (Varma and Simon, "Bias in error estimation when using
cross-validation for model selection", 2006). The probe is that of Alain and Bengio, "Understanding intermediate layers
using linear classifier probes", 2016.
"""

import io
import json
import sys
import zipfile

import numpy as np
from PIL import Image
from scipy.linalg import solve

from nst_helpers.networks import data_folder, load_network, random_network
from nst_helpers.system import write_whole

LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1", "conv5_4")
NETWORKS = {"robust": load_network, "plain": lambda: load_network("plain"), "random": random_network}
FOLDS, EVERY, AT_ONCE = 5, 5, 100
STRENGTHS = 10.0 ** np.arange(-3, 2.1, 0.5)


def main(path):
    pictures, labels = read(path)
    scores = {"pixels": accuracy(pictures.reshape(len(pictures), -1), labels)}
    for name, make in NETWORKS.items():
        for layer in LAYERS:
            features = maps(make(), layer, pictures)
            scores[f"{name} {layer}"] = {"position kept": accuracy(features.reshape(len(features), -1), labels),
                                         "channel means": accuracy(features.mean(axis=(1, 2)), labels)}
            print(name, layer, scores[f"{name} {layer}"], flush=True)
    told = {"pictures": len(labels), "classes": int(labels.max()) + 1, "top-1": scores}
    write_whole(data_folder() / "features" / "probe.json", (json.dumps(told, indent=1) + "\n").encode())


def read(path):
    """(pictures (n, 64, 64, 3) float32, labels (n)), in random order."""
    with zipfile.ZipFile(path) as archive:
        lines = archive.read("tiny-imagenet-200/val/val_annotations.txt").decode().splitlines()
        rows = [line.split("\t")[:2] for line in lines]
        classes = sorted({name for _, name in rows})[::EVERY]
        rows = [(file, name) for file, name in rows if name in classes]
        files = (archive.read(f"tiny-imagenet-200/val/images/{file}") for file, _ in rows)
        pictures = np.stack([np.asarray(Image.open(io.BytesIO(file)).convert("RGB"), np.float32) for file in files])
    order = np.random.default_rng(0).permutation(len(rows))
    return pictures[order], np.array([classes.index(name) for _, name in rows])[order]


def maps(network, layer, pictures):
    """The feature maps of all pictures, (n, height, width, channels)."""
    model = network.cut([layer])
    batches = (pictures[first : first + AT_ONCE] for first in range(0, len(pictures), AT_ONCE))
    return np.concatenate([model((batch - network.mean) / network.scale)[layer] for batch in batches])


def accuracy(features, labels):
    """The share of pictures, in [0, 1], whose class a fit to the other folds names, at the penalty these choose."""
    shifted = features - features.mean(axis=0)  # keeps the digits of float32; each fit takes off its own means
    kernel, right = (shifted @ shifted.T).astype(float), 0
    for fit, test in parts(np.arange(len(labels))):
        (told,) = scores(kernel, labels, fit, test, [best_strength(kernel, labels, fit)])
        right += np.sum(told.argmax(axis=1) == labels[test])
    return float(right / len(labels))


def best_strength(kernel, labels, chosen):
    """The penalty that names most classes in folds of the pictures `chosen` alone: no other picture has a say."""
    hits = np.zeros(len(STRENGTHS))
    for fit, test in parts(chosen):
        hits += [np.sum(told.argmax(axis=1) == labels[test]) for told in scores(kernel, labels, fit, test, STRENGTHS)]
    return STRENGTHS[hits.argmax()]


def scores(kernel, labels, fit, test, strengths):
    """For each penalty (tests, classes): ridge regression, with means and scale of the features of `fit` only."""
    rows, means = kernel[:, fit], kernel[np.ix_(fit, fit)].mean(axis=0)
    centered = rows - rows.mean(axis=1, keepdims=True) - means + means.mean()
    centered /= np.trace(centered[fit]) / len(fit)
    classes = labels.max() + 1
    wanted = np.eye(classes)[labels[fit]] - 1 / classes
    return [centered[test] @ solve(centered[fit] + strength * np.eye(len(fit)), wanted, assume_a="pos")
            for strength in strengths]


def parts(pictures):
    """FOLDS pairs (the others, every FOLDS-th) of an array of indices."""
    fold = np.arange(len(pictures)) % FOLDS
    return [(pictures[fold != each], pictures[fold == each]) for each in range(FOLDS)]


if __name__ == "__main__":
    main(sys.argv[1])
