# %% [markdown]
# # 03 Content loss

# %% tags=["figure"]
import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.signal import convolve2d, correlate2d

from nst_helpers import exercises, losses, plots
from nst_helpers.backend import tf
from nst_helpers.diagrams.inversion import backward_path, differences, full_color_jpeg, gradients_at, levels_of_pyramid
from nst_helpers.experiments import inversion
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder, load_network
from nst_helpers.optimizers import Adam

network = load_network()  # `compact`, the robust network of lesson 02
layers = ["conv1_1", "conv2_1", "conv3_1", "conv4_2", "conv5_1"]  # from shallow to deep

# %%
whole = load_image(data_folder() / "content" / "cat.jpg", max_size=427)
photo = whole[35:243, 53:373]  # (208, 320, 3)

def moved(pixels):
    """The same window of the photograph, so many pixels further to the right."""
    return whole[35:243, 53 + pixels : 373 + pixels]

def blurred(sigma):
    return gaussian_filter(photo, (sigma, sigma, 0))

# %% tags=["figure"]
def grey_levels(image):
    """By how many grey levels a picture is off, on average."""
    return np.abs(image - photo).mean()

plots.show(differences([photo, moved(4), blurred(6)], [
    "the photograph", f"moved by 4 pixels: off by {grey_levels(moved(4)):.1f}",
    f"blurred, σ = 6: off by {grey_levels(blurred(6)):.1f}"], line=112), photo=True, caption=(
        "Pixel by pixel, the blurred cat is nearer to the photograph than the same sharp cat moved by 4 pixels (mean "
        "absolute difference, of 255 grey levels). The dotted line stands at the same column in all three. Below: by "
        "how much each pixel differs from the photograph's."))

# %% [markdown]
# Most people would say that the second picture above shows what the first one does, and that the third has lost
# something. A comparison of the pixels says the opposite, because moving a cat by 4 pixels puts nearly every hair at
# the wrong place. A transfer needs a distance that forgives what a painter may change, and it must have a gradient, so
# that it can be made small. This lesson builds that distance out of the feature maps of [lesson
# 02](02_feature_maps.ipynb). At its end you will be able to derive its gradient through a convolution, a rectifier and
# a pooling layer by hand, to compute it with TensorFlow, and to find out what a layer still knows about a picture, by
# making the picture again from its feature maps alone.
#
# **Needs**: [02 Feature maps](02_feature_maps.ipynb) · **Time**: 90 minutes, of which one is computing ·
# **Course’s paper**: sections 2.2.1, 2.3.1 and 3.2
#
# ## 1. A distance between feature maps
#
# The course's paper says in section 2.2.1 where to look: “可以选择卷积神经网络当中较深卷积层的激活值（Feature
# Maps）来表示图像的内容特征”, “one can choose the activations (feature maps) of deeper convolutional layers to
# represent a picture's content”. So we choose one layer $l$, give both pictures to the network, subtract their feature
# maps, square and add:
#
# $$L_{content} = \frac12 \sum_{i,j,c} \left( F^l_{ijc} - C^l_{ijc} \right)^2$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $F^l$ | feature maps of the picture that is being made, at layer $l$: (height, width, channels) | `features` |
# | $C^l$ | feature maps of the content picture at the same layer | `content_features` |
# | $i, j, c$ | row, column and channel; the sum runs over all of them | |
# | $L_{content}$ | the content loss, ≥ 0; it is 0 if the layer sees no difference | `content_loss` |
#
# The course's paper writes $\frac12 \sum (C_c - G_c)^2$, with $G$ for what we call $F$ (it needs the letter $G$ again
# for the Gram matrix), and calls this the *mean squared error* (均方误差, MSE). Strictly it is half a *sum* of squares,
# as in Gatys, Ecker and Bethge (2016), so it grows with the size of the picture and with the number of channels, which
# is why [lesson 11](11_full_transfer.ipynb) divides by the number of values. The course's paper also writes that it
# compares “像素值”, “pixel values”, of three channels; at `conv4_2` there are 128 channels, and none is a colour.
#
# On a single 2×2 feature map the formula can be done with a pencil. Two of the four values differ, by −1 and by 2:
#
# $$F = \begin{pmatrix} 4 & 0 \\ 2 & 6 \end{pmatrix} \qquad C = \begin{pmatrix} 4 & 1 \\ 0 & 6 \end{pmatrix}
# \qquad L = \tfrac12 \left( 0^2 + (-1)^2 + 2^2 + 0^2 \right) = 2.5$$

# %%
def content_loss(features, content_features):
    """½ Σ (F − C)²"""
    return 0.5 * tf.reduce_sum((features - content_features) ** 2)

F = np.array([[4.0, 0], [2, 6]])
C = np.array([[4.0, 1], [0, 6]])
print("L =", float(content_loss(F, C)))

# %% tags=["check"]
assert float(content_loss(F, C)) == float(losses.content_loss(F, C)) == 2.5

# %% [markdown]
# A loss of 5,000 means nothing by itself, because every layer has another number of values. From here on we print a
# loss as a *share* of $\frac12 \sum C^2$. A share of 0 means that the layer sees no difference, and 1 is the loss of a
# picture to which the layer does not respond at all. The pixels, preprocessed as the network takes them, are measured
# in the same unit.

# %%
def all_maps(image):
    """{"pixels": the preprocessed picture, layer: its feature maps, …}"""
    image = np.float32(image)
    return {"pixels": (image - network.mean) / network.scale, **network(image, layers)}

content_maps = all_maps(photo)

def shares(image):
    """{name: content loss at that layer, as a share of ½ Σ C²}"""
    return {name: float(content_loss(F, C) / content_loss(0 * C, C))
            for (name, F), C in zip(all_maps(image).items(), content_maps.values(), strict=True)}

# %%
exercises.predict("03-border", "For the pixels, the blur (σ = 6) is nearer to the photograph than the moved cat. "
                  "Which layers of the network say the opposite?", {
    "all of them": "The first layer has windows of 3×3 pixels, so to it a hair moved by 4 pixels is another hair. A "
                   "network does not forgive a shift merely because it is a network.",
    "conv3_1 barely, conv4_2 and conv5_1 clearly": "At conv3_1 the two are nearly level, and from conv4_2 on the blur "
                   "is by far the more different one. In conv4_2 a step from one value to the next is 8 pixels, so a "
                   "move of 4 is half a step, while the edges that the blur has removed are what these layers respond "
                   "to.",
    "none: convolution is equivariant": "It is: the maps move with the picture. But the loss compares them place by "
                   "place, so equivariance alone forgives nothing. Maps that are coarse and smooth do.",
}, right="conv3_1 barely, conv4_2 and conv5_1 clearly")

# %%
raccoon = load_image(data_folder() / "content" / "raccoon.jpg", max_size=427)[60:268, 53:373]
grain = np.random.default_rng(0).normal(0, 20, photo.shape)
changed = {"moved by 4": moved(4), "blurred, σ = 6": blurred(6), "darker by a quarter": 0.75 * photo,
           "with grain": np.clip(photo + grain, 0, 255), "another animal": raccoon}
table = {name: shares(image) for name, image in changed.items()}
print(f"{'':20}" + " ".join(f"{name:>7}" for name in content_maps))
for name, row in table.items():
    print(f"{name:20}" + " ".join(f"{value:7.2f}" for value in row.values()))

