# %% [markdown]
# # 11 Full transfer

# %% tags=["figure"]
from nst_helpers import plots
from nst_helpers.diagrams.transfer import finished
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.shipped import shipped_picture

painting = load_image(data_folder() / "gallery" / "temple_night.jpg", 1024)
plots.show(finished(shipped_picture("temple", 400), shipped_picture("night_swirls", 400), painting),
           "What 180 steps of an optimizer made of coloured noise, 1,024 pixels wide: the roofs of the photograph keep "
           "their edges, and the sky turns in the strokes of the style picture, which a program drew.", photo=True)

# %% [markdown]
# The large picture above was coloured noise once. In 180 steps an optimizer changed the three numbers of every pixel,
# until a network found in it roughly the shapes of the photograph and the texture statistics of the painting. You have
# built each part of this machine by hand, and now they run together. We first carry out the recipe of the course's
# paper, as nearly as this package can, and then compare it with what the package does by default, one difference at a
# time, because several of them turn out to matter for other reasons than one would think. At the end you will be able
# to paint photographs of your own, to tune such a run within a budget, and to tell from six measurements what has gone
# wrong with a picture and what to change.
#
# **Needs**: [01](01_convolution.ipynb) to [10 Adam](10_adam.ipynb). · **Time**: about 50 s of computing on two
# cores. · **Course’s paper**: sections 3.2, 4 and 5.

# %%
import json
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np

# %%
from nst_helpers import exercises
from nst_helpers.backend import tf
from nst_helpers.diagnose import diagnose, signs
from nst_helpers.estimate import estimate, measure
from nst_helpers.images import noise_image
from nst_helpers.losses import gram_distance, gram_matrix, total_variation
from nst_helpers.networks import load_network, random_network
from nst_helpers.runs import load_run
from nst_helpers.settings import Settings
from nst_helpers.transfer import iterate, transfer

network = load_network()  # the robust one

# %% [markdown]
# ## 1. The recipe, as it is written
#
# Section 4.1 of the course's paper describes the project in five steps. Shortened to what each of them does, they read:
#
# 1. “加载 VGG19 卷积神经网络选取层中权重参数,构建网络。” Load VGG-19, take the weights of the chosen layers, and build
#    the network.
# 2. “加载风格以及内容图像的像素矩阵信息并进行标准化,将信息导入网络当中在选定层进行卷积,
#    池化以及激活操作得到抽象出来的内容以及风格特征信息并进行标准化。” Load the pixels of both pictures and standardize
#    them, send them through the chosen layers, and standardize the features that come out. (The network does the first
#    itself; the second is not done here.)
# 3. “正常情况下是使用噪声图像作为初始生成图像” Normally, noise is the first generated picture.
# 4. “设置好 Adam 优化器开始优化生成图像参数” Set up Adam, and let it lower the total loss, with total variation in it.
# 5. “保存每一次迭代的损失值,绘制成图。” Keep the losses of every iteration, plot them, and adjust the hyperparameters.
#
# Section 4.2 adds two numbers: pixels run from 0 to 255, and the learning rate is set to 6 (“如将学习率设为 6”), with
# no schedule that would lower it. The size is the same throughout. Neither the weights nor the number of iterations are
# given; we take $\alpha = 1$, $\beta = 50$, $\gamma = 0.1$. `Settings.paper()` is this recipe, apart from the width of
# the network, from losses that are means instead of sums, and from a rounded total variation (section 2).
# `iterate` is the loop of lesson 10, a generator that yields the picture and the losses after every step.

# %%
content = load_image(data_folder() / "content" / "temple.jpg", max_size=160)   # steps 1 and 2
style = load_image(data_folder() / "style" / "night_swirls.jpg", max_size=512)
paper = Settings.paper(size=160, iterations=80, style_weight=50)                # 3 and 4
print(f"start: {paper.init}; {paper.optimizer}, η = {paper.learning_rate:g}, {paper.schedule}; sizes: {paper.scales}")
steps = list(iterate(content, style, paper))                                    # 5
for number in (1, 10, 30, 80):
    losses = steps[number - 1].losses
    print(f"before step {number:3}: " + ", ".join(f"{name} ≈ {value:.3g}" for name, value in losses.items()))
by_paper = load_run("paper_night")  # the same recipe at 320 pixels, 2,500 steps, computed beforehand

# %% tags=["figure"]
plots.show_images([steps[9].image, steps[79].image], ["live: after 10 steps", "live: after 80"],
                  "The recipe at 160 × 107 pixels: first the blues and a few yellow lights, then dark outlines, and no "
                  "temple yet.", photo=True)
plots.show_images([by_paper.frames[1], by_paper.image], ["320 pixels: after 501 steps", "after 2,500"],
                  "The same recipe at 320 × 214 pixels. Left the temple stands in the colours of the night, in short "
                  "strokes, with stars where they happened to form; right the moon is whole, the star that lay over "
                  "the lake and the trees has dissolved, and the shore is back.", photo=True)

# %% tags=["check"]
for step in (steps[0], steps[-1]):  # what is logged as the total is the weighted sum
    parts = step.losses["content"] + 50 * step.losses["style"] + 0.1 * step.losses["tv"]
    assert np.isclose(step.losses["total"], parts, rtol=1e-4)
assert steps[-1].losses["total"] < 0.2 * steps[0].losses["total"]

# %% [markdown]
# After eighty steps there is a night without a temple. At the noise the weighted style loss is 110 of a total of 122
# and the content loss is 2.6, so the first steps lower the style; after eighty the style is down to an eightieth, and
# the content has fallen by a sixth only. The lower pictures were computed beforehand, with the curves that the fifth
# step asks for.

# %%
total = np.array(by_paper.history["total"])
for number in (1, 10, 30, 100, 200, 500, 1000, 1500, 2000, 2500):
    parts = {name: by_paper.history[name][number - 1] for name in ("content", "style")}
    print(f"step {number:4}: total {total[number - 1]:6.2f}, of it content {parts['content']:.2f} "
          f"and style {50 * parts['style']:.2f}")
print("it falls, in 500 steps each, by " + ", ".join(
    f"{1 - total[begin + 499] / total[begin - 1]:.1%}" for begin in (500, 1000, 1500, 2000)))
print(f"steps that raise it, of the last 500: {np.mean(np.diff(total[-501:]) > 0):.0%}")

# %% tags=["figure"]
figure, axes = plots.subplots(size=(8, 3.2))
for name, line in plots.LINES.items():
    weight = getattr(by_paper.settings, f"{name}_weight")
    axes.plot(range(1, 2501), weight * np.array(by_paper.history[name]), **line)
