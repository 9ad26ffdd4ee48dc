# %% [markdown]
# # 09 RMSprop

# %% tags=["figure"]
from nst_helpers import plots
from nst_helpers.experiments.rates import load_race

race = load_race()
grid = ("√s + ε, η = 16", "outside_16"), ("√s + ε, η = 512", "outside_512"), ("√(s + ε), η = 16", "inside_16"), (
    "√(s + ε), η = 512", "inside_best")
figure, axes = plots.subplots(2, 2, size=(9, 6.3))
for axis, (title, name) in zip(axes.flat, grid, strict=True):
    plots.draw_image(axis, race.image(name), f"RMSprop, {title}", smooth=True)
plots.show(figure, "One noise, one loss, 100 steps, and two optimizers that differ only in where an ε of 0.0000001 "
                   "stands. With η = 16 the upper one paints the cat and the lower one leaves noise; with η = 512 the "
                   "upper one ends in a grey relief and the lower one paints the cat.", photo=True)

# %% [markdown]
# Two optimizers were given the same noise, the same loss (a cat in the manner of an autumn painting) and 100 steps.
# They differ only in the place of a number as small as $10^{-7}$. Whoever compares them at η = 16, in the left column,
# will say that the upper one paints and the lower one fails. At η = 512, in the right column, it is the other way
# round. Neither column ranks them, because *the same η no longer means the same thing*: among the optimizers of this
# lesson the η that paints the cat lies anywhere between 1 and a hundred million. By the end you will be able to say
# what η means in AdaGrad, RMSprop and AdaDelta, to predict when a step size for every number helps, and to compare
# optimizers fairly.
#
# **Needs**: [08 Gradient descent](08_gradient_descent.ipynb). · **Time**: 60 minutes to read, 40 s of computing on two
# cores. · **Course’s paper**: section 2.4.2.

# %%
import numpy as np

from nst_helpers import exercises, optimizers
from nst_helpers.backend import keras, tf
from nst_helpers.diagrams import adaptive as diagrams
from nst_helpers.experiments.adaptive import GRID, SCHEDULES, AdaDelta, falling, sweep_surface, sweep_words
from nst_helpers.experiments.adaptive import RULES as METHODS
from nst_helpers.experiments.landscapes import SURFACES, height, run, turned, turned_points
from nst_helpers.experiments.rates import cat_race, load_race, paint, power
from nst_helpers.networks import load_network

SIX = ("gradient descent", "momentum", "Rprop", "AdaGrad", "RMSprop", "AdaDelta")
bowl = SURFACES["badly scaled bowl"]

# %% [markdown]
# ## 1. Where one step size fails
#
# Take the bowl $L(x, y) = \frac12 (x^2 + 400\, y^2)$ and stand at $(-4,\ 0.4)$. The minimum is 4 away along $x$ and
# 0.4 along $y$, but the gradient there is $(x, 400y) = (-4, 160)$: it is forty times as large in the direction in
# which we have a tenth of the way to go. Lesson 08 found that $\eta$ must stay below $2/\lambda_{max} = 2/400$, or the
# walk along $y$ explodes, and with such an $\eta$ each step along $x$ covers at most half a per cent of the distance.
# The size of a gradient says little about how far to go; its *sign* does say which way.
#
# An old method takes this literally. In **Rprop** (“resilient propagation”, Riedmiller and Braun 1993) every number $i$
# has a step size $\Delta_i$ of its own, and the gradient supplies only signs. (The form below never takes a step back;
# Igel and Hüsken 2003 call it Rprop⁻.)
#
# $$\Delta_i \leftarrow \begin{cases} 1.2\,\Delta_i & \text{same sign as in the step before} \\
# 0.5\,\Delta_i & \text{the other sign} \end{cases} \qquad
# w_i \leftarrow w_i - \Delta_i\, \mathrm{sign}\, \frac{\partial L}{\partial w_i}$$
#
# The other sign means that the last step has jumped over the valley. With a pencil: if $\Delta$ begins at 1 and the
# signs are $+, +, -, -$, the steps are 1, 1.2, 0.6 and 0.72 long. What we call Rprop's η is the length of the first
# step, a factor in front of every $\Delta_i$.

# %%
def rprop(w, gradient, size, last_sign):
    """Δ ← 1.2 Δ or Δ/2, w ← w − Δ sign g; returns the new w, Δ and sign."""
    sign = np.sign(gradient)
    size = size * np.where(sign * last_sign > 0, 1.2, np.where(sign * last_sign < 0, 0.5, 1.0))
    return w - size * sign, size, sign

w, size, sign, lengths = 0.0, 1.0, 0.0, []
for gradient in (1, 1, -1, -1):
    before = w
    w, size, sign = rprop(w, gradient, size, sign)
    lengths.append(abs(w - before))
print("lengths of the steps:", ", ".join(f"{length:.2f}" for length in lengths))

# %% tags=["check"]
assert np.allclose(lengths, [1, 1.2, 0.6, 0.72])
state = (np.array([0.5, 0.5]), np.zeros(2))
w, (size, sign) = np.array([-4.0, 0.4]), state
packaged = METHODS["Rprop"](0.5)
packaged_w, packaged_state = w, packaged.init(w)
for _ in range(60):
    w, size, sign = rprop(w, np.array(bowl.gradient(*w)), size, sign)
    packaged_w, packaged_state = packaged.step(packaged_w, np.array(bowl.gradient(*packaged_w)), packaged_state)
assert np.allclose(w, packaged_w) and height(bowl, w) < 1e-6

# %% tags=["figure"]
figure, axes = plots.subplots(size=(9.2, 3.8))
diagrams.draw_ground(axes, bowl)
for name, rate in (("gradient descent", 0.0045), ("Rprop", 0.5)):
    diagrams.draw_path(axes, run(bowl, METHODS[name](rate), bowl.start, 40), f"{name}, η = {rate:g}")
axes.legend(loc="lower right")
plots.show(figure, "The bowl from above, with an axis for y that is stretched 8 times, and 40 steps of two methods "
                   "from the black dot. Gradient descent bounces across and hardly moves along; Rprop arrives.")

