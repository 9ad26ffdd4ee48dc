# %% [markdown]
# # 01 Convolution

# %%
import timeit

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import gaussian_filter
from scipy.signal import convolve2d, correlate2d

from nst_helpers import exercises, plots
from nst_helpers.backend import keras, tf
from nst_helpers.diagrams import convolution as diagrams
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder, load_network

# %%
image = load_image(data_folder() / "content" / "temple.jpg", max_size=480)
grey = np.rint(image.mean(axis=2)).astype(float)  # (height, width), whole numbers from 0 to 255
kernels = {
    "blur": np.ones((3, 3)) / 9,
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "edges": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
}

# %% tags=["figure"]
figure, axes = plots.subplots(2, 2, size=(9, 5.6))
part = grey[30:180, 65:290]  # magnified, so that the blur can be seen
plots.draw_image(axes[0, 0], part[1:-1, 1:-1], "the photograph")
for axis, name in zip(axes.flat[1:], kernels, strict=True):
    features = correlate2d(part, kernels[name], mode="valid")
    signed = name == "edges"
    plots.draw_image(axis, features if signed else features.clip(0, 255), name, signed)
    small = axis.inset_axes([0.72, 0.66, 0.26, 0.31])
    plots.draw_matrix(small, kernels[name])
    for text in small.texts:
        text.set_fontsize(8)
        text.set_text("1/9" if name == "blur" else text.get_text())
axes[1, 1].get_images()[0].set_clim(-300, 300)
figure.colorbar(axes[1, 1].get_images()[0], ax=axes[:, 1], shrink=0.5, label="F of the edges", extend="both")
plots.show(figure, "Part of a photograph, and what three sets of nine numbers make of it. The first three are grey "
                   "levels, cut off at 0 and 255. The last has its own scale: white is 0, orange an edge from dark to "
                   "bright, purple one from bright to dark, read from left to right.", photo=True)

# %% [markdown]
# Between these four pictures nothing was changed but nine numbers. With one set of them every pixel becomes the mean
# of its neighbourhood; with another, edges stand out that were hardly visible; with the third, only the upright edges
# of roofs and pillars remain, with their direction in the sign. The operation is the same each time, a weighted sum
# over a small window that slides over the picture, and every network in this course is built from it. At the end of
# this lesson you will be able to look at a small kernel and say what it will do, to design one that does what you
# want, to compute the size of the map it makes, and to explain why a layer of such kernels needs 1,792 numbers where
# one that joins every output to every pixel would need 483 billion.
#
# **Needs**: [00 Start here](00_start_here.ipynb) · **Time**: 60 minutes to read, half a minute to compute ·
# **Course’s paper**: section 2.1

# %% [markdown]
# ## 1. A system that remembers
#
# Convolution is easiest to understand where there is only one axis, time. Imagine a barrel in the rain, with a small
# hole in its bottom, through which half of the content runs out in every hour. Every shower of the past still counts,
# but the longer ago it fell, the less of it is left.
#
# **With a pencil.** Let 4 litres fall in hour 0 and 2 litres in hour 1. In hour 0 the barrel holds 4 litres. In hour 1
# half of them is left and 2 are added, $4 \cdot \tfrac12 + 2 = 4$. In hour 2 it does not rain, and what remains is
# $4 \cdot \tfrac14 + 2 \cdot \tfrac12 = 2$. In general, the rain of hour $\tau$ has been in the barrel for $t - \tau$
# hours when we look at it in hour $t$, so it contributes its amount times the share that is left after that time, and
# the level is the sum of all contributions:
#
# $$y_t = \sum_{\tau=0}^{t} x_\tau\, h_{t-\tau}$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $x_\tau$ | input: litres of rain in hour $\tau$ | `rain` |
# | $h_s$ | response: the share that is left after $s$ hours | `left` |
# | $y_t$ | output: litres in the barrel in hour $t$ | `level` |
#
# This is the **convolution** of $x$ and $h$. While $\tau$ runs forwards through the rain, the response is read
# *backwards*; section 5 comes back to it.

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
print("level:", level)

# %% tags=["check"]
assert list(level[:3]) == [4, 4, 2]  # as with the pencil
assert np.array_equal(level, np.convolve(rain, left)[:8])  # as NumPy has it

# %% tags=["figure"]
figure, axes = plots.subplots(1, 2, size=(9, 3.4), sharey=True)
bottom = np.zeros(8)
for tau, color in zip(np.flatnonzero(rain), plots.COLORS, strict=False):
    share = np.array([rain[tau] * left[t - tau] if t >= tau else 0 for t in range(8)])
    axes[0].bar(range(8), share, bottom=bottom, color=color, label=f"rain of hour {tau}")
    bottom += share
axes[0].plot(range(8), level, "ko-", label="level $y_t$")
axes[0].set(xlabel="hour t", ylabel="litres", title="convolution: rain ∗ response", ylim=(0, 5.6))
axes[0].legend(fontsize=8, ncols=2)
axes[1].bar(range(8), rain * left, color=plots.SKY)
axes[1].set(xlabel="hour t", title="product: rain · response")
plots.show(figure, "Left, the level as a stack of showers, each of which halves from hour to hour. Right, rain and "
                   "response multiplied hour by hour: the rain of hour 4 hardly counts, though it has just fallen.")

# %% [markdown]
# A product treats all rain as if it had fallen in hour 0: the level of hour 4 is 3.5 litres, the product 0.19. So it
# matters how the two are told apart. Convolution is written with a star, $(f * g)(t)$; the course's paper, which gives
# the continuous form for rain that does not fall in steps of an hour, has a dot, $(f \cdot g)(t) =
# \int_{-\infty}^{\infty} f(\tau) g(t - \tau) d\tau$, but means the same (if you know no integrals, the sum above is
# enough). In its words, “每一时刻可变系统 f 在受其它所以时刻影响 g 下后的状态的叠加”, “the superposition of what the
# changing system $f$ has become, at each moment, under the influence $g$ of all other moments” (we take 所以,
# “therefore”, for a slip of 所有, “all”).

# %% tags=["check"]
assert level[4] == 3.5 and np.isclose((rain * left)[4], 0.1875)

# %% [markdown]
# ### Exercise 1: where does the level settle?
#
# Now it rains evenly, $r$ litres in every hour, for a very long time. A share $a$ of the content (between 0 and 1)
# stays from one hour to the next, so $h_s = a^s$. To what level does the barrel tend, measured as above with the
# current hour's rain included? Write it as a formula of `r` and `a`, in quotation marks.

# %% tags=["exercise"]
settles = ...  # for example "r + a"

