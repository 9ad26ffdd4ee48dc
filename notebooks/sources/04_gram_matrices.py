# %% [markdown]
# # 04 Gram matrices
#
# **Which two were painted by the same hand?** Below are three small pieces of paintings. You see it at once,
# although the two show different things. Can a number see it?
#
# **You will see**
#
# - a small table of numbers that forgets where things are and keeps how they are painted;
# - what one entry of it measures: the angle between two feature maps;
# - pieces of eight paintings sorted by painter: pixels mostly fail, this table nearly always succeeds.
#
# **Needs**: [03 Content loss](03_content_loss.ipynb). · **Time**: about 10 s of computing on two cores. ·
# **Paper**: sections 2.2.2 and 2.3.2.

# %%
import time

import numpy as np

from nst_helpers import exercises, losses, plots
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder, load_network

network = load_network()
names = ["night_swirls", "pointillist", "autumn_impasto", "marbling",
         "stained_glass", "woodcut", "great_waves", "cubist_planes"]
paintings = {name: load_image(data_folder() / "style" / f"{name}.jpg", max_size=384) for name in names}
piece_a = paintings["night_swirls"][96:192, 96:192]
piece_b = paintings["night_swirls"][96:192, 192:288]
piece_c = paintings["stained_glass"][0:96, 0:96]

# %%
def distance(first, second):
    """The root of the sum of all squared differences."""
    return np.sqrt(np.sum((first - second) ** 2))

to_b, to_c = distance(piece_a, piece_b), distance(piece_a, piece_c)
plots.show_images([piece_b, piece_a, piece_c],
                  [f"B: {to_b:,.0f} from A, by pixels", "A", f"C: {to_c:,.0f} from A, by pixels"],
                  alt="Three square pieces of paintings: B and A are swirling brush strokes of one night sky, "
                      "C is blue stained glass with black lead between the panes.", photo=True)
print(f"by pixels, B is {to_b / to_c:.2f} times as far from A as C is")
assert to_b > to_c

# %% [markdown]
# **What it shows.** The pixels choose C. They compare place by place, and there the blues of C happen to fit
# better. That A and B share their *strokes* is not a thing of places.
#
# So we need numbers that forget the places. In lesson 02 the network gave us maps: for each channel, a map of where
# its pattern occurs. In this lesson we ask only one thing of them: **which patterns occur together?**
#
# ## 1. The formula
#
# Take the feature maps of one layer. Each map is a long row of numbers, one for each position. Multiply two maps
# position by position, and add up:
#
# $$G_{ij} = \sum_{k=1}^{M} F_{ik}\, F_{jk}$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $F_{ik}$ | what channel $i$ says at position $k$ | `flat[k, i]` |
# | $N$ | the number of channels | `channels` |
# | $M$ | the number of positions, height · width | `positions` |
# | $G_{ij}$ | do channels $i$ and $j$ light up at the same positions? | `gram[i, j]` |
#
# Mind the letters: until now $i$ and $j$ were row and column. From here on they are two channels, and $k$ is a
# position, row and column in one. In code the positions come first: `flat[k, i]`.

# %% [markdown]
# $G$ is called the **Gram matrix**. It is a table with a row and a column for each channel.
#
# **With a pencil.** Two channels, four positions. Channel 0 says $1, 2, 0, 1$. Channel 1 says $0, 3, 1, 1$.
#
# - $G_{00} = 1\cdot1 + 2\cdot2 + 0\cdot0 + 1\cdot1 = 6$: how strong channel 0 is.
# - $G_{11} = 0 + 9 + 1 + 1 = 11$: how strong channel 1 is.
# - $G_{01} = 1\cdot0 + 2\cdot3 + 0\cdot1 + 1\cdot1 = 7 = G_{10}$: how much they speak together.
#
# The maps are stored as (height, width, channels). So first lay all positions in one line: `reshape`. Then the
# formula, word for word.

