# %% [markdown]
# # 01 Convolution
#
# **What can nine numbers see in a picture?** Below, the same photograph four times. Nothing was changed but nine
# numbers. At the end of this lesson you can look at nine such numbers and say what they do.
#
# **You will see**
#
# - one sum over nine neighbours that blurs, sharpens and finds edges, and how to predict which;
# - that the “convolution” of neural networks is not the one of mathematics, and why nobody notices;
# - why a layer of convolutions needs 1,792 numbers where an ordinary layer would need 483 billion.
#
# **Needs**: [00 Start here](00_start_here.ipynb). · **Time**: about 10 s of computing on two cores. ·
# **Paper**: section 2.1.

# %%
import time

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import convolve2d, correlate2d

from nst_helpers import exercises, plots
from nst_helpers.backend import keras, tf
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder

image = load_image(data_folder() / "content" / "temple.jpg", max_size=300)
grey = np.rint(image.mean(axis=2)).astype(float)  # (height, width), whole numbers from 0 to 255
print("image", image.shape, "grey", grey.shape)

# %%
kernels = {
    "blur": np.ones((3, 3)) / 9,
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "edges": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
}
maps = [np.clip(correlate2d(grey, kernel, mode="valid"), 0, 255) for kernel in kernels.values()]
plots.show_images([grey, *maps], ["the photograph", *kernels],
                  alt="A grey photograph of a temple, then blurred, sharpened, and with only its upright "
                      "edges left, bright on black.")

# %% [markdown]
# ## 1. A system that remembers
#
# Convolution is older than pictures. Take a barrel in the rain, with a small hole in its bottom. Each shower
# fills it a little, and each hour half of what is there runs out. How full is it now? Every shower of the past
# still counts, but the longer ago, the less.
#
# **With a pencil.** 4 litres fall in hour 0, and 2 litres in hour 1. In hour 0 the barrel holds 4. In hour 1 it
# holds $4 \cdot \tfrac12 + 2 = 4$. In hour 2, $4 \cdot \tfrac14 + 2 \cdot \tfrac12 = 2$.
#
# As a formula, for any time $t$: what came in at time $\tau$, times how much of it is left after $t - \tau$:
#
# $$y(t) = \int_0^t x(\tau)\, h(t - \tau)\, d\tau \qquad\text{in steps:}\qquad
# y_t = \sum_{\tau=0}^{t} x_\tau\, h_{t-\tau}$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $x$ | input: rain in each hour | `rain` |
# | $h$ | response: the share that is left after so many hours | `left` |
# | $y$ | output: what the barrel holds | `level` |
# | $\tau$, $t$ | the hour it fell, the hour we look | `tau`, `t` |
#
# This is the **convolution** of $x$ and $h$. Mind the $t - \tau$: the response is read *backwards*.

# %%
def respond(rain, left):
    """y_t = Σ x_τ h_(t−τ): what each hour's rain has left until hour t."""
    level = np.zeros(len(rain))
    for t in range(len(rain)):
        for tau in range(t + 1):
            level[t] += rain[tau] * left[t - tau]
    return level

rain = np.array([4, 2, 0, 0, 3, 1, 0, 0])
left = 0.5 ** np.arange(8)  # 1, 1/2, 1/4 …
level = respond(rain, left)
difference = np.abs(level - np.convolve(rain, left)[:8]).max()
print("level:", level[:4], "… largest difference from np.convolve:", difference)
assert list(level[:3]) == [4, 4, 2] and difference == 0

# %%
figure, axes = plots.subplots(size=(8, 2.8))
bottom = np.zeros(8)
for tau, color in zip(np.flatnonzero(rain), plots.COLORS, strict=False):
    share = np.array([rain[tau] * left[t - tau] if t >= tau else 0 for t in range(8)])
    axes.bar(range(8), share, bottom=bottom, color=color, label=f"rain of hour {tau}")
    bottom += share
axes.plot(range(8), level, "ko-", label="level")
axes.set(xlabel="hour t", ylabel="litres", ylim=(0, 4.5),
         title="The level is the sum of all past showers, each fading")
