# %% [markdown]
# # 05 Style loss

# %% tags=["figure"]
from nst_helpers import plots
from nst_helpers.diagrams.style import before_and_after
from nst_helpers.experiments.woven import load_texture, piece
from nst_helpers.images import noise_image

hero = load_texture("glass_one_size")
plots.show(before_and_after(hero.style, noise_image(320, 320, seed=0), hero.image),
           "Stained glass (top left), noise (bottom left), and what the noise became in 250 steps that lowered the "
           "style loss and, with a very small weight, the total variation: leaded cells in the colours of the glass, "
           "straight and curved as there, but in other places.", photo=True)

# %% [markdown]
# The large picture above was noise. 250 steps of an optimizer lowered $\beta L_{style} + \gamma\, TV$ with $\beta = 30$
# and $\gamma = 0.01$. The second term is a trace of smoothing ([lesson 06](06_total_variation.ipynb)), which all stored
# textures of this lesson have; the first is the *style loss*, into which the style enters only by its Gram matrices
# ([lesson 04](04_gram_matrices.ipynb)). In this lesson we build it, and ask of every part of it why it is there. At the
# end you will be able to derive its gradient on paper, to say what a divisor can change and what it cannot, and to
# choose layers and weights for a texture of your own.
#
# **Needs**: [04 Gram matrices](04_gram_matrices.ipynb). · **Time**: 40 minutes to read, 40 s of computing on two
# cores. · **Course’s paper**: section 2.3.2.

# %%
import numpy as np

from nst_helpers import exercises
from nst_helpers.backend import tf
from nst_helpers.images import load_image, resize_image
from nst_helpers.losses import content_loss, gram_distance, gram_matrix, layer_style_loss
from nst_helpers.networks import data_folder, load_network, random_network
from nst_helpers.optimizers import Adam

network = load_network()  # the robust one
LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")
style = piece("stained_glass", (0, 0, 320))  # left, top, side
temple = load_image(data_folder() / "content" / "temple.jpg", None)[53:373, 140:460]

# %% [markdown]
# ## 1. One number for a layer
#
# Two pictures have been sent through the network, and layer $l$ has turned each into feature maps. As in lesson 04 we
# write them as a matrix $F$ with one row for each position and one column for each channel, and $G = F^TF$ is its Gram
# matrix. The course's paper, following Gatys, Ecker and Bethge (2016), compares the Gram matrix $G$ of the generated
# picture with the Gram matrix $S$ of the style picture by
#
# $$E_l = \frac{1}{4 N_l^2 M_l^2} \sum_{i=1}^{N_l} \sum_{j=1}^{N_l} \left( G^l_{ij} - S^l_{ij} \right)^2,
# \qquad L_{style} = \sum_l w_l E_l .$$
#
# | letter | meaning | in code |
# |---|---|---|
# | $F^l$ | feature maps of layer $l$; $F_{ki}$ is position $k$, channel $i$ | `features` |
# | $N_l$, $M_l$ | number of channels, number of positions | `channels`, `positions` |
# | $G^l$, $S^l$ | Gram matrices of the picture and of the style, $N_l \times N_l$ | `gram`, `style_gram` |
# | $E_l$ | style loss of one layer | `layer_loss` |
# | $w_l$ | weight of the layer | `layer_weights` |
#
# (In the course's paper a bracket has slipped: “其中 N 为通道数 M (特征图数量)为信息矩阵大小”. “Number of feature maps”
# explains $N$, not $M$. And its sum runs from $l = 0$ to $L$ over what it calls $L$ layers, which makes $L + 1$.)
#
# The fraction looks arbitrary until we count what is added up. Divided by $M$, an entry of $G$ is a mean over
# positions, and because the difference is squared, $M^2$ appears. The squared differences are then summed over all
# $N^2$ entries of the matrix, and dividing by $N^2$ makes that a mean as well. Written in this manner the formula is a
# quarter of a mean squared error (MSE) between two matrices of mean products:
#
# $$E_l = \frac14 \cdot \underbrace{\frac{1}{N_l^2} \sum_{i,j}}_{\text{mean over entries}}
# \Big( \underbrace{\frac{G^l_{ij}}{M_l} - \frac{S^l_{ij}}{M_l}}_{\text{means over positions}} \Big)^2 .$$

# %% tags=["figure"]
from nst_helpers.diagrams.style import gram_counts

counted = {layer: (network(style, [layer])[layer].shape[0] ** 2, network.channels(layer))
           for layer in ("conv1_1", "conv3_1", "conv5_1")}
plots.show(gram_counts(counted),
           "F (blue: a row for each position, a column for each channel) and G (yellow) in three layers, for a picture "
           "of 320 × 320 pixels; F’s height is drawn as the root of M. Two orange columns of F give one orange entry "
           "of G, a sum of M products. From left to right M falls to a 256th, while the number of entries N² grows 64 "
           "times.")

# %% [markdown]
# Both counts change by about two orders of magnitude from conv1_1 to conv5_1, and in opposite directions. Only the 4
# is still unexplained; it will cancel in section 3. First an example for the pencil, with two channels and two
# positions:
#
# $$F = \begin{pmatrix} 1 & 0 \\ 1 & 2 \end{pmatrix}, \quad
# G = F^TF = \begin{pmatrix} 2 & 2 \\ 2 & 4 \end{pmatrix}, \quad
# S = \begin{pmatrix} 2 & 0 \\ 0 & 4 \end{pmatrix}, \quad
# G - S = \begin{pmatrix} 0 & 2 \\ 2 & 0 \end{pmatrix}.$$
#
# The style has the same energy in each channel, but its two channels never respond at the same position. Two of the
# four differences are 2, their squares sum to 8, and $E = 8 / (4 \cdot 2^2 \cdot 2^2) = 0.125$.

# %%
def layer_loss(features, style_gram):
    """E_l of features (positions, channels) against a Gram matrix that was made from as many positions."""
    positions, channels = features.shape
    gram = features.T @ features
    return np.sum((gram - style_gram) ** 2) / (4 * channels**2 * positions**2)

F = np.array([[1.0, 0.0], [1.0, 2.0]])
S = np.array([[2.0, 0.0], [0.0, 4.0]])
print("E =", layer_loss(F, S))

# %%
def matrix(image, layer, seen_by=network):
    """F: the feature maps of an image as a matrix (positions, channels)."""
    features = seen_by(image, [layer])[layer].numpy().astype(np.float64)
    return features.reshape(-1, features.shape[-1])

losses = {}  # E_l of the temple against the glass
for layer in LAYERS:
    ours, theirs = matrix(temple, layer), matrix(style, layer)
    losses[layer] = layer_loss(ours, theirs.T @ theirs)
    print(f"{layer}: M = {ours.shape[0]:7,}  N = {ours.shape[1]:3}  E = {losses[layer]:.2f}")

