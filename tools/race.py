"""Compute the race of the optimizers that lesson 10 shows: data/race. Three quarters of an hour on two slow cores.

    python tools/race.py             what is not there yet; all of it, where the network or a picture is another one
    python tools/race.py --long      besides, what takes hours: 600 steps, and 300 at 320 pixels, η tuned for each
    python tools/race.py --check     compute nothing; say whether something is missing

Each optimizer climbs a ladder of learning rates, each twice the one before, until the best has a worse one on either
side; with η constant and with η falling along half a cosine. The best of each paints a second time, from another
noise, and at 320 pixels. The four that are ahead with η constant, and plain descent as what they are compared with,
race for 200 steps too: η tuned for it, constant and falling, and the best of each from another noise. Momentum, Adam
and RMSprop race with other β as well, η constant, and L-BFGS with steps of one length.
"""

import functools
import itertools
import json
import sys

import numpy as np
import stamps
from scipy.optimize import Bounds, minimize

from nst_helpers import optimizers
from nst_helpers.experiments import contest, ladders
from nst_helpers.experiments.descents import file_name
from nst_helpers.networks import load_network
from nst_helpers.settings import Settings
from nst_helpers.shipped import picture_file
from nst_helpers.system import write_whole

SMALL, LARGE = 160, 320  # pixels
SHORT, LONG = 60, 200  # steps
VERY_LONG, LARGE_LONG = 600, 300  # steps of --long, at 160 and at 320 pixels
OTHER = 1  # the seed of the second noise
# {name: (class, a first guess at η)}
RULES = {"gradient descent": (optimizers.GradientDescent, 2.0**18), "momentum": (optimizers.Momentum, 2.0**20),
         "AdaGrad": (optimizers.AdaGrad, 40.0), "RMSprop": (optimizers.RMSprop, 5.0), "Adam": (optimizers.Adam, 40.0),
         "L-BFGS": (optimizers.LBFGS, 10.0)}
LASTING = ("L-BFGS", "momentum", "Adam", "RMSprop", "gradient descent")  # they race for LONG steps too
SCHEDULES = ("constant", "cosine")
SLOW = "RMSprop, β = 0.999"  # with bias correction: Adam without its mean of gradients
MEASURED = "Barzilai–Borwein"  # L-BFGS with one pair, without its directions
ONE_LENGTH = "L-BFGS, one length"  # with one pair: its directions, without its lengths
BETAS = 0.5, 0.7, 0.8, 0.95  # of momentum, and β₁ of Adam; 0.9 is theirs in RULES
OF_BETA = {f"momentum, β = {beta}": (functools.partial(optimizers.Momentum, beta=beta), 2.0**21) for beta in BETAS}
OF_BETA |= {f"Adam, β₁ = {beta}": (functools.partial(optimizers.Adam, beta1=beta), 40.0) for beta in BETAS}
OF_BETA |= {f"RMSprop, β = {beta}": (functools.partial(optimizers.RMSprop, beta=beta), 10.0)
            for beta in (0.8, 0.95, 0.99)}
LOWER = 5.0, 10.0  # η of Adam beside the 6 of the course's paper, below its ladder
RAW = ("gradient descent", "momentum")  # their η is no length: it grows with the number of pixels
SCIPY = "L-BFGS-B (SciPy)"
DECIDING = ("content_weight", "style_weight", "tv_weight", "content_layers", "style_layers")  # of the default settings
GUESSES = {name: guess for name, (_, guess) in RULES.items()} | {SLOW: 40.0, MEASURED: 10.0}
LATER = {name: guess for name, (_, guess) in OF_BETA.items()} | {ONE_LENGTH: 5.0}  # what joined them; no recipe of it
transfers = {}


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    short = [word for word in arguments if word != "--long"]
    status = stamps.main(short, __doc__, read_recipes(), is_stale, compute, "race")  # it forgets another network's runs
    if short != arguments:
        to_the_end()
    return status


