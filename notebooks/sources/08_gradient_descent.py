# %% [markdown]
# # 08 Gradient descent and momentum

# %% tags=["figure"]
from nst_helpers import optimizers, plots
from nst_helpers.diagrams.optimizers import stacked_walks
from nst_helpers.experiments.landscapes import bowl, run

narrow = bowl(20, (-4.0, 1.0), ((-4.6, 1.4), (-1.9, 1.9)))
plain_walk = run(narrow, optimizers.GradientDescent(0.0952), narrow.start, 25)
momentum_walk = run(narrow, optimizers.Momentum(0.2236, beta=0.4026), narrow.start, 25)
plots.show(stacked_walks(narrow, {"plain descent: each gradient is used once": plain_walk,
                                  "momentum: a running average of the gradients": momentum_walk}),
           "A ravine seen from above, dark where it is low: 25 steps from the dot towards the cross, each walker with "
           "the best step length for this ravine. The lower one swings wider at first, but has arrived when the "
           "upper one still bounces between the walls.")

# %% [markdown]
# Every picture in this course was made by walking downhill in fog. The gradient tells us which way is down at the point
# where we stand, but nothing about the landscape a step further on. Above, two walkers start from the same point in a
# narrow ravine and take 25 steps, guided by nothing but gradients. The first uses each gradient once and forgets it.
# The second keeps a running average of the gradients it has seen, and although its first swings are wider, it reaches
# the lowest point while the other still bounces between the walls. By the end of this lesson you will be able to say
# how long a step each can afford, how much the second one should remember, and what either costs in steps; and you will
# have tested on a real style loss how far that holds.
#
# **Needs**: [07 Total loss](07_total_loss.ipynb) for sections 7 and 8; the rest stands alone. · **Time**: 60 minutes to
# read, 45 s of computing on two cores. · **Course’s paper**: sections 2.4 and 2.4.1.

# %%
import numpy as np

from nst_helpers import exercises
from nst_helpers.backend import keras, tf
from nst_helpers.diagrams.optimizers import DESCENT, MOMENTUM, draw_walks, kept_states, parabolas, two_wells
from nst_helpers.experiments.landscapes import SURFACES

# %% [markdown]
# ## 1. One number
#
# The lessons so far ended with a loss $L$ and its gradient. The gradient points to where the loss grows, so we go a
# little in the opposite direction. The course's paper writes this for one coordinate $i$, with $J$ for the loss,
#
# $$w_{(t+1)i} = w_{(t)i} - \eta\, \frac{\partial J(w_{(t)i})}{\partial w_i}, \qquad\text{for us}\qquad
# w_{t+1} = w_t - \eta\, \nabla L(w_t) .$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $w_t$ | the numbers we look for, after $t$ steps; in this course pixels | `w` |
# | $\nabla L(w_t)$ | gradient of the loss at $w_t$; in the course’s paper: $\nabla w_{(t+1)}$ | `gradient` |
# | $\eta$ | learning rate: how far to go | `learning_rate` |
# | $\lambda$ | curvature: by how much the gradient changes when $w$ moves by 1 | `curvatures` |
# | $\kappa$ | condition number: the largest curvature over the smallest | `kappa` |
# | $V_t$, $\beta$ | velocity, and its share that a step keeps (in lesson 07 β weighed the style) | `velocity`, `beta` |
#
# The simplest valley is a parabola, $f(w) = \frac12 \lambda w^2$, whose gradient is $\lambda w$. With a pencil: let
# $\lambda = 4$, start at $w = 1$, and make two steps with $\eta = \frac18$, $\frac14$, $\frac38$, $\frac12$ and
# $\frac9{16}$.

# %%
def descend(gradient_of, w, learning_rate, steps):
    """w ← w − η ∇L(w), again and again; all points from the start on."""
    path = [w]
    for _ in range(steps):
        w = w - learning_rate * gradient_of(w)
        path.append(w)
    return np.array(path)

slides = {rate: descend(lambda w: 4 * w, 1.0, rate, 6) for rate in (1 / 8, 1 / 4, 3 / 8, 1 / 2, 9 / 16)}
for rate, slide in slides.items():
    print(f"η = {rate:6}: " + ", ".join(f"{w:.3g}" for w in slide[:5]))

# %% tags=["figure"]
plots.show(parabolas(4, {"η = 1/8: creeps": slides[1 / 8], "η = 3/8: zigzags": slides[3 / 8],
                         "η = 9/16: climbs out": slides[9 / 16]}),
           "Steps on the parabola ½ · 4 · w² from w = 1. With short steps the walk creeps down one side, with longer "
           "ones it lands on the other side each time, and beyond η = 1/2 it lands higher than before.")

# %% tags=["check"]
assert slides[1 / 8][2] == 0.25 and slides[1 / 4][1] == 0 and slides[1 / 2].tolist() == [1, -1, 1, -1, 1, -1, 1]

# %% [markdown]
# All five walks follow from one line. Put the gradient $\lambda w_t$ into the update:
#
# $$w_{t+1} = w_t - \eta\lambda w_t = (1 - \eta\lambda)\, w_t .$$
#
# A step multiplies $w$ by the number $1 - \eta\lambda$. At $\eta = 1/\lambda = \frac14$ it is 0, which arrives at once.
# Beyond that it is negative, so that each step lands on the other side. From $\eta = 2/\lambda = \frac12$ on its size
# is at least 1, and the walk never comes down. So on one number the best $\eta$ is $1/\lambda$, and every $\eta$ must
# be below $2/\lambda$. The trouble begins with a second number.
#
# ## 2. Many numbers, one learning rate
#
# $f(x, y) = \frac12 (x^2 + 20\, y^2)$ is the ravine of the first picture. Along $x$ its curvature is 1, across it 20,
# and its gradient is $(x, 20y)$. Each coordinate has its own factor, $1 - \eta$ and $1 - 20\eta$, but there is only one
# $\eta$ for both.

# %%
start = np.array([-4.0, 1.0])

def ravine_gradient(w):
    return np.array([1, 20]) * w

slides = {rate: descend(ravine_gradient, start, rate, 25) for rate in (0.02, 0.095, 0.102)}
for rate, slide in slides.items():
    print(f"η = {rate:5}: factors {1 - rate:.3f} and {1 - 20 * rate:.2f}; after 25 steps "
          f"x = {slide[-1, 0]:.2g}, y = {slide[-1, 1]:.2g}")

# %% tags=["figure"]
figure, axes = plots.subplots(1, 3, size=(12, 3.4), sharey=True)
titles = "η = 0.02: only x is left", "η = 0.095: both shrink alike", "η = 0.102: y grows"
for axis, slide, title in zip(axes, slides.values(), titles, strict=True):
    draw_walks(axis, narrow, {title: (slide, plots.ORANGE)}, title, legend=False, size=4)
plots.show(figure, "Plain descent in the ravine with three learning rates, 25 steps each. Short steps reach the floor "
                   "and creep along it; long ones bounce from wall to wall; a little longer, and each leap is higher.")

# %% tags=["check"]
surface = SURFACES["ravine"]
point = [tf.constant(value, tf.float64) for value in start]
with tf.GradientTape() as tape:
    tape.watch(point)
    value = surface.value(*point)
by_tape = np.array([part.numpy() for part in tape.gradient(value, point)])
d = 1e-5
by_difference = [(surface.value(-4 + d, 1.0) - surface.value(-4 - d, 1.0)) / (2 * d),
                 (surface.value(-4.0, 1 + d) - surface.value(-4.0, 1 - d)) / (2 * d)]
assert np.allclose(ravine_gradient(start), by_tape) and np.allclose(ravine_gradient(start), by_difference)

# %% [markdown]
# The direction of the largest curvature sets the limit, $\eta < 2/20$, because there the steps become too long first.
# What limits the step is not how *steep* the ravine is, but how quickly the steepness changes.
#
# Does this hold only for a ravine along the axes? Near a minimum every smooth loss is nearly a quadratic,
# $f(w) = \frac12 w^T\! A w$, with a symmetric matrix $A$ of curvatures, the *Hessian*. Such a matrix has perpendicular
# directions $q_k$ in which it only stretches, $A q_k = \lambda_k q_k$: its *eigenvectors*, with the curvatures
# $\lambda_k$ as *eigenvalues*. Write the position in these directions, $w = \sum_k c_k q_k$. Then the gradient is
# $A w = \sum_k \lambda_k c_k q_k$, and a step changes every $c_k$ by itself:
#
# $$c_k \leftarrow (1 - \eta\lambda_k)\, c_k .$$
#
# However askew the valley lies, descent in it is as many separate walks on parabolas as there are numbers, and all of
# them come down if and only if $\eta < 2/\lambda_{max}$. We try it on ten numbers, where no axis is special.

