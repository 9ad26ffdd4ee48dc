# %% [markdown]
# # 00 Start here

# %% tags=["figure"]
import numpy as np

from nst_helpers import exercises, plots
from nst_helpers.diagrams.method import finished_picture
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.shipped import shipped_picture

temple, glass = shipped_picture("temple"), shipped_picture("stained_glass")  # (height, width, 3), 0 to 255
finished = load_image(data_folder() / "gallery" / "temple_glass.jpg", None)
plots.show(finished_picture(temple, glass, finished),
           "The temple of the photograph, in the leaded panes of the painting. It began as noise, and an optimizer "
           "changed its pixels step by step; no stroke was copied.", photo=True)

# %% [markdown]
# The large picture shows what the photograph shows, in the manner of the painting (which a program made: section 5).
# The roofs, the trees and the lake are in their places, but the sky has broken into panes of coloured glass, and dark
# leads run around whatever has an outline. Nobody drew it. A program changed the numbers of which the picture consists,
# step by step, until two other numbers had become small: one says how far the picture is from what the photograph
# *shows*, the other how far it is from how the painting is *made*. That such a separation exists, and that it can be
# computed with a network that was trained for something else altogether, was shown by Gatys, Ecker and Bethge in 2015,
# and is called *neural style transfer*. In this course you build all of it yourself, from the first sum to the finished
# picture.
#
# This first lesson is the overview. At its end you will be able to explain the whole method with one diagram, to say
# where it must not be trusted, and to handle a picture as an array of numbers. Letters and words that you do not know
# are in Appendices A and B.
#
# **Needs**: a little Python; everything works without internet. · **Time**: 40 minutes to read, 20 s of computing on
# two cores. · **Course’s paper**: sections 1 and 2.3, and an overview of the others.
#
# If you run the lessons, begin here: this cell tries what they need. If a line ends in an error, it says what to do.

# %% tags=["nbval-ignore-output"]
from nst_helpers.__main__ import main

_ = main(["check", "--brief"])

# %% [markdown]
# ## 1. The method on one page

# %% tags=["figure"]
from nst_helpers.diagrams.method import method
from nst_helpers.losses import gram_matrix
from nst_helpers.networks import load_network

network, pictures = load_network(), {"content": temple, "generated": finished[::2, ::2], "style": glass[::2, ::2]}
seen = {name: network(image, ["conv3_1", "conv4_2"]) for name, image in pictures.items()}
maps = {name: seen[name]["conv4_2"].numpy()[:, :, 12] for name in ("content", "generated")}
grams = {name: gram_matrix(seen[name]["conv3_1"]).numpy()[:20, :20] for name in ("generated", "style")}
plots.show(method(pictures, maps, grams),
           "Neural style transfer on one page. Three pictures go through the same trained network. Two losses compare "
           "what it computes from them, a third looks at the new picture alone, and an optimizer lowers their weighted "
           "sum by changing the new picture’s pixels. The maps and matrices are computed from these pictures and are "
           "small parts of the whole: one map of a deep layer, and a corner of one of the five Gram matrices.")

# %% [markdown]
# Read the diagram from left to right. A **trained network** takes a picture and computes *feature maps* from it, layer
# by layer: first where there are edges and colours, then where there are patterns, then where there are parts of
# things. It is a convolutional neural network, “受到生物视觉系统启发”, “inspired by the biological visual system”, as
# the course's paper says. It has learned to recognize objects in photographs, and from now on it stays as it is. We
# use it as a measuring instrument. Ours is a small network, trained for this course; lesson 02 introduces it, and says
# how well it recognizes things.
#
# The upper comparison is the **content loss**. If two pictures have similar feature maps in a deep layer, then, to this
# network, similar things are at similar places in both; lesson 03 asks how far that goes. The content loss sums up the
# squared differences between the new picture's maps $F$ and the photograph's maps $C$. The lower comparison is the
# **style loss**. It asks which features occur at the same place, for example yellow where there is also a dark line to
# the right. A *Gram matrix* is the table of all these pairs; each of its entries is summed up over all places, so that
# it no longer tells where they were. The style loss sums up the squared differences between the matrices of new picture
# and painting, $G$ and $S$. The **total variation** needs no network: it sums up how much neighbouring pixels differ,
# and keeps the picture from becoming grainy. The weighted sum of the three is the **total loss**
#
# $$L = \alpha\, L_{content} + \beta\, L_{style} + \gamma\, TV,$$
#
# and its **weights** $\alpha$, $\beta$, $\gamma$ are numbers that you choose, since no formula tells how much glass is
# wanted. In this lesson they are $\alpha = 1$, $\beta = 30$ and $\gamma = 0.1$ (a picture that grows over several sizes
# begins with a larger $\alpha$, as we shall see).
#
# Everything up to here only measures a picture. The thick arrow makes one. For each of the picture's numbers one can
# compute by how much the loss changes, and in which direction, if this number grows a little; all of these together are
# the *gradient*. An **optimizer** uses it to change each number so that the loss falls, and starts again. In most of
# machine learning the numbers inside a network are learned (they are called weights too) while the pictures stay as
# they are. Here it is the other way round.
#
# Where does the optimizer start? Gatys and colleagues start from noise, and so does the course's paper (section 4.1):
# “正常情况下是使用噪声图像作为初始生成图像”, “normally a noise image is used as the initial generated picture”.

