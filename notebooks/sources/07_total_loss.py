# %% [markdown]
# # 07 Total loss

# %% tags=["figure"]
from nst_helpers import plots
from nst_helpers.diagrams.total import same_place
from nst_helpers.runs import load_run


def show_folded(*lines):
    """Printed lines that stay out of sight until they are opened: they would answer a prediction."""
    from IPython.display import display

    text = "\n".join(lines)
    inside = plots.folded_html("Choose first, then open", f"<pre>{text}</pre>")
    display({"text/html": inside, "text/plain": text}, raw=True)


opening = [load_run(f"ladder_{rung}") for rung in range(1, 7)]
plots.show(same_place([run.image for run in opening], [f"β/α = {run.settings.style_weight:g}" for run in opening],
                      (10, 45, 145, 215)),
           "The roof and the upper storeys of a temple in six pictures. From each to the next the style weighs about "
           "six times as much; nothing else differs.", photo=True)

# %% [markdown]
# Six pictures were made for this figure, with the same program, the same photograph and the same painting. Only one
# number was changed, the ratio of two weights, and it leads from a smoothed photograph to a heap of waves. In this
# lesson we put the three losses of the course into one sum and study what their weights do. At the end you will be able
# to say what holds a finished picture in place, to predict what a change of a weight costs, to paint to order, to carry
# weights from one paper or program to another, and to tell when the result depends on where the descent began.
#
# **Needs**: [03 Content loss](03_content_loss.ipynb), [05 Style loss](05_style_loss.ipynb) and [06 Total
# variation](06_total_variation.ipynb). · **Time**: 60 minutes to read, 40 s of computing on two cores. ·
# **Course’s paper**: section 2.3.3, and steps 3 to 5 of section 4.1.

# %%
import numpy as np

from nst_helpers import exercises
from nst_helpers.backend import tf
from nst_helpers.images import load_image, noise_image
from nst_helpers.losses import content_loss, style_loss, total_variation
from nst_helpers.networks import data_folder, load_network
from nst_helpers.optimizers import Adam, GradientDescent
from nst_helpers.transfer import Level, Settings, descend

network = load_network()  # the robust one
content = load_image(data_folder() / "content" / "temple.jpg", max_size=128)
style = load_image(data_folder() / "style" / "great_waves.jpg", max_size=256)

# %% [markdown]
# ## 1. One number from three
#
# An optimizer can lower one number, and we have three aims: to keep the subject, to take the style of the painting,
# and to stay free of specks. The course’s paper joins the first two:
# “可以根据个人的喜好给内容损失函数和风格损失函数设置权重满足生成需求” (“according to one’s own liking, weights can be
# given to the content loss and the style loss, to meet what is to be generated”), and in section 2.3.4 it brings the
# total variation in as well. Written out,
#
# $$L_{total} = \alpha\, L_{content} + \beta\, L_{style} + \gamma\, TV .$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $\alpha, \beta, \gamma$ | weights of content, style and total variation | `weights` |
# | $L_{content}, L_{style}, TV$ | the losses of lessons 03, 05 and 06 | `losses` |
# | $I$ | the picture that is to be found | `image` |
# | $\nabla L$ | gradient: how $L$ changes with each number of $I$ | `gradient` |
#
# Start with a picture that consists of a single number $w$. Let the content loss be $L_c = \frac12 (w-2)^2$, which is
# smallest at $w = 2$, and the style loss $L_s = \frac12 (w-10)^2$, smallest at $w = 10$. The weights are $\alpha = 3$
# and $\beta = 1$, and the sum $3 L_c + L_s$ has its minimum somewhere between 2 and 10.

# %%
exercises.predict(
    "07-pulls", "At the minimum of 3·L_c + L_s, which of the two weighted pulls on w is the stronger?",
    {"content": "Its weight is three times as large, and the minimum does lie nearer to 2. But since it lies nearer, "
                "the weight multiplies a shorter distance.",
     "style": "It has farther to go, and a parabola pulls in proportion to the distance. But its weight is only a "
              "third of the other.",
     "both equally": "If one of them were stronger, a small step in its direction would lower the sum, so this would "
                     "not be the minimum yet."},
    right="both equally")

# %%
alpha, beta = 3, 1
w = np.linspace(0, 12, 1201)
total = alpha * (w - 2) ** 2 / 2 + beta * (w - 10) ** 2 / 2
lowest = w[total.argmin()]
show_folded(f"minimum at w = {lowest:.2f}; there content pulls down with {alpha * (lowest - 2):.2f} "
            f"and style pulls up with {beta * (10 - lowest):.2f}")

# %% tags=["figure"]
figure, axes = plots.subplots(size=(8.5, 3.4))
axes.plot(w, alpha * (w - 2) ** 2 / 2, color=plots.BLUE, label="α · content, α = 3")
axes.plot(w, beta * (w - 10) ** 2 / 2, "--", color=plots.GREEN, label="β · style, β = 1")
axes.plot(w, total, color="black", label="their sum")
axes.plot([lowest], [total.min()], "ko", markersize=8)
for color, tip in ((plots.BLUE, lowest - 1.5), (plots.GREEN, lowest + 1.5)):
    axes.annotate("", (tip, total.min()), (lowest, total.min()),
                  arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 3})
    axes.text(tip, total.min() + 3, "6", color=color, ha="center", weight="bold")
axes.set(xlabel="w", ylabel="loss", ylim=(0, 80), xlim=(0, 12))
axes.legend()
plots.show(figure, "Two parabolas and their sum. At the minimum of the sum, w = 4, the two slopes are equal and "
                   "opposite: the arrows are the weighted pulls, 6 to either side.", folded="Choose first, then open")

# %% tags=["check"]
assert np.isclose(lowest, 4) and np.isclose(alpha * (lowest - 2), beta * (10 - lowest))

# %% [markdown]
# Setting the derivative to zero gives $3(w - 2) + (w - 10) = 0$, hence $w = 4$, a quarter of the way from 2 to 10. The
# larger weight decides where the minimum lies, but not which weighted pull is stronger there: each of them is a weight
# times a distance, and at the minimum both products are 6. A minimum of a weighted sum is a place where forces are in
# balance, and none of the terms needs to be near its own minimum. All of this carries over to a picture, where each
# number that is neither 0 nor 255 is such a $w$.
#
# ## 2. Where each term is attached

# %% tags=["figure"]
from nst_helpers.diagrams.total import attachments

plots.show(attachments(opening[3].image, load_image(data_folder() / "content" / "temple.jpg", 512), style),
           "The whole loss on one page. The picture I passes through the network. The content loss compares its "
           "feature maps F at conv4_2 with those of the photograph, the style loss compares Gram matrices at five "
           "layers with those of the painting, and the total variation looks at the pixels. The gradient of the "
           "weighted sum comes back to the pixels and changes them, and nothing else ever changes. The divisors of "
           "the three losses are left out.", photo=True)

