# %% [markdown]
# # 11 Full transfer
#
# **Everything at once.** Ten lessons built the parts by hand: features, Gram matrices, three losses, five
# optimizers. Now they work together, on the package that the lessons were checked against. Then it is your turn:
# the studio in section 3 is made to play with.
#
# **You will see**
#
# - the paper's project in five steps, from noise to a painting, with all three losses on the way;
# - what makes a picture good: sizes from coarse to fine, and weights found by a sweep instead of by luck;
# - how a picture goes wrong, by what signs one tells, and what to change.
#
# **Needs**: lessons 01 to 10. · **Time**: about 45 s of computing on two cores. · **Paper**: sections 3.2, 4 and 5.

# %%
import json
import os
import tempfile
from dataclasses import replace

import numpy as np

from nst_helpers import exercises, plots
from nst_helpers.diagnose import diagnose, signs
from nst_helpers.estimate import estimate, measure
from nst_helpers.images import load_image, noise_image, resize_image
from nst_helpers.losses import gram_matrix
from nst_helpers.networks import NetworkError, data_folder, load_network, random_network, vgg19_cache
from nst_helpers.transfer import Settings, descend, iterate, pyramid, transfer

# %% [markdown]
# ## 1. The paper's project, in five steps
#
# **Step 1: the network.** VGG-19, here at a quarter of the width, so that it runs on any laptop (lesson 02).

# %%
network = load_network("compact")
print(f"{network.parameters:,} parameters, layers {network.layer_names[0]} to {network.layer_names[-1]}")
for layer in ("conv1_1", "conv4_2", "conv5_1"):
    print(f"{layer}: {network.channels(layer):3} channels, each sees {network.receptive_field(layer):3} pixels across")

# %% [markdown]
# **Step 2: two pictures.** They are read as numbers from 0 to 255. The network standardises them itself: each colour
# minus its mean, divided by its spread (lesson 02 shows what happens to who forgets it).

# %%
content = load_image(data_folder() / "content" / "temple.jpg", max_size=256)
style = load_image(data_folder() / "style" / "night_swirls.jpg", max_size=512)
inside = (content - network.mean) / network.scale
print("content", content.shape, f"from {content.min():.0f} to {content.max():.0f};",
      f"inside the network from {inside.min():.2f} to {inside.max():.2f}")
plots.show_images([content, style], ["content: what to paint", "style: how to paint it"], photo=True,
                  alt="A photograph of a red temple by a lake, and a painted night sky of blue swirls with "
                      "yellow stars over water.")

# %% [markdown]
# **Step 3: the start is noise.** Each pixel of the picture to be is an unknown; none knows anything yet. In the
# package, all choices of a run stand in one place, `Settings`. Here are those that you have met; the rest follow in
# this lesson.

# %%
settings = Settings.classic(size=256, iterations=300)
print(settings.content_layers, "\n", settings.style_layers, sep="")
print(f"α = {settings.content_weight:g}, β = {settings.style_weight:g}, γ = {settings.tv_weight:g}, "
      f"{settings.optimizer} with η = {settings.learning_rate:g}, start: {settings.init}")
start = noise_image(*content.shape[:2], settings.seed)
print(f"{start.size:,} unknowns, mean {start.mean():.0f}, spread {start.std():.0f}")

# %% [markdown]
# **Step 4: Adam lowers the total loss**, α L_content + β L_style + γ TV, over those unknowns. `iterate` is the loop
# of lesson 10 as a generator: one step, one picture, one set of losses. *Predict*: which comes first, the
# colours, the brush strokes, or the temple?

# %%
watched, steps = {}, []
for step in iterate(content, style, settings):
    steps.append(step)
    if step.iteration in (1, 20, 138, 221, 300):
        watched[f"after {step.iteration}: {step.image.shape[1]}×{step.image.shape[0]}"] = step.image
plots.show_images(list(watched.values()), list(watched), photo=True,
                  alt="Five states of one picture: coloured noise; paler noise with faint shapes; a tiny blue temple; "
                      "the same, larger and with strokes; the finished painting.")

# %% [markdown]
# **What it shows.** The picture begins small and grows (section 2 says why). The temple's outline comes within the
# first tens of iterations, the colours next, and the finest strokes last, when the picture has its full size. (In
# lesson 00 the strokes came before the colours: there the start was the photograph, which had its shapes already.)
#
# **Step 5: keep every loss.** All three curves, weighted as in the total, on a logarithmic axis. The grey lines
# mark where the picture grew.

