from typing import Any

import numpy as np
from numpy.typing import NDArray

from advsec import batchnorm
from autograder.catalogue import Wrong, exercise
from autograder.compare import Tolerance
from autograder.exercise import Call, Probe, Right, call
from autograder.exercises.batch_normalization.inputs import in_single, means, running, variances
from autograder.exercises.batch_normalization.sections import AVERAGE_WHAT, RUNNING
from autograder.exercises.credit import SLIP


def average(x: str) -> str:
    """The right one, of a batch's `x`."""
    return f"decay * running_{x} + (1 - decay) * {x}"


MEAN, VARIANCE = average("mu"), average("var")
POPULATION, ASKED = "var = var * m / (m - 1)", "if unbiased:"
RETURN = "return new_mu, new_var, t + 1"


def batch(rng: np.random.Generator, n: int) -> tuple[NDArray, NDArray]:
    """A mean and a variance that are not those of any other batch."""
    return (means(rng, n) * 3).round(2), (variances(rng, n) + 6).round(2)


def memory(rng: np.random.Generator) -> float:
    """A decay far from 1/2 and from 0.9."""
    return round(rng.uniform(0.65, 0.78), 2)


def examples(rng: np.random.Generator) -> int:
    return int(rng.integers(3, 8))


def biased(call: Call) -> bool:
    """The variance is averaged as it is."""
    return not call.kwargs.get("unbiased")


def unbiased_or_without_m(call: Call) -> bool:
    return not biased(call) or "m" not in call.kwargs


def decay_as_it_stands(call: Call) -> bool:
    return "decay" not in call.kwargs


def first(call: Call) -> bool:
    return not after_the_first(call)


def after_the_first(call: Call) -> bool:
    """Batches were averaged before."""
    return bool(call.args[0][2] > 0)


def start(rng: np.random.Generator, n: int) -> tuple[NDArray, NDArray, int]:
    """What is there before the first batch."""
    return means(rng, n), variances(rng, n), 0


def single(rng: np.random.Generator, **kwargs: Any) -> Call:
    return in_single(call(running(rng, 3), *batch(rng, 3), decay=memory(rng), m=examples(rng), **kwargs))


def wrong_averages(name: str, form: str, message: str, passes: tuple[Right, ...] = ()) -> Wrong:
    """Of mean and variance alike; `x` stands for both in the form."""
    forms = {average(x): form.replace("x", x) for x in ("mu", "var")}
    return Wrong(name, forms, message, passes, parts=(2,))


def wrong_variance(name: str, form: str, message: str, *, read: str = RUNNING) -> Wrong:
    return Wrong(name, {VARIANCE: form}, message, parts=(0, 2), read=read)


def wrong_factor(name: str, instead: str, message: str) -> Wrong:
    return Wrong(name, {POPULATION: instead}, message, (biased,), (0, 2), AVERAGE_WHAT)


