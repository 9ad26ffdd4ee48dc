# %% [markdown]
# # 06 Total variation
#
# **What is noise, and how is it kept out of a picture?** Below, two style transfers. The photograph, from which
# both begin, the painting, the network and the number of steps are the same. One number differs, and with it a
# glitter of coloured pixels comes or goes. This lesson is about that number, and the short formula behind it.
#
# **You will see**
#
# - one sum over neighbours that tells a smooth picture from a noisy one, and its gradient, worked out on paper;
# - why its square root breaks on a flat picture, and how one small number mends it;
# - how it cleans a photograph, how much of it is best, and what too much does to a photograph and to a painting.
#
# **Needs**: [05 Style loss](05_style_loss.ipynb). · **Time**: about 20 s of computing on two cores. · **Paper**:
# section 2.3.4.

# %%
import numpy as np

from nst_helpers import exercises, losses, plots
from nst_helpers.backend import tf
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder, load_network
from nst_helpers.optimizers import Adam
from nst_helpers.transfer import Settings, transfer

content = load_image(data_folder() / "content" / "coffee.jpg", max_size=208)
style = load_image(data_folder() / "style" / "stained_glass.jpg", max_size=416)
coffee = load_image(data_folder() / "content" / "coffee.jpg", max_size=120)
print("content", content.shape, "style", style.shape, "coffee", coffee.shape)

# %%
def repaint(weight):
    """A small style transfer; `weight` is γ, the weight of the total variation."""
    settings = Settings.classic(size=208, scales=2, iterations=150, init="content", tv_weight=weight)
    return transfer(content, style, settings)

def zoom(image):
    return image[5:55, 55:130]

runs = {weight: repaint(weight) for weight in (0, 0.4)}
without, some = runs[0].image, runs[0.4].image
plots.show_images([without, some], ["γ = 0: without total variation", "γ = 0.4: with it"],
                  alt="A cup of coffee in the colours of a stained-glass window, twice: at the left covered with "
                      "coloured specks, at the right with calm areas between dark lines.")
plots.show_images([zoom(without), zoom(some)], ["a part of it, larger", "the same place"],
                  alt="The rim of the cup from both pictures: single pixels of all colours at the left, smooth "
                      "colours at the right.")

# %%
def content_and_style(run):
    """α content + β style of the finished picture."""
    return run.history["content"][-1] + run.settings.style_weight * run.history["style"][-1]

specks_are_better = content_and_style(runs[0]) < content_and_style(runs[0.4])
print("content and style loss together are lower in the picture with specks:", specks_are_better)
assert specks_are_better

# %% [markdown]
# The two losses of the last lessons do not mind the specks. Together they are even *lower* with them, so no
# optimizer will ever remove the specks for the sake of these two. Somebody else must watch. What do all specks
# have in common? Each of them **differs from its neighbours**.
#
# ## 1. Roughness as a number
#
# Take a pixel $I_{i,j}$, the one below it and the one to its right. Two differences say how steep the picture is
# at this place, in two directions. Pythagoras makes one length of them. Add up the lengths of all places:
#
# $$\mathrm{TV}(I) = \sum_{i,j} \sqrt{\left(I_{i+1,j} - I_{i,j}\right)^2 + \left(I_{i,j+1} - I_{i,j}\right)^2}$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $I$ | the picture; each colour is a sum of its own | `image` |
# | $i, j$ | row and column | `i`, `j` |
# | $d_{i,j} = I_{i+1,j} - I_{i,j}$ | how much the picture grows downwards | `down` |
# | $r_{i,j} = I_{i,j+1} - I_{i,j}$ | how much it grows to the right | `right` |
# | $\ell_{i,j} = \sqrt{d_{i,j}^2 + r_{i,j}^2}$ | how steep it is at this place | `length` |
# | $\mathrm{TV}$ | total variation: all of it together | `total_variation` |
#
# **With a pencil.** What is TV of this picture? Only its upper left pixel has both neighbours.
#
# $$I = \begin{pmatrix} 0 & 4 \\ 3 & 9 \end{pmatrix}$$

# %%
def tv_loops(grey):
    """Σ sqrt(down² + right²), word for word: two loops."""
    total = 0.0
    for i in range(grey.shape[0] - 1):
        for j in range(grey.shape[1] - 1):
            down = grey[i + 1, j] - grey[i, j]
            right = grey[i, j + 1] - grey[i, j]
            total += np.sqrt(down**2 + right**2)
    return total

tiny = np.array([[0.0, 4.0], [3.0, 9.0]])
print("TV = sqrt((3 − 0)² + (4 − 0)²) =", tv_loops(tiny))
assert tv_loops(tiny) == 5

# %% [markdown]
# The 9 in the corner has no part in it: it has no neighbour below and none to its right.
#
# Now without loops. A picture moved by one pixel, minus the picture, gives all differences at once:

# %%
def differences(image):
    """(down, right) at every place that has both neighbours."""
    return image[1:, :-1] - image[:-1, :-1], image[:-1, 1:] - image[:-1, :-1]

def total_variation(image):
    """TV(I) = Σ sqrt(down² + right²), summed over all colours."""
    down, right = differences(image)
    return np.sqrt(down**2 + right**2).sum()