# %% tags=["check"]
assert table["moved by 4"]["pixels"] > 1.3 * table["blurred, σ = 6"]["pixels"]
assert 5 * table["moved by 4"]["conv5_1"] < table["blurred, σ = 6"]["conv5_1"] < table["another animal"]["conv5_1"]
assert 2 * table["moved by 4"]["conv4_2"] < table["blurred, σ = 6"]["conv4_2"]
assert 1 < table["blurred, σ = 6"]["conv3_1"] / table["moved by 4"]["conv3_1"] < 1.3
assert table["darker by a quarter"]["conv5_1"] < 0.5 * table["darker by a quarter"]["pixels"]

# %% [markdown]
# In the pixels the moved cat costs 0.25 and the blur 0.15. At `conv3_1` they cost 0.31 and 0.35, and at `conv5_1` the
# moved cat has fallen to 0.05 while the blur has risen to 0.56. A darker photograph, too, is expensive in pixels and
# cheap in deep layers. Grain is the exception: it costs every layer some 0.1 to 0.25.
#
# One pair of pictures proves little, though: with a move of 3 pixels and a blur of σ = 8, even the pixels call the
# moved cat nearer. So we ask for every move which blur costs exactly as much.

# %%
moves, sigmas = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12], [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 10, 14, 20]
cost_of_moves, cost_of_blurs = [shares(moved(s)) for s in moves], [shares(blurred(s)) for s in sigmas]

def equal_blur(name):
    """For each move, the σ of the blur that costs as much at this layer; nan where none up to σ = 20 does."""
    moved_cost, blurred_cost = ([cost[name] for cost in costs] for costs in (cost_of_moves, cost_of_blurs))
    return np.interp(moved_cost, blurred_cost, sigmas, right=np.nan)

def said(sigma):
    return f"σ = {sigma:.2g}" if sigma <= 20 else "more than σ = 20"

for name in ("pixels", "conv4_2", "conv5_1"):
    sigma = dict(zip(moves, equal_blur(name), strict=True))
    print(f"{name}: a move of 4 is as bad as {said(sigma[4])}, one of 12 as {said(sigma[12])}")

# %% tags=["figure"]
figure, axes = plots.subplots(size=(8, 4.6))
marks = dict(zip(["pixels", *layers], "os^vDP", strict=True))
for (name, marker), color in zip(marks.items(), ("0.35", *plots.COLORS), strict=False):
    axes.plot(moves, equal_blur(name), marker + "-", color=color, label=name)
axes.plot([4, 3], [6, 8], "k*", markersize=14, markerfacecolor="none", markeredgewidth=1.4)
axes.annotate("moved by 4 and\nσ = 6, as above", (4, 6), (7.0, 5.4), arrowprops={"arrowstyle": "-", "color": "0.4"})
axes.annotate("moved by 3\nand σ = 8", (3, 8), (0.4, 11), arrowprops={"arrowstyle": "-", "color": "0.4"})
axes.set(xlabel="move: pixels to the side", ylabel="blur that costs as much: σ in pixels", ylim=(0, 20), xlim=(0, 12.2),
         title="Above its line, a measure calls the moved picture the nearer one")
axes.legend(ncols=2, loc="upper right")
plots.show(figure, "For each move, the blur that a measure finds equally bad. A point above a line means that this "
                   "measure calls the moved picture nearer; the flatter the line, the more moves are forgiven. A line "
                   "ends where even σ = 20 costs less than the move.")

# %% tags=["check"]
assert cost_of_moves[3]["pixels"] < cost_of_blurs[10]["pixels"]  # moved by 3 against σ = 8
assert equal_blur("conv5_1")[4] < 2 < 8 < equal_blur("pixels")[4]
assert equal_blur("conv1_1")[1] > equal_blur("pixels")[1] and equal_blur("conv2_1")[2] < equal_blur("pixels")[2]
assert np.isnan(equal_blur("conv2_1")[5]) and equal_blur("pixels")[5] < 20  # no blur costs conv2_1 as much

# %% [markdown]
# To the pixels, a move of 4 is as bad as a blur of σ = 11, so the first star lies below their line and the blurred
# picture counts as nearer; the second star lies just above it. The line of `conv5_1` runs far below both: a move of 4
# costs it as much as a blur of σ = 0.7, and one of 12 as much as σ = 3. The lines of the layers lie in order of depth,
# and the two shallowest forgive no more than the pixels do: the line of `conv1_1` runs above theirs throughout, that of
# `conv2_1` from a move of 3 on.
#
# The word *content* can now be made precise: a picture has the same content as another *for a layer*, and the layer
# decides which changes count. Gatys and colleagues chose `conv4_2`, and so does this course. Such distances are called
# *perceptual*, and they have other uses: Johnson, Alahi and Fei-Fei (2016) train networks with this one, their *feature
# reconstruction loss*, and LPIPS (Zhang and colleagues, 2018) weighs it so that it agrees with people's judgements. The
# older SSIM (Wang and colleagues, 2004) compares brightness, contrast and structure window by window, without a
# network.
#
# ## 2. Which way is down?
#
# To make the loss small one has to know, for every number, whether raising it helps, and how much. A single value
# $F_{ijc}$ stands in a single term of the sum, so all other terms drop out of its derivative:
#
# $$\frac{\partial L}{\partial F_{ijc}} = \frac{\partial}{\partial F_{ijc}}\ \frac12 (F_{ijc} - C_{ijc})^2 =
# F_{ijc} - C_{ijc}$$
#
# The half was there to cancel the 2. The gradient is the error itself: in the pencil example $\begin{pmatrix} 0 & -1
# \\ 2 & 0 \end{pmatrix}$, which says that one value is too small by 1 and another too large by 2.
#
# ### The gate of the rectifier
#
# Feature maps come out of a rectifier, $F = \max(Z, 0)$, where $Z$ is the sum that the convolution computed. Suppose
# that the 0 in our $F$ was $Z = -1$. The gradient with respect to $F$ asks for more there, but raising $Z$ from −1 to
# −0.9 leaves $F$ at 0, so the loss does not change at all:
#
# $$\frac{\partial L}{\partial Z_{ijc}} = \begin{cases} F_{ijc} - C_{ijc} & \text{where } Z_{ijc} > 0 \\ 0 &
# \text{where } Z_{ijc} \le 0 \end{cases}$$
#
# The rectifier is a gate on the way back: open where the value responded, shut where it did not. Gatys and colleagues
# put this into their equation 2, but they write the condition on $F$: “0 if $F < 0$”. What comes out of a rectifier
# is never below zero, so their second case never occurs as printed; it is right for $Z$. The gate has a consequence
# that section 5 measures: where a channel does not respond, its error sends no gradient back, however large it is.

# %%
def content_gradient(features, content_features):
    """∂L/∂F = F − C"""
    return features - content_features

def gradient_before_gate(z, content_features):
    """∂L/∂Z = F − C where Z > 0, else 0"""
    return np.where(z > 0, content_gradient(np.maximum(z, 0), content_features), 0.0)

Z = np.array([[4.0, -1], [2, 6]])  # F is max(Z, 0)
print("∂L/∂F =", content_gradient(F, C).tolist())
print("∂L/∂Z =", gradient_before_gate(Z, C).tolist())

# %% tags=["check"]
assert content_gradient(F, C).tolist() == [[0, -1], [2, 0]] and gradient_before_gate(Z, C).tolist() == [[0, 0], [2, 0]]

