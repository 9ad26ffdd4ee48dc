"""What is wrong with a picture, by what can be measured in it, and what to change.

The signs compare a result with its own content and style picture, so the same limits serve every pair. The limits
lie between the finished pictures of this course and pictures that were spoilt on purpose (tests/test_diagnose.py).
"""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from nst_helpers.colors import brightness, gray, recolored
from nst_helpers.errors import ImageError
from nst_helpers.guided import regions_loss, regions_of
from nst_helpers.images import checked_picture, resize_image
from nst_helpers.losses import gram_style_loss
from nst_helpers.masks import parts_of
from nst_helpers.networks import NetworkError, shared_network
from nst_helpers.objective import blended_grams
from nst_helpers.result import Result
from nst_helpers.schedule import Level, reduced, style_size
from nst_helpers.transfer import counting_masks, weighted_styles
from nst_helpers.words import translated

DARK = 0.4  # brightness below: black
FLAT = 0.45  # contrast below: washed out; with as little colour: grey haze
NOISY = 3.0  # noise above
LOST = 0.2  # subject below
FAR = 0.45  # style distance above: the style has not arrived
BOUNDS = {"brightness": (DARK, "least"), "contrast": (FLAT, "least"), "noise": (NOISY, "most"),
          "subject": (LOST, "least"), "style": (FAR, "most")}  # what a healthy picture has at least, or at most
LEAST = 2.0  # gray levels: with less brightness or contrast than that, a picture has none that another could lack
ALIKE = 1e-4  # style distance of content and style, over the style itself: below, the content has the style already
SUBJECT = "conv4_2"  # the layer that knows the subject


class Finding(NamedTuple):
    """One thing that is wrong."""

    name: str  # "black", "grey haze", "washed out", "coloured noise", "subject lost", "style missing", "not converged"
    sign: str  # what was measured
    cure: str  # what to change

    @property
    def title(self) -> str:
        """The name in the language in use."""
        return translated(self.name)


def diagnose(result: Result, measured: Mapping[str, float] | None = None) -> list[Finding]:
    """What is wrong with a finished transfer.

    Args:
        result: a `Result` of `nst_helpers.transfer.transfer`, of any size and with any layers.
        measured: its `signs`, where they are known already; None measures them, which takes some seconds.

    Returns:
        A list of `Finding`s; empty for a picture that is as it should be, as far as that can be measured: see `signs`.
    """
    found, settings = signs(result) if measured is None else measured, result.settings
    light = _light(found, settings)
    if light:  # what is black or flat has neither subject nor style: no need to say so
        return _spoken(light)
    findings = []
    if found["noise"] > NOISY:
        findings.append(Finding(
            "coloured noise", f"the finest colour details are {found['noise']:.1f} times as strong as in the pictures",
            f"raise tv_weight (now {settings.tv_weight:g}), give it more iterations (now {settings.iterations}), more "
            f"scales (now {settings.scales}), or a learning_rate below {settings.learning_rate:g}"))
    return _spoken(findings + _likeness(found, settings))


def _spoken(findings):
    """Their sentences in the language in use; their names are for programs too, and stay."""
    return [one._replace(sign=translated(one.sign), cure=translated(one.cure)) for one in findings]


def signs(result: Result) -> dict[str, float]:
    """The measurements: {"brightness", "contrast", "color", "noise", "subject", "style"}.

    - brightness, contrast: mean and standard deviation of the brightness, over the lower of content's and style's.
    - color: root mean square distance from grey, over that of the picture whose colours it should have.
    - noise: the same, of details finer than a pixel or two, over the higher of content's and style's.
    - subject: correlation of the feature maps of conv4_2 with the content's, from −1 to 1. It is left out where the
      picture is too narrow for that layer.
    - style: the style loss, over that of the content picture itself. 0 is the style, 1 is no better than untouched.
      With masks, that of each style in its own region.
      It is left out where a picture is too narrow for its layers.

    Both are left out where the settings' network is no longer to be had. What the pictures themselves do not have is
    left out too: brightness where one is black, contrast where one is flat, style where the content has it already.
    """
    image, settings = result.image, result.settings
    if result.content is None or result.style is None:
        raise ImageError("the result does not know its content and its style: judge the one that `transfer` returned")
    height, width = image.shape[:2]
    content, styles = reduced(checked_picture(result.content, "content"), weighted_styles(result.style),
                              max(height, width), settings)
    content, styles, kept = recolored(content, styles, settings.colors)
    content = resize_image(content, height, width)
    level = Level(height, width, 1, 1.0)
    styles = [(share, resize_image(style, *style_size(style, level, settings))) for share, style in styles]
    colors = styles if kept is None else [(1.0, resize_image(kept, height, width))]
    pictures = [content, *(style for _, style in styles)]
    light, masks = brightness(image), counting_masks(result.style, result.masks)
    parts = masks and parts_of(masks, [share for share, _ in styles], height, width)
    lights = [brightness(picture) for picture in pictures]
    bright, varied = min(theirs.mean() for theirs in lights), min(theirs.std() for theirs in lights)
    return {
        **({"brightness": float(light.mean() / bright)} if bright > LEAST else {}),
        **({"contrast": float(light.std() / varied)} if varied > LEAST else {}),
        "color": _color(image) / max(1.0, sum(share * _color(picture) for share, picture in colors)),
        "noise": _noise(image) / max(1.0, *(_noise(picture) for picture in [*pictures, *(p for _, p in colors)])),
        **_seen(image if kept is None else gray(image), content, styles, settings, parts),
    }