# %% tags=["solution"]
settles = "r / (1 - a)"  # S = r + r·a + r·a² + …, and a·S is the same without the first term: S − a·S = r

# %%
exercises.check("01-level", settles)

# %% [markdown]
# ## 2. From time to pictures
#
# A picture has no before and after, but it has neighbours, and the idea carries over: a value is replaced by a
# weighted sum of the values around it. The small matrix of weights is called the **kernel**, the resulting array a
# **feature map**. With a kernel of $k$ rows and $k$ columns, a convolutional network computes
#
# $$F(i, j) = \sum_{m=0}^{k-1} \sum_{n=0}^{k-1} I(i + m,\ j + n)\, K(m, n)$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $I$ | the picture, here grey: (height, width) | `grey` |
# | $K$ | the kernel, $k \times k$ weights | `kernel` |
# | $m, n$ | row and column inside the window, from 0 to $k-1$ | `m`, `n` |
# | $F$ | the feature map | `features` |
# | $i, j$ | row and column of the window's upper left corner, from 0 to height $- k$ and width $- k$ | `i`, `j` |
#
# The course's paper has the same formula with a kernel of $M \times N$, letters that later count positions and
# channels. The origin is a convention: here $(i, j)$ is the window's corner; when lesson 02 pads the picture so that
# map and picture have equal size, it becomes the window's *middle*.
#
# **With a pencil**, before you run the next cell, compute the upper left number of $F$ for
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
print("products", (tiny[:2, :2] * tiny_kernel).tolist(), " sum", (tiny[:2, :2] * tiny_kernel).sum())
print("F(0, 0) =", tiny_features[0, 0])

# %% tags=["check"]
assert tiny_features.tolist() == [[4, -1], [2, 6]]

# %% tags=["figure"]
figure, axes = plots.subplots(1, 3, size=(8, 3))
plots.draw_matrix(axes[0], tiny, "picture I, the first window framed", [(0, 0), (0, 1), (1, 0), (1, 1)])
plots.draw_matrix(axes[1], tiny_kernel, "kernel K")
plots.draw_matrix(axes[2], tiny_features, "feature map F", [(0, 0)])
plots.show(figure, "Four products and one sum make the framed 4. A 2×2 window has 2×2 places on a 3×3 picture.")

# %% [markdown]
# A window that must not leave the picture has fewer places than there are pixels, so $F$ is smaller than $I$, by $k -
# 1$ in each direction. In the widget below you can slide such a window yourself over a bright square with a hard left
# edge and a soft right one. The kernel at the start, named after Sobel, has the columns $-1, -2, -1$ on the left, zeros
# in the middle and $1, 2, 1$ on the right, so it subtracts what is left of the window's middle from what is right of
# it. Cover map and sum with your hand, and try to say each number before you look.

# %%
from nst_helpers.widgets.convolution import kernel_editor, sliding_window

sliding_window()

# %% [markdown]
# Where the window lies on an even area, outside the square or inside it, the products cancel and $F = 0$. At the left
# edge, from dark to bright, $F$ is 32 (24 and 8 at its ends, where fewer rows of the window meet it). At the soft right
# edge it is below zero, and spread over three columns instead of two. The map tells where an edge is, which side is
# brighter, and how sharp it is.

# %% tags=["check"]
from nst_helpers.widgets.convolution import SMALL_PICTURE

square = correlate_loops(SMALL_PICTURE, kernels["edges"])
assert square[3].tolist() == [0, 32, 32, 0, 0, -16, -32, -16, 0, 0]
assert square[:, 1].tolist() == [8, 24, 32, 32, 32, 24]

# %% [markdown]
# ## 3. Reading a kernel
#
# For a kernel of nine numbers, two questions are usually enough to predict the result.
#
# 1. **What is their sum?** On an even area of brightness $b$ every pixel in the window is $b$, and
#    $F = b \cdot \sum K$. A kernel whose weights add up to 1 leaves even areas as they are; one whose weights add up
#    to 0 removes them.
# 2. **Where are the signs?** If all weights are positive, the kernel averages, and it smooths. If positive weights face
#    negative ones, it takes a difference, and responds to change in the direction from minus to plus.
#
# The second rule needs a supplement where the sum is not 0. *Sharpen* has negative weights all round a 5, yet its map
# is no map of edges, because the 5 is $1 + 4$: the identity, which leaves the picture as it is, plus a kernel with the
# sum 0, which responds where a pixel differs from its neighbours. The picture is kept, and its differences are added
# once more.
#
# Choose kernels from the list, say what each will do, and then type numbers of your own: what does a 2 in the middle of
# the identity do, and a −1? The editor filters red, green and blue each by itself, so coloured fringes are edges at
# which the three change differently. It repeats the outermost pixels beyond the border, so that the map keeps the
# picture's size; section 7 is about such *padding*.

# %%
kernel_editor()

# %%
even = np.full((3, 3), 100.0)  # an even area of brightness 100
for name, kernel in kernels.items():
    print(f"{name:8} sum of K {kernel.sum():.3g}   100 becomes {correlate_loops(even, kernel)[0, 0]:.3g}")

# %% [markdown]
# *Blur* and *sharpen* have the sum 1 and keep the sky at the top of this page; *edges* has the sum 0, so the even sky
# becomes 0 however bright it is.
#
# ### Exercise 2: move a picture with a kernel
#
# Which 3×3 kernel moves a picture **one pixel to the right**? (As in the editor, the map keeps the picture's size, and
# the window's middle lies on the pixel that is computed.) Ask of each pixel from where its value should come.

# %% tags=["exercise"]
to_the_right = ...  # your kernel: np.array([[…], […], […]])

# %% tags=["solution"]
to_the_right = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]])  # take the left neighbour's value

# %%
exercises.check("01-shift", to_the_right)

# %% [markdown]
# ### Exercise 3: a camera that moved
#
# Photographs are blurred in one direction when the camera moves while the shutter is open. Design a square kernel with
# an odd side for a camera that moved evenly along the diagonal between the upper left and the lower right. Even areas
# shall keep their brightness, and the picture shall stay in its place. Stripes that run along the movement shall keep
# their contrast, the difference between bright and dark. Stripes across it shall lose at least half of theirs if they
# are 14 pixels apart or closer, measured along the movement (20 along a row). How long must the movement be? One as
# long as the distance from stripe to stripe leaves no contrast, since every pixel then collects as much bright as dark;
# one half as long still leaves about two thirds. The check measures all four, and shows your kernel at work on a
# photograph, on each colour by itself.

# %% tags=["exercise"]
motion = ...  # your kernel: an array (side, side), rows first

# %% tags=["solution"]
motion = np.eye(9) / 9  # during the exposure each point passes over nine pixels of the diagonal