by_loops = sum(tv_loops(coffee[:, :, c].astype(float)) for c in range(3))
by_package = float(losses.total_variation(coffee.astype(float), epsilon=1e-6))
print(f"without loops: a share of {abs(total_variation(coffee.astype(float)) / by_loops - 1):.6f} away")
print(f"the package:   a share of {abs(by_package / by_loops - 1):.6f} away")
assert np.isclose(total_variation(coffee.astype(float)), by_loops) and np.isclose(by_package, by_loops)

# %% [markdown]
# *Predict.* Three versions of one photograph: blurred, as it is, and with noise. All three show the same cup. How
# many times as large is TV of the noisy one: about 1.3 times, 3 times, or 30 times?
#
# **Noise** here: every number gets a random number added, with mean 0 and standard deviation $\sigma$ (a typical
# size).

# %%
def with_noise(image, noise):
    """Every number plus a random one of mean 0 and standard deviation σ = noise."""
    generator = np.random.default_rng(0)
    return image + np.float32(noise) * generator.standard_normal(image.shape, np.float32)

noisy = with_noise(coffee, 30)
blurred = sum(np.roll(coffee, (m, n), axis=(0, 1)) for m in (-1, 0, 1) for n in (-1, 0, 1)) / 9
versions = {"blurred": blurred, "photograph": coffee, "noise σ = 30": noisy}
per_number = {name: total_variation(image) / image.size for name, image in versions.items()}
plots.show_images(versions.values(), [f"{name}: {value:.3g}" for name, value in per_number.items()],
                  alt="A cup of coffee three times: blurred, sharp and noisy; above each its total variation "
                      "per number, which grows from left to right.")
for name, value in per_number.items():
    print(f"{name:12}  TV per number {value:4.1f}, {value / per_number['photograph']:.1f} times the photograph's")

# %% [markdown]
# **What it shows.** Above each picture stands its TV, divided by the number of values. Noise of a typical size of
# 30 grey levels makes it more than 3 times as large, and blurring makes it smaller. One formula, and it knows
# nothing of cups.
#
# ## 2. The gradient, on paper
#
# To lower TV we must know, for each pixel, whether to make it brighter or darker. Pixel $I_{i,j}$ occurs in
# **three** places of the sum, and only there:
#
# - in its own term $\ell_{i,j}$, twice, with a minus sign: $\ -(d_{i,j} + r_{i,j}) / \ell_{i,j}$
# - as the pixel *below* of the term above it: $\ +\,d_{i-1,j} / \ell_{i-1,j}$
# - as the pixel *to the right* of the term at its left: $\ +\,r_{i,j-1} / \ell_{i,j-1}$
#
# Each follows from the chain rule: the slope of $\sqrt{u}$ is $1/(2\sqrt{u})$, the slope of $d^2$ is $2d$, and
# the twos cancel. So:
#
# $$\frac{\partial\,\mathrm{TV}}{\partial I_{i,j}} = -\frac{d_{i,j} + r_{i,j}}{\ell_{i,j}}
# + \frac{d_{i-1,j}}{\ell_{i-1,j}} + \frac{r_{i,j-1}}{\ell_{i,j-1}}$$
#
# **With a pencil**: for the picture above, $\ell = 5$. The gradient is $-\tfrac{3+4}{5} = -1.4$ for the 0,
# $\tfrac35 = 0.6$ for the 3, $\tfrac45 = 0.8$ for the 4, and 0 for the 9. Raise the 0, lower the 3 and the 4.

# %%
def slope_of(image, down, right):
    """What the differences' own slopes (down, right) make of the pixels: the three terms."""
    gradient = np.zeros_like(image)
    gradient[:-1, :-1] -= down + right  # its own term
    gradient[1:, :-1] += down  # the pixel below
    gradient[:-1, 1:] += right  # the pixel to the right
    return gradient

def tv_gradient(image, epsilon=0.0):
    """∂TV/∂I by hand; what ε is for comes in section 3."""
    down, right = differences(image)
    length = np.sqrt(down**2 + right**2 + epsilon**2)
    return slope_of(image, down / length, right / length)

print(tv_gradient(tiny))
assert np.allclose(tv_gradient(tiny), [[-1.4, 0.8], [0.6, 0]])

# %% [markdown]
# Is it right on a whole picture? Ask TensorFlow's tape, which differentiates the formula by itself; and ask the
# definition: move one pixel up and down by a little, and see how much TV changes (a **finite difference**).

# %%
def tape_gradient(function, image):
    image = tf.constant(image)
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = function(image)
    return tape.gradient(value, image).numpy()

picture = noisy.astype(float)
by_hand = tv_gradient(picture, epsilon=1e-3)
by_tape = tape_gradient(losses.total_variation, picture)  # its ε is 1e-3, too
step = np.zeros_like(picture)
step[40, 60, 1] = 1e-4  # green, in the middle of the picture
by_difference = (total_variation(picture + step) - total_variation(picture - step)) / 2e-4
print(f"by hand − tape, largest: {np.abs(by_hand - by_tape).max():.6f}")
print(f"by hand − finite difference: {abs(by_hand[40, 60, 1] - by_difference):.4f}")
assert np.allclose(by_hand, by_tape) and abs(by_hand[40, 60, 1] - by_difference) < 1e-4

