# %% [markdown]
# # 08 Gradient descent and momentum
#
# **You stand on a slope, in fog.** You feel which way is down, right under your feet, and nothing else. How far do
# you dare to step? Below, two walkers start at the same dot and make 25 steps each. Both feel only the slope. One
# of them remembers.
#
# **You will see**
#
# - why descent runs zigzag in a ravine, and the longest step it survives: predicted, then measured;
# - two formulas for momentum that look different and walk the very same path;
# - how much to remember: the best $\beta$ for a valley, by a sweep and by a formula; and momentum on a picture.
#
# **Needs**: [07 Total loss](07_total_loss.ipynb) for the last section; the rest stands alone. · **Time**: about
# 25 s of computing on two cores. · **Paper**: sections 2.4 and 2.4.1.

# %%
import numpy as np

from nst_helpers import exercises, optimizers, plots
from nst_helpers.backend import keras, tf
from nst_helpers.experiments.landscapes import SURFACES, corners, height, run
from nst_helpers.images import load_image
from nst_helpers.losses import content_loss, gram_distance, gram_matrix, total_variation
from nst_helpers.networks import data_folder, load_network
from nst_helpers.widgets.descent import descent, memory

ravine = SURFACES["ravine"]
forgetful = run(ravine, optimizers.GradientDescent(0.093), ravine.start, 25)
remembering = run(ravine, optimizers.Momentum(0.093, beta=0.4, average=False), ravine.start, 25)

# %%
def draw_paths(axes, ground, paths, title):
    """A surface from above, dark where it is low, and paths {label: (points, colour)}."""
    low, high = corners(ground)
    x, y = np.meshgrid(np.linspace(low[0], high[0], 200), np.linspace(low[1], high[1], 200))
    axes.contourf(x, y, np.sqrt(height(ground, np.stack([x, y], axis=-1))), levels=14, cmap="GnBu_r", alpha=0.8)
    for label, (path, color) in paths.items():
        axes.plot(*path.T, "o-", color=color, ms=3.5, lw=1.5, label=label)
        axes.plot(*path[-1], "o", color=color, ms=9, mec="white", mew=1.5)
    axes.plot(*ground.start, "ko", ms=8)
    axes.plot(*ground.minimum, "k+", ms=13, mew=2.5)
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="x", ylabel="y", title=title)
    axes.grid(False)
    axes.legend(fontsize=9)

figure, axes = plots.subplots(size=(9, 3.8))
draw_paths(axes, ravine, {"without memory": (forgetful, plots.BLUE), "with memory": (remembering, plots.GREEN)},
           "25 steps each, from the dot to the cross")
plots.show(figure, alt="A ravine from above. The walker without memory leaps from wall to wall and ends before the "
                       "cross; the one with memory is soon on the floor and arrives.")

# %% [markdown]
# ## 1. One number
#
# Every lesson so far ended the same way: here is a loss, and here is its gradient. Now we look at what is done with
# it. The gradient says in which direction the loss grows, so we go the other way, a little:
#
# $$w_{t+1} = w_t - \eta\, \nabla w_t$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $w_t$ | the numbers we look for, after $t$ steps; in this course: pixels | `w` |
# | $\nabla w_t$ | the gradient of the loss there | `gradient` |
# | $\eta$ | learning rate: how far to go | `learning_rate` |
# | $\lambda$ | curvature: how much steeper it gets when $w$ moves by 1 | `curvature` |
# | $\kappa$ | the largest curvature over the smallest: section 2 | `kappa` |
#
# The simplest valley is a parabola, $f(w) = \tfrac12 \lambda w^2$. Its gradient is $\lambda w$.
#
# **With a pencil.** Let $\lambda = 4$, and start at $w = 1$. Make two steps with $\eta = \tfrac18$, then with
# $\tfrac14$, $\tfrac38$, $\tfrac12$ and $\tfrac58$. Which one would you take?

# %%
def descend(gradient_of, w, learning_rate, steps):
    """w ← w − η ∇w, again and again; all points from the start on."""
    path = [w]
    for _ in range(steps):
        w = w - learning_rate * gradient_of(w)
        path.append(w)
    return np.array(path)

rates = (1 / 8, 1 / 4, 3 / 8, 1 / 2, 5 / 8)
walks = {rate: descend(lambda w: 4 * w, 1.0, rate, 5) for rate in rates}
for rate, walk in walks.items():
    print(f"η = {rate:5}: " + ", ".join(f"{w:g}" for w in walk))
assert walks[1 / 8][2] == 0.25 and walks[1 / 4][1] == 0 and walks[1 / 2].tolist() == [1, -1, 1, -1, 1, -1]

# %%
figure, axes = plots.subplots(1, 5, size=(10, 2.6), sharey=True)
names = ("creeps", "arrives at once", "zigzags", "never ends", "flies off")
for axis, (rate, walk), name in zip(axes, walks.items(), names, strict=True):
    w = np.linspace(-2.6, 2.6, 200)
    axis.plot(w, 2 * w**2, color="0.75", lw=3)
    shown = walk[:3] if rate > 1 / 2 else walk
    axis.plot(shown, 2 * shown**2, "o-", color=plots.ORANGE if rate >= 1 / 2 else plots.BLUE, ms=5)
    axis.set(title=f"η = {rate:g}: {name}", xlabel="w", ylim=(-0.6, 11))
    axis.title.set_fontsize(10)