# %%
B = np.random.default_rng(0).standard_normal((10, 10))
A = B.T @ B
curvatures, q = np.linalg.eigh(A)  # λ_k, and the eigenvectors as columns
limit = 2 / curvatures[-1]
walked = descend(lambda w: A @ w, np.ones(10), 0.9 * limit, 50)[-1]
predicted = q @ ((1 - 0.9 * limit * curvatures) ** 50 * (q.T @ np.ones(10)))
print(f"2/λ_max = {limit:.4f}; largest difference from the prediction: {np.abs(walked - predicted).max():.6f}")
for share in (0.99, 1.01):
    end = descend(lambda w: A @ w, np.ones(10), share * limit, 2000)[-1]
    print(f"η = {share} · 2/λ_max: {np.linalg.norm(end):.1e} from the minimum after 2,000 steps")

# %% tags=["check"]
assert np.abs(walked - predicted).max() < 1e-9 and np.linalg.norm(end) > 1e10
left = (q.T @ np.ones(10)) * (1 - 0.99 * limit * curvatures) ** 2000
assert round(1 - 0.99 * limit * curvatures[0], 4) == 0.9998 and abs(left[0]) > 0.5 and np.abs(left[1:]).max() < 1e-3
assert np.linalg.norm(plain_walk[-1]) > 100 * np.linalg.norm(momentum_walk[-1])  # the first picture

# %% [markdown]
# One per cent above the limit, the distance has sixteen digits. One per cent below it the walk comes down; the 0.51
# that are left lie along the flattest direction, whose factor is 0.9998.
#
# How slow is it? The best single $\eta$ treats the two extreme curvatures alike, $1 - \eta\lambda_{min} = -(1 -
# \eta\lambda_{max})$, so $\eta = 2/(\lambda_{min} + \lambda_{max})$, and each step leaves the share $\frac{\kappa -
# 1}{\kappa + 1}$ of the distance. Only the *condition number* $\kappa = \lambda_{max} / \lambda_{min}$ appears in it.
# Once $\eta$ is chosen for it, a large curvature does no harm; unequal curvatures do. For $\kappa = 20$ the share is
# 0.905, and for large $\kappa$ it is about $1 - 2/\kappa$, so that the number of steps grows in proportion to $\kappa$.
#
# ## 3. Three forms of momentum
#
# In a zigzag the gradients across the ravine cancel in the long run, while those along it agree. So one should follow
# not the last gradient but what many of them have in common. The course's paper explains momentum (动量法) as
# “给梯度下降过程一个"加速度"” (“giving the process of descent an ‘acceleration’”). For a heavy ball, from which the
# name comes, the gradient is the force and hence the acceleration; what the method remembers is the ball's *velocity*
# $V$. The first form that the course's paper gives is
#
# $$V_{(t+1)} = \nabla w_{(t+1)i} + V_t , \qquad w_{(t+1)i} = w_{(t)i} - \eta V_{(t+1)i} ,$$
#
# with $V_0 = 0$. It adds up all gradients so far, “平等的” (“equally”), however old they are.

# %%
exercises.predict(
    "08-sum", "On the parabola with λ = 4, from w = 1, plain descent with η = 1/4 arrives in one step. What does the "
    "sum that never forgets do with this η?",
    {"it arrives too, with a detour": "The first step does arrive at 0, but V is still 4 then, and the gradient at 0 "
                                      "cannot stop it. Nothing takes speed out of the motion.",
     "it swings for ever": "The sum of all gradients is a velocity without friction: 1, 0, −1, −1, 0, 1, and again "
                           "from the start.",
     "it flies off": "The velocity grows while w runs to 0, but beyond 0 the gradients have the other sign and take "
                     "away as much again. The swing keeps its size."},
    right="it swings for ever")

# %%
def momentum_path(form, gradient_of, w, learning_rate, beta, steps):
    """V by one of the forms, then w ← w − ηV; all points."""
    velocity, path = 0 * w, [w]
    for _ in range(steps):
        velocity = form(velocity, gradient_of(w), beta)
        w = w - learning_rate * velocity
        path.append(w)
    return np.array(path)

def summed(velocity, gradient, beta):
    return velocity + gradient

# %% tags=["figure"]
figure, axes = plots.subplots(size=(9.4, 2.9))
for rate, color in ((1 / 4, plots.ORANGE), (1 / 64, plots.BLUE)):
    swing = momentum_path(summed, lambda w: 4 * w, 1.0, rate, None, 60)
    axes.plot(swing, "o-", color=color, markersize=4, label=f"η = 1/{1 / rate:.0f}")
axes.set(xlabel="step t", ylabel="w", xlim=(0, 60), ylim=(-1.1, 1.6))
axes.legend(loc="upper right", ncols=2, framealpha=0.95)
plots.show(figure, "The sum without forgetting on the parabola with λ = 4: with both learning rates the walk swings "
                   "between about 1 and −1, and does not settle.", folded="Choose first, then open")

# %% tags=["check"]
assert momentum_path(summed, lambda w: 4 * w, 1.0, 1 / 4, None, 6).tolist() == [1, 0, -1, -1, 0, 1, 1]
for rate in (1 / 4, 1 / 64):
    late = momentum_path(summed, lambda w: 4 * w, 1.0, rate, None, 5000)[-100:]
    assert 0.9 < np.abs(late).max() < 1.2

# %% [markdown]
# A ball without friction rolls through the lowest point as fast as it fell. The course's paper goes on:
# “实际上历史越久远的信息在直觉上影响应更小” (“in fact, the older the information, the smaller, intuitively,
# its influence should be”). Its second form is therefore a weighted average, the *exponentially weighted moving
# average* (指数加权移动平均法, EWMA):
#
# $$V_{(t+1)} = (1 - \beta)\,\nabla w_{(t+1)i} + \beta V_t .$$
#
# There is a third form, which stands not there but in most libraries. It forgets, yet lets every new gradient in at
# full size:
#
# $$V_{t+1} = \nabla L(w_t) + \beta V_t .$$
#
# With a pencil: let the gradient be 4 again and again, and $\beta = \frac12$. What are the first three $V$ of each
# form, and where do they go in the end?

# %%
def averaged(velocity, gradient, beta):
    return beta * velocity + (1 - beta) * gradient

def accumulated(velocity, gradient, beta):
    return beta * velocity + gradient

def velocities(form, gradients, beta):
    """V after each gradient."""
    velocity, seen = 0.0, []
    for gradient in gradients:
        velocity = form(velocity, gradient, beta)
        seen.append(velocity)
    return np.array(seen)

# %%
from nst_helpers.names import named

for form in (averaged, accumulated):
    seen = velocities(form, 60 * [4], 1 / 2)
    print(f"{named(form.__name__):11}: {', '.join(f'{v:g}' for v in seen[:3])} … {seen[-1]:g}")
eta, beta = 0.06, 0.8
average = momentum_path(averaged, ravine_gradient, start, eta, beta, 40)
for rate in (eta, (1 - beta) * eta):
    other = momentum_path(accumulated, ravine_gradient, start, rate, beta, 40)
    print(f"η {eta} averaged, {rate:.3f} accumulated: paths up to {np.abs(average - other).max():.6f} apart")

# %% tags=["check"]
assert velocities(averaged, [4, 4, 4], 1 / 2).tolist() == [2, 3, 3.5]
assert velocities(accumulated, [4, 4, 4], 1 / 2).tolist() == [4, 6, 7]
assert np.abs(average - other).max() < 1e-12
packaged = run(SURFACES["ravine"], optimizers.Momentum(eta, beta), start, 40)
assert np.abs(packaged - average).max() < 1e-12

# %% [markdown]
# The average settles at the gradient itself, 4, while the accumulated $V$ settles at $4/(1-\beta) = 8$. So they are one
# method with two scales for $\eta$: once $\eta$ is multiplied by $1 - \beta$, they are the same path. With the average
# a larger $\beta$ does not make steady steps longer; in the accumulated form, going from $\beta = 0.9$ to 0.99
# multiplies them by ten. When a recipe says “learning rate 0.01, momentum 0.9”, ask first which form it means.

# %% tags=["figure"]
plots.show(kept_states((DESCENT, MOMENTUM)),
           "What an optimizer keeps from one step to the next. Plain descent keeps nothing; momentum keeps one array V "
           "as large as the picture, into which each gradient is mixed and which returns (loop) in the next step.")

# %% [markdown]
# **How long is the memory?** Of a single gradient, $\beta^t$ is left after $t$ steps, as in the leaking barrel of
# [lesson 01](01_convolution.ipynb): $V$ is a convolution of the gradients with $(1-\beta)\beta^t$. $\beta^t$ falls
# below 1/e, about 37 %, after roughly $1/(1-\beta)$ steps. The usual value, “β一般设置的值为 0.9” (“β is usually set to
# 0.9”), is therefore a memory of ten steps. And a zigzag? If the gradient changes its sign in every step, then after a
# while $V = \pm v$ with $v = (1-\beta) g - \beta v$, hence $v = \frac{1-\beta}{1+\beta}\, g$.

