"""The networks: what they compute, how far they see, where their weights come from, and what is refused."""

import ast
import hashlib
import shutil
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from keras_weights import random_vgg, write_old_layout
from scipy.signal import correlate

from nst_helpers import networks
from nst_helpers import precision as precision_module
from nst_helpers import weights as weights_module
from nst_helpers.architecture import CONVOLUTION_NAMES, CONVOLUTIONS, LAYER_NAMES
from nst_helpers.backend import keras, tf
from nst_helpers.images import ImageError
from nst_helpers.networks import BinomialPooling2D, NetworkError, load_network, random_network

# What it computes

def test_the_layers_are_those_of_vgg19(compact):
    assert len(CONVOLUTION_NAMES) == 16
    assert compact.layer_names[:4] == ("conv1_1", "conv1_2", "pool1", "conv2_1")
    assert compact.layer_names[-2:] == ("conv5_4", "pool5")
    assert compact.parameters == sum(array.size for pair in compact.weights.values() for array in pair) == 1_252_880
    assert [compact.channels(f"conv{block}_1") for block in range(1, 6)] == [16, 32, 64, 128, 128]
    assert compact.channels("pool3") == 64


def test_shapes_and_exactly_the_layers_asked_for(compact, photograph):
    features = compact(photograph, ["conv3_2", "conv1_1", "pool2"])
    assert {layer: tuple(f.shape) for layer, f in features.items()} == {
        "conv3_2": (16, 24, 64), "conv1_1": (64, 96, 16), "pool2": (16, 24, 32)}
    assert all(f.dtype == tf.float32 and float(tf.reduce_min(f)) >= 0 for f in features.values())
    assert set(compact(photograph, "conv1_1")) == {"conv1_1"}


def test_the_first_two_layers_against_scipy(compact, photograph):
    """Preprocessing, cross-correlation with zero padding, bias, ReLU, average pooling: by another library."""
    def convolution(features, layer):
        kernel, bias = compact.weights[layer]
        padded = np.pad(features, ((1, 1), (1, 1), (0, 0)))
        maps = [correlate(padded, kernel[..., c], mode="valid")[..., 0] for c in range(kernel.shape[-1])]
        return np.maximum(np.stack(maps, axis=-1) + bias, 0)

    first = convolution((photograph - compact.mean) / compact.scale, "conv1_1")
    second = convolution(first, "conv1_2")
    pooled = second.reshape(32, 2, 48, 2, 16).mean(axis=(1, 3))
    features = compact(photograph, ["conv1_1", "conv1_2", "pool1"])
    for layer, expected in zip(features, (first, second, pooled), strict=True):
        np.testing.assert_allclose(features[layer], expected, rtol=1e-4, atol=1e-4)


def test_max_pooling_takes_the_largest(photograph):
    features = load_network(pooling="max")(photograph, ["conv1_2", "pool1"])
    expected = features["conv1_2"].numpy().reshape(32, 2, 48, 2, 16).max(axis=(1, 3))
    np.testing.assert_array_equal(features["pool1"], expected)


def test_binomial_pooling_is_a_smooth_average(compact, photograph):
    """(1, 3, 3, 1)/8 in both directions at every second place, the edge repeated: by SciPy. What is flat stays flat."""
    features = load_network(pooling="binomial")(photograph, ["conv1_2", "pool1"])
    padded = np.pad(features["conv1_2"].numpy(), ((1, 1), (1, 1), (0, 0)), mode="edge")
    window = np.outer([1, 3, 3, 1], [1, 3, 3, 1])[:, :, np.newaxis] / 64
    np.testing.assert_allclose(features["pool1"], correlate(padded, window, "valid")[::2, ::2], rtol=1e-4, atol=1e-5)
    flat = BinomialPooling2D()(np.ones((1, 7, 10, 2), np.float32))  # odd: the last row is left out, as by 2×2
    np.testing.assert_allclose(flat, np.ones((1, 3, 5, 2)), rtol=1e-6)


def test_nothing_deeper_is_computed(compact):
    names = [layer.name for layer in compact.cut(["conv1_2", "conv3_1"]).layers if layer.name in LAYER_NAMES]
    assert names == list(LAYER_NAMES[: LAYER_NAMES.index("conv3_1") + 1])


