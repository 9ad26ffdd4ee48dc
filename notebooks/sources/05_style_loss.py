# %% [markdown]
# # 05 Style loss
#
# **What is left of a starry night when nobody says where the stars are?** Below, left: a painting. Right: a picture
# that was noise, and was asked for one thing only, to have the same Gram matrices. Nobody told it of strokes, of
# curls or of blue.
#
# **You will see**
#
# - one number that says how far two styles are apart, and its gradient in one line;
# - why that number is divided by $4N^2M^2$, and what the quarrel about other divisors is really about;
# - textures that grow from noise: what each layer adds, from the colours to the shapes.
#
# **Needs**: [04 Gram matrices](04_gram_matrices.ipynb). · **Time**: about 30 s of computing on two cores. ·
# **Paper**: section 2.3.2.

# %%
import numpy as np

from nst_helpers import exercises, plots
from nst_helpers.backend import tf
from nst_helpers.images import load_image, noise_image, resize_image
from nst_helpers.losses import gram_distance, gram_matrix, layer_style_loss, style_loss
from nst_helpers.networks import data_folder, load_network
from nst_helpers.optimizers import Adam

network = load_network("plain")  # the form of `compact`, after ordinary training
LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")
style = load_image(data_folder() / "style" / "night_swirls.jpg", max_size=176)
photo = load_image(data_folder() / "content" / "temple.jpg", max_size=176)
print("style", style.shape, "photograph", photo.shape)

# %% [markdown]
# The picture on the right is made by a function that section 5 writes out and explains; the first look is free. It
# keeps the texture and forgets the composition: that is what Gram matrices do (lesson 04). So there are rings and
# curls where the painting has stars and swirls.

# %%
from nst_helpers.widgets.style import weave

PAINTERS = {"conv1_1": 81.0, "conv2_1": 27.0, "conv3_1": 9.0, "conv4_1": 3.0, "conv5_1": 1.0}  # w_l, see section 1
woven = weave(network, style, PAINTERS)
plots.show_images([style, woven], ["a painting", "from noise, with its Gram matrices"], photo=True,
                  alt="A painted night with yellow stars over blue swirls; and a picture without composition, made of "
                      "blue curls, a few yellow rings and strokes.")

# %% [markdown]
# ## 1. One number for a layer
#
# The paper compares two pictures in one layer by the squared differences of their Gram matrices:
#
# $$E_l = \frac{1}{4 N_l^2 M_l^2} \sum_{i,j} \left( G^l_{ij} - S^l_{ij} \right)^2
# \qquad\qquad L_{style} = \sum_l w_l E_l$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $F^l$ | feature maps of layer $l$, here as a matrix (positions, channels) | `features` |
# | $N_l$, $M_l$ | how many channels, how many positions | `channels`, `positions` |
# | $G^l$, $S^l$ | Gram matrices of the picture and of the style | `gram`, `style_gram` |
# | $E_l$ | the style loss of one layer | `layer_loss` |
# | $w_l$ | how much this layer counts | `layer_weights` |
#
# **With a pencil.** Two channels, two positions. The picture has $F = \begin{pmatrix} 1 & 0 \\ 1 & 2
# \end{pmatrix}$, a row for each position, so $G = F^T F = \begin{pmatrix} 2 & 2 \\ 2 & 4 \end{pmatrix}$. The style
# has $S = \begin{pmatrix} 2 & 0 \\ 0 & 4 \end{pmatrix}$: the same strengths, never together. The differences are 0, 2,
# 2, 0; their squares sum to 8; and $E = 8 / (4 \cdot 2^2 \cdot 2^2) = 0.125$.

# %%
def layer_loss(features, style_gram):
    """E_l of features (positions, channels) against a Gram matrix that was made from as many positions."""
    positions, channels = features.shape
    gram = features.T @ features
    return np.sum((gram - style_gram) ** 2) / (4 * channels**2 * positions**2)

F = np.array([[1.0, 0.0], [1.0, 2.0]])
S = np.array([[2.0, 0.0], [0.0, 4.0]])
print("E =", layer_loss(F, S))
assert layer_loss(F, S) == 0.125