# %%
zigzag, impulse = (-1.0) ** np.arange(2000), np.eye(1, 2000)[0]
for beta in (0.5, 0.8, 0.9, 0.99):
    fading = velocities(averaged, impulse, beta) / (1 - beta)
    kept = abs(velocities(averaged, zigzag, beta)[-1])
    print(f"β = {beta:4}: one gradient fades below 37 % after {np.argmax(fading < np.exp(-1)):3} steps; "
          f"of a zigzag {kept:.3f} is left")

# %% tags=["check"]
assert all(np.argmax(velocities(averaged, impulse, beta) / (1 - beta) < np.exp(-1)) == round(1 / (1 - beta))
           and np.isclose(abs(velocities(averaged, zigzag, beta)[-1]), (1 - beta) / (1 + beta), rtol=1e-6)
           for beta in (0.5, 0.8, 0.9, 0.99))
gradients = np.random.default_rng(0).standard_normal(50)
as_convolution = np.convolve(gradients, 0.1 * 0.9 ** np.arange(50))[:50]
assert np.abs(velocities(averaged, gradients, 0.9) - as_convolution).max() < 1e-12

# %% [markdown]
# What is steady passes whole, and of a zigzag only a nineteenth is left at $\beta = 0.9$. In the widget below the bars
# are gradients and the line is $V$. With *turns round* the gradient changes its sign for good in the middle, which
# shows the price of a long memory: the calmer the line, the later it notices.

# %%
from nst_helpers.widgets.descent import descent, memory

memory()

# %% [markdown]
# ## 4. Which β, which η
#
# Too little memory zigzags, and too much rolls past the minimum. For the best in between we use the eigenbasis again.
# For one curvature $\lambda$ and the accumulated form, $V_{t+1} = \beta V_t + \lambda c_t$ and $c_{t+1} = c_t - \eta
# V_{t+1}$. The second line gives $\eta V_t = c_{t-1} - c_t$; put into the first, it removes $V$:
#
# $$c_{t+1} = (1 + \beta - \eta\lambda)\, c_t - \beta\, c_{t-1} .$$
#
# A sequence $c_t = r^t$ solves this if $r^2 - (1 + \beta - \eta\lambda)\, r + \beta = 0$. The walk is a mixture of two
# such sequences, one for each root, and in the long run each step multiplies the distance by the larger $|r|$.

# %%
def shrinkage(beta, step):
    """The larger |r| of r² − (1 + β − step) r + β = 0, where step is ηλ: what a step leaves of the distance."""
    middle = 1 + beta - step
    root = np.sqrt(middle**2 - 4 * beta + 0j)
    return np.maximum(np.abs(middle + root), np.abs(middle - root)) / 2

# %% [markdown]
# In the ravine the curvature that shrinks more slowly decides. We ask the formula for 20,000 pairs of $\beta$ and
# $\eta$, and then walk.

# %%
from nst_helpers.experiments.landscapes import measured_shrinkage

betas, steps, kappa = np.linspace(0, 0.99, 100), np.linspace(0.02, 4, 200), 20  # each step is a value of η λ_max
theory = np.maximum(shrinkage(betas[:, None], steps), shrinkage(betas[:, None], steps / kappa))
measured = measured_shrinkage(betas, steps, kappa)

# %%
exercises.predict(
    "08-plateau", "In the ravine (κ = 20) we set β = 0.9 and try learning rates from η λ_max = 0.1 to 3.7. How does "
    "the speed in the long run depend on η?",
    {"there is one best η, as for plain descent": "For plain descent the rate improves up to the best η and then "
                                                  "collapses. With enough memory something else decides.",
     "the longer the step, the faster": "In the first steps, yes. In the long run the walk swings about the minimum, "
                                        "and how fast the swings die out is not decided by η.",
     "it does not depend on η at all": "Both roots are complex for both curvatures in this whole range, so each step "
                                       "leaves √0.9 = 0.949, whatever η is."},
    right="it does not depend on η at all")

# %% tags=["figure"]
from nst_helpers.diagrams.optimizers import convergence_map

root = kappa**0.5
marks = {"plain": (2 * kappa / (kappa + 1), 0.0), "β = 0.9": (2.0, 0.9),
         "Polyak": (4 * kappa / (root + 1) ** 2, ((root - 1) / (root + 1)) ** 2)}
curves = {f"β = {betas[row]:.1f}": (theory[row], row, color)
          for row, color in ((0, plots.ORANGE), (40, plots.BLUE), (90, plots.GREEN))}
plots.show(convergence_map(betas, steps, measured, marks, curves),
           "Left: what a step leaves of the distance in the ravine, for 20,000 pairs of β and η (accumulated form), "
           "each walked for 400 steps; grey flies off. Right: three rows of the map. At β = 0.9 the curve is flat at "
           "0.949 from one end to the other.", folded="Choose first, then open")

# %%
near = theory < 1.1
best = np.unravel_index(np.argmin(measured), measured.shape)
differences = np.abs(measured - theory)[near]
print(f"theory and walk differ by at most {differences.max():.2f}; in {np.mean(differences < 0.001):.0%} of the cases "
      f"by less than 0.001")
print(f"best: β = {betas[best[0]]:.2f}, η λ_max = {steps[best[1]]:.2f}, left after a step {measured[best]:.2f}; "
      f"best with β = 0: {measured[0].min():.2f}")

# %% tags=["check"]
assert np.abs(measured - theory)[near].max() < 0.03
assert abs(betas[best[0]] - marks["Polyak"][1]) < 0.03 and abs(steps[best[1]] - marks["Polyak"][0]) < 0.1
plateau = measured[90][(steps > 0.1) & (steps < 3.7)]
assert np.abs(plateau - 0.9**0.5).max() < 0.02
lower, upper = (1 - 0.9**0.5) ** 2, (1 + 0.9**0.5) ** 2
assert (round(lower, 4), round(upper, 2), round(20 * lower, 3), round(upper / lower)) == (0.0026, 3.80, 0.053, 1442)
assert round((root - 1) / (root + 1), 3) == 0.635 and round((kappa - 1) / (kappa + 1), 3) == 0.905

# %% [markdown]
# The product of the two roots is $\beta$. When they are complex they are conjugate, $\sqrt\beta\,(\cos\varphi \pm i
# \sin\varphi)$, so both have the size $\sqrt\beta$. The walk is then $\sqrt\beta^{\,t}$ times a cosine of $\varphi t$:
# that is why momentum swings about the minimum. When the roots are real, one of them is at least $\sqrt\beta$. All
# roots are complex when $\eta\lambda$ lies between the borders $(1 - \sqrt\beta)^2$ and $(1 + \sqrt\beta)^2$ for every
# curvature. Then $\sqrt\beta$ is what a step leaves, so $\beta$ should be as small as this condition permits, that is
# when the smallest curvature sits at the lower end and the largest at the upper one:
#
# $$\eta\lambda_{min} = (1 - \sqrt\beta)^2, \quad \eta\lambda_{max} = (1 + \sqrt\beta)^2
# \quad\Longrightarrow\quad \sqrt\kappa = \frac{1 + \sqrt\beta}{1 - \sqrt\beta} ,$$
#
# and solved for the two that are to be chosen,
#
# $$\beta^* = \Big( \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1} \Big)^2, \quad
# \eta^* = \frac{4}{(\sqrt{\lambda_{min}} + \sqrt{\lambda_{max}})^2} .$$
#
# This is Polyak's result of 1964. The ravine's best $\beta$ is 0.40, with 0.635 left after a step where plain descent
# leaves 0.905.
#
# The borders also answer the prediction. For $\beta = 0.9$ they lie at 0.0026 and 3.80. In the ravine
# $\eta\lambda_{min}$ is a twentieth of $\eta\lambda_{max}$, so both curvatures lie between the borders for every
# $\eta\lambda_{max}$ from 0.053 to 3.80, and $\eta$ does not matter there. (One best $\eta$ is the right answer for
# smaller $\beta$, as the curves for 0 and 0.4 show.) Such a plateau is one reason to like a value as large as 0.9,
# which wastes some speed in an easy valley but leaves the learning rate free. It is there as long as $\kappa$ is below
# the quotient of the borders, 1,442. At $\beta^*$ a step leaves $\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}$, so it is
# $\sqrt\kappa$ that counts. Now let us count real steps.

# %%
def steps_needed(kappa, rate, beta=0.0):
    """Accumulated momentum from (1, 1): steps until both coordinates stay below a thousandth."""
    curvatures, w, velocity, last = np.array([1.0, kappa]), np.ones(2), np.zeros(2), 0
    for t in range(1, 4 * kappa + 100):
        velocity = beta * velocity + curvatures * w
        w = w - rate * velocity
        last = t if np.abs(w).max() > 1e-3 else last
    return last + 1

for kappa in (10, 100, 1000, 10_000):
    root = kappa**0.5
    plain = steps_needed(kappa, 2 / (1 + kappa))
    polyak = steps_needed(kappa, 4 / (root + 1) ** 2, ((root - 1) / (root + 1)) ** 2)
    print(f"κ = {kappa:6,}: plain {plain:6,} steps, momentum {polyak:3}; {plain / polyak:.1f} to 1")