axes.set(xlabel="iteration", ylabel="weighted loss", xscale="log", yscale="log")
axes.legend()
plots.show(figure, "The three losses of that run, weighted as in the total, on logarithmic axes. The style loss falls "
                   "furthest; the content loss hardly moves for fifty steps, and is the largest term at the end.")

# %% tags=["check"]
assert total[-1] < 0.03 * total[0] and by_paper.history["content"][29] > by_paper.history["content"][9]
assert total[1999] / total[-1] < 1.02 and (np.diff(total[-501:]) <= 0).all()

# %% [markdown]
# The curves do what section 4.2 of the course's paper reports of its own:
# “损失函数随着迭代次数下降,并逐渐的收敛趋于稳定”
# (“the loss falls
# with the number of iterations, and gradually converges and becomes stable”). From step 500 to 1,000 the total still
# falls by 8.6 %, and then by 2.2, 0.9 and 1.2 % in 500 steps each: nearly at rest, but not quite. The last of these
# falls is larger than the one before. It is the time in which the star between lake and trees dissolves, so a curve
# that looks flat is no proof that a picture is finished. A constant $\eta$ might have kept the pixels wandering (lesson
# 10), but here none of the last 500 steps raises the total.
#
# What the curves show besides is an order. In the first thirty steps the style falls from 109 to 4.4, while the content
# loss, from step 10 to step 30, *rises* from 1.79 to 2.04. The style comes first, and the photograph only after it. Is
# there a better order? Section 3 tries others.
#
# ## 2. What is really lowered
#
# The package does not lower the formula of lesson 07 letter by letter. Let $r$ be the number of steps from the full
# size down to the size at hand, so that $r = 0$ is the full size and each step divides the sides by $\sqrt2$.
# What the optimizer lowers is
#
# $$L^{(r)} = \rho^{r}\, \alpha\, \frac{1}{n} \cdot \tfrac12 \sum_{k,i} (F_{ki} - C_{ki})^2
# + \beta \sum_l w_l E_l + \gamma\, \frac{1}{3 H W}\, TV_{40}(w) .$$
#
# | letter | meaning | default | `paper()` | the course's paper |
# |---|---|---|---|---|
# | $n$ | number of values in the content layer's $F$: the sum becomes a mean | the count | the count | 1 |
# | $3HW$ | number of values in the picture $w$, likewise | the count | the count | 1 |
# | $TV_{40}$ | total variation, rounded off below differences of 40 grey levels (lesson 06) | 40 | 40 | 0 |
# | $\rho$ | the *lead*, `content_lead`: the factor on $\alpha$ with each step to a coarser size | 2 | 1 | 1 |
# | | number of sizes, `scales` | 4 | 1 | 1 |
#
# (All of it is multiplied by one constant more, so that the optimizer sees weights with the sum of the default ones;
# neither Adam nor L-BFGS takes another step for that. And $H$ and $W$ are those of the canvas, which reaches a little
# beyond the picture on every side.)
#
# `Settings.paper()` sets one size and no lead, and keeps the first three rows, so that both have the same losses and
# weights. Dividing by counts is what lets one set of weights serve all sizes (lesson 05). The lead changes what is
# asked: with four sizes and $\rho = 2$ the content counts 8, 4, 2 and 1 times as much as $\alpha$ says, from the
# smallest size to the full one. The losses that a run keeps are those with $\rho = 1$, so the logged `total` is
# *not* the number that the optimizer lowers, except at the full size.

# %%
by_default = load_run("default_night")
lead, end = by_default.settings.content_lead, 0
for r, (height, width, count) in zip((3, 2, 1, 0), by_default.sizes, strict=True):
    begin, end = end, end + count
    logged = [by_default.history["total"][place] for place in (begin, end - 1)]
    lowered = [now + (lead**r - 1) * by_default.history["content"][place]
               for now, place in zip(logged, (begin, end - 1), strict=True)]
    print(f"{width:3} × {height:3}: logged total {logged[0]:6.2f} → {logged[1]:5.2f}, "
          f"lowered (content × {lead**r:.0f}) {lowered[0]:6.2f} → {lowered[1]:5.2f}")

# %% [markdown]
# Each row is one size of the default run that section 4 shows, with 30 steps each. At the smallest size the logged
# total ends at 5.65, while the number that is lowered ends at 10.19. From one size to the next the curves step either
# way: at the first enlargement both numbers fall, to 5.07 and to 7.91, and at the last both rise, from 1.89 and 2.63 to
# 3.11. Such steps are no failure of the optimizer, and totals at two sizes must not be compared.
#
# ## 3. Which part of coarse-to-fine helps?
#
# Gatys and colleagues (2017) recommend painting a small picture first and enlarging it, because a receptive field of
# 156 pixels (conv5_1) covers most of a small picture and only an ear in a large one. The package does so, but it
# changes two things at once: the size, and the lead of the content. To see which of them helps, each must be switched
# off alone. The plan below has four runs with 64 steps each, and in all of them the learning rate falls along a cosine
# four times, so that the restarts are the same too.

# %% tags=["figure"]
from nst_helpers.diagrams.transfer import stage_plan

grow, lead = [2 ** (-step / 2) for step in (3, 2, 1, 0)], (8, 4, 2, 1)
plots.show(stage_plan({"neither": [(1, 1)] * 4, "lead only": [(1, factor) for factor in lead],
                       "sizes only": [(share, 1) for share in grow],
                       "both": list(zip(grow, lead, strict=True))}),
           "Four runs of four stages with 16 steps each. The width of a box is the picture's width, its colour and its "
           "number say how much the content counts.")

# %%
exercises.predict(
    "11-growth", "Each of the four runs gets the learning rate that suits it best, and all are measured by the same "
    "total loss at the full size. Which one ends lowest?",
    {"both": "It is what the package does, and what is usually recommended. But at the same number of steps, those at "
             "small sizes cannot paint anything finer than their pixels, and that is left to the last sixteen.",
     "sizes only": "Coarse-to-fine is the famous part, so one expects the help to come from it. Without the lead, "
                   "however, small pictures settle on the style's colours before the temple is there.",
     "lead only": "The content is settled while it counts more, and every step is taken at the size that is measured.",
     "neither": "It is true that every step then lowers the very loss that is measured. But at the noise the content "
                "is a fiftieth of it, so the first steps lower the style, wherever the temple is."},
    right="lead only")

# %% [markdown]
# For each run the learning rate was doubled until the loss rose again. All were computed beforehand, on the temple and
# the night at 256 pixels.

# %%
from nst_helpers.experiments.stages import best_rate, load_stages

