# %% [markdown]
# # 03 Content loss
#
# **When do two pictures show the same?** Below are three: a photograph, the same cat 4 pixels further to the left,
# and a blur. Which of the two at the right shows what the photograph shows? Now ask the pixels.
#
# **You will see**
#
# - a distance between pictures for which a moved cat is still that cat, and a blur is not;
# - its gradient, which is as short as $F - C$: by pencil, checked three ways, and as a picture;
# - the photograph rebuilt out of noise from one layer at a time, and so what each layer forgets.
#
# **Needs**: [02 Feature maps](02_feature_maps.ipynb). · **Time**: about 35 s of computing on two cores. ·
# **Paper**: sections 2.2.1 and 2.3.1.

# %%
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import gaussian_filter

from nst_helpers import exercises, losses, plots
from nst_helpers.backend import tf
from nst_helpers.images import load_image, noise_image
from nst_helpers.networks import data_folder, load_network
from nst_helpers.optimizers import Adam

network = load_network("plain")  # the form of `compact`, after ordinary training
layers = ["conv1_1", "conv2_1", "conv3_1", "conv4_2", "conv5_1"]  # from shallow to deep
whole = load_image(data_folder() / "content" / "cat.jpg", max_size=256)
photo = whole[21:149, 32:224]  # (128, 192, 3): small, so that everything is quick
moved = whole[21:149, 36:228]  # the same window, 4 pixels further to the right
blurred = gaussian_filter(photo, (8, 8, 0))

# %%
def pixel_error(image):
    """By how many grey levels a picture is off, on average."""
    return np.abs(image - photo).mean()

plots.show_images([photo, moved, blurred],
                  ["the photograph", f"moved: off by {pixel_error(moved):.0f} grey levels",
                   f"blurred: off by {pixel_error(blurred):.0f} grey levels"],
                  alt="A cat's face three times: as photographed; a little further to the left; and so "
                      "blurred that only two dark spots are left of its eyes.")
print(f"pixel error: moved {pixel_error(moved):.1f}, blurred {pixel_error(blurred):.1f}")
assert pixel_error(moved) > pixel_error(blurred)

# %% [markdown]
# **What it shows.** For the pixels, the blur is *nearer* to the photograph than the moved cat. Every hair has
# moved, so nearly every pixel is wrong. Pixels know what colour each place has. They do not know what is in the
# picture.
#
# ## 1. The formula
#
# In lesson 02 you saw that deep feature maps answer to *parts*: edges first, then fur, then eyes. So do not
# compare pixels, compare feature maps. Take one layer $l$, give the network both pictures, subtract, square, add
# up:
#
# $$L_{content} = \frac12 \sum_{i,j,c} \left( F^l_{ijc} - C^l_{ijc} \right)^2$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $F^l$ | feature maps of the new picture at layer $l$: (height, width, channels) | `features` |
# | $C^l$ | feature maps of the content picture at the same layer | `content_features` |
# | $i, j, c$ | row, column, channel: every single value counts | |
# | $L_{content}$ | the content loss: 0 if the layer sees no difference | `loss` |
#
# Why the half? You will see it vanish in section 2.
#
# **With a pencil.** One channel, 2×2 positions. Compute the loss before you run the next cell.
#
# $$F = \begin{pmatrix} 4 & 0 \\ 2 & 6 \end{pmatrix} \qquad C = \begin{pmatrix} 4 & 1 \\ 0 & 6 \end{pmatrix}$$

# %%
def content_loss(features, content_features):
    """½ Σ (F − C)²"""
    return 0.5 * tf.reduce_sum((features - content_features) ** 2)

F = np.array([[4.0, 0], [2, 6]])[:, :, None]  # (2, 2, 1): one channel
C = np.array([[4.0, 1], [0, 6]])[:, :, None]
print("½ (0² + (−1)² + 2² + 0²) =", float(content_loss(F, C)))
assert float(content_loss(F, C)) == 2.5

# %% [markdown]
# Now ask the network. A loss of 5,000 tells nothing by itself, so we print it as a **share**: the loss divided by
# $\frac12 \sum C^2$, the loss of a picture to which no value answers at all. Share 0: no difference. Share 1: as
# far off as that.
#
# *Predict* for each of these what happens to its share from layer to layer. Which one falls, which one rises?
#
# - the cat **moved** by 4 pixels; the **blur**;
# - the photograph **darker** by a quarter; with **grain** in every pixel;
# - **another animal**.

# %%
grain = np.random.default_rng(0).normal(0, 20, photo.shape)
raccoon = load_image(data_folder() / "content" / "raccoon.jpg", max_size=256)[5:133, 58:250]
changed = {"moved": moved, "blurred": blurred, "darker": 0.75 * photo,
           "grain": np.clip(photo + grain, 0, 255), "another animal": raccoon}