# %%
exercises.check("01-motion", motion)

# %% [markdown]
# ### Does the map say where the picture looks like the kernel?
#
# It is often said that $F$ is large where the picture looks like the kernel. To search a picture for a small piece of
# it is called **template matching**, and the experiment is easy: we cut the cat's left eye out of a photograph, 57×57
# pixels of it, and use this patch itself as the kernel.

# %%
cat = np.rint(load_image(data_folder() / "content" / "cat.jpg", max_size=400).mean(axis=2)).astype(float)
eye = cat[74:131, 124:181]  # rows, columns

# %% tags=["figure"]
from nst_helpers.diagrams.likeness import framed, labelled_places

plots.show(framed(cat, {"A": (74, 124)}, 57),
           "The photograph, and the patch that becomes the kernel (A).",
           photo=True)

# %%
exercises.predict("01-eye", "The kernel is the cat's eye, cut out of this photograph. Where is F largest?", {
    "Where the eye was cut out": "It fits perfectly there, so this is the natural guess. But a sum of products asks "
    "for more than fit: it also grows with the brightness under the window.",
    "On the pale fur of the chest": "All weights are brightnesses, so all are positive, and the largest sum goes to a "
    "window with large numbers. The eye's own place reaches only 60 % of it.",
    "On the other eye": "It does look alike, but it is as dark as the first one, and fits less well."},
    right="On the pale fur of the chest")

# %%
def correlate(grey, kernel):
    """The same map without loops: all windows, times the kernel, summed over m and n."""
    windows = sliding_window_view(grey, kernel.shape)  # (height, width, m, n)
    return np.einsum("ijmn,mn->ij", windows, kernel)

product = correlate(cat, eye)
centered = correlate(cat, eye - eye.mean())  # the same kernel, but with the sum 0
normalized = centered / sliding_window_view(cat, eye.shape).std(axis=(2, 3))  # over the contrast of each window

# %% tags=["figure"]
elsewhere = centered.copy()
elsewhere[44:105, 94:155] = -np.inf  # all but the eye itself
best = [np.unravel_index(one.argmax(), one.shape) for one in (product, centered, elsewhere)]
maps = {"weights as they are": product, "weights with the sum 0": centered,
        "and over the window’s contrast": normalized}
plots.show(labelled_places(cat, maps, {"A": (74, 124), "B": best[0], "C": best[2]}, 57),
           "The windows at the eye itself (A), on the pale chest (B) and at the other eye (C), and three maps as "
           "shares of their largest values, with a dot at each window’s upper left corner. The eye as it is: the map "
           "is a blurred picture of brightness, and B has its largest value. With the mean taken off, A has the "
           "largest, and C comes next. Divided by each window’s contrast, the order is the same.", photo=True,
           folded="Choose first, then open")

# %% tags=["check"]
assert best[1] == (74, 124) and 0.59 < product[74, 124] / product[best[0]] < 0.61
assert cat[209:266, 40:97].mean() > 1.2 * cat.mean()
assert abs(best[2][0] - 88) <= 3 and abs(best[2][1] - 247) <= 3
assert 0.57 < elsewhere.max() / centered.max() < 0.59
assert np.allclose(correlate(cat[:80] / 2, eye - eye.mean()), centered[:24] / 2)
assert np.unravel_index(normalized.argmax(), normalized.shape) == (74, 124)
assert np.isclose(normalized[best[2]] / normalized.max(), 0.52, atol=0.01)

# %% [markdown]
# The largest product lies on bright fur, because a sum of products with positive weights measures brightness first of
# all. A kernel with the sum 0 is blind to an even brightness, and now the map is largest exactly where the eye was cut
# out; the second place, with 0.58 of the first, is the other eye. One thing is still measured besides likeness: in a
# photograph of half the contrast the whole map would be half as large. Dividing by the contrast of each window (the
# standard deviation of its pixels) takes this away too. What is left is the **normalized cross-correlation**, which is
# 1, its largest value, only where the match is perfect up to brightness and contrast; the other eye reaches 0.52. So
# the common saying needs an addition: $F$ is large where the picture looks like the kernel *and is rich in contrast,
# and, unless the weights add up to 0, bright*. Networks keep the plain sum, add a number of their own (a **bias**), and
# cut off what is below 0, as lesson 02 shows.
#
# ## 4. The same, without loops
#
# NumPy shows `correlate` all windows of a picture at once, without copying a number, as an array with four axes:
# `windows[i, j, m, n]` is `grey[i + m, j + n]`. One sum over $m$ and $n$ is left, and `einsum` writes it nearly as the
# formula does. The numbers are those of the loops, and of SciPy's `correlate2d`.

# %% tags=["check"]
small, kernel = grey[60:124, 60:156], kernels["edges"]  # (64, 96): four loops are slow
assert np.abs(correlate(small, kernel) - correlate_loops(small, kernel)).max() < 1e-9
assert np.abs(correlate2d(small, kernel, mode="valid") - correlate_loops(small, kernel)).max() < 1e-9

# %% [markdown]
# ## 5. Convolution or correlation?
#
# The two formulas of this lesson differ in a sign:
#
# $$y_t = \sum_{\tau=0}^{t} x_\tau\, h_{t-\tau} \qquad\qquad
# F(i, j) = \sum_{m=0}^{k-1} \sum_{n=0}^{k-1} I(i + m,\ j + n)\, K(m, n)$$
#
# The first reads $h$ backwards, the second reads $K$ forwards. Strictly speaking, the second is therefore not the
# convolution of mathematics but a **cross-correlation**. The course's paper calls both convolution and says that the
# second is “类似于在离散情况下,数学中对卷积的定义”, “similar to the discrete definition in mathematics”; nearly all
# literature on networks does the same, and so will this course from the next section on.
#
# **With a pencil**, in one row. Let the pixels $1, 2, 0, 4$ be the rain and the kernel $5, 3, 1$ the response, so $k =
# 3$. The level of hour 2 is $y_2 = 1 \cdot 1 + 2 \cdot 3 + 0 \cdot 5 = 7$. It uses the pixels 0, 1 and 2, and it is
# correlation with the *reversed* kernel $1, 3, 5$ at the window that begins at pixel 0. Likewise $y_3 = 2 \cdot 1 + 0
# \cdot 3 + 4 \cdot 5 = 22$ belongs to the window that begins at pixel 1. Only the names differ: the rain's result
# carries the number of the last pixel in its window, hour 2, and a picture's result that of the first, pixel 0. In two
# dimensions rows and columns are reversed, which is a half turn of the kernel:
#
# $$(I * K)(i, j) = \sum_{m=0}^{k-1} \sum_{n=0}^{k-1} I(i + m,\ j + n)\, K(k - 1 - m,\ k - 1 - n)$$
#
# The pixels are read forwards again, and the weights backwards. In textbooks the reversed kernel is often called $K(-m,
# -n)$. That presumes indices from $-1$ to $1$. With indices from 0, as in NumPy, it is a trap: `kernel[-m, -n]` leaves
# row and column 0 where they are and exchanges the other two. The half turn is `kernel[::-1, ::-1]`, and a picture that
# is black but for a single 1 shows what it does.

