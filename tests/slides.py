"""What the course has to cover: the headings of the two documents behind it, and the experiments.

`tests.glance` looks up where the lectures do so. Until a lecture exists, its sections are only announced.
"""

from typing import NamedTuple


class Heading(NamedTuple):
    """A heading of the slides, or of the notes on batch normalisation, and the sections that treat it.

    `title` is as `advsec.errata` cites it; of several slides under one heading, each has a row of its own. A
    section is a number, or a heading without one.
    """

    title: str
    sections: tuple[str, ...]

    @property
    def lecture(self) -> int:
        """The lecture that treats most of it."""
        numbers = [int(section.split(".")[0]) for section in self.sections if section[0].isdigit()]
        return numbers[0]


def _headings(*rows: tuple[str, str]) -> tuple[Heading, ...]:
    return tuple(Heading(title, tuple(sections.split(", "))) for title, sections in rows)


HEADINGS = _headings(
    ("Lecture outline", "1.9, A map of the course"),
    ("Moving averages", "1.1"),
    ("Weighted moving averages", "1.4, 1.5, 1.6"),
    ("Exponentially weighted moving average", "1.2"),
    ("Exponentially weighted moving average (window)", "1.2, 1.3, 1.8"),
    ("Bias correction", "1.7"),
    ("Bias correction II", "1.7"),
    ("Optimization algorithms", "2.1"),
    ("Gradient descent", "2.1"),
    ("Gradient descent with momentum", "2.2"),
    ("RMSprop", "2.3"),
    ("Adaptive moment estimation (Adam)", "2.4"),
    ("AMSGrad", "2.5"),
    ("Marginal value of adaptive gradient methods", "2.6, 2.7"),
    ("Tuning the learning rate", "3.1"),
    ("Cyclical Learning Rates for Neural Networks", "3.2"),
    ("Estimating the learning rate", "3.3, 3.4"),
    ("SGD with Warm Restarts", "3.5"),
    ("Snapshot ensembles: Train 1, get M for free", "3.6"),
    ("Snapshot ensembles II", "3.7, 3.8"),
    ("Snapshot ensembles III", "3.9"),
    ("Gradient checking", "4.1, 4.2, 4.6, 4.7"),
    ("Algorithm for gradient checking", "4.3, 4.4, 4.5"),
    ("How to address overfitting", "5.1"),
    ("How to address overfitting (bias and variance)", "5.1, 5.2"),
    ("Bias-Variance Example", "5.3"),
    ("Diagnose bias-variance", "5.4, 5.5"),
    ("Orthogonalization", "5.6"),
    ("Dropout", "6.1, 6.9, 6.12"),
    ("Motivation and direct implementation", "6.1, 6.2, 6.10, 6.11"),
    ("Inverted dropout", "6.2"),
    ("Understanding dropout", "6.3"),
    ("Dropout in linear networks", "6.3"),
    ("Dynamics of a single linear unit", "6.4, 6.5"),
    ("Dropout in logistic regression", "6.3, 6.6"),
    ("Dynamics of a single logistic unit", "6.7"),
    ("Dropout in Deep Neural Networks", "6.8"),
    ("Problems of deep networks", "7.1"),
    ("Input normalization", "7.2"),
    ("Batch normalization", "7.3"),
    ("Batch normalization (identity, statistics and offsets)", "7.3"),
    ("Batch normalization, testing", "7.5, 7.6"),
    ("Notes", "7.3, What was wrong on the slides"),
    ("Notes: normalizing activations", "7.2, 7.3"),
    ("Notes: implementing batch norm", "7.3"),
    ("Notes: applying batch norm to a network", "7.3, 7.4"),
    ("Notes: batch norm working with mini-batches", "7.3"),
    ("Notes: implement batch norm", "7.4"),
    ("Notes: covariate shift", "7.3, 7.11"),
    ("Notes: batch norm at test time", "7.5, 7.6"),
)

# Sections for which no slide asks, by number, and what they add. A heading may say so itself.
BEYOND = {
    "1.9": "the thread of the course: where averages return, and three questions to ask each time",
    "7.7": "normalisation at test time is part of the layer before it",
    "7.8": "what follows from a scale that does not matter",
    "7.9": "the learning rates and starts that are tolerated, mapped",
    "7.10": "a famous claim, measured against several baselines",
    "7.12": "the famous explanation, measured in two senses and put to the test",
}

EXPERIMENTS = {
    "X1.1": "three meanings of a window",
    "X1.2": "the variance that a constant step leaves",
    "X1.3": "exponents of steps that shrink",
    "X1.4": "the best constant step for a level that moves",
    "X1.5": "bias correction helps, and can hurt",
    "X1.6": "half-way and 86% of a jump",
    "X1.7": "how late an average of temperatures is",
    "X2.1": "an ill-conditioned bowl, along the axes and turned",
    "X2.2": "the largest stable step of momentum",
    "X2.3": "variants of Adam on a network",
    "X2.4": "a loss in other units",
    "X2.5": "where Adam does not converge",
    "X2.6": "which solution adaptive methods choose",
    "X2.7": "epsilon between the sign and the gradient",
    "X2.8": "tuned optimisers on real data",
    "X3.1": "what a range test suggests, and what is best",
    "X3.2": "a range test that is smoothed from zero",
    "X3.3": "triangular rates against constant ones",
    "X3.4": "warm restarts",
    "X3.5": "snapshot ensembles against fair rivals",
    "X3.6": "the rate at which each cycle starts",
    "X3.7": "where snapshots do not help",
    "X3.8": "the slides' own table, audited",
    "X4.1": "truncation against round-off",
    "X4.2": "relative errors of right and wrong gradients",
    "X4.3": "kinks",
    "X4.4": "where the check itself goes wrong",
    "X4.5": "dropout under the check",
    "X4.6": "the complex step, and one random direction",
    "X4.7": "faults that no gradient check can see",
    "X5.1": "which divisor estimates a variance best",
    "X5.2": "bias, variance and noise add up",
    "X5.3": "four pictures of under- and overfitting",
    "X5.4": "the table of errors, on digits",
    "X5.5": "early stopping turns two knobs",
    "X5.6": "a path of ridges, cross-validated",
    "X5.7": "double descent",
    "X5.8": "a choice that saw the held-out examples",
    "X6.1": "every mask of a linear unit",
    "X6.2": "dropout against the ridge it is",
    "X6.3": "one pass is a geometric mean",
    "X6.4": "the gradient of a logistic unit, expanded",
    "X6.5": "every mask of two layers",
    "X6.6": "dropout on few and on noisy digits",
    "X6.7": "networks that lose units",
    "X6.8": "slips at test time",
    "X6.9": "every mask of a trained classifier",
    "X7.1": "conditioning of inputs",
    "X7.2": "terms of a deep linear chain",
    "X7.3": "a layer that does not see its scale",
    "X7.4": "learning rates that work",
    "X7.5": "scales of the first weights that work",
    "X7.6": "inputs that shift",
    "X7.7": "shift between layers",
    "X7.8": "statistics for test time",
    "X7.9": "the way back, checked",
    "X7.10": "an offset that is dead",
    "X7.11": "how many times faster, and than what",
    "X7.12": "a gradient whose target moves",
}