tried, longer, pictures = load_stages()
names = {"neither": "neither", "lead": "lead only", "sizes": "sizes only", "both": "both", "lbfgs": "both, L-BFGS"}
for arm, runs in tried.items():
    best = runs[best_rate(runs)]
    print(f"{names[arm]:12} η " + " ".join(f"{rate:g}: {run['total']:.2f};" for rate, run in runs.items())
          + f" pixels painted {best['pixels'] / 1e6:.1f} million")

# %% tags=["figure"]
for pair in (("neither", "lead"), ("sizes", "both")):
    plots.show_images([pictures[arm] for arm in pair],
                      [f"{names[arm]}: η = {best_rate(tried[arm]):g}" for arm in pair],
                      "Every step at the full size. Left the storeys of the temple dissolve, and stars stand in its "
                      "base and in the trees; right, with the lead, each roof can be counted." if "lead" in pair else
                      "The sizes grow. Left the upper storeys are gone in strokes and one large disc fills the lake; "
                      "right the same disc, but the roofs have come back with the lead.", photo=True)

# %%
for arm, runs in tried.items():
    best = runs[best_rate(runs)]
    print(f"{names[arm]:12} total {best['total']:.2f}: content {best['content']:.2f}, style {50 * best['style']:.2f}, "
          f"subject {best['subject']:.2f}, contrast {best['contrast']:.2f}, noise {best['noise']:.2f}")
for arm, run in longer.items():
    print(f"{names[arm]:12} with 128 steps, {run['pixels'] / 1e6:.1f} million pixels: total {run['total']:.2f}, "
          f"subject {run['subject']:.2f}")

# %% tags=["check"]
ends = {arm: min(run["total"] for run in runs.values()) for arm, runs in tried.items()}
assert ends["lead"] < ends["neither"] < ends["sizes"]
for runs in tried.values():  # every best rate has a worse one on both sides
    assert min(runs) < best_rate(runs) < max(runs)

# %% [markdown]
# Read the table as two pairs. The lead lowers the loss in both of them, from 2.34 to 2.05 at the full size and from
# 2.83 to 2.36 with growing sizes. Growing *raises* the loss in both, and by itself it makes the temple harder to
# recognize (a correlation of 0.38 against 0.52). L-BFGS on the plan of “both” ends lower than every run of Adam with as
# many steps, at 1.74; but its learning rate was constant, so this compares optimizers together with their schedules.
#
# Why then grow at all? Because it halves the work, 1.5 million pixels instead of 3.3 million (with the margin that the
# package paints around a picture and cuts off). The fair rival is a growing run with twice as many steps, and there the
# ranking turns round, at the rates of the short runs: “both” ends at 1.83, below the 2.05 of the lead alone. So the
# lead decides how much of the temple is there, and growing how much one gets for one's time. All this is one pair of
# pictures with one noise at 256 pixels, the rates known to a factor of two, so differences of a tenth mean little.
#
# ### Exercise 1: derive the price of growing
#
# A run has $S$ sizes with equally many steps each, and each size has sides $\sqrt2$ times as long as the one before. A
# step costs as much as the picture has pixels, margins left out. How much does the run cost, compared with as many
# steps at the full size? Write the share as text, an expression in `S`, such as `"1 / (S + 1)"`. The check tries it at
# numbers between 2 and 12 that need not be whole, so close the sum first.

# %% tags=["exercise"]
work_share = ...  # your expression

# %% tags=["solution"]
work_share = "2 * (1 - 2**-S) / S"  # (1 + ½ + … + ½^(S − 1)) / S, a geometric series

# %%
exercises.check("11-work", work_share)

# %% [markdown]
# ## 4. The default beside the recipe
#
# The default settings take all of it together: four sizes, a lead of 2, and L-BFGS instead of Adam, with 120 steps.

# %% tags=["figure"]
plots.show_images([by_paper.image, by_default.image],
                  ["the recipe: 2,500 steps of Adam", "the default: 120 steps"],
                  "The same photograph, style, weights and size, 320 × 214 pixels. Left short strokes, a whole moon "
                  "and lights on the temple; right longer strokes, a swirl in the sky, and a star on the temple.",
                  photo=True)

# %%
for name, run in (("recipe", by_paper), ("default", by_default)):
    painted = sum(height * width * count for height, width, count in run.sizes) / 1e6
    print(f"{name:8} {painted:5.1f} million pixels in {run.seconds:.0f} seconds; total {run.history['total'][-1]:.2f}, "
          f"of it content {run.history['content'][-1]:.2f} and style {50 * run.history['style'][-1]:.2f}")
reached = np.argmax(total <= by_default.history["total"][-1]) + 1
print(f"the recipe is as low as the default at its end after {reached} steps, {reached * 214 * 320 / 1e6:.1f} million "
      f"pixels and {reached / 2500 * by_paper.seconds:.0f} seconds")
array = by_default.image.nbytes / 1e6
print(f"remembered between two steps: Adam {2 * array:.1f} MB, L-BFGS {20 * array:.0f} MB")

# %% [markdown]
# At its end the recipe is lower, 1.44 against 1.51, in the content and in the style. So its weakness is not where it
# arrives but what it costs. It painted 171 million pixels and the default settings 3.8 million (here without margins),
# and to be as low as they are it needed 855 steps, with fifteen times their pixels. The seconds were kept when both
# were computed, on one core each: 494 against 14, and 169 up to step 855, twelve times as many. Do not book these
# factors on Adam alone. The two runs differ in four things: the optimizer, the sizes, the lead, and the learning rate,
# which is the paper's for the one and well chosen for the other. Lesson 10 compares optimizers each at its own best
# rate, and Adam's was several times 6 there.
#
# Why then does the course's paper choose Adam? Section 2.4 gives three reasons: “该方法易于实现,计算效率高,
# 对内存要求还低” (“the method is easy to implement, computationally efficient, and its demand for memory is low as
# well”). The first and the last hold, although 16 MB against 1.6 MB matter in far larger problems only; the second
# depends on what is counted, since with as many steps L-BFGS gets further here. There is a better reason. Adam was made
# for noisy gradients, each from another handful of examples, and the difference of two such gradients says little about
# curvature. In style transfer the loss is the same function at every step, so the curvature can be read off its
# gradients (lesson 10), and Gatys and colleagues used L-BFGS from the beginning.
#
# How a picture forms is best seen moving. The slider shows the same pair at 512 pixels, a run of 120 steps that the
# default settings paint with $\beta = 50$; the opening picture has 180 steps, $\beta = 100$ and six sizes.

# %%
from nst_helpers.widgets.film import film

