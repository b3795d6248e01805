"""What goes wrong with the factor of a unit, which dropout applies forwards and backwards alike."""

import re
from collections.abc import Iterator

from autograder.catalogue import Wrong
from autograder.exercises.credit import SLIP
from autograder.exercises.slips import fractions


# The probe on which nothing is dropped, and nothing has to be made up for.
EVERYTHING_KEPT = "keep_prob = 1"

# Name, formula for the values v, and what is wrong with it; those that are right where everything is kept.
UNNOTICED = (
    ("not_scaled", "v * mask", "the mask is applied, and nothing makes up for what is dropped: `{}`"),
    (
        "multiplied",
        "v * mask * keep_prob",
        "what is kept is made smaller and not larger, so that its mean shrinks twice: `{}`",
    ),
    ("not_masked", "v / keep_prob", "everything is scaled and nothing is dropped: `{}`"),
    (
        "only_multiplied",
        "v * keep_prob",
        "nothing is dropped and everything is made smaller, as direct dropout does at test time: `{}`",
    ),
    ("untouched", "v * 1.0", "nothing is dropped and nothing is scaled"),
    (
        "scaled_twice",
        "v * mask / keep_prob**2",
        "keep_prob divides twice, as it happens when the mask is scaled and its product once more: `{}`",
    ),
    (
        "square_root",
        "v * mask / np.sqrt(keep_prob)",
        "the second moment is kept in place of the mean: `{}`",
    ),
    (
        "share_of_this_mask",
        "v * mask / np.mean(mask)",
        "the share that this one mask happens to keep stands for the probability: `{}`",
    ),
    (
        "renormalised",
        "v * mask * np.sum(v) / np.sum(v * mask)",
        "what is kept is scaled until its sum is the old one, whatever keep_prob is: `{}`",
    ),
    (
        "dropped_stay",
        "np.where(mask, v / keep_prob, v)",
        "what is kept is scaled, and what should be dropped stays as it is: `{}`",
    ),
    ("one_row_for_all", "v * mask[:1] / keep_prob", "the first row of the mask is used for all: `mask[:1]`"),
    (
        "one_column_for_all",
        "v * mask[..., :1] / keep_prob",
        "the first column of the mask is used for all: `mask[:, :1]`",
    ),
)
NOTICED = (
    (
        "dropped_are_kept",
        "v * (1 - mask) / keep_prob",
        "the mask is turned round, so that `True` drops: `{}`",
    ),
    (
        "dropped_are_kept_and_not_scaled",
        "v * (1 - mask)",
        "the mask is turned round, so that `True` drops, and nothing is scaled: `{}`",
    ),
    (
        "multiplied_by_the_rest",
        "v * mask * (1 - keep_prob)",
        "what is kept is multiplied by the probability of dropping: `{}`",
    ),
    ("whole_part", "v * mask // keep_prob", "the quotient is cut to a whole number: `//`"),
)
INFINITE = (
    (
        "scaled_by_the_rest",
        "v * mask / (1 - keep_prob)",
        "keep_prob is taken for the probability of dropping: `{}`",
    ),
    (
        "all_turned_round",
        "v * (1 - mask) / (1 - keep_prob)",
        "keeping and dropping are swapped throughout, in the mask and in the scale: `{}`",
    ),
    (
        "factor_of_the_rest_without_a_mask",
        "v / (1 - keep_prob)",
        "nothing is dropped, and everything is divided by the probability of dropping: `{}`",
    ),
)


def scaling(values: str, others: tuple[str, ...]) -> tuple[Wrong, ...]:
    """The family of solutions that hold `{values} * mask / keep_prob`; `others` are the further probes."""
    right = f"{values} * mask / keep_prob"
    return (
        *_wrong(values, right, UNNOTICED, passes=(EVERYTHING_KEPT,)),
        *_wrong(values, right, NOTICED),
        *_wrong(values, right, INFINITE, kind="not_finite"),
        Wrong(
            "mask_compared_again",
            {right: f"{values} * (mask > keep_prob) / keep_prob"},
            "the mask is compared with keep_prob once more, which drops everything where keep_prob is 1: "
            "`mask > keep_prob`",
            passes=others,
            credit=SLIP,
        ),
        Wrong(
            "only_what_is_kept",
            {right: f"{values}[mask] / keep_prob"},
            "only the units that are kept are returned, without zeros in the places of the others: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_factor",
            {right: "mask / keep_prob"},
            f"the factor of each unit is returned, and `{values}` is not multiplied by it: `{{}}`",
        ),
        Wrong(
            "cut_to_whole_numbers",
            {right: f"({right}).astype({values}.dtype)"},
            "of whole numbers the result is cut to whole numbers, because it is stored in an array of their "
            f"type: `np.zeros_like({values})`",
            passes=(fractions,),
            credit=SLIP,
        ),
    )


def _wrong(
    values: str,
    right: str,
    rows: tuple[tuple[str, str, str], ...],
    passes: tuple[str, ...] = (),
    kind: str = "wrong_values",
) -> Iterator[Wrong]:
    for name, formula, message in rows:
        yield Wrong(name, {right: re.sub(r"\bv\b", values, formula)}, message, passes=passes, kind=kind)
