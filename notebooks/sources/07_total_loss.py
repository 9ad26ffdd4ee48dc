# %% [markdown]
# # 07 Total loss
#
# **How much temple, how much autumn?** Three losses pull at the same pixels. One keeps the subject, one wants the
# strokes, one wants peace. This lesson lets them pull together, and puts the reins in your hand.
#
# **You will see**
#
# - that adding losses adds their gradients, and where each of the three pulls;
# - one row of pictures from nearly all temple to all painting, and the price of each step in numbers;
# - what each term is for, by taking it away; and what the start, noise or photograph, decides.
#
# **Needs**: lessons [03](03_content_loss.ipynb), [05](05_style_loss.ipynb) and [06](06_total_variation.ipynb). ·
# **Time**: about 30 s of computing on two cores. · **Paper**: section 2.3.3.

# %%
from dataclasses import replace

import numpy as np

from nst_helpers import exercises, plots
from nst_helpers.backend import tf
from nst_helpers.images import load_image, noise_image
from nst_helpers.losses import content_loss, style_loss, total_variation
from nst_helpers.networks import data_folder, load_network
from nst_helpers.optimizers import Adam
from nst_helpers.transfer import Level, Settings, descend, iterate, transfer

network = load_network("plain")  # the form of `compact`, after ordinary training
content = load_image(data_folder() / "content" / "temple.jpg", max_size=192)
style = load_image(data_folder() / "style" / "autumn_impasto.jpg", max_size=384)
plots.show_images([content, style], ["content", "style"], photo=True,
                  alt="A photograph of a red temple by a lake, and a painting of an avenue of orange autumn trees.")

# %% [markdown]
# ## 1. One number
#
# The computer can lower one number at a time. So the three losses become one, each with a weight that says how much it
# counts:
#
# $$L_{total} = \alpha\, L_{content} + \beta\, L_{style} + \gamma\, TV$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $\alpha$ | weight of the content loss | `content_weight` |
# | $\beta$ | weight of the style loss | `style_weight` |
# | $\gamma$ | weight of the total variation | `tv_weight` |
# | $L_{content}, L_{style}, TV$ | the losses of lessons 03, 05 and 06 (in the example $L_c$, $L_s$) | `losses` |
# | $I$ | the picture that is to be found | `image` |
# | $\nabla L$ | gradient: how $L$ changes with each number of $I$ | `gradient` |
#
# **With a pencil.** Let the picture be a single number $w$. Content wants it at 2: $L_c = \tfrac12 (w - 2)^2$. Style
# wants it at 10: $L_s = \tfrac12 (w - 10)^2$. With $\alpha = 3$ and $\beta = 1$, where does $3 L_c + L_s$ have its
# minimum? Its slope is $3 (w - 2) + (w - 10)$, which is zero at $w = 4$: a compromise, nearer to the one who
# pulls harder.

# %%
w = np.linspace(0, 12, 1201)
pulled = 3 * (w - 2) ** 2 / 2 + (w - 10) ** 2 / 2
print(f"minimum at w = {w[pulled.argmin()]:.2f}")
assert np.isclose(w[pulled.argmin()], 4)
figure, axes = plots.subplots(size=(7, 2.8))
axes.plot(w, 3 * (w - 2) ** 2 / 2, label="α · content, α = 3")
axes.plot(w, (w - 10) ** 2 / 2, "--", label="β · style, β = 1")
axes.plot(w, pulled, "k", label="their sum")
axes.plot([4], [pulled.min()], "ko")
axes.set(xlabel="w", ylabel="loss", ylim=(0, 80), title="The sum's minimum lies between, nearer to the steeper one")
axes.legend()
plots.show(figure, alt="Two parabolas with minima at 2 and 10, and their sum, whose minimum is marked at 4.")