# %% [markdown]
# Rprop has a weakness where networks are trained on batches, small random parts of their data, each with a gradient of
# its own. In the example of Hinton's lecture of 2012
# nine batches say 0.1 and the tenth says −0.9. The weight should stay where it is, but a method of signs moves it nine
# times forward and once back. What is needed is a divisor that removes the size of the gradients and stays nearly the
# same from one batch to the next.
#
# ## 2. AdaGrad: divide by what has been usual
#
# In **AdaGrad** (Duchi, Hazan and Singer 2011) every number adds up the squares of its gradients, and the step is
# divided by the root of the sum. The course's paper begins its section on adaptive learning rates with it:
#
# $$w_{(t+1)i} = w_{(t)i} - \frac{n}{\sqrt{s_{(t+1)} + \varepsilon}} \cdot \nabla w_{(t+1)i}, \qquad
# s_{(t+1)} = \nabla w_{(t+1)i}^2 + s_{(t)}$$
#
# Here $n$ is our η, and $\nabla w_{(t+1)i}$ is its name for the gradient at the *old* point, $\nabla L(w_t)_i$ in our
# letters. About ε it says that it is “某个极小值,只是为了避免分母为零” (“some minimal value, only to keep the
# denominator from being zero”); section 5 will look at this “only”.
#
# | letter | meaning | in code |
# |---|---|---|
# | $w_t$, $\nabla L(w_t)$ | the numbers that we look for, and the gradient there, $g$ for short | `w`, `gradient` |
# | $s_t$ | sum of the squared gradients (in RMSprop their running mean); 0 at the start | `scale` |
# | $\eta$ | learning rate, from here on a *length* in the units of $w$ | `learning_rate` |
# | $\varepsilon$ | a small number under the root | `epsilon` |
#
# With a pencil: $\eta = 1$, $\varepsilon = 0$, and the gradients are 3 and then 4. The first step is $3/\sqrt 9 = 1$
# long, the second $4/\sqrt{9 + 16} = 0.8$.

# %%
def adagrad(w, gradient, scale, learning_rate, epsilon=1e-7):
    """s ← s + g², w ← w − η g / √(s + ε)."""
    scale = scale + gradient**2
    return w - learning_rate * gradient / (scale + epsilon) ** 0.5, scale

w, scale = adagrad(0.0, 3.0, 0.0, 1.0, epsilon=0.0)
print(f"s = {scale:g}, w = {w:g}")
w, scale = adagrad(w, 4.0, scale, 1.0, epsilon=0.0)
print(f"s = {scale:g}, w = {w:g}")

# %% [markdown]
# The $s$ of the course's paper has lost the index $i$ that $w$ and the gradient carry, and the index is the whole
# point. The next cell runs the method on the bowl, once with an $s$ for each number and once with a single one for
# both, each at its own best η of a grid; “above the minimum” is the highest of the last ten points. Then it multiplies
# the loss by 1024.

# %%
def walk(method, ground, learning_rate, steps, factor=1.0, **keywords):
    """All points from the surface's start on; the loss is multiplied by a factor."""
    w = np.array(ground.start)
    scale, path = 0 * w, [w]
    for _ in range(steps):
        w, scale = method(w, factor * np.array(ground.gradient(*w)), scale, learning_rate, **keywords)
        path.append(w)
    return np.array(path)

def shared(w, gradient, scale, learning_rate):
    """AdaGrad with one s for all numbers: the mean of their squares."""
    scale = scale + np.mean(gradient**2)
    return w - learning_rate * gradient / (scale + 1e-7) ** 0.5, scale

# %%
from nst_helpers.names import named

for name, method in (("one s for each number", adagrad), ("one s for both", shared)):
    ends = [height(bowl, walk(method, bowl, rate, 60)[-10:]).max() for rate in GRID[:15]]
    print(f"{named(name)}: {max(min(ends), 1e-12):.2g} above the minimum, at η = {GRID[np.argmin(ends)]:g}")
once, often = (walk(adagrad, bowl, 0.1, 60, factor, epsilon=1e-12) for factor in (1, 1024))
print(f"the loss times 1024 moves the path by {np.abs(once - often).max():.6f}")

# %% tags=["check"]
assert (w, scale) == (-1.8, 25) and np.allclose(once, often)
assert min(ends) > 1

# %% [markdown]
# With one $s$ for both numbers every step is a gradient step with another η, and the bowl's proportions stay bad. With
# one for each the walk arrives. The last line shows what η means now. A factor in front of the loss cancels between
# numerator and denominator, so η is a *length*, on the bowl a distance and in a picture a number of grey levels. In
# plain descent it is a length divided by a gradient, and has to be found anew for every loss.
#
# **What AdaGrad was made for** is text. A rare word occurs in one document of a thousand, so the gradient of its
# weight is exactly zero nearly always. One η for all words has to be small enough for the frequent ones, and then the
# rare ones learn almost nothing in their few steps. AdaGrad takes long steps when such a word comes up at last,
# because its $s$ is small. In the experiment a text is worth the sum of its words' values, each +1 or −1, plus some
# noise; 24 values are to be learnt from 1,000 texts, one a step. The most frequent word is in every second text and
# the rarest in one of 512; in the control all are equally frequent. Each method takes its best η from the same grid.

# %%
frequencies = {"rare and frequent words": 0.5 ** np.linspace(1, 9, 24), "equally frequent": np.full(24, 0.3)}
learnt = {}
for words, shares in frequencies.items():
    print(f"{named(words)}: error of a value, at each one's best η")
    for method in ("gradient descent", "momentum", "AdaGrad"):
        errors = [sweep_words(METHODS[method], shares, schedule, steps=1000) for schedule in SCHEDULES.values()]
        learnt[words, method] = [error.min() for error in errors]
        told = [f"{error.min():.4f} (η = {power(GRID[error.argmin()])})" for error in errors]
        print(f"  {named(method):17} η constant {told[0]}, falling {told[1]}")

# %% tags=["check"]
for place in (0, 1):
    rare = {method: errors[place] for (words, method), errors in learnt.items() if words != "equally frequent"}
    assert min(rare, key=rare.get) == "AdaGrad" and rare["gradient descent"] > 1.3 * rare["AdaGrad"]
    assert learnt["equally frequent", "gradient descent"][place] < 0.1 * rare["AdaGrad"]

# %% [markdown]
# An error of 1 would mean that nothing has been learnt. With rare words AdaGrad ends at 0.032, about half of what plain
# descent (0.067) and momentum (0.063) reach at their best, and with a falling η it leads them too. In the control,
# where no word is rare, its lead over descent is smaller: 0.0011 against 0.0015 with a constant η, and 0.0006
# against 0.0007 with a falling one. So the larger part of the advantage comes with rarity.
#
# ## 3. The step that dies, and the one that recovers
#
# The price of a sum is that it can only grow. The next cell prints how long AdaGrad's steps are if all gradients are
# 4, and beside them those of **RMSprop**, which replaces the sum by the exponentially weighted moving average (EWMA)
# of lesson 08. The course's paper writes it
#
# $$s_{(t+1)} = (1-\beta) \nabla w_{(t+1)i}^2 + \beta s_{(t)}$$
#
# and keeps the update as it was: “此时才叫完整的 RMSprop (Root Mean Square Propagation)” (“only now is it called the
# complete RMSprop”). With a pencil: for $\beta = \frac34$ and gradients of 4 we get $s_1 = \frac14 \cdot 16 = 4$ and
# $s_2 = \frac14 \cdot 16 + \frac34 \cdot 4 = 7$, so the first steps are $4/\sqrt4 = 2$ and $4/\sqrt7 = 1.51$ times η
# long. In the end $s$ is 16, the mean of the squares, and each step is as long as η.

# %%
def rmsprop(w, gradient, scale, learning_rate, beta=0.9, epsilon=1e-7):
    """s ← βs + (1 − β)g², w ← w − η g / √(s + ε)."""
    scale = beta * scale + (1 - beta) * gradient**2
    return w - learning_rate * gradient / (scale + epsilon) ** 0.5, scale

