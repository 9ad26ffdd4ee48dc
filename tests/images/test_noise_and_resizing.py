"""White noise, and pictures of another size."""


import numpy as np
import pytest
from picture_files import assert_image
from PIL import Image

from nst_helpers import resizing
from nst_helpers.images import ImageError, noise_image, resize_image

pytestmark = pytest.mark.filterwarnings("error")


def test_noise_is_repeatable_uniform_and_white():
    noise = noise_image(200, 300, seed=5)
    assert_image(noise, 200, 300)
    np.testing.assert_array_equal(noise, noise_image(200, 300, seed=5))
    assert np.abs(noise - noise_image(200, 300, seed=6)).mean() > 50
    share, _ = np.histogram(noise, bins=10, range=(0, 255), density=True)
    np.testing.assert_allclose(share * 255, 1, atol=0.03)
    for a, b in ((noise[1:], noise[:-1]), (noise[:, 1:], noise[:, :-1]), (noise[..., 0], noise[..., 1])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.02


def test_noise_is_the_same_on_every_machine_and_version():
    np.testing.assert_allclose(noise_image(1, 1, seed=0)[0, 0], [216.9092, 162.4252, 130.3398], atol=1e-3)


@pytest.mark.parametrize("bad", [0, -3, 2.0, "2", None, True, np.nan])
def test_senseless_sizes_and_seeds(bad):
    for name, call in {
        "height": lambda: noise_image(bad, 2, 0),
        "width": lambda: noise_image(2, bad, 0),
        "height ": lambda: resize_image(np.zeros((2, 2, 3)), bad, 2),
        "width ": lambda: resize_image(np.zeros((2, 2, 3)), 2, bad),
    }.items():
        with pytest.raises(ImageError) as caught:
            call()
        assert str(caught.value).startswith(f"{name.strip()} is {bad!r}; it must be a whole number from 1")


@pytest.mark.parametrize("bad", [-1, 0.5, "0", None, True])
def test_senseless_seeds(bad):
    with pytest.raises(ImageError, match=r"seed is .* whole number from 0"):
        noise_image(2, 2, bad)


def test_noise_and_resizing_beyond_memory_are_refused():
    with pytest.raises(ImageError, match="too many"):
        noise_image(10**6, 10**6, 0)
    with pytest.raises(ImageError, match="too many"):
        resize_image(np.zeros((2, 2, 3)), 10**6, 10**6)


def test_numpy_integers_are_integers():
    np.testing.assert_array_equal(noise_image(np.int32(2), np.uint8(3), np.int64(4)), noise_image(2, 3, 4))


@pytest.mark.parametrize("size", [(1, 1), (5, 9), (20, 30), (41, 60), (7, 100), (100, 7)])
def test_resizing_keeps_a_constant_and_the_mean(size):
    image = resize_image(np.full((20, 30, 3), (10.0, 100.0, 250.0)), *size)
    assert_image(image, *size)
    np.testing.assert_allclose(image, np.full((*size, 3), (10, 100, 250)), atol=1e-3)
    smooth = 100 + 50 * np.sin(np.linspace(0, 6, 30))[None, :, None] * np.ones((20, 1, 3))
    np.testing.assert_allclose(resize_image(smooth, *size).mean(), smooth.mean(), atol=1.5)


def test_resizing_to_the_same_size_changes_nothing_and_copies():
    image = noise_image(6, 7, 0)
    same = resize_image(image, 6, 7)
    np.testing.assert_array_equal(same, image)
    assert not np.shares_memory(same, image)


def test_resizing_is_antialiased_smooth_and_clipped():
    checks = np.repeat((np.indices((64, 64)).sum(0) % 2 * 255.0)[..., None], 3, axis=2)
    np.testing.assert_allclose(resize_image(checks, 16, 16)[2:-2, 2:-2], 127.5, atol=1)
    edge = np.zeros((4, 8, 3))
    edge[:, 4:] = 255
    large = resize_image(edge, 16, 32)
    assert_image(large, 16, 32)  # bicubic overshoots here: clipped
    assert np.diff(large[8, :, 0]).max() < 255 / 2  # no hard step, as repeating pixels would give
    assert large[8, 0, 0] == 0 and large[8, -1, 0] == 255
    one_side = resize_image(checks, 64, 8)
    np.testing.assert_allclose(one_side[2:-2, 2:-2], 127.5, atol=2)


@pytest.mark.parametrize(
    ("size", "method"), [((6, 9), "LANCZOS"), ((12, 40), "LANCZOS"), ((40, 60), "BICUBIC")]
)
def test_resizing_uses_the_documented_filter(size, method):
    image = noise_image(20, 30, seed=3)
    channel = Image.fromarray(image[..., 2]).resize(size[::-1], Image.Resampling[method])
    np.testing.assert_array_equal(resize_image(image, *size)[..., 2], np.clip(channel, 0, 255))


def test_resizing_keeps_channels_and_fractions_apart():
    image = np.zeros((8, 8, 3), np.float32)
    image[..., 1] = 0.25
    small = resize_image(image, 4, 4)
    np.testing.assert_allclose(small[..., 1], 0.25, atol=1e-5)
    assert small[..., [0, 2]].max() == 0


@pytest.mark.parametrize("size", [(40, 60), (20, 400), (300, 310), (1, 5), (211, 9)])
@pytest.mark.parametrize("large", [3000, 60_000])
def test_a_large_image_is_resized_in_strips_as_in_one_piece(size, large, monkeypatch):
    image = noise_image(211, 307, seed=1)
    whole = resize_image(image, *size)
    monkeypatch.setattr(resizing, "LARGE", large)
    np.testing.assert_allclose(resize_image(image, *size), whole, atol=1e-3)