# %%
history = {name: np.array([step.losses[name] for step in steps]) for name in ("content", "style", "tv", "total")}
weighted = {"content": settings.content_weight, "style": settings.style_weight, "tv": settings.tv_weight}
total = sum(weighted[name] * history[name] for name in weighted)
assert np.allclose(total, history["total"], rtol=1e-5)
figure, axes = plots.subplots(size=(8, 3.4))
for name, line in plots.LINES.items():
    axes.plot(range(1, 301), weighted[name] * history[name], **line)
for grown in np.cumsum([level.iterations for level in pyramid(*content.shape[:2], settings)])[:-1]:
    axes.axvline(grown, color="0.6", linewidth=0.8)
axes.set(xlabel="iteration", ylabel="weighted loss", yscale="log", title="Three losses, one compromise")
axes.legend()
plots.show(figure, alt="Three curves on a logarithmic axis over 300 iterations; the style loss falls furthest. At "
                       "three grey lines, where the picture grew, style and content jump up, total variation dips.")

# %%
first, last = ({name: weighted[name] * values[place] for name, values in history.items() if name in weighted}
               for place in (0, -1))
for name in weighted:
    print(f"{name:8} fell to {100 * last[name] / first[name]:.0f} % of its first value")
assert last["style"] < 0.05 * first["style"] and total[-1] < 0.1 * total[0]

# %% [markdown]
# **What it shows.** Style falls furthest: noise has the wrong statistics in every layer. At each grey line style and
# content jump: a picture that was enlarged is blurred, and at the new size its strokes are missing. Total variation
# dips there for the same reason. Content ends higher from size to size: in the small pictures it counts more, so that
# the subject is settled first.
#
# ## 2. From coarse to fine
#
# conv5_1 sees 156 pixels across (step 1 printed it). In a picture of 2,000 pixels that is an ear; in one of 100 it
# is everything. So the package paints small pictures first, where the network sees the whole, and enlarges.
#
# *Predict.* The same number of iterations, all at the full size, or over four sizes: which is better? Which is
# faster?

# %%
small = replace(settings, size=192, iterations=120, learning_rate=12)  # few iterations: longer steps
for level in pyramid(*content.shape[:2], small):
    print(f"{level.width:3}×{level.height:<3} {level.iterations:3} iterations, content counts {level.lead:.0f} times")
at_once = transfer(content, style, replace(small, scales=1))
in_sizes = transfer(content, style, small)
plots.show_images([at_once.image, in_sizes.image], ["all at the full size", "over four sizes"], photo=True,
                  alt="Two paintings of the temple: the left one with short strokes and hardly a temple, the right "
                      "one with the temple in long clear strokes.")

# %%
def look_at(name, made):
    """(contrast, pixels painted) of a result, printed."""
    contrast = signs(made)["contrast"]
    work = sum(height * width * iterations for height, width, iterations in made.sizes)
    print(f"{name:20} contrast ≈ {contrast:.2f}, {work / 1e6:.2f} million pixels painted")
    return contrast, work

once, sizes = look_at("all at the full size", at_once), look_at("over four sizes", in_sizes)
assert sizes[0] > 1.15 * once[0] and sizes[1] < once[1] / 3

# %% [markdown]
# **What it shows.** Over four sizes the temple stands out: the picture has more contrast and longer
# strokes, for less than a third of the work, since a small picture costs less. (`contrast` is the spread of the
# brightness, over the two pictures' own; section 6 tells more.)
#
# **A frame that nobody painted.** One more care. The network pads with zeros (lesson 01), so at the border it sees
# things that are not there. *Predict*: what will that do to the outermost pixels of a painting?

# %%
edge = replace(settings, size=160, scales=1, iterations=60, init="content")
level, = pyramid(*content.shape[:2], edge)
photograph = resize_image(content, level.height, level.width)
brush = load_image(data_folder() / "style" / "night_swirls.jpg", max_size=160)
*_, (state, _) = descend(photograph, photograph, brush, level, network, edge)  # the bare loop, as in lesson 07
pair = {"the bare loop": state.canvas, "the package": transfer(content, style, edge).image}
plots.show_images([image[:36, -54:] for image in pair.values()], [f"{name}: upper right corner" for name in pair],
                  alt="The upper right corner of two paintings, a light sky, enlarged until one sees the pixels: the "
                      "left one has a darker line along both borders, the right one goes on to the edge.")