# %% [markdown]
# ## 2. Three forces on every pixel
#
# The gradient of a sum is the sum of the gradients:
# $\nabla L_{total} = \alpha \nabla L_{content} + \beta \nabla L_{style} + \gamma \nabla TV$. So every pixel feels
# three forces at once. Here are the losses for a real picture, in one small function. Two of them are divided by
# how many numbers they sum over; section 4 says why.

# %%
CONTENT_LAYERS = {"conv4_2": 1.0}
STYLE_LAYERS = {"conv1_1": 81.0, "conv2_1": 27.0, "conv3_1": 9.0, "conv4_1": 3.0, "conv5_1": 1.0}
LAYERS = (*CONTENT_LAYERS, *STYLE_LAYERS)
content_features, style_features = network(content, CONTENT_LAYERS), network(style, STYLE_LAYERS)

def three_losses(image):
    """L_content and TV for each number they sum over, and L_style."""
    features = network(image, LAYERS)
    wanted = content_features["conv4_2"]
    return {"content": content_loss(features["conv4_2"], wanted) / tf.cast(tf.size(wanted), tf.float32),
            "style": style_loss(features, style_features, STYLE_LAYERS),
            "tv": total_variation(image, epsilon=40.0) / tf.cast(tf.size(image), tf.float32)}

# %% [markdown]
# *Predict.* The picture to change is the photograph itself. Which of the three forces is zero there? Which one is
# strong at edges, and which one everywhere?

# %%
weights = {"content": 1.0, "style": 2.0, "tv": 0.4}  # α, β, γ
OF_THIS_LESSON = {"network": "plain", "style_layers": STYLE_LAYERS, "content_weight": weights["content"],
                  "style_weight": weights["style"], "tv_weight": weights["tv"]}

def forces(image):
    """{loss: its gradient}, weighted, and that of the total, by the tape."""
    image = tf.constant(image)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(image)
        losses = three_losses(image)
        parts = {name: weights[name] * losses[name] for name in weights}
        total = tf.add_n(list(parts.values()))
    gradients = {name: tape.gradient(part, image).numpy() for name, part in parts.items()}
    return gradients, tape.gradient(total, image).numpy()

# %%
at_one_size = Settings.classic(size=192, scales=1, init="content", **OF_THIS_LESSON)
halfway = next(step.image for step in iterate(content, style, at_one_size) if step.iteration == 25)
pushes, strength = {}, {}
for name, image in (("photograph", content), ("half painted", halfway)):
    gradients, whole = forces(image)
    assert np.abs(sum(gradients.values()) - whole).max() < 1e-5 * np.abs(whole).max()
    pushes[name] = {part: -gradient.mean(axis=2) for part, gradient in gradients.items()}
    strength[name] = {part: np.sqrt(np.mean(gradient**2)) for part, gradient in gradients.items()}
    shares = {part: value / sum(strength[name].values()) for part, value in strength[name].items()}
    about = "≈ " if image is halfway else ""  # 25 steps from the photograph
    print(f"{name:12} " + ", ".join(f"{part} {about}{100 * share:.0f} %" for part, share in shares.items()))
print("the three gradients add up to the gradient of the sum, to five digits")
assert strength["photograph"]["content"] == 0 and strength["half painted"]["content"] > 0

# %%
def calm(push):
    """A map for the eye: each pixel the mean of 5×5."""
    return np.asarray(tf.nn.avg_pool2d(push[None, :, :, None], 5, 1, "SAME"))[0, :, :, 0]

figure, axes = plots.subplots(2, 4, size=(9, 3.6))
for row, (name, image) in zip(axes, (("photograph", content), ("half painted", halfway)), strict=True):
    plots.draw_image(row[0], image, name, smooth=True)
    for axis, (part, push) in zip(row[1:], pushes[name].items(), strict=True):
        limit = max(np.quantile(np.abs(calm(push)), 0.99), 1e-12)
        plots.draw_image(axis, np.clip(calm(push), -limit, limit), f"push of {part}", signed=True)
