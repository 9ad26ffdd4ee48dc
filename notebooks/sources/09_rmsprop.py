# %% [markdown]
# # 09 RMSprop
#
# **One step length for all?** Along one direction the valley is steep, along another it is flat, and lesson 08 had
# to serve both with one $\eta$. Below, two rules start at the same dot. Mind the scales of the axes: this bowl is
# 400 times as steep across as along. The second rule gives each number a stride of its own.
#
# **You will see**
#
# - AdaGrad, whose steps die, and RMSprop, whose steps do not: one word of difference in the formula;
# - a number $\epsilon$ that stands inside a root or outside, what Keras really computes, and a picture ruined by
#   it;
# - whether the gradients of style transfer are sparse, as the paper says. We count.
#
# **Needs**: [08 Gradient descent](08_gradient_descent.ipynb). · **Time**: about 15 s of computing on two cores. ·
# **Paper**: section 2.4.2.

# %%
import textwrap

import numpy as np

from nst_helpers import exercises, optimizers, plots
from nst_helpers.backend import keras, tf
from nst_helpers.experiments.landscapes import SURFACES, corners, height, run, turned
from nst_helpers.images import load_image, noise_image
from nst_helpers.losses import content_loss, gram_distance, gram_matrix, total_variation
from nst_helpers.networks import data_folder, load_network
from nst_helpers.widgets.descent import adaptive

bowl = SURFACES["badly scaled bowl"]
one_length = run(bowl, optimizers.GradientDescent(0.95 * 2 / 400), bowl.start, 55)
own_length = run(bowl, optimizers.RMSprop(0.1), bowl.start, 55)

# %%
def draw_paths(axes, ground, paths, title):
    """A surface from above, dark where it is low, and paths {label: (points, colour)}."""
    low, high = corners(ground)
    x, y = np.meshgrid(np.linspace(low[0], high[0], 200), np.linspace(low[1], high[1], 200))
    levels = np.sqrt(height(ground, np.stack([x, y], axis=-1)).clip(0))  # more bands where it is low
    axes.contourf(x, y, levels, levels=14, cmap="GnBu_r", alpha=0.8)
    for label, (path, color) in paths.items():
        axes.plot(*path.T, "o-", color=color, ms=3.5, lw=1.5, label=label)
        axes.plot(*path[-1], "o", color=color, ms=9, mec="white", mew=1.5, zorder=5)
    axes.plot(*ground.start, "ko", ms=8)
    axes.plot(*ground.minimum, "k+", ms=13, mew=2.5)
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="x", ylabel="y", title=title)
    axes.grid(False)
    axes.legend(fontsize=9)

figure, axes = plots.subplots(size=(9, 3.8))
draw_paths(axes, bowl, {"one step length for all": (one_length, plots.BLUE),
                        "one for each number": (own_length, plots.AMBER)},
           "55 steps each, from the dot to the cross")
plots.show(figure, alt="A bowl from above. One path shakes up and down near its start and gets less than half way; "
                       "the other drops to the middle line and walks along it to the cross.")

# %% [markdown]
# ## 1. A stride for each number
#
# How long should a step be? The gradient alone does not say: it is large where the valley is steep, and there the
# step should be *short*. But each number can look back: *how large are my gradients usually?* Divide by that, and
# steep and flat become alike. The first rule of this kind is **AdaGrad** (Duchi, Hazan and Singer, 2011). It adds
# up the squares of all gradients so far, for every number apart:
#
# $$s_t = s_{t-1} + (\nabla w_t)^2 \qquad\qquad w_{t+1} = w_t - \eta\, \frac{\nabla w_t}{\sqrt{s_t} + \epsilon}$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $w_t$, $\nabla w_t$ | the numbers we look for, and the gradient there; $g$ for short | `w`, `gradient` |
# | $s_t$ | scale: the squares of the gradients, added up; 0 at the start | `scale` |
# | $\eta$ | learning rate: now a *length*, in the units of $w$ | `learning_rate` |
# | $\epsilon$ | a tiny number, so that nothing is divided by 0 | `epsilon` |
#
# All operations are done number by number. **With a pencil.** The gradients are 3, then 4; $\eta = 1$,
# $\epsilon = 0$. How long is the first step? And the second?

# %%
def adagrad(w, gradient, scale, learning_rate, epsilon=1e-7):
    """s ← s + g², w ← w − η g / (√s + ε)."""
    scale = scale + gradient**2
    return w - learning_rate * gradient / (scale**0.5 + epsilon), scale

w, scale = adagrad(0.0, 3.0, 0.0, 1.0, epsilon=0.0)
print(f"s = {scale:g}, w = {w:g}")
w, scale = adagrad(w, 4.0, scale, 1.0, epsilon=0.0)
print(f"s = {scale:g}, w = {w:g}: the second step was 4 / √25")
assert (w, scale) == (-1.8, 25)