def share_of(layer):
    """For a layer, the function image → content loss as a share of ½ Σ C²; so C is computed only once."""
    content_features = network(photo, layer)[layer]
    nothing = content_loss(0 * content_features, content_features)  # ½ Σ C²
    return lambda image: content_loss(network(image, layer)[layer], content_features) / nothing

shares = {name: [float(share_of(layer)(image)) for layer in layers] for name, image in changed.items()}
print(f"{'':15}pixels   " + "  ".join(layers))
for name, row in shares.items():
    print(f"{name:15}{pixel_error(changed[name]):6.1f}   " + "  ".join(f"{value:7.2f}" for value in row))
assert 3 * shares["moved"][4] < shares["blurred"][4] < shares["another animal"][4]
assert shares["darker"][4] < 0.1 and shares["moved"][2] > 2 * shares["moved"][4]

# %%
figure, (left, right) = plots.subplots(1, 2, size=(9, 3.6), width_ratios=[1, 1.9])
names = list(changed)
left.barh(names, [pixel_error(changed[name]) for name in names], color=plots.COLORS[:5])
left.invert_yaxis()
left.set(xlabel="grey levels", title="Pixels: how far off?")
for name, color, marker in zip(names, plots.COLORS, "osD^v", strict=False):
    right.plot(layers, shares[name], marker + "-", color=color, label=name)
right.set(ylabel="content loss, share of ½ Σ C²", ylim=(0, None), title="Feature maps: how far off?")
right.legend(fontsize=9)
plots.show(figure, alt="Left: bars of the pixel error; the moved cat and the darker one are farther off than "
                       "the blur. Right: the content loss over five layers; towards the deepest the moved "
                       "cat falls to almost nothing, the blur and the other animal rise, darker stays low.")

# %%
deep_loss = content_loss(network(moved, "conv4_2")["conv4_2"], network(photo, "conv4_2")["conv4_2"])
package_loss = losses.content_loss(network(moved, "conv4_2")["conv4_2"], network(photo, "conv4_2")["conv4_2"])
difference = abs(float(deep_loss / package_loss) - 1)
print(f"difference from the package's content loss, as a share of it: {difference:.5f}")
assert difference < 1e-5

# %% [markdown]
# **What it shows.** At the deepest layer the order is the one that you would give. The moved cat is nearly the
# same, and so is the darker one, although its pixels are farther off than those of any other cat. The blur is a
# stranger, several times as far off. In between lie layers that mind *everything that is fine*: there, a hair that
# has moved is a hair at the wrong place.
#
# So **content** is what deep feature maps tell. It is not a property of the picture alone: *the layer that you
# choose decides what counts.* Style transfer takes a deep one, and this course takes `conv4_2`, as Gatys, Ecker
# and Bethge did when they invented it (2015).

# %% [markdown]
# ### Exercise 1: a loss that does not depend on the size
#
# A picture twice as high and twice as wide has four times as many positions, so the sum is about four times as
# large, though nothing looks worse. Write `loss_per_value(features, content_features)`: the content loss divided
# by the number of values in the feature maps. (The last lesson uses this form, so one weight suits every size.)

# %% tags=["exercise"]
def loss_per_value(features, content_features):
    ...  # your code: return a number

# %% tags=["solution"]
def loss_per_value(features, content_features):
    return 0.5 * np.mean((features - content_features) ** 2)

# %%
exercises.check("03-per-value", loss_per_value)

# %% [markdown]
# ## 2. Which way is down?
#
# To make a loss small one must know, for every number, whether to raise or to lower it, and how much that helps.
# That is the **gradient**. *Predict* its four numbers for the pencil example: each tells how much $L$ grows when
# this value of $F$ grows a little. Which values of $F$ are too small, which too large, which are right?
#
# On paper: a value $F_{ijc}$ stands in a single term of the sum, so all the others drop out.
#
# $$\frac{\partial L}{\partial F_{ijc}} = \frac{\partial}{\partial F_{ijc}}\ \frac12 (F_{ijc} - C_{ijc})^2 =
# F_{ijc} - C_{ijc}$$
#
# The square brings a 2, and the half takes it away: that is all it was for. We check it three ways: by pencil,
# with TensorFlow's tape (it notes every operation, and goes back along its notes), and with a **finite
# difference**: move one number a little up and a little down, and see what the loss does.

# %%
def content_gradient(features, content_features):
    """∂L/∂F = F − C"""
    return features - content_features

def tape_gradient(loss, w):
    """The gradient of loss(w), by TensorFlow."""
    w = tf.convert_to_tensor(w)
    with tf.GradientTape() as tape:
        tape.watch(w)
        value = loss(w)
    return tape.gradient(value, w).numpy()