# %% tags=["check"]
assert (plain, polyak) == (34_539, 708)

# %% [markdown]
# At $\kappa = 10{,}000$ momentum needs 708 steps instead of 34,539, which is 49 times fewer. The rates alone would
# promise $\sqrt\kappa = 100$ times, but at its best $\beta$ the two roots coincide and the walk falls like $t\, r^t$
# rather than $r^t$, so the first part of it is slower.
#
# ### Exercise 1: momentum's limit
#
# The black line in the map is the longest step that momentum survives. Derive it from the quadratic equation, for the
# **averaged** form: on the border a root is $-1$. Then write `largest_rate(matrix, beta)`. It gets a symmetric matrix
# $A$ with positive eigenvalues, $(n, n)$, and $\beta$, and returns the $\eta$ up to which averaged momentum does not
# fly off on $\frac12 w^T\! A w$.

# %% tags=["exercise"]
def largest_rate(matrix, beta):
    ...  # your code: return one number

# %% tags=["solution"]
def largest_rate(matrix, beta):
    # Averaged: r² − (1 + β − (1 − β) η λ) r + β = 0. At r = −1: 2 + 2β − (1 − β) η λ = 0, first for the largest λ.
    return 2 * (1 + beta) / ((1 - beta) * np.linalg.eigvalsh(matrix).max())

# %%
exercises.check("08-limit", largest_rate)

# %% [markdown]
# ## 5. Nesterov, and what libraries compute
#
# Nesterov (1983) moved one thing. The velocity will carry $w$ on anyway, so the gradient is better taken where it
# carries it to. In the form of Sutskever and colleagues (2013), with accumulation:
#
# $$V_{t+1} = \beta V_t + \nabla L(w_t - \eta\beta V_t), \qquad w_{t+1} = w_t - \eta V_{t+1} .$$
#
# The equation for the roots becomes $r^2 - (1+\beta)(1 - \eta\lambda)\, r + \beta(1 - \eta\lambda) = 0$. The last term
# says what has changed: the product of the roots is no longer the same in all directions but falls as $\eta\lambda$
# grows, so a strongly curved direction forgets faster. Is that better? For every $\beta$ we give both methods the best
# of 400 values of $\eta$, on one grid, for curvatures between 1 and $\kappa$; $\beta = 0$ is plain descent.

# %%
def larger_root(total, product):
    """The larger |r| of r² − total·r + product = 0."""
    root = np.sqrt(total**2 - 4 * product + 0j)
    return np.maximum(np.abs(total + root), np.abs(total - root)) / 2

beta, step = np.linspace(0, 0.99, 199)[:, None], np.linspace(0.01, 4, 400)[None, :]
left_by = {}
for kappa in (20, 100, 1000):
    scaled = [step * curvature for curvature in np.geomspace(1 / kappa, 1, 30)]  # ηλ, from the smallest to the largest
    ball = np.max([larger_root(1 + beta - s, beta) for s in scaled], axis=0)
    nesterov = np.max([larger_root((1 + beta) * (1 - s), beta * (1 - s)) for s in scaled], axis=0)
    left_by[kappa] = {"momentum": ball.min(axis=1), "Nesterov": nesterov.min(axis=1)}  # for each β, at its best η

# %%
for kappa, rows in left_by.items():
    print(f"κ = {kappa:4}: a step of plain descent leaves {rows['momentum'][0]:.3f}; " + "; ".join(
        f"{named(name)} {row.min():.3f} at β = {beta[row.argmin(), 0]:.3g}, {row[180]:.3f} at β = 0.9"
        for name, row in rows.items()))

# %% tags=["figure"]
figure, panels = plots.subplots(1, 3, size=(10.4, 3.3), sharey=True)
for axis, (kappa, rows) in zip(panels, left_by.items(), strict=True):
    for (name, row), color in zip(rows.items(), (plots.BLUE, plots.GREEN), strict=True):
        axis.semilogy(beta[:, 0], -1 / np.log10(row), color=color, label=name)
    axis.axhline(-1 / np.log10(row[0]), color=plots.ORANGE, linestyle="--", label="plain descent")
    axis.set(xlabel="β", title=f"κ = {kappa}")
panels[0].set_ylabel("steps to a tenth of the distance")
panels[0].legend()
plots.show(figure, "How many steps each method needs in the long run until a tenth of the distance is left, at the "
                   "best η of every β. Momentum’s lowest point lies below Nesterov’s each time. The curves cross at "
                   "the β that is best for Nesterov; to the right of it, with more memory than is needed, it is ahead.")

# %% tags=["check"]
for kappa, rows in left_by.items():
    assert rows["momentum"].min() < rows["Nesterov"].min() < rows["momentum"][0] < 1
    assert abs(rows["Nesterov"].min() - (1 - 2 / (3 * kappa + 1) ** 0.5)) < 0.003
    ahead = np.flatnonzero(rows["Nesterov"] < rows["momentum"] - 1e-4)
    assert abs(ahead.min() - rows["Nesterov"].argmin()) <= 2 and (np.diff(ahead) == 1).all()
def look_ahead(w, velocity, gradient_of, rate, beta):
    velocity = beta * velocity + gradient_of(w - rate * beta * velocity)
    return w - rate * velocity, velocity

w, velocity, tuned = start, 0 * start, 0.05
for _ in range(400):
    before, (w, velocity) = np.hypot(w[0], tuned * velocity[0]), look_ahead(w, velocity, ravine_gradient, tuned, 0.5)
assert np.isclose(np.hypot(w[0], tuned * velocity[0]) / before, larger_root(1.5 * 0.95, 0.5 * 0.95), rtol=1e-3)

# %% [markdown]
# On quadratics the heavy ball wins when both may choose $\beta$ and $\eta$: at $\kappa = 20$ it leaves 0.636 where
# Nesterov leaves 0.746, whose best is $1 - 2/\sqrt{3\kappa + 1}$ (Lessard and colleagues, 2016). But whoever chooses
# $\beta$ does not know $\kappa$, and for a given $\beta$ the answer is another one. With more memory than suits it,
# Nesterov's form is ahead, as at $\beta = 0.9$ for $\kappa = 20$ (0.917 against 0.949) and for 100; with less it is
# behind, as at $\beta = 0.9$ for $\kappa = 1000$. So looking ahead insures against too much memory.
#
# Nesterov's form also comes with a guarantee, for $\eta = 1/\lambda_{max}$ and $\beta = \frac{\sqrt\kappa -
# 1}{\sqrt\kappa + 1}$. On *every* loss whose curvatures stay between $\lambda_{min} > 0$ and $\lambda_{max}$ (smooth
# and strongly convex) each step leaves, in the long run, at most $1 - 1/\sqrt\kappa$ of the loss above its minimum, and
# the square root of that of the distance (Nesterov, 2004).

# %%
for kappa in (20, 100, 1000):
    guaranteed, curvature = (kappa**0.5 - 1) / (kappa**0.5 + 1), np.geomspace(1 / kappa, 1, 300)  # ηλ, as η = 1/λ_max
    left = larger_root((1 + guaranteed) * (1 - curvature), guaranteed * (1 - curvature)).max()
    print(f"κ = {kappa:4}: Nesterov with this pair leaves {left:.3f} of the distance on quadratics, at most "
          f"{(1 - kappa**-0.5) ** 0.5:.3f} on any such loss; plain descent at most {(kappa - 1) / (kappa + 1):.3f}")

# %% tags=["check"]
def bent(w):
    """The gradient of a loss with curvatures 25, 1 between w = 1 and 2, and 25 again (Lessard and colleagues, 2016)."""
    return 25 * w if w < 1 else w + 24 if w < 2 else 25 * w - 24

w, velocity, seen = 3.3, 0.0, []
for _ in range(999):
    velocity = 4 / 9 * velocity + bent(w)  # Polyak's pair for κ = 25
    w = w - 1 / 9 * velocity
    seen.append(w)
assert np.allclose(sorted(seen[-3:]), [-1.80, 0.65, 2.12], atol=0.01) and np.allclose(seen[-3:], seen[-6:-3])
w, velocity = 3.3, 0.0
for _ in range(60):  # Nesterov's pair
    w, velocity = look_ahead(w, velocity, bent, 1 / 25, 2 / 3)
assert abs(w) < 1e-5

# %% [markdown]
# On quadratics this pair leaves $1 - 1/\sqrt\kappa$ of the distance, 0.776 for $\kappa = 20$; on any such loss the
# proof promises 0.881, and that for plain descent at its best $\eta$ promises 0.905. Polyak's pair has no such
# guarantee. Near the minimum, where a loss is nearly quadratic, it keeps its rate, but farther off it may never arrive:
# on a loss with curvature 25, except for a stretch with curvature 1, the heavy ball runs through the same three points
# for ever (Lessard and colleagues; a folded cell runs both pairs on it).
#
# **Where libraries keep η.** Keras's `SGD` computes $V \leftarrow \beta V - \eta g$ and then $w \leftarrow w + V$;
# PyTorch, as its manual says, computes $V \leftarrow \beta V + g$ and $w \leftarrow w - \eta V$. Both accumulate. With
# a constant $\eta$ they walk the same path; with a *schedule* they do not. Keras's $V$ holds each gradient multiplied
# by the $\eta$ of *its own* step, and PyTorch multiplies the whole memory by the $\eta$ of today.