# %% [markdown]
# *Predict.* Two numbers; one has the gradient 1000, the other 0.001. How far does each move in the first step? Then
# we multiply the whole loss by 1024. What changes on the way down the bowl?

# %%
def walk(rule, ground, learning_rate, steps, factor=1.0, **keywords):
    """All points from the surface's start on; the loss is multiplied by a factor."""
    w = np.array(ground.start)
    scale, path = 0 * w, [w]
    for _ in range(steps):
        gradient = factor * np.array(ground.gradient(*w))
        w, scale = rule(w, gradient, scale, learning_rate, **keywords)
        path.append(w)
    return np.array(path)

moved, _ = adagrad(np.zeros(2), np.array([1000, 0.001]), np.zeros(2), 0.5)
print("first step of both:", ", ".join(f"{value:.3f}" for value in moved))
once, often = (walk(adagrad, bowl, 0.1, 60, factor, epsilon=1e-12) for factor in (1, 1024))
print(f"the loss times 1024: the path moves by {np.abs(once - often).max():.9f}")
assert np.allclose(moved, -0.5, rtol=1e-3) and np.allclose(once, often)

# %% [markdown]
# **What it shows.** Both move by $\eta$. What a gradient's size *was* does not matter, only how it compares with
# its own past. So a factor before the loss changes nothing, and $\eta$ can be chosen by thinking: how far has $w$
# to go?
#
# ## 2. The step that dies
#
# *Predict.* All gradients are 4, for 10,000 steps; $\eta = 1$. How long is AdaGrad's last step?

# %%
def step_lengths(rule, gradients, learning_rate=1.0, **keywords):
    """How far each step goes."""
    w, scale, lengths = 0.0, 0.0, []
    for gradient in gradients:
        new, scale = rule(w, gradient, scale, learning_rate, **keywords)
        lengths.append(abs(new - w))
        w = new
    return np.array(lengths)

dying = step_lengths(adagrad, np.full(10_000, 4.0))
for t in (1, 4, 100, 10_000):
    print(f"step {t:6,}: {dying[t - 1]:.3f}")
assert np.allclose(dying, 1 / np.sqrt(np.arange(1, 10_001)), rtol=1e-6)

# %% [markdown]
# **What it shows.** $s$ is a sum, so it can only grow: $s_t = t g^2$, and step $t$ has the length
# $\eta / \sqrt t$. That is meant so: for a walk that shakes (gradients from random parts of the data) shrinking
# steps bring it to rest. But AdaGrad cannot know whether it has arrived. It just gets tired.
#
# ### Exercise 1: how long is step t?
#
# Write `step_length(t, learning_rate)`: the length of AdaGrad's step number $t$ (from 1) when all gradients are
# equal, with $\epsilon = 0$.

# %% tags=["exercise"]
def step_length(t, learning_rate):
    ...  # your code: one line

# %% tags=["solution"]
def step_length(t, learning_rate):
    return learning_rate / t**0.5

assert np.allclose(step_length(np.arange(1, 10_001), 1.0), dying, rtol=1e-6)

# %%
exercises.check("09-step-length", step_length)

# %% [markdown]
# ### The cure: forget
#
# Hinton's idea, in a lecture of 2012: not the *sum* of the squares, but their *mean*, and a mean that fades, as in
# lesson 08. The root of a mean of squares is called **root mean square**, so the rule is **RMSprop**:
#
# $$s_t = \beta s_{t-1} + (1 - \beta)(\nabla w_t)^2 \qquad\qquad
# w_{t+1} = w_t - \eta\, \frac{\nabla w_t}{\sqrt{s_t} + \epsilon}$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $\beta$ | the share of the old mean that is kept, as in lesson 08 | `beta` |
# | $s_t$ | from here on the running *mean* of the squares | `scale` |
#
# **With a pencil.** $\beta = \tfrac34$, $\eta = 1$, $\epsilon = 0$, and the gradient is 4 again and again. What are
# $s_1$ and $s_2$? How long are the steps at first, and in the end?

# %%
def rmsprop(w, gradient, scale, learning_rate, beta=0.9, epsilon=1e-7):
    """s ← βs + (1 − β)g², w ← w − η g / (√s + ε)."""
    scale = beta * scale + (1 - beta) * gradient**2
    return w - learning_rate * gradient / (scale**0.5 + epsilon), scale