def finite_difference(loss, w, h=1e-4):
    """(loss(w + h) − loss(w − h)) / 2h for one number of w after the other."""
    gradient = np.zeros(w.shape)
    for place in np.ndindex(w.shape):
        step = np.zeros(w.shape)
        step[place] = h
        gradient[place] = (loss(w + step) - loss(w - step)) / (2 * h)
    return gradient

# %%
print("F − C =", content_gradient(F, C)[:, :, 0].tolist())
generator = np.random.default_rng(0)
random_F, random_C = generator.random((2, 4, 5, 3))  # two sets of feature maps, float64
by_hand = content_gradient(random_F, random_C)
others = {"the tape": tape_gradient(lambda w: content_loss(w, random_C), random_F),
          "finite differences": finite_difference(lambda w: content_loss(w, random_C), random_F)}
for name, gradient in others.items():
    difference = np.abs(gradient - by_hand).max()
    print(f"largest difference between F − C and {name}: {difference:.9f}")
    assert difference < 1e-9
assert content_gradient(F, C)[:, :, 0].tolist() == [[0, -1], [2, 0]]

# %% [markdown]
# **What it shows.** Zero where $F$ is right; below zero where it is too small (raise it, and the loss falls);
# above zero where it is too large. The gradient *is* the error, and all checks agree to nine decimals.
#
# ### The gate
#
# A feature map comes out of a ReLU: what a layer computes first, call it $Z$, is cut off below zero,
# $F = \max(Z, 0)$. In our pencil example the 0 of $F$ may have been $Z = -1$. There $F$ should be 1, so the
# gradient says *raise it*. But to raise $Z$ from −1 to −0.9 leaves $F$ at 0. The loss does not feel it:
#
# $$\frac{\partial L}{\partial Z} = \begin{cases} F - C & \text{where } Z > 0 \\ 0 & \text{where } Z < 0
# \end{cases}$$
#
# Gatys, Ecker and Bethge print this second line in their formula. It is easy to forget, and it matters: *what does
# not answer at all cannot be told to answer more.* Section 4 shows it in a picture.
#
# ### Exercise 2: the gradient in front of the gate
#
# Write `gradient_before_relu(z, content_features)`, the gradient of $\frac12\sum(\max(Z, 0) - C)^2$ with respect
# to $Z$.

# %% tags=["exercise"]
def gradient_before_relu(z, content_features):
    ...  # your code: return an array like z

# %% tags=["solution"]
def gradient_before_relu(z, content_features):
    features = np.maximum(z, 0)
    return (features - content_features) * (z > 0)

random_Z = generator.standard_normal((4, 5, 3))
by_tape = tape_gradient(lambda z: content_loss(tf.nn.relu(z), random_C), random_Z)
assert np.allclose(gradient_before_relu(random_Z, random_C), by_tape)

# %%
exercises.check("03-relu", gradient_before_relu)

# %% [markdown]
# ## 3. From the features to the pixels
#
# We do not change features. We change *pixels*, and the network makes features of them. What does an error in a
# feature map ask of the pixels?
#
# In lesson 01 a window saw some pixels, weighted them with the kernel, and made one number of them. Now we go
# back: that number is too large by 2. A pixel with the weight 2 raised it by 2 for each grey level, so it gets
# $2 \cdot 2$ of the blame; a pixel with the weight −1 gets $2 \cdot (-1)$. **Every error paints its kernel onto
# the window it saw**, as dark as the error is large. Where windows overlap, the paint adds up.
#
# **With a pencil.** The picture, kernel and map of lesson 01; what the map should be, and the error. The gate
# shuts at −1, so only the error 2 is left to paint: twice the kernel, in the lower left window.

# %%
def paint(error, kernel):
    """∂L/∂I: every error (height, width, out) paints its kernel (m, n, in, out) onto its window."""
    rows, columns, channels, _ = kernel.shape
    height, width = error.shape[:2]
    gradient = np.zeros((height + rows - 1, width + columns - 1, channels))
    for m in range(rows):
        for n in range(columns):
            gradient[m : m + height, n : n + width] += error @ kernel[m, n].T
    return gradient

Z = np.array([[4, -1], [2, 6]])
tiny_error = np.where(Z > 0, np.maximum(Z, 0) - C[:, :, 0], 0)
tiny_kernel = np.array([[1, 2], [0, -1]])
painted = paint(tiny_error[:, :, None], tiny_kernel[:, :, None, None])[:, :, 0]
assert painted.tolist() == [[0, 0, 0], [2, 4, 0], [0, -2, 0]]

# %%
figure, axes = plots.subplots(1, 5, size=(10, 2.7), width_ratios=[2, 2, 2, 2, 3])
parts = [(Z, "Z, before the gate", ()), (C[:, :, 0], "C, wanted", ()),
         (tiny_error, "error, through the gate", [(1, 0)]), (tiny_kernel, "kernel K", ()),
         (painted, "gradient of the pixels", [(1, 0), (1, 1), (2, 0), (2, 1)])]