formed = load_run("temple_night")
marks = np.linspace(1, formed.settings.iterations, len(formed.frames)).round().astype(int)
film(formed.frames, [f"after step {mark} of {formed.settings.iterations}" for mark in marks], label="time", width=512)

# %% tags=["figure"]
for first, last, caption in (
        (2, 4, "Both at the smallest size, 181 pixels wide. Left the temple stands already, in the grain of the noise; "
               "right the grain has gone, and there are hardly any strokes yet."),
        (8, 17, "Left the end of the second size: strokes lie along the roofs, and the sky begins to turn. Right the "
                "end of the run: finer strokes, rings in the sky, and a light at the temple's foot.")):
    plots.show_images([formed.frames[first], formed.frames[last]],
                      [f"after step {marks[first]}", f"after step {marks[last]}"], caption, photo=True)

# %% [markdown]
# ## 5. The studio
#
# Now it is your turn. Choose two pictures or upload your own, press **start**, and watch. Press **pause**, change a
# weight, the optimizer or the learning rate, and **resume**: the changed run goes on beside the one left alone.
# **save** writes the picture, its settings, all losses, and an animation of how it formed. Good first experiments are
# $\beta = 300$ in the middle of a run, $\gamma = 0$, and the optimizer `gradient_descent` with its learning rate at 6,
# then at 50,000: its step is $\eta$ times the gradient, and losses that are means have tiny gradients at a pixel.

# %%
from nst_helpers.settings import Settings
from nst_helpers.widgets.studio import Studio

Studio(Settings(size=256))

# %% [markdown]
# Before a run begins, the studio says how long it will take: a step costs a constant plus a share for every pixel, and
# both are measured on two small pictures.

# %%
speed = measure(Settings())
needs = {size: estimate(Settings(size=size), 1024, 1024, speed) for size in (256, 512, 1024)}
for size, needed in needs.items():
    print(f"{size:4} × {size:4}: about {needed.seconds / needs[256].seconds:.1f} times as long as 256 × 256, "
          f"with {(needed.bytes - needs[256].bytes) / 1e9:.1f} GB of memory more")

# %% tags=["check"]
assert 1 < needs[512].seconds / needs[256].seconds < 4.5

# %% [markdown]
# ### Exercise 2: paint on a budget
#
# Paint the raccoon as a woodcut, from noise, so that its longer side has 192 pixels, the run paints at most 0.8 million
# pixels (size times steps, summed over the sizes, without margins), the subject stays recognizable (correlation of
# conv4_2 with the photograph's at least 0.65), and the style loss is at most 0.06 of the untouched photograph's. The
# default settings fail. Which settings will do? Make `woodcut`, a result of `transfer`; the check says what each wish
# measured, rounded to what processors agree on: the correlation to 0.1, the style loss to 0.04.

# %% tags=["exercise"]
raccoon, wood = shipped_picture("raccoon", 192), shipped_picture("woodcut")
woodcut = ...  # transfer(raccoon, wood, Settings(size=192, …))

# %% tags=["solution"]
raccoon, wood = shipped_picture("raccoon", 192), shipped_picture("woodcut")
woodcut = transfer(raccoon, wood, Settings(size=192, iterations=60, style_weight=8))

# %%
exercises.check("11-budget", woodcut)

# %% [markdown]
# ## 6. More of the craft
#
# **Two styles in one picture.** A style is a set of Gram matrices, and matrices can be averaged (exercise 4 of lesson
# 05). What will a picture look like whose Gram matrices are to be $\frac34 S_{night} + \frac14 S_{window}$?

# %%
exercises.predict(
    "11-blend", "A quarter of the leaded window, three quarters of the night. What will the window give to the "
    "picture?",
    {"its colours before its shapes": "Colours are what one notices first, so they seem easy to pass on. But colours "
                                      "and shapes stand in the same matrices, with the same share.",
     "its shapes before its colours": "Black lead lines are strong edges, so one may expect them to win. They enter "
                                      "with a quarter of their weight like everything else.",
     "about a quarter of both": "Both are in the same matrices, and the loss pulls on all entries alike."},
    right="about a quarter of both")

# %%
quick, photo = Settings(size=224, iterations=40, style_weight=50), shipped_picture("temple", 224)
window = load_image(data_folder() / "style" / "stained_glass.jpg", max_size=512)
blends = {0: transfer(photo, style, quick)}
for share in (0.25, 0.5, 1):
    blends[share] = transfer(photo, [(1 - share, style), (share, window)], quick)

# %% tags=["figure"]
plots.show_images([blends[share].image for share in (0.25, 0.5, 1)], ["25 % window", "50 %", "100 %"],
                  "From the night towards the leaded window, by the share of the Gram matrices: at a quarter its reds "
                  "and yellows glow in the base of the temple, at a half there are black lines, at last closed cells.",
                  photo=True)

# %%
plain = load_network("plain")  # a second network, which had no part in the painting

def gone(measure):
    """How far the blends are on the way from the night to the window, by a measure of the picture: 0 to 1."""
    first, *between, last = (np.asarray(measure(made.image), float) for made in blends.values())
    return [np.vdot(one - first, last - first) / np.vdot(last - first, last - first) for one in between]

for name, (quarter, half) in {
        "mean colour": gone(lambda image: image.mean(axis=(0, 1))),
        "colour covariance": gone(lambda image: np.cov(image.reshape(-1, 3).T)),
        "plain network, conv3_1": gone(lambda image: gram_matrix(plain(image, ["conv3_1"])["conv3_1"], True)),
        "plain network, conv4_4": gone(lambda image: gram_matrix(plain(image, ["conv4_4"])["conv4_4"], True))}.items():
    print(f"{name:23} 25 %: ≈ {quarter:.2f}, 50 %: ≈ {half:.2f} of the way")

# %% [markdown]
# None of the four measures is in the loss. Three of them have gone 21 or 22 % of the way at a quarter, and 46 to 51 %
# at a half, colours and texture alike. The spread of the colours, their covariance, runs ahead with 29 and 67 %, so
# whoever expected the colours first is not altogether wrong. The loss does not prefer them, since one average is taken
# over all entries of the matrices. But a quarter of a red is seen at once, and a quarter of a lead line is not.
#
# **The photograph's own colours.** A blue temple is not always wanted. Gatys and colleagues (2016, “Preserving Color in
# Neural Artistic Style Transfer”) give two remedies: recolour the *style* picture beforehand, so that its mean and
# covariance are the photograph's, or paint the brightness only and take all colour from the photograph.

