# %% [markdown]
# # 04 Gram matrices

# %%
import itertools
import json
import time

import numpy as np

from nst_helpers import exercises, losses, plots
from nst_helpers.images import load_image, noise_image, resize_image
from nst_helpers.networks import data_folder, load_network

network = load_network()
layers = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]

# %%
def painting(name, size=640):
    """A style picture that this course ships."""
    return load_image(data_folder() / "style" / f"{name}.jpg", max_size=size)

piece_a = painting("night_swirls")[80:320, 0:240]
piece_b = painting("night_swirls")[80:320, 400:640]
piece_c = painting("great_waves")[240:480, 160:400]

# %% tags=["figure"]
def apart(first, second):
    """The root of the mean squared difference of two arrays of numbers."""
    return np.sqrt(np.mean((first - second) ** 2))

to_b, to_c = apart(piece_b, piece_a), apart(piece_c, piece_a)
plots.show_images([piece_b, piece_a, piece_c],
                  [f"B: {to_b:.1f} grey levels from A", "A", f"C: {to_c:.1f} grey levels from A"],
                  "Three pieces of style pictures, all of them mostly blue. A and B come from one night sky, C from a "
                  "picture of waves. The numbers are root mean square differences of the pixels: by them, C is the "
                  "nearer one.", photo=True)

# %% [markdown]
# You see at once that A and B belong to one picture, although they show different things. (No hand painted them: the
# “paintings” of this course were drawn by programs, each in a manner of its own.) The values of the pixels do not show
# it: compared place by place, the waves of C differ less from A than B does. Is there a number that does? This lesson
# builds one, the **Gram matrix** of a layer's feature maps, and puts it to the test. At the end you will be able to
# compute it in one line, to say what each of its entries measures and what it forgets, to read it as a description of a
# probability distribution, and to say how much of a style it holds compared with far simpler statistics.
#
# **Needs**: [03 Content loss](03_content_loss.ipynb). · **Time**: 40 minutes to read, a minute of computing on two
# cores. · **Course’s paper**: sections 2.2.2, 2.3.2 and 4.1.

# %% [markdown]
# ## 1. Which patterns occur together?
#
# The content loss of lesson 03 compares feature maps at each position, and so inherits the trouble of the pixels:
# two pieces of one sky have their strokes in different places. A description of style has to forget where a pattern
# is. That the eye tells textures apart by their statistics is an idea of Julesz (1962). Heeger and Bergen (1995)
# turned noise into textures by matching histograms of filter responses, and Portilla and Simoncelli (2000) matched as
# well how the responses to *pairs* of filters go together. Gatys, Ecker and Bethge (2015) took a trained network for
# the filters, and kept one number for every pair of channels: how much the two respond at the same positions. (Section
# 7 looks how far single channels would get.) Multiply two maps position by position, and sum:
#
# $$G_{ij} = \sum_{k=1}^{M} F_{ki}\, F_{kj}$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $F_{ki}$ | the activation of channel $i$ at position $k$ | `flat[k, i]` |
# | $N$ | the number of channels | `channels` |
# | $M$ | the number of positions, height · width | `positions` |
# | $G_{ij}$ | how strongly channels $i$ and $j$ respond together | `gram[i, j]` |
#
# In lessons 01 and 02, $i$ and $j$ were a row and a column of the picture. From here on they are two channels, and
# $k$ is a position, row and column in one. Where several layers are compared, $N_l$ and $M_l$ get their index. The
# course's paper and Gatys write $F_{ik}$, with each channel as a row; TensorFlow stores positions first, so this course
# keeps the order position, channel in formulas as in code.

# %% [markdown]
# **With a pencil.** Take two channels at four positions. Channel 0 has the activations $1, 2, 0, 1$ and channel 1
# has $0, 3, 1, 1$.
#
# - $G_{00} = 1\cdot1 + 2\cdot2 + 0\cdot0 + 1\cdot1 = 6$, the energy of channel 0, that is, its sum of squares.
# - $G_{11} = 0\cdot0 + 3\cdot3 + 1\cdot1 + 1\cdot1 = 11$, the energy of channel 1.
# - $G_{01} = 1\cdot0 + 2\cdot3 + 0\cdot1 + 1\cdot1 = 7 = G_{10}$: both respond at two of the positions only, and 6
#   of the 7 come from the one where both are strong.
#
# The formula, word for word, is three loops over a table of positions and channels:

# %%
def gram_loops(features):
    flat = features.reshape(-1, features.shape[-1])  # (positions, channels)
    positions, channels = flat.shape
    gram = np.zeros((channels, channels))
    for i in range(channels):
        for j in range(channels):
            for k in range(positions):
                gram[i, j] += flat[k, i] * flat[k, j]
    return gram

tiny = np.array([[[1, 0], [2, 3]], [[0, 1], [1, 1]]])  # (2, 2, 2): height, width, channels
print(gram_loops(tiny))

# %% tags=["check"]
assert gram_loops(tiny).tolist() == [[6, 7], [7, 11]]

# %% [markdown]
# A sum over the index in the middle is exactly what a matrix product computes, so the loops collapse into one line.
# `np.einsum` writes the formula itself: in `"hwi,hwj->ij"` row, column and channel of each factor have a letter, and
# letters that are missing behind the arrow are summed over.

# %%
def gram_matmul(features):
    flat = features.reshape(-1, features.shape[-1])
    return flat.T @ flat  # (channels, positions) times (positions, channels)

def gram_einsum(features):
    return np.einsum("hwi,hwj->ij", features, features)

def maps_of(image, layer):
    """The feature maps of a picture in one layer, (height, width, channels)."""
    return network(image, layer)[layer].numpy().astype(float)