for axis, (matrix, title, marked) in zip(axes, parts, strict=True):
    plots.draw_matrix(axis, matrix, title, marked)
    axis.title.set_fontsize(10)
plots.show(figure, alt="Five small matrices: Z is 4, minus 1, 2, 6; wanted is 4, 1, 0, 6; the error is 2 in its "
                       "lower left cell and else 0; the kernel 1, 2, 0, minus 1; the gradient, 3 by 3, holds "
                       "twice the kernel in its lower left corner.")

# %% [markdown]
# Now a real layer: the first of the network, its 16 kernels on 8×9 pixels of the cat, in double precision. By
# hand, by tape, and by finite differences: for each of the 216 numbers of the picture, a little up and a little
# down.

# %%
kernel, bias = (weights.astype(np.float64) for weights in network.weights["conv1_1"])

def before_relu(patch):
    """Z of conv1_1, without padding: Σ_m Σ_n Σ_c I(i+m, j+n, c) K(m, n, c, o) + b_o."""
    windows = sliding_window_view(patch, (3, 3), axis=(0, 1))  # (height, width, c, m, n)
    return np.einsum("ijcmn,mnco->ijo", windows, kernel) + bias

def patch_loss(patch, content_features):
    return 0.5 * np.sum((np.maximum(before_relu(patch), 0) - content_features) ** 2)

def patch_loss_tf(patch, content_features):
    z = tf.nn.conv2d(patch[None], kernel, strides=1, padding="VALID")[0] + bias
    return content_loss(tf.nn.relu(z), content_features)

patch, wanted = ((image[40:48, 60:69] - network.mean) / network.scale for image in (moved, photo))
patch, wanted = patch.astype(np.float64), np.maximum(before_relu(wanted.astype(np.float64)), 0)

# %%
z = before_relu(patch)
by_hand = paint((np.maximum(z, 0) - wanted) * (z > 0), kernel)
others = {"the tape": tape_gradient(lambda image: patch_loss_tf(image, wanted), patch),
          "finite differences": finite_difference(lambda image: patch_loss(image, wanted), patch, h=1e-6)}
print(f"{by_hand.size} numbers, the largest {np.abs(by_hand).max():.3g}")
for name, gradient in others.items():
    difference = np.abs(gradient - by_hand).max()
    print(f"largest difference between painted kernels and {name}: {difference:.6f}")
    assert difference < 1e-6

# %% [markdown]
# **What it shows.** Painting kernels is all there is to it. In a deep network the painted picture is again an
# error, of the layer below: through its gate, painted with its kernels, and so on down to the pixels. This way
# back through the layers is called **backpropagation**. From here on the tape does it.
#
# ## 4. The gradient as a picture
#
# Take the photograph, blur one eye away, and ask each layer what is to be done. The push,
# $-\partial L / \partial I$, has three numbers for each pixel: it is a picture itself. Below, grey means *leave
# it*, bright *more*, dark *less*.
#
# *Predict.* What does the push of `conv1_1` look like? And that of `conv5_1`: where will it push, inside the
# blurred square, or outside as well?

# %%
square = np.s_[14:64, 40:96]  # the eye at the left
one_eye = photo.copy()
one_eye[square] = gaussian_filter(photo, (10, 10, 0))[square]

def push(image, layer):
    """−∂L/∂I: where a layer pushes the pixels."""
    content_features = network(photo, layer)[layer]
    return -tape_gradient(lambda w: content_loss(network(w, layer)[layer], content_features), image)

def outside(picture):
    """The part of |push| that falls outside the square."""
    strength = np.abs(picture).sum(axis=2)
    return 1 - strength[square].sum() / strength.sum()

pushes = {layer: push(one_eye, layer) for layer in layers}
for layer, picture in pushes.items():
    print(f"{layer}: strongest push {np.abs(picture).max():5.2f}, "
          f"outside the square {round(100 * outside(picture)):2} %")
assert outside(pushes["conv1_1"]) < 0.2 and min(outside(pushes[layer]) for layer in layers[3:]) > 0.5
assert np.abs(pushes["conv4_2"]).max() > 3 * np.abs(pushes["conv1_1"]).max()

# %%
figure, axes = plots.subplots(2, 3, size=(9, 4.4))
plots.draw_image(axes[0, 0], one_eye, "one eye blurred away")
for axis, (layer, picture) in zip(axes.flat[1:], pushes.items(), strict=True):
    strong = np.quantile(np.abs(picture), 0.998)  # shown as black and white; the rest in between
    plots.draw_image(axis, 128 + 127 * picture / strong,
                     f"push of {layer}, {100 * outside(picture):.0f} % outside")
