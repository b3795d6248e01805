from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from advsec import gradient_check
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Named, Probe, Right, call
from autograder.exercises.credit import SLIP
from autograder.exercises.gradient_checking.inputs import layers, with_signs
from autograder.exercises.gradient_checking.numerical_gradient import numerical_gradient
from autograder.exercises.gradient_checking.sections import BLOCKS, DIFFERENCES, HOW_CLOSE, PITFALLS, STEP


def check_blocks(
    f: Any, grad: Any, params: Mapping[str, ArrayLike], *, eps: float = 1e-5, tol: float = 1e-7
) -> dict[str, tuple[float, bool]]:
    """Of each block the error and the verdict, with one step for all components."""
    checks = gradient_check.check_blocks(f, grad, params, eps=eps, tol=tol)
    return {name: (check.xi, check.passed) for name, check in checks.items()}


LINE = "approx = numerical_gradient(loss, params[name], eps=eps)"
XI, VERDICT = "relative_error(approx, exact[name])", "xi <= tol"
EACH, STORE, RETURN = "for name in params:", "checks[name] = (xi, xi <= tol)", "return checks"
DISTANCE = "np.linalg.norm(approx - exact[name])"
SIZES = "np.linalg.norm(approx), np.linalg.norm(exact[name])"

ONE, USUAL, RIGHT = "one wrong block", "the usual step and tolerance", "a right gradient"


def checked(
    rng: np.random.Generator,
    weights: tuple[float, ...],
    first: tuple[float, ...],
    second: tuple[float, ...],
    gradient: str = "slopes_of_blocks",
    **options: Any,
) -> Call:
    """A call whose gradient is off: in each block by a factor in each of its two terms."""
    terms = zip((*weights, *weights), (4, 4, 4, 4, 3, 3, 3, 3), (*first, *second), strict=True)
    slopes = tuple(round(float(weight * number * factor), 9) for weight, number, factor in terms)
    return call(Named("sum_over_blocks", weights), Named(gradient, slopes), layers(rng), **options)


def third_is_wrong(
    rng: np.random.Generator,
    gradient: str = "slopes_of_blocks",
    small: float = 1.0,
    **options: Any,
) -> Call:
    """It is always the same block, so that of a joint verdict the same part is right."""
    first, second = ((0.5, -1.0), (1.5, 3.0), (2.0, 3.0))[rng.integers(3)]
    return checked(rng, weights(rng, small), (1, 1, first, 1), (1, 1, second, 1), gradient, **options)


def weights(rng: np.random.Generator, small: float = 1.0) -> tuple[float, ...]:
    scales = rng.uniform(0.5, 2, 4).round(2) * (1, 1, small, 1)
    return tuple(scales.round(6).tolist())


def all_are_wrong(rng: np.random.Generator) -> Call:
    """By less than what a step that stays in a component makes of it."""
    signs, first, second = rng.choice([-1, 1], 4), rng.uniform(1e-6, 3e-6, 4), rng.uniform(1e-5, 2e-5, 4)
    return checked(rng, weights(rng), tuple(1 + signs * first), tuple(1 + signs * second))


def right(rng: np.random.Generator) -> Call:
    """Small enough that nothing but round-off is left of any error, also of one that is not relative."""
    small = tuple((rng.uniform(0.5, 2, 4) / 1000).round(5).tolist())
    each = checked(rng, small, (1, 1, 1, 1), (1, 1, 1, 1))
    return call(*each.args[:2], {name: abs(block) for name, block in each.args[2].items()})


def at_the_tolerance(rng: np.random.Generator) -> Call:
    """A gradient of zeros has the largest error that there is, which is 1 to the last digit."""
    nothing = (0, 0, 0, 0)
    return checked(rng, weights(rng), nothing, nothing, eps=step(rng), tol=1.0)


def step(rng: np.random.Generator) -> float:
    """So large that the error of a right gradient can be seen."""
    return round(rng.uniform(0.15, 0.22), 2)


def other_order(rng: np.random.Generator) -> Call:
    """Blocks that could be mixed up without an error; the gradient lists them from the last to the first."""
    each = third_is_wrong(rng, "slopes_from_the_last", eps=step(rng), tol=0.05)
    params = {name: with_signs(rng, rng.uniform(0.7, 1.5, 3)).round(3) for name in each.args[2]}
    return call(*each.args[:2], params, **each.kwargs)