axes[0].set_ylabel("f(w) = 2w²")
plots.show(figure, alt="The same parabola five times. The path creeps down one side; drops to the bottom at once; "
                       "jumps from side to side downwards; jumps at the same height for ever; climbs out.")

# %% [markdown]
# **What it shows.** Put $\nabla w = \lambda w$ into the rule: $w_{t+1} = (1 - \eta\lambda)\, w_t$. Each step
# multiplies $w$ by one number. With $\eta = 1/\lambda$ it is 0: there at once. Beyond that it is below zero: each
# step lands on the other side. And from $\eta = 2/\lambda$ on its size is 1 or more, and the walk never comes down:
#
# $$\eta < \frac{2}{\lambda}$$
#
# So on one number the matter is simple: $\eta = 1/\lambda$. The trouble begins with the second number.
#
# ## 2. A ravine
#
# $f(x, y) = \tfrac12 (x^2 + 20\, y^2)$ is a valley that runs along $x$. Along it the curvature is 1, across it is
# 20. Its gradient is $(x,\ 20y)$. First the check that every gradient of this course goes through:

# %%
x, y, d = -4.0, 1.0, 1e-5
by_hand = np.array(ravine.gradient(x, y))
point = [tf.constant(x, tf.float64), tf.constant(y, tf.float64)]
with tf.GradientTape() as tape:
    tape.watch(point)
    value = ravine.value(*point)
by_tape = np.array([part.numpy() for part in tape.gradient(value, point)])
by_difference = np.array([(ravine.value(x + d, y) - ravine.value(x - d, y)) / (2 * d),
                          (ravine.value(x, y + d) - ravine.value(x, y - d)) / (2 * d)])
print("gradient by hand", by_hand, f"difference from the tape {np.abs(by_hand - by_tape).max():.6f},",
      f"from the finite difference {np.abs(by_hand - by_difference).max():.6f}")
assert np.allclose(by_hand, by_tape) and np.allclose(by_hand, by_difference)

# %% [markdown]
# *Predict.* There is one $\eta$ for both numbers. Which one sets the limit, the flat direction or the steep one?
# And near that limit, which of them is still slow?

# %%
def ravine_gradient(w):
    return np.array([1, 20]) * w

start = np.array(ravine.start)
tries = {rate: descend(ravine_gradient, start, rate, 25) for rate in (0.02, 0.095, 0.102)}
for rate, path in tries.items():
    flips = int(np.sum(np.sign(path[1:, 1]) != np.sign(path[:-1, 1])))
    print(f"η = {rate:<5}: y changes sign in {flips:2} of 25 steps; at the end x = {path[-1, 0]:.3g}, "
          f"y = {path[-1, 1]:.2g}")
figure, axes = plots.subplots(1, 3, size=(11, 3.2))
for axis, (rate, path), title in zip(axes, tries.items(), ("too short", "zigzag", "too long"), strict=True):
    draw_paths(axis, ravine, {f"η = {rate:g}": (path, plots.BLUE)}, title)
plots.show(figure, alt="Three paths in the ravine: one slides to its floor and creeps along it; one leaps from "
                       "wall to wall while it advances; one leaps higher with every step.")

# %% [markdown]
# **What it shows.** The steep direction sets the limit, $2/20 = 0.1$. The flat one has to live with that, and
# there each step covers a tenth of the way or less. Shorter steps end the zigzag, and make the slow direction
# slower still.
#
# Is the limit really $2/\lambda_{max}$, the *largest* curvature? In a valley of ten numbers that lies askew, no
# axis is the steep one. Its curvatures are hidden in a matrix $A$, with $\nabla w = A w$. They are the
# **eigenvalues** of $A$: along certain directions, $A$ only stretches, and these are the factors. We search the
# limit by halving an interval: does the walk grow or shrink?

# %%
def flies_off(matrix, rate, steps=5000):
    """Whether plain descent gets further and further away."""
    w = np.ones(len(matrix))
    for _ in range(steps):
        w = w - rate * matrix @ w
        if np.linalg.norm(w) > 1000:
            return True
    return False

def measured_limit(matrix):
    """The largest η that does not fly off: halve the interval from 0 to 10, 25 times."""
    low, high = 0.0, 10.0
    for _ in range(25):
        rate = (low + high) / 2
        low, high = (low, rate) if flies_off(matrix, rate) else (rate, high)
    return low

# %%
random = np.random.default_rng(0).standard_normal((10, 10))
valleys = {"ravine, 1 and 5": np.diag([1.0, 5.0]), "ravine, 1 and 20": np.diag([1.0, 20.0]),
           "ten numbers, askew": random.T @ random}
for name, matrix in valleys.items():
    largest, limit = np.linalg.eigvalsh(matrix).max(), measured_limit(matrix)
    print(f"{name:19} λ_max = {largest:5.3g}  2/λ_max = {2 / largest:.3f}  measured {limit:.3f}")
    assert np.isclose(limit, 2 / largest, rtol=2e-3)