# %%
kept = {name: transfer(photo, style, replace(quick, colors=name)) for name in ("matched", "brightness")}
for name, made in {"style": blends[0], **kept}.items():
    off = np.abs(made.image.mean(axis=(0, 1)) - content.mean(axis=(0, 1))).mean()
    print(f"{name:10} mean colour ≈ {off:2.0f} grey levels from the photograph's")

# %% tags=["figure"]
plots.show_images([made.image for made in kept.values()], ["style recoloured beforehand", "brightness painted only"],
                  "Two ways to keep the photograph's colours. Left the sky has got pinks and greens from elsewhere in "
                  "the photograph; right the strokes change its brightness only, and the sky stays grey.", photo=True)

# %% tags=["check"]
far = [np.abs(made.image.mean(axis=(0, 1)) - content.mean(axis=(0, 1))).mean() for made in (blends[0], *kept.values())]
assert max(far[1:]) < 0.7 * far[0]

# %% [markdown]
# **Two styles in two places, and a face that stays a face.** A Gram matrix forgets places, so one style loss cannot ask
# for night above and autumn below. Gatys and colleagues (2017) multiply the feature maps by a mask before the matrix is
# made. The mask is shrunk to the layer's size by the same pooling, and scaled to a *guidance* $T_k$ with
# $\sum_k T_k^2 = 1$; then $G_{ij} = \sum_k T_k^2 F_{ki} F_{kj}$ tells of one region only.

# %%
from nst_helpers.guided import at_layer
from nst_helpers.shipped import shipped_mask

sky = at_layer(shipped_mask("temple_sky"), "conv3_1")            # 1 in the sky, 0 elsewhere, soft between
F = network(shipped_picture("temple"), ["conv3_1"])["conv3_1"]

def guided(part):
    T = np.sqrt(part / part.sum())
    return gram_matrix(T[..., np.newaxis] * F)                   # Σ T² = 1: a mean over the region

G, G_sky, G_rest = gram_matrix(F, normalized=True), guided(sky), guided(1 - sky)
print(f"the sky has {sky.mean():.2f} of the positions")
for name, one in (("sky", G_sky), ("rest", G_rest)):
    print(f"distance of the whole picture's Gram matrix from that of the {name}: {float(gram_distance(G, one)):.3g}")

# %% tags=["check"]
share = sky.mean()
assert np.allclose(share * G_sky + (1 - share) * G_rest, G, rtol=1e-3, atol=1e-4 * np.abs(G).max())
assert float(gram_distance(G, G_sky)) > 0 and float(gram_distance(G, G_rest)) > 0

# %% [markdown]
# Weighted by their shares the two matrices add up to the whole picture's (the check holds it), so nothing is lost, and
# each can now be drawn towards a style of its own. What is to stay a photograph is not painted at all. In the
# package both are one argument:
#
# ```python
# sky, head = shipped_mask("temple_sky"), shipped_mask("astronaut_head")
# transfer(temple, [(1, night), (1, autumn)], masks=Masks([sky, None]))  # None takes the rest
# transfer(astronaut, window, masks=Masks(keep=head))
# ```

# %% tags=["figure"]
masked = ("temple_night_autumn", "astronaut_herself")
plots.show_images([load_image(data_folder() / "gallery" / "shown" / f"{name}.jpg", 480) for name in masked],
                  ["night in the sky, autumn below", "the head is kept"],
                  "Painted with masks at 1,024 pixels. Left the swirls end at the roofs' edges, and the temple glows "
                  "in autumn's orange; right the leaded contours stop at the collar, and the face is the photograph's.",
                  photo=True)

# %% [markdown]
# ### Exercise 3: paint only the brightness
#
# The brightness of a pixel is $Y = 0.299\,R + 0.587\,G + 0.114\,B$. Write `repaint(image, light)`: it takes a
# photograph (height, width, 3) and a map of brightness (height, width), and returns the photograph with exactly this
# brightness, in which the *differences* between the three channels of a pixel are what they were. Leave values below 0
# and above 255 as they come.

# %% tags=["exercise"]
def repaint(image, light):
    ...  # your code: return (height, width, 3)

# %% tags=["solution"]
def repaint(image, light):
    brightness = image @ np.array([0.299, 0.587, 0.114])
    return image + (light - brightness)[:, :, np.newaxis]

# %%
exercises.check("11-repaint", repaint)

# %% [markdown]
# ## 7. The sweep
#
# The course's paper ends its project with “对不同的超参数组合进行尝试” (“try different combinations of
# hyperparameters”) and choosing the best. `grid` makes the settings of every combination, and `sweep` paints one
# picture for each, several at a time, on the cores of this machine or on a cluster if it gets an address. Each picture
# is written to the disk as soon as it is done, so that the same call goes on where an earlier one was ended. Three
# values of $\beta$ and three of $\gamma$ would be nine pictures. For a first look five are enough, a row and a column
# that cross in the middle; what they cannot show is whether one weight matters more where the other is large.

# %%
from nst_helpers.sweep import grid

middle = Settings(size=320, style_weight=50)  # γ is 0.1
points = grid(middle, style_weight=[5, 50, 500]) + grid(middle, tv_weight=[0.01, 1])
found = [load_run(name) for name in ("sweep_little", "default_night", "sweep_much", "sweep_rough", "sweep_smooth")]

# %% [markdown]
# These five were painted beforehand, since each is a whole run of the default settings, and the worker processes of a
# sweep take a while to start. To paint them yourself, or five others:
#
# ```python
# from nst_helpers.sweep import sweep
#
# temple, night = shipped_picture("temple", 320), shipped_picture("night_swirls")
# found = sweep(temple, night, points, "my_sweep")  # on a cluster: …, scheduler="tcp://its-address:8786"
# ```

# %% tags=["figure"]
low, centre, high, rough, smooth = found
for row, caption in (
        ((low, centre, high), "More style from left to right. Left the temple stands under a sky that has hardly begun "
                              "to turn; in the middle its base glows and a swirl is in the sky; right the storeys have "
                              "become strokes, and a moon has risen."),
        ((rough, centre, smooth), "Smoother from left to right. Left and middle are nearly alike, but the middle one "
                                  "has fewer of the fine lines in the sky; right the whole picture is blurred, and the "
                                  "sky has lost its long strokes.")):
    plots.show_images([point.image for point in row],
                      [f"β = {point.settings.style_weight:g}, γ = {point.settings.tv_weight:g}" for point in row],
                      caption, photo=True)

# %%
ends = [{name: point.history[name][-1] for name in ("content", "style", "tv")} for point in found]
for point, end in zip(found, ends, strict=True):
    print(f"β = {point.settings.style_weight:3g}, γ = {point.settings.tv_weight:4g}: "
          + ", ".join(f"{name} {value:.3g}" for name, value in end.items()))

