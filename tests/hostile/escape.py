"""EX: no way leads out of the box."""

from tests.hostile.corpus import Case


CASES: tuple[Case, ...] = ()