# %% [markdown]
# **What it shows.** Measured and predicted agree to three decimals, askew or not.
#
# ### How slow is slow?
#
# What counts is not how steep a valley is, but how *unequally* steep: $\kappa = \lambda_{max} / \lambda_{min}$,
# the **condition number**. The best single $\eta$ makes the steep and the flat direction equally bad:
# $1 - \eta \lambda_{min} = -(1 - \eta\lambda_{max})$, so $\eta = 2 / (\lambda_{min} + \lambda_{max})$, and each
# step leaves the share $\frac{\kappa - 1}{\kappa + 1}$ of the way.
#
# *Predict.* To come a thousand times nearer takes 35 steps at $\kappa = 10$. How many at $\kappa = 1000$?

# %%
def steps_needed(kappa):
    """Steps of plain descent, at the best η, until the distance is a thousandth."""
    curvatures, w, steps = np.array([1.0, kappa]), np.ones(2), 0
    while np.abs(w).max() > 1e-3:
        w, steps = w - 2 / (1 + kappa) * curvatures * w, steps + 1
    return steps

for kappa in (2, 10, 100, 1000):
    theory = np.log(1000) / np.log((kappa + 1) / (kappa - 1))
    print(f"κ = {kappa:4}: {steps_needed(kappa):4} steps; the formula says {theory:.1f}")
    assert 0 <= steps_needed(kappa) - theory < 1

# %% [markdown]
# **What it shows.** The number of steps grows with $\kappa$ itself: a hundred times as unequal, a hundred times as
# slow. That is the price of having one $\eta$ and no memory.
#
# ### Exercise 1: the longest step
#
# A loss of many numbers has these curvatures along its directions. Write `largest_rate(curvatures)`: the limit
# below which plain descent does not fly off.

# %% tags=["exercise"]
def largest_rate(curvatures):
    ...  # your code: return one number

# %% tags=["solution"]
def largest_rate(curvatures):
    return 2 / np.max(curvatures)

# %%
exercises.check("08-limit", largest_rate)

# %% [markdown]
# ## 3. Two formulas for momentum
#
# In a zigzag, the gradients across the ravine cancel, and those along it agree. So do not follow the last
# gradient, but what many of them have in common. A heavy ball does that by itself; hence the name **momentum**.
# The ball has a velocity $V$, keeps the share $\beta$ of it in every step, and is pushed by the gradient. There
# are two ways to write it, and the paper has both:
#
# $$\text{accumulated:}\quad V_t = \beta V_{t-1} + \nabla w_t \qquad\qquad
# \text{averaged:}\quad V_t = \beta V_{t-1} + (1 - \beta)\,\nabla w_t$$
#
# and then, for both, $w_{t+1} = w_t - \eta V_t$, with $V = 0$ at the start.
#
# | letter | meaning | in code |
# |---|---|---|
# | $V_t$ | velocity | `velocity` |
# | $\beta$ | the share of it that is kept; at 0 we have plain descent | `beta` |
#
# (In lesson 07 β was the weight of style. From here to lesson 10 it is a memory.)
#
# **With a pencil.** The gradient is 4, again and again, and $\beta = \tfrac12$. What are the first three $V$ of
# each form? Where do they go in the end?

# %%
def accumulated(velocity, gradient, beta):
    return beta * velocity + gradient

def averaged(velocity, gradient, beta):
    return beta * velocity + (1 - beta) * gradient

def velocities(form, gradients, beta):
    """V after each gradient."""
    velocity, seen = 0.0, []
    for gradient in gradients:
        velocity = form(velocity, gradient, beta)
        seen.append(velocity)
    return np.array(seen)

for form in (accumulated, averaged):
    seen = velocities(form, 60 * [4], 1 / 2)
    print(f"{form.__name__:11}: {', '.join(f'{v:g}' for v in seen[:3])} … {seen[-1]:g}")
assert velocities(accumulated, [4, 4, 4], 1 / 2).tolist() == [4, 6, 7]
assert velocities(averaged, [4, 4, 4], 1 / 2).tolist() == [2, 3, 3.5]

# %% [markdown]
# **What it shows.** The averaged form goes to 4: it is an *average*, as large as a gradient. The accumulated one
# goes to 8, twice as much; in general to $\frac{1}{1 - \beta}$ times the gradient.
#
# *Predict.* We let both walk from one start, with one $\eta$ and $\beta = 0.8$. Then once more, with the $\eta$ of
# the accumulated form multiplied by $1 - \beta = 0.2$. What will the two paths look like then?

# %%
def momentum_path(form, gradient_of, w, learning_rate, beta, steps):
    """V by one of the two forms, then w ← w − ηV; all points."""
    velocity, path = 0 * w, [w]
    for _ in range(steps):
        velocity = form(velocity, gradient_of(w), beta)
        w = w - learning_rate * velocity
        path.append(w)
    return np.array(path)

