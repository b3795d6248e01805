from advsec import averages
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.moving_averages.inputs import long_memory, memory
from autograder.exercises.moving_averages.sections import BIAS_CORRECTION, EXPONENTIAL, RUNNING_MEAN


WEIGHT, RETURN = "(1 - beta) * beta ** (T - 1 - i)", "return weights, beta**T"


def at_most_one(call: Call) -> bool:
    """One observation at most: its age is 0, and whatever is reversed stays as it is."""
    return bool(call.args[0] <= 1)


def wrong_weight(name: str, weight: str, message: str) -> Wrong:
    return Wrong(name, {WEIGHT: weight}, message, parts=(1,))


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
        Probe("a long memory", lambda rng: call(7, long_memory(rng))),
        Probe("one observation, and none", lambda rng: (call(0, memory(rng)), call(1, memory(rng)))),
        Probe("no memory at all", lambda rng: (call(4, 0.0), call(3, memory(rng)))),
        Probe("a short memory", lambda rng: call(4, round(rng.uniform(0.1, 0.4), 2)), public=False),
        Probe(
            "many observations", lambda rng: call(int(rng.integers(150, 250)), long_memory(rng)), public=False
        ),
    ),
    misconceptions=(
        Wrong(
            "reversed",
            {"return weights": "return weights[::-1]"},
            "the weights stand in reverse order, so that the oldest observation weighs most: "
            "`(1 - beta) * beta**i` for `x[i]`",
            passes=(at_most_one,),
            parts=(1,),
        ),
        Wrong(
            "reversed_and_one_power_too_many",
            {WEIGHT: "(1 - beta) * beta ** (i + 1)"},
            "the weights stand in reverse order and the exponent is one too large: `{}` for `x[i]`",
            parts=(1,),
        ),
        wrong_weight(
            "only_powers",
            "beta ** (T - 1 - i)",
            "the weights are bare powers of beta and add up to more than 1: `{}`",
        ),
        wrong_weight(
            "one_power_too_many",
            "(1 - beta) * beta ** (T - i)",
            "the exponent is one too large, as if the newest observation had aged a step already: `{}`",
        ),
        wrong_weight(
            "only_powers_and_one_too_many",
            "beta ** (T - i)",
            "the weights are bare powers of beta, and the exponent is one too large: `{}`",
        ),
        wrong_weight(
            "one_power_too_few",
            "(1 - beta) * beta ** np.float64(T - 2 - i)",
            "the exponent is one too small, as if the newest observation were yet to come: "
            "`(1 - beta) * beta**(T - 2 - i)`",
        ),
        wrong_weight(
            "power_of_both",
            "((1 - beta) * beta) ** (T - 1 - i)",
            "the power is taken of 1 - beta as well: `{}`",
        ),
        wrong_weight(
            "what_is_lost",
            "1 - beta ** (T - 1 - i)",
            "the weight is the share that an observation has lost since: `{}`",
        ),
        wrong_weight(
            "product",
            "(1 - beta) * beta * (T - 1 - i)",
            "beta is multiplied by the age and not raised to a power: `{}`",
        ),
        wrong_weight(
            "powers_of_the_rest",
            "(1 - beta) ** (T - 1 - i)",
            "the weights are bare powers of 1 - beta: `{}`",
        ),
        wrong_weight(
            "step_size_times_powers",
            "beta * (1 - beta) ** (T - 1 - i)",
            "in the weights of the observations, what is kept and what is new are swapped: `{}`",
        ),
        wrong_weight(
            "equal_weights_of_the_observations",
            "1 / T",
            "all observations weigh the same, as in the running mean: `{}`",
        ),
        Wrong(
            "added_up",
            {"return weights": "return np.cumsum(weights)"},
            "each weight is added to those before: `np.cumsum(weights)`",
            passes=(at_most_one,),
            parts=(1,),
        ),
        Wrong(
            "oldest_is_the_start",
            {"return weights": "weights[:1] = beta ** (T - 1)\nreturn weights"},
            "the oldest observation is taken for the start and keeps its full weight: `beta**(T - 1)`",
            parts=(1,),
        ),
        Wrong(
            "oldest_is_the_start_and_no_other",
            {"return weights": "weights[:1] = beta ** (T - 1)\nreturn weights", ", beta**T": ", 0.0"},
            "the oldest observation is taken for the start, and nothing is left for `init`: `beta**(T - 1)`",
        ),
        Wrong(
            "normalised_beside_the_start",
            {"return weights": "return weights / weights.sum()"},
            "the weights are divided by their sum, so that with the start they add up to more than 1: "
            "`weights / weights.sum()`",
            parts=(1,),
            read=BIAS_CORRECTION,
        ),
        Wrong(
            "normalised",
            {"return weights": "return weights / weights.sum()", ", beta**T": ", 0.0"},
            "the weights are divided by their sum, which leaves nothing for the start: "
            "`weights / weights.sum()`",
            read=BIAS_CORRECTION,
        ),
        Wrong(
            "one_weight_too_many",
            {"range(T)": "range(-1, T)"},
            "there is one weight more than there are observations: `range(T + 1)`",
            parts=(1,),
            kind="wrong_shape",
        ),
        Wrong(
            "one_weight_too_few",
            {"range(T)": "range(T - 1)"},
            "there is one weight less than there are observations: `{}`",
            parts=(1,),
            kind="wrong_shape",
        ),
        Wrong(
            "start_in_the_array_as_well",
            {"return weights": "return np.append(beta**T, weights)"},
            "the weight of the start stands in the array of the observations as well",
            parts=(1,),
            kind="wrong_shape",
        ),
        *(
            Wrong(f"start_{name}", {", beta**T": f", {weight}"}, f"{message}: `{weight}`", parts=(0,))
            for name, weight, message in (
                ("one_step_older", "beta ** (T + 1)", "the start has aged one step too many"),
                ("one_step_younger", "beta ** max(T - 1, 0)", "the start has aged one step too few"),
                ("as_an_observation", "(1 - beta) * beta**T", "the start is weighed like an observation"),
                ("has_no_weight", "0.0", "the start has no weight and the weights do not add up to 1"),
                ("has_full_weight", "1.0", "the start keeps its full weight"),
                ("has_aged_once", "beta", "the start has aged one step, however many observations there are"),
                ("as_the_newest", "1 - beta", "the start has the weight of the newest observation"),
                ("powers_of_the_rest", "(1 - beta) ** T", "the start has a power of 1 - beta"),
                (
                    "is_the_rest",
                    "1 - beta**T",
                    "the start has the weight that the observations have together",
                ),
                ("product", "beta * T", "beta is multiplied by T and not raised to a power"),
            )
        ),
        Wrong(
            "beta_is_the_step_size",
            {"": "beta = 1 - beta"},
            "beta is taken for the step size, so that what is kept and what is new are swapped: "
            "`beta * (1 - beta)**(T - 1 - i)`",
        ),
        Wrong(
            "one_beta_for_all",
            {"": "beta = 0.9"},
            "beta is not used and always the same: `{}`",
        ),
        Wrong(
            "equal_weights",
            {WEIGHT: "1 / T", ", beta**T": ", 0.0"},
            "all observations weigh the same, as in the running mean, and the start nothing: `{}`",
            read=RUNNING_MEAN,
        ),
        Wrong(
            "equal_weights_with_the_start",
            {WEIGHT: "1 / (T + 1)", ", beta**T": ", 1 / (T + 1)"},
            "all observations and the start weigh the same: `{}`",
            read=RUNNING_MEAN,
        ),
        Wrong(
            "start_first_in_the_array",
            {RETURN: "return np.append(beta**T, weights)"},
            "everything stands in one array, the start first, where two values were asked",
            kind="wrong_type",
        ),
        Wrong(
            "start_last_in_the_array",
            {RETURN: "return np.append(weights, beta**T)"},
            "everything stands in one array, the start last, where two values were asked",
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