_, first = rmsprop(0.0, 4.0, 0.0, 1.0, beta=3 / 4)
_, second = rmsprop(0.0, 4.0, first, 1.0, beta=3 / 4)
print(f"s₁ = {first:g}, s₂ = {second:g}")
living = step_lengths(rmsprop, np.full(10_000, 4.0), beta=3 / 4)
print("steps: " + ", ".join(f"{length:.2f}" for length in living[:4]) + f" … {living[-1]:.2f}")
assert (first, second) == (4, 7) and np.isclose(living[0], 2) and np.isclose(living[-1], 1)

# %% [markdown]
# **What it shows.** The steps end at $\eta$, and stay there. (The first ones are too long, since $s$ starts at 0
# and has seen little. Lesson 10 mends that.)
#
# Why does forgetting matter? *Predict:* a walk begins on a cliff, where the gradient is 100, for 20 steps. Then
# comes a plain, where it is 1. What does each rule do on the plain?

# %%
terrain = np.where(np.arange(2000) < 20, 100.0, 1.0)
tired, fresh = step_lengths(adagrad, terrain), step_lengths(rmsprop, terrain)
recovered = int(np.argmax(fresh[20:] > 0.5)) + 1
print(f"on the plain's first step: AdaGrad {tired[20]:.4f}, RMSprop {fresh[20]:.4f}")
print(f"RMSprop's step is above 0.5 again after {recovered} steps")
print(f"AdaGrad's step after 1,980 steps on the plain: {tired[-1]:.4f}")
assert tired[20:].max() < 0.003 and 50 < recovered < 100 and np.isclose(fresh[-1], 1)

# %%
figure, (left, right) = plots.subplots(1, 2, size=(10, 3.4))
left.loglog(range(1, 10_001), dying, color=plots.PINK, label="AdaGrad")
left.loglog(range(1, 10_001), living, color=plots.AMBER, label="RMSprop, β = 3/4")
left.set(xlabel="step t", ylabel="step length / η", title="All gradients are 4")
right.semilogy(tired[:160], color=plots.PINK, label="AdaGrad")
right.semilogy(fresh[:160], color=plots.AMBER, label="RMSprop, β = 0.9")
right.axvspan(0, 20, color="0.88")
right.text(2, 0.0003, "cliff")
right.text(40, 0.0003, "plain")
right.set(xlabel="step t", title="Gradient 100, then 1", ylim=(2e-4, 5))
for axis in (left, right):
    axis.legend()
plots.show(figure, alt="Left: AdaGrad's step length falls as a straight line on logarithmic axes, RMSprop's is "
                       "level. Right: after a cliff both drop; RMSprop climbs back to 1, AdaGrad stays near 0.002.")

# %% [markdown]
# **What it shows.** AdaGrad never forgives the cliff: on the plain its steps stay at 0.002. RMSprop's are back
# within 76 steps. (Not ten: the square of 100 is 10,000 times that of 1, and must fade as far.) A picture that
# starts from noise begins on a cliff, too, if a lower one: section 7 shows it.
#
# ### Exercise 2: one step of RMSprop
#
# Write `rmsprop_step`. It gets $s$ of the step before. Return the new $w$; $\epsilon$ stands beside the root.

# %% tags=["exercise"]
def rmsprop_step(w, gradient, scale, learning_rate, beta, epsilon):
    ...  # your code: return the new w

# %% tags=["solution"]
def rmsprop_step(w, gradient, scale, learning_rate, beta, epsilon):
    scale = beta * scale + (1 - beta) * gradient**2
    return w - learning_rate * gradient / (np.sqrt(scale) + epsilon)

# %%
exercises.check("09-rmsprop", rmsprop_step)

# %% [markdown]
# ## 3. Inside the root, or outside?
#
# The $\epsilon$ keeps us from dividing by 0. Some write $\sqrt{s} + \epsilon$, some $\sqrt{s + \epsilon}$. It is
# tiny, so who cares? Keras's documentation of RMSprop has this to say:

# %%
words = " ".join(keras.optimizers.RMSprop.__doc__.split())
print(textwrap.fill(words[words.index("epsilon:"):words.index("Defaults to 1e-7")], 100))

# %% [markdown]
# In the formula of Kingma and Ba that it names, $\hat\epsilon$ stands **outside**: $\sqrt{s} + \hat\epsilon$. Does
# Keras compute that? Ask Keras: one step from 0, with gradients of many sizes. We take $\epsilon = 10^{-7}$,
# Keras's own default, and $\beta = \tfrac34$. *Predict:* below which size of the gradient do the two forms differ?

