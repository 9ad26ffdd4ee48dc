# %% [markdown]
# # 06 Total variation

# %% tags=["figure"]
from nst_helpers import plots
from nst_helpers.diagrams import variation
from nst_helpers.runs import load_run

bare, smooth, flat = (load_run(f"coffee_glass{name}") for name in ("_bare", "", "_flat"))
plots.show(variation.magnified([bare.image, smooth.image], ["γ = 0", "γ = 0.1"], (150, 60, 90)),
           "One photograph of a cup painted twice in the style of stained glass, from the same noise and with the same "
           "settings but one. Below, the framed part enlarged. On the left each pane is covered with specks, on the "
           "right it is calm. (The files are compressed and keep colour at half the resolution, so the finest coloured "
           "specks are not in this picture; section 1 shows them uncompressed.)",
           photo=True)

# %% [markdown]
# Both paintings were made with the same network, start and number of steps. The left one is covered with small specks;
# the right one has far fewer, because a third term stands in its loss, the *total variation* (TV), with a small weight
# $\gamma$. Gatys and colleagues (2016) have no such term; Johnson and colleagues (2016) add it, and so does the
# course’s paper. We shall ask why the specks arise at all, build that term, and choose its two numbers, $\gamma$ and a
# rounding $\epsilon$. At the end you will be able to derive its gradient, to say what it does to edges, ramps and
# corners, to denoise a photograph with a proof that the result is optimal, and to judge a rule for $\gamma$.
#
# **Needs**: [05 Style loss](05_style_loss.ipynb). · **Time**: about 50 s of computing on two cores. ·
# **Course’s paper**: section 2.3.4.

# %%
import numpy as np

from nst_helpers import exercises, losses
from nst_helpers.backend import tf
from nst_helpers.experiments.denoising import exact_minimum, psnr, shapes, smoothed_minimum, with_noise
from nst_helpers.experiments.grain import octave, price, rms
from nst_helpers.images import load_image, noise_image
from nst_helpers.networks import data_folder, load_network
from nst_helpers.optimizers import Adam
from nst_helpers.shipped import shipped_picture
from nst_helpers.transfer import Settings

# %% [markdown]
# ## 1. Where the specks come from
#
# The course’s paper gives a reason. With style and content alone “各个像素值参数之间更偏向于独立的个体” (“the pixel
# values tend to be independent individuals”). Small paintings can test that. The loop is lesson 05’s, 64 steps at one
# size; the loss is $\alpha L_{content} + \beta L_{style} + \gamma\,\mathrm{TV}$ with $\alpha = 1$ and the package’s
# $\beta = 30$.

# %%
photo = load_image(data_folder() / "content" / "coffee.jpg", max_size=144)
glass = load_image(data_folder() / "style" / "stained_glass.jpg", max_size=288)
network, settings = load_network(), Settings()
layers = (*settings.content_layers, *settings.style_layers)
C, S = network(photo, layers), network(glass, layers)

@tf.function
def content_and_style(image):
    """α L_content / number of features + β L_style, with α = 1."""
    F = network(image, layers)
    content = losses.content_loss(F["conv4_2"], C["conv4_2"]) / tf.size(C["conv4_2"], tf.float32)
    return content + settings.style_weight * losses.style_loss(F, S, settings.style_layers)

# %%
@tf.function
def total_gradient(image, gamma, epsilon):
    with tf.GradientTape() as tape:
        tape.watch(image)
        tv = losses.total_variation(image, epsilon) / tf.size(image, tf.float32)
        loss = content_and_style(image) + gamma * tv
    return tape.gradient(loss, image)

# %%
def paint(start, gamma=0.0, epsilon=40.0, steps=64):
    image, state = tf.constant(start), Adam(16.0).init(start)
    for step in range(steps):
        falling = np.float32(8 * (1 + np.cos(np.pi * step / steps)))
        gradient = total_gradient(image, tf.constant(gamma), tf.constant(epsilon))
        image, state = Adam(falling).step(image, gradient, state)
        image = tf.clip_by_value(image, 0, 255)
    return image.numpy()

# %% [markdown]
# Grain is what varies from one pixel to the next. To measure it, a Fourier transform splits the picture into *octaves*,
# bands in which the wavelength varies by a factor of two, and we keep the finest, waves of 2 to 4 pixels. We print its
# root mean square (RMS) and its correlation with the noise of the start.

# %%
noise = noise_image(*photo.shape[:2], seed=0)
runs = {"noise, γ = 0": paint(noise), "photograph, γ = 0": paint(photo)}

# %%
runs["noise, γ = 0.1"] = paint(noise, 0.1)
for name, image in ({"the noise itself": noise, "the photograph": photo} | runs).items():
    grain = octave(image)
    same = np.corrcoef(grain.ravel(), octave(noise).ravel())[0, 1]
    print(f"{name:17} grain ≈ {rms(grain):4.1f}, "
          f"correlation with the noise {abs(same):.1f}, loss ≈ {float(content_and_style(image)):.2f}")