# %%
spot = np.zeros((5, 5))
spot[2, 2] = 1
numbers = np.arange(1, 10).reshape(3, 3)
correlated, convolved = correlate(spot, numbers), correlate(spot, numbers[::-1, ::-1])
trap = np.array([[numbers[-m, -n] for n in range(3)] for m in range(3)])
print("in one row:", np.convolve([1, 2, 0, 4], [5, 3, 1], mode="valid"))
print("kernel[-m, -n]:", trap.tolist())

# %% tags=["check"]
assert np.array_equal(convolved, convolve2d(spot, numbers, mode="valid")) and np.array_equal(convolved, numbers)
assert np.array_equal(correlated, numbers[::-1, ::-1]) and trap.tolist() == [[1, 3, 2], [7, 9, 8], [4, 6, 5]]

# %% tags=["figure"]
figure, axes = plots.subplots(1, 3, size=(8, 3))
plots.draw_matrix(axes[0], spot, "picture: a single 1")
plots.draw_matrix(axes[1], correlated, "correlation: K by half a turn")
plots.draw_matrix(axes[2], convolved, "convolution: K as it is")
plots.show(figure, "Convolution puts the kernel down where the 1 is; correlation puts it down turned by half a turn.")

# %% [markdown]
# For kernels that look the same after half a turn, such as *blur* and *sharpen*, there is no difference. The edge
# kernel changes its sign, and a relief is lit from the other side:

# %%
emboss = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
reliefs = correlate(grey, emboss), correlate(grey, emboss[::-1, ::-1])
plots.show_images([relief.clip(0, 255) for relief in reliefs], ["emboss, correlation", "emboss, convolution"],
                  "The temple as a relief, by correlation and by convolution: lit from opposite corners.", photo=True)

# %% [markdown]
# Nobody chooses the kernels of a network. They are learned from examples of what goes in and what shall come out: the
# kernels that turn the one into the other are looked for.

# %%
exercises.predict("01-learned", "A map was made by true convolution with the emboss kernel. The computer looks for the "
                  "nine numbers that explain this map by correlation. What will it find?", {
    "The emboss kernel": "That kernel gives the other relief, lit from the wrong side.",
    "Emboss, turned by half a turn": "Correlation with the turned kernel is convolution with the original one, so the "
    "map is explained without any error.",
    "No nine numbers fit": "One could think so, since the operations differ. But turning a kernel gives a kernel: "
    "every map of one operation is also a map of the other."}, right="Emboss, turned by half a turn")

# %%
windows = sliding_window_view(grey, (3, 3)).reshape(-1, 9)  # (positions, 9): one window a row
learned = np.linalg.lstsq(windows, reliefs[1].ravel())[0].reshape(3, 3)  # least squares

# %% tags=["figure"]
figure, axes = plots.subplots(1, 2, size=(5.4, 3))
plots.draw_matrix(axes[0], emboss, "emboss")
plots.draw_matrix(axes[1], np.round(learned, 2) + 0, "learned by correlation")
plots.show(figure, "The kernel that made the map by convolution, and the one that was found by correlation: emboss, "
                   "turned by half a turn.", folded="Choose first, then open")

# %% tags=["check"]
assert np.allclose(learned, emboss[::-1, ::-1], atol=1e-6)
assert np.allclose(correlate(grey, learned), reliefs[1], atol=1e-4)

# %% [markdown]
# The kernel that is found is the original one turned by half a turn, and it makes the same map. For a network the
# difference between the two operations does not matter, since learning by correlation loses nothing and saves the
# turning. The half turn returns in lesson 03, where we go *backwards* through a layer.
#
# ### Exercise 4: nothing cut off at the rim
#
# True convolution need not lose the rim. The map of the *full* convolution is larger than the picture, because it holds
# every number to which at least one pixel contributes. If a picture is black but for one pixel of value 2, its map
# therefore shows twice the whole kernel, even where that pixel lies at the rim. Write `full(image, kernel)` without a
# library's convolution, for pictures and kernels of any shape. (The way back through a convolutional layer, lesson 03,
# is one.)

# %% tags=["exercise"]
def full(image, kernel):
    ...  # image: (height, width), kernel: (rows, columns), both arrays of numbers; return the map

# %% tags=["solution"]
def full(image, kernel):  # or: pad by rows − 1 and columns − 1 on all sides, and correlate with the turned kernel
    rows, columns = kernel.shape
    canvas = np.zeros((image.shape[0] + rows - 1, image.shape[1] + columns - 1))
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            canvas[i:i + rows, j:j + columns] += image[i, j] * kernel
    return canvas

# %%
exercises.check("01-full", full)

# %% [markdown]
# ## 6. A kernel reaches through all channels
#
# A colour picture consists of three layers of numbers, and a network soon has 64 or 512 of them, its **channels**.
# Window and kernel are then blocks, as deep as there are channels. The kernel does not make one map for each channel: a
# single sum runs over the whole block. If several maps are wanted, one kernel is needed for each.

# %%
plots.show(diagrams.kernel_blocks(), "A kernel reaches through all three channels of the picture. Its 27 products make "
           "one sum, one number of one map; the second kernel makes the second map.")

# %% [markdown]
# As a formula, with the letters of section 2 and three more,
#
# $$F(i, j, o) = \sum_{m=0}^{k-1} \sum_{n=0}^{k-1} \sum_{c=0}^{C-1} I(i + m,\ j + n,\ c)\, K(m, n, c, o)$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $C$ | how many channels go in (lesson 00 has this letter for the photograph's maps) | `image.shape[2]` |
# | $c$ | channel that goes in, from 0 to $C - 1$ | `c` |
# | $o$ | kernel, and so the channel that comes out | `o` |
#
# **With a pencil.** A kernel of one pixel with the weights $(1, -\tfrac12, -\tfrac12)$ for red, green and blue gives
# $200 - 20 - 30 = 150$ on a red brick $(200, 40, 60)$, and $100 - 50 - 50 = 0$ on grey $(100, 100, 100)$. Its weights
# add up to 0 *across the channels*: it is blind to grey of any brightness, and responds to redness.