# %%
sizes, beta, epsilon = np.logspace(-9, 1, 41), 3 / 4, 1e-7
variable = keras.Variable(np.zeros(41), dtype="float64")
keras.optimizers.RMSprop(1.0, rho=beta, epsilon=epsilon).apply([tf.constant(sizes)], [variable])
theirs = -variable.numpy()
mean_square = (1 - beta) * sizes**2
outside, inside = sizes / (np.sqrt(mean_square) + epsilon), sizes / np.sqrt(mean_square + epsilon)
for name, ours in (("outside, √s + ε", outside), ("inside, √(s + ε)", inside)):
    print(f"{name:17} largest difference from Keras: {np.abs(ours - theirs).max():.6f}")
assert np.abs(inside - theirs).max() < 1e-6 and np.abs(outside - theirs).max() > 1

# %%
figure, axes = plots.subplots(size=(8.5, 3.4))
axes.semilogx(sizes, outside, color=plots.BLUE, label="outside: g / (√s + ε)")
axes.semilogx(sizes, inside, "--", color=plots.ORANGE, label="inside: g / √(s + ε)")
axes.semilogx(sizes, theirs, "ko", ms=4, label="Keras, measured")
axes.set(xlabel="size of the gradient g", ylabel="first step / η",
         title="ε = 0.0000001: from which size on does a gradient count?")
axes.legend(loc="upper left")
plots.show(figure, alt="Two curves that climb from 0 to 2 over the size of the gradient, one near 0.0000001, the "
                       "other 3,000 times later. Keras's dots lie on the later one.")

# %% [markdown]
# **What it shows.** Keras computes $\sqrt{s + \epsilon}$: **inside**, to six decimals, whatever its documentation
# says. And it is no small matter. Under a root, $10^{-7}$ becomes $\sqrt{10^{-7}} \approx 0.0003$. So inside, the
# same number acts like one that is 3,000 times as large. Gradients below 0.0003 no longer get their own stride.
# How large are the gradients of our pictures? Section 6 measures them, and shows what the two forms do to a painting.
#
# ### Exercise 3: translate an ε
#
# Write `inside_for(epsilon, scale)`: what must stand *inside* the root, $\sqrt{s + \ldots}$, so that it equals
# $\sqrt{s} + \epsilon$?

# %% tags=["exercise"]
def inside_for(epsilon, scale):
    ...  # your code: one line

# %% tags=["solution"]
def inside_for(epsilon, scale):
    return (scale**0.5 + epsilon) ** 2 - scale

# %%
exercises.check("09-epsilon", inside_for)

# %% [markdown]
# ## 4. Equal to Keras
#
# Now 200 steps on a valley of four numbers, with both of our rules, and an $\epsilon$ that can be seen. One more
# trap: Keras's `Adagrad` starts $s$ at 0.1 unless told otherwise. The publication starts at 0.

# %%
def adagrad_inside(w, gradient, scale, learning_rate, epsilon=1e-7):
    scale = scale + gradient**2
    return w - learning_rate * gradient / (scale + epsilon) ** 0.5, scale

def rmsprop_inside(w, gradient, scale, learning_rate, beta=0.9, epsilon=1e-7):
    scale = beta * scale + (1 - beta) * gradient**2
    return w - learning_rate * gradient / (scale + epsilon) ** 0.5, scale

curvatures, begin = np.array([100, 10, 1, 0.01]), np.array([1.0, -2.0, 3.0, -4.0])

def valley_path(step, memory=0.0, steps=200):
    w, path = begin, []
    for _ in range(steps):
        w, memory = step(w, curvatures * w, memory)
        path.append(np.asarray(w))
    return np.array(path)

# %%
def keras_path(optimizer):
    variable = keras.Variable(begin, dtype="float64")
    def step(w, gradient, memory):
        optimizer.apply([tf.constant(gradient)], [variable])
        return variable.numpy(), memory
    return valley_path(step)

theirs = {"RMSprop": keras_path(keras.optimizers.RMSprop(2**-6, rho=0.9, epsilon=1e-3)),
          "AdaGrad": keras_path(keras.optimizers.Adagrad(0.5, initial_accumulator_value=0, epsilon=1e-3))}
ours = {"RMSprop": (2**-6, rmsprop_inside, rmsprop), "AdaGrad": (0.5, adagrad_inside, adagrad)}
for name, (rate, *rules) in ours.items():
    far = [np.abs(valley_path(lambda w, g, s, rule=rule, rate=rate: rule(w, g, s, rate, epsilon=1e-3))
                  - theirs[name]).max() for rule in rules]
    print(f"{name}: from Keras, ε inside {far[0]:.6f}, ε outside {far[1]:.2g}")
    assert far[0] < 1e-6 < 1e-5 < far[1]

# %%
pairs = {"RMSprop": (rmsprop, optimizers.RMSprop(0.1)), "AdaGrad": (adagrad, optimizers.AdaGrad(0.1))}
for name, (rule, packaged) in pairs.items():
    difference = np.abs(walk(rule, bowl, 0.1, 100) - run(bowl, packaged, bowl.start, 100)).max()
    print(f"{name}: largest difference from the package {difference:.9f}")
    assert difference < 1e-9

