from typing import Any

import numpy as np
from numpy.typing import NDArray

from advsec import gradient_check
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Named, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.gradient_checking.inputs import gradient, with_signs
from autograder.exercises.gradient_checking.sections import DIFFERENCES, PITFALLS, STEP


def numerical_gradient(f: Any, theta: NDArray, *, eps: float = 1e-5) -> NDArray:
    """Central differences with one step for all components, which students are given.

    (f(theta + eps e_r) - f(theta - eps e_r)) / (2 eps)
    """
    return gradient_check.numerical_gradient(f, theta, eps=eps)


COPY, ROOM, RETURN = "theta.astype(float)", "np.zeros(theta.shape)", "return gradient"
PLUS, MINUS = f"plus = {COPY}", f"minus = {COPY}"
UP, DOWN = "plus[r] = theta[r] + eps", "minus[r] = theta[r] - eps"
QUOTIENT = "(f(plus) - f(minus)) / (2 * eps)"


def one_axis(call: Call) -> bool:
    return bool(np.ndim(call.args[1]) == 1)


def one_component(call: Call) -> bool:
    """There is nothing beside it that could be moved as well."""
    return bool(np.size(call.args[1]) == 1)


def fractions(call: Call) -> bool:
    return bool(np.asarray(call.args[1]).dtype.kind == "f")


def usual_step(call: Call) -> bool:
    """So small that other good approximations agree."""
    return "eps" not in call.kwargs


def smooth(rng: np.random.Generator) -> Named:
    """A function whose derivatives hang together, and whose third derivative shows in the result."""
    return Named("valley", (round(rng.uniform(0.6, 1.4), 2), round(rng.uniform(0.3, 0.8), 2)))


def of_columns(rng: np.random.Generator) -> Named:
    """A function that is another one of an array that has lost its shape."""
    return Named("columns", (round(rng.uniform(0.6, 1.4), 2),))


def columns(rng: np.random.Generator, *shape: int) -> NDArray:
    """Numbers of which the sums of columns are away from zero, and have both signs."""
    return (with_signs(rng, rng.uniform(1.1, 1.5, shape[1:])) * rng.uniform(1, 1.2, shape)).round(3)


def step(rng: np.random.Generator) -> float:
    """So large that other differences give other numbers."""
    return round(rng.uniform(0.12, 0.35), 2)


def quotient(name: str, instead: str, message: str) -> Wrong:
    return Wrong(name, {QUOTIENT: instead}, message)