def step_lengths(method, gradients, **keywords):
    """How far each step goes, with η = 1."""
    w, scale, lengths = 0.0, 0.0, []
    for gradient in gradients:
        new, scale = method(w, gradient, scale, 1.0, **keywords)
        lengths.append(abs(new - w))
        w = new
    return np.array(lengths)

# %%
dying = step_lengths(adagrad, np.full(10_000, 4.0))
living = step_lengths(rmsprop, np.full(10_000, 4.0), beta=3 / 4)
for t in (1, 2, 100, 10_000):
    print(f"step {t:6,}: AdaGrad {dying[t - 1]:.3f}, RMSprop {living[t - 1]:.3f}")
terrain = np.where(np.arange(2000) < 20, 100.0, 1.0)  # 20 steps on a cliff, then a plain
tired, fresh = step_lengths(adagrad, terrain), step_lengths(rmsprop, terrain)
print(f"the plain's first step: AdaGrad {tired[20]:.4f}, RMSprop {fresh[20]:.4f}; "
      f"its 1,980th: {tired[-1]:.4f}, {fresh[-1]:.4f}")

# %% tags=["check"]
assert np.allclose(dying, 1 / np.sqrt(np.arange(1, 10_001)), rtol=1e-6)
assert np.allclose(living[:2], [2, 4 / 7**0.5]) and np.isclose(living[-1], 1) and tired[20:].max() < 0.003

# %% tags=["figure"]
figure, (left, right) = plots.subplots(1, 2, size=(10, 3.6))
for lengths, name, color in ((dying, "AdaGrad", plots.PINK), (living, "RMSprop, β = 3/4", plots.AMBER)):
    left.loglog(range(1, 10_001), lengths, color=color, label=name, linewidth=2)
for lengths, name, color in ((tired, "AdaGrad", plots.PINK), (fresh, "RMSprop, β = 0.9", plots.AMBER)):
    right.semilogy(range(1, 161), lengths[:160], color=color, label=name, linewidth=2)
left.set(xlabel="step", ylabel="length of a step, in η", title="All gradients are 4")
right.axvspan(1, 20, color="0.88")
right.set(xlabel="step", title="Gradient 100 for 20 steps (grey), then 1", ylim=(2e-4, 5))
for axis in (left, right):
    axis.legend()
plots.show(figure, "Lengths of steps. Left: AdaGrad’s fall along a straight line, RMSprop’s settle at η. Right: after "
                   "a cliff of 20 steps both are far too short; RMSprop’s recover, AdaGrad’s do not.")

# %% [markdown]
# After 10,000 equal gradients AdaGrad's step has shrunk to 0.010 of η, RMSprop's is 1.000. On the right AdaGrad
# carries the squares of the cliff to the end, with steps of 0.0022 η. That need not be fatal, because a larger η can
# make up for it: on the picture, which begins on such a cliff too, AdaGrad with a constant η will end slightly lower
# than RMSprop (section 7). And forgetting has a price of its own, as the rare words of section 2 show.

# %%
rare = {}
for beta in (0.9, 0.999):
    errors = sweep_words(lambda rate, beta=beta: optimizers.RMSprop(rate, beta),
                         frequencies["rare and frequent words"], steps=1000)
    rare[beta] = errors.min()
    print(f"rare and frequent words, RMSprop with β = {beta}: error {errors.min():.4f}, η constant")

# %% tags=["check"]
adagrad_error = learnt["rare and frequent words", "AdaGrad"][0]
assert rare[0.999] < 1.2 * adagrad_error < 0.5 * rare[0.9]

# %% [markdown]
# With $\beta = 0.9$ a word's $s$ has faded before the word returns, so it is made of the newest square alone and every
# appearance makes a step of 3.2 η, however small the error has become: RMSprop ends at 0.088, worse than plain descent;
# with nothing changed but $\beta$, to a memory of a thousand texts, it ends at 0.034, next to AdaGrad. How long exactly
# does RMSprop remember?
#
# ### Exercise 1: derive how long a cliff is remembered
#
# After a long time on gradients of size $c$, $s = c^2$. From now on all gradients are 1. After how many steps $k$ is
# RMSprop's step half as long as η ($\varepsilon = 0$)? Write $k$ as text, an expression in `beta` and `c` (both given,
# $c > 2$); it need not be an integer. You may use `log`, `sqrt` and `exp`.

# %% tags=["exercise"]
recovery = ...  # your expression, as text

# %% tags=["solution"]
recovery = "log(3 / (c**2 - 1)) / log(beta)"  # s = 1 + (c² − 1)βᵏ, and the step is 1/√s = 1/2 where s = 4

# %%
exercises.check("09-recover", recovery)

# %% [markdown]
# **Three statements of the course's paper** can now be checked. Under AdaGrad's formula it says that a parameter whose
# “历史梯度方差(范围波动)较大” (“historical gradient variance (range of fluctuation) is large”) gets a lower rate, and
# “如果梯度方差较小,会增加学习率” (“if the gradient variance is small, the rate is increased”). Of RMSprop it says that
# it “避免了学习率在训练过程中衰减过慢或者由于固定学习率衰减而产生的震荡问题” (“avoids too slow a decay of the learning
# rate during training, or the oscillation that its fixed decay produces”).

# %%
turning = 100.0 * (-1.0) ** np.arange(100)
for name, gradients in (("always 100", np.abs(turning)), ("+100 and −100 in turn", turning)):
    scale = 0.0
    for gradient in gradients:
        _, scale = rmsprop(0.0, gradient, scale, 1.0)
    print(f"gradients {named(name)}: variance {np.var(gradients):.0f}, √s = {scale**0.5:.1f}")

# %% tags=["check"]
assert np.isclose(scale**0.5, 100, rtol=1e-2)

# %% [markdown]
# $s$ is not a variance. The two rows have variances of 0 and 10,000, and the same $\sqrt s$: what counts is the mean
# *square*. (The variance exists, too: with `centered=True` the RMSprop of Keras and of PyTorch subtracts the square of
# the mean gradient from $s$.) The second claim is true of RMSprop, whose $s$ can fall, but under AdaGrad a rate can at
# best fall less than others. And it is not “too slow a decay” that RMSprop avoids: AdaGrad's rate decays too *fast*.
#
# The course's paper presents RMSprop as AdaGrad with a weighted mean. But RMSprop was made as an Rprop for batches: at
# $\beta = 0$ the mean is the last square alone, and $g/\sqrt{g^2}$ is the sign of $g$. So let us see what a slow mean
# does for Hinton's ten batches.

# %%
batches = np.tile([0.1] * 9 + [-0.9], 50)
for beta in (0.0, 0.9, 0.99):
    w, scale, path = 0.0, 0.0, []
    for gradient in batches:
        w, scale = rmsprop(w, gradient, scale, 1.0, beta, epsilon=0.0)
        path.append(w)
    print(f"β = {beta:<4}: w moves by {path[9]:.1f} η in the first round of ten batches, "
          f"by {(path[-1] - path[-101]) / 10:.2f} η in each of the last ten")

