"""VW: whoever looks at a submission sees it, and nothing more happens."""

from tests.hostile.corpus import Case


CASES: tuple[Case, ...] = ()