def read_recipes():
    """One: everything but the learning rates, which follow from what is found."""
    return {"race": [SMALL, LARGE, SHORT, LONG, GUESSES, SCIPY, OTHER]}


def is_stale(name, recipe):
    """Whether an optimizer or its picture is missing, or they raced by another recipe, or on another network."""
    pictures = [contest.folder() / f"{file_name(rule)}.webp" for rule in RULES]
    raced = {run["optimizer"] for run in contest.read()}
    went_on = {(run["optimizer"], run["schedule"], run.get("seed", 0)) for run in contest.read()
               if len(run["losses"]) == LONG + 1}
    return (stamps.is_stale(contest.folder() / "race.json", stamp(recipe), pictures)
            or not {*GUESSES, *LATER, SCIPY} <= raced
            or not {*itertools.product(LASTING, SCHEDULES, (0, OTHER))} <= went_on)


def compute(name, recipe):
    if stamps.kept(contest.folder() / "race.json") != stamp(recipe):
        keep([], stamp(recipe))
    for schedule in ("cosine", "constant"):
        for rule in RULES:
            climb(rule, schedule, SHORT)
    run(SCIPY, 0.0, "constant", SMALL, SHORT)
    for rule in sorted(RULES, reverse=True):
        paint_large(rule, SHORT)
    for rule, schedule in itertools.product(LASTING, SCHEDULES):
        climb(rule, schedule, LONG)
    for memory in (1, 30):
        climb("L-BFGS", "cosine", SHORT, memory=memory)
    climb("L-BFGS", "constant", SHORT, memory=1)
    for schedule in SCHEDULES:
        for rule in (SLOW, MEASURED):
            climb(rule, schedule, SHORT)
        climb(ONE_LENGTH, schedule, SHORT)
    for rate in LOWER:
        run("Adam", rate, "constant", SMALL, SHORT)
    for rule in OF_BETA:
        climb(rule, "constant", SHORT)
    from_another_noise([*GUESSES, ONE_LENGTH], SHORT)
    from_another_noise(OF_BETA, SHORT, ["constant"])
    from_another_noise(LASTING, LONG)
    return f"{len(contest.read())} runs"


def from_another_noise(rules, steps, schedules=SCHEDULES):
    """The best of each once more: what moves from one noise to another tells nothing of a rule."""
    for rule, schedule in itertools.product(rules, schedules):
        found = contest.best(optimizer=rule, schedule=schedule, size=SMALL, memory=10, steps=steps)
        run(rule, found.learning_rate, schedule, SMALL, steps, seed=OTHER)


def stamp(recipe):
    """A digest of what decides the race: its recipe, the default weights, the network and both pictures."""
    files = [stamps.network_file("compact"), picture_file(contest.CONTENT), picture_file(contest.STYLE)]
    weights = {name: getattr(Settings(), name) for name in DECIDING}
    return stamps.digest([stamps.text(recipe), stamps.text(weights)], files)


def to_the_end():
    """Every rule with ten times the steps, and with η tuned at 320 pixels too; some hours."""
    for schedule in SCHEDULES:
        for name in (*RULES, SLOW, MEASURED):
            climb(name, schedule, VERY_LONG)
            found = contest.best(optimizer=name, schedule=schedule, size=SMALL, memory=10, steps=VERY_LONG)
            run(name, found.learning_rate, schedule, SMALL, VERY_LONG, seed=OTHER)
    for name in RULES:
        climb(name, "constant", LARGE_LONG, size=LARGE, picture=name)


def climb(name, schedule, steps, memory=10, size=SMALL, picture=None):
    """Double and halve η until the best has a worse one on either side."""
    start = contest.stored_races(optimizer=name, schedule=schedule, size=SMALL, memory=10)
    start = [race for race in start if race.steps == steps] or start  # what is best for more steps is no guess for few
    guess = min(start, key=lambda race: race.end).learning_rate if start else (GUESSES | LATER)[name]
    guess *= (size / SMALL) ** 2 if name in RAW else 1
    ladders.climb(lambda rate: run(name, rate, schedule, size, steps, memory=memory, picture=picture), guess)