beta, eta = 0.8, 0.06
mean = momentum_path(averaged, ravine_gradient, start, eta, beta, 40)
same_eta = momentum_path(accumulated, ravine_gradient, start, eta, beta, 40)
scaled = momentum_path(accumulated, ravine_gradient, start, (1 - beta) * eta, beta, 40)
print(f"same η: up to {np.abs(mean - same_eta).max():.2g} apart; η · (1 − β): {np.abs(mean - scaled).max():.9f}")
assert np.abs(mean - scaled).max() < 1e-12 < 1 < np.abs(mean - same_eta).max()

# %%
figure, (left, right) = plots.subplots(1, 2, size=(11, 3.6))
draw_paths(left, ravine, {"averaged": (mean, plots.GREEN), "accumulated": (same_eta, plots.ORANGE)},
           f"the same η = {eta}")
draw_paths(right, ravine, {"averaged": (mean, plots.GREEN)}, "accumulated with η · (1 − β)")
right.plot(*scaled.T, "o", mfc="none", mec=plots.ORANGE, ms=8, label="accumulated")
right.legend(fontsize=9)
plots.show(figure, alt="Left: with one learning rate the accumulated path swings wildly, the averaged one gently. "
                       "Right: with the scaled rate the rings of one lie exactly on the dots of the other.")

# %% [markdown]
# **What it shows.** One method, two scales for $\eta$: $V_{acc} = V_{avg} / (1 - \beta)$, in every step. The
# averaged form keeps $\eta$ and $\beta$ apart: turn $\beta$ up, and steps do not get longer. With the accumulated
# form, going from $\beta = 0.9$ to 0.99 makes steady steps ten times as long. When you read “learning rate 0.01,
# momentum 0.9” somewhere, ask first: *which form?*
#
# ## 4. How long does it remember?
#
# Give it a single push, and then nothing. (In lesson 01 this was a shower of rain, and the barrel that leaks.)
# *Predict* for $\beta = 0.9$: after how many steps is less than 1/e, about 37 %, of the push left?

# %%
impulse = np.eye(1, 200)[0]  # 1, 0, 0, 0 …
figure, axes = plots.subplots(size=(9, 3.2))
for beta, color in zip((0.5, 0.8, 0.9, 0.99), plots.COLORS, strict=False):
    left_over = velocities(averaged, impulse, beta)
    left_over = left_over / left_over[0]  # as a share of the push
    memory_steps = int(np.argmax(left_over < np.exp(-1)))
    print(f"β = {beta:4}: below 37 % after {memory_steps:3} steps; 1 / (1 − β) = {1 / (1 - beta):.0f}")
    assert memory_steps == round(1 / (1 - beta)) and np.allclose(left_over, beta ** np.arange(200))
    axes.plot(left_over[:60], color=color, label=f"β = {beta}")
    axes.plot(memory_steps, left_over[memory_steps], "o", color=color)
axes.axhline(np.exp(-1), color="0.5", ls=":", lw=1)
axes.set(xlabel="steps after the push", ylabel="share that is left", xlim=(0, 60), title="How a push fades")
axes.legend()
plots.show(figure, alt="Four falling curves; each has a dot where it first lies below 37 percent: after 2, 5 and "
                       "10 steps; the curve for 0.99 has not fallen that far within 60 steps.")

# %% [markdown]
# **What it shows.** The memory is $\frac{1}{1-\beta}$ steps long: 2, 5, 10, 100. So the usual 0.9 means: the mean
# of about the last ten gradients, the newest counting most. As in lesson 01, $V$ is a convolution, of the
# gradients with the fading $(1-\beta)\beta^t$. And now we can say what it does to a zigzag.

# %%
gradients = np.random.default_rng(0).standard_normal(50)
fading = 0.1 * 0.9 ** np.arange(50)
difference = np.abs(velocities(averaged, gradients, 0.9) - np.convolve(gradients, fading)[:50]).max()
print(f"V against the convolution: largest difference {difference:.9f}")
steady, zigzag = np.ones(200), (-1.0) ** np.arange(200)
for beta in (0.5, 0.9):
    kept = [abs(velocities(averaged, row, beta)[-1]) for row in (steady, zigzag)]
    print(f"β = {beta}: of a steady gradient {kept[0]:.3g} arrives, of a zigzag {kept[1]:.3g}; "
          f"(1 − β) / (1 + β) = {(1 - beta) / (1 + beta):.3g}")
    assert np.allclose(kept, [1, (1 - beta) / (1 + beta)], rtol=1e-6)
assert difference < 1e-12

# %% [markdown]
# **What it shows.** What is steady passes whole. What changes sign every step is cut to a nineteenth at $\beta =
# 0.9$, and to three sevenths at the 0.4 of our first picture. That is why the walker with memory leaps less, and soon
# not at all.
#
# Look at it yourself. *Predict* before each change: what does the line do with the *zigzag* at $\beta = 0$? At 0.9?
# Then *turns round*: the gradient changes sign for good in the middle. Which $\beta$ notices it last?

# %%
memory()

# %% [markdown]
# **What it shows.** Large $\beta$: a calm line that is late. Small $\beta$: a line that is quick, and shakes with
# the bars. The late line is the ball that rolls on past the lowest point.
#
# ### Exercise 2: one step
#
# Write one step of momentum in the **averaged** form. It gets $w$, the gradient there, and the velocity of the step
# before. Return the new $w$.