# %%
def gram_loops(features):
    """G_ij = Σ_k F_ik F_jk, word for word: three loops."""
    flat = features.reshape(-1, features.shape[-1])  # (positions, channels)
    positions, channels = flat.shape
    gram = np.zeros((channels, channels))
    for i in range(channels):
        for j in range(channels):
            for k in range(positions):
                gram[i, j] += flat[k, i] * flat[k, j]
    return gram

# %%
tiny = np.array([[[1, 0], [2, 3]], [[0, 1], [1, 1]]])  # (2, 2, 2): height, width, channels
tiny_gram = gram_loops(tiny)
assert tiny_gram.tolist() == [[6, 7], [7, 11]]
figure, axes = plots.subplots(1, 4, size=(9, 2.6))
plots.draw_matrix(axes[0], tiny[:, :, 0], "map of channel 0")
plots.draw_matrix(axes[1], tiny[:, :, 1], "map of channel 1")
plots.draw_matrix(axes[2], tiny[:, :, 0] * tiny[:, :, 1], "their product: sum 7")
plots.draw_matrix(axes[3], tiny_gram, "Gram matrix G", [(0, 1), (1, 0)])
plots.show(figure, alt="Four 2 by 2 matrices: the maps 1 2 0 1 and 0 3 1 1, their product 0 6 0 1, and the Gram "
                       "matrix 6 7 above 7 11 with both sevens framed.")

# %% [markdown]
# **What it shows.** The sum of the product map is the entry $G_{01}$. The table is symmetric: $i$ with $j$ is $j$
# with $i$.
#
# ## 2. Three ways, one result
#
# The sum over $k$ is what a matrix product does: row times column, added up. With `flat` as (positions, channels),
# $G$ is `flat.T @ flat`. And `np.einsum` says the formula itself: the letter that is missing behind the arrow is
# summed over.
#
# *Predict*: how many times faster than the loops is the matrix product, on maps of 24×24 positions and 32
# channels?

# %%
def gram_matmul(features):
    """The same table as one matrix product."""
    flat = features.reshape(-1, features.shape[-1])
    return flat.T @ flat  # (channels, positions) times (positions, channels)

def gram_einsum(features):
    """The same table, the formula as a string: h, w (the positions) are summed over."""
    return np.einsum("hwi,hwj->ij", features, features)

# %%
def maps_of(image, layer):
    """The feature maps of a picture in one layer, (height, width, channels)."""
    return network(image, layer)[layer].numpy().astype(float)

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
ways = {"matrix product": gram_matmul, "einsum": gram_einsum,
        "package": lambda features: losses.gram_matrix(features).numpy()}
print("maps", maps.shape, "Gram matrix", by_loops.shape)
for name, way in ways.items():
    difference = np.abs(way(maps) - by_loops).max() / by_loops.max()
    print(f"{name}: largest difference from the loops, as a share: {difference:.6f}")
    assert difference < 1e-9
ratio = seconds(gram_loops, maps, runs=3) / seconds(gram_matmul, maps, runs=300)
print(f"the matrix product is about {ratio:,.0f} times as fast as the loops")

# %% [markdown]
# **What it shows.** One table, whichever way. A matrix product is what a computer does best, and Python's loops
# are what it does worst. From here on we use the product.
#
# ## 3. What one entry measures
#
# The dot product of two rows of numbers has a meaning in geometry: length times length times the cosine of the
# angle between them.
#
# $$G_{ij} = \lVert F_i \rVert\, \lVert F_j \rVert \cos\theta_{ij} \qquad G_{ii} = \lVert F_i \rVert^2$$
#
# $\lVert F_i\rVert$ is the length of map $i$, the root of the sum of its squares; $\theta_{ij}$ is the angle between
# the maps $i$ and $j$. So the diagonal tells **how strong** each pattern is, and the rest tells **which patterns go
# together**: 0° if two maps light up in the same way, 90° if one is always dark where the other shines. Behind a ReLU
# no number is below zero, so no angle is larger than 90°.
#
# *Predict.* Draw a dot for each position (here for each eighth one, or it would be all ink): to the right the
# strength of channel $i$, upwards that of channel $j$. What does the cloud look like for a small angle? And for an
# angle near 90°?