# %% tags=["check"]
def seconds(function, features, runs):
    """The shortest of several runs: the others were disturbed."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function(features)
        times.append(time.perf_counter() - start)
    return min(times)

maps = maps_of(piece_a[:48, :48], "conv2_1")
by_loops = gram_loops(maps)
for way in (gram_matmul, gram_einsum, losses.gram_matrix):
    assert np.abs(way(maps) - by_loops).max() < 1e-6 * by_loops.max()
ratio = float(f"{seconds(gram_loops, maps, runs=2) / seconds(gram_matmul, maps, runs=300):.1g}")
print(f"maps {maps.shape}: the matrix product is about {ratio:,.0f} times as fast as the loops")

# %% [markdown]
# All three agree with the package's `losses.gram_matrix`, and the matrix product is tens of thousands of times as fast
# as Python's loops (the folded cell times both). One thing still depends on the number of positions: a sum over twice
# as many is twice as large. Since a style picture and a photograph rarely have the same size, we divide by $M$ from
# here on: $G/M$ is a *mean* over positions, and a larger piece of the same painting has about the same.
#
# ## 2. Back to the three pieces
#
# Now we can ask the question of the opening in each layer of the network: how far is the Gram matrix of B from that
# of A, and how far that of C?

# %%
def gram(image, layer):
    """G / M of a picture in a layer."""
    features = maps_of(image, layer)
    return gram_matmul(features) / (features.shape[0] * features.shape[1])

def color_gram(image):
    """G / M of the pixels themselves: red, green and blue are the channels."""
    return np.einsum("hwi,hwj->ij", image, image) / image[..., 0].size

nearer, pieces = {}, (piece_a, piece_b, piece_c)
for name, measure in (("pixels", np.asarray), ("mean colour", lambda image: image.mean(axis=(0, 1))),
                      ("G of the colours", color_gram)):
    of_a, of_b, of_c = (measure(piece.astype(float)) for piece in pieces)
    print(f"{name}: B is {apart(of_b, of_a) / apart(of_c, of_a):.2f} times as far from A as C is")

# %%
for layer in layers:
    gram_a, gram_b, gram_c = (gram(piece, layer) for piece in pieces)
    nearer[layer] = apart(gram_b, gram_a) / apart(gram_c, gram_a)
    print(f"{layer}: B is {nearer[layer]:.2f} times as far from A as C is")

# %% tags=["check"]
assert to_b > to_c and max(nearer.values()) < 0.7

# %% [markdown]
# The ranking by pixels is reversed in every layer. By pixels B lies 1.07 times as far from A as C does; by Gram
# matrices of feature maps it lies at 0.23 to 0.48 of C's distance. The colours alone do not explain this: by mean
# colour B is 1.51 times as far as C, and by the Gram matrix of red, green and blue 1.61 times. Already the first
# layer, with its windows of 3×3 pixels, suffices.
#
# But three pieces that somebody chose are an anecdote. So let us cut four pieces of this size out of each of the eight
# style pictures, and try all triples with A and B from one picture and C from another.

# %%
names = ["night_swirls", "pointillist", "autumn_impasto", "marbling",
         "stained_glass", "woodcut", "great_waves", "cubist_planes"]
cuts = [painting(name)[top:top + 240, left:left + 240] for name in names for top in (40, 360) for left in (40, 360)]
triples = [(a, b, c) for a, b, c in itertools.product(range(32), repeat=3) if a != b and a // 4 == b // 4 != c // 4]

def distances(values):
    """The squared differences of all pairs of pieces, a table."""
    rows = np.array([np.ravel(value) for value in values], float)
    squares = np.sum(rows**2, axis=1)
    return squares[:, None] + squares - 2 * rows @ rows.T  # |a|² + |b|² − 2ab

# %%
in_order = {}
for name, values in {"pixels": cuts, "G of conv3_1": [gram(cut, "conv3_1") for cut in cuts]}.items():
    far = distances(values)
    in_order[name] = 100 * np.mean([far[a, b] < far[a, c] for a, b, c in triples])
    print(f"{name}: B is nearer to A than C is in {in_order[name]:.0f} % of {len(triples):,} triples")

# %% tags=["check"]
assert in_order["pixels"] < 65 and in_order["G of conv3_1"] > 85

# %% [markdown]
# The pixels are right in 58 % of the triples, where tossing a coin gives 50 %, and Gram matrices in 90 %. So a number
# can tell, though not always. What does it depend on? Here are the Gram matrices of two whole paintings in one layer.

# %% tags=["figure"]
pair = {"great_waves": "great waves", "autumn_impasto": "autumn impasto"}
both = {name: gram(painting(name), "conv2_1") for name in pair}
order = np.argsort(-np.diag(both["great_waves"]))  # from strong to weak in the waves
highest = max(np.quantile(matrix, 0.985) for matrix in both.values())
figure, axes = plots.subplots(2, 2, size=(9.4, 8.9))
for column, name in enumerate(pair):
    plots.draw_image(axes[0, column], painting(name, 400), pair[name], smooth=True)
    drawn = axes[1, column].imshow(both[name][np.ix_(order, order)], cmap="viridis", vmin=0, vmax=highest)
    axes[1, column].set(xlabel="channel j (sorted)", ylabel="channel i (sorted)", title="its G / M in conv2_1")
    axes[1, column].grid(False)
figure.colorbar(drawn, ax=axes[1, :], label="mean product of two activations", shrink=0.8, extend="max")
plots.show(figure, "Two paintings and their 32 × 32 Gram matrices of conv2_1, on one scale, the channels of both "
           "sorted by their energy in the waves; the brightest 1.5 % of the cells are beyond the scale. Bright cells "
           "are pairs of channels that respond at the same positions; the two paintings have different ones.",
           photo=True)

# %% [markdown]
# Each matrix is symmetric. The diagonal holds each channel's mean square; the rest says which channels respond
# together, and section 7 measures how much the rest adds. Even in the bright corner of the waves some pairs are darker,
# because two strong channels may respond at different positions. Nothing in either table says where a wave or a tree
# was.
#
# ## 3. What one entry measures
#
# Look at one *position* at a time. It has one activation in each map, so it is a point in a space with as many axes
# as there are channels, and all the positions of a painting form a cloud of points. Here are two of the 32 axes.

# %% tags=["figure"]
from nst_helpers.diagrams.gram import cloud_of_positions, two_clouds

night = painting("night_swirls", 384)
night_maps = maps_of(night, "conv2_1")
bright, dark, edge = (36, 35), (170, 40), (75, 60)
plots.show(cloud_of_positions(night, night_maps, (15, 31), (bright, dark, edge)),
           "Three positions of the night painting, framed in the picture and in the maps of two channels (light: a "
           "strong response). Each position becomes one point: its activation in one map is its first coordinate, that "
           "in the other map, from which the lines lead, its second. The places are forgotten, and the cloud remains.",
           photo=True)

# %% [markdown]
# A map, in turn, is a vector with one number for each position, and $G_{ij}$ is the dot product of two such
# vectors. Geometry tells what a dot product is: length times length times the cosine of the angle between them,
#
# $$G_{ij} = \lVert F_i \rVert\, \lVert F_j \rVert \cos\theta_{ij}, \qquad G_{ii} = \lVert F_i \rVert^2 .$$
#
# Because no activation behind a ReLU is negative, no product is, and no angle exceeds 90°. The course's paper says of
# the matrix that it “能够捕捉不同特征之间的相关性” (“can capture the *correlations* between different features”),
# calls each product the “共现相关性” (“correlation of occurring together”) of two channels, and elsewhere speaks of
# “相关性、协方差” (“correlations, covariances”). In statistics these words have a precise meaning, and it is worth
# checking whether they apply.

# %%
exercises.predict("04-angle", "Two channels of the night painting lie at an angle of 74°, so their entry of G is "
                  "positive. What is their correlation, in the sense of statistics?", {
    "about +0.3, the cosine of 74°": "The cosine would be the correlation if both maps had the mean 0. Behind a ReLU "
                                     "no map has.",
    "about 0": "That would be two uncorrelated channels; with positive means their angle is well below 90° all the "
               "same.",
    "about −0.8": "No activation is negative, and that alone keeps the product from being so; but where one is "
                  "strong, the other is weak."}, right="about −0.8")

# %%
flat = night_maps.reshape(-1, night_maps.shape[-1])
lengths = np.linalg.norm(flat, axis=0)
cosines = gram_matmul(night_maps) / np.outer(lengths, lengths)
angles = np.degrees(np.arccos(np.clip(cosines, -1, 1)))
correlation = np.corrcoef(flat.T)
chosen = [(15, 25), (3, 14), (15, 31)]

# %% tags=["figure"]
figure, axes = plots.subplots(1, 3, size=(10, 3.9))
for axis, (i, j) in zip(axes, chosen, strict=True):
    axis.plot(flat[::7, i], flat[::7, j], ".", color=plots.BLUE, markersize=3, alpha=0.3)
    axis.plot(*flat[:, [i, j]].mean(axis=0), "+", color=plots.ORANGE, markersize=18, markeredgewidth=3)
    axis.set(xlabel=f"activation of channel {i}", ylabel=f"activation of channel {j}", xlim=(0, None), ylim=(0, None),
             title=f"angle {angles[i, j]:.0f}°, correlation {correlation[i, j]:.2f}".replace("-", "−"))
plots.show(figure, "Three pairs of channels, with a dot for every seventh position and a cross at the mean. The angle "
           "is measured from the corner (0, 0), the correlation from the cross. Left: both rise together. Middle: a "
           "small angle with a weak correlation. Right: an angle below 90° although one falls as the other rises.",
           folded="Choose first, then open")

# %%
for i, j in chosen:
    print(f"channels {i} and {j}: angle {angles[i, j]:.0f}°, correlation {correlation[i, j]:.2f}")

# %% tags=["check"]
assert correlation[15, 25] > 0.8 and correlation[3, 14] < 0.5 and angles[3, 14] < 40
assert correlation[15, 31] < -0.6 and angles[15, 31] < 85

# %% [markdown]
# The first pair agrees by either measure, at an angle of 13° and with a correlation of 0.91. The third has an angle of
# 74°, and a *negative* correlation of −0.79: one of the channels responds where the other does not, which the dots
# show at once and the sign of $G_{ij}$ hides. The middle pair, at 33°, is a second warning, for its correlation is
# only 0.36. Most of its small angle comes from the means of the two maps, which are large compared with their
# variation. The angle is measured from the origin, a covariance from the mean of the cloud, that is, after the mean
# $\bar F$ of each map has been subtracted:
#
# $$\text{covariance: } G/M \text{ of } F - \bar F, \qquad \text{correlation: } G/M \text{ of } (F-\bar F)/\sigma .$$
#
# The second is what per-channel standardization ($z$-scores) does. The course's paper seems to ask for it in step 2
# of its section 4.1: “得到抽象出来的内容以及风格特征信息并进行标准化” (“obtain the abstracted content and style
# features, and standardize them”). It does not say over what; if each channel is meant, its Gram matrix divided by
# $M$ is a matrix of correlations.

# %%
z = (flat - flat.mean(axis=0)) / flat.std(axis=0)
print(f"G/M of z-scores against np.corrcoef: largest difference {np.abs(z.T @ z / len(z) - correlation).max():.3f}")

# %% tags=["check"]
assert np.abs(z.T @ z / len(z) - correlation).max() < 1e-6

# %% [markdown]
# So Gatys' Gram matrix is neither a correlation nor a covariance, but a matrix of *uncentered second moments*: means of
# products of two activations, from which no mean was subtracted before. Section 7 looks whether that matters for a
# texture. First choose any entry yourself: two sliders pick its row and its column (the colours of the matrix grow with
# the root of its entries). Tick *shuffle all positions* and watch which panels change.

# %%
from nst_helpers.widgets.gram import gram_explorer

gram_explorer()

# %% [markdown]
# When the positions are shuffled, both maps and their product turn into noise, while the cloud, the angle and the
# whole matrix stay as they are; section 5 goes on from there. (The widget takes the painting at another size than the
# figure, so its angles differ by a degree.)
#
# ### Exercise 1: mend a Gram matrix
#
# PyTorch stores feature maps as (channels, height, width). The function below was written for TensorFlow's order,
# adapted in a hurry, and raises no error; similar code can be found in public repositories. It shall return $G/M$,
# of the shape (channels, channels), for one array `features` of the shape (channels, height, width).

# %% tags=["exercise"]
def gram_channels_first(features):
    channels, height, width = features.shape
    flat = features.reshape(height * width, channels)
    return flat.T @ flat / (height * width)

# %% tags=["solution"]
def gram_channels_first(features):
    channels, height, width = features.shape
    flat = features.reshape(channels, height * width)  # a map is a row; reshape deals out numbers, it turns no axes
    return flat @ flat.T / (height * width)

# %%
exercises.check("04-channels-first", gram_channels_first)

# %% [markdown]
# ### Exercise 2: from G to the correlation
#
# Somebody gives you three entries of $G/M$, which we call `g_ij`, `g_ii` and `g_jj`, and the means `m_i` and `m_j`
# of the two channels, but not the maps. Derive the correlation of channels $i$ and $j$. Give it as text, a Python
# expression of these five names, as in `"g_ij * sqrt(m_i)"`.

# %% tags=["exercise"]
correlation_formula = ...  # your formula, in quotation marks

# %% tags=["solution"]
# Multiplied out, the mean of (F_i − m_i)(F_j − m_j) is g_ij − m_i m_j, the covariance; with i = j it is a variance.
correlation_formula = "(g_ij - m_i * m_j) / sqrt((g_ii - m_i**2) * (g_jj - m_j**2))"

# %%
exercises.check("04-correlation", correlation_formula)

# %% [markdown]
# ## 4. What does k count?
#
# The course's paper has the same formula and explains it thus: “其中 i 和 j 分别代表某个通道, k 为总通道数” (“where
# $i$ and $j$ each stand for a channel, and $k$ is the total number of channels”). One can see how the slip came
# about, for the result is a table of channels by channels. But a summed index vanishes from the result, and the
# others make its axes. So we can find out by summing over the one and over the other, for two pictures of different
# size.

# %%
for image in (piece_a[:96, :96], piece_a[:48, :96]):
    features = maps_of(image, "conv2_1")
    flat = features.reshape(-1, features.shape[-1])
    print(f"picture {image.shape[:2]}: M = {len(flat)}, N = {flat.shape[1]}; "
          f"k over positions {(flat.T @ flat).shape}, k over channels {(flat @ flat.T).shape}")
print(f"k over channels, conv1_1 of a 512×512 picture: {(512 * 512) ** 2 * 4 / 1e9:.0f} gigabytes")

# %% tags=["check"]
assert (flat.T @ flat).shape == (32, 32) and (flat @ flat.T).shape == (len(flat), len(flat))

# %% [markdown]
# If $k$ ran over channels, the table would have a row for each position. Two pictures of different size could not
# be compared at all, and a single picture of 512 × 512 would need 275 gigabytes. With $k$ over positions the table
# is 32 × 32 for every picture. So **$k$ runs from 1 to $M$, the number of positions**, as the course's paper's own
# words just before the formula imply: it flattens each channel into a vector and multiplies these vectors with each
# other.
#
# ## 5. What G forgets
#
# A sum does not depend on the order of its terms. Shuffle the positions of all maps in the same way, and every map is
# destroyed, but each point of the cloud is still there.

# %%
def change(before, after):
    """The length of the difference, as a share of the length of what there was before."""
    return np.sqrt(np.sum((after - before) ** 2) / np.sum(before**2))

flat = network(night, "conv2_1")["conv2_1"].numpy().reshape(-1, 32)  # float32, as in every network
shuffled = np.random.default_rng(0).permutation(flat)
moved = change(flat, shuffled), change(flat.T @ flat, shuffled.T @ shuffled)
print(f"the maps change by {100 * moved[0]:.0f} %, G changes by {100 * moved[1]:.3f} %")

# %% tags=["check"]
assert moved[0] > 0.5 and moved[1] < 1e-5

# %% [markdown]
# The maps change by about as much as they are large (both measured as the root of a sum of squares), and $G$ by less
# than one part in 100,000, which is the rounding of sums taken in another order. That is what “G forgets where” means,
# exactly and provably. It is tempting to conclude that $G$ would not notice a shuffled *picture* either.

# %%
exercises.predict("04-squares", "We cut the painting into squares, shuffle them and put the new picture through the "
                  "network: squares of 96 pixels, of 32, of 8, of one. For which does the Gram matrix of conv3_1 "
                  "change by more than half of its length?", {
    "for none: G forgets where things are": "G forgets where a point of the cloud came from. But shuffling pixels "
                                            "changes what the network sees at each position, and so the points.",
    "for 8 pixels and for one": "A position of conv3_1 sees 24 pixels. Larger squares leave some windows without a "
                                "seam, much larger ones most of them; smaller squares put a seam into every window.",
    "for all: the picture is destroyed": "Destroyed for us, who look for a landscape. The strokes inside a large "
                                         "square are whole, and most positions see nothing else."},
                  right="for 8 pixels and for one")

# %% tags=["figure"]
def shuffle_squares(image, size, seed=0):
    """Cut a picture into squares and put them together in another order."""
    rows, columns = image.shape[0] // size, image.shape[1] // size
    squares = image.reshape(rows, size, columns, size, 3).swapaxes(1, 2).reshape(-1, size, size, 3)
    squares = np.random.default_rng(seed).permutation(squares)
    return squares.reshape(rows, columns, size, size, 3).swapaxes(1, 2).reshape(image.shape)

before = gram(night, "conv3_1")
mixed = {size: shuffle_squares(night, size) for size in (96, 32, 8, 1)}
moved = {size: 100 * change(before, gram(image, "conv3_1")) for size, image in mixed.items()}
figure, axes = plots.subplots(2, 2, size=(7.2, 7.6))
for axis, (size, image) in zip(axes.ravel(), mixed.items(), strict=True):
    plots.draw_image(axis, image, f"squares of {size} pixels: G changes by {moved[size]:.0f} %", smooth=size > 1)
plots.show(figure, "The night painting, cut into squares of 96, 32, 8 and 1 pixels and shuffled. Large squares keep "
           "the brush strokes, squares of 8 pixels leave crumbs, single pixels leave coloured noise.", photo=True,
           folded="Choose first, then open")

# %%
for size in mixed:
    print(f"squares of {size:2} pixels: G of conv3_1 changes by {moved[size]:.0f} %")

# %% tags=["check"]
assert moved[32] < 50 < moved[8] and np.all(np.diff(list(moved.values())) > 0)

# %% [markdown]
# Squares of 96 pixels may trade places at little cost, 11 %, because the strokes inside them stay whole and only
# the seams are new. Squares of 32 pixels cost 36 %. At 8 pixels every window of the network contains seams, edges
# that the painting does not have, and $G$ moves by more than its own length; single pixels are noise, to which
# quite other channels respond. So $G$ forgets where a position is, and keeps what the network saw there, within its
# receptive field (lesson 02).
#
# That has a consequence which is easily overlooked. A position of conv5_1 sees 156 pixels. If the picture is smaller
# than that, each position sees most of it, together with the zero padding that tells where the border is, and then
# little is forgotten. To measure it, we move the painting by half its width and height, so that what leaves on one
# side comes back on the other. Every object is kept; what changes are places, and the two seams where opposite borders
# meet, which also count in the percentages below.

# %%
for size in (64, 320, 640):
    small = resize_image(painting("autumn_impasto"), size, size)
    rolled = np.roll(small, (size // 2, size // 2), axis=(0, 1))
    share = {layer: 100 * change(gram(small, layer), gram(rolled, layer)) for layer in ("conv2_1", "conv5_1")}
    print(f"{size} pixels, moved by half: G of conv2_1 changes by {share['conv2_1']:.0f} %, "
          f"of conv5_1 by {share['conv5_1']:.0f} %")

# %% tags=["figure"]
def stored(style, statistic):
    """A texture that was computed before, by `make runs`: 320 pixels, 200 steps of L-BFGS."""
    return load_image(data_folder() / "textures" / f"{style}_{statistic}.webp")

plots.show_images([painting("autumn_impasto", 320), stored("autumn_impasto", "gram_one_size"),
                   stored("autumn_impasto", "gram")],
                  ["the painting", "G, at 320 pixels only", "G, from 57 to 320 pixels"],
                  "Textures made from noise by lowering the distance of their Gram matrices in five layers to the "
                  "painting's, in 200 steps each. Middle: at one size, with trees and leaves anywhere. Right: grown "
                  "from a tiny picture; the avenue has come back in its place.", photo=True)

# %% tags=["check"]
assert 6 < share["conv5_1"] < 10 and share["conv2_1"] < 3

# %% [markdown]
# At 64 pixels the move changes $G$ of conv5_1 by 47 %, at 640 pixels by 8 %. The textures show what that does. Lesson
# 05 will explain how one is made; here it is enough that each began as noise and was changed, step by step, until its
# Gram matrices nearly agreed with the painting's. Made at 320 pixels only, it has the painting's trees in no order.
# Grown from 57 pixels, where the deep layers see everything at once, it has the avenue, the light at its end and the
# tall tree on the right. So “the Gram matrix holds style without content” is true of small windows in a large picture
# only.
#
# ### Exercise 3: what does G not notice?
#
# We change the autumn painting, at 320 pixels, before it enters the network. Which of these changes move $G/M$ of
# conv2_1 by less than 10 %? Answer with letters, as in `"a, b"`; there may be several. Reason first; then measure,
# with `gram` and `change`.
#
# - a: turned by 90°
# - b: shrunk to half its size
# - c: turned by 180°
# - d: blurred, each pixel replaced by the mean of the 3 × 3 pixels around it
# - e: mirrored, left to right

# %% tags=["exercise"]
unnoticed = ...  # letters in quotation marks

# %% tags=["solution"]
autumn = resize_image(painting("autumn_impasto"), 320, 320)
blurred = np.mean([np.roll(autumn, (i, j), axis=(0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)], axis=0)
changed = {"a": np.rot90(autumn), "b": resize_image(autumn, 160, 160), "c": autumn[::-1, ::-1], "d": blurred,
           "e": autumn[:, ::-1]}
for letter, image in changed.items():
    print(f"{letter}: {100 * change(gram(autumn, 'conv2_1'), gram(image, 'conv2_1')):.0f} %")
unnoticed = "c, e"

# %%
exercises.check("04-unnoticed", unnoticed)

# %% [markdown]
# ## 6. A distribution, compared by a kernel
#
# The cloud of section 3 has no order, and $G/M$ is a mean over it. That is the language of statistics: the positions
# are *samples*, points drawn from a distribution over the space of channels, and $G/M$ holds its second moments. Li,
# Wang, Liu and Hou (2017) saw what this means for the style loss. Two pictures give two clouds:
#
# | picture | points | a coordinate | Gram matrix |
# |---|---|---|---|
# | the new one | $x_1 \dots x_M$ | $x_{ki}$ | $G$ |
# | the style | $y_1 \dots y_{M'}$ | $y_{li}$ | $S$ |
#
# Begin with one point each, $x = (1, 2)$ and $y = (3, 1)$. Their matrices have the entries $1, 2, 2, 4$ and $9, 3, 3,
# 1$, so the sum of the products of entries is $9 + 6 + 6 + 4 = 25$; and that is $(x \cdot y)^2 = (3 + 2)^2$. It holds
# for any two clouds:
#
# $$\sum_{i,j} G_{ij} S_{ij} = \sum_{i,j} \sum_{k,l} x_{ki} x_{kj}\, y_{li} y_{lj}
#   = \sum_{k,l} \Big(\sum_i x_{ki} y_{li}\Big)\Big(\sum_j x_{kj} y_{lj}\Big) = \sum_{k,l} (x_k \cdot y_l)^2 .$$
#
# The square of $G/M - S/M'$ has three terms: $G$ times $G$, $S$ times $S$, and twice $G$ times $S$. Each is a sum like
# the one above, and so the squared distance of two Gram matrices becomes three means over *pairs of positions* ($k$ and
# $k'$ both of $X$, $l$ and $l'$ both of $Y$, or one of each), with the number $q(x, y) = (x \cdot y)^2$ for each pair:
#
# $$\Big\lVert \frac{G}{M} - \frac{S}{M'} \Big\rVert^2 = \operatorname{mean}_{k,k'} q(x_k, x_{k'})
#   + \operatorname{mean}_{l,l'} q(y_l, y_{l'}) - 2 \operatorname{mean}_{k,l} q(x_k, y_l).$$
#
# In statistics a function like $q$, which says how alike two points are, is called a **kernel**. It has only the name
# in common with the kernels of lesson 01, which slide over a picture, and so it gets a letter of its own.
#
# The right side has a name. It is the (squared) **maximum mean discrepancy** between the two samples, a standard
# test of whether two clouds come from one distribution (Gretton and others, 2012). Here are both sides for A and C.

# %%
def discrepancy(x, y, kernel):
    """The squared maximum mean discrepancy of two clouds, (positions, channels) each."""
    return kernel(x @ x.T).mean() + kernel(y @ y.T).mean() - 2 * kernel(x @ y.T).mean()

x, y = (maps_of(piece, "conv4_1").reshape(-1, 128) for piece in (piece_a, piece_c))
gram_side = np.sum((x.T @ x / len(x) - y.T @ y / len(y)) ** 2)
mean_side = np.sum((x.mean(axis=0) - y.mean(axis=0)) ** 2)
pairs_squared, pairs_linear = discrepancy(x, y, np.square), discrepancy(x, y, lambda product: product)
print(f"kernel (x·y)²: over pairs of positions {pairs_squared:.3g}, by Gram matrices {gram_side:.3g}")
print(f"kernel  x·y:   over pairs of positions {pairs_linear:.3g}, by means {mean_side:.3g}")

# %% tags=["check"]
assert np.isclose(pairs_squared, gram_side, rtol=1e-6) and np.isclose(pairs_linear, mean_side, rtol=1e-6)

# %% [markdown]
# Both sides agree. To match Gram matrices therefore *is* to match distributions, as far as a quadratic kernel can tell
# them apart. The second line is the simplest relative: with the kernel $x \cdot y$ the discrepancy is the squared
# distance of the two means. This view also says what to look out for: clouds that a kernel cannot tell apart. For the
# quadratic one they are easy to find.

# %% tags=["figure"]
plots.show(two_clouds(), "Two clouds of eight positions in two channels; the numbers say how many positions fall on a "
           "point. Both have the mean (2, 2), the same deviations and the same Gram matrix.")

# %%
cloud_p = np.array([[3, 1]] * 4 + [[1, 3]] * 4)
cloud_q = np.array([[2, 2]] * 6 + [[4, 0], [0, 4]])
for cloud in (cloud_p, cloud_q):
    print("G / M:", (cloud.T @ cloud / 8).tolist(), " mean:", cloud.mean(axis=0), " deviation:", cloud.std(axis=0))

# %% tags=["check"]
assert np.array_equal(cloud_p.T @ cloud_p, cloud_q.T @ cloud_q)
assert np.mean(np.square([1, 7])) == 5**2
assert abs(discrepancy(cloud_p, cloud_q, lambda product: product**4)) > 10
assert np.sqrt(np.mean((np.sort(cloud_p[:, 0]) - np.sort(cloud_q[:, 0])) ** 2)) == 1
assert set(cloud_p.sum(axis=1)) == set(cloud_q.sum(axis=1)) == {4}

# %% [markdown]
# In P one channel is always three times as strong as the other; in Q both are mostly equal, and at two of eight
# positions one is alone. No style loss built on the $G$ of this layer can prefer the one to the other. Risser, Wilmot
# and Barnes (2017) describe a confusion of this kind, simpler still: an even 5, say, has the same mean square as a
# mixture of 1 and 7 in equal parts, $\tfrac12(1 + 49) = 25$, although mean and deviation differ. They add the
# *histograms* of the activations to the loss.
#
# A measure that sees the difference compares sorted lists. Here are the eight activations of channel 0:
#
# | cloud | channel 0, sorted |
# |---|---|
# | P | 1 1 1 1 3 3 3 3 |
# | Q | 0 2 2 2 2 2 2 4 |
#
# Rank by rank they differ by 1, so the root of the mean squared difference is 1. A sorted list holds all *quantiles*:
# the smallest value, the middle one, the largest, and those between. A single direction may still see no difference, as
# the diagonal does here, where the two activations sum to 4 at all sixteen positions. The **sliced Wasserstein
# distance** (Rabin and others, 2011) therefore projects both clouds onto many random directions, sorts along each, and
# takes the root mean square of all differences.
#
# ## 7. How much does a style need?
#
# Do Gram matrices perhaps also keep more than is needed? Over the five layers used here they hold 19,256 different
# numbers, and the means and standard deviations of the channels 736, which is 4 %. Li and others report that styles
# transferred with the latter look about as good.

# %%
exercises.predict("04-moments", "Two textures are made from one noise, in 200 steps each. One run lowers the distance "
                  "from the painting in the means and deviations of all channels, the other that in the Gram matrices. "
                  "Then the sliced distance in another network measures how far each has come on the way from noise to "
                  "painting. How far did means and deviations get, compared with Gram matrices?", {
    "about a twentieth as far": "They are a twenty-sixth of the numbers, but numbers are not all worth the same.",
    "about half as far": "They say nothing about pairs, so one could expect that. But even the means alone come 86 to "
                         "97 % as far.",
    "more than nine tenths as far": "Between 93 % and 99 % as far, in four styles. That holds for 200 steps; neither "
                                    "texture is converged then."},
    right="more than nine tenths as far")

# %% tags=["figure"]
seen = {"marbling": "Both have its colours and its curls, and jagged streaks where the painting has smooth combs. From "
                    "736 numbers (middle) more of the streaks are broken; from 19,256 (right) the curls are rounder.",
        "woodcut": "Both keep the sun in its place and fine lines in sky and water. From Gram matrices (right) hills "
                   "with outlines stand beside the sun, as in the painting; from means and deviations their "
                   "outlines are weaker and broken."}
for name, caption in seen.items():
    plots.show_images([painting(name, 320), stored(name, "moments"), stored(name, "gram")],
                      [name, "from means and deviations", "from Gram matrices"], caption, photo=True,
                      folded="Choose first, then open")

# %% [markdown]
# All textures were computed beforehand (`make runs`) by L-BFGS, an optimizer of lesson 10, with a little total
# variation ([lesson 06](06_total_variation.ipynb)) in the sum, and with the loss of each layer scaled to begin at the
# same value. The 200 steps are divided among six sizes from 57 to 320 pixels, and only 12 of them are made at the last
# one. What is compared here is therefore equal work, and not what either description leads to in the end. The measure
# should be one that no run has lowered: we take the sliced Wasserstein distance in the maps of another network,
# `plain`, which has other weights.

# %%
from nst_helpers.experiments.statistics import sliced_distance

other = load_network("plain")

def other_maps(image):
    """The feature maps of a picture in a network that has made none of the textures."""
    return {layer: maps.numpy() for layer, maps in other(image, layers).items()}

def from_painting(image, style_maps):
    """How far a picture is from a painting's maps: the mean over five layers."""
    return np.mean([sliced_distance(maps, style_maps[layer]) for layer, maps in other_maps(image).items()])