# %%
def rows(image, layer):
    """The features of an image in float64, as a matrix (positions, channels)."""
    features = network(image, [layer])[layer].numpy().astype(np.float64)
    return features.reshape(-1, features.shape[-1])

square = photo[:116, :116], style[:116, :116]  # two pictures of one size
for layer in LAYERS:
    ours, theirs = (rows(image, layer) for image in square)
    by_hand = layer_loss(ours, theirs.T @ theirs)
    by_package = float(layer_style_loss(*(network(image, [layer])[layer] for image in square)))
    print(f"{layer}: by hand {by_hand:.3g}, package {by_package:.3g}")
    assert np.isclose(by_hand, by_package, rtol=1e-4)

# %% [markdown]
# **What it shows.** By hand and in the package it is the same number.
#
# ### Exercise 1: a style of another size
#
# The formula needs as many positions in both pictures, for each position adds to $G$. Divide each Gram matrix by its
# *own* number of positions first, and it holds for any two sizes. Write `style_distance(features, style_features)`
# for matrices (positions, channels) with different numbers of positions.

# %% tags=["exercise"]
def style_distance(features, style_features):
    ...  # your code: return one number

# %% tags=["solution"]
def style_distance(features, style_features):
    channels = features.shape[1]
    gram = features.T @ features / len(features)
    style_gram = style_features.T @ style_features / len(style_features)
    return np.sum((gram - style_gram) ** 2) / (4 * channels**2)

# %%
exercises.check("05-sizes", style_distance)

# %% [markdown]
# *Predict.* A painting and the same painting at half its size: how far are they apart by the paper's formula as it
# stands, and how far with each Gram matrix divided by its own $M$? Compare with the temple, a truly different
# picture.

# %%
half = resize_image(style, style.shape[0] // 2, style.shape[1] // 2)
layer, positions = "conv3_1", rows(style, "conv3_1").shape[0]
grams = {name: rows(image, layer).T @ rows(image, layer) for name, image in
         (("style", style), ("half", half), ("temple", photo))}
counts = {name: rows(image, layer).shape[0] for name, image in (("half", half), ("temple", photo))}
raw, fair = {}, {}
for name in ("half", "temple"):
    raw[name] = np.sum((grams[name] - grams["style"]) ** 2)
    fair[name] = np.sum((grams[name] / counts[name] - grams["style"] / positions) ** 2)
print(f"raw:          the half-sized painting is {raw['half'] / raw['temple']:.1f} times as far as the temple")
print(f"divided by M: the half-sized painting is {fair['half'] / fair['temple']:.1f} times as far as the temple")
assert raw["half"] > raw["temple"] > 0 and fair["half"] < 0.6 * fair["temple"]

# %% [markdown]
# **What it shows.** Raw, the same painting at another size is a worse match than a temple: it has fewer positions,
# so smaller sums. Divided by $M$, it is much nearer. From here on every Gram matrix is divided by its positions.
#
# ## 2. Who is heard? The divisor
#
# *Predict.* Without $1/(4N^2M^2)$, which layer has the largest sum of squares: the first, with few channels and many
# positions, or the last, with many channels and few positions?

# %%
losses, sizes = {}, {}
for layer in LAYERS:
    ours, theirs = (rows(image, layer) for image in square)
    losses[layer], sizes[layer] = layer_loss(ours, theirs.T @ theirs), ours.shape[::-1]
divisors = {  # what the sum of squared differences is divided by
    "the paper's, 4N²M²": lambda n, m: 4 * n**2 * m**2, "G/(C·H·W)": lambda n, m: n**2 * m**2,
    "G/(H·W)": lambda n, m: m**2, "none": lambda n, m: 1}
shares = {}
for name, divisor in divisors.items():
    parts = np.array([losses[layer] * 4 * n**2 * m**2 / divisor(n, m) for layer, (n, m) in sizes.items()])
    shares[name] = parts / parts.sum()
    print(f"{name:19} " + "  ".join(f"{layer} {100 * s:4.1f} %" for layer, s in zip(LAYERS, shares[name], strict=True)))
assert np.allclose(shares["the paper's, 4N²M²"], shares["G/(C·H·W)"])

# %%
figure, axes = plots.subplots(size=(8, 2.8))
left = np.zeros(4)
for place, (layer, color) in enumerate(zip(LAYERS, plots.COLORS, strict=False)):
    width = np.array([share[place] for share in shares.values()])
    axes.barh(list(shares), width, left=left, color=color, label=layer)
    left += width
axes.set(xlabel="share of the style loss", title="Each divisor lets other layers speak", xlim=(0, 1))
axes.invert_yaxis()
axes.legend(ncols=5, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.25))
plots.show(figure, alt="Four bars of shares: with the paper's divisor and with C·H·W alike, conv5_1 has three "
                       "quarters; with H·W it has still more; without a divisor conv1_1 has nearly all.")

