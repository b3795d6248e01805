"""Wrong updates of an exponentially weighted average."""

from autograder.catalogue import Wrong
from autograder.exercise import Right
from autograder.exercises.moving_averages.sections import EXPONENTIAL
from autograder.exercises.slips import short


def update(x: str) -> str:
    """The right one, of an observation that is taken as in "x[t]"."""
    return f"beta * mean + (1 - beta) * {x}"


def updates(x: str, *, from_zero: bool = False) -> tuple[Wrong, ...]:
    """Wrong ones. Some are right for the first observation where the average starts `from_zero`."""
    right = update(x)
    first: tuple[Right, ...] = (short,) if from_zero else ()

    def wrong(name: str, instead: str, message: str, passes: tuple[Right, ...] = ()) -> Wrong:
        return Wrong(name, {right: instead}, message, passes, read=EXPONENTIAL)

    return (
        wrong(
            "swapped",
            f"beta * {x} + (1 - beta) * mean",
            "beta weighs the new observation in place of the old average: `{}`",
        ),
        wrong(
            "no_weight_on_the_observation",
            f"beta * mean + {x}",
            "the new observation comes in with full weight, so that the weights add up to more than 1: `{}`",
        ),
        wrong(
            "no_weight_on_the_average",
            f"mean + (1 - beta) * {x}",
            "nothing of the old average is given up, so that it grows for ever: `{}`",
            first,
        ),
        wrong(
            "sign_turned",
            f"mean - (1 - beta) * ({x} - mean)",
            "the step leads away from the new observation: `{}`",
        ),
        wrong(
            "minus",
            f"beta * mean - (1 - beta) * {x}",
            "the new observation is taken away and not added: `{}`",
        ),
        wrong(
            "precedence",
            f"beta * mean + 1 - beta * {x}",
            "a bracket is missing, so that 1 is added to everything: `{}`",
        ),
        wrong(
            "beta_times_both",
            f"beta * (mean + {x})",
            "average and observation have the same weight beta: `{}`",
        ),
        wrong(
            "the_rest_times_both",
            f"(1 - beta) * (mean + {x})",
            "average and observation have the same weight 1 - beta: `{}`",
            first,
        ),
        wrong(
            "one_power_too_many",
            f"beta * (mean + (1 - beta) * {x})",
            "beta multiplies the new observation as well, as if it had aged a step already: `{}`",
        ),
        wrong(
            "both_forms",
            f"beta * mean + (1 - beta) * ({x} - mean)",
            "the old average is taken away from the observation and given up as well: `{}`",
            first,
        ),
        wrong(
            "halfway",
            f"(mean + {x}) / 2",
            "beta is not used and every step goes halfway: `{}`",
        ),
    )