# %% tags=["figure"]
plots.show_images([image[28:76, 62:134] for image in runs.values()], [f"from {name}" for name in runs],
                  "A part of the three small paintings, 72 pixels wide and enlarged, each pixel a square. Left, the "
                  "noise of the start is still there; with γ = 0.1, from the same start, the areas are calm. The "
                  "painting in the middle began elsewhere and has other shapes too; compare its grain only.")

# %% tags=["check"]
first, second, third = (rms(octave(image)) for image in runs.values())
assert first > 1.4 * second and second > 1.3 * third
assert np.corrcoef(octave(runs["noise, γ = 0"]).ravel(), octave(noise).ravel())[0, 1] > 0.3

# %% [markdown]
# From noise, the grain has fallen only from 66 to 47, and it correlates at 0.7 with the start: half of its power is the
# starting noise itself. Either these losses do not notice it, or 64 steps are too few to remove it. To tell the two
# apart, take the smooth third painting, add noise of one octave with an RMS of 8 grey levels, and see by how much
# content and style loss rise.

# %%
exercises.predict(
    "06-cheap", "Which noise of 8 grey levels raises content and style loss least?",
    {"coarse colours (waves of 16 to 32 pixels)": "Soft clouds of colour look harmless, but they raise the losses "
                                                  "several times as much as the cheapest of the three.",
     "fine grey grain (2 to 4 pixels)": "It is tempting to think that no layer sees so fine a pattern. But edge "
                                        "detectors respond to it, and it is the dearest of the three.",
     "fine coloured grain (2 to 4 pixels)": "Where red, green and blue change independently, their fine patterns "
                                            "hardly reach the features."},
    right="fine coloured grain (2 to 4 pixels)")

# %%
waves, base = (2, 4, 8, 16), runs["noise, γ = 0.1"]
prices = {name: [price(content_and_style, base, wave, colored) for wave in waves]
          for name, colored in (("grey", False), ("coloured", True))}

# %% tags=["figure"]
fine, coarse, grey = prices["coloured"][0], prices["coloured"][-1], prices["grey"][0]
plots.show(variation.price_chart(waves, prices),
           "By how much noise of 8 grey levels raises content and style loss. Grey noise is dearer the finer it is; "
           f"coloured noise is cheaper the finer it is. Fine coloured grain: ≈ {fine:.3f}; coarse colours ≈ "
           f"{coarse / fine:.1f} times, fine grey grain ≈ {grey / fine:.1f} times as much.",
           folded="Choose first, then open")

# %% [markdown]
# Coarse colours cost about four times as much as fine coloured grain, and fine grey grain about eight times. Even this
# eighth need not be the price of colour. Where red, green and blue get noise of their own, a third of its power is in
# their mean, which is grey; and since the style loss is a sum of squared differences of Gram matrices, which are
# squares themselves, a third of the power may cost as little as a ninth. So we repeat it with *pure* colour, whose mean
# over the three channels is 0 at every pixel.

# %%
def pure_color(size):
    """The rise for fine grain without a grey part, of this RMS."""
    grain = octave(np.random.default_rng(0).standard_normal(base.shape))
    grain -= grain.mean(axis=2, keepdims=True)
    change = size / rms(grain) * grain
    return np.mean([float(content_and_style(base + way * change) - content_and_style(base)) for way in (1, -1)])

for size in (8, 16, 47):
    print(f"pure colour of {size} grey levels changes the loss by {pure_color(size):.2f}")

# %%
for name, image in ({"the noise itself": noise, "the photograph": photo, "the style picture": glass} | runs).items():
    grain = octave(image)
    print(f"{name:17} grain ≈ {rms(grain):4.1f}, its grey part ≈ {rms(grain.mean(axis=2)):4.1f}")
pushed = total_gradient(tf.constant(photo), tf.constant(0.0), tf.constant(40.0)).numpy()
shares = [np.sum(octave(image) ** 2) / np.sum((image - image.mean(axis=(0, 1))) ** 2) for image in (photo, pushed)]
print(f"share of the finest octave in the photograph {100 * shares[0]:.0f} %, in its gradient {100 * shares[1]:.0f} %")

# %% tags=["check"]
assert coarse > 2 * fine and grey > 3 * fine and shares[1] > 1.4 * shares[0]
assert max(abs(pure_color(size)) for size in (8, 16, 47)) < 0.05