# %% [markdown]
# In code the three terms are one function. It passes the picture through the network once, since content and style
# share the layers up to conv4_1. Content loss and total variation are divided by how many numbers they sum over; what
# happens without these divisors is measured in Exercise 4. (As in lesson 06, differences far below $\varepsilon = 40$
# grey levels count by their square.)

# %%
STYLE_LAYERS = dict.fromkeys(("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"), 0.2)  # w_l
C, S = network(content, ["conv4_2"])["conv4_2"], network(style, STYLE_LAYERS)

def three_losses(image):
    """L_content and TV for each number that they sum over, and L_style."""
    F = network(image, ("conv4_2", *STYLE_LAYERS))
    framed = tf.pad(image, [[0, 1], [0, 1], [0, 0]], "SYMMETRIC")  # so that the last pixels have neighbours too
    return {"content": content_loss(F["conv4_2"], C) / np.prod(C.shape),
            "style": style_loss(F, S, STYLE_LAYERS),
            "tv": total_variation(framed, epsilon=40.0) / content.size}

# %% [markdown]
# The gradient of a sum is the sum of the gradients, so every pixel feels three forces at once,
#
# $$\nabla L_{total} = \alpha\, \nabla L_{content} + \beta\, \nabla L_{style} + \gamma\, \nabla TV .$$
#
# An optimizer needs only the left-hand side, which the tape delivers in one pass. The three terms on the right are what
# we want to look at in section 4, so a second function keeps them apart. (`tf.function` reads the numbers in `weights`
# once, at the first call. To change α, β or γ, change them in the cell below and run it again; a change made elsewhere
# would have no effect.)

# %%
weights = {"content": 1.0, "style": 25.0, "tv": 0.1}  # α, β, γ

@tf.function
def loss_and_gradient(image):
    """The three losses, and the gradient of their weighted sum."""
    with tf.GradientTape() as tape:
        tape.watch(image)
        losses = three_losses(image)
        total = tf.add_n([weights[name] * losses[name] for name in weights])
    return losses, tape.gradient(total, image)

# %%
def forces(image):
    """{term: its weighted gradient}, one array like the image for each term."""
    image = tf.constant(image)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(image)
        parts = {name: weights[name] * loss for name, loss in three_losses(image).items()}
    return {name: tape.gradient(part, image).numpy() for name, part in parts.items()}

# %% tags=["check"]
noise = noise_image(*content.shape[:2], seed=0)
_, gradient = loss_and_gradient(tf.constant(noise))
assert np.abs(sum(forces(noise).values()) - gradient).max() < 1e-3 * np.abs(gradient).max()
direction = np.sign(gradient).astype(np.float32)  # a finite difference along it, half a grey level to either side
ends = [sum(weights[name] * float(loss) for name, loss in three_losses(tf.constant(noise + step * direction)).items())
        for step in (-0.5, 0.5)]
assert np.isclose(ends[1] - ends[0], np.sum(gradient * direction), rtol=0.1)
settings = Settings(style_weight=25.0, tv_weight=0.1)
package = next(descend(noise, content, style, Level(*content.shape[:2], 1, 1.0), network, settings))[1]
for name, loss in three_losses(tf.constant(noise)).items():
    assert np.isclose(float(loss), package[name], rtol=1e-2)

# %% [markdown]
# ## 3. The loop
#
# With these lines the method of the course’s paper is complete: start from noise (its step 3), ask for the gradient
# and take a step (step 4), keep every loss (step 5). Its optimizer is Adam, which lesson 10 explains; η falls to zero
# along half a cosine.

# %%
def paint(image, iterations=120, learning_rate=24.0):
    """The picture after so many steps of Adam, and the three losses on the way."""
    history, state = [], Adam(learning_rate).init(image)
    for number in range(iterations):
        losses, gradient = loss_and_gradient(image)
        falling = np.float32(learning_rate * (1 + np.cos(np.pi * number / iterations)) / 2)
        image, state = Adam(falling).step(image, gradient, state)
        image = tf.clip_by_value(image, 0, 255)
        history.append({name: float(loss) for name, loss in losses.items()})
    return image.numpy(), history

noise = noise_image(*content.shape[:2], seed=0)
painted, history = paint(tf.constant(noise))

# %% tags=["figure"]
figure, axes = plots.subplots(1, 2, size=(9.4, 3.4))
plots.draw_image(axes[0], painted, "live: 128 pixels, Adam", smooth=True)
plots.draw_image(axes[1], load_run("start_noise").image, "256 pixels, 300 steps of L-BFGS", smooth=True)
plots.show(figure, "Left, what the 120 steps of the cell above have made of noise: a dark roof and walls in the left "
                   "half, waves in the right. Right, the same loss from noise at twice the size and lowered for "
                   "longer, computed beforehand.", photo=True)
figure, axes = plots.subplots(size=(8.5, 3.2))
for name, line in plots.LINES.items():
    axes.plot(range(1, 121), [weights[name] * losses[name] for losses in history], **line)
axes.set(xlabel="step", ylabel="weighted loss", yscale="log")
axes.legend(fontsize=10)
plots.show(figure, "The three weighted losses of the live run. Style falls first and furthest; content, after a short "
                   "dip, rises before it falls.")

# %%
from nst_helpers.names import named

for name in weights:
    values = [weights[name] * losses[name] for losses in history]
    print(f"{named(name):8} begins at {values[0]:.2f}, is highest at ≈ {max(values):.2f}, ends at ≈ {values[-1]:.2f}")

# %% tags=["check"]
first, last, highest = history[0], history[-1], max(losses["content"] for losses in history)
assert last["style"] < 0.1 * first["style"] and last["tv"] < 0.5 * first["tv"]
assert 1.05 * first["content"] < highest and last["content"] < 0.9 * first["content"]

# %% [markdown]
# The course’s paper plots the same three curves. At the noise style supplies 29.7 of the 42.7, and it ends at 0.87.
# Content, after a short dip, moves the other way at first, from 3.07 up to about 3.71. As long as the style is that far
# from its goal, a step that lowers it pays even if it raises the content loss. Only when both losses have come to the
# same size do they fall together. The right picture shows how much more the same loss can give, with twice the size,
# more steps and another optimizer.
#
# ## 4. Three forces in balance
#
# What holds a finished picture in place? To find out, let a descent begin at the photograph and run for 200 steps of
# L-BFGS, the optimizer that Gatys, Ecker and Bethge used (lesson 10). On the way we measure the root mean square of
# each force, and of their sum.

