"""Exercises of lesson 07: the total loss."""

from functools import cache

import numpy as np

from nst_helpers.exercises import Derive, Foretold, Make, Repair, Wish, sizes

STYLE_LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")


# Gradients of length 1, weighed


def _length(array):
    return np.sqrt(np.sum(array**2))


def _added(pulls):
    """The sum of arrays; one number if there are none."""
    total = 0.0
    for pull in pulls:
        total = total + pull
    return total


def _by(length):
    """Each gradient over this length of it, weighed and added; a gradient of zeros adds nothing."""
    def total(gradients, weights):
        return _added(weights[name] * gradient / length(gradient) for name, gradient in gradients.items()
                      if np.any(gradient))
    return total


_weighed = _by(_length)


def _idle(gradients, weights):
    """As the lesson gives it: weighed first, then brought to length 1, which takes the weight away again."""
    pulls = [weights[name] * gradient for name, gradient in gradients.items()]
    return _added(pull / _length(pull) for pull in pulls if _length(pull) > 0)


def _plain(gradients, weights):
    return _added(weights[name] * gradient for name, gradient in gradients.items())


def _at_the_end(gradients, weights):
    total = _plain(gradients, weights)
    return total / _length(total)


def _unguarded(gradients, weights):
    with np.errstate(invalid="ignore"):
        return _added(weights[name] * gradient / _length(gradient) for name, gradient in gradients.items())


def _early(gradients, weights):
    """Returns inside the loop."""
    for name, gradient in gradients.items():
        if np.any(gradient):
            return weights[name] * gradient / _length(gradient)
    return 0.0


def _last(gradients, weights):
    name = [name for name, gradient in gradients.items() if np.any(gradient)][-1]
    return weights[name] * gradients[name] / _length(gradients[name])


def _common(gradients, weights):
    """One length for all: that of all gradients together."""
    return _plain(gradients, weights) / np.sqrt(sum(np.sum(gradient**2) for gradient in gradients.values()))


def _by_row(gradient):
    """The length of each row by itself; a row of zeros stays."""
    lengths = np.sqrt(np.sum(gradient**2, axis=-1, keepdims=True))
    return np.where(lengths == 0, 1.0, lengths)


def _by_place(gradients, weights):
    return _added(weight * gradient / _length(gradient) for weight, gradient in
                  zip(weights.values(), gradients.values(), strict=True) if np.any(gradient))


def _gradients(generator, zero=None):
    """Gradients of very different lengths, and weights in another order."""
    sizes = {"content": 3.0, "style": 80.0, "tv": 0.5}
    weights = dict(zip(sizes, generator.uniform(0.2, 5, 3).round(2).tolist(), strict=True))
    gradients = {name: generator.normal(0, sizes[name], (2, 2)).round(2) for name in reversed(sizes)}
    if zero:
        gradients[zero] = np.zeros_like(gradients[zero])
    return gradients, weights


# A picture to order

ORDERED = 160  # pixels: its longer side
EQUAL: dict[str, float] = dict.fromkeys(STYLE_LAYERS, 0.2)


@cache
def _wanted():
    """(the temple, its feature maps at conv4_2, [(feature maps of a painting, the temple's style loss), …])."""
    from nst_helpers.losses import style_loss
    from nst_helpers.networks import shared_network
    from nst_helpers.shipped import picture_names, shipped_picture

    network = shared_network()
    temple = shipped_picture("temple", ORDERED)
    seen = network(temple, ("conv4_2", *STYLE_LAYERS))
    paintings = (network(shipped_picture(name, 2 * ORDERED), STYLE_LAYERS) for name in picture_names("style"))
    return temple, seen["conv4_2"], [(maps, float(style_loss(seen, maps, EQUAL))) for maps in paintings]


def _ordered(image):
    """The picture as an array, or an error that says what is wrong with it."""
    image, shape = np.asarray(image, np.float32), _wanted()[0].shape
    if image.shape != shape:
        raise ValueError(f"a picture {shape} is wanted, this has the shape {image.shape}")
    if image.max() <= 1.5:
        raise ValueError("its values lie between 0 and 1, and 0 to 255 is wanted")
    return np.clip(image, 0, 255)


def _content_lost(image):
    from nst_helpers.losses import content_loss
    from nst_helpers.networks import shared_network

    wanted = _wanted()[1]
    return float(content_loss(shared_network()(_ordered(image), ["conv4_2"])["conv4_2"], wanted)) / wanted.numpy().size


def _style_left(image):
    """The style loss over the temple's, for the painting for which that is least."""
    from nst_helpers.losses import style_loss
    from nst_helpers.networks import shared_network

    maps = shared_network()(_ordered(image), STYLE_LAYERS)
    return min(float(style_loss(maps, painting, EQUAL)) / before for painting, before in _wanted()[2])


def _variation(image):
    from nst_helpers.losses import total_variation

    return float(total_variation(_ordered(image), 40.0)) / np.size(image)


