from collections.abc import Callable

import numpy as np

from advsec import bias_variance
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, Seeded, call
from autograder.exercises.bias_variance.sections import CROSS_VALIDATION
from autograder.exercises.credit import SLIP
from autograder.properties.folds import shuffled_folds


ORDER, FOLDS = "rng.permutation(m)", "np.array_split(order, k)"
TRAIN, PAIR = "np.concatenate(folds[:i] + folds[i + 1 :])", "pairs.append((train, folds[i]))"
ONE_EACH = "as many folds as rows"
EVEN = ("rows that divide evenly", ONE_EACH)


def split(m: int, k: int) -> Callable[[np.random.Generator], tuple[Call, ...]]:
    """The same rows with two generators."""

    def draw(rng: np.random.Generator) -> tuple[Call, ...]:
        return tuple(call(m, k, rng=Seeded(int(seed))) for seed in rng.integers(2**32, size=2))

    return draw


K_FOLD_INDICES = exercise(
    solution="""
        def k_fold_indices(m, k, *, rng):
            order = rng.permutation(m)
            folds = np.array_split(order, k)
            pairs = []
            for i in range(k):
                train = np.concatenate(folds[:i] + folds[i + 1 :])
                pairs.append((train, folds[i]))
            return pairs
    """,
    reference=bias_variance.k_fold_indices,
    points=4,
    read=CROSS_VALIDATION,
    probes=(
        Probe(EVEN[0], split(20, 4), holds=shuffled_folds),
        Probe("a remainder", split(26, 6), holds=shuffled_folds),
        Probe(ONE_EACH, split(7, 7), holds=shuffled_folds),
        Probe("a larger remainder", split(40, 7), holds=shuffled_folds, public=False),
        Probe("many rows", split(203, 5), holds=shuffled_folds, public=False),
    ),
    misconceptions=(
        Wrong(
            "not_shuffled",
            {ORDER: "np.arange(m)"},
            "the rows are cut into folds in the order in which they stand, which may be sorted by what is to "
            "be predicted: `{}`",
            passes=(ONE_EACH,),
        ),
        Wrong(
            "dealt_in_turn",
            {ORDER: "np.arange(m)", FOLDS: "[order[i::k] for i in range(k)]"},
            "every k-th row goes into the same fold, so that nothing is left to chance: `range(i, m, k)`",
            passes=(ONE_EACH,),
        ),
        Wrong(
            "shuffled_too_late",
            {ORDER: "np.arange(m)", FOLDS: "[rng.permutation(fold) for fold in np.array_split(order, k)]"},
            "rows are shuffled within a fold that was cut before: `{}` and then a shuffle of each fold",
            passes=(ONE_EACH,),
        ),
        Wrong(
            "same_for_every_generator",
            {"": "rng = np.random.default_rng(0)"},
            "the function brings its own seed and does not use the generator that it is given, so that the "
            "folds are always the same: `{}`",
            passes=(ONE_EACH,),
        ),
        Wrong(
            "drawn_anew",
            {"train = ": "folds = np.array_split(rng.permutation(m), k)\ntrain = "},
            "rows are drawn anew for each pair, so that some validate several times and others never",
        ),
        Wrong(
            "drawn_with_replacement",
            {ORDER: "rng.integers(m, size=m)"},
            "rows are drawn with replacement, as for a bootstrap: `{}`",
        ),
        Wrong(
            "remainder_dropped",
            {FOLDS: "[order[i * (m // k) : (i + 1) * (m // k)] for i in range(k)]"},
            "the rows that are left over by `m // k` are in no fold: "
            "`order[i * (m // k) : (i + 1) * (m // k)]`",
            passes=EVEN,
            credit=SLIP,
        ),
        Wrong(
            "remainder_in_one_fold",
            {FOLDS: "[order[i * (m // k) : (i + 1) * (m // k) if i < k - 1 else m] for i in range(k)]"},
            "all rows that are left over by `m // k` go into the last fold, which is larger than the others",
            passes=EVEN,
            credit=SLIP,
        ),
        Wrong(
            "last_fold_smaller",
            {FOLDS: "[order[i * -(-m // k) : (i + 1) * -(-m // k)] for i in range(k)]"},
            "the size of the folds is rounded up, which leaves too few rows for the last one: "
            "`int(np.ceil(m / k))`",
            passes=EVEN,
            credit=SLIP,
        ),
        Wrong(
            "sizes",
            {ORDER: "rng.integers(k, size=m)", FOLDS: "[np.flatnonzero(order == i) for i in range(k)]"},
            "each row chooses its fold by itself, so that the folds differ in size: "
            "`rng.integers(k, size=m)`",
        ),
        Wrong(
            "trains_on_all",
            {TRAIN: "order"},
            "all rows train each model, also those that validate it",
        ),
        Wrong(
            "train_is_val",
            {TRAIN: "folds[i]"},
            "the rows that train a model validate it as well",
        ),
        Wrong(
            "swapped",
            {PAIR: "pairs.append((folds[i], train))"},
            "train and val are swapped: one fold trains each model and all others validate it",
        ),
        Wrong(
            "earlier_folds",
            {TRAIN: "np.concatenate([order[:0], *folds[:i]])"},
            "only the folds before its own train a model, as with time series: `folds[:i]`",
        ),
        Wrong(
            "one_other_fold",
            {TRAIN: "folds[i - 1]"},
            "a single other fold trains each model, and not all of them: `{}`",
        ),
        Wrong(
            "train_in_pieces",
            {TRAIN: "folds[:i] + folds[i + 1 :]"},
            "train is a list of the other folds, which are not joined into one array of row numbers: `{}`",
            passes=(ONE_EACH,),
        ),
        Wrong(
            "only_vals",
            {PAIR: "pairs.append(folds[i])"},
            "only the rows that validate are returned, and not those that train: `{}`",
        ),
        Wrong(
            "number_of_folds",
            {"range(k)": "range(k - 1)"},
            "the number of pairs is not the number of folds, as with a loop that ends one too early",
        ),
        Wrong(
            "folds_of_k_rows",
            {"": "k = -(-m // k)"},
            "`k` is taken for the number of rows in a fold",
        ),
        Wrong(
            "counted_from_one",
            {ORDER: "1 + rng.permutation(m)"},
            "rows are counted from 1 and not from 0: `{}`",
        ),
        Wrong(
            "masks",
            {PAIR: "pairs.append((~np.isin(np.arange(m), folds[i]), np.isin(np.arange(m), folds[i])))"},
            "a truth value is returned for each row, where row numbers are asked for: "
            "`np.isin(np.arange(m), val)`",
        ),
    ),
    alternatives={
        "a shuffled array, slices and sets": """
            def k_fold_indices(m, k, *, rng):
                order = np.arange(m)
                rng.shuffle(order)
                cuts = [m * i // k for i in range(k + 1)]
                vals = [order[start:stop] for start, stop in zip(cuts, cuts[1:])]
                return [(np.array(sorted(set(range(m)) - set(val.tolist()))), val) for val in vals]
        """,
        "every k-th of a permutation, as lists": """
            def k_fold_indices(m, k, rng):
                order = [int(row) for row in rng.permutation(m)]
                folds = [order[i::k] for i in range(k)]
                return [([row for row in order if row not in fold], fold) for fold in folds]
        """,
        "shuffled labels": """
            def k_fold_indices(m, k, *, rng):
                label = rng.permuted(np.arange(m) % k)
                return [(np.flatnonzero(label != i), np.flatnonzero(label == i)) for i in range(k)]
        """,
        "sorted random numbers, as a tuple": """
            def k_fold_indices(m, k, *, rng):
                folds = np.array_split(np.argsort(rng.random(m)), k)
                return tuple((np.delete(np.arange(m), np.sort(fold)), np.sort(fold)) for fold in folds)
        """,
        "the global generator": """
            def k_fold_indices(m, k, *, rng):
                order, pairs, start = np.random.permutation(m), [], 0
                for i in range(k):
                    stop = start + m // k + (i < m % k)
                    pairs.append([np.concatenate([order[:start], order[stop:]]), order[start:stop]])
                    start = stop
                return pairs
        """,
        "drawn fold by fold": """
            def k_fold_indices(m, k, *, rng):
                left, pairs = set(range(m)), []
                for i in range(k):
                    val = rng.choice(sorted(left), size=len(left) // (k - i), replace=False)
                    left -= set(val.tolist())
                    pairs.append((np.setdiff1d(np.arange(m), val), val))
                return pairs
        """,
    },
)