# %% tags=["exercise"]
def momentum_step(w, gradient, velocity, learning_rate, beta):
    ...  # your code: return the new w

# %% tags=["solution"]
def momentum_step(w, gradient, velocity, learning_rate, beta):
    velocity = beta * velocity + (1 - beta) * gradient
    return w - learning_rate * velocity

# %%
exercises.check("08-step", momentum_step)

# %% [markdown]
# ## 5. The best β
#
# Too little memory zigzags, too much overshoots. Where is the best? For a valley whose curvatures run from
# $\lambda_{min}$ to $\lambda_{max}$ there is an answer on paper (Polyak, 1964). It depends on $\kappa$ only:
#
# $$\beta^* = \left(\frac{\sqrt{\kappa} - 1}{\sqrt{\kappa} + 1}\right)^2$$
#
# *Predict.* Is a longer ravine one for a longer memory, or for a shorter one? We try it without the formula: 100
# values of $\beta$, each with 300 learning rates, all at once. Which pair is first to stay within a billionth of
# the start distance?

# %%
def sweep(kappa, betas, rates, steps=500, goal=1e-9):
    """Steps until the distance stays below the goal, for all pairs: (betas, rates)."""
    beta, rate = betas[:, None, None], rates[None, :, None]
    w, needed = np.ones((len(betas), len(rates), 2)), np.zeros((len(betas), len(rates)), int)
    velocity = 0 * w
    with np.errstate(all="ignore"):  # what flies off goes to infinity: that is an answer
        for t in range(1, steps + 1):
            velocity = beta * velocity + (1 - beta) * np.array([1, kappa]) * w
            w = w - rate * velocity
            needed[~(np.abs(w).max(axis=-1) <= goal)] = t  # not there yet
    return needed + 1

# %%
betas, rates = np.linspace(0, 0.99, 100), np.logspace(-2, 1.5, 300)
found = {}
for kappa in (4, 10, 25, 100, 400):
    needed = sweep(kappa, betas, rates).min(axis=1)  # for each β, with its best η
    best = betas[needed.argmin()]
    theory = ((kappa**0.5 - 1) / (kappa**0.5 + 1)) ** 2
    found[kappa] = needed, best
    print(f"κ = {kappa:3}: best β by the sweep {best:.2f}, by the formula {theory:.2f}")
    assert abs(best - theory) < 0.03

# %%
figure, (left, right) = plots.subplots(1, 2, size=(10.5, 3.8))
for (kappa, (needed, best)), color in zip(found.items(), plots.COLORS, strict=False):
    shown = needed < 500
    left.semilogy(betas[shown], needed[shown], color=color, label=f"κ = {kappa}")
    left.plot(best, needed.min(), "o", color=color)
left.set(xlabel="β", ylabel="steps needed", title="Each valley has its best β (dots)")
left.legend(fontsize=8)
kappas = np.logspace(0.3, 4, 60)
plain = np.log((kappas + 1) / (kappas - 1))
with_memory = np.log((kappas**0.5 + 1) / (kappas**0.5 - 1))
right.loglog(kappas, np.log(1000) / plain, color=plots.BLUE, label="plain descent")
right.loglog(kappas, np.log(1000) / with_memory, color=plots.GREEN, label="momentum at its best β")
right.set(xlabel="κ", ylabel="steps to come 1000 times nearer", title="Momentum pays with √κ, not with κ")
right.legend()
plots.show(figure, alt="Left: five valley-shaped curves of the steps needed over β; their lowest points move to "
                       "the right as κ grows. Right: two rising lines; momentum's rises half as steeply.")

# %% [markdown]
# **What it shows.** The sweep finds what the formula says, within 0.03. The more unequal the valley, the longer the
# memory. And the gain is large: the share that is left after a step is $\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}$
# (it was $\frac{\kappa - 1}{\kappa + 1}$). At $\kappa = 10{,}000$ that is a hundred times fewer steps, for one more
# array in memory. The formula of the right-hand picture holds in the long run; the next cell counts real steps.

# %%
for kappa in (25, 100, 400):
    root = kappa**0.5
    beta, rate = ((root - 1) / (root + 1)) ** 2, 4 / (root + 1) ** 2  # Polyak's η is for the accumulated form
    valley = np.array([1.0, kappa])
    path = momentum_path(accumulated, lambda w, valley=valley: valley * w, np.ones(2), rate, beta, 1000)
    steps = 1 + int(np.flatnonzero(np.abs(path).max(axis=1) > 1e-3).max())
    print(f"κ = {kappa:3}: plain {steps_needed(kappa):4} steps, momentum {steps:3}")
    assert steps < steps_needed(kappa) / (0.2 * root)

# %% [markdown]
# ## 6. Equal to Keras
#
# Keras calls it `SGD` with `momentum`. The S is for *stochastic*: gradients from a random part of the data. We
# have one picture and use all of it, so nothing here is random. Which of the two forms does Keras compute? We let
# it walk down a valley of four numbers, 200 steps, and compare with both. (Keras keeps $\eta$ in 32 bits; powers
# of two stay exact there.)