# %% tags=["check"]
assert beta == 0.99 and abs(path[-1] - path[-101]) / 10 < 0.2

# %% [markdown]
# The method of signs carries $w$ away by 8.0 η in every round, although the gradients of a round sum to zero. With a
# mean over about ten batches 0.68 η a round is left in the end, with one over a hundred 0.07 η. The price is at the
# start, where $s$ is still filling from 0: the first round moves $w$ by 37.9 η.
#
# ### Exercise 2: repair an optimizer that remembers nothing
#
# The function below runs without an error and even lowers losses, but all its steps have the same length, about 3.16
# η, whatever the gradients are. It shall return the last $w$, after one step of RMSprop (ε beside the root, as the
# package has it) for each row of `gradients`, an array (steps, numbers).

# %% tags=["exercise"]
def descend(w, gradients, learning_rate, beta=0.9):
    for gradient in gradients:
        optimizer = optimizers.RMSprop(learning_rate, beta)
        state = optimizer.init(w)
        w, state = optimizer.step(w, gradient, state)
    return w

# %% tags=["solution"]
def descend(w, gradients, learning_rate, beta=0.9):
    optimizer = optimizers.RMSprop(learning_rate, beta)
    state = optimizer.init(w)  # once: it is s = 0, and the mean of the squares grows in it
    for gradient in gradients:
        w, state = optimizer.step(w, gradient, state)
    return w

# %%
exercises.check("09-remember", descend)

# %% [markdown]
# ## 4. AdaDelta: a learning rate that moved into ε
#
# **AdaDelta** (Zeiler 2012) was designed to mend AdaGrad's dying step. It has the running mean $s$ of RMSprop, but
# takes the length of a step not from an η but from the steps themselves, by a second running mean $u$ over their
# squares. (His Δ is the whole step, not Rprop's step size.)
#
# $$\Delta_{t+1} = \frac{\sqrt{u_t + \varepsilon}}{\sqrt{s_{t+1} + \varepsilon}}\; \nabla L(w_t), \qquad
# u_{t+1} = \beta u_t + (1-\beta)\, \Delta_{t+1}^2, \qquad w_{t+1} = w_t - \Delta_{t+1}$$
#
# There is no η left to choose. But at the start $u$ is 0, so the first step is as long as $\sqrt\varepsilon$ allows,
# and each step is measured against those before it. Let all gradients be 1 (β = 0.95).

# %%
for epsilon in (1e-7, 1e-3):
    method = AdaDelta(1.0, epsilon=epsilon)
    w, lengths = 0.0, []
    state = method.init(w)
    for _ in range(10_000):
        new, state = method.step(w, 1.0, state)
        lengths.append(w - new)
        w = new
    told = ", ".join(f"{lengths[t - 1]:.2g}" for t in (1, 100, 10_000))
    print(f"ε = {epsilon:g}: √ε = {epsilon**0.5:.1g}; steps 1, 100, 10,000: {told}; in all {-w:.2g}")

# %% tags=["check"]
assert 20 < lengths[-1] / epsilon**0.5 < 200

# %% [markdown]
# With $\varepsilon = 10^{-7}$, Keras's default, a step is 0.0014 long at first and 0.0072 after 10,000 steps. An ε that
# is 10,000 times as large makes the steps about 100 times as long: the learning rate is still there, and is called
# $\sqrt\varepsilon$ now. Keras multiplies the step by an η after all (1.0 is Zeiler's method, 0.001 the default). We
# shall use this η in the race, with $\varepsilon = 10^{-14}$, below the square of nearly every gradient there.

# %% tags=["figure"]
plots.show(diagrams.states(),
           "What six optimizers keep between two steps, one number of each kind for every number in w, and the step "
           "that they make of it. g is the gradient at w. All operations are done number by number.")

# %% [markdown]
# ## 5. Where ε stands
#
# The course's paper writes $\sqrt{s + \varepsilon}$, as *Dive into Deep Learning* does. PyTorch, and this course's
# package, have $\sqrt s + \varepsilon$. Keras's documentation says this about its own:

# %%
import textwrap

words = " ".join(keras.optimizers.RMSprop.__doc__.split())
print(textwrap.fill(words[words.index("epsilon:"):words.index("Defaults to 1e-7")], 100))

# %% [markdown]
# In that formula Kingma and Ba add $\hat\varepsilon$ *beside* the root. Let us ask Keras itself, with one step for
# gradients of many sizes.

# %%
def rmsprop_beside(w, gradient, scale, learning_rate, beta=0.9, epsilon=1e-7):
    """The same as rmsprop, with √s + ε."""
    scale = beta * scale + (1 - beta) * gradient**2
    return w - learning_rate * gradient / (scale**0.5 + epsilon), scale

sizes = np.array([1e-6, 1e-5, 1e-4, 1e-2, 1.0])
variable = keras.Variable(np.zeros(5), dtype="float64")
keras.optimizers.RMSprop(1.0, rho=0.75).apply([tf.constant(sizes)], [variable])
print("gradient         ", "  ".join(f"{size:7.0e}" for size in sizes))
ours = {"√(s + ε)": rmsprop(0, sizes, 0, 1.0, 0.75)[0], "√s + ε": rmsprop_beside(0, sizes, 0, 1.0, 0.75)[0]}
for name, step in {**ours, "Keras": variable.numpy()}.items():
    print(f"{named(name):9} step of", "  ".join(f"{-length:7.4f}" for length in step))

# %% tags=["check"]
assert np.allclose(variable.numpy(), rmsprop(0, sizes, 0, 1.0, 0.75)[0], rtol=1e-6)
curvatures, begin = np.array([100, 10, 1, 0.01]), np.array([1.0, -2.0, 3.0, -4.0])

def keras_distance(optimizer, method, rate, **keywords):
    """The largest difference between 200 steps of Keras and of a method of ours, on a valley of four numbers."""
    variable, w, scale, far = keras.Variable(begin, dtype="float64"), begin, 0 * begin, 0
    for _ in range(200):
        optimizer.apply([tf.constant(curvatures * variable.numpy())], [variable])
        w, scale = method(w, curvatures * w, scale, rate, epsilon=1e-3)
        far = max(far, np.abs(w - variable.numpy()).max())
    return far

def adadelta(w, gradient, state, learning_rate, epsilon):
    method = AdaDelta(learning_rate, epsilon=epsilon)
    return method.step(w, gradient, method.init(w) if isinstance(state, np.ndarray) else state)

trio = keras.optimizers
assert keras_distance(trio.RMSprop(2**-6, rho=0.9, epsilon=1e-3), rmsprop, 2**-6) < 1e-6
assert keras_distance(trio.RMSprop(2**-6, rho=0.9, epsilon=1e-3), rmsprop_beside, 2**-6) > 1e-5
assert keras_distance(trio.Adagrad(0.5, initial_accumulator_value=0, epsilon=1e-3), adagrad, 0.5) < 1e-6
assert keras_distance(trio.Adadelta(1.0, rho=0.95, epsilon=1e-3), adadelta, 1.0) < 1e-6
bowl_start = bowl.start
for method, packaged in ((rmsprop, optimizers.RMSprop(0.1, epsilon_inside=True)),
                       (rmsprop_beside, optimizers.RMSprop(0.1)),
                       (adagrad, optimizers.AdaGrad(0.1, epsilon_inside=True))):
    assert np.abs(walk(method, bowl, 0.1, 100) - run(bowl, packaged, bowl_start, 100)).max() < 1e-9