# %% [markdown]
# **What it shows.** Paper, tape and finite difference agree.
#
# ## 3. The square root breaks on a flat picture
#
# *Predict.* A picture of 4×4 equal pixels. It cannot be smoother: TV is 0. What should its gradient be? And what
# will the tape say, for the formula exactly as it stands above?

# %%
def bare_tv(image):
    """The formula as it stands, nothing added."""
    down, right = differences(image)
    return tf.reduce_sum(tf.sqrt(down**2 + right**2))

flat = np.full((4, 4), 100.0)
broken, whole = tape_gradient(bare_tv, flat), tape_gradient(losses.total_variation, flat)
print("the formula as it stands:", broken[0], "and so on:", np.isnan(broken).sum(), "of 16 places")
print("with ε:", whole[0])
assert np.isnan(broken).sum() == 15 and not whole.any()

# %% [markdown]
# **What it shows.** `nan` is *not a number*: the answer of a computer to $0 / 0$. It stands in 15 of 16 places,
# all but the corner that has no part in any term. Look at the formula: on a flat place $d = r = 0$ and
# $\ell = 0$, so $d / \ell$ is $0 / 0$.
#
# And `nan` spreads: whatever is added to it becomes `nan`, too. A single flat place is enough, and the
# **overexposed sky** of a photograph, or an optimizer that holds pixels at 0 or 255, makes plenty.
#
# *Predict.* A noisy picture with one flat patch of 6×6 pixels is handed to an optimizer, for one step. How many
# pixels are spoiled?

# %%
patched = with_noise(coffee, 30)
patched[30:36, 50:56] = 255  # overexposed
after = patched - 0.1 * tape_gradient(bare_tv, patched)
network_sees = np.asarray(tf.nn.avg_pool2d(after[None], 16, 16, "SAME"))[0]  # averages of 16×16 pixels
print(f"after one step: {np.isnan(after).any(axis=2).sum()} pixels are nan, "
      f"and {np.isnan(network_sees).any(axis=2).sum()} of {network_sees[:, :, 0].size} averages of 16×16 pixels")
assert np.isnan(after[30:36, 50:56]).any(axis=2).sum() == 35 and not np.isnan(after[35, 55]).any()

# %% [markdown]
# **What it shows.** One step spoils 35 of the patch's 36 pixels. Only its lower right corner is in no term that is
# flat. It spoils every average that touches the patch, too. In a style transfer each average feeds all layers behind
# it: the loss is `nan`, then every pixel, and the picture is lost.
#
# ### What ε does
#
# The function has a corner at zero: left of it the slope is −1, right of it +1, and *at* it there is none. Round
# the corner off with a small $\epsilon$, and take $\epsilon$ away again so that flat still counts as zero:
#
# $$\ell_\epsilon = \sqrt{d^2 + r^2 + \epsilon^2} - \epsilon$$
#
# Its slope $d / \sqrt{d^2 + r^2 + \epsilon^2}$ is 0 on a flat place, and hardly changed where differences are
# large against $\epsilon$.

# %%
grid = np.linspace(-20, 20, 401)
figure, axes = plots.subplots(1, 2, size=(8.6, 3.2))
for epsilon, color in zip((0.001, 3, 10), plots.COLORS, strict=False):
    root = np.sqrt(grid**2 + epsilon**2)
    axes[0].plot(grid, root - epsilon, color=color, lw=2, label=f"ε = {epsilon}")
    axes[1].plot(grid, grid / root, color=color, lw=2)
axes[1].plot(grid, grid / 20, "--", color="0.5", label="slope of a square, d² / 40")
axes[0].set(title="the length, its corner rounded off", xlabel="difference d, in grey levels", ylabel="ℓ_ε")
axes[1].set(title="its slope: how hard it pushes", xlabel="difference d, in grey levels", ylabel="slope")
axes[0].legend()
axes[1].legend(loc="lower right")
plots.show(figure, alt="Left: the absolute value with a sharp corner, and two rounder curves for a larger "
                       "epsilon. Right: their slopes, from a jump at zero to a soft S; all level off at 1, "
                       "while the dashed slope of a square grows on and on.")

# %% [markdown]
# **What it shows.** With $\epsilon = 0.001$ the corner is as good as sharp, and the slope jumps. With 10, a
# difference of 1 gets a tenth of the full push, and one of 3 less than a third. `losses.total_variation` takes 0.001
# unless told otherwise, and the style transfer calls it with 10: section 8 shows why.
#
# ### Exercise 1: the rounded slope
#
# Write `rounded_slope(down, right, epsilon)`: the derivative of $\sqrt{d^2 + r^2 + \epsilon^2} - \epsilon$ with
# respect to $d$. It must be finite for $d = r = 0$.

# %% tags=["exercise"]
def rounded_slope(down, right, epsilon):
    ...  # your code: one line

# %% tags=["solution"]
def rounded_slope(down, right, epsilon):
    return down / np.sqrt(down**2 + right**2 + epsilon**2)

# %%
exercises.check("06-slope", rounded_slope)