# %%
maps = maps_of(paintings["night_swirls"], "conv2_1")
gram = gram_matmul(maps)
length = np.sqrt(np.diag(gram))
alive = np.flatnonzero(length > 0.2 * np.median(length))  # leave out channels that hardly speak
cosine = (gram / np.outer(length, length))[np.ix_(alive, alive)]
above = np.triu_indices(len(alive), 1)  # each pair once
order = np.argsort(cosine[above])
pairs = [(alive[above[0][k]], alive[above[1][k]]) for k in (order[-1], order[0])]
assert np.all(cosine >= 0) and np.allclose(np.diag(cosine), 1)

# %%
figure, axes = plots.subplots(2, 3, size=(9, 6.2))
for row, (i, j) in zip(axes, pairs, strict=True):
    angle = np.degrees(np.arccos(gram[i, j] / (length[i] * length[j])))
    first, second = maps[:, :, i], maps[:, :, j]
    for axis, one, channel in ((row[0], first, i), (row[1], second, j)):
        plots.draw_image(axis, np.minimum(one, np.quantile(one, 0.99)), f"map {channel}")
    row[2].plot(first.ravel()[::8], second.ravel()[::8], ".", color=plots.BLUE, markersize=3, alpha=0.25)
    row[2].set(xlabel=f"strength in map {i}", ylabel=f"strength in map {j}", title=f"angle {angle:.0f}°")
    print(f"channels {i} and {j}: an angle of {angle:.0f}°")
plots.show(figure, photo=True, alt="Two rows. Above, two maps of the night painting that are alike, and a cloud of "
           "dots away from the axes. Below, two maps that differ, and dots that keep to the two axes.")

# %% [markdown]
# **What it shows.** Above: the smallest angle of all pairs. Most dots lie well away from both axes: where one
# channel answers, the other does too. Below: the largest, near 90°. The dots keep to the axes: where one channel is
# sure, the other is silent. (This is not quite a *correlation*: for that one would take away each map's mean first. $G$
# keeps it.)
#
# Now look at any entry yourself: two sliders choose its row and its column. *Predict* before you tick *shuffle all
# positions*: which of the panels will change, and which will not?

# %%
from nst_helpers.widgets.gram import gram_explorer

gram_explorer()

# %% [markdown]
# **What it shows.** The stored picture is the pair of different channels that rise and fall together most: the largest
# *correlation*, with the means taken away. So it is not the pair with the smallest angle: two maps can lie at a small
# angle merely because both are bright nearly everywhere. On the diagonal ($i = j$) the two arrows fall into one. When
# the positions are shuffled, maps and product turn into snow; the cloud of dots, the angle and the whole table stay.
#
# ### Exercise 1: channels first
#
# PyTorch, another library for networks, stores maps as (channels, height, width). Write the Gram matrix for such
# maps. It must have the shape (channels, channels).

# %% tags=["exercise"]
def gram_channels_first(features):
    ...  # your code: return an array of shape (channels, channels)

# %% tags=["solution"]
def gram_channels_first(features):
    flat = features.reshape(features.shape[0], -1)  # (channels, positions): the F of the formula
    return flat @ flat.T

# %%
exercises.check("04-channels-first", gram_channels_first)

# %% [markdown]
# ### Exercise 2: the angle
#
# Write `angle(features, i, j)`: the angle between the maps of channels $i$ and $j$, in degrees. The maps are stored
# as (height, width, channels) again. You need three entries of $G$.

# %% tags=["exercise"]
def angle(features, i, j):
    ...  # your code: return the angle in degrees

# %% tags=["solution"]
def angle(features, i, j):
    gram = gram_matmul(features)
    return np.degrees(np.arccos(gram[i, j] / np.sqrt(gram[i, i] * gram[j, j])))