# %% tags=["check"]
assert layer_loss(F, S) == 0.125
for layer in LAYERS:  # by hand and by the package: the same number
    by_package = float(layer_style_loss(network(temple, [layer])[layer], network(style, [layer])[layer]))
    assert np.isclose(losses[layer], by_package, rtol=1e-3)

# %% [markdown]
# Between a photograph of a temple and the glass all five losses are near one, from 0.59 to 1.25.
#
# ## 2. Two pictures of different size
#
# Shrink the glass to half its width and height, and compare it with the original by the raw sum
# $\sum_{ij}(G_{ij} - S_{ij})^2$.

# %%
exercises.predict(
    "05-half", "By the raw sum over conv1_1, how far is the half-sized glass from the glass, compared with the temple?",
    {"much nearer than the temple": "It is the same picture, so one expects a small number. But each entry of its Gram "
                                    "matrix is a sum over a quarter of the positions, so it is a quarter of that of S.",
     "about half as far as the temple": "Half the width is a quarter of the positions: the entries shrink to a "
                                        "quarter, and three quarters of S are missing.",
     "about as far as the temple": "A quarter of the positions gives a quarter of each entry, so three quarters of S "
                                   "are missing: a difference as large as that to another picture."},
    right="about as far as the temple")

# %% [markdown]
# The formula has one $M$, so it assumes that both pictures have equally many positions. The next cell measures both
# distances in three layers, and prints their ratio twice: first for the raw sums, then with each Gram matrix divided by
# its own number of positions.

# %%
half, ratios = resize_image(style, 160, 160), {}
for layer in ("conv1_1", "conv3_1", "conv5_1"):
    maps = [matrix(image, layer) for image in (style, half, temple)]
    ratios[layer] = []
    for divisors in ((1, 1, 1), [len(features) for features in maps]):  # raw sums, then means
        goal, of_half, of_temple = (features.T @ features / divisor
                                    for features, divisor in zip(maps, divisors, strict=True))
        ratios[layer].append(np.sum((of_half - goal) ** 2) / np.sum((of_temple - goal) ** 2))
    print(f"{layer}: half-sized glass over temple: raw {ratios[layer][0]:.2f}, by means {ratios[layer][1]:.3f}")

# %% tags=["check"]
assert all(raw > 0.8 and by_means < 0.5 for raw, by_means in ratios.values())

# %% [markdown]
# By raw sums the glass is nearly as unlike its own reduction as it is unlike a temple (1.02, 0.86 and 0.97 in the three
# layers). When each Gram matrix is divided by its *own* number of positions, the ratio falls to 0.006 in conv1_1. In
# conv3_1 and conv5_1 it stays at a third to a half, and that is no longer a fault of the formula: at half the size the
# glass cells really are smaller. No layer weight could have repaired the raw sums, since a weight multiplies the
# difference $G - S$, while here the difference itself is wrong.
#
# ### Exercise 1: repair a style loss
#
# Networks that paint in a single pass are trained with batches of pictures. The function below takes the feature maps
# of a batch, (batch, positions, channels), and those of a style, (positions, channels), whose number of positions may
# be another. It shall return one number: the mean of $E_l$ over the pictures of the batch. For a batch of one it is
# right. Find the bug.

# %% tags=["exercise"]
def batch_loss(features, style_features):
    batch, positions, channels = features.shape
    flat = features.reshape(batch * positions, channels)
    gram = flat.T @ flat / (batch * positions)
    style_gram = style_features.T @ style_features / len(style_features)
    return np.sum((gram - style_gram) ** 2) / (4 * channels**2)

# %% tags=["solution"]
def batch_loss(features, style_features):
    batch, positions, channels = features.shape
    grams = features.transpose(0, 2, 1) @ features / positions  # one for each picture, not one for all of them
    style_gram = style_features.T @ style_features / len(style_features)
    return np.sum((grams - style_gram) ** 2) / (4 * channels**2 * batch)

# %%
exercises.check("05-batch", batch_loss)

# %% [markdown]
# ## 3. The gradient
#
# To lower $E$ we need its derivative with respect to every number $F_{kc}$, position $k$ and channel $c$. (The layer's
# index is left out.) In a single entry $G_{ij} = \sum_m F_{mi} F_{mj}$ the number $F_{kc}$ can stand in either factor,
# and the product rule gives one term for each place:
#
# $$\frac{\partial G_{ij}}{\partial F_{kc}} = \delta_{ic} F_{kj} + \delta_{jc} F_{ki},
# \qquad \delta_{ic} = 1 \text{ if } i = c, \text{ else } 0 .$$
#
# (This δ is Kronecker's, and not the error δ of lesson 03.) Now the chain rule. Each square contributes a factor 2, and
# each of the two δ picks one row or one column out of the double sum:
#
# $$\frac{\partial E}{\partial F_{kc}}
# = \frac{1}{4N^2M^2} \sum_{i,j} 2\,(G_{ij} - S_{ij}) \left( \delta_{ic} F_{kj} + \delta_{jc} F_{ki} \right)$$
#
# $$= \frac{2}{4N^2M^2} \Big[ \sum_{j} (G_{cj} - S_{cj}) F_{kj} + \sum_{i} (G_{ic} - S_{ic}) F_{ki} \Big] .$$
#
# Since $G$ and $S$ are symmetric, the two sums in the brackets are the same sum, $\sum_j F_{kj} (G - S)_{jc}$, which is
# an entry of the matrix product $F(G - S)$. So a 2 comes from the square and a 2 from the symmetry, and the 4 in the
# divisor was put there to cancel them:
#
# $$\frac{\partial E}{\partial F} = \frac{1}{N^2 M^2}\; F\,(G - S) .$$

# %%
def layer_gradient(features, style_gram):
    """∂E/∂F = F (G − S) / (N² M²), (positions, channels)."""
    positions, channels = features.shape
    return features @ (features.T @ features - style_gram) / (channels**2 * positions**2)

print(layer_gradient(F, S))

# %% tags=["check"]
def numeric_gradient(features, style_gram, step=1e-6):
    """The same by moving each number a little up and down."""
    gradient = np.zeros_like(features)
    for place in np.ndindex(*features.shape):
        moved = np.zeros_like(features)
        moved[place] = step
        up, down = (layer_loss(features + sign * moved, style_gram) for sign in (1, -1))
        gradient[place] = (up - down) / (2 * step)
    return gradient

def tape_gradient(features, style_gram):
    """The same by TensorFlow, through the sum as it is written."""
    (positions, channels), unknown = features.shape, tf.Variable(features)
    with tf.GradientTape() as tape:
        gram = tf.matmul(unknown, unknown, transpose_a=True)
        loss = tf.reduce_sum((gram - style_gram) ** 2) / (4 * channels**2 * positions**2)
    return tape.gradient(loss, unknown).numpy()

