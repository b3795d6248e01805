"""What the wall costs: the same right submission graded behind it and without it, in turns."""

import contextlib
import statistics
import time

from autograder.exercises import load
from autograder.grading import grade_submission
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.policy import Policy
from autograder.sandbox.tiers import choose
from autograder.sandbox.wall import build_wall
from tests.bench.grading import ASSIGNMENT, RIGHT


KEY = bytes(32)
WARM_UP = 3
TARGET = 60.0


def main(pairs: int = 40) -> None:
    """Print milliseconds per submission with and without a wall, and the median of the differences."""
    choice = choose(Policy())
    walls = (build_wall(Policy(), choice.tier).without(*choice.without), build_wall(Policy(), "none"))
    data, assignment = RIGHT.read_bytes(), load(ASSIGNMENT)
    with contextlib.ExitStack() as stack:
        zygotes = [stack.enter_context(Zygote(wall)) for wall in walls]

        def graded(zygote: Zygote) -> float:
            started = time.perf_counter()
            result = grade_submission(data, assignment, student="ada", course_key=KEY, zygote=zygote)
            assert result.score == result.max_score
            return 1e3 * (time.perf_counter() - started)

        times = []
        for number in range(WARM_UP + pairs):
            first = number % 2  # whoever comes second finds warmer caches
            pair = {index: graded(zygotes[index]) for index in (first, 1 - first)}
            times.append((pair[0], pair[1]))
    walled, bare = zip(*times[WARM_UP:], strict=True)
    added = [with_wall - without for with_wall, without in times[WARM_UP:]]
    low, median, high = statistics.quantiles(added, n=4)
    print(f"Grading a right submission {pairs} times with and without the wall, in turns")
    print(f"  tier {choice.tier:17}{statistics.median(walled):10.1f} ms per submission")
    print(f"  tier {'none':17}{statistics.median(bare):10.1f}")
    print(f"  added                 {median:10.1f}    quartiles {low:.1f} and {high:.1f}")
    print(f"  target: at most {TARGET:g} ms: {'met' if median <= TARGET else 'NOT MET'}")
