"""The transfer: its loop, its loss, its settings, and how it ends when something goes wrong."""

import copy
import csv
import json
import math
import operator
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, asdict, fields, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from nst_helpers import losses, plots
from nst_helpers import objective as objective_module
from nst_helpers import transfer as module
from nst_helpers.backend import tf
from nst_helpers.checkpoint import CheckpointError
from nst_helpers.descent import descend, fresh
from nst_helpers.errors import NSTError, SettingsError
from nst_helpers.images import ImageError, load_image, load_settings, noise_image, resize_image
from nst_helpers.networks import FeatureNetwork, NetworkError, load_network, shared_network
from nst_helpers.objective import WEIGHT_SUM, Objective
from nst_helpers.schedule import rate
from nst_helpers.settings import OPTIMIZERS
from nst_helpers.shipped import shipped_picture
from nst_helpers.transfer import Diverged, Settings, iterate, pyramid, transfer

QUICK = {"size": 64, "scales": 2, "iterations": 12}


@pytest.fixture(scope="module")
def content():
    return shipped_picture("temple", 96)  # (64, 96, 3)


@pytest.fixture(scope="module")
def style():
    return shipped_picture("stained_glass", 80)  # (80, 80, 3)


@pytest.fixture(scope="module")
def result(content, style):
    return transfer(content, style, Settings(**QUICK))


# What it computes


def test_the_papers_preset_is_the_papers_project():
    settings = Settings.paper()
    assert (settings.init, settings.optimizer, settings.learning_rate) == ("noise", "adam", 6.0)
    assert (settings.scales, settings.content_lead, settings.schedule) == (1, 1.0, "constant")
    assert min(settings.content_weight, settings.style_weight, settings.tv_weight) > 0
    assert list(settings.content_layers) == ["conv4_2"]
    assert list(settings.style_layers) == ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]


def test_presets_lower_the_same_loss_and_take_changes():
    drive = {"iterations", "coarse_iterations", "optimizer", "learning_rate", "schedule", "scales", "content_lead"}
    for preset in (Settings.classic, Settings.paper):
        changed = {name for name, value in asdict(preset()).items() if value != asdict(Settings())[name]}
        assert changed and changed <= drive
        assert preset(size=99, optimizer="momentum") == replace(preset(), size=99, optimizer="momentum")
        with pytest.raises(ValueError, match=r"^scales = 0"):
            preset(scales=0)
    assert Settings.classic().optimizer == "adam" and Settings.classic().scales == Settings().scales


@pytest.mark.parametrize("schedule, last", [("constant", 5.0), ("cosine", 5.0 * (1 + math.cos(0.75 * math.pi)) / 2)])
def test_the_schedule_of_the_learning_rate(content, style, schedule, last):
    assert rate(Settings(schedule=schedule, learning_rate=5.0), 3, 4) == pytest.approx(last)
    assert rate(Settings(schedule=schedule, learning_rate=5.0), 0, 4) == 5.0
    constant, falling = (transfer(content, style, Settings.classic(schedule=name, **QUICK)).image
                         for name in ("constant", "cosine"))
    assert not np.array_equal(constant, falling)


def test_the_lead_and_the_share_of_each_size():
    settings = Settings(size=400, scales=3, iterations=70, coarse_iterations=2, content_lead=3)
    assert [(level.iterations, level.lead) for level in pyramid(400, 300, settings)] == [(40, 9), (20, 3), (10, 1)]


def test_picture_and_history(result):
    assert result.image.shape == (43, 64, 3) and result.image.dtype == np.float32
    assert result.image.min() >= 0 and result.image.max() <= 255
    assert set(result.history) == {"content", "style", "tv", "total"}
    assert all(len(values) == 12 for values in result.history.values())
    assert result.sizes == ((30, 45, 6), (43, 64, 6)) and not result.interrupted and result.seconds > 0


