"""The figure of the lecture on batch normalisation: what it shows and what its words say."""

import numpy as np

from advsec import plots


X = np.linspace(-3, 3, 121)
SEEN, NEW = np.linspace(-2, 0, 100), np.linspace(1, 2, 50)


def test_words_tell_how_far_the_model_is_off_inside_and_outside_of_its_training_examples():
    learned = np.where(X < 0.1, 0.5, 0.9)
    axes = plots.covariate_shift(X, np.full(X.shape, 0.5), learned, seen=SEEN, new=NEW)
    words = axes[0].figure.get_label()
    assert "around -1.0, new ones around 1.5" in words
    assert "by 0.0 where there are training examples and by 0." in words
    everywhere = plots.covariate_shift(X, learned, learned, seen=X, new=NEW)
    assert "elsewhere" in everywhere[0].figure.get_label()
    nowhere = plots.covariate_shift([0.0, 1.0], [0.1, 0.9], [0.1, 0.1], seen=[0.4, 0.5], new=[0.9])
    assert "on average by 0.4 elsewhere" in nowhere[0].figure.get_label()
    inside = plots.covariate_shift(SEEN[10:90], SEEN[10:90], SEEN[10:90], seen=SEEN, new=NEW)
    assert "elsewhere" not in inside[0].figure.get_label()


def test_shares_add_up_and_the_shaded_part_is_where_training_examples_lie():
    left, right = plots.covariate_shift(X, X / 6 + 0.5, X / 6 + 0.5, seen=SEEN, new=NEW)
    for steps in left.patches:
        assert np.isclose(np.sum(steps.get_data().values), 1)
    (shaded,) = right.patches
    low, high = shaded.get_x(), shaded.get_x() + shaded.get_width()
    assert np.allclose((low, high), (-1.98, -0.02))
