# %% [markdown]
# # 00 Start here
#
# **Can a photograph be repainted in the manner of a painting, by arithmetic alone?** Run the two cells below
# (Shift+Enter) and see. At the end of this course you will have written every step of it yourself.
#
# **You will see**
#
# - what style transfer does, on a photograph, in a few seconds on your own computer;
# - that a picture is nothing but an array of numbers, and that you can paint with it;
# - the map of the course, its notation, and how its exercises and sliders work.
#
# **Needs**: nothing but this course; it works without internet. · **Time**: about 15 s of computing on two
# cores. · **Paper**: introduction and section 1.

# %%
import numpy as np

from nst_helpers import exercises, plots
from nst_helpers.images import load_image, resize_image
from nst_helpers.networks import data_folder
from nst_helpers.transfer import Settings, transfer

content = load_image(data_folder() / "content" / "temple.jpg", max_size=256)
style = load_image(data_folder() / "style" / "great_waves.jpg", max_size=512)
print("content", content.shape, "style", style.shape)

# %% [markdown]
# ## 1. A finished picture
#
# *Predict first.* The computer gets a photograph of a temple and a painting of waves. It has no brush and no
# filter, only a rule for changing pixels step by step. What will the sky look like? What will the roof?

# %%
settings = Settings.classic(size=256, scales=2, iterations=160, init="content")
frames = []
result = transfer(content, style, settings, on_step=lambda step: frames.append(step.image))
plots.show_images([content, style, result.image],
                  ["content: what is there", "style: how it is painted", "result"],
                  alt="Three pictures: a photograph of a temple above a lake, a painting of waves, and "
                      "the temple with the painting's colours and its curved strokes.")

# %% [markdown]
# **What it shows.** The temple kept its place and its shape. The sky, which was flat, got the strokes and the
# colours of the waves. Content and style have been taken from two pictures and put together in a third.
#
# No stroke was copied. The picture began as the photograph, and an optimizer changed all its pixels a little,
# 160 times. Each time it asked two questions: *does it still show the temple? is it painted like the waves?*
# A **loss** is the answer as a number: the smaller, the better.

# %%
first, last = result.history["style"][0], result.history["style"][-1]
print(f"{len(frames)} steps; at the end on {content.size:,} numbers")
print(f"the style loss fell from ≈ {first:.0f} to ≈ {last:.2g}")
assert last < first / 10

# %% [markdown]
# Now watch it happen. **Run the cell, then drag the slider** (or click it and use the arrow keys ← and →).
#
# *Predict first.* Which comes first: the colours of the waves, or their strokes?

# %%
from nst_helpers.widgets.film import film

chosen = range(0, len(frames), 4)
words = [f"after step {i + 1} of {len(frames)}" for i in chosen]
film([frames[i] for i in chosen], words, label="time", start=10)

# %% [markdown]
# Eyes can be fooled, so we measure the sky, the upper right quarter: how much do neighbouring pixels differ
# (strokes), and how much more red than blue is in it (colour)?

