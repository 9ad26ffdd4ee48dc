"""White noise, and pictures of another size."""


import numpy as np
import pytest
from picture_files import assert_image
from PIL import Image

from nst_helpers import resizing
from nst_helpers.images import ImageError, no_larger, noise_image, resize_image
from nst_helpers.resizing import block_means

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


@pytest.mark.parametrize("kind", [np.float32, np.uint8, np.float64])
@pytest.mark.parametrize("counts", [None, 512, 256])
def test_a_large_image_is_averaged_over_blocks_and_then_filtered(counts, kind, photograph):
    """At the size that counts within two gray levels (root mean square) of the filter's own, and one at 128 pixels."""
    fine = np.clip(resize_image(photograph, 2405, 3103) + noise_image(2405, 3103, 0) / 3 - 42, 0, 255).astype(kind)
    found, expected = no_larger(fine, 1024, counts), resize_image(fine, 794, 1024)
    assert found.dtype == np.float32 and max(found.shape) <= 1024
    assert max(found.shape) >= min(1024, 3 * (counts or 1024))
    for side, most in ((counts or 1024, 2), (128, 1)):
        pair = [resize_image(image, round(side * 0.775), side) for image in (found, expected)]
        assert np.sqrt(np.mean((pair[0] - pair[1]) ** 2)) < most


def test_what_is_not_large_is_filtered_alone_and_what_fits_is_the_same():
    image = noise_image(300, 200, 0)
    assert no_larger(image, 300) is image
    np.testing.assert_array_equal(no_larger(image, 150), resize_image(image, 150, 100))


@pytest.mark.parametrize(("shape", "size"), [((7, 11), (3, 4)), ((6, 8, 3), (3, 4)), ((9, 1), (9, 1)),
                                             ((5, 9), (1, 2))])
def test_blocks_cover_everything_once(shape, size):
    """A second implementation: every value goes to the block whose edges it lies between."""
    values = np.random.default_rng(0).random(shape).astype(np.float32)
    places = [np.searchsorted(np.rint(np.linspace(0, side, count + 1)), np.arange(side), "right") - 1
              for side, count in zip(shape, size, strict=False)]
    expected = [[values[places[0] == row][:, places[1] == column].mean(axis=(0, 1)) for column in range(size[1])]
                for row in range(size[0])]
    np.testing.assert_allclose(block_means(values, *size), expected, rtol=1e-5)


def test_the_fine_filter_never_sees_all_of_a_large_image(monkeypatch):
    """Its work would follow the camera: it gets at most twice three times what counts, on each side, or nothing."""
    seen, real = [], resizing.resized
    monkeypatch.setattr(resizing, "resized", lambda image, *size: seen.append(image.shape) or real(image, *size))
    for counts in (256, 300, 512):
        no_larger(np.broadcast_to(np.uint8(9), (4200, 6000, 3)), 1024, counts)
    assert seen and max(max(shape) for shape in seen) < 2 * 3 * 512