def test_total_is_the_weighted_sum(content, style):
    settings = Settings(content_weight=3, style_weight=5, tv_weight=0.7, **QUICK)
    for step in iterate(content, style, settings):
        parts = 3 * step.losses["content"] + 5 * step.losses["style"] + 0.7 * step.losses["tv"]
        assert step.losses["total"] == pytest.approx(parts, rel=1e-5)


def test_the_losses_fall(content, style):
    history = transfer(content, style, Settings(size=64, scales=1, iterations=60)).history
    assert history["total"][-1] < 0.2 * history["total"][0]
    assert history["style"][-1] < 0.1 * history["style"][0]
    assert history["tv"][-1] < 0.6 * history["tv"][0] and history["content"][-1] < 0.8 * history["content"][0]


def test_the_first_losses_and_step_by_hand(content, style):
    """Level, lead and weights, put together once more from the losses' own functions."""
    network = load_network()
    settings = Settings(content_weight=2, style_weight=3, tv_weight=0.5, content_layers={"conv2_2": 1.5},
                        style_layers={"conv1_1": 2.0, "conv3_1": 0.25}, optimizer="gradient_descent", learning_rate=0.1)
    start = tf.constant(resize_image(noise_image(64, 96, 3), 64, 96))
    target, reference = network(content, ["conv2_2"]), network(style, ["conv1_1", "conv3_1"])
    with tf.GradientTape() as tape:
        tape.watch(start)
        features = network(start, ["conv1_1", "conv2_2", "conv3_1"])
        values = target["conv2_2"].shape.num_elements()
        content_part = 1.5 * losses.content_loss(features["conv2_2"], target["conv2_2"]) / values
        style_part = losses.style_loss(features, reference, {"conv1_1": 2.0, "conv3_1": 0.25})
        padded = tf.concat([start, start[-1:]], axis=0)
        padded = tf.concat([padded, padded[:, -1:]], axis=1)
        tv = losses.total_variation(padded, 40.0) / (64 * 96 * 3)
        led = 4 * 2 * content_part + 3 * style_part + 0.5 * tv
    unit = WEIGHT_SUM / (2 * 1.5 + 3 * 2.25 + 0.5)  # every run sees weights of one sum
    expected = np.clip(start - 0.1 * unit * tape.gradient(led, start), 0, 255)
    objective = Objective(network, settings, content, [(1.0, style)], lead=4.0)
    state, found = next(descend(fresh(start, settings), objective, 10, settings))
    assert found["content"] == pytest.approx(float(content_part), rel=1e-4)
    assert found["style"] == pytest.approx(float(style_part), rel=1e-4)
    assert found["tv"] == pytest.approx(float(tv), rel=1e-4)
    np.testing.assert_allclose(state.canvas, expected, atol=1e-3)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_moves_the_picture(content, style, optimizer):
    images = [step.image for step in iterate(content, style, Settings(optimizer=optimizer, **QUICK | {"scales": 1}))]
    assert np.abs(images[-1] - images[0]).max() > 0 and np.isfinite(images[-1]).all()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("factor", [1e-8, 1e8])
def test_only_the_ratios_of_the_weights_count(content, style, optimizer, factor):
    """The loss multiplied by a number: the same picture up to rounding, and losses that say what they are."""
    settings = Settings(optimizer=optimizer, **QUICK | {"scales": 1})
    weights = ("content_weight", "style_weight", "tv_weight")
    scaled = replace(settings, **{name: factor * getattr(settings, name) for name in weights})
    here, there = transfer(content, style, settings), transfer(content, style, scaled)
    assert np.abs(there.image - here.image).mean() < 0.05  # of 255 grey levels
    np.testing.assert_allclose(there.history["total"], factor * np.array(here.history["total"]), rtol=1e-3)
    other = transfer(content, style, replace(settings, style_weight=0.01))  # another ratio is another picture
    assert not np.array_equal(here.image, other.image)