# %% [markdown]
# ### Exercise 1: how far to go
#
# Take one pixel $I$ and two channels with 1×1 kernels, so that $F_1 = aI$ and $F_2 = bI$ with $a, b > 0$, and let
# $C_1 = aI^*$, $C_2 = bI^*$ be the values of a pixel $I^*$. One step of gradient descent is $I \leftarrow I - \eta\,
# \partial L / \partial I$. *For which $\eta$ does one step arrive at $I^*$, wherever it starts?* Answer with a
# formula of `a` and `b`, as text: `"a / b"`.

# %% tags=["exercise"]
best_rate = ""  # your formula

# %% tags=["solution"]
# ∂L/∂I = a (aI − aI*) + b (bI − bI*) = (a² + b²) (I − I*), and η times that must be I − I*.
best_rate = "1 / (a**2 + b**2)"

# %%
exercises.check("03-step", best_rate)

# %% [markdown]
# ## 3. TensorFlow: a tape, and a graph
#
# From here on a machine computes the gradients. The first of three reasons that the course's paper gives for TensorFlow
# 2.x, in section 3.2, is its eager execution, which “可以立即执行代码当中的每个操作，无需构建计算图”, “runs every
# operation in the code at once, without building a computation graph”. (The others: it is fit for beginners, and
# brings many methods for images.)
#
# *Eager execution* means that `a + b` is computed when Python reaches that line, as with NumPy; in TensorFlow 1 the
# line only added a node to a graph that had to be run later. But a gradient needs to know what was computed. Eager
# TensorFlow therefore keeps a record, the *gradient tape*: every operation inside the `with` block is noted, and
# `tape.gradient` goes through the notes backwards, applying the chain rule at each.

# %%
def tape_gradient(loss, w):
    """The gradient of loss(w), by TensorFlow."""
    w = tf.convert_to_tensor(w)
    with tf.GradientTape() as tape:
        tape.watch(w)  # a constant is recorded only when asked for; a tf.Variable always is
        value = loss(w)
    return tape.gradient(value, w).numpy()

print(tape_gradient(lambda z: content_loss(tf.nn.relu(z), C), Z).astype(int).tolist())

# %% [markdown]
# That is the gated gradient of section 2, and the tape was told nothing about gates. An independent test is the
# *finite difference*: move one number up and down by a small $h$, and divide the change of the loss by $2h$. It needs
# two losses for each number, which for a picture of 200,000 numbers would be 400,000 runs of the network. The tape
# needs one run forward and one back.

# %%
def finite_difference(loss, w, h=1e-4):
    """(loss(w + h) − loss(w − h)) / 2h for one number of w after the other."""
    gradient = np.zeros(w.shape)
    for place in np.ndindex(w.shape):
        step = np.zeros(w.shape)
        step[place] = h
        gradient[place] = (loss(w + step) - loss(w - step)) / (2 * h)
    return gradient

# %% tags=["check"]
random_F, random_C = np.random.default_rng(0).normal(0, 1, (2, 4, 5, 3))
for loss, by_hand in ((lambda w: content_loss(w, random_C), content_gradient(random_F, random_C)),
                      (lambda w: content_loss(tf.nn.relu(w), random_C), gradient_before_gate(random_F, random_C))):
    np.testing.assert_allclose(tape_gradient(loss, random_F), by_hand, atol=1e-9)
    np.testing.assert_allclose(finite_difference(loss, random_F), by_hand, atol=1e-6)

# %% [markdown]
# When the same step is to be repeated hundreds of times, the graph comes back: `tf.function` lets Python go through a
# function *once*, with stand-ins for the values, and from then on runs the graph of what it noted, without Python. The
# next cell counts how often Python reaches the first line of a step; section 6 compiles its step in this way.

# %%
visits = []

def one_step(image, content_features):
    visits.append(1)  # only Python runs this line
    with tf.GradientTape() as tape:
        tape.watch(image)
        loss = content_loss(network(image, "conv4_2")["conv4_2"], content_features)
    return image - 0.1 * tape.gradient(loss, image)

for how, step in (("eager", one_step), ("compiled", tf.function(one_step))):
    visits.clear()
    for _ in range(4):
        step(tf.zeros((16, 16, 3)), tf.zeros((2, 2, 128)))
    print(f"{how}: 4 steps, calls of Python: {len(visits)}")

# %% [markdown]
# ## 4. The way back to the pixels
#
# We want to change pixels, not features. The diagram shows one layer with everything that a VGG network has, forward
# above and backward below. The gate we know; two pieces are missing.

# %% tags=["figure"]
plots.show(backward_path(), "One layer forward (blue) and backward (orange). Each step back belongs to the step above "
                            "it: the pooling spreads its error, the rectifier is a gate, and the correlation with K "
                            "becomes a full convolution with K.")

# %% [markdown]
# **Average pooling** makes one number out of four, each with the weight ¼. So each of the four gets a quarter of the
# error, and nothing else happens. (With max pooling all of it goes to the largest. Gatys and colleagues (2016, their
# section 2) took the average, because they found its pictures “slightly more appealing”.)
#
# **The correlation.** In lesson 01's formula, the pixel $I(p, q)$ is seen by several windows. It enters the sum of
# $Z(i, j)$ if $i + m = p$ and $j + n = q$ for some place $(m, n)$ of the kernel, and it enters with the weight $K(m,
# n)$. Write $\delta(i, j) = \partial L / \partial Z(i, j)$ for the error behind the gate. The chain rule adds up, over
# all windows that saw the pixel, the error of the window times the weight:
#
# $$\frac{\partial L}{\partial I(p, q)} = \sum_{m=0}^{k-1} \sum_{n=0}^{k-1} \delta(p - m,\, q - n)\; K(m, n)$$
#
# where $k$ is the kernel's side and $\delta$ is 0 outside its map. Look at the signs. Forward, the network computes a
# cross-correlation. Backward stand the minus signs of the integral $\int f(\tau)\, g(t - \tau)\, d\tau$ in section 2.1
# of the course's paper. *The backward pass of what networks call a convolution is a true convolution*: the correlation
# of the error, with zeros around it, with the kernel turned by 180°. It is *full*, because even a corner pixel is still
# seen by one window, so the result is larger than the error and exactly as large as the picture. (If the layer padded
# its picture, as VGG does, the full result has the size of the padded picture, and loses the rows and columns that the
# padding had added.)
#
# With the picture and the kernel of lesson 01, $Z = (4, -1;\ 2, 6)$, and only one error passes the gate: 2, in the
# lower left window. The sum puts twice the kernel, as it is, onto that window. The turned kernel of the formula and the
# unturned one of this sentence are the same fact from two sides: who stands at a pixel and collects what it gets reads
# the kernel backwards, and who stands at an error and hands it out reads it forwards.

# %%
picture = np.array([[1.0, 2, 0], [0, 1, 3], [4, 0, 1]])
K = np.array([[1.0, 2], [0, -1]])
Z = correlate2d(picture, K, mode="valid")
delta = gradient_before_gate(Z, C)  # the error behind the gate
gradient = convolve2d(delta, K, mode="full")
turned = correlate2d(np.pad(delta, 1), K[::-1, ::-1], mode="valid")
print(gradient.astype(int).tolist(), "and by the turned kernel:", turned.astype(int).tolist())