# %%
def scheduled(rates, beta, eta_inside):
    """Momentum on ½w² from w = 1; η inside V, as in Keras, or outside, as in PyTorch."""
    w, velocity, path = 1.0, 0.0, [1.0]
    for rate in rates:
        velocity = beta * velocity + (rate * w if eta_inside else w)
        w = w - (velocity if eta_inside else rate * velocity)
        path.append(w)
    return np.array(path)

cut = 3 * [0.1] + 12 * [0.1 / 8]  # η is divided by 8 before step 4
inside, outside = scheduled(cut, 0.9, True), scheduled(cut, 0.9, False)
print(f"after step 3: {inside[3]:.3f} and {outside[3]:.3f}; after step 6: {inside[6]:.3f} and {outside[6]:.3f}")

# %% tags=["figure"]
figure, axes = plots.subplots(size=(9.4, 3.1))
axes.plot(inside, "o-", color=plots.ORANGE, label="η inside V (Keras)")
axes.plot(outside, "o-", color=plots.BLUE, label="η outside (the course's paper, PyTorch)")
axes.axvline(3, color="0.5", linestyle=":")
axes.text(3.1, 0.9, "η divided by 8", color="0.35")
axes.axhline(0, color="0.4", linewidth=1)
axes.set(xlabel="step t", ylabel="w", xlim=(0, 15), ylim=(-1.05, 1.25))
axes.legend(loc="upper right", framealpha=0.95)
plots.show(figure, "Momentum with β = 0.9 on ½w², with η cut after three steps. Outside of V the cut acts at once; "
                   "inside, the old velocity rolls on, past the minimum at 0.")

# %% tags=["check"]
def keras_path(optimizer, rates, gradient_of, begin, nesterov=False):
    w, path = keras.Variable(begin, dtype="float64"), [np.array(begin)]
    for rate in rates:
        optimizer.learning_rate = rate
        optimizer.apply([tf.constant(gradient_of(w.numpy()))], [w])
        path.append(w.numpy())
    return np.array(path)

by_keras = keras_path(keras.optimizers.SGD(0.1, momentum=0.9), cut, lambda w: 1.0 * w, np.array([1.0]))[:, 0]
assert np.abs(by_keras - inside).max() < 1e-6 and np.abs(by_keras - outside).max() > 0.3
constant = 60 * [2**-6]  # exact in the 32 bits in which Keras keeps η
for momentum, form in ((0.0, accumulated), (0.875, accumulated)):
    by_keras = keras_path(keras.optimizers.SGD(0.1, momentum=momentum), constant, ravine_gradient, start)
    assert np.abs(by_keras - momentum_path(form, ravine_gradient, start, 2**-6, momentum, 60)).max() < 1e-6
by_keras = keras_path(keras.optimizers.SGD(0.1, momentum=0.875, nesterov=True), constant, ravine_gradient, start)
w, velocity, ahead = start, 0 * start, [start]
for rate in constant:  # Keras keeps the point to which the velocity carries
    w, velocity = look_ahead(w, velocity, ravine_gradient, rate, 0.875)
    ahead.append(w - rate * 0.875 * velocity)
assert np.abs(by_keras - ahead).max() < 1e-6

# %% [markdown]
# Both stand at 0.486 when $\eta$ is cut. With $\eta$ outside, the walk is at 0.382 after step 6; with $\eta$ inside,
# the old velocity has carried it to −0.108 by then. Neither is an error, but a schedule that was tuned in one library
# is another schedule in the other. (A folded cell checks Keras's forms against Keras itself; for PyTorch we rely on its
# manual.)
#
# ### Exercise 2: translate a learning rate
#
# PyTorch's `SGD` has one more number, `dampening`: $V \leftarrow \beta V + (1 - \text{dampening})\, g$. (In the first
# step it leaves the dampening out; forget that here.) With which $\eta$ does the **averaged** form walk the same path?
# Write it as text, an expression in `learning_rate`, `dampening` and `beta`, such as `"learning_rate + beta"`.

# %% tags=["exercise"]
our_rate = ...  # your expression, in quotation marks

# %% tags=["solution"]
our_rate = "learning_rate * (1 - dampening) / (1 - beta)"  # V_theirs / (1 − dampening) = V_ours / (1 − β)

# %%
exercises.check("08-scale", our_rate)

# %% [markdown]
# ### Exercise 3: repair a method that looks ahead
#
# For each learning rate in `rates` this function shall make one step of Nesterov's method, in the form above, on
# $\frac12 w^T\! A w$, and return the last $w$. It runs, its loss falls, and at $\beta = 0$ it is plain descent, as it
# should be. But on a single number with $\lambda = 4$, from $w = 1$ and with $\eta = 0.1$ and $\beta = \frac12$, two
# steps should lead to 0.24, and here they lead to 0.04. Find the bug.

# %% tags=["exercise"]
def train(matrix, w, rates, beta):
    velocity = 0 * w
    for rate in rates:
        w = w - rate * beta * velocity  # where the velocity will carry it
        velocity = beta * velocity + matrix @ w
        w = w - rate * velocity
    return w

# %% tags=["solution"]
def train(matrix, w, rates, beta):
    velocity = 0 * w
    for rate in rates:
        ahead = w - rate * beta * velocity  # a place to look from; the step itself begins at w, for V contains βV
        velocity = beta * velocity + matrix @ ahead
        w = w - rate * velocity
    return w

# %%
exercises.check("08-ahead", train)

# %% [markdown]
# ## 6. Beyond parabolas
#
# The course's paper hopes that momentum also helps against “陷入局部最优解” (“getting stuck in a local optimum”). We
# test it on the smallest landscape with two minima, $f(w) = \frac14 w^4 - \frac12 w^2 + \frac1{10} w$, whose left
# minimum is the deeper one. From 41 starts between −2 and 2 we ask who ends on the other side of the hill, in either
# direction.

# %%
low, hill, high = np.sort(np.roots([1, 0, -1, 0.1]).real)  # where the slope w³ − w + 0.1 is 0
starts, ends = np.linspace(-2, 2, 41), {}
for name, beta, rates in (("plain descent", 0.0, (0.1, 0.3, 0.4, 0.5, 0.6)),
                          ("momentum, β = 0.9", 0.9, (0.005, 0.01, 0.02, 0.1, 0.2))):
    for rate in rates:
        end = ends[name, rate] = momentum_path(accumulated, lambda w: w**3 - w + 0.1, starts, rate, beta, 4000)[-1]
        into, out = np.sum((starts > hill) & (end < hill)), np.sum((starts < hill) & (end > hill))
        print(f"{named(name):17} η = {rate:5}: {into} of {np.sum(starts > hill)} starts cross into the deeper minimum, "
              f"{out} of {np.sum(starts < hill)} out of it")

# %% tags=["figure"]
shown = {"plain descent, η = 0.1": ends["plain descent", 0.1], "plain descent, η = 0.6": ends["plain descent", 0.6],
         "momentum, η = 0.1": ends["momentum, β = 0.9", 0.1]}
plots.show(two_wells(lambda w: w**4 / 4 - w**2 / 2 + w / 10, (low, hill, high), starts, shown),
           "The landscape, and below it 41 starts, coloured by the minimum in which the walk from there ends; a ring "
           "marks those that have crossed the hill. Short plain steps never cross it. Long ones, and momentum, do so "
           "from far out, in both directions.")

# %% tags=["check"]
assert all(np.abs(end[:, None] - [low, high]).min(axis=1).max() < 1e-6 for end in ends.values())
for name, rate in ends:
    if (end := ends[name, rate])[starts > hill].min() < hill:  # some cross into the deeper minimum, so
        assert (end[starts < hill] > hill).any() or rate == 0.01  # some cross out of it; at η = 0.01 just one in all

# %% [markdown]
# Momentum does cross the hill, even where its steady steps, ten times $\eta$ long, are shorter than plain steps that do
# not. But long plain steps jump over it as well, and wherever more than one start crosses, some cross into the deeper
# minimum and some out of it: at $\eta = 0.1$ momentum takes five starts of 19 into it and three of 22 out of it. What
# crosses is a step, or a velocity, too large for the valley it is in, which comes from far out, where the landscape is
# steep.
#
# In the widget $\eta$ is a share of $2/\lambda_{max}$ *at the minimum*. In the ravine, whose curvatures are the same
# everywhere, accumulated momentum flies off at a share that depends on $\beta$ alone (exercise 1 has the limit of the
# averaged form). Find the share at which it flies off in the *banana valley*, with $\beta = 0.9$, and the one for plain
# descent. Which of them loses more of its limit to the curvatures elsewhere?