def paint_large(name, steps):
    """The best of a ladder at 320 pixels."""
    found = contest.best(optimizer=name, size=SMALL, memory=10, steps=SHORT)
    factor = (LARGE / SMALL) ** 2 if name in RAW else 1
    run(name, found.learning_rate * factor, found.schedule, LARGE, steps, picture=name)


def run(name, rate, schedule, size, steps, memory=10, picture=None, seed=0):
    """Compute a run unless it is there; the loss of its picture."""
    for race in contest.stored_races(optimizer=name, learning_rate=rate, schedule=schedule, size=size, memory=memory,
                                     seed=seed):
        if race.steps == steps:
            return race.end
    transfer = the_transfer(size, seed)
    if name == SCIPY:
        image, losses = by_scipy(transfer, steps)
    else:
        image, losses = contest.paint(transfer, *stepper(name, memory, transfer.noise), rate, steps, schedule)
    earlier = [race.end for race in contest.stored_races(optimizer=name, size=size) if race.steps == steps]
    if picture and losses[-1] < min(earlier, default=np.inf):
        stamps.keep_picture(contest.folder() / f"{file_name(picture)}.webp", image, 88)
    told = {"optimizer": name, "learning_rate": float(rate), "schedule": schedule, "size": size, "memory": memory,
            "seed": seed, "losses": [stamps.digits(loss) for loss in losses]}
    keep([*contest.read(), told], stamps.kept(contest.folder() / "race.json"))
    print(f"{name} η {rate:g} {schedule} {size} px, {steps} steps, memory {memory}, noise {seed}: {losses[-1]:.4g}",
          flush=True)
    return float(losses[-1])


def keep(runs, stamp):
    """Write what is told of all runs, one a line."""
    rows = ",\n  ".join(json.dumps(row) for row in runs)
    text = f'{{"stamp": {json.dumps(stamp)}, "runs": [\n  {rows}\n]}}\n'
    write_whole(contest.folder() / "race.json", text.encode())


def stepper(name, memory, w):
    """(one step, the state before the first) of an optimizer."""
    if name == MEASURED:
        return contest.barzilai_borwein, (w, 0 * w, np.inf)
    if name == ONE_LENGTH:
        return contest.one_length, optimizers.LBFGS(1.0).init(w)
    made = functools.partial(optimizers.Adam, beta1=0.0) if name == SLOW else (RULES | OF_BETA)[name][0]
    extra = {"memory": memory} if name == "L-BFGS" else {}
    return lambda w, g, state, eta: made(eta, **extra).step(w, g, state), made(1.0).init(w)


def the_transfer(size, seed):
    if (size, seed) not in transfers:
        transfers[size, seed] = contest.one_transfer(load_network(), size, seed)
    return transfers[size, seed]


def by_scipy(transfer, evaluations):
    """SciPy's L-BFGS-B with its line search, for as many evaluations of the loss."""
    losses, shape = [], transfer.noise.shape

    def loss_and_gradient(w):
        loss, gradient = transfer.look(w.reshape(shape))
        losses.append(loss)
        return 1e6 * loss, 1e6 * gradient.ravel().astype(float)  # it stops where gradients are tiny

    found = minimize(loss_and_gradient, transfer.noise.ravel().astype(float), jac=True, method="L-BFGS-B",
                     bounds=Bounds(0, 255),
                     options={"maxfun": evaluations, "maxiter": evaluations, "ftol": 0, "gtol": 0})
    image = found.x.reshape(shape).astype(np.float32)
    return image, np.array([*losses[:evaluations], transfer.look(image)[0]])


if __name__ == "__main__":
    sys.exit(main())