# %% [markdown]
# At 47 grey levels, as much as the whole grain of the first painting, pure colour changes a loss of 4.87 by only 0.01.
# In this network the finest colour is free, so nothing drives an optimizer to remove it; whether some of it would go in
# a much longer run was not measured. The grey part is another matter. It fell to a third of the start’s, from 38 to 12,
# which is about what the style picture has itself (11), because `octave` counts contours too. By the squares of the
# printed numbers, 93 % of the power in the first painting’s grain is colour.
#
# The photograph had no specks, and yet the second painting is grainier than it, again in colour. One possible source is
# the gradient. The finest octave holds 4 % of the photograph’s power and 14 % of the first gradient’s, which comes back
# through strided poolings and through rectifiers that are open at one position and closed at the next; Olah and
# colleagues (2017) describe such patterns and suspect the strides. Another is Adam, which divides by each value’s own
# recent gradients and so enlarges the small ones. The causes are not separated here; a run with plain descent would be
# a first control.
#
# So the course’s paper is half right for this network. Grey values are tied to their neighbours by the losses, but fine
# colour is left free. A further term has to decide there, and it should push hardest on a pixel that is brighter, or
# darker, than *all* its neighbours.
#
# ## 2. Roughness as a number
#
# Compare each pixel with the one below and the one to its right. The two differences form a vector, and the *total
# variation* is the sum of the lengths of these vectors (the course’s paper leaves out the limits):
#
# $$\mathrm{TV}(I) = \sum_{i=1}^{H-1} \sum_{j=1}^{W-1} \ell_{i,j}, \qquad \ell_{i,j} = \sqrt{d_{i,j}^2 + r_{i,j}^2}$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $I$ | the picture, $H \times W$; each colour has a sum of its own | `image` |
# | $d_{i,j} = I_{i+1,j} - I_{i,j}$ | difference downwards | `down` |
# | $r_{i,j} = I_{i,j+1} - I_{i,j}$ | difference to the right | `right` |
# | $\ell_{i,j}$ | length of the difference vector | `length` |
#
# **With a pencil.** In $I = \begin{pmatrix} 0 & 4 \\ 3 & 9 \end{pmatrix}$ only the 0 has both neighbours, so
# $\mathrm{TV} = \sqrt{3^2 + 4^2} = 5$. A pixel in the middle of a picture occurs in three terms, and its derivative
# has three parts:

# %% tags=["figure"]
plots.show(variation.three_terms(),
           "The three terms in which the orange pixel occurs: its own with two differences, and those of the pixel "
           "above and of the pixel to the left with one each. Arrows are differences.")

# %% [markdown]
# The derivative of $\sqrt u$ is $1 / (2\sqrt u)$, that of $d^2$ is $2d$, and the twos cancel:
#
# $$\frac{\partial\,\mathrm{TV}}{\partial I_{i,j}} = -\frac{d_{i,j} + r_{i,j}}{\ell_{i,j}}
# + \frac{d_{i-1,j}}{\ell_{i-1,j}} + \frac{r_{i,j-1}}{\ell_{i,j-1}} .$$
#
# In the example the 0 gets $-(3 + 4)/5 = -1.4$, the 3 gets $0.6$ and the 4 gets $0.8$.

# %%
def differences(image):
    """(down, right) at every place that has both neighbours."""
    return image[1:, :-1] - image[:-1, :-1], image[:-1, 1:] - image[:-1, :-1]

def total_variation(image, epsilon=0.0):
    down, right = differences(image)
    return np.sum(np.sqrt(down**2 + right**2 + epsilon**2) - epsilon)

# %%
def spread(image, down, right):
    """The three terms: what the places' numbers down and right add to the pixels."""
    gradient = np.zeros_like(image)
    gradient[:-1, :-1] -= down + right
    gradient[1:, :-1] += down
    gradient[:-1, 1:] += right
    return gradient

def tv_gradient(image, epsilon=0.0):
    """∂TV/∂I; what ε is for comes in section 3."""
    down, right = differences(image)
    length = np.sqrt(down**2 + right**2 + epsilon**2)
    return spread(image, down / length, right / length)

# %%
tiny = np.array([[0.0, 4.0], [3.0, 9.0]])
print("TV =", total_variation(tiny))
print(tv_gradient(tiny))

# %% tags=["check"]
def tape_gradient(function, image):
    """The same by TensorFlow."""
    image = tf.constant(image)
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = function(image)
    return tape.gradient(value, image).numpy()

assert total_variation(tiny) == 5 and np.allclose(tv_gradient(tiny), [[-1.4, 0.8], [0.6, 0]])
rough = with_noise(photo, 30).astype(float)
assert np.isclose(total_variation(rough, 1e-3), float(losses.total_variation(rough)))
assert np.allclose(tv_gradient(rough, 1e-3), tape_gradient(losses.total_variation, rough))
moved = np.zeros_like(rough)
moved[40, 60, 1] = 1e-4  # a finite difference
by_difference = (total_variation(rough + moved) - total_variation(rough - moved)) / 2e-4
assert abs(tv_gradient(rough)[40, 60, 1] - by_difference) < 1e-4

# %% [markdown]
# A folded cell checks it against the tape and a finite difference. Why the root, when a sum of squares
# $\sum d^2 + r^2$ would be simpler? Compare how hard each pushes where differences are small and where they are large.

# %%
coffee = load_image(data_folder() / "content" / "coffee.jpg", max_size=240)
tv_push, square_push = -tv_gradient(coffee, 1.0), -spread(coffee, *(2 * part for part in differences(coffee)))
height = np.hypot(*differences(coffee))
for low, high in ((3, 12), (12, 50), (50, 255)):
    here = (height >= low) & (height < high)
    means = [np.abs(push[:-1, :-1])[here].mean() for push in (tv_push, square_push)]
    print(f"differences of {low} to {high}: mean push of TV {means[0]:.1f}, of squares {means[1]:.0f}")