# %%
curvatures, begin = np.array([100, 10, 1, 0.01]), np.array([1.0, -2.0, 3.0, -4.0])
beta, eta = 0.875, 2**-9

def keras_path(optimizer, steps=200):
    w, path = keras.Variable(begin, dtype="float64"), [begin]
    for _ in range(steps):
        optimizer.apply([tf.constant(curvatures) * w.value], [w])
        path.append(w.numpy())
    return np.array(path)

def ours(form, rate, beta=beta):
    return momentum_path(form, lambda w: curvatures * w, begin, rate, beta, 200)

theirs = keras_path(keras.optimizers.SGD(eta, momentum=beta))
plain = keras_path(keras.optimizers.SGD(eta))
far = {"plain descent": ours(accumulated, eta, 0) - plain, "accumulated, η": ours(accumulated, eta) - theirs,
       "averaged, η": ours(averaged, eta) - theirs,
       "averaged, η / (1 − β)": ours(averaged, eta / (1 - beta)) - theirs}
for name, difference in far.items():
    print(f"{name:22} largest difference from Keras {np.abs(difference).max():.6f}")
assert [bool(np.abs(difference).max() < 1e-6) for difference in far.values()] == [True, True, False, True]

# %%
package = run(ravine, optimizers.Momentum(0.06, 0.8), start, 40)
print(f"largest difference from the package: {np.abs(package - mean).max():.9f}")
assert np.abs(package - mean).max() < 1e-12

# %% [markdown]
# **What it shows.** Keras accumulates. For the averaged form with Keras's $\eta$ it is another path; with
# $\eta / (1 - \beta)$ it is the same path to six decimals. The course's package averages, as this lesson does.
#
# ### Exercise 3: translate a learning rate
#
# A recipe says: Keras, `SGD(learning_rate, momentum=beta)`. Write `our_rate(learning_rate, beta)`: the $\eta$ with
# which the **averaged** form walks the same path.

# %% tags=["exercise"]
def our_rate(learning_rate, beta):
    ...  # your code: one line

# %% tags=["solution"]
def our_rate(learning_rate, beta):
    return learning_rate / (1 - beta)

# %%
exercises.check("08-scale", our_rate)

# %% [markdown]
# ## 7. Try it
#
# Both walkers, your values; $\eta$ is given as a share of the limit $2/\lambda_{max}$. *Predict* before you drag:
#
# 1. **Ravine**, $\eta$ just above 1: plain descent flies off. Does momentum? (Try $\beta = 0.4$.)
# 2. Turn $\beta$ from 0 up to 0.95. When does the zigzag end, and when does it begin to overshoot?
# 3. The same with *averaged*: what changes when $\beta$ grows, and what does not?
# 4. **Badly scaled bowl**: $\kappa$ is 400. Which $\beta$ does the line of words advise? Does it help?
# 5. **Banana valley**, where no single $\kappa$ holds: move the start about. **Saddle**: start exactly on the ridge
#    (*up* at 50 %). Where does the walk end? And a hair beside it?

# %%
descent()

# %%
share = 1.2 * 2 / 20  # above plain descent's limit
walks = {"plain descent": run(ravine, optimizers.GradientDescent(share), start, 40),
         "momentum, β = 0.4": run(ravine, optimizers.Momentum(share, 0.4, average=False), start, 40)}
for name, walk in walks.items():
    print(f"η = 1.2 · 2/λ_max, {name:17}: height after 40 steps {height(ravine, walk[-1]):.1g}")
assert height(ravine, walks["momentum, β = 0.4"][-1]) < 1e-6 < 1e6 < height(ravine, walks["plain descent"][-1])
ridge = descend(lambda w: np.array(SURFACES["saddle"].gradient(*w)), np.array([-1.5, 0.0]), 0.3, 200)
print(f"on the saddle's ridge: x = {abs(ridge[-1, 0]):.3f}, y = {ridge[-1, 1]:.0f}: it stays")
for factor in (0.99, 1.01):
    path = momentum_path(accumulated, ravine_gradient, start, factor * 2 * (1 + 0.4) / 20, 0.4, 2000)
    flies = bool(np.abs(path[-1]).max() > 1)
    print(f"momentum, η = {factor} · 2 (1 + β) / λ_max flies off: {flies}")
    assert flies == (factor > 1)
assert np.allclose(ridge[-1], 0)

# %% [markdown]
# **What it shows.** Momentum stands an $\eta$ at which plain descent flies off; on a parabola the limit grows from
# $2/\lambda$ to $2 (1 + \beta)/\lambda$ (accumulated). The ravine's best $\beta$ is 0.40: below it the path zigzags
# longer, above it the path swings past the cross. With *averaged* a larger $\beta$ leaves steady steps as long as
# they were. For $\kappa = 400$ the advice is 0.82, and section 5 counted what it gains. And exactly on the ridge of a
# saddle the gradient across is zero: the walk ends at a point that is no minimum. A hair beside it, it rolls down.
#
# ## 8. A picture is a ravine
#
# Is all this about toy valleys? Take the total loss of lesson 07, on a raccoon that is to look like a night of
# swirls, with α = 1, β = 2, γ = 0.2. (`gram_distance` is the $E_l$ of lesson 05 for Gram matrices that
# are computed already.) $w$ is now 36,864 numbers. `look` gives loss and gradient.