# %%
def frame(image):
    """How much darker the outermost pixels are than those four further in, in grey levels."""
    light = image.mean(axis=2)
    ring = [np.concatenate([part[[0, -1]].ravel(), part[1:-1, [0, -1]].ravel()]) for part in (light[4:-4, 4:-4], light)]
    return ring[0].mean() - ring[1].mean()

bare, padded = (frame(image) for image in pair.values())
print(f"grey levels by which the border is darker: photograph ≈ {frame(photograph):.0f}, the bare loop ≈ {bare:.0f}")
assert bare > frame(photograph) + 4 and padded < frame(photograph) + 2

# %% [markdown]
# **What it shows.** The bare loop spoils the border: in lesson 10 it painted dots, here it is a dark frame. The
# package paints a margin round the picture, a thirty-second of its longer side, and cuts it off at the end: the frame
# goes with it.
#
# ### Exercise 1: the learning rate of a size
#
# At each size η falls from its full value to zero along half a cosine: full at step 0, half of it in the
# middle, and so little at the end that the last steps polish instead of jumping. Write `rate(step, steps, eta)`.

# %% tags=["exercise"]
def rate(step, steps, eta):
    ...  # your code: return the learning rate of this step

# %% tags=["solution"]
def rate(step, steps, eta):
    return eta * (1 + np.cos(np.pi * step / steps)) / 2

# %%
exercises.check("11-rate", rate)

# %% [markdown]
# ## 3. The studio
#
# Choose two pictures, or upload your own. Press **start**, and watch. Press **pause**, change a weight, the
# optimizer or the learning rate, and **resume**: the changed run appears beside the one left alone. **save** writes
# the picture, its settings, all losses, and an animation of how it formed.
#
# Things to try: β = 300 in the middle of a run. The optimizer `gradient_descent` with its learning rate at 6, then
# at 50,000. γ = 0, and look closely. `init` = content. A style layer less.

# %%
from nst_helpers.widgets.studio import Studio

Studio(Settings(size=256))

# %% [markdown]
# How does the studio know how long a run will take? It measures a few iterations on two small pictures: an
# iteration costs a constant and a share for each pixel. *Predict*: twice the size, how many times the time?

# %%
speed = measure(Settings.classic())
print(f"an iteration: {1e3 * speed.constant:.1f} ms, and for every thousand pixels {1e6 * speed.per_pixel:.2f} ms more")
needs = {size: estimate(Settings.classic(size=size), 1024, 1024, speed) for size in (256, 512)}
for size, needed in needs.items():
    print(f"{size}×{size}: {needed.seconds:.0f} s, and below 4 GB of memory")
    assert needed.bytes < 4e9
print(f"twice the size: about {needs[512].seconds / needs[256].seconds:.1f} times as long")
assert 1 <= needs[512].seconds / needs[256].seconds < 4.2

# %% [markdown]
# **What it shows.** Four times the pixels take up to four times as long: less, where the constant counts.
#
# ## 4. More of the craft
#
# **Two styles in one picture.** What is a picture between two styles? Since style is a set of Gram matrices, it is
# the picture whose Gram matrices lie between: $S = b_1 S_1 + b_2 S_2$ with shares that sum to one.
#
# *Predict*: a quarter of the leaded window, three quarters of the night. What wins: the colours or the strokes?

# %%
window = load_image(data_folder() / "style" / "stained_glass.jpg", max_size=512)
blends = [in_sizes.image, *(transfer(content, [(1 - share, style), (share, window)], small).image
                            for share in (0.25, 0.5, 1))]
plots.show_images(blends, ["night", "¾ night, ¼ window", "half and half", "window"], photo=True,
                  alt="Four paintings of the temple, from the blue night to the coloured window; between them, "
                      "strokes of the one in colours of both.")

# %%
def share_of_the_way(measure):
    """How far each blend has gone from the night to the window, in what is measured of the pictures: 0 to 1."""
    night, *between, window = (np.asarray(measure(image), float) for image in blends)
    return [np.vdot(one - night, window - night) / np.vdot(window - night, window - night) for one in between]

ways = {"mean colour": share_of_the_way(lambda image: image.mean(axis=(0, 1)))}
for layer in ("conv2_1", "conv4_1"):
    ways[f"Gram matrix of {layer}"] = share_of_the_way(
        lambda image, layer=layer: gram_matrix(network(image, layer)[layer], normalized=True))