axes.legend()
plots.show(figure, alt="Stacked bars over eight hours: each shower adds a colour that halves from hour "
                       "to hour; a black line on top is the level, 4, 4, 2, 1, 3.5 and so on.")

# %% [markdown]
# **What it shows.** Each colour is one shower, and it halves from hour to hour. The level is the sum.
#
# *Predict.* In truth rain does not fall in steps of an hour. With steps of length $\Delta$ each term stands for a
# stretch of time: $y(t) \approx \Delta \sum_k x(k\Delta)\, h(t - k\Delta)$. If we make the step $\Delta$ half as long,
# what happens to the error of the sum against the integral: does it stay, halve, or fall to a quarter?
#
# For rain of 1 litre an hour during the first hour and $h(t) = e^{-t}$, the integral can be solved on paper:
# $y(2) = \int_0^1 e^{-(2-\tau)}\,d\tau = e^{-1} - e^{-2}$.

# %%
exact = np.exp(-1) - np.exp(-2)
errors = []
for delta in (0.1, 0.05, 0.025, 0.0125):
    times = np.arange(round(2 / delta) + 1) * delta
    y = delta * np.convolve(times < 1 - delta / 2, np.exp(-times))
    errors.append(exact - y[len(times) - 1])
    print(f"step {delta:<6}  y(2) = {y[len(times) - 1]:.4f}  error {errors[-1]:.5f}")
assert 1.9 < errors[0] / errors[1] < 2.1

# %% [markdown]
# **What it shows.** The error halves with the step. A computer's convolution is the integral, in steps.
#
# ## 2. From time to pictures
#
# A picture has no before and after, but it has neighbours. A convolutional network computes from each small
# window of the picture $I$ one number of a map $F$, and slides the window on:
#
# $$F(i, j) = \sum_m \sum_n I(i + m,\ j + n)\, K(m, n)$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $I$ | the picture, here grey: (height, width) | `grey` |
# | $K$ | the kernel: a small matrix of weights | `kernel` |
# | $m, n$ | row and column inside the window | `m`, `n` |
# | $F$ | the feature map: where does the picture look like the kernel? | `features` |
# | $i, j$ | row and column of the window's upper left corner | `i`, `j` |
#
# **With a pencil**, before you run the next cell: compute the upper left number of $F$ for
#
# $$I = \begin{pmatrix} 1 & 2 & 0 \\ 0 & 1 & 3 \\ 4 & 0 & 1 \end{pmatrix} \qquad
# K = \begin{pmatrix} 1 & 2 \\ 0 & -1 \end{pmatrix}$$

# %%
def correlate_loops(grey, kernel):
    """F(i, j) = Σ_m Σ_n I(i+m, j+n) K(m, n), word for word: four loops."""
    rows, columns = kernel.shape
    height, width = grey.shape[0] - rows + 1, grey.shape[1] - columns + 1
    features = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            for m in range(rows):
                for n in range(columns):
                    features[i, j] += grey[i + m, j + n] * kernel[m, n]
    return features

# %%
tiny = np.array([[1, 2, 0], [0, 1, 3], [4, 0, 1]])
tiny_kernel = np.array([[1, 2], [0, -1]])
tiny_features = correlate_loops(tiny, tiny_kernel)
print("F(0, 0) = 1·1 + 2·2 + 0·0 + 1·(−1) =", tiny_features[0, 0])
assert tiny_features.tolist() == [[4, -1], [2, 6]]
figure, axes = plots.subplots(1, 3, size=(8, 3))
window = [(0, 0), (0, 1), (1, 0), (1, 1)]
plots.draw_matrix(axes[0], tiny, "picture I, the first window framed", window)
plots.draw_matrix(axes[1], tiny_kernel, "kernel K")
plots.draw_matrix(axes[2], tiny_features, "feature map F", [(0, 0)])
plots.show(figure, alt="Three matrices: the picture 3 by 3 with its upper left 2 by 2 window framed, the "
                       "kernel, and the map with 4 and minus 1 above 2 and 6; the 4 is framed.")