# %% tags=["check"]
assert [point.settings for point in found] == points
by_beta, by_gamma = ends[:3], (ends[3], ends[1], ends[4])
assert all(one["style"] > two["style"] and one["content"] < two["content"] for one, two in pairwise(by_beta))
assert all(one["tv"] > two["tv"] for one, two in pairwise(by_gamma))

# %% [markdown]
# From $\beta = 5$ to 500 the content loss rises from 0.284 to 1.47, and the style loss falls from 0.0594 to 0.000975;
# but 92 % of that fall were had at $\beta = 50$ already (0.00556), so the last factor of ten bought little style for
# nearly twice the content loss. From $\gamma = 0.01$ to 0.1 the total variation falls from 6.88 to 4.77, for 4 % of the
# content loss and a fifth of a style loss that is small already, so smoothness is cheap. The next factor of ten
# multiplies the style loss by 4.7, because it takes the strokes as well. So read a sweep: look for the direction in
# which something comes for little, go on until it has its price, and let the eye decide only then.
#
# ## 8. The clinic
#
# Pictures go wrong in few ways, and each leaves a trace that can be measured. `signs(result)` computes six numbers, all
# of them ratios to the run's own two pictures, so that the same bounds serve a dark style and a bright one.
#
# | sign | what is measured | bound | beyond it |
# |---|---|---|---|
# | brightness | mean brightness, over the darker picture's | at least 0.4 | black |
# | contrast | standard deviation of the brightness, over the flatter picture's | at least 0.45 | washed out |
# | color | distance from grey, over the style picture's | at least 0.45, if the contrast is low | grey haze |
# | noise | colour details finer than a pixel or two, over the noisier picture's | at most 3 | coloured noise |
# | subject | correlation of conv4_2 with the photograph's | at least 0.2 | subject lost |
# | style | style loss, over the untouched photograph's | at most 0.45 | style missing |
#
# A picture beyond the bounds of both the subject and the style has neither, and is called *not converged*. The colour
# only tells a grey haze from other pictures without contrast, so it stands for itself nowhere below. The bounds do not
# come from theory: the authors of this course placed them between the healthy pictures and the spoilt ones of the chart
# below, which shows how much room there is, and is no test on new pictures. Three patients are painted live.

# %%
ward = Settings(size=168, iterations=50, style_weight=8)
well = transfer(photo, style, ward)
spoilt = {"γ = 1000": {"tv_weight": 1000}, "γ = 10": {"tv_weight": 10},
          "γ = 0, one size": {"tv_weight": 0, "scales": 1}}
patients = {name: transfer(photo, style, replace(ward, **change)) for name, change in spoilt.items()}

# %% tags=["figure"]
plots.show_images([patients["γ = 10"].image, patients["γ = 0, one size"].image, well.image],
                  ["γ = 10", "γ = 0, one size", "γ = 0.1, four sizes: the cure"],
                  "Live, at 168 pixels. Left a pale ghost of the temple (with γ = 1000 it is an even grey); in the "
                  "middle every colour is broken into specks; right, with the settings put back, roofs and strokes.",
                  photo=True)

# %%
from nst_helpers.runs import load_result

cured = load_result("default_night")
patients |= {
    "α = 0": load_result("ward_lost"), "β = 0.1": load_result("ladder_1"),
    "4 steps": transfer(cured.content, style, replace(cured.settings, iterations=4)),
    "saved as the network sees it": replace(cured, image=np.clip((cured.image - network.mean) / network.scale, 0, 255))}
measured = {name: signs(one) for name, one in patients.items()}
for name, one in patients.items():
    for finding in diagnose(one, measured[name]):
        print(f"{name}: {finding.title}.\n    Cure: {finding.cure}")

# %% tags=["figure"]
plots.show_images([patients["α = 0"].image, cured.image], ["α = 0", "α = 1, the cure"],
                  "At 320 pixels. Left a moon, a swirl and lights on water, and no temple; right the same run with the "
                  "content loss put back.", photo=True)
plots.show_images([patients["β = 0.1"].image, load_run("ladder_4").image], ["β = 0.1", "β = 25, the cure"],
                  "At 512 pixels, from the photograph, with the waves as the style. Left it is a photograph with soft "
                  "trees; right the same run with β alone raised: foam in the sky, and lines along the roofs.",
                  photo=True)
plots.show_images([patients["4 steps"].image, patients["saved as the network sees it"].image, cured.image],
                  ["4 steps", "saved as the network sees it", "120 steps, saved as 0–255"],
                  "At 320 pixels. Left one step at each size leaves noise; the picture in the middle is the right one, "
                  "but its pixels were never brought back to 0–255.", photo=True)

# %% tags=["check"]
expected = ["grey haze", "washed out", "coloured noise", "subject lost", "style missing", "not converged", "black"]
assert [diagnose(one, measured[name])[-1].name for name, one in patients.items()] == expected
healthy = json.loads((data_folder() / "runs" / "healthy.json").read_text(encoding="utf-8"))
healthy |= {"live": signs(well), "at 320 pixels": signs(cured)}
assert diagnose(well, healthy["live"]) == diagnose(cured, healthy["at 320 pixels"]) == []

# %% tags=["figure"]
from nst_helpers.diagrams.transfer import sign_chart

ill = {"brightness": ["saved as the network sees it"], "contrast": ["γ = 1000", "γ = 10"],
       "noise": ["γ = 0, one size"], "subject": ["α = 0", "4 steps"], "style": ["β = 0.1", "4 steps"]}
limits = {"brightness": (0.4, "least"), "contrast": (0.45, "least"), "noise": (3.0, "most"), "subject": (0.2, "least"),
          "style": (0.45, "most")}
plots.show(sign_chart({sign: {"healthy": {name: found[sign] for name, found in healthy.items()},
                              "spoilt on purpose": {name.replace("as the network sees it", "unprocessed"):
                                                    measured[name][sign] for name in ill[sign]}}
                       for sign in limits}, limits),
           "Five of the six signs, of fourteen healthy pictures (dots) and of the patients that each sign is for "
           "(crosses). The line is the bound, the shaded side is ill: between dots and crosses there is always a gap.")

# %%
for sign, (bound, kind) in limits.items():
    worst = (min if kind == "least" else max)(found[sign] for found in healthy.values())
    print(f"{sign:10} the worst healthy one ≈ {worst:.2f}, bound {bound}, patients "
          + ", ".join(f"≈ {measured[name][sign]:.2f}" for name in ill[sign]))

