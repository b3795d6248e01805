"""Wrong means and variances of a batch, as changes of a solution that takes them of `x` in two lines:
`mu = x.mean(axis=0)` and `var = ((x - mu) ** 2).mean(axis=0)`."""

from autograder.catalogue import Wrong
from autograder.exercise import Right


def wrong_statistics(
    x: str,
    read: str,
    *,
    passes: tuple[Right, ...] = (),
    mean_is_right: tuple[int, ...] = (),
) -> tuple[Wrong, ...]:
    """Of the batch `x`, a name in the solution. Where the statistics are returned too, `mean_is_right` is the
    place of the mean among the results.
    """
    mean, variance = f"{x}.mean(axis=0)", f"(({x} - mu) ** 2).mean(axis=0)"

    def of_variance(name: str, instead: str, message: str, kind: str = "wrong_values") -> Wrong:
        return Wrong(name, {variance: instead}, message, passes, mean_is_right, read, kind=kind)

    def of_both(name: str, mu: str, var: str, message: str) -> Wrong:
        return Wrong(name, {mean: mu, variance: var}, message, passes, read=read)

    def of_mean(name: str, instead: str, message: str) -> Wrong:
        return Wrong(name, {mean: instead}, message, passes, read=read)

    return (
        of_variance(
            "divides_by_one_less",
            f"(({x} - mu) ** 2).sum(axis=0) / np.float64(len({x}) - 1)",
            "the variance is divided by m - 1 in place of m, the number of examples: `var(axis=0, ddof=1)`",
        ),
        of_variance(
            "sum_of_squares",
            f"(({x} - mu) ** 2).sum(axis=0)",
            "the squared distances from the mean are added up and not divided by their number: `{}`",
        ),
        of_variance(
            "second_moment",
            f"({x}**2).mean(axis=0)",
            "the squares of the numbers themselves are averaged, not those of their distances from the "
            "mean: `{}`",
        ),
        of_variance(
            "difference_of_squares",
            f"mu**2 - ({x}**2).mean(axis=0)",
            "the two terms of the variance are swapped, so that it is negative: `{}`",
            "not_finite",
        ),
        of_variance(
            "mean_distance",
            f"np.abs({x} - mu).mean(axis=0)",
            "the distances from the mean are averaged without being squared: `{}`",
        ),
        of_variance(
            "squared_after_the_mean",
            f"({x} - mu).mean(axis=0) ** 2",
            "the distances from the mean are averaged first and squared then, so that they cancel: `{}`",
        ),
        of_variance(
            "one_variance_for_all",
            f"(({x} - mu) ** 2).mean()",
            "all features share one variance, because the axis is missing: `{}`",
        ),
        of_variance(
            "variance_of_everything",
            f"{x}.var()",
            "all features share one variance, that of all numbers together: `{}`",
        ),
        of_variance(
            "root_in_the_variance",
            f"{x}.std(axis=0)",
            "the standard deviation stands where the variance belongs: `var = {}`",
        ),
        of_both(
            "along_rows",
            f"{x}.mean(axis=1, keepdims=True)",
            f"(({x} - mu) ** 2).mean(axis=1, keepdims=True)",
            "each example is normalised over its own features, and not each feature over the examples: "
            "`axis=1` (that is layer normalisation)",
        ),
        of_both(
            "of_all_numbers",
            f"{x}.mean()",
            f"(({x} - mu) ** 2).mean()",
            "one mean and one variance are taken of all numbers together, because the axis is missing: `{}`",
        ),
        of_both(
            "divides_by_features",
            f"{x}.sum(axis=0) / {x}.shape[1]",
            f"(({x} - mu) ** 2).sum(axis=0) / {x}.shape[1]",
            f"both sums are divided by the number of features and not of examples: `{x}.shape[1]`",
        ),
        of_mean(
            "sum_for_mean",
            f"{x}.sum(axis=0)",
            "the sum of the examples stands where their mean belongs: `mu = {}`",
        ),
        of_mean("median", f"np.median({x}, axis=0)", "the median stands where the mean belongs: `mu = {}`"),
    )