# %% [markdown]
# **What it shows.** Dividing $G$ by $C \cdot H \cdot W$ is the paper's loss times four: no layer gains. Dividing
# it by $H \cdot W$ multiplies each layer by $4N^2$, so layers with many channels gain. Without a divisor $M^2$ stays
# in, and the first layer shouts all others down. So the famous quarrel is about nothing but the **weights of the
# layers**: for every divisor there are $w_l$ that give the same loss.
#
# ### Exercise 2: be fair
#
# Write `fair_weights(layer_losses)`: from a list of $E_l$ the list of $w_l$ with which every layer has the same
# share, and $\sum_l w_l E_l = 1$.

# %% tags=["exercise"]
def fair_weights(layer_losses):
    ...  # your code: return a list of weights

# %% tags=["solution"]
def fair_weights(layer_losses):
    return [1 / (len(layer_losses) * loss) for loss in layer_losses]

# %%
exercises.check("05-fair", fair_weights)

# %% [markdown]
# ## 3. The gradient, in one line
#
# How does $E_l$ change with one number $F_{ki}$ (position $k$, channel $i$)? It stands in row $i$ and in column
# $i$ of $G$: $\partial G_{ij} / \partial F_{ki} = F_{kj}$, and twice that for $j = i$. Each squared difference gives a
# factor 2, each entry off the diagonal comes twice, since $G$ is symmetric. Together a factor 4, which the 4 in
# the divisor takes away. That is why it stands there:
#
# $$\frac{\partial E_l}{\partial F} = \frac{1}{N^2 M^2}\; F \,(G - S)$$
#
# *Predict*: what does the gradient do where two channels fire together, though in the style they never do?

# %%
def layer_gradient(features, style_gram):
    """∂E/∂F = F (G − S) / (N² M²), (positions, channels)."""
    positions, channels = features.shape
    return features @ (features.T @ features - style_gram) / (channels**2 * positions**2)

def numeric_gradient(features, style_gram, step=1e-6):
    """The same by moving each number a little up and down."""
    gradient = np.zeros_like(features)
    for place in np.ndindex(*features.shape):
        moved = np.zeros_like(features)
        moved[place] = step
        up, down = (layer_loss(features + sign * moved, style_gram) for sign in (1, -1))
        gradient[place] = (up - down) / (2 * step)
    return gradient

print("pencil example:\n", layer_gradient(F, S), sep="")
print(f"largest difference from moving each number: {np.abs(layer_gradient(F, S) - numeric_gradient(F, S)).max():.7f}")
assert np.allclose(layer_gradient(F, S), numeric_gradient(F, S), atol=1e-8)

# %%
features, style_gram = rows(square[0], "conv2_1"), rows(square[1], "conv2_1").T @ rows(square[1], "conv2_1")
with tf.GradientTape() as tape:
    unknown = tf.Variable(features)
    positions, channels = features.shape
    gram = tf.matmul(unknown, unknown, transpose_a=True)
    loss = tf.reduce_sum((gram - style_gram) ** 2) / (4 * channels**2 * positions**2)
by_tape, by_hand = tape.gradient(loss, unknown).numpy(), layer_gradient(features, style_gram)
difference = np.abs(by_tape - by_hand).max() / np.abs(by_hand).max()
print(f"conv2_1, {by_hand.size:,} numbers: largest difference from the tape {difference:.9f}")
assert difference < 1e-9