# %% tags=["figure"]
figure, axes = plots.subplots(1, 4, size=(9.5, 3.2), width_ratios=[2.4, 1.7, 1.7, 2.4])
for axis, (matrix, title, marked) in zip(axes, [
        (picture, "picture I", [(1, 0), (1, 1), (2, 0), (2, 1)]), (K, "kernel K", ()),
        (delta, "error δ, gated", [(1, 0)]),
        (gradient, "∂L/∂I = δ ∗ K, full", [(1, 0), (1, 1), (2, 0), (2, 1)])], strict=True):
    plots.draw_matrix(axis, matrix, title, marked)
plots.show(figure, "The pencil example: the only error that passes the gate is 2, in the lower left window. The "
                   "gradient of the pixels is twice the kernel, laid onto the pixels which that window saw.")

# %% tags=["check"]
assert Z.tolist() == [[4, -1], [2, 6]]
assert gradient.tolist() == turned.tolist() == [[0, 0, 0], [2, 4, 0], [0, -2, 0]]
def pencil_loss(picture):
    z = tf.nn.conv2d(picture[None, :, :, None], K[:, :, None, None], 1, "VALID")[0, :, :, 0]
    return content_loss(tf.nn.relu(z), C)
assert tape_gradient(pencil_loss, picture).tolist() == gradient.tolist()

# %% [markdown]
# A real layer has channels at both ends. Forward, each output channel $o$ sums over all input channels; backward, each
# input channel sums over all output channels. Here is the whole way back for the first layer of our network, with a
# 2×2 pooling behind it, on a patch of the cat, beside the tape's.

# %%
def way_back(delta, kernel):
    """∂L/∂I(c) = Σ_o δ(o) ∗ K(c, o): errors (h, w, out), kernel (m, n, in, out) → (h + m − 1, w + n − 1, in)"""
    m, n, inputs, outputs = kernel.shape
    gradient = np.zeros((delta.shape[0] + m - 1, delta.shape[1] + n - 1, inputs))
    for c in range(inputs):
        for o in range(outputs):
            gradient[:, :, c] += convolve2d(delta[:, :, o], kernel[:, :, c, o])
    return gradient

def pool_back(error):
    """Average pooling: each of the four values gets a quarter."""
    return np.repeat(np.repeat(error, 2, axis=0), 2, axis=1) / 4

# %%
kernel, bias = (weights.astype(np.float64) for weights in network.weights["conv1_1"])

def before_gate(patch):
    return tf.nn.conv2d(patch[None], kernel, 1, "VALID")[0] + bias

def pooled(z):
    return tf.nn.avg_pool2d(tf.nn.relu(z)[None], 2, 2, "VALID")[0]

patch, wanted = (all_maps(image)["pixels"][70:80, 100:112].astype(np.float64) for image in (moved(4), photo))
Z, target = before_gate(patch).numpy(), pooled(before_gate(wanted)).numpy()
by_hand = way_back(pool_back(pooled(Z).numpy() - target) * (Z > 0), kernel)
by_tape = tape_gradient(lambda picture: content_loss(pooled(before_gate(picture)), target), patch)
print(f"{by_hand.size} numbers up to {np.abs(by_hand).max():.3f}; by the tape, up to {np.abs(by_tape).max():.3f}")

# %% tags=["check"]
by_difference = finite_difference(lambda picture: content_loss(pooled(before_gate(picture)), target), patch, h=1e-6)
np.testing.assert_allclose(by_hand, by_tape, rtol=0, atol=1e-9)  # each of the 360
np.testing.assert_allclose(by_hand, by_difference, atol=1e-6)

# %% [markdown]
# No number differs by more than $10^{-9}$. In a deep network the result is the error of the layer below, which goes
# through that layer's gate and kernels, and so on down to the pixels: this is *backpropagation*.
#
# One thing the layers above spared us: their maps had an even number of rows and columns. Where it is odd, the last
# window of the pooling reaches beyond the map, and `"SAME"` tells TensorFlow to pool it nevertheless.

# %%
odd = tf.constant([[2.0, 4, 6], [2, 4, 6]])
print("SAME:", tf.nn.avg_pool2d(odd[None, :, :, None], 2, 2, "SAME").numpy().ravel().tolist())

# %% tags=["check"]
assert tf.nn.avg_pool2d(odd[None, :, :, None], 2, 2, "SAME").numpy().ravel().tolist() == [3, 6]

# %% [markdown]
# ### Exercise 2: a gradient that passes its test
#
# Somebody wrote the way back for one channel: convolution, rectifier, and TensorFlow's own average pooling. It was
# tested against the tape with a 3×3 kernel on pictures of 8×8, 10×12 and 64×64 pixels, and all was well. On a picture
# of 7×9 pixels it is wrong. `forward` is right; find out what it does there, and mend `backward`. `image` is (h, w),
# `kernel` (k, k), `pooled_error` is $\partial L / \partial P$; returned is $\partial L / \partial I$, as large as the
# image.

# %%
def forward(image, kernel):
    z = correlate2d(image, kernel, mode="valid")
    return tf.nn.avg_pool2d(np.maximum(z, 0)[None, :, :, None], 2, 2, "SAME")[0, :, :, 0]

# %% tags=["exercise"]
def backward(image, kernel, pooled_error):
    z = correlate2d(image, kernel, mode="valid")
    rows, columns = z.shape
    error = np.kron(pooled_error, np.ones((2, 2)))[:rows, :columns] / 4
    return convolve2d(error * (z > 0), kernel, mode="full")

# %% tags=["solution"]
def backward(image, kernel, pooled_error):
    z = correlate2d(image, kernel, mode="valid")
    rows, columns = z.shape
    values = np.outer(*[np.minimum(2, size - np.arange(0, size, 2)) for size in z.shape])  # 4; 2 or 1 at an odd edge
    error = np.kron(pooled_error / values, np.ones((2, 2)))[:rows, :columns]
    return convolve2d(error * (z > 0), kernel, mode="full")

# %%
exercises.check("03-way-back", backward)

# %% [markdown]
# ### Exercise 3: the way back with a stride
#
# With a stride $s$ the forward pass computes $Z(i, j) = \sum_m \sum_n I(s\,i + m,\, s\,j + n)\, K(m, n)$. Write
# `back_with_stride(error, kernel, stride)` for one channel: `error` has $h$ rows and $w$ columns, `kernel` any shape,
# `stride` is an integer ≥ 1; returned is $\partial L / \partial I$, with $s(h-1)$ rows more than the kernel and
# $s(w-1)$ columns more. Check it on paper with one error first.

# %% tags=["exercise"]
def back_with_stride(error, kernel, stride):
    ...  # your code: return an array

# %% tags=["solution"]
def back_with_stride(error, kernel, stride):
    apart = np.zeros([stride * (n - 1) + 1 for n in error.shape])
    apart[::stride, ::stride] = error  # stride − 1 zeros between the errors, then as before
    return convolve2d(apart, kernel, mode="full")

# %%
exercises.check("03-stride", back_with_stride)

# %% [markdown]
# ## 5. The gradient as a picture
#
# The negative gradient $-\partial L / \partial I$ says in which direction, and how strongly, each number of the picture
# has to change. There are three of them for each pixel, so it can be looked at. We blur one eye of the cat, softly, so
# that no new edge arises, and look at the negative gradient of every layer's loss.

# %%
mask = np.zeros((208, 320, 1))
mask[44:86, 84:142] = 1
mask = gaussian_filter(mask, (8, 8, 0))  # 1 at the eye, 0 outside, soft between
one_eye = mask * blurred(10) + (1 - mask) * photo