# %% [markdown]
# ## 4. Where it pushes, and how hard
#
# A descent moves every pixel *against* the gradient. Here is that push as a picture: orange means “become
# brighter”, purple “become darker”. Beside it, for comparison, a simpler formula: the sum of the **squares** of
# all differences, $\sum d^2 + r^2$, with the same three terms in its gradient but nothing divided by $\ell$.
#
# *Predict.* Where will each of them push hardest: on the edge of the white cup, which is up to 200 grey levels
# high, or in the grain of the wood, which is about 10?

# %%
def push(image):
    return -tv_gradient(image, epsilon=1.0)

def push_of_squares(image):
    down, right = differences(image)
    return -slope_of(image, 2 * down, 2 * right)

part = coffee[:58, 25:105]  # the cup
figure, axes = plots.subplots(1, 3, size=(9.6, 2.7))
plots.draw_image(axes[0], part, "photograph")
plots.draw_image(axes[1], push(part)[:, :, 1], "push of TV on green", signed=True)
plots.draw_image(axes[2], push_of_squares(part)[:, :, 1], "push of squares", signed=True)
for axis in axes[1:]:
    figure.colorbar(axis.images[0], ax=axis, shrink=0.75, label="push, in grey levels")
plots.show(figure, alt="The cup; the push of total variation, purple and orange lines of like strength all "
                       "over the wood and along the cup; and the push of squares, visible at the cup's edge only.")

# %%
steepness = np.hypot(*differences(coffee[:, :, 1]))  # of the photograph at each place
strength, strength_of_squares = (np.abs(f(coffee)[:-1, :-1, 1]) for f in (push, push_of_squares))
for low, high in ((3, 6), (6, 12), (12, 25), (25, 50), (50, 255)):
    here = (steepness >= low) & (steepness < high)
    print(f"steepness {low:2} to {high:3}: mean push of TV {strength[here].mean():.1f}, "
          f"of squares {strength_of_squares[here].mean():3.0f}")
print(f"strongest push anywhere: {np.abs(push(coffee)).max():.2f}, never above 2 + √2 = {2 + 2**0.5:.2f}")
assert np.abs(push(noisy)).max() < 2 + 2**0.5

# %% [markdown]
# **What it shows.** TV pushes *about equally hard* everywhere: 1.1 to 1.4, whether the difference is 5 or 200,
# because each difference is divided by its own length. Squares push 9 times as hard on the steepest places as on
# the flattest. So squares flatten edges first, and edges are what one wants to keep. That is why the formula has
# a root, though squares would be easier.
#
# And nothing is pushed harder than by $2 + \sqrt 2$, the force on a single wrong pixel. This is the next
# exercise.
#
# ### Exercise 2: one wrong pixel, with a pencil
#
# A flat picture, and in its middle one single pixel that is 10 grey levels brighter. How large is TV? Mind that
# three terms see this pixel. Give a number, to three digits.

# %% tags=["exercise"]
one_wrong_pixel = ...  # your number

# %% tags=["solution"]
one_wrong_pixel = 10 * np.sqrt(2) + 10 + 10  # its own term sees two differences, two neighbours see one each

# %%
exercises.check("06-pixel", one_wrong_pixel)

# %% [markdown]
# ## 5. Cleaning a photograph
#
# If noise is roughness, take the roughness away. We go downhill on TV *alone*, in small steps against the
# gradient, and start at the noisy picture. (Going downhill is the subject of lesson 08; one line is enough here.)
#
# How good is a picture? Here we can know it, for we have the true one. The **PSNR** (peak signal-to-noise ratio)
# compares the mean squared error with the largest possible one, in decibels (dB): 10 dB more means a tenth of the
# squared error.
#
# $$\mathrm{PSNR} = 10 \log_{10} \frac{255^2}{\text{mean of } (I - \text{true})^2}$$
#
# (ε is 4 here: with a sharp corner steps of this length would shake.) *Predict.* With every step TV falls. Will the
# picture get better and better? What is it after very many steps?

# %%
def psnr(image, truth):
    """Decibels: how near a picture is to the true one. More is better."""
    return 10 * np.log10(255**2 / np.mean((image - truth) ** 2))

image, frames = noisy, [noisy]
for _ in range(300):
    image = image - tv_gradient(image, epsilon=4.0)  # a small step downhill
    frames.append(image)
quality = [psnr(frame, coffee) for frame in frames]
best = int(np.argmax(quality))
print(f"start {quality[0]:.1f} dB, end {quality[-1]:.1f} dB; "
      f"best {quality[best]:.1f} dB, after about {round(best, -1)} steps")
print(f"TV per number: start {total_variation(frames[0]) / coffee.size:.3g}, best "
      f"{total_variation(frames[best]) / coffee.size:.3g}, end {total_variation(image) / coffee.size:.3g}")

# %%
from nst_helpers.widgets.film import film

shown = [0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 60, 100, 200, 300]
words = [f"after {number} steps: {quality[number]:.1f} dB" for number in shown]
film([frames[number] for number in shown], words, label="time", start=shown.index(24))