# %% [markdown]
# **What it shows.** Formula, tape and moved numbers agree. And in the pencil example the second position, where both
# channels fire together though the style wants them apart, is pushed down in both: by 4/16 in the first channel, by
# 2/16 in the second.
#
# ## 4. Where does it push?
#
# Through the layers, back to the pixels: where does each layer's style loss want to change the temple? *Predict*:
# the style is a night. Which colour will conv1_1 take away from the photograph?

# %%
pushes, strengths = [], []
style_features = network(style, LAYERS)
for layer in LAYERS:
    image = tf.constant(photo)
    with tf.GradientTape() as tape:
        tape.watch(image)
        loss = layer_style_loss(network(image, [layer])[layer], style_features[layer])
    push = -tape.gradient(loss, image).numpy()
    strengths.append(np.sqrt(np.mean(push**2)))
    pushes.append(np.clip(128 + 110 * push / np.quantile(np.abs(push), 0.99), 0, 255))
figure, axes = plots.subplots(2, 3, size=(9, 4.4))
for axis, image, title in zip(axes.flat, [photo, *pushes], ["the photograph", *LAYERS], strict=True):
    plots.draw_image(axis, image, title, smooth=True)
plots.show(figure, photo=True, alt="The temple, and five pictures on grey of the push of each layer: conv1_1 tints "
                                   "whole areas, conv2_1 and conv3_1 draw fine lines, the deepest broad patterns.")

# %%
for layer, strength in zip(LAYERS, strengths, strict=True):
    print(f"{layer}: {strength / strengths[-1]:.2g} times as hard as conv5_1")
red, green, blue = np.moveaxis(pushes[0] - 128, -1, 0)
print(f"conv1_1 takes more red away than blue in {100 * np.mean(red < blue):.0f} % of the pixels")
assert np.mean(red < blue) > 0.8 and strengths[-1] == max(strengths) > 20 * strengths[0]

# %% [markdown]
# **What it shows.** Grey: leave it. Coloured: push towards that colour. conv1_1 wants less red, nearly everywhere:
# a night is blue. Deeper layers push in patterns, and here the deepest pushes hardest, many times as hard as the
# first. That is what the weights $w_l$ are for.
#
# ## 5. Textures from noise
#
# Now nothing but style. Start from noise, lower $\sum_l w_l E_l$ step by step. First its gradient on the pixels, by
# the tape. (`gram_distance` is $E_l$ for two Gram matrices that are divided by their positions already. The style's
# own are computed once.)

# %%
def goal(style, layer_weights):
    """What is asked for: a Gram matrix and a weight for each layer; a layer without a weight counts nothing."""
    grams = {layer: gram_matrix(features, normalized=True) for layer, features in network(style, LAYERS).items()}
    return grams, {layer: tf.constant(layer_weights.get(layer, 0.0)) for layer in LAYERS}

@tf.function
def style_gradient(picture, grams, layer_weights):
    """The gradient of Σ w_l E_l on the pixels."""
    with tf.GradientTape() as tape:
        tape.watch(picture)
        features = network(picture, LAYERS)
        loss = tf.add_n([layer_weights[layer] * gram_distance(gram_matrix(features[layer], normalized=True),
                                                              grams[layer]) for layer in LAYERS])
    return tape.gradient(loss, picture)

# %% [markdown]
# Then the loop: ask for the gradient, take a step, again and again. The optimizer is Adam, a black box until lesson
# 10. Its steps grow shorter towards the end. The picture begins at half its size and is enlarged once, so that large
# shapes come before fine ones.

# %%
def descend(picture, style, layer_weights, steps, learning_rate=6.0):
    """The picture after so many steps towards the style's Gram matrices."""
    wanted, picture = goal(style, layer_weights), tf.constant(picture)
    state = Adam(learning_rate).init(picture)
    for number in range(steps):
        rate = learning_rate * (1 + np.cos(np.pi * number / steps)) / 2
        picture, state = Adam(np.float32(rate)).step(picture, style_gradient(picture, *wanted), state)
        picture = tf.clip_by_value(picture, 0, 255)
    return picture.numpy()

