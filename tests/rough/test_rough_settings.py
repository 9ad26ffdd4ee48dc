"""Settings drawn at random, sensible or not: each is run and gives a picture, or is refused by its name."""

import json
import logging
import math
from dataclasses import asdict, fields
from decimal import Decimal
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from nst_helpers.architecture import LAYER_NAMES
from nst_helpers.backend import tf
from nst_helpers.errors import SettingsError
from nst_helpers.images import ImageError
from nst_helpers.networks import BFLOAT16_VARIABLE, VGG19_VARIABLE, NetworkError
from nst_helpers.settings import Settings
from nst_helpers.transfer import Diverged, iterate

RULES = {setting.name: setting.metadata for setting in fields(Settings)}
WHOLE = {setting.name for setting in fields(Settings) if setting.type is int}
LIMITED = ("content_weight", "style_weight", "tv_weight", "learning_rate")  # what may be too much for float32

fixed = hypothesis_settings(deadline=None, derandomize=True, database=None)

NO_NUMBERS = st.sampled_from([
    None, True, False, np.True_, "", "3", "nan", b"3", bytearray(b"3"), [], [3], (3,), {}, {3}, 3j, object(), int,
    np.array([3.0, 4.0]), np.zeros((0,)), Decimal("sNaN"), math.nan, -math.inf, math.inf, np.float32("nan"), 10**400,
    -(10**400)])
NO_CHOICES = st.sampled_from([None, True, 0, 1.5, "", "Adam", "vgg", " compact", b"compact", [], ["adam"], {"noise"},
                              np.array(["adam", "noise"]), np.array([1, 2]), math.nan, object()]) | st.text(max_size=9)
NO_LAYERS = st.sampled_from([
    None, 5, math.nan, True, object(), "", "conv9_9", b"conv1_1", [], {}, [None], [["conv1_1"]], [math.nan], {"conv1_1"}
    | {"conv0_0"}, {"conv1_1": 0}, {"conv1_1": -1}, {"conv1_1": math.nan}, {"conv1_1": math.inf}, {"conv1_1": "9"},
    {"conv1_1": None}, {"conv1_1": 1e13}, {"conv1_1": 10**400}, {"conv1_1": True}, {3: 1.0}, {None: 1.0}, "conv1_1=3"])


def sensible(name):
    """Every value that a setting's rules allow, its ends among them."""
    rules = RULES[name]
    if "choices" in rules:
        return st.sampled_from(rules["choices"])
    if "layers" in rules:
        weights = st.dictionaries(st.sampled_from(LAYER_NAMES), st.floats(1e-3, 1e12), min_size=1, max_size=3)
        return weights | st.sampled_from(LAYER_NAMES) | st.lists(st.sampled_from(LAYER_NAMES), min_size=1, max_size=2)
    if name in WHOLE:
        return st.integers(rules["least"], rules["most"])
    return st.floats(rules["least"], rules["most"], exclude_min=rules["above"]) | st.just(rules["most"])


def senseless(name):
    """Values that a setting's rules do not allow."""
    rules = RULES[name]
    if "choices" in rules:
        return NO_CHOICES.filter(lambda value: not (isinstance(value, str) and value in rules["choices"]))
    if "layers" in rules:
        return NO_LAYERS
    least, most = rules["least"], rules["most"]
    if name in WHOLE:
        outside = st.integers(max_value=least - 1) | st.integers(min_value=most + 1) | st.floats(least, most)
    else:
        below = st.floats(max_value=least, exclude_max=not rules["above"], allow_infinity=True)
        outside = below | st.floats(min_value=most, exclude_min=True) | st.integers(min_value=int(most) + 1)
    return NO_NUMBERS | outside


# ---- accepted or refused, without running


@pytest.mark.parametrize("name", RULES)
@fixed
@given(st.data())
def test_senseless_values_are_refused_by_name(name, data):
    value = data.draw(senseless(name))
    with pytest.raises(ValueError, match=rf"^{name}\b") as caught:
        Settings(**{name: value})
    assert type(caught.value) is SettingsError and len(str(caught.value)) > len(name) + 10


@pytest.mark.parametrize("name", RULES)
@fixed
@given(st.data())
def test_sensible_values_are_accepted_and_survive_a_file(name, data):
    settings = Settings(**{name: data.draw(sensible(name))})
    assert isinstance(getattr(settings, name), int | float | str | dict)
    assert Settings(**json.loads(json.dumps(asdict(settings)))) == settings