# %%
descent("banana valley", share=0.5, beta=0.9)

# %% [markdown]
# ### Exercise 4: what does not matter?
#
# Accumulated momentum walks down a loss. Which of these changes leave its path (in the same landscape) exactly as it
# was? Give all letters, as `"A, D"`.
#
# - **A** multiply the loss by 2 and halve $\eta$
# - **B** turn the coordinate system
# - **C** measure pixels from 0 to 1 instead of 0 to 255, and divide $\eta$ by 255
# - **D** stretch one coordinate and leave the others as they are
# - **E** measure pixels from 0 to 1 instead of 0 to 255, and divide $\eta$ by 255²
# - **F** start $V$ with the first gradient instead of 0

# %% tags=["exercise"]
unchanged = ...  # the letters

# %% tags=["solution"]
unchanged = "A, B, E"

# %%
exercises.check("08-unchanged", unchanged)

# %% [markdown]
# ## 7. The curvature of a real loss
#
# We take the total loss of lesson 07, the style with 15 times the weight of the content, on a photograph of 85 × 128
# pixels, which are 32,640 numbers, and leave out total variation for now.

# %%
from nst_helpers.experiments.descents import curvature_ends, late, load_descents, load_tuned
from nst_helpers.experiments.painting import painting_loss
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder, load_network

photo = tf.constant(load_image(data_folder() / "content" / "temple.jpg", 128))
style = load_image(data_folder() / "style" / "night_swirls.jpg", 256)
loss = painting_loss(load_network(), photo.numpy(), style, style_weight=15.0)  # (w, γ, ε) → L
OFF, ON = tf.constant(0.0), tf.constant(0.1)  # γ

# %%
@tf.function
def loss_and_gradient(w, tv_weight):
    """The loss and its gradient."""
    with tf.GradientTape() as tape:
        tape.watch(w)
        value = loss(w, tv_weight, 1.0)
    return value, tape.gradient(value, w)

# %% [markdown]
# The Hessian $A$ of this loss has more than a thousand million entries, too many to compute. But its product with one
# direction $d$ is cheap. $A d$ is the derivative of the gradient along $d$, that is the gradient of the number $\nabla
# L \cdot d$, and a tape around the tape computes it (Pearlmutter, 1994). Products are enough to find $\lambda_{max}$:
# replace a random $d$ by $A d$ again and again, with its length set to 1 each time, until only the part along the most
# strongly curved direction is left (*power iteration*). The mean of all eigenvalues and the smallest one need nothing
# but products either.
#
# <details><summary>For the curious: the mean and the smallest eigenvalue</summary>
#
# If the entries of $d$ are random signs, the expected value of $d \cdot A d$ is the sum of the diagonal of $A$, which
# equals the sum of the eigenvalues (Hutchinson, 1989). In the space that $d, A d, A^2 d, \dots$ span, $A$ becomes a
# small matrix, whose extreme eigenvalues soon agree with those of $A$ at both ends (Lanczos, 1950).
#
# </details>

# %%
@tf.function
def hessian_times(w, d, tv_weight):
    """A d: how the gradient changes when w moves along d."""
    with tf.GradientTape() as tape:
        tape.watch(w)
        along = tf.reduce_sum(loss_and_gradient(w, tv_weight)[1] * d)
    return tape.gradient(along, w)

# %%
def most_curved(product, d, rounds):
    """The largest curvature and its direction, by d ← A d."""
    for _ in range(rounds):
        d = d / np.linalg.norm(d)
        stretched = np.asarray(product(d))
        curvature, d = float(np.sum(d * stretched)), stretched
    return curvature, d / np.linalg.norm(d)

# %%
generator = np.random.default_rng(0)
noise = generator.standard_normal(photo.shape).astype(np.float32)
largest, direction = most_curved(lambda d: hessian_times(photo, d, OFF), noise, 25)
signs = [generator.choice([-1, 1], photo.shape).astype(np.float32) for _ in range(4)]
mean_curvature = np.mean([np.sum(d * hessian_times(photo, d, OFF)) for d in signs]) / noise.size
limit = 2 / largest
least, _ = curvature_ends(lambda d: hessian_times(photo, d, OFF), noise, 30)
print(f"largest curvature over the mean: ≈ {largest / mean_curvature:.0f}; 2/λ_max ≈ {limit:,.0f}")
print(f"smallest curvature over the largest: ≈ {least / largest:.3f}")
print(f"median size of a pixel's gradient {np.median(np.abs(loss_and_gradient(photo, OFF)[1])):.1e}")

# %% tags=["check"]
by_power, _ = most_curved(lambda d: A @ d, np.ones(10), 200)
assert np.isclose(by_power, curvatures[-1], rtol=1e-6)
assert largest > 40 * mean_curvature > 0 and photo.numpy().size == 32_640
assert 2e5 < limit < 1e6 and -0.06 < least / largest < -0.013
assert largest / 2 > 8 * 0.1 / (40 * 32_640)  # γ · 8 / (ε n) bounds the curvature of TV with ε = 40

# %% [markdown]
# Along one direction the loss is curved about 280 times as strongly as on average. This is no condition number, for
# the smallest curvature is *negative*: in some direction the loss bends downwards, at about a 37th of $\lambda_{max}$.
# The photograph does not lie in a valley, $\kappa$ has no meaning here, and section 4 cannot say which $\beta$ this
# loss wants; section 8 will have to try. What is left of the theory is the limit $2/\lambda_{max} \approx 476{,}000$.
# It is no length but multiplies gradients, whose median size is 0.0000084, so that a step of this size moves a typical
# value by some 4 grey levels. What happens beyond the limit?

# %%
exercises.predict(
    "08-edge", "Plain descent on content and style, 30 steps with η twice as large as 2/λ_max at the photograph. How "
    "does its loss compare with that of a run at half the limit?",
    {"far higher: it flies off": "On a parabola it would. But λ_max was measured at the photograph, and the curvature "
                                 "changes on the way.",
     "higher, because it bounces": "It may bounce along the most curved directions. Along all the others the longer "
                                   "step is simply further ahead.",
     "lower": "The curvature halves in the first steps, which is enough for this step length, and the less curved "
              "directions profit from it."},
    right="lower")

# %%
def watched(share, steps=30):
    """Plain descent with η = share · 2/λ_max: the end, all losses, and η/2 · λ_max at the start and every ten steps."""
    w, losses, edge = photo, [], {0: share}
    for t in range(steps + 1):
        value, gradient = loss_and_gradient(w, OFF)
        losses.append(float(value))
        if t % 10 == 0 and t > 0:
            _, curvature = curvature_ends(lambda d, w=w: hessian_times(w, d, OFF), noise, 8)
            edge[t] = curvature * share * limit / 2
        w = w - share * limit * gradient
    return w, np.array(losses), edge

# %%
watched_at = {share: watched(share) for share in (0.5, 1, 2, 4)}
w, thrown = photo, []
for _ in range(3):
    value, gradient = loss_and_gradient(w, OFF)
    thrown.append(float(value))
    w = w - 8 * limit * gradient

# %% tags=["figure"]
figure, (left, right) = plots.subplots(1, 2, size=(10.4, 3.9))
for (share, (_, losses, edge)), color in zip(watched_at.items(), (plots.BLUE, plots.SKY, plots.GREEN, plots.ORANGE),
                                             strict=True):
    left.semilogy(losses, color=color, linewidth=2, label=f"η = {share:g} · 2/λ_max")
    right.plot([*edge], [*edge.values()], "o-", color=color, label=f"η = {share:g} · 2/λ_max at the photograph")
right.axhline(1, color="black", linewidth=1)
right.text(30, 1.05, "the edge: η = 2/λ_max here", ha="right", fontsize=10)
left.set(xlabel="step", ylabel="loss (content and style)", yticks=[2, 4, 8, 16], yticklabels=["2", "4", "8", "16"])
left.minorticks_off()
right.set(xlabel="step", ylabel="η λ_max / 2, at the place reached", ylim=(0, None))
left.legend()
right.legend(fontsize=9)
plots.show(figure, "Plain descent at a half, one, two and four times the limit that the photograph gives. Left: the "
                   "longer the steps, the lower the loss. Right: how far each run is from the edge of the place it has "
                   "reached. Two times falls below it; four times stays above, and goes on.",
           folded="Choose first, then open")

# %%
for share, (_, losses, edge) in watched_at.items():
    print(f"η = {share:3} · 2/λ_max: loss after 30 steps ≈ {losses[30]:.2f}; η λ_max / 2 after 10, 20 and 30: "
          + ", ".join(f"≈ {edge[t]:.2f}" for t in (10, 20, 30)))
print(f"η =   8 · 2/λ_max: loss {thrown[0]:.1f} at the photograph, ≈ {thrown[2]:.0f} after two steps")

