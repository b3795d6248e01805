import pytest

import advsec
from advsec import averages
from advsec.averages import ewma, mean_update
from advsec.source import source


def test_only_the_first_line_of_the_docstring_is_shown():
    code = source(mean_update)
    assert code.splitlines()[:2] == [
        "def mean_update(mean: ArrayLike, x: ArrayLike, step_size: float) -> NDArray:",
        '    """Move an average towards a new observation."""',
    ]
    assert code.splitlines()[-1] == "    return np.asarray(mean + step_size * (x - mean))"


def test_what_is_shown_is_the_code_that_runs():
    namespace = dict(vars(averages))
    exec(source(ewma), namespace)
    assert namespace["ewma"] is not ewma
    assert namespace["ewma"]([4.0, 8.0], 0.5).tolist() == ewma([4.0, 8.0], 0.5).tolist()


def undocumented(x):
    return x


def short(x):
    """One line."""
    return x


@pytest.mark.parametrize(("function", "lines"), [(undocumented, 2), (short, 3)])
def test_code_without_a_long_docstring_is_shown_as_it_is(function, lines):
    assert len(source(function).splitlines()) == lines


@pytest.mark.parametrize(
    ("function", "shown"),
    [
        (undocumented, "def undocumented(x):\n    ..."),
        (short, 'def short(x):\n    """One line."""\n    ...'),
        (
            mean_update,
            "def mean_update(mean: ArrayLike, x: ArrayLike, step_size: float) -> NDArray:\n"
            '    """Move an average towards a new observation."""\n    ...',
        ),
    ],
)
def test_without_its_body_a_function_says_what_it_is_for(function, shown):
    assert source(function, body=False) == shown


def test_a_function_inside_another_is_shown_without_indent():
    def inner():
        return 1

    assert source(inner) == "def inner():\n    return 1"


def test_outside_a_notebook_the_plain_code_is_printed(capsys):
    advsec.show(short)
    assert capsys.readouterr().out == 'def short(x):\n    """One line."""\n    return x\n'


def test_a_notebook_gets_markdown_that_every_page_sets_as_code_and_plain_text(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    advsec.show(undocumented)
    before, code, after = shown[0]._repr_markdown_().split("```")
    assert code == "python\ndef undocumented(x):\n    return x\n"
    assert (before, after) == ('<div style="font-family: monospace">\n\n', "\n\n</div>")
    assert repr(shown[0]) == "def undocumented(x):\n    return x"


def test_a_lambda_is_refused_wherever_it_stands():
    alone = lambda x: x  # noqa: E731
    inside = [
        (lambda x: x),
        1,
    ]
    for function in (alone, inside[0]):
        with pytest.raises(ValueError, match="function must be written with `def`, got <function"):
            source(function)