# %%
exercises.predict(
    "00-film", "In the first steps from noise, which of the two losses falls faster, compared with its first value?",
    {"the content loss": "It is tempting, because what we recognize first are outlines, and those come from the "
                         "content loss. But an eye needs few outlines, while this loss compares all the maps.",
     "the style loss": "At step 6 it is at 17 % of its first value, and the content loss at 78 %.",
     "both alike": "The optimizer lowers one sum, so one might expect it. But the two parts of a sum need not fall "
                   "together."},
    right="the style loss")

# %% [markdown]
# A run from noise takes minutes, so it was computed beforehand; you will see it below. What your own computer can do in
# seconds is to start from the photograph: the next cell takes 20 steps on a small version of it.

# %%
from nst_helpers.names import named
from nst_helpers.transfer import Settings, transfer

result = transfer(temple, glass, Settings(size=208, scales=1, iterations=20, init="content"))
print(f"{result.image.size:,} numbers changed in {len(result.history['style'])} steps")
for loss in ("content", "style"):
    first, last = result.history[loss][0], result.history[loss][-1]
    print(f"{named(loss)} loss: {first:.2f} at the start, ≈ {last:.2g} at the end")

# %% tags=["check"]
assert result.image.size == 86_736 and last < first / 15
assert result.history["content"][0] < 1e-6 < result.history["content"][-1]  # at first it is the photograph

# %% tags=["figure"]
figure, axes = plots.subplots(1, 2, size=(7.8, 2.9))
plots.draw_image(axes[0], temple, "the photograph, where it starts", smooth=True)
plots.draw_image(axes[1], result.image, "after 20 steps on this computer", smooth=True)
plots.show(figure, "Twenty steps give panes, leads and the colours of the glass. The picture is 208 pixels wide, a "
                   "fifth of the one on top, and is shown twice as large. At this size a pane is as large as a storey "
                   "of the temple.",
           photo=True)

# %% [markdown]
# The style loss has fallen from 0.70 to about 0.02, and with so few steps the temple is in glass already. The content
# loss has grown instead, from 0 to about 1.6, because this picture *started* as the photograph, and every pane takes
# it away from there.
#
# The run from noise took 30 steps at each of four sizes, with 181, 256, 362 and 512 pixels in a row. (The picture on
# top is of another, larger run.) Drag the slider, or click on it and use the arrow keys ← and →. Frames of the smaller
# sizes are enlarged to the width of the last.

# %%
from nst_helpers.runs import load_run
from nst_helpers.widgets.film import film

stored = load_run("temple_glass")
steps = [round(1 + i * 119 / 24) for i in range(25)]
widths = [width for _, width, iterations in stored.sizes for _ in range(iterations)]  # of each step
film(stored.frames, [f"step {step} of 120, {widths[step - 1]} pixels" for step in steps], label="time", width=512)

# %% tags=["figure"]
figure, axes = plots.subplots(2, 2, size=(9, 6.5))
for axis, step in zip(axes.flat, (6, 26, 60, 120), strict=True):
    plots.draw_image(axis, stored.frames[steps.index(step)], f"step {step}", smooth=True)
plots.show(figure, "How the picture forms. At step 6 outlines of the roofs can be made out in the noise, at step 26 "
                   "areas of colour fill them; at step 60 dark lines run around the areas, and at step 120 they divide "
                   "walls, bushes and sky into panes.", photo=True)

# %%
for step, width, alpha in ((1, 181, 8), (6, 181, 8), (30, 181, 8), (60, 256, 4), (91, 512, 1), (120, 512, 1)):
    content, style = (stored.history[loss][step - 1] for loss in ("content", "style"))
    print(f"step {step:3} at {width} pixels: content loss {content:.2f} (α = {alpha}), style loss {style:.3f} (β = 30)")

# %% tags=["check"]
from nst_helpers.schedule import pyramid

at = {loss: [stored.history[loss][step - 1] for step in (1, 6, 30)] for loss in ("content", "style")}
at_512 = {loss: [stored.history[loss][step - 1] for step in (91, 120)] for loss in ("content", "style")}
assert at["style"][2] / at["style"][0] < 0.1 and 0.2 < at["content"][2] / at["content"][0] < 0.4
assert 0.1 < at["style"][1] / at["style"][0] < 0.3 and 0.6 < at["content"][1] / at["content"][0] < 0.9
assert at_512["style"][1] / at_512["style"][0] < 0.3 and 0.9 < at_512["content"][1] / at_512["content"][0] < 1.1
assert [max(frame.shape) for frame in stored.frames] == [512] * 25 and stored.sizes[0] == (121, 181, 30)
assert [(level.width, level.lead) for level in pyramid(427, 640, Settings())] == [(181, 8), (256, 4), (362, 2),
                                                                                  (512, 1)]

# %% [markdown]
# At step 6 the style loss has fallen to 17 % of its value at step 1 and the content loss only to 78 %. So what we
# recognize first, outlines of the temple, is a small part of what the content loss compares. After the 30 steps at the
# smallest size they are at 5 % and 29 %. The course's default settings let the content count more where the picture is
# small, $\alpha = 8$, 4, 2 and 1, so that it is settled early what is where. At the larger sizes its weight is lower.
# Losses of two sizes cannot be compared, but the last two rows have one size: over these 30 steps the style loss falls
# from 0.066 to 0.010, and the content loss ends where it began, at 1.27 after 1.26. With $\alpha = 1$ the descent
# spends its last steps on style. How the two are to be weighed is a choice, and lesson 07 is about it.