# %% tags=["check"]
last = [losses[30] for _, losses, _ in watched_at.values()]
assert last == sorted(last, reverse=True) and last[2] < 0.75 * last[0] and thrown[2] > 20 * thrown[0]
later = {share: np.array([edge[t] for t in (10, 20, 30)]) for share, (_, _, edge) in watched_at.items()}
assert later[0.5].max() < 0.4 and 0.7 < later[2].mean() < 1.1 and later[4].min() > 1.2
assert np.sum(np.diff(watched_at[4][1]) > 0) <= 2  # steps uphill
eight, sixteen = (curvature_ends(lambda d: hessian_times(watched_at[2][0], d, OFF), noise, rounds)[1]
                  for rounds in (8, 16))
assert 0.95 * sixteen < eight < 1.001 * sixteen  # how well eight products tell λ_max

# %% [markdown]
# After 30 steps the losses are 4.01, 2.57, 2.01 and 1.83: up to four times the limit, each doubling of $\eta$ lowers
# the loss, though each time by less. The guess that the run flies off is right further on, for at eight times the limit
# the loss rises from 13.5 to about 1,300 in two steps. (Nothing is clipped in these runs.)
#
# The right panel explains the run at twice the limit. Within ten steps it comes to places where the loss is about half
# as curved, and from then on $\eta\lambda_{max}/2$ is 0.88 to 0.99 where it was measured (eight products tell
# $\lambda_{max}$ to within 5 %). It does not explain the run at four times, which stays beyond the edge, at 1.3 to 1.6.
# A parabola would multiply the part along its most curved direction by $1 - \eta\lambda_{max} \approx -2$ in every
# step, and yet this loss falls. What holds it must be that it is no parabola. Cohen and colleagues (2021) found in the
# training of networks that the curvature grows until it meets $2/\eta$ and then hovers there, at the *edge of
# stability*; here it came from above, and 30 steps cannot say where it would stay.
#
# How far from a parabola is it? Here is a cut through the loss along the most
# strongly curved direction, with the parabola of equal slope and curvature at the photograph, and to its right the same
# for the loss with total variation ($\gamma = 0.1$, its root smoothed by $\varepsilon = 1$ grey level), along its own
# most strongly curved direction.

# %%
largest_tv, direction_tv = most_curved(lambda d: hessian_times(photo, d, ON), noise, 25)
distances, slices = np.linspace(-160, 160, 17), {}
for title, tv_weight, curvature, d in (("content and style", OFF, largest, direction),
                                       ("with total variation, ε = 1", ON, largest_tv, direction_tv)):
    here, gradient = (part.numpy() for part in loss_and_gradient(photo, tv_weight))
    cut = np.array([loss_and_gradient(photo + s * d, tv_weight)[0] for s in distances.astype(np.float32)])
    tangent = here + np.sum(gradient * d) * distances
    slices[title] = cut - tangent, curvature / 2 * distances**2  # the loss and its parabola, without the tangent

# %% tags=["figure"]
figure, panels = plots.subplots(1, 2, size=(10.4, 3.9))
for axis, (title, (cut, parabola)) in zip(panels, slices.items(), strict=True):
    axis.plot(distances, cut, "o-", color=plots.BLUE, markersize=4, label="the loss")
    axis.plot(distances, parabola, "--", color=plots.ORANGE, label="its parabola")
    axis.set(xlabel="distance along the most curved direction, grey levels", ylabel="loss − its tangent", title=title)
    axis.legend()
plots.show(figure, "The loss around the photograph along its most strongly curved direction, without its tangent "
                   "there, and the parabola with the same slope and curvature. Content and style stay near it for a "
                   "while on one side only; with total variation the loss leaves its parabola at once. (The axis on "
                   "the right reaches five times as high. A distance is the Euclidean one over all values.)")

# %%
for title, (cut, parabola) in slices.items():
    bends = [row[8 + steps] + row[8 - steps] - 2 * row[8] for row in (cut, parabola) for steps in (1, 3, 5, 8)]
    print(f"{named(title):27}: bends, over its parabola's, at 20, 60, 100 and 160: "
          + ", ".join(f"≈ {bends[n] / bends[n + 4]:.2f}" for n in range(4)))
for title, d in (("content and style", direction), ("with total variation, ε = 1", direction_tv)):
    print(f"{named(title):27}: grey levels at 160: ≈ {160 * np.sqrt(np.mean(d**2)):.2f} (root mean square), "
          f"at most ≈ {160 * np.abs(d).max():.0f}")
print(f"λ_max with total variation over λ_max without: ≈ {largest_tv / largest:.1f}")

# %% [markdown]
# A distance of 160 is a root mean square of 0.89 grey levels over all values, though the value that moves most moves by
# 10 levels on the left and by 38 on the right. Both sides together, the loss of content and style bends 0.58 times as
# much as its parabola within 20 units, and 0.47 times within 160: the photograph is an unusually curved place, and a
# step leads away from it. With total variation the largest curvature is five times as large, although $\gamma$ is
# small, and 0.07 of it is left within 160 units. That is what the root leads one to expect: where the picture is flat,
# a root smoothed by $\varepsilon$ has the curvature $1/\varepsilon$, but only within a few $\varepsilon$.

# %% [markdown]
# ## 8. A race on a picture
#
# Now the temple at 214 × 320 pixels, 205,440 numbers, with the whole total loss ($\gamma = 0.1$). Each method makes 100
# steps from the photograph with several learning rates, each twice the last; $\beta = 0.9$, averaged, and pixel values
# are held between 0 and 255. (`make runs` computed this beforehand. The unit of $\eta$ is $2/\lambda_{max}$ of content
# and style at this photograph.) A second race, on the same temple at 64 × 96 pixels, tunes $\beta$ and $\eta$ together,
# from the photograph and from two noises.

# %%
race = load_descents()  # the losses for each method and each η, in units of 2/λ_max; and the best η of each

# %% tags=["figure"]
figure, (left, right) = plots.subplots(1, 2, size=(10.4, 4.1))
for (method, rows), color in zip(race.losses.items(), (plots.ORANGE, plots.BLUE, plots.GREEN), strict=True):
    left.loglog(rows[race.best[method]], color=color, label=f"{method}, η = {race.best[method]:g} · 2/λ_max")
    shares = [share for share in rows if np.isfinite(late(rows[share]))]
    right.semilogx(shares, [late(rows[share]) for share in shares], "o-", color=color, label=method)
    right.plot(sorted({*rows} - {*shares}), [1.5] * (len(rows) - len(shares)), "x", color=color, markersize=9)
left.set(xlabel="steps made", ylabel="total loss", title="each at its best learning rate", xlim=(1, 100))
right.set(xlabel="η, in units of 2/λ_max at the photograph", ylabel="loss after 100 steps",
          title="every learning rate (×: flew off)", xticks=[1, 2, 4, 8, 16, 32, 64],
          xticklabels=["1", "2", "4", "8", "16", "32", "64"])
right.minorticks_off()
left.legend(fontsize=9)
right.legend(fontsize=9)
plots.show(figure, "The total loss of the temple at 214 × 320 pixels. Left: over the steps, each method at its best "
                   "learning rate. Right: the mean of the last five losses for every learning rate that was tried; a "
                   "cross at the top is a run that flew off.")

# %%
for method, rows in race.losses.items():
    print(f"{named(method):14}" + "; ".join(
        f"η = {share:3.0f} · 2/λ_max: {late(row):.3f}" for share, row in rows.items()))
target = late(race.losses["plain descent"][race.best["plain descent"]])
for method in race.losses:
    row = np.array(race.losses[method][race.best[method]])
    print(f"{named(method):14} at its best: {row[3]:.2f} after 3 steps, {row[20]:.2f} after 20; above "
          f"{target:.3f} for the last time after {np.flatnonzero(row > target).max()} steps")

# %% tags=["check"]
by_plain, by_momentum = (np.array(race.losses[method][race.best[method]]) for method in ("plain descent", "momentum"))
assert np.flatnonzero(by_momentum > by_plain).tolist() == [1, *range(6, 35)]

# %% tags=["figure"]
begin = load_image(data_folder() / "content" / "temple.jpg", 320)
corner = load_image(data_folder() / "style" / "night_swirls.jpg", 110)
begin[-corner.shape[0] - 4:, -corner.shape[1] - 4:] = 255
begin[-corner.shape[0]:, -corner.shape[1]:] = corner
plots.show_images([begin, *(race.images[method][4:-4, 4:-4] for method in ("plain descent", "momentum"))],
                  ["photograph and style", "plain descent", "momentum"], "The temple, and what 100 steps make of it at "
                  "each method's best learning rate. Momentum has come further: in the sky and the water on the right "
                  "its strokes are longer and its blue is deeper, where plain descent still shows the pale sky of the "
                  "photograph.",
                  photo=True)