EXERCISES = {
    "07-weights": Repair(
        truth=_weighed,
        planted=_idle,
        symptom="Double α, and what comes out is the same.",
        inputs=lambda generator: [_gradients(generator), _gradients(generator, zero="content")],
        mistakes={
            "now no gradient is brought to length 1, so the longest one drowns the others whatever the weights are.":
                _plain,
            "the sum is brought to length 1 now, and the longest gradient still rules in it: bring each one there.":
                _at_the_end,
            "a gradient of zeros has length 0, and 0/0 is nan: let it add nothing.": _unguarded,
            "that divides by the root of the mean of the squares; the length is the root of their sum.":
                _by(lambda gradient: np.sqrt(np.mean(gradient**2))),
            "that divides by the sum of the absolute values; the length is the root of the sum of the squares.":
                _by(lambda gradient: np.sum(np.abs(gradient))),
            "that divides by the largest entry; the length is the root of the sum of the squares.":
                _by(lambda gradient: np.max(np.abs(gradient))),
            "that divides by the squared length: the root is missing.": _by(lambda gradient: np.sum(gradient**2)),
            "that is divided by the sum of the weights: a weighted mean, where the sum is asked for.":
                lambda gradients, weights: _weighed(gradients, weights) / sum(weights.values()),
            "each weight counts squared.":
                lambda gradients, weights: _weighed(gradients, {name: w**2 for name, w in weights.items()}),
            "that divides by the length of each row; one gradient has one length, over all its numbers.": _by(_by_row),
            "that divides all by one common length; each gradient has to be divided by its own.": _common,
            "that multiplies by the length; a gradient is brought to length 1 by dividing.":
                _by(lambda gradient: 1 / _length(gradient)),
            "that divides by the root of the length: one root too many.":
                _by(lambda gradient: np.sqrt(_length(gradient))),
            "that keeps only the sign of each number; the gradient keeps its direction, and its length becomes 1.":
                lambda gradients, weights: _added(weights[name] * np.sign(gradient)
                                                  for name, gradient in gradients.items()),
            "only the last term is returned: add to total, total = total + …": _last,
            "only the first term is returned: the return stands inside the loop.": _early,
            "that multiplies the whole by the sum of the weights; each weight belongs to its own gradient.":
                lambda gradients, weights: _idle(gradients, weights) * sum(weights.values()),
            "weights and gradients are paired by place; they belong together by name: weights[name].": _by_place,
            "the sign is turned: the gradient points uphill, and the optimizer takes the minus.":
                lambda gradients, weights: -_weighed(gradients, weights),
            "every pixel keeps its own number: that is summed to one.":
                lambda gradients, weights: np.sum(_weighed(gradients, weights)),
        },
        praise="A weight has to come after whatever makes lengths equal, or it is divided out again.",
    ),
    "07-order": Make(
        wishes=(
            Wish("content loss at conv4_2, for each number", lambda image: round(_content_lost(image), 3), 0.665,
                 0.735),
            Wish("style loss, over the photograph’s, for the painting it is nearest to",
                 lambda image: round(_style_left(image), 3), most=0.3),
            Wish("total variation, for each number", lambda image: round(_variation(image), 1), most=25),
        ),
        picture=_ordered,
        praise="The same loss of content is another β for every painting.",
    ),
    "07-network": Derive(
        truth="beta / s**2",
        variables={"beta": (1, 60), "s": (2, 9)},
        mistakes={
            "E compares products of two responses, and squares the difference: count the factors s in it.": "beta / s",
            "that keeps the style loss itself the same; what has to stay is its ratio to α · L_content, which grows "
            "too.": "beta / s**4",
            "the other way round: the style loss grows faster than the content loss, so β has to shrink.":
                "beta * s**2",
            "the style loss grows with s, so β has to shrink, not grow.": "beta * s",
            "both losses grow, but not alike: one is of second degree in the responses, the other of fourth.": "beta",
            "with four factors s in the style loss and two in the content loss, two are left.": "beta / s**3",
            "the other way round, and the content loss grows too.": "beta * s**4",
            "the ½ and the ¼ were there before, and stay: they cancel in the ratio.": "beta / (2 * s**2)",
            "the ¼ in E was there before, and stays: it cancels.": "beta / (4 * s**2)",
            "s multiplies numbers, so no root of it appears.": "beta / s**0.5",
            "that is the factor alone; the new weight is asked for, with beta in it.": "1 / s**2",
            "25 is the β of this lesson; write beta, so that it holds for every β.": "25 / s**2",
            "the factor is squared: the content loss grows by s², the style loss by s⁴.": "beta / (2 * s)",
            "that is neither the factor nor the new weight: count the factors s in both losses, and keep beta.":
                "1 / s",
        },
        praise="TV does not pass the network at all, so γ has to become s²γ.",
    ),
    "07-sizes": Foretold(
        leads={"48 pixels": "style", "128 pixels": "tv"},
        among=("content", "style", "tv"),
        truth=sizes.shares,
        inputs=lambda generator: sizes.sizes_at(48, 128),
        mistakes={
            "the content loss is a mean in it; here it is the sum, as printed.":
                lambda size: sizes.shares(size, per_number=(0,)),
            "the total variation is a mean in it; here it is the sum, as printed.":
                lambda size: sizes.shares(size, per_number=(2,)),
            "content loss and total variation are means in it; here they are the sums, as printed.":
                lambda size: sizes.shares(size, per_number=(0, 2)),
            "the terms are not weighed: at 64 pixels all three shares have to be a third.": sizes.unweighted,
            "that weighs anew at every size; the weights are those of 64 pixels.": lambda size: np.full(3, 1 / 3),
            "that lets the sums grow as the number of pixels does, and E stay; measured, none of them does so exactly.":
                sizes.by_pixels,
            "those are percent; shares that sum to 1 are asked for.": lambda size: 100 * sizes.shares(size),
            "the weighted terms are right; divide them by their sum.": sizes.undivided,
            "the three shares are equal at 128 pixels in it; they have to be at 64.":
                lambda size: sizes.shares(size, balanced_at=128),
            "the three shares are equal at 48 pixels in it; they have to be at 64.":
                lambda size: sizes.shares(size, balanced_at=48),
            "the painting is as large as the photograph; take it twice as large.":
                sizes.small_painting,
            "the painting keeps one size in it; take it twice as large as the photograph at each size.":
                lambda size: sizes.shares(size, painting_size=256),
            "nan: the content loss is 0 at 64 pixels, and 0/0 is nan. The picture is mirrored: photograph[:, ::-1].":
                lambda size: sizes.shares(size, flip=""),
            "the total variation has the lesson’s epsilon in it; here it is total_variation(image), without one.":
                lambda size: sizes.shares(size, epsilon=40.0),
            "the total variation has the lesson’s frame in it; here it is called with the bare picture.":
                lambda size: sizes.shares(size, framed=True),
            "that is mirrored upside down; left and right change places: photograph[:, ::-1].":
                lambda size: sizes.shares(size, flip="upside down"),
            "the order is content, style, total variation.": lambda size: sizes.shares(size)[[1, 0, 2]],
        },
        praise="With the losses as sums, the same three weights mean another picture at every size.",
        tolerance=4e-3,
    ),
    "07-balance": Derive(
        truth="4 * alpha / (3 * s**2)",
        variables={"alpha": (0.5, 5), "s": (1.5, 4)},
        mistakes={
            "the other way round: a weak content needs a small β to be balanced.": "3 * s**2 / (4 * alpha)",
            "that is where the minimum at w = 0 splits in two; at w = s/2 the style pulls with s² − s²/4.":
                "alpha / s**2",
            "that makes the two weighted losses equal at s/2; what has to be equal are their slopes.":
                "8 * alpha / (9 * s**2)",
            "that makes the sum as low at w = 0 as at w = s; compare the two slopes at w = s/2 instead.":
                "2 * alpha / s**2",
            "the inner derivative is missing: that of w² is 2w.": "4 * alpha / (3 * s)",
            "half of the inner derivative is missing, or the ½ of the content: (½w²)′ = w, and (w²)′ = 2w.":
                "8 * alpha / (3 * s**2)",
            "the ¼ is gone once the square and w² are derived: the slope is w(w² − s²).": "16 * alpha / (3 * s**2)",
            "the ¼ counts: with it, the slope of the style is w(w² − s²), not four times that.": "alpha / (3 * s**2)",
            "a factor of 2 is left over: ¼ · 2 · 2w = w.": "2 * alpha / (3 * s**2)",
            "the weight is positive: at s/2 content pulls towards 0 and style towards s, so the slopes differ in sign.":
                "-4 * alpha / (3 * s**2)",
            "the style pulls with the difference of s² and w²: s² − s²/4, not s² + s²/4.": "4 * alpha / (5 * s**2)",
            "that holds for α = 1.": "4 / (3 * s**2)",
            "s does not drop out: the slope of the style grows with its third power.": "4 * alpha / 3",
            "divide by s², where you multiplied: the farther the wells, the harder the style pulls.":
                "4 * alpha * s**2 / 3",
            "w stands in both slopes and cancels: s², not s to the third power, is left.": "8 * alpha / (3 * s**3)",
            "equal weights balance two equal slopes; at s/2 these are s/2 and s/2 · ¾s².": "alpha",
            "that is the height of the style’s loss in the middle; what pulls at s/2 is its slope.": "4 * alpha / s**4",
            "that is ¾ upside down: α = β · ¾ s².": "3 * alpha / (4 * s**2)",
        },
        praise="In general w² = s² − α/β: the style’s own minimum is reached by no β, however large.",
    ),
}