# %% tags=["figure"]
place = slice(0, 130), slice(40, 215)
pushes = {"push of TV": (tv_push[place], "no unit"), "push of squares": (square_push[place], "grey levels")}
plots.show(variation.pushes_chart(coffee[place], pushes),
           "Of the green values, orange ones are pushed up and purple ones down. TV pushes in the wood as well as at "
           "the rim of the cup, nowhere by more than 3.4; squares push at edges only. Mind the two scales.")

# %% tags=["check"]
assert np.abs(tv_gradient(rough)).max() <= 2 + 2**0.5

# %% [markdown]
# Squares push eight times as hard where the differences are largest as where they are small, so they flatten edges
# first. With the root each difference is divided by its own length, and the mean push is 1.2 to 1.4 whether the
# differences are of 5 grey levels or of 100. The push is bounded too. Because $|d + r| \le \sqrt2\,\ell$
# (Cauchy–Schwarz), the pixel’s own term is at most $\sqrt 2$, and the other two are at most 1 each. Only a pixel that
# is brighter, or darker, than all its neighbours comes near to $2 + \sqrt2 \approx 3.4$, as we asked.
#
# ### Exercise 1: repair a total variation
#
# The function shall return $\mathrm{TV}$, one number, of a picture as a file gives it: `image` is a `uint8` array
# (height, width, 3). It is right for pictures of floats, raises no error, and is wrong for most photographs.

# %% tags=["exercise"]
def tv_of_file(image):
    down, right = image[1:, :-1] - image[:-1, :-1], image[:-1, 1:] - image[:-1, :-1]
    return np.sqrt(down**2 + right**2).sum()

# %% tags=["solution"]
def tv_of_file(image):
    image = image.astype(float)  # whole numbers of 8 bits cannot be negative: 3 − 5 is 254, and 20² is 144
    down, right = image[1:, :-1] - image[:-1, :-1], image[:-1, 1:] - image[:-1, :-1]
    return np.sqrt(down**2 + right**2).sum()

# %%
exercises.check("06-file", tv_of_file)

# %% [markdown]
# ## 3. The corner at zero
#
# On a flat place $d = r = \ell = 0$, and $d/\ell$ is $0/0$. The tape answers `nan`, *not a number*, and one such pixel
# spoils every feature computed from it. Overexposed skies are flat, and so are areas held at 255.

# %%
flat_patch = with_noise(photo, 30).astype(float)
flat_patch[30:36, 50:56] = 255  # overexposed
broken = tf.Variable(flat_patch)
with tf.GradientTape() as tape:
    down, right = differences(broken)
    value = tf.reduce_sum(tf.sqrt(down**2 + right**2))  # the formula as it stands
spoiled = np.isnan(tape.gradient(value, broken).numpy()).any(axis=2)
print(f"{spoiled.sum()} of the patch's 36 pixels are nan")

# %% tags=["check"]
assert spoiled.sum() == 35 and np.isfinite(tape_gradient(losses.total_variation, flat_patch)).all()

# %% [markdown]
# All but the patch’s lower right corner are spoiled. The remedy is to round the corner of the root, $\ell_\epsilon =
# \sqrt{d^2 + r^2 + \epsilon^2} - \epsilon$, called *Charbonnier* smoothing (Charbonnier and colleagues, 1997) or
# pseudo-*Huber*. Like Huber’s function it is a parabola near zero, about $\ell^2 / 2\epsilon$, and nearly a straight
# line far away; $\epsilon$, in grey levels, says where the one becomes the other. Section 6 asks how large it should
# be.

# %% tags=["figure"]
plots.show(variation.rounded_corner((0.001, 3, 10, 40)),
           "The length with its corner rounded by four ε, and its derivative: the size of the push, which itself "
           "points the other way. With ε = 0.001 it jumps from −1 to 1; with ε = 40 it grows nearly in proportion to "
           "the difference up to about 15, as a square’s does, and reaches 0.71 at 40.")

# %% [markdown]
# ## 4. Denoising, and a proof that it is done
#
# Lowering TV alone ends at one single colour (but for the lower right pixel, which occurs in no term: its derivative
# above is 0), so something has to hold on to the picture. Rudin, Osher and Fatemi (1992) keep it near the noisy picture
# $J$. With a weight in place of their constraint, the *ROF model* is
#
# $$\mathrm{ROF}(I) = \tfrac12 \sum (I - J)^2 + \gamma\,\mathrm{TV}(I) .$$
#
# Both sums are *convex*: between any two pictures they lie on or below the straight line that joins their values. The
# first is strictly so, hence there is exactly one minimum, but a gradient descent jitters at the corners of TV.
# Chambolle (2004) avoids them. A length is the largest scalar product with a vector no longer than 1, $\ell = \max_{|p|
# \le 1} (p_1 d + p_2 r)$. So give each place any such vector $p$, and $\tfrac12 \sum (I - J)^2 + \gamma \sum (p_1 d +
# p_2 r)$ is at most $\mathrm{ROF}(I)$. Its smallest value over all pictures, attained at $I = J - \gamma D^Tp$ where
# $D^T$ is the function `spread`, is called the *dual*, and it is a lower bound:
#
# $$\tfrac12 \sum J^2 - \tfrac12 \sum (J - \gamma D^T p)^2 \;\le\; \mathrm{ROF}(I)
# \quad\text{for every picture } I \text{ and all } |p| \le 1 .$$
#
# Now raise the bound. A step moves each $p$ along the differences of the present picture, and vectors that have become
# too long are cut back to 1 (a projection, in place of Chambolle’s own step). We take $\gamma = 13$, about the best
# weight for this noise, as section 5 will show:

