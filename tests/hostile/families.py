"""All cases, by family."""

from tests.hostile import forging
from tests.hostile.corpus import Case


FAMILIES: dict[str, tuple[Case, ...]] = {
    "VF": forging.CASES,
}
CASES = tuple(case for cases in FAMILIES.values() for case in cases)