# %% [markdown]
# The step of Keras's RMSprop is the first row to the last digit: **it computes $\sqrt{s + \varepsilon}$, the form of
# the course's paper, and its documentation describes the other one.** (Its Adam, in lesson 10, has $\varepsilon$ beside
# the root.) For a gradient of $10^{-5}$ one form steps 2.0 η and the other 0.03 η. The next figure shows why.

# %% tags=["figure"]
plots.show(diagrams.where_epsilon_rules(1e-7, {"a picture": (8e-7, 3e-4), "the bowl": (1, 100)}),
           "The length of a step after many equal gradients against their size, for both forms and ε = 1e-7. Beside "
           "the root, ε takes over below 1e-7; under the root below √ε, 3,000 times as early. The gradients of our "
           "pictures lie between the two (grey band, measured in section 8).")

# %% [markdown]
# A number that is added to $s$ has to be compared with $s$, a square, so it makes itself felt as soon as the gradient
# is below $\sqrt\varepsilon \approx 0.0003$. Far below, $\sqrt{s + \varepsilon}$ is nearly the same for every number,
# and RMSprop has become plain descent with the learning rate $\eta/\sqrt\varepsilon$. Losses that are means over all
# pixels have gradients of this size, which is how the two pictures on the left of the first figure came to differ.

# %%
exercises.predict(
    "09-beside", "At 320 pixels, at the top, √(s + ε) left noise at η = 16 and painted the cat at η = 512. Now the "
    "same cat at 96 pixels, where the gradients of a mean loss are about eleven times as large. There √s + ε is best "
    "at η = 16 (100 steps, η falling). Which η is best for √(s + ε)?",
    {"16": "An ε of 0.0000001 looks like nothing beside gradients that have become eleven times as large. But it is "
           "compared with their squares, and after the first steps these are below it: at η = 16 it ends at 19.9.",
     "64": "It ends at 14.4 there. The gradients are still so small that ε counts, but no longer so small as at 320 "
           "pixels.",
     "512": "That is an η for the gradients of 320 pixels. Where ε rules, a step is η/√ε times the gradient, so larger "
            "gradients want a smaller η. At 96 pixels it ends at 34.2 with η = 512."},
    right="64")

# %% tags=["figure"]
two = {"RMSprop, √s + ε": race.curve("RMSprop"), "RMSprop, √(s + ε)": race.curve("RMSprop, ε inside")}
plots.show(diagrams.rate_curves(two, 16),
           "The loss after 100 steps against η for both forms, at 96 pixels, in the lines of the last figure: solid "
           "with ε beside the root, dashed with ε under it. The two valleys are nearly equally deep, and lie a factor "
           "of four apart.",
           folded="Choose first, then open")

# %% [markdown]
# At η = 16 the two forms end at 13.7 and 19.9 (at 320 pixels, above, at 8.7 and 55.8), and a comparison at one η would
# call $\sqrt{s+\varepsilon}$ hopeless. Each at its own best, they are 5 % apart, and with a constant η the order is
# reversed (the table of section 7). The trap is that the same symbol η
# means a number of grey levels in one of them, while in the other it does so only above gradients of 0.0003; below, its
# meaning changes with the size of the picture, from η = 512 to 64.
#
# ### Exercise 3: choose the remedies
#
# You train with Keras's `RMSprop(η)` as it comes, and all gradients of your loss are about $10^{-6}$. You want each
# number to have its own step size after all: in the end each step shall be about η long, and a number with twice the
# gradient shall not step twice as far. Which of these changes do it, each by itself?
#
# - **a** multiply the loss by 100,000
# - **b** multiply η by 300
# - **c** `epsilon=1e-16`
# - **d** `rho=0.99` in place of 0.9
# - **e** `epsilon=1e-9`
# - **f** divide the loss by its value at the start, 0.1

# %% tags=["exercise"]
remedies = ...  # letters, as in "b, d"

# %% tags=["solution"]
remedies = "a, c"  # √ε has to be far below the gradients: 0.0003 against 0.1, and 1e-8 against 1e-6

# %%
exercises.check("09-remedies", remedies)

# %% [markdown]
# ## 6. The same bowl, turned
#
# Section 1's bowl has its long axis along $x$. What if the same bowl, with its start, is turned by 45°?

# %%
exercises.predict(
    "09-askew", "The bowl is turned by 45°, each method takes its best η again. Which is ahead after 60 steps?",
    {"Rprop or RMSprop": "On the straight bowl they arrive while plain descent does not. But their step sizes belong "
                         "to x and y, and in the askew bowl the curvature along both is the same.",
     "momentum": "It knows no axes, so turning means nothing to it: it ends as high as before (0.43 with a "
                 "constant η, 0.17 with a falling one), and now that is the lowest.",
     "gradient descent": "It does not mind the turning either, but with 400 times as much curvature across as along it "
                         "was slow before, and stays so."},
    right="momentum")

# %% tags=["figure"]
figure, axes = plots.subplots(2, 2, size=(10, 7.4), height_ratios=(1.55, 1))
for (axis, below), degrees, rates in zip(axes.T, (0, 45), ((2**-4, 2**-5), (2**-5, 2**-5)), strict=True):
    ground = turned(bowl, degrees)
    diagrams.draw_ground(axis, bowl)
    for method, rate, color in zip(("RMSprop", "momentum"), rates, (plots.AMBER, plots.GREEN), strict=True):
        path = run(ground, METHODS[method](rate), ground.start, 60)
        diagrams.draw_path(axis, turned_points(path, -degrees), f"{method}, η = {rate:g}")
        below.semilogy(height(ground, path), color=color, linewidth=2, label=method)
    axis.set(title=f"the bowl, turned by {degrees}°", xlabel="along the valley", ylabel="across the valley")
    below.set(xlabel="step", ylabel="height above the minimum", ylim=(0.02, 60))
    axis.legend(loc="lower right")
plots.show(figure, "60 steps on the bowl and on the turned bowl, which is turned back for drawing and stretched across "
                   "the valley; below, how high the walks are. Momentum’s path is the same in both. RMSprop comes "
                   "as far on the left; on the right it drops to the valley’s floor and covers a fifth of the way "
                   "along it.",
           folded="Choose first, then open")

# %%
grounds = [turned(bowl, degrees) for degrees in (0, 20, 45)]
ends = {}
print("highest of the last ten of 60 steps, at the best η:  straight         20°              45°")
for method in SIX:
    for schedule in SCHEDULES:
        swept = [sweep_surface(ground, METHODS[method], SCHEDULES[schedule]) for ground in grounds]
        ends[method, schedule] = [sweep.min() for sweep in swept]
        told = "  ".join(f"{sweep.min():6.2g} (η = {power(GRID[sweep.argmin()])})" for sweep in swept)
        print(f"{named(method):17} η {named(schedule):9} {told}")