# %%
exercises.check("04-angle", angle)

# %% [markdown]
# ## 4. What does k count?
#
# The paper writes the same formula, and says that $k$ is the number of channels. Let us count. There are two
# axes: channels and positions. The one that is summed over vanishes, the other one makes the table.
#
# *Predict* the shape of both tables for a picture of 96×96 pixels, and for one of 48×96, at `conv2_1`, which has
# 32 channels and half the picture's height and width.

# %%
for image in (piece_a, piece_a[:48]):
    maps = maps_of(image, "conv2_1")
    flat = maps.reshape(-1, maps.shape[-1])
    over_positions, over_channels = flat.T @ flat, flat @ flat.T
    print(f"picture {image.shape[:2]}: maps {maps.shape}, M = {len(flat)}, N = {flat.shape[1]}")
    print(f"   k runs over positions: {over_positions.shape}   k runs over channels: {over_channels.shape}")
    assert over_positions.shape == (32, 32) and over_channels.shape == (len(flat), len(flat))
gigabytes = (512 * 512) ** 2 * 4 / 1e9
print(f"over channels, for conv1_1 of a 512×512 picture: {gigabytes:.0f} gigabytes")

# %% [markdown]
# **What it shows.** If $k$ ran over channels, the table would have a row for each *position*. Two pictures of
# different size could not be compared at all, and one 512×512 picture would need 275 gigabytes. With $k$ over
# positions the table is 32×32 for every picture. So **$k$ runs from 1 to $M$, the number of positions.** What
# is $N$ by $N$, with $N$ the number of channels, is the table.
#
# The other table is not nonsense. It tells which *places* look alike. But it remembers places, and that is just
# what we want to forget. The next section shows both.
#
# ## 5. What G forgets
#
# A sum does not care about order. So shuffle the positions: all channels in the same new order, as one shuffles
# a pack of cards. *Predict*: what becomes of the maps, and by how much does each table change?

# %%
def change(before, after):
    """How far a table has moved, as a share of its size."""
    return np.sqrt(np.sum((after - before) ** 2) / np.sum(before**2))

small = load_image(data_folder() / "style" / "night_swirls.jpg", max_size=128)
maps = network(small, "conv2_1")["conv2_1"].numpy()  # float32, as in every network
flat = maps.reshape(-1, maps.shape[-1])
shuffled = flat[np.random.default_rng(0).permutation(len(flat))]
moved = {"maps": change(flat, shuffled), "over positions": change(flat.T @ flat, shuffled.T @ shuffled),
         "over channels": change(flat @ flat.T, shuffled @ shuffled.T)}
print(f"the maps changed by {100 * moved['maps']:.0f} %, "
      f"the table over channels by {100 * moved['over channels']:.0f} %")
print(f"the Gram matrix stays the same to ≈ {-np.log10(moved['over positions']):.0f} digits")
assert moved["maps"] > 0.5 and moved["over channels"] > 0.3 and moved["over positions"] < 1e-5

# %%
liveliest = flat.std(axis=0).argmax()  # the map with the most contrast
visible = np.minimum(np.stack([flat, shuffled]), np.quantile(flat[:, liveliest], 0.99))
before, after = visible[:, :, liveliest].reshape(2, *maps.shape[:2])
panels = {"a map": before, "its positions shuffled": after,
          "√G before": np.sqrt(flat.T @ flat), "√G after": np.sqrt(shuffled.T @ shuffled)}
figure, axes = plots.subplots(1, 4, size=(9, 2.8))
for axis, (title, values) in zip(axes, panels.items(), strict=True):
    plots.draw_image(axis, values, title)
    if "G" in title:
        axis.images[0].set_cmap("viridis")
plots.show(figure, alt="Four maps: a feature map that shows the night painting; the same "
                       "numbers as snow; and the Gram matrix before and after, which look exactly the same.")

