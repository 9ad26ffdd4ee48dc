"""Exercises of lesson 02: feature maps."""

import numpy as np

from nst_helpers.exercises.kinds import Choice, Derive, Make, Option, Repair, Wish

MEANS = np.array([123.68, 116.779, 103.939])  # red, green, blue
SIDE, GRAY, CONTRAST = 64, 117, 60  # of the picture of stripes


def _stripes(picture):
    """The picture as (64, 64, 3) float32; ValueError where it is not one."""
    picture = np.asarray(picture, np.float32)
    if picture.shape in ((SIDE, SIDE), (SIDE, SIDE, 1)):
        picture = np.repeat(picture.reshape(SIDE, SIDE, 1), 3, axis=2)
    if picture.shape != (SIDE, SIDE, 3):
        raise ValueError(f"a picture of {SIDE}×{SIDE} pixels is asked for, this has the shape {picture.shape}")
    return picture


def _response(picture, channel, half):
    """The mean response of a channel of conv2_1 within one half of the picture; 4 values of rim are left out."""
    from nst_helpers.networks import shared_network

    picture = _stripes(picture)
    if np.ptp(picture, axis=(0, 1)).max() < 1:
        raise ValueError("the picture is even: draw something that changes from pixel to pixel")
    features = shared_network()(picture, "conv2_1")["conv2_1"].numpy()[4:-4]
    left, right = features[:, 4:12].mean(axis=(0, 1)), features[:, 20:28].mean(axis=(0, 1))
    if min(right[6], left[8]) >= 6 and max(left[6], right[8]) <= 0.5:
        raise ValueError("the two halves are exchanged: channel 6 responds at the right, channel 8 at the left")
    return (left if half == "left" else right)[channel]


def _wish(channel, half, least=None, most=None):
    where = "in the left half" if half == "left" else "in the right half"
    return Wish(f"mean response of channel {channel} {where}", lambda p: _response(p, channel, half),
                least, most)


# The preprocessing undone


def _undo(prepared, means=MEANS[::-1], turn=True, sign=1, before=False, clip=True):
    """RGB, 0–255, from blue, green, red minus their means; with the mistakes that one can make in it."""
    image = np.asarray(prepared, float)
    image = image[:, :, ::-1] if before else image
    image = image + sign * means
    image = image[:, :, ::-1] if turn and not before else image
    return np.clip(image, 0, 255) if clip else image


def _prepared(generator):
    """Pictures as Keras's VGG-19 takes them; one step of an optimizer has carried them out of 0–255."""
    return [(generator.uniform(-10, 265, (*size, 3))[:, :, ::-1] - MEANS[::-1],) for size in ((1, 1), (2, 3))]