def test_settings_are_not_frozen_into_the_graph(content, style, result):
    """A compiled step that remembers its first settings would make every slider a lie."""
    for change in ({"learning_rate": 3}, {"content_weight": 9}, {"style_weight": 9}, {"tv_weight": 9}, {"seed": 1},
                   {"init": "content"}, {"style_layers": ["conv1_1"]}, {"content_layers": ["conv3_1"]},
                   {"style_scale": 0.5}, {"pooling": "max"}, {"optimizer": "rmsprop"}, {"scales": 1}):
        assert not np.array_equal(transfer(content, style, Settings(**QUICK | change)).image, result.image), change


def test_a_network_is_loaded_once_but_never_for_another_file(vgg19_weights, monkeypatch, tmp_path):
    assert shared_network("compact", "max", "float32") is shared_network("compact", "max", "float32")
    monkeypatch.setenv("NST_VGG19_WEIGHTS", str(vgg19_weights))
    assert shared_network("vgg19", "average", "float32").name == "vgg19"
    monkeypatch.setenv("NST_VGG19_WEIGHTS", str(tmp_path / "another.h5"))
    with pytest.raises(NetworkError, match=r"another\.h5"):
        shared_network("vgg19", "average", "float32")


def test_one_trace_serves_every_size_and_weight(content, style):
    settings = Settings(**QUICK)
    network = shared_network("compact", "average", "float32")
    objective = objective_module.graph(network, tuple(settings.content_layers), tuple(settings.style_layers))
    transfer(content, style, settings)
    before = objective.experimental_get_tracing_count()
    transfer(content[:50], style, Settings(size=80, scales=3, iterations=6, style_weight=7))
    assert objective.experimental_get_tracing_count() == before == 1


def test_the_same_seed_gives_the_same_picture_bit_for_bit(content, style, result, tmp_path):
    np.testing.assert_array_equal(transfer(content, style, Settings(**QUICK)).image, result.image)
    np.save(tmp_path / "content.npy", content)
    np.save(tmp_path / "style.npy", style)
    code = (f"import numpy as np; from nst_helpers.transfer import *; f = {str(tmp_path)!r}; "
            f"r = transfer(np.load(f + '/content.npy'), np.load(f + '/style.npy'), Settings(**{QUICK})); "
            "np.save(f + '/out.npy', r.image)")
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), result.image)


def test_bfloat16_comes_near(content, style, monkeypatch):
    monkeypatch.setenv("NST_BFLOAT16", "force")
    first = {p: next(iterate(content, style, Settings(precision=p, **QUICK))).losses for p in ("float32", "bfloat16")}
    assert first["bfloat16"]["total"] == pytest.approx(first["float32"]["total"], rel=0.03)
    assert first["bfloat16"]["total"] != first["float32"]["total"]


# Sizes


@given(st.integers(1, 4000), st.integers(1, 4000), st.integers(1, 3000), st.integers(1, 12), st.integers(16, 1024))
@hypothesis_settings(deadline=None)
def test_the_pyramid(height, width, iterations, scales, size):
    levels = pyramid(height, width, Settings(iterations=iterations, scales=scales, size=size))
    assert sum(level.iterations for level in levels) == iterations
    assert len(levels) <= scales and all(level.iterations > 0 for level in levels)
    assert max(levels[-1][:2]) == min(size, max(height, width)) and levels[-1].lead == 1
    for coarse, fine in pairwise(levels):
        steps = math.log2(coarse.lead / fine.lead)  # one, but where a size between was left without iterations
        assert steps >= 1 and coarse.iterations >= fine.iterations - 1
        assert max(coarse[:2]) == pytest.approx(max(fine[:2]) / 2 ** (steps / 2), abs=1.5)


def test_pictures_of_any_two_sizes(style):
    for shape in ((40, 100), (100, 40), (33, 33)):
        image = transfer(noise_image(*shape, 0), style[:50], Settings(size=400, scales=1, iterations=2)).image
        assert image.shape == (*shape, 3)  # never enlarged


