import numpy as np
from numpy.typing import ArrayLike, NDArray

from advsec import gradient_check
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Named, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.gradient_checking.numerical_gradient import numerical_gradient
from autograder.exercises.gradient_checking.sections import DIFFERENCES, PITFALLS, STEP


RETURN = "return eps[np.nanargmin(errors)]"

# Steps as shares of the size of the parameters. The third is the best by far: the error of a larger one is
# truncation, that of a smaller one round-off, and both are a hundred times as large.
SHARES = np.array([1e-1, 1e-3, 1e-5, 1e-7, 1e-9])
UNDEFINED = "a step so large that f is not defined there"


def far_from_zero(rng: np.random.Generator, size: float, *shape: int) -> NDArray:
    """So large that the best step is, too, and single precision tells the steps apart."""
    return (size * rng.uniform(0.5, 1.5, shape)).round()


def steps(shares: ArrayLike, size: float) -> NDArray:
    """Steps that are short to write."""
    return np.array([float(f"{share * size:.3g}") for share in np.asarray(shares)])


def exponential(
    rng: np.random.Generator, size: float, shape: tuple[int, ...] = (3,), shares: NDArray = SHARES
) -> Call:
    f, grad = (Named(name, (1 / size,)) for name in ("exponentials", "slope_of_exponentials"))
    return call(f, grad, theta=far_from_zero(rng, size, *shape), eps=steps(shares, size))


def logarithm(rng: np.random.Generator) -> Call:
    scale = (float(rng.integers(2, 9)),)
    f, grad = Named("logarithms", scale), Named("slope_of_logarithms", scale)
    return call(f, grad, theta=far_from_zero(rng, 1000, 3), eps=steps([3, *SHARES], 1000))


def defined(call: Call) -> bool:
    return bool(np.max(call.kwargs["eps"]) < np.min(call.kwargs["theta"]))


BEST_EPS = exercise(
    solution="""
        def best_eps(f, grad, theta, eps):
            exact = grad(theta)
            errors = []
            for step in eps:
                errors.append(relative_error(numerical_gradient(f, theta, eps=step), exact))
            return eps[np.nanargmin(errors)]
    """,
    reference=gradient_check.best_eps,
    beside={"numerical_gradient": numerical_gradient, "relative_error": gradient_check.relative_error},
    points=2,
    read=STEP,
    probes=(
        Probe("parameters in the thousands", lambda rng: exponential(rng, 1000.0)),
        Probe("steps in another order", lambda rng: exponential(rng, 1e4, shares=SHARES[[3, 4, 0, 2, 1]])),
        Probe(UNDEFINED, logarithm),
        Probe("larger parameters", lambda rng: exponential(rng, 1e5), public=False),
        Probe(
            "a matrix, and the smallest step first",
            lambda rng: exponential(rng, 1e4, (2, 2), SHARES[::-1]),
            public=False,
        ),
        Probe(
            "few steps", lambda rng: exponential(rng, 1e3, (4,), np.array([1e-2, 1e-4, 1e-10])), public=False
        ),
    ),
    misconceptions=(
        Wrong(
            "smallest_step",
            {RETURN: "return np.min(eps)"},
            "the smallest step is taken, at which round-off is largest: `np.min(eps)`",
        ),
        Wrong(
            "largest_step",
            {RETURN: "return np.max(eps)"},
            "the largest step is taken, at which truncation is largest: `np.max(eps)`",
        ),
        Wrong(
            "first_step",
            {RETURN: "return eps[0]"},
            "the first step is taken, whatever the others are",
        ),
        Wrong(
            "last_step",
            {RETURN: "return eps[-1]"},
            "the last step is taken, whatever the others are",
        ),
        Wrong(
            "largest_error",
            {RETURN: "return eps[np.nanargmax(errors)]"},
            "the step with the largest error is taken: `np.nanargmax(errors)`",
        ),
        Wrong(
            "place_of_the_step",
            {RETURN: "return np.nanargmin(errors)"},
            "the place of the step among the others is returned, and not the step: `np.argmin(errors)`",
        ),
        Wrong(
            "error_of_the_step",
            {RETURN: "return np.nanmin(errors)"},
            "the smallest error is returned, and not the step that makes it: `np.min(errors)`",
        ),
        Wrong(
            "all_errors",
            {RETURN: "return np.array(errors)"},
            "the errors of all steps are returned: `errors`",
            kind="wrong_shape",
        ),
        Wrong(
            "step_and_error",
            {RETURN: "return eps[np.nanargmin(errors)], np.nanmin(errors)"},
            "the error is returned beside the step",
            kind="wrong_shape",
        ),
        Wrong(
            "of_one_sided_differences",
            {
                "": "moves = np.eye(theta.size).reshape(theta.size, *theta.shape)",
                "for step in eps:": "for step in eps:\n"
                "    slopes = [(f(theta + step * e) - f(theta)) / step for e in moves]",
                "numerical_gradient(f, theta, eps=step)": "np.reshape(slopes, theta.shape)",
            },
            "the step is the best for one-sided differences, whose truncation is larger: "
            "`(f(theta + eps) - f(theta)) / eps`",
            credit=SLIP,
            read=DIFFERENCES,
        ),
        Wrong(
            "nan_is_smallest",
            {"np.nanargmin": "np.argmin"},
            "an error that is nan counts as the smallest of all: `{}`",
            passes=(defined,),
            credit=SLIP,
            read=PITFALLS,
        ),
    ),
    alternatives={
        "vectorised": """
            def best_eps(f, grad, theta, eps):
                right = np.ravel(grad(theta))
                moves = np.eye(theta.size).reshape(theta.size, *theta.shape)
                slopes = [[(f(theta + h * e) - f(theta - h * e)) / (2 * h) for e in moves] for h in eps]
                distance = np.linalg.norm(np.array(slopes) - right, axis=1)
                distance /= np.linalg.norm(slopes, axis=1) + np.linalg.norm(right)
                return eps[np.argmin(np.where(np.isnan(distance), np.inf, distance))]
        """,
        "loop": """
            def best_eps(f, grad, theta, eps):
                best, least = None, np.inf
                for h in eps:
                    xi = relative_error(numerical_gradient(f, theta, eps=h), grad(theta))
                    if xi < least:
                        best, least = h, xi
                return best
        """,
        "sorted pairs": """
            def best_eps(f, grad, theta, eps):
                exact, pairs = grad(theta), []
                for h in eps.tolist():
                    pairs.append((relative_error(numerical_gradient(f, theta, eps=h), exact), h))
                return sorted(pair for pair in pairs if pair[0] == pair[0])[0][1]
        """,
        "the absolute distance": """
            def best_eps(f, grad, theta, eps):
                def distance(h):
                    d = np.abs(numerical_gradient(f, theta, eps=h) - grad(theta)).max()
                    return d if np.isfinite(d) else np.inf

                return min(eps, key=distance)
        """,
        "single precision": """
            def best_eps(f, grad, theta, eps):
                errors = [relative_error(numerical_gradient(f, theta, eps=h), grad(theta)) for h in eps]
                return np.float32(eps[np.argmin(np.nan_to_num(errors, nan=1.0))])
        """,
    },
)