# %%
network = load_network("plain")  # the form of `compact`, after ordinary training
content = load_image(data_folder() / "content" / "raccoon.jpg", max_size=128)
style = load_image(data_folder() / "style" / "night_swirls.jpg", max_size=256)
style_layers = {"conv1_1": 81.0, "conv2_1": 27.0, "conv3_1": 9.0, "conv4_1": 3.0, "conv5_1": 1.0}
wanted = network(content, ["conv4_2"])["conv4_2"]
swirls = {layer: gram_matrix(features, normalized=True) for layer, features in network(style, style_layers).items()}

def total_loss(w):
    features = network(w, [*style_layers, "conv4_2"])
    loss = content_loss(features["conv4_2"], wanted) / tf.cast(tf.size(wanted), tf.float32)
    for layer, weight in style_layers.items():
        loss += 2 * weight * gram_distance(gram_matrix(features[layer], normalized=True), swirls[layer])
    return loss + 0.2 * total_variation(w, epsilon=10.0) / content.size

@tf.function
def look(w):
    with tf.GradientTape() as tape:
        tape.watch(w)
        loss = total_loss(w)
    return loss, tape.gradient(loss, w)

# %% [markdown]
# How unequally steep is it? A matrix $A$ of 36,864 × 36,864 numbers would fill 5 gigabytes. But $A d$, how the
# gradient changes along **one** direction $d$, costs only a tape around a tape. And with $A d$ alone we find the
# steepest direction: begin with a random $d$, and replace it by $A d$ again and again. Each time, what lies along
# the steepest direction grows most, until nothing else is left. ($d$ is scaled to length 1 each time; then
# $d \cdot A d$ is the curvature along it.)

# %%
@tf.function
def bend(w, d):
    """A d: how the gradient changes when w moves along d."""
    with tf.GradientTape() as outer:
        outer.watch(w)
        _, gradient = look(w)
        slope = tf.reduce_sum(gradient * d)
    return outer.gradient(slope, w)

def steepest(stretch, d, rounds=40):
    """The largest curvature and its direction, by d ← A d."""
    for _ in range(rounds):
        d = d / np.linalg.norm(d)
        stretched = np.asarray(stretch(d))
        curvature, d = float(np.sum(d * stretched)), stretched
    return curvature, d / np.linalg.norm(d)

by_power, _ = steepest(lambda d: valleys["ten numbers, askew"] @ d, np.ones(10), 200)
by_numpy = np.linalg.eigvalsh(valleys["ten numbers, askew"]).max()
print(f"ten numbers, askew: λ_max {by_power:.4f}, by NumPy {by_numpy:.4f}")
assert np.isclose(by_power, by_numpy, rtol=1e-6)

# %%
photo, generator = tf.constant(content), np.random.default_rng(0)
largest, direction = steepest(lambda d: bend(photo, d), generator.standard_normal(content.shape).astype(np.float32))
signs = [generator.choice([-1, 1], content.shape).astype(np.float32) for _ in range(8)]
mean_curvature = np.mean([np.sum(d * bend(photo, d)) for d in signs]) / content.size
typical = float(np.median(np.abs(look(photo)[1])))
print(f"curvature: the steepest direction has ≈ {largest / mean_curvature:.0f} times the mean")
print(f"2/λ_max ≈ {2 / largest:,.0f}; a typical pixel's gradient: {typical:.1g}")
assert largest > 50 * mean_curvature > 0 and 5e-5 < typical < 1e-3

# %%
shown = direction / np.abs(direction).max()
plots.show_images([content, 128 + 300 * shown], ["the photograph", "its steepest direction, as a picture"],
                  photo=True, alt="A raccoon between leaves; and a grey picture with a fine, coloured grain "
                                  "that covers only a part of it.")

# %% [markdown]
# **What it shows.** A picture is a ravine with 36,864 directions. Along one of them the loss bends more than 50
# times as much as on average. As a picture (grey means: this pixel stays as it is) that direction is a fine grain
# on a part of the raccoon: add a little of it, and the slope of the loss changes most.
#
# And the limit for $\eta$, some ten thousand, is no length. It multiplies gradients of about 0.00006, and both
# together move a typical pixel by less than a grey level.
#
# ### The race
#
# Now the walkers on the picture, 60 steps from the photograph, each with six learning rates, each twice the last.
# Pixels are held between 0 and 255.

# %%
def paint(optimizer, steps=60):
    """From the photograph; the picture, and the loss before each step."""
    w, state, losses = photo, optimizer.init(photo), []
    for _ in range(steps):
        loss, gradient = look(w)
        losses.append(float(loss))
        w, state = optimizer.step(w, gradient, state)
        w = tf.clip_by_value(w, 0, 255)
    return w.numpy(), losses

def score(losses):
    return max(losses[-10:])  # one low step would be luck

