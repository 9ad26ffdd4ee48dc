# %% [markdown]
# # 10 Adam
#
# **Who gets there first?** Below, one start, one question, and two rules for making a step out of a gradient. Both
# had the same number of steps, and each the best learning rate of those that section 7 tries. One of them is the rule
# that nearly everybody uses. At the end of this lesson you will have written it, and you will know where it is
# better, and where it is not.
#
# **You will see**
#
# - Adam: momentum and RMSprop in one rule, and the correction without which its first steps are far too long;
# - the same rule in Keras, down to the place of a tiny number $\epsilon$, and when that place matters;
# - a race of five optimizers and a sixth, on three surfaces and on one picture, each at its best learning rate.
#
# **Needs**: [08 Gradient descent](08_gradient_descent.ipynb), [09 RMSprop](09_rmsprop.ipynb), and the losses of
# [07 Total loss](07_total_loss.ipynb). · **Time**: about 30 s of computing on two cores. · **Paper**: section 2.4.

# %%
import time
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, minimize

from nst_helpers import exercises, optimizers, plots
from nst_helpers.backend import keras, tf
from nst_helpers.images import load_image, noise_image
from nst_helpers.losses import content_loss, gram_distance, gram_matrix, total_variation
from nst_helpers.networks import data_folder, load_network

network = load_network("plain")  # the form of `compact`, after ordinary training
content = load_image(data_folder() / "content" / "temple.jpg", max_size=104)
style = load_image(data_folder() / "style" / "great_waves.jpg", max_size=208)
noise = noise_image(*content.shape[:2], seed=0)
print("content", content.shape, "style", style.shape, "numbers to find:", noise.size)

# %% [markdown]
# The question is the total loss of lesson 07, at a small size: keep the temple (content, $\alpha = 4$), paint it like
# the waves (style, $\beta = 2$), and stay smooth (total variation, $\gamma = 0.2$). `look` gives the loss of a
# picture, and its gradient.

# %%
style_layers = {"conv1_1": 81.0, "conv2_1": 27.0, "conv3_1": 9.0, "conv4_1": 3.0, "conv5_1": 1.0}
temple = network(content, ["conv4_2"])["conv4_2"]
waves = {layer: gram_matrix(features, normalized=True) for layer, features in network(style, style_layers).items()}

@tf.function(input_signature=[tf.TensorSpec(noise.shape, tf.float32)])
def look(w):
    """(total loss, gradient) of a picture w."""
    with tf.GradientTape() as tape:
        tape.watch(w)
        features = network(w, [*style_layers, "conv4_2"])
        loss = 4 * content_loss(features["conv4_2"], temple) / tf.cast(tf.size(temple), tf.float32)
        for layer, weight in style_layers.items():
            loss += 2 * weight * gram_distance(gram_matrix(features[layer], normalized=True), waves[layer])
        loss += 0.2 * total_variation(w, epsilon=10.0) / noise.size
    return loss, tape.gradient(loss, w)

# %%
class Run(NamedTuple):
    image: np.ndarray
    losses: list  # before each step
    seconds: list  # since the start, at each loss

def paint(step, memory, steps):
    """Start from the noise; step: (w, gradient, memory) → (w, memory). Pixels stay from 0 to 255."""
    w, losses, seconds, start = noise, [], [], time.perf_counter()
    for _ in range(steps):
        loss, gradient = look(w)
        losses.append(float(loss))
        seconds.append(time.perf_counter() - start)
        w, memory = step(w, gradient.numpy(), memory)
        w = np.clip(w, 0, 255)
    return Run(w, losses, seconds)

look(noise)  # the first call compiles it
slow, fast = optimizers.GradientDescent(8e4), optimizers.Adam(40.0)
runs = [paint(optimizer.step, optimizer.init(noise), 60) for optimizer in (slow, fast)]
plots.show_images([noise, runs[0].image, runs[1].image],
                  ["the start: noise", "60 steps of gradient descent", "60 steps of Adam"], photo=True,
                  alt="Coloured noise; then a temple that can barely be seen behind noise; then a temple above a "
                      "lake, clear, painted with the strokes of waves.")

# %% [markdown]
# ## 1. Two ideas, one rule
#
# Lesson 08 gave a step a **direction** that does not shake: the running mean $V$ of the gradients. Lesson 09 gave
# each number a step **length** of its own: divide by the root of $s$, the running mean of the squares. Adam
# (“adaptive moment estimation”, Kingma and Ba, 2015) takes both. That is what the paper writes in section 2.4:
#
# $$V_t = \beta_1 V_{t-1} + (1 - \beta_1)\,\nabla w_t \qquad s_t = \beta_2 s_{t-1} + (1 - \beta_2)\,(\nabla w_t)^2
# \qquad w_{t+1} = w_t - \eta\,\frac{V_t}{\sqrt{s_t} + \epsilon}$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $w_t$, $\nabla w_t$ | the numbers we look for, here pixels; the gradient there | `w`, `gradient` |
# | $V_t$ | velocity: running mean of the gradients | `velocity` |
# | $s_t$ | scale: running mean of their squares | `scale` |
# | $\beta_1, \beta_2$ | how much of the old mean is kept: 0.9 and 0.999 | `beta1`, `beta2` |
# | $\eta$ | learning rate | `learning_rate` |
# | $\epsilon$ | a small number, so that nothing is divided by 0 | `epsilon` |
# | $t$ | the number of the step, from 1 | `t` |
#
# **With a pencil.** Take $\beta_1 = \tfrac12$, $\beta_2 = \tfrac{15}{16}$, $\eta = 1$, $\epsilon = 0$. Both means
# start at 0. The first gradient is 4. How long is the first step?