def whole_numbers(rng: np.random.Generator) -> Call:
    """Different ones in each block, or both terms of its gradient would have one direction."""
    each = third_is_wrong(rng, eps=0.25, tol=0.05)
    params = {
        name: rng.permutation(np.arange(1, block.size + 1)).reshape(block.shape)
        for name, block in each.args[2].items()
    }
    return call(*each.args[:2], params, **each.kwargs)


def in_order(call: Call) -> bool:
    """The gradient lists its blocks as the parameters do."""
    return bool(call.args[1].name == "slopes_of_blocks")


def fractions(call: Call) -> bool:
    return all(block.dtype.kind == "f" for block in call.args[2].values())


def error(name: str, instead: str, message: str) -> Wrong:
    """Another error in the place of the relative one."""
    return Wrong(name, {XI: instead}, message, (RIGHT,), read=HOW_CLOSE)


def numeric(name: str, lines: str, message: str, passes: tuple[Right, ...] = ()) -> Wrong:
    """Another approximation of the gradient, from an exercise in which it has cost points already."""
    return Wrong(name, {LINE: lines}, message, passes, credit=SLIP, read=DIFFERENCES)


IN_TURN = """point, approx = params[name].astype(float), np.zeros(params[name].shape)
for r in np.ndindex(point.shape):
    point[r] = params[name][r] + eps
    above = f({**params, name: point})
    point[r] = params[name][r] - eps
    below = f({**params, name: point})
    approx[r] = (above - below) / (2 * eps)
    point[r] = params[name][r]"""