# %%
settings = Settings(style_weight=25.0, tv_weight=0.1)  # L-BFGS, and the same three losses
level, stages = Level(*content.shape[:2], 200, 1.0), {"at the photograph": content}
for number, (state, _) in enumerate(descend(content, content, style, level, network, settings), 1):
    if number in (10, 200):
        stages[f"after {number} steps"] = state.canvas

# %%
measured = {}
for stage, image in stages.items():
    pulls, free = forces(image), (image > 0) & (image < 255)
    pulls["sum"] = sum(pulls.values())
    measured[stage] = {name: 1e6 * np.sqrt(np.mean(pull[free] ** 2)) for name, pull in pulls.items()}
    strengths = ", ".join(f"{named(name)} ≈ {strength:.1f}" for name, strength in measured[stage].items())
    print(f"{named(stage):17}: {strengths}; ≈ {100 * np.mean(~free):.0f} % of the numbers at 0 or 255")

# %% tags=["check"]
assert measured["at the photograph"]["content"] < 0.01 < measured["at the photograph"]["tv"]
end = measured["after 200 steps"]
assert end["sum"] < 0.15 * end["content"] and end["sum"] < 0.15 * end["tv"]
assert min(end["content"], end["tv"]) > 1

# %% tags=["figure"]
from nst_helpers.diagrams.total import maps_of

pulls = {name: -pull for name, pull in forces(state.canvas).items()}
shown = {"content pushes": pulls["content"], "style pushes": pulls["style"],
         "total variation pushes": pulls["tv"], "all three together": sum(pulls.values())}
plots.show(maps_of({name: pull[..., 1] for name, pull in shown.items()}),
           "After 200 steps: where each weighted term pushes the green channel, all four on one scale. The first three "
           "are strong along the strokes and weak in the sky; their sum is nearly white. The dots that are left in it "
           "are pixels at 0 or 255, which would have to become darker than black or brighter than white.")

# %% [markdown]
# At the photograph the force of the content is zero, since nothing is wrong with the subject yet. The first steps
# therefore follow style and smoothness alone, and a force of content appears only when something has been lost. After
# ten steps the sum is still as large as each of the three, because they do not yet point against one another. After 200
# steps none of the three forces is small: 2.9 for content, 4.0 for style and 2.1 for total variation, in units of
# $10^{-6}$ loss per grey level. Their sum, which was 36 at the photograph, has fallen to 0.1, less than 0.3 % of that.
# The picture hardly moves any more, not because every aim is reached but because the forces nearly cancel, pixel by
# pixel, as they did in the example with one number. (The measurement leaves out the numbers that are 0 or 255. There a
# fourth force acts, the end of the scale, and the three need not cancel.)
#
# This also explains how a weight acts. Raise β, and at the old picture the style’s force is too strong for the other
# two. The picture moves, and their forces grow with every bit that is lost, until they balance it again.
#
# ### Exercise 1: weights that do nothing
#
# Forces of different size invite a simple idea: bring each gradient to length 1, so that the weights alone decide how
# strongly each term pulls. (Length: the root of the sum of the squares. A gradient of zeros, such as the content’s at
# the photograph, adds nothing.) The function below takes two dictionaries with the same keys, gradients (arrays of one
# shape) and weights (numbers). It shall return one array, the sum over all terms of weight times gradient of length 1.
# Its author reports that doubling a weight changes nothing. Find the bug.

# %% tags=["exercise"]
def total_gradient(gradients, weights):
    total = 0.0
    for name, gradient in gradients.items():
        pull = weights[name] * gradient
        length = np.sqrt(np.sum(pull**2))
        if length > 0:
            total = total + pull / length
    return total

# %% tags=["solution"]
def total_gradient(gradients, weights):
    total = 0.0
    for name, gradient in gradients.items():
        length = np.sqrt(np.sum(gradient**2))  # of the gradient alone
        if length > 0:
            total = total + weights[name] * gradient / length
    return total

# %%
exercises.check("07-weights", total_gradient)

# %% [markdown] tags=["solution"]
# What such a function returns is no longer the gradient of any fixed loss, since the divisors change from step to step.
# The descent need not come to rest where a weighted sum has its minimum, and a line search has nothing to measure.

# %% [markdown]
# ## 5. The ladder of ratios
#
# Now the weights. The six runs of the opening figure begin at the photograph and go through three sizes up to 512
# pixels, with 35 steps of L-BFGS at each; α = 1 and γ = 0.1 stay, and β is multiplied by about six from rung to rung.
# Each was computed beforehand (`make runs`).

# %%
ladder = {run.settings.style_weight: run for run in (load_run(f"ladder_{rung}") for rung in range(1, 7))}
ratios = list(ladder)  # β/α, as α is 1

# %% tags=["figure"]
captions = ("The two lowest ratios. At 0.1 there is no stroke, only a smoothed photograph; at 0.6 the contours "
            "are darker, and pale streaks stand in the sky.",
            "The middle. At 4 lake and trees have become waves, the sky turns orange at the right, and the temple "
            "keeps its form; at 25 the waves have reached its walls and the left of the sky. From 4 on, dark contours "
            "have a pale seam beside them, in places a row of white dots.",
            "The two highest. At 150 the storeys are rows of arcs, and a red patch stands in the sky; at 1000 arcs run "
            "all over the temple, and of its form the roof is what remains.")
for pair, caption in zip((ratios[:2], ratios[2:4], ratios[4:]), captions, strict=True):
    plots.show_images([ladder[ratio].image for ratio in pair], [f"β/α = {ratio:g}" for ratio in pair], caption,
                      photo=True)

# %% [markdown]
# The same pictures can be placed in a plane. Let $S$ be the style loss and $R = L_{content} + \gamma\,TV$ the rest of
# the sum (with α = 1), so that the total is $R + \beta S$. Before you look at the curve, decide how steep it is.

# %%
exercises.predict(
    "07-curve", "From the fourth rung to the sixth, β grows forty times, from 25 to 1000. What does the style loss do?",
    {"it hardly falls": "At 25 there are waves everywhere, so one might think that little is left to gain. But the "
                        "loss, small as it is beside that of the photograph, is not near its end.",
     "it falls to about a half": "Strokes in similar places, a little bolder: so it looks. The Gram matrices, however, "
                                 "come very much nearer to those of the painting.",
     "it falls to about a fifteenth": "Style still improves quickly, and what pays for it is the subject: the content "
                                      "loss doubles."},
    right="it falls to about a fifteenth")

# %%
from itertools import pairwise

first, low = ladder[25].history, ladder[0.1].history  # entries 0 to 34 belong to the smallest size
lines = [f"at 256 pixels: the photograph has style {first['style'][0]:.2f} and TV {first['tv'][0]:.2f}, "
         f"the rung 0.1 has {low['style'][34]:.2f} and {low['tv'][34]:.2f}",
         "at 512 pixels:", "β/α     content    style     TV  R = content + γ·TV"]