# %% tags=["check"]
for schedule in SCHEDULES:
    for place in (1, 2):
        assert ends["momentum", schedule][place] < min(ends[method, schedule][place] for method in SIX[2:]) / 2
    assert all(np.isclose(ends[method, schedule], ends[method, schedule][0], rtol=1e-3).all() for method in SIX[:2])
    for method in SIX[2:]:
        assert ends[method, schedule][1] < ends["gradient descent", schedule][1]
assert all(ends[method, "falling"][0] < 1e-6 < 1 < ends[method, "falling"][2] for method in SIX[2:])

# %% [markdown]
# On the straight bowl, with a falling η, the four adaptive methods come down to the $10^{-12}$ below which we stop
# counting, where plain descent is at 6.3. With a constant η Rprop and AdaGrad do so too, but AdaDelta (0.0022) and
# RMSprop (0.37, hardly lower than momentum) keep jumping about the minimum, because steps of about η cannot come to
# rest. Turn the bowl by 20°, and they keep only a part of the lead (2.3 to 5.0). At 45° it is gone: the four end
# between 5.0 and 6.6, about as high as plain descent (5.4 and 6.3), while momentum has 0.43 and 0.17 at every angle. A
# step size for each *number* is a step size for the directions $x$ and $y$. If the valley runs midway between them, $x$
# and $y$ have the same curvature and get nearly the same step. These methods repair bad *scaling* of the coordinates,
# not ravines in general.
#
# Now you. Turn the bowl slowly and watch when the walk breaks down; then make η ten times as large, and see whether
# the walk ever comes to rest.

# %%
from nst_helpers.widgets.descent import adaptive

adaptive()

# %% [markdown]
# **Saddles.** The course's paper hopes for more: “这种自适应性甚至有助于在鞍点附近更快地越过局部最小值” (“this
# adaptivity even helps to get past local minima faster near saddle points”). A saddle is not a local minimum, but near
# it the gradient is almost zero. So let us start closer and closer to the ridge of a saddle and count the steps until
# each method has left it ($|y| > 0.5$), with the η that is best for it from the surface's usual start. In the last row
# the saddle is turned by 45°.

# %%
class FromSteepGround(optimizers.RMSprop):
    """RMSprop with the s that gradients of 10 have left."""

    def init(self, w):
        return super().init(w)._replace(scale=100 + 0 * w)

saddle = SURFACES["saddle"]
three = ("gradient descent", "momentum", "RMSprop")
chosen = {method: GRID[sweep_surface(saddle, METHODS[method]).argmin()] for method in three}

# %%
distances = (1e-1, 1e-2, 1e-4, 1e-6)
walkers = {method: (METHODS[method](rate), 0) for method, rate in chosen.items()}
walkers["RMSprop, s₀ = 100"] = FromSteepGround(chosen["RMSprop"]), 0
walkers["RMSprop, turned"] = METHODS["RMSprop"](chosen["RMSprop"]), 45
print("beside the ridge by " + "".join(f"{beside:>10g}" for beside in distances))
left_after = {}
for name, (walker, degrees) in walkers.items():
    for beside in distances:
        path = run(turned(saddle, degrees), walker, turned_points((-1.5, beside), degrees), 300)
        left_after[name, beside] = int(np.argmax(np.abs(turned_points(path, -degrees)[:, 1]) > 0.5))
    print(f"{named(name):19} " + "".join(f"{left_after[name, beside]:4} steps" for beside in distances)
          + f"   (η = {walker.learning_rate:g})")

# %% tags=["check"]
assert left_after["RMSprop", 1e-6] - left_after["RMSprop", 1e-1] <= 5
assert left_after["gradient descent", 1e-6] - left_after["gradient descent", 1e-1] > 10
assert min(left_after["RMSprop, s₀ = 100", beside] for beside in distances) > 20
assert all(left_after["RMSprop, turned", beside] > left_after["momentum", beside] for beside in distances)

# %% [markdown]
# For plain descent each hundredth of the distance costs about 21 steps more. RMSprop leaves in 2 steps from all four
# starts, since it divides the tiny gradient by itself. It can because $s$ starts at 0: its first step is 3.2 η = 0.4
# long however small the gradient is. A walk that comes from steep ground brings a large $s$ along and has to wait until
# that has faded: from gradients of 10 it needs 41 to 80 steps, more than plain descent. And it can because the way out
# is one of its coordinates: on the turned saddle, where both have the large gradient along the ridge, it needs 9 to 30,
# more than momentum. So the course's paper is right on this saddle, from a standing start and along the axes.
#
# ## 7. The race on a picture
#
# Now the total loss of lesson 07: a cat, an autumn painting, and noise to start from (α = 8, β = 50, γ = 0.3; the
# robust network). Six optimizers make 100 steps at 96 pixels, each with the η that was best for it on a grid of powers
# of two, between two worse ones, and with η falling to 0 along half a cosine.

# %%
race = load_race()  # what was computed before: the losses at each η, from more noises, for more steps
network = load_network()
loss_and_gradient, noise = cat_race(network)
runs = {}
for method in SIX:
    rate, stored = race.best(method)
    runs[method] = paint(loss_and_gradient, noise, METHODS[method], rate, falling, keep=lambda step: True)
    print(f"{named(method):17} η = {power(rate):4} loss ≈ {runs[method].score:.1f}")

# %% tags=["check"]
for method in SIX:  # what is computed now is what was computed before
    assert abs(runs[method].score / race.best(method)[1] - 1) < 0.2, method
widths = {}  # the largest over the smallest η that ends within 20 % of a method's best
for method in SIX:
    near = [rate for rate, loss in race.curve(method).items() if loss < 1.2 * race.best(method)[1]]
    widths[method] = round(max(near) / min(near))
assert [widths[method] for method in ("RMSprop", "momentum", "AdaGrad", "gradient descent")] == [16, 16, 2, 2]

# %% tags=["figure"]
curves = {method: race.curve(method) for method in SIX}
curves["RMSprop, √(s + ε)"] = race.curve("RMSprop, ε inside")
plots.show(diagrams.rate_curves(curves, 16), "The loss after 100 steps against η, each method’s best point "
           "enlarged. These points are of nearly the same height and lie over seven orders of magnitude. Rprop’s "
           "curve is flat, the others are valleys; the dotted line is a comparison at one η.")

