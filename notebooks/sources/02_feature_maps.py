# %% [markdown]
# # 02 Feature maps
#
# **What is left of a picture after thirteen layers?** Below is a photograph, and one map from each block of a
# trained network, from shallow to deep. Lesson 01 had kernels that you typed. Nobody typed these: they were
# learned.
#
# **You will see**
#
# - all layers of VGG-19 by size, weights, multiplications and **receptive field**: the pixels that a value
#   can see;
# - what each channel looks for, in a browser of maps and in the patches that excite it most;
# - what shallow layers keep and deep ones lose, in numbers; and that random weights cannot do the same.
#
# **Needs**: [01 Convolution](01_convolution.ipynb). · **Time**: about 20 s of computing on two cores. ·
# **Paper**: sections 2.2 and 3.1.

# %%
import numpy as np

from nst_helpers import exercises, plots
from nst_helpers.architecture import CHANNELS, LAYER_NAMES
from nst_helpers.backend import keras, tf
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder, load_network, random_network

network = load_network()  # VGG-19's layers at a quarter of its width, shipped with the course
layers = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]  # the first of each block
contents = ["astronaut", "cat", "coffee", "raccoon", "rocket", "temple"]
styles = ["night_swirls", "pointillist", "autumn_impasto", "marbling",
          "stained_glass", "woodcut", "great_waves", "cubist_planes"]
paths = [data_folder() / "content" / f"{name}.jpg" for name in contents]
paths += [data_folder() / "style" / f"{name}.jpg" for name in styles]
pictures = [load_image(path, max_size=256) for path in paths]
cat = pictures[1]

# %%
maps = network(cat, layers)  # {layer: (height, width, channels)}
shown, titles = [cat], [f"picture, {cat.shape[0]}×{cat.shape[1]}"]
for layer in layers:
    features = maps[layer].numpy()
    channel = features.var(axis=(0, 1)).argmax()  # the one that differs most from place to place
    shown.append(features[:, :, channel])
    titles.append(f"{layer}, {features.shape[0]}×{features.shape[1]}")
figure, axes = plots.subplots(2, 3, size=(9, 4.8))
for axis, image, title in zip(axes.flat, shown, titles, strict=True):
    most = np.quantile(image, 0.995)  # the few largest values would leave all others dark
    plots.draw_image(axis, image if image.ndim == 3 else image.clip(0, most), title)
plots.show(figure, photo=True, alt="A cat, and five maps of it from shallow to deep: the first is nearly a "
                                   "photograph, the last a few coarse blocks of light.")

# %% [markdown]
# **What it shows.** The first map is nearly a photograph. The last has few values, each over a large block.
# But what did the blocks gain in exchange? That is the question of this lesson.
#
# Where do the kernels come from? This network is a small VGG-19 of our own, with a quarter of its channels. It was
# shown 100,000 small photographs, each with the name of what is on it, one of 200. It guessed, a loss said how wrong
# it was, and every weight was moved a little downhill, again and again: that is **training**. (The real VGG-19 saw
# over a million photographs, of 1,000 kinds.) We have thrown its guesses away, and keep only the layers. Nobody asked
# it for edges, or for style.

# %% [markdown]
# ## 1. One layer, by hand
#
# A layer of VGG is what you built in lesson 01, and two small things more:
#
# $$F^l(i, j, o) = \max\Big(0,\ b_o + \sum_{m, n, c} F^{l-1}(i + m,\ j + n,\ c)\, K(m, n, c, o)\Big)$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $F^{l-1}$, $F^l$ | the maps that come in, and go out | `features` |
# | $K$, $b$ | kernel and **bias**: one number added to each map | `kernel`, `bias` |
# | $c$, $o$ | channel in, channel out | |
#
# Here $m$ and $n$ run over −1, 0, 1, with zeros beyond the border, so the size stays. The $\max(0, \cdot)$ is
# called **ReLU**: what is below zero becomes zero. Without it, two layers would be no more than one larger
# kernel.
#
# After each block comes **pooling**: four neighbours become one number, and height and width are halved. VGG
# was trained with their largest; Gatys and this course take their mean.
#
# **With a pencil.** Mean and largest of $\begin{pmatrix} 1 & 3 \\ 0 & 8 \end{pmatrix}$?