# %% [markdown]
# **What it shows.** With $\epsilon$ inside, both of Keras's rules are ours to six decimals. The course's package
# has $\epsilon$ outside, as the formulas above.
#
# ## 5. Bowls, turned bowls and saddles
#
# In the bowl at the top, RMSprop walks as if both directions were equally steep. *Predict:* we turn the bowl by
# 45°. Nothing else changes: same shape, same start, as seen from the bowl. Does plain descent notice? Does
# RMSprop?

# %%
print("height above the minimum after 55 steps")
for degrees in (0, 10, 45, 90):
    ground = turned(bowl, degrees) if degrees else bowl
    plain = run(ground, optimizers.GradientDescent(0.95 * 2 / 400), ground.start, 55)
    scaled = walk(rmsprop, ground, 0.1, 55)
    plain, scaled = height(ground, plain[-1]), height(ground, scaled[-1])
    print(f"turned by {degrees:2}°: plain descent {plain:.3g}, RMSprop {scaled:.2g}")
askew = turned(bowl, 45)
ends = [height(ground, walk(rmsprop, ground, 0.1, 55)[-1]) for ground in (bowl, askew)]
assert ends[1] > 3 * ends[0]

# %%
figure, (left, right) = plots.subplots(1, 2, size=(11, 4))
for axis, ground, name in ((left, bowl, "along the axes"), (right, askew, "turned by 45°")):
    draw_paths(axis, ground, {"RMSprop": (walk(rmsprop, ground, 0.1, 55), plots.AMBER),
                              "AdaGrad": (walk(adagrad, ground, 0.1, 55), plots.PINK)}, f"The bowl, {name}")
plots.show(figure, alt="Left: the bowl along the axes; RMSprop arrives at the cross, AdaGrad is on its way. Right: "
                       "the same bowl turned by 45 degrees; both hang near the start.")

# %% [markdown]
# **What it shows.** Plain descent does not notice: it knows no axes. RMSprop does, and badly. A stride *for each
# number* helps only where the numbers themselves, $x$ and $y$, are the steep and the flat direction. In the turned
# bowl each of them is both. So RMSprop cures bad *scaling*, not ravines in general; against those, there is
# momentum.
#
# Now you. Three things to try: turn the bowl slowly, and watch when the walk breaks down. Make $\eta$ ten times as
# large: what happens near the minimum, and does it ever come to rest? Set $\beta = 0$: what is a step then? (And
# the *saddle*: start as near to the ridge as you can.)

# %%
adaptive()

# %% [markdown]
# **What it shows.** Turned by 10° the walk already ends two hundred times as high (0.71 instead of 0.0035). At
# $\beta = 0$ the mean is the last square alone, so each number moves by exactly $\eta$ in every step (the point by
# $\sqrt 2\, \eta$, as the right-hand picture shows): only the *sign* of the gradient is left. A large $\eta$ never
# comes to rest.
#
# ### Leaving a saddle
#
# At a saddle the gradient is nearly zero, so plain descent nearly stands still. *Predict* how many steps each rule
# needs to leave, when the start is ten, a thousand, or a hundred thousand times nearer to the ridge.

# %%
saddle = SURFACES["saddle"]
print("start beside the ridge   plain, η = 0.1   RMSprop, η = 0.02   the same, ε inside")
left_after = {}
for beside in (1e-1, 1e-2, 1e-4, 1e-6):
    ground = saddle._replace(start=(0.0, beside))
    plain = run(ground, optimizers.GradientDescent(0.1), ground.start, 300)
    paths = plain, walk(rmsprop, ground, 0.02, 300), walk(rmsprop_inside, ground, 0.02, 300)
    first, second, third = left_after[beside] = [int(np.argmax(np.abs(path[:, 1]) > 0.5)) for path in paths]
    print(f"{beside:<24g} {first:4} steps {second:12} steps {third:14} steps")
plain_steps, scaled_steps, _ = zip(*left_after.values(), strict=True)
assert plain_steps[-1] > 100 > 30 > max(scaled_steps) and max(scaled_steps) - min(scaled_steps) < 10

# %% [markdown]
# **What it shows.** For plain descent each hundredth costs 48 steps more. RMSprop hardly notices: a tiny gradient
# makes a full step, if tiny is usual here. (With $\epsilon$ inside the root, gradients far below 0.0003 hardly
# count, and it needs a step or two more.)
#
# ### What it costs: it does not rest
#
# If a step never gets shorter, how does the walk end? *Predict* the last twenty steps in the bowl, for
# $\eta = 0.1$ and 0.01.

