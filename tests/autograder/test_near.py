"""What is one small change away from a solution."""

from autograder.near import near
from autograder.written import Written


SOLUTION = Written("""
    def decay(x, beta, t):
        mean = np.zeros(2)
        for i in range(t):
            mean = x / (1 - beta**t)
        return mean
""")


def test_operators_operands_brackets_numbers_and_names_are_changed_one_at_a_time() -> None:
    shown = {shown for shown, _ in near(SOLUTION)}
    assert shown >= {
        "1 - beta * t",  # another operator
        "1 - t ** beta",  # operands swapped
        "mean = 1 - beta ** t",  # one side dropped
        "mean = x / 1 - beta ** t",  # brackets moved
        "(1 - beta) ** t",
        "2 - beta ** t",  # one more
        "beta ** (t - 1)",
        "beta ** x",  # another name
        "x ** 2 / (1 - beta ** t)",
        "range(beta)",
    }
    assert not any("np." in change.replace("np.zeros", "") for change in shown)


def test_several_targets_are_left_as_they_are() -> None:
    solution = Written(
        "def f(state):\n    v, t = state\n    for a, b in [(v, t)]:\n        v = a + b\n    return v"
    )
    made = [change.text for _, change in near(solution)]
    assert made
    assert all("v, t = " in text and "for a, b in " in text for text in made)


def test_a_change_is_a_function_of_its_own_and_the_solution_stays_as_it_is() -> None:
    made = dict(near(SOLUTION))
    assert made["1 - beta * t"](6.0, 0.25, 2) == 12
    assert SOLUTION(6.0, 0.5, 1) == 12
    assert len({change.text for _, change in near(SOLUTION)} - {SOLUTION.text}) == len(list(near(SOLUTION)))


def test_what_is_written_to_stays_as_it_is() -> None:
    pair = Written("""
        def pair(x, y):
            first, second = x, y
            return first - second
    """)
    shown = {shown for shown, _ in near(pair)}
    assert all(change.text.count("first, second = ") == 1 for _, change in near(pair))
    assert "return second - first" in shown
