"""Adam in formulas: what stands in a solution, and what is written in its place."""

from autograder.catalogue import Wrong
from autograder.exercises.credit import SLIP
from autograder.exercises.libraries import libraries
from autograder.exercises.optimizers.families import average, averages, squares, steps
from autograder.exercises.optimizers.sections import ADAM, CORRECTION, EPSILON


OF_PAPER = libraries("adam", "the paper", eps_inside_sqrt=False, debias_second="before_eps")
EPS_HAT = libraries("adam", eps_inside_sqrt=False, debias_second="after_eps")
UNCORRECTED = libraries("adam", eps_inside_sqrt=False, debias_first=False, debias_second="none")
FIRST, SECOND = average("v", "dw", "beta1"), average("s", "dw**2", "beta2")
V_CORRECTED, S_CORRECTED = "v / (1 - beta1**t)", "s / (1 - beta2**t)"
DIVISOR = "np.sqrt(s_corrected + eps)"
STEP = f"v_corrected / {DIVISOR}"
# The probe of these numbers cannot see where epsilon stands.
USUAL = "the usual numbers, and a gradient of zero"


def correction(name: str, instead: str, message: str, kind: str = "wrong_values") -> Wrong:
    """Both corrections with something else in the place of `/ (1 - beta**t)`."""
    v, s = (f"{mean} {instead.replace('beta', beta)}" for mean, beta in (("v", "beta1"), ("s", "beta2")))
    return Wrong(name, {V_CORRECTED: v, S_CORRECTED: s}, message, read=CORRECTION, kind=kind)