# %%
for rate in (0.1, 0.01):
    path = walk(rmsprop, bowl, rate, 2000)
    last = np.linalg.norm(np.diff(path[-21:], axis=0), axis=1).mean()
    print(f"η = {rate:<4}: after 2,000 steps, the last twenty are {last / rate:.1f} η long on average")
    assert 0.05 * rate < last < 3 * rate
shrinking = np.array(bowl.start), np.zeros(2)
for t in range(2000):
    shrinking = rmsprop(shrinking[0], np.array(bowl.gradient(*shrinking[0])), shrinking[1], 0.1 * (1 - t / 2000))
print(f"η falling from 0.1 to 0: height at the end ≈ {height(bowl, shrinking[0]):.0e}")
assert height(bowl, shrinking[0]) < 1e-6

# %% [markdown]
# **What it shows.** It jumps about the minimum for ever, at a distance that $\eta$ decides. (Each number moves by about
# $\eta$, so the point by about $\sqrt 2\, \eta$: the 1.4 above.) The remedy is old: let
# $\eta$ fall during the run. The course's own transfer does so (lesson 11).
#
# ## 6. On a picture
#
# The total loss of lesson 07, small: a cat, painted as a night of swirls. We start from noise: a cliff. ($\alpha = 8$
# here: from noise and at so small a size the subject needs it; $\beta = 2$ and $\gamma = 0.2$ as before.)

# %%
network = load_network("plain")  # the form of `compact`, after ordinary training
content = load_image(data_folder() / "content" / "cat.jpg", max_size=144)
style = load_image(data_folder() / "style" / "night_swirls.jpg", max_size=288)
noise = noise_image(*content.shape[:2], seed=0)
style_layers = {"conv1_1": 81.0, "conv2_1": 27.0, "conv3_1": 9.0, "conv4_1": 3.0, "conv5_1": 1.0}
wanted = network(content, ["conv4_2"])["conv4_2"]
swirls = {layer: gram_matrix(features, normalized=True) for layer, features in network(style, style_layers).items()}

@tf.function
def look(w):
    """(total loss, gradient) of a picture w."""
    with tf.GradientTape() as tape:
        tape.watch(w)
        features = network(w, [*style_layers, "conv4_2"])
        loss = 8 * content_loss(features["conv4_2"], wanted) / tf.cast(tf.size(wanted), tf.float32)
        for layer, weight in style_layers.items():
            loss += 2 * weight * gram_distance(gram_matrix(features[layer], normalized=True), swirls[layer])
        loss += 0.2 * total_variation(w, epsilon=10.0) / noise.size
    return loss, tape.gradient(loss, w)

# %%
def paint(rule, learning_rate, scale=0.0, steps=100):
    """From noise; the picture, and of each step: loss, gradient, and how far a pixel moved on average."""
    w, record = noise, []
    for _ in range(steps):
        loss, gradient = look(w)
        new, scale = rule(w, gradient.numpy(), scale, learning_rate)
        record.append((float(loss), gradient.numpy(), np.abs(new - w).mean()))
        w = np.clip(new, 0, 255).astype(np.float32)
    losses, gradients, moves = zip(*record, strict=True)
    return w, losses, np.array(gradients), np.array(moves)

runs = {"RMSprop": paint(rmsprop, 6.0), "RMSprop, ε inside": paint(rmsprop_inside, 6.0),
        "AdaGrad": paint(adagrad, 40.0), "AdaGrad, s from 0.1": paint(adagrad_inside, 40.0, scale=0.1)}
typical = np.median(np.abs(runs["RMSprop"][2][[0, -1]]), axis=(1, 2, 3))
print(f"{noise.size:,} numbers; a typical gradient: {typical[0]:.1g} in the first step, ≈ {typical[1]:.0e} in the last")
assert typical[1] < 1e-4

# %% [markdown]
# All with $\epsilon = 10^{-7}$. The second is Keras's `RMSprop` as it comes, the fourth its `Adagrad` as it comes:
# with $\epsilon$ inside, and $s$ from 0.1. *Predict* which of the four pictures will be good.

# %%
figure, axes = plots.subplots(2, 2, size=(9, 6.4))
for axis, (name, (image, *_)) in zip(axes.flat, runs.items(), strict=True):
    plots.draw_image(axis, image, name, smooth=True)
plots.show(figure, photo=True, alt="Four pictures after 100 steps: a blue cat in swirling strokes; the same half "
                                   "hidden behind grain; the cat again; and nothing but noise.")

# %%
figure, axes = plots.subplots(size=(9, 3.4))
looks = ((plots.AMBER, "-"), (plots.AMBER, "--"), (plots.PINK, "-"), (plots.PINK, "--"))
for (name, (_, _, _, moves)), (color, dash) in zip(runs.items(), looks, strict=True):
    axes.semilogy(range(1, 101), moves, dash, color=color, label=name)
