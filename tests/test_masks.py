"""Masks: who has what of each place, the guided loss, and what a transfer makes of them."""

from dataclasses import replace

import numpy as np
import pytest

from nst_helpers import transfer as transfer_module
from nst_helpers.backend import tf
from nst_helpers.checkpoint import Checkpoint, CheckpointError
from nst_helpers.colors import brightness
from nst_helpers.errors import ImageError
from nst_helpers.guided import GuidedObjective, at_layer, graph, guidance, guided_grams
from nst_helpers.images import load_image, noise_image, resize_image, save_image
from nst_helpers.losses import gram_distance, gram_matrix
from nst_helpers.masks import Masks, Parts, blended, chosen_masks, parts_at, parts_of, resized
from nst_helpers.objective import Objective
from nst_helpers.scene import scene_of
from nst_helpers.schedule import Level
from nst_helpers.settings import Settings
from nst_helpers.shipped import mask_names, shipped_mask, shipped_picture
from nst_helpers.transfer import first_picture, iterate, transfer

SHALLOW = {"conv1_1": 0.5, "conv2_1": 0.5}
QUICK = Settings(size=64, scales=2, iterations=8)
LEFT = np.repeat([[1.0, 0.0]], 8, axis=1).reshape(1, 16)  # white on the left half


@pytest.fixture(scope="module")
def content():
    return shipped_picture("temple", 96)  # (64, 96, 3)


@pytest.fixture(scope="module")
def styles():
    return [(1, shipped_picture(name, 80)) for name in ("stained_glass", "woodcut")]


# Who has what


def test_a_mask_may_be_of_any_kind_and_counts_as_shares():
    half = np.array([[0, 255], [51, 255]])
    expected = [[0, 1], [0.2, 1]]
    for mask in (half, half.astype(np.uint8), half / 255, np.repeat(half[..., np.newaxis], 3, axis=2)):
        np.testing.assert_allclose(Masks([mask]).styles[0], expected, rtol=1e-6)
    assert Masks([half > 99]).styles[0].tolist() == [[0, 1], [0, 1]]
    assert Masks([np.ones((2, 2), np.uint8)]).styles[0][0, 0] == np.float32(1 / 255)  # bytes are never shares


@pytest.mark.parametrize("mask, said", [
    (np.zeros((4, 4)), "covers nothing"), (np.full((4, 4), np.nan), "not finite"), (-np.eye(3), "from -1 to -?0"),
    (np.full((2, 2), 256.0), "from 256 to 256"), (np.ones(4), "has shape"), (np.ones((4, 4, 4)), "has shape"),
    (np.ones((0, 4)), "has shape"), ("face.png", "load_image"), ([["a"]], "no array"), ([[1j]], "no array"),
])
def test_what_is_no_mask_is_refused_by_its_name(mask, said):
    with pytest.raises(ImageError, match=f"^the mask of style 2 .*{said}"):
        Masks([None, mask])
    with pytest.raises(ImageError, match=f"^the mask of what is kept .*{said}"):
        Masks(keep=mask)


def test_as_many_masks_as_styles(content, styles):
    with pytest.raises(ImageError, match="do not match: 1 and 2"):
        transfer(content, styles, QUICK, masks=[LEFT])
    with pytest.raises(ImageError, match="as a list"):
        transfer(content, styles[0][1], QUICK, masks=LEFT)
    assert chosen_masks([None, None], 2) is None and chosen_masks(None, 1) is None


def test_resizing_takes_means_and_keeps_what_is_all_white_or_black():
    random = np.random.default_rng(0).random((37, 53)) > 0.5
    for size in ((5, 7), (74, 20), (90, 120), (37, 53)):
        for value in (0, 1):
            assert (resized(np.full((37, 53), value, np.float32), *size) == value).all()
        assert resized(random.astype(np.float32), *size).mean() == pytest.approx(random.mean(), abs=0.02)


def test_at_each_place_the_parts_sum_to_one():
    generator = np.random.default_rng(1)
    first, second, third = generator.random((9, 9)), generator.random((5, 4)), generator.random((20, 9))
    for styles in ([first, None], [second, third], [None, None]):
        for keep in (None, generator.random((6, 6))):
            for parts in (whole := parts_of(Masks(styles, keep), [0.3, 0.7], 12, 16), parts_at(whole, 6, 8, 2)):
                total = sum(parts.styles) + parts.photograph
                np.testing.assert_allclose(total, 1, atol=1e-3)
                assert min(part.min() for part in (*parts.styles, parts.photograph)) >= 0