# %%
styles = ["marbling", "woodcut", "pointillist", "autumn_impasto"]
kept = {"means": "means only", "moments": "means and deviations", "gram": "Gram matrices"}
share = {text: [] for text in (*kept.values(), "two halves of the painting")}
for name in styles:
    whole = painting(name, 320)
    goal = other_maps(whole)
    start = from_painting(noise_image(320, 320, 0), goal)
    for statistic, text in kept.items():
        share[text].append(100 * from_painting(stored(name, statistic), goal) / start)
    share["two halves of the painting"].append(100 * from_painting(whole[:, :160], other_maps(whole[:, 160:])) / start)

# %% tags=["figure"]
figure, axes = plots.subplots(size=(9, 4.2))
for number, (text, values) in enumerate(share.items()):
    axes.bar(np.arange(4) + 0.2 * number - 0.3, values, 0.18, label=text, color=(*plots.COLORS[:3], "0.6")[number])
axes.set(xticks=range(4), xticklabels=[name.replace("_", " ") for name in styles], ylim=(0, 62),
         ylabel="distance left, in %\nof the noise's distance",
         title="How far is each texture from its painting, for another network?")
axes.legend(ncols=2, loc="upper right")
plots.show(figure, "Distance between each texture and its painting, in per cent of the distance at which the noise "
           "began. Grey: how far the painting's left half is from its right half. The three statistics lie close "
           "together, Gram matrices lowest.", folded="Choose first, then open")