FORMULAS: tuple[Wrong, ...] = (
    Wrong(
        "slide",
        {DIVISOR: "np.sqrt(s + eps)"},
        "the corrected second moment is worked out and then not used, as line 7 of the slide has it: `{}`",
        read=CORRECTION,
    ),
    Wrong(
        "slide_with_eps_outside",
        {DIVISOR: "(np.sqrt(s) + eps)"},
        "the second moment is not corrected, and epsilon is added to its root: `{}`",
        read=CORRECTION,
    ),
    Wrong(
        "eps_outside",
        {DIVISOR: "(np.sqrt(s_corrected) + eps)"},
        f"epsilon is added to the root, as in {OF_PAPER}, and not under it as the exercise asks: `{{}}`",
        passes=(USUAL,),
        read=EPSILON,
        credit=SLIP,
    ),
    Wrong(
        "eps_hat",
        {STEP: "np.sqrt(1 - beta2**t) * v_corrected / (np.sqrt(s) + eps)"},
        "both corrections are moved into the learning rate, so that epsilon is added to a root that is "
        f"not corrected, as in {EPS_HAT}: "
        "`lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * v / (np.sqrt(s) + eps)`",
        passes=(USUAL,),
        read=EPSILON,
        credit=SLIP,
    ),
    Wrong(
        "eps_before_the_correction",
        {STEP: "np.sqrt(1 - beta2**t) * v_corrected / np.sqrt(s + eps)"},
        "epsilon is added before the second moment is corrected, so that the correction enlarges it as "
        "well: `(s + eps) / (1 - beta2**t)`",
        passes=(USUAL,),
        read=EPSILON,
        credit=SLIP,
    ),
    Wrong(
        "no_eps",
        {DIVISOR: "np.sqrt(s_corrected)"},
        "epsilon is left out, so that a gradient of zero is divided by zero: `{}`",
        read=EPSILON,
        kind="not_finite",
    ),
    Wrong(
        "eps_as_a_factor",
        {DIVISOR: "(np.sqrt(s_corrected) * eps)"},
        "epsilon is multiplied by the root and not added: `{}`",
        read=EPSILON,
        kind="not_finite",
    ),
    Wrong(
        "eps_after_the_division",
        {STEP: "(v_corrected / np.sqrt(s_corrected) + eps)"},
        "a bracket is missing, so that epsilon is added to the step and not to its divisor: "
        "`v_corrected / np.sqrt(s_corrected) + eps`",
        read=EPSILON,
        kind="not_finite",
    ),
    Wrong(
        "no_correction",
        {STEP: "v / np.sqrt(s + eps)"},
        "neither average is corrected for its start at zero: `{}`",
        read=CORRECTION,
    ),
    Wrong(
        "no_correction_with_eps_outside",
        {STEP: "v / (np.sqrt(s) + eps)"},
        "neither average is corrected for its start at zero, and epsilon is added to the root, as in "
        f"{UNCORRECTED} unless it is told to correct: `{{}}`",
        read=CORRECTION,
    ),
    Wrong(
        "no_correction_and_no_eps",
        {STEP: "v / np.sqrt(s)"},
        "neither average is corrected for its start at zero, and epsilon is left out: `{}`",
        read=CORRECTION,
        kind="not_finite",
    ),
    Wrong(
        "v_not_corrected",
        {"lr * v_corrected": "lr * v"},
        "the average of the gradients is not corrected for its start at zero: `w = w - {} / ...`",
        read=CORRECTION,
    ),
    Wrong(
        "v_not_corrected_with_eps_outside",
        {STEP: "v / (np.sqrt(s_corrected) + eps)"},
        "the average of the gradients is not corrected for its start at zero, and epsilon is added to "
        "the "
        "root: `{}`",
        read=CORRECTION,
    ),
    correction("first_correction_always", "/ (1 - beta)", "the power t is missing in both corrections: `{}`"),
    correction(
        "power_of_the_rest",
        "/ (1 - beta) ** t",
        "the power stands outside of the bracket in both corrections: `{}`",
    ),
    correction(
        "times_t",
        "/ (1 - beta * t)",
        "beta is multiplied by t and not raised to its power, so that the correction turns negative: `{}`",
        kind="not_finite",
    ),
    correction(
        "multiplied_by_the_correction",
        "* (1 - beta**t)",
        "the averages are multiplied by the corrections and not divided: `{}`",
    ),
    correction(
        "divided_by_the_power",
        "/ beta**t",
        "the averages are divided by the weight of the start, and not by what is left of it: `{}`",
        kind="not_finite",
    ),
    Wrong(
        "corrections_swapped",
        {V_CORRECTED: "v / (1 - beta2**t)", S_CORRECTED: "s / (1 - beta1**t)"},
        "each average is corrected with the beta of the other: `{}`, `{}`",
        read=CORRECTION,
    ),
    Wrong(
        "first_memory_for_both",
        {"": "beta2 = beta1"},
        "beta1 is the memory of both averages, and beta2 is not used",
    ),
    Wrong(
        "second_memory_for_both",
        {"": "beta1 = beta2"},
        "beta2 is the memory of both averages, and beta1 is not used",
    ),
    Wrong(
        "first_memory_for_the_squares",
        {SECOND: "beta1 * s + (1 - beta1) * dw**2"},
        "beta1 is the memory of the squares as well: `{}`",
    ),
    Wrong(
        "betas_swapped",
        {"": "beta1, beta2 = beta2, beta1"},
        "the two betas have changed places: beta2 weighs the gradients and beta1 their squares",
    ),
    Wrong(
        "corrected_outside_the_root",
        {DIVISOR: "(np.sqrt(s + eps) / (1 - beta2**t))"},
        "the root is divided by the correction, and not what stands under it: `{}`",
        read=CORRECTION,
    ),
    Wrong(
        "corrected_outside_the_root_with_eps_outside",
        {DIVISOR: "(np.sqrt(s) / (1 - beta2**t) + eps)"},
        "the root is divided by the correction, and not what stands under it, and epsilon is added to "
        "it: "
        "`{}`",
        read=CORRECTION,
    ),
    Wrong("no_root", {DIVISOR: "(s_corrected + eps)"}, "the root is missing: the divisor is `{}`"),
    Wrong(
        "square_for_root",
        {DIVISOR: "np.square(s_corrected + eps)"},
        "the divisor is squared where its root should be taken: `{}`",
    ),
    Wrong(
        "square_for_root_with_eps_outside",
        {DIVISOR: "(np.square(s_corrected) + eps)"},
        "the divisor is the square where the root should be taken, and epsilon is added to it: `{}`",
    ),
    Wrong(
        "root_of_beta",
        {STEP: "v / (np.sqrt(beta1) + eps)"},
        "the root of a beta stands in the divisor, and not that of the second moment: `{}`",
    ),
    Wrong(
        "multiplied",
        {"v_corrected / np": "v_corrected * np"},
        "the step is multiplied by the root and not divided: `v_corrected * np.sqrt(...)`",
    ),
    Wrong(
        "gradient_for_its_average",
        {"lr * v_corrected": "lr * dw"},
        "the gradient itself stands above the root, and not its average: `w = w - {} / ...`",
    ),
    Wrong(
        "nadam",
        {"lr * v_corrected": "lr * (beta1 * v_corrected + (1 - beta1) * dw / (1 - beta1**t))"},
        "the step looks one step ahead, as Nadam's does: `beta1 * v_corrected + ...`",
    ),
    Wrong(
        "sign_of_the_average",
        {STEP: "np.sign(v)"},
        "only the sign of the averaged gradient is used: `{}`",
    ),
    Wrong(
        "learning_rate_falls",
        {"w - lr *": "w - lr / np.sqrt(t) *"},
        "the learning rate falls with the root of t: `lr / np.sqrt(t)`",
    ),
    Wrong(
        "v_grows_by_all",
        {FIRST: "beta1 * v + dw"},
        "the gradient comes in with its full weight, so that the weights add up to more than 1: `{}`",
    ),
    *averages("v", "dw", "beta1", "gradient", ADAM)[:-1],
    *squares(ADAM),
    Wrong(
        "s_of_the_average",
        {SECOND: "beta2 * s + (1 - beta2) * v**2"},
        "the second moment averages the squares of v, not those of the gradient: `{}`",
    ),
    Wrong(
        "s_of_the_distance",
        {SECOND: "beta2 * s + (1 - beta2) * (dw - v) ** 2"},
        "the second moment averages the squared distance from v, as AdaBelief does: `{}`",
    ),
    Wrong(
        "usual_memories_always",
        {"": "beta1, beta2 = 0.9, 0.999"},
        "the betas are 0.9 and 0.999 always, whatever the call says",
        passes=(USUAL,),
    ),
    Wrong(
        "usual_epsilon_always",
        {"": "eps = 1e-8"},
        "epsilon is 1e-8 always, whatever the call says",
        passes=(USUAL,),
        read=EPSILON,
    ),
    *steps(STEP),
)
