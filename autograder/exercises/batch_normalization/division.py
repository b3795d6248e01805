"""What goes wrong with eps and the root where features are divided by `std = np.sqrt(var + eps)`."""

from autograder.catalogue import Wrong
from autograder.exercise import Right
from autograder.exercises.batch_normalization.rules import eps_as_it_stands
from autograder.exercises.batch_normalization.sections import EPSILON


RIGHT = "np.sqrt(var + eps)"


def wrong_roots(
    read: str, *, no_eps: str = "not_finite", passes: tuple[Right, ...] = ()
) -> tuple[Wrong, ...]:
    """Changes of `np.sqrt(var + eps)`; `no_eps` is what becomes of a feature without variance where eps is
    missing, and `passes` are probes that do not look at the result."""

    def wrong(
        name: str,
        instead: str,
        message: str,
        right_on: tuple[Right, ...] = (),
        kind: str = "wrong_values",
        where: str = EPSILON,
    ) -> Wrong:
        return Wrong(name, {RIGHT: instead}, message, (*passes, *right_on), read=where, kind=kind)

    return (
        wrong(
            "no_eps",
            "np.sqrt(var)",
            "eps is not used, so that a feature without variance divides by zero: `{}`",
            kind=no_eps,
        ),
        wrong(
            "variance_for_std",
            "(var + eps)",
            "the variance is divided by in place of its root: `var + eps`",
            where=read,
        ),
        wrong(
            "variance_for_std_without_eps",
            "var",
            "the variance is divided by, without a root and without eps: `{}`",
            kind=no_eps,
            where=read,
        ),
        wrong(
            "eps_to_both",
            "(np.sqrt(var + eps) + eps)",
            "eps is added twice, under the root and outside: `{}`",
        ),
        wrong("eps_squared", "np.sqrt(var + eps**2)", "eps is squared, as if it were a spread: `{}`"),
        wrong(
            "eps_taken_away",
            "np.sqrt(var - eps)",
            "eps is taken away from the variance in place of being added: `{}`",
            kind=no_eps,
        ),
        wrong(
            "eps_as_a_floor",
            "np.sqrt(np.maximum(var, eps))",
            "eps is the least that is divided by, in place of being added: `{}`",
        ),
        wrong(
            "one_eps_for_all",
            "np.sqrt(var + 1e-5)",
            "eps is not the argument but always the same: `eps = 1e-5`",
            (eps_as_it_stands,),
        ),
        wrong(
            "another_eps_for_all",
            "np.sqrt(var + 1e-8)",
            "eps is not the argument but always the same: `eps = 1e-8`",
        ),
    )