# %% [markdown]
# **What it shows.** The map is destroyed, and $G$ has not noticed. (What is left of a difference, below one in
# 100,000, is rounding: numbers added in another order.) $G$ **forgets where**. It keeps what occurs, how strongly,
# and together with what.
#
# But then, would $G$ also be blind to a picture whose *pixels* are shuffled? *Predict.* We cut the painting into
# squares, shuffle them, put the result **through the network**, and compare the Gram matrices. Squares of 96
# pixels, of 32, of 8, of one.

# %%
def shuffle_squares(image, size, seed=0):
    """Cut a picture into squares and put them together in another order."""
    rows, columns = image.shape[0] // size, image.shape[1] // size
    squares = image.reshape(rows, size, columns, size, 3).swapaxes(1, 2).reshape(-1, size, size, 3)
    squares = np.random.default_rng(seed).permutation(squares)
    return squares.reshape(rows, columns, size, size, 3).swapaxes(1, 2).reshape(image.shape)

painting = paintings["night_swirls"]
gram = gram_matmul(maps_of(painting, "conv3_1"))
mixed = {size: shuffle_squares(painting, size) for size in (96, 32, 8, 1)}
moved = [change(gram, gram_matmul(maps_of(image, "conv3_1"))) for image in mixed.values()]
for size, share in zip(mixed, moved, strict=True):
    print(f"squares of {size:2} pixels: G changes by {100 * share:.0f} %")
assert moved[0] < 0.25 and moved[-1] > 0.5 and np.all(np.diff(moved) > 0)

# %%
plots.show_images([painting, *mixed.values()],
                  ["the painting", *(f"{size} px: G changes {100 * share:.0f} %"
                                     for size, share in zip(mixed, moved, strict=True))],
                  alt="A night painting, then cut into ever smaller squares and shuffled: large pieces keep the "
                      "brush strokes, at 8 pixels only crumbs are left, at one pixel coloured noise.", photo=True)

# %% [markdown]
# **What it shows.** Large squares may trade places: the strokes inside them stay, only the seams are new, and $G$
# hardly moves. The smaller the squares, the more of the strokes is cut, and the more $G$ changes. So $G$ is not
# blind. Each position of the maps sees a patch of the picture (its *receptive field*, lesson 02), and inside that
# patch order counts. $G$ **forgets where a patch is, and keeps what is in it.** That is a fair description of
# *style*.

# %% [markdown]
# ## 6. Pictures of different size
#
# A sum over more positions is larger. A style picture and your photograph rarely have the same size; so what is
# to be done? *Predict* how many times larger the strengths on the diagonal of $G$ are for the whole painting
# than for its upper half.
#
# ### Exercise 3: the mean over positions
#
# Write `gram_normalized(features)`: the Gram matrix, made independent of the picture's size. By what do you have
# to divide?

# %% tags=["exercise"]
def gram_normalized(features):
    ...  # your code: return an array of shape (channels, channels)

# %% tags=["solution"]
def gram_normalized(features):
    return gram_matmul(features) / (features.shape[0] * features.shape[1])

# %%
exercises.check("04-normalized", gram_normalized)

# %%
whole, half = (maps_of(image, "conv2_1") for image in (paintings["marbling"], paintings["marbling"][:192]))
positions = whole.shape[0] * whole.shape[1], half.shape[0] * half.shape[1]
plain = np.trace(gram_matmul(whole)) / np.trace(gram_matmul(half))
divided = plain * positions[1] / positions[0]
print(f"positions: {positions[0]} and {positions[1]}")
print(f"strength of the whole against the half: plain {plain:.2f}, divided by positions {divided:.2f}")
assert 1.6 < plain < 2.4 and 0.8 < divided < 1.2
assert np.allclose(losses.gram_matrix(half, normalized=True), gram_matmul(half) / positions[1], rtol=1e-4)

