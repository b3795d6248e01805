import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advsec import batchnorm
from autograder.catalogue import Wrong, exercise
from autograder.compare import Tolerance
from autograder.exercise import Call, Earlier, GradientOf, Probe, call
from autograder.exercises.batch_normalization.batchnorm_forward import batchnorm_forward
from autograder.exercises.batch_normalization.inputs import (
    away_from_zero,
    features,
    in_single,
    large_eps,
    scale,
    shift,
    small_features,
    whole_features,
)
from autograder.exercises.batch_normalization.rules import fractions
from autograder.exercises.batch_normalization.sections import BACKWARD
from autograder.exercises.batch_normalization.ways_back import WAYS_BACK
from autograder.exercises.credit import SLIP


UNPACK = "z_norm, std, gamma = cache"
DBETA, DGAMMA = "dout.sum(axis=0)", "(dout * z_norm).sum(axis=0)"
MEAN_PATH, VARIANCE_PATH = "dz_norm.mean(axis=0)", "z_norm * (dz_norm * z_norm).mean(axis=0)"
DZ = f"(dz_norm - {MEAN_PATH} - {VARIANCE_PATH}) / std"
RETURN = "return dz, dgamma, dbeta"


@functools.wraps(batchnorm.batchnorm_backward)
def batchnorm_backward(dout: NDArray, cache: tuple[NDArray, NDArray, NDArray]) -> tuple[NDArray, ...]:
    """With the cache of the solution of `batchnorm_forward`."""
    z_norm, std, gamma = cache
    whole = batchnorm.BatchNormCache(z_norm, std, std, gamma, np.zeros_like(std), std**2, 0)
    return batchnorm.batchnorm_backward(dout, whole)


def forward(rng: np.random.Generator, z: NDArray, **eps: Any) -> Call:
    n = z.shape[1]
    gamma, beta = scale(rng, n), shift(rng, n)
    return call(z, gamma, beta, **(eps or {"eps": large_eps(rng)}), function="batchnorm_forward")


def gradient(rng: np.random.Generator, m: int, n: int) -> NDArray:
    return away_from_zero(rng, 0.5, 3, m, n)


def there_and_back(rng: np.random.Generator, z: NDArray) -> tuple[Call, ...]:
    return forward(rng, z), call(gradient(rng, *z.shape), Earlier(0, 1))


def two_batches(rng: np.random.Generator, *shapes: tuple[int, int]) -> tuple[Call, ...]:
    """Both forward passes come first, and each way back has its own cache."""
    there = tuple(forward(rng, features(rng, *shape)) for shape in shapes)
    return *there, *(call(gradient(rng, *shape), Earlier(i, 1)) for i, shape in enumerate(shapes))


def wrong_dz(name: str, dz: str, message: str) -> Wrong:
    return Wrong(name, {DZ: dz}, message, parts=(1, 2))


def wrong_dgamma(name: str, dgamma: str, message: str, kind: str = "wrong_values") -> Wrong:
    return Wrong(name, {DGAMMA: dgamma}, message, parts=(0, 2), kind=kind)


def wrong_dbeta(name: str, dbeta: str, message: str, kind: str = "wrong_values") -> Wrong:
    return Wrong(name, {DBETA: dbeta}, message, parts=(0, 1), kind=kind)