# %%
def correlate_channels(image, kernel):
    """F(i, j, o) = Σ_m Σ_n Σ_c I(i+m, j+n, c) K(m, n, c, o)."""
    windows = sliding_window_view(image, kernel.shape[:2], axis=(0, 1))  # (height, width, c, m, n)
    return np.einsum("ijcmn,mnco->ijo", windows, kernel, optimize=True)

kernel = np.zeros((3, 3, 3, 2))  # (m, n, channels in, channels out)
kernel[:, :, :, 0] = np.array([1, -0.5, -0.5]) / 9  # redness, averaged over the window
kernel[:, :, :, 1] = kernels["edges"][:, :, None] / 3  # vertical edges of the brightness
features = correlate_channels(image, kernel)
print("picture", image.shape, " kernel", kernel.shape, " features", features.shape)

# %% tags=["check"]
assert np.dot([200, 40, 60], [1, -0.5, -0.5]) == 150 and np.dot([100, 100, 100], [1, -0.5, -0.5]) == 0
assert np.allclose(features, tf.nn.conv2d(image[None].astype(float), kernel, 1, "VALID")[0], atol=1e-6)
redness = features[:, :, 0]
temple, sky, lake, leaves = (redness[part].mean() for part in (
    np.s_[150:290, 90:240], np.s_[:60, 250:], np.s_[180:200, 320:420], np.s_[220:290, 420:475]))
assert temple > 20 > leaves > 0 > lake > sky and sky < -10

# %% tags=["figure"]
figure, axes = plots.subplots(1, 3, size=(9, 3.2))
plots.draw_image(axes[0], image, "picture: 3 channels", smooth=True)
figure.colorbar(axes[0].get_images()[0], ax=axes[0], orientation="horizontal", shrink=0.8,
                label=" ").ax.set_visible(False)  # so that it stands as high as its maps
for axis, number, title in zip(axes[1:], (0, 1), ("map 0: redness", "map 1: vertical edges"), strict=True):
    plots.draw_image(axis, features[:, :, number], title, signed=True)
    axis.get_images()[0].set_clim(*((-120, 120), (-300, 300))[number])
    figure.colorbar(axis.get_images()[0], ax=axis, orientation="horizontal", shrink=0.8, extend="both",
                    label="F(·, ·, o), grey levels")
plots.show(figure, "Two maps of the temple in colour. The first is largest on the orange roofs and the red walls and "
                   "negative on the blue sky and the lake; the leaves, more yellow than green, are slightly positive. "
                   "The second is large at the edges of roofs and pillars.", photo=True)

# %% [markdown]
# The course's paper says of an RGB picture (section 2.3.1): “一组卷积核处理对应的则是三组通道信息即三组像素矩阵”, “what
# one set of kernels processes are three sets of channel information, that is, three pixel matrices”. That describes
# what goes in. A map that comes out no longer belongs to one colour, since the sum over $c$ has mixed the three, and
# how many come out is decided by the number of kernels alone: the first layer of VGG-19, the network of this course
# (lesson 02), makes 64 maps out of three.
#
# TensorFlow has the same sum built in as `tf.nn.conv2d`, with one more axis in front for several pictures. The next
# cell times loops, `einsum` and library.

# %%
def shortest(compute):
    """Seconds: the shortest of three runs, since the others were disturbed."""
    return min(timeit.repeat(compute, number=1, repeat=3))

loops = shortest(lambda: correlate_loops(small, kernels["edges"]))
windows_once = shortest(lambda: correlate(small, kernels["edges"]))
stack = np.random.default_rng(0).random((50, 75, 64), np.float32)  # as many maps as a layer of VGG-19 has
layer = np.random.default_rng(1).random((3, 3, 64, 64), np.float32)
by_hand = shortest(lambda: correlate_channels(stack, layer))
by_library = shortest(lambda: tf.nn.conv2d(stack[None], layer, 1, "VALID").numpy())
print(f"small grey picture: loops ≈ {1e3 * loops:.0f} ms, correlate ≈ {1e6 * windows_once:.0f} µs")
print(f"layer, 64 maps to 64: correlate_channels ≈ {1e3 * by_hand:.0f} ms, tf.nn.conv2d ≈ {1e3 * by_library:.1f} ms")

# %% tags=["check"]
assert loops > 50 * windows_once

# %% [markdown]
# The loops take more than a hundred times as long as windows and `einsum`. So a lesson of this course writes a formula
# by hand once, checks it against the library, and then uses the library, which computes gradients too.
#
# ### Exercise 5: a bug from real life
#
# TensorFlow keeps a picture as (height, width, channels), PyTorch as (channels, height, width), and whoever carries a
# program from one to the other has to turn pictures round. This function does so, and then lets one kernel walk over
# each colour by itself. It takes every picture and returns maps of the right shape, but below you see what it makes of
# the temple's red with the blur. Find out why, and repair it.

# %% tags=["exercise"]
def maps_of_colors(image, kernel):
    """image: (height, width, 3), kernel: (rows, columns) → the maps of red, green and blue, colours first:
    (3, height - rows + 1, width - columns + 1)."""
    planes = image.reshape(3, image.shape[0], image.shape[1])
    windows = sliding_window_view(planes, kernel.shape, axis=(1, 2))
    return np.einsum("cijmn,mn->cij", windows, kernel)

# %% tags=["solution"]
def maps_of_colors(image, kernel):
    """image: (height, width, 3), kernel: (rows, columns) → the maps of red, green and blue, colours first:
    (3, height - rows + 1, width - columns + 1)."""
    planes = np.moveaxis(image, 2, 0)  # each number stays at its pixel; a reshape cuts one long row of numbers anew
    windows = sliding_window_view(planes, kernel.shape, axis=(1, 2))
    return np.einsum("cijmn,mn->cij", windows, kernel)

# %%
exercises.check("01-colors", maps_of_colors)

# %% tags=["figure"]
plots.show_images([image, maps_of_colors(image, kernels["blur"])[0]], ["picture", "first map of maps_of_colors"],
                  "The temple, and the map of its red that the function above makes with the blur.", photo=True)

# %% [markdown]
# ## 7. Stride, padding, and how large the map becomes
#
# The **stride** $s$ is the number of pixels by which the window moves on; with a stride of 2 the map has about half the
# height and width. The **padding** $p$ is the number of rows and columns of zeros that are added on each side of the
# picture, so that the window may reach out.

# %%
plots.show_picture(diagrams.walk([(6, 3, 1, 1), (6, 3, 2, 0), (6, 3, 2, 1)]), "image/png",
                   "A 3×3 window walks over a 6×6 picture (blue) with its padding (grey) and fills the map above it. "
                   "Pixels that no window ever covers are crossed out.")