# %% [markdown]
# **What it shows.** The noise goes first, in about 20 steps: all three terms push a single wrong pixel the same
# way. Then the grain of the wood goes, the spoon, the handle. The smoothest picture of all has one single colour,
# and TV alone leads there. So TV never works alone. Either we stop in time, or something must **hold on to** the
# picture.
#
# ## 6. How much is best?
#
# Let a second term hold on: stay near the noisy picture $J$. A weight $\gamma$ decides who is stronger:
#
# $$L(I) = \tfrac12 \sum (I - J)^2 + \gamma\, \mathrm{TV}(I)
# \qquad\qquad \nabla L = I - J + \gamma\, \nabla \mathrm{TV}$$
#
# With $\gamma = 0$ nothing changes, and with a huge $\gamma$ all becomes flat. In between there is a best weight.
# *Predict*, for noise of $\sigma = 30$: will $\gamma$ be near 1, near 30, or near 1,000?
#
# (`Adam` goes downhill faster than our one line. It is a black box until [lesson 10](10_adam.ipynb); the steps
# grow shorter towards the end.)

# %%
def denoise(noisy, weight, epsilon=1.0, steps=100):
    """The picture that makes ½ Σ (I − noisy)² + γ TV(I) small; γ is the weight."""
    image, state = noisy, Adam(6.0).init(noisy)
    for number in range(steps):
        gradient = image - noisy + weight * tv_gradient(image, epsilon)
        optimizer = Adam(6.0 * (1 - number / steps), beta2=0.99)
        image, state = optimizer.step(image, gradient, state)
    return image

weights = [0, 2, 4, 8, 12, 16, 20, 24, 28, 32, 48, 64, 96]
cleaned = {weight: denoise(noisy, weight) for weight in weights}
scores = {weight: psnr(image, coffee) for weight, image in cleaned.items()}
best = max(scores, key=scores.get)
print(f"best weight γ = {best}: {scores[best]:.1f} dB; noisy {scores[0]:.1f} dB")
assert 12 < best < 48 and 6.5 < scores[best] - scores[0] < 8 and abs(scores[best] - max(quality)) < 0.5

# %%
figure, axes = plots.subplots(size=(8, 3))
axes.plot(weights, list(scores.values()), "o-", lw=2, color=plots.BLUE)
axes.plot(best, scores[best], "o", ms=14, mfc="none", mew=2.5, color=plots.ORANGE)
axes.annotate(f"best: γ = {best}, {scores[best]:.1f} dB", (best, scores[best]), (best + 4, scores[best] + 0.7),
              color=plots.ORANGE, fontsize=12)
axes.set(xlabel="weight γ", ylabel="PSNR in dB (more is better)", title="Too little, just right, too much",
         ylim=(18, 28))
plots.show(figure, alt="PSNR over the weight: it rises steeply from 18.6 decibels, is best between 20 and 30, "
                       "and falls slowly towards large weights.")
plots.show_images([cleaned[weight] for weight in (8, best, 96)],
                  [f"γ = {weight}: {scores[weight]:.1f} dB" for weight in (8, best, 96)],
                  alt="The cup three times: still grainy; clean with sharp edges; and with large flat areas, "
                      "where the spoon is gone.")

# %% [markdown]
# **What it shows.** The best weight lies near 24, and the picture gains about 7 dB: a fifth of the squared error
# is left. That is as good as stopping in time was in section 5, and nobody had to watch. Too little leaves grain;
# too much takes the spoon away with the noise. The curve falls slowly at the right, so a little too much harms
# less than a little too little.
#
# Does the best weight depend on the picture, or on the noise? *Predict*: with twice the noise, will the best
# weight stay, double, or become four times as large?

# %%
from nst_helpers.widgets.variation import NOISES, WEIGHTS, photograph, weight_against_noise


def best_weight(truth, noise):
    weights = noise * np.array([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2])
    noisy = with_noise(truth, noise)
    return max(weights, key=lambda weight: psnr(denoise(noisy, weight, steps=60), truth))

for name in ("coffee", "temple", "astronaut"):
    found = {noise: best_weight(photograph(name, 96), noise) for noise in (10, 20, 40)}
    print(f"{name:10}", ", ".join(f"σ = {noise}: γ = {weight:.0f}" for noise, weight in found.items()))
    assert all(0.3 * noise < weight < 0.9 * noise for noise, weight in found.items())
    assert found[20] > 2 * found[10] and found[40] > 2 * found[20]

# %% [markdown]
# **What it shows.** Twice the noise wants more than twice the weight. And the best weight is nearly the same in all
# three photographs: 0.4 to 0.5 times $\sigma$ for the weakest noise, 0.7 to 0.8 times for the strongest. So who
# knows the noise knows the weight, without the true picture.
#
# Now try it. The widget holds the cup with four strengths of noise and eleven weights, computed in the next cell;
# other photographs are computed live, when you press the button. *Predict* before you move $\sigma$ from 40 to 10
# and leave the weight: is the result better than the noisy picture?

# %%
pictures = {(noise, weight): denoise(with_noise(coffee, noise), weight)
            for noise in NOISES for weight in WEIGHTS}