BATCHNORM_BACKWARD = exercise(
    solution="""
        def batchnorm_backward(dout, cache):
            z_norm, std, gamma = cache
            dbeta = dout.sum(axis=0)
            dgamma = (dout * z_norm).sum(axis=0)
            dz_norm = gamma * dout
            dz = (dz_norm - dz_norm.mean(axis=0) - z_norm * (dz_norm * z_norm).mean(axis=0)) / std
            return dz, dgamma, dbeta
    """,
    reference=batchnorm_backward,
    beside={"batchnorm_forward": batchnorm_forward},
    gradient_of=GradientOf("batchnorm_forward", wrt=(0, 1, 2)),
    points=6,
    read=BACKWARD,
    tolerance=Tolerance(columns_as_vectors=True),
    probes=(
        Probe("a batch of six", lambda rng: there_and_back(rng, features(rng, 6, 3))),
        Probe(
            "small numbers, a constant feature, and eps as it stands",
            lambda rng: (
                forward(rng, small_features(rng, 8, 3), eps=1e-5),
                call(gradient(rng, 8, 3), Earlier(0, 1)),
            ),
        ),
        Probe(
            "whole numbers",
            lambda rng: (
                forward(rng, whole_features(rng, 5, 2)),
                call(rng.integers(1, 9, (5, 2)), Earlier(0, 1)),
            ),
        ),
        Probe("two batches at a time", lambda rng: two_batches(rng, (4, 3), (5, 3)), public=False),
        Probe("one feature, and many", lambda rng: two_batches(rng, (7, 1), (3, 5)), public=False),
        Probe("one example, and four", lambda rng: two_batches(rng, (1, 3), (4, 3)), public=False),
        Probe(
            "single precision",
            lambda rng: tuple(map(in_single, there_and_back(rng, features(rng, 7, 2)))),
            public=False,
        ),
    ),
    misconceptions=(
        wrong_dz(
            "statistics_taken_for_constants",
            "dz_norm / std",
            "mean and variance of the batch are taken for constants, although every example moves them: `{}`",
        ),
        wrong_dz(
            "no_path_through_the_mean",
            f"(dz_norm - {VARIANCE_PATH}) / std",
            "the path through the mean is missing, so that the gradients of a batch do not add up to 0: "
            "`dz_norm - z_norm * ...`",
        ),
        wrong_dz(
            "no_path_through_the_variance",
            f"(dz_norm - {MEAN_PATH}) / std",
            "the path through the variance is missing: `{}`",
        ),
        wrong_dz(
            "sums_for_means",
            "(dz_norm - dz_norm.sum(axis=0) - z_norm * (dz_norm * z_norm).sum(axis=0)) / std",
            "both paths through the statistics are m times too strong, because sums stand where means "
            "belong: `dz_norm.sum(axis=0)`",
        ),
        wrong_dz(
            "sum_on_the_path_through_the_mean",
            f"(dz_norm - dz_norm.sum(axis=0) - {VARIANCE_PATH}) / std",
            "the path through the mean is m times too strong: `dz_norm.sum(axis=0)`",
        ),
        wrong_dz(
            "sum_on_the_path_through_the_variance",
            f"(dz_norm - {MEAN_PATH} - z_norm * (dz_norm * z_norm).sum(axis=0)) / std",
            "the path through the variance is m times too strong: `z_norm * (dz_norm * z_norm).sum(axis=0)`",
        ),
        wrong_dz(
            "one_less_on_the_path_through_the_variance",
            f"(dz_norm - {MEAN_PATH} - {VARIANCE_PATH} * len(dout) / max(len(dout) - 1, 1)) / std",
            "the path through the variance divides by m - 1, while the variance itself divides by m",
        ),
        wrong_dz(
            "path_through_the_variance_doubled",
            f"(dz_norm - {MEAN_PATH} - 2 * {VARIANCE_PATH}) / std",
            "the path through the variance is twice too strong: the 1/2 of the root is missing",
        ),
        wrong_dz(
            "path_through_the_variance_halved",
            f"(dz_norm - {MEAN_PATH} - {VARIANCE_PATH} / 2) / std",
            "the path through the variance is only half as strong: the 2 of the square is missing",
        ),
        wrong_dz(
            "power_of_the_variance",
            f"(dz_norm - {MEAN_PATH} - std**2 * {VARIANCE_PATH}) / std",
            "the derivative of 1 / std has the wrong power of the variance: `-1/2 * (var + eps)**(-1/2)`",
        ),
        wrong_dz(
            "one_power_of_std_less",
            f"(dz_norm - {MEAN_PATH} - std * {VARIANCE_PATH}) / std",
            "the path through the variance takes `z - mu` where `z_norm` belongs, once",
        ),
        wrong_dz(
            "sign_of_the_path_through_the_mean",
            f"(dz_norm + {MEAN_PATH} - {VARIANCE_PATH}) / std",
            "the path through the mean has the wrong sign: `dz_norm + ...`",
        ),
        wrong_dz(
            "sign_of_the_path_through_the_variance",
            f"(dz_norm - {MEAN_PATH} + {VARIANCE_PATH}) / std",
            "the path through the variance has the wrong sign: `+ z_norm * ...`",
        ),
        wrong_dz(
            "both_signs",
            f"(dz_norm + {MEAN_PATH} + {VARIANCE_PATH}) / std",
            "both paths through the statistics have the wrong sign: `dz_norm + ... + z_norm * ...`",
        ),
        wrong_dz("not_divided", DZ.removesuffix(" / std"), "nothing is divided by std: `dz_norm - ...`"),
        wrong_dz(
            "divided_by_the_variance", f"{DZ}**2", "std is divided by twice, or the variance in place of it"
        ),
        wrong_dz("multiplied_by_std", DZ.replace("/ std", "* std"), "std multiplies where it should divide"),
        wrong_dz(
            "m_times_too_large",
            f"{DZ} * len(dout)",
            "dz is m times too large, because a common factor 1 / m is left out: `m * dz_norm - ...`",
        ),
        wrong_dz(
            "only_gamma", "dz_norm", "only gamma is taken into account, and neither std nor the statistics"
        ),
        wrong_dz("dout_itself", "1 * dout", "the gradient is passed on as it came: `dz = dout`"),
        Wrong(
            "no_gamma",
            {"gamma * dout": "1 * dout"},
            "gamma is missing on the way to `z`: `dz_norm = dout`",
            parts=(1, 2),
        ),
        Wrong(
            "gamma_divides",
            {"gamma * dout": "dout / gamma"},
            "gamma is divided by on the way to `z`: `dz_norm = {}`",
            parts=(1, 2),
        ),
        wrong_dz(
            "paths_without_gamma",
            "(dz_norm - dout.mean(axis=0) - z_norm * (dout * z_norm).mean(axis=0)) / std",
            "gamma is missing on the paths through the statistics: `dout.mean(axis=0)`",
        ),
        wrong_dz(
            "each_example_by_itself",
            "dz_norm * (1 - 1 / len(dout) - z_norm**2 / len(dout)) / std",
            "each entry of `z_norm` is differentiated by its own `z` alone, and the others that it moves "
            "are left out: `dout * dz_norm_dz`, entry by entry",
        ),
        wrong_dz(
            "without_dout",
            "gamma * (1 - 1 / len(dout) - z_norm**2 / len(dout)) / std + 0 * dout",
            "the derivative of the output is returned without the gradient that comes in: `dout` is not used",
        ),
        wrong_dz(
            "means_of_everything",
            "(dz_norm - dz_norm.mean() - z_norm * (dz_norm * z_norm).mean()) / std",
            "the means are taken of all numbers together, because the axis is missing: `dz_norm.mean()`",
        ),
        wrong_dz(
            "means_along_rows",
            "(dz_norm - dz_norm.mean(axis=1, keepdims=True)"
            " - z_norm * (dz_norm * z_norm).mean(axis=1, keepdims=True)) / std",
            "the means are taken over the features of each example: `dz_norm.mean(axis=1, keepdims=True)`",
        ),
        wrong_dgamma(
            "dgamma_is_a_mean",
            "(dout * z_norm).mean(axis=0)",
            "dgamma is a mean over the batch, while every example adds its own: `{}`",
        ),
        wrong_dgamma("dgamma_of_dout", "1 * dout.sum(axis=0)", "dgamma is the same as dbeta"),
        wrong_dgamma(
            "dgamma_of_z",
            "(dout * z_norm * std).sum(axis=0)",
            "gamma multiplies `z - mu` and not `z_norm`: `dgamma = (dout * (z - mu)).sum(axis=0)`",
        ),
        wrong_dgamma(
            "dgamma_times_gamma",
            "(gamma * dout * z_norm).sum(axis=0)",
            "gamma stands in its own gradient: `{}`",
        ),
        wrong_dgamma(
            "dgamma_squared", "(dout * z_norm**2).sum(axis=0)", "dgamma has the square of `z_norm`: `{}`"
        ),
        wrong_dgamma("dgamma_without_dout", "z_norm.sum(axis=0)", "`dout` is missing in dgamma: `{}`"),
        wrong_dgamma(
            "dgamma_over_std", "(dout * z_norm / std).sum(axis=0)", "dgamma is divided by std: `{}`"
        ),
        wrong_dgamma(
            "dgamma_not_summed", "dout * z_norm", "dgamma is not added up over the batch: `{}`", "wrong_shape"
        ),
        wrong_dgamma(
            "one_dgamma_for_all",
            "(dout * z_norm).sum()",
            "dgamma is added up over everything, because the axis is missing: `{}`",
            "wrong_shape",
        ),
        wrong_dbeta(
            "dbeta_is_a_mean",
            "dout.mean(axis=0)",
            "dbeta is a mean over the batch, while every example adds its own: `{}`",
        ),
        wrong_dbeta("dbeta_times_gamma", "(gamma * dout).sum(axis=0)", "dbeta is multiplied by gamma: `{}`"),
        wrong_dbeta("dbeta_not_summed", "dout", "dbeta is not added up over the batch: `{}`", "wrong_shape"),
        wrong_dbeta(
            "one_dbeta_for_all",
            "dout.sum()",
            "dbeta is added up over everything, because the axis is missing: `{}`",
            "wrong_shape",
        ),
        wrong_dbeta("dbeta_is_one", "0 * dout.sum(axis=0) + 1", "dbeta is 1, without `dout`: `dbeta = 1`"),
        Wrong(
            "dgamma_and_dbeta_are_means",
            {DGAMMA: "(dout * z_norm).mean(axis=0)", DBETA: "dout.mean(axis=0)"},
            "dgamma and dbeta are means over the batch, while every example adds its own: `.mean(axis=0)`",
            parts=(0,),
        ),
        Wrong(
            "sums_along_rows",
            {DGAMMA: "(dout * z_norm).sum(axis=1)", DBETA: "dout.sum(axis=1)"},
            "dgamma and dbeta are added up over the features of each example: `axis=1`",
            parts=(0,),
            kind="wrong_shape",
        ),
        Wrong(
            "dgamma_and_dbeta_swapped",
            {RETURN: "return dz, dbeta, dgamma"},
            "dbeta is returned before dgamma: `{}`",
            parts=(0,),
        ),
        Wrong(
            "dz_last",
            {RETURN: "return dgamma, dbeta, dz"},
            "dz is returned last: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "no_dz",
            {RETURN: "return None, dgamma, dbeta"},
            "dz is not worked out at all: `dz = None`",
            parts=(1, 2),
            kind="returned_none",
        ),
        Wrong("only_dz", {RETURN: "return dz"}, "dz is returned without dgamma and dbeta", kind="wrong_type"),
        *(
            Wrong(
                f"cache_unpacked_as_{'_'.join(order)}",
                {UNPACK: f"{', '.join(order)} = cache"},
                "the cache is unpacked in another order than `batchnorm_forward` packs it, so that each name "
                "stands for another one's numbers",
                parts=parts,
                kind=kind,
            )
            for order, parts, kind in (
                (("z_norm", "gamma", "std"), (1, 2), "wrong_values"),
                (("std", "z_norm", "gamma"), (2,), "not_finite"),
                (("gamma", "std", "z_norm"), (2,), "wrong_values"),
            )
        ),
        Wrong(
            "cut_to_whole_numbers",
            {RETURN: "return dz.astype(dout.dtype), dgamma, dbeta"},
            "where dout holds whole numbers dz is cut to whole numbers, because it is stored in an array of "
            "their type: `np.zeros_like(dout)`",
            passes=(fractions,),
            parts=(1, 2),
            credit=SLIP,
        ),
        *WAYS_BACK,
    ),
    alternatives={
        "vectorised": """
            def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
                z_norm = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)
                return gamma * z_norm + beta, {"z": z, "gamma": gamma, "eps": eps, "z_norm": z_norm}


            def batchnorm_backward(dout, cache):
                z, z_norm, m = cache["z"], cache["z_norm"], len(dout)
                dbeta = np.sum(dout, axis=0)
                dgamma = np.sum(dout * z_norm, axis=0)
                factor = cache["gamma"] * (z.var(axis=0) + cache["eps"]) ** -0.5 / m
                return factor * (m * dout - dbeta - z_norm * dgamma), dgamma, dbeta
        """,
        "step by step": """
            def batchnorm_forward(z, gamma, beta, eps=1e-5):
                mu = np.mean(z, axis=0)
                zmu = z - mu
                var = np.mean(zmu**2, axis=0)
                sqrtvar = np.sqrt(var + eps)
                ivar = 1.0 / sqrtvar
                z_hat = zmu * ivar
                return gamma * z_hat + beta, (z_hat, gamma, zmu, ivar, sqrtvar, var, eps)


            def batchnorm_backward(dout, cache):
                z_hat, gamma, zmu, ivar, sqrtvar, var, eps = cache
                N, D = dout.shape
                dbeta = np.sum(dout, axis=0)
                dgamma = np.sum(dout * z_hat, axis=0)
                dz_hat = dout * gamma
                divar = np.sum(dz_hat * zmu, axis=0)
                dzmu1 = dz_hat * ivar
                dsqrtvar = -1.0 / (sqrtvar**2) * divar
                dvar = 0.5 * 1.0 / np.sqrt(var + eps) * dsqrtvar
                dsq = 1.0 / N * np.ones((N, D)) * dvar
                dzmu2 = 2 * zmu * dsq
                dz1 = dzmu1 + dzmu2
                dmu = -1 * np.sum(dzmu1 + dzmu2, axis=0)
                dz2 = 1.0 / N * np.ones((N, D)) * dmu
                return dz1 + dz2, dgamma, dbeta
        """,
        "the mean in the variance left out": """
            def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
                mu, var = z.mean(axis=0), z.var(axis=0)
                return gamma * (z - mu) / np.sqrt(var + eps) + beta, [z, mu, var, gamma, eps]


            def batchnorm_backward(dout, cache):
                z, mu, var, gamma, eps = cache
                m = z.shape[0]
                dz_norm = dout * gamma
                dvar = np.sum(dz_norm * (z - mu) * -0.5 * (var + eps) ** -1.5, axis=0)
                dmu = np.sum(-dz_norm / np.sqrt(var + eps), axis=0)
                dz = dz_norm / np.sqrt(var + eps) + dvar * 2 * (z - mu) / m + dmu / m
                return dz, np.sum(dout * (z - mu) / np.sqrt(var + eps), axis=0), np.sum(dout, axis=0)
        """,
        "loop over features, keeps two axes": """
            def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
                mu, var = z.mean(0, keepdims=True), z.var(0, keepdims=True)
                return gamma * (z - mu) / np.sqrt(var + eps) + beta, (z, mu, var, gamma, eps)


            def batchnorm_backward(dout, cache):
                z, mu, var, gamma, eps = cache
                m, n = z.shape
                dz, dgamma, dbeta = np.zeros((m, n)), np.zeros((1, n)), np.zeros((1, n))
                for j in range(n):
                    std = np.sqrt(var[0, j] + eps)
                    z_norm = (z[:, j] - mu[0, j]) / std
                    jacobian = (np.eye(m) - 1 / m - np.outer(z_norm, z_norm) / m) / std
                    dz[:, j] = jacobian @ (gamma[j] * dout[:, j])
                    dgamma[0, j], dbeta[0, j] = dout[:, j] @ z_norm, dout[:, j].sum()
                return dz, dgamma, dbeta
        """,
        "examples in columns": """
            def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
                Z = z.T
                mu = Z.mean(axis=1, keepdims=True)
                std = np.sqrt(Z.var(axis=1, keepdims=True) + eps)
                Z_norm = (Z - mu) / std
                return (gamma[:, None] * Z_norm + beta[:, None]).T, dict(Z_norm=Z_norm, std=std, gamma=gamma)


            def batchnorm_backward(dout, cache):
                dOut, Z_norm = dout.T, cache["Z_norm"]
                dgamma = np.sum(dOut * Z_norm, axis=1, keepdims=True)
                dbeta = np.sum(dOut, axis=1, keepdims=True)
                m = dOut.shape[1]
                dZ = (dOut - dbeta / m - Z_norm * dgamma / m) * cache["gamma"][:, None] / cache["std"]
                return dZ.T, dgamma, dbeta
        """,
        "in place on its own copy": """
            def batchnorm_backward(dout, cache):
                z_norm, std, gamma = cache
                dz = np.array(dout, dtype=float)
                dgamma, dbeta = np.einsum("ij,ij->j", dout, z_norm), np.ones(len(dout)) @ dout
                dz -= dbeta / len(dout)
                dz -= z_norm * dgamma / len(dout)
                dz *= gamma
                dz /= std
                return [dz, dgamma, dbeta]
        """,
        "lists and tuples": """
            def batchnorm_backward(dout, cache):
                z_norm, std, gamma = cache
                m, n = dout.shape
                dgamma = [sum(dout[i, j] * z_norm[i, j] for i in range(m)) for j in range(n)]
                dbeta = [sum(dout[i, j] for i in range(m)) for j in range(n)]
                dz = [
                    [
                        gamma[j] / std[j] * (dout[i, j] - dbeta[j] / m - z_norm[i, j] * dgamma[j] / m)
                        for j in range(n)
                    ]
                    for i in range(m)
                ]
                return dz, dgamma, dbeta
        """,
        "single precision": """
            def batchnorm_backward(dout, cache):
                z_norm, std, gamma = map(np.float32, cache)
                dout = dout.astype(np.float32)
                dz_norm = gamma * dout
                dgamma, dbeta = (dout * z_norm).sum(axis=0), dout.sum(axis=0)
                mean, slope = dz_norm.mean(axis=0), (dz_norm * z_norm).mean(axis=0)
                return (dz_norm - mean - z_norm * slope) / std, dgamma, dbeta
        """,
    },
)
