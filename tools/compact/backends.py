"""What Keras has no common name for on TensorFlow and JAX; everything else of a training is written once."""

import platform

import keras


def compiled(function):
    """A function of arrays as one program, which is given its state and returns the new one."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(function)
    import tensorflow as tf

    return tf.function(function)


def value_and_gradient(function, place, arguments):
    """((value, more), gradient) of a function that returns (value, more), in its argument at a place."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.value_and_grad(function, place, has_aux=True)(*arguments)
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(arguments[place])
        value, more = function(*arguments)
    return (value, more), tape.gradient(value, arguments[place])


class Randomness:
    """Uniform random numbers that depend on a seed and a step only, so that a resumed run draws the same."""

    def __init__(self, seed, step):
        self._seed, self._step, self._draws = seed, step, 0

    def __call__(self, shape, low=0.0, high=1.0):
        self._draws += 1
        number = self._seed * 1000 + self._draws
        if keras.backend.backend() == "jax":
            import jax

            key = jax.random.fold_in(jax.random.key(number), self._step)
            return jax.random.uniform(key, shape, minval=low, maxval=high)
        import tensorflow as tf

        return tf.random.stateless_uniform(shape, tf.stack([number, tf.cast(self._step, tf.int32)]), low, high)


def machine():
    """What a training runs on, for the card."""
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        return (f"{jax.devices()[0].device_kind}; Python {platform.python_version()}, Keras {keras.__version__} on "
                f"JAX {jax.__version__}")
    import tensorflow as tf

    return (f"{platform.machine()} processor; Python {platform.python_version()}, Keras {keras.__version__} on "
            f"TensorFlow {tf.__version__}")