def test_pictures_of_whole_numbers_are_taken_and_left_alone(content, style):
    whole = content.astype(np.uint8)
    kept = whole.copy()
    transfer(whole, style, Settings(**QUICK))
    np.testing.assert_array_equal(whole, kept)


@pytest.mark.parametrize("picture, says", [
    (np.zeros((20, 20)), "height, width, 3"), (np.zeros((0, 20, 3)), "height, width, 3"),
    (np.full((20, 20, 3), np.nan), "nan"), (np.full((20, 20, 3), -1.0), "-1"), (np.full((20, 20, 3), 256.0), "256"),
    (np.full((20, 20, 3), 0.5), "multiply it by 255"), ("me.jpg", "give load_image"), ({}, "no array of real numbers"),
])
def test_what_is_no_picture(content, picture, says):
    with pytest.raises(ImageError, match=f"(?s)content.*{says}"):
        transfer(picture, content, Settings(**QUICK))
    with pytest.raises(ImageError, match=f"(?s)style.*{says}"):
        transfer(content, picture, Settings(**QUICK))


@pytest.mark.parametrize("work", [transfer, lambda *arguments: next(iterate(*arguments))])
def test_settings_that_are_none(content, style, work):
    with pytest.raises(TypeError, match=r"settings is a dict: Settings\(size=256, …\) is needed"):
        work(content, style, {"size": 256})


def test_the_smallest_size_that_works(content, style):
    small = noise_image(15, 60, 0)
    with pytest.raises(ImageError, match=r"content picture's shorter side is 15 .* needs 16"):
        transfer(small, style, Settings(scales=1, iterations=1))
    with pytest.raises(ImageError, match=r"style picture's shorter side is 15 .* needs 16"):
        transfer(content, small, Settings(scales=1, iterations=1))
    transfer(noise_image(16, 60, 0), style, Settings(scales=1, iterations=1))
    shallow = {"content_layers": ["conv2_1"], "style_layers": ["conv1_1"]}
    transfer(small, small, Settings(scales=1, iterations=1, **shallow))


# Running and stopping


def test_the_generator_computes_nothing_ahead(content, style):
    steps = iterate(content, style, Settings(**QUICK))
    assert [next(steps).iteration for _ in range(3)] == [1, 2, 3]
    steps.close()


def test_ctrl_c_keeps_what_there_is(content, style):
    def stop(step):
        if step.iteration == 5:
            raise KeyboardInterrupt

    whole = list(iterate(content, style, Settings(**QUICK)))
    stopped = transfer(content, style, Settings(**QUICK), on_step=stop)
    assert stopped.interrupted and len(stopped.history["total"]) == 5
    np.testing.assert_array_equal(stopped.image, whole[4].image)


def test_ctrl_c_before_the_first_step_goes_on(content, style, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "shared_network", interrupted)
    with pytest.raises(KeyboardInterrupt):
        transfer(content, style, Settings(**QUICK))


@pytest.mark.parametrize("what", ["loss", "gradient"])
@pytest.mark.parametrize("when", [1, 3])
def test_divergence_keeps_the_last_good_picture(content, style, monkeypatch, what, when):
    whole = list(iterate(content, style, Settings(**QUICK)))
    real, calls = objective_module.graph, []

    def objective(*names):
        def poisoned(*arguments):
            gradient, values = real(*names)(*arguments)
            calls.append(1)
            if len(calls) == when:
                return (gradient, values * np.nan) if what == "loss" else (gradient * np.nan, values)
            return gradient, values
        return poisoned

    monkeypatch.setattr(objective_module, "graph", objective)
    with pytest.raises(Diverged, match=r"not finite.*learning_rate \(now 8\)") as error:
        transfer(content, style, Settings(**QUICK))
    assert error.value.iteration == when
    if when == 1:
        assert error.value.image is None
    else:
        np.testing.assert_array_equal(error.value.image, whole[when - 2].image)