plots.show(figure, alt="The cat with a blurred square over one eye; then the push of five layers on grey. The "
                       "first two draw the missing eye; the third draws it coarser; the last two leave the "
                       "square nearly grey and scatter speckles far around it.")

# %%
def behind_the_gate(image, layer):
    """The part of Σ (F − C)² at values that are 0 now: their gates are shut."""
    features, content_features = network(image, layer)[layer], network(photo, layer)[layer]
    squares = (features - content_features) ** 2
    return float(tf.reduce_sum(tf.where(features > 0, 0.0, squares)) / tf.reduce_sum(squares))

stuck = {layer: behind_the_gate(one_eye, layer) for layer in layers}
print("error behind shut gates: " + ", ".join(f"{layer} {100 * part:.0f} %" for layer, part in stuck.items()))
assert stuck["conv4_2"] > 3 * stuck["conv1_1"]

# %% [markdown]
# **What it shows.** A shallow layer says exactly what is missing: its push is a drawing of the eye. The deep
# layers know *that* an eye is missing, but more than half of their push falls outside the square. There are two
# reasons. A deep value sees a wide window, and every pixel of it gets a share of the blame. And the gates: more
# than three times as much of the error as in `conv1_1` sits at values that should answer and are silent, so no
# push gets through to them. What comes through asks the *neighbours* to change.
#
# *Predict.* Now take one step along the push. Does the loss fall? How long may the step be, and how much of the
# loss can a *single* step remove?

# %%
def loss_left(layer, longest):
    """The part of the loss that is left after one step that moves the strongest pixel by `longest`."""
    stepped = one_eye + pushes[layer] * longest / np.abs(pushes[layer]).max()
    before, after = map(share_of(layer), (one_eye, stepped))
    return float(after / before)

lengths = [0.1, 0.3, 1, 3, 10, 20, 30, 50, 100, 200]  # grey levels
left = {layer: [loss_left(layer, longest) for longest in lengths] for layer in layers}
figure, axes = plots.subplots(size=(8, 3.4))
for (layer, values), color, marker in zip(left.items(), plots.COLORS, "osD^v", strict=False):
    axes.plot(lengths, values, marker + "-", color=color, label=layer)
axes.set(xscale="log", xlabel="length of the step: grey levels of the strongest pixel", ylim=(0, 1.6),
         ylabel="part of the loss left", title="One step along the push: down, and up again")
axes.set_xticks(lengths, lengths)
axes.minorticks_off()
axes.legend(fontsize=9)
plots.show(figure, alt="Five curves over the length of one step: all start at 1, fall, and rise again. The "
                       "shallow layers fall to about a half, the two deepest only to about 0.8.")
print("best single step: " + ", ".join(f"{layer} leaves {min(left[layer]):.2f}" for layer in layers))
assert min(left["conv1_1"]) < 0.65 < min(left["conv4_2"])

# %% [markdown]
# **What it shows.** The push is right for a short step: the loss falls. But it was computed *here*; further on the
# gates open and shut, and the old push is wrong. For deep layers this comes soonest: the best single step leaves
# most of the loss. Nor does a hard push mean a good one: the strongest push of `conv4_2` is several times that of
# `conv1_1`, and it cannot draw the eye.
#
# Many short steps, each with a new look, might. Let us try that, and from as far away as we can.
#
# ## 5. A picture out of noise
#
# The best question to ask of a layer: *forget the photograph; I tell you only its feature maps. Draw it.* We start
# with noise and follow the push, 200 times. Whatever the layer does not remember cannot come back.
#
# *Predict.* For which of the five layers will you recognise the cat? And the losses: near 0, or stuck?
#
# An **optimizer** decides how far each pixel follows its push. Ours is called Adam; take it as a black box until
# [lesson 10](10_adam.ipynb). Its learning rate says by about how many grey levels a pixel moves at once: 20 at
# first, then less and less, down to 0.

# %%
def descend(loss, w, rate, limits, steps=200):
    """Make loss(w, done) small with Adam; `done` goes from 0 to 1. Yields w at the start and after each step."""

    @tf.function
    def step(w, state, rate, done):
        with tf.GradientTape() as tape:
            tape.watch(w)
            value = loss(w, done)
        w, state = Adam(rate).step(w, tape.gradient(value, w), state)
        return tf.clip_by_value(w, *limits), state

    w = tf.convert_to_tensor(w, tf.float32)
    state = Adam(rate).init(w)._replace(t=tf.constant(0.0))
    yield w.numpy()
    for number in range(steps):
        done = number / steps
        falling = rate * (1 + np.cos(np.pi * done)) / 2  # from `rate` down to 0
        w, state = step(w, state, tf.constant(falling, tf.float32), tf.constant(done, tf.float32))
        yield w.numpy()