print(len(pictures), "pictures computed")
ends = [psnr(pictures[noise, 96], coffee) for noise in NOISES]
print(f"γ = 96: from {min(ends):.1f} to {max(ends):.1f} dB, whatever the noise was")
worse = psnr(pictures[10, 32], coffee) - psnr(pictures[10, 0], coffee)
print(f"σ = 10, γ = 32: {worse:.1f} dB")
assert max(ends) - min(ends) < 1 and worse < -1

# %%
weight_against_noise(pictures)

# %% [markdown]
# **What it shows.** The curves have their tops at ever larger weights, as the rule says. At the right end all of
# them meet: with a large weight the result is nearly the same flat picture, whatever the noise was. And for
# $\sigma = 10$ the weight 32 makes the picture more than 2 dB *worse* than leaving it alone.
#
# ## 7. In which direction? Two kinds of total variation
#
# *(For home: section 8 does not need it.)*
#
# TensorFlow has a total variation, too, and it is another one. It adds the two differences without Pythagoras,
# for every pair of neighbours:
#
# $$\mathrm{TV}_{\text{aniso}}(I) = \sum_{i,j} |I_{i+1,j} - I_{i,j}| + \sum_{i,j} |I_{i,j+1} - I_{i,j}|$$
#
# ### Exercise 3: TensorFlow's total variation
#
# Write `anisotropic_tv(image)`. All differences count, those of the last row and the last column as well.

# %% tags=["exercise"]
def anisotropic_tv(image):
    ...  # your code: return one number

# %% tags=["solution"]
def anisotropic_tv(image):
    return np.abs(image[1:] - image[:-1]).sum() + np.abs(image[:, 1:] - image[:, :-1]).sum()

by_library = float(tf.image.total_variation(tf.constant(noisy, tf.float64)))
assert np.isclose(anisotropic_tv(noisy.astype(float)), by_library)

# %%
exercises.check("06-anisotropic", anisotropic_tv)

# %% [markdown]
# The difference shows on edges. An edge of height 1 should cost its **length**, however it lies. A sum of
# absolute values measures like a taxi in Manhattan: along the streets only.
#
# *Predict.* An edge is turned by 45°. How much more does it cost with each of the two? We look through a round
# window, so that every edge has the same length; the edges are soft, 6 pixels wide, or hard.