assert np.allclose(layer_gradient(F, S), [[0, 2 / 16], [4 / 16, 2 / 16]])
assert np.allclose(layer_gradient(F, S), numeric_gradient(F, S), atol=1e-7)
ours, theirs = matrix(temple, "conv2_1"), matrix(style, "conv2_1")
by_hand, by_tape = (rule(ours, theirs.T @ theirs) for rule in (layer_gradient, tape_gradient))
assert np.abs(by_tape - by_hand).max() < 1e-8 * np.abs(by_hand).max()

# %% [markdown]
# A folded cell checks the formula against central differences on the pencil example, and against TensorFlow's tape on
# all 819,200 numbers of conv2_1. In the pencil example both channels respond together at the second position, which
# never happens in the style, so a step against the gradient lowers both, by 4/16 and 2/16 of the step. At the first
# position only the first channel responds. Its gradient is 0, while the second channel, which is 0 already, has the
# gradient 2/16: a step would take it below zero, because a *negative* response there would cancel part of the unwanted
# product.
#
# A feature map comes out of a rectifier, so it cannot become negative. Behind each number of $F$ stands the value $Z$
# before the rectifier, $F = \max(0, Z)$, and the chain rule multiplies by its derivative, which is 1 for $Z > 0$ and 0
# for $Z < 0$. It is the gate that we met at the content loss in lesson 03, and Gatys and colleagues write it into their
# formula as a second case, “0 if $F < 0$”.

# %%
Z = tf.constant([[1.0, -0.5], [1.0, 2.0]])  # the rectifier makes F of it
with tf.GradientTape() as tape:
    tape.watch(Z)
    loss = gram_distance(gram_matrix(tf.nn.relu(Z)[tf.newaxis], normalized=True), S / 2)  # G/M and S/M: M is 2
passed = tape.gradient(loss, Z).numpy()
print(passed)
for layer in LAYERS:
    features, goal = matrix(temple, layer), matrix(style, layer)
    gradient, closed = layer_gradient(features, goal.T @ goal), features == 0
    stopped = np.sum(gradient[closed] ** 2) / np.sum(gradient**2)
    print(f"{layer}: {100 * closed.mean():.0f} % of F is 0; {100 * stopped:.0f} % of the squared gradient stops there")

# %% tags=["check"]
assert np.allclose(passed, [[0, 0], [0.25, 0.125]])
assert 0.1 < stopped < 0.9

# %% [markdown]
# The 2/16 of the first row is gone, everything else has stayed. In the real network about half of all features are 0,
# and between 19 % (conv1_1) and 44 % (conv4_1) of the squared gradient falls on them and is lost. What passes the
# gates travels down to the pixels, where it can be seen: the negative gradient says in which direction each layer would
# change the photograph.

# %% tags=["figure"]
pushes, wanted = [], network(style, LAYERS)
for layer in ("conv1_1", "conv3_1", "conv5_1"):
    image = tf.constant(temple)
    with tf.GradientTape() as tape:
        tape.watch(image)
        loss = layer_style_loss(network(image, [layer])[layer], wanted[layer])
    push = -tape.gradient(loss, image).numpy()
    pushes.append(np.clip(128 + 110 * push / np.quantile(np.abs(push), 0.96), 0, 255))
plots.show_images([temple, pushes[0]], ["the photograph", "negative gradient, conv1_1"],
                  "The temple, and the negative gradient of E_l on its pixels, for the glass as style. Grey is left "
                  "alone; a coloured pixel is pushed towards that colour: by conv1_1 whole areas towards blue.",
                  photo=True)
plots.show_images(pushes[1:], ["negative gradient, conv3_1", "negative gradient, conv5_1"],
                  "conv3_1 pushes tiles and columns towards pink and their edges towards blue; conv5_1 leaves the sky "
                  "alone and acts in small groups of strong colours, along gables and at corners. (Each of the three "
                  "is scaled by its own 96th percentile.)", photo=True)

# %% [markdown]
# The gradient of conv1_1 covers whole areas, since its windows of 3×3 pixels see colours and their nearest neighbours
# only. That of conv3_1 lies on contours and the stripes between them, and that of conv5_1 where several edges meet.
#
# ## 4. What a divisor can change, and what it cannot
#
# Gatys and colleagues print $1/(4N^2M^2)$; Johnson and
# colleagues (2016) divide $G$ by $C \cdot H \cdot W$, which is $N \cdot M$ in our letters, and sum the squares; others
# divide $G$ by $H \cdot W = M$ only, or by nothing. Which one is right?

# %%
exercises.predict(
    "05-divisor", "Without any divisor, which layer supplies most of the style loss between the temple and the glass?",
    {"conv1_1": "It has the smallest Gram matrix, 256 entries, but each is a sum over 102,400 positions, 256 times as "
                "many as in conv5_1, and the square makes 65,536 of that.",
     "conv5_1": "It has 16,384 entries, 64 times as many as conv1_1. But they are sums over 400 positions only, and "
                "the number of positions enters twice: the square of 256 beats 64.",
     "about equal": "M falls as N grows, so one could hope that they cancel; but each falls or grows at its own rate."},
    right="conv1_1")