def _light(found, settings):
    """What is wrong with light and colour as a whole."""
    if found.get("brightness", 1.0) < DARK:
        return [Finding("black", f"it has {found['brightness']:.2f} of the pictures' brightness",
                        "pixels are saved in 0–255: undo the network's preprocessing before you save, I = x · scale + "
                        "mean; and do not feed pictures that are scaled to 0–1")]
    if found.get("contrast", 1.0) >= FLAT:
        return []
    name = "grey haze" if found["color"] < FLAT else "washed out"
    return [Finding(name, f"only {found['contrast']:.2f} of the contrast, {found['color']:.2f} of the colour",
                    f"lower tv_weight (now {settings.tv_weight:g}), or raise style_weight (now "
                    f"{settings.style_weight:g}) and content_weight (now {settings.content_weight:g}) against it")]


def _likeness(found, settings):
    """Whether it has the subject of the one and the style of the other."""
    lost, far = found.get("subject", 1.0) < LOST, found.get("style", 0.0) > FAR  # what is not known is no finding
    subject = f"its features correlate with the content's by {found['subject']:.2f}" if lost else ""
    style = f"the style loss is {found['style']:.2f} of the untouched photograph's" if far else ""
    if lost and far:
        return [Finding("not converged", f"{subject}, and {style}: it has neither",
                        f"more iterations (now {settings.iterations}), or another learning_rate (now "
                        f"{settings.learning_rate:g}; 2 to 10 suit Adam and L-BFGS on pixels 0–255)")]
    if lost:
        return [Finding("subject lost", subject, f"raise content_weight (now {settings.content_weight:g}) or lower "
                        f"style_weight (now {settings.style_weight:g}), by factors of two, or take init='content' "
                        "with scales=1")]
    if far:
        return [Finding("style missing", style, f"raise style_weight (now {settings.style_weight:g}) or lower "
                        f"content_weight (now {settings.content_weight:g}), by factors of two")]
    return []


def _color(image):
    return float(np.sqrt(np.mean((image - brightness(image)[..., np.newaxis]) ** 2)))


def _noise(image):
    smooth = ndimage.gaussian_filter(image, (1, 1, 0), mode="reflect")
    return _color(image - smooth)


def _seen(image, content, styles, settings, parts):
    """Subject and style, as the network sees them, where the pictures are large enough for it to see them."""
    try:
        network = shared_network(settings.network, settings.pooling, "float32")
    except NetworkError:
        return {}
    found = {}
    if _fit([image], [SUBJECT], network) and brightness(content).std() > LEAST:
        found["subject"] = _subject(image, content, network)
    if _fit([image, *(style for _, style in styles)], settings.style_layers, network):
        found |= _style(image, content, styles, settings.style_layers, network, parts)
    return found


def _fit(pictures, layers, network):
    return min(min(picture.shape[:2]) for picture in pictures) >= network.smallest_size(layers)


def _subject(image, content, network):
    ours, theirs = (_centered(network(picture, [SUBJECT])[SUBJECT]) for picture in (image, content))
    return float(np.vdot(ours, theirs) / max(1e-12, np.linalg.norm(ours) * np.linalg.norm(theirs)))


def _style(image, content, styles, layers, network, parts):
    """{"style": …}; nothing where the content has the style already."""
    loss = (partial(regions_loss, regions=regions_of(network, styles, parts, layers)) if parts else
            partial(gram_style_loss, style_grams=blended_grams(network, styles, layers)))
    ours, theirs = (network(picture, layers) for picture in (image, content))
    nothing = {layer: 0 * maps for layer, maps in ours.items()}
    left, before, itself = (float(loss(maps, layer_weights=layers)) for maps in (ours, theirs, nothing))
    return {"style": left / before} if before > ALIKE * itself else {}


def _centered(features):
    features = np.asarray(features, np.float64)
    return features - features.mean(axis=(0, 1))