axes.set(xlabel="step", ylabel="grey levels", title="How far a pixel moves in each step, on average")
axes.legend(fontsize=8, loc="center right", bbox_to_anchor=(1, 0.25))
plots.show(figure, alt="RMSprop's steps stay near four grey levels, with ε inside they fall to a fraction of one; "
                       "AdaGrad's fall steadily from 40 to about one; with s from 0.1 they are a hundredth of one.")

# %%
moves = {name: run[3] for name, run in runs.items()}
print(f"first step of AdaGrad: {moves['AdaGrad'][0]:.1f} grey levels; with s from 0.1: "
      f"{moves['AdaGrad, s from 0.1'][0]:.2g}")
ends = {name: move[-10:].mean() for name, move in moves.items()}
print("steps at the end, in grey levels: " + ", ".join(f"{name} ≈ {end:.2g}" for name, end in ends.items()))
losses = {name: run[1][-1] for name, run in runs.items()}
worse = losses["RMSprop, ε inside"] / losses["RMSprop"]
print(f"with ε inside, the loss is ≈ {worse:.1f} times as large")
assert ends["AdaGrad"] < moves["AdaGrad"][0] / 10 and worse > 1.3
assert ends["RMSprop"] > 3 and ends["RMSprop, ε inside"] < ends["RMSprop"] / 5

# %% [markdown]
# **What it shows.** AdaGrad tires, RMSprop does not: sections 1 and 2 again, on 41,472 numbers. And the place of
# $\epsilon$ *is* the difference between a picture and grain. Our gradients are soon far below 0.0003. Inside the
# root, $\epsilon$ outweighs them, and RMSprop turns into plain descent with short steps. For Keras's `Adagrad` it
# is worse: its $s$ starts at 0.1, as if every gradient had once been 0.3. Ours are nearly a thousand times
# smaller.
#
# So with Keras's RMSprop and Adagrad, **look at the size of your gradients first**; then choose $\epsilon$ far
# below the *square* of it, or multiply the loss by a large number.
#
# ## 7. Are the gradients sparse?
#
# The paper recommends RMSprop for style transfer since its gradients are *sparse*: nearly all zero, as with rare
# words in a text. That can be counted. Let us look at the gradients of the run above, beside two drawn at random: a
# dense row of normal numbers, and a row where 99 of 100 are zero. Four ways to count ($g$: the entries, $n$: how many):
#
# | measure | dense (normal) | sparse |
# |---|---|---|
# | exactly zero | 0 | most |
# | nearly zero: below a hundredth of the root mean square | 0.8 % | most |
# | participation $(\sum g^2)^2 / (n \sum g^4)$: the share that carries the gradient | 33 % | tiny |
# | kurtosis $n \sum g^4 / (\sum g^2)^2$: 1 over that; how heavy the tails are | 3 | huge |
#
# *Predict.* Is our gradient nearer to the dense one or to the sparse one?

# %%
def counted(gradient):
    """Four measures of sparsity: exactly zero, nearly zero, participation, kurtosis."""
    g = np.asarray(gradient, float).ravel()
    rms = np.sqrt(np.mean(g**2))
    kurtosis = np.mean(g**4) / np.mean(g**2) ** 2
    return np.mean(g == 0), np.mean(np.abs(g) < rms / 100), 1 / kurtosis, kurtosis

generator = np.random.default_rng(0)
normal = generator.standard_normal(100_000)
sparse = np.where(generator.random(100_000) < 0.01, normal, 0)
gradients = runs["RMSprop"][2]  # (steps, height, width, 3)
rows = {"normal": [normal], "99 % zeros": [sparse], "noise, step 1": gradients[:1], "steps 11 to 50": gradients[10:50],
        "steps 51 to 100": gradients[50:]}
table = {name: np.median([counted(row) for row in some], axis=0) for name, some in rows.items()}  # of many, the middle
print("                 zero   nearly zero   participation")
for name, (zero, nearly, share, _) in table.items():
    print(f"{name:15} {100 * zero:3.0f} % {100 * nearly:8.0f} %      ≈ {100 * share:4.1f} %")
noise_start, later = table["noise, step 1"], table["steps 51 to 100"]
print(f"kurtosis at the start {noise_start[3]:.1f}, over the last 50 steps ≈ {later[3]:.0f}")
assert 0.3 < noise_start[2] < 0.36 and 0.04 < later[2] < 0.2 and max(noise_start[1], later[1]) < 0.03