# %% [markdown]
# How many places are there in a row? With its padding it has $H + 2p$ pixels. The window needs $k$ of them at its first
# place, and what is left is room for moving on, $s$ pixels at a time, so
#
# $$\text{places} = \left\lfloor \frac{H + 2p - k}{s} \right\rfloor + 1$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $H$ | pixels in a row, or in a column, of the picture | `size` |
# | $k$ | rows, or columns, of the kernel | `kernel` |
# | $s$ | stride (in section 1 hours) | `stride` |
# | $p$ | padding on each side | `padding` |
#
# Here $\lfloor\ \rfloor$ means rounding down, and, as long as the stride is not larger than the kernel, whatever the
# rounding throws away is a strip at the lower and right side that no window ever covers: in the middle panel $\lfloor 3
# / 2 \rfloor = 1$, and the remainder is the crossed-out row and column. With a 3×3 kernel, stride 1 and padding 1 the
# map is as large as the picture, and this is what all convolutions of VGG-19 do. In TensorFlow the padding is called
# `"SAME"` in that case, and `"VALID"` means that there is none.

# %%
def output_size(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1

for setting in [(6, 3, 1, 1), (6, 3, 2, 0), (6, 3, 2, 1), (224, 3, 1, 1)]:
    print("size {}, kernel {}, stride {}, padding {}:".format(*setting), output_size(*setting), "places")

# %% tags=["check"]
for setting in np.random.default_rng(0).integers([8, 1, 1, 0], [40, 8, 5, 4], (50, 4)).tolist():
    size, side, stride, padding = setting
    sides = [[0, 0], [padding, padding], [padding, padding], [0, 0]]
    by_library = tf.nn.conv2d(tf.zeros((1, size, size, 1)), tf.zeros((side, side, 1, 1)), stride, sides)
    assert by_library.shape[1] == output_size(*setting), setting

# %% [markdown]
# Zeros are not harmless. Blur an even area of 100 with padding 1: at the border only 6 of the 9 pixels in the window
# belong to the picture, in the corner only 4, and the map shows an edge where the picture has none.

# %%
padded = np.pad(np.full((5, 5), 100.0), 1)  # zeros all round
blurred = correlate(padded, kernels["blur"])
print(f"middle {blurred[2, 2]:.1f}, border {blurred[0, 2]:.1f}, corner {blurred[0, 0]:.1f}")

# %% [markdown]
# What do such zeros mean inside a network? VGG first subtracts from every pixel a mean colour, computed once from many
# photographs, so that the numbers lie around 0. Then, before its first layer as before every other, it pads with zeros
# what the layer is given.

# %%
exercises.predict("01-frame", "Suppose we could see what the first layer sees, drawn in the colours of the photograph, "
                  "with a wide frame of zeros around it. What would the frame look like?", {
    "Black": "A pixel of 0 is black, so this is the natural guess. But the zeros are added after a mean colour was "
    "subtracted from the pixels.",
    "Like the border of the photograph, repeated": "That is another kind of padding, used by the kernel editor above. "
    "VGG pads with zeros.",
    "A middle grey": "A network subtracts a mean colour from all pixels before its first layer. That colour becomes 0, "
    "so a 0 that is added afterwards stands for it, a middle grey."}, right="A middle grey")

# %%
network = load_network("compact")
frame = [(40, 40), (40, 40), (0, 0)]
seen = np.pad((image - network.mean) / network.scale, frame)  # zeros, after the preprocessing
as_picture = seen * network.scale + network.mean

# %% tags=["check"]
weights, bias = network.weights["conv1_1"]
first = np.maximum(correlate_channels(np.pad((image - network.mean) / network.scale, [(1, 1), (1, 1), (0, 0)]),
                                      weights) + bias, 0)
assert np.allclose(first, network(image, "conv1_1")["conv1_1"], rtol=1e-3, atol=1e-3)
assert np.allclose(network.mean, 117, atol=1)

# %% tags=["figure"]
plots.show_images([np.pad(image, frame), as_picture], ["black: zeros before", "what a network sees: zeros after"],
                  "A wide frame of zeros around the photograph, added before the preprocessing and after it. Networks "
                  "do the latter: the frame is a middle grey.", photo=True, folded="Choose first, then open")

# %% [markdown]
# The first layer sees a frame of middle grey, because the mean colour is subtracted *before* the padding, and a zero
# that is added afterwards stands for it. In the small network of this course zero stands for (117, 117, 117), in
# Keras's VGG-19 for (123.7, 116.8, 103.9). In deeper layers the numbers say how strongly a feature responds, and a
# frame of zeros is an area in which *nothing* responds. Lesson 11 has to remove the marks that this leaves at the
# borders of paintings.
#
# ## 8. The same weights everywhere
#
# A **dense** layer joins every output to every input, each with a weight of its own. A convolution is a dense layer
# with two restrictions: an output is joined only to the inputs in its window (a *local receptive field*), and all
# outputs use the same weights (**weight sharing**). To see both, take a picture of 6×6 pixels, a 3×3 kernel with the
# weights 1 to 9, and write the layer as a matrix that turns 36 numbers into 16. A picture with a single 1 gives one of
# its columns.

# %%
weights = np.arange(1, 10).reshape(3, 3)
columns = [correlate(one.reshape(6, 6), weights).ravel() for one in np.eye(36)]
matrix = np.stack(columns, axis=1)  # (16, 36)
different = np.unique(matrix[matrix != 0])
print(f"{matrix.size} numbers, {np.count_nonzero(matrix)} not zero, {len(different)} different")

# %% tags=["check"]
picture = np.random.default_rng(0).integers(0, 256, (6, 6)).astype(float)
assert np.allclose(matrix @ picture.ravel(), correlate(picture, weights).ravel())

# %% tags=["figure"]
figure, axes = plots.subplots(size=(8, 3.9))
shown = axes.imshow(np.where(matrix, matrix, np.nan), cmap="viridis")
axes.set(xlabel="pixel of the picture, row by row", ylabel="place in the map")
axes.grid(False)
figure.colorbar(shown, label="weight", shrink=0.8)
plots.show(figure, "A convolution as a dense layer: each row of the matrix holds the same nine weights, further to the "
                   "right than in the row above, and zeros elsewhere.")

# %% [markdown]
# The first layer of VGG-19 makes 64 maps of 224×224 pixels out of a colour picture of that size. How many numbers does
# it need as a convolution, and how many as a dense layer, with a weight for every pair of an input and an output?

# %%
def parameters(side, channels_in, channels_out):
    """How many numbers (a 3×3 convolution, a dense layer) needs, biases included."""
    inputs, outputs = side * side * channels_in, side * side * channels_out
    return 9 * channels_in * channels_out + channels_out, inputs * outputs + outputs

shared, free = parameters(224, 3, 64)
windows_only = 224 * 224 * 64 * (9 * 3 + 1)  # each output has its own 27 weights and its own bias
print(f"dense {free:,} (in float32 {4 * free / 1e12:.3g} terabytes)")
print(f"windows {windows_only:,}: {free / windows_only:,.0f} times fewer")
print(f"windows and sharing {shared:,}: {windows_only // shared:,} times fewer again")

# %% tags=["check"]
convolution, dense = keras.layers.Conv2D(4, 3, padding="same"), keras.layers.Dense(8 * 8 * 4)
convolution.build((None, 8, 8, 3))
dense.build((None, 8 * 8 * 3))
assert parameters(8, 3, 4) == (convolution.count_params(), dense.count_params())

# %% [markdown]
# Windows alone, each place with weights of its own, bring 483 billion numbers down to 90 million; sharing then divides
# by the number of places, 50,176. The 1,792 numbers that are left do not depend on the picture's size either, which is
# why a network that was trained on small pictures can look at large ones. Sharing has a second consequence, for us the
# more important one. If the picture is moved, every window meets the same weights as before, only elsewhere, so the map
# should move along. This property is called **translation equivariance**. Is it still true if the stride is 2?

# %%
exercises.predict("01-moved", "A convolution has stride 2. The picture is moved 3 pixels to the right. What happens to "
                  "the map?", {
    "It moves by 1.5 places": "That would be consistent, but a map has no half places to move by.",
    "It moves by 1 or 2 places": "Rounding seems plausible, but the windows now lie on other parts of the picture, "
    "between the old ones, and measure other things.",
    "It becomes another map, not the old one moved": "Windows two pixels apart, on a picture moved by three, meet "
    "parts that no window met before."}, right="It becomes another map, not the old one moved")

# %%
def edges(grey, stride=1):
    return correlate(grey, kernels["edges"])[::stride, ::stride]

# %%
def least(new, old):
    """How far a map is from an old one that is moved by the best whole number of places; 0: equal."""
    differences = [np.abs(new - np.roll(old, places, axis=1))[:, 5:-5].mean() for places in range(-4, 5)]
    return min(differences) / np.abs(old)[:, 5:-5].mean()

def least_difference(make_map, tile, shift):
    """The same for the map of a picture that is moved to the right."""
    return least(make_map(np.roll(tile, shift, axis=1)), make_map(tile))  # the rows stay, the columns move

def shuffled(one):
    """A map that has nothing to do with this one, but for its numbers."""
    return np.random.default_rng(0).permutation(one.ravel()).reshape(one.shape)

# %%
tile = grey[100:148, 100:148] - grey[100:148, 100:148].mean()  # (48, 48), part of a roof
smoothed = gaussian_filter(tile, 4, mode="wrap")  # the same roof, without its fine detail
free = np.random.default_rng(0).standard_normal((24 * 24, 48 * 48))  # a dense layer with random weights
makers = {"convolution, stride 1": edges, "convolution, stride 2": lambda tile: edges(tile, 2),
          "dense layer": lambda tile: (free @ tile.ravel()).reshape(24, 24)}
differences = {shift: [least_difference(make_map, tile, shift) for make_map in makers.values()] for shift in (2, 3)}
control = least_difference(makers["convolution, stride 2"], smoothed, 3)
unrelated = [least(shuffled(makers[name](tile)), makers[name](tile)) for name in list(makers)[1:]]

# %% tags=["figure"]
figure, axes = plots.subplots(size=(8, 3.7))
for shift, color in zip(differences, plots.COLORS, strict=False):
    places = np.arange(3) + 0.2 * (2 * shift - 5)
    bars = axes.barh(places, differences[shift], 0.36, color=color, label=f"picture moved by {shift}")
    axes.bar_label(bars, fmt="%.2f", padding=3)
others = axes.barh([3, 4, 5], [control, *unrelated], 0.36, color=plots.GREEN, label="controls")
axes.bar_label(others, fmt="%.2f", padding=3)
axes.set(yticks=range(6), xlim=(0, 1.8), xlabel="least difference, share of the map",
         yticklabels=[*makers, "stride 2, smoothed, moved by 3", "stride 2, numbers shuffled",
                      "dense layer, numbers shuffled"])
axes.invert_yaxis()
axes.legend(loc="upper right")
plots.show(figure, "How far the map of the moved picture is from the old map, moved by the best number of places; "
                   "and controls: the same roof smoothed (σ = 4 pixels), and each map compared with its own numbers, "
                   "shuffled.", folded="Choose first, then open")

# %% tags=["figure"]
maps = [edges(np.roll(grey, shift, axis=1)[150:200, 95:165], 2) for shift in (0, 2, 3)]
figure, axes = plots.subplots(1, 3, size=(9.4, 3))
titles = ("map, stride 2", "picture moved by 2", "picture moved by 3")
for axis, one, title, left in zip(axes, maps, titles, (5, 6, 6), strict=True):
    plots.draw_image(axis, one[:9, :12], title, signed=True)
    axis.get_images()[0].set_clim(-300, 300)
    axis.plot([left - 0.5, left + 1.5, left + 1.5, left - 0.5, left - 0.5], [-0.4, -0.4, 7.5, 7.5, -0.4], color="black",
              linewidth=2, clip_on=False)
figure.colorbar(axes[2].get_images()[0], ax=axes, shrink=0.8, label="F, grey levels", extend="both")
plots.show(figure, "9×12 places of the map of stride 2; a pillar is framed. With the picture moved by 2 pixels its two "
                   "columns stand one place further to the right, as they were. Moved by 3, it falls differently "
                   "between the windows, and its orange column is weaker. What is strong to the right of the frame is "
                   "another edge, which the first map has only weakly.", folded="Choose first, then open")

# %%
corners = [(20, 100), (60, 150), (150, 100), (200, 200), (240, 20), (230, 300), (150, 150)]
others = [least_difference(makers["convolution, stride 2"], grey[i:i + 48, j:j + 48], 3) for i, j in corners]
dense = makers["dense layer"]
size = np.abs(dense(tile))[:, 5:-5].mean()
unmoved = [np.abs(dense(np.roll(tile, shift, axis=1)) - dense(tile))[:, 5:-5].mean() / size for shift in (2, 3)]
plots.show_lines([f"stride 2, moved by 3, seven other parts: {min(others):.2f} to {max(others):.2f} of the map",
                  "dense layer, old map not moved at all: {:.2f} and {:.2f}".format(*unmoved)],
                 folded="Choose first, then open")

# %% tags=["check"]
assert np.allclose([differences[2][:2], [differences[3][0]] * 2], 0, atol=1e-9)
assert np.allclose([differences[3][1], differences[2][2], differences[3][2]], [0.97, 0.87, 0.95], atol=0.02)
assert np.allclose([control, *unrelated], [0.22, 1.42, 1.32], atol=0.02)
assert np.allclose(unmoved, [differences[2][2], differences[3][2]])  # no shift fits the dense map better than none
assert np.allclose([min(others), max(others)], [0.59, 1.39], atol=0.02)

# %% tags=["figure"]
roof, moved = grey[10:170, 20:280], np.roll(grey, 50, axis=1)[10:170, 20:280]
figure, axes = plots.subplots(2, 2, size=(9, 5.9))
for row, (name, one) in zip(axes, {"picture": roof, "moved by 50 pixels": moved}.items(), strict=True):
    plots.draw_image(row[0], one, name, smooth=True)
    plots.draw_image(row[1], edges(one), "its map, stride 1", signed=True)
    row[1].get_images()[0].set_clim(-300, 300)
figure.colorbar(axes[0, 1].get_images()[0], ax=axes[:, 1], shrink=0.6, label="F, grey levels", extend="both")
plots.show(figure, "A roof and the map of its vertical edges, and both again after the picture was moved: the map "
                   "moved along. What leaves at the right comes in at the left, with a seam.", photo=True)

# %% [markdown]
# With stride 1 the map moves along exactly, and with stride 2 it does so for moves by an even number of pixels. For a
# move by 3, even the best shift leaves a difference of 0.97 (0.59 to 1.39 for seven other parts of the photograph),
# measured as the mean difference over the mean size of the map's numbers, because the windows lie on pixels that were
# between windows before. Two maps that have nothing to do with each other differ by 1.42; more than 1 is possible
# because the numbers have both signs. It is the fine detail that suffers. For the same roof, smoothed, the difference
# is only 0.22 (Zhang 2019 shows what this does to whole networks). A dense layer with random weights is off by 0.87 and
# 0.95, where unrelated maps of it differ by 1.32. It is not off by more, but that is no equivariance: its old map fits
# best if it is not moved at all. The map has stayed where it was, and what the two have in common is that a picture
# moved by a few pixels is still much the same picture. Style transfer leans on equivariance throughout: a brush stroke
# is the same stroke wherever it is painted.
#
# ## 9. Eyes, and the first papers
#
# The course's paper calls the convolutional network “一种受到生物视觉系统启发的人工神经网络类型”, “a type of artificial
# network inspired by the biological visual system”. Hubel and Wiesel (1962) found cells in the cat's visual cortex that
# respond to an edge of one direction at one place, and others that respond to it over a larger region; Fukushima's
# Neocognitron (1980) turned the two kinds into alternating layers with the same weights at every place.
#
# The course's paper explains weight sharing as well:
# “特定的卷积核(权重序列)可以提取以特定的特征为基准的特征置信图,这其实就是所谓的权重共享”, “a particular kernel can
# extract a map of confidence in a particular feature, and this is weight sharing”. The main thing is not said there:
# that all regions of the picture meet the *same* weights.
#
# The earliest paper on such networks, it says of LeCun and others (1998; the Neocognitron is older), did not explain in
# detail why kernels can extract features (“并没有详细解释卷积核为何能提取图像中的特征的”). This is half true. They do
# give the reasons for the *architecture*: local receptive fields can extract edges, end points and corners, and what is
# useful at one place is useful elsewhere. But what each learned kernel had come to respond to was left open; lesson 02
# takes that up.
#
# ### An investigation: are learned kernels edge detectors?
#
# The small network of this course has 16 kernels in its first layer, `network.weights["conv1_1"][0]`, an array (3, 3,
# 3, 16) that nobody designed. How many of them are blind to an even area, how many to colour, how many are edge
# detectors? Decide how you measure it, compare with kernels drawn at random, and write half a page with one figure.

# %% [markdown] tags=["solution"]
# **How to judge an investigation.** A good one (1) defines a measure and says what its extreme values mean, for
# example $|\sum K| / \sum |K|$; (2) has a baseline, since random weights nearly cancel too, and a small value alone
# proves nothing; (3) treats colour separately, for example by the share of a kernel's energy that is left when it is
# averaged over the three channels; (4) shows the kernels themselves, large enough to be seen, and their maps of one
# photograph, signs included; (5) says what it could not decide: 16 kernels are few, one network is one sample, and a
# bias and a ReLU follow each kernel.

# %% [markdown]
# ## What we found
#
# One weighted sum over a window blurs, sharpens or finds edges, and the sum and the signs of the weights tell which. It
# does not measure likeness alone: a cat's eye used as a kernel had its largest product on bright fur, and only with the
# mean taken off did the eye come first. What networks compute is cross-correlation, and learning makes up for it: the
# learned kernel came out turned by half a turn. Windows bring a dense layer's 483 billion numbers down to 90 million,
# and sharing brings these down to 1,792. The map moves along with the picture, exactly with stride 1, but with stride 2
# only for even moves.
#
# ## Where this is used
#
# The content loss and the style loss are computed from maps that such layers make. The half turn of section 5 returns
# in lesson 03, on the way back from a map to the pixels, the fading past of exercise 1 in lesson 08 as the memory of
# momentum, and the padding of section 7 in lesson 11 as a frame that a margin removes.
#
# ## Sources and further reading
#
# - Dumoulin, V. and Visin, F. (2016): A guide to convolution arithmetic for deep learning. All cases of stride and
#   padding, animated; the model for section 7.
# - LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998): Gradient-Based Learning Applied to Document Recognition.
#   Section II gives the reasons for local receptive fields and shared weights.
# - Hubel, D. H. and Wiesel, T. N. (1962): Receptive fields, binocular interaction and functional architecture in the
#   cat's visual cortex. The cells that respond to edges.
# - Fukushima, K. (1980): Neocognitron. The first network with alternating layers of this kind.
# - Zhang, R. (2019): Making Convolutional Networks Shift-Invariant Again. What strides do to equivariance, and a
#   remedy.
# - Goodfellow, I., Bengio, Y. and Courville, A. (2016): Deep Learning, chapter 9. Convolution and cross-correlation,
#   sharing and equivariance as a textbook has them.
#
# ## Next
#
# **[02 Feature maps](02_feature_maps.ipynb)**: sixteen layers of kernels that nobody chose. What do they respond to?