tried = {0.0: {rate: paint(optimizers.GradientDescent(rate)) for rate in 15_000 * 2.0 ** np.arange(6)},
         0.9: {rate: paint(optimizers.Momentum(rate, 0.9)) for rate in 30_000 * 2.0 ** np.arange(6)}}
best = {beta: min(runs, key=lambda rate, runs=runs: score(runs[rate][1])) for beta, runs in tried.items()}
ends = {beta: score(tried[beta][best[beta]][1]) for beta in tried}

# %%
figure, (left, right) = plots.subplots(1, 2, size=(10.5, 3.7))
for (beta, runs), name, color in zip(tried.items(), ("plain descent", "momentum, β = 0.9"),
                                     (plots.BLUE, plots.GREEN), strict=True):
    left.semilogy(runs[best[beta]][1], color=color, label=f"{name}, η = {best[beta]:,.0f}")
    right.loglog(list(runs), [score(losses) for _, losses in runs.values()], "o-", color=color, label=name)
left.set(xlabel="step", ylabel="total loss", title="Each at its best learning rate")
right.axvline(2 / largest, color="0.5", ls=":", label="2/λ_max at the photograph")
right.set(xlabel="learning rate η", ylabel="loss after 60 steps", ylim=(3, 200), title="Every learning rate tried")
left.legend()
right.legend(fontsize=8)
plots.show(figure, alt="Left: two falling losses; momentum's swings at first and ends lower. Right: the loss after "
                       "60 steps over the learning rate; plain descent's curve turns into a cliff, momentum's lies "
                       "lower and further right.")

# %%
as_soon = int(np.argmax(np.array(tried[0.9][best[0.9]][1]) < ends[0.0]))
print(f"loss at the end: plain descent ≈ {ends[0.0]:.1f}, momentum ≈ {ends[0.9]:.1f}")
print(f"momentum is as low as plain descent's end at step ≈ {as_soon}")
for rate in (60_000, 480_000):
    end = score(tried[0.0][rate][1])
    print(f"plain descent, η = {rate:,}, ≈ {rate * largest / 2:.0f} times 2/λ_max: loss ≈ {end:,.1f}")
assert score(tried[0.0][60_000][1]) < 10 and 3 * 2 / largest < 60_000
assert ends[0.9] < 0.85 * ends[0.0] and 0 < as_soon < 50 and score(tried[0.0][480_000][1]) > 1000
inside = slice(3, -3)  # without the border, which the padding of lesson 01 spoils
pictures = [image[inside, inside] for image in (content, *(tried[beta][best[beta]][0] for beta in tried))]
plots.show_images(pictures, ["the start", "60 steps, plain", "60 steps, momentum"], photo=True,
                  alt="The raccoon as a photograph; tinted blue with its fur still smooth; and in blue and yellow "
                      "strokes, further on.")

# %% [markdown]
# **What it shows.** Momentum ends lower, and is where plain descent ends well before the last step. That is the
# ravine again: it stands a longer step, and uses it.
#
# One thing does *not* fit. Plain descent works at several times $2/\lambda_{max}$. Has it come to a less steep
# place?

# %%
w = photo
for _ in range(5):
    w = tf.clip_by_value(w - 60_000 * look(w)[1], 0, 255)
on_the_way, _ = steepest(lambda d: bend(w, d), generator.standard_normal(content.shape).astype(np.float32))
print(f"2/λ_max: ≈ {2 / largest:,.0f} at the photograph, ≈ {2 / on_the_way:,.0f} after 5 steps with η = 60,000")
assert 2 / 40_000 < on_the_way < largest

# %% [markdown]
# **What it shows.** It has, but not enough: it walks beyond the limit, and still comes down. The limit was derived
# for a parabola, which goes on for ever with one curvature. A picture's loss is none. A likely reason: the
# steepest direction is steep only for a short way, so a leap across it cannot grow, while thousands of other
# directions go down in peace. So on a real loss the limit warns, and the cliff comes later. But it comes: 60,000
# is good, 480,000 is ruin, and from the gradients alone you could not have guessed either. The next two lessons
# mend that.
#
# ## What you saw
#
# - In a ravine plain descent zigzags, since one $\eta$ serves all directions. The longest step is
#   $2/\lambda_{max}$: measured 0.400, 0.100 and 0.068, as predicted. The steps needed grow with $\kappa$: 35 at
#   10, 3,454 at 1000.
# - Accumulated and averaged momentum are one method: with $\eta$ scaled by $1 - \beta$ the paths differ by
#   0.000000000. The memory is $1/(1-\beta)$ steps. Keras accumulates.
# - The best $\beta$ is $((\sqrt\kappa - 1)/(\sqrt\kappa + 1))^2$: the sweep found it within 0.03. At
#   $\kappa = 400$, 124 steps did the work of 1,382. On the picture, momentum ended more than 15 % lower.

# %% [markdown]
# ## Where this is used
#
# Adam, which paints most pictures of this course, takes its direction from the averaged $V$ of section 3. In
# [10 Adam](10_adam.ipynb) you will meet it as $V_t$, with $\beta_1 = 0.9$: a memory of ten steps.
#
# ## Next
#
# **[09 RMSprop](09_rmsprop.ipynb)**: memory helps with the direction. But why should all numbers share one $\eta$?