def negative_gradient(image, layer):
    """−∂L/∂I of the content loss of a layer."""
    return -tape_gradient(lambda w: content_loss(network(w, layer)[layer], content_maps[layer]), np.float32(image))

def outside(picture):
    """The part of Σ |∂L/∂I| at pixels that the blur left as they were."""
    strength = np.abs(picture).sum(axis=2)
    return strength[mask[..., 0] < 0.01].sum() / strength.sum()

# %%
gradients = {layer: negative_gradient(one_eye, layer) for layer in layers}

# %% tags=["figure"]
titles = [f"{layer}: {100 * outside(each):.1f} % outside" for layer, each in gradients.items()]
titles = ["one eye blurred away", *titles]
plots.show(gradients_at(one_eye, gradients, mask[..., 0], (5, 125, 25, 201), titles), photo=True, caption=(
    "The negative gradient of each layer's loss around the eye (the mean of R, G and B, each panel on its own scale): "
    "orange asks for brighter pixels, purple for darker ones, white for no change. The line is the border of the blur; "
    "the percentage is the part of the whole picture's gradient that falls outside it."))

# %%
def behind_the_gate(layer):
    """The part of Σ (F − C)² at values that are 0 now: their gates are shut."""
    F, C = network(np.float32(one_eye), layer)[layer], content_maps[layer]
    return float(content_loss(tf.where(F > 0, C, F), C) / content_loss(F, C))

for layer in layers:
    print(f"{layer}: {100 * outside(gradients[layer]):.1f} % of the gradient is outside the blur, "
          f"{100 * behind_the_gate(layer):.1f} % of the error is behind shut gates")

# %% tags=["check"]
assert outside(gradients["conv1_1"]) < 0.1 and outside(gradients["conv5_1"]) > 2 * outside(gradients["conv1_1"])

# %% [markdown]
# Every layer's gradient draws the same things: the pupil, the rim of the iris, the lid. Even that of `conv5_1` can be
# recognized as an eye, although each of its values sees a window larger than the eye. What changes with depth is how
# sharply the gradient is confined. Up to `conv3_1` less than 1 % of it leaves the blurred region, because those windows
# are small; at `conv4_2` it is 8 % and at `conv5_1` 18 %.
#
# The gates matter at every depth. Of the whole error, 28 % lies behind shut gates at `conv1_1` and 11 % at `conv5_1`:
# values that should respond, do not respond now, and send no gradient back until a change that other values asked for
# has opened their gate. So a gradient holds only *here*, and one takes many short steps, each with a new gradient.
#
# ## 6. A picture from feature maps
#
# What does a layer know? *Forget the photograph, keep only its feature maps, and make the picture again.* Mahendran
# and Vedaldi (2015) called this feature inversion. Start from noise, step against the gradient, and repeat; whatever
# the layer has not kept cannot come back from its maps.
#
# Taking small steps against the gradient is the task of an *optimizer*. Three names will occur before lesson 08 takes
# optimizers apart, and until then this is enough: *momentum* keeps a part of its previous step, *Adam* gives every
# number a step length of its own, and *L-BFGS* estimates from its last steps how the gradient will change. Here it is
# Adam ([lesson 10](10_adam.ipynb)). Its learning rate says by about how many grey levels a pixel moves in a step: 30 at
# first, falling to 0.

# %%
def rebuild(photo, layer, image, rate=30.0, steps=120):
    """Change an image until its feature maps at a layer are the photograph's; yields it after each step."""
    C, state = network(photo, layer)[layer], Adam(rate).init(image)._replace(t=tf.constant(0.0))  # counts the steps
    @tf.function
    def step(image, state, rate):
        with tf.GradientTape() as tape:
            tape.watch(image)
            loss = content_loss(network(image, layer)[layer], C) / content_loss(0 * C, C)
        image, state = Adam(rate).step(image, tape.gradient(loss, image), state)
        return tf.clip_by_value(image, 0.0, 255.0), state, loss
    for number in range(steps):
        falling = rate * (1 + np.cos(np.pi * number / steps)) / 2
        image, state, loss = step(image, state, tf.constant(falling, tf.float32))
        yield image.numpy(), float(loss)

# %% [markdown]
# A run on a small window of 96×144 pixels takes some seconds. (It begins with a share above 1: noise is farther from
# the photograph's maps than maps that are 0.)

# %%
small, noise = inversion.cat_window(96, 144), tf.constant(inversion.start_image(96, 144, "noise"))
history = list(rebuild(small, "conv4_2", noise))
print(f"the share of the loss falls from {history[0][1]:.2f} to ≈ {100 * history[-1][1]:.2g} %")

# %% tags=["check"]
first, _ = next(inversion.invert(network, small, "conv4_2", inversion.Help(rate=30.0)))  # it begins with the same noise
np.testing.assert_allclose(first, noise)
assert history[-1][1] < 0.01

# %%
exercises.predict("03-snow", "More than 99 % of the loss is gone. What will the picture look like?", {
    "the photograph, nearly": "So one would think, if a small loss meant a similar picture. But the loss compares "
                              "only what the layer computes.",
    "the cat, under coloured grain": "The layer knows where eyes, nose and stripes are. Of the noise of the start, "
                              "the part in the brightness goes; most of the part in the colours stays.",
    "noise without any cat": "Very many pictures share their deep features, so one may fear this. But where the eyes "
                             "and the stripes are is what this layer responds to, so the loss depends on it.",
}, right="the cat, under coloured grain")

# %% tags=["figure"]
stored = inversion.load_inversion("conv4_2_none")
figure, axes = plots.subplots(1, 2, size=(9.4, 4.4), width_ratios=[144, 320])
plots.draw_image(axes[0], history[-1][0], "96×144, just computed")
plots.draw_image(axes[1], stored.image, "208×320 pixels, computed before")
plots.show_picture(full_color_jpeg(figure), "image/jpeg", folded="Choose first, then open", caption=(
    "Rebuilt from conv4_2 alone, from noise, in 120 steps. The cat is there, under the grain that the noise of the "
    "start has left."))

# %%
from nst_helpers.names import named


def tints(image):
    return {"brightness": image.mean(axis=2), "red−blue": image[..., 0] - image[..., 2],
            "red−green": image[..., 0] - image[..., 1]}

like = stored.likeness
print(f"208×320 pixels: {100 * stored.share:.2f} % of the loss left, off by {like.error:.1f}; correlation with the "
      f"photograph: {like.brightness:.2f} (brightness), {like.red_blue:.2f} (red−blue)")
grain, start = stored.image - photo, inversion.start_image(208, 320, "noise")
print("correlation of what is wrong with the noise of the start:", ", ".join(
    f"{named(name)} {np.corrcoef(one.ravel(), other.ravel())[0, 1]:.2f}"
    for (name, one), other in zip(tints(grain).items(), tints(start).values(), strict=True)))

# %% [markdown]
# Of the large run 0.05 % of the loss is left. Yet its picture is off by 35 grey levels on average: many pictures have
# nearly the same deep features, and nothing in the loss prefers the one that is a photograph. The noise in the
# brightness is gone (correlation 0.01), and the brightness of the picture follows that of the photograph with a
# correlation of 0.92; most of what is left is the start's noise in the colours (0.64 and 0.70).
#
# ## 7. A regularizer, and where one starts
#
# One can build knowledge about photographs into the optimization. They are not grainy: neighbouring pixels are mostly
# alike. A term that prefers such pictures is called a *regularizer*. Ours is *smoothness*, a little *total variation*,
# which is the sum of the differences between neighbours ([lesson 06](06_total_variation.ipynb)); its weight fades to a
# fiftieth during the run. Mahendran and Vedaldi use it as well. The result no longer comes from the layer alone then,
# so it has to be compared with the plainest remedy of all: leave the run as it was, and blur its picture when it is
# done.