# %%
def chambolle(noisy, gamma, steps=400):
    """(the picture of least ROF, the lower bound)."""
    p = np.zeros((2, *differences(noisy)[0].shape))
    for _ in range(steps):
        image = noisy - gamma * spread(noisy, *p)
        p = p + np.stack(differences(image)) / (8 * gamma)
        p = p / np.maximum(1, np.hypot(*p))
    image = noisy - gamma * spread(noisy, *p)
    return image, 0.5 * np.sum(noisy**2) - 0.5 * np.sum(image**2)

def rof(image, noisy, gamma):
    return 0.5 * np.sum((image - noisy) ** 2) + gamma * total_variation(image)

# %%
noisy = with_noise(coffee, 20).astype(float)
by_dual, bound = chambolle(noisy, 13.0)
by_scipy = smoothed_minimum(noisy, 13.0, epsilon=0.3)  # the rounded sum, by L-BFGS
for name, image in (("Chambolle", by_dual), ("SciPy", by_scipy), ("noisy picture", noisy)):
    print(f"{name:13} ROF over its lower bound {rof(image, noisy, 13) / bound:.3f}")
print(f"RMS between Chambolle’s picture and SciPy’s: {rms(by_dual - by_scipy):.1f} grey levels")

# %% tags=["check"]
assert 1 <= rof(by_dual, noisy, 13) / bound < 1.005 and rof(by_scipy, noisy, 13) / bound < 1.02
assert rms(by_dual - exact_minimum(noisy, 13.0)) < 0.5 and rms(by_dual - by_scipy) < 1.5

# %% [markdown]
# Since the bound holds for every picture and Chambolle’s is above it by less than a thousandth, *no* picture is better
# by more than that. SciPy’s L-BFGS, a general minimizer that estimates curvature from past gradients and uses no dual,
# arrives at the same picture within 0.2 grey levels.

# %% tags=["figure"]
plots.show_images([noisy, by_dual], ["with noise, σ = 20", "its minimum of ROF, γ = 13"],
                  "The cup with noise, and the picture of least ROF: the noise is gone, the rim is sharp, and some "
                  "of the wood has gone with the noise.", photo=True)

# %% [markdown]
# ## 5. How much is best, and a rule with its limits
#
# With the true picture at hand, quality is measured as *peak signal-to-noise ratio*, $\mathrm{PSNR} = 10
# \log_{10}(255^2 / \text{mean squared error})$, in decibels (dB); 10 dB more are a tenth of the squared error. We try
# $\gamma$ as multiples of the noise’s standard deviation $\sigma$. (`exact_minimum` is the method above, accelerated as
# by Beck and Teboulle, 2009.)

# %%
ratios = np.array([0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.8, 2.4])
pictures = {name: shipped_picture(name, 120) for name in ("coffee", "temple", "astronaut")}

def gains(truth, sigma):
    """PSNR for each γ = ratio · σ, less that of the noisy picture."""
    given = with_noise(truth, sigma)
    found = [psnr(exact_minimum(given, sigma * ratio, steps=60), truth) for ratio in ratios]
    return np.array(found) - psnr(given, truth)

# %%
table = {(name, sigma): gains(truth, sigma) for name, truth in pictures.items() for sigma in (10, 20, 40)}
for (name, sigma), row in table.items():
    print(f"{name:9}, σ = {sigma}: best γ = {ratios[row.argmax()]:.1f} σ gains {row.max():.1f} dB, "
          f"0.6 σ gains {row[2]:.1f} dB")

# %% tags=["check"]
assert all(0.2 < ratios[row.argmax()] < 1.2 and row.max() - row[2] < 1 for row in table.values())

# %% [markdown]
# In every one of the three photographs the best multiple rises with the noise, from 0.4 or 0.6 at $\sigma = 10$ to 0.8
# at $\sigma = 40$. Still, the one number 0.6 is at most half a decibel below the best over this factor of four. Will it
# serve for another kind of picture?

# %%
exercises.predict(
    "06-shapes", "A drawing of three plain shapes gets the same noise, σ = 20. Where will its best γ lie?",
    {"near 0.6 σ too": "The rule held for three different photographs. But all three have texture, which is lost "
                       "together with the noise.",
     "well below": "Sharp edges seem to be in danger. But at such weights TV lowers the contrast of a large shape "
                   "only a little (exercise 3); blurred diagonals come with far larger ones (section 7).",
     "well above": "Plain areas hold no texture that could be lost with the noise, so one can smooth harder."},
    right="well above")

