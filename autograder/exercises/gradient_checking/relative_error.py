import numpy as np
from numpy.typing import NDArray

from advsec import gradient_check
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.gradient_checking.inputs import gradient, with_signs
from autograder.exercises.gradient_checking.sections import HOW_CLOSE, PITFALLS
from autograder.exercises.slips import one_axis, roundings


DISTANCE, LENGTHS = (
    "np.linalg.norm(approx - exact) / lengths",
    "np.linalg.norm(approx) + np.linalg.norm(exact)",
)
ONE, OTHER = "np.linalg.norm(approx)", "np.linalg.norm(exact)"
SMALL_NUMBERS = {
    "millionth": "1e-6",
    "ten_millionth": "1e-7",
    "hundred_millionth": "1e-8",
    "billionth": "1e-9",
    "ten_billionth": "1e-10",
    "trillionth": "1e-12",
    "femto": "1e-15",
    "tenth_of_a_femto": "1e-16",
    "rounding": "np.finfo(float).eps",
}
BOTH_ZERO = "two gradients of zeros"
SMALL = "very small gradients"


def pair(rng: np.random.Generator, *shape: int) -> tuple[NDArray, NDArray]:
    """An approximation, and an exact gradient about twice as long; the last components differ in sign."""
    exact = with_signs(rng, rng.uniform(2, 4, shape))
    share = rng.uniform(0.2, 0.7, shape)
    share.flat[-1] *= -1
    return (exact * share).round(3), exact.round(3)


def very_small(rng: np.random.Generator, times: int, divisor: float) -> Call:
    """Whole numbers divided by a power of ten: a product with a small number would have 17 digits."""
    return call(*(np.rint(1000 * each) * times / divisor for each in pair(rng, 4)))


def not_both_zero(call: Call) -> bool:
    return bool(np.any(call.args[0]) or np.any(call.args[1]))


def both_or_none(call: Call) -> bool:
    """Neither gradient is zero, or both are."""
    return bool(np.any(call.args[0]) == np.any(call.args[1]))


def not_small(call: Call) -> bool:
    """Zeros are, but they are looked after."""
    return bool(np.max(np.abs(call.args)) > 1e-6) or not not_both_zero(call)


def formula(name: str, instead: str, message: str) -> Wrong:
    """Another formula in the place of the whole right one."""
    return Wrong(name, {DISTANCE: instead}, message)


def denominator(name: str, instead: str, message: str) -> Wrong:
    return formula(name, f"np.linalg.norm(approx - exact) / {instead}", message)


def small_number(name: str, instead: str, number: str) -> Wrong:
    return Wrong(
        name,
        {DISTANCE: f"np.linalg.norm(approx - exact) / {instead}"},
        "a small number in the denominator hides the error of gradients that are as small themselves: "
        f"`{number}`",
        passes=(not_small,),
        credit=SLIP,
        read=PITFALLS,
    )


