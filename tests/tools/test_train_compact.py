"""tools/train_compact.py on an archive like Tiny ImageNet's with four classes of stripes."""

import importlib
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_helpers.backend import tf
from nst_helpers.networks import CONVOLUTION_NAMES, BinomialPooling2D, FeatureNetwork, load_network

WNIDS = ("n00000001", "n00000002", "n00000003", "n00000004")
pytestmark = pytest.mark.slow  # nothing else needs the training, and it changes rarely
TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture(scope="module")
def tool():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TOOLS)
        module = importlib.import_module("train_compact")
        for part in ("recipe", "backends", "pictures", "classifier", "training", "file"):
            setattr(module, part, importlib.import_module(f"compact.{part}"))
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
                picture = stripes(number, generator, gray=place == 0)
                file.writestr(f"{root}/train/{wnid}/images/{wnid}_{place}.JPEG", picture)
            file.writestr(f"{root}/train/{wnid}/{wnid}_boxes.txt", f"{wnid}_0.JPEG\t0\t0\t63\t63\n")
            for place in range(4):
                name = f"val_{place * 4 + number}.JPEG"
                file.writestr(f"{root}/val/images/{name}", stripes(number, generator))
                annotations.append(f"{name}\t{wnid}\t0\t0\t63\t63\n")
        file.writestr(f"{root}/val/val_annotations.txt", "".join(annotations))
    return path


def stripes(number, generator, gray=False):
    """A JPEG of 64×64: stripes whose period and colour tell the class."""
    wave = np.sin(np.arange(64) * 2 * np.pi / (4, 8, 16, 32)[number] + generator.uniform(0, 6))
    color = np.array([(90, 0, 0), (0, 90, 0), (0, 0, 90), (60, 60, 0)])[number]
    pixels = 120 + wave[None, :, None] * color + generator.normal(0, 10, (64, 64, 3))
    buffer = io.BytesIO()
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    (image.convert("L") if gray else image).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def trained(tool, archive, tmp_path_factory):
    """(the work folder, the weight file) of an uninterrupted run of the command."""
    folder = tmp_path_factory.mktemp("trained")
    tool.main([str(archive), "--smoke", "--work", str(folder), "--output", str(folder / "compact.npz")])
    return folder, folder / "compact.npz"


def training_in(folder, tool, archive):
    """The training whose state lies in a folder."""
    training = tool.training.Training(tool.recipe.SMOKE, *tool.pictures.read_archive(archive, folder), folder)
    training.resume()
    training.settle()
    return training


def test_the_archive_is_read_whole(tool, archive, tmp_path):
    train, validation, classes = tool.pictures.read_archive(archive, tmp_path)
    assert classes == 4
    assert train.pictures.shape == (96, 64, 64, 3) and validation.pictures.shape == (16, 64, 64, 3)
    assert np.bincount(train.labels).tolist() == [24] * 4
    stripes_in = np.var(validation.pictures.astype(float), axis=(1, 2)).argmax(axis=-1)  # the colour channel
    pure = validation.labels < 3
    assert np.all(stripes_in[pure] == validation.labels[pure])


def test_the_loss_falls_and_the_card_tells(tool, archive, trained):
    folder, path = trained
    curve = training_in(folder, tool, archive).curve
    small = [line["loss"] for line in curve if line["side"] == 32]
    assert len(curve) == 5 and small[-1] < 0.9 * small[0]
    assert [("accuracy" in line) for line in curve] == [False, False, False, True, True]  # where a phase ends
    card = path.with_suffix(".md").read_text(encoding="utf-8")
    assert re.search(r"\| 5 \| 48 \|", card) and "rounded to float16" in card and "{" not in card
    assert "4 × 32, 1 × 48" in card and "TensorFlow" in card


def as_network(tool, training):
    """The trained classifier as a feature network, folded but neither rescaled nor rounded."""
    weights = tool.file.folded(training.model)
    return FeatureNetwork("compact", weights, tool.recipe.MEAN, tool.recipe.SCALE, pooling=tool.recipe.SMOKE.pooling)


def test_the_file_sees_what_the_classifier_saw(tool, archive, trained):
    """Up to one factor a layer, and to the precision of float16; pooling here is pooling there."""
    folder, path = trained
    training = training_in(folder, tool, archive)
    pictures = training.validation.pictures[:2].astype(np.float32)
    model = tool.classifier.build_classifier(tool.recipe.SMOKE, 4, 64)
    model.set_weights(training.model.get_weights())
    layers = [model.get_layer(f"{name}_relu").output for name in CONVOLUTION_NAMES]
    unfolded = tool.keras.Model(model.input, layers)((pictures - 117) / 58)
    network = load_network(weights=path, pooling=tool.recipe.SMOKE.pooling)
    for place, picture in enumerate(pictures):
        for features, name in zip(unfolded, CONVOLUTION_NAMES, strict=True):
            before, after = features[place].numpy(), network(picture, [name])[name].numpy()
            factor = np.vdot(before, after) / np.vdot(before, before)
            assert np.linalg.norm(after - factor * before) < 6e-3 * np.linalg.norm(after), name


def test_folding_is_exact_in_float32(tool, archive, trained):
    training = training_in(trained[0], tool, archive)
    network, model = as_network(tool, training), training.model
    dense = [v.numpy() for v in model.get_layer("classes").weights]
    inputs = ((training.validation.pictures[3].astype(np.float32) - 117) / 58)[None]
    logits = tool.file.as_classifier(network, dense, 1.0)(inputs)
    np.testing.assert_allclose(logits, model(inputs), rtol=1e-3, atol=1e-4)