rest = {}
for ratio, run in ladder.items():
    last = {name: run.history[name][-1] for name in weights}
    rest[ratio] = last["content"] + 0.1 * last["tv"], last["style"]
    lines.append(f"{ratio:<6g} {last['content']:8.3f} {last['style']:8.5f} {last['tv']:6.2f} {rest[ratio][0]:8.3f}")
show_folded(*lines)

# %% tags=["figure"]
from nst_helpers.diagrams.total import on_the_curve

plots.show(on_the_curve({ratio: (run.image, *rest[ratio]) for ratio, run in ladder.items()}),
           "The six pictures in the plane of R and style loss, on logarithmic axes; the numbers are β/α. To the right "
           "the curve falls at every step, and no rung is better than another in both.", photo=True,
           folded="Choose first, then open")

# %% tags=["check"]
for one, two in pairwise(ratios):
    assert rest[two][0] > rest[one][0] and rest[two][1] < rest[one][1]
    assert one < (rest[two][0] - rest[one][0]) / (rest[one][1] - rest[two][1]) < two

# %% [markdown]
# From the first rung to the last the style loss falls from 1.62 to 0.00097, while the content loss rises from 0.070 to
# 2.83 and $R$ from 0.19 to 4.76. At 256 pixels, the size at which the descents begin, the photograph has a style loss
# of 1.33, and after 35 steps there the rung 0.1 has a *higher* one, 1.60. With so small a β the total variation
# decides: it has fallen from 7.27 to 1.43, and smoothing takes a photograph away from a painting that is full of lines
# (with β = 0, in section 7, the style loss rises to 1.64). At the other end the style is not nearly exhausted at 25. Up
# to 1000 its loss falls to a fifteenth, although waves are everywhere in both pictures, and what pays for it is the
# subject, whose content loss doubles.
#
# Such a curve can only fall, and two lines prove it. Let picture 1 be the minimum for $\beta_1$ and picture 2 that for
# a larger $\beta_2$. Neither can be beaten at its own weight:
#
# $$R_1 + \beta_1 S_1 \le R_2 + \beta_1 S_2, \qquad R_2 + \beta_2 S_2 \le R_1 + \beta_2 S_1 .$$
#
# The first line says that going from 1 to 2 costs at least $\beta_1$ for each unit of style loss that is saved, the
# second that it costs at most $\beta_2$:
#
# $$\beta_1 \;\le\; \frac{R_2 - R_1}{S_1 - S_2} \;\le\; \beta_2 .$$

# %%
for one, two in pairwise(ratios):
    price = (rest[two][0] - rest[one][0]) / (rest[one][1] - rest[two][1])
    print(f"from {one:g} to {two:g}: {price:.3g} of R given up for each unit of style loss")

# %% [markdown]
# So β is a price: as much of $R$ as one unit of style loss is worth. All five printed prices lie between the ratios of
# their two rungs, from 0.412 between 0.1 and 0.6 to 621 between 150 and 1000 (where hardly any style loss is left to
# buy: 0.0015 of it cost 0.95 of $R$). This says that no rung is beaten by its neighbour at its own weight. It does not
# say that they are minima; section 8 asks how many there are. In the language of optimization such a curve is a *Pareto
# front*, and the weights choose a point of it, though only where it bulges towards the origin, if both axes are linear
# (ours are logarithmic, which bends every curve): points of a concave part are the minimum of no weighted sum. No loss
# says which point is best; that is what the course’s paper calls “个人的喜好”, one’s own liking.
#
# Choose yours. The slider shows the nearest of the six pictures at once, and the button paints exactly your ratio, at
# 192 pixels.

# %%
from dataclasses import replace

from nst_helpers.transfer import iterate
from nst_helpers.widgets.balance import balance

base = Settings(size=192, scales=2, iterations=60, init="content", content_lead=1.0)
sources = [load_image(data_folder() / f"{name}.jpg", None) for name in ("content/temple", "style/great_waves")]
rungs = {ratio: (run.image, run.history["content"][-1], run.history["style"][-1]) for ratio, run in ladder.items()}

# %%
def paint_ratio(ratio):
    """For the button: one step after the other."""
    for step in iterate(*sources, replace(base, style_weight=ratio)):
        yield step.iteration / base.iterations, step.image, step.losses["content"], step.losses["style"]

balance(rungs, paint_ratio)

# %% [markdown]
# ### Exercise 2: a picture to order
#
# The ladder starts from ratios. An order starts with what may be lost of the subject. Choose a painting of `data/style`
# and paint the temple, with α = 1 and γ = 0.1, so that its content loss is 0.70 within 5 %. The β for that differs from
# painting to painting; find it by bisection (the content loss rises with β). Note your β: the investigation below asks
# for such numbers.

# %%
temple = load_image(data_folder() / "content" / "temple.jpg", max_size=160)
C160 = network(temple, ["conv4_2"])["conv4_2"]

def painted_temple(beta, painting, steps=40):
    """The temple after so many steps of L-BFGS from the photograph, and its content loss."""
    strokes = load_image(data_folder() / "style" / f"{painting}.jpg", max_size=320)
    level = Level(*temple.shape[:2], steps, 1.0)
    *_, (state, _) = descend(temple, temple, strokes, level, network, Settings(style_weight=beta))
    F = network(state.canvas, ["conv4_2"])["conv4_2"]
    return state.canvas, float(content_loss(F, C160)) / np.prod(C160.shape)

# %% tags=["exercise"]
ordered = ...  # your picture, (107, 160, 3), values from 0 to 255

# %% tags=["solution"]
def order(painting, wanted=0.70, low=0.1, high=1000.0):
    while True:
        beta = np.sqrt(low * high)  # the middle, on a scale of factors
        picture, lost = painted_temple(beta, painting)
        print(f"β = {beta:.3g}: content loss ≈ {lost:.2f}")
        if abs(lost - wanted) < 0.04 * wanted:
            return picture
        low, high = (beta, high) if lost < wanted else (low, beta)

ordered = order("great_waves", low=2, high=9)

# %%
exercises.check("07-order", ordered)

# %% [markdown]
# ## 6. A ratio means nothing without its divisors
#
# **A common factor.** Multiply all three weights by 1000. The total is 1000 times as large everywhere, and its minimum
# stays where it was, which is why one speaks of *ratios* of weights. Is the way there the same too?