# %%
exercises.predict("03-blur", "Smoothness during the run, or a blur of the finished picture: which one comes nearer to "
                  "the photograph, by the mean error and by the correlation of red − blue?", {
    "smoothness, clearly": "It acts while the picture forms, which sounds superior. But the grain is fine and what "
                           "lies under it is not, so these two measures cannot tell the remedies apart.",
    "the blur, clearly": "It averages the grain away, but hair and stripes with it. The two errors are about equally "
                         "large.",
    "both about the same": "They are off by 8.9 and by 8.7 grey levels. What the blur has lost, these two measures "
                           "hardly count.",
}, right="both about the same")

# %%
def fine(image):
    """What a blur of σ = 2 takes out of the brightness."""
    light = image.mean(axis=2)
    return light - gaussian_filter(light, 2)

smooth, grey = (inversion.load_inversion(f"conv4_2_{name}") for name in ("smoothness", "none_grey"))
blurs = {name: gaussian_filter(image, (2, 2, 0)) for name, image in (("run", stored.image), ("photo", photo))}
panels = {name: (run.image, run.share, run.likeness) for name, run in (
    ("no regularizer", stored), ("smoothness in the run", smooth), ("no regularizer, from grey", grey))}
panels |= {name: (blurs[key], shares(blurs[key])["conv4_2"], inversion.likeness(blurs[key], photo)) for name, key in (
    ("no regularizer, blurred afterwards", "run"), ("the photograph itself, blurred", "photo"))}

# %%
lines = ["208×320 pixels, 120 steps           loss left   off by  red−blue   fine detail: strength, correlation"]
for name, (image, share, like) in panels.items():
    strength, follows = fine(image).std() / fine(photo).std(), np.corrcoef(fine(image).ravel(), fine(photo).ravel())
    lines.append(f"{named(name):36}{100 * share:7.2f} % {like.error:8.1f}{like.red_blue:10.2f}{strength:20.2f}"
                 f"{follows[0, 1]:13.2f}")
plots.show_lines(lines, folded="Choose first, then open")

# %% tags=["check"]
assert abs(panels["no regularizer, blurred afterwards"][2].error - smooth.likeness.error) < 1
assert panels["no regularizer, blurred afterwards"][1] > 100 * smooth.share
assert panels["the photograph itself, blurred"][1] > 100 * smooth.share
assert fine(blurs["run"]).std() < 0.5 * fine(smooth.image).std() and stored.likeness.red_blue < 0.5
assert grey.likeness.error < 0.6 * stored.likeness.error and max(stored.share, smooth.share, grey.share) < 1e-3

# %% tags=["figure"]
figure, axes = plots.subplots(2, 2, size=(9, 6.5))
for axis, (name, (image, _, like)) in zip(axes.flat, list(panels.items())[:4], strict=True):
    plots.draw_image(axis, image, f"{name}: off by {like.error:.1f}")
plots.show_picture(full_color_jpeg(figure), "image/jpeg", folded="Choose first, then open", caption=(
    "Rebuilt from conv4_2 in 120 steps at the learning rate 30: from noise without a regularizer; from the same noise "
    "with smoothness (weight 0.005), which leaves a stippled fur; from an even grey without a regularizer, where a "
    "fine grain lies over the cat; and the first picture, blurred when it was done (σ = 2)."))

# %% [markdown]
# By these two measures a blur of the finished picture does as well as the regularizer: it is off by 8.7 grey levels
# instead of 8.9, and its red − blue follows the photograph's with a correlation of 0.94 instead of 0.91. So the colours
# had been in the noisy picture all the while, under the grain, and no cleverness is needed to bring them out. What the
# blur loses stands in the other columns. Its fine detail has 0.31 of the strength that the photograph's has, the smooth
# picture's 0.90. (Much of that detail is not the photograph's, though: the correlations are 0.31 for the smooth picture
# and 0.44 for the blurred one.) And to `conv4_2` the blurred cat is another picture, with a share of 20 %, about as
# much as the photograph costs when it is blurred in the same way. A regularizer chooses *among* the pictures that the
# layer takes for the cat; a blur leaves them.
#
# The start counts as well. From an even grey the run without a regularizer is off by 16.7 grey levels instead of 35.1,
# because most of that error was noise which the layer hardly sees. The content loss does not tell these three runs
# apart, since 0.05 to 0.07 % of it is left each time.
#
# <details><summary>For the curious: a Laplacian pyramid, and 64 runs</summary>
#
# The unknowns need not be pixels. A *Laplacian pyramid* (Burt and Adelson, 1983) writes the picture as the sum of
# levels, here five; level $k$ is coarser by the factor $2^k$ and is enlarged before adding. Every picture is such a
# sum, so this *parametrization* rules nothing out, but one number of a coarse level moves a whole region. (Olah,
# Mordvintsev and Schubert, 2017, use a Fourier basis for the same purpose.) We expected it to help. From noise, at this
# layer of this network, it does not, because the noise lies on the finest level, where nothing removes it; from even
# grey it does.
#
# On a window of 96×144 pixels each of four methods ran from noise and from grey over learning rates and weights, 64
# runs of 120 steps in all. Of each method the table has the run with the least content loss, which is what all of them
# minimize. It need not be the best picture: without a regularizer, from grey, the rate 100 has the least loss and makes
# a grain of its own.
#
# </details>

# %% tags=["figure"]
def add_up(levels):
    """The picture of a pyramid: every level enlarged to the size of the finest; their sum."""
    size = levels[0].shape[:2]
    return levels[0] + sum(tf.image.resize(level, size, "bicubic") for level in levels[1:])

plots.show(levels_of_pyramid(inversion.split_into_levels(photo), photo), photo=True, caption=(
    "The photograph as a sum of five levels. The coarsest holds the large patches of colour, every finer one what is "
    "still missing; zero is mid-grey, each level on a scale of its own. An inversion moves all five at once."),
    folded="For the curious: the pyramid")

# %% tags=["check"]
np.testing.assert_allclose(add_up(inversion.split_into_levels(photo)), photo, atol=1e-2)
together = inversion.sum_of_levels(inversion.split_into_levels(photo))
np.testing.assert_allclose(add_up(inversion.split_into_levels(photo)), together, atol=1e-2)

# %% tags=["figure"]
rows = [row for row in inversion.measured()["grid"] if row["network"] == "compact"]
grid = [row for row in rows if (row["steps"], row["seed"]) == (120, 0)]
best = {}
for row in sorted(grid, key=lambda row: row["share"]):
    best.setdefault((row["name"], row["start"]), row)
lines = ["method      start   loss left  off by  red−blue"]
for name, start in dict.fromkeys((row["name"], row["start"]) for row in grid):
    row = best[name, start]
    lines.append(f"{named(name):12}{named(start):7}{100 * row['share']:8.2f} %{row['error']:8.1f}"
                 f"{row['red_blue']:10.2f}")
for name in ("smoothness", "both"):
    others = [f"{row['error']:.1f}" for row in rows if row["name"] == name and row["seed"]]
    lines.append(f"{named(name)}, from two other noises: off by {', '.join(others)}")