NUMERICAL_GRADIENT = exercise(
    solution="""
        def numerical_gradient(f, theta, *, eps=1e-5):
            gradient = np.zeros(theta.shape)
            for r in np.ndindex(theta.shape):
                plus = theta.astype(float)
                minus = theta.astype(float)
                plus[r] = theta[r] + eps
                minus[r] = theta[r] - eps
                gradient[r] = (f(plus) - f(minus)) / (2 * eps)
            return gradient
    """,
    reference=numerical_gradient,
    points=4,
    read=DIFFERENCES,
    probes=(
        Probe("a vector", lambda rng: call(smooth(rng), gradient(rng, 4), eps=step(rng))),
        Probe("a matrix", lambda rng: call(of_columns(rng), columns(rng, 2, 3), eps=step(rng))),
        Probe("whole numbers", lambda rng: call(smooth(rng), rng.integers(2, 6, 3), eps=0.25)),
        Probe("the usual small step", lambda rng: call(smooth(rng), gradient(rng, 3))),
        Probe(
            "a single component",
            lambda rng: call(smooth(rng), -rng.uniform(1.2, 2, 1).round(3), eps=step(rng)),
        ),
        Probe(
            "a larger step",
            lambda rng: call(smooth(rng), gradient(rng, 5), eps=round(rng.uniform(0.53, 0.7), 2)),
            public=False,
        ),
        Probe(
            "three axes",
            lambda rng: call(of_columns(rng), columns(rng, 2, 2, 3), eps=step(rng)),
            public=False,
        ),
        Probe(
            "single precision",
            lambda rng: call(smooth(rng), gradient(rng, 4).astype(np.float32), eps=0.25),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "forward",
            {DOWN: "minus[r] = theta[r]", QUOTIENT: "(f(plus) - f(minus)) / eps"},
            "only the step forward is taken, whose error shrinks with eps and not with its square: "
            "`(f(theta + eps) - f(theta)) / eps`",
        ),
        Wrong(
            "backward",
            {UP: "plus[r] = theta[r]", QUOTIENT: "(f(plus) - f(minus)) / eps"},
            "only the step backward is taken, whose error shrinks with eps and not with its square: "
            "`(f(theta) - f(theta - eps)) / eps`",
        ),
        Wrong(
            "forward_over_two_steps",
            {DOWN: "minus[r] = theta[r]"},
            "the second value is taken where nothing is moved, as after taking back one eps where two are "
            "needed: `(f(theta + eps) - f(theta)) / (2 * eps)`",
        ),
        Wrong(
            "backward_over_two_steps",
            {UP: "plus[r] = theta[r]"},
            "the first value is taken where nothing is moved: `(f(theta) - f(theta - eps)) / (2 * eps)`",
        ),
        Wrong(
            "two_steps_forward",
            {UP: "plus[r] = theta[r] + 2 * eps", DOWN: "minus[r] = theta[r]"},
            "both steps lead forward: `(f(theta + 2 * eps) - f(theta)) / (2 * eps)`",
        ),
        Wrong(
            "two_steps_backward",
            {UP: "plus[r] = theta[r]", DOWN: "minus[r] = theta[r] - 2 * eps"},
            "both steps lead backward: `(f(theta) - f(theta - 2 * eps)) / (2 * eps)`",
        ),
        Wrong(
            "half_a_step_to_each_side",
            {
                UP: "plus[r] = theta[r] + eps / 2",
                DOWN: "minus[r] = theta[r] - eps / 2",
                QUOTIENT: "(f(plus) - f(minus)) / eps",
            },
            "the step to each side is half of eps: `(f(theta + eps / 2) - f(theta - eps / 2)) / eps`",
            passes=(usual_step,),
            credit=SLIP,
        ),
        Wrong(
            "twice_the_step_to_each_side",
            {
                UP: "plus[r] = theta[r] + 2 * eps",
                DOWN: "minus[r] = theta[r] - 2 * eps",
                QUOTIENT: "(f(plus) - f(minus)) / (4 * eps)",
            },
            "the step to each side is twice eps: `(f(theta + 2 * eps) - f(theta - 2 * eps)) / (4 * eps)`",
            passes=(usual_step,),
            credit=SLIP,
        ),
        quotient(
            "without_the_two",
            "(f(plus) - f(minus)) / eps",
            "the distance of the two points is taken to be eps: `{}`",
        ),
        quotient(
            "precedence",
            "(f(plus) - f(minus)) / 2 * eps",
            "the last bracket is missing, so that eps multiplies: `{}`",
        ),
        quotient(
            "precedence_first",
            "f(plus) - f(minus) / (2 * eps)",
            "the first bracket is missing, so that only one of the values is divided: `{}`",
        ),
        quotient(
            "without_the_step",
            "(f(plus) - f(minus)) / 2",
            "the difference is halved and not divided by eps: `{}`",
        ),
        quotient("not_divided", "f(plus) - f(minus)", "the difference is not divided by anything: `{}`"),
        quotient(
            "divided_by_four_steps",
            "(f(plus) - f(minus)) / (4 * eps)",
            "there is a 2 too many in the denominator: `{}`",
        ),
        quotient(
            "step_squared", "(f(plus) - f(minus)) / (2 * eps**2)", "eps is squared in the denominator: `{}`"
        ),
        quotient(
            "sign_turned",
            "(f(minus) - f(plus)) / (2 * eps)",
            "the two values are subtracted the other way round: `{}`",
        ),
        quotient(
            "sum", "(f(plus) + f(minus)) / (2 * eps)", "the two values are added and not subtracted: `{}`"
        ),
        Wrong(
            "size",
            {QUOTIENT: "np.abs(f(plus) - f(minus)) / (2 * eps)"},
            "the sign is dropped: `abs(f(plus) - f(minus))`",
            passes=(lambda call: bool(np.all(call.args[1] > 0)),),
        ),
        quotient(
            "second_difference",
            "(f(plus) - 2 * f(theta) + f(minus)) / eps**2",
            "it is the second derivative that is approximated: "
            "`(f(theta + eps) - 2 * f(theta) + f(theta - eps)) / eps**2`",
        ),
        Wrong(
            "mean_over_the_components",
            {QUOTIENT: "(f(plus) - f(minus)) / (2 * eps) / theta.size"},
            "each component is divided by their number: `... / theta.size`",
            passes=(one_component,),
        ),
        quotient(
            "of_the_arguments",
            "(theta[r] + eps - (theta[r] - eps)) / (2 * eps)",
            "the points are subtracted and not the values of f there, so that every entry is 1: "
            "`(theta_plus - theta_minus) / (2 * eps)`",
        ),
        quotient(
            "value_times_point",
            "f(theta)",
            "every entry is `f(theta)` itself, as when f is multiplied by the moved points: "
            "`(f(theta) * theta_plus - f(theta) * theta_minus) / (2 * eps)`",
        ),
        Wrong(
            "same_point_twice",
            {DOWN: "minus[r] = theta[r] + eps"},
            "f is evaluated twice at one point, so that every entry is 0: `theta_plus = theta` and "
            "`theta_minus = theta` are two names of one array, and only `.copy()` makes another",
        ),
        Wrong(
            "all_components_at_once",
            {UP: "plus[...] = theta + eps", DOWN: "minus[...] = theta - eps"},
            "all components are moved together, so that every entry is the sum of all derivatives: "
            "`f(theta + eps) - f(theta - eps)`",
            passes=(one_component,),
        ),
        Wrong(
            "one_number",
            {RETURN: "return (f(theta + eps) - f(theta - eps)) / (2 * eps)"},
            "all components are moved together and one number is returned: `f(theta + eps) - f(theta - eps)`",
            kind="wrong_shape",
        ),
        Wrong(
            "moved_components_stay_below",
            {
                "": f"point = {COPY}",
                PLUS: "plus = point.copy()",
                MINUS: "minus = point.copy()\npoint[r] = point[r] - eps",
            },
            "a component that was moved is not put back before the next one is: it stays one step below",
            passes=(one_component,),
        ),
        Wrong(
            "moved_components_stay_above",
            {
                "": f"point = {COPY}",
                PLUS: "plus = point.copy()",
                MINUS: "minus = point.copy()\npoint[r] = point[r] + eps",
            },
            "a component that was moved is not put back before the next one is: it stays one step above",
            passes=(one_component,),
        ),
        Wrong(
            "moved_components_add_up",
            {"": f"up, down = {COPY}, {COPY}", PLUS: "plus = up", MINUS: "minus = down"},
            "the two copies are made once, before the loop, and every component that was "
            "moved stays moved in both",
            passes=(one_component,),
        ),
        Wrong(
            "component_alone",
            {QUOTIENT: "(f(plus[r]) - f(minus[r])) / (2 * eps)"},
            "f sees one component alone, and all others are missing or zero: `f(theta[r] + eps)`",
            passes=(one_component,),
        ),
        Wrong(
            "around_zero",
            {
                PLUS: "plus = 0.0 * theta",
                MINUS: "minus = 0.0 * theta",
                UP: "plus[r] = eps",
                DOWN: "minus[r] = -eps",
            },
            "f is evaluated at the steps alone, without theta: `f(eps * e) - f(-eps * e)`",
        ),
        Wrong(
            "relative_step",
            {
                UP: "plus[r] = theta[r] * (1 + eps)",
                DOWN: "minus[r] = theta[r] * (1 - eps)",
                QUOTIENT: "(f(plus) - f(minus)) / (2 * eps * theta[r])",
            },
            "the step is a share of the component and not eps itself: `theta[r] * (1 + eps)`",
            passes=(usual_step,),
            credit=SLIP,
        ),
        Wrong(
            "relative_step_over_eps",
            {UP: "plus[r] = theta[r] * (1 + eps)", DOWN: "minus[r] = theta[r] * (1 - eps)"},
            "the step is a share of the component, and the difference is divided by eps all the same: "
            "`theta[r] * (1 + eps)`",
        ),
        Wrong(
            "scaled_step",
            {
                UP: "h = eps * max(1, abs(theta[r]))\nplus[r] = theta[r] + h",
                DOWN: "minus[r] = theta[r] - h",
                QUOTIENT: "(f(plus) - f(minus)) / (2 * h)",
            },
            "the step grows with the component and is not eps itself: `eps * max(1, abs(theta[r]))`",
            passes=(usual_step,),
            credit=SLIP,
            read=STEP,
        ),
        Wrong(
            "eps_is_not_used",
            {"": "eps = 1e-5"},
            "the step is always the usual one, whatever `eps` says: `{}`",
            passes=(usual_step,),
            credit=SLIP,
            read=STEP,
        ),
        Wrong(
            "four_points",
            {
                QUOTIENT: "(8 * (f(plus) - f(minus)) + f(2 * minus - theta) - f(2 * plus - theta)) "
                "/ (12 * eps)",
            },
            "four values are combined, which is more accurate than what is asked: "
            "`(8 * (f(plus) - f(minus)) - f(theta + 2 * eps) + f(theta - 2 * eps)) / (12 * eps)`",
            passes=(usual_step,),
            credit=SLIP,
        ),
        Wrong(
            "steps_are_cut",
            {PLUS: "plus = theta.copy()", MINUS: "minus = theta.copy()"},
            "a step within whole numbers is cut to a whole number, because the point is an array "
            "of the input's type: `{}`",
            passes=(fractions,),
            credit=SLIP,
            read=PITFALLS,
        ),
        Wrong(
            "cut_to_whole_numbers",
            {ROOM: "np.zeros_like(theta)"},
            "the gradient is cut to whole numbers, because it is stored in an array of the "
            "input's type: `{}`",
            passes=(fractions,),
            credit=SLIP,
            read=PITFALLS,
        ),
        Wrong(
            "steps_and_gradient_are_cut",
            {PLUS: "plus = theta.copy()", MINUS: "minus = theta.copy()", ROOM: "np.zeros_like(theta)"},
            "both the points and the gradient are cut to whole numbers, because they are arrays "
            "of the input's type: `theta.copy()` and `np.zeros_like(theta)`",
            passes=(fractions,),
            credit=SLIP,
            read=PITFALLS,
        ),
        *(
            Wrong(
                f"moved_by_cut_steps{more}",
                {
                    "": "point = theta.copy()",
                    PLUS: "point[r] += eps\nplus = point.copy()",
                    MINUS: "point[r] -= 2 * eps\nminus = point.copy()",
                    UP: "",
                    DOWN: "point[r] += eps",
                    **change,
                },
                "steps within whole numbers are cut at each `+=`, so that a component is not where it was "
                "when "
                f"it is moved back{says}",
                passes=(fractions,),
                credit=SLIP,
                read=PITFALLS,
            )
            for more, change, says in (
                ("", {}, ""),
                ("_and_cut", {ROOM: "np.zeros_like(theta)"}, ", and the gradient is cut as well"),
            )
        ),
        Wrong(
            "whole_rows_moved",
            {"np.ndindex(theta.shape)": "range(len(theta))"},
            "whole rows of a matrix are moved at once, because its components are counted with a single "
            "index",
            passes=(one_axis,),
            credit=SLIP,
        ),
        Wrong(
            "flattened",
            {RETURN: "return gradient.ravel()"},
            "the gradient is returned as one long vector, whatever the shape of theta: `gradient.ravel()`",
            passes=(one_axis,),
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "f_of_a_flat_theta",
            {QUOTIENT: "(f(plus.ravel()) - f(minus.ravel())) / (2 * eps)"},
            "f is given one long vector, whatever the shape of theta: `f(theta.ravel())`",
            passes=(one_axis,),
            credit=SLIP,
        ),
        Wrong(
            "only_the_last",
            {RETURN: "return gradient.ravel()[-1]"},
            "only the derivative with respect to the last component is returned, as by a `return` in a wrong "
            "place",
            kind="wrong_shape",
        ),
        Wrong(
            "length",
            {RETURN: "return np.linalg.norm(gradient)"},
            "the length of the gradient is returned and not the gradient: `{}`",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "in place on its own copy, stepping back": """
            def numerical_gradient(f, theta, *, eps=1e-5):
                theta = theta.astype(float)
                grad = np.empty_like(theta)
                it = np.nditer(theta, flags=["multi_index"])
                while not it.finished:
                    r = it.multi_index
                    theta[r] += eps
                    above = f(theta)
                    theta[r] -= 2 * eps
                    below = f(theta)
                    theta[r] += eps
                    grad[r] = (above - below) / 2 / eps
                    it.iternext()
                return grad
        """,
        "unit vectors": """
            def numerical_gradient(f, theta, *, eps=1e-5):
                gradient = np.zeros(theta.size)
                for r, e in enumerate(np.eye(theta.size)):
                    e = eps * e.reshape(theta.shape)
                    gradient[r] = (f(theta + e) - f(theta - e)) / (2 * eps)
                return gradient.reshape(theta.shape)
        """,
        "a list, then an array": """
            def numerical_gradient(f, theta, eps=1e-5):
                flat, slopes = [float(t) for t in theta.ravel()], []
                for r in range(len(flat)):
                    plus, minus = list(flat), list(flat)
                    plus[r], minus[r] = flat[r] + eps, flat[r] - eps
                    plus, minus = np.reshape(plus, theta.shape), np.reshape(minus, theta.shape)
                    slopes.append(0.5 * (f(plus) - f(minus)) / eps)
                return np.reshape(slopes, theta.shape).tolist()
        """,
        "as floating point first": """
            def numerical_gradient(f, theta, *, eps=1e-5):
                theta = theta.astype(float)
                gradient = np.zeros_like(theta)
                for r in np.ndindex(theta.shape):
                    plus = theta.copy()
                    minus = theta.copy()
                    plus[r] = theta[r] + eps
                    minus[r] = theta[r] - eps
                    gradient[r] = (f(plus) - f(minus)) / (2 * eps)
                return gradient
        """,
        "mean of forward and backward": """
            def numerical_gradient(f, theta, *, eps=1e-5):
                theta = np.asarray(theta, dtype=np.float64)
                middle, gradient = f(theta), np.zeros_like(theta)
                for r in np.ndindex(theta.shape):
                    plus, minus = theta.copy(), theta.copy()
                    plus[r] += eps
                    minus[r] -= eps
                    gradient[r] = ((f(plus) - middle) / eps + (middle - f(minus)) / eps) / 2
                return gradient
        """,
        "views of the flat array, single precision out": """
            def numerical_gradient(f, theta, *, eps=1e-5):
                point = np.array(theta, dtype=float)
                flat, gradient = point.reshape(-1), []
                for r, old in enumerate(flat.copy()):
                    values = []
                    for t in (old + eps, old - eps):
                        flat[r] = t
                        values.append(f(point))
                    flat[r] = old
                    gradient.append((values[0] - values[1]) / (2 * eps))
                return np.array(gradient, dtype=np.float32).reshape(point.shape)
        """,
        "single precision where it is given": """
            def numerical_gradient(f, theta, *, eps=1e-5):
                point = theta.copy() if theta.dtype.kind == "f" else theta.astype(float)
                gradient = np.zeros_like(point)
                for r in np.ndindex(point.shape):
                    old = point[r]
                    point[r] = old + eps
                    above = f(point)
                    point[r] = old - eps
                    gradient[r] = (above - f(point)) / (2 * eps)
                    point[r] = old
                return gradient
        """,
    },
)
