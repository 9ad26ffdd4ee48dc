"""tools/train_compact.py on an archive like Tiny ImageNet's with four classes of stripes."""

import importlib.util
import io
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_helpers.backend import tf
from nst_helpers.networks import CONVOLUTION_NAMES, FeatureNetwork, load_network

WNIDS = ("n00000001", "n00000002", "n00000003", "n00000004")
TOOL = Path(__file__).resolve().parent.parent / "tools" / "train_compact.py"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("train_compact", TOOL)
    module = sys.modules["train_compact"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A zip in the layout of tiny-imagenet-200.zip: 96 pictures to learn from (four grey), 16 to validate."""
    path, root = tmp_path_factory.mktemp("archive") / "tiny-imagenet-200.zip", "tiny-imagenet-200"
    generator = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{root}/wnids.txt", "\n".join(WNIDS) + "\n")
        file.writestr(f"{root}/words.txt", "".join(f"{wnid}\tstripes\n" for wnid in WNIDS))
        annotations = []
        for number, wnid in enumerate(WNIDS):
            for place in range(24):
                picture = stripes(number, generator, grey=place == 0)
                file.writestr(f"{root}/train/{wnid}/images/{wnid}_{place}.JPEG", picture)
            file.writestr(f"{root}/train/{wnid}/{wnid}_boxes.txt", f"{wnid}_0.JPEG\t0\t0\t63\t63\n")
            for place in range(4):
                name = f"val_{place * 4 + number}.JPEG"
                file.writestr(f"{root}/val/images/{name}", stripes(number, generator))
                annotations.append(f"{name}\t{wnid}\t0\t0\t63\t63\n")
        file.writestr(f"{root}/val/val_annotations.txt", "".join(annotations))
    return path


def stripes(number, generator, grey=False):
    """A JPEG of 64×64: stripes whose period and colour tell the class."""
    wave = np.sin(np.arange(64) * 2 * np.pi / (4, 8, 16, 32)[number] + generator.uniform(0, 6))
    colour = np.array([(90, 0, 0), (0, 90, 0), (0, 0, 90), (60, 60, 0)])[number]
    pixels = 120 + wave[None, :, None] * colour + generator.normal(0, 10, (64, 64, 3))
    buffer = io.BytesIO()
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    (image.convert("L") if grey else image).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def trained(tool, archive, tmp_path_factory):
    """(the work folder, the weight file) of an uninterrupted run of the command."""
    folder = tmp_path_factory.mktemp("trained")
    tool.main([str(archive), "--smoke", "--work", str(folder), "--output", str(folder / "compact.npz")])
    return folder, folder / "compact.npz"


def training_in(folder, tool, archive):
    """The training whose state lies in a folder."""
    training = tool.Training(tool.SMOKE, *tool.read_archive(archive, folder), folder)
    training.resume()
    return training


def test_the_archive_is_read_whole(tool, archive, tmp_path):
    train, validation, classes = tool.read_archive(archive, tmp_path)
    assert classes == 4
    assert train.pictures.shape == (96, 64, 64, 3) and validation.pictures.shape == (16, 64, 64, 3)
    assert np.bincount(train.labels).tolist() == [24] * 4
    stripes_in = np.var(validation.pictures.astype(float), axis=(1, 2)).argmax(axis=-1)  # the colour channel
    pure = validation.labels < 3
    assert np.all(stripes_in[pure] == validation.labels[pure])


def test_the_loss_falls_and_the_card_tells(tool, archive, trained):
    folder, path = trained
    curve = training_in(folder, tool, archive).curve
    small = [line["loss"] for line in curve if line["side"] == 64]
    assert len(curve) == 6 and small[-1] < 0.9 * small[0]
    card = path.with_suffix(".md").read_text(encoding="utf-8")
    assert re.search(r"\| 6 \| 96 \|", card) and "rounded to float16" in card and "{" not in card


def test_the_folded_network_sees_what_the_classifier_saw(tool, archive, trained):
    """Up to one factor a layer, and to the precision of float16."""
    folder, path = trained
    training = training_in(folder, tool, archive)
    model, pictures = tool.in_float32(training.model, tool.SMOKE), training.validation.pictures[:2]
    layers = [model.get_layer(f"{name}_relu").output for name in CONVOLUTION_NAMES]
    unfolded = tool.keras.Model(model.input, layers)((pictures.astype(np.float32) - 117) / 58)
    network = load_network(weights=path)
    for place, picture in enumerate(pictures.astype(np.float32)):
        for features, name in zip(unfolded, CONVOLUTION_NAMES, strict=True):
            before, after = features[place].numpy(), network(picture, [name])[name].numpy()
            factor = np.vdot(before, after) / np.vdot(before, before)
            assert np.linalg.norm(after - factor * before) < 3e-3 * np.linalg.norm(after), name


def test_folding_is_exact_in_float32(tool, archive, trained):
    training = training_in(trained[0], tool, archive)
    model = tool.in_float32(training.model, tool.SMOKE)
    picture = training.validation.pictures[3].astype(np.float32)
    network = FeatureNetwork("compact", tool.folded(model), tool.MEAN, tool.SCALE)
    last = CONVOLUTION_NAMES[-1]
    dense = [v.numpy() for v in model.get_layer("classes").weights]
    inputs = ((picture - 117) / 58)[None]
    logits = tool.as_classifier(network, dense, 1.0)(inputs)
    np.testing.assert_allclose(logits, model(inputs), rtol=1e-3, atol=1e-4)
    assert network(picture, [last])[last].shape == (4, 4, 32)


def test_an_interrupted_training_ends_at_the_same_weights(tool, archive, trained, tmp_path, monkeypatch):
    """Interrupted between two checkpoints, in the middle of an epoch, and started again."""
    training = training_in(tmp_path, tool, archive)
    batch_of = training._batch

    def batch_or_interrupt(step):
        if step == 11:
            raise KeyboardInterrupt
        return batch_of(step)

    monkeypatch.setattr(training, "_batch", batch_or_interrupt)
    with pytest.raises(KeyboardInterrupt):
        training.run(save_every=4)
    resumed = training_in(tmp_path, tool, archive)
    assert resumed.step == 8
    resumed.run()
    whole = training_in(trained[0], tool, archive)
    assert resumed.step == whole.step == whole.steps
    for ours, theirs in zip(resumed.model.get_weights(), whole.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert [line["loss"] for line in resumed.curve] == [line["loss"] for line in whole.curve]


def test_another_recipe_does_not_carry_on(tool, archive, trained):
    with pytest.raises(SystemExit, match="another recipe"):
        tool.main([str(archive), "--smoke", "--seed", "1", "--work", str(trained[0])])


def test_random_changes_depend_on_seed_and_step_only(tool):
    pictures = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), np.uint8)
    here = tool.augment(pictures, tool.SMOKE, 5, large=True)
    assert here.shape == (4, 96, 96, 3)
    np.testing.assert_array_equal(here, tool.augment(pictures, tool.SMOKE, 5, large=True))
    for other in (tool.augment(pictures, tool.SMOKE, 6, large=True),
                  tool.augment(pictures, tool.Recipe(seed=1), 5, large=True)):
        assert float(tf.reduce_mean(tf.abs(here - other))) > 0.05


def test_a_batch_keeps_its_pictures_apart(tool):
    """Crops of a flat picture are flat, in that picture's colour."""
    colours = np.arange(5, dtype=np.float32)
    batch = np.broadcast_to(colours[:, None, None, None], (5, 64, 64, 3))
    crops = tool.random_crops(tf.constant(batch), (0.35, 0.8), 96, tool.Randomness(0, 0))
    assert crops.shape == (5, 96, 96, 3)
    np.testing.assert_allclose(crops, np.broadcast_to(batch[:, :1, :1], crops.shape), atol=1e-5)