# %% [markdown]
# **What it shows.** Four multiplications and a sum make one number. A 3×3 picture has room for a 2×2 window at
# 2×2 places, so $F$ is smaller than $I$.
#
# Now slide the window yourself. *Predict* the number before you move: the small picture is a bright square with
# a hard left edge and a soft right edge, and the kernel subtracts left from right.

# %%
from nst_helpers.widgets.convolution import kernel_editor, sliding_window

sliding_window()

# %% [markdown]
# **What it shows.** Where the window lies on an even area, the products cancel: $F = 0$. On the left edge, from
# dark to bright, $F$ is large. On the soft right edge it is below zero, and over three columns instead of two. So
# the kernel finds edges, *and* it says which side is bright and how sharp the edge is.
#
# ## 3. Nine numbers on a photograph
#
# *Predict* for each kernel of the list below what it will do, then choose it. Two questions help:
#
# 1. **What is the sum of the nine numbers?** On an even area of brightness $b$ all nine neighbours are $b$, so
#    $F = b \cdot \sum K$. With the sum 1 the area stays as it is; with the sum 0 it vanishes.
# 2. **Which signs face each other?** Positive everywhere is a mean: it smooths. Plus against minus is a
#    difference: it finds change, in the direction from minus to plus.
#
# Then type numbers of your own: what does a 2 in the middle of the identity do? And a −1? (The stored picture
# shows *Sobel: upright edges*, from dark to bright in white, from bright to dark in black.)

# %%
kernel_editor()

# %%
even = np.full((3, 3), 100.0)  # an even area of brightness 100
for name, kernel in kernels.items():
    on_even = correlate_loops(even, kernel)[0, 0]
    print(f"{name:8} sum of K {kernel.sum():.3g}   100 becomes {on_even:.3g}")
    assert np.isclose(on_even, 100 * kernel.sum())

# %% [markdown]
# **What it shows.** Blur and sharpen keep an even 100, because their numbers add up to 1. The edge kernel, whose
# numbers add up to 0, makes it 0: it is blind to brightness, and sees only change.
#
# ### Exercise 1: move a picture with a kernel
#
# Which 3×3 kernel moves a picture **one pixel to the right**? (The map keeps the picture's size; the window's
# middle lies on the pixel that is computed.) Ask of each pixel: from where should its value come?

# %% tags=["exercise"]
to_the_right = ...  # your kernel: np.array([[…], […], […]])

# %% tags=["solution"]
to_the_right = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]])  # take the left neighbour's value

# %%
exercises.check("01-shift", to_the_right)

# %% [markdown]
# ## 4. The same, without loops
#
# Python's loops are slow. NumPy can show all windows of a picture at once, without copying one number: an array
# with four axes, `windows[i, j, m, n] = grey[i + m, j + n]`. What is left is one sum over $m$ and $n$.
#
# TensorFlow has the same sum built in. It wants two axes more: for several pictures and for several channels.

# %%
def correlate(grey, kernel):
    """The same map: all windows, times the kernel, summed over m and n."""
    windows = sliding_window_view(grey, kernel.shape)  # (height, width, m, n)
    return np.einsum("ijmn,mn->ij", windows, kernel)

def correlate_tf(grey, kernel):
    """The same map by TensorFlow."""
    pictures = tf.constant(grey[None, :, :, None])  # (1, height, width, 1)
    weights = tf.constant(kernel[:, :, None, None], tf.float64)  # (m, n, 1, 1)
    return tf.nn.conv2d(pictures, weights, strides=1, padding="VALID")[0, :, :, 0].numpy()

# %%
small = grey[40:104, 60:156]  # (64, 96): four loops are slow
kernel = kernels["edges"]
by_hand = correlate_loops(small, kernel)
others = {"windows": correlate(small, kernel), "TensorFlow": correlate_tf(small, kernel),
          "SciPy": correlate2d(small, kernel, mode="valid")}
for name, features in others.items():
    difference = np.abs(features - by_hand).max()
    print(f"largest difference between four loops and {name}: {difference:.6f}")
    assert difference < 1e-9