# %% tags=["figure"]
drawn = shapes()
rows = {name: table[name, 20] for name in pictures} | {"shapes": gains(drawn, 20)}
row = rows["shapes"]
plots.show(variation.gain_chart(ratios, rows, 0.6),
           "Gain in PSNR over γ/σ for σ = 20; circles mark the best, the dashed line is the rule. The drawn shapes "
           f"need more than twice the weight: their best γ = {ratios[row.argmax()]:.1f} σ gains {row.max():.1f} dB, "
           f"0.6 σ gains {row[2]:.1f} dB.", folded="Choose first, then open")
given = with_noise(drawn, 20)
plots.show_images([exact_minimum(given, 20 * ratio)[:, :128] for ratio in (0.6, 1.4)], ["γ = 0.6 σ", "γ = 1.4 σ"],
                  "Two of the shapes, denoised with the rule and with their best weight. The rule leaves blotches.",
                  folded="Choose first, then open")

# %% tags=["check"]
assert ratios[row.argmax()] >= 1.0 and row.max() - row[2] > 1.2

# %% [markdown]
# For the drawing the rule gives away 4 dB of 14. So 0.6 is no property of the noise; it is what suits *these
# photographs*. A likely reason is their texture, which TV smooths together with the noise, while the drawing has none
# to lose. It would take drawings with more and more texture to show that nothing else is at work. Try other
# combinations in the widget. With the weight at 32, $\sigma = 40$ is much improved, while $\sigma = 10$ comes out worse
# than it went in.

# %%
from nst_helpers.widgets.variation import NOISES, WEIGHTS, weight_against_noise

cup = shipped_picture("coffee", 120)
cleaned = {(sigma, weight): exact_minimum(with_noise(cup, sigma), max(weight, 1e-3), steps=80)
           for sigma in NOISES for weight in WEIGHTS}
weight_against_noise(cleaned)

# %% tags=["check"]
assert psnr(cleaned[10, 32], cup) < psnr(cleaned[10, 0], cup) - 1

# %% [markdown]
# ### Exercise 2: the rule of Rudin, Osher and Fatemi
#
# They did not choose $\gamma$ by hand, but asked that what is *removed*, $J - I$, has the size of the noise, an RMS of
# $\sigma$. Write `rule_of_rof(noisy, sigma)`: from an array (height, width, 3) and a float it returns that $\gamma$ as
# a float, to within 1 %. Use `exact_minimum(noisy, gamma, steps=100)`; the RMS grows with $\gamma$. Is the PSNR better
# than with 0.6 σ, on a photograph and on the shapes?

# %% tags=["exercise"]
def rule_of_rof(noisy, sigma):
    ...  # your code: return γ

# %% tags=["solution"]
def rule_of_rof(noisy, sigma):
    low, high = 0.01 * sigma, 10 * sigma
    while high > 1.002 * low:
        gamma = np.sqrt(low * high)
        removed = rms(noisy - exact_minimum(noisy, gamma, steps=100))
        low, high = (gamma, high) if removed < sigma else (low, gamma)
    return gamma

for name, truth in (("coffee", pictures["coffee"]), ("shapes", drawn)):  # it adapts, but removes too much everywhere
    gamma = rule_of_rof(with_noise(truth, 20), 20)
    gain = psnr(exact_minimum(with_noise(truth, 20), gamma), truth) - psnr(with_noise(truth, 20), truth)
    print(f"{name}: γ = {gamma / 20:.1f} σ gains {gain:.1f} dB, the best γ {rows[name].max():.1f} dB")

# %%
exercises.check("06-rule", rule_of_rof)

# %% [markdown]
# ## 6. Staircases
#
# TV counts the height of a transition and not its steepness, so a ramp and a staircase between the same levels cost the
# same, and the staircase follows the noise better. This *staircasing* is the best-known fault of the model, and a
# rounded corner, whose parabola prefers many small steps to one large one, should mend it. To be fair, $\gamma$ is
# tuned for each $\epsilon$ over one grid for the ramp, and over one for the photograph.

# %%
ramp = np.tile(np.linspace(80, 140, 96, dtype=np.float32), (24, 1))[:, :, None]
small, noises = shipped_picture("coffee", 96), {}
weights = {"ramp": 30 * 2.0 ** np.arange(-1, 8), "photograph": np.array([8.0, 11, 14, 20, 28, 40])}
best = {}
for name, truth, sigma in (("ramp", ramp, 15), ("photograph", small, 20)):
    given = noises[name] = with_noise(truth, sigma)
    for epsilon in (0, 3, 10, 40):
        tried = {weight: smoothed_minimum(given, weight, epsilon) for weight in weights[name]}
        gamma = min(tried, key=lambda weight: rms(tried[weight] - truth))
        best[name, epsilon] = gamma, rms(tried[gamma] - truth), tried[gamma]
        print(f"{name}, ε = {epsilon:2}: best γ = {gamma:.1f}, RMS error {rms(tried[gamma] - truth):.1f}")

# %% tags=["figure"]
found = {f"ε = {epsilon}, its best γ = {best['ramp', epsilon][0]:.0f}": best["ramp", epsilon][2][12, :, 0]
         for epsilon in (0, 3)}