for name, way in ways.items():
    print(f"{name:22} a quarter: ≈ {way[0]:.2f}, half and half: ≈ {way[1]:.2f} of the way to the window")
    assert np.allclose(way, (0.25, 0.5), atol=0.08)

# %% [markdown]
# **What it shows.** Nothing wins: colours and strokes go the same share of the way, for both are in the same matrices.
#
# ### Exercise 2: blend
#
# Write `blend(grams, weights)`: the Gram matrix to aim for, of a list of Gram matrices and one weight for each. Only
# the weights' proportions shall matter: (1, 3) is the same as (10, 30).

# %% tags=["exercise"]
def blend(grams, weights):
    ...  # your code: return one matrix

# %% tags=["solution"]
def blend(grams, weights):
    return sum(weight * gram for weight, gram in zip(weights, grams, strict=True)) / sum(weights)

# %%
exercises.check("11-blend", blend)

# %% [markdown]
# **The content's own colours.** A blue temple is not always wanted. Two ways out (Gatys and others, 2016): give the
# *style* picture the content's colours before the run; or paint only the brightness, and take the colours
# from the photograph.

# %%
kept = [in_sizes, *(transfer(content, style, replace(small, colors=colors)) for colors in ("matched", "brightness"))]
plots.show_images([made.image for made in kept], ["the style's colours", "style picture matched before",
                                                  "only brightness painted"], photo=True,
                  alt="The temple three times: in the blues of the night, in strokes of its own reds and greens, "
                      "and with the photograph's colours under painted brightness.")

# %%
def colour_distance(image):
    """How far the mean colour is from the content's, in grey levels."""
    return np.abs(image.mean(axis=(0, 1)) - content.mean(axis=(0, 1))).mean()

distances = [colour_distance(made.image) for made in kept]
for name, distance in zip(("style", "matched", "brightness"), distances, strict=True):
    print(f"{name:10} mean colour ≈ {distance:2.0f} grey levels from the photograph's")
assert max(distances[1:]) < 0.7 * distances[0]

# %% [markdown]
# **What it shows.** Both bring the mean colour back to the photograph's. The second may put a colour elsewhere; the
# third keeps every patch of colour where it was.
#
# ### Exercise 3: paint only the brightness
#
# The brightness of a pixel is $Y = 0.299\,R + 0.587\,G + 0.114\,B$. Write `repaint(image, light)`: a photograph
# (height, width, 3) whose brightness becomes `light` (height, width), while the *differences* between its three
# channels stay. (Leave values below 0 and above 255 as they come.)

# %% tags=["exercise"]
def repaint(image, light):
    ...  # your code: return (height, width, 3)

# %% tags=["solution"]
def repaint(image, light):
    brightness = image @ np.array([0.299, 0.587, 0.114])
    return image + (light - brightness)[:, :, np.newaxis]

# %%
exercises.check("11-repaint", repaint)

# %% [markdown]
# **A run that survives a restart.** A step depends on the picture and on what the optimizer remembers, and on nothing
# else. Keep both, and you can go on tomorrow. *Predict*: will the result be the same, or only alike?

# %%
steps = list(iterate(content, style, replace(small, iterations=60)))
resumed = list(iterate(content, style, replace(small, iterations=60), steps[24].state))
print("went on at iteration", resumed[0].iteration, "and ended at", resumed[-1].iteration)
print("largest difference of the two pictures:", np.abs(resumed[-1].image - steps[-1].image).max())
assert np.array_equal(resumed[-1].image, steps[-1].image)

# %% [markdown]
# **What it shows.** The same to the last bit. (On the command line, `--checkpoint run.npz` does this with a file.)
#
# **Another optimizer, and half the bits.** Gatys used L-BFGS, which estimates curvature from its last steps. And
# `precision="bfloat16"` computes the convolutions with numbers of 16 bits. A processor that has no
# instructions for them imitates them. *Predict*: is a convolution then faster or slower on this computer?

# %%
from nst_helpers.networks import bfloat16_ratio

other = transfer(content, style, replace(small, optimizer="lbfgs"))
plots.show_images([in_sizes.image, other.image], ["Adam", "L-BFGS"],
                  photo=True, alt="Two paintings of the temple in blue strokes, much alike.")