# %% [markdown]
# **What it shows.** One sum, written four ways, one result.
#
# *Predict*: how much faster are windows than loops? And TensorFlow, which uses all cores and the processor's
# widest instructions?

# %%
def seconds(function, *arguments):
    """The shortest of five runs: the others were disturbed."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - start)
    return min(times)

in_loops = seconds(correlate_loops, small, kernel)
print(f"four loops: {1000 * in_loops:.3g} ms")
for name, function in {"windows": correlate, "TensorFlow": correlate_tf}.items():
    print(f"{name}: about {in_loops / seconds(function, small, kernel):.0f} times as fast")

# %% [markdown]
# **What it shows.** Loops lose by far: Python spends its time on finding out what to do, not on doing it. On so
# small a map TensorFlow, too, spends most of its time on the call itself. Section 6 gives it more to do.
#
# ## 5. Convolution or correlation?
#
# Compare the two formulas of this lesson:
#
# $$y_t = \sum_\tau x_\tau\, h_{t-\tau} \qquad\qquad F(i, j) = \sum_m \sum_n I(i + m,\ j + n)\, K(m, n)$$
#
# The first reads $h$ backwards. The second reads $K$ forwards. So the second is *not* the convolution of
# mathematics, $\sum_m \sum_n I(i - m,\ j - n)\, K(m, n)$. It is called **cross-correlation**. The paper, like
# nearly all literature on networks, calls both convolution. This course says it once, here, and then does so too.
#
# *Predict.* The picture is black but for a single 1. The kernel holds the numbers 1 to 9. What does each of the
# two make of it?

# %%
spot = np.zeros((5, 5))
spot[2, 2] = 1
numbers = np.arange(1, 10).reshape(3, 3)
correlated, convolved = correlate2d(spot, numbers, mode="valid"), convolve2d(spot, numbers, mode="valid")
assert (correlated == numbers[::-1, ::-1]).all() and (convolved == numbers).all()
figure, axes = plots.subplots(1, 4, size=(9, 2.7))
titles = ["a single 1", "kernel", "correlation: turned round", "convolution: as it is"]
for axis, matrix, title in zip(axes, [spot, numbers, correlated, convolved], titles, strict=True):
    plots.draw_matrix(axis, matrix, title)
plots.show(figure, alt="Four matrices: a single 1 among zeros; the kernel 1 to 9; the correlation, 9 "
                       "to 1; the convolution, 1 to 9.")

# %% [markdown]
# **What it shows.** Convolution stamps the kernel onto the spot. Correlation stamps it turned by half a turn. So
# each is the other with a turned kernel: $K(m, n)$ becomes $K(-m, -n)$.
#
# When does it matter?

# %%
emboss = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
for name, kernel in {**kernels, "emboss": emboss}.items():
    both = correlate2d(grey, kernel, "valid"), convolve2d(grey, kernel, "valid")
    difference = np.abs(both[0] - both[1]).max()
    print(f"{name:8} largest difference between correlation and convolution: {difference:.0f}")
plots.show_images([one.clip(0, 255) for one in both],  # of the last kernel, emboss
                  ["emboss, correlation", "emboss, convolution: lit from the other side"],
                  alt="The temple as a relief, twice: the two look lit from opposite corners.")

# %% [markdown]
# **What it shows.** Blur and sharpen are the same after half a turn, so nothing changes. Edges change their sign,
# and a relief its light.
#
# Why does nobody notice in a network? Because there *nobody chooses the kernel*: it is learned. *Predict*: we make
# a map with true convolution, and let the computer find the kernel that explains it by *correlation*. Which one
# will it find?

# %%
wanted = convolve2d(grey, emboss, "valid")  # made by true convolution
windows = sliding_window_view(grey, (3, 3)).reshape(-1, 9)  # (positions, 9): one window a row
learned = np.linalg.lstsq(windows, wanted.ravel())[0].reshape(3, 3)  # found by correlation
print("learned:", np.round(learned).astype(int).tolist())
print("emboss: ", emboss.tolist())
print(f"largest difference of the two maps: {np.abs(correlate(grey, learned) - wanted).max():.6f}")
assert np.allclose(learned, emboss[::-1, ::-1])

# %% [markdown]
# **What it shows.** It learns the kernel turned by half a turn, and makes the very same map. Learning undoes the
# difference; so networks save themselves the turning.
#
# ### Exercise 2: the true convolution
#
# Write `convolve(grey, kernel)` with the help of `correlate`. It must work for kernels of any shape.

# %% tags=["exercise"]
def convolve(grey, kernel):
    ...  # your code: one line

# %% tags=["solution"]
def convolve(grey, kernel):
    return correlate(grey, kernel[::-1, ::-1])

# %%
exercises.check("01-flip", convolve)

# %% [markdown]
# ## 6. Several channels
#
# A colour picture has three maps on top of each other, and a layer of a network has many. A window is then a small
# block, and so is the kernel: it has weights for each channel $c$, and **one sum runs over all of them**. For
# several maps $o$ there are several kernels:
#
# $$F(i, j, o) = \sum_m \sum_n \sum_c I(i + m,\ j + n,\ c)\, K(m, n, c, o)$$
#
# **With a pencil.** A kernel of one pixel with the weights $(1, -\tfrac12, -\tfrac12)$ for red, green, blue. On red
# brick $(200, 40, 60)$ it gives $200 - 20 - 30 = 150$. On grey $(100, 100, 100)$ it gives
# $100 - 50 - 50 = 0$. It sees *redness*.
#
# *Predict* where in the photograph of the temple it will answer.

# %%
def correlate_channels(image, kernel):
    """F(i, j, o) = Σ_m Σ_n Σ_c I(i+m, j+n, c) K(m, n, c, o)."""
    windows = sliding_window_view(image, kernel.shape[:2], axis=(0, 1))  # (height, width, c, m, n)
    return np.einsum("ijcmn,mnco->ijo", windows, kernel)

redness = np.array([1, -0.5, -0.5])
kernel = np.zeros((3, 3, 3, 2))  # (m, n, channels in, channels out)
kernel[:, :, :, 0] = redness / 9  # averaged over the window
kernel[:, :, :, 1] = kernels["edges"][:, :, None] / 3  # upright edges of the brightness
print("red brick:", np.dot([200, 40, 60], redness), " grey:", np.dot([100, 100, 100], redness))

# %%
whole = np.rint(image).astype(float)
features = correlate_channels(whole, kernel)
by_library = tf.nn.conv2d(whole[None], kernel, strides=1, padding="VALID")[0].numpy()
print("picture", whole.shape, "kernel", kernel.shape, "features", features.shape)
print(f"largest difference from TensorFlow: {np.abs(features - by_library).max():.6f}")
assert np.allclose(features, by_library)
plots.show_images([image, features[:, :, 0].clip(0), np.abs(features[:, :, 1])],
                  ["picture, 3 channels", "map 0: redness", "map 1: upright edges"],
                  alt="The temple in colour; a map that is bright on its orange roofs and red walls; a "
                      "map that is bright along its upright edges.")

# %% [markdown]
# **What it shows.** Three channels went in, two came out: the number of kernels decides. The orange roofs light
# up most in the first map, the red walls after them; sky and trees stay dark. The pillars' edges are in the second.
# In VGG-19 the first layer makes 64 maps out of 3, and the next one 64 out of those 64.
#
# Such a layer is real work. *Predict* again: who is faster now, and by how much?

# %%
maps = np.random.default_rng(0).random((50, 75, 64), np.float32)  # 64 maps of a small picture
layer_kernel = np.random.default_rng(1).random((3, 3, 64, 64), np.float32)
in_numpy = seconds(correlate_channels, maps, layer_kernel)
in_tensorflow = seconds(tf.nn.conv2d, maps[None], layer_kernel, 1, "VALID")
print(f"{48 * 73 * layer_kernel.size:,} multiplications: TensorFlow is about "
      f"{in_numpy / in_tensorflow:.0f} times as fast as NumPy's einsum")

# %% [markdown]
# **What it shows.** With enough to do, the library is in front: it keeps all cores and the processor's widest
# instructions busy. That is why a lesson writes a formula by hand once, and then uses the library.
#
# ## 7. Stride, padding, and how large the map becomes
#
# Two choices decide where the window may lie.
#
# - **Stride** $s$: it jumps $s$ pixels at a time. Stride 2 makes a map of about half the height and width.
# - **Padding** $p$: the picture gets $p$ rows and columns of zeros on each side, so the window may reach out.
#
# *Predict* the number of places for a row of 7 pixels and a window of 3: with stride 1, with stride 2, and with
# stride 2 and padding 1.

# %%
def measured_size(size, kernel, stride, padding):
    """Ask TensorFlow: the length of the map for a picture of size × size."""
    sides = [[0, 0], [padding, padding], [padding, padding], [0, 0]]
    picture, weights = tf.zeros((1, size, size, 1)), tf.zeros((kernel, kernel, 1, 1))
    return int(tf.nn.conv2d(picture, weights, strides=stride, padding=sides).shape[1])

settings = [(7, 3, 1, 0), (7, 3, 2, 0), (7, 3, 2, 1), (8, 3, 2, 0), (224, 3, 1, 1)]
for size, kernel_size, stride, padding in settings:
    places = measured_size(size, kernel_size, stride, padding)
    print(f"size {size:3}, kernel {kernel_size}, stride {stride}, padding {padding}: {places} places")

# %%
figure, axes = plots.subplots(1, 3, size=(9, 2.2))
for axis, (size, kernel_size, stride, padding) in zip(axes, settings[1:4], strict=True):
    cells = np.arange(-padding, size + padding)
    inside = (cells >= 0) & (cells < size)
    axis.bar(cells, 1, width=0.9, color=np.where(inside, plots.SKY, "0.85"))
    places = measured_size(size, kernel_size, stride, padding)
    for place in range(places):
        first = place * stride - padding - 0.4
        axis.plot([first, first + kernel_size - 0.2], 2 * [1.4 + 0.4 * place], color=plots.ORANGE, lw=4)
    axis.set(xticks=cells, yticks=[], xlabel="pixel of the row", ylim=(0, 3.2))
    axis.set_title(f"size {size}, stride {stride}, padding {padding}: {places} places", fontsize=10)
    axis.grid(False)
plots.show(figure, alt="Three rows of pixels with the places of a window of three as bars above: seven "
                       "pixels give three places, and four with padding; eight pixels give three, and "
                       "the last pixel is never seen.")

# %% [markdown]
# **What it shows.** Take the row with its padding, $L + 2p$. The window itself needs $k$; what is left is room for
# jumps, and each jump needs $s$. The first place needs no jump, hence the 1:
#
# $$\text{places} = \left\lfloor \frac{L + 2p - k}{s} \right\rfloor + 1$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $L$, $k$ | length of the row, length of the window | `size`, `kernel` |
# | $s$, $p$ | stride; padding on each side | `stride`, `padding` |
#
# $\lfloor\ \rfloor$ means: round down. At the right, the window makes 3 places on 8 pixels: the last pixel is never
# seen. Check the table above with a pencil: $\lfloor (7 + 2 - 3) / 2 \rfloor + 1 = 4$. And 3×3 with stride 1
# and padding 1 keeps the size, which is what all convolutions of VGG-19 do. (In TensorFlow, `"VALID"` means no
# padding, and `"SAME"` as much as keeps the size at stride 1.)
#
# ### Exercise 3: the size of a map
#
# Write `output_size(size, kernel, stride, padding)`.

# %% tags=["exercise"]
def output_size(size, kernel, stride, padding):
    ...  # your code: return a whole number

# %% tags=["solution"]
def output_size(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1

generator = np.random.default_rng(0)
for _ in range(200):  # the formula against TensorFlow, on settings drawn at random
    setting = generator.integers([8, 1, 1, 0], [40, 8, 5, 4]).tolist()
    assert output_size(*setting) == measured_size(*setting), setting

# %%
exercises.check("01-size", output_size)

# %% [markdown]
# ### What padding does to the border
#
# *Predict.* An even grey area is blurred with padding 1. Its numbers are all 100. What will the corner become?

# %%
even = np.full((5, 5), 100.0)
padded = np.pad(even, 1)  # zeros all round
blurred = correlate(padded, kernels["blur"])
print(f"middle {blurred[2, 2]:.1f}, border {blurred[0, 2]:.1f}, corner {blurred[0, 0]:.1f}")
assert np.allclose([blurred[0, 0], blurred[0, 2]], [100 * 4 / 9, 100 * 6 / 9])

# %% [markdown]
# **What it shows.** At the corner only 4 of 9 neighbours are in the picture, so 44.4 is left. A network that pads
# with zeros sees a dark frame around every picture. The last lesson has to fight it.
#
# ### Exercise 4: a layer
#
# Write `layer(image, kernel, stride)`: several channels in, several out, without padding, and with a stride. You may
# compute all places first, and then keep every `stride`-th row and column.

# %% tags=["exercise"]
def layer(image, kernel, stride):
    ...  # your code: return (height, width, channels out)

# %% tags=["solution"]
def layer(image, kernel, stride):
    return correlate_channels(image, kernel)[::stride, ::stride]

by_library = tf.nn.conv2d(whole[None], kernel, strides=2, padding="VALID")[0].numpy()
assert np.allclose(layer(whole, kernel, 2), by_library)

# %%
exercises.check("01-layer", layer)

# %% [markdown]
# ## 8. The same weights everywhere
#
# An ordinary layer, called **dense**, joins every output to every input, each with a weight of its own. A convolution
# is a dense layer too, with two rules: *look only at the window*, and *use the same weights everywhere*.
#
# *Predict.* A picture of 6×6 pixels, a 3×3 kernel, a map of 4×4. As a dense layer that is a matrix with 16 rows and
# 36 columns. How many of its 576 numbers are not zero? How many of them are different?
#
# To write the matrix down, we ask the convolution about each pixel alone: a picture with a single 1 gives one column.

# %%
weights = np.arange(1, 10).reshape(3, 3)
columns = [correlate(one.reshape(6, 6), weights).ravel() for one in np.eye(36)]
matrix = np.stack(columns, axis=1)  # (16, 36)
picture = np.random.default_rng(0).integers(0, 256, (6, 6)).astype(float)
assert np.array_equal(matrix @ picture.ravel(), correlate(picture, weights).ravel())
different = np.unique(matrix[matrix != 0])
print(f"{matrix.size} numbers, {np.count_nonzero(matrix)} not zero, {len(different)} different")

# %%
figure, axes = plots.subplots(size=(8, 3.9))
shown = axes.imshow(np.where(matrix, matrix, np.nan), cmap="viridis")
axes.set(xlabel="pixel of the picture, row by row", ylabel="place in the map",
         title="A convolution as a dense layer: nine numbers, again and again, and zeros")
axes.grid(False)
figure.colorbar(shown, label="weight", shrink=0.8)
plots.show(figure, alt="A matrix of 16 rows and 36 columns, empty but for diagonal stripes: each row "
                       "holds the same nine numbers, further to the right than the row above.")

# %% [markdown]
# **What it shows.** 144 numbers are not zero, and only nine are different: sparse, and **shared**.
#
# Now count for a real layer: the first of VGG-19, from a colour picture of 224×224 pixels to 64 maps of that size.
# A convolution has $3 \cdot 3 \cdot 3 \cdot 64$ weights and 64 biases (a bias is a number added to a whole map). A
# dense layer has a weight for each pair of an input and an output. First a small one, counted by Keras:

# %%
def parameters(side, channels_in, channels_out):
    """How many numbers (a 3×3 convolution, a dense layer) needs, biases included."""
    inputs, outputs = side * side * channels_in, side * side * channels_out
    return 9 * channels_in * channels_out + channels_out, inputs * outputs + outputs

convolution = keras.layers.Conv2D(4, 3, padding="same")
dense = keras.layers.Dense(8 * 8 * 4)
convolution.build((None, 8, 8, 3))
dense.build((None, 8 * 8 * 3))
assert parameters(8, 3, 4) == (convolution.count_params(), dense.count_params())
for side, inputs, outputs in ((8, 3, 4), (224, 3, 64)):
    shared, free = parameters(side, inputs, outputs)
    print(f"{side:3}×{side:<3} {inputs} → {outputs:2} channels: convolution {shared:,}, dense {free:,}")
print(f"the last one would fill {4 * free / 1e12:.3g} terabytes")

# %% [markdown]
# **What it shows.** 1,792 against 483 billion. And the 1,792 do not depend on the picture's size: that is why a network
# trained on small pictures can look at large ones.
#
# ### What sharing gives for free
#
# *Predict.* We move the picture 3 pixels to the right and make the map again. What happens to the map of the
# convolution? Of a dense layer with random weights? And of a convolution with stride 2?
#
# (`np.roll` moves a picture; what leaves at the right comes in at the left. We look away from that border.)

# %%
def edges(grey):
    return correlate(grey, kernels["edges"])

def moved_map_difference(make_map, grey, shift, map_shift):
    """How far the map of the moved picture is from the moved map, as a share; 0: it moved along."""
    of_moved = make_map(np.roll(grey, shift, axis=1))
    moved = np.roll(make_map(grey), map_shift, axis=1)
    inside = slice(shift + 1, -shift - 1)  # away from the border
    return np.abs(of_moved - moved)[:, inside].mean() / np.abs(moved)[:, inside].mean()

roof = grey[5:65, 40:140]
moved_roof = np.roll(roof, 20, axis=1)
plots.show_images([roof, moved_roof, np.abs(edges(roof)), np.abs(edges(moved_roof))],
                  ["picture", "moved by 20", "its map", "map of the moved one"],
                  alt="A roof, the same further to the right, and the edges of both: they moved along.")

# %%
tile = grey[60:84, 60:84]  # (24, 24)
random_weights = np.random.default_rng(0).standard_normal((24 * 24, 24 * 24))

def dense_layer(tile):
    return (random_weights @ tile.ravel()).reshape(24, 24)

def strided(tile):
    return edges(tile)[:, ::2]

convolution, free = (moved_map_difference(f, tile, 3, 3) for f in (edges, dense_layer))
even_move, odd_move = (moved_map_difference(strided, tile, shift, shift // 2) for shift in (2, 3))
print(f"moved by 3: convolution {convolution:.3f}, dense layer {free:.3f}")
print(f"moved by 2: convolution with stride 2 {even_move:.3f}")
print(f"moved by 3: convolution with stride 2 {odd_move:.3f}")
assert max(convolution, even_move) < 1e-9 and odd_move > 0.1 and free > 1

# %% [markdown]
# **What it shows.** The convolution's map moves along with the picture, exactly. This is **translation
# equivariance**: what the kernel has learned to see at one place it sees at every place. A dense layer has to learn
# each place anew. With stride 2 it holds only for moves by an even number of pixels: half a step in the map does
# not exist.
#
# Style transfer leans on it: a brush stroke counts as the same stroke wherever it is painted.
#
# ## What you saw
#
# - One sum over nine neighbours blurs, sharpens or finds edges. The sum of $K$ tells what an even area becomes (100
#   stayed 100, or became 0); signs that face each other tell the direction of the edges it finds.
# - Networks correlate. A learned kernel came out turned by half a turn, and the map was the same. Four loops,
#   windows, SciPy and TensorFlow agreed in all six decimals.
# - 1,792 shared numbers stand for 483 billion, and the map moves along with the picture: difference 0. The map's
#   size is $\lfloor (L + 2p - k)/s \rfloor + 1$.

# %% [markdown]
# ## Where this is used
#
# Every loss of this course is computed from maps that such layers made: 16 of them, one after the other. In the
# last lesson the padding of section 7 shows up as a frame around the picture, and a margin removes it.
#
# ## Next
#
# **[02 Feature maps](02_feature_maps.ipynb)**: sixteen layers of kernels that nobody chose. What do they see?