# %% [markdown]
# ## 2. What it is good for
#
# The course follows a paper by Chinese students, 《基于卷积神经网络的图像风格迁移》 (“Image style transfer based on
# convolutional neural networks”), which is not published and is quoted here as far as it matters. Its first section
# names two fields. The first is art. The method
# “可以在保留原始图像信息内容的同时将另一幅图像的艺术风格(画风)转移到另一幅图像上”, “can carry the artistic style of one
# picture over to another while keeping the original content”. So people can put photographs of their own into a style
# that they like, and film-makers can give a whole sequence a look that no camera has (Ruder and colleagues, 2016, keep
# it from flickering). In art history, the course's paper expects, it can be used
# “模拟艺术家的风格,分析和研究不同艺术作品之间的联系”, “to imitate an artist's style, and to analyse and study how
# different works are related”.

# %% tags=["figure"]
shown = [load_image(data_folder() / "gallery" / "shown" / f"{name}.jpg", None)
         for name in ("raccoon_cubist", "temple_two_styles")]
plots.show_images(shown, ["a raccoon in a cubist still life", "the temple in two styles at once"],
                  "Two pictures of the gallery, with the paintings in their corners. The fur has taken the colours and "
                  "the brushed planes of a cubist still life; the sky mixes an autumn avenue and a wave.", photo=True)

# %% [markdown]
# Do not take the word “style” for more than it is here. What is carried over is colour, stroke and texture, whatever
# repeats itself over the painting. That a cubist shows a guitar from two sides at once is style too, for a historian,
# and there is nothing of it in the raccoon.
#
# The second field is science. The course's paper expects that the method
# “可以改善医学影像的可视化效果,帮助医生更轻松地分析和诊断影像数据”, “can improve the visualization of medical pictures
# and help doctors to analyse and diagnose them more easily”, and the same for pictures of the earth. But who guarantees
# that the lines are true? That can be tested with a picture whose truth we know. The scan below on the left is made up
# by a program, and has twelve small bright spots in it. A simple detector blurs the picture a little and marks its
# small bright peaks. A peak counts only if the brightness falls off from it in every direction, which excludes lines
# and edges, since along them it hardly changes. A true spot counts as *found* if there is a mark within 5.8 pixels of
# it, 1.5 % of the picture's side. In the scan the detector finds all twelve and nothing else. On the right the scan has
# been given the style of the woodcut in the middle, with the default settings: 120 steps from noise, here up to 384
# pixels.

# %% tags=["figure"]
from nst_helpers.diagrams.pixels import marked_spots
from nst_helpers.experiments.scan import INSIDE, NEAR, SIZE, count, find_spots, load_scan, scan

slice_, places = scan()
scans = {"the scan": slice_, "as a woodcut, β = 30": load_scan("woodcut")}
plots.show_images([slice_, shipped_picture("woodcut"), scans["as a woodcut, β = 30"]],
                  ["the scan", "the woodcut", "the scan as a woodcut"],
                  "A made-up scan of a head with twelve bright spots, a woodcut, and the scan in its style: dark "
                  "hatching, strong contrast, and blotches in the red of the sun and the blue of the sky.", photo=True)

# %%
exercises.predict(
    "00-spots", "Of the twelve true spots, how many does the detector find in the woodcut, and how many false ones?",
    {"12 true, hardly a false one": "The content loss alone would keep them all, as the table below shows. But "
                                    "the same pixels have to lower the style loss too.",
     "about half of the true ones, hardly a false one": "The small spots do fade. But a style is a texture, and it is "
                                                        "laid over the empty places as well.",
     "about half of the true ones, dozens of false ones": "Marks like the woodcut’s lower the style loss wherever "
                                                          "they are, and cover spots and empty places alike."},
    right="about half of the true ones, dozens of false ones")

# %% tags=["figure"]
plots.show(marked_spots(list(scans.values()), list(scans), [find_spots(image) for image in scans.values()], places,
                        NEAR * SIZE),
           "Left, the scan with its twelve spots, all of them found. Right, its woodcut: half of the true spots have "
           "no mark within 5.8 pixels, and the squares are marks where no spot was.", photo=True,
           folded="Choose first, then open")

# %%
runs = {"β = 0, content loss only": "content_only", "β = 3": "woodcut_weak", "β = 3, another noise": "woodcut_weak_1",
        "β = 30": "woodcut", "β = 30, another noise": "woodcut_1"}
scans = {"the scan": slice_, **{name: load_scan(file) for name, file in runs.items()}}
lines = ["true spots with a mark within      5.8 pixels          8 pixels"]
for name, image in scans.items():
    counts = [count(find_spots(image), places, near=pixels / SIZE) for pixels in (NEAR * SIZE, 8)]
    lines.append(f"{name:27} " + "".join(f"{found.kept:>9} + {found.invented:2} false" for found in counts))
searched = np.pi * INSIDE[0] * INSIDE[1] * (SIZE / 2) ** 2  # pixels of the ellipse in which the detector looks
for name, pixels in (("β = 30", NEAR * SIZE), ("β = 3", 8)):
    marks = len(find_spots(scans[name]))
    chance = 12 * marks * np.pi * pixels**2 / searched
    lines.append(f"{marks} marks thrown at random ({name}): {chance:.1f} of the 12 spots within {pixels:.1f} pixels")
plots.show_lines(lines, folded="Choose first, then open")