# %%
def rebuild(layer):
    """From noise to the layer's features: {step: picture}, for the steps in KEPT."""
    share = share_of(layer)
    noise = noise_image(*photo.shape[:2], seed=0)
    pictures = descend(lambda image, done: share(image), noise, rate=20.0, limits=(0.0, 255.0))
    return {number: image for number, image in enumerate(pictures) if number in KEPT}

KEPT = (0, 1, 2, 5, 10, 20, 50, 100, 150, 200)
alone = {layer: rebuild(layer) for layer in layers}
for layer in layers:
    before, after = (float(share_of(layer)(alone[layer][step])) for step in (0, 200))
    print(f"{layer}: ≈ {100 * after / before:.2g} % of the content loss is left")
    assert after < 0.06 * before

# %%
def row_of_rebuilt(pictures, alt):
    """The photograph and what came out of each layer, with its pixel error."""
    last = {layer: kept[200] for layer, kept in pictures.items()}
    figure, axes = plots.subplots(2, 3, size=(9, 4.4))
    plots.draw_image(axes[0, 0], photo, "the photograph")
    for axis, (layer, image) in zip(axes.flat[1:], last.items(), strict=True):
        plots.draw_image(axis, image, f"{layer}: off by {pixel_error(image):.0f} grey levels")
    plots.show(figure, alt)

row_of_rebuilt(alone, alt="The cat, and five pictures made of noise: from the first layer nearly the "
                          "photograph; from the second and third the cat under a fine pattern; from the deep "
                          "ones coloured speckles in which one just guesses two eyes.")
errors, start = [pixel_error(alone[layer][200]) for layer in layers], pixel_error(alone["conv1_1"][0])
print(f"off by ≈ {errors[0]:.0f} grey levels for the first layer, ≈ {errors[3]:.0f} and ≈ {errors[4]:.0f} for the two "
      f"deepest; the noise at the start was off by {start:.0f}")
assert errors[0] < 30 and min(errors[3:]) > start

# %% [markdown]
# **What it shows.** Look at the deep ones, and then at the losses: only a few per cent are left, for every layer.
# *For `conv5_1`, that coloured snow is nearly the cat.* The optimizer was asked for the layer's features, and gave
# them. What the layer has forgotten, nobody asked for; so that part stayed what it was at the start: noise.
#
# Many pictures share the same deep features, and nothing in the loss prefers the one that is a photograph. (Even
# `conv1_1` leaves something: a fine grain, which its loss hardly notices.)
#
# ## 6. Ask for the likeliest of them
#
# Photographs are not like snow: neighbouring pixels are alike. We tell that to the optimizer, in two ways, and say
# so plainly, for *this help does not come from the layer*.
#
# 1. **Smooth at first.** We add a little of the *total variation*, which counts how much neighbours differ
#    ([lesson 06](06_total_variation.ipynb)). It starts weak, and fades to a fiftieth of that.
# 2. **Blocks.** The picture becomes a stack of five sheets, added up. On the first sheet each pixel moves
#    alone; on the next, blocks of 2×2 move together, then 4×4, 8×8, 16×16. So a large patch is *one* small step
#    away, and the optimizer takes that way first. A stack can be any picture: nothing is ruled out.
#
# *Predict.* Which of the five pictures will gain most? Will the colours come back?

# %%
def add_up(stack):
    """The picture of a stack (5, height, width, 3): sheet k in blocks of 2ᵏ × 2ᵏ, softly enlarged; their sum."""
    size = stack.shape[1:3]
    image = stack[0]
    for k in range(1, stack.shape[0]):
        blocks = tf.nn.avg_pool2d(stack[k][None], 2**k, 2**k, "SAME")
        image = image + tf.image.resize(blocks, size, "bicubic")[0]
    return image

def rebuild_with_help(layer, smoothness=0.02, sheets=5):
    """As `rebuild`, from the same noise, but in a stack of sheets and smooth at first."""
    share, size = share_of(layer), photo.shape[:2]
    stack = np.zeros((sheets, *photo.shape), np.float32)
    stack[0] = noise_image(*size, seed=0)

    def loss(stack, done):
        image = add_up(stack)
        variation = losses.total_variation(image, epsilon=10.0) / (size[0] * size[1])
        return share(image) + smoothness * 0.02**done * variation

    stacks = descend(loss, stack, rate=6.0, limits=(-510.0, 510.0))
    return {number: np.clip(add_up(stack), 0, 255)
            for number, stack in enumerate(stacks) if number in KEPT}

# %%
helped = {layer: rebuild_with_help(layer) for layer in layers}
row_of_rebuilt(helped, alt="The cat, and five pictures made of noise: from the first three layers nearly the "
                           "photograph; from conv4_2 the cat's face in pink and blue; from conv5_1 eyes and a "
                           "nose that dissolve in coloured mist.")