def test_both_forms_of_the_pooling_agree(tool):
    features = np.random.default_rng(0).normal(size=(2, 8, 12, 3)).astype(np.float32)
    np.testing.assert_allclose(tool.classifier.BinomialPooling()(features), BinomialPooling2D()(features), atol=1e-6)


def test_an_interrupted_training_goes_on_where_it_was(tool, archive, trained, tmp_path, monkeypatch):
    """Interrupted between two checkpoints, in the middle of an epoch, and started again: the same weights."""
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
    resumed.settle()
    whole = training_in(trained[0], tool, archive)
    assert resumed.step == whole.step == whole.steps
    for ours, theirs in zip(resumed.model.get_weights(), whole.model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
    losses = [[line["loss"] for line in training.curve] for training in (resumed, whole)]
    np.testing.assert_allclose(*losses, rtol=1e-4)


def test_another_recipe_does_not_carry_on(tool, archive, trained):
    with pytest.raises(SystemExit, match="another recipe"):
        tool.main([str(archive), "--smoke", "--set", "seed=1", "--work", str(trained[0])])


def test_a_number_that_no_recipe_has_is_refused(tool, archive, tmp_path):
    with pytest.raises(SystemExit, match=r"no epochs; it has phases"):
        tool.main([str(archive), "--set", "epochs=3", "--work", str(tmp_path)])


def test_the_attack_stays_in_its_box_and_raises_the_loss(tool):
    """On a loss whose gradient is known: the sum of a plane wave times the picture."""
    wave = np.sin(np.arange(48) + 0.5).astype(np.float32)[None, None, :, None] * np.ones((2, 8, 48, 3), np.float32)
    batch, recipe = tf.zeros_like(wave), tool.recipe.Recipe(attack=5.8, attack_steps=3, attack_step=3.0)
    random = tool.backends.Randomness(0, 0)
    changed = tool.classifier.attacked(lambda x: tf.reduce_sum(x * wave), batch, recipe, random).numpy()
    assert np.abs(changed).max() <= 0.1 + 1e-6
    np.testing.assert_allclose(changed, 0.1 * np.sign(wave), atol=1e-6)  # long enough steps reach the corner


def test_the_descent_is_that_of_keras(tool):
    """Over steps through the rise and the fall of the rate, a long gradient among them; biases do not decay."""
    recipe, steps = tool.recipe.Recipe(warmup_steps=3), 12
    generator = np.random.default_rng(0)
    start = [generator.normal(size=(3, 4)).astype(np.float32), generator.normal(size=4).astype(np.float32)]
    gradients = [[length * generator.normal(size=w.shape).astype(np.float32) for w in start]
                 for length in (0.1, 9.0, *[0.3] * 10)]
    variables = [tool.keras.Variable(w, name=name) for w, name in zip(start, ("kernel", "bias"), strict=True)]
    rate = tool.keras.optimizers.schedules.CosineDecay(0.0, steps - 3, warmup_target=0.1, warmup_steps=3)
    theirs = tool.keras.optimizers.SGD(rate, 0.9, nesterov=True, weight_decay=5e-3, global_clipnorm=2.0)
    theirs.exclude_from_weight_decay(var_names=["bias"])
    weights, velocities = start, [np.zeros_like(w) for w in start]
    for number, gradient in enumerate(gradients):
        theirs.apply(list(map(tf.constant, gradient)), variables)
        weights, velocities = tool.classifier.descended(
            weights, velocities, gradient, tool.classifier.learning_rate(recipe, number, steps), recipe)
        for ours, their in zip(weights, variables, strict=True):
            np.testing.assert_allclose(ours, their.numpy(), rtol=1e-4, atol=1e-6)


def test_random_changes_depend_on_seed_and_step_only(tool):
    pictures = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), np.uint8)

    def changed(seed, step):
        return np.asarray(tool.pictures.augment(pictures, tool.recipe.SMOKE, tool.backends.Randomness(seed, step), 96))

    here = changed(0, 5)
    assert here.shape == (4, 96, 96, 3)
    np.testing.assert_array_equal(here, changed(0, 5))
    for other in (changed(0, 6), changed(1, 5)):
        assert np.abs(here - other).mean() > 0.05


def test_a_batch_keeps_its_pictures_apart(tool):
    """Crops of a flat picture are flat, in that picture's color."""
    colors = np.arange(5, dtype=np.float32)
    batch = np.broadcast_to(colors[:, None, None, None], (5, 64, 64, 3))
    crops = np.asarray(tool.pictures.random_crops(tf.constant(batch), (0.35, 0.8), 96, tool.backends.Randomness(0, 0)))
    assert crops.shape == (5, 96, 96, 3)
    np.testing.assert_allclose(crops, np.broadcast_to(batch[:, :1, :1], crops.shape), atol=1e-5)


def test_a_crop_of_a_ramp_is_a_ramp(tool):
    """Places are kept: the picture x ↦ x, enlarged whole, is linear again, and half as steep at twice the size."""
    ramp = np.broadcast_to(np.arange(64, dtype=np.float32)[None, None, :, None], (1, 64, 64, 3))
    whole = np.asarray(tool.pictures.enlarged(ramp, 128))
    np.testing.assert_allclose(np.diff(whole[0, 5, 1:-1, 0]), 0.5, atol=1e-4)