# %% tags=["check"]
found = {name: count(find_spots(image), places) for name, image in scans.items()}
assert found["the scan"] == found["β = 0, content loss only"] == (12, 0, 0)
assert found["β = 30"].kept <= 8 and found["β = 30, another noise"].kept <= 9
assert min(found[name].invented for name in list(scans)[2:]) > 15
assert 0.5 < 12 * sum(found["β = 30"][::2]) * np.pi * (NEAR * SIZE) ** 2 / searched < 2
within_8 = {name: count(find_spots(image), places, near=8 / SIZE).kept for name, image in scans.items()}
assert min(within_8["β = 3"], within_8["β = 3, another noise"]) >= 10
assert max(within_8["β = 30"], within_8["β = 30, another noise"]) <= 8
strict = count(find_spots(scans["β = 30"], 12), places)  # a stricter detector loses true spots as well
assert strict.kept <= 4 and strict.invented > 5

# %% [markdown]
# The woodcut has firm lines and strong contrast, and somebody who does not know the scan would not guess that six of
# its twelve spots are gone, and that the detector counts 44 others. The content loss is not blind to such small things:
# with $\beta = 0$ the same transfer keeps all twelve and adds none. So it is the style loss: marks like the woodcut's
# lower it wherever they are, whether there is something to see or not.
#
# The table holds two results. With $\beta = 3$, a tenth of the default, dozens of marks are added, but nearly every
# true spot has one within 8 pixels: these have moved rather than gone. With the default about half of the spots have
# none even there, from either noise. Chance does not explain the six that are left, since as many marks thrown at
# random would meet about one of the twelve. Which are lost is the noise's doing; that many are, and that dozens are
# added, is not.
#
# All this is one scan, one style and one detector. The mechanism asks for none of them: what is lowered is the distance
# to the statistics of the style, and where the scan is smooth and the style is not, lowering it means adding marks. The
# same must be expected of pictures of the earth, whose clarity the course's paper hopes to improve
# (“可以改善地理图像和地球观测数据的可视化效果”): a line where there is no road lowers the style loss as well as one
# along a road.
#
# Other methods invent for other reasons. Networks that translate one kind of medical picture into another have been
# found to add and remove tumours, because they had learned from pictures in which tumours were too frequent or too rare
# (Cohen and colleagues, 2018). So a stylized scientific picture can illustrate, if its caption says so; nothing must be
# measured in it, and nobody should make a diagnosis from it. As a tool, though, style transfer has served science.
# Geirhos and colleagues (2019) gave photographs the texture of another thing, a cat for example the skin of an
# elephant, and found that networks trained on ImageNet mostly decide by the texture.

# %% [markdown]
# ## 3. Pictures as numbers
#
# To a program a picture is an array. The course's paper says of what: of the pixels of the common RGB picture
# “每个像素就由红色(R)、绿色(G)、蓝色(B)三个通道的强度值组成”, “each pixel consists of the intensities of three
# channels, red, green and blue” (section 2.3). Each intensity is a number from 0 (none of this colour) to 255 (as much
# as the screen can give). We write the picture $I$; in code it is `image`, an array of shape (height, width, 3), and
# `image[i, j]` is the pixel in row $i$, counted downwards, and column $j$.

# %% tags=["figure"]
from nst_helpers.diagrams.pixels import enlarged_pixels

plots.show(enlarged_pixels(temple, (105, 162)),
           "Five times five pixels at the edge of the upper roof, with their red, green and blue, from top to bottom. "
           "The orange tiles have more red than blue; the green edge has less red than green.", photo=True)

# %%
print("shape:", temple.shape, "numbers:", temple.size, "from", temple.min(), "to", temple.max())
print("a tile:", temple[105, 162], "the sky:", temple[0, 0])
print("one channel:", temple[:, :, 0].shape)

# %% tags=["check"]
assert [network.channels(layer) for layer in ("conv1_1", "conv2_1", "conv3_1")] == [16, 32, 64]
assert temple.shape == (427, 640, 3) and temple.size == 819_840
assert list(temple[105, 162]) == [251, 178, 125] and list(temple[0, 0]) == [174, 201, 231]

# %% [markdown]
# By hand: mix equal parts of the tile (251, 178, 125) and of the sky (174, 201, 231). Halfway between them is (212.5,
# 189.5, 178), a pale, greyish pink.
#
# A channel by itself is a grey picture, bright where its colour is strong. The network of lesson 02 goes on from 3
# channels to 16, 32 and more, which no longer stand for colours.

# %% tags=["figure"]
plots.show_images([temple[:, :, 0], temple[:, :, 2]], ["the red channel", "the blue channel"],
                  "The same photograph in its red and in its blue channel; white is 255, black is 0. The tiles are "
                  "bright in red and dark in blue, the sky is brighter in blue.", photo=True)

# %% [markdown]
# Red, green and blue are the usual channels, but not the only ones:
# “不同格式的图像(以及视频)可以使用不同类型的通道和颜色模型来表示图像的像素信息”, “pictures (and videos) of different
# formats can use different kinds of channels and colour models to represent the pixels”, says the course's paper.
# Pillow, the library that reads our files, calls such a kind a *mode*. A grey picture, mode L, has one channel. RGBA
# has a fourth one, alpha, which says how opaque a pixel is. YCbCr has three, a brightness and two colour differences.

# %%
from PIL import Image

picture = Image.fromarray(temple.astype(np.uint8))
for mode in ("L", "RGB", "RGBA", "YCbCr"):
    array = np.asarray(picture.convert(mode))
    print(f"{mode:5} shape {array.shape}, the tile: {array[105, 162]}")

