"""Ours against other libraries: always against the golden vectors, with `-m live` against the libraries."""

import importlib.util

import numpy as np
import pytest

from advsec import averages
from tests.parity import derive, vectors


OURS = {
    "ewma": averages.ewma,
    "cumulative_mean": averages.cumulative_mean,
}

VECTORS = {name: vectors.load(name) for name in vectors.names()}
every_case = pytest.mark.parametrize(
    ("name", "title"), [(name, title) for name, vector in VECTORS.items() for title in vector["cases"]]
)


@every_case
def test_ours_agrees_with_the_vector(name, title):
    case = VECTORS[name]["cases"][title]
    actual = OURS[case["ours"]](**arguments(name, title))
    assert_close(actual, case["expected"], case)


@pytest.mark.live
@every_case
def test_the_library_still_gives_the_vector(name, title):
    peer = derive.PARITY[name].cases[title]
    if peer.distribution and importlib.util.find_spec(peer.distribution) is None:
        pytest.skip(f"{peer.distribution} is not installed")
    case = VECTORS[name]["cases"][title]
    assert_close(derive.derive(derive.PARITY[name], peer), case["expected"], case)


def test_every_vector_is_derived_by_the_script():
    stored = {name: sorted(vector["cases"]) for name, vector in VECTORS.items()}
    assert stored == {name: sorted(parity.cases) for name, parity in derive.PARITY.items()}


@every_case
def test_the_script_feeds_what_the_vector_holds(name, title):
    parity = derive.PARITY[name]
    ours = arguments(name, title)
    for key, value in (parity.inputs | parity.cases[title].inputs).items():
        np.testing.assert_array_equal(ours[key], value, strict=True)


def arguments(name: str, title: str) -> dict:
    vector = VECTORS[name]
    return vector["inputs"] | vector["cases"][title]["inputs"]


def assert_close(actual: np.ndarray, expected: np.ndarray, case: dict) -> None:
    np.testing.assert_allclose(actual, expected, rtol=case["rtol"], atol=case["atol"], strict=True)