plots.show(figure, alt="Two rows of four: the photograph, with no push of content, a push of style in strokes, and a "
                       "push of total variation along edges; and the half painted temple, where all three push "
                       "everywhere, style mostly purple in the sky and orange on the temple.")
sky, temple = (pushes["half painted"]["style"][rows] for rows in (np.s_[5:45, 105:165], np.s_[45:100, 35:85]))
print("half painted, style makes the sky", "brighter" if sky.mean() > 0 else "darker",
      "and the temple", "brighter" if temple.mean() > 0 else "darker")

# %% [markdown]
# **What it shows.** (Each map is averaged over the three colours, so it has one number a pixel, and over 5×5 pixels,
# for the eye. Orange: brighter, purple: darker. Each has its own scale.) At the photograph the content's force is
# exactly zero: nothing is wrong with the subject yet. So the first step is style's and smoothness's alone. Style pulls
# nearly everywhere, total variation along edges. Half painted, all three pull: style wants the sky darker still, and
# the temple brighter. Where the sum of the forces is zero, nothing moves any more, and that is the finished picture.
#
# ### Exercise 1: choose β
#
# At some picture you measured the strength of the content's force and of the style's, both still without their
# weights. Write `choose_beta(alpha, content_force, style_force, times)`: the β with which style pulls `times`
# times as hard as content.

# %% tags=["exercise"]
def choose_beta(alpha, content_force, style_force, times):
    ...  # your code: return β

# %% tags=["solution"]
def choose_beta(alpha, content_force, style_force, times):
    return times * alpha * content_force / style_force

# %%
exercises.check("07-beta", choose_beta)

# %% [markdown]
# ## 3. The loop, by hand
#
# Start from noise, ask for the gradient, take a step, again and again. The optimizer is Adam; lesson 10 opens that
# box. (Its steps, `rate`, grow shorter towards the end; lesson 11 says more.) *Predict* the order in which the three
# losses will fall.

# %%
@tf.function
def loss_and_gradient(image):
    with tf.GradientTape() as tape:
        tape.watch(image)
        losses = three_losses(image)
        total = tf.add_n([weights[name] * losses[name] for name in weights])
    return losses, tape.gradient(total, image)

def paint(image, iterations, learning_rate=6.0):
    """The picture after so many steps of Adam, and every loss on the way."""
    history, state = [], Adam(learning_rate).init(image)
    for number in range(iterations):
        losses, gradient = loss_and_gradient(image)
        rate = learning_rate * (1 + np.cos(np.pi * number / iterations)) / 2
        image, state = Adam(np.float32(rate)).step(image, gradient, state)
        image = tf.clip_by_value(image, 0, 255)
        history.append({name: float(loss) for name, loss in losses.items()})
    return image.numpy(), history

# %%
start = noise_image(*content.shape[:2], seed=0)
painted, history = paint(tf.constant(start), iterations=150)
figure, axes = plots.subplots(1, 2, size=(9, 3.1), width_ratios=(1, 1.15))
plots.draw_image(axes[0], painted, "150 steps from noise, by hand", smooth=True)
for name, line in plots.LINES.items():
    axes[1].plot(range(1, 151), [weights[name] * losses[name] for losses in history], **line)
axes[1].set(xlabel="step", ylabel="weighted loss", yscale="log", title="The three losses")
axes[1].legend(fontsize=8)
plots.show(figure, photo=True, alt="Orange and blue strokes, in which the temple can be guessed; and three curves that "
                                   "fall: style first and furthest, then total variation, content least.")

# %%
for name in weights:
    fell = history[-1][name] / history[0][name]
    half = next(step for step, losses in enumerate(history, 1) if losses[name] < history[0][name] / 2)
    print(f"{name:8} halved {'within 10' if half <= 10 else 'after more than 10'} steps, "
          f"ended at ≈ {100 * fell:.1f} % of its first value")
