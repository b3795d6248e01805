"""What is random is judged by properties, and a wrong formula is known by the one that it breaks."""

import ast
import functools
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from autograder import handout, properties
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Assignment, Call, Exercise, Probe, Seeded, call
from autograder.properties import Broken, deviation
from autograder.trials import Drawn, draw_hidden, draw_public, try_here
from autograder.verdict import Judgement, judge


N = 4000


def is_scaled_mask(calls: tuple[Call, ...], values: tuple[Any, ...], *, chance: float) -> str | Broken | None:
    """Of ones, a share of `keep_prob` is kept and divided by it."""
    keep_prob, kept = calls[-1].args[1], values[-1] != 0
    far = deviation(N, chance=chance)
    if abs(kept.mean() - keep_prob) > far:
        if abs(kept.mean() - (1 - keep_prob)) <= far:
            return Broken("keeps_the_others", "as many are kept as should be dropped")
        return "another share is kept"
    if len(set(values[-1][kept].tolist())) > 1:
        return "not all that is kept is multiplied by the same"
    scale = values[-1].max() * keep_prob
    if np.isclose(scale, keep_prob):
        return Broken("is_not_scaled", "what is kept stays as it is")
    return None if np.isclose(scale, 1) else Broken("is_scaled_otherwise", "what is kept is scaled otherwise")


@pytest.fixture
def noise(monkeypatch: pytest.MonkeyPatch) -> Exercise:
    module = ModuleType(f"{properties.__name__}.of_this_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(is_scaled_mask, "__module__", module.__name__)
    monkeypatch.setattr(module, is_scaled_mask.__name__, is_scaled_mask, raising=False)
    holds = functools.partial(is_scaled_mask, chance=1e-10)

    def ones(rng: np.random.Generator) -> Call:
        return call(np.ones(N), round(rng.uniform(0.7, 0.8), 2), Seeded(int(rng.integers(10**6))))

    return exercise(
        solution="""
            def noise(x, keep_prob, rng):
                return x * (rng.random(x.shape) < keep_prob) / keep_prob
        """,
        reference=lambda x, keep_prob, rng: x * rng.binomial(1, keep_prob, x.shape) / keep_prob,
        points=2,
        read="Section",
        probes=(
            Probe("ones", ones, holds=holds),
            Probe("nothing dropped", lambda rng: call(rng.normal(size=4), 1.0, Seeded(1))),
            Probe("more ones", ones, public=False, holds=holds),
        ),
        misconceptions=(
            Wrong("unscaled", {" / keep_prob": ""}, "nothing is scaled", passes=("nothing dropped",)),
            Wrong("drops", {"< keep_prob": "> keep_prob"}, "keep_prob is dropped: `{}`"),
            Wrong("twice", {"/ keep_prob": "/ keep_prob**2"}, "`{}`", passes=("nothing dropped",)),
        ),
        alternatives={},
    )


def judged(noise: Exercise, answer: Any, drawn: tuple[Drawn, ...] = ()) -> Judgement:
    return judge(noise, try_here(answer, drawn or draw_hidden(noise, b"key")))


def other_stream(function: Any) -> Any:
    return lambda x, keep_prob, rng: function(x, keep_prob, np.random.default_rng(rng.integers(10**6)))


def test_a_right_answer_may_draw_as_it_likes(noise: Exercise) -> None:
    for answer in (noise.reference, noise.solution, other_stream(noise.solution)):
        assert judged(noise, answer).finding is None


def test_a_wrong_formula_is_known_by_what_it_breaks_whatever_it_draws(noise: Exercise) -> None:
    for entry in noise.misconceptions:
        judgement = judged(noise, other_stream(entry.variant))
        assert judgement.finding.misconception == entry.name
        assert dict(judgement.passed)["nothing dropped"] == (entry.name != "drops")


def test_what_has_no_name_is_called_by_none(noise: Exercise) -> None:
    def half(x: Any, keep_prob: float, rng: Any) -> Any:
        return x if keep_prob == 1 else x * (rng.random(x.shape) < 0.5)

    finding = judged(noise, half).finding
    assert (finding.misconception, finding.kind) == (None, "wrong_values")
    assert "another share is kept" in finding.message


def test_a_property_that_is_broken_otherwise_elsewhere_names_nothing(noise: Exercise) -> None:
    def noise_(x: Any, keep_prob: float, rng: Any) -> Any:
        return x * 3 if keep_prob == 1 else x * (rng.random(x.shape) < keep_prob)

    assert judged(noise, noise_).finding.misconception is None


@pytest.mark.parametrize(
    ("result", "kind"),
    [(None, "returned_none"), ("text", "wrong_type"), ((1, 2), "wrong_type"), (np.ones(3), "wrong_type")],
    ids=["none", "text", "tuple", "short"],
)
def test_what_a_property_cannot_read_is_the_students_problem(noise: Exercise, result: Any, kind: str) -> None:
    judgement = judged(noise, lambda *_: result)
    assert judgement.score == 0
    if kind == "returned_none":
        assert judgement.finding.message.startswith("Returned None")


def test_it_is_recorded_as_it_is_judged(noise: Exercise) -> None:
    assignment = Assignment("noise", "Noise", (noise,))
    drawn = handout.restored(handout.recorded(assignment))["noise"]
    assert handout.property_modules(assignment) == {is_scaled_mask.__module__}
    answers = [noise.solution, *(other_stream(entry.variant) for entry in noise.misconceptions)]
    for answer in (*answers, lambda *_: None, lambda *_: "text", lambda x, *_: x[:3]):
        live = judged(noise, answer, draw_public(noise))
        assert judge(drawn[0].exercise, try_here(answer, drawn)) == live
    assert len(handout.recorded(assignment)) < 150_000


def test_a_deviation_is_as_rare_as_it_says() -> None:
    """Fair coins are the worst that there is."""
    rng = np.random.default_rng(0)
    means = rng.binomial(400, 0.5, 200_000) / 400
    share = np.mean(np.abs(means - 0.5) > deviation(400, chance=0.01))
    assert 0 < share < 0.01
    assert deviation(400, spread=3.0) == 3 * deviation(400)


def test_the_modules_of_properties_know_nothing_of_the_course() -> None:
    """They are in the hands of students."""
    (folder,) = properties.__path__
    for path in Path(folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name
                assert name.partition(".")[0] != "advsec", path
                assert not name.startswith(("autograder.exercises", "autograder.catalogue")), path
