"""The names and numbers of VGG-19 (Simonyan, Zisserman, ICLR 2015, configuration E without its dense layers)."""

CONVOLUTIONS = {1: 2, 2: 2, 3: 4, 4: 4, 5: 4}  # block: convolutions in it
CHANNELS = {1: 64, 2: 128, 3: 256, 4: 512, 5: 512}  # block: channels at width 1
LAYER_NAMES = tuple(
    name
    for block, count in CONVOLUTIONS.items()
    for name in (*(f"conv{block}_{number}" for number in range(1, count + 1)), f"pool{block}")
)
CONVOLUTION_NAMES = tuple(name for name in LAYER_NAMES if name.startswith("conv"))

NETWORK_NAMES = ("compact", "plain", "vgg19")
POOLINGS = ("average", "binomial", "max")
PRECISIONS = ("float32", "bfloat16")