for row in (row for row in rows if (row["name"], row["start"], row["rate"], row["seed"]) == ("none", "noise", 10, 0)):
    lines.append(f"none, from noise, rate 10, {row['steps']} steps: off by {row['error']:.1f}, "
                 f"{100 * row['share']:.3f} % left")
plots.show_lines(lines, folded="For the curious: the table of the 64 runs")

# %% tags=["check"]
assert len(grid) == 64
error = {key: row["error"] for key, row in best.items()}
assert error["smoothness", "noise"] < 0.5 * error["none", "noise"]
assert error["pyramid", "noise"] > error["none", "noise"] and error["pyramid", "grey"] < 0.6 * error["none", "grey"]
assert all(error[name, "grey"] < error[name, "noise"] for name in ("none", "smoothness", "pyramid", "both"))
assert best["none", "grey"]["rate"] == 100

# %% tags=["figure"]
figure, (left, right) = plots.subplots(1, 2, size=(9.6, 4.4), sharey=True)
for axis, start in ((left, "noise"), (right, "grey")):
    for name, color, marker in zip(("none", "smoothness", "pyramid", "both"), plots.COLORS, "os^D", strict=False):
        shown = [row for row in grid if (row["name"], row["start"]) == (name, start)]
        axis.scatter([100 * row["share"] for row in shown], [row["error"] for row in shown], marker=marker, s=42,
                     color=color, alpha=0.55, label=name)
        axis.scatter(100 * best[name, start]["share"], best[name, start]["error"], marker=marker, s=130, color=color,
                     edgecolor="black", linewidth=1.5)
    axis.set(xscale="log", xlabel="content loss left: % of ½ Σ C²", title=f"start: {start}")
left.set_ylabel("mean error of the pixels: grey levels")
right.legend(title="method", loc="upper left")
plots.show(figure, "Every run of the grid (conv4_2, 96×144 pixels, 120 steps): how much content loss is left, "
                   "and how far the picture is from the photograph. Black edge: the run with the least content loss "
                   "of its method. Equal losses can mean very different pictures.",
           folded="For the curious: the 64 runs as points")

# %% [markdown]
# ## 8. What each layer keeps, and what the training keeps
#
# Now the five layers. These runs have smoothness and a Laplacian pyramid (the folded part above compares the two),
# because the plain network, which will be set beside ours, gives no picture without them, as we shall see. Below are
# three of the layers; the slider further down has all five.

# %% tags=["figure"]
plots.show_images([inversion.load_inversion(f"{layer}_both").image for layer in ("conv3_1", "conv4_2", "conv5_1")],
                  ["conv3_1", "conv4_2", "conv5_1"], photo=True, caption=(
    "The photograph rebuilt from one layer, with smoothness and pyramid, from noise, in 120 steps at 208×320 pixels. "
    "Hair and stipples are lost first, then the course of edges and the tints."))

# %%
print("layer      loss left  off by  brightness  red−blue  red−green")
for layer in layers:
    run = inversion.load_inversion(f"{layer}_both")
    print(f"{layer:10}{100 * run.share:8.2f} %{run.likeness.error:8.1f}{run.likeness.brightness:12.2f}"
          f"{run.likeness.red_blue:10.2f}{run.likeness.red_green:11.2f}")

# %% tags=["check"]
kept = [inversion.load_inversion(f"{layer}_both").likeness for layer in layers]
assert kept[0].error < 0.5 * kept[4].error and min(like.brightness for like in kept) > 0.6
again = inversion.likeness(inversion.load_inversion("conv4_2_both").image, photo)  # of the compressed picture
assert abs(again.error - kept[3].error) < 2 and abs(again.brightness - kept[3].brightness) < 0.05

# %% [markdown]
# The deeper the layer, the less comes back, and the tints fall faster than the brightness. From `conv1_1` the error
# is 1.5 grey levels, from `conv4_2` 9.8 and from `conv5_1` 16.3. So a content loss at `conv4_2` holds the eyes, the
# nose and the stripes at their places, and loses fine hair and part of the colours, which leaves room for a style.

# %%
exercises.predict("03-networks", "The inversion from conv4_2 without a regularizer, with two other networks of this "
                  "form. With random weights 0.2 % of ½ Σ C² is left after 120 steps, with plain training 5 %. What do "
                  "their pictures show?", {
    "random weights: the cat in its fur; plain training: noise": "It goes by the loss, and a small loss feels like "
        "success. But a layer with random weights is easily satisfied: very many pictures give nearly the same maps.",
    "random weights: noise; plain training: the cat in its fur": "It goes by what a network has learned. The plain "
        "network classifies better than the robust one, but by details that people do not see; noise can imitate them.",
    "both: hardly the photograph": "Neither a small loss nor a good classifier is enough. The correlation of "
        "the brightness with the photograph is 0.14 for random weights (dark specks at the eyes) and 0.10 for the "
        "plain network (contours in noise), but 0.92 for the robust one.",
}, right="both: hardly the photograph")

# %% tags=["figure"]
columns = {"random weights": "random", "plain training": "plain", "robust training": "conv4_2"}
figure, axes = plots.subplots(2, 3, size=(9.6, 5.3))
for column, (title, network_name) in zip(axes.T, columns.items(), strict=True):
    for axis, (how, end) in zip(column, (("no regularizer", "none"), ("smoothness, pyramid", "both")), strict=True):
        run = inversion.load_inversion(f"{network_name}_{end}")
        plots.draw_image(axis, run.image, f"{title}, {how}\nloss left {100 * run.share:.2g} %, "
                         f"brightness {run.likeness.brightness:.2f}, colour {run.likeness.red_blue:.2f}")
        axis.title.set_fontsize(9.5)
plots.show_picture(full_color_jpeg(figure), "image/jpeg", folded="Choose first, then open", caption=(
    "Rebuilt from conv4_2 of three networks of the same form, from noise: above without a regularizer, below with "
    "smoothness and pyramid, each network with the best settings of its own grid (the robust one with the second "
    "best). The plain network draws in garish colours that are not the cat's. Under each name: the content loss left, "
    "and the correlations of brightness and of red − blue with the photograph's."))

# %% tags=["check"]
runs = {f"{name}_{end}": inversion.load_inversion(f"{name}_{end}") for name in columns.values()
        for end in ("none", "none_grey", "both")}
brightness = {name: run.likeness.brightness for name, run in runs.items()}
assert brightness["conv4_2_none"] > 0.8 and brightness["plain_both"] > 0.5
assert max(brightness[f"{name}_{end}"] for name in ("random", "plain") for end in ("none", "none_grey")) < 0.3
told = {(row["network"], row["name"], row["start"], row["smoothness"], row["rate"]): row
        for row in inversion.measured()["grid"] if (row["steps"], row["seed"]) == (120, 0)}
weights = [told["compact", "both", "noise", weight, 30]["share"] for weight in (0.02, 0.005)]
assert np.round(100 * np.array(weights), 2).tolist() == [0.23, 0.22]