# %% tags=["check"]
assert np.abs(array[105, 162] - [193.8, 89, 168.4]).max() < 2  # as its formula has it: 0.299 R + 0.587 G + 0.114 B

# %% [markdown]
# In YCbCr the tile is bright (193); its blue difference is below the neutral 128 and its red difference above it. The
# package turns what it reads into RGB, so every picture in this course is (height, width, 3).
#
# A file stores the numbers in a *format*, and formats differ in what they keep. BMP writes one byte for each number.
# PNG finds a shorter description from which every number can be recovered. JPEG keeps what the eye is most sensitive
# to, and how much it drops is set by a number called quality. A video (MP4, AVI) is a row of pictures.

# %%
exercises.predict(
    "00-jpeg", "A JPEG of quality 30 needs 29 kB instead of 820 kB. How far is the worst of the 819,840 numbers off?",
    {"by more than 100": "It happens at single pixels in leaves and ornaments. The average is about 9.",
     "by about 20": "On average it is less, about 9. But the worst are single pixels in leaves and ornaments.",
     "by 2 or 3": "The eye sees hardly a difference, so one expects a small number. But the format saves where the "
                  "eye is poor: in fine detail and in colour."},
    right="by more than 100")

# %%
import io

for name, settings in (("BMP", {}), ("PNG", {}), ("JPEG", {"quality": 90}), ("JPEG", {"quality": 30})):
    file = io.BytesIO()
    picture.save(file, format=name, **settings)
    off = np.abs(np.asarray(Image.open(file), float) - temple)
    print(f"{name:4} {settings.get('quality', ''):2}: ≈ {file.tell() / 1000:.0f} kB, off by {off.mean():.1f} on "
          "average")

# %% tags=["check"]
assert off.max() > 100 and 4 < off.mean() < 18 and 5 < (off > 100).sum() < 60

# %% tags=["figure"]
from nst_helpers.diagrams.pixels import coding_errors

plots.show(coding_errors(temple, np.asarray(Image.open(file), np.float32), np.s_[307:427, 260:430]),
           "The lower roof and a tree, magnified. In the JPEG the stripes of the roof and the leaves are blurred. "
           "Below left, how far each pixel is off in the worst of its three colours: least on the lake; elsewhere it "
           "is spread over roof and leaves. Below right, how many of the picture’s numbers are off by how much.",
           photo=True, folded="Choose first, then open")

# %%
plots.show_lines([f"JPEG 30: off by ≈ {off.max():.0f} at most, by more than 100 in ≈ {(off > 100).sum()} numbers"],
                 folded="Choose first, then open")

# %% [markdown]
# At quality 30, 19 of the 819,840 numbers are off by more than 100, the worst by 162. Enlarged, the loss is seen. JPEG
# stores a picture as YCbCr, because the eye is less sharp for colour than for brightness: at this quality it keeps the
# two colour channels at half the height and width, and describes each square of 8×8 pixels by a few waves. The guess
# “by 2 or 3” trusted the eye, which is a poor judge of numbers. Comparing two pictures number by number is one way to
# compare them, and often not the one that we mean.
#
# A JPEG changes many numbers and leaves what we see almost as it was. One can also keep every number and leave nothing
# to see: take all pixels of the photograph and put them back in random order.

# %%
generator = np.random.default_rng(0)
shuffled = generator.permutation(temple.reshape(-1, 3)).reshape(temple.shape)
for name, image in (("photograph", temple), ("shuffled", shuffled)):
    print(f"{name:10}: mean colour {image.mean(axis=(0, 1)).round(1)}, "
          f"standard deviation {image.std(axis=(0, 1)).round(1)}")

# %% tags=["figure"]
plots.show_images([temple[:, :, ::-1], shuffled], ["channels in reverse order", "pixels in random order"],
                  "Left, red and blue have changed places, and the temple is still a temple. Right, every pixel of the "
                  "photograph is there, and nothing can be recognized.", photo=True)

# %% tags=["check"]
assert np.allclose(np.sort(shuffled, axis=None), np.sort(temple, axis=None))
assert np.abs(shuffled.mean(axis=(0, 1)) - temple.mean(axis=(0, 1))).max() < 0.1

# %% [markdown]
# The mean of each colour and its standard deviation (how far the numbers scatter around their mean) are exactly those
# of the photograph, and so is every other quantity that does not depend on where a pixel is. Yet the picture on the
# left shows a temple, and the one on the right shows nothing. What a picture shows must then be in how its pixels are
# arranged, above all in which of them are *neighbours*. That is why the course begins with the operation that looks at
# a pixel together with its neighbours, convolution.
#
# One practical rule remains. In a file a number has one byte and can only be 0 to 255; computing with bytes goes wrong
# without a word, since beyond 255 it begins again at 0. Therefore the package computes with `float32`, numbers with a
# decimal point, in which a picture may leave the scale for a while and is clipped at the end.

# %%
light = np.array([250, 100], np.uint8)  # two numbers as they come from a file
print("bytes:", light + np.array([10, 10], np.uint8), " float32:", light.astype(np.float32) + 10)