worse = other.history["total"][-1] / in_sizes.history["total"][-1]
print(f"L-BFGS: a total loss of ≈ {worse:.2f} times Adam's; findings: {diagnose(other) or 'none'}")
print(f"a convolution in bfloat16 takes about {bfloat16_ratio():.2g} times as long as in float32 here")
assert worse < 2 and not diagnose(other)

# %% [markdown]
# **What it shows.** L-BFGS takes another way, and paints another picture of the same temple. Half the bits pay only
# where the last number is below 1; elsewhere the package refuses them, and says why.
#
# ## 5. The sweep
#
# The paper tunes its weights by trying. Trying is work for the computer: a grid of settings, one picture for
# each point, several at a time. `sweep` runs them on this machine's cores with Dask, or on a cluster, if you give it
# an address. Each picture is on the disk as soon as it is done; the same call goes on where an earlier one ended.
#
# *Predict* the corner of the grid that you will like best.

# %%
from nst_helpers.sweep import contact_sheet, grid, sweep, table

short = replace(small, size=128, iterations=60, init="content")  # the photograph as the start: few steps are enough
points = grid(short, style_weight=[0.5, 4, 32], tv_weight=[0.02, 0.2, 2])
folder = tempfile.TemporaryDirectory()
found = sweep(content, style, points, folder.name)  # on a cluster: …, scheduler="tcp://its-address:8786")
again = sweep(content, style, points, folder.name)  # nothing is left to do
assert all(point.done for point in found) and again == found
print(len(found), "pictures;", "header of the table:", table(found).splitlines()[0])

# %%
plots.show(contact_sheet(found), photo=True,
           alt="Nine small paintings in three rows: from top to bottom the temple dissolves into strokes, from left "
               "to right the picture becomes smoother, at last flat.")

# %%
ends = {(point.settings.style_weight, point.settings.tv_weight): point.losses for point in found}
for tv in (0.02, 0.2, 2):
    falling = [ends[beta, tv]["style"] for beta in (0.5, 4, 32)]
    rising = [ends[beta, tv]["content"] for beta in (0.5, 4, 32)]
    assert falling == sorted(falling, reverse=True) and rising == sorted(rising)
for beta in (0.5, 4, 32):
    rough = [ends[beta, tv]["tv"] for tv in (0.02, 0.2, 2)]
    assert rough == sorted(rough, reverse=True)
print("in every column: the larger β, the smaller the style loss, and the larger the content loss")
print("in every row: the larger γ, the smaller the total variation")

# %% [markdown]
# **What it shows.** No corner is best in everything: β buys style with content, γ buys smoothness with detail. The
# last word is the eye's.
#
# ## 6. The clinic
#
# Every picture that goes wrong goes wrong in one of a few ways. `diagnose(result)` knows them by six measured signs:
#
# | sign | what is measured | as it should be |
# |---|---|---|
# | brightness, contrast | mean and spread of the brightness, over the two pictures' | about 1 |
# | color | distance from grey, over the style picture's | about 1 |
# | noise | colour details of a pixel or two, over the pictures' | below 3 |
# | subject | correlation of conv4_2 with the photograph's | above 0.2 |
# | style | style loss, over the untouched photograph's | below 0.45 |
#
# *Predict* for each patient below what you will see.

# %%
patients = {
    "γ = 100": ({"tv_weight": 100}, "grey haze"),
    "γ = 8": ({"tv_weight": 8}, "washed out"),
    "γ = 0, one size": ({"tv_weight": 0, "scales": 1}, "coloured noise"),
    "α = 0": ({"content_weight": 0}, "subject lost"),
    "η = 0.3": ({"learning_rate": 0.3}, "not converged"),
    "8 iterations": ({"iterations": 8}, "not converged"),
}
ward = replace(settings, size=160, iterations=100)
made = {name: transfer(content, style, replace(ward, **change)) for name, (change, _) in patients.items()}
cured = transfer(content, style, ward)  # each of them with the changed setting put back
# Black is the picture of one who saves what the network sees, instead of what people see.
unprocessed = (cured.image - network.mean) / network.scale
made["saved unprocessed"] = replace(cured, image=np.clip(unprocessed, 0, 255))

# %%
figure, axes = plots.subplots(2, 4, size=(9, 3.6))
for axis, (name, one) in zip(axes.flat, [*made.items(), ("all of them, cured", cured)], strict=True):
    plots.draw_image(axis, one.image, name, smooth=True)