# %%
from nst_helpers.names import named

for text, values in share.items():
    each = (f"{named(name)} {value:.0f} %" for name, value in zip(styles, values, strict=True))
    print(f"{named(text):27}", "  ".join(each))
way = {text: 100 - np.array(share[text]) for text in kept.values()}  # from noise to painting, in %
for text in ("means only", "means and deviations"):
    parts = 100 * way[text] / way["Gram matrices"]
    print(f"{text} get {', '.join(f'{part:.0f} %' for part in parts)} as far as Gram matrices")
told = {statistic: json.loads((data_folder() / "textures" / f"marbling_{statistic}.json").read_text())["losses"]
        for statistic in ("moments", "gram")}
for statistic, losses_told in told.items():
    print(f"marbling, {named(statistic)}: {losses_told[-1] / losses_told[0]:.1e} of the first loss left, "
          f"in the last 6 steps down by {100 * (1 - losses_told[-1] / losses_told[-7]):.0f} %")

# %% tags=["check"]
assert np.all(parts > 90) and np.all(parts < 100)
assert np.mean(share["means only"]) > np.mean(share["means and deviations"]) > np.mean(share["Gram matrices"])
entries = {layer: network.channels(layer) for layer in layers}
assert sum(n * (n + 1) // 2 for n in entries.values()) == 19256 and 2 * sum(entries.values()) == 736

# %% [markdown]
# For 200 steps the finding of Li and others holds here as well: with 4 % of the numbers, means and deviations bring the
# noise 93 to 99 % as far as Gram matrices do. But where would it have to arrive? Two halves of one painting are not at
# distance 0 from each other, so a texture that is as near as they are has nothing left to gain. For the marbling the
# halves lie at 28 %, the Gram texture at 33 % and the other at 38 %, so that pairs of channels halve what is left,
# from 10 points to 5.
#
# Neither of these two, how far the noise has come and how far it had to go, is certain to a few per cent. One noise was
# used, both losses were still falling in the last steps, as the last two lines tell, and this distance rewards the
# layout that comes back when a texture grows from a tiny picture (section 5): the pointillist and the autumn texture
# are nearer to their painting than its two halves are to each other.
#
# Try it live, small: choose a style and a statistic, among them the covariances and the correlations of section 3.

# %%
from nst_helpers.experiments.statistics import texture_from
from nst_helpers.experiments.texture import texture_settings

style, statistic = "pointillist", "moments"  # or: means, gram, covariances, correlations
image, history = texture_from(statistic, painting(style), texture_settings(160, iterations=60))
print(f"{len(history)} steps lower the loss of the style by ≈ {np.log10(history[0] / history[-1]):.1f} powers of ten")

# %% tags=["figure"]
figure, axes = plots.subplots(1, 2, size=(6.4, 3.7))
plots.draw_image(axes[0], resize_image(painting(style), 160, 160), style, smooth=True)
plots.draw_image(axes[1], image, f"live, from {statistic}", smooth=True)
plots.show(figure, f"Left the style picture at 160 pixels, right what 60 steps at up to this size make from its "
                   f"{named(statistic)}: patches of its colours, some upright and dark like its trees. Its dots "
                   "are lost, and so are its figures.", photo=True)

# %% tags=["check"]
assert history[-1] < 0.1 * history[0]

# %% [markdown]
# Section 3 left a question open: does it matter that Gatys' matrix keeps the means of the channels? Multiplied out, the
# mean product of $F_i - \bar F_i$ and $F_j - \bar F_j$ is
#
# $$\text{covariance}_{ij} = \frac{G_{ij}}{M} - \bar F_i\, \bar F_j ,$$
#
# so $G$ and the means together hold the covariances. For the autumn painting, here are the textures from covariances,
# which have forgotten the means, and from correlations, which have forgotten the deviations too.

# %% tags=["figure"]
autumn = painting("autumn_impasto", 320)
variants = ("gram", "covariances", "correlations")
plots.show_images([stored("autumn_impasto", statistic) for statistic in variants],
                  ["G / M", "centered: covariances", "z-scores: correlations"],
                  "Three textures from the autumn painting, from one noise: by Gram matrices, by covariances and by "
                  "correlations. All three have its colours, its trunks and even the avenue; they can hardly be "
                  "told apart.",
                  photo=True)

# %%
goal = other_maps(autumn)
start = from_painting(noise_image(320, 320, 0), goal)
left = {statistic: 100 * from_painting(stored("autumn_impasto", statistic), goal) / start for statistic in variants}
print("distance left, in % of noise's:", ", ".join(f"{named(name)} {value:.0f} %" for name, value in left.items()))

# %% tags=["check"]
assert max(left.values()) < 1.5 * min(left.values()) and max(left.values()) < 40

# %% [markdown]
# Covariances do not know the means, so we might have expected wrong colours, and see none. So it does not matter
# visibly for this painting, this network and 200 steps over six sizes; for other paintings it has not been tested.
#
# ### Exercise 4: repaint a picture by one matrix
#
# A picture is a cloud too: its pixels are positions, and red, green and blue are three channels. Give the woodcut the
# colours of the marbling without moving a line: find one 3 × 3 matrix $A$ such that the pixels $XA$ have the marbling's
# $G/M$, a 3 × 3 matrix. Start from what $G$ becomes when $X$ becomes $XA$. `repainted` shall be an array of the
# woodcut's shape, (320, 320, 3). You will need a matrix $R$ with $R^T R = G/M$: `np.linalg.cholesky` leads to a
# triangular one, `np.linalg.eigh` to a symmetric one.

# %%
woodcut, marbling = painting("woodcut", 320), painting("marbling", 320)

# %% tags=["exercise"]
repainted = ...  # an array (320, 320, 3); values a little outside 0–255 are fine

# %% tags=["solution"]
def root(matrix, power):
    values, vectors = np.linalg.eigh(matrix)
    return vectors * values**power @ vectors.T

# The Gram matrix of XA is Aᵀ(XᵀX)A. With A = G^(−½) S^(½) it is S^(½) G^(−½) G G^(−½) S^(½) = S.
ours, wanted = (gram_matmul(image.astype(float)) / image[..., 0].size for image in (woodcut, marbling))
repainted = woodcut @ root(ours, -0.5) @ root(wanted, 0.5)

# %%
exercises.check("04-colors", repainted)

# %% [markdown]
# ## 8. Can it tell the pictures apart?
#
# For a harder test than that of section 2, cut each of the eight paintings into 16 pieces, 128 in all. Take each piece
# in turn and find its nearest neighbour among the other 127: is it from the same painting? Guessing is right in 15 of
# 127 cases, or 12 %.

# %%
pieces = [whole[top:top + 96, left:left + 96] for whole in (painting(name, 384) for name in names)
          for top in range(0, 384, 96) for left in range(0, 384, 96)]
whole_of = np.repeat(np.arange(8), 16)  # which painting a piece was cut from

def hits(values):
    """For each piece: is the nearest other one, by the squared difference of these values, of the same painting?"""
    far = distances(values)
    np.fill_diagonal(far, np.inf)  # not itself
    return whole_of[far.argmin(axis=1)] == whole_of

# %%
def percent_right(values):
    return 100 * np.mean(hits(values))

all_maps = [network(piece, layers) for piece in pieces]
right = {layer: {"place by place": percent_right([maps[layer] for maps in all_maps]),
                 "Gram matrices": percent_right([losses.gram_matrix(maps[layer]) for maps in all_maps]),
                 "channel means": percent_right([np.mean(maps[layer], axis=(0, 1)) for maps in all_maps])}
         for layer in layers}
pixels, colors = percent_right(pieces), percent_right([piece.mean(axis=(0, 1)) for piece in pieces])
print(f"pixels {pixels:.0f} %, mean colour {colors:.0f} %")
for layer in layers:
    print(f"{layer}:", ", ".join(f"{way} {percent:.0f} %" for way, percent in right[layer].items()))

# %% tags=["figure"]
figure, axes = plots.subplots(size=(9, 4.2))
for number, way in enumerate(right["conv1_1"]):
    axes.bar(np.arange(5) + 0.26 * number - 0.26, [right[layer][way] for layer in layers], 0.24, label=way,
             color=(plots.SKY, plots.ORANGE, plots.BLUE)[number])
for text, percent in {"pixels": pixels, "mean colour": colors, "guessing": 100 * 15 / 127}.items():
    axes.plot([-0.5, 4.5], [percent, percent], color="0.4", linestyle="--", linewidth=1.2)
    axes.text(4.54, percent, text, color="0.3", va="center")
axes.set(xticks=range(5), xticklabels=layers, ylabel="nearest piece is of\nthe same painting, in %", ylim=(0, 100),
         yticks=range(0, 101, 20), xlim=(-0.5, 5.3))
axes.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.43, 1.0), frameon=False)
plots.show(figure, "How often the nearest of 127 other pieces is of the same painting. The same feature maps do badly "
           "when they are compared place by place, and well by what they have in common over all positions.")