def test_overlaps_are_blended_by_weight_and_elsewhere_weights_do_not_count():
    masks = Masks([[[1, 1, 0, 0]], [[0, 1, 1, 0]]], keep=[[0, 0, 0.5, 0]])
    first, second = parts_of(masks, [1, 3], 1, 4).styles
    np.testing.assert_allclose(first, [[1, 0.25, 0, 0]])
    np.testing.assert_allclose(second, [[0, 0.75, 0.5, 0]])
    assert parts_of(masks, [1, 3], 1, 4).photograph.tolist() == [[0, 0, 0.5, 1]]


def test_the_rest_goes_to_the_style_without_a_mask():
    parts = parts_of(Masks([LEFT, None]), [1, 1], 4, 16)
    np.testing.assert_array_equal(parts.styles[1], 1 - parts.styles[0])
    assert not parts.photograph.any()


def test_a_style_without_a_place_is_refused():
    with pytest.raises(ImageError, match=r"^style 1 has no place"):
        parts_of(Masks([LEFT, None], keep=LEFT), [1, 1], 4, 16)
    with pytest.raises(ImageError, match=r"^style 2 has no place"):
        parts_of(Masks([np.ones((2, 2)), None]), [1, 1], 4, 16)


# The guided loss


def test_guided_gram_matrices_by_pencil():
    """Two by two positions, two channels; the first region is the first position, the second half of the last two."""
    features = np.array([[[1, 2], [3, 0]], [[0, 4], [2, 2]]], np.float32)
    halves = np.sqrt([[[1, 0], [0, 0]], [[0, 0], [0.5, 0.5]]]).astype(np.float32)
    first, second = guided_grams(features, halves).numpy()
    np.testing.assert_allclose(first, [[1, 2], [2, 4]], rtol=1e-6)
    np.testing.assert_allclose(second, [[2, 2], [2, 10]], rtol=1e-6)  # ½ [[0, 0], [0, 16]] + ½ [[4, 4], [4, 4]]


def test_everywhere_is_the_plain_gram_matrix():
    features = np.random.default_rng(2).standard_normal((5, 6, 4)).astype(np.float32)
    (found,) = guided_grams(features, guidance([np.full((5, 6), 0.3, np.float32)], ["conv1_1"])["conv1_1"])
    np.testing.assert_allclose(found, gram_matrix(features, normalized=True), rtol=1e-5)


def test_guidance_is_normalized_and_as_large_as_the_features(compact):
    part = np.random.default_rng(3).random((45, 61), np.float32)
    layers = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
    seen = compact(noise_image(45, 61, 0), layers)
    for layer, found in guidance([part, 1 - part], layers).items():
        assert found.shape == (2, *seen[layer].shape[:2])
        np.testing.assert_allclose(tf.reduce_sum(found**2, axis=(1, 2)), 1, rtol=1e-5)


def test_a_region_below_one_position_is_refused_with_the_layers_name(content, styles):
    dot = np.zeros((64, 96))
    dot[30:34, 30:34] = 1
    with pytest.raises(ImageError, match=r"^style 1 has 0\.\d+ of one position of conv4_1, where a picture of 34×49 "):
        transfer(content, styles, replace(QUICK, style_layers={"conv1_1": 1, "conv4_1": 1}), masks=[dot, None])
    transfer(content, styles, replace(QUICK, iterations=2, style_layers={"conv1_1": 1}), masks=[dot, None])


def test_a_mask_that_vanishes_is_refused_with_the_layers_name_before_anything_is_computed(content, styles, monkeypatch):
    """One white pixel of a large mask: at the picture's own size nothing of it is left."""
    dot, network = np.zeros((2000, 2000), np.uint8), []
    dot[1000, 1000] = 255
    monkeypatch.setattr(transfer_module, "shared_network", lambda *_: network.append(1))
    settings = replace(QUICK, style_layers={"conv2_1": 1, "conv1_2": 1})
    for masks, whose, layer, size in (([dot, None], "style 1", "conv2_1", "34×49"),
                                      (Masks(keep=dot), "what is kept", "conv1_2", "43×64")):
        said = rf"^{whose} has 0\.00 of one position of {layer}, where a picture of {size} "
        with pytest.raises(ImageError, match=said):
            next(iterate(content, styles if whose == "style 1" else styles[0][1], settings, masks=masks))
        with pytest.raises(ImageError, match=said):
            first_picture(content, styles if whose == "style 1" else styles[0][1], settings, masks=masks)
    assert not network


def test_what_is_kept_may_be_smaller_than_a_position_of_a_deep_layer(content, styles):
    """It is the photograph to the last bit: no Gram matrix is made of it."""
    eye = np.zeros((64, 96))
    eye[30:34, 40:46] = 1
    image = transfer(content, styles[0][1], replace(QUICK, size=96), masks=Masks(keep=eye)).image
    np.testing.assert_array_equal(image[eye == 1], content[eye == 1])