def texture(style, layer_weights, steps=(70, 90)):
    """A picture with the style's Gram matrices, from noise: half the size first, then the whole."""
    picture = noise_image(style.shape[0] // 2, style.shape[1] // 2, seed=0)
    for factor, count in zip((0.5, 1), steps, strict=True):
        target = resize_image(style, round(style.shape[0] * factor), round(style.shape[1] * factor))
        picture = descend(resize_image(picture, *target.shape[:2]), target, layer_weights, count)
    return picture

# %% [markdown]
# The check: the gradient against the tape of the package's `style_loss`, and five steps against those behind the
# first picture of this lesson.

# %%
from nst_helpers.widgets.style import steps_of

noise = noise_image(88, 88, seed=1)
with tf.GradientTape() as tape:
    image = tf.constant(noise)
    tape.watch(image)
    loss = style_loss(network(image, LAYERS), network(style, LAYERS), PAINTERS)
expected = tape.gradient(loss, image).numpy()
found = style_gradient(tf.constant(noise), *goal(style, PAINTERS)).numpy()
print(f"largest difference of the two gradients: {np.abs(found - expected).max() / np.abs(expected).max():.4f}")
assert np.allclose(found, expected, atol=1e-3 * np.abs(expected).max())
*_, theirs = steps_of(network, noise, style, PAINTERS, 5)
apart = np.abs(descend(noise, style, PAINTERS, 5) - theirs).mean()
print(f"after five steps the two pictures differ by {apart:.1f} grey levels, on average")
assert apart < 0.02 < np.abs(theirs - noise).mean()

# %% [markdown]
# *Predict* what one layer alone gives, and what each further layer adds.

# %%
grown = {}
for count in range(1, 6):
    chosen = {layer: weight for layer, weight in PAINTERS.items() if layer in LAYERS[:count]}
    grown[f"{LAYERS[0]} to {LAYERS[count - 1]}" if count > 1 else "conv1_1 alone"] = texture(style, chosen)
figure, axes = plots.subplots(2, 3, size=(9, 6.3))
for axis, image, title in zip(axes.flat, [*grown.values(), style], [*grown, "the style"], strict=True):
    plots.draw_image(axis, image, title, smooth=True)
plots.show(figure, photo=True, alt="Five textures and the painting: coloured grain in the right colours; short "
                                   "strokes; longer ones; curls and rings; nearly the same curls and rings again.")

# %%
wanted, table = network(style, LAYERS), {}
for name, image in grown.items():
    features = network(image, LAYERS)
    table[name] = [float(layer_style_loss(features[layer], wanted[layer])) for layer in LAYERS]
start = [float(layer_style_loss(network(noise, LAYERS)[layer], wanted[layer])) for layer in LAYERS]
for name, row in table.items():
    met = [layer for layer, loss, first in zip(LAYERS, row, start, strict=True) if loss < 0.05 * first]
    print(f"{name:20} less than 5 % of the noise's loss is left in: {', '.join(met)}")
assert all(table[name][-1] > table["conv1_1 to conv5_1"][-1] for name in list(table)[:-1])

# %% [markdown]
# **What it shows.** conv1_1 knows the colours, pixel by pixel, and nothing else. Each further layer sees wider
# (lesson 02) and adds larger patterns: strokes, longer strokes, rings and curls where the painting has stars and
# swirls. The last step shows little: with our weights conv5_1 has only 11 % of the loss (section 6 draws it), and
# its window of 156 pixels (lesson 02) is nearly the whole picture. A deep layer's matrices are met only where it was
# asked for.
#
# ## 6. The weights, in your hands
#
# The bars follow at once: how much of the loss of the temple each layer would have. For the picture, a choice of
# textures made by the lesson is shown at once; the button weaves one with exactly your weights. (The sliders count in
# powers of three: 4 is $3^4 = 81$.)
#
# *Predict*: all five weights 1, that is, all sliders at 0. Which layer has the longest bar? Which weight must you
# raise most to make all bars equal?

# %%
from nst_helpers.widgets.style import layer_weights_panel

choices = {"all five": (PAINTERS, woven)}
for name, kept in (("only conv1_1", LAYERS[:1]), ("up to conv3_1", LAYERS[:3])):
    choices[name] = {layer: w for layer, w in PAINTERS.items() if layer in kept}, grown[
        "conv1_1 alone" if len(kept) == 1 else "conv1_1 to conv3_1"]
deep = {layer: w for layer, w in PAINTERS.items() if layer in LAYERS[3:]}
choices["only conv4_1 and conv5_1"] = deep, texture(style, deep)
layer_weights_panel(network, style, dict(zip(LAYERS, losses.values(), strict=True)), choices)

# %% [markdown]
# **What it shows.** A bar is weight times loss. With equal weights conv5_1 has three quarters of the loss, and conv2_1
# hardly one part in seventy (section 2): that one needs the largest weight to be heard, as in exercise 2. Equal bars
# are fair, and not always the nicest picture.
#
# ## 7. The divisors, in pictures
#
# Section 2 said that a divisor is a set of weights in disguise. So let each of them weave, and look. *Predict* which
# divisor gets the colours wrong.

# %%
disguises = {name: {layer: 4.0 * n**2 * m**2 / divisor(n, m) for layer, (n, m) in sizes.items()}
             for name, divisor in divisors.items() if name != "G/(C·H·W)"}
disguised = {name: texture(style, {layer: w / max(weights.values()) for layer, w in weights.items()})
             for name, weights in disguises.items()}
disguised["our weights"] = woven
plots.show_images(disguised.values(), list(disguised), photo=True,
                  alt="Four textures of the night: with the paper's divisor pale swirls, with H·W swirls in wrong, "
                      "garish colours, without a divisor blue and yellow, and nearly so with our weights.")

# %%
far = {name: float(layer_style_loss(network(image, ["conv5_1"])["conv5_1"], wanted["conv5_1"]))
       for name, image in disguised.items()}
print("farthest from the style in conv5_1:", max(far, key=far.get))
colour = {name: np.abs(image.mean(axis=(0, 1)) - style.mean(axis=(0, 1))).mean() for name, image in disguised.items()}
for name, off in colour.items():
    print(f"{name:19} mean colour {'less than 5' if off < 5 else 'more than 20'} grey levels off")
    assert (off < 5) == (name in ("none", "our weights")) and not 5 < off < 20
assert max(far, key=far.get) == "none" and far["none"] > 1.3 * far["our weights"]
ours = np.array([PAINTERS[layer] * losses[layer] for layer in LAYERS])
louder = ours[-1] / ours.sum() / shares["none"][-1]
print(f"with our weights conv5_1 has {louder:.0f} times the share that it has without a divisor")

# %% [markdown]
# **What it shows.** With the paper's divisor the deepest layer has most of the say: shapes come first, and the
# colours stay pale. Divided by $H \cdot W$, still more so, and the colours go wrong. Without a divisor the first
# layer leads: the colours are right, and the deep shapes farthest from the style. Our weights are close to that; only
# conv5_1 is heard 12 times as loud. They fall by a factor 3 from layer to layer. The whole course uses them. They
# were found by looking; lesson 11 shows how to look at many at once.
#
# ## What you saw
#
# - $E_l$ was 0.125 by pencil, and equal to the package's in all five layers; its gradient is $F(G - S)/(N^2M^2)$,
#   the same by tape and by moving numbers.
# - $C \cdot H \cdot W$ gave exactly the paper's shares; other divisors are other weights of the layers.
# - conv1_1 alone gave coloured grain; up to conv4_1 each layer added larger shapes, conv5_1 hardly any.
#
# ## Where this is used
#
# This is the β in the total loss of lesson 07. The package compares Gram matrices that are divided by their own
# number of positions, so that content and style may have any two sizes.
#
# ## Next
#
# Look once more at our textures: every area is full of fine coloured grain, and no layer complains.
# **[06 Total variation](06_total_variation.ipynb)** is about the noise that no Gram matrix minds.