RUNNING_UPDATE = exercise(
    solution="""
        def running_update(stats, mu, var, *, decay=0.9, m=None, unbiased=False):
            running_mu, running_var, t = stats
            if unbiased:
                var = var * m / (m - 1)
            new_mu = decay * running_mu + (1 - decay) * mu
            new_var = decay * running_var + (1 - decay) * var
            return new_mu, new_var, t + 1
    """,
    reference=batchnorm.running_update,
    points=4,
    read=RUNNING,
    tolerance=Tolerance(columns_as_vectors=True),
    probes=(
        Probe(
            "one more batch",
            lambda rng: call(running(rng, 3), *batch(rng, 3), decay=memory(rng), m=examples(rng)),
        ),
        Probe(
            "the first batch, and the memory as it stands",
            lambda rng: call(start(rng, 3), *batch(rng, 3)),
        ),
        Probe(
            "the variance of the population",
            lambda rng: call(
                running(rng, 4), *batch(rng, 4), decay=memory(rng), m=examples(rng), unbiased=True
            ),
        ),
        Probe(
            "two examples, and one feature",
            lambda rng: (
                call(running(rng, 1), *batch(rng, 1), decay=memory(rng), m=2),
                call(start(rng, 1), *batch(rng, 1), decay=memory(rng), m=2, unbiased=True),
            ),
            public=False,
        ),
        Probe(
            "no memory at all, and a long one",
            lambda rng: (
                call(running(rng, 2), *batch(rng, 2), decay=0.0, m=examples(rng)),
                call(running(rng, 2), *batch(rng, 2), decay=0.99, m=examples(rng), unbiased=True),
            ),
            public=False,
        ),
        Probe(
            "a first batch, and later ones",
            lambda rng: (
                call((np.zeros(3), np.ones(3), 0), *batch(rng, 3), decay=memory(rng), m=examples(rng)),
                call(running(rng, 3), *batch(rng, 3), decay=memory(rng), m=examples(rng), unbiased=True),
                call(running(rng, 3), *batch(rng, 3), decay=memory(rng)),
            ),
            public=False,
        ),
        Probe("single precision", lambda rng: (single(rng), single(rng, unbiased=True)), public=False),
    ),
    misconceptions=(
        wrong_averages(
            "swapped",
            "(1 - decay) * running_x + decay * x",
            "decay weighs the new batch in place of the old average: "
            "`(1 - decay) * running_mu + decay * mu` (the `momentum` of PyTorch does so)",
        ),
        wrong_averages(
            "no_weight_on_the_batch",
            "decay * running_x + x",
            "the new batch comes in with full weight, so that the weights add up to more than 1: "
            "`decay * running_mu + mu`",
        ),
        wrong_averages(
            "nothing_given_up",
            "running_x + (1 - decay) * x",
            "nothing of the old average is given up: `running_mu + (1 - decay) * mu`",
        ),
        wrong_averages(
            "replaced",
            "1 * x",
            "the statistics of the last batch take the place of the average: `new_mu = mu`",
        ),
        wrong_averages(
            "never_moves", "1 * running_x", "the averages stay as they were: `new_mu = running_mu`"
        ),
        wrong_averages(
            "mean_of_all_batches",
            "running_x + (x - running_x) / (t + 1)",
            "all batches weigh the same, and decay is not used: `running_mu + (mu - running_mu) / t`",
        ),
        wrong_averages(
            "halfway",
            "(running_x + x) / 2",
            "decay is not used and every step goes halfway: `(running_mu + mu) / 2`",
        ),
        wrong_averages(
            "sign_turned",
            "running_x - (1 - decay) * (x - running_x)",
            "the step leads away from the new batch: `running_mu - (1 - decay) * (mu - running_mu)`",
        ),
        wrong_averages(
            "corrected_steps",
            "running_x + (1 - decay) / (1 - decay ** (t + 1)) * (x - running_x)",
            "the pull of the start is corrected, which is not asked for: `(1 - decay) / (1 - decay**t)`",
        ),
        wrong_averages(
            "corrected_results",
            "(decay * running_x + (1 - decay) * x) / (1 - decay ** (t + 1))",
            "the averages are divided by the weight of the batches, as if they had started at 0: "
            "`new_mu / (1 - decay**t)`",
        ),
        wrong_averages(
            "memory_that_grows",
            "decay ** (t + 1) * running_x + (1 - decay ** (t + 1)) * x",
            "decay is raised to a power that grows from batch to batch: `decay**t * running_mu + ...`",
            (first,),
        ),
        Wrong(
            "one_decay_for_all",
            {"": "decay = 0.9"},
            "decay is not the argument but always the same: `{}`",
            passes=(decay_as_it_stands,),
            parts=(2,),
        ),
        Wrong(
            "starts_at_the_first",
            {
                MEAN: f"{MEAN} if t else mu",
                VARIANCE: f"{VARIANCE} if t else var",
            },
            "the first batch takes the place of the start that is given: `mu if t == 0 else ...`",
            passes=(after_the_first,),
            parts=(2,),
            credit=SLIP,
        ),
        wrong_variance(
            "averages_std",
            "(decay * np.sqrt(running_var) + (1 - decay) * np.sqrt(var)) ** 2",
            "standard deviations are averaged, as on the slides, which comes out too small: "
            "`decay * np.sqrt(running_var) + (1 - decay) * np.sqrt(var)`, squared",
            read=AVERAGE_WHAT,
        ),
        wrong_variance(
            "averages_std_without_squaring",
            "decay * np.sqrt(running_var) + (1 - decay) * np.sqrt(var)",
            "standard deviations are averaged and not squared again: `{}`",
            read=AVERAGE_WHAT,
        ),
        wrong_variance(
            "std_of_the_batch",
            "decay * running_var + (1 - decay) * np.sqrt(var)",
            "the standard deviation of the batch is averaged into the variance: `{}`",
            read=AVERAGE_WHAT,
        ),
        wrong_variance(
            "variance_of_the_batch_squared",
            "decay * running_var + (1 - decay) * var**2",
            "the variance of the batch is squared, as if it were a standard deviation: `{}`",
            read=AVERAGE_WHAT,
        ),
        wrong_variance(
            "weights_squared",
            "decay**2 * running_var + (1 - decay) ** 2 * var",
            "the weights are squared, as in the variance of a sum: `{}`",
            read=AVERAGE_WHAT,
        ),
        wrong_variance(
            "distance_of_the_means_added",
            f"{VARIANCE} + decay * (1 - decay) * (mu - running_mu) ** 2",
            "the distance between the means is counted as variance too: "
            "`decay * (1 - decay) * (mu - running_mu)**2`",
            read=AVERAGE_WHAT,
        ),
        wrong_variance(
            "variance_never_moves", "1 * running_var", "the variance stays as it was: `running_var`"
        ),
        wrong_variance(
            "variance_replaced",
            "1 * var",
            "the variance of the last batch takes the place of the average: `var`",
        ),
        Wrong(
            "mean_never_moves",
            {MEAN: "1 * running_mu"},
            "the mean stays as it was: `running_mu`",
            parts=(1, 2),
        ),
        Wrong(
            "mean_replaced",
            {MEAN: "1 * mu"},
            "the mean of the last batch takes the place of the average: `mu`",
            parts=(1, 2),
        ),
        Wrong(
            "mean_of_what_is_averaged",
            {VARIANCE: "decay * new_mu + (1 - decay) * var"},
            "the variance goes on from the mean: `{}`",
            parts=(0, 2),
        ),
        wrong_factor("never_unbiased", "pass", "`unbiased` is not used, so that the variance divides by m"),
        wrong_factor("upside_down", "var = var * (m - 1) / m", "the factor is upside down: `{}`"),
        wrong_factor(
            "divided_only", "var = var / (m - 1)", "the variance is taken for a sum of squares: `{}`"
        ),
        wrong_factor(
            "one_more", "var = var * m / (m + 1)", "the divisor is one too large and not one too small: `{}`"
        ),
        wrong_factor("plus_over", "var = var * (m + 1) / m", "m + 1 examples are counted: `{}`"),
        wrong_factor(
            "root_of_the_factor",
            "var = var * np.sqrt(m / (m - 1))",
            "the factor of the variance is that of a standard deviation: `{}`",
        ),
        Wrong(
            "factor_on_both",
            {POPULATION: "var, mu = var * m / (m - 1), mu * m / (m - 1)"},
            "the mean is multiplied as well: `mu * m / (m - 1)`",
            passes=(biased,),
            parts=(1, 2),
            read=AVERAGE_WHAT,
        ),
        Wrong(
            "factor_on_the_average",
            {POPULATION: "pass", VARIANCE: f"({VARIANCE}) * (m / (m - 1) if unbiased else 1)"},
            "the whole average is multiplied, and what is old in it again with every batch: "
            "`new_var * m / (m - 1)`",
            passes=(biased,),
            parts=(0, 2),
            read=AVERAGE_WHAT,
        ),
        Wrong(
            "always_unbiased",
            {ASKED: "if m is not None:"},
            "the variance is that of the population whenever `m` is given, whatever `unbiased` says",
            passes=(unbiased_or_without_m,),
            parts=(0, 2),
            read=AVERAGE_WHAT,
        ),
        Wrong(
            "not_counted",
            {RETURN: "return new_mu, new_var, t"},
            "the batch is not counted: `t`",
            parts=(0, 1),
        ),
        Wrong(
            "variance_first",
            {RETURN: "return new_var, new_mu, t + 1"},
            "the variance is returned before the mean: `{}`",
            parts=(2,),
        ),
        Wrong(
            "without_the_count",
            {RETURN: "return new_mu, new_var"},
            "the count of batches is not returned: `{}`",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "vectorised": """
            def running_update(stats, mu, var, *, decay=0.9, m=None, unbiased=False):
                factor = m / (m - 1) if unbiased else 1
                new = [old + (1 - decay) * (now - old) for old, now in zip(stats, (mu, factor * var))]
                return (*new, stats[2] + 1)
        """,
        "loop over features": """
            def running_update(stats, mu, var, *, decay=0.9, m=None, unbiased=False):
                new_mu, new_var = np.zeros(len(mu)), np.zeros(len(mu))
                for j in range(len(mu)):
                    v = var[j] / (1 - 1 / m) if unbiased else var[j]
                    new_mu[j] = stats[0][j] * decay + mu[j] * (1 - decay)
                    new_var[j] = stats[1][j] * decay + v * (1 - decay)
                return new_mu, new_var, stats[2] + 1
        """,
        "as a list": """
            def running_update(stats, mu, var, decay=0.9, m=None, unbiased=False):
                running_mu, running_var, t = stats
                if unbiased:
                    var = var + var / (m - 1)
                return [mu - decay * (mu - running_mu), var - decay * (var - running_var), t + 1]
        """,
        "in place on its own copy": """
            def running_update(stats, mu, var, *, decay=0.9, m=None, unbiased=False):
                running_mu, running_var = np.array(stats[0]), np.array(stats[1])
                running_mu *= decay
                running_mu += (1 - decay) * mu
                running_var *= decay
                running_var += (1 - decay) * (var * m / (m - 1) if unbiased else var)
                return running_mu, running_var, float(stats[2] + 1)
        """,
        "as one matrix": """
            def running_update(stats, mu, var, *, decay=0.9, m=None, unbiased=False):
                old = np.stack([np.ravel(stats[0]), np.ravel(stats[1])])
                now = np.stack([mu, np.asarray(var) * m / (m - 1) if unbiased else var])
                new = np.einsum("i,ijk->jk", [decay, 1 - decay], np.stack([old, now]))
                return new[0], new[1], np.int64(stats[2]) + 1
        """,
        "keeps two axes": """
            def running_update(stats, mu, var, *, decay=0.9, m=None, unbiased=False):
                mu, var = mu.reshape(1, -1), var.reshape(1, -1)
                if unbiased:
                    var = var * (m / (m - 1.0))
                return decay * stats[0] + (1 - decay) * mu, decay * stats[1] + (1 - decay) * var, stats[2] + 1
        """,
        "lists and tuples": """
            def running_update(stats, mu, var, *, decay=0.9, m=None, unbiased=False):
                factor = m / (m - 1) if unbiased else 1
                new_mu = [decay * old + (1 - decay) * new for old, new in zip(stats[0], mu)]
                new_var = [decay * old + (1 - decay) * factor * new for old, new in zip(stats[1], var)]
                return new_mu, new_var, stats[2] + 1
        """,
        "single precision": """
            def running_update(stats, mu, var, *, decay=0.9, m=None, unbiased=False):
                if unbiased:
                    var = np.float32(var) * np.float32(m / (m - 1))
                keep, take = np.float32(decay), np.float32(1 - decay)
                new_mu = keep * np.float32(stats[0]) + take * np.float32(mu)
                return new_mu, keep * np.float32(stats[1]) + take * np.float32(var), stats[2] + 1
        """,
    },
)