# %% [markdown]
# The dotted line compares at one η, as the left column at the top did. There AdaGrad ends at 26, and the curves of
# plain descent, momentum and AdaDelta begin far to the right of it: at η = 16 they leave noise. At their own best all
# end between 13.3 (momentum) and 15.2. AdaDelta's η = 2²⁷ is no mystery: times its $\sqrt\varepsilon = 10^{-7}$ it is
# 13, nearly RMSprop's 16 grey levels.
#
# Does a step size for every number at least save the search for η? Rprop ends between 14.6 and 15.1 for every η that
# was tried from 1 to 512. RMSprop stays within 20 % of its best from η = 8 to 128, a factor of 16. But so does momentum
# (2¹⁸ to 2²²), whereas for AdaGrad and plain descent the factor is 2. So Rprop, RMSprop and momentum need little
# searching once one knows where to look, and for the first two that is a number of grey levels, which one can guess.
#
# How far can the order be trusted? The race was run again with a constant η, for which each method was tuned anew; with
# either schedule from two more noises; and from the first noise for 300 steps.

# %%
print("                   100 steps, mean of three noises    300 steps, one noise")
print("                   η constant       η falling         constant  falling")
scatter = []
for method in (*SIX, "RMSprop, ε inside"):
    told = f"{named(method):19}"
    for schedule in SCHEDULES:
        losses = race.noises(method, schedule)
        scatter.append(np.ptp(losses) / losses.mean())
        told += f"{losses.mean():.1f} (η = {power(race.best(method, schedule)[0])})".ljust(17)
    print(told, *(f"{race.best(method, schedule, 'control')[1]:9.1f}" for schedule in SCHEDULES))
print(f"from noise to noise a loss changes by at most {100 * max(scatter):.1f} %")
rate, loss = race.best("AdaGrad, Keras")
print(f"AdaGrad as Keras has it (s₀ = 0.1), 100 steps, η falling, one noise: {loss:.1f} (η = {power(rate)})")

# %% tags=["check"]
means = {(method, schedule): race.noises(method, schedule).mean() for method in SIX for schedule in SCHEDULES}
assert max(np.ptp(race.noises(*key)) / mean for key, mean in means.items()) < 0.04
assert sorted(SIX, key=lambda method: means[method, "falling"])[:4] == ["momentum", "RMSprop", "AdaDelta", "Rprop"]
assert min(SIX, key=lambda method: means[method, "constant"]) == "momentum"
for method in ("gradient descent", "AdaGrad"):  # from each noise
    assert (race.noises(method, "constant") < race.noises("RMSprop", "constant")).all()

# %% tags=["figure"]
plots.show_images([race.image(name) for name in ("descent_best", "momentum_best")],
                  ["gradient descent, η = 2²⁰", "momentum, η = 2²³"],
                  "The same noise, loss and number of steps as at the top of the lesson, by two methods with one step "
                  "size for all numbers. Their η is eight times the one that is best at 96 pixels, and was not "
                  "searched anew. Both paint the cat, momentum in stronger colours, plain descent with more grain.",
                  photo=True)
for name in ("descent_16", *(name for _, name in grid), "descent_best", "momentum_best"):
    told = race.pictures[name]
    print(f"{named(told['rule']):18} η = {power(told['rate']):3} loss {told['loss']:.1f}")

# %% [markdown]
# Momentum is first with both schedules and from every noise, and behind it the schedule decides: with a falling η
# RMSprop and AdaDelta follow, with a constant one plain descent and AdaGrad, a little ahead of RMSprop from each of the
# three noises. So “RMSprop is faster than plain descent” held with one schedule here and not with the other. Let each
# choose its schedule, and it is 13.7 against 14.2, a difference of 4 %, where the noise moves either by 1 % or less.
# (How well η is tuned matters as much: with a falling η and three neighbouring η, momentum ends at 13.2, 14.1 and
# 13.5.)
#
# And it is an order for 100 steps. After 300 momentum is still first, but most have come nearer to each other: RMSprop
# ends at 13.0 and plain descent at 13.4, from a single noise. The large pictures rank nothing, because their η were
# carried over.
#
# ### Exercise 4: build an optimizer that ignores the unit of the loss
#
# If $\eta$ is to be a length, an optimizer must make the same steps when the whole loss is divided by a million. Write
# `my_step(w, gradient, state, share)`, which returns the new picture and the new state. `state` is None in the first
# step, and afterwards what you returned; `share` is the part of the run that is over, from 0 to 1, in case your η shall
# fall. `w` and `gradient` are arrays (height, width, 3) of float32, whose least positive number is about $10^{-38}$.
# Your optimizer will paint the cat twice, for 100 steps from the noise of this section, with the loss as it is and
# divided by a million. Both times it shall end at 13.4 or lower, so RMSprop with a falling η (13.7) is not yet enough.

# %% tags=["exercise"]
def my_step(w, gradient, state, share):
    ...  # your code: return new_w, new_state

# %% tags=["solution"]
def my_step(w, gradient, state, share):
    velocity, scale = (0 * w, 0 * w) if state is None else state
    gradient = gradient / np.abs(gradient).max()  # or a very small ε: either makes the unit cancel
    velocity = 0.9 * velocity + 0.1 * gradient
    scale = 0.9 * scale + 0.1 * gradient**2
    rate = 32 * (1 + np.cos(np.pi * share)) / 2
    return w - rate * velocity / (scale**0.5 + 1e-9), (velocity, scale)

# %%
exercises.check("09-own-rule", my_step)

# %% [markdown]
# ## 8. Are the gradients sparse?
#
# The course's paper recommends adaptive methods for style transfer because the losses involve very many features,
# “导致梯度比较稀疏这会导致某些参数的梯度值相对较小,甚至为零” (“which makes the gradients rather sparse; this makes the
# gradient values of some parameters relatively small, or even zero”). For rare words this argument was right. Whether
# it applies to pictures is a matter of counting.

# %%
exercises.predict(
    "09-sparse", "Of the gradient on the pixels during the race: how many entries are zero, or nearly zero (below 1 % "
                 "of the root mean square)?",
    {"more than half": "About half of all features are 0 behind the rectifiers, and their gradients with them. But "
                       "each pixel is seen by many features of many layers, and one open path is enough.",
     "about a tenth": "If something of the features' zeros came through to the pixels, it could look like this.",
     "about one in a hundred": "As many as among numbers drawn from a normal distribution: 0.8 %. Every pixel gets "
                               "a sum of many paths, and such a sum is hardly ever zero."},
    right="about one in a hundred")

# %%
def counted(gradient):
    """Shares of entries that are zero and nearly zero; and (Σg²)²/(nΣg⁴), the share that carries the gradient."""
    g = np.asarray(gradient, float).ravel()
    square = np.mean(g**2)
    return np.mean(g == 0), np.mean(np.abs(g) < 0.01 * square**0.5), square**2 / np.mean(g**4)

generator = np.random.default_rng(0)
normal = generator.standard_normal(100_000)
words = np.where(generator.random(100_000) < 0.01, normal, 0)  # 99 of 100 are zero
gradients = np.array(runs["RMSprop"].gradients)
loss_and_gradient_max, _ = cat_race(load_network(pooling="max"))
maximum = [loss_and_gradient_max(tf.constant(picture))[1].numpy() for picture in (noise, runs["RMSprop"].image)]
groups = {"normal numbers": [normal], "99 % zeros": [words], "picture, step 1": gradients[:1],
          "picture, steps 51–100": gradients[50:], "the same, max pooling": maximum[1:]}