def test_the_gradient_reaches_the_picture(compact, photograph):
    """The tape against a central difference along the gradient itself."""
    image = tf.constant(photograph)
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = tf.reduce_mean(compact(image, ["conv4_2"])["conv4_2"])
    gradient = tape.gradient(value, image)
    direction = gradient / tf.norm(gradient)

    def along(step):
        return float(tf.reduce_mean(compact(image + step * direction, ["conv4_2"])["conv4_2"]))

    assert (along(2.0) - along(-2.0)) / 4.0 == pytest.approx(float(tf.norm(gradient)), rel=0.02)


def test_the_same_inside_a_graph(compact, photograph):
    graph = tf.function(lambda image: compact(image, ["conv2_1"])["conv2_1"])
    eager = compact(photograph, ["conv2_1"])["conv2_1"]
    np.testing.assert_allclose(graph(tf.constant(photograph)), eager, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("layer", ["conv1_1", "conv1_2", "pool1", "conv2_2", "conv3_1", "pool3", "conv4_2"])
def test_receptive_field_by_perturbing_pixels(layer):
    """The pixels whose change reaches the middle value of the layer are a square of the formula's side."""
    network = random_network(width=1 / 16, seed=1)
    field = network.receptive_field(layer)
    side = 2 * network.smallest_size([layer]) * (1 + field // network.smallest_size([layer]))
    image = tf.random.stateless_uniform((side, side, 3), seed=(0, 1), maxval=255.0)
    with tf.GradientTape() as tape:
        tape.watch(image)
        features = network(image, [layer])[layer]
        # Random signs, so that no two influences cancel; every channel, so that no dead one hides a pixel.
        middle = tf.reduce_sum(features[features.shape[0] // 2, features.shape[1] // 2])
    influence = np.abs(tape.gradient(middle, image)).max(axis=(1, 2))
    reached = np.flatnonzero(influence > 1e-5 * influence.max())  # at the rim it is 1/400 or more; rounding is 1e-7
    assert reached.max() - reached.min() + 1 == field

    # Just inside the field a changed pixel changes the value; just outside it does not.
    def value(row):
        changed = image.numpy()
        changed[row] = 255 - changed[row]
        f = network(changed, [layer])[layer]
        return f[f.shape[0] // 2, f.shape[1] // 2].numpy()

    here = network(image, [layer])[layer][features.shape[0] // 2, features.shape[1] // 2].numpy()
    for inside, outside in ((reached.min(), reached.min() - 1), (reached.max(), reached.max() + 1)):
        assert np.abs(value(inside) - here).max() > 1e-5 * here.max()
        np.testing.assert_allclose(value(outside), here, rtol=0, atol=1e-5 * here.max())


def test_receptive_fields_of_vgg19(compact):
    """The values that are commonly published for VGG-19."""
    layers = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1", "pool5")
    fields = [compact.receptive_field(layer) for layer in layers]
    assert fields == [3, 10, 24, 68, 156, 268]


def test_compact_is_normalized(compact):
    """A mean activation of about one in every layer, over the shipped photographs."""
    pictures = [compact(picture, CONVOLUTION_NAMES) for picture in networks.calibration_pictures()]
    for layer in CONVOLUTION_NAMES:
        assert np.mean([np.mean(features[layer]) for features in pictures]) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_normalization_keeps_the_features_up_to_a_factor(pooling, photograph):
    network = random_network(width=1 / 16, pooling=pooling)
    other = network.normalized([photograph])
    for layer in CONVOLUTION_NAMES:
        before, after = (n(photograph, [layer])[layer].numpy() for n in (network, other))
        assert after.mean() == pytest.approx(1, rel=1e-3)
        np.testing.assert_allclose(after * before.mean(), before, rtol=1e-2, atol=1e-3 * before.max())


def test_bfloat16_agrees_to_its_precision(compact, photograph, monkeypatch):
    monkeypatch.setenv(networks.BFLOAT16_VARIABLE, "force")
    half = load_network(precision="bfloat16")(photograph, ["conv1_1", "conv4_1"])
    for layer, features in compact(photograph, ["conv1_1", "conv4_1"]).items():
        assert half[layer].dtype == tf.float32
        error = np.linalg.norm(half[layer] - features) / np.linalg.norm(features)
        assert 1e-4 < error < 0.02  # not the same computation, and a good approximation of it


@pytest.mark.parametrize(("seconds", "refused"), [({"float32": 0.01, "bfloat16": 0.087}, True),
                                                  ({"float32": 0.01, "bfloat16": 0.005}, False)])
def test_bfloat16_is_refused_where_it_is_slower(seconds, refused, monkeypatch):
    """With the measured ratio in the message; and not where somebody insists."""
    monkeypatch.delenv(networks.BFLOAT16_VARIABLE, raising=False)
    monkeypatch.setattr(precision_module, "_seconds_of_convolution", lambda dtype, repeats: seconds[dtype.name])
    networks.bfloat16_ratio.cache_clear()
    try:
        if refused:
            with pytest.raises(NetworkError, match=r"8\.7 times as long.*NST_BFLOAT16=force"):
                load_network(precision="bfloat16")
            monkeypatch.setenv(networks.BFLOAT16_VARIABLE, "force")
        assert load_network(precision="bfloat16").precision == "bfloat16"
    finally:
        networks.bfloat16_ratio.cache_clear()


def test_the_ratio_of_the_precisions_is_measured():
    assert 0.05 < networks.bfloat16_ratio() < 1000
    assert networks.bfloat16_ratio() == networks.bfloat16_ratio()  # once a process


def test_plain_is_another_network_of_the_same_form(compact, photograph):
    plain = load_network("plain")
    assert plain.name == "plain" and plain.parameters == compact.parameters


# What is refused

@pytest.mark.parametrize("call, says", [
    (lambda n: load_network("vgg16"), "'vgg16'.*compact, plain, vgg19"),
    (lambda n: load_network(pooling="median"), "'median'.*average, binomial, max"),
    (lambda n: load_network(precision="float16"), "'float16'.*float32, bfloat16"),
    (lambda n: n(np.zeros((32, 32, 3)), ["conv9_1"]), "'conv9_1'.*conv1_1, "),
    (lambda n: n(np.zeros((32, 32, 3)), []), "no layer"),
    (lambda n: n.channels("conv9_1"), "conv9_1"),
    (lambda n: n.receptive_field("relu1_1"), "relu1_1"),
])
def test_wrong_names(compact, call, says):
    with pytest.raises(NetworkError, match=says):
        call(compact)


@pytest.mark.parametrize("shape", [(32, 32), (32, 32, 4), (1, 32, 32, 3)])
def test_wrong_shapes(compact, shape):
    with pytest.raises(ImageError, match="height, width, 3"):
        compact(np.zeros(shape), ["conv1_1"])


def test_too_small_for_the_deepest_layer(compact):
    assert compact(np.zeros((16, 16, 3)), ["conv5_1"])["conv5_1"].shape == (1, 1, 128)
    with pytest.raises(ImageError, match="at least 16 pixels"):
        compact(np.zeros((15, 40, 3)), ["conv1_1", "conv5_1"])


# Where the weights come from

def test_compact_from_a_file_of_ones_own(tmp_path, compact, photograph):
    path = tmp_path / "copy.npz"
    shutil.copy(networks.data_folder() / "networks" / "compact.npz", path)
    np.testing.assert_array_equal(load_network(weights=path)(photograph, ["conv5_4"])["conv5_4"],
                                  compact(photograph, ["conv5_4"])["conv5_4"])


def compact_arrays():
    with np.load(networks.data_folder() / "networks" / "compact.npz") as file:
        return dict(file)


def without_a_layer(arrays):
    del arrays["conv4_3/kernel"]


def with_nan(arrays):
    arrays["conv2_1/kernel"][0, 0, 0, 0] = np.nan


def with_a_huge_value(arrays):
    arrays["conv2_1/bias"][0] = 6e4


def of_another_shape(arrays):
    arrays["conv3_1/kernel"] = arrays["conv3_1/kernel"][:, :, :-1]


@pytest.mark.parametrize("damage", [without_a_layer, with_nan, with_a_huge_value, of_another_shape])
def test_a_wrong_compact_file(tmp_path, damage):
    arrays = compact_arrays()
    damage(arrays)
    np.savez(tmp_path / "wrong.npz", **arrays)
    with pytest.raises(NetworkError, match=r"wrong\.npz"):
        load_network(weights=tmp_path / "wrong.npz")


@pytest.mark.parametrize("content", [b"", b"not a zip file", None])
def test_a_damaged_compact_file(tmp_path, content):
    whole = (networks.data_folder() / "networks" / "compact.npz").read_bytes()
    (tmp_path / "damaged.npz").write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(NetworkError, match=r"damaged\.npz"):
        load_network(weights=tmp_path / "damaged.npz")
    with pytest.raises(NetworkError, match=r"missing\.npz"):
        load_network(weights=tmp_path / "missing.npz")


@pytest.fixture
def no_vgg19(monkeypatch, tmp_path):
    """A computer without VGG-19's weights: nothing set, an empty cache, and a download that leads nowhere."""
    monkeypatch.delenv(networks.VGG19_VARIABLE, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(weights_module, "VGG19_URL", (tmp_path / "nowhere.h5").as_uri())
    return tmp_path


def is_the_stand_in(network, path):
    """Every layer equals the file's, up to the normalisation's factors and the turn from BGR to RGB."""
    stand_in = list(random_vgg(CONVOLUTIONS).values())
    for (kernel, _), (ours, _) in zip(stand_in, network.weights.values(), strict=True):
        kernel = kernel[:, :, ::-1] if kernel.shape[2] == 3 else kernel
        factor = ours.flat[0] / kernel.flat[0]
        np.testing.assert_allclose(ours, kernel * factor, rtol=1e-4)
    return True


def test_vgg19_from_the_argument(no_vgg19, vgg19_weights, photograph):
    network = load_network("vgg19", weights=vgg19_weights)
    assert is_the_stand_in(network, vgg19_weights)
    assert network.parameters == 20_024_384
    features = network(photograph, ["conv1_1", "conv5_1"])
    assert features["conv5_1"].shape == (4, 6, 512)
    assert float(tf.reduce_mean(features["conv1_1"])) == pytest.approx(1, abs=0.5)


def test_vgg19_equals_keras_with_its_own_preprocessing(no_vgg19, little_to_average, vgg19_weights, photograph):
    """Up to the normalisation, layer conv1_2 is what keras.applications computes from the same file."""
    model = keras.applications.VGG19(include_top=False, weights=None)
    model.load_weights(vgg19_weights)
    reference = keras.Model(model.input, model.get_layer("block1_conv2").output)
    theirs = reference(keras.applications.vgg19.preprocess_input(photograph.copy())[np.newaxis])[0].numpy()
    ours = load_network("vgg19", weights=vgg19_weights)(photograph, ["conv1_2"])["conv1_2"].numpy()
    np.testing.assert_allclose(ours / ours.mean(), theirs / theirs.mean(), rtol=1e-3, atol=1e-3)


def test_vgg19_from_a_new_layout_file(no_vgg19, little_to_average, vgg19_weights, tmp_path):
    model = keras.applications.VGG19(include_top=False, weights=None)
    model.load_weights(vgg19_weights)
    model.save_weights(tmp_path / "new.weights.h5")
    assert is_the_stand_in(load_network("vgg19", weights=tmp_path / "new.weights.h5"), vgg19_weights)


def test_vgg19_from_the_environment_variable(no_vgg19, little_to_average, vgg19_weights, monkeypatch):
    monkeypatch.setenv(networks.VGG19_VARIABLE, str(vgg19_weights))
    assert is_the_stand_in(load_network("vgg19"), vgg19_weights)


def test_vgg19_from_kerass_cache(no_vgg19, little_to_average, vgg19_weights, monkeypatch):
    monkeypatch.setattr(weights_module, "VGG19_MD5", hashlib.md5(vgg19_weights.read_bytes()).hexdigest())
    cached = networks.vgg19_cache()
    cached.parent.mkdir(parents=True)
    shutil.copy(vgg19_weights, cached)
    assert is_the_stand_in(load_network("vgg19"), vgg19_weights)


def test_vgg19_from_the_download(no_vgg19, little_to_average, vgg19_weights, monkeypatch, capfd):
    monkeypatch.setattr(weights_module, "VGG19_MD5", hashlib.md5(vgg19_weights.read_bytes()).hexdigest())
    monkeypatch.setattr(weights_module, "VGG19_URL", vgg19_weights.as_uri())
    assert is_the_stand_in(load_network("vgg19"), vgg19_weights)
    assert networks.vgg19_cache().is_file()  # the next time needs no network


def test_vgg19_download_with_another_hash(no_vgg19, vgg19_weights, monkeypatch, capfd):
    monkeypatch.setattr(weights_module, "VGG19_URL", vgg19_weights.as_uri())
    with pytest.raises(NetworkError, match="hash"):
        load_network("vgg19")


def test_vgg19_without_a_network_names_all_four_ways(no_vgg19, monkeypatch, capfd):
    with pytest.raises(NetworkError) as error:
        load_network("vgg19")
    for way in ("weights=", networks.VGG19_VARIABLE, str(networks.vgg19_cache()), "online", "'compact'"):
        assert way in str(error.value)


def test_the_download_is_kerass_own():
    from keras.src.applications import vgg19

    assert vgg19.WEIGHTS_PATH_NO_TOP == weights_module.VGG19_URL
    assert networks.VGG19_MD5 in Path(vgg19.__file__).read_text(encoding="utf-8")
    assert urllib.request.urlparse(weights_module.VGG19_URL).scheme == "https"


def truncated(path, source):
    path.write_bytes(source.read_bytes()[:1_000_000])


def text(path, source):
    path.write_text("not a weight file")


def vgg16(path, source):
    write_old_layout(path, random_vgg({1: 2, 2: 2, 3: 3, 4: 3, 5: 3}))


def of_other_channels(path, source):
    weights = random_vgg(CONVOLUTIONS)
    weights["block5_conv4"] = weights["block5_conv4"][0][..., :8], np.zeros(8, np.float32)
    write_old_layout(path, weights)


def with_a_nan(path, source):
    weights = random_vgg(CONVOLUTIONS)
    weights["block3_conv1"][0][0, 0, 0, 0] = np.nan
    write_old_layout(path, weights)


def dead(path, source):
    weights = random_vgg(CONVOLUTIONS)
    weights["block2_conv1"] = 0 * weights["block2_conv1"][0], weights["block2_conv1"][1]
    write_old_layout(path, weights)


@pytest.mark.parametrize("damage", [truncated, text, vgg16, of_other_channels, with_a_nan, dead])
def test_a_damaged_or_foreign_vgg19_file(no_vgg19, little_to_average, vgg19_weights, tmp_path, damage):
    path = tmp_path / "wrong.h5"
    damage(path, vgg19_weights)
    with pytest.raises(NetworkError, match=r"wrong\.h5|dead") as error:
        load_network("vgg19", weights=path)
    assert "\n" not in str(error.value)


def test_a_missing_vgg19_file(no_vgg19, tmp_path):
    with pytest.raises(NetworkError, match=r"there is no weight file.*four ways"):
        load_network("vgg19", weights=tmp_path / "missing.h5")


def test_max_pooling_has_a_normalization_of_its_own():
    """It passes more on than averages do, so the file's factors, made for averages, would not hold behind pool1."""
    network = load_network(pooling="max")
    pictures = [network(picture, CONVOLUTION_NAMES) for picture in networks.calibration_pictures()]
    for layer in CONVOLUTION_NAMES:
        assert np.mean([np.mean(features[layer]) for features in pictures]) == pytest.approx(1, rel=1e-3), layer


def test_random_weights_are_drawn_as_he_proposed_where_they_are_not_normalized():
    """Variance 2 over the inputs of a kernel (He et al. 2015), known beforehand."""
    drawn = random_network(normalized=False)
    for layer in ("conv2_1", "conv5_4"):
        kernel, bias = drawn.weights[layer]
        assert np.std(kernel) == pytest.approx(np.sqrt(2 / np.prod(kernel.shape[:3])), rel=0.03) and not bias.any()
    rescaled = random_network().weights["conv5_4"][0] / drawn.weights["conv5_4"][0]
    assert np.ptp(rescaled) < 1e-5 * rescaled.mean() and abs(rescaled.mean() - 1) > 1e-3


def test_random_weights_are_shared_like_the_trained_ones():
    network = networks.shared_network(networks.RANDOM)
    assert networks.shared_network(networks.RANDOM) is network is not networks.shared_network(networks.RANDOM, "max")
    kernel = random_network().weights["conv5_4"][0]
    np.testing.assert_array_equal(network.weights["conv5_4"][0], kernel)


def test_the_package_keeps_networks_at_one_place():
    """Who loads a network for himself either keeps it a second time, or waits for it at every call."""
    package = Path(networks.__file__).parent
    loaders = {path.relative_to(package).as_posix() for path in package.rglob("*.py")
               for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
               if isinstance(node, ast.Name) and node.id in ("load_network", "random_network")}
    assert loaders == {"networks.py", "commands/networks.py"}  # the latter tells what is there, and goes
