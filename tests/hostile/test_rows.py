"""Every row of the catalogue is a case of the corpus, or is listed with the reason why it is none."""

import pytest

from tests.hostile.families import CASES, FAMILIES
from tests.hostile.not_here import NOT_HERE


ROWS = {
    "VF": "01 04 05 06 07 08 09 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 32 33 35 36 37 38 39 "
    "40 42 44 47 48 49 50",
    "GT": "01 02 03 05 08 09 10 11 12 13 14 15 16 18 19 20 21 22 23 24 25 26 27 28 30 31 32 33 34 35 36",
    "RX": "01 03 05 06 07 08 09 10 11 12 14 15 18 19 23 24 25 26 28 30 31 32 33",
    "EX": "02 04 05 06 08 09 10 11 12 13 14 16 17 18 19 22 23 24 25 26 27 29 30 31 33",
    "VW": "01 02 03 05 06 07 08 09 10 11 12 13 14 15 16 17 18 20 21 22",
    "HS": "02 04 05 06 07 09 10 11 12 14 15 16 19 20 21 22 23 24 25 26 28 31 32 33 34 35 36 37 38 40 41 42 "
    "43 45 46 47 48",
}


@pytest.mark.parametrize("family", ROWS)
def test_every_row_is_a_case_or_has_a_reason(family: str) -> None:
    rows = {f"{family}{number}" for number in ROWS[family].split()}
    cases = {case.id for case in FAMILIES[family]}
    listed = {row for row in NOT_HERE if row.startswith(family)}
    assert cases | listed == rows
    assert not cases & listed
    assert all(NOT_HERE[row] for row in listed)


def test_no_two_cases_have_one_name() -> None:
    names = [(case.id, case.title) for case in CASES]
    assert len(set(names)) == len(names)