def test_a_large_mask_is_reduced_at_the_door():
    half = np.zeros((6000, 4000), np.uint8)
    half[:3000] = 255
    for mask in (half, half / 255.0, half == 255, np.repeat(half[..., np.newaxis], 3, axis=2)):
        (found,) = Masks([mask]).styles
        assert found.shape == (3000, 2000) and (found[:1500] == 1).all() and not found[1500:].any()
    assert Masks([half[:4000]]).styles[0].shape == (4000, 4000)


def test_all_ones_lower_what_is_lowered_without_masks(compact, content, styles):
    """Two styles that share every place: the gradient is that of their blended Gram matrices."""
    settings = Settings(style_layers=SHALLOW, content_layers={"conv2_2": 1})
    part, canvas = np.full((64, 96), 0.5, np.float32), tf.constant(noise_image(64, 96, 4))
    shared = [(0.5, image) for _, image in styles]
    parts = Parts((part, part), np.zeros_like(part))
    plain, losses = Objective(compact, settings, content, shared, 2.0)(canvas)
    guided, others = GuidedObjective(compact, settings, content, shared, 2.0, parts)(canvas)
    np.testing.assert_allclose(guided, plain, atol=2e-5 * np.abs(plain).max())
    np.testing.assert_allclose(others.numpy()[[0, 2]], losses.numpy()[[0, 2]], rtol=1e-5)


def test_the_guided_gradient_is_that_of_a_finite_difference(compact, content, styles):
    """And it is zero where the photograph has all of a place."""
    settings = Settings(style_layers=SHALLOW, content_layers={"conv2_2": 1}, style_weight=1000)
    keep = np.zeros((64, 96), np.float32)
    keep[20:40, 30:60] = 1
    keep[40:, 30:60] = 0.5
    parts = parts_of(Masks([LEFT, None], keep), [1, 1], 64, 96)
    objective = GuidedObjective(compact, settings, content, styles, 1.0, parts)
    canvas = noise_image(64, 96, 5)
    gradient = objective(tf.constant(canvas))[0].numpy()
    assert not gradient[keep == 1].any() and gradient[keep < 1].any(axis=-1).all()
    direction = gradient / np.sqrt(np.mean(gradient**2))
    ends = [float(objective(tf.constant(canvas + side * direction))[1][3]) for side in (-1, 1)]
    unit = float(objective._weights[2])
    assert unit * (ends[1] - ends[0]) / 2 == pytest.approx(float(np.vdot(gradient, direction)), rel=0.02)


def test_a_region_counts_as_in_a_picture_of_its_own(compact, content, styles):
    """Half a picture: its style loss is half of that of the half by itself, so each pixel is pulled as hard."""
    settings = Settings(style_layers={"conv1_1": 1.0})
    left = np.zeros((64, 96), np.float32)
    left[:, :48] = 1
    canvas = noise_image(64, 96, 7)
    pictured = blended(canvas, content, 1 - left)  # what is judged: the photograph on the right
    whole = GuidedObjective(compact, settings, content, styles[:1], 1.0, Parts((left,), 1 - left))
    seen, reference = (compact(picture, ["conv1_1"])["conv1_1"] for picture in (pictured, styles[0][1]))
    alone = gram_distance(gram_matrix(seen[:, :48], normalized=True), gram_matrix(reference, normalized=True))
    assert float(whole(tf.constant(canvas))[1][1]) == pytest.approx(0.5 * float(alone), rel=1e-4)


def test_one_graph_for_all_masks_and_numbers_of_styles(compact, content, styles):
    settings = Settings(style_layers=SHALLOW, content_layers={"conv2_2": 1})
    found = [GuidedObjective(compact, settings, content, styles[:count], 1.0,
                             parts_of(Masks([LEFT, None][:count]), [1] * count, 64, 96)) for count in (1, 2)]
    for objective in found:
        objective(tf.constant(content))
    assert found[0]._graph is found[1]._graph is graph(compact, ("conv2_2",), tuple(SHALLOW))
    assert found[0]._graph.experimental_get_tracing_count() == 1


# What a transfer makes of it


def test_half_and_half_takes_each_style_on_its_side(compact, content, styles):
    settings = Settings(size=64, scales=1, iterations=30, style_layers=SHALLOW, content_weight=0.01)
    image = transfer(content, styles, settings, masks=[LEFT, None]).image
    grams = [gram_matrix(compact(style, ["conv2_1"])["conv2_1"], normalized=True) for _, style in styles]
    halves = [gram_matrix(compact(half, ["conv2_1"])["conv2_1"], normalized=True)
              for half in (image[:, :30], image[:, 34:])]
    distances = np.array([[float(gram_distance(half, gram)) for gram in grams] for half in halves])
    assert distances[0, 0] < 0.3 * distances[0, 1] and distances[1, 1] < 0.3 * distances[1, 0]