assert history[-1]["style"] < 0.05 * history[0]["style"]
first, highest = history[0]["content"], max(losses["content"] for losses in history[:10])
print(f"content rises at first, from {first:.2f} to ≈ {highest:.2f}")
assert 1.02 * first < highest < 1.2 * first

# %% [markdown]
# **What it shows.** Style falls first and furthest: noise has the wrong statistics everywhere, and nearly any change
# helps. Total variation and content follow slowly, and content even rises a little at first. The subject takes longer.
#
# ## 4. The package does the same
#
# `nst_helpers.transfer` is this loop, with care for borders and sizes. *Predict*: is its first number the same?
#
# Why divide? $L_{content}$ and $TV$ sum over pixels or positions: a picture of twice the size has four times as many
# terms, and about three to four times the loss, and the balance with $L_{style}$, which is free of the size, would
# tip. Divided by their number, α, β and γ mean the same at every size.

# %%
settings = Settings.classic(size=192, scales=1, **OF_THIS_LESSON)
theirs = next(descend(start, content, style, Level(*start.shape[:2], 150, 1.0), network, settings))[1]
for name in ("content", "style", "tv"):
    print(f"{name:8} by hand {history[0][name]:.4g}, package {theirs[name]:.4g}")
assert all(np.isclose(history[0][name], theirs[name], rtol=1e-3) for name in ("content", "style"))
assert np.isclose(history[0]["tv"], theirs["tv"], rtol=0.03)  # the package counts the last row and column too

# %%
sums = []
for size in (80, 160, 320):
    image = load_image(data_folder() / "content" / "temple.jpg", size)
    noise = noise_image(*image.shape[:2], seed=0)
    features = [network(one, ["conv4_2"])["conv4_2"] for one in (noise, image)]
    whole = float(content_loss(*features))
    each = whole / features[0].numpy().size
    sums.append((whole, each))
    print(f"{size:3} pixels wide: L_content {whole:8.3g}, for each number {each:.2g}")
(small, small_each), *_, (big, big_each) = sums
assert big > 6 * small and 0.4 < big_each / small_each < 2.5

# %% [markdown]
# **What it shows.** Content and style agree. (TV differs by a little: the package counts the last row and column too.)
# And the sum grows about ninefold from the smallest picture to the largest, while the loss for each number
# stays within a factor of two or so.
#
# ## 5. The ladder of α and β
#
# *Predict* the row of pictures from β/α = 0.2 to 200. Where does the temple vanish? Will both losses ever be low?

# %%
base = Settings.classic(size=192, scales=3, iterations=140, **OF_THIS_LESSON)
rungs = {ratio: transfer(content, style, replace(base, style_weight=ratio)) for ratio in (0.2, 0.6, 2, 6, 20, 200)}
ladder = {ratio: (one.image, one.history["content"][-1], one.history["style"][-1]) for ratio, one in rungs.items()}
figure, axes = plots.subplots(2, 3, size=(9, 4.6))
for axis, (ratio, (image, _, _)) in zip(axes.flat, ladder.items(), strict=True):
    plots.draw_image(axis, image, f"β/α = {ratio:g}", smooth=True)
plots.show(figure, photo=True, alt="Six pictures: the temple, plain, in soft strokes and autumn colours; then with "
                                   "bolder and bolder strokes, until only orange and blue strokes are left.")

# %%
contents, styles = (np.array([rung[place] for rung in ladder.values()]) for place in (1, 2))
assert (np.diff(contents) > 0).all() and (np.diff(styles) < 0).all()
assert styles[1] < 0.6 * styles[0] and styles[5] > 0.9 * styles[4]  # from 0.2 to 0.6, and from 20 to 200
figure, axes = plots.subplots(size=(6, 3.2))
axes.plot(contents, styles, "o-")
for ratio, x, y in zip(ladder, contents, styles, strict=True):
    axes.annotate(f"{ratio:g}", (x, y), xytext=(6, 4), textcoords="offset points")