# %%
from nst_helpers.experiments.painting import STYLE_LAYERS

rows = {name: np.median([counted(one) for one in group], axis=0) for name, group in groups.items()}
for name, (zero, nearly, share) in rows.items():
    carried = "" if "max" in name else f", participation ≈ {100 * share:.2g} %"  # of one picture: it scatters
    print(f"{named(name):22} zero {100 * zero:3.0f} %, nearly zero ≈ {100 * nearly:.1f} %{carried}")
print(f"zeros in all 100 steps: {np.count_nonzero(gradients == 0)} of {gradients.size:,} entries")
sizes = np.median(np.abs(gradients), axis=(1, 2, 3))
print(f"a typical gradient: {sizes[0]:.1g} in step 1, ≈ {sizes[-10:].mean():.0e} in the last ten")
features = network(runs["RMSprop"].image, STYLE_LAYERS)
print("zeros among the features: " + ", ".join(f"{layer} ≈ {100 * np.mean(maps == 0):.0f} %"
                                               for layer, maps in features.items()))

# %% tags=["check"]
assert np.all(gradients != 0) and all(rows[name][0] < 0.01 and rows[name][1] < 0.05 for name in list(rows)[2:])
assert rows["99 % zeros"][1] > 0.9 and sizes[-10:].mean() < sizes[0] / 5
assert sizes[-10:].mean() > 1e-7 and sizes[0] < 1e-2

# %% tags=["figure"]
figure, (left, right) = plots.subplots(1, 2, size=(10.5, 3.9))
diagrams.draw_sizes(left, groups)
low, middle, high = np.quantile(np.abs(gradients.reshape(len(gradients), -1)), (0.05, 0.5, 0.95), axis=1)
right.fill_between(range(1, 101), low, high, color=plots.SKY, alpha=0.4, label="from 5 % to 95 %")
right.semilogy(range(1, 101), middle, color=plots.BLUE, label="median")
right.set(xlabel="step", ylabel="|gradient|", title="over time")
right.legend()
plots.show(figure, "Left: entries of gradients over their root mean square. The pictures’ lie on the normal "
                   "numbers, with longer tails on the right; truly sparse ones are a spike at the far left. Right: "
                   "during the run the whole distribution falls, and gets wider.", folded="Choose first, then open")

# %% [markdown]
# Not one of the 1.8 million entries is zero, and 0.8 % to 0.9 % are nearly zero, just as among normal numbers. The last
# column, the *participation* $(\sum g^2)^2 / (n \sum g^4)$, says how large a share of the entries carries the gradient.
# It is 33 % for normal numbers, 38 % in the first step and 22 % later, when the tails have grown, and 0.35 % in the
# truly sparse row. With maximum pooling 1.6 % are nearly zero. Whoever expected half of the entries to be zero thought
# of the features, of which 43 % to 55 % are, but the optimizer takes its steps on pixels.
#
# So the argument from sparsity does not apply to this picture and network. The other half of the sentence is right: the
# gradients do become “relatively small”, by a factor of 400 (right panel) while η falls to zero. But they do so
# together: the whole distribution falls, and only its band between 5 % and 95 % gets wider.
#
# ### Investigation: does your ranking survive?
#
# Choose one thing that section 7 kept fixed, the content, the style, a start from the photograph or a weight, and find
# out whether the ranking of the six optimizers survives the change. `cat_race` shows how the loss is built
# (`total_loss` takes any two pictures), and `paint` runs an optimizer. Half a page and one table are enough.

# %% [markdown] tags=["solution"]
# **A rubric for the investigation.** One point for each:
#
# 1. The expectation is written down before the first run, and could turn out wrong.
# 2. One thing changes: the content, the style, the start, or a weight.
# 3. Each optimizer has its own η from the same grid, and the best η lies inside the grid, not at its end.
# 4. Plain descent and momentum are in the table.
# 5. The η of the old setting is tried on the new one too: how much is lost by not searching again?
# 6. A second noise shows how large a difference means nothing.
# 7. The pictures are looked at, not only the losses, if possible by somebody who does not know which is which.
# 8. The conclusion is no wider than the experiment, and something that did not fit is reported.

# %% [markdown]
# ## What we found
#
# AdaGrad and RMSprop compare a gradient with its own past. This turns η into a length, as long as ε stays far below
# what it is added to. Keras's RMSprop and the course's paper add it under the root, where $10^{-7}$ acts on all
# gradients below 0.0003. At one η that separated a cat from noise; at each form's best, about 5 % are left.
#
# AdaGrad halves the error where features are rare (0.032 against 0.067). On a bowl along the axes the four adaptive
# methods arrive when η falls; on the same bowl turned by 45° they end about as high as plain descent. On the picture
# the six optimizers end between 13.3 and 15.3 with a falling η, each at its own best, and between 13.0 and 15.5 with a
# constant one. Momentum is first in both, the order behind it is another one, and with more steps most come nearer to
# each other. None of the entries of the gradient is zero, 0.9 % nearly so. All this holds for one cat, one painting,
# the small robust network and 96 pixels.
#
# ## Where this is used
#
# Adam takes its step length from this lesson's $s$, with β₂ = 0.999 in place of 0.9. The package offers `rmsprop` and
# `adagrad` with ε beside the root; [lesson 11](11_full_transfer.ipynb) lets you choose them.
#
# ## Sources and further reading
#
# - Riedmiller, M., Braun, H. (1993): A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP Algorithm.
#   Signs instead of sizes. Rprop⁻ is in Igel and Hüsken, “Empirical Evaluation of the Improved Rprop Learning
#   Algorithms” (2003).
# - Duchi, J., Hazan, E., Singer, Y. (2011): Adaptive Subgradient Methods for Online Learning and Stochastic
#   Optimization. AdaGrad, and the theory of why rare features gain.
# - Tieleman, T., Hinton, G. (2012): Lecture 6e of “Neural Networks for Machine Learning”. RMSprop, which was
#   never published in a paper, and the ten batches.
# - Zeiler, M. (2012): ADADELTA: An Adaptive Learning Rate Method. The argument from the units, and tests over η and ε.
# - Wilson, A., Roelofs, R., Stern, M., Srebro, N., Recht, B. (2017): The Marginal Value of Adaptive Gradient Methods in
#   Machine Learning. Well-tuned plain descent and momentum against adaptive methods, on networks.
# - Choi, D., Shallue, C., Nado, Z., Lee, J., Maddison, C., Dahl, G. (2019): On Empirical Comparisons of Optimizers for
#   Deep Learning. How the grid of a comparison decides its winner, ε included.
# - Zhang, A., Lipton, Z., Li, M., Smola, A. (2023): Dive into Deep Learning. The chapters on AdaGrad, RMSProp and
#   Adadelta, with ε under the root.
#
# ## Next
#
# Momentum, without a step size for every number, was never behind in the race. **[10 Adam](10_adam.ipynb)** joins it
# with RMSprop, and corrects a start that this lesson has accepted: with $s_0 = 0$, RMSprop's first step is
# $1/\sqrt{1-\beta} = 3.2$ times too long.
