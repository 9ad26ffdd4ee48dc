"""The pictures to learn from: out of the archive, and changed at random for each batch."""

import io
import zipfile
from dataclasses import dataclass

import numpy as np
from keras import ops
from PIL import Image

from .recipe import MEAN, SCALE, SIDE


@dataclass(frozen=True)
class Pictures:
    """Pictures (number, 64, 64, 3) uint8 and their classes (number,) int32."""

    pictures: np.ndarray
    labels: np.ndarray

    def __len__(self):
        return len(self.labels)

    def first(self, number):
        return Pictures(self.pictures[:number], self.labels[:number])


def read_archive(path, folder):
    """(training pictures, validation pictures, classes) of the archive, decoded once and kept in a folder."""
    with zipfile.ZipFile(path) as archive:
        list_of_classes = next(name for name in archive.namelist() if name.endswith("wnids.txt"))
        root = list_of_classes.removesuffix("wnids.txt")  # "tiny-imagenet-200/"
        classes = {wnid: number for number, wnid in enumerate(archive.read(list_of_classes).decode().split())}
        train = {name: classes[name.removeprefix(root).split("/")[1]] for name in archive.namelist()
                 if name.startswith(f"{root}train/") and name.endswith(".JPEG")}
        lines = archive.read(f"{root}val/val_annotations.txt").decode().splitlines()
        fields = [line.split("\t") for line in lines if line]
        validation = {f"{root}val/images/{name}": classes[wnid] for name, wnid, *_ in fields}
        _decode(archive, train, folder / "train.npz")
        _decode(archive, validation, folder / "val.npz")
    return read_pictures(folder)


def read_pictures(folder):
    """(training pictures, validation pictures, classes) as an earlier `read_archive` left them in a folder."""
    train, validation = (Pictures(**np.load(folder / name)) for name in ("train.npz", "val.npz"))
    return train, validation, int(train.labels.max()) + 1


def _decode(archive, labels, path):
    """Write the pictures {name in the archive: class} as arrays, unless an earlier run has."""
    if path.is_file() and len(np.load(path)["labels"]) == len(labels):
        return
    pixels = np.empty((len(labels), SIDE, SIDE, 3), np.uint8)
    for place, name in enumerate(labels):
        with Image.open(io.BytesIO(archive.read(name))) as image:
            pixels[place] = image.convert("RGB")  # some of them are grey
    partial = path.with_name("partial.npz")
    np.savez(partial, pictures=pixels, labels=np.array(list(labels.values()), np.int32))
    partial.replace(path)


# Random changes to a batch


def augment(pictures, recipe, random, side):
    """Random versions of a batch (batch, 64, 64, 3), 0–255, as the network takes them: (batch, side, side, 3)."""
    shares = recipe.large_crop if side > SIDE else recipe.crop
    batch = random_crops(ops.cast(pictures, "float32"), shares, side, random)
    return random_light((batch - MEAN) / SCALE, recipe, random)


def random_crops(batch, shares, side, random):
    """Crops with a random share of the picture's area, half of them mirrored, at side × side pixels."""
    number = len(batch)
    area, aspect = random((number,), *shares), ops.exp(random((number,), -0.2, 0.2))
    height, width = ops.minimum(1.0, ops.sqrt(area * aspect)), ops.minimum(1.0, ops.sqrt(area / aspect))
    top, left = random((number,)) * (1 - height), random((number,)) * (1 - width)
    mirrored = random((number,)) < 0.5
    rows = _interpolation(top, top + height, side)
    columns = _interpolation(ops.where(mirrored, left + width, left), ops.where(mirrored, left, left + width), side)
    batch = ops.einsum("bih,bhwc->biwc", rows, batch)
    return ops.einsum("bjw,biwc->bijc", columns, batch)


def _interpolation(start, end, side):
    """(batch, side, 64): the matrices that read a line of 64 pixels linearly from a start to an end in 0–1."""
    places = (ops.arange(side, dtype="float32") + 0.5) / side  # the middles of the new pixels
    places = (start[:, None] + (end - start)[:, None] * places) * SIDE - 0.5
    places = ops.clip(places, 0.0, SIDE - 1.0)[:, :, None]
    return ops.relu(1.0 - ops.abs(places - ops.arange(SIDE, dtype="float32")))


def random_light(batch, recipe, random):
    """Every picture brighter or darker, and its three channels shifted."""
    number = len(batch)
    factor = random((number, 1, 1, 1), 1 - recipe.brightness, 1 + recipe.brightness)
    return batch * factor + random((number, 1, 1, 3), -recipe.channel_shift, recipe.channel_shift)


def enlarged(pictures, side):
    """A batch (batch, 64, 64, 3) of the archive's pictures at side × side pixels, float32, 0–255."""
    pictures = ops.cast(pictures, "float32")
    whole = _interpolation(ops.zeros(1), ops.ones(1), side)[0]
    return ops.einsum("ih,jw,bhwc->bijc", whole, whole, pictures)