plots.show(variation.ramp_chart(ramp[12, :, 0], noises["ramp"][12, :, 0], found),
           "A noisy ramp, denoised with and without rounding, each at its best weight. Without rounding it has "
                   "become a staircase of flat pieces; with ε = 3 it follows the ramp.")

# %% tags=["check"]
errors = {key: value[1] for key, value in best.items()}
assert errors["ramp", 3] < 0.8 * errors["ramp", 0] and errors["photograph", 40] > errors["photograph", 0] + 0.3
assert abs(errors["photograph", 3] - errors["photograph", 0]) < 0.3

# %% [markdown]
# On the ramp the best error falls from 1.9 to 1.2 grey levels with any of the three roundings, although their $\gamma$
# differ by a factor of 16. There is a simple reason. The true ramp rises by 0.63 grey levels a pixel, less than any of
# the $\epsilon$, so all three work where $\ell_\epsilon$ is about $\ell^2 / 2\epsilon$ and are in effect one sum of
# squares with the weight $\gamma / \epsilon$. Their best $\gamma/\epsilon$ are 40, 48 and 48, neighbours on the grid.
# The ramp thus shows that squares suit a ramp, and no more. What speaks against squares are edges, and here the
# photograph decides: $\epsilon = 3$ is as good as none there, while $\epsilon = 40$ is worse, 12.0 against 10.7. For
# one ramp, one photograph of 96 pixels and one draw of the noise, a rounding of a few grey levels removes the stairs
# and costs nothing that one decimal shows.
#
# ### Exercise 3: how far does a disc sink?
#
# A disc of radius $R$ stands $h$ grey levels above an endless flat ground, without noise. In the minimum of ROF it
# keeps its edge but sinks. By how much? Take $2\pi R$ for the circumference and $\pi R^2$ for the area, assume that it
# stays above the ground, and write an expression in `gamma`, `R` and `h` (in Latin letters) as text, such as
# `"gamma * h"`.

# %% tags=["exercise"]
sinks_by = ...  # your expression, in quotation marks

# %% tags=["solution"]
# ROF of a disc that sinks by s: ½ πR² s² + γ 2πR (h − s). Its derivative πR² s − 2πR γ is 0 at s = 2γ/R.
sinks_by = "2 * gamma / R"

# %%
exercises.check("06-disc", sinks_by)

# %% [markdown]
# ## 7. In which direction? Isotropic and anisotropic
#
# *This section may be skipped at a first reading.* TensorFlow’s total variation adds absolute values, $\sum |d| + \sum
# |r|$, over all pairs of neighbours. A soft edge at 45° with $d = r$ has the steepness $\sqrt 2\,d$, and the root
# counts just that, as in any direction: it is *isotropic*. Absolute values count $2d$, which is $\sqrt 2$ times as
# much. They are *anisotropic*, and a large weight shows it.

# %% tags=["figure"]
noisy_shapes = with_noise(shapes(96), 40)
plots.show_images([exact_minimum(noisy_shapes, 400, diagonal=way) for way in (True, False)],
                  ["with the root", "with absolute values"],
                  "Three shapes with noise of σ = 40, denoised with γ = 400. With the root the circle stays round "
                  "and corners are rounded; with absolute values the upright square is sharp, the circle gets "
                  "flat sides and the diamond loses its tips.")

# %%
anisotropic = np.abs(np.diff(coffee, axis=0)).sum() + np.abs(np.diff(coffee, axis=1)).sum()
print(f"by TensorFlow over by hand: {float(tf.image.total_variation(tf.constant(coffee))) / anisotropic:.3f}; "
      f"over the isotropic one: {anisotropic / total_variation(coffee):.2f}")

# %% tags=["check"]
assert np.isclose(float(tf.image.total_variation(tf.constant(coffee))), anisotropic, rtol=1e-3)

# %% [markdown]
# Two sides of the left diamond are blurred, because the formula looks down and to the right only: at a hard diagonal
# edge of one kind both differences meet in one place, at the other kind they fall on two places and cost more. Whoever
# exchanges the two sums has to change $\gamma$ too, since the same cup costs 1.28 times as much.
#
# ## 8. Back to the painting
#
# In a transfer, content and style take the place of $\tfrac12\sum(I-J)^2$, and the package divides TV by the number of
# values, so this $\gamma$ is not section 5’s. Fine colour hardly changes content and style loss, so a small $\gamma$
# suffices to remove it; a large one also takes what they would keep.

# %% tags=["figure"]
plots.show_images([smooth.image, flat.image], ["γ = 0.1", "γ = 3"],
                  "The painting of the opening with its weight of 0.1, and with 30 times as much: large cells and "
                  "contours are left, without cracks, reflections or the rim of the cup.", photo=True)

# %%
for run in (bare, smooth, flat):
    content, style, tv = (run.history[name][-1] for name in ("content", "style", "tv"))
    steep = np.quantile(np.hypot(*differences(run.image.mean(axis=2))), 0.99)
    print(f"γ = {run.settings.tv_weight:3}: α content + β style {content + run.settings.style_weight * style:.2f}, "
          f"TV {tv:.2f}, one hundredth of the differences exceeds {steep:.1f}")