# %%
exercises.predict(
    "07-factor", "All weights are multiplied by 1000. Which optimizer’s first step changes?",
    {"neither’s: only ratios matter": "They decide where the minimum is. The step, however, is made of the gradient, "
                                     "and the gradient has grown.",
     "only that of plain gradient descent": "Its step is η times the gradient, so it is 1000 times as long. Adam "
                                            "divides the gradient by its own size, and the factor cancels.",
     "that of both, of plain descent and of Adam": "So it would be if both stepped in proportion to the gradient. Adam "
                                                    "does not."},
    right="only that of plain gradient descent")

# %%
def first_step(optimizer, factor):
    """How far a first step moves the photograph, in grey levels (root mean square)."""
    image = tf.constant(content)
    _, gradient = loss_and_gradient(image)
    moved, _ = optimizer.step(image, factor * gradient, optimizer.init(image))
    return np.sqrt(np.mean((moved - image) ** 2))

for name, optimizer in (("plain descent, η = 20,000", GradientDescent(20_000.0)), ("Adam, η = 6", Adam(6.0))):
    one, thousand = first_step(optimizer, 1), first_step(optimizer, 1000)
    show_folded(f"{name}: first step {one:.1f}, with weights × 1000 {thousand:.1f} grey levels")

# %% tags=["check"]
for optimizer, grows in ((GradientDescent(20_000.0), 1000), (Adam(6.0), 1)):
    assert np.isclose(first_step(optimizer, 1000), grows * first_step(optimizer, 1), rtol=0.02)

# %% [markdown]
# The minimum depends on ratios only; the way to it may not. With plain descent the weights also set the step length,
# and larger ones may make it diverge. Adam’s first step is η for almost every number, whatever the gradient’s size, so
# one may leave α at 1 and forget the factor, as long as the gradient stays far above Adam’s small constant ε (lesson
# 10). With every optimizer, L-BFGS included, this course’s package lowers the total divided by the sum of its weights,
# times a constant, so that the factor cannot matter.
#
# **Other people’s ratios.** Gatys, Ecker and Bethge (2016) show results for α/β from $10^{-4}$ to $10^{-1}$. Their
# printed content loss is a sum, $\frac12 \sum (F - C)^2$, over all $N \cdot M$ numbers of conv4_2, while ours is
# divided by that number; their style loss is ours. A mean is the sum over $N \cdot M$, so it needs a weight that is
# $N \cdot M$ times as large to count the same. Take their $\alpha/\beta = 10^{-3}$ with $\beta = 1$ and a picture of
# 512×512 pixels:
#
# $$\alpha = 10^{-3} \text{ for the sum} = 10^{-3} \cdot 512 \cdot 64^2 = 2097 \text{ for the mean}, \qquad
# \frac{\beta}{\alpha} = \frac{1}{2097} = 0.00048 .$$

# %%
N, M = 512, 64 * 64  # conv4_2 of VGG-19, for a picture of 512 × 512 pixels
for ratio in (1e-4, 1e-3, 1e-2, 1e-1):
    by_sum, by_mean = 1 / (ratio * N * M), 1 / ratio
    print(f"α/β = {ratio:g}: β/α = {by_sum:.1e} if the content loss is a sum, {by_mean:g} if it is a mean")
n = np.array([64, 128, 256, 512, 512])
print("their later code, β·w_l/α:", ", ".join(f"{weight:.2g}" for weight in 4e3 / n**2 / 2))
print("this lesson’s fourth rung:", ", ".join(f"{25 * w:.2g}" for w in STYLE_LAYERS.values()))

# %% [markdown]
# Read as printed, all four ratios lie far below the lowest rung of our ladder, where no style can be seen; yet their
# figure shows the full range from pure style to the photograph. Read with a *mean*, they become 10 to 10,000, and our
# ladder ends at 1000. A ratio that is quoted without its divisors is thus uncertain by the factor $N \cdot M$, two
# million here. The code that Gatys published later takes means, of $(F - C)^2$ and of the squared differences of $G/M$,
# so it can be translated without doubt; the second line from below shows its weights, 10 to 650 times smaller than
# ours. Two networks may also respond to the same picture with numbers of different size, and that changes a ratio too,
# as the next exercise shows.
#
# ### Exercise 3: a network with larger responses
#
# Suppose that a second network is the same as ours, but its responses in every layer are $s$ times as large. You want
# the same pictures from it, with α = 1 and without total variation. Which weight takes the place of β? Write it as
# text, an expression in `beta` and `s`, such as `"beta + s"` (a square is `s**2`).

# %% tags=["exercise"]
new_beta = ...  # your expression

# %% tags=["solution"]
new_beta = "beta / s**2"  # (sF − sC)² has s²; G has s², and E, its difference squared, s⁴: s⁴ · β/s² = s² · β

# %%
exercises.check("07-network", new_beta)

# %% [markdown]
# ### Exercise 4: which term dominates at which size?
#
# Why are two of our losses divided by their number of terms? Measure what happens without. Let the picture be the
# mirrored photograph, `photograph[:, ::-1]`, and take the losses as printed: `content_loss` at conv4_2 (a sum),
# `style_loss` with $w_l = 1/5$, `total_variation` (a sum, without `epsilon` and without the frame). Choose the three
# weights so that at 64 pixels each weighted term is a third of the total, and keep them. Write `shares(size)`: it loads
# the temple with `max_size=size` and the waves with `max_size=2 * size`, and returns the shares of content, style and
# total variation, three numbers that sum to 1. Before you run it, write down in `leads` which term you expect to lead
# at 48 pixels, and which at 128. The check asks for both answers; a prediction that fails is as good as one that comes
# true.

# %% tags=["exercise"]
leads = ...  # what you expect to lead at 48 pixels, and at 128: two of "content", "style", "tv"

def shares(size):
    ...  # your code: return three numbers that sum to 1

# %% tags=["solution"]
leads = "style", "tv"  # two terms are sums over the pixels and grow with the picture, and style does not

def terms(size):
    photograph = load_image(data_folder() / "content" / "temple.jpg", max_size=size)
    painting = load_image(data_folder() / "style" / "great_waves.jpg", max_size=2 * size)
    image = photograph[:, ::-1]
    F, wanted = network(image, ("conv4_2", *STYLE_LAYERS)), network(photograph, ["conv4_2"])["conv4_2"]
    style_part = style_loss(F, network(painting, STYLE_LAYERS), STYLE_LAYERS)
    return np.array([content_loss(F["conv4_2"], wanted), style_part, total_variation(image)], float)

def shares(size):
    weighted = terms(size) / terms(64)  # weights 1/terms(64): each term is 1 at 64 pixels
    return weighted / weighted.sum()

# %%
exercises.check("07-sizes", (leads, shares))

