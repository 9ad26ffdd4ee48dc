"""Train the compact network of the course: VGG-19 at a quarter of the width, on Tiny ImageNet.

    python tools/train_compact.py tiny-imagenet-200.zip --work scratch --output data/networks/compact.npz

The archive is the one its authors publish (http://cs231n.stanford.edu/tiny-imagenet-200.zip). Interrupt it
whenever you like: the same command carries on from the last checkpoint in the work folder. Checkpoints belong to
no machine: the training can run on one with a graphics card (`KERAS_BACKEND=jax`, which compiles the whole step
into one program), and the same command, given that work folder on one with TensorFlow, writes the weight file.

What is trained is a classifier: sixteen convolutions with batch normalization and ReLU, the mean over all
positions, one dense layer. What is kept are the convolutions, the normalization folded into them (compact/file.py).
A network for style transfer has one more duty than a classifier: its gradient is painted onto a picture. An
ordinary classifier's gradient looks like noise, because it hangs on patterns that no one sees; one that was trained
on pictures changed against it, each pixel by a few grey levels, has to hang on what is visible (Engstrom et al.,
"Adversarial Robustness as a Prior for Learned Representations", 2019; Nakano, "Adversarially Robust Neural Style
Transfer", distill.pub 2019). So each batch is changed by a step or more of the attack before it is learned from (Madry
et al., ICLR 2018; one step from a random start: Wong, Rice, Kolter, ICLR 2020). `--set pooling=binomial` takes an
antialiased pooling (Zhang, "Making Convolutional Networks Shift-Invariant Again", ICML 2019); what both came to stands
on the card, data/networks/compact.md.
"""

import argparse
from pathlib import Path

import keras
from compact.pictures import read_archive, read_pictures
from compact.recipe import MEANINGS, SMOKE, Recipe, changed
from compact.training import Training


def main(arguments=None):
    options = parse(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    data = read_archive(options.archive, options.work) if options.archive.is_file() else read_pictures(options.archive)
    training = Training(changed(SMOKE if options.smoke else Recipe(), options.set), *data, options.work)
    training.resume()
    try:
        training.run()
    except KeyboardInterrupt:
        raise SystemExit("interrupted: the same command carries on from the last checkpoint") from None
    training.settle()
    if keras.backend.backend() != "tensorflow":
        print(f"trained; the same command, with TensorFlow as Keras's backend, writes {options.output}")
        return
    from compact.file import export, write_card  # needs the course's package, and that TensorFlow

    accuracies = export(training, options.output)
    write_card(options.output, training, accuracies)
    print(f"wrote {options.output} and its card {options.output.with_suffix('.md').name}")


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path, help="tiny-imagenet-200.zip, or a --work folder that has read it")
    parser.add_argument("--output", type=Path, default=Path("compact.npz"), help="the weight file to write")
    parser.add_argument("--work", type=Path, default=Path("compact-training"),
                        help="folder of the decoded pictures (1.4 GB) and the checkpoint")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help=f"change a number of the recipe: {', '.join(MEANINGS)}")
    parser.add_argument("--smoke", action="store_true", help="a tiny network for a few steps, for the test")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