errors = [pixel_error(helped[layer][200]) for layer in layers]
for error, layer in zip(errors, layers, strict=True):
    without = pixel_error(alone[layer][200])
    print(f"{layer}: off by ≈ {error:.0f} grey levels, without help by ≈ {without:.0f}")
    assert error < without
assert errors == sorted(errors) and errors[0] < 10 and 15 < errors[3] < 40

# %%
for layer in layers[3:]:
    start, without, with_help = (float(share_of(layer)(image)) for image in
                                 (alone[layer][0], alone[layer][200], helped[layer][200]))
    print(f"{layer}: of the loss ≈ {100 * without / start:.1f} % is left without help, "
          f"≈ {100 * with_help / start:.1f} % with it")
    assert with_help < 0.005 * start < without and with_help < without / 2

# %% [markdown]
# **What it shows.** Now one can see what each layer remembers. Up to `conv3_1` it is nearly everything. `conv4_2`
# still has the drawing, with eyes, nose and stripes at their places, but not the colours: they come out as they
# like. `conv5_1` has the eyes, the nose and some fur, at about the right places.
#
# And a surprise: help that asks for something *else* makes the deep layers' content loss smaller, too, by more
# than a half. The snow was not the best answer, only the nearest to the noise. But we gave two helps at once.
# *Predict* which of them did it: the smoothness, or the blocks?

# %%
one_help = {"both": helped["conv4_2"][200], "blocks only": rebuild_with_help("conv4_2", smoothness=0.0)[200],
            "smoothness only": rebuild_with_help("conv4_2", sheets=1)[200]}
plots.show_images(list(one_help.values()), [f"{name}: off by {pixel_error(image):.0f}"
                                            for name, image in one_help.items()], photo=True,
                  alt="The cat rebuilt from conv4_2 three times: with both helps and with smoothness alone one sees "
                      "the cat; with blocks alone there is coloured snow.")
both, blocks, smooth = (pixel_error(image) for image in one_help.values())
print(f"off by ≈ {both:.0f} grey levels with both, ≈ {smooth:.0f} with smoothness, ≈ {blocks:.0f} with blocks")
assert both < smooth < 0.6 * blocks

# %% [markdown]
# **What it shows.** Blocks alone end in snow again; smoothness alone gives the cat. Noise is rough in every pixel, so
# whoever pays for roughness is led away from it at once. The blocks then bring the large shapes to their places.
#
# Eyes can be fooled, so we measure *what* is lost: how well does the brightness of the rebuilt picture follow that
# of the photograph (correlation: 1 is perfectly, 0 is not at all), and how well does the colour, red minus blue?

# %%
def likeness(image, other, of):
    return np.corrcoef(of(image).ravel(), of(other).ravel())[0, 1]

parts = {"brightness": lambda image: image.mean(axis=2),
         "colour: red − blue": lambda image: image[..., 0] - image[..., 2]}
kept_parts = {name: [likeness(helped[layer][200], photo, of) for layer in layers] for name, of in parts.items()}
figure, axes = plots.subplots(size=(8, 3.2))
for (name, values), color, marker in zip(kept_parts.items(), plots.COLORS, "os", strict=False):
    axes.plot(layers, values, marker + "-", color=color, label=name)
axes.set(ylabel="correlation with the photograph", ylim=(0, 1.05), title="What is left in the rebuilt picture")
axes.legend()
plots.show(figure, alt="Two falling lines over five layers: brightness and colour are nearly 1 up to conv3_1; "
                       "at conv4_2 the colour has fallen further than the brightness, at conv5_1 both are low.")
brightness, colour = kept_parts.values()
print(f"at conv4_2: brightness ≈ {brightness[3]:.2f}, colour ≈ {colour[3]:.2f}")
assert min(brightness[:3] + colour[:3]) > 0.85 and brightness[3] > 0.6 and colour[3] < brightness[3]

# %% [markdown]
# **What it shows.** Up to `conv3_1` both lines stay near 1. At `conv4_2` the colour has gone further than the
# drawing; at `conv5_1` the drawing goes too. This network was trained to tell what is in a picture, and its training
# pictures were brightened and tinted at random: it learned that colour does not matter much.
#
# This is why style transfer takes the content from a deep layer: *it leaves the colours and the strokes free*, for
# the style to choose. Lesson 05 will choose them.
#
# ## 7. Every step, every layer
#
# *Predict* before you move the slider *step*: what comes first out of the noise, large shapes or fine hair? Then
# change the *layer*, and *how*.
#
# These pictures were computed above. For another photograph, press **rebuild it now**: it takes some seconds, you
# can watch, and stop it.

