"""The plane of two errors: where its paths lead, and how coarse its words are."""

import numpy as np
import pytest

from advsec import plots
from tests.advsec.examples.plots import EXAMPLES


def example():
    return plots.error_plane(**EXAMPLES["error_plane"].arguments())


def words(axes):
    return axes[0].figure.get_label()


def test_paths_are_drawn_as_training_error_and_gap_in_per_cent():
    first, second = example()
    start, more, penalty = first.get_lines()[:3]
    np.testing.assert_allclose(start.get_xydata(), [[50, 10]])
    np.testing.assert_allclose(more.get_xydata(), [[50, 10], [20, 15]])
    np.testing.assert_allclose(penalty.get_xydata(), [[50, 10], [55, 0], [60, 0]])
    assert first.get_xlim() == second.get_xlim()


def test_the_start_is_named_once_and_first():
    labels = [text.get_text() for text in example()[-1].get_legend().get_texts()]
    assert labels == ["as it is", "more data", "penalty"]


def test_words_name_where_every_change_leads():
    text = words(example())
    assert "one: as it is error 50 and gap 10; more data to error 20 and gap 15, penalty to error 60" in text
    assert text.endswith("other: as it is error 0 and gap 15; more data to error 0 and gap 5, penalty to "
                         "error 5 and gap 10.")  # fmt: skip


@pytest.mark.parametrize("slip", [-0.012, 0.012])
def test_words_are_the_same_when_a_network_errs_a_little_more_or_less(slip):
    arguments = EXAMPLES["error_plane"].arguments()
    for paths in arguments["panels"].values():
        for path in paths.values():
            path += slip
    assert words(plots.error_plane(**arguments)) == words(example())


def test_a_change_that_changes_nothing_is_drawn_all_the_same():
    (axes,) = plots.error_plane({"patient": {"nothing": np.full((2, 2), 0.1)}})
    axes.figure.canvas.draw()
    assert "nothing to error 10 and gap 0" in words([axes])