# %% [markdown] tags=["solution"]
# Measured, the style leads at 48 pixels with 48 % of the total, and at 128 pixels the total variation leads with 48 %,
# while 11 % are left for the style. Content and total variation are sums, so they grow with the number of pixels, from
# 64 to 128 pixels 3.1 and 3.6 times; the style loss is a mean of means, and changes little. With sums, a picture that
# is right at a small size therefore loses its style when it is made larger. In this course both sums are divided. As
# for exercise 3: it need not explain the small weights of the later code. Gatys and colleagues rescale their network to
# a mean activation of 1, as ours is (lesson 02), so the responses may well be alike; nothing here has measured them.

# %% [markdown]
# ## 7. What each term is for
#
# The fairest way to see what a part does is an *ablation*: take it away and leave everything else as it is. The next
# figure does so with each of the three, at 256 pixels and from the photograph, with 35 steps at each of two sizes, and
# α = 1, β = 25 and γ = 0.1 as the baseline.

# %% tags=["figure"]
made = {"all three": load_run("ablation_none"), "α = 0": load_run("ablation_content"),
        "β = 0": load_run("ablation_style"), "γ = 0": load_run("ablation_tv"),
        "α = 0, from noise": load_run("ablation_content_noise")}
pairs = {("all three", "β = 0"): "Without the style loss a smoothed photograph is left.",
         ("α = 0", "α = 0, from noise"): "Without the content loss. Left, from the photograph: the walls have become "
                                         "arcs, and the roof is still there. Right, from noise: waves, and no temple."}
for pair, caption in pairs.items():
    plots.show_images([made[name].image for name in pair], list(pair), caption, photo=True)
plots.show_images([made[name].image[6:96, 116:252] for name in ("all three", "γ = 0")],
                  ["all three: the sky over the lake", "γ = 0: the same piece"],
                  "A piece of the sky, enlarged 3.6 times. Without total variation it is full of thin, hard lines.",
                  photo=True)

# %%
print(f"{'':17}  content    style       TV")
for name, run in made.items():
    print(f"{name:17}" + "".join(f"{run.history[part][-1]:9.3g}" for part in weights))
print(f"β = 0, at the start of the second size: content {made['β = 0'].history['content'][35]:.2f}")

# %% tags=["check"]
last = {name: {part: run.history[part][-1] for part in weights} for name, run in made.items()}
for name, part in (("α = 0", "content"), ("β = 0", "style"), ("γ = 0", "tv")):
    assert last[name][part] == max(values[part] for other, values in last.items() if other != "α = 0, from noise")

# %% [markdown]
# Of the four runs from the photograph, the one without a term always has the highest loss of that kind: a content loss
# of 2.99 instead of 1.38, a style loss of 1.64 instead of 0.020, a total variation of 24.6 instead of 16.1. The table
# also shows what each term costs the others. Without content the style loss more than halves, and without total
# variation both other losses are lower: smoothness is paid for by both.
#
# Look at the two extremes. With α = 0 one would expect a texture as in lesson 05, and yet the ridge of a roof is still
# there, although no term has asked for it. The control, the same sum lowered from noise, has no temple at the same
# style loss of 0.0084. So it is the start that has left the roof. With β = 0 the content loss was zero at the
# beginning, and at the end it is 0.061. Not all of that is due to the total variation, for enlarging the picture
# between the two sizes blurs it, and the second size began at 0.28.
#
# ## 8. One minimum or several?
#
# So far we have spoken of *the* minimum. Does it exist? The Gram matrix consists of products, and a product does not
# change when both of its factors change sign. A model of one number shows what that can do. In it a feature $w$ and its
# opposite $-w$ have the same style. (Real features after a ReLU are never negative, so this is a model and no layer of
# the network.) Let the style of the painting be $w^2 = 4$, so that $L_s = \frac14 (w^2 - 4)^2$, and let the content
# loss be $L_c = \frac12 (w - 1)^2$.

# %% tags=["figure"]
figure, axes = plots.subplots(size=(8.5, 3.4))
line = np.linspace(-3, 3, 601)
for beta, color, dash in ((0.1, plots.SKY, "-"), (0.5, plots.AMBER, "-."), (2, "black", "--")):
    loss = (line - 1) ** 2 / 2 + beta * (line**2 - 4) ** 2 / 4
    inner = [place for place in range(1, 600) if loss[place] < min(loss[place - 1], loss[place + 1])]
    axes.plot(line, loss, dash, color=color, label=f"α = 1, β = {beta:g}")
    axes.plot(line[inner], loss[inner], "o", color=color, markersize=8)
axes.set(xlabel="w", ylabel="α · content + β · style", ylim=(0, 12))
axes.legend()
plots.show(figure, "The sum for three values of β, its minima marked. With a weak style there is one; with a strong "
                   "one there are two, and the left one, far from the minimum of the content, is only a local minimum.")

# %% tags=["check"]
minima = {}
for beta in (0.1, 0.5, 2):
    loss = (line - 1) ** 2 / 2 + beta * (line**2 - 4) ** 2 / 4
    minima[beta] = [line[place] for place in range(1, 600) if loss[place] < min(loss[place - 1], loss[place + 1])]
assert [len(places) for places in minima.values()] == [1, 1, 2] and minima[2][0] < 0 < minima[2][1]

# %% [markdown]
# With β = 2 a descent that begins at $w = -3$ and takes small steps ends in the left minimum and stays there, although
# the right one is lower. A real style loss has very many alternatives of another kind: exchange two strokes of the
# same kind, and the Gram matrices are nearly as they were. The content loss makes some of the alternatives better than
# others, but how much better depends on its weight.
#
# ### Exercise 5: the weight that balances half-way
#
# Let the losses be $L_c = \frac12 w^2$, smallest at $w = 0$, and $L_s = \frac14 (w^2 - s^2)^2$, smallest at $w = s$ and
# at $w = -s$. You want the minimum of $\alpha L_c + \beta L_s$ to lie half-way between content and style, at
# $w = \frac12 s$. Which β balances the two pulls there? Write an expression in `alpha` and `s`. Then let β shrink: what
# becomes of the two minima, and from where on does the start of a descent no longer matter?

# %% tags=["exercise"]
balancing_beta = ...  # your expression, as text

# %% tags=["solution"]
balancing_beta = "4 * alpha / (3 * s**2)"  # αw = βw(s² − w²) at w = s/2: α = β · ¾ s²

# %%
exercises.check("07-balance", balancing_beta)

# %% [markdown] tags=["solution"]
# For any β the pulls balance at $w = 0$ and where $w^2 = s^2 - \alpha/\beta$. As β shrinks, the two minima move towards
# the middle, and at $\beta = \alpha/s^2$ they meet there. Below that there is one minimum, at the content’s 0, and
# every start leads to it.