# %%
from nst_helpers.experiments.inversion import ALONE, HELPED
from nst_helpers.widgets.content import layer_slider

layer_slider({HELPED: helped, ALONE: alone})

# %% [markdown]
# Was your prediction right? We split the brightness into *large shapes* (what a blur leaves) and *fine lines* (the
# rest), and see when each of them comes to look like the photograph's.

# %%
def shapes(image):
    return gaussian_filter(image.mean(axis=2), 6)

def lines(image):
    return image.mean(axis=2) - shapes(image)

figure, axes = plots.subplots(1, 2, size=(9, 3.2), sharey=True)
for axis, (title, pictures) in zip(axes, {HELPED: helped, ALONE: alone}.items(), strict=True):
    for name, part, color, marker in (("large shapes", shapes, plots.BLUE, "o"),
                                      ("fine lines", lines, plots.ORANGE, "s")):
        values = [likeness(pictures["conv4_2"][step], photo, part) for step in KEPT[1:]]
        axis.plot(KEPT[1:], values, marker + "-", color=color, label=name)
    axis.set(xscale="log", xlabel="step", ylim=(-0.05, 1.05), title=f"conv4_2, {title}")
    axis.set_xticks([1, 2, 5, 10, 20, 50, 100, 200], [1, 2, 5, 10, 20, 50, 100, 200], fontsize=9)
    axis.minorticks_off()
    axis.legend(loc="upper left")
axes[0].set_ylabel("correlation with the photograph")
plots.show(figure, alt="Two plots over the steps. With help: large shapes rise early to nearly 0.9, fine "
                       "lines follow to over a half. Content loss alone: large shapes rise late, and fine lines "
                       "stay near 0.")

# %%
for step in (20, 200):
    shaped, lined = (likeness(helped["conv4_2"][step], photo, part) for part in (shapes, lines))
    print(f"with help, step {step}: large shapes ≈ {shaped:.2f}, fine lines ≈ {lined:.2f}")
    assert shaped > lined + 0.1
lined_alone = likeness(alone["conv4_2"][200], photo, lines)
print(f"alone, step 200: fine lines ≈ {lined_alone:.2f}")
assert lined > 0.4 and lined_alone < 0.2

# %% [markdown]
# **What it shows.** With help large shapes come first, and fine lines follow. Alone, the large shapes lag behind,
# and the fine lines drown in snow: it is as fine as they are, and there is far more of it.
#
# ### Exercise 3: two contents at once
#
# What if a picture shall have the content of two photographs, $A$ and $B$, with weights $a$ and $b$?
#
# $$L = \frac{a}{2} \sum (F - A)^2 + \frac{b}{2} \sum (F - B)^2$$
#
# Which feature maps $F$ make $L$ smallest? *Hint*: there, the gradient is zero, and you know the gradient of both
# terms. Solve for $F$, and write `best_features(a, features_a, b, features_b)`.

# %% tags=["exercise"]
def best_features(a, features_a, b, features_b):
    ...  # your code: return an array like features_a

# %% tags=["solution"]
def best_features(a, features_a, b, features_b):
    return (a * features_a + b * features_b) / (a + b)  # a (F − A) + b (F − B) = 0

A, B = generator.random((2, 4, 5, 3))
best = best_features(2.0, A, 3.0, B)
gradient = tape_gradient(lambda w: 2.0 * content_loss(w, A) + 3.0 * content_loss(w, B), best)
assert np.abs(gradient).max() < 1e-9

# %%
exercises.check("03-two-contents", best_features)

# %% [markdown]
# ## What you saw
#
# - For pixels, a blur is nearer to the photograph than the same cat moved by 4 pixels. For `conv5_1` the moved cat
#   has a loss of less than a third of the blur's: deep layers compare what is there. The layer decides what
#   counts.
# - The gradient is $F - C$, times a gate that is shut where nothing answers; every error paints its kernel onto
#   the pixels. Pencil, tape and finite differences agreed to six decimals and more.
# - Each layer's loss fell below 6 % of its start. Up to `conv3_1` the rebuilt picture keeps brightness and colour
#   (correlation above 0.85); `conv4_2` keeps the drawing better than the colour; `conv5_1` keeps parts. And
#   without help, deep layers gave snow: *a small loss does not mean a good picture.*
#
# ## Where this is used
#
# In [07 Total loss](07_total_loss.ipynb) the content loss at `conv4_2` is one of the terms, with the weight
# $\alpha$. Snow threatens there too, and [06 Total variation](06_total_variation.ipynb) keeps it out. To settle
# the large shapes first helps there as well: [11 Full transfer](11_full_transfer.ipynb) begins with a small picture.
#
# ## Next
#
# **[04 Gram matrices](04_gram_matrices.ipynb)**: we know *what* is in a picture. How can a number tell how it is
# painted?