RELATIVE_ERROR = exercise(
    solution="""
        def relative_error(approx, exact):
            lengths = np.linalg.norm(approx) + np.linalg.norm(exact)
            if lengths == 0:
                return 0.0
            return np.linalg.norm(approx - exact) / lengths
    """,
    reference=gradient_check.relative_error,
    points=2,
    read=HOW_CLOSE,
    probes=(
        Probe("two vectors", lambda rng: call(*pair(rng, 4))),
        Probe("two matrices", lambda rng: call(*pair(rng, 2, 3))),
        Probe(
            BOTH_ZERO,
            lambda rng: (call(*pair(rng, 3)), call(np.zeros(3), np.zeros(3))),
        ),
        Probe(
            "whole numbers",
            lambda rng: call(rng.integers(1, 9, 3), rng.integers(10, 30, 3)),
        ),
        Probe(
            "opposite directions, and one gradient of zeros",
            lambda rng: (
                call(np.zeros(4), gradient(rng, 4)),
                call(gradient(rng, 4), np.zeros(4)),
                call(*(sign * each for sign, each in zip((-1, 1), pair(rng, 4), strict=True))),
            ),
        ),
        Probe(
            SMALL,
            lambda rng: (very_small(rng, 1, 1e17), very_small(rng, 3, 1e13)),
        ),
        Probe("a tall matrix", lambda rng: call(*pair(rng, 5, 2)), public=False),
        Probe("an approximation that is too long", lambda rng: call(*pair(rng, 5)[::-1]), public=False),
        Probe("two long vectors", lambda rng: call(*pair(rng, 30)), public=False),
    ),
    misconceptions=(
        denominator(
            "length_of_the_sum",
            "np.linalg.norm(approx + exact)",
            "the two gradients are added before their length is taken, so that the error of a flipped sign "
            "has no bound: `np.linalg.norm(approx + exact)`",
        ),
        denominator(
            "longer_of_the_two",
            f"max({ONE}, {OTHER})",
            "the distance is divided by the longer of the two alone: `max(..., ...)`",
        ),
        denominator(
            "shorter_of_the_two",
            f"min({ONE}, {OTHER})",
            "the distance is divided by the shorter of the two alone: `min(..., ...)`",
        ),
        denominator(
            "only_the_exact",
            OTHER,
            "the distance is divided by one of the lengths alone: `{}`",
        ),
        denominator(
            "only_the_approximation",
            ONE,
            "the distance is divided by one of the lengths alone: `{}`",
        ),
        denominator(
            "product_of_the_lengths",
            f"({ONE} * {OTHER})",
            "the two lengths are multiplied and not added",
        ),
        denominator(
            "root_of_the_product",
            f"np.sqrt({ONE} * {OTHER})",
            "the distance is divided by the geometric mean of the lengths: `np.sqrt(... * ...)`",
        ),
        denominator(
            "mean_of_the_lengths",
            "(lengths / 2)",
            "the error is twice as large, as if the distance were divided by the mean of the two "
            "lengths: `2 * xi`",
        ),
        denominator(
            "length_of_both_together",
            f"np.hypot({ONE}, {OTHER})",
            "the root is taken of all squares together: `np.sqrt(np.sum(approx**2) + np.sum(exact**2))`",
        ),
        denominator(
            "difference_of_the_lengths",
            f"({ONE} - {OTHER})",
            "the two lengths are subtracted in the denominator",
        ),
        denominator(
            "denominator_squared",
            "lengths**2",
            "the denominator is squared and the numerator is not",
        ),
        denominator(
            "denominator_without_root",
            "(np.sum(approx**2) + np.sum(exact**2))",
            "no root is taken in the denominator: `np.sum(approx**2) + np.sum(exact**2)`",
        ),
        denominator(
            "elements_added_first",
            "np.linalg.norm(np.abs(approx) + np.abs(exact))",
            "the sizes of the components are added before the length is taken: "
            "`np.linalg.norm(np.abs(approx) + np.abs(exact))`",
        ),
        denominator(
            "precedence",
            f"{ONE} + {OTHER}",
            "the denominator lacks its brackets, so that one length is added to the quotient",
        ),
        formula(
            "squared",
            "np.sum((approx - exact) ** 2) / (np.sum(approx**2) + np.sum(exact**2))",
            "no root is taken, so that all three norms are squared: `np.sum((approx - exact)**2)`",
        ),
        formula(
            "square_of_the_error",
            "(np.linalg.norm(approx - exact) / lengths) ** 2",
            "the quotient is squared",
        ),
        formula(
            "root_of_the_error",
            "np.sqrt(np.linalg.norm(approx - exact) / lengths)",
            "a root is taken of the quotient once more",
        ),
        formula(
            "numerator_squared",
            "np.sum((approx - exact) ** 2) / lengths",
            "the numerator is squared and the denominator is not: `np.sum((approx - exact)**2)`",
        ),
        formula(
            "summed_before_squaring",
            "np.abs(np.sum(approx - exact)) / (np.abs(np.sum(approx)) + np.abs(np.sum(exact)))",
            "the components are added before they are squared, so that their errors cancel: "
            "`np.sqrt(np.sum(approx - exact)**2)`",
        ),
        formula(
            "difference_of_lengths",
            f"np.abs({ONE} - {OTHER}) / lengths",
            "the lengths are compared and not the gradients, so that every direction is right: "
            "`abs(np.linalg.norm(approx) - np.linalg.norm(exact))`",
        ),
        formula(
            "largest_components",
            "np.max(np.abs(approx - exact)) / (np.max(np.abs(approx)) + np.max(np.abs(exact)))",
            "the largest component is taken for the length of a vector: `np.max(np.abs(...))`",
        ),
        formula(
            "sum_of_sizes",
            "np.sum(np.abs(approx - exact)) / (np.sum(np.abs(approx)) + np.sum(np.abs(exact)))",
            "the sizes of the components are added, which is another norm: `np.sum(np.abs(...))`",
        ),
        *(
            Wrong(
                f"norm_of_order_{order}",
                {
                    DISTANCE: f"np.linalg.norm(approx - exact, {number}) / lengths",
                    LENGTHS: f"np.linalg.norm(approx, {number}) + np.linalg.norm(exact, {number})",
                },
                f"another norm is taken: `np.linalg.norm(x, {number})`",
            )
            for order, number in {"one": "1", "infinity": "np.inf"}.items()
        ),
        formula(
            "worst_component",
            "np.max(np.abs(approx - exact) / (np.abs(approx) + np.abs(exact)))",
            "each component is compared on its own and the worst is taken: "
            "`np.max(abs(approx - exact) / (abs(approx) + abs(exact)))`",
        ),
        formula(
            "worst_component_of_the_larger",
            "np.max(np.abs(approx - exact) / np.maximum(np.abs(approx), np.abs(exact)))",
            "each component is compared with the larger of the two and the worst is taken: "
            "`np.max(abs(approx - exact) / np.maximum(abs(approx), abs(exact)))`",
        ),
        formula(
            "worst_component_of_cs231n",
            "np.max(np.abs(approx - exact) / np.maximum(1e-8, np.abs(approx) + np.abs(exact)))",
            "each component is compared on its own and the worst is taken, and small ones are let off, which "
            "is how CS231n does it: `np.max(abs(approx - exact) / np.maximum(1e-8, abs(approx) + "
            "abs(exact)))`",
        ),
        formula(
            "worst_component_of_the_exact",
            "np.max(np.abs(approx - exact) / np.abs(exact))",
            "each component is divided by the exact one and the worst is taken: "
            "`np.max(abs((approx - exact) / exact))`",
        ),
        formula(
            "mean_of_the_components",
            "np.mean(np.abs(approx - exact) / (np.abs(approx) + np.abs(exact)))",
            "each component is compared on its own and the mean is taken: "
            "`np.mean(abs(approx - exact) / (abs(approx) + abs(exact)))`",
        ),
        formula(
            "absolute",
            "np.linalg.norm(approx - exact)",
            "the distance is not divided by anything, so that it depends on the scale of the function: `{}`",
        ),
        formula(
            "mean_square_in_the_numerator",
            "np.sqrt(np.mean((approx - exact) ** 2)) / lengths",
            "a mean stands in the numerator and sums stand in the denominator: "
            "`np.sqrt(np.mean((approx - exact)**2))`",
        ),
        formula(
            "sum_in_the_numerator",
            "np.linalg.norm(approx + exact) / lengths",
            "the two gradients are added in the numerator and not subtracted: `approx + exact`",
        ),
        formula(
            "not_the_size",
            "np.sum(approx - exact) / lengths",
            "the differences are added with their signs, so that they cancel: `np.sum(approx - exact)`",
        ),
        formula(
            "agreement",
            "1 - np.linalg.norm(approx - exact) / lengths",
            "the error is subtracted from 1, so that it says how well they agree: `1 - xi`",
        ),
        formula(
            "in_percent",
            "100 * np.linalg.norm(approx - exact) / lengths",
            "the error is given in percent: `100 * xi`",
        ),
        formula(
            "angle",
            "1 - np.sum(approx * exact) / np.linalg.norm(approx) / np.linalg.norm(exact)",
            "the directions are compared and the lengths are not: `1 - cosine`",
        ),
        Wrong(
            "spectral_norm",
            {
                DISTANCE: "np.linalg.norm(approx - exact, 2) / lengths",
                LENGTHS: "np.linalg.norm(approx, 2) + np.linalg.norm(exact, 2)",
            },
            "of matrices the largest singular value is taken for the length, because `np.linalg.norm(x, 2)` "
            "is something else there than for vectors",
            passes=(one_axis,),
            credit=SLIP,
        ),
        Wrong(
            "no_case_for_zeros",
            {"if lengths == 0:": "if False:"},
            "zero is divided by zero where both gradients are zero",
            passes=(not_both_zero,),
            credit=SLIP,
            kind="not_finite",
            read=PITFALLS,
        ),
        Wrong(
            "zero_where_one_is_zero",
            {"if lengths == 0:": "if not (np.any(approx) and np.any(exact)):"},
            "the error is 0 as soon as one of the gradients is zero, and the two are far apart",
            passes=(both_or_none,),
            credit=SLIP,
            read=PITFALLS,
        ),
        Wrong(
            "zeros_are_worst",
            {"return 0.0": "return 1.0"},
            "two gradients of zeros are said to have nothing in common: `{}`",
            passes=(not_both_zero,),
            credit=SLIP,
            read=PITFALLS,
        ),
        *(
            small_number(f"{name}_added", f"(lengths + {number})", f"... + {number}")
            for name, number in SMALL_NUMBERS.items()
        ),
        *(
            small_number(f"at_least_{name}", f"max(lengths, {number})", f"max(..., {number})")
            for name, number in SMALL_NUMBERS.items()
            if name not in ("millionth", "femto", "tenth_of_a_femto", "rounding")
        ),
        *roundings(DISTANCE, "error"),
        Wrong(
            "verdict",
            {DISTANCE: "bool(np.linalg.norm(approx - exact) / lengths < 1e-7)"},
            "a verdict is returned and not the error itself: `xi < 1e-7`",
            kind="wrong_type",
        ),
        Wrong(
            "for_each_component",
            {DISTANCE: "np.abs(approx - exact) / (np.abs(approx) + np.abs(exact))"},
            "each component is compared on its own, so that an array comes back: "
            "`abs(approx - exact) / (abs(approx) + abs(exact))`",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "loop": """
            def relative_error(approx, exact):
                distance = a = b = 0.0
                for x, y in zip(np.ravel(approx).tolist(), np.ravel(exact).tolist()):
                    distance += (x - y) ** 2
                    a += x * x
                    b += y * y
                return distance**0.5 / (a**0.5 + b**0.5) if a + b > 0 else 0
        """,
        "sums of squares": """
            def relative_error(approx, exact):
                approx, exact = np.asarray(approx, dtype=float), np.asarray(exact, dtype=float)
                length = lambda v: np.sqrt(np.sum(np.square(v)))
                both = length(approx) + length(exact)
                return np.float64(0) if both == 0 else length(approx - exact) / both
        """,
        "scaled first": """
            def relative_error(approx, exact):
                scale = max(np.max(np.abs(approx)), np.max(np.abs(exact)))
                if not scale:
                    return 0
                a, b = approx / scale, exact / scale
                return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))
        """,
        "single precision": """
            def relative_error(approx, exact):
                scale = float(np.max(np.abs(exact))) or 1.0
                a, b = (np.asarray(each / scale, dtype=np.float32).ravel() for each in (approx, exact))
                distance, lengths = np.sqrt((a - b) @ (a - b)), np.sqrt(a @ a) + np.sqrt(b @ b)
                return np.float32(distance / lengths) if lengths else np.float32(0)
        """,
        "an array without axes": """
            def relative_error(approx, exact):
                a, b = np.ravel(approx), np.ravel(exact)
                lengths = np.linalg.norm(a) + np.linalg.norm(b)
                return np.nan_to_num(np.array(np.linalg.norm(a - b) / lengths))
        """,
        "a number that no length can reach": """
            def relative_error(approx, exact):
                distance, *lengths = (float(np.linalg.norm(v)) for v in (exact - approx, approx, exact))
                return distance / max(sum(lengths), 1e-300)
        """,
    },
)