def own_network(factor):
    """As compact, but with each kernel so many times as large: features that no one normalized."""
    compact = load_network()
    weights = {layer: (kernel * np.float32(factor), bias) for layer, (kernel, bias) in compact.weights.items()}
    return FeatureNetwork("own", weights, compact.mean, compact.scale)


def test_a_network_of_ones_own_can_diverge_and_its_normalized_form_does_not(content, style):
    """With the networks of the course nothing does: pixels are clipped, and their layers have a mean of one."""
    network, settings = own_network(8), Settings(**QUICK)
    with pytest.raises(Diverged, match=r"the style, total is not finite.* `normalized` form") as error:
        transfer(content, style, settings, network=network)
    assert (error.value.iteration, error.value.image) == (1, None)
    calm = transfer(content, style, settings, network=network.normalized([content, style]))
    assert np.isfinite(calm.image).all() and np.isfinite(calm.history["total"]).all()


@pytest.mark.parametrize("image", [None, np.ones((2, 3, 3), np.float32)])
def test_divergence_comes_home_from_another_process_with_its_picture(image):
    error = Diverged("step 9: not finite", image, 9)
    for found in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(found), str(found), found.iteration) == (Diverged, "step 9: not finite", 9)
        np.testing.assert_array_equal(found.image, image)


@pytest.mark.parametrize("kind, base", [
    (ImageError, ValueError), (SettingsError, ValueError), (NetworkError, RuntimeError), (Diverged, RuntimeError),
    (CheckpointError, RuntimeError)])
def test_errors_have_a_base_in_common_and_keep_the_one_they_had(kind, base):
    assert issubclass(kind, NSTError) and issubclass(kind, base)


# What comes out


def test_a_result_shows_itself_as_its_picture(result):
    shown = load_image(result._repr_png_(), None)
    np.testing.assert_array_equal(shown, np.rint(result.image))


def test_results_are_equal_only_to_themselves(result):
    other = replace(result)
    assert result == result and result != other and len({result, other, result}) == 2


def test_a_result_survives_pickling(result):
    found = pickle.loads(pickle.dumps(result))
    np.testing.assert_array_equal(found.image, result.image)
    assert (found.settings, found.history, found.sizes) == (result.settings, result.history, result.sizes)


def test_a_uint8_picture_may_be_as_dark_as_it_likes(content, style):
    dark = (content > 128).astype(np.uint8)
    assert dark.max() == 1
    once = Settings(size=48, scales=1, iterations=1)
    for black in (dark, dark.astype(np.float32)):  # zeros and ones are no fractions
        transfer(black, style, once)
    with pytest.raises(ImageError, match="scaled to 0–1"):
        transfer(dark / 2, style, once)


def test_saving(result, tmp_path):
    folder = result.save(tmp_path / "new" / "folder")
    assert {path.name for path in folder.iterdir()} == {"picture.png", "settings.json", "history.csv", "losses.png"}
    assert Settings(**json.loads((folder / "settings.json").read_text())) == result.settings
    assert Settings(**load_settings(folder / "picture.png")) == result.settings
    np.testing.assert_array_equal(load_image(folder / "picture.png"), np.rint(result.image))
    with (folder / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["iteration"]) for row in rows] == list(range(1, 13))
    for name, values in result.history.items():
        assert [float(row[name]) for row in rows] == values
    assert load_image(folder / "losses.png", None).shape == (675, 1200, 3)


