"""What can be read from a layer by weighted sums: the class of a picture, for three sets of weights (lesson 02).

    python tools/feature_probe.py tiny-imagenet-200.zip     writes data/features/probe.json; half an hour on two cores

2,000 validation pictures of Tiny ImageNet, 50 each of every fifth class: the robust and the plain network were trained
on other pictures of these classes. Kernel ridge regression on all values of a layer, their
positions kept, or on the mean of each channel; five folds; the best of eleven regularizations for each (Alain, Bengio,
"Understanding intermediate layers using linear classifier probes", 2016).
"""

import io
import json
import sys
import zipfile

import numpy as np
from PIL import Image

from nst_helpers.networks import data_folder, load_network, random_network
from nst_helpers.system import write_whole

LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1", "conv5_4")
NETWORKS = {"robust": load_network, "plain": lambda: load_network("plain"), "random": random_network}
FOLDS, EVERY, AT_ONCE = 5, 5, 100


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
    """Top-1 over five folds, at the best regularization."""
    centered = features - features.mean(axis=0)
    kernel = (centered @ centered.T).astype(float)
    kernel /= np.trace(kernel) / len(kernel)
    wanted, folds = np.eye(labels.max() + 1)[labels] - 1 / (labels.max() + 1), np.arange(len(labels)) % FOLDS
    return max(_hits(kernel, wanted, labels, folds, strength) for strength in 10.0 ** np.arange(-3, 2.1, 0.5))


def _hits(kernel, wanted, labels, folds, strength):
    hits = 0
    for fold in range(FOLDS):
        fit, test = folds != fold, folds == fold
        weights = np.linalg.solve(kernel[np.ix_(fit, fit)] + strength * np.eye(fit.sum()), wanted[fit])
        hits += (np.argmax(kernel[np.ix_(test, fit)] @ weights, axis=1) == labels[test]).sum()
    return float(hits / len(labels))


if __name__ == "__main__":
    main(sys.argv[1])
