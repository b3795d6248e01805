"""GT: what the file says about itself changes nothing, and what cannot be read is said."""

from tests.hostile.corpus import Case


CASES: tuple[Case, ...] = ()