# %%
figure, (left, right) = plots.subplots(1, 2, size=(10.5, 3.7))
edges, looks = np.logspace(-5, 2, 71), zip(rows.items(), ("0.6", "k", *plots.COLORS), strict=False)
for (name, some), color in looks:
    size = np.concatenate([np.abs(np.ravel(row)) / np.sqrt(np.mean(np.square(row))) for row in some])
    share = np.histogram(size.clip(2e-5), edges)[0] / size.size
    width = 3 if name == "normal" else 1.4
    left.step(edges[:-1], share.clip(1e-6), color=color, where="post", label=name, lw=width)
left.set(xscale="log", yscale="log", ylim=(1e-4, 1.5), xlabel="|gradient| / its root mean square",
         ylabel="share of the entries", title="Each entry's size (zeros at the far left)")
left.legend(fontsize=8, loc="upper center")
sizes = np.abs(gradients.reshape(len(gradients), -1))
low, middle, high = np.quantile(sizes, (0.05, 0.5, 0.95), axis=1)
right.fill_between(range(1, 101), low, high, color=plots.SKY, alpha=0.4, label="from 5 % to 95 %")
right.semilogy(range(1, 101), middle, color=plots.BLUE, label="median")
right.set(xlabel="step", ylabel="|gradient|", title="Over time: a cliff, then a plain", yscale="log")
right.legend()
plots.show(figure, alt="Left: five histograms; those of the real gradients lie on that of the normal numbers, with "
                       "longer tails; the sparse one is a spike at the far left. Right: the gradients' sizes fall "
                       "steeply in the first steps, then stay level.")

# %% [markdown]
# And per pixel: has every pixel its own usual size of gradient, as the rare and the common words of a text have?
# The root mean square over the last 80 steps, as a map:

# %%
usual = np.sqrt(np.mean(np.square(gradients[20:]), axis=(0, 3)))  # (height, width)
low, high = np.quantile(usual, (0.05, 0.95))
plots.show_images([content, runs["RMSprop"][0], usual], ["the photograph", "after 100 steps", "usual gradient"],
                  alt="A cat, the painted cat, and a map of fine, even grain, a little brighter in a few places.")
start, end = np.median(sizes[0]), np.median(sizes[-20:])
print(f"over the pixels: the 95 % mark is ≈ {high / low:.1f} times the 5 % mark")
print(f"over time: the median falls to ≈ {100 * end / start:.0f} % (of the last 20 steps)")
features = network(runs["RMSprop"][0], list(style_layers))
zeros = {layer: float(np.mean(maps == 0)) for layer, maps in features.items()}
print("zeros in the feature maps: " + ", ".join(f"{layer} ≈ {100 * share:.0f} %" for layer, share in zeros.items()))
assert high < 5 * low and end < start / 5 and min(zeros.values()) > 0.2

# %% [markdown]
# **What it shows.** **The gradients are not sparse.** 0 % of the entries are zero, and about 1 % nearly zero, as
# among normal numbers. At the start they look just like normal numbers, with a kurtosis of 3.1. Later their tails
# grow heavier: fewer entries carry more of the gradient. But that is still more than 4 %, against 0.4 % in the
# sparse row. It has to be so: the layers' windows overlap, so many features see each pixel, and nearly always one
# of them has something to say. (What *is* full of zeros are the feature maps: that is ReLU. Perhaps the paper
# means those. But no optimizer steps on them.)
#
# Nor do pixels differ much in their usual size: 95 % mark and 5 % mark are less than a factor of 5 apart. So
# RMSprop's strength here is another one. The gradients fall by more than five times *over time*, at once for all,
# and its steps do not: you choose $\eta$ in grey levels, and it holds from the cliff to the plain.
#
# ## What you saw
#
# - AdaGrad adds squares up, so its step number $t$ is $\eta/\sqrt t$: 0.010 after 10,000. RMSprop forgets: 1.00.
#   After a cliff it recovered in 76 steps; AdaGrad stayed at 0.0022.
# - Keras's RMSprop computes $\sqrt{s + \epsilon}$, to six decimals. Its $\epsilon$ then acts like one 3,000 times
#   as large, and on our picture the same $\eta$ made less than a fifth of the step.
# - The gradients of our transfer were not sparse: 0 % zeros, 1 % nearly zero. What RMSprop evens out is the fall
#   over time. And a stride for each number helps along the axes only: turned by 45°, RMSprop hung at 5.3 instead
#   of 0.0035.

# %% [markdown]
# ## Where this is used
#
# Adam takes its step *length* from $s_t$, with $\beta_2 = 0.999$. The final lesson lets you choose `rmsprop` and
# `adagrad` too, and lets $\eta$ fall, for the reason of section 5.
#
# ## Next
#
# **[10 Adam](10_adam.ipynb)**: the direction of lesson 08 and the stride of this one, together.