def test_the_curves_have_three_labels(result, monkeypatch):
    from matplotlib.figure import Figure

    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: drawn.append(figure))
    plots.loss_curves(result.history, {"content": 1, "style": 2, "tv": 0.2}, result.sizes)
    (axes,) = drawn[0].axes
    curves = {line.get_label(): line.get_ydata() for line in axes.lines if not line.get_label().startswith("_")}
    assert len(curves) == len(axes.get_legend().get_texts()) == 3
    (drawn_style,) = (values for label, values in curves.items() if "style" in label)
    np.testing.assert_allclose(drawn_style, 2 * np.array(result.history["style"]))


# Settings


NUMBERS = [setting for setting in fields(Settings) if "least" in setting.metadata]


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda setting: setting.name)
def test_numbers_out_of_their_range(setting):
    rules = setting.metadata
    wrong = [rules["least"] - 1, rules["most"] * 1.01 + 1, float("nan"), float("inf"), True, "5", None, [1]]
    for value in [*wrong, *([2.5] if setting.type is int else []), *([rules["least"]] if rules["above"] else [])]:
        with pytest.raises(ValueError) as error:
            Settings(**{setting.name: value})
        for part in (setting.name, repr(value), f"{rules['least']:g}"):
            assert part in str(error.value)
    good = setting.type(rules["most"])
    assert getattr(Settings(**{setting.name: good}), setting.name) == good
    assert isinstance(getattr(Settings(**{setting.name: np.int64(rules["least"] + 1)}), setting.name),
                      setting.type)


@pytest.mark.parametrize("wrong, says", [
    ({"optimizer": "sgd"}, "'sgd'.*adam"), ({"network": "vgg16"}, "'vgg16'.*compact, plain, vgg19"),
    ({"init": "style"}, "'style'.*noise, content"), ({"precision": "float16"}, "float16"), ({"pooling": None}, "None"),
    ({"style_layers": {"relu1_1": 1.0}}, "relu1_1.*conv1_1"), ({"style_layers": {}}, "at least one layer"),
    ({"content_layers": []}, "at least one layer"), ({"style_layers": {"conv1_1": 0}}, "above 0"),
    ({"style_layers": {"conv1_1": -1}}, "-1"), ({"style_layers": {"conv1_1": "a"}}, "'a'"), ({"style_layers": 3}, "3"),
    ({"content_weight": 0, "style_weight": 0, "tv_weight": 0}, "all 0"),
])
def test_settings_that_make_no_sense(wrong, says):
    with pytest.raises(ValueError, match=says):
        Settings(**wrong)


def test_layers_by_name_alone():
    assert Settings(style_layers=["conv1_1", "pool2"]).style_layers == {"conv1_1": 1.0, "pool2": 1.0}
    assert Settings(content_layers="conv4_2") == Settings()


CHANGES = {
    "item": lambda layers: layers.__setitem__("conv1_1", 2.0), "delete": lambda layers: layers.__delitem__("conv1_1"),
    "update": lambda layers: layers.update(conv1_1=2.0), "or": lambda layers: operator.ior(layers, {"conv1_1": 2.0}),
    "clear": lambda layers: layers.clear(), "pop": lambda layers: layers.pop("conv1_1"),
    "popitem": lambda layers: layers.popitem(), "setdefault": lambda layers: layers.setdefault("conv3_1", 2.0)}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_settings_cannot_be_changed(change):
    settings = Settings(style_layers={"conv1_1": 1, "conv2_1": 3})
    for same in (settings, pickle.loads(pickle.dumps(settings)), copy.deepcopy(settings), copy.copy(settings),
                 replace(settings), Settings(**asdict(settings))):
        with pytest.raises(TypeError, match=r"cannot be changed: .*dataclasses\.replace"):
            change(same.style_layers)
        with pytest.raises(FrozenInstanceError):
            same.style_layers = {}
        assert same == settings == Settings(style_layers={"conv1_1": 1, "conv2_1": 3})


def test_the_dictionary_that_settings_were_made_from_stays_its_owners():
    layers = {"conv1_1": 1.0}
    settings = Settings(style_layers=layers)
    layers["conv2_1"] = 5.0
    assert settings.style_layers == {"conv1_1": 1.0} and settings.style_layers | layers == layers


