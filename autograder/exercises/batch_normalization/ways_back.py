"""Backward passes with a forward pass of their own, from which they take what no other one keeps."""

from autograder.catalogue import Wrong
from autograder.exercises.batch_normalization.batchnorm_forward import BATCHNORM_FORWARD, RETURN
from autograder.exercises.batch_normalization.division import RIGHT as STD
from autograder.exercises.batch_normalization.sections import BACKWARD, EPSILON
from autograder.exercises.credit import SLIP


OUTSIDE, NO_EPS = {STD: "np.sqrt(var) + eps"}, {STD: "np.sqrt(var)"}
DZ, DGAMMA = "(dz_norm - mean - z_norm * slope) / std", "(dout * z_norm).sum(axis=0)"


def there_and_back(
    other: str, dz: str, dgamma: str = DGAMMA, *, forward: dict[str, str] | None = None, std: str = "std"
) -> str:
    """A change of the solution of `batchnorm_forward`, which hands an `other` value over besides, and a way
    back with a formula for dz."""
    if BATCHNORM_FORWARD.solution is None:
        raise TypeError("there is no solution to change")
    change = {**(forward or {}), RETURN: f"return out, (z_norm, {std}, gamma, {other})"}
    return f"""{BATCHNORM_FORWARD.solution.changed(change).text}


def batchnorm_backward(dout, cache):
    z_norm, std, gamma, other = cache
    dz_norm = gamma * dout
    mean, slope = dz_norm.mean(axis=0), (dz_norm * z_norm).mean(axis=0)
    return {dz}, {dgamma}, dout.sum(axis=0)
"""


WAYS_BACK = (
    Wrong(
        "eps_outside_the_root",
        there_and_back(
            "np.sqrt(var)",
            "(dz_norm - mean - z_norm * slope * std / np.where(other > 0, other, 1)) / std",
            forward=OUTSIDE,
        ),
        "eps is added to the root and not under it, as on the slides: `{}`".format(*OUTSIDE.values()),
        parts=(2,),
        read=EPSILON,
        kind="convention",
        convention=True,
    ),
    Wrong(
        "eps_outside_the_root_and_not_in_the_derivative",
        there_and_back(
            "np.sqrt(var)", "(dz_norm - mean - z_norm * slope * std / other) / std", forward=OUTSIDE
        ),
        "eps is added to the root, as on the slides, and the way back divides by the root itself, which is 0 "
        "for a constant feature: `(z - mu) / np.sqrt(var)`",
        parts=(2,),
        read=EPSILON,
        credit=SLIP,
        kind="not_finite",
    ),
    Wrong(
        "eps_on_the_way_back_alone",
        there_and_back("np.sqrt(var + eps)", "(dz_norm - mean - z_norm * slope) / other", forward=NO_EPS),
        "`z_norm` was made without eps, while dz divides by a root with eps: `np.sqrt(var + eps)`",
        parts=(2,),
        read=EPSILON,
        kind="not_finite",
    ),
    Wrong(
        "no_eps_on_the_way_back",
        there_and_back("None", DZ, std="np.sqrt(var)"),
        "dz divides by a root without eps, unlike the forward pass: `np.sqrt(var)`",
        parts=(1, 2),
        read=EPSILON,
        kind="not_finite",
    ),
    Wrong(
        "no_eps_in_any_derivative",
        there_and_back("np.sqrt(var)", "(dz_norm - mean - z_norm * slope * (std / other) ** 2) / other"),
        "eps is missing in the derivatives, unlike in the forward pass: `var**(-3/2)`",
        parts=(1, 2),
        read=EPSILON,
        kind="not_finite",
    ),
    Wrong(
        "dgamma_of_the_input",
        there_and_back("z", DZ, "(dout * other).sum(axis=0)"),
        "gamma multiplies `z` and not `z_norm`: `dgamma = (dout * z).sum(axis=0)`",
        parts=(0, 2),
        read=BACKWARD,
    ),
    Wrong(
        "dgamma_of_the_output",
        there_and_back("out", DZ, "(dout * other).sum(axis=0)"),
        "gamma multiplies the output and not `z_norm`: `dgamma = (dout * out).sum(axis=0)`",
        parts=(0, 2),
        read=BACKWARD,
    ),
    Wrong(
        "mean_for_the_count",
        there_and_back(
            "mu", "(dz_norm - mean * len(dout) / other - z_norm * slope * len(dout) / other) / std"
        ),
        "sums are divided by the mean `mu` where the number of examples belongs: `dz_norm.sum(axis=0) / mu`",
        parts=(1, 2),
        read=BACKWARD,
    ),
    Wrong(
        "without_eps_there_and_back",
        there_and_back("None", DZ, forward=NO_EPS),
        "eps is missing on the way forward already, and the way back fits that: `np.sqrt(var)`",
        parts=(2,),
        read=EPSILON,
        kind="not_finite",
    ),
)
