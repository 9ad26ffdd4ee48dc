"""A stand-in for the weight files that Keras distributes: random numbers, in their layout."""

import numpy as np

from nst_helpers.architecture import CHANNELS


def random_vgg(convolutions, seed=0):
    """{Keras's layer name: (kernel, bias)} of a VGG with so many convolutions in each block."""
    generator, weights, inputs = np.random.default_rng(seed), {}, 3
    for block, count in convolutions.items():
        for number in range(1, count + 1):
            outputs = CHANNELS[block]
            kernel = generator.standard_normal((3, 3, inputs, outputs), np.float32) * np.sqrt(2 / (9 * inputs))
            weights[f"block{block}_conv{number}"] = kernel.astype(np.float32), np.zeros(outputs, np.float32)
            inputs = outputs
    return weights


def write_old_layout(path, weights):
    """The Keras 1 layout of keras.applications' .h5 files: a group a layer, its arrays named in attributes."""
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in weights]
        file.attrs["backend"] = b"tensorflow"
        for name, (kernel, bias) in weights.items():
            group = file.create_group(name)
            arrays = {f"{name}_W_1:0": kernel, f"{name}_b_1:0": bias}
            group.attrs["weight_names"] = [array.encode() for array in arrays]
            for array, values in arrays.items():
                group.create_dataset(array, data=values)