def test_equal_settings_have_equal_hashes():
    one = Settings(style_layers={"conv1_1": 1, "conv2_1": 3})
    other = Settings(style_layers={"conv2_1": 3, "conv1_1": 1})
    assert one == other and hash(one) == hash(other)
    assert {one: "found"}[pickle.loads(pickle.dumps(other))] == "found"
    assert len({one, other, Settings(), Settings.paper()}) == 3


def test_settings_survive_json_and_pickle():
    settings = Settings(style_weight=7, style_layers={"conv1_1": 2})
    assert Settings(**json.loads(json.dumps(asdict(settings)))) == settings
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert settings != Settings()


# Several styles, and the content's colours


def test_blended_styles_are_one_loss_with_the_mean_gram_matrix(content, style):
    """Σ b_k |G − S_k|² and |G − Σ b_k S_k|² differ by a constant: the same gradient, so the same first step."""
    other, network = shipped_picture("woodcut", 80), load_network()
    settings = Settings(content_weight=0, tv_weight=0, optimizer="gradient_descent", learning_rate=1, size=64, scales=1)
    start = tf.constant(noise_image(64, 96, 0))
    references = [network(picture, settings.style_layers) for picture in (style, other)]
    with tf.GradientTape() as tape:
        tape.watch(start)
        features = network(start, settings.style_layers)
        loss = sum(2.0 * share * losses.style_loss(features, reference, settings.style_layers)  # β = 2
                   for share, reference in zip((0.25, 0.75), references, strict=True))
    gradient = tape.gradient(loss, start)
    objective = Objective(network, settings, content, [(0.25, style), (0.75, other)], lead=1.0)
    state, _ = next(descend(fresh(start, settings), objective, 10, settings))
    np.testing.assert_allclose(state.canvas, np.clip(start - gradient, 0, 255), atol=2e-3)


def test_shares_are_relative_and_a_style_without_weight_does_not_count(content, style):
    other = shipped_picture("woodcut", 80)
    settings = Settings(**QUICK)
    alone = transfer(content, style, settings).image
    np.testing.assert_array_equal(transfer(content, [(3, style)], settings).image, alone)
    np.testing.assert_array_equal(transfer(content, [(3, style), (0, other)], settings).image, alone)
    blended = transfer(content, [(1, style), (1, other)], settings).image
    np.testing.assert_array_equal(transfer(content, [(2, style), (2, other)], settings).image, blended)
    assert not np.allclose(blended, alone)


@pytest.mark.parametrize("styles, match", [([], "several styles"), ([1, 2], "several styles"), ([(0, None)], "weights"),
                                           ([(-1, None)], "weights"), ([(math.nan, None)], "weights")])
def test_styles_that_make_no_sense_are_refused(content, styles, match):
    with pytest.raises(ValueError, match=match):
        transfer(content, styles, Settings(**QUICK))


def test_painting_brightness_only_keeps_the_contents_colors(content, style):
    vivid = np.clip(content * 0.5 + 60, 0, 255)  # far enough from 0 and 255 that little is cut off
    image = transfer(vivid, style, Settings(colors="brightness", **QUICK)).image
    expected = resize_image(vivid, *image.shape[:2])
    difference = np.diff(image, axis=-1) - np.diff(expected, axis=-1)
    assert np.median(np.abs(difference)) < 1e-3 and not np.allclose(image, expected, atol=5)


def test_matched_colors_come_closer_to_the_content(content, style):
    def distance(image):
        return np.abs(image.mean(axis=(0, 1)) - content.mean(axis=(0, 1))).mean()

    settings = Settings(size=64, scales=1, iterations=60)
    matched = transfer(content, style, Settings(size=64, scales=1, iterations=60, colors="matched")).image
    assert distance(matched) < 0.7 * distance(transfer(content, style, settings).image)