# %% [markdown]
# With $\beta = 0.9$ and $\eta$ tuned, on this one picture, momentum ends at 1.138 and plain descent at 1.231; momentum
# stays below 1.231 after 49 steps, so it needs half of them. It is not ahead all the way. After 3 steps it leads with
# 3.35 against 4.59; then it overshoots, which is the hump in its curve, and after the first and after 6 to 34 steps it
# is *behind* (after 20, 1.77 against 1.50). Nesterov's form ends at 1.144, about as low, with a much smaller hump (1.47
# after 20 steps). (A cross is missing for momentum because no η beyond 32 was tried.)
#
# Was 0.9 a good choice, and is Nesterov's form the better one? In the second race every $\beta$ has its best $\eta$ of
# a grid by factors of $\sqrt2$, with a worse one on either side. Runs that flew off were carried on to the end, since
# some come back.

# %%
tuned = load_tuned()
rivals = {start: {method: tuned.best(method, start) for method in race.losses} for start in tuned.settings["starts"]}
print("64 × 96 pixels, 100 steps: each β with its best η (in units of 2/λ_max)")
for start, methods in rivals.items():
    for method, found in methods.items():
        print(f"{named(start):11}{named(method):14}"
              + ", ".join(f"β = {beta:g}: {loss:.3f} ({share:.3g})" for beta, (share, loss) in found.items()))

# %% tags=["figure"]
figure, panels = plots.subplots(1, 3, size=(10.4, 3.4), sharey=True)
titles = "from the photograph", "from a noise", "from another noise"
for axis, methods, title in zip(panels, rivals.values(), titles, strict=True):
    for method, color in (("momentum", plots.BLUE), ("Nesterov", plots.GREEN)):
        losses = [loss for _, loss in methods[method].values()]
        axis.plot([1 / (1 - beta) for beta in methods[method]], losses, "o-", color=color, label=method)
    axis.axhline(methods["plain descent"][0.0][1], color=plots.ORANGE, linestyle="--", label="plain descent")
    axis.set(xlabel="β", title=title, xscale="log", xticks=[2, 5, 10, 20, 50, 100],
             xticklabels=["0.5", "0.8", "0.9", "0.95", "0.98", "0.99"])
    axis.minorticks_off()
panels[0].set_ylabel("loss after 100 steps")
panels[0].legend()
plots.show(figure, "The loss of the small temple after 100 steps, every β at its best η, from three starts. The lowest "
                   "points of both curves are of the same height; with more memory than its best, momentum climbs "
                   "steeply, and Nesterov’s form hardly.")

# %% tags=["check"]
for methods in rivals.values():
    (_, plain), = methods["plain descent"].values()
    ball, ahead = ({beta: loss for beta, (_, loss) in methods[method].items()} for method in ("momentum", "Nesterov"))
    assert 0.055 < 1 - max(min(ball.values()), min(ahead.values())) / plain < 0.12
    assert abs(min(ball.values()) / min(ahead.values()) - 1) < 0.01
    assert min(ball, key=ball.__getitem__) in (0.9, 0.95) and min(ahead, key=ahead.__getitem__) == 0.98
    assert ball[0.5] < ahead[0.5] and ball[0.98] > 1.1 * ahead[0.98]

# %% [markdown]
# From all three starts both beat plain descent, by 6 to 11 %, and neither beats the other: at their best pairs they end
# at 2.358 and 2.374, at 2.350 and 2.348, and at 2.336 and 2.335, which is less apart than neighbours on the grid of
# $\eta$. What differs is the $\beta$ that they want, 0.95 or 0.9 for momentum and 0.98 each time for Nesterov's form.
# Up to $\beta = 0.9$ momentum is mostly ahead, from noise by 2 to 4 %; with 0.98 it is far behind (2.63 to 2.98 against
# 2.34 to 2.37). It is the figure of section 5 again: looking ahead does not lower the best loss, but it forgives too
# much memory. From both noises 0.9 is momentum's best $\beta$; from the photograph 0.95 is, and 0.9 has 69 % of its
# gain. (Nesterov's loss is taken where its gradient is. Nothing was run for more than 100 steps.)
#
# ### Exercise 5: an optimizer that knows when to forget
#
# A long memory is good in a long valley and bad near its floor, where the velocity carries $w$ uphill. But going uphill
# can be noticed: compare the direction in which $V$ carries $w$ with the gradient at $w$. Write one step of
# *accumulated* momentum that drops its whole memory whenever that direction leads uphill, and is ordinary momentum
# otherwise. It gets $w$, the gradient there, $V$, $\eta$ and $\beta$, and returns two arrays, the new $w$ and the new
# $V$. (Whether you ask the old $V$ or the one that this gradient has entered is up to you.) The check races it with
# $\beta = 0.99$, far too much memory for its valleys, which lie askew and have their lowest point anywhere. It draws
# your path beside momentum's in our ravine.

# %% tags=["exercise"]
def restarting_step(w, gradient, velocity, learning_rate, beta):
    ...  # your code: return the new w and the new velocity

# %% tags=["solution"]
def restarting_step(w, gradient, velocity, learning_rate, beta):
    if np.sum(gradient * velocity) < 0:  # w moves along −V; uphill means that the gradient has a part along −V
        velocity = 0 * velocity
    velocity = beta * velocity + gradient
    return w - learning_rate * velocity, velocity

# %%
exercises.check("08-restart", restarting_step)

# %% [markdown]
# ### Investigation: how much should a picture remember?
#
# All of section 8 is one photograph and one style. Find out whether another content, another style or a start from
# noise wants more memory or less. `paint(loss_and_gradient, photo, optimizers.Momentum(rate, beta), steps)` from
# `nst_helpers.experiments.descents` returns a picture and its losses; with the `loss_and_gradient` and `photo` of
# section 7 a run of 40 steps takes a few seconds. Half a page, a table and a figure are enough.

# %% [markdown] tags=["solution"]
# **A rubric for the investigation.** One point for each:
#
# 1. The expectation is written down first, with a reason (for example from the ratio of the curvatures).
# 2. Each $\beta$ gets its own grid of $\eta$, and the best $\eta$ is not at the edge of the grid.
# 3. $\beta = 0$ is in the table as the baseline.
# 4. The form (averaged or accumulated) is stated, so that $\eta$ can be compared.
# 5. Losses are averaged over several of the last steps, because single steps swing.
# 6. A second number of steps, for example 20 and 80, shows whether the ranking depends on it.
# 7. One more picture or style, before anything general is said.
# 8. What did not fit is reported too.

# %% [markdown]
# ## What we found
#
# On a quadratic, plain descent survives steps below $2/\lambda_{max}$ and leaves at best the share
# $\frac{\kappa-1}{\kappa+1}$ of the distance; tuned momentum leaves $\frac{\sqrt\kappa-1}{\sqrt\kappa+1}$, and at
# $\kappa = 10{,}000$ its 708 steps do the work of 34,539. The style loss is no parabola: at twice the limit, plain
# descent came to less curved places and went on, and at four times it went on beyond the edge. In the race on one
# temple momentum ended at 1.138 instead of 1.231 and needed half the steps, although it was behind after 6 to 34 of
# them. With the best $\beta$ and $\eta$ of each, Nesterov's form does worse than momentum on quadratics and equally
# well on the temple; what it forgives is a $\beta$ that is too large.
#
# ## Where this is used
#
# Adam, with which the course's paper paints, takes its direction from the averaged $V$ of section 3,
# with $\beta_1 = 0.9$: a memory of ten steps ([lesson 10](10_adam.ipynb)). The package's `optimizers.Momentum`
# averages, and keeps $\eta$ outside of $V$.

# %% [markdown]
# ## Sources and further reading
#
# - Polyak, B. (1964): Some Methods of Speeding up the Convergence of Iteration Methods. The heavy ball and its best β.
# - Goh, G. (2017): Why Momentum Really Works. The eigenbasis as figures to play with (distill.pub).
# - Sutskever, I., Martens, J., Dahl, G., Hinton, G. (2013): On the Importance of Initialization and Momentum in Deep
#   Learning. Nesterov's method of 1983 in the form of section 5.
# - Nesterov, Y. (2004): Introductory Lectures on Convex Optimization. The guarantee of section
#   5 (chapter 2.2), and that for plain descent.
# - Lessard, L., Recht, B., Packard, A. (2016): Analysis and Design of Optimization Algorithms via Integral Quadratic
#   Constraints. Both methods' rates on quadratics and beyond, and the loss on which the heavy ball cycles.
# - O’Donoghue, B., Candès, E. (2015): Adaptive Restart for Accelerated Gradient Schemes. The criterion of exercise 5.
# - Pearlmutter, B. (1994): Fast Exact Multiplication by the Hessian. The product of section 7.
# - Cohen, J., Kaur, S., Li, Y., Kolter, Z., Talwalkar, A. (2021): Gradient Descent on Neural Networks Typically Occurs
#   at the Edge of Stability. The measurement of section 7, on networks in training; Damian, Nichani and Lee (2022)
#   explain why it stays there.
#
# ## Next
#
# Momentum mends the direction. But why should a pixel in the sky and a pixel on the roof have the same $\eta$? **[09
# RMSprop](09_rmsprop.ipynb)** gives each number its own.