axes.set(xscale="log", yscale="log", xlabel="content loss", ylabel="style loss",
         title="What style gains, content pays (numbers: β/α)")
axes.minorticks_off()
axes.set_xticks([0.6, 1, 2, 4, 6], ["0.6", "1", "2", "4", "6"])
axes.set_yticks([0.4, 1, 2, 4], ["0.4", "1", "2", "4"])
plots.show(figure, alt="Six points on a falling curve, from low content loss and high style loss at a ratio of 0.2 to "
                       "the opposite at 200.")
print("each rung: a lower style loss, a higher content loss")

# %% [markdown]
# **What it shows.** A curve that only falls: no rung is better in both. No number says which is best; that is taste.
# The temple is plain up to 2, a ghost at 6, and gone at 20. At the upper end a factor of ten buys next to nothing:
# from 20 to 200 the style loss hardly falls. Up to 6 every factor of three lowers it by a third or more.
#
# Choose your own. The slider shows the nearest of the six pictures at once; the button paints exactly your ratio.

# %%
from nst_helpers.widgets.balance import balance


def paint_ratio(ratio):
    """For the button: one step after the other."""
    chosen = replace(base, style_weight=ratio)
    for step in iterate(content, style, chosen):
        yield step.iteration / chosen.iterations, step.image, step.losses["content"], step.losses["style"]

balance(ladder, paint_ratio)

# %% [markdown]
# ## 6. Only the ratios matter, or do they?
#
# Multiply α, β and γ by 1000. The total is 1000 times as large, its minimum lies where it lay. *Predict* what happens
# to the way there: with plain gradient descent, and with Adam.

# %%
def first_move(optimizer, factor, learning_rate):
    """How far the first step moves the picture, in grey levels (root mean square)."""
    scaled = {f"{name}_weight": factor * weight for name, weight in weights.items()}
    chosen = Settings.classic(optimizer=optimizer, learning_rate=learning_rate, **OF_THIS_LESSON | scaled)
    step = next(descend(content, content, style, Level(*content.shape[:2], 50, 1.0), network, chosen))[0]
    return np.sqrt(np.mean((step.canvas - content) ** 2))

for optimizer, rate in (("gradient_descent", 1), ("adam", 6)):
    moves = [first_move(optimizer, factor, rate) for factor in (1, 1000)]
    print(f"{optimizer:16} first step {moves[0]:.2g}, with weights 1000 times as large {moves[1]:.2g} grey levels")

# %% [markdown]
# **What it shows.** Plain descent moves in proportion to the gradient, so larger weights are longer steps, and sooner
# or later too long ones. Adam divides by the size of the gradient (lesson 10), so its steps stay as long as they were.
# The minimum does not move, so only the ratios matter for *where* we want to go; that is why Gatys could write α/β as
# one number. For the way there it depends on the optimizer: with Adam you may as well leave α at 1.
#
# ## 7. Take one away
#
# *Predict* each picture before you look: without content, without style, without total variation.

# %%
without = {"α = 0": {"content_weight": 0}, "β = 0": {"style_weight": 0}, "γ = 0": {"tv_weight": 0}}
made = {"all three": rungs[2]}  # α = 1, β = 2, γ = 0.4
made |= {name: transfer(content, style, replace(base, **change)) for name, change in without.items()}
figure, axes = plots.subplots(2, 2, size=(9, 6.4))
for axis, (name, one) in zip(axes.flat, made.items(), strict=True):
    plots.draw_image(axis, one.image, name, smooth=True)
plots.show(figure, photo=True, alt="Four pictures: the painted temple; strokes without a temple; a pale temple without "
                                   "strokes; and the painted temple under coloured specks.")

# %%
ends = {name: {part: one.history[part][-1] for part in weights} for name, one in made.items()}
for name in without:  # as ratios: the last digits of so long a run depend on the processor
    ratios = {part: ends[name][part] / ends["all three"][part] for part in weights}
    print(f"{name}: " + ", ".join(f"{part} about {ratio:.2g} times" for part, ratio in ratios.items()))

