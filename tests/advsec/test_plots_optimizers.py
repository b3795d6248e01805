"""Figures of the lecture on optimisers: what they show, and the words for who cannot see them."""

import io

import numpy as np
import pytest

from advsec import plots
from advsec.optimizers import minimize


def words(panels) -> str:
    return panels[0].figure.get_label()


def path(x, beta, n_steps=30):
    """The weight under undampened momentum on a parabola of curvature 1."""
    return minimize(lambda w: w, [1.0], "momentum", lr=x, n_steps=n_steps, beta=beta, dampened=False).w[:, 0]


@pytest.mark.parametrize(
    ("x", "beta", "kind"), [(0.05, 0.5, "creeps"), (2.0, 0.5, "oscillates"), (3.1, 0.5, "unstable")]
)
def test_the_plane_says_how_momentum_behaves_at_a_point(x, beta, kind):
    panels = plots.momentum_plane({"A": [x, beta]}, {"A": path(x, beta)})
    assert f"and {kind}" in words(panels)


def test_the_plane_is_dark_up_to_where_paths_diverge():
    panels = plots.momentum_plane({"A": [1.0, 0.5]}, {})
    values = panels[0].collections[0].get_array().reshape(160, 240)
    x, beta = np.meshgrid(np.linspace(0.005, 4, 240), np.linspace(0, 0.995, 160))
    for i, j in ((20, 50), (80, 100), (140, 20), (20, 230), (80, 200)):
        end = abs(path(x[i, j], beta[i, j], n_steps=400)[-1])
        assert np.ma.is_masked(values[i, j]) == (end > 1)
    assert values[80, 100] == pytest.approx(np.sqrt(beta[80, 100]))  # complex roots: beta alone decides


@pytest.mark.parametrize("x", [0.0, 4.0])
@pytest.mark.parametrize("beta", [0.0, 0.99])
def test_the_plane_can_be_drawn_at_every_corner(x, beta):
    panels = plots.momentum_plane({"A": [x, beta]}, {"A": path(x, beta, n_steps=60)})
    panels[0].figure.savefig(io.BytesIO(), format="png", dpi=30)
    assert "nan" not in words(panels)


def test_steps_of_adam_name_the_largest_one():
    panels = plots.adam_steps([1.0, 2.0, 1.0], {"right": [1.0, 1.0, 1.0], "wrong": [1.0, -31.6, 2.0]})
    assert "wrong: first 1, largest -31.6 at step 2, last 2" in words(panels)
    assert panels[1].get_lines()[1].get_ydata().tolist() == [1.0, -31.6, 2.0]
