"""RX: whoever wants everything gets a share of it, and the others get theirs."""

from tests.hostile.corpus import Case


CASES: tuple[Case, ...] = ()