# %% [markdown]
# **What it shows.** Twice the positions, about twice the sum. Divided by $M$ it is a *mean*, and pictures of
# every size can be compared. The package does so with `gram_matrix(features, normalized=True)`.
#
# ## 7. Can it tell painters apart?
#
# The examination. Cut each of the eight paintings into 16 pieces that do not overlap: 128 pieces. Take one, and
# look among the other 127 for its *nearest neighbour*. Is that a piece of the same painting? Guessing is right
# about once in eight (15 of 127).
#
# *Predict* how often the nearest piece is right: (a) by pixels, (b) by feature maps, place by place, as in the
# content loss, (c) by Gram matrices of the same maps.

# %%
side = 96
pieces, painter = [], []
for number, name in enumerate(names):
    for top in range(0, 384, side):
        for left in range(0, 384, side):
            pieces.append(paintings[name][top:top + side, left:left + side])
            painter.append(number)
painter = np.array(painter)

def nearest(values):
    """For each piece, which other piece is nearest: the smallest sum of squared differences."""
    rows = np.array([np.ravel(value) for value in values], float)
    squares = np.sum(rows**2, axis=1)
    distances = squares[:, None] + squares - 2 * rows @ rows.T  # |a|² + |b|² − 2ab: every pair at once
    np.fill_diagonal(distances, np.inf)  # not itself
    return distances.argmin(axis=1)

def percent_right(neighbours):
    return 100 * np.mean(painter[neighbours] == painter)

# %%
layers = ["conv1_1", "conv2_1", "conv3_1", "conv4_1"]
all_maps = [network(piece, layers) for piece in pieces]
by_pixels = nearest(pieces)
by_colour = nearest([piece.mean(axis=(0, 1)) for piece in pieces])
by_maps = {layer: nearest([maps[layer] for maps in all_maps]) for layer in layers}
by_gram = {layer: nearest([losses.gram_matrix(maps[layer]) for maps in all_maps]) for layer in layers}
print(f"right by pixels {percent_right(by_pixels):.0f} %, by mean colour {percent_right(by_colour):.0f} %")
for layer in layers:
    maps_right, gram_right = percent_right(by_maps[layer]), percent_right(by_gram[layer])
    print(f"{layer}: right by maps {maps_right:.0f} %, by Gram {gram_right:.0f} %")
    assert gram_right > maps_right + 20
assert percent_right(by_pixels) < 40 and percent_right(by_gram["conv3_1"]) > 75

# %%
figure, axes = plots.subplots(size=(8, 3.4))
places = np.arange(len(layers))
axes.bar(places - 0.2, [percent_right(by_maps[layer]) for layer in layers], 0.38, label="feature maps",
         color=plots.SKY)
axes.bar(places + 0.2, [percent_right(by_gram[layer]) for layer in layers], 0.38, label="Gram matrices",
         color=plots.ORANGE)
lines = {"pixels": percent_right(by_pixels), "mean colour": percent_right(by_colour), "guessing": 100 * 15 / 127}
for (text, percent), colour in zip(lines.items(), ("black", "0.35", "0.5"), strict=True):
    axes.axhline(percent, color=colour, linestyle="--", linewidth=1.5)
    axes.text(3.46, percent + 1.5, text, color=colour, ha="left", va="bottom")
axes.set(xticks=places, xticklabels=layers, ylabel="nearest piece right, in %", ylim=(0, 122), xlim=(-0.5, 4.2),
         title="Same maps, other question: where, or together with what?")
axes.legend(loc="upper center", ncols=2, framealpha=1)
plots.show(figure, alt="Bars for four layers: by feature maps well under two thirds right, by Gram matrices far "
                       "higher; dashed lines for pixels, mean colour and guessing lie low.")

# %% [markdown]
# **What it shows.** Pixels find the painter in about a quarter of the cases. Gram matrices of `conv3_1` are right
# more than eight times in ten. And it is not the network alone that does it: *the same maps*, compared place by
# place, do far worse. What helps is to **forget the place**.
#
# Look at some of the answers.