EXERCISES = {
    "02-closed": Derive(
        truth="3 * 2**n - 2",
        variables={"n": (1, 6)},
        mistakes={
            "the pooling adds to the field too: its window of 2 takes in one more neighbour.": "2**(n + 1) - 1",
            "the jump doubles behind every pooling; with it the steps grow.": "1 + 3*n",
            "the jump doubles behind every pooling; and each pooling adds one jump itself.": "1 + 2*n",
            "a single pixel sees itself: r begins with 1, not with 0.": "3 * 2**n - 3",
            "put n = 1 in: one convolution and one pooling see 4 pixels across.": "3 * 2**n",
            "that is one pair too few: put n = 1 in, which must give 4.": "3 * 2**(n - 1) - 2",
            "that is one pair too many: put n = 1 in, which must give 4.": "3 * 2**(n + 1) - 2",
            "that is the jump, the distance of two neighbours, and not the window.": "2**n",
            "the sum 1 + 2 + 4 + … of n terms ends at 2**(n−1), and is 2**n − 1.": "1 + 3 * 2**(n - 1)",
            "a convolution of 3 adds two jumps, not three: its own place was there already.": "4 * 2**n - 3",
            "the 2 of the convolution and the 1 of the pooling both count: 3 jumps for a pair.": "2**n + 1",
            "4 is right for one pair; but the jump doubles, so every pair adds twice as much as the one before.": "4*n",
            "that adds 6 with every pair; the jump doubles, so 3, 6, 12 … are added.": "6*n - 2",
            "the field does not grow fourfold: from 1 to 4, then by 6 to 10.": "4**n",
            "that is for two convolutions before each pooling, as in VGG's first blocks; here there is one.":
                "5 * 2**n - 4",
            "that is right for two pairs; a formula of n is asked for.": "10",
            "the 3×3 window triples nothing: it adds two jumps.": "3**n",
            "each pair adds 3 jumps, and the jump doubles: 3 n 2**n would be n equal terms.": "1 + 3 * n * 2**n",
        },
        praise="The field doubles, the map halves: depth pays for size in the coin of resolution.",
    ),
    "02-scale": Choice(
        options={
            "a": Option("conv4_1 responds to the cat more strongly than conv1_1: its mean is 0.83, and 0.77 there",
                        False, "Each layer was divided by a number of its own, so a comparison across layers tells "
                        "about those numbers."),
            "b": Option("channel 5 of conv3_1 responds more strongly to the cat than to the temple", True,
                        "b compares one channel with itself: the same factor stands on both sides."),
            "c": Option("a larger share of conv1_1 than of conv5_1 is above zero", True,
                        "c is about signs, which a positive factor does not change."),
            "d": Option("a change of the picture moves conv4_1 by 3 and conv1_1 by 1, so conv4_1 is more sensitive",
                        False, "The changes of a layer carry its factor, as its values do; only relative to the "
                        "layer's own values could they be compared."),
            "e": Option("the change of conv4_1 is 40 % of its size, that of conv1_1 is 10 %", True,
                        "e divides each change by the layer's own size, and the factor with it."),
            "f": Option("with one loss weight for all, a deep layer pushes the pixels harder, because deep features "
                        "are more important", False, "The push is proportional to the square of the layer's factor: it "
                        "can be made as large as one likes by rescaling."),
        },
        praise="Ratios within a layer survive the rescaling; comparisons across layers do not.",
    ),
    "02-stripes": Make(
        wishes=(
            _wish(6, "left", least=6), _wish(8, "left", most=0.5), _wish(8, "right", least=6),
            _wish(6, "right", most=0.5),
            Wish("largest distance from grey 117", lambda p: np.abs(_stripes(p) - GRAY).max(), most=CONTRAST + 0.5),
            Wish("largest difference between a pixel's three colours", lambda p: np.ptp(_stripes(p), axis=2).max(),
                 most=0.5),
        ),
        picture=lambda picture: np.clip(np.repeat(np.repeat(_stripes(picture), 4, 0), 4, 1), 0, 255),
        praise="You wrote by hand what the ascent would look for: a direction and a period.",
    ),
    "02-undo": Repair(
        truth=_undo,
        inputs=_prepared,
        planted=lambda prepared: np.clip(np.asarray(prepared, float)[:, :, ::-1] + MEANS[::-1], 0, 255),
        symptom="A grey picture that goes through the preprocessing and back comes out bluish: blue is 20 grey levels "
                "too bright, red 20 too dark.",
        mistakes={
            "the result is still blue, green, red: turn the colours round, behind the means.":
                lambda prepared: _undo(prepared, turn=False),
            "the means are to be added: the preprocessing subtracted them.": lambda prepared: _undo(prepared, sign=-1),
            "an optimizer can carry pixels out of 0–255; cut them off, as the function did.":
                lambda prepared: _undo(prepared, clip=False),
            "no means at all are added.": lambda prepared: _undo(prepared, sign=0),
            "you turned the rows round, not the colours: those are the last axis.":
                lambda prepared: np.clip((np.asarray(prepared, float) + MEANS[::-1])[::-1], 0, 255),
            "each pixel has a mean of its own colour: one number for all three is too few.":
                lambda prepared: _undo(prepared, means=MEANS.mean()),
            "the picture is asked for from 0 to 255, not from 0 to 1.": lambda prepared: _undo(prepared) / 255,
            "the scale of another network: Keras's VGG-19 does not divide by 58.":
                lambda prepared: np.clip((np.asarray(prepared, float) * 58 + MEANS[::-1])[:, :, ::-1], 0, 255),
            "without a cut, a pixel of −3 becomes 253 in one byte: cut off at 0 and 255 before you change the type.":
                lambda prepared: np.floor(_undo(prepared, clip=False)) % 256,
            "cut off last: first the means, then the cut at 0 and 255.":
                lambda prepared: np.clip(np.asarray(prepared, float), 0, 255)[:, :, ::-1] + MEANS,
        },
        praise="The order of two harmless lines was the bug, and the picture would only have looked a little cold.",
    ),
}