# %% [markdown]
# Nothing differs between the columns but the weights (and, below, the settings), and yet only one network gives back
# the photograph by descent alone, with a correlation of 0.92 against 0.14 and 0.10. Beside smoothness and pyramid the
# plain network draws the cat too, with 0.74, in colours that have little to do with it (0.31). So the drawing is in its
# layer as well. But a low loss alone does not find it: pictures like noise can have one too, even a lower one in a
# longer run (in the folded part below), and smoothness and pyramid choose among them. (All of this is one cat, one
# noise and one draw of random weights.)
#
# The robust network was trained on pictures in which an adversary had moved every pixel by up to two grey levels.
# Whether this is the cause, our three columns cannot tell, because the two trainings differ in more than the attack
# ([lesson 02](02_feature_maps.ipynb)). But Engstrom and colleagues (2019) found the same with much larger networks,
# trained alike but for the attack: robust features can be inverted by descent alone. On their evidence, more than on
# one cat, the course uses the robust network.
#
# <details><summary>For the curious: is it the noise of the start, or want of time?</summary>
#
# Neither, as far as two controls can tell. From even grey, the plain network makes a noise of its own and random
# weights leave little but dark specks at the eyes. And on the window of 96×144 pixels, from one noise and at one or two
# learning rates, none of these two comes near the photograph in 1,000 steps either, although the plain network's loss
# falls to about a fifth of what is left with smoothness and pyramid after 120.
#
# </details>

# %% tags=["figure"]
lines = [f"{title}, from even grey: brightness {brightness[f'{name}_none_grey']:.2f}"
         for title, name in columns.items()]
usual = [row for row in inversion.measured()["grid"] if (row["start"], row["seed"]) == ("noise", 0)]
alone = {(row["network"], row["rate"], row["steps"]): row for row in usual if row["name"] == "none"}
lines.append("brightness, and loss left, after 120 and after 1,000 steps without a regularizer:")
for weights, rate in sorted({(weights, rate) for weights, rate, steps in alone if steps == 1000}):
    short, long = (alone[weights, rate, steps] for steps in (120, 1000))
    lines.append(f"{named(weights.replace('compact', 'robust')):7} rate {rate:3.0f}: {short['brightness']:5.2f} → "
                 f"{long['brightness']:.2f}   {100 * short['share']:.2f} % → {100 * long['share']:.3f} %")
both = min((row for row in usual if (row["network"], row["name"]) == ("plain", "both")), key=lambda row: row["share"])
lines.append(f"plain with smoothness and pyramid, 120 steps: {both['brightness']:.2f}   {100 * both['share']:.2f} %")
plots.show_lines(lines, folded="For the curious: grey starts and long runs")

# %% tags=["check"]
after_1000 = [row for (weights, _, steps), row in alone.items() if weights == "plain" and steps == 1000]
assert min(row["share"] for row in after_1000) < 0.2 * both["share"]
assert max(row["brightness"] for row in after_1000) < 0.5 * both["brightness"]
assert all(row["brightness"] < 0.3 for (weights, _, _), row in alone.items() if weights == "random")
assert alone["compact", 10, 1000]["brightness"] > 0.85

# %% [markdown]
# Move the slider *step* to see the pictures form, change the *layer*, and take smoothness and pyramid away;
# **rebuild it now** computes another photograph, smaller, while you watch.

# %%
from nst_helpers.widgets.content import ALONE, HELPED, layer_slider

computed = {how: {layer: {0: inversion.start_image(208, 320, "noise"),
                          **inversion.load_inversion(f"{layer}_{name}").frames} for layer in layers}
            for how, name in ((HELPED, "both"), (ALONE, "none"))}
layer_slider(computed, photo=photo)

# %% [markdown]
# ### Exercise 4: a change that the layer forgives
#
# Make a picture of the cat, (208, 320, 3) and 0–255, that is farther from the photograph than a mid-grey picture if
# one asks the pixels (a share of at least 1.2), and yet costs `conv4_2` at most a share of 0.18. No optimizer is
# needed. Start from `photo`; not every change of brightness costs the layer the same.

# %% tags=["exercise"]
forgiven = None  # your picture

# %% tags=["solution"]
forgiven = np.clip(photo + 55, 0, 255)  # photo * 0.55 costs the pixels as much, and conv4_2 twice as much

# %%
exercises.check("03-blind", forgiven)

# %% [markdown]
# ### An investigation: what makes the regularizer necessary?
#
# More than one thing differs between the plain and the robust network. Choose one question and answer it with
# pictures, numbers and a control in which only one thing differs. Is it the training, or would max pooling
# (`load_network("plain", pooling="max")`) change the picture as well? Does the robust network still do without one if
# it starts from the photograph of another animal instead of noise?

# %% [markdown] tags=["solution"]
# **What a good answer has.** One question, one thing that differs, everything else equal: layer, start, seed, number
# of steps, size (2 points). A learning rate tuned for each side over the same grid, with all the results shown (2). A
# measure named before looking, beside the content loss; and the picture itself, at least 320 pixels wide (2). A
# second seed or a second photograph, and the spread (2). A claim that is no larger than the evidence, and one
# sentence on what would refute it (2). *A start from another animal, for example, separates what a layer demands from
# what it lets stand: what is left of the animal is what the layer does not see.*

# %% [markdown]
# ## What we found
#
# A content loss compares feature maps in place of pixels, and the layer decides which changes count: moving a cat by
# 4 pixels is as bad as a blur of σ = 11 to the pixels, and as one of σ = 0.7 to `conv5_1`. Its gradient is $F - C$
# behind a gate that is open where $Z > 0$; on the way back the correlation with a kernel becomes the full convolution
# with it.
#
# Inverting a layer shows what it knows. After 120 steps from noise, 0.05 % of the loss is left at `conv4_2` and the
# picture is still off by 35 grey levels. A mild smoothness takes it to 9, and so does a blur of the finished picture,
# but to the layer the blurred cat is another one, at 20 % of ½ΣC². *A small content loss does not make a good picture*:
# what it leaves open is decided by the start, by the regularizer, or, in a style transfer, by the style.

# %% [markdown]
# ## Where this is used
#
# In [07 Total loss](07_total_loss.ipynb) the content loss at `conv4_2` becomes one of three terms, with the weight
# $\alpha$; [06 Total variation](06_total_variation.ipynb) is the smoothness of this lesson, studied for itself.
#
# ## Sources and further reading
#
# - Gatys, L., Ecker, A., Bethge, M. (2016): Image Style Transfer Using Convolutional Neural Networks. Content loss,
#   its gradient, and pictures rebuilt from five layers of VGG-19 (their figure 1).
# - Mahendran, A., Vedaldi, A. (2015): Understanding Deep Image Representations by Inverting Them. Feature inversion
#   with regularizers, for every layer of a network.
# - Engstrom, L., Ilyas, A., Santurkar, S., Tsipras, D., Tran, B., Madry, A. (2019): Adversarial Robustness as a Prior
#   for Learned Representations. Robust features, inverted without any regularizer.
# - Olah, C., Mordvintsev, A., Schubert, L. (2017): Feature Visualization. Where the grain comes from, and how another
#   parametrization removes it.
# - Dumoulin, V., Visin, F. (2016): A Guide to Convolution Arithmetic for Deep Learning. The way back with stride and
#   padding, in moving pictures.
# - Zhang, R., Isola, P., Efros, A., Shechtman, E., Wang, O. (2018): The Unreasonable Effectiveness of Deep Features as
#   a Perceptual Metric. LPIPS, and how far feature distances agree with people's judgements.
# - Burt, P., Adelson, E. (1983): The Laplacian Pyramid as a Compact Image Code. For the curious of section 7.
#
# ## Next
#
# The content loss compares place by place: it knows *what is where*. How a picture is painted does not depend on the
# place, so the next distance must forget the places altogether. **[04 Gram matrices](04_gram_matrices.ipynb)** shows
# how.