# %% [markdown]
# ## 4. Predictions, sliders, exercises
#
# The **predictions** you have met. Choose before you read on: a guess that turns out wrong teaches more than an answer
# that was only read. **Sliders** need a running cell; before that you see a stored picture. Tab leads from one control
# to the next, the arrow keys move it, and the line under a picture says in words what it shows. **Numbers** should be
# those that you see stored. Two kinds may differ: times, and numbers marked with ≈, because processors round
# differently in the last digit and hundreds of steps let that grow. After *Kernel → Restart* run the cells from the top
# again.
#
# **Exercises** check themselves. Replace the `...`, or the faulty lines, run your cell, and then the check below it.
# It says ○ as long as nothing has changed, ✗ with a hint and the smallest case that fails, or ✓. You can try as often
# as you like. Worked solutions are in the folder `solutions`. Here are three, of the kinds that you will meet most
# often: repair, derive, make.
#
# ### Exercise 1: repair a negative
#
# In the negative of a picture black becomes white, white becomes black, and every number in between is reflected at
# the middle of the scale. The function takes a picture (height, width, 3) with numbers from 0 to 255 and returns
# another one. With the temple it works, with other pictures it does not. Find the bug.

# %% tags=["exercise"]
def negative(image):
    return image.max() - image

# %% tags=["solution"]
def negative(image):
    return 255 - image  # the scale's largest number, whatever this picture's is

# %%
exercises.check("00-negative", negative)

# %% [markdown]
# ### Exercise 2: how long will it take?
#
# In every step the network does the same work for each pixel. For a picture whose longer side has $a$ pixels a step
# takes $t$ seconds. How many seconds does one step take for the same picture, enlarged so that its longer side has
# $b$ pixels? Write a formula of `t`, `a` and `b` in quotation marks.

# %% tags=["exercise"]
seconds = ...  # for example "t + b - a"

# %% tags=["solution"]
seconds = "t * (b / a)**2"  # height and width both grow by b / a

# %%
exercises.check("00-time", seconds)

# %% [markdown]
# ### Exercise 3: the palette without the strokes
#
# Long before networks were used for it, Reinhard and colleagues (2001) transferred colours by nothing but means and
# standard deviations. Give each of the three colours of the temple the mean and the standard deviation that this colour
# has in the painting `autumn` below: shift and stretch the numbers of each channel, and clip the result to 0 to 255.
# `array.mean(axis=(0, 1))` and `array.std(axis=(0, 1))` give one number for each channel. Both have to be met within
# 1.5 grey levels; clipping alone moves them by less. Call the picture `recolored`; the check shows it.

# %% tags=["figure"]
plots.show_images([temple, shipped_picture("autumn_impasto")], ["temple", "autumn"],
                  "The photograph that you recolour, and the painting whose colours it shall have.", photo=True)

# %% tags=["exercise"]
autumn = shipped_picture("autumn_impasto")
recolored = ...  # your picture, as large as the temple

# %% tags=["solution"]
autumn = shipped_picture("autumn_impasto")
standardized = (temple - temple.mean(axis=(0, 1))) / temple.std(axis=(0, 1))  # mean 0, deviation 1
recolored = np.clip(standardized * autumn.std(axis=(0, 1)) + autumn.mean(axis=(0, 1)), 0, 255)

# %%
exercises.check("00-palette", recolored)

# %% [markdown]
# Put your result beside the painting, and look for a stroke of the brush. Means and standard deviations do not depend
# on where a pixel is, so no stroke can be in them. Lesson 04 takes the same idea, statistics that forget places, and
# applies it to the *features* of a network, each of which has seen a whole neighbourhood. That change turns recolouring
# into style transfer.
#
# ### Investigation: what did it invent?
#
# Open one of the pictures in `data/gallery` beside its photograph in `data/content`, and list ten things that are in
# the picture and not in the photograph, with their places. For each, say whether the painting has something similar,
# and whether a viewer who does not know the photograph could take it for real. What would you write under the picture
# if it appeared in a textbook? Half a page.

# %% [markdown] tags=["solution"]
# **A rubric for the investigation.** One point for each:
#
# 1. Each of the ten things has a place, so that somebody else can find it.
# 2. Photograph and picture were compared at the same size, and at the same place.
# 3. At least one thing was *lost*; the question did not ask for it, but an inventory shows it.
# 4. For each thing it is said what in the painting is similar, or that nothing is. 5. Invented texture (strokes,
# leads) and invented objects (something like an eye, a window, a moon) are told apart. 6. A second person made the
# list too, or the list was made again a day later; where the two differ is reported. 7. The caption says that the
# picture is computed, from what, and what must not be read off it.

# %% [markdown]
# ## 5. Who wrote what, and the way through the course
#
# The lessons quote others, and two of them often, so let us keep them apart.
#
# - **The course's paper** is the student paper 《基于卷积神经网络的图像风格迁移》 of section 2. The lessons follow its
#   sections and its formulas. A section of it is always named together with it; “section 2” alone is one of the lesson
#   that you are reading. Where it is imprecise, the lesson quotes it, says why one could think so, and measures.
# - **Gatys, Ecker and Bethge** (2015, 2016) invented the method. The course's paper cites them first, and its content
#   loss and style loss are theirs. Other parts are not theirs: total variation, which Mahendran and Vedaldi (2015)
#   had put into such a loss, and Adam as the optimizer; Gatys and colleagues used L-BFGS.
# - **This course** is the notebooks and the package `nst_helpers`. Its photographs are free ones by others. Its *style
#   pictures are generated by a program* (`tools/make_styles.py`), from fixed seeds; when a lesson calls one of them a
#   painting, no painter is behind it. Its small networks were trained by this project too, and lesson 02 says on what
#   and how well they do. `data/SOURCES.md` lists the origin of every picture.