# %% tags=["check"]
assert all(right[layer]["Gram matrices"] > right[layer]["place by place"] + 15 for layer in layers)
assert pixels < 45 and right["conv3_1"]["Gram matrices"] > 70 and right["conv3_1"]["channel means"] > 60

# %% [markdown]
# The decisive comparison is between the first two bars of a group. Both come from the same maps, so what helps is to
# forget the place. The third bars agree with section 7: means forget it just as well, and tell paintings apart about
# as often (76 to 95 % against 84 to 95 %). Mean colour by itself is right more often than the pixels, so let us take
# the colour away, together with differences in brightness and contrast.

# %%
def without_color(image):
    """Grey, with the mean 128 and the deviation 50."""
    grey = image.mean(axis=2)
    grey = 128 + 50 * (grey - grey.mean()) / (grey.std() + 1e-6)
    return np.repeat(grey[:, :, None], 3, axis=2).astype(np.float32)

grey_pieces = [without_color(piece) for piece in pieces]
grey_maps = [network(piece, "conv3_1")["conv3_1"] for piece in grey_pieces]
grey_right = {"pixels": percent_right(grey_pieces),
              "Gram matrices": percent_right([losses.gram_matrix(maps) for maps in grey_maps]),
              "channel means": percent_right([np.mean(maps, axis=(0, 1)) for maps in grey_maps])}
