"""Any text is cut into tokens; none of it is parsed, and none stops the class."""

import pytest
from hypothesis import given, strategies as st

from autograder.tokens import END_OF_LINE, MAX_LINE, segments


def strings(source: str) -> list[str]:
    return [token.string.strip() for tokens in segments(source) for token in tokens if token.string.strip()]


SOURCE = st.text(st.sampled_from("ab1'\"\\\r\n\f\t ()[]{}:#=é\u2028\ufeff\x00🙂$?!"), max_size=60) | st.text()


@given(SOURCE)
def test_every_text_is_cut(source: str) -> None:
    text = END_OF_LINE.sub("\n", source)
    assert all(token.string.strip() in text for tokens in segments(source) for token in tokens)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_end_as_in_python(end: str) -> None:
    lines = ["größe = 1", "def straße(x):", "    return x"]
    assert strings(end.join(lines)) == ["größe", "=", "1", "def", "straße", "(", "x", ")", ":", "return", "x"]


def test_what_is_no_python_ends_a_segment_and_not_the_text() -> None:
    assert strings("a = 'open\nb = (\n") != []
    assert "c" in strings("a = '\nc = 1\n")


def test_a_line_that_nobody_writes_is_left_out() -> None:
    assert strings(f"a = {'1' * MAX_LINE}\nb = 2\n") == ["b", "=", "2"]