# %%
def convolution_layer(features, kernel, bias):
    """max(0, b + Σ F K), the sum over the window and the channels; zeros beyond the border."""
    padded = np.pad(features, ((1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return np.maximum(0, bias + np.einsum("ijcmn,mnco->ijo", windows, kernel, optimize=True))

def pool(features, take=np.mean):
    """Each 2×2 block of each channel becomes one number: np.mean or np.max of the four."""
    height, width = features.shape[0] // 2 * 2, features.shape[1] // 2 * 2  # an odd last row is left out
    blocks = features[:height, :width].reshape(height // 2, 2, width // 2, 2, -1)
    return take(blocks, axis=(1, 3))

tiny = np.array([[1.0, 3], [0, 8]])[:, :, None]
print("mean", pool(tiny).item(), " largest", pool(tiny, np.max).item())
assert pool(tiny).item() == 3 and pool(tiny, np.max).item() == 8

# %%
features = (cat - network.mean) / network.scale  # the preprocessing: see section 7
for layer in LAYER_NAMES[:6]:
    features = pool(features) if layer.startswith("pool") else convolution_layer(features, *network.weights[layer])
    difference = np.abs(features - network(cat, layer)[layer]).max() / features.max()
    print(f"{layer}: {features.shape}, by hand as by the network to ≈ {-np.log10(difference):.0f} digits")
    assert difference < 1e-4

# %% [markdown]
# **What it shows.** Six layers by hand are the network's. Nothing is hidden in it: it is this, sixteen times.
#
# ## 2. VGG-19, layer by layer
#
# The real VGG-19 has four times as many channels as ours. *Predict.* The picture shrinks from block to block,
# the channels grow. Which layers hold most of the **weights**? Which make most of the **multiplications**?

# %%
def layer_table(side=224):
    """[(layer, side of its map, channels, weights and biases, multiplications)] for VGG-19's full width."""
    rows, inputs = [], 3
    for layer in LAYER_NAMES:
        outputs = CHANNELS[int(layer.removeprefix("conv").removeprefix("pool")[0])]
        if layer.startswith("pool"):
            side //= 2
            rows.append((layer, side, inputs, 0, 0))
        else:
            weights = 9 * inputs * outputs
            rows.append((layer, side, outputs, weights + outputs, side * side * weights))
            inputs = outputs
    return rows

table = layer_table()
for layer, side, channels, weights, work in table:
    print(f"{layer:7}  {side:3}×{side:<3} ×{channels:4}  {weights:9,} weights  {work / 1e6:6,.0f} million mult.")

# %%
vgg = keras.applications.VGG19(weights=None, include_top=False)  # the form only: nothing is downloaded
total, work = sum(row[3] for row in table), sum(row[4] for row in table)
print(f"VGG-19: {total:,} weights; Keras counts {vgg.count_params():,}. {work / 1e9:.3g} billion multiplications")
assert total == vgg.count_params()

# %%
figure, axes = plots.subplots(2, 1, size=(9, 4.6), sharex=True)
rows = [row for row in table if row[0].startswith("conv")]
block_colors = [plots.COLORS[int(row[0][4]) - 1] for row in rows]
for axis, column, unit, title in ((axes[0], 4, 1e9, "billion multiplications"),
                                  (axes[1], 3, 1e6, "million weights")):
    axis.bar([row[0] for row in rows], [row[column] / unit for row in rows], color=block_colors)
    axis.set(ylabel=title)
axes[0].set_title("The work is spread over the layers; the weights lie deep")
axes[1].tick_params(axis="x", rotation=45)
plots.show(figure, alt="Two rows of bars, one a layer: multiplications are about equal but for the first layer "
                       "and the last block; weights grow from almost none to 2.4 million a layer.")
share = sum(row[3] for row in rows[8:]) / total
print(f"blocks 4 and 5 hold {100 * share:.0f} % of the weights")

# %% [markdown]
# **What it shows.** 20 million weights, and 88 % of them lie in blocks 4 and 5. The multiplications, 19.5
# billion for one small picture, are spread. Half the side is a quarter of the places; twice the channels in
# and twice out is four times the weights. The two cancel.
#
# ### Exercise 1: the work of a layer
#
# Write `multiplications(height, width, kernel, inputs, outputs)` for a layer whose map is height × width,
# whose window is kernel × kernel, with so many channels in and out.

# %% tags=["exercise"]
def multiplications(height, width, kernel, inputs, outputs):
    ...  # your code: return a whole number

# %% tags=["solution"]
def multiplications(height, width, kernel, inputs, outputs):
    return height * width * kernel * kernel * inputs * outputs

assert multiplications(224, 224, 3, 3, 64) == table[0][4]

# %%
exercises.check("02-cost", multiplications)

# %% [markdown]
# ## 3. What a value can see
#
# A value of `conv1_1` sees a window of 3×3 pixels. A value of `conv1_2` sees 3×3 values of `conv1_1`, so 5×5
# pixels. The window of pixels that can change a value is its **receptive field**, $r$ pixels across.
#
# Walk through the layers and keep two numbers. The **jump** $j$ is the distance, in pixels, between two
# neighbours of the map. Begin with $r = 1$, $j = 1$. A layer with window $k$ and stride $s$ adds $k - 1$
# neighbours:
#
# $$r \leftarrow r + (k - 1)\, j \qquad\text{and then}\qquad j \leftarrow j \cdot s$$
#
# **With a pencil.** conv1_1: $1 + 2 = 3$. conv1_2: $3 + 2 = 5$. pool1 has $k = 2$, $s = 2$: $5 + 1 = 6$, and
# the jump becomes 2. conv2_1: $6 + 2 \cdot 2 = 10$. *Predict* conv5_1: more or less than 100 pixels?
#
# **The check** needs no formula. Take a picture of noise, change *one column of pixels*, and look whether one
# value in the map's middle changes. Then the next column, and the next. Count the columns that matter. How far a
# value *can* see is a matter of the windows, not of the weights: so we take random ones, which close no path. (We add
# 1000, as a field's rim counts little, and ask for a millionth of the map's largest value: less may be rounding.)

# %%
def receptive_fields():
    """{layer: r} by the formula."""
    fields, field, jump = {}, 1, 1
    for layer in LAYER_NAMES:
        window, stride = (2, 2) if layer.startswith("pool") else (3, 1)
        field += (window - 1) * jump
        jump *= stride
        fields[layer] = field
    return fields

# %%
def measured_fields(width=320, height=32, together=20):
    """{layer: r}: for how many columns of pixels does changing them change the value in the map's middle?"""
    model, matters = random_network().cut(LAYER_NAMES), dict.fromkeys(LAYER_NAMES, 0)
    noise = np.random.default_rng(0).standard_normal((height, width, 3)).astype(np.float32)
    same = np.repeat(noise[None], together, axis=0)  # as many as below: another number may be rounded differently
    before = {layer: features.numpy() for layer, features in model(same).items()}
    for first in range(0, width, together):
        changed = same.copy()
        for number in range(together):
            changed[number, :, first + number] += 1000
        for layer, features in model(changed).items():
            moved = np.abs(features - before[layer])[:, :, features.shape[2] // 2].max(axis=(1, 2))
            matters[layer] += int((moved > 1e-6 * np.max(features, axis=(1, 2, 3))).sum())
    return matters

# %%
by_formula, measured = receptive_fields(), measured_fields()
for block in range(1, 6):
    names = [layer for layer in LAYER_NAMES if layer[4] == str(block)]
    print("   ".join(f"{layer} {by_formula[layer]} = {measured[layer]}" for layer in names))
assert by_formula == measured
assert all(by_formula[layer] == network.receptive_field(layer) for layer in LAYER_NAMES)

# %% [markdown]
# **What it shows.** Formula and measurement agree for all 21 layers: 3 pixels at conv1_1, 156 at conv5_1. One
# more 3×3 window adds 2 pixels in block 1 and 32 in block 5: depth and pooling together make the field large.
#
# But *can* see is not *does* see. *Predict.* Do all 156 pixels across count the same? The **gradient** of a value says
# for each pixel by how much the value changes when this pixel grows by 1. We write it $\partial F / \partial I$, and
# let TensorFlow's `GradientTape` work it out (lesson 03 does it by hand). We average it over many pictures.

# %%
def influence(layer, size=192):
    """|∂F/∂I| of the values in the map's middle, averaged over pictures: (size, size)."""
    total = np.zeros((size, size))
    for picture in pictures:
        image = tf.image.resize(picture, (size, size))
        with tf.GradientTape() as tape:
            tape.watch(image)
            features = network(image, layer)[layer]
            middle = tf.reduce_sum(features[features.shape[0] // 2, features.shape[1] // 2])
        total += np.abs(tape.gradient(middle, image)).sum(axis=2)
    return total / total.max()

figure, axes = plots.subplots(1, 4, size=(9, 2.8))
for axis, layer in zip(axes, layers[1:], strict=True):
    seen = influence(layer)
    plots.draw_image(axis, np.sqrt(seen), f"{layer}: r = {by_formula[layer]}")  # the root lifts the faint ends
plots.show(figure, alt="Four black squares with a bright spot in the middle, a few pixels large for conv2_1 and "
                       "half the square for conv5_1, each brightest in its centre.")
across = (seen.sum(axis=0).cumsum() / seen.sum()).searchsorted([0.1, 0.9])
print(f"conv5_1: 80 % of the influence lies within ≈ {across[1] - across[0]} of its 156 pixels")
assert 0.25 < (across[1] - across[0]) / 156 < 0.42

# %% [markdown]
# **What it shows.** The middle counts most, because most paths through the layers lead there. Of the 156 pixels
# across, about a third carry 80 % of the influence. The receptive field is a limit, not a habit.
#
# ### Exercise 2: any chain of windows
#
# Write `field_of(windows, strides)`: the receptive field behind layers with these windows and strides.
# `field_of([3, 3, 2, 3], [1, 1, 2, 1])` is conv2_1's.

# %% tags=["exercise"]
def field_of(windows, strides):
    ...  # your code: return a whole number

# %% tags=["solution"]
def field_of(windows, strides):
    field, jump = 1, 1
    for window, stride in zip(windows, strides, strict=True):
        field += (window - 1) * jump
        jump *= stride
    return field

assert field_of([3, 3, 2, 3], [1, 1, 2, 1]) == 10

# %%
exercises.check("02-field", field_of)

# %% [markdown]
# ## 4. Look at the maps
#
# Now walk through the network yourself. *Predict* before each step:
#
# 1. In `conv1_1`, how many of the 16 maps look like the photograph?
# 2. How many of a deep layer's maps are nearly black? Watch the share of values above 0.
# 3. Choose a channel of `conv3_1` and change the picture. Does it look for the same thing everywhere?

# %%
from nst_helpers.widgets.features import feature_browser, patch_viewer

feature_browser()

# %%
maps_of_pictures = [network(picture, layers) for picture in pictures]
above = {layer: np.mean([np.mean(maps[layer] > 0) for maps in maps_of_pictures]) for layer in layers}
print("above 0:  " + "  ".join(f"{layer} {100 * share:.0f} %" for layer, share in above.items()))
assert 0.8 > above["conv1_1"] > above["conv5_1"] > 0.3

# %% [markdown]
# **What it shows.** In conv1_1 over half of all values are above 0: most of the picture gets an answer. In conv5_1
# it is fewer, and they lie in a few bright blocks: a deep channel is silent at most places, and
# speaks up where it finds its own thing. Which thing that is, the maps alone hardly tell.
#
# A map says *where* a channel answers. To learn *what* it answers to, turn the question round: of all windows
# in all our pictures, which excite it most? We take the best place of each picture, and of those the best.
# Places near the border are left out: their windows are half empty.

# %%
def strongest_places(maps, channel, count, margin=0):
    """[(picture, row, column)]: a channel's best place in each picture, the strongest first."""
    best = []
    for which, features in enumerate(maps):
        values = features[margin : len(features) - margin, margin : features.shape[1] - margin, channel]
        row, column = np.unravel_index(values.argmax(), values.shape)
        best.append((values[row, column], which, int(row) + margin, int(column) + margin))
    return [tuple(place) for _, *place in sorted(best, reverse=True)[:count]]

tiny_maps = [np.array([[[1], [5]]]), np.array([[[7], [2]]])]  # two pictures, 1×2 values, one channel
print(strongest_places(tiny_maps, channel=0, count=2))
assert strongest_places(tiny_maps, 0, 2) == [(1, 0, 0), (0, 0, 1)]

# %%
from nst_helpers.widgets.features import margin_of, patch_at

figure, axes = plots.subplots(5, 7, size=(9, 6.8))
chosen = {"conv1_1": 2, "conv2_1": 8, "conv3_1": 25, "conv4_1": 18, "conv5_1": 3}  # plain ones, where there are
for row_axes, (layer, channel) in zip(axes, chosen.items(), strict=True):
    maps_of_all = [network(picture, layer)[layer].numpy() for picture in pictures]
    places = strongest_places(maps_of_all, channel, 7, margin_of(layer))
    for axis, (which, row, column) in zip(row_axes, places, strict=True):
        plots.draw_image(axis, patch_at(pictures[which], layer, row, column))
    row_axes[0].set_title(f"{layer}, channel {channel}: {by_formula[layer]} pixels", fontsize=10, loc="left")
plots.show(figure, photo=True, alt="Five rows of seven patches, each row what excites one channel: 3 by 3 pixels "
                                   "of one kind, then edges and textures, then whole parts of pictures.")

# %% [markdown]
# **What it shows.** Each row is one channel, the first three chosen because their theme is plain. At conv1_1 it is a
# level edge, dark above and bright below. At conv2_1 it is a bright level stripe. At conv3_1 it is an upright edge with
# the dark at the right: on a sleeve, a leaf, a tree, an eye. The same in a photograph and in a painting! At conv4_1 the
# first two are a star and a cup, but hardly one word fits all seven. At conv5_1 a window is most of the picture, and
# we found no theme at all. (The grey lies outside the picture.)
#
# Look at other channels. *Predict* from the eight patches what the channel looks for, then check it in the
# browser.

# %%
patch_viewer()

# %% [markdown]
# **What it shows.** Some channels have a plain theme (try channel 8 of conv2_1). Many have none that a word fits, as
# the one in the stored picture. Nobody gave the channels their themes, so they need not have a name.
#
# ## 5. What conv1_1 keeps and conv5_1 loses
#
# Two questions to each layer, both answered by counting.
#
# 1. **Where and which colour?** From the channels at one place, guess the colour of a pixel near the middle
#    of what they see, by the best weighted sum (fitted on half of the places, tried on the other half). Score
#    1: all of its variation is guessed; 0: no better than the mean colour.
# 2. **What is it?** Cut 8 windows from each of the 14 pictures (they may overlap), mirror every other one, and tint
#    them all at random. Describe each by the mean of every channel. How often is the most similar window from the
#    same picture? Pure luck would score 0.06: 7 of the other 111 windows.
#
# *Predict* both scores for conv1_1 and conv5_1. And for a network with **random** weights, which learned
# nothing?

# %%
def pixel_score(network, layer):
    """How much of the pixels' variation can be read from the channels at their place."""
    known, wanted = [], []
    for picture in pictures:
        picture = picture[: len(picture) // 16 * 16, : picture.shape[1] // 16 * 16]
        features = network(picture, layer)[layer].numpy()
        step = 16 * len(features) // len(picture)  # every 16th pixel, at every layer the same
        known.append(features[step // 2 :: step, step // 2 :: step].reshape(-1, features.shape[2]))
        wanted.append(picture[8::16, 8::16].reshape(-1, 3))
    known, wanted = np.concatenate(known), np.concatenate(wanted)
    known = np.c_[known, np.ones(len(known))].astype(float)  # a last channel that is 1: the constant
    fit, test = known[1::2], known[::2]
    weights = np.linalg.solve(fit.T @ fit + np.eye(fit.shape[1]), fit.T @ wanted[1::2])
    error = ((test @ weights - wanted[::2]) ** 2).sum()
    return 1 - error / ((wanted[::2] - wanted[::2].mean(axis=0)) ** 2).sum()

# %%
def cut_windows(size=96, each=8):
    """Windows at random places, every other mirrored, all tinted; and from which picture each is."""
    generator, windows, origin = np.random.default_rng(0), [], []
    for which, picture in enumerate(pictures):
        for number in range(each):
            row, column = (generator.integers(0, side - size + 1) for side in picture.shape[:2])
            window = picture[row : row + size, column : column + size] * generator.uniform(0.6, 1, 3)
            windows.append((window[:, ::-1] if number % 2 else window).astype(np.float32))
            origin.append(which)
    return windows, np.array(origin)

def same_picture_score(descriptions, origin):
    """How often the most similar description (largest cosine) is from the same picture."""
    centred = descriptions - descriptions.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    alike = centred @ centred.T
    np.fill_diagonal(alike, -np.inf)
    return (origin[alike.argmax(axis=1)] == origin).mean()

# %%
windows, origin = cut_windows()
untrained = random_network()
pixels_read, recognised = {}, {}
for name, each in (("trained", network), ("random", untrained)):
    means = [{layer: features.numpy().mean(axis=(0, 1)) for layer, features in each(window, layers).items()}
             for window in windows]
    pixels_read[name] = [pixel_score(each, layer) for layer in layers]
    recognised[name] = [same_picture_score(np.array([mean[layer] for mean in means]), origin) for layer in layers]
from_pixels = same_picture_score(np.array([window.ravel() for window in windows]), origin)
print(f"windows compared by their pixels: {from_pixels:.2f}; luck: {7 / 111:.2f}")
for name in pixels_read:
    print(f"{name:8} pixel read   " + "  ".join(f"{value:.2f}" for value in pixels_read[name]))
    print(f"{'':8} same picture " + "  ".join(f"{value:.2f}" for value in recognised[name]))
assert pixels_read["trained"][0] > 0.8 > 0.5 > pixels_read["trained"][4]
assert recognised["trained"][4] > 0.85 > 0.7 > recognised["trained"][0] and recognised["random"][4] < 0.6

# %%
figure, axes = plots.subplots(1, 2, size=(9, 3.6), sharey=True)
for axis, scores, title in ((axes[0], pixels_read, "Where and which colour: lost with depth"),
                            (axes[1], recognised, "What it is: gained, but only by training")):
    axis.plot(layers, scores["trained"], "o-", color=plots.BLUE, label="trained")
    axis.plot(layers, scores["random"], "s--", color=plots.ORANGE, label="random weights")
    axis.set(title=title, ylim=(0, 1.05), xlabel="layer")
axes[0].set_ylabel("score")
axes[0].legend()
plots.show(figure, alt="Left: the score for reading a pixel falls from 0.9 to about 0.3 for trained and random "
                       "weights. Right: the score for the same picture rises to nearly 1 when trained, and stays "
                       "low with random weights.")

# %% [markdown]
# **What it shows.** **conv1_1 keeps** the colour of each pixel and its exact place: over 90 % can be read
# back. It does not know what belongs together: about half of the windows find their picture. **conv5_1 has
# lost** most of the pixel: less than half can be read. But it **keeps** what a picture is made of, mirrored
# and tinted as it may be: over 90 % of the windows find their picture.
#
# Random weights lose the pixels too. But they gain nothing: *forgetting* comes with the
# architecture, *knowing what to keep* comes from training.
#
# Style transfer needs both: a deep layer says what the content is, shallow ones hold colour and brush stroke.
#
# ### The weights themselves
#
# *Predict.* A kernel of conv1_1 has 3×3 places and three colours, so it is a tiny picture itself. What do the
# learned ones look like, beside random ones?

# %%
def kernel_tiles(network):
    """The 16 kernels of conv1_1 as colour tiles (height, width, 3), two rows; grey is zero."""
    kernel = network.weights["conv1_1"][0]  # (3, 3, colours, channels out)
    kernel = kernel / np.abs(kernel).max(axis=(0, 1, 2))  # each to its own largest
    tiles = np.full((2 * 4, 8 * 4, 3), 255.0)
    for channel in range(16):
        row, column = channel // 8 * 4, channel % 8 * 4
        tiles[row : row + 3, column : column + 3] = 127.5 + 127.5 * kernel[:, :, :, channel]
    return tiles[:-1, :-1]

def colours_alike(network):
    """The correlation between the red and the green weights of conv1_1: 1 the same, 0 unrelated."""
    kernel = network.weights["conv1_1"][0]
    return np.corrcoef(kernel[:, :, 0].ravel(), kernel[:, :, 1].ravel())[0, 1]

# %%
print(f"red and green weights alike: trained {colours_alike(network):.2f}, random {colours_alike(untrained):.2f}")
assert colours_alike(network) > 0.5 > abs(colours_alike(untrained))
figure, axes = plots.subplots(1, 2, size=(9, 1.7), gridspec_kw={"wspace": 0.12})
for axis, each, title in zip(axes, (network, untrained), ("trained", "random weights"), strict=True):
    plots.draw_image(axis, kernel_tiles(each), title)
plots.show(figure, alt="Two sheets of 16 tiny tiles: of the trained ones about half have a bright and a dark side, "
                       "the others hold one colour all over; the random ones are coloured confetti.")

# %% [markdown]
# **What it shows.** The learned kernels have an order. Some have a bright side and a dark side, like the edge
# finders you typed in lesson 01; others hold one colour all over: they find that colour. Over all, the weights of
# red and green go together (0.97), so brightness counts more than colour. The random ones are confetti. Nobody
# told the network to build edge finders.
#
# ## 6. Mean or largest?
#
# VGG-19 was trained with **max pooling**: of four values the largest goes on. Gatys found that the
# **average** paints nicer pictures. One reason can be counted. Style transfer changes pixels along a
# gradient, and that has to come back through the pooling. *Predict*: how many of the four values get a share
# of it, with the mean, and with the largest?

# %%
patch = network(cat, "conv1_2")["conv1_2"][64:80, 96:112].numpy()  # (16, 16, channels)

def gradient_through(layer):
    """∂(sum of the pooled values)/∂(values) of the patch: where does a wish to change arrive?"""
    values = tf.constant(patch + 1e-3 * np.random.default_rng(0).random(patch.shape, np.float32))  # no ties
    with tf.GradientTape() as tape:
        tape.watch(values)
        total = tf.reduce_sum(layer(values[None]))
    return tape.gradient(total, values).numpy()

gradients = {"mean": gradient_through(keras.layers.AveragePooling2D(2)),
             "largest": gradient_through(keras.layers.MaxPooling2D(2))}
for name, gradient in gradients.items():
    print(f"{name:8} {100 * (gradient > 0).mean():.0f} % of the values are reached, by {gradient.max():.2f} each")
assert np.all(gradients["mean"] == 0.25) and (gradients["largest"] > 0).mean() == 0.25
by_library = keras.layers.MaxPooling2D(2)(patch[None])[0].numpy()
assert np.array_equal(pool(patch, np.max), by_library)
brighter = pool(patch, np.max).mean() / patch.mean()
print(f"mean of the pooled map: as before with the mean, {brighter:.2g} times as large with the largest")
assert np.isclose(pool(patch).mean(), patch.mean()) and brighter > 1.1

# %%
channel = patch.var(axis=(0, 1)).argmax()
shown = [patch, pool(patch), pool(patch, np.max), gradients["mean"], gradients["largest"]]
titles = ["conv1_2, 16×16", "mean", "largest", "back from the mean", "back from the largest"]
figure, axes = plots.subplots(1, 5, size=(9, 2.2))
for axis, values, title in zip(axes, shown, titles, strict=True):
    most = 1 if "back" in title else patch[:, :, channel].max()
    axis.imshow(values[:, :, channel], cmap="gray", vmin=0, vmax=most)
    axis.set_title(title, fontsize=10)
    axis.set_axis_off()
plots.show(figure, alt="A small map; its mean and its largest values at half the size, the second brighter; then "
                       "the way back: an even quarter everywhere, and single bright points, one in each four.")

# %% [markdown]
# **What it shows.** With the largest, one value in four is reached, and by all of the gradient; with the
# mean, all four, by a quarter each. So the mean pushes neighbours together, and the largest pushes single
# points. The mean also keeps the sum, where the largest makes a map brighter.
#
# ### Exercise 3: average pooling
#
# Write `average_pool(features)` for maps (height, width, channels) of even height and width.

# %% tags=["exercise"]
def average_pool(features):
    ...  # your code: return (height / 2, width / 2, channels)

# %% tags=["solution"]
def average_pool(features):
    return (features[::2, ::2] + features[1::2, ::2] + features[::2, 1::2] + features[1::2, 1::2]) / 4

# %%
exercises.check("02-pool", average_pool)

# %% [markdown]
# ## 7. Forget the preprocessing
#
# A network expects numbers like those it was trained on. Ours wants $(I - \text{mean}) / \text{scale}$, with
# mean 117 and scale 58. Keras's VGG-19 wants blue, green, red in *this* order, minus their means. If you
# forget it, nothing stops you: there is no error, and the maps look like maps.
#
# *Predict* which mistake hurts most: raw pixels 0–255; 0–1 instead; or red and blue swapped? We compare with
# the right maps by **correlation**: 1 is the same up to a factor and a constant, 0 unrelated.

# %%
prepared = (cat - network.mean) / network.scale
inputs = {"raw, 0 to 255": cat, "0 to 1": cat / 255, "red and blue swapped": prepared[:, :, ::-1]}
right_maps, model, kept = network(cat, layers), network.cut(layers), {}
for name, wrong in inputs.items():
    features = model(tf.constant(wrong[None], tf.float32))
    kept[name] = [np.corrcoef(np.ravel(features[layer]), np.ravel(right_maps[layer]))[0, 1] for layer in layers]
    brighter = float(tf.reduce_mean(features["conv1_1"]) / tf.reduce_mean(right_maps["conv1_1"]))
    row = "  ".join(f"{value:.2f}" for value in kept[name])
    print(f"{name:21}{row}   conv1_1 is {brighter:.2g} times as large")
raw, zero_to_one, swapped = (kept[name][4] for name in inputs)  # at conv5_1
assert max(raw, zero_to_one) < 0.5 < swapped

# %%
channel = right_maps["conv3_1"].numpy().var(axis=(0, 1)).argmax()
wrong_maps = [model(tf.constant(wrong[None], tf.float32))["conv3_1"][0] for wrong in inputs.values()]
shown = [right_maps["conv3_1"], *wrong_maps]
plots.show_images([values[:, :, channel].numpy() for values in shown], ["right: conv3_1", *inputs],
                  alt="One map of the cat four times: right, and with three mistakes in the preprocessing; the raw "
                      "pixels' map differs most.")

# %% [markdown]
# **What it shows.** (Each panel has its own white: the largest value in it.) Raw pixels do most harm: conv1_1 answers
# far too strongly, and in the deep maps a few huge values outshine all others, so that the rest looks black. From 0 to
# 1, a picture has hardly any contrast for the network: what the maps show is mostly the biases. Swapped colours are
# worse in a way, because the maps look nearly right.
# `network(image, layers)` does the preprocessing itself, so it cannot be forgotten here.
#
# ## 8. Why VGG?
#
# It is from 2014, and newer networks tell pictures apart better. *Predict*: is VGG-19 small, fast or deep
# among them? Keras can build each form without its weights, so we can count. **Depth** is the largest number
# of convolutions that one value goes through from the picture to the end. As before, without the dense layers
# at the end.

# %%
def count_multiplications(model):
    """Multiplications of all convolutions: kernel size times places. A depthwise kernel serves one channel."""
    kinds = keras.layers.Conv2D, keras.layers.DepthwiseConv2D
    return sum(int(np.prod(layer.kernel.shape)) * layer.output.shape[1] * layer.output.shape[2]
               for layer in model.layers if isinstance(layer, kinds))

def depth(model):
    """The most convolutions on any way through the model."""
    deepest = {}  # name of a tensor: convolutions before it
    for layer in model.layers:
        before = max((deepest.get(tensor.name, 0) for tensor in tf.nest.flatten(layer.input)), default=0)
        own = isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D)
        deepest[layer.output.name if not isinstance(layer.output, list) else layer.output[0].name] = before + own
    return max(deepest.values())

# %%
counts = {}
for name in ("VGG19", "ResNet50", "InceptionV3", "MobileNetV2"):
    build = getattr(keras.applications, name)
    model = build(weights=None, include_top=False, input_shape=(224, 224, 3))
    counts[name] = model.count_params() / 1e6, count_multiplications(model) / 1e9, depth(model)
    weights, multiplied, deep = counts[name]
    first = next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)).output.shape[1]
    print(f"{name:12} {weights:5.1f} million weights  {multiplied:5.2f} billion mult.  depth {deep}"
          f"  first map {first}×{first}")
    del model
    keras.utils.clear_session()
assert abs(counts["VGG19"][1] - work / 1e9) < 1e-6 and counts["VGG19"][2] == 16
assert counts["VGG19"][0] < min(counts["ResNet50"][0], counts["InceptionV3"][0])

# %%
figure, axes = plots.subplots(1, 3, size=(9, 2.6), sharey=True)
titles = "million weights", "billion multiplications", "depth"
for column, (axis, title) in enumerate(zip(axes, titles, strict=True)):
    axis.barh(list(counts), [row[column] for row in counts.values()], color=plots.COLORS[:4])
    axis.set(xlabel=title)
axes[0].invert_yaxis()
plots.show(figure, alt="Bars for four networks: VGG-19 makes by far the most multiplications and is the least "
                       "deep; MobileNetV2 has the fewest weights.")
times = counts["VGG19"][1] / counts["MobileNetV2"][1]
print(f"VGG-19 multiplies {times:.0f} times as much as MobileNetV2")

# %% [markdown]
# **What it shows.** VGG-19 is neither fast nor deep: it multiplies 65 times as much as MobileNetV2, in a third of the
# depth. Without its dense end it is not even large: ResNet50 and InceptionV3 have more weights.
# What speaks for it is its plainness: one chain of 3×3 windows, without side roads, so that each layer has
# one receptive field and one place in the order. Its first maps are as large as the picture; the others halve
# theirs in the first layer. For our purpose that counts. That it also *paints* better is what people report;
# this table cannot show it.
#
# ## What you saw
#
# - VGG-19 without its end has 20.0 million weights, 88 % of them in blocks 4 and 5, and makes 19.5 billion
#   multiplications for a picture of 224×224. A value of conv1_1 sees 3 pixels across, one of conv5_1 156;
#   formula and measurement agreed for 21 layers. A third of the field carries 80 % of the influence.
# - Channels look for something: an edge or a colour in 3 pixels at first; then stripes; then upright edges
#   with the dark on one side, in photographs and paintings alike.
# - conv1_1 keeps over 90 % of the pixel and finds half of the pictures; conv5_1 keeps less than half of the
#   pixel and finds over 90 %. Random weights forget too, but find fewer than 60 %.

# %% [markdown]
# ## Where this is used
#
# The content loss (lesson 03) reads one deep layer, the style loss (lesson 05) five layers from shallow to
# deep. The receptive field says how large a brush stroke a layer can hold. Lesson 11 paints with the
# real VGG-19, where you have its weights.
#
# ## Next
#
# **[03 Content loss](03_content_loss.ipynb)**: two pictures show the same if a deep layer says so. How far
# does that carry?