# %%
tested = [name * 16 + piece for name, piece in ((0, 5), (2, 11), (4, 7), (1, 6))]
figure, axes = plots.subplots(3, 4, size=(8, 6.5))
for column, piece in enumerate(tested):
    found = by_pixels[piece], by_gram["conv3_1"][piece]
    plots.draw_image(axes[0, column], pieces[piece], f"piece of {names[painter[piece]]}")
    for row, other, way in zip((1, 2), found, ("pixels", "Gram"), strict=True):
        verdict = "right" if painter[other] == painter[piece] else "wrong"
        plots.draw_image(axes[row, column], pieces[other], f"by {way}: {verdict}")
plots.show(figure, photo=True, alt="Four pieces of paintings in the top row; below each, its nearest piece by "
           "pixels, from another painting; below that, its nearest by Gram, from the same painting.")
right = [np.sum(painter[found[tested]] == painter[tested]) for found in (by_pixels, by_gram["conv3_1"])]
print(f"of these four, right by pixels: {right[0]}, by Gram: {right[1]}")
assert right == [0, 4]

# %% [markdown]
# **What it shows.** Pixels choose what is about equally bright at the same places, whoever painted it. Gram
# chooses the same strokes, dots and lines. The first column is the A from the beginning of this lesson: Gram finds
# its painter.
#
# Are we sure that it is not only colour? The mean colour of a piece alone was right more often than all its pixels.
# So take the colour away: make all pieces grey, with the same mean and the same contrast. *Predict* who loses.

# %%
def without_colour(image):
    """Grey, with mean 128 and spread 50: neither colour nor brightness nor contrast can help."""
    grey = image.mean(axis=2)
    grey = 128 + 50 * (grey - grey.mean()) / (grey.std() + 1e-6)
    return np.repeat(grey[:, :, None], 3, axis=2).astype(np.float32)

grey_pieces = [without_colour(piece) for piece in pieces]
grey_maps = [network(piece, "conv3_1")["conv3_1"] for piece in grey_pieces]
grey_right = {"pixels": percent_right(nearest(grey_pieces)),
              "Gram": percent_right(nearest([losses.gram_matrix(maps) for maps in grey_maps])),
              "channel means": percent_right(nearest([np.mean(maps, axis=(0, 1)) for maps in grey_maps]))}
print("without colour, right by", ", ".join(f"{name} {percent:.0f} %" for name, percent in grey_right.items()))
assert grey_right["Gram"] > 60 and grey_right["pixels"] < 20 and grey_right["channel means"] > 50

# %% [markdown]
# **What it shows.** Without any colour, Gram still finds the painter in most cases: about three in four.
# So the table holds strokes, and not only colours. Pixels are now hardly better than guessing.
#
# Be fair: for *telling apart*, the mean of each channel alone does well too (the last number). It forgets places
# as well. But it does not say what goes together; to *paint* in a style one needs more than to recognise it.
# And a “painter” is one picture here: the pieces of one painting share their brush as well as their subject.
#
# ## What you saw
#
# - $G_{ij} = \sum_k F_{ik} F_{jk}$, by loops, matrix product and einsum the same to nine digits. $k$ runs over
#   positions. The other sum would give a table of 275 gigabytes for one 512×512 picture.
# - An entry is length · length · cosine: strength on the diagonal, togetherness beside it. Shuffling all
#   positions changes it by less than one part in 100,000; shuffling the *pixels* changes it by more than half.
# - 128 pieces of eight paintings: pixels found the painter in about a quarter of the cases, Gram matrices in more
#   than eight of ten; without colour still in about three of four.

# %% [markdown]
# ## Where this is used
#
# In [11 Full transfer](11_full_transfer.ipynb) the style of a painting *is* five such tables, one for each of five
# layers. Nothing else of the painting is kept: once they are computed, it could be thrown away.
#
# ## Next
#
# **[05 Style loss](05_style_loss.ipynb)**: two tables tell two styles apart. Can we change a picture until its
# table is that of a painting?