# %% [markdown]
# Now pictures. The course’s paper starts from noise, “正常情况下是使用噪声图像作为初始生成图像” (“normally a noise
# image is used as the initial generated image”), and so do Gatys and colleagues, who also tried the photograph and the
# painting. Of these starts they report: “although they bias the final image somewhat towards the spatial structure of
# the initialisation, the different initialisations do not seem to have a strong effect on the outcome of the synthesis
# procedure”. With few steps that is hard to believe, for noise has to find the subject first, while the photograph
# begins with it. The question is what remains after many: one size of 256 pixels, β = 25, 300 steps of L-BFGS.

# %%
exercises.predict(
    "07-start", "After 300 steps, how much higher is the total loss of the picture that began as noise?",
    {"about twice as high": "So it is after a few steps. But the start is no part of the loss, and the lead that the "
                            "photograph gives is caught up.",
     "a few percent higher": "The noise has nearly caught up. Whether the rest would vanish with still more steps is "
                             "another question.",
     "lower": "It is tempting to think that noise is free to find a better compromise. Here the photograph was the "
              "better place to begin."},
    right="a few percent higher")

# %% tags=["figure"]
starts = {"from the photograph": load_run("start_photograph"), "from noise": load_run("start_noise")}
plots.show_images([run.image for run in starts.values()], list(starts),
                  "The same loss and the same 300 steps from two starts. The temples agree; around them almost "
                  "nothing does. Where one has an orange sky over a calm lake, the other has a wave that fills half "
                  "of the picture.", photo=True, folded="Choose first, then open")

# %%
lines = ["total after         10     30    100    300 steps; content, style and TV at the end"]
for name, run in starts.items():
    ends = ", ".join(f"{run.history[part][-1]:.3g}" for part in weights)
    totals = "".join(f"{run.history['total'][step - 1]:7.2f}" for step in (10, 30, 100, 300))
    lines.append(f"{name:20}{totals}; {ends}")
first, second = (run.image for run in starts.values())
distance = np.sqrt(np.mean((first - second) ** 2))
show_folded(*lines, f"The pictures are ≈ {distance:.0f} grey levels apart (root mean square)")

# %% tags=["check"]
totals = {name: run.history["total"] for name, run in starts.items()}
assert totals["from noise"][9] > 1.8 * totals["from the photograph"][9]
assert 1 < totals["from noise"][-1] / totals["from the photograph"][-1] < 1.05
assert np.sqrt(np.mean((first - second) ** 2)) > 25

# %% [markdown]
# After 10 steps the run from noise has 2.4 times the total of the other, so whoever stops there will think that the
# start decides. After 300 steps the difference is 2 %. That agrees with both halves of the sentence of Gatys and
# colleagues: the start has no strong effect on *how good* the outcome is, and it leaves a trace in *what* it is, for
# the two pictures are 80 grey levels apart. Both totals were still falling, though, the one from noise from 3.61 to
# 3.48 since step 100. Are they on the way to a common end? At 128 pixels, the size of sections 3 and 4, that can be
# settled: the same sum was lowered for 1000 steps from the photograph and from two noises (`make runs`).

# %%
from nst_helpers.experiments.minima import apart, between, force, load_minima, objective_of, starts

settings, ends, distances = load_minima()
print("begun at    total after 10     100     300     600    1000   force: first  last")
started = {name: ends[name] for name in ("photograph", "noise", "second_noise")}
for name, image in starts(content).items():
    totals = "".join(f"{ends[name].totals[steps]:8.3f}" for steps in (10, 100, 300, 600, 1000))
    first_force = force(image, sum(forces(image).values()))
    print(f"{named(name):18}{totals}{1e6 * first_force:15.1f}{1e6 * ends[name].force:6.2f}")
print("grey levels between        after 300  after 1000 steps")
for pair, distance in distances[1000].items():
    print(f"{named(pair):26}{distances[300][pair]:10.1f}{distance:12.1f}")

# %% tags=["check"]
for end in started.values():
    assert end.force < 0.2e-6 < 0.01 * first_force and end.totals[600] - end.totals[1000] < 0.002 * end.totals[1000]
for pair, distance in distances[1000].items():
    assert distance > 30 and abs(distance - distances[300][pair]) < 1

# %% [markdown]
# The totals have all but stopped. From step 600 to step 1000 none falls by more than 0.003, and of a total force of
# 35.7 at the photograph, 59.8 and 63.7 at the noises, 0.1 is left at each end, less than 0.3 %. Yet the pictures do not
# approach each other: photograph and noise are 68.1 grey levels apart after 300 steps and 68.0 after 1000, and two
# noises end nearly as far from each other, so another seed matters almost as much as another kind of start. The
# photograph has lost its lead, for its total, 3.975, lies between those of the noises, 3.987 and 3.966. So there are
# many places, nearly equally good, at which a descent practically stops, and the start decides which is found.
#
# <details><summary>For the sceptic: are these minima?</summary>
#
# A place where almost no force is left need not be a minimum. It may be a saddle, from which some direction still leads
# down, or lie on a long, flat floor. So two of the ends were kicked, with noise of 10 grey levels on every number, and
# lowered for another 400 steps. They end 5.0 and 7.4 grey levels from where they were, with as little force left and at
# slightly *lower* totals (3.967 for 3.975, 3.969 for 3.987): the same waves in another grain. But no kick led to
# another end: from the nearest one the pictures are 68.0 and 64.5 grey levels away. Nor did a descent that began at the
# mean of two ends join one of them. It ended 45 and 47 grey levels from them, with the lowest total of all, 3.914.
# Along the straight line between two ends the total rises to 11.6, by the style loss alone (0.032 to 0.37): a mean of
# two pictures lays two systems of lines over each other. A way around that ridge may exist, as it does between the
# minima of large networks (Garipov and colleagues, 2018). Whether each end is a minimum, or one of many places on a
# floor along which L-BFGS only creeps, these runs do not decide; the curvature would (lesson 08).
#
# </details>

# %% tags=["figure"]
figure, axes = plots.subplots(2, 2, size=(9.4, 6.8))
for axis, (name, title) in zip(axes.flat, {"photograph": "from the photograph", "noise": "from noise", "second_noise":
                                           "from another noise", "half_way": "from half-way"}.items(), strict=True):
    plots.draw_image(axis, ends[name].image, title, smooth=True)
plots.show(figure, "Where descents ended at 128 pixels: three after 1000 steps, and one that began half-way between "
                   "the first two ends, after 400. The temple stands in the same place in all four; sky, lake and "
                   "trees are another drawing each time.", photo=True, folded="For the sceptic: the ends")