# %%
def paper_adam(w, gradient, memory, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Adam as the paper writes it; memory is (t, V, s)."""
    t, velocity, scale = memory
    velocity = beta1 * velocity + (1 - beta1) * gradient
    scale = beta2 * scale + (1 - beta2) * gradient**2
    return w - learning_rate * velocity / (scale**0.5 + epsilon), (t + 1, velocity, scale)

def fresh(w):
    """The memory before the first step: t, V and s are 0."""
    return 0, 0 * w, 0 * w

w, (t, velocity, scale) = paper_adam(0.0, 4.0, fresh(0.0), 1.0, beta1=1 / 2, beta2=15 / 16, epsilon=0.0)
print(f"V = {velocity}, s = {scale}, V / √s = {velocity / scale**0.5}, w = {w}")
assert (velocity, scale, w) == (2, 1, -2)

# %% [markdown]
# **What it shows.** The only gradient so far is 4. So the mean should be 4, and $V$ says 2. The mean of the
# squares should be 16, and $s$ says 1. Both are too small, because they were mixed with the 0 of the start. But
# they are not *equally* too small: $V$ by a factor of 2, and $\sqrt s$ by a factor of 4. The step is twice as long
# as it should be.
#
# ## 2. The correction that the paper leaves out
#
# How much of a running mean is still the zero of the start? After $t$ steps a share $\beta^t$; the gradients have
# the other $1 - \beta^t$. Divide by it, and the mean is right. These two lines are in the original publication, and
# missing in our paper:
#
# $$\hat V_t = \frac{V_t}{1 - \beta_1^t} \qquad \hat s_t = \frac{s_t}{1 - \beta_2^t} \qquad
# w_{t+1} = w_t - \eta\,\frac{\hat V_t}{\sqrt{\hat s_t} + \epsilon}$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $\hat V_t, \hat s_t$ | the two means, without the zero of the start | `velocity_hat`, `scale_hat` |

# %%
def adam(w, gradient, memory, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Adam with bias correction: algorithm 1 of Kingma and Ba."""
    t, velocity, scale = memory
    t = t + 1
    velocity = beta1 * velocity + (1 - beta1) * gradient
    scale = beta2 * scale + (1 - beta2) * gradient**2
    velocity_hat = velocity / (1 - beta1**t)
    scale_hat = scale / (1 - beta2**t)
    return w - learning_rate * velocity_hat / (scale_hat**0.5 + epsilon), (t, velocity, scale)

w, _ = adam(0.0, 4.0, fresh(0.0), 1.0, beta1=1 / 2, beta2=15 / 16, epsilon=0.0)
print("with the correction: V̂ = 4, √ŝ = 4, w =", w)
assert w == -1

# %% [markdown]
# Is the claim about the mean true? Draw 2,000 rows of random gradients with mean 3, and average $V_t$ over the
# rows. *Predict* the three numbers of $V$ for $t = 1, 2, 10$, before and after the division.

# %%
generator = np.random.default_rng(0)
velocity, expected = np.zeros(2000), []
for t in range(1, 11):
    velocity = 0.9 * velocity + 0.1 * generator.normal(3, 1, 2000)
    expected.append((velocity.mean(), velocity.mean() / (1 - 0.9**t)))
for t in (1, 2, 10):
    print(f"t = {t:2}: mean of V {expected[t - 1][0]:.3g}, after the division {expected[t - 1][1]:.3g}")
assert np.allclose([after for _, after in expected], 3, atol=0.1)

# %% [markdown]
# **What it shows.** After one step $V$ is a tenth of the truth, after ten still two thirds. After the division it
# is right from the first step on.
#
# *Predict.* Now the usual values, $\beta_1 = 0.9$ and $\beta_2 = 0.999$, and $\eta = 1$. All gradients are the
# same. With the correction every step has the length 1. Without it: are the first ten steps too short or too long?
# When is the worst over: after 10 steps, 100, or 1,000?

# %%
def step_lengths(rule, gradients):
    """How far each step moves w, at η = 1."""
    w, memory, lengths = 0.0, fresh(0.0), []
    for gradient in gradients:
        new, memory = rule(w, gradient, memory, learning_rate=1.0)
        lengths.append(abs(new - w))
        w = new
    return np.array(lengths)

without, corrected = (step_lengths(rule, np.full(3000, 4.0)) for rule in (paper_adam, adam))
print("t         ", *(f"{t:5}" for t in range(1, 11)))
print("without   ", *(f"{length:5.2f}" for length in without[:10]))
print("corrected ", *(f"{length:5.2f}" for length in corrected[:10]))
print(f"longest: {without.max():.3g} in step {without.argmax() + 1}; step 1000: {without[999]:.3g}")
assert np.allclose(corrected, 1, atol=1e-6) and without.argmax() + 1 == 12

# %%
figure, (left, right) = plots.subplots(1, 2, size=(9, 3.4))
left.bar(np.arange(1, 11) - 0.2, without[:10], 0.4, color=plots.ORANGE, label="without (as in the paper)")
left.bar(np.arange(1, 11) + 0.2, corrected[:10], 0.4, color=plots.BLUE, label="corrected")
left.set(xlabel="step t", ylabel="step length / η", title="The first ten steps", xticks=range(1, 11))
left.legend(loc="upper left")
left.set_ylim(0, 8.5)
right.semilogx(np.arange(1, 3001), without, color=plots.ORANGE, label="without")
right.semilogx(np.arange(1, 3001), corrected, color=plots.BLUE, label="corrected")
right.set(xlabel="step t", title="3,000 steps: the excess lasts", ylim=(0, 7))
right.legend()
plots.show(figure, alt="Left: ten pairs of bars; without correction they grow from 3.2 to 6.5, corrected all are "
                       "1. Right: without correction the length peaks near step 12 and falls slowly towards 1.")

# %% [markdown]
# **What it shows.** Too long: 3.16 times in the first step, 6.57 times in the twelfth, and still 1.26 times in
# step 1,000. $V$ recovers within some twenty steps, $s$ needs thousands ($\beta_2 = 0.999$ remembers about 1,000
# steps), and a small $\sqrt s$ stands below the line of the fraction. Bias correction is a brake for the start.
#
# ### Exercise 1: how much too long?
#
# Write `too_long(t, beta1, beta2)`: for gradients that never change, the length of step $t$ without the correction,
# over its length with it. Look at the two formulas, and take $\epsilon = 0$. No loop is needed.

# %% tags=["exercise"]
def too_long(t, beta1, beta2):
    ...  # your code: one line

# %% tags=["solution"]
def too_long(t, beta1, beta2):
    return (1 - beta1**t) / (1 - beta2**t) ** 0.5

assert np.isclose(too_long(1, 0.9, 0.999), without[0]) and np.isclose(too_long(12, 0.9, 0.999), without[11])

# %%
exercises.check("10-too-long", too_long)

# %% [markdown]
# ## 3. What learning rate 6 means
#
# With the correction, the first step is $\eta\, g / \sqrt{g^2}$, with $g$ for the gradient: **each pixel moves by
# exactly $\eta$**, up or down, whatever its gradient is. Later steps are shorter where gradients change their sign,
# because $V$ averages them away and $s$ does not. On pixels from 0 to 255 an $\eta$ of 6 means: six grey levels at
# first.
#
# *Predict.* How far does a pixel move in steps 1, 2, 5 and 10, on average over the picture? And without correction?

# %%
def moves(rule, learning_rate, steps):
    """The mean distance that a pixel moves in each step, before it is held to 0–255."""
    lengths = []
    def step(w, gradient, memory):
        new, memory = rule(w, gradient, memory, learning_rate)
        lengths.append(np.abs(new - w).mean())
        return new, memory
    image = paint(step, fresh(noise), steps).image
    return np.array(lengths), image

lengths, _ = moves(adam, 6.0, 60)
lengths_without, _ = moves(paper_adam, 6.0, 60)
for t in (1, 2, 5, 10):
    print(f"step {t:2}: {lengths[t - 1]:4.1f} grey levels; without correction {lengths_without[t - 1]:4.0f}")
print("crossing from 0 to 255 at six levels a step takes", int(np.ceil(255 / 6)), "steps")
assert np.isclose(lengths[0], 6, rtol=1e-2) and np.isclose(lengths_without[0] / lengths[0], 10**0.5, rtol=1e-2)

# %%
shown = {eta: moves(adam, eta, 40)[1] for eta in (0.5, 6.0, 40.0, 200.0)}
plots.show_images(list(shown.values()), [f"η = {eta:g}" for eta in shown], photo=True,
                  alt="Four pictures after 40 steps: noise that has hardly changed; a temple behind noise; a clear "
                      "temple in strokes of waves; and glaring blotches.")
print("losses after 40 steps fall, then rise again:", end=" ")
ends = [float(look(image)[0]) for image in shown.values()]
print(ends[0] > ends[1] > ends[2] < ends[3])
assert ends[0] > ends[1] > ends[2] < ends[3]

# %%
figure, axes = plots.subplots(size=(8, 3))
axes.plot(range(1, 61), lengths, color=plots.BLUE, label="corrected")
axes.plot(range(1, 61), lengths_without, color=plots.ORANGE, ls="--", label="without correction")
axes.axhline(6, color="0.5", lw=1)
axes.set(xlabel="step t", ylabel="mean move, grey levels", title="How far a pixel moves in a step, at η = 6",
         ylim=(0, None))
axes.legend()
plots.show(figure, alt="Two curves over 60 steps: the corrected one starts at 6 and falls; the other starts near "
                       "19 and stays far above it for many steps.")

# %% [markdown]
# **What it shows.** The first step is 6.0 grey levels, as said. Then pixels begin to change their mind, and the
# mean move shrinks. At $\eta = 0.5$ nothing can happen in 40 steps: a pixel gets about 20 levels far. At
# $\eta = 200$ a step throws pixels from one end of the range to the other. That is why a learning rate for Adam
# can be chosen by thinking: *how far has a pixel to go, and how many steps are there?* The paper's pixels run from
# 0 to 255; who divides pictures by 255 needs an $\eta$ divided by 255 too: 6 becomes 0.024.
#
# ## 4. Equal to Keras, and the place of ε
#
# The original publication ends its section 2 with a faster form. The two corrections are numbers, not arrays, so
# they can be drawn out of the fraction. What is then added to $\sqrt s$ gets a hat:
#
# $$w_{t+1} = w_t - \eta\,\frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}\cdot\frac{V_t}{\sqrt{s_t} + \hat\epsilon}$$
#
# This is what Keras computes, and its argument `epsilon` is the $\hat\epsilon$. *Predict:* is it the same rule?

# %%
def adam_hat(w, gradient, memory, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-7):
    """Adam with both corrections drawn out, and ε̂ beside the uncorrected √s."""
    t, velocity, scale = memory
    t = t + 1
    velocity = beta1 * velocity + (1 - beta1) * gradient
    scale = beta2 * scale + (1 - beta2) * gradient**2
    rate = learning_rate * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    return w - rate * velocity / (scale**0.5 + epsilon), (t, velocity, scale)

def valley_path(step, w, memory, steps=100):
    """The way down a valley f = ½ (100 w₀² + w₁² + w₂²/100); its gradient is 100 w₀, w₁, w₂/100."""
    path = []
    for _ in range(steps):
        w, memory = step(w, np.array([100, 1, 0.01]) * w, memory)
        path.append(w)
    return np.array(path)

# %%
start = np.array([1.0, -2.0, 3.0])
betas = {"beta1": 1 - 2**-3, "beta2": 1 - 2**-10}  # Keras keeps them in float32: these are exact there

def keras_path(epsilon):
    theirs, w = keras.optimizers.Adam(2**-4, *betas.values(), epsilon), keras.Variable(start, dtype="float64")
    def step(_, gradient, memory):
        theirs.apply([tf.constant(gradient)], [w])
        return w.numpy(), memory
    return valley_path(step, start, None)

for epsilon in (1e-7, 1e-3, 0.1):
    theirs = keras_path(epsilon)
    far = [np.abs(valley_path(partial(rule, learning_rate=2**-4, epsilon=epsilon, **betas), start, fresh(start))
                  - theirs).max() for rule in (adam_hat, adam)]
    print(f"ε = {epsilon:<7g} from Keras: ε̂ form {far[0]:.6f}, algorithm 1 {far[1]:.2g}")
    assert far[0] < 1e-6 and (far[1] > 0.1 or epsilon < 0.1)

# %% [markdown]
# **What it shows.** The form with $\hat\epsilon$ is Keras's Adam, to six decimals, for every $\epsilon$. Algorithm
# 1 is the same rule only while $\epsilon$ is tiny. Already at $\epsilon = 0.001$ it takes another path. Why? Write both
# forms with the same fraction: drawing the correction out of the root divides $\hat\epsilon$ by it. In its first
# steps $1 - \beta_2^t$ is tiny, so Keras's $\epsilon$ counts as a far larger one.
#
# ### Exercise 2: the matching ε
#
# Which $\epsilon$ must algorithm 1 use in step $t$, to do the same as Keras with $\hat\epsilon$? Write
# `matching_epsilon(epsilon_hat, beta2, t)`. Start from $\hat\epsilon$ beside $\sqrt{s_t}$, and divide above and
# below by what turns $\sqrt{s_t}$ into $\sqrt{\hat s_t}$.

# %% tags=["exercise"]
def matching_epsilon(epsilon_hat, beta2, t):
    ...  # your code: one line

# %% tags=["solution"]
def matching_epsilon(epsilon_hat, beta2, t):
    return epsilon_hat / (1 - beta2**t) ** 0.5

memory = (4, 0.3, 0.5)  # in the middle of a run; the next step is the fifth
one, _ = adam(1.0, 2.0, memory, 0.1, epsilon=matching_epsilon(0.1, 0.999, 5))
other, _ = adam_hat(1.0, 2.0, memory, 0.1, epsilon=0.1)
assert np.isclose(one, other)

# %%
exercises.check("10-epsilon", matching_epsilon)

# %% [markdown]
# ### When it shows
#
# A well-known tutorial on style transfer sets $\epsilon = 0.1$, a million times Keras's usual. Does that matter? It
# depends on what $\epsilon$ is compared with: the size of the gradients. And that depends on how the loss is
# scaled.
#
# *Predict.* We multiply the loss by 1,024. What does that do to Adam with a tiny $\epsilon$?

# %%
def first_step(size, epsilon, form):
    """The length of the first step over η, for gradients of this size."""
    return np.abs(form(0.0, size, fresh(0.0 * size), 1.0, epsilon=epsilon)[0])

sizes = np.logspace(-9, 7, 300)
figure, axes = plots.subplots(size=(8, 3.2))
for epsilon, color in ((1e-7, plots.BLUE), (0.1, plots.ORANGE)):
    axes.semilogx(sizes, first_step(sizes, epsilon, adam), color=color, label=f"algorithm 1, ε = {epsilon:g}")
    axes.semilogx(sizes, first_step(sizes, epsilon, adam_hat), color=color, ls="--",
                  label=f"Keras, ε̂ = {epsilon:g}")
here = np.median(np.abs(look(noise)[1]))
axes.axvline(here, color=plots.GREEN, lw=1.5)
axes.text(here * 1.2, 0.5, "our picture's\ngradients", color=plots.GREEN)
axes.set(xlabel="size of the gradient", ylabel="first step / η",
         title="ε decides from which size on a gradient counts", xlim=(1e-9, 1e7))
axes.legend(loc="center right", fontsize=8)
plots.show(figure, alt="Four curves that climb from 0 to 1 over the size of the gradient; for ε 0.1 they climb a "
                       "million times later than for 0.0000001, and in Keras's form later again by a factor of 32.")

# %%
def scaled(rule, epsilon, factor):
    """40 steps at η = 20 on a loss that is multiplied by a factor; the loss at the end, without the factor."""
    def step(w, gradient, memory):
        return rule(w, factor * gradient, memory, 20.0, epsilon=epsilon)
    image = paint(step, fresh(noise), 40).image
    return image, float(look(image)[0])

print(f"median size of a pixel's gradient at the start: {here:.1g}")
tries = [(adam, 1e-8, 1), (adam, 1e-8, 1024), (adam, 0.1, 1), (adam_hat, 0.1, 1), (adam_hat, 0.1, 1024)]
results = [scaled(*one) for one in tries]
names = ["ε = 1e-8", "ε = 1e-8,\nloss · 1024", "ε = 0.1", "ε̂ = 0.1\n(Keras)", "ε̂ = 0.1 (Keras),\nloss · 1024"]
plots.show_images([image for image, _ in results], names, photo=True,
                  alt="Five pictures: two equal ones of a painted temple with a tiny ε; two of nearly unchanged "
                      "noise with ε 0.1; and a picture that forms again with ε 0.1 and the loss times 1,024.")
ends = [end for _, end in results]
for name, end in zip(names, ends, strict=True):
    print(f"{' '.join(name.split()):28} loss ≈ {end:.1f}")
assert abs(ends[1] / ends[0] - 1) < 0.05 and ends[3] > ends[2] > 2 * ends[0] and ends[4] < ends[3] / 2

# %% [markdown]
# **What it shows.** With a tiny $\epsilon$ the factor cancels: $V$ and $\sqrt s$ both grow by it. Adam does not
# care how a loss is scaled, and one learning rate fits all. With $\epsilon = 0.1$ that is lost. Our gradients are
# about 0.0003, far below it. So $\epsilon$ rules the denominator, and the picture hardly moves. In Keras's place
# it is worse still. With the loss times 1,024 the gradients are near $\epsilon$, and the picture begins to form.
#
# So an $\epsilon$ of 0.1 can suit a loss whose gradients are large. But whoever takes over that number and not the
# loss it was chosen for gets nothing. **Leave ε tiny**, unless you know the size of your gradients.
#
# ## 5. Five rules on one page
#
# For a fair race all rules get the same form: $w$, gradient and memory in, new $w$ and new memory out. You know the
# first four from lessons 08 and 09. Look how little differs.

# %%
def gradient_descent(w, gradient, memory, learning_rate):
    return w - learning_rate * gradient, memory

def momentum(w, gradient, memory, learning_rate, beta=0.9):
    t, velocity, scale = memory
    velocity = beta * velocity + (1 - beta) * gradient
    return w - learning_rate * velocity, (t + 1, velocity, scale)

def adagrad(w, gradient, memory, learning_rate, epsilon=1e-7):
    t, velocity, scale = memory
    scale = scale + gradient**2
    return w - learning_rate * gradient / (scale**0.5 + epsilon), (t + 1, velocity, scale)

def rmsprop(w, gradient, memory, learning_rate, beta=0.9, epsilon=1e-7):
    t, velocity, scale = memory
    scale = beta * scale + (1 - beta) * gradient**2
    return w - learning_rate * gradient / (scale**0.5 + epsilon), (t + 1, velocity, scale)

# %%
rules = {"gradient descent": gradient_descent, "momentum": momentum, "AdaGrad": adagrad, "RMSprop": rmsprop,
         "Adam": adam}
colors = dict(zip(rules, (plots.BLUE, plots.GREEN, plots.PINK, plots.AMBER, plots.ORANGE), strict=True))
library = {"gradient descent": optimizers.GradientDescent, "momentum": optimizers.Momentum,
           "AdaGrad": optimizers.AdaGrad, "RMSprop": optimizers.RMSprop, "Adam": optimizers.Adam}
for name, rule in rules.items():
    by_hand = valley_path(partial(rule, learning_rate=0.01), start, fresh(start))
    packaged = library[name](0.01)
    difference = np.abs(by_hand - valley_path(packaged.step, start, packaged.init(start))).max()
    print(f"{name:16} largest difference from the package: {difference:.9f}")
    assert difference < 1e-9

# %% [markdown]
# ## 6. The race on three surfaces
#
# A race with one learning rate for all would be unfair: the same number means a length for Adam, and a factor of
# the gradient for plain descent. So each rule gets **its own best learning rate**, found by trying 49 of them,
# from 0.0001 to 100. What is “best”? One low step can be luck. We take the highest of the last ten heights, and
# strike out every rate whose path leaves the map. (The memories stay at their usual 0.9 and 0.999.) Below $10^{-12}$ we
# call it arrived.
#
# *Predict.* Who will win on each surface? Is it the same rule everywhere?

# %%
from nst_helpers.experiments.landscapes import SURFACES, corners, height, slope
from nst_helpers.widgets.race import race

ETAS = np.logspace(-4, 2, 49)  # from 0.0001 to 100

def descend(rule, ground, learning_rate, steps=60):
    """All points of the way down, (steps + 1, …, 2); a column of learning rates gives as many paths at once."""
    w = np.zeros((np.size(learning_rate), 2)) + ground.start
    memory, path = fresh(w), [w]
    with np.errstate(all="ignore"):  # a rate that is too large may run to infinity
        for _ in range(steps):
            w, memory = rule(w, slope(ground, w), memory, learning_rate)
            path.append(w)
    return np.array(path)

def sweep(rule, ground):
    """The best learning rate, and its score: the highest of the last ten heights."""
    path, (low, high) = descend(rule, ground, ETAS[:, None]), corners(ground)
    inside = np.all((path >= low) & (path <= high), axis=(0, 2))
    scores = np.where(inside, height(ground, path[-10:]).max(axis=0).clip(1e-12), np.inf)
    return ETAS[scores.argmin()], scores.min()

# %%
surfaces = list(SURFACES)[:3]
best = {surface: {name: sweep(rule, SURFACES[surface]) for name, rule in rules.items()} for surface in surfaces}
for surface in surfaces:
    print(f"{surface}: " + ", ".join(f"{name} η {rate:.2g}" for name, (rate, _) in best[surface].items()))
    print("    ends at: " + ", ".join(f"{name} {end:.0e}" for name, (_, end) in best[surface].items()))
ravine, banana, saddle = ({name: end for name, (_, end) in best[surface].items()} for surface in surfaces)
assert sorted(ravine, key=ravine.get)[:2] == ["AdaGrad", "RMSprop"]
assert set(sorted(banana, key=banana.get)[:2]) == {"Adam", "momentum"}
assert saddle["gradient descent"] == saddle["AdaGrad"] == min(saddle.values())

# %%
def draw_map(axes, surface):
    """The surface from above, and the five paths at their best rates."""
    ground, (low, high) = SURFACES[surface], corners(SURFACES[surface])
    x, y = np.meshgrid(np.linspace(low[0], high[0], 150), np.linspace(low[1], high[1], 150))
    levels = np.sqrt(height(ground, np.stack([x, y], axis=-1)).clip(0))  # more bands where it is low
    axes.contourf(x, y, levels, levels=14, cmap="GnBu_r", alpha=0.75)
    for name, rule in rules.items():
        path = descend(rule, ground, best[surface][name][0])[:, 0]
        axes.plot(*path.T, "o-", color=colors[name], ms=2.5, lw=1.4, label=name)
    axes.plot(*ground.start, "ko", ms=7)
    axes.plot(*np.reshape(ground.minimum, (-1, 2))[0], "k+", ms=12, mew=2)
    axes.set(title=surface, xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="x", ylabel="y")
    axes.grid(False)

# %%
figure, axes = plots.subplots(2, 3, size=(10.5, 6.6))
for column, surface in enumerate(surfaces):
    draw_map(axes[0, column], surface)
    for name, rule in rules.items():
        path = descend(rule, SURFACES[surface], best[surface][name][0])[:, 0]
        axes[1, column].semilogy(height(SURFACES[surface], path).clip(1e-8), color=colors[name], label=name)
    axes[1, column].set(xlabel="step", ylabel="height above the minimum", ylim=(1e-8, None))
axes[1, 0].legend(fontsize=8)
plots.show(figure, alt="Three surfaces from above with five coloured paths each from a dot to a cross, and below "
                       "the height above the minimum over 60 steps.")

# %% [markdown]
# **What it shows.** No rule wins everywhere. In the ravine, whose steep side lies along an axis, AdaGrad and
# RMSprop are far in front: a length of its own for each number makes the ravine round. In the banana valley the
# way turns. There the two that remember a direction, Adam and momentum, are in front. At the saddle plain descent
# walks along the ridge first, since it hardly slopes to the side, and still ends as low as AdaGrad: the valley
# behind is round and smooth, and there a plain step of the right length is enough.
#
# Adam and momentum overshoot and swing back, again and again. But lesson 08 praised momentum in this very ravine! It
# also gave the ravine's best memory, and that was 0.40. *Predict* what momentum does with it.

# %%
short = sweep(partial(momentum, beta=0.4), SURFACES["ravine"])
print(f"momentum with β = 0.9 ends at {ravine['momentum']:.0e}, plain descent at {ravine['gradient descent']:.0e},")
print(f"momentum with β = 0.4 at ≈ {short[1]:.0e}")
assert short[1] < 1e-6 < ravine["gradient descent"] < ravine["momentum"]

# %% [markdown]
# **What it shows.** A memory of 0.9 is too long for this ravine; with its own, momentum leaves plain descent far
# behind. The race tunes $\eta$ alone, so it is not the last word on any rule.
#
# Now move the start and the rates yourself. Three things to try: make $\eta$ a quarter and four times its best: who
# forgives it? Set $\beta_1$ to 0: Adam becomes RMSprop with a correction, and momentum plain descent. Then move the
# start away from where the rates were tuned: whose best rate still works?

# %%
race()

# %%
for name in ("gradient descent", "momentum", "RMSprop", "Adam"):
    rate, ground = best["ravine"][name][0], SURFACES["ravine"]
    ends = [height(ground, descend(rules[name], ground, factor * rate)[-10:, 0]).max() for factor in (1 / 4, 1, 4)]
    print(f"{name:16} at ¼, 1 and 4 times its best η: " + ", ".join(f"{end:.0e}" for end in ends))
    assert (max(ends) < 20 * min(ends)) == (name in ("momentum", "Adam"))
    assert (ends[2] > 1e9) == (name == "gradient descent")

# %% [markdown]
# **What it shows.** In the ravine plain descent flies off at four times its best rate: the limit of lesson 08. RMSprop
# survives, and loses its lead. Adam and momentum forgive most.
#
# ## 7. The race on a picture
#
# A surface has two numbers, our picture 21,528. Five learning rates for each rule, each twice the one before.
# *Predict* the order after 60 steps. And will Adam's best learning rate be above or below 6?

# %%
STEPS = 60
lowest = {"gradient descent": 10_000, "momentum": 40_000, "AdaGrad": 20, "RMSprop": 2.5, "Adam": 10}
sweeps = {name: {rate * 2**k: paint(partial(rules[name], learning_rate=rate * 2**k), fresh(noise), STEPS)
                 for k in range(5)} for name, rate in lowest.items()}

def score(run):
    """The highest loss of the last ten steps."""
    return max(run.losses[-10:])

winners = {name: min(runs, key=lambda rate, runs=runs: score(runs[rate])) for name, runs in sweeps.items()}
finalists = {name: sweeps[name][rate] for name, rate in winners.items()}

# %% [markdown]
# Gatys and his colleagues used none of the five, but **L-BFGS**. It remembers the last ten steps and how the
# gradient changed along them. So it has an idea of how the loss curves, where the others know only its slope.
# SciPy has it, with bounds for the pixels. It finds its step lengths by trying, so there is no learning rate. A
# try costs a look at the picture, like a step of the others. So we count looks.

# %%
def paint_lbfgs(looks):
    losses, seconds, start = [], [], time.perf_counter()

    def loss_and_gradient(w):
        loss, gradient = look(w.reshape(noise.shape).astype(np.float32))
        losses.append(float(loss))
        seconds.append(time.perf_counter() - start)
        return float(loss), gradient.numpy().ravel().astype(float)

    options = {"maxfun": looks, "maxiter": looks, "maxcor": 10, "ftol": 0, "gtol": 0}
    found = minimize(loss_and_gradient, noise.ravel().astype(float), jac=True, method="L-BFGS-B",
                     bounds=Bounds(0, 255), options=options)
    return Run(found.x.reshape(noise.shape), losses[:looks], seconds[:looks])

finalists["L-BFGS (SciPy)"] = paint_lbfgs(STEPS)
colors["L-BFGS (SciPy)"] = "black"

# %%
figure, (left, right) = plots.subplots(1, 2, size=(10, 3.8))
for name, run in finalists.items():
    label = f"{name}, η = {winners[name]:,g}" if name in winners else name
    left.semilogy(run.losses, color=colors[name], label=label)
    right.semilogy(run.seconds, run.losses, color=colors[name])
left.set(xlabel="looks at the picture", ylabel="total loss", title="over looks", ylim=(10, 150))
right.set(xlabel="seconds on this computer", title="over seconds", ylim=(10, 150))
left.legend(fontsize=8)
plots.show(figure, alt="Losses on a logarithmic axis, over looks and over seconds, for five rules and L-BFGS; "
                       "all fall steeply at first, and end at different heights.")
each = {name: 1000 * run.seconds[-1] / (STEPS - 1) for name, run in finalists.items()}
print(f"an iteration takes {each['gradient descent']:.1f} ms with gradient descent")
print(f"an iteration takes {each['Adam']:.1f} ms with Adam, {each['L-BFGS (SciPy)']:.1f} ms with L-BFGS")

# %%
scores = {name: score(run) for name, run in finalists.items()}
adam_score, lbfgs_score = scores["Adam"], scores["L-BFGS (SciPy)"]
print("loss at the end: " + ", ".join(f"{name} ≈ {end:.1f}" for name, end in scores.items()))
print(f"Adam's best learning rate: {winners['Adam']}")
assert winners["Adam"] > 6 and max(lbfgs_score, scores["momentum"]) < 1.1 * adam_score
assert min(scores[name] for name in ("gradient descent", "AdaGrad", "RMSprop")) > 1.1 * adam_score

# %%
figure, axes = plots.subplots(2, 3, size=(9, 4.6))
for axis, name in zip(axes.flat, sorted(scores, key=scores.get), strict=True):
    plots.draw_image(axis, finalists[name].image, f"{name}: {scores[name]:.2g}", smooth=True)
plots.show(figure, photo=True, alt="Six pictures of the painted temple, from the lowest loss to the highest: the "
                                   "first are clear, the last still noisy.")

# %% [markdown]
# **What it shows.** With the same number of looks, three are in front: L-BFGS, Adam, and, perhaps to your
# surprise, plain momentum. All three *remember a direction*. The three that do not are behind, and their pictures
# are still noisy. On this question the direction counts for more than a step length for each pixel. (The dots on the
# border, bright and dark, come from the padding of lesson 01. The last lesson paints a margin, and cuts them off.)
#
# Over seconds L-BFGS is last: on so small a picture its own arithmetic costs more than the looking. With a large
# network the looking takes longer, and L-BFGS's own arithmetic weighs less.
#
# Adam's best rate is far above the 6 of section 3, since 60 steps are few: noise has a long way to go. Whoever has
# 600 steps can take smaller ones.
#
# If momentum is as good, why does everybody use Adam? *Predict* from its learning rate in the figure above, and
# from Adam's. Which could you have guessed?

# %%
figure, axes = plots.subplots(size=(8, 3.6))
for name, runs in sweeps.items():
    axes.loglog(list(runs), [score(run) for run in runs.values()], "o-", color=colors[name], label=name)
axes.set(xlabel="learning rate η", ylabel="loss after 60 steps", ylim=(10, 200),
         title="Where the good learning rates lie")
axes.legend(fontsize=8, loc="upper center")
plots.show(figure, alt="Five curves of the loss over the learning rate. Those of RMSprop, Adam and AdaGrad "
                       "are valleys between 2 and 400; those of momentum and gradient descent lie near 100,000, "
                       "and that of gradient descent ends in a cliff.")
adams = [score(run) for run in sweeps["Adam"].values()]
cliff = [score(run) for run in sweeps["gradient descent"].values()]
print(f"Adam: the worst of five rates is ≈ {max(adams) / min(adams):.2f} times the best")
print(f"gradient descent: the largest of five rates is ≈ {cliff[-1] / min(cliff):.0f} times the best")
assert max(adams) / min(adams) < 1.5 and cliff[-1] > 3 * min(cliff)

# %% [markdown]
# **What it shows.** Adam's good rates are grey levels: 20, 40, 80, as anyone would try. Momentum's are near
# 300,000. That number is not a length. It has to make up for the small gradients of this loss, and changes with
# every weight of the loss. And plain descent has a cliff: twice its best rate, and all is lost. Adam's worst rate
# of the five is less than 1.5 times as bad as its best. (AdaGrad forgives as much, but ends higher.) **Adam is not
# always the fastest. It is the one that you need not tune.**
#
# ## 8. The map of η and β₁
#
# Two numbers of Adam, and every pair of them tried: 30 steps each. *Predict* where the valley lies. And what do
# $\beta_1 = 0$ (no memory of a direction) and 0.98 (a very long one) do?

# %%
etas, beta1s = [5, 10, 20, 40, 80, 160], [0.0, 0.5, 0.8, 0.9, 0.95, 0.98]
final = np.array([[score(paint(partial(adam, learning_rate=eta, beta1=beta1), fresh(noise), 30)) for eta in etas]
                  for beta1 in beta1s])
row, column = np.unravel_index(final.argmin(), final.shape)
print(f"the lowest cell: η ≈ {etas[column]}, β₁ ≈ {beta1s[row]}")
for eta, losses in zip((20, 160), final[:, [2, 5]].T, strict=True):
    print(f"η = {eta}: loss ≈ {losses[2]:.0f} at β₁ = 0.8, ≈ {losses[5]:.0f} at β₁ = 0.98")
assert 20 <= etas[column] <= 80 and 0.5 <= beta1s[row] <= 0.95
assert final[2, 2] < final[5, 2] and final[5, 5] > 2 * final[2, 5] and final[:2, 3:].max() > 2 * final.min()

# %%
figure, axes = plots.subplots(size=(8, 4.2))
shown = axes.imshow(np.log10(final), cmap="viridis_r", aspect="auto")
for (i, j), value in np.ndenumerate(final):
    axes.text(j, i, f"{value:.0f}", ha="center", va="center", color="white" if value > 40 else "black")
axes.plot(column, row, "s", ms=36, mfc="none", mec=plots.ORANGE, mew=3)
axes.set(xticks=range(6), xticklabels=[f"{eta:g}" for eta in etas], yticks=range(6), yticklabels=beta1s,
         xlabel="learning rate η", ylabel="β₁", title="Loss after 30 steps of Adam: light is low")
axes.grid(False)
figure.colorbar(shown, label="log₁₀ of the loss")
plots.show(figure, alt="A table of six by six colours: the loss over the learning rate and β₁. It is lowest in the "
                       "middle, where a cell is framed, grows slowly to the left, and steeply to the lower right; "
                       "single dark cells stand out in the two upper rows.")

# %% [markdown]
# **What it shows.** A broad, flat valley in the middle. To the left, steps are too short for 30 of them. In the
# lower right corner they are long *and* the direction is old: the picture runs past its goal, and cannot turn in
# time. So a long memory wants shorter steps. In the two upper rows single cells stand out, and one of them is the
# worst of the map. Little averages the shaking away there, and one bad step among the last ten is enough, for we
# count the highest of them. The usual 0.9 lies in the valley.
#
# ### Exercise 3: Adamax
#
# Kingma and Ba describe a sister of Adam. It divides by the *largest* gradient that it remembers, not by a mean:
#
# $$V \leftarrow \beta_1 V + (1 - \beta_1) g \qquad s \leftarrow \max(\beta_2\, s,\ |g|) \qquad
# w \leftarrow w - \frac{\eta}{1 - \beta_1^t} \cdot \frac{V}{s}$$
#
# Write one step; $V$ and $s$ come from the step before, $t$ is the number of this step. Return the new $w$. Why
# does $s$ need no correction? (`np.maximum` compares arrays number by number.)

# %% tags=["exercise"]
def adamax(w, gradient, velocity, scale, t, learning_rate, beta1, beta2):
    ...  # your code: return the new w

# %% tags=["solution"]
def adamax(w, gradient, velocity, scale, t, learning_rate, beta1, beta2):
    velocity = beta1 * velocity + (1 - beta1) * gradient
    scale = np.maximum(beta2 * scale, np.abs(gradient))  # no mean: the zero of the start is gone after one gradient
    return w - learning_rate / (1 - beta1**t) * velocity / scale

w, theirs = keras.Variable(start, dtype="float64"), keras.optimizers.Adamax(0.125, 0.875, 0.75, 1e-12)
theirs.apply([tf.constant(2 * start)], [w])  # the first step
assert np.allclose(adamax(start, 2 * start, 0 * start, 0 * start, 1, 0.125, 0.875, 0.75), w.numpy())

# %%
exercises.check("10-adamax", adamax)

# %% [markdown]
# ## What you saw
#
# - Adam is momentum over RMSprop. Without bias correction its steps are 3.16 times too long at once, 6.57 times in
#   step 12, and 1.26 times still in step 1,000. The paper leaves it out. With it, the first step is $\eta$ for
#   every pixel: 6.0 grey levels at $\eta = 6$.
# - Keras computes the form with $\hat\epsilon$: equal in six decimals. Tiny, its place does not matter. At 0.1 it
#   does: our picture's gradients were 0.0003, and it hardly moved.
# - On surfaces there is no winner for all. On the picture L-BFGS, Adam and momentum ended close together, more
#   than 15 % before the rest. But Adam's rates from 10 to 160 all worked, and are lengths that one can guess.
#
# ## Where this is used
#
# Most pictures of the lessons before were made by this rule, and so are those of
# [11 Full transfer](11_full_transfer.ipynb). There $\eta$ starts at 6, has hundreds of steps, and falls to zero.
#
# ## Next
#
# **[11 Full transfer](11_full_transfer.ipynb)**: your own picture, with everything you have built.