# %%
assert ends["α = 0"]["content"] > 1.5 * ends["all three"]["content"]
assert ends["β = 0"]["style"] > 5 * ends["all three"]["style"]
assert ends["γ = 0"]["tv"] > 1.5 * ends["all three"]["tv"]
print("each loss is largest where nobody asks for it to be small")

# %% [markdown]
# **What it shows.** Without content a texture is left; without style a rebuilt photograph, as in lesson 03; without
# total variation specks, as in lesson 06.
#
# ## 8. Noise or photograph?
#
# The minimum does not know where we came from, but we stop before we reach it. *Predict*: which start keeps more of
# the subject? Which has the lower total at the end?

# %%
starts = {name: transfer(content, style, replace(base, init=name, scales=1)) for name in ("noise", "content")}
figure, axes = plots.subplots(1, 3, size=(9, 2.7), width_ratios=(1, 1, 1.1))
for axis, color, (name, one) in zip(axes, plots.COLORS, starts.items(), strict=False):
    plots.draw_image(axis, one.image, f"start: {name}", smooth=True)
    axes[2].plot(one.history["total"], color=color, label=name)
    axes[2].plot(one.history["content"], ":", color=color)
axes[2].set(yscale="log", xlabel="step", ylabel="loss", ylim=(0.5, 300), title="total; dotted: content")
axes[2].legend(fontsize=8)
plots.show(figure, photo=True, alt="Two paintings: from noise with fewer traces of the photograph, from the photograph "
                                   "with all its detail; and their curves; that from the photograph is lower.")
final = {name: {part: one.history[part][-1] for part in ("total", "content")} for name, one in starts.items()}
for part in ("total", "content"):
    print(f"{part}: from noise it ends about {final['noise'][part] / final['content'][part]:.1f} times as high")
    assert final["noise"][part] > 1.5 * final["content"][part]

# %%
other = transfer(content, style, replace(base, scales=1, seed=1))
apart = np.abs(other.image - starts["noise"].image).mean()
totals = other.history["total"][-1] / final["noise"]["total"]
print("from other noise: each number differs by more than 30 grey levels on average, the total by less than a tenth")
assert apart > 30 and 0.9 < totals < 1.1

# %% [markdown]
# **What it shows.** From the photograph the subject is there from the first step, and in the same number of steps both
# the total and the content loss end lower. (Its dotted line begins at 0, below the axis.) From noise each seed gives
# another picture, as good as the first.
#
# Lesson 00 and the cup of lesson 06 started from the photograph. The last lesson starts from noise, as Gatys did, and
# gives the small sizes many steps, so that the subject is found too.
#
# ### Exercise 2: the gradient of the total
#
# Write `total_gradient(gradients, weights)`: two dictionaries with the same keys, arrays and numbers; the gradient
# of the weighted sum.

# %% tags=["exercise"]
def total_gradient(gradients, weights):
    ...  # your code: return one array

# %% tags=["solution"]
def total_gradient(gradients, weights):
    return sum(weights[name] * gradients[name] for name in weights)

# %%
exercises.check("07-gradient", total_gradient)

# %% [markdown]
# ## What you saw
#
# - The three gradients add up to the gradient of the sum, to five digits. At the photograph the content's force is
#   exactly zero.
# - From β/α = 0.2 to 200 each rung had a lower style loss and a higher content loss: no ratio is best in both.
# - Without a term its loss was largest: it does what nobody else does. And from the photograph, the same number of
#   steps ended with a lower total than from noise.
#
# ## Where this is used
#
# In the last lesson this sum is all there is: every slider of its studio is a weight, a layer or a step of it.
#
# ## Next
#
# **[08 Gradient descent and momentum](08_gradient_descent.ipynb)**: how does a picture find its way downhill?