# %% [markdown]
# | lesson | question | course's paper |
# |---|---|---|
# | **00 Start here** | what is style transfer, and what is it good for? | 1, 2.3 |
# | [01 Convolution](01_convolution.ipynb) | what can nine numbers find in a picture? | 2.1 |
# | [02 Feature maps](02_feature_maps.ipynb) | what does each layer keep, and what does it lose? | 2.2, 3.1 |
# | [03 Content loss](03_content_loss.ipynb) | when do two pictures show the same thing? | 2.2.1, 2.3.1, 3.2 |
# | [04 Gram matrices](04_gram_matrices.ipynb) | what is style, as numbers? | 2.2.2, 2.3.2, 4.1 |
# | [05 Style loss](05_style_loss.ipynb) | when are two pictures painted alike? | 2.3.2 |
# | [06 Total variation](06_total_variation.ipynb) | where does noise come from, and what keeps it out? | 2.3.4 |
# | [07 Total loss](07_total_loss.ipynb) | how much content, how much style? | 2.3.3, 4.1 |
# | [08 Gradient descent and momentum](08_gradient_descent.ipynb) | which way is down, and how far? | 2.4, 2.4.1 |
# | [09 RMSprop](09_rmsprop.ipynb) | what if directions differ in curvature? | 2.4.2 |
# | [10 Adam](10_adam.ipynb) | what do both ideas give together? | 2.4, 4.2 |
# | [11 Full transfer](11_full_transfer.ipynb) | how does my own picture become a good one? | 3.2, 4, 5 |
#
# **In class** this makes ten sessions of 90 minutes: one for 01, two each for 02 with 03 and for 04 with 05, one for 06
# with 07, and one each for the others. Let everyone choose at each prediction before the next cell runs; the exercises,
# and this lesson, are homework.
#
# Every lesson can be read without running it, since its pictures and numbers are stored.

# %% [markdown]
# ## What we found
#
# Style transfer is an optimization of pixels. From noise the style loss falls first, to 17 % in the time in which the
# content loss falls to 78 %. A stylized scientific picture is no evidence: of twelve spots in a scan six survive the
# woodcut, and the detector counts 44 that were never there; without the style loss all twelve survive. And a picture
# with exactly the right numbers in another order shows nothing.
#
# ## Where this is used
#
# Until the end of the course the diagram of section 1 is the map: each lesson builds one of its boxes. Lesson 11 puts
# them together, and makes a picture of a photograph of your own.

# %% [markdown]
# ## Sources and further reading
#
# - Gatys, L., Ecker, A., Bethge, M. (2015): A Neural Algorithm of Artistic Style (arXiv 1508.06576). The first report.
# - Gatys, L., Ecker, A., Bethge, M. (2016): Image Style Transfer Using Convolutional Neural Networks (CVPR). The
#   method, ten pages, with the figure of which the diagram above is a relative.
# - Mahendran, A., Vedaldi, A. (2015): Understanding Deep Image Representations by Inverting Them (CVPR). Pictures
#   computed back from feature maps, with total variation in the loss.
# - Reinhard, E., Ashikhmin, M., Gooch, B., Shirley, P. (2001): Color Transfer between Images. Exercise 3, in a better
#   colour space.
# - Ruder, M., Dosovitskiy, A., Brox, T. (2016): Artistic Style Transfer for Videos. How a film is kept from
#   flickering.
# - Geirhos, R., Rubisch, P., Michaelis, C., Bethge, M., Wichmann, F., Brendel, W. (2019): ImageNet-Trained CNNs Are
#   Biased towards Texture. Style transfer as an instrument of science.
# - Cohen, J. P., Luck, M., Honari, S. (2018): Distribution Matching Losses Can Hallucinate Features in Medical Image
#   Translation. Tumours that appear and disappear, in another method and for another reason.
#
# ## Next
#
# **[01 Convolution](01_convolution.ipynb)** slides a window of nine numbers over a picture, and asks what these numbers
# have to be like in order to find an edge.