# %%
N = np.array([network.channels(layer) for layer in LAYERS])
M = np.array([320**2 // 4**depth for depth in range(5)])
divided_by = {"4N²M² (Gatys)": 4 * N**2 * M**2, "G/(C·H·W)": N**2 * M**2, "G/(H·W)": M**2, "nothing": N**0}
E = np.array(list(losses.values()))
shares = {}
for name, divisor in divided_by.items():
    terms = E * (4 * N**2 * M**2) / divisor
    shares[name] = terms / terms.sum()

# %% tags=["figure"]
figure, axes = plots.subplots(size=(8.5, 2.9))
left = np.zeros(4)
for place, (layer, color) in enumerate(zip(LAYERS, plots.COLORS, strict=False)):
    width = np.array([100 * share[place] for share in shares.values()])
    axes.barh(list(shares), width, left=left, color=color, label=layer)
    left += width
axes.set(xlabel="share of the style loss, in %", xlim=(0, 100))
axes.invert_yaxis()
axes.legend(ncols=5, fontsize=9, loc="upper center", bbox_to_anchor=(0.45, -0.24), frameon=False)
plots.show(figure, "What each layer contributes to the style loss between temple and glass, for four divisors. The "
                   "first two bars are equal; G/(H·W) favours deep layers, and without a divisor conv1_1 leads.",
           folded="Choose first, then open")

# %% tags=["check"]
assert np.allclose(shares["4N²M² (Gatys)"], shares["G/(C·H·W)"])
assert shares["nothing"][0] > 0.6 and shares["nothing"][4] < 0.01 and shares["G/(H·W)"][3:].sum() > 0.6

# %% [markdown]
# In numbers, from conv1_1 to conv5_1:

# %%
for name, share in shares.items():
    print(f"{name:14} " + "".join(f"{100 * part:7.1f} %" for part in share))

# %% [markdown]
# conv5_1 supplies 45 % of the loss with one divisor and less than 0.1 % with another, where conv1_1 has 81 %. Whoever
# expected conv5_1 to lead without a divisor counted the entries and forgot the sums. Still the question which of them
# is right has no answer, because a divisor multiplies the whole term of a layer by a constant, and so does the layer's
# weight $w_l$. As long as the picture keeps its size, choosing a divisor *is* choosing weights.
#
# We can therefore translate every recipe into the weight that it puts on Gatys' $E_l$. Take $G/(H \cdot W)$, summed.
# Its term is $\sum (G/M - S/M)^2$, and $E_l$ is the same sum divided by $4N^2$; so the term is $4N^2 E_l$, and its
# weight is $4N^2$. In the same manner Johnson's has the weight 4, and no divisor at all $4N^2M^2$. The PyTorch code
# that Gatys published later takes the *mean* over the $N^2$ entries, which leaves $4E_l$, and multiplies it by
# $10^3/N^2$: weight $4 \cdot 10^3/N^2$. The table has these weights for VGG-19, each row divided by its last number,
# since a factor common to all layers only rescales the whole loss.

# %%
n, m = np.array([64, 128, 256, 512, 512]), np.array([256, 64, 16, 4, 1])  # VGG-19; m: positions over those of conv5_1
recipes = {"1/5 each (2016, this course)": 0.2 + 0.0 * n, "4 (Johnson)": 4 + 0.0 * n,
           "4N² (G/(H·W), summed)": 4.0 * n**2, "4·10³/N² (Gatys, later)": 4e3 / n**2,
           "4N²M² (no divisor)": 4.0 * n**2 * m**2}
print(" " * 30 + "".join(f"{layer:>10}" for layer in LAYERS))
for name, weights in recipes.items():
    print(f"{name:30}" + "".join(f"{weight:10.4g}" for weight in weights / weights[-1]))

# %% tags=["check"]
later, none = (recipes[name] / recipes[name][3] for name in ("4·10³/N² (Gatys, later)", "4N²M² (no divisor)"))
assert np.allclose(later[:4], none[:4]) and np.isclose(later[4], 16 * none[4])

# %% [markdown]
# The last two rows are unexpectedly alike. From conv1_1 to conv4_1 both fall by a factor of 4 from layer to layer,
# because from block to block $N$ doubles and $M$ falls to a quarter: Gatys' later weights prefer the shallow layers
# just as a missing divisor does. Only at conv5_1 they part, where $N$ stays and $M$ goes on falling. This course weighs
# all five layers alike, as the 2016 paper does.
#
# **Where the equivalence ends.** Weights are constants, whereas $M$ changes with the size of the picture. The cell
# below computes the same two losses at three sizes.

# %%
for side in (80, 160, 320):
    pictures = [resize_image(image, side, side) for image in (temple, style)]
    pairs = {layer: [matrix(image, layer) for image in pictures] for layer in LAYERS}
    raw = np.array([np.sum((ours.T @ ours - theirs.T @ theirs) ** 2) for ours, theirs in pairs.values()])
    gatys = sum(layer_loss(ours, theirs.T @ theirs) for ours, theirs in pairs.values()) / 5
    content = float(content_loss(*(network(image, ["conv4_2"])["conv4_2"] for image in pictures)))
    print(f"{side} pixels: no divisor {raw.sum():.1e} (conv1_1 {100 * raw[0] / raw.sum():.0f} %), "
          f"Gatys {gatys:.2f}, content ½Σ(F − C)² {content:.1e}")

# %% tags=["check"]
assert raw.sum() > 1e13 and 0.5 < gatys < 1.3 and raw[0] / raw.sum() > 0.6

# %% [markdown]
# From 80 to 320 pixels the undivided loss grows 298 times (16 times as many positions, squared, would be 256), while
# Gatys' falls from 1.44 to 0.83, to 0.58 of itself. The *balance of the layers* hardly suffers, because all $M_l$ grow
# by the same factor: conv1_1 has 75 % of the undivided loss at the small size and 81 % at the large one. What breaks is
# the balance with the content loss of lesson 03, a sum, which grew 13.8 times. With a β tuned at 80 pixels a style loss
# without divisor counts 298/13.8 ≈ 22 times too much at 320, and Gatys' 13.8/0.58 ≈ 24 times too little. If the content
# loss is a mean too, as in this course's package, it falls to 13.8/16 ≈ 0.86 of itself, and one β is wrong by 0.86/0.58
# ≈ 1.5 only. That, together with section 2, is the case for $M$.
#
# **Does the divisor make the layers equal?** The course's paper says so: because $N$ and $M$ differ between layers,
# “所以需要前面的系数确保不同层级之间的损失贡献能够平等地影响总的风格损失”
# (“the coefficient in front is therefore needed to ensure that the loss contributions of the different levels influence
# the total style loss equally”). In our first row the five shares do lie between 14 % and 30 %. But a divisor made of
# counts does not depend on how strongly a layer responds: if all activations of a layer doubled, its $E_l$ would grow
# 16 times. So let us keep divisor and pictures, and exchange only the network.

# %%
from nst_helpers.names import named

eyes = {"compact (robust)": network, "plain": load_network("plain"), "random weights": random_network(seed=0)}
by_network = {}
for name, seen_by in eyes.items():
    ours, theirs = seen_by(temple, LAYERS), seen_by(style, LAYERS)
    terms = np.array([float(layer_style_loss(ours[layer], theirs[layer])) for layer in LAYERS])
    by_network[name] = terms / terms.sum()
    print(f"{named(name):17}" + "".join(f"{100 * share:7.1f} %" for share in by_network[name]))

# %% tags=["check"]
assert by_network["plain"].max() > 5 * by_network["plain"].min()
assert by_network["compact (robust)"].max() < 4 * by_network["compact (robust)"].min()

# %% [markdown]
# In the plain network, with the same $N$, $M$ and divisor, conv5_1 has 49 % and conv2_1 has 5 %, and random weights
# give a third order, although in all three networks the mean activation of each layer is one (lesson 02). The prefactor
# makes the layers *comparable*, by removing the counts; “equal” is a matter of the weights, and of the pictures.
#
# ### Exercise 2: derive a weight
#
# A program divides the feature maps by $N \cdot M$ *before* it multiplies them, $(F/NM)^T(F/NM)$, and takes the *mean*
# of the squared differences over all entries. With which weight $w$ does Gatys' $E$ give the same number, $w \cdot E$?
# Write it as text in quotation marks, an expression in `N` and `M`, such as `"N * M / 2"`.

# %% tags=["exercise"]
early_weight = ...  # your expression

# %% tags=["solution"]
early_weight = "4 / (N**4 * M**2)"  # Σ(G − S)² / (N² · N⁴M⁴) = (4 / (N⁴M²)) · Σ(G − S)² / (4 N² M²)

# %%
exercises.check("05-early", early_weight)

# %% [markdown]
# ### Exercise 3: equal shares
#
# Write `fair_weights(layer_losses)`: from a list of $E_l$ it returns the list of $w_l$ with which every layer has the
# same share of the style loss, and the whole loss is 1. Then ask yourself at which picture these shares are equal: at
# the noise where a run begins, at the photograph, or at the finished texture?

# %% tags=["exercise"]
def fair_weights(layer_losses):
    ...  # your code: return a list of weights

# %% tags=["solution"]
def fair_weights(layer_losses):
    return [1 / (len(layer_losses) * loss) for loss in layer_losses]

# %%
exercises.check("05-fair", fair_weights)

# %% [markdown]
# ## 5. A texture from noise
#
# We have the loss and its gradient, so we can let a picture descend. The method is due to Gatys, Ecker and Bethge
# (2015): start from noise, and lower $\sum_l w_l E_l$, nothing else, by changing the pixels. The style's Gram matrices
# are computed once, and the gradient on the pixels is the tape's.

# %%
layer_weights = dict.fromkeys(LAYERS, 0.2)  # w_l = 1/5, as in Gatys 2016

def style_grams(style):
    """{layer: S/M} of a style picture."""
    return {layer: gram_matrix(features, normalized=True) for layer, features in network(style, LAYERS).items()}

@tf.function(reduce_retracing=True)
def style_gradient(picture, grams):
    """The gradient of Σ w_l E_l on the pixels."""
    with tf.GradientTape() as tape:
        tape.watch(picture)
        loss = tf.add_n([layer_weights[layer] * gram_distance(gram_matrix(features, normalized=True), grams[layer])
                         for layer, features in network(picture, LAYERS).items()])
    return tape.gradient(loss, picture)

# %% [markdown]
# The loop takes 50 steps at each of three sizes. Its optimizer is Adam, a black box until lesson 10, with a learning
# rate η that falls to zero along half a cosine. The picture begins small and is enlarged twice, so that large shapes
# are there before fine ones.

# %%
def synthesize(grams_at, sizes=(64, 113, 160), steps=50, learning_rate=16.0):
    """A picture from noise; grams_at(size) gives the Gram matrices that it shall have at a size."""
    picture = noise_image(sizes[0], sizes[0], seed=0)
    for size in sizes:
        picture, grams = tf.constant(resize_image(picture, size, size)), grams_at(size)
        state = Adam(learning_rate).init(picture)
        for step in range(steps):
            falling = np.float32(learning_rate * (1 + np.cos(np.pi * step / steps)) / 2)
            picture, state = Adam(falling).step(picture, style_gradient(picture, grams), state)
            picture = tf.clip_by_value(picture, 0, 255)
        picture = picture.numpy()
    return picture

# %%
def glass_grams(size):
    """The Gram matrices of the glass at a size."""
    return style_grams(resize_image(style, size, size))

live = synthesize(glass_grams)

# %% tags=["check"]
noise = noise_image(64, 64, seed=1)
with tf.GradientTape() as tape:  # the gradient is that of the package's style loss
    image = tf.constant(noise)
    tape.watch(image)
    small, features = network(resize_image(style, 64, 64), LAYERS), network(image, LAYERS)
    loss = tf.add_n([0.2 * layer_style_loss(features[layer], small[layer]) for layer in LAYERS])
expected, found = tape.gradient(loss, image).numpy(), style_gradient(tf.constant(noise), glass_grams(64)).numpy()
assert np.abs(found - expected).max() < 2e-3 * np.abs(expected).max()
small, features = network(resize_image(style, 160, 160), LAYERS), network(live, LAYERS)
assert all(float(layer_style_loss(features[layer], small[layer])) < 0.1 for layer in LAYERS)

# %% tags=["figure"]
figure, axes = plots.subplots(1, 2, size=(6.4, 3.7))
plots.draw_image(axes[0], resize_image(style, 160, 160), "the style at 160 pixels", smooth=True)
plots.draw_image(axes[1], live, "live: 150 steps", smooth=True)
plots.show(figure, "What the cell above has made from noise, beside the style at its size: cells with dark borders in "
                   "the colours of the glass, and coloured specks in every cell.", photo=True)

# %% tags=["figure"]
stored, one_size = load_texture("glass_5"), load_texture("glass_one_size")
plots.show_images([stored.image, one_size.image],
                  ["320 pixels, 250 steps, six sizes", "the same at one size"],
                  "The same loss at twice the size, computed beforehand by L-BFGS with a trace of smoothing (lessons "
                  "06 and 10): from 57 pixels up, and at 320 from the start. On the left blue and orange are at the "
                  "sides where the style has them, on the right they are not.", photo=True)

# %% [markdown]
# The next cell prints how much of the noise's $E_l$ is left in each layer, and the *layout*: the correlation between
# the mean colours of 8 × 8 cells of the texture and of the style. It is 1 where each colour has come to its old place,
# and near 0 where colours stand anywhere.

# %%
for name, made in (("six sizes", stored), ("another noise", load_texture("glass_5_noise_1")), ("one size", one_size)):
    left = "".join(f"{100 * made.left(layer):8.3f} %" for layer in LAYERS)
    print(f"{name:13} E over E of noise: {left}; layout {made.layout:.2f}")

from nst_helpers.experiments.texture import texture_settings
from nst_helpers.transfer import pyramid

levels = pyramid(320, 320, texture_settings(320))
average = sum(level.height**2 * level.iterations for level in levels) / 250
print("sizes:", *(level.height for level in levels))
print(f"pixels of an average step: {average:,.0f}, at one size {320**2:,}")

# %% tags=["check"]
assert stored.layout > 0.6 and abs(one_size.layout) < 0.3
assert all(made.left(layer) < 0.01 for made in (stored, one_size) for layer in LAYERS)

# %% [markdown]
# Growing the picture over six sizes makes an average step 5.6 times cheaper, counted in pixels. The losses hardly
# decide between the two: in conv5_1 less is left with six sizes (0.25 % or 0.21 %, from two noises) than in the single
# run with one (0.35 %), in conv1_1 more.
#
# The layout does, although no term of the loss asks for it and a Gram matrix forgets places: 0.81 with six sizes (0.89
# from another noise) and 0.08 with one. At 57 pixels the windows of the deep layers cover the whole picture, and the
# zeros of the padding mark its border; which of the two brings the layout back we have not separated.
#
# ## 6. Which layers make a style?
#
# The course's paper derives the choice of layers from what they see. Style features, it says, are defined
# “通过浅层次的卷积层或池化层的激活值和它们之间的相关性”
# (“by the activations of shallow convolutional or pooling layers and the correlations between them”), because
# “这些层次的特征更多地捕捉的是图像的纹理、颜色等局部细节信息”
# (“the features of these levels capture more of the local detail of a picture, such as texture and colour”). Gatys and
# colleagues use five layers, down to conv5_1. The next pictures add one layer after the other.

# %% tags=["figure"]
for row in ((1, 2, 3), (4, 5)):
    grown = [load_texture(f"glass_{count}") for count in row]
    titles = [f"conv1_1 to {LAYERS[count - 1]}" if count > 1 else "conv1_1 alone" for count in row]
    images = [made.image for made in grown] + ([style] if len(row) == 2 else [])
    plots.show_images(images, titles + (["the style"] if len(row) == 2 else []),
                      "Textures from the same noise. With one layer: coloured clouds with ragged edges. With two: "
                      "scraps of lead. With three: closed cells." if row[0] == 1 else
                      "With four layers (left) and five (middle), straight leads and angular cells, more and more in "
                      "the places where the style (right) has them.", photo=True)

# %% [markdown]
# Two causes work together in these pictures, the layers and the growth over six sizes. To part them, here are three of
# the five made at once: all 250 steps at 320 pixels, and all else the same.

# %% tags=["figure"]
at_once = [load_texture(name) for name in (*(f"glass_{count}_one_size" for count in (1, 2, 3, 4)), "glass_one_size")]
plots.show_images([made.image for made in at_once[2:]], [f"at once: to {layer}" for layer in LAYERS[2:]],
                  "Made at once. With three layers lead ends in the open, and few cells are closed. With four and "
                  "with five the cells are closed, but orange and blue stand in other places than in the style.",
                  photo=True)

# %% [markdown]
# In the table, a row is a texture: what is left of the noise's $E_l$; by how many grey levels the mean colour is off;
# the layout of the grown picture and of the one made at once; and how many different numbers the Gram matrices hold,
# $N(N + 1)/2$ in each layer.

# %%
numbers = np.cumsum(N * (N + 1) // 2)
print(" " * 6 + "".join(f"{layer:>10}" for layer in LAYERS) + "   colour   grown  at once  numbers")
for count in range(1, 6):
    made, once = load_texture(f"glass_{count}"), at_once[count - 1]
    left = "".join(f"{100 * made.left(layer):8.2g} %" for layer in LAYERS)
    print(f"1 to {count}{left}   {made.mean_colour_off:6.1f}  {made.layout:6.2f}  {once.layout:7.2f}  "
          f"{numbers[count - 1]:7,}")
again = {count: load_texture(f"glass_{count}_noise_1").layout for count in (3, 4, 5)}
print("grown from another noise, layout:", ", ".join(f"1 to {count} {layout:.2f}" for count, layout in again.items()))

# %% tags=["check"]
grown = [load_texture(f"glass_{count}") for count in range(1, 6)]
assert grown[0].left("conv4_1") > 10 * grown[3].left("conv4_1") and grown[0].left("conv1_1") < 0.01
assert grown[4].layout > grown[3].layout > grown[2].layout > grown[1].layout + 0.15
assert max(abs(made.layout) for made in at_once) < 0.3

# %% [markdown]
# conv1_1 compares pixels with their nearest neighbours, and it fixes the colours; the mean is off by 1.6 grey levels of
# 255. Lead that closes around a cell is beyond its windows, and 14 % of the noise's loss is left in conv4_1. Each
# further layer sees wider (lesson 02), and at once the cells close with four layers. If the picture grows, three are
# enough; at 57 pixels a window of conv3_1 covers 5.6 times as much of the picture's width as at 320. The layout, too,
# is the work of growth: with three, four and five layers it returns to 0.35, 0.69 and 0.81 (from another noise to 0.29,
# 0.53 and 0.89) where the picture grew, and stays between −0.15 and 0.12 where it did not (for these layers; deeper
# ones alone are tried next). So far this agrees with the usual reading, in which style is a matter of the shallow
# layers. The experiment that could contradict it leaves them out.

# %%
exercises.predict(
    "05-deep", "The texture of the glass is made with conv4_1 and conv5_1 alone. What will be wrong with it?",
    {"the colours": "It is said that shallow layers hold the colours. But a deep layer is computed from the pixels "
                    "too, and if its features depend on colours, so do its Gram matrices.",
     "the fine lines": "Three poolings before conv4_1 seem to blur them. But it responds to contours all the same, and "
                       "lines in other places or of another width would change its products.",
     "hardly anything": "Seen through this network the Gram matrices of the two deep layers determine the colours, the "
                        "lines and the cells nearly as well as all five do."},
    right="hardly anything")

# %% tags=["figure"]
deep, pools, waves_deep, waves = (load_texture(name) for name in ("glass_deep", "glass_pools", "waves_deep", "waves_5"))
plots.show_images([load_texture("glass_2").image, deep.image, pools.image],
                  ["conv1_1 and conv2_1", "conv4_1 and conv5_1", "pool1 to pool4"],
                  "From two shallow layers: coloured scraps, and no lead that closes. From two deep layers: whole "
                  "cells with straight leads. From four pooling layers: the same, with purer colours inside the cells.",
                  photo=True, folded="Choose first, then open")
plots.show_images([waves_deep.image, load_texture("waves_pools").image],
                  ["waves: conv4_1 and conv5_1", "waves: pool1 to pool4"],
                  "The same with waves as style. From two deep layers alone, specks of pink and green stand in the "
                  "finest patterns; from pooling layers these patterns are grey, and the arcs sharper.",
                  photo=True, folded="Choose first, then open")
plots.show_images([waves.image, waves.style], ["waves: all five convolutions", "the style"],
                  "All five convolutions (left) have the arcs, the blues and the ochre bands of the style (right); its "
                  "small rings and dots have become grain.", photo=True, folded="Choose first, then open")

# %% [markdown]
# In numbers: what is left of the noise's $E_l$ on average over the five convolutions, over the four pooling layers, and
# in conv1_1; then how far the mean colour is off, and the layout.

# %%
POOLS = ("pool1", "pool2", "pool3", "pool4")
rows = {"glass_2": "glass: conv1_1, conv2_1", "glass_deep": "glass: conv4_1, conv5_1",
        "glass_deep_one_size": "  the same at once", "glass_pools": "glass: pool1 to pool4",
        "glass_5": "glass: five convolutions", "glass_5_noise_1": "  from another noise",
        "waves_deep": "waves: conv4_1, conv5_1", "waves_pools": "waves: pool1 to pool4",
        "waves_5": "waves: five convolutions"}
print(" " * 26 + "     five      pools    conv1_1   colour  layout")
for name, words in rows.items():
    made = load_texture(name)
    conv, pool = (100 * np.mean([made.left(layer) for layer in layers]) for layers in (LAYERS, POOLS))
    print(f"{words:26}{conv:7.2f} %{pool:8.2f} %{100 * made.left('conv1_1'):9.3f} %   {made.mean_colour_off:6.1f}  "
          f"{made.layout:6.2f}")

# %% tags=["check"]
assert deep.mean_colour_off < 5 and deep.left("conv1_1") < 0.002 and waves_deep.left("conv1_1") > 0.05
assert np.mean([pools.left(layer) for layer in LAYERS]) < 0.005

# %% [markdown]
# Two deep layers alone give the glass with its colours (the mean is off by 2.3 grey levels, with five layers by 1.8;
# from another noise by 1.7), its leads and its cells, while two shallow layers alone give coloured scraps. The third
# row is the control for growth: with all steps at 320 pixels the deep layers still give leads, cells and colours (the
# mean is off by 1.5, and 0.33 % is left in conv1_1), only with more violet than the style has. Some layout (0.42) comes
# back here without growth, the one exception among these runs.
#
# The waves set a limit to the finding. Their arcs and large areas are right, but specks stand in the finest patterns,
# the mean colour is off by 3.6 grey levels, and 14 % of the noise's loss is left in conv1_1. So for the glass the
# course's paper is too narrow where it says “shallow”; for the waves, in 250 steps, a shallow layer is needed. “Or
# pooling layers” is nearly right: the textures of pool1 to pool4 look like those of the convolutions, although,
# measured with these, 0.16 % (glass) and 0.74 % (waves) of the noise's loss is left, against 0.10 % and 0.21 %.
#
# ## 7. Average or maximum, trained or random
#
# Two choices are hidden in the network itself. Gatys and colleagues replaced VGG's maximum pooling by averages, since
# that “yields slightly more appealing results”. And must the network be trained at all? The course's paper takes VGG
# because it was trained on many pictures and can therefore extract the features of most (section 3.1); yet
# Ustyuzhaninov and colleagues (2016) made convincing textures with filters that were drawn at random.

# %%
exercises.predict(
    "05-random", "The same form of network with random weights: what will its texture of the glass show after 250 "
    "steps?",
    {"noise": "Random weights do not mean random results: the features still depend on colours and neighbours, so "
              "their Gram matrices still hold conditions on the picture.",
     "the colours in blotches, no cells": "That is what the 250 steps bring. Random filters mix colours and small "
                                          "neighbourhoods, and their Gram matrices hold conditions on these. Whether "
                                          "more steps would close cells has not been tried.",
     "cells, as with training": "Wide single layers of random filters at many scales come near to that "
                                "(Ustyuzhaninov 2016); this small stack of 3 × 3 filters does not in 250 steps."},
    right="the colours in blotches, no cells")

# %% tags=["figure"]
plots.show_images([load_texture(f"glass_{name}").image for name in ("random_fair", "plain_fair", "fair")],
                  ["random weights", "plain training", "robust training (this course)"],
                  "The glass seen through three sets of weights of the same network: blotches of its colours; cells "
                  "with wavy grain in wrong colours; clean cells.", photo=True, folded="Choose first, then open")
plots.show_images([load_texture(f"glass_{name}").image for name in ("5", "max")] + [style],
                  ["average pooling", "maximum pooling", "the style"],
                  "The glass with average and with maximum pooling, all else alike: the maximum leaves more specks "
                  "and paler cells.", photo=True)

# %%
made_with = {"random": "random_fair", "plain": "plain_fair", "robust": "fair", "average": "5", "maximum": "max"}
for family in ("glass", "waves"):
    print(f"{named(family)}: measured with", *(f"{named(eye):>8}" for eye in ("random", "plain", "robust", "maximum")))
    for maker, name in made_with.items():
        made = load_texture(f"{family}_{name}")
        left = [np.mean([100 * made.left(layer, seen_by) for layer in LAYERS])
                for seen_by in ("random", "plain", "compact", "max")]
        print(f"  made with {named(maker):10}" + "".join(f"{number:7.2f} %" for number in left))

# %% tags=["check"]
by_robust, by_random = load_texture("glass_fair"), load_texture("glass_random_fair")
assert all(by_robust.left(layer, "random") < 0.01 for layer in LAYERS)
assert by_random.left("conv5_1", "compact") > 0.1 and by_random.left("conv5_1", "random") < 0.01

# %% [markdown]
# Each row of the tables is a texture, each column the network with which it was measured; a number is what is left of
# the noise's loss, averaged over the five layers. The first three runs have layer weights with which all five shares
# are equal at the noise (exercise 3), so that only the network differs; the last two weigh each layer by 1/5, and
# differ in the pooling. The texture made with random weights is left with 0.26 % when measured with them, but with 10 %
# (waves: 53 %) when measured with the robust network. The reverse does not happen. The robust network's textures were
# made without the random one, and yet are left with only 0.24 % and 0.19 % there, no more than the runs that minimized
# that very loss (0.26 % and 0.63 %). Those runs are therefore not at their end, and all this holds for this small
# network.
#
# The kind of pooling matters less. With averages 0.10 % and 0.21 % is left, with maxima 0.28 % and 1.5 %, each measured
# with its own network. But our weights were trained with average pooling, and one noise was used.
#
# ## 8. The divisors as textures
#
# Section 4 translated divisors into weights. Now each of them makes a texture, with everything else alike, at 160 and
# at 600 steps: a difference that shrinks with more steps is a matter of speed. (With a trace of smoothing in the sum,
# no $E_l$ falls to 0.)

# %% tags=["figure"]
def detail(name):
    """A part of a texture, in which the three differ most."""
    return load_texture(f"glass_{name}").image[140:300, 80:240]

plots.show_images([style[140:300, 80:240], detail("gatys_160"), detail("none_160")],
                  ["the style", "4N²M² (Gatys), 160 steps", "no divisor, 160 steps"],
                  "A detail, enlarged twice. After 160 steps Gatys' divisor has the band of a red and an orange "
                  "pane that crosses the style; without a divisor only a small red pane remains of it.", photo=True)
plots.show_images([detail("gatys_600"), detail("places_600"), detail("none_600")],
                  ["4N²M² (Gatys), 600 steps", "G/(H·W), 600 steps", "no divisor, 600 steps"],
                  "The same detail after 600 steps. With 4N²M² and with G/(H·W) the band is there, with straight "
                  "leads; without a divisor one long red pane lies lower.", photo=True)

# %%
for count in (160, 600):
    for name, divisor in (("gatys", "4N²M²"), ("places", "G/(H·W)"), ("none", "no divisor")):
        made = load_texture(f"glass_{name}_{count}")
        left = "".join(f"{100 * made.left(layer):8.3f} %" for layer in LAYERS)
        print(f"{count} steps, {divisor:10}: left {left}; mean colour off by {made.mean_colour_off:.1f}, "
              f"layout {made.layout:.2f}")

# %% tags=["check"]
after = {(name, count): load_texture(f"glass_{name}_{count}") for name in ("gatys", "places", "none")
         for count in (160, 600)}
assert all(made.mean_colour_off < 5 for made in after.values())
assert min(made.layout for made in after.values()) < 0.45 and max(made.layout for made in after.values()) > 0.92
for count in (160, 600):
    assert after["none", count].left("conv5_1") > 2 * after["gatys", count].left("conv5_1")
assert all(0.5 < after["places", 600].left(layer) / after["gatys", 600].left(layer) < 2 for layer in LAYERS)

# %% [markdown]
# After 160 steps the textures differ as the weights say. With $G/(H \cdot W)$ conv1_1 lags behind: 0.060 % of the
# noise's loss is left, against 0.028 % with Gatys' divisor. Without a divisor conv5_1 does, with 1.36 % against
# 0.29 %. After 600 steps Gatys' divisor and $G/(H \cdot W)$ are within a factor of 2 of each other in every layer;
# without a divisor conv5_1 has come down to 0.60 %, still 3.4 times as much as with Gatys' divisor (it was 4.8 times).
# The colours are right with all of them, off by 0.7 to 2.1 grey levels. All six began with one noise.
#
# There is a reason why the differences shrink. A picture for which all five $E_l$ are zero, such as the style itself,
# minimizes $\sum_l w_l E_l$ for *every* choice of positive weights. For a texture, weights only decide which layers are
# satisfied first, and what is left undone when one stops. In a transfer the content forbids that all $E_l$ become zero,
# so there the weights decide about the final picture too (lesson 07).
#
# ## 9. The weights, in your hands
#
# The bars show which share of the temple's style loss each layer would have. Some textures of this lesson are there at
# once; the button makes one with exactly your weights. (The stored picture shows the weights themselves: 1, 27, 729,
# and 0 at the left end. The sliders beside it count in powers of three: 2 is $3^2 = 9$.) Try to find weights that give
# closed cells without the layout of the style.

# %%
from nst_helpers.widgets.style import layer_weights_panel

choices = {"all five layers": (dict.fromkeys(LAYERS, 1.0), stored.image)}
choices |= {f"up to {LAYERS[count - 1]}": (dict.fromkeys(LAYERS[:count], 1.0), load_texture(f"glass_{count}").image)
            for count in (1, 2, 3, 4)}
choices["conv4_1 and conv5_1"] = dict.fromkeys(LAYERS[3:], 1.0), deep.image
layer_weights_panel(network, resize_image(style, 160, 160), losses, choices)

# %% [markdown]
# ### Exercise 4: a texture in two styles
#
# Make a picture of 160 × 160 pixels that has the style of the glass *and* of the waves, half and half, and call it
# `blend`. Use `synthesize`, which asks for the Gram matrices at each size. First think on paper: what is the gradient
# of $\frac12 E(S^{glass}) + \frac12 E(S^{waves})$, and of which single Gram matrix is it the gradient? The check
# measures the distance to both styles, in the whole picture and in each of its quarters.

# %% tags=["exercise"]
waves_style = piece("great_waves", (160, 320, 320))
blend = ...  # your picture, (160, 160, 3)

# %% tags=["solution"]
waves_style = piece("great_waves", (160, 320, 320))

def both_grams(size):  # ½ F(G − S) + ½ F(G − T) = F(G − (S + T)/2): the mean of the two Gram matrices
    glass_gram, waves_gram = (style_grams(resize_image(image, size, size)) for image in (style, waves_style))
    return {layer: (glass_gram[layer] + waves_gram[layer]) / 2 for layer in LAYERS}

blend = synthesize(both_grams)

# %%
exercises.check("05-blend", blend)

# %% [markdown]
# ### Investigation: what does a style need?
#
# Choose another picture of `data/style`, write down which layers its texture will need and why, and then test it with
# `synthesize`: leave out one layer at a time, with the texture of all five as the baseline and a second seed for the
# noise. Which of your expectations was wrong?

# %% [markdown] tags=["solution"]
# **A rubric for the investigation.** One point for each:
#
# 1. The expectation is written down before the first run, and could turn out wrong.
# 2. One thing changes at a time: the layer; sizes, steps, η and noise stay.
# 3. The baseline with all five layers, and the noise as the upper end of the scale, are in the table.
# 4. A second seed shows how large a difference means nothing.
# 5. The loss that was minimized is not the only measure: so are the losses of the layers left out, the mean colour, the
#    layout, or people who choose without knowing which picture is which.
# 6. The sum of the remaining weights is kept, or it is said what changes with it.
# 7. The conclusion is no wider than the experiment: this style, this network, this size, this number of steps.
# 8. Something that did not fit is reported too.

# %% [markdown]
# ## What we found
#
# The style loss of a layer is a quarter of a mean squared error between two matrices of means. $M^2$ makes the entries
# of the Gram matrices means over positions, $N^2$ makes the sum a mean over entries, and the 4 cancels one 2 from the
# square and one from the symmetry of $G$, so that the gradient is $F(G - S)/(N^2M^2)$. At one size a divisor is a
# choice of layer weights: between temple and glass it moves the share of conv1_1 from 1 % to 81 %. $M$ is another
# matter: without it a picture is as far from its own reduction as from another picture (1.02 in conv1_1), and from 80
# to 320 pixels the style loss grows about 300 times. The divisor does not equalize: the shares lie between 14 % and
# 30 % in one network, and between 5 % and 49 % in another of the same form.
#
# For the glass, one layer gives colours and four give closed cells; if the picture grows from a small one, three are
# enough, and five, if it grows, bring back even the layout. Pooling layers serve nearly as well. Random weights gave
# blotches after 250 steps, which were not the end of that run.
#
# ## Where this is used
#
# The style loss is the middle term of the total loss in [lesson 07](07_total_loss.ipynb), and β is its weight. The
# package divides each Gram matrix by its own number of positions, so photograph, painting and result may have any
# sizes ([lesson 11](11_full_transfer.ipynb)). The same loss trains networks that paint in a single pass (Johnson and
# colleagues, 2016).

# %% [markdown]
# ## Sources and further reading
#
# - Gatys, L., Ecker, A., Bethge, M. (2015): Texture Synthesis Using Convolutional Neural Networks. The method of
#   section 5, with figures that add layer after layer.
# - Gatys, L., Ecker, A., Bethge, M. (2016): Image Style Transfer Using Convolutional Neural Networks. The formulas of
#   this lesson, the weights 1/5, and average pooling.
# - Johnson, J., Alahi, A., Fei-Fei, L. (2016): Perceptual Losses for Real-Time Style Transfer and Super-Resolution.
#   The divisor C·H·W, and the loss as a teacher of fast networks.
# - Ustyuzhaninov, I., Brendel, W., Gatys, L., Bethge, M. (2016): Texture Synthesis Using Shallow Convolutional
#   Networks with Random Filters. How far one wide random layer gets.
# - Gatys, L., Ecker, A., Bethge, M., Hertzmann, A., Shechtman, E. (2017): Controlling Perceptual Factors in Neural
#   Style Transfer. From coarse to fine, and styles that are mixed.
# - Gatys, L. (2017): PyTorchNeuralStyleTransfer, on GitHub. The later code, with the weights of section 4.
# - Nakano, R. (2019): A Discussion of “Adversarial Examples Are Not Bugs, They Are Features”: Adversarially Robust
#   Neural Style Transfer. Why robust training makes the textures of section 7 clean.
#
# ## Next
#
# The live texture, made without smoothing, has coloured specks in every cell, which change the Gram matrices little.
# **[06 Total variation](06_total_variation.ipynb)** asks where they come from, and what to do about them.