# %%
def sky_facts(image):
    """(mean difference of neighbouring pixels, mean of red − blue) in the upper right quarter."""
    height, width = image.shape[:2]
    sky = image[: height // 2, width // 2 :]
    return np.abs(np.diff(sky.mean(axis=2), axis=1)).mean(), (sky[:, :, 0] - sky[:, :, 2]).mean()

for name, image in {"photograph": content, "step 9": frames[8], "step 160": frames[159]}.items():
    rough, warm = sky_facts(image)
    plain, _ = sky_facts(resize_image(content, *image.shape[:2]))  # the photograph, as large as this frame
    print(f"{name:10}  {rough / plain:.0f} times as rough, red − blue {round(warm, -1) + 0:.0f}")

# %% [markdown]
# **What it shows.** The strokes come first: after 9 steps the sky is twice as rough as it was, and has hardly another
# colour. The warm colour of the painting's own sky comes last. (That is so because we began with the
# photograph. From noise it is the other way round: lesson 11.) And the picture grows once, after step 100: it starts
# with large pixels, and gets its fine strokes at the end.
#
# ### How does it work, in five sentences?
#
# 1. A trained network looks at a picture through many small windows and makes **feature maps** of it.
# 2. Deep feature maps tell *what is where*: two pictures with like maps have like **content**.
# 3. Which maps light up *together*, wherever that is, tells how a picture is painted: its **style**.
# 4. Two losses measure how far the new picture is from the one's content and from the other's style.
# 5. An **optimizer** moves every pixel downhill on both losses, again and again.
#
# Every lesson takes one piece of this apart, by hand, until nothing is left that you could not have written.

# %% [markdown]
# ## 2. The map
#
# The course follows a paper on style transfer with convolutional networks, section by section.
#
# | lesson | question | paper |
# |---|---|---|
# | **00 Start here** | what is style transfer? | 1 |
# | [01 Convolution](01_convolution.ipynb) | what can nine numbers see in a picture? | 2.1 |
# | [02 Feature maps](02_feature_maps.ipynb) | what does each layer keep, and what does it lose? | 2.2, 3.1 |
# | [03 Content loss](03_content_loss.ipynb) | when do two pictures show the same? | 2.2.1, 2.3.1 |
# | [04 Gram matrices](04_gram_matrices.ipynb) | what is style, as numbers? | 2.2.2, 2.3.2 |
# | [05 Style loss](05_style_loss.ipynb) | when are two pictures painted alike? | 2.3.2 |
# | [06 Total variation](06_total_variation.ipynb) | what is noise, and how is it kept out? | 2.3.4 |
# | [07 Total loss](07_total_loss.ipynb) | how much content, how much style? | 2.3.3 |
# | [08 Gradient descent and momentum](08_gradient_descent.ipynb) | which way is down, and how fast? | 2.4, 2.4.1 |
# | [09 RMSprop](09_rmsprop.ipynb) | what if one direction is steep and another flat? | 2.4.2 |
# | [10 Adam](10_adam.ipynb) | what do you get from both ideas together? | 2.4 |
# | [11 Full transfer](11_full_transfer.ipynb) | your own picture, and how to make it good | 3.2, 4, 5 |

# %% [markdown]
# **In class**: six sessions of 90 minutes. Each *Predict* is a question to the class: let everyone answer before the
# cell runs. The exercises are homework, and check themselves.
#
# | session | lessons | what stays |
# |---|---|---|
# | 1 | 00, 01 | a network sees by sums over small windows |
# | 2 | 02, 03 | what layers keep and lose; how a loss pushes pixels |
# | 3 | 04, 05 | style is which channels fire together |
# | 4 | 06, 07 | three losses, one compromise |
# | 5 | 08, 09, 10 | how to walk downhill |
# | 6 | 11 | everybody's own picture |
#
# For home, so that the time is enough: 01 section 8, 02 sections 7 and 8, 03 section 7, 06 section 7, 08 sections 5
# and 8, 09 sections 4 and 7, 10 sections 4 and 8.
#
# You can read a lesson without running it: its pictures are stored. But running is better, and breaking is best.

# %% [markdown]
# ## 3. Is this computer ready?
#
# The next cell tries everything that the lessons need. The times it prints are those of *your* computer. If a
# line ends in an error, its message says what to do.

# %% tags=["nbval-ignore-output"]
from nst_helpers.__main__ import main

_ = main(["check"])

# %% [markdown]
# ## 4. A picture is an array
#
# A colour picture has three numbers for each pixel: how much red, green and blue, each from 0 (none) to 255
# (full). We write the picture $I$; in code it is `image`, an array of shape (height, width, 3).
#
# *Predict first.* `content` has 171 rows and 256 columns. `content[0, 0]` is its upper left pixel, a piece of sky.
# Which of its three numbers is the largest? And what happens to the picture when its last axis is turned round?

# %%
print("shape", content.shape, f"from {content.min():.0f} to {content.max():.0f}")
red, green, blue = content[0, 0]
print(f"upper left pixel: red {red:.0f}, green {green:.0f}, blue {blue:.0f}")
swapped = content[:, :, ::-1]
only_red = content * np.array([1, 0, 0])
plots.show_images([content, swapped, only_red],
                  ["I", "I[:, :, ::-1]: red and blue swapped", "only red is left"],
                  alt="The temple three times: as photographed; with red and blue swapped, so that its "
                      "roof is blue; and in red and black only.")

# %% [markdown]
# **What it shows.** Slicing an array is painting. Rows are counted downwards, columns to the right, as in a
# matrix: `image[i, j]` is row *i*, column *j*. The colours are in the order red, green, blue.
#
# ## 5. How exercises work
#
# An exercise has a **stub**: a function with `...` where your code belongs. Fill it in and run it, then run the
# check below it. The check tries your function on new inputs. It says ✓, or ✗ with a hint, or ○ while the stub is
# as it was; nothing breaks in any case. Worked solutions are in the folder `solutions`.
#
# ### Exercise 1: the negative
#
# Write `negative(image)`: black becomes white, white becomes black, and every colour its opposite.

# %% tags=["exercise"]
def negative(image):
    ...  # your code: return the new picture

# %% tags=["solution"]
def negative(image):
    return 255 - image

# %%
exercises.check("00-negative", negative)

# %% [markdown]
# ### Exercise 2: the mean colour
#
# Write `mean_colour(image)`: the average red, green and blue of a picture, an array of three numbers. Which axes
# of (height, width, 3) must go, and which must stay? This question will come back in every lesson.

# %% tags=["exercise"]
def mean_colour(image):
    ...  # your code: return an array of shape (3,)

# %% tags=["solution"]
def mean_colour(image):
    return image.mean(axis=(0, 1))

# %%
exercises.check("00-mean-colour", mean_colour)

# %% [markdown]
# ## 6. How sliders and numbers work
#
# - Run the cell first. Before that you see a stored picture, which does not move.
# - Drag, or click the slider and press ← or →. Tab takes you to the next control.
# - The line under the picture says in words what you see.
# - After *Kernel → Restart*, run the cells from the top again.
#
# And the printed numbers? Yours are those that you see stored, to the last digit. Two things may differ: times, and
# what stands behind a ≈. Processors round differently in the last digit, and hundreds of steps make that grow.
#
# ## 7. Notation
#
# One letter, one name, one shape, in all lessons. Come back here when you meet a letter you forgot.
#
# | in formulas | in code | shape and range |
# |---|---|---|
# | $I$, picture | `image` | (height, width, 3), 0 to 255 |
# | $K$, kernel | `kernel` | (m, n), or (m, n, channels in, channels out) |
# | $F^l$, feature maps of layer $l$ | `features` | (height, width, channels) |
# | $N_l$, number of channels | `channels` | a whole number |
# | $M_l$, number of positions, height · width | `positions` | a whole number |
# | $G^l, S^l$, Gram matrix of the new picture, of the style | `gram`, `style_gram` | (channels, channels) |
# | $C^l$, feature maps of the content picture | `content_features` | (height, width, channels) |
# | $E_l$, style loss of one layer | `layer_loss` | 0 or more |
# | $w_l$, weight of a style layer | `layer_weights` | one for each layer |

# %% [markdown]
# | in formulas | in code | shape and range |
# |---|---|---|
# | $\alpha, \beta, \gamma$: content, style, variation | `content_weight`, `style_weight`, `tv_weight` | 0 or more |
# | $\eta$, learning rate | `learning_rate` | above 0 |
# | $\lambda$, curvature; $\kappa = \lambda_{max} / \lambda_{min}$ | `curvature`, `kappa` | above 0 |
# | $\beta$, memory of momentum and RMSprop; $\beta_1, \beta_2$ in Adam | `beta`, `beta1`, `beta2` | 0 to 1 |
# | $\epsilon$, keeps a division from failing | `epsilon` | small, above 0 |
# | $w_t$, what is optimized, after $t$ steps | `w` | any |
# | $\nabla w_t$, its gradient | `gradient` | like `w` |
# | $V_t$, mean of gradients; $s_t$, of their squares (in AdaGrad: sum) | `velocity`, `scale` | like `w` |
#
# A few letters have two meanings; literature has it so. $\beta$ is the weight of style, and in lessons 08 to 10 a
# memory. $i$ and $j$ are row and column of a picture, and in lessons 04 and 05 two channels; $k$ is a window's size,
# and there a position. The table at each formula tells which one is meant.

# %% [markdown]
# ## 8. Glossary
#
# | English | 中文 | in one sentence |
# |---|---|---|
# | convolution | 卷积 | a weighted sum over a small window that slides over a picture |
# | kernel | 卷积核 | the weights of that sum |
# | stride, padding | 步幅, 填充 | how far the window jumps; what is put around the picture |
# | receptive field | 感受野 | the part of the picture that one value can see |
# | channel | 通道 | one of the maps that lie on top of each other: red, green, blue; later, features |
# | feature map | 特征图 | what one kernel makes of a picture: where does it find its pattern? |
# | pooling | 池化 | making a map smaller by taking the mean or the largest of each 2×2 square |
# | neural network | 神经网络 | many such steps, its layers, in a row, with weights that were learned from examples |
# | layer | 层 | one such step |
# | weight, bias | 权重, 偏置 | a number that multiplies what comes in; a number that is added |
# | ReLU (activation) | 激活函数 | what is below zero becomes zero |
# | training | 训练 | changing the weights until the network gives the right answers for many examples |
# | loss | 损失 | how far we are from what we want, as one number |
# | content, style | 内容, 风格 | what is where in a picture; how it is painted |
# | content loss | 内容损失 | how far the content has moved, as a number |
# | Gram matrix | 格拉姆矩阵 | a table of which channels light up together |
# | style loss | 风格损失 | how far two Gram matrices are apart |
# | total variation | 总变差 | how much neighbouring pixels differ, summed up |
# | total loss | 总损失 | the weighted sum of these losses: what is made small |

# %% [markdown]
# | English | 中文 | in one sentence |
# |---|---|---|
# | gradient | 梯度 | for each number: how much does the loss change if it grows a little? |
# | backpropagation | 反向传播 | working the gradient out layer by layer, from the loss back to the pixels |
# | finite difference | 有限差分 | changing a number a little, and looking how much the loss changes |
# | condition number | 条件数 | how much steeper the steepest direction is than the flattest |
# | saddle point | 鞍点 | flat, but up in one direction and down in another |
# | noise, texture | 噪声, 纹理 | pixels drawn at random; what repeats itself all over a picture |
# | gradient descent | 梯度下降 | go a small step against the gradient, and look again |
# | learning rate | 学习率 | how large these steps are |
# | momentum | 动量 | keep a part of the last step's direction |
# | adaptive learning rate | 自适应学习率 | a step size of its own for each number |
# | optimizer | 优化器 | the rule that makes a step out of gradients |
# | iteration | 迭代 | one such step |
# | hyperparameter | 超参数 | a number that you choose and the optimizer does not: weights, learning rate, layers |
# | style transfer | 风格迁移 | all of this together |

# %% [markdown]
# ## What you saw
#
# - A photograph took on the manner of a painting in 160 steps; its style loss fell to less than a tenth. The
#   strokes came first, the colours last.
# - A picture is an array: swapping two colours and a negative are one line each.
# - Exercises check themselves, and sliders answer at once.
#
# ## Where this is used
#
# The last lesson makes this picture again, large and your own, with the pieces of all lessons between.
#
# ## Next
#
# **[01 Convolution](01_convolution.ipynb)**: how does a computer see an edge? With nine numbers.
