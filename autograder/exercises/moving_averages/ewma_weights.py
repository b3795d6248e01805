from advsec import averages
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.moving_averages.inputs import memory
from autograder.exercises.moving_averages.sections import BIAS_CORRECTION, EXPONENTIAL, RUNNING_MEAN


WEIGHT, RETURN = "(1 - beta) * beta ** (T - 1 - i)", "return weights, beta**T"


def at_most_one(call: Call) -> bool:
    """One observation at most: its age is 0, and whatever is reversed stays as it is."""
    return bool(call.args[0] <= 1)


EWMA_WEIGHTS = exercise(
    solution="""
        def ewma_weights(T, beta):
            weights = np.array([(1 - beta) * beta ** (T - 1 - i) for i in range(T)])
            return weights, beta**T
    """,
    reference=averages.ewma_weights,
    points=3,
    read=EXPONENTIAL,
    probes=(
        Probe("five observations", lambda rng: call(5, memory(rng))),
        Probe("a long memory", lambda rng: call(7, round(rng.uniform(0.9, 0.97), 3))),
        Probe("one observation, and none", lambda rng: (call(0, memory(rng)), call(1, memory(rng)))),
        Probe("no memory at all", lambda rng: (call(4, 0.0), call(3, memory(rng)))),
        Probe("a short memory", lambda rng: call(4, round(rng.uniform(0.1, 0.4), 2)), public=False),
        Probe("many observations", lambda rng: call(int(rng.integers(15, 25)), memory(rng)), public=False),
    ),
    misconceptions=(
        Wrong(
            "reversed",
            {WEIGHT: "(1 - beta) * beta**i"},
            "the weights stand in reverse order, so that the oldest observation weighs most: `{}` for `x[i]`",
            passes=(at_most_one,),
            parts=(1,),
        ),
        Wrong(
            "only_powers",
            {WEIGHT: "beta ** (T - 1 - i)"},
            "the weights are bare powers of beta and add up to more than 1: `{}`",
            parts=(1,),
        ),
        Wrong(
            "one_power_too_many",
            {WEIGHT: "(1 - beta) * beta ** (T - i)"},
            "the exponent is one too large, as if the newest observation had aged a step already: `{}`",
            parts=(1,),
        ),
        Wrong(
            "reversed_and_one_power_too_many",
            {WEIGHT: "(1 - beta) * beta ** (i + 1)"},
            "the weights stand in reverse order and the exponent is one too large: `{}` for `x[i]`",
            parts=(1,),
        ),
        Wrong(
            "start_one_step_older",
            {RETURN: "return weights, beta ** (T + 1)"},
            "the start has aged one step too many: `beta**(T + 1)`",
            parts=(0,),
        ),
        Wrong(
            "start_one_step_younger",
            {RETURN: "return weights, beta ** max(T - 1, 0)"},
            "the start has aged one step too few: `beta**(T - 1)`",
            parts=(0,),
        ),
        Wrong(
            "start_as_an_observation",
            {RETURN: "return weights, (1 - beta) * beta**T"},
            "the start is weighed as if it were one more observation: `(1 - beta) * beta**T`",
            parts=(0,),
        ),
        Wrong(
            "start_has_no_weight",
            {RETURN: "return weights, 0.0"},
            "the start has no weight and the weights do not add up to 1: `init_weight = 0`",
            parts=(0,),
        ),
        Wrong(
            "normalised",
            {RETURN: "return weights / weights.sum(), 0.0"},
            "the weights are divided by their sum, which leaves nothing for the start: "
            "`weights / weights.sum()`",
            read=BIAS_CORRECTION,
        ),
        Wrong(
            "beta_is_the_step_size",
            {"": "beta = 1 - beta"},
            "beta is taken for the step size, so that what is kept and what is new are swapped: "
            "`beta * (1 - beta)**(T - 1 - i)`",
        ),
        Wrong(
            "equal_weights",
            {WEIGHT: "1 / T", RETURN: "return weights, 0.0"},
            "all observations weigh the same, as in the running mean: `{}`",
            read=RUNNING_MEAN,
        ),
        Wrong(
            "start_first_in_the_array",
            {RETURN: "return np.append(beta**T, weights)"},
            "everything stands in one array, the start first, where two values were asked",
            kind="wrong_type",
        ),
        Wrong(
            "returned_in_the_other_order",
            {RETURN: "return beta**T, weights"},
            "the two values are returned in the other order: `return init_weight, weights`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_weights",
            {RETURN: "return weights"},
            "the weights are returned without the weight of the start: `{}`",
            kind="wrong_type",
        ),
    ),
    alternatives={
        "vectorised": """
            def ewma_weights(T, beta):
                return (1 - beta) * np.power(beta, np.arange(T)[::-1]), np.power(beta, float(T))
        """,
        "responses to unit vectors": """
            def last_average(x, beta, mean):
                for observation in x:
                    mean = beta * mean + (1 - beta) * observation
                return mean


            def ewma_weights(T, beta):
                weights = [last_average(unit, beta, 0.0) for unit in np.eye(T)]
                return weights, last_average(np.zeros(T), beta, 1.0)
        """,
        "lists and tuples": """
            def ewma_weights(T, beta):
                return [[(1 - beta) * beta**age for age in reversed(range(T))], beta**T]
        """,
        "from the end, as a list": """
            def ewma_weights(T, beta):
                weights, share = [], 1.0
                for _ in range(T):
                    weights.insert(0, (1 - beta) * share)
                    share *= beta
                return [weights, share]
        """,
        "flipped, the rest to the start": """
            def ewma_weights(T, beta):
                powers = np.cumprod(np.full(T, beta))
                weights = ((1 - beta) * np.append(1.0, powers)[:T])[::-1]
                return weights, np.asarray(1 - weights.sum())
        """,
        "single precision": """
            def ewma_weights(T, beta):
                weights = (1 - beta) * beta ** np.arange(T - 1, -1, -1, dtype=np.float32)
                return weights.astype(np.float32), np.float32(beta**T)
        """,
    },
)