print("grey, conv3_1:", ", ".join(f"{way} {percent:.0f} %" for way, percent in grey_right.items()))

# %% [markdown]
# Now the Gram matrices are ahead, but 128 pieces are few. How certain is a difference of some points? The *bootstrap*
# draws 128 of the pieces with replacement, two thousand times, and looks how much the difference varies.

# %%
def advantage(maps_of_pieces):
    """Points by which Gram matrices beat channel means, and between what it lies in 95 % of the draws."""
    by_gram = hits([losses.gram_matrix(maps) for maps in maps_of_pieces])
    by_means = hits([np.mean(maps, axis=(0, 1)) for maps in maps_of_pieces])
    each = 100.0 * by_gram - 100.0 * by_means
    draws = np.random.default_rng(0).integers(0, len(each), (2000, len(each)))
    return each.mean(), *np.quantile(each[draws].mean(axis=1), [0.025, 0.975])

with_color = advantage([maps["conv3_1"] for maps in all_maps])
without = advantage(grey_maps)
for name, (points, low, high) in {"with colour": with_color, "grey": without}.items():
    print(f"conv3_1, {named(name)}: Gram matrices {points:+.0f} points, 95 % of the draws {low:+.0f} to {high:+.0f}")

# %% tags=["check"]
assert grey_right["Gram matrices"] > 50 and grey_right["pixels"] < 25 and grey_right["channel means"] > 50
assert with_color[1] < 0 < with_color[2] and without[1] > 1

