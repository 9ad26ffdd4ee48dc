"""Compute what lesson 06 shows of total variation without computing it: data/denoised.

    python tools/denoised.py            what is missing or out of date
    python tools/denoised.py --check    compute nothing; name what is out of date

scikit_image.webp is the noisy cup of the lesson's section 4, denoised by scikit-image in place of the lesson's own
function. long.json is the grain of paintings from noise without total variation, after more and more steps.
"""

import sys
from functools import partial

import stamps

from nst_helpers.backend import tf
from nst_helpers.experiments.denoising import with_noise
from nst_helpers.experiments.grain import octave, rms
from nst_helpers.experiments.painting import painted, painting_loss, step_of, with_gradient
from nst_helpers.images import noise_image
from nst_helpers.networks import data_folder, load_network
from nst_helpers.optimizers import Adam
from nst_helpers.schedule import cosine
from nst_helpers.settings import Settings
from nst_helpers.shipped import picture_file, shipped_picture

FOLDER = data_folder() / "denoised"
RECIPES = {"scikit_image": {"size": 240, "sigma": 20, "gamma": 13, "tolerance": 1e-7},
           "long": {"size": 144, "steps": [64, 250, 1000]}}


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "denoised")


def read_recipes():
    return RECIPES


def is_stale(name, recipe):
    return stamps.is_stale(FOLDER / f"{name}.json", stamp(recipe), [FOLDER / "scikit_image.webp"])


def compute(name, recipe):
    told = {"scikit_image": by_library, "long": long_runs}[name](recipe)
    stamps.keep_note(FOLDER / f"{name}.json", told | {"stamp": stamp(recipe)})
    return "done"


def stamp(recipe):
    files = [stamps.network_file("compact"), picture_file("coffee"), picture_file("stained_glass")]
    return stamps.digest([stamps.text(recipe)], files)


def cup(size):
    return shipped_picture("coffee", size)


def by_library(recipe):
    """Denoise; what scikit-image adds up is γ TV + ½ Σ (I − J)², with γ as its weight."""
    import skimage
    from skimage.restoration import denoise_tv_chambolle

    noisy = with_noise(cup(recipe["size"]), recipe["sigma"]).astype(float)
    image = denoise_tv_chambolle(noisy, weight=recipe["gamma"], eps=recipe["tolerance"], max_num_iter=2000,
                                 channel_axis=-1)
    stamps.keep_picture(FOLDER / "scikit_image.webp", image)
    return {"scikit-image": skimage.__version__, "recipe": recipe}


def long_runs(recipe):
    """{"grain": [[steps, RMS of the grey part, of the colour, loss], …]} of paintings from noise with γ = 0."""
    photo, glass = cup(recipe["size"]), shipped_picture("stained_glass", 2 * recipe["size"])
    look = with_gradient(partial(painting_loss(load_network(), photo, glass, Settings().style_weight),
                                 tv_weight=0.0, epsilon=40.0))
    noise = noise_image(*photo.shape[:2], seed=0)
    return {"recipe": recipe, "grain": [[steps, *paint(look, noise, steps)] for steps in recipe["steps"]]}


def paint(look, noise, steps):
    """The lesson's own loop; the loss is as the lesson's, α content + β style."""
    rates = [16 * cosine(step, steps) for step in range(steps)]
    *_, last = painted(look, noise, step_of(Adam), Adam(16.0).init(noise), rates)
    grain = octave(last.image)
    gray = grain.mean(axis=2, keepdims=True)
    return [stamps.digits(value) for value in (rms(gray), rms(grain - gray), look(tf.constant(last.image))[0])]


if __name__ == "__main__":
    sys.exit(main())