# %%
def edge(degrees, width, size=95):
    """A picture of an edge through the middle, from 0 to 1, this many pixels wide."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    distance = 0.3 + x * np.cos(np.radians(degrees)) + y * np.sin(np.radians(degrees))
    return np.clip(0.5 + distance / width, 0, 1)

def edge_costs(degrees, width):
    """(isotropic, anisotropic) total variation per pixel of edge, inside a round window."""
    down, right = differences(edge(degrees, width))
    y, x = np.mgrid[:94, :94] - 47
    window = np.hypot(x, y) < 40
    lengths = np.hypot(down, right), np.abs(down) + np.abs(right)
    return [(length * window).sum() / 80 for length in lengths]

for degrees in (0, 30, 45, 90, 135):
    (soft, soft_taxi), (hard, hard_taxi) = edge_costs(degrees, 6), edge_costs(degrees, 0.01)
    print(f"{degrees:3}°  soft: {soft:.2f}, taxi {soft_taxi:.2f}    hard: {hard:.2f}, taxi {hard_taxi:.2f}")

# %%
angles = np.arange(0, 361, 5)
figure, axes = plots.subplots(1, 2, size=(8.6, 4), subplot_kw={"projection": "polar"})
for axis, width, name in zip(axes, (6, 0.01), ("soft edge, 6 pixels wide", "hard edge"), strict=True):
    costs = np.array([edge_costs(degrees, width) for degrees in angles])
    for column, label in enumerate(("with the root (isotropic)", "absolute values (anisotropic)")):
        axis.plot(np.radians(angles), costs[:, column], color=plots.COLORS[column], lw=2.5,
                  ls="-" if column == 0 else "--", label=label)
    axis.set(title=name, ylim=(0, 1.5), yticks=[0.5, 1, 1.5], theta_direction=-1)
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
plots.show(figure, alt="Two polar plots of the cost of an edge over its direction. Soft: the isotropic one is a "
                       "circle of radius 1, the anisotropic one bulges to 1.41 at every 45 degrees. Hard: the "
                       "isotropic one bulges too, but only to the lower left and the upper right.")

# %% [markdown]
# **What it shows.** Soft edges: the root costs the same in all directions, within a few percent, and deserves its
# name **isotropic** (“alike in all directions”). Absolute values cost up to $\sqrt 2 = 1.41$ at 45°. (The angle
# says in which direction the edge rises, turning like a clock: 0° to the right, 90° downwards.)
#
# But look at the hard edge: the root costs 1.4 at 135° and 1 at 45°. The formula looks down and to the right
# only. At a stair of the one kind, one place sees both differences, and Pythagoras joins them; at a stair of the
# other kind they fall on two places. So *isotropic* is a promise for soft edges only.
#
# *Predict.* A circle, a square and a square on its corner get noise, and are cleaned by each of the two with a
# very large weight. Which shapes will keep their form?

# %%
def shapes(size=72):
    """An orange circle, a blue square and a green square on its corner, on dark grey."""
    y, x = np.mgrid[:size, : 3 * size].astype(np.float32)
    middle, radius = (size - 1) / 2, 0.36 * size
    circle = radius - np.hypot(x - middle, y - middle)
    square = 0.9 * radius - np.maximum(abs(x - middle - size), abs(y - middle))
    corner = 1.25 * radius - abs(x - middle - 2 * size) - abs(y - middle)
    image = np.full((size, 3 * size, 3), 40, np.float32)
    colors = [230, 120, 40], [90, 190, 240], [40, 190, 120]
    for inside, color in zip((circle, square, corner), colors, strict=True):
        image += np.clip(inside + 0.5, 0, 1)[:, :, None] * (np.array(color, np.float32) - image)
    return image

# %%
from nst_helpers.experiments.denoising import exact_minimum  # for weights where a descent would be slow

drawn = with_noise(shapes(), 40)
round_form, square_form = exact_minimum(drawn, 400), exact_minimum(drawn, 400, diagonal=False)
figure, axes = plots.subplots(3, 1, size=(7.4, 7.8))
titles = ("noise σ = 40", "with the root, γ = 400", "absolute values, γ = 400")
for axis, image, title in zip(axes, (drawn, round_form, square_form), titles, strict=True):
    plots.draw_image(axis, image, title)
plots.show(figure, alt="Circle, square and square on its corner, three times: with noise; cleaned, the circle "
                       "round and the corners of the squares rounded off; cleaned the other way, the circle with "
                       "four flat sides, the square sharp, the corner square cut off at its tips.")

# %% [markdown]
# **What it shows.** With the root the circle stays a circle, and corners become round. (Two of the green sides
# became soft. They lie in the directions where a hard edge costs 1.4, and a soft one costs 1.) With absolute
# values the upright square keeps even its corners, the circle grows flat sides, and the square on its corner loses its
# tips: this measure likes what
# follows the rows and columns. The course's `total_variation` has the root.
#
# The large weight has paled all colours, but the edges are still there. TV pushes down a whole area at its
# border, with a force of $\gamma$ for each pixel of border. A circle of radius $R$ has a border of $2 \pi R$ and
# an area of $\pi R^2$ that holds against it, so it sinks by $2 \gamma / R$, *whatever its height is*:

# %%
sinks, middle = 2 * 400 / (0.36 * 72), slice(30, 42)  # the circle's middle
for color, name in enumerate(("red", "green")):
    drawn_level, found = shapes()[36, 36, color], round_form[middle, middle, color].mean()
    print(f"the circle's {name}: {drawn_level - 40:.0f} above the ground, sinks by {drawn_level - found:.0f}; "
          f"predicted {sinks:.0f}")
    assert abs(drawn_level - found - sinks) < 2

# %% [markdown]
# **What it shows.** Red stands 190 above the ground and green 80, and both sink by about 30. Again the height of
# an edge does not count. So what total variation takes from a picture depends on *size*: small things sink far (a
# single pixel at once, the spoon later), large things hardly.
#
# ## 8. Back to the painting
#
# Now we know the number from the beginning. In a style transfer nobody holds on to a noisy picture. There,
# content and style hold, and $\gamma\,\mathrm{TV}$ is a third voice ([lesson 07](07_total_loss.ipynb)). Its scale
# is another one: the transfer divides TV by the number of values, so do not compare 0.4 here with 24 there.
#
# *Predict.* With $\gamma = 0.4$ the specks were gone. What will five times as much do, and twenty-five times?

# %%
more, much = repaint(2).image, repaint(10).image
row = {"γ = 0": without, "γ = 0.4": some, "γ = 2": more, "γ = 10": much}
figure, axes = plots.subplots(2, 2, size=(9, 6.6))
for axis, (name, image) in zip(axes.ravel(), row.items(), strict=True):
    plots.draw_image(axis, image, f"{name}: TV per number {total_variation(image) / image.size:.0f}")
plots.show(figure, alt="The cup in stained glass for four weights: specks; calm colours between dark lines; flat "
                       "and a little pale; pale all over, with hardly a fine line left.")

# %% [markdown]
# **What it shows.** From 0 to 0.4 the specks go, and the lines stay: that is what we wanted. At 2 the fine
# strokes are gone. At 10 the colours are pale, too: a flat picture is cheap, and the style no longer pays for
# contrast. More is not better.
#
# ### Why the transfer rounds
#
# A sharp corner ($\epsilon$ near 0) pushes a difference of one grey level as hard as one of 200, until it is
# exactly 0. Soft transitions become stairs. *Predict* for a soft, noisy ramp from dark to bright: what will be
# left of it with $\epsilon = 0.001$? With $\epsilon = 10$?

# %%
ramp = np.tile(np.linspace(80, 140, 96, dtype=np.float32), (8, 1))[:, :, None]
rough = with_noise(ramp, 15)
sharp, soft = (denoise(rough, 60, epsilon=epsilon, steps=400) for epsilon in (0.001, 10))
figure, axes = plots.subplots(size=(8, 3.6))
axes.plot(rough[4, :, 0], ".", color="0.75", label="with noise")
for image, lower, color, epsilon in ((sharp, 0, plots.ORANGE, "0.001"), (soft, 40, plots.BLUE, "10, drawn 40 lower")):
    axes.plot(ramp[4, :, 0] - lower, color="0.4", lw=1, label="" if lower else "the true ramp")
    axes.plot(image[4, :, 0] - lower, color=color, lw=2.5, label=f"cleaned, ε = {epsilon}")
axes.set(xlabel="column", ylabel="grey level of the middle row", title="A ramp becomes a staircase, or does not",
         ylim=(20, 185))
axes.legend(ncols=2, loc="upper left")
plots.show(figure, alt="Noisy points around a straight rising line. With the sharp corner the cleaned line rises "
                       "around it in flat steps; with epsilon 10, drawn below, in gentle waves.")
flat_places = [float(np.mean(np.abs(np.diff(image[:, :, 0], axis=1)) < 0.1)) for image in (sharp, soft)]
print(f"ε = 0.001: {100 * round(flat_places[0], 1):.0f} % of all neighbours are equal, within 0.1 of a grey level")
print(f"ε = 10: ≈ {100 * flat_places[1]:.0f} % of them")
assert 0.45 < flat_places[0] < 0.6 and flat_places[1] < 0.1

# %% [markdown]
# **What it shows.** The ramp has become a staircase, and in a picture a staircase is a patchwork of flat blocks.
# With $\epsilon = 10$ small differences are pushed weakly: gentle waves of the noise stay, and so does the ramp.
#
# In a painting the same happens to soft strokes. We go on from the picture with $\gamma = 0.4$, with a much
# larger weight, 1.5, once with each $\epsilon$. The loss is what lesson 05 left us, plus content, plus TV.

# %%
network, settings = load_network(), Settings.classic()
height, width = some.shape[:2]
target = tf.image.resize(content, (height, width))
layers = (*settings.content_layers, *settings.style_layers)
wanted, style_wanted = network(target, layers), network(style, layers)

def per_value(loss, array):
    return loss / np.prod(array.shape)  # the transfer divides so, to suit every size

@tf.function
def total_gradient(image, weight, epsilon):
    """The gradient of α content + β style + γ TV on the pixels; α = 1, γ is the weight."""
    with tf.GradientTape() as tape:
        tape.watch(image)
        features = network(image, layers)
        loss = per_value(losses.content_loss(features["conv4_2"], wanted["conv4_2"]), wanted["conv4_2"])
        loss += settings.style_weight * losses.style_loss(features, style_wanted, settings.style_layers)
        loss += weight * per_value(losses.total_variation(image, epsilon), image)
    return tape.gradient(loss, image)

# %%
def go_on(image, weight, epsilon, steps=60):
    """Steps of Adam on the total loss, from this picture."""
    image, state = tf.constant(image), Adam(3.0).init(tf.constant(image))
    for number in range(steps):
        gradient = total_gradient(image, tf.constant(weight), tf.constant(epsilon))
        image, state = Adam(3.0 * (1 - number / steps)).step(image, gradient, state)
    return image.numpy()

def flat_share(image):
    """The share of places where a colour hardly changes: by less than half a grey level."""
    return np.mean(np.hypot(*differences(image)) < 0.5)

blocks, strokes = go_on(some, 1.5, 0.001), go_on(some, 1.5, 10.0)
assert flat_share(blocks) > 3 * flat_share(strokes)
print(f"flat places: ≈ {100 * flat_share(blocks):.0f} % with ε = 0.001, "
      f"≈ {100 * flat_share(strokes):.0f} % with ε = 10")
plots.show_images([zoom(blocks), zoom(strokes)], ["ε = 0.001: flat blocks", "ε = 10: soft strokes"],
                  alt="A part of the painted cup, large: at the left broken into flat blocks with hard borders, "
                      "at the right with soft transitions inside the strokes.")

# %% [markdown]
# **What it shows.** The same weight, and blocks at the left only. That is why `nst_helpers.transfer` rounds off,
# even more: below 40 grey levels, at which the style's finest contrasts no longer gather in single dots, either.
#
# (One more detail. The last row and the last column take part in fewer terms, and the corner in none, so noise
# stays there. The transfer repeats the last row and the last column once before it computes TV.)

# %% [markdown]
# ## What you saw
#
# - One sum over neighbours is 3.3 times as large for the noisy cup as for the clean one. Its gradient has three
#   terms; paper, tape and finite difference agreed. Each difference pushes about equally hard, whether it is 5 or
#   200.
# - On a flat picture the bare root gives `nan`, in 15 of 16 places. With $\epsilon$ under the root the gradient
#   there is 0.
# - With the best weight, for this noise 0.8 times $\sigma$, the photograph gained about 7 dB. Too much made flat
#   areas; in a painting, blocks and pale colours. The root is alike in all directions for soft edges; absolute values
#   cost 1.41 at 45°.
#
# ## Where this is used
#
# It is the third term of the total loss, with $\gamma = 0.4$ and $\epsilon = 40$ unless you choose otherwise. In
# the last lesson the clinic recognises coloured noise, and this weight is what it prescribes.
#
# ## Next
#
# **[07 Total loss](07_total_loss.ipynb)**: content, style and smoothness pull in three directions. Who wins?
