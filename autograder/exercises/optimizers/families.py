"""What goes wrong in the step of every optimiser: its averages, its count, the step itself and its state."""

from autograder.catalogue import Wrong
from autograder.exercises.optimizers.sections import CORRECTION


def average(name: str, of: str, beta: str) -> str:
    """The right update of an average, as in "beta * v + (1 - beta) * dw"."""
    return f"{beta} * {name} + (1 - {beta}) * {of}"


def averages(
    name: str, of: str, beta: str, noun: str, read: str, *, below_zero: str = "wrong_values"
) -> tuple[Wrong, ...]:
    """Wrong updates of the average `name` of what is written as `of`, which `noun` calls by its name.

    `below_zero` is the rung of those that fall below zero: a root may be taken of the average.
    """
    right = average(name, of, beta)

    def wrong(change: str, instead: str, message: str, kind: str = "wrong_values") -> Wrong:
        return Wrong(f"{name}_{change}", {right: instead}, message, read=read, kind=kind)

    return (
        wrong(
            "swapped",
            f"(1 - {beta}) * {name} + {beta} * {of}",
            f"{beta} weighs the new {noun} in place of the old average: `{{}}`",
        ),
        wrong(
            "grows",
            f"{name} + (1 - {beta}) * {of}",
            "nothing of the old average is given up, so that it grows for ever: `{}`",
        ),
        wrong(
            "minus",
            f"{beta} * {name} - (1 - {beta}) * {of}",
            f"the new {noun} is taken away from the average and not added: `{{}}`",
            below_zero,
        ),
        wrong(
            "precedence",
            f"{beta} * {name} + 1 - {beta} * {of}",
            "a bracket is missing, so that 1 is added to the average: `{}`",
            below_zero,
        ),
        wrong(
            "beta_times_both",
            f"{beta} * ({name} + {of})",
            f"average and {noun} have the same weight {beta}: `{{}}`",
        ),
        wrong(
            "the_rest_times_both",
            f"(1 - {beta}) * ({name} + {of})",
            f"average and {noun} have the same weight 1 - {beta}: `{{}}`",
        ),
        wrong(
            "halfway",
            f"({name} + {of}) / 2",
            f"{beta} is not used, and average and {noun} count half each: `{{}}`",
        ),
        wrong(
            "without_average",
            of,
            f"the newest {noun} stands in the place of the average: `{name} = {{}}`",
        ),
    )


def squares(read: str, *, below_zero: str = "not_finite") -> tuple[Wrong, ...]:
    """Wrong averages of the squared gradients; `below_zero` is the rung of those that fall below zero."""
    right = average("s", "dw**2", "beta2")

    def wrong(name: str, instead: str, message: str, kind: str = "wrong_values") -> Wrong:
        return Wrong(name, {right: instead}, message, read=read, kind=kind)

    return (
        *averages("s", "dw**2", "beta2", "square", read, below_zero=below_zero),
        wrong(
            "s_grows_by_all",
            "beta2 * s + dw**2",
            "the square comes in with its full weight, so that the weights add up to more than 1: `{}`",
        ),
        wrong(
            "sum_of_squares",
            "s + dw**2",
            "the squares are added up and never forgotten, as in AdaGrad: `s = {}`",
        ),
        wrong(
            "s_of_the_gradient",
            "beta2 * s + (1 - beta2) * dw",
            "the average is one of the gradients and not of their squares, so that it may be negative: `{}`",
            kind=below_zero,
        ),
        wrong(
            "s_of_the_size",
            "beta2 * s + (1 - beta2) * np.abs(dw)",
            "the sizes of the gradients are averaged and not their squares: `{}`",
        ),
        wrong(
            "s_of_the_double",
            "beta2 * s + (1 - beta2) * dw * 2",
            "the gradients are doubled and not squared: `{}`",
            kind=below_zero,
        ),
        wrong(
            "one_number_for_all",
            "beta2 * s + (1 - beta2) * np.mean(dw**2)",
            "all weights share one average, that of the mean square: `{}`",
        ),
        wrong(
            "length_of_the_gradient",
            "beta2 * s + (1 - beta2) * np.sum(dw**2)",
            "all weights share one average, that of the squared length of the gradient: `{}`",
        ),
        wrong(
            "learning_rate_for_the_rest",
            "beta2 * s + lr * dw**2",
            "the learning rate stands where 1 - beta2 belongs: `{}`",
        ),
    )


def counts(averages_in_state: str) -> tuple[Wrong, ...]:
    """Wrong counts t of a solution that begins with `t = t + 1` and returns the state (averages, t)."""
    count, returned = "t = t + 1", f"return w, ({averages_in_state}, t)"
    return (
        Wrong(
            "count_not_carried",
            {returned: f"return w, ({averages_in_state}, t - 1)"},
            "t is not counted on from step to step: the state is returned with the t that came in, so that "
            "the next step is corrected as this one was",
            read=CORRECTION,
        ),
        Wrong(
            "count_ahead",
            {count: "t = t + 2", returned: f"return w, ({averages_in_state}, t - 1)"},
            "t is one ahead of the steps: the first step is corrected as the second should be",
            read=CORRECTION,
        ),
        Wrong(
            "count_behind",
            {count: "", returned: f"return w, ({averages_in_state}, t + 1)"},
            "t is counted only after it was used: the first step has t = 0, which leads to a division by "
            "zero",
            read=CORRECTION,
            kind="not_finite",
        ),
        Wrong(
            "counts_by_two",
            {count: "t = t + 2"},
            "t goes up by two at every step, as if it were counted in two places",
            read=CORRECTION,
        ),
        Wrong(
            "counts_weights",
            {count: "t = t + np.size(w)"},
            "t goes up once for each weight, and not once for each step: `{}`",
            read=CORRECTION,
        ),
    )


def steps(step: str) -> tuple[Wrong, ...]:
    """Wrong uses of the right `step` of a solution, which stands in its line `w = w - lr * {step}`.

    No more is changed than has to be: epsilon may stand in another place besides.
    """
    towards, line = "w = w - lr *", f"w = w - lr * {step}"
    return (
        Wrong(
            "uphill",
            {towards: "w = w + lr *"},
            "the step goes uphill: it is added to `w` and not taken away",
        ),
        Wrong(
            "step_alone",
            {towards: "w = -lr *"},
            "the step is returned by itself, and not the weights after it",
        ),
        Wrong(
            "step_alone_with_its_sign",
            {towards: "w = lr *"},
            "what has to be taken away from the weights is returned, and not the weights after it",
        ),
        Wrong(
            "no_learning_rate",
            {towards: "w = w -"},
            "the learning rate is not used: every step is as long as with `lr = 1`",
        ),
        Wrong(
            "gradient_descent",
            {line: "w = w - lr * dw"},
            "the step is that of plain gradient descent, and the averages are not used: `{}`",
        ),
        Wrong(
            "sign_of_the_gradient",
            {line: "w = w - lr * np.sign(dw)"},
            "only the sign of the gradient is used: `{}`",
        ),
        Wrong(
            "weights_unchanged",
            {line: "w = 1.0 * w"},
            "the weights come back as they were, and only the state goes on",
        ),
    )


def states(state: str) -> tuple[Wrong, ...]:
    """What goes wrong with the state of a solution that ends with `return w, {state}`."""
    returned = f"return w, {state}"
    return (
        Wrong(
            "state_not_carried",
            {returned: "return w, state"},
            "the old state is returned, so that the next step starts from it again: `{}`",
        ),
        Wrong(
            "state_reset",
            {"": "state = tuple(0 * item for item in state)"},
            "the averages start from zero at every step, whatever the state says",
        ),
    )
