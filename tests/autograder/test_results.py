"""Results are kept as files; whatever stands in their place is read as no result, and stops nobody."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from autograder.course import CourseError
from autograder.results import Damaged, Result, ResultStore

from .test_report import a_result, hostile


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("result", [a_result(), hostile("<b>"), a_result(score=None, outcome="rejected")])
def test_a_result_is_found_again(result: Result, tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    key = result.key or "key"
    store.save(Result(**{**vars(result), "key": "key"}))
    assert store.load("key") == Result(**{**vars(result), "key": "key"}), key
    assert store.load("another") is None


@pytest.mark.parametrize("data", [b"", b"\xff", b"{", b"[" * 100_000, b"null", b"[]", b"3", b"{}", b'"text"'])
def test_a_file_that_is_no_result_is_none(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_bytes(data)
    assert ResultStore(tmp_path).load("key") is None


FIELDS = sorted(vars(a_result()))


@pytest.fixture(scope="module")
def touched(tmp_path_factory: pytest.TempPathFactory) -> tuple[ResultStore, Path, dict[str, object]]:
    """A store, the file of its one result, and what that holds."""
    folder = tmp_path_factory.mktemp("touched")
    store, path = ResultStore(folder), folder / "key.json"
    store.save(a_result(key="key"))
    return store, path, json.loads(path.read_text().splitlines()[0])


def put(path: Path, text: str) -> None:
    """Write it as if it were ours, with its hash."""
    path.write_text(f"{text}\n{hashlib.sha256(text.encode()).hexdigest()}\n")


@given(st.sampled_from(FIELDS), JSON)
def test_a_result_that_somebody_touched_is_none_or_one_with_fields_of_its_types(
    touched: tuple[ResultStore, Path, dict[str, object]], name: str, value: object
) -> None:
    store, path, plain = touched
    put(path, json.dumps(plain | {name: value}))
    result = store.load(path.stem)
    if result is not None:
        kind = {str: str, tuple: tuple}.get(type(getattr(a_result(), name)), float | int | None)
        assert isinstance(getattr(result, name), kind)


def test_a_result_of_which_one_bit_has_changed_is_damaged(tmp_path: Path) -> None:
    store, path = ResultStore(tmp_path), tmp_path / "key.json"
    store.save(a_result(key="key"))
    data = path.read_bytes()
    for place in range(0, len(data), 97):
        path.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        with pytest.raises(Damaged):
            store.read("key")
        assert store.load("key") is None
    for text in (data[:-1] + b"x\n", data[: len(data) // 2], data + data, b""):
        path.write_bytes(text)
        with pytest.raises(Damaged):
            store.read("key")


def test_the_result_of_another_key_is_damaged_in_this_place(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    store.save(a_result(key="key"))
    (tmp_path / "key.json").rename(tmp_path / "another.json")
    with pytest.raises(Damaged):
        store.read("another")
    assert store.read("key") is None


def test_a_folder_in_the_place_of_a_result_is_named(tmp_path: Path) -> None:
    (tmp_path / "key.json").mkdir()
    store = ResultStore(tmp_path)
    assert store.load("key") is None
    with pytest.raises(CourseError, match=r"key\.json cannot be written: Is a directory"):
        store.save(a_result(key="key"))