@pytest.mark.parametrize("colors", ["style", "matched", "brightness"])
@pytest.mark.parametrize("settings", [QUICK, Settings.classic(size=64, scales=2, iterations=8)], ids=["lbfgs", "adam"])
def test_what_is_kept_is_the_photograph_to_the_last_bit(content, styles, settings, colors):
    keep = np.zeros((64, 96))
    keep[16:48, 24:72] = 1
    for masks in (Masks(keep=keep), Masks([1 - keep])):  # what has no style stays, too
        image = transfer(content, styles[0][1], replace(settings, colors=colors), masks=masks).image
        photograph = resize_image(content, *image.shape[:2])
        same = (image == photograph).all(axis=-1)
        inside = resized(np.float32(keep), *image.shape[:2])
        assert same[inside == 1].all() and (inside == 1).sum() > 500
        assert same[inside == 0].mean() < 0.05


def test_what_is_kept_does_not_flow_into_what_is_painted(content, styles):
    """A soft edge goes over from the one to the other; the noise that it began with is in neither."""
    keep = resized(np.array([[1, 0]], np.float32), 1, 48)
    steps = list(iterate(content, styles[0][1], QUICK, masks=Masks(keep=keep)))
    state = steps[-1].state.canvas
    assert np.abs(state[:, :12] - state[:, 1:13]).mean() < 40  # noise would have 85


def test_the_same_seed_gives_the_same_bits_and_a_weight_of_zero_takes_its_mask_along(content, styles):
    first, again = (transfer(content, styles, QUICK, masks=[LEFT, None]) for _ in range(2))
    np.testing.assert_array_equal(first.image, again.image)
    assert isinstance(first.masks, Masks) and len(first.masks.styles) == 2
    extra = transfer(content, [(0, styles[1][1]), *styles], QUICK, masks=[1 - LEFT, LEFT, None])
    np.testing.assert_array_equal(extra.image, first.image)


def test_each_style_is_matched_to_the_colors_of_its_own_region(styles):
    photograph = np.full((40, 40, 3), (30, 60, 200), np.float32)
    photograph[:, 20:] = 220, 140, 20
    photograph += noise_image(40, 40, 0) / 10
    scene = scene_of(photograph, [(0.5, image) for _, image in styles], Masks([LEFT, None]), Level(40, 40, 1, 1.0),
                     Settings(colors="matched"))
    for (_, style), half in zip(scene.styles, (photograph[:, :20], photograph[:, 20:]), strict=True):
        np.testing.assert_allclose(style.mean(axis=(0, 1)), half.mean(axis=(0, 1)), atol=8)
    scene = scene_of(photograph, [(0.5, image) for _, image in styles], Masks([LEFT, None]), Level(40, 40, 1, 1.0),
                     Settings(colors="brightness"))
    means = [brightness(style).mean() for _, style in scene.styles]
    assert means[0] < means[1] - 30  # the left half is the darker one


# Around it


def test_a_run_with_masks_goes_on_and_others_are_refused(content, styles, tmp_path):
    whole = transfer(content, styles, QUICK, masks=[LEFT, None])
    path = tmp_path / "run.npz"

    def end(step):
        if step.iteration == 5:
            raise KeyboardInterrupt

    transfer(content, styles, QUICK, end, Checkpoint(path), masks=[LEFT, None])
    with pytest.raises(CheckpointError, match=r"another run: the mask of style 1 differ"):
        transfer(content, styles, QUICK, checkpoint=Checkpoint(path), masks=[1 - LEFT, None])
    with pytest.raises(CheckpointError, match=r"the mask of style 1, the mask of style 2 differ"):
        transfer(content, styles, QUICK, checkpoint=Checkpoint(path))
    resumed = transfer(content, styles, QUICK, checkpoint=Checkpoint(path), masks=Masks([LEFT, None]))
    np.testing.assert_array_equal(resumed.image, whole.image)
    assert resumed.history == whole.history


def test_the_shipped_masks_are_as_large_as_their_photographs():
    assert mask_names() == ("astronaut_head", "temple_sky")
    for name in mask_names():
        mask = shipped_mask(name)
        assert mask.shape == shipped_picture(name.partition("_")[0]).shape[:2]
        assert mask.min() == 0 and mask.max() == 1 and 0.02 < mask.mean() < 0.6
    with pytest.raises(ImageError, match="no shipped mask 'face': choose one of astronaut_head, temple_sky"):
        shipped_mask("face")


def test_a_mask_file_reads_as_it_was_written(tmp_path):
    mask = np.repeat((255 * shipped_mask("temple_sky"))[..., np.newaxis], 3, axis=2)
    path = save_image(mask, tmp_path / "mask.png")
    np.testing.assert_allclose(Masks([load_image(path, None)]).styles[0], shipped_mask("temple_sky"), atol=1e-6)
    assert at_layer(np.ones((9, 9), np.float32), "conv3_1").shape == (2, 2)
