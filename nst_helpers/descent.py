"""The steps of an optimizer at one size of a transfer."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from nst_helpers.arrays import Image
from nst_helpers.backend import tf
from nst_helpers.objective import NUMBER, OPEN_IMAGE, tensors
from nst_helpers.result import LOSSES, State
from nst_helpers.schedule import rate
from nst_helpers.settings import OPTIMIZERS, Settings


def fresh(canvas: Image, settings: Settings, level: int = 0) -> State:
    """The `State` from which a size begins: a canvas (height, width, 3), 0–255, and an optimizer without a past."""
    return State(level, 0, np.asarray(canvas, np.float32), settings.optimizer, None)


def descend(state: State, objective: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]], iterations: int,
            settings: Settings) -> Iterator[tuple[State, dict[str, float]]]:
    """All steps that are left at one size: a generator of (state, losses), one pair a step.

    Args:
        state: where to begin; `fresh` makes one of a picture. If another optimizer made it, this one begins anew.
        objective: what to lower: canvas → (gradient, losses), as `nst_helpers.objective.Objective`.
        iterations: how many steps there are at this size, `state.done` of which are done.
        settings: the optimizer, its learning rate and the schedule.

    Yields:
        The `State` after a step, and {"content", "style", "tv", "total"} of the picture before it.
    """
    canvas, memory = tf.constant(state.canvas, tf.float32), state.memory
    if memory is None or state.optimizer != settings.optimizer:
        memory = OPTIMIZERS[settings.optimizer](1.0).init(canvas)
    step = stepper(settings.optimizer)
    for number in range(state.done, iterations):
        gradient, losses = objective(canvas)
        canvas, memory = step(canvas, gradient, memory, rate(settings, number, iterations))
        state = State(state.level, number + 1, canvas.numpy(), settings.optimizer, memory)
        yield state, dict(zip(LOSSES, map(float, losses.numpy()), strict=True))


@cache
def stepper(name: str) -> Callable:
    """(canvas, gradient, memory, η) → (canvas within 0–255, memory): one step of the optimizer of this name.

    Where it can be compiled, it is, with η as an argument, not frozen in.
    """
    optimizer = OPTIMIZERS[name]

    def step(canvas, gradient, memory, eta):
        canvas, memory = optimizer(eta).step(canvas, gradient, memory)
        return tf.clip_by_value(canvas, 0.0, 255.0), memory

    if not optimizer.compiles:
        return step
    memory = optimizer(1.0).init(np.zeros((1, 1, 3)))
    specs = tf.nest.map_structure(lambda part: OPEN_IMAGE if np.ndim(part) else NUMBER, memory)
    compiled = tf.function(step, input_signature=[OPEN_IMAGE, OPEN_IMAGE, specs, NUMBER])
    return lambda canvas, gradient, memory, eta: compiled(canvas, gradient, tensors(memory), tensors(eta))