@hypothesis_settings(fixed, max_examples=300)
@given(st.fixed_dictionaries({}, optional={name: sensible(name) | senseless(name) for name in RULES}))
def test_of_several_settings_the_first_bad_one_is_named(values):
    try:
        settings = Settings(**values)
    except ValueError as error:
        assert any(str(error).startswith(name) for name in [*values, "content_weight, style_weight and tv_weight"])
    else:
        assert all(isinstance(getattr(settings, name), int | float | str | dict) for name in values)


# ---- two iterations


@pytest.fixture(scope="module", autouse=True)
def bfloat16_everywhere():
    """Whether bfloat16 pays is measured, and another test's matter: here it is taken on every processor."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BFLOAT16_VARIABLE, "force")
        yield


def _picture(kind, height, width):
    """Pictures in which something could be divided by zero: one colour, two colours, one pixel; and an ordinary one."""
    image = np.random.default_rng(height).uniform(0, 255, (height, width, 3))
    if kind != "noise":
        image[:] = {"black": 0, "white": 255, "grey": 127, "one pixel": 200}[kind]
    if kind == "one pixel":
        image[0, 0] = 0, 255, 3
    return image.astype(np.float32)


PICTURES = st.builds(_picture, st.sampled_from(["noise", "noise", "black", "white", "grey", "one pixel"]),
                     st.sampled_from([24, 37]), st.sampled_from([32, 50]))
ANY = st.fixed_dictionaries({name: sensible(name) for name in RULES} | {"scales": st.integers(1, 3)})
# Weights and steps as people choose them: at most a million times as strong as the course's.
USUAL = {name: st.floats(1e-6, 1e6) for name in LIMITED[:3]} | {"learning_rate": st.floats(1e-3, 300)}
USUAL |= {name: st.dictionaries(st.sampled_from(LAYER_NAMES[:9]), st.floats(1e-3, 1e3), min_size=1, max_size=2)
          for name in RULES if "layers" in RULES[name]}
USUAL |= {"network": st.just("compact"), "size": st.integers(24, 64), "scales": st.integers(1, 2)}


def _named(error, values):
    """Whether a refusal says what is wrong: the pictures are too small for so many sizes, or nothing has a weight."""
    if isinstance(error, ImageError):
        return "shorter side" in str(error) and f"of the {values['scales']} sizes" in str(error)
    return str(error).startswith("content_weight, style_weight and tv_weight are all 0")


def two_steps(content, style, values):
    """The last picture after two steps, checked: finite, of its size, within 0 and 255."""
    for step in islice(iterate(content, style, Settings(**values)), 2):
        assert step.image.dtype == np.float32 and step.image.shape[2] == 3
        assert np.isfinite(step.image).all() and step.image.min() >= 0 and step.image.max() <= 255
        assert all(map(math.isfinite, step.losses.values()))
        assert max(step.image.shape[:2]) <= min(values["size"], max(content.shape))
    return step.image


@pytest.mark.slow
@hypothesis_settings(fixed, max_examples=40)
@given(PICTURES, PICTURES, ANY | ANY.map(lambda values: {**values, "scales": 1, "network": "compact", "size": 50}))
def test_any_allowed_settings_run_or_say_what_to_change(content, style, values):
    """Even at the far ends of their ranges. No network is asked for over the net: VGG-19's file is said to be away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VGG19_VARIABLE, "no_such_file.h5")
        try:
            two_steps(content, style, values)
        except ValueError as error:
            assert _named(error, values)
        except NetworkError as error:
            assert values["network"] == "vgg19" and "four ways" in str(error)
        except Diverged as error:
            assert all(name in str(error) for name in ("learning_rate", "weights"))
            assert error.image is None or np.isfinite(error.image).all()


@hypothesis_settings(fixed, max_examples=25)
@given(PICTURES, PICTURES, st.fixed_dictionaries({name: sensible(name) for name in RULES} | USUAL))
def test_usual_settings_run(content, style, values):
    try:
        two_steps(content, style, values)
    except ImageError as error:
        assert _named(error, values)


def test_many_choices_of_layers_one_after_another_print_nothing(photograph):
    """TensorFlow takes the compilations for a mistake, and says so on the screen from the fifth on."""
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    tf.get_logger().addHandler(handler)
    try:
        for layer in LAYER_NAMES[:8]:
            assert len(list(iterate(photograph, photograph, Settings(
                size=32, scales=1, iterations=1, content_layers=layer, style_layers=layer)))) == 1
    finally:
        tf.get_logger().removeHandler(handler)
    assert records == []
