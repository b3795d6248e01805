"""How good a test is: which wrong versions of a function its inputs tell from the right one.

The inputs are arguments that a student's function returns: values like any others, which are looked at here.
All right versions have to agree on them. Plain inputs tell many wrong ones from them already: of what those
let slip, the share that is told is the share of the points.
"""

import base64
import functools
import inspect
import json
import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from autograder.compare import Tolerance, compare, without
from autograder.properties import Broken
from autograder.sandbox.messages import replies
from autograder.sandbox.perform import Outcome, Returned, perform
from autograder.sandbox.values import Call, Oversized, plain
from autograder.sandbox.wire import decode, encode
from autograder.written import Written


# What is tried is worked out here, by functions that may be slow: so many numbers in one call.
MOST_NUMBERS = 200

# Of arguments by name, what the text of the exercise does not allow about them, in words; or None.
Allowed = Callable[[Mapping[str, Any]], str | None]


class NotAllowedError(ValueError):
    """What was returned are no arguments of the function; the message says why."""


@dataclass(frozen=True)
class Version:
    """A way to write the function. `says` of a wrong one completes "what you get when ..."."""

    name: str
    says: str
    function: Written


@dataclass(frozen=True)
class TellsApart:
    """The property of arguments that they tell all `wrong` versions of a function from the `right` ones.

    What returns `plain` inputs tells some, which is worth nothing yet. The places `own` of its results, such
    as a cache, are no one's business.
    """

    right: tuple[Version, ...]
    wrong: tuple[Version, ...]
    plain: Written
    allowed: Allowed
    tolerance: Tolerance
    calls: int
    own: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.right[0].function.__name__

    def __call__(self, _: tuple[Call, ...], values: tuple[Any, ...]) -> str | Broken | None:
        return self._said(encode(values[-1], replies()))

    @functools.lru_cache(maxsize=256)  # noqa: B019 (there are few, and they stay)
    def _said(self, value: bytes) -> str | Broken | None:
        """What is said of a value, which is looked at again and again."""
        try:
            tests = tuple(self._tests(decode(value, replies())))
        except NotAllowedError as problem:
            return str(problem)
        right, *others = (self._made(version, tests) for version in self.right)
        if not all(isinstance(outcome, Returned) for outcome in right):
            return f"on your inputs `{self.name}` has no result"
        if any(self._differ(other, right) for other in others):
            return f"on your inputs right ways to write `{self.name}` differ by more than rounding may"
        slipped = self._slipped(tests, right)
        return self._slip(slipped) if slipped else None

    def _slipped(self, tests: Sequence[Call], right: Sequence[Outcome]) -> list[Version]:
        return [each for each in self.wrong if not self._differ(self._made(each, tests), right)]

    def _slip(self, slipped: Sequence[Version]) -> Broken:
        caught, count, plainly = len(self.wrong) - len(slipped), len(self.wrong), self._told_plainly()
        says = f"your inputs tell {caught} of {count} wrong versions of `{self.name}` from the right one. "
        says += f"Points are for what they tell beyond the {plainly} that plain inputs tell. "
        says += f"One that gives the same on all your inputs is what you get when {slipped[0].says}"
        share = max(caught - plainly, 0) / (count - plainly)
        return Broken(" ".join(version.name for version in slipped), says, share)

    @functools.lru_cache(maxsize=8)  # noqa: B019 (one each, and they stay)
    def _told_plainly(self) -> int:
        tests = tuple(self._tests(plain(self.plain())))
        return len(self.wrong) - len(self._slipped(tests, self._made(self.right[0], tests)))

    def _made(self, version: Version, tests: Sequence[Call]) -> list[Outcome]:
        return [perform((test,), {self.name: version.function}, ours=True)[0] for test in tests]

    def _differ(self, outcomes: Sequence[Outcome], right: Sequence[Outcome]) -> bool:
        return any(
            not isinstance(outcome, Returned) or compare(*self._seen(outcome, wanted), self.tolerance)
            for outcome, wanted in zip(outcomes, right, strict=True)
            if isinstance(wanted, Returned)
        )

    def _seen(self, outcome: Returned, wanted: Returned) -> tuple[Any, Any]:
        return tuple(without(each.value, self.own, wanted.value) for each in (outcome, wanted))

    def _tests(self, value: Any) -> Iterator[Call]:
        """The calls that are meant; raises NotAllowedError."""
        several = isinstance(value, tuple) and value and all(isinstance(each, dict | tuple) for each in value)
        tests = value if several else (value,)
        if len(tests) > self.calls:
            raise NotAllowedError(f"there are {len(tests)} calls, and {self.calls} are allowed at most")
        for test in tests:
            given = self._by_name(test) if isinstance(test, tuple) else test
            if not isinstance(given, dict):
                raise NotAllowedError(f"a dictionary with the arguments of `{self.name}` is asked for")
            self._look_at(given)
            yield Call(self.name, (), given)

    def _by_name(self, arguments: tuple[Any, ...]) -> dict[str, Any]:
        """Arguments that come in the order of the signature."""
        names = tuple(self._signature.parameters)
        if len(arguments) > len(names):
            raise NotAllowedError(
                f"`{self.name}` takes {len(names)} arguments, and here are {len(arguments)}"
            )
        return dict(zip(names, arguments, strict=False))

    def _look_at(self, given: Mapping[str, Any]) -> None:
        """Raises NotAllowedError for what the function need not take."""
        try:
            bound = self._signature.bind(**given)
        except TypeError as error:
            raise NotAllowedError(f"these are no arguments of `{self.name}`: {error}") from None
        bound.apply_defaults()
        if (count := sum(map(_numbers, bound.arguments.values()))) > MOST_NUMBERS:
            raise NotAllowedError(f"one call has {count} numbers, and {MOST_NUMBERS} are allowed at most")
        if says := self.allowed({name: _usual(value) for name, value in bound.arguments.items()}):
            raise NotAllowedError(says)

    @property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.right[0].function)


def _numbers(value: Any) -> int:
    """How many there are; raises NotAllowedError for anything else than finite numbers."""
    if isinstance(value, tuple | dict):
        return sum(map(_numbers, value.values() if isinstance(value, dict) else value))
    if value is None:
        return 0
    if isinstance(value, Oversized):
        return math.prod(value.shape)
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or not np.isfinite(array).all():
        raise NotAllowedError("among the arguments there is something else than finite numbers")
    return array.size


def _usual(value: Any) -> Any:
    return value.item() if isinstance(value, np.ndarray) and not value.ndim else value


# --- in the hands of students ---------------------------------------------------------------------------


def packed(test: TellsApart) -> str:
    """All of it but `allowed`, as text that nobody reads by accident: it holds right and wrong versions."""
    versions = [[(one.name, one.says, one.function.text) for one in of] for of in (test.right, test.wrong)]
    text = json.dumps([*versions, test.plain.text, asdict(test.tolerance), test.calls, test.own])
    return base64.b85encode(zlib.compress(text.encode(), 9)).decode()


def unpacked(text: str, allowed: Allowed) -> TellsApart:
    """The inverse of `packed`."""
    *versions, plainly, tolerance, calls, own = json.loads(zlib.decompress(base64.b85decode(text)))
    right, wrong = (tuple(Version(name, says, Written(code)) for name, says, code in of) for of in versions)
    return TellsApart(right, wrong, Written(plainly), allowed, Tolerance(**tolerance), calls, tuple(own))