# %% [markdown]
# With colour the three points between means and Gram matrices are within chance (−8 to +1). Without it the pixels are
# right for 14 %, little better than guessing, and the Gram matrices of conv3_1 for 77 %, nine points more than the
# channel means (+4 to +16). Where colours give nothing away, pairs of channels do tell more than the channels one by
# one. But each painting is a single picture, whose pieces share their subject as well as their manner and are not
# independent; to separate the two, each program would have to draw several.
#
# ### Investigation: where does a style begin?
#
# Choose a style and make textures from it with the function of section 7, with the Gram matrices of conv1_1 only, of
# conv1_1 to conv3_1, and of all five layers (`texture_settings(128, style_layers={"conv1_1": 1})`). Say beforehand from
# which set on you will recognize the painting. Then measure each with `from_painting(texture,
# other_maps(painting(style, 128)))`, and find out whether your eye and the measure agree. Write a paragraph with a
# figure.

# %% [markdown] tags=["solution"]
# **What a good answer contains.** (1) A prediction, written before the runs. (2) Textures that differ in the layers
# only: one noise, one size, the same steps. (3) Noise and a second piece of the same painting as the two ends of
# the scale. (4) More than one style, or a sentence on why one cannot be generalized. (5) A case in which eye and
# measure disagree, and a reason: `from_painting` weighs five layers alike, while the eye weighs long lines and
# faces more. Gatys and others (2015) show such a series for VGG-19: from one layer coloured noise, and
# larger structures with each further one.