# %% [markdown]
# ## Appendix A: notation
#
# Come back here when you meet a letter that you have forgotten. The last column tells where the course's paper writes
# something else; an empty one means the same.
#
# | letter | meaning | in code | in the course's paper |
# |---|---|---|---|
# | $I$ | picture, (height, width, 3), 0 to 255 | `image` | |
# | $x$, $h$ | input and response of a system (01) | `rain`, `left` | $f$, $g$, with a dot for the star |
# | $K$, $k$ | kernel, (k, k) or (k, k, channels in, channels out); its side | `kernel` | |
# | $F^l$ | feature maps of layer $l$, (height, width, channels) | `features` | $G_c$ in the content loss |
# | $F_{ki}$ | position $k$, channel $i$ | `flat[k, i]` | $F_{ik}$; $k$ “总通道数” |
# | $C^l$ | feature maps of the photograph | `content_features` | $C_c$; writes $C_c - G_c$ for our $F - C$ |
# | $G^l$, $S^l$ | Gram matrices of new picture and style | `gram`, `style_gram` | |
# | $N_l$ | number of channels | `channels` | |
# | $M_l$ | number of positions, height · width | `positions` | “特征图数量” slips in beside it |
# | $E_l$, $w_l$ | style loss of a layer, and its weight | `layer_loss`, `layer_weights` | sums from $l = 0$ to $L$ |
# | $\alpha, \beta, \gamma$ | weights of the losses | `content_weight`, `style_weight`, `tv_weight` | TV has none |
# | $L$ | total loss | `loss` | $J$ in section 2.4.1 |
# | $w_t$ | what is optimized, after $t$ steps | `w` | $w_{(t)i}$, $i$ one coordinate |
# | $\nabla L(w_t)$ | gradient of the loss at $w_t$ | `gradient` | $\nabla w_{(t+1)i}$ |
# | $V_{t+1}$, $s_{t+1}$ | mean of gradients, and of their squares | `velocity`, `scale` | without the index $i$ |
# | $\eta$ | learning rate | `learning_rate` | once $n$ (2.4.2) |
# | $\beta$; $\beta_1, \beta_2$ | memory of momentum and RMSprop; of Adam | `beta`; `beta1`, `beta2` | |
# | $\varepsilon$ | keeps a division from failing | `epsilon` | inside the root |
# | $\lambda$, $\kappa$ | curvature; $\lambda_{max} / \lambda_{min}$ | `curvature`, `kappa` | not there |
#
# Some letters have two meanings, as in the literature; the table at each formula tells which is meant.
#
# | letter | elsewhere it is |
# |---|---|
# | $\beta$; $\gamma$ | the memory of an optimizer; smoothness against the noisy picture (06) |
# | $i$, $j$; $k$ | two channels (04, 05); a kernel's side (01, 03), a level (03) |
# | $L$; $C$ | mode of a grey picture; number of channels (01) |
# | $M$, $N$; $K$ | sides of a kernel in the course's paper; how alike two points are (04) |
# | $\delta$ | error behind a gate (03); 1 for equal indices, else 0 (05) |
# | $s$, $S$; $\lambda$ | a stride, scale, size; a number of sizes (11); head start of the content (11) |

# %% [markdown]
# ## Appendix B: glossary
#
# | English | 中文 | in one sentence |
# |---|---|---|
# | pixel, channel | 像素, 通道 | one place of a picture; one number for each place: red, green, blue, later a feature |
# | convolution, kernel | 卷积, 卷积核 | a weighted sum over a small window that slides over a picture; its weights |
# | weight sharing | 权重共享 | one kernel for all places of a picture |
# | stride, padding | 步幅, 填充 | how far the window moves each time; what is put around the picture |
# | receptive field | 感受野 | the part of the picture on which one value depends |
# | feature map | 特征图 | what one kernel makes of a picture: where, and how strongly, it responds |
# | activation, ReLU | 激活值, 线性整流 | a value of a feature map; the function that sets what is below zero to zero |
# | pooling | 池化 | making a map smaller by the mean or the maximum of each 2×2 square |
# | neural network, layer | 神经网络, 层 | many such steps in a row, with weights learned from examples; one such step |
# | weight, bias | 权重, 偏置 | a number that multiplies what comes in; a number that is added |
# | training | 训练 | changing weights until the network answers well on many examples |
# | batch, epoch | 批次, 轮 | the examples of one step of a training; one pass over all of them |
# | robust training | 鲁棒训练 | training on pictures that were changed so as to mislead the network |
# | standardization | 标准化 | shifting and stretching numbers to mean 0 and standard deviation 1 |
# | loss | 损失 | how far we are from what we want, as one number |
# | mean squared error (MSE) | 均方误差 | the mean of the squared differences |
# | share of a loss | 相对损失 | it as a part of another loss, which is named |
# | correlation | 相关系数 | how well one row of numbers follows another: 1 exactly, 0 not at all, −1 reversed |
# | content, style | 内容, 风格 | what is where in a picture; how it is painted |
# | Gram matrix | 格拉姆矩阵 | for each pair of channels: how strongly they respond together |
# | total variation | 总变差 | how much neighbouring pixels differ, summed up |
# | noise, texture | 噪声, 纹理 | numbers drawn at random; what repeats itself all over a picture |
# | octave | 倍频程 | details between one size and twice that size |

# %% [markdown]
# | English | 中文 | in one sentence |
# |---|---|---|
# | gradient | 梯度 | for each number: how much the loss changes when it grows a little |
# | backpropagation | 反向传播 | computing the gradient layer by layer, from the loss back to the pixels |
# | finite difference | 有限差分 | changing a number a little, and seeing how much the loss changes |
# | negative gradient | 负梯度 | the force with which a loss moves each number |
# | gradient descent | 梯度下降 | a small step against the gradient, and again |
# | learning rate | 学习率 | how large these steps are |
# | curvature, Hessian | 曲率, 黑塞矩阵 | how fast a slope changes; the matrix of all curvatures |
# | condition number | 条件数 | the largest curvature over the smallest |
# | local optimum, saddle point | 局部最优, 鞍点 | lower than all around; level, but up one way and down another |
# | momentum | 动量 | steps that keep a part of the previous one |
# | moving average (EWMA) | 指数加权移动平均 | a mean in which older values count less and less |
# | adaptive learning rate | 自适应学习率 | a step size of its own for each number |
# | optimizer, iteration | 优化器, 迭代 | the rule that makes steps out of gradients; one step |
# | L-BFGS | L-BFGS | an optimizer that estimates the curvature from its last steps |
# | line search | 线搜索 | trying several lengths of a step before it is made |
# | evaluation of a loss | 损失求值 | computing it and its gradient once |
# | head start of the content | 内容领先 | its larger weight at small sizes (`content_lead`) |
# | hyperparameter | 超参数 | a number that you choose and no optimizer does: weights, learning rate, layers |
# | style transfer | 风格迁移 | all of this together |
