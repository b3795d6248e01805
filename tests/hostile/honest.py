"""HS: an honest student with a fault reads what it is, and keeps every point that it does not touch."""

from tests.hostile.corpus import Case


CASES: tuple[Case, ...] = ()