# %% [markdown]
# For every sign there is a gap, and the bound stands in it. No healthy picture has less than 0.82 of the contrast, and
# the pale patient has 0.26; the noisiest healthy one has 2.0 times the finest colour details of its pictures, the grain
# 6.5 times. The narrowest gap is that of the style: the raccoon in its own colours lies at 0.35, and four steps leave
# 0.65. The patient that was saved wrongly needs no new run, since it *is* the healthy picture. And healthy is not
# beautiful: the signs find faults, and the eye decides the rest.
#
# ### Exercise 4: repair the last line of a program
#
# A picture comes out of the optimizer as the network sees it, and has to become bytes. The function below is the end of
# many programs, and its pictures have bright specks in the shadows and dark ones in the highlights. It takes `seen`
# (height, width, 3), and the network's `mean` and `scale`, three numbers each, and has to return whole numbers from 0
# to 255. Find the bug.

# %% tags=["exercise"]
def to_picture(seen, mean, scale):
    image = np.rint(seen * scale + mean).astype(int)
    return np.clip(image.astype(np.uint8), 0, 255)

# %% tags=["solution"]
def to_picture(seen, mean, scale):
    image = np.clip(seen * scale + mean, 0, 255)  # before they are bytes: a byte cannot be 256 or −1
    return np.rint(image).astype(np.uint8)

# %%
exercises.check("11-saved", to_picture)

# %% [markdown]
# ## 9. The choice of framework
#
# Section 3.2 of the course's paper chooses TensorFlow 2, and gives eager execution as a reason,
# “可以立即执行代码当中的每个操作,无需构建计算图” (it “can execute every operation in the code at once, without building
# a computation graph”). That is good for finding faults. But a step of style transfer is the same few dozen operations,
# hundreds of times, and then a graph pays: `tf.function` traces the Python code once and replays what it found. Here is
# the whole step of section 2 with $\rho = 1$.

# %%
LAYERS = tuple(paper.style_layers)
C = network(content, ["conv4_2"])["conv4_2"]
S = {layer: gram_matrix(features, normalized=True) for layer, features in network(style, LAYERS).items()}

def total_loss(w, alpha=1.0, beta=50.0, gamma=0.1):
    F = network(w, (*LAYERS, "conv4_2"))
    L_content = tf.reduce_mean((F["conv4_2"] - C) ** 2) / 2
    L_style = tf.add_n([0.2 * gram_distance(gram_matrix(F[layer], normalized=True), S[layer]) for layer in LAYERS])
    return alpha * L_content + beta * L_style + gamma * total_variation(w, 40.0) / tf.size(w, tf.float32)

# %%
import keras

w, adam = tf.Variable(noise_image(*content.shape[:2], seed=0)), keras.optimizers.Adam(6.0)
adam.build([w])

def step():
    with tf.GradientTape() as tape:
        loss = total_loss(w)
    adam.apply([tape.gradient(loss, w)])
    w.assign(tf.clip_by_value(w, 0, 255))
    return loss

compiled = tf.function(step)

# %%
def median_time(step, times=5):
    """Seconds of the middle one of some steps, after a first one that may trace."""
    clock = [time.perf_counter() for _ in range(times + 1) if step() is not None]
    return np.median(np.diff(clock))

seconds = {name: median_time(one) for name, one in (("eager", step), ("compiled", compiled))}
print(f"an eager step takes about {seconds['eager'] / seconds['compiled']:.2g} times as long as a compiled one")
print(f"the loss after {len(seconds) * 6} steps: ≈ {float(total_loss(w)):.2f}")

# %% [markdown]
# How much faster the compiled step is, the line above says for the computer that ran it. Nothing else in the cell had
# to change, which is why the course writes every step eagerly first and wraps it when the loop begins.
#
# The two other frameworks that are common in research need about as many lines. They are not installed with this
# course, so both programs are printed to be read, and neither was run or measured. In PyTorch `backward` leaves the
# gradient in `w.grad`:
#
# ```python
# w = torch.from_numpy(noise).requires_grad_(True)
# adam = torch.optim.Adam([w], lr=6.0)
# for _ in range(300):
#     adam.zero_grad()              # gradients add up unless they are cleared
#     loss = total_loss(w)
#     loss.backward()
#     adam.step()
#     with torch.no_grad():         # clipping is no part of the loss
#         w.clamp_(0, 255)
# ```

# %% [markdown]
# In JAX the gradient is a function made of a function, nothing is changed in place, and the optimizer (from Optax)
# hands its memory in and out, as those of lessons 08 to 10 do:
#
# ```python
# adam = optax.adam(6.0)
# memory = adam.init(w)
#
# @jax.jit                          # traced once, then compiled, like tf.function
# def step(w, memory):
#     loss, gradient = jax.value_and_grad(total_loss)(w)
#     change, memory = adam.update(gradient, memory)
#     return jnp.clip(optax.apply_updates(w, change), 0, 255), memory, loss
# ```
#
# ## 10. The full network
#
# Everything above used a network with VGG-19's form at a quarter of its width. The course's paper takes VGG-19 itself.
# What would that cost here? Its weights do not matter for that question, so random ones will do.

# %%
wide = random_network(width=1)
print(f"{wide.parameters:,} weights in the blocks, {4 * wide.parameters / 1e6:.0f} MB as float32; "
      f"ours has {network.parameters:,}, {wide.parameters / network.parameters:.1f} times fewer")
picture = tf.constant(noise_image(96, 96, 0))
costs = {}
for name, eyes in (("quarter", network), ("full", wide)):
    look = tf.function(lambda image, eyes=eyes: tf.gradients(
        tf.add_n([tf.reduce_sum(features**2) for features in eyes(image, LAYERS).values()]), image)[0])
    costs[name] = median_time(lambda look=look: look(picture), 3)
print(f"a gradient at 96 × 96 pixels takes about {costs['full'] / costs['quarter']:.2g} times as long with it")

# %% [markdown]
# Channels enter a convolution twice, once coming in and once going out, so four times the width is sixteen times the
# weights and nearly sixteen times the multiplications, and the gradient takes more than ten times as long. Section 3.1
# of the course's paper says that VGG's “对于硬件的资源要求很低” (“demands on hardware are very low”). On the processor
# cores that ran this cell they are not.
#
# Its weights, 80 MB, are not shipped with this course. `python -m nst_helpers networks --fetch` gets them from where
# Keras keeps them, a file of your own is found by the variable `NST_VGG19_WEIGHTS`, and then
# `Settings(network="vgg19")`, or the list in the studio, is all that changes. The pictures of Gatys and colleagues
# (2016), made with VGG-19 from real paintings, have longer strokes and larger swirls than ours; how much of that is the
# network, the painting, or the size cannot be told from here.
#
# ## 11. The gallery
#
# More finished pictures, each with its style in the corner. Like the one that opens this lesson they were painted at
# 1,024 pixels, from noise, over six sizes with 30 steps each; `make gallery` paints them anew in about an hour. The
# raccoon's style picture was recoloured first (section 6).

