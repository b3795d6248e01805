"""All cases, by family."""

from tests.hostile import escape, forging, honest, metadata, resources, viewers
from tests.hostile.corpus import Case


FAMILIES: dict[str, tuple[Case, ...]] = {
    "VF": forging.CASES,
    "GT": metadata.CASES,
    "RX": resources.CASES,
    "EX": escape.CASES,
    "VW": viewers.CASES,
    "HS": honest.CASES,
}
CASES = tuple(case for cases in FAMILIES.values() for case in cases)