# %% [markdown]
# ## What we found
#
# A Gram matrix is the sum of products of two maps over all positions; $k$ counts positions, not channels, since the
# other sum would need 275 gigabytes for one picture of 512 × 512. For the three pieces of the opening it reverses the
# ranking by pixels, and over 2,688 triples it is right in 90 % (pixels: 58 %). $G$ is an uncentered second moment,
# neither a correlation (two channels at 74° correlate with −0.79) nor a covariance, although for one painting textures
# made from those look the same. Shuffled positions leave $G$ as it is; a painting moved by half its size changes $G$ of
# conv5_1 by 8 % at 640 pixels and by 47 % at 64, where the composition has not been forgotten.
#
# To match Gram matrices is to match distributions by the quadratic kernel $(x \cdot y)^2$. There are clouds that it
# cannot tell apart, and a simpler statistic that comes close: in four styles, after 200 steps and far from convergence,
# means and deviations had brought the noise 93 to 99 % as far towards the painting as Gram matrices. Of 128 pieces of
# eight paintings, the Gram matrices of conv3_1 assign 88 % to the right painting and the channel means 91 %; without
# colour it is 77 % and 67 %.

# %% [markdown]
# ## Where this is used
#
# In [11 Full transfer](11_full_transfer.ipynb) the style of a painting *is* five such matrices, one for each of
# five layers: once they are computed, the painting could be thrown away. The picture grows over several sizes
# there, so the caution of section 5 applies, and the content loss decides what stands where. As *bilinear pooling*
# (Lin, RoyChowdhury and Maji, 2015) the same sum of products helps networks to tell species of birds apart.
#
# ## Sources and further reading
#
# - Portilla, J., Simoncelli, E. (2000): A Parametric Texture Model Based on Joint Statistics of Complex Wavelet
#   Coefficients. Pairs of filters before there were trained ones, after Julesz (1962): Visual Pattern Discrimination,
#   and Heeger and Bergen (1995): Pyramid-Based Texture Analysis/Synthesis.
# - Gatys, L., Ecker, A., Bethge, M. (2015): Texture Synthesis Using Convolutional Neural Networks. Where Gram
#   matrices of feature maps come from; in 2016 they became the style of a painting.
# - Li, Y., Wang, N., Liu, J., Hou, X. (2017): Demystifying Neural Style Transfer. The proof of section 6, and style
#   from means and deviations.
# - Gretton, A., Borgwardt, K., Rasch, M., Schölkopf, B., Smola, A. (2012): A Kernel Two-Sample Test. Maximum mean
#   discrepancy in full.
# - Risser, E., Wilmot, P., Barnes, C. (2017): Stable and Controllable Neural Texture Synthesis and Style Transfer
#   Using Histogram Losses. What $G$ confuses, and a remedy.
# - Rabin, J., Peyré, G., Delon, J., Bernot, M. (2011): Wasserstein Barycenter and its Application to Texture Mixing.
#   The sliced distance.
# - Heitz, E., Vanhoey, K., Chambon, T., Belcour, L. (2021): A Sliced Wasserstein Loss for Neural Texture Synthesis.
#   Our measure as a loss.
#
# ## Next
#
# **[05 Style loss](05_style_loss.ipynb)**: two matrices tell two styles apart. How does one change a picture until
# its matrix is that of a painting?