# %% tags=["figure"]
rows = {
    ("astronaut_glass", "cat_autumn"): "Left leaded contours run over the suit, and its folds have become panes; right "
                                       "the fur is taken by daubs of orange and blue, the eyes by rings of paint.",
    ("raccoon_cubist", "temple_glass"): "Left the leaves have broken into facets, and the face has hardly changed; "
                                        "right sky and trees are panes with black leads, the roofs keep their lines.",
    ("raccoon_own_colours", "rocket_woodcut"): "Left the night's strokes lie along the fur, in the photograph's own "
                                               "colours; right the sky is cut in black and white, the fire is red."}
titles = {"astronaut_glass": "the astronaut as a leaded window", "cat_autumn": "the cat in autumn’s daubs",
          "raccoon_cubist": "the raccoon, cubist", "temple_glass": "the temple as a leaded window",
          "raccoon_own_colours": "the raccoon at night, in its own colours",
          "rocket_woodcut": "the rocket as a woodcut"}
for pair, caption in rows.items():
    plots.show_images([load_image(data_folder() / "gallery" / "shown" / f"{name}.jpg", 480) for name in pair],
                      [titles[name] for name in pair], caption, photo=True)

# %% [markdown]
# ### Investigation: a picture that you would hang
#
# Take a photograph of your own and one style. Write down beforehand which setting will matter most for your pair, and
# why. Then find good settings by a sweep of at most twelve pictures with one budget of pixels, and let three people
# choose between your best picture and the one of the default settings, without knowing which is which. Half a page,
# with the two pictures and one table. What did the numbers not tell?

# %% [markdown] tags=["solution"]
# **A rubric for the investigation.** One point for each:
#
# 1. The expectation is written down before the first run, with a reason, and could turn out wrong.
# 2. The default settings are in the sweep, as the baseline.
# 3. All pictures have the same budget of pixels, the same noise and the same size.
# 4. No more than two settings vary, and their range reaches to where the picture is plainly worse on both sides.
# 5. A second noise (`seed`) shows how large a difference means nothing.
# 6. The six signs are reported for the best picture and for the default one.
# 7. The people choose blind, the order is drawn by chance, and three choices are not called a proof.
# 8. Something that the losses and the signs did not tell is named.

# %% [markdown]
# ## What we found
#
# The recipe of the course's paper works, style first and photograph later: after 2,500 steps at 320 pixels the total
# was 1.44 and nearly at rest. The default settings ended at 1.51, for which the recipe needed fifteen times their
# pixels. The lead of the content lowered the loss with and without growing. Growing raised it at equal numbers of steps
# and lowered it at equal work. Of the four-stage runs those of L-BFGS, with a constant rate, went lowest.
#
# ## Where this is used
#
# In your own pictures: `make transfer CONTENT=me.jpg` on the command line, `transfer(content, style)` in a program, or
# the studio above. The losses live on in networks that paint in one pass and in super-resolution. In the medical and
# geographic pictures of section 1.2 of the course's paper they need care, because a transfer invents detail.

# %% [markdown]
# ## Sources and further reading
#
# - Gatys, L., Ecker, A., Bethge, M. (2016): Image Style Transfer Using Convolutional Neural Networks. The method of
#   this course, with L-BFGS, and pictures to compare with.
# - Gatys, L., Ecker, A., Bethge, M., Hertzmann, A., Shechtman, E. (2017): Controlling Perceptual Factors in Neural
#   Style Transfer. From coarse to fine, masks, and colours; for the last also Gatys, L., Bethge, M., Hertzmann, A.,
#   Shechtman, E. (2016): Preserving Color in Neural Artistic Style Transfer.
# - Johnson, J., Alahi, A., Fei-Fei, L. (2016): Perceptual Losses for Real-Time Style Transfer and Super-Resolution; and
#   Ulyanov, D., Lebedev, V., Vedaldi, A., Lempitsky, V. (2016): Texture Networks. Networks that learn to paint one
#   style in one pass.
# - Dumoulin, V., Shlens, J., Kudlur, M. (2017): A Learned Representation for Artistic Style. One network for many
#   styles, and mixtures between them.
# - Huang, X., Belongie, S. (2017): Arbitrary Style Transfer in Real-Time with Adaptive Instance Normalization. Any
#   style at once, by means and standard deviations.
# - Loshchilov, I., Hutter, F. (2017): SGDR: Stochastic Gradient Descent with Warm Restarts. The cosine of section 3.
# - Jing, Y., Yang, Y., Feng, Z., Ye, J., Yu, Y., Song, M. (2020): Neural Style Transfer: A Review. The whole field on
#   one map.
#
# ## Next

# %% tags=["figure"]
from nst_helpers.diagrams.transfer import whole_course

plots.show(whole_course(shipped_picture("temple", 256), shipped_picture("night_swirls", 256), load_image(
    data_folder() / "gallery" / "temple_night.jpg", 256)),
           "The whole method as one loop, with the lessons in which you built its parts.", photo=True)

# %% [markdown]
# Every box of this picture is yours now. You can compute a convolution by hand, and say what a network's layers respond
# to. You can measure what a picture shows by its features, and how it is painted by their Gram matrices. You can derive
# the gradient of each loss, choose an optimizer and its learning rate by measuring, and balance three losses within a
# budget of time. You can tell what is wrong with a picture, and what to change. And you have seen that a plausible
# explanation and a measured one are two things.
#
# **Where research went.** An optimization for every picture is slow, so Johnson and colleagues (2016) and Ulyanov and
# colleagues (2016) trained networks that paint one style in a single pass, with the losses of lessons 03 to 05 as
# teachers. Dumoulin and colleagues (2017) found that two numbers a channel are enough to switch such a network between
# styles, and Huang and Belongie (2017) took these numbers, a mean and a standard deviation, from any style picture.
# Gatys and colleagues (2017) gave control over space, colour and scale. Today diffusion models start from noise too,
# but what such a picture is drawn towards is hidden in the weights of a network. Here it is written in one line.
#
# You are at the end of the course. Go back to the beginning with other eyes, **[00 Start here](00_start_here.ipynb)**,
# or open the studio with a picture of your own.
