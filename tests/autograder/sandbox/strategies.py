"""What may cross the wall, for property tests."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.sandbox.values import Earlier, Named, Oversized, Seeded, Unsupported
from autograder.sandbox.wire import DTYPES


texts = st.text(max_size=20)
arrays = hnp.arrays(
    st.sampled_from(DTYPES),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
leaves = st.one_of(
    st.none(),
    texts,
    arrays,
    st.builds(Unsupported, texts),
    st.builds(Oversized, st.lists(st.integers(0, 2**32 - 1), max_size=4).map(tuple)),
)
plain_values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple), st.dictionaries(texts, inner, max_size=4)
    ),
    max_leaves=12,
)
only_requests = st.one_of(
    st.builds(Seeded, st.integers(0, 2**64 - 1)),
    st.builds(Named, texts, st.lists(st.floats(), max_size=4).map(tuple)),
    st.builds(Earlier, st.integers(0, 255), st.one_of(st.none(), st.integers(0, 2**31 - 1))),
)


def same(left: object, right: object) -> bool:
    """Equality to the bit, NaN included."""
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return (left.dtype, left.shape, left.tobytes()) == (right.dtype, right.shape, right.tobytes())
    if type(left) is not type(right):
        return False
    if isinstance(left, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, Named):
        numbers = (np.array(each.parameters, dtype=float) for each in (left, right))
        return left.name == right.name and same(*numbers)
    return left == right