# %% tags=["figure"]
beside = {"kicked_photograph": "photograph", "kicked_noise": "noise"}
lines = []
for name, origin in beside.items():
    far = {other: apart(ends[name].image, ends[other].image) for other in started}
    lines.append(f"{named(origin)}, kicked by 10: ends {far.pop(origin):.1f} grey levels from where it was, "
                 f"{min(far.values()):.1f} from the nearest other, total {ends[name].losses['total']:.3f}, "
                 f"force left {1e6 * ends[name].force:.2f}")
far = {origin: apart(ends["half_way"].image, end.image) for origin, end in started.items()}
lines.append(f"begun half-way: ends {far['photograph']:.0f} and {far['noise']:.0f} from the two, "
             f"total {ends['half_way'].losses['total']:.3f}, force left {1e6 * ends['half_way'].force:.2f}")
judge = objective_of(content, style, settings)
path = [(t, judge(tf.constant(image))[1].numpy())
        for t, image in between(ends["photograph"].image, ends["noise"].image)]
lines.append("on the straight line between two ends: t, content, style, TV, total")
lines += [f"{t:.1f}" + "".join(f"{loss:9.3g}" for loss in losses) for t, losses in path[::5]]
plots.show_lines(lines, folded="For the sceptic: kicked, begun half-way, and on a straight line")

# %% tags=["check"]
for name, origin in beside.items():
    assert apart(ends[name].image, ends[origin].image) < 15 and ends[name].force < 0.2e-6
    assert ends[name].losses["total"] < 1.01 * ends[origin].losses["total"]
assert min(apart(ends["half_way"].image, ends[origin].image) for origin in started) > 22

# %% tags=["check"]
totals = [losses[3] for _, losses in path]
assert max(totals) > 1.3 * max(totals[0], totals[-1]) and np.isclose(totals[0], totals[-1], rtol=0.1)

# %% tags=["figure"]
figure, axes = plots.subplots(size=(8.5, 3.2))
way = [t for t, _ in path]
axes.plot(way, totals, "k", label="total")
for place, (name, look) in enumerate(plots.LINES.items()):
    axes.plot(way, [weights[name] * losses[place] for _, losses in path], **look)
axes.set(xlabel="way from the photograph’s end to that of noise", ylabel="weighted loss", yscale="log")
axes.legend(fontsize=9)
plots.show(figure, "The losses along the straight line between two of the ends.",
           folded="For the sceptic: the straight line")

# %% [markdown]
# For practice this means that the start is a fourth choice besides the three weights. “Only initialising with noise
# allows to generate an arbitrary number of new images”, as Gatys and colleagues remark. Whoever can afford only a few
# steps should start from the photograph; with many, its lead is gone.
#
# ### Investigation: half photograph, half painting
#
# At which β/α do people say that a picture is half photograph and half painting? Choose two photographs and two styles
# of `data/`, and find that ratio for each of the four pairs with the button above or with `transfer`. Is it one
# number? If not, look for a quantity that can be measured *before* the descent and predicts it: the style loss at the
# photograph, for example, or the forces there. Half a page, with the pictures and one table.

# %% [markdown] tags=["solution"]
# **A rubric for the investigation.** One point for each:
#
# 1. It is written down beforehand what “half” means, and who judges: several people, who do not see the ratio.
# 2. The ladder is the same for every pair, fine enough (a factor of two or less) around the answer, and begins and ends
#    where everybody agrees.
# 3. Everything but β stays: start, sizes, steps, γ, layers; the settings are given.
# 4. A control shows that the steps are enough: one pair again with twice as many.
# 5. The spread between judges, or of one judge on another day, stands beside the differences between pairs.
# 6. The predicting quantity is tested on a pair that was not used to find it.
# 7. Content and style losses of each chosen picture are in the table, so that others can place it on a curve.
# 8. The conclusion is no wider than the experiment: this network, these pictures, this size.

# %% [markdown]
# ## What we found
#
# At the minimum of a weighted sum the weighted forces cancel: 6 against 6 in the example of one number, and in a
# picture of 128 pixels 2.9, 4.0 and 2.1, of which 0.1 is left. From β/α = 0.1 to 1000 each of the six rungs has a lower
# style loss than the one before and more of everything else, and the price of a unit of style loss lies between the two
# ratios, as it must at minima. A published ratio says little without its divisors: the 0.001 of Gatys, Ecker and Bethge
# is a β/α of 0.00048 or of 1000 in this course. A common factor of all weights lengthens the first step of plain
# descent 1000 times, and does not touch Adam’s.
#
# From noise and from the photograph the totals differ 2.4 times after 10 steps and 2 % after 300, at 256 pixels.
# Lowered at 128 pixels until less than 0.3 % of the first force is left, three starts end within 0.6 % of each other in
# the total, while the pictures are 65 to 70 grey levels apart: there are many places at which a descent practically
# stops. All this was measured with one photograph, one painting and the course’s small network.
#
# ## Where this is used
#
# This sum is all that the finished transfer lowers ([lesson 11](11_full_transfer.ipynb)): every slider of its studio is
# one of its weights, one of its layers or one of its steps. Lessons [08](08_gradient_descent.ipynb) to
# [10](10_adam.ipynb) take the gradient of this very sum and ask how to descend. Weighted sums of losses with
# unlike units are everywhere in machine learning, from regularized regression to networks with several tasks.

# %% [markdown]
# ## Sources and further reading
#
# - Gatys, L., Ecker, A., Bethge, M. (2016): Image Style Transfer Using Convolutional Neural Networks. The sum, a
#   figure with four ratios α/β, and the section on initialisation.
# - Gatys, L. (2017): PyTorchNeuralStyleTransfer, on GitHub. The later code, whose weights section 6 translates.
# - Boyd, S., Vandenberghe, L. (2004): Convex Optimization. Section 4.7 on several objectives, Pareto fronts, and what a
#   weighted sum can reach of them.
# - Sener, O., Koltun, V. (2018): Multi-Task Learning as Multi-Objective Optimization. Several losses on one network,
#   treated as forces to be balanced.
# - Nocedal, J., Wright, S. (2006): Numerical Optimization. L-BFGS, and what holds at a minimum with bounds such as 0
#   and 255.
# - Garipov, T., Izmailov, P., Podoprikhin, D., Vetrov, D., Wilson, A. (2018): Loss Surfaces, Mode Connectivity, and
#   Fast Ensembling of DNNs. Ridges on straight lines between minima, and curves around them.
# - Gatys, L., Ecker, A., Bethge, M., Hertzmann, A., Shechtman, E. (2017): Controlling Perceptual Factors in Neural
#   Style Transfer. Weights that differ from place to place in the picture.
#
# ## Next
#
# Everything here was found by an optimizer that we took for granted. **[08 Gradient descent and
# momentum](08_gradient_descent.ipynb)** begins to open it: how long may a step be, and what is gained by remembering
# the steps before?