# %% tags=["check"]
assert bare.history["tv"][-1] > 1.5 * smooth.history["tv"][-1] > 1.5 * flat.history["tv"][-1]

# %% [markdown]
# The course’s paper promises pictures that are “更加清晰和平滑” (“clearer and smoother”). Smoother they are; whether
# contours became clearer this number cannot tell, for it counts specks as well as contours, and on compressed files:
# the steepest hundredth of the differences begins at 87 grey levels without the term, at 72 with $\gamma = 0.1$ and
# at 22 with $\gamma = 3$. The TV printed is rounded by the package’s $\epsilon = 40$. Content and style loss are
# 5 % higher with $\gamma = 0.1$ than without; with $\gamma = 3$ they are 2.6 times as large.
#
# That $\epsilon$ of 40 is far more than section 6 advises. Gram matrices grow with the *square* of a contrast and a
# sharp TV with its first power, so a few dark dots are the cheapest way to have a style’s contrast. The network’s card
# (`data/networks/compact.md`) reports isolated dots at $\epsilon = 10$ that are gone at 40. It adds that a fine lattice
# of dots, some four pixels apart, remains where the content loss holds a dark surface flat.
#
# ### Investigation: ε in a painting
#
# Does that hold for other styles? Compare $\epsilon = 1$, 10 and 40 with `paint`, from the same noise. A painting has
# no true picture, so decide *beforehand* how you tune $\gamma$ for each and what you measure: grain, steepness,
# isolated dots. Half a page, with pictures, a table and a second seed.

# %% [markdown] tags=["solution"]
# **A rubric for the investigation.** One point for each:
#
# 1. The expectation and the measure are written down before the first run.
# 2. γ is tuned for each ε by one rule (equal grain, or equal content and style loss), over one grid that is printed.
# 3. γ = 0 is in the picture as the baseline.
# 4. Start, steps, η, size and style are the same for all.
# 5. A second seed shows how large a difference means nothing.
# 6. Single dots are counted, not only looked at: say, pixels that differ from all their neighbours by 30 grey levels.
# 7. A run of twice the steps shows what is due to stopping early.
# 8. The conclusion is no wider than the experiment, and something that did not fit is reported.

# %% [markdown]
# ## What we found
#
# In this network the specks are fine *coloured* grain: pure colour of 47 grey levels changed the loss by 0.01, while 8
# grey levels of grey grain raised it by 0.3. Noise brings such grain in at the start; from a photograph it came in
# during the descent, for a reason not separated here. Total variation pushes every difference about equally hard, at
# most $2 + \sqrt 2$ a pixel, and has to be rounded at zero.
#
# The ROF model has one minimum, found to within a thousandth of a proven bound. For three photographs $\gamma =
# 0.6\,\sigma$ is within half a decibel of the best, although the best multiple rises with the noise; for a drawing it
# gives away 4 dB. At each one’s best $\gamma$, rounding by 3 grey levels takes the stairs out of one ramp (error 1.9 to
# 1.2) and costs one photograph nothing; rounding by 40 costs it 1.3. Absolute values count diagonals $\sqrt 2$ times.
#
# ## Where this is used
#
# It is the third term of the total loss in [lesson 07](07_total_loss.ipynb), with $\gamma = 0.1$ and $\epsilon = 40$
# in the package. [Lesson 03](03_content_loss.ipynb) used it to invert features, and the clinic of [lesson
# 11](11_full_transfer.ipynb) prescribes it against coloured noise.
#
# ## Sources and further reading
#
# - Rudin, L., Osher, S., Fatemi, E. (1992): Nonlinear Total Variation Based Noise Removal Algorithms. The model of
#   section 4, and the rule of exercise 2.
# - Chambolle, A. (2004): An Algorithm for Total Variation Minimization and Applications. The dual problem, and the
#   proof that its iteration converges.
# - Beck, A., Teboulle, M. (2009): Fast Gradient-Based Algorithms for Constrained Total Variation Image Denoising and
#   Deblurring Problems. The acceleration inside `exact_minimum`.
# - Charbonnier, P., Blanc-Féraud, L., Aubert, G., Barlaud, M. (1997): Deterministic Edge-Preserving Regularization in
#   Computed Imaging. Which rounded penalties keep edges, and why.
# - Johnson, J., Alahi, A., Fei-Fei, L. (2016): Perceptual Losses for Real-Time Style Transfer and Super-Resolution.
#   Total variation beside content and style loss.
# - Mahendran, A., Vedaldi, A. (2015): Understanding Deep Image Representations by Inverting Them. Total variation as a
#   prior for pictures made by a network.
# - Olah, C., Mordvintsev, A., Schubert, L. (2017): Feature Visualization. Its section on the enemy of feature
#   visualization shows high-frequency patterns and ways to tame them.
#
# ## Next
#
# **[07 Total loss](07_total_loss.ipynb)**: content, style and smoothness in one sum, and what each weight buys.