plots.show(figure, photo=True, alt="Seven spoilt pictures: an even grey; a pale blur; coloured noise; swirls without "
                                   "a temple; coarse noise; noise with faint shapes; black. The eighth: a temple.")

# %%
for (name, one), diagnosis in zip(made.items(), [*(name for _, name in patients.values()), "black"], strict=True):
    finding, = diagnose(one)
    print(f"{name}: {finding.name}.\n   cure: {finding.cure}")
    assert finding.name == diagnosis

# %% [markdown]
# Are these cures right? Six patients differ from a healthy run by one setting or two, so one picture is the cure of all
# six. The black one needs no new run: its preprocessing has to be undone.

# %%
undone = replace(cured, image=unprocessed * network.scale + network.mean)
assert np.allclose(undone.image, cured.image, atol=0.01)
for name, one in {"the settings put back": cured, "the preprocessing undone": undone}.items():
    print(f"{name}: {diagnose(one) or 'no finding'}")
    assert diagnose(one) == []

# %% [markdown]
# **What it shows.** Each patient has its own sign, and the cure names the setting that was wrong, first or among a
# few. Signs replace no
# eyes: they say *that* something is off, and where to look.
#
# ## 7. The full network
#
# All this ran on a network of a quarter of VGG-19's width that has seen small pictures only. The real one has
# sixteen times the weights, and was trained on over a million photographs. Its 80 MB are not shipped; where they are,
# the same call uses them.

# %%
wide = random_network(width=1)
print(f"{wide.parameters:,} parameters, {wide.parameters / network.parameters:.1f} times as many")
here = "NST_VGG19_WEIGHTS" in os.environ or vgg19_cache().is_file()
try:
    full = load_network("vgg19") if here else None
except NetworkError:
    full = None
if full:
    quick = replace(small, size=128, iterations=40)
    pair = [transfer(content, style, replace(quick, network=name)).image for name in ("compact", "vgg19")]
    plots.show_images(pair, ["compact", "VGG-19"], alt="One transfer by the small and by the full network.")
else:
    print("VGG-19's weights are not here: python -m nst_helpers networks --fetch")

# %% [markdown]
# ## 8. The gallery
#
# Twelve finished pictures, each with its style picture in the corner. They were painted at 1,024 pixels, from noise,
# with the settings in `data/gallery/gallery.json`; `make gallery` paints them anew, in about an hour.

# %%
folder = data_folder() / "gallery"
recipes = json.loads((folder / "gallery.json").read_text(encoding="utf-8"))
figure, axes = plots.subplots(6, 2, size=(9, 20))
for axis, (name, recipe) in zip(axes.flat, recipes.items(), strict=True):
    own = ", own colours" if "colors" in recipe["settings"] else ""
    title = f"{recipe['content']} as {' and '.join(recipe['style'])}{own}".replace("_", " ")
    plots.draw_image(axis, load_image(folder / "shown" / f"{name}.jpg", 480), title, smooth=True)
plots.show(figure, photo=True, alt="Twelve finished paintings: " + "; ".join(
    f"{recipe['content']} as {' and '.join(recipe['style'])}" for recipe in recipes.values()) + ".")

# %% [markdown]
# **Limits.** A transfer knows textures, not things: it does not know that a face matters more than a wall. One
# picture takes seconds to minutes; networks trained for one style paint in a blink (Johnson and others, 2016), and
# later ones take any style at once (Huang and Belongie, 2017).
#
# **Where to go from here.** Paint a photograph of your own with three settings from the sweep, and say which you like
# and why. Fetch VGG-19 and compare. Take one style picture at three values of `style_scale` (how large the
# style picture is beside the canvas, and so how large the strokes are). Write a loss of your
# own, say one that keeps a face, and add it to the loop of lesson 07. Then read the papers above: you know every word.
#
# ## What you saw
#
# - Five steps lead from noise to a painting. The style loss ended below 5 % of its first value, the total below 10 %.
# - Over four sizes the picture had more contrast, for less than a third of the work. In the sweep, a
#   larger β lowered the style loss and raised the content loss in every column.
# - Seven spoilt pictures were told apart by their signs; with the course's settings back there was no finding.
#
# ## Where this is used
#
# In your own pictures: `make transfer CONTENT=me.jpg`, or the studio above with your upload.
#
# ## Next
#
# You are at the end of the course. Back to the beginning with other eyes: **[00 Start here](00_start_here.ipynb)**.