CHECK_BLOCKS = exercise(
    solution="""
        def check_blocks(f, grad, params, *, eps=1e-5, tol=1e-7):
            exact = grad(params)
            checks = {}
            for name in params:

                def loss(block, name=name):
                    return f({**params, name: block})

                approx = numerical_gradient(loss, params[name], eps=eps)
                xi = relative_error(approx, exact[name])
                checks[name] = (xi, xi <= tol)
            return checks
    """,
    reference=check_blocks,
    beside={"numerical_gradient": numerical_gradient, "relative_error": gradient_check.relative_error},
    points=4,
    read=BLOCKS,
    probes=(
        Probe(
            ONE,
            lambda rng: (at_the_tolerance(rng), third_is_wrong(rng, eps=step(rng), tol=0.05)),
        ),
        Probe(
            "a small wrong block beside large ones",
            lambda rng: third_is_wrong(rng, small=1e-4, eps=step(rng), tol=0.05),
        ),
        Probe(USUAL, all_are_wrong),
        Probe("a gradient that lists its blocks in another order", other_order),
        Probe("whole numbers", whole_numbers),
        Probe(RIGHT, right),
        Probe(
            "a strict tolerance",
            lambda rng: checked(rng, weights(rng), (1, 1, 1.02, 1), (1, 1, 1.1, 1), eps=0.03, tol=1e-3),
            public=False,
        ),
        Probe(
            "a generous tolerance",
            lambda rng: checked(
                rng, weights(rng), (1, 1.2, 3, 0.8), (1, 1.1, 4, 0.9), eps=step(rng), tol=0.3
            ),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "below_the_tolerance",
            {VERDICT: "xi < tol"},
            "a block whose error is as large as the tolerance does not pass: `{}`",
            passes=(lambda call: call.kwargs.get("tol") != 1.0,),
            kind="convention",
            convention=True,
        ),
        Wrong(
            "one_error_for_all",
            {
                EACH: "ravel = lambda p: np.hstack([np.ravel(p[name]) for name in params])\n"
                "approx = {}\n"
                "for name in params:\n"
                "    loss = lambda block: f({**params, name: block})\n"
                "    approx[name] = numerical_gradient(loss, params[name], eps=eps)\n"
                "xi = relative_error(ravel(approx), ravel(exact))\n"
                "for name in params:",
                LINE: "",
                f"xi = {XI}": "",
            },
            "every block has the error of all blocks together, in which a small block is lost",
            passes=(RIGHT,),
        ),
        Wrong(
            "one_verdict_for_all",
            {
                RETURN: "passed = all(passed for _, passed in checks.values())\n"
                "return {name: (xi, passed) for name, (xi, _) in checks.items()}"
            },
            "every block is said to be wrong where one is, by a verdict on all of them together "
            "(`all(...)`) or by the usual tolerance, whatever `tol` says",
            passes=(USUAL, RIGHT),
            parts=(2,),
        ),
        Wrong(
            "one_verdict",
            {RETURN: "return all(passed for _, passed in checks.values())"},
            "one verdict is returned on all blocks together: `all(...)`",
            kind="wrong_type",
        ),
        Wrong(
            "verdict_turned",
            {VERDICT: "xi > tol"},
            "the verdict says that a block is wrong, not that it is right: `{}`",
        ),
        Wrong(
            "verdict_first",
            {STORE: "checks[name] = (xi <= tol, xi)"},
            "the two values of each block stand in the other order",
            kind="wrong_type",
        ),
        Wrong(
            "only_errors",
            {STORE: "checks[name] = xi"},
            "the error of each block is returned without a verdict: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "only_verdicts",
            {STORE: "checks[name] = xi <= tol"},
            "the verdict on each block is returned without its error",
            kind="wrong_type",
        ),
        Wrong(
            "without_names",
            {RETURN: "return tuple(checks.values())"},
            "the blocks come back without their names",
            kind="wrong_type",
        ),
        Wrong(
            "only_wrong_blocks",
            {RETURN: "return {name: check for name, check in checks.items() if not check[1]}"},
            "only blocks that are wrong are returned",
            passes=(USUAL,),
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_last",
            {RETURN: "return {name: checks[name]}"},
            "only the last block is returned, because each one takes the place of those before: "
            "`checks = {{...}}`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_first",
            {RETURN: "return dict(list(checks.items())[:1])"},
            "only the first block is returned, as by a `return` within the loop",
            kind="wrong_shape",
        ),
        Wrong(
            "eps_is_not_used",
            {"": "eps = 1e-5"},
            "the step is always the usual one, whatever `eps` says: `numerical_gradient(f, block)`",
            passes=(USUAL, RIGHT),
            read=STEP,
        ),
        Wrong(
            "gradients_by_place",
            {
                "checks = {}": "checks, gradients = {}, iter(exact.values())",
                XI: "relative_error(approx, next(gradients))",
            },
            "the gradients are taken in their own order, which need not be that of `params`: `zip(params, "
            "grad(params).values())`",
            passes=(in_order,),
            credit=SLIP,
            read=PITFALLS,
        ),
        Wrong(
            "names_by_place",
            {RETURN: "return dict(zip(exact, checks.values()))"},
            "the results get their names in the order of the gradients, which need not be that of `params`",
            passes=(in_order,),
            credit=SLIP,
            read=PITFALLS,
        ),
        numeric(
            "forward",
            IN_TURN.replace("[r] - eps", "[r]").replace("(2 * eps)", "eps"),
            "only the step forward is taken: `(f(theta + eps) - f(theta)) / eps`",
        ),
        numeric(
            "without_the_two",
            IN_TURN.replace("(2 * eps)", "eps"),
            "the distance of the two points is taken to be eps: `(f(theta + eps) - f(theta - eps)) / eps`",
        ),
        numeric(
            "moved_components_stay",
            IN_TURN[: IN_TURN.rindex("\n")],
            "a component that was moved is not put back before the next one is: it stays one step below",
        ),
        numeric(
            "steps_are_cut",
            IN_TURN.replace("astype(float)", "copy()"),
            "a step within whole numbers is cut to a whole number, because the point is an array of the "
            "input's type: `block.copy()`",
            passes=(fractions,),
        ),
        numeric(
            "whole_blocks_moved",
            "above, below = (f({**params, name: params[name] + h}) for h in (eps, -eps))\n"
            "approx = np.full(params[name].shape, (above - below) / (2 * eps))",
            "all components of a block are moved together, so that every entry of the approximation is the "
            "sum of all: `f(block + eps) - f(block - eps)`",
        ),
        numeric(
            "backward",
            IN_TURN.replace("[r] + eps", "[r]").replace("(2 * eps)", "eps"),
            "only the step backward is taken: `(f(theta) - f(theta - eps)) / eps`",
        ),
        numeric(
            "forward_over_two_steps",
            IN_TURN.replace("[r] - eps", "[r]"),
            "the second value is taken where nothing is moved: `(f(theta + eps) - f(theta)) / (2 * eps)`",
        ),
        numeric(
            "precedence",
            IN_TURN.replace("/ (2 * eps)", "/ 2 * eps"),
            "the last bracket is missing, so that eps multiplies: "
            "`(f(theta + eps) - f(theta - eps)) / 2 * eps`",
        ),
        numeric(
            "sign_of_the_difference_turned",
            IN_TURN.replace("above - below", "below - above"),
            "the two values are subtracted the other way round: `f(theta - eps) - f(theta + eps)`",
        ),
        error(
            "sums_compared",
            "relative_error(np.sum(approx), np.sum(exact[name]))",
            "the sums of the two gradients are compared, in which errors cancel: `np.sum(approx)`",
        ),
        error(
            "absolute", DISTANCE, "the error is not relative to anything: `np.linalg.norm(approx - exact)`"
        ),
        error(
            "only_the_exact",
            f"{DISTANCE} / np.linalg.norm(exact[name])",
            "the distance is divided by one of the lengths alone: `np.linalg.norm(exact)`",
        ),
        error(
            "only_the_approximation",
            f"{DISTANCE} / np.linalg.norm(approx)",
            "the distance is divided by one of the lengths alone: `np.linalg.norm(approx)`",
        ),
        error(
            "longer_of_the_two",
            f"{DISTANCE} / max({SIZES})",
            "the distance is divided by the longer of the two alone: `max(..., ...)`",
        ),
        error(
            "squared",
            "np.sum((approx - exact[name]) ** 2) / (np.sum(approx**2) + np.sum(exact[name] ** 2))",
            "no root is taken, so that all three norms are squared: `np.sum((approx - exact)**2)`",
        ),
        error(
            "worst_component",
            "np.max(np.abs(approx - exact[name]) / (np.abs(approx) + np.abs(exact[name])))",
            "each component is compared on its own and the worst is taken: "
            "`np.max(abs(approx - exact) / (abs(approx) + abs(exact)))`",
        ),
    ),
    alternatives={
        "by its own formulas": """
            def check_blocks(f, grad, params, *, eps=1e-5, tol=1e-7):
                result, gradients = {}, grad(params)
                for name, block in params.items():
                    approx = np.zeros(block.shape)
                    for r in np.ndindex(block.shape):
                        moved = {key: value.astype(float) for key, value in params.items()}
                        moved[name][r] = block[r] + eps
                        above = f(moved)
                        moved[name][r] = block[r] - eps
                        approx[r] = (above - f(moved)) / (2 * eps)
                    lengths = np.linalg.norm(approx) + np.linalg.norm(gradients[name])
                    xi = np.linalg.norm(approx - gradients[name]) / lengths if lengths else 0.0
                    result[name] = [float(xi), bool(xi <= tol)]
                return result
        """,
        "vectorised": """
            def check_blocks(f, grad, params, *, eps=1e-5, tol=1e-7):
                shapes = {name: block.shape for name, block in params.items()}
                ends = np.cumsum([0] + [block.size for block in params.values()])
                theta = np.concatenate([block.ravel() for block in params.values()]).astype(float)

                def unpack(theta):
                    parts = zip(shapes, ends[:-1], ends[1:])
                    return {name: theta[a:b].reshape(shapes[name]) for name, a, b in parts}

                def loss(theta):
                    return f(unpack(theta))

                approx = unpack(numerical_gradient(loss, theta, eps=eps))
                exact = grad(unpack(theta))
                errors = {name: relative_error(approx[name], exact[name]) for name in params}
                return {name: (xi, not xi > tol) for name, xi in errors.items()}
        """,
        "in place on its own copy": """
            def check_blocks(f, grad, params, *, eps=1e-5, tol=1e-7):
                own = {name: np.array(block, dtype=float) for name, block in params.items()}
                checks = {name: None for name in sorted(own)}
                for name in checks:
                    def loss(block, name=name):
                        old, own[name] = own[name], block
                        value = f(own)
                        own[name] = old
                        return value

                    approx = numerical_gradient(loss, own[name], eps=eps)
                    xi = np.float64(relative_error(approx, np.asarray(grad(own)[name])))
                    checks[name] = xi, np.bool_(xi <= tol)
                return checks
        """,
        "0-d arrays": """
            def check_blocks(f, grad, params, eps=1e-5, tol=1e-7):
                def block_check(name):
                    loss = lambda block: f(dict(params, **{name: block}))
                    approx = numerical_gradient(loss, params[name], eps=eps)
                    xi = np.asarray(relative_error(approx, grad(params)[name]))
                    return xi, not xi > tol

                return {name: block_check(name) for name in params.keys()}
        """,
        "single precision": """
            def check_blocks(f, grad, params, *, eps=1e-5, tol=1e-7):
                checks, exact = {}, grad(params)
                for name in params:
                    loss = lambda block: f(params | {name: block})
                    approx = numerical_gradient(loss, params[name], eps=eps)
                    xi = relative_error(approx, exact[name])
                    checks[name] = (np.float32(xi), xi <= tol)
                return checks
        """,
    },
)
