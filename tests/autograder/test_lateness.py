"""Late days: the bank, the grace, what comes after, and nothing that hangs on a clock or a zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from autograder.grades import Grade
from autograder.lateness import DAY, LateDays, Rules, Work, days_late, share_out
from autograder.report import words


DUE = datetime(2026, 11, 1, 22, 59)
ZONES = [UTC, *map(ZoneInfo, ("Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Apia"))]

lengths = st.timedeltas(timedelta(), timedelta(days=30))
rules = st.builds(
    Rules,
    st.integers(0, 10),
    st.timedeltas(timedelta(), timedelta(hours=30)),
    st.floats(0, 1, allow_nan=False),
)
works = st.builds(
    lambda name, due, late: Work(name, DUE + due, DUE + due + late),
    st.sampled_from("abcdefg"),
    lengths,
    st.timedeltas(timedelta(days=-3), timedelta(days=9)),
)
courses = st.lists(works, max_size=7, unique_by=lambda work: work.assignment)


def late_by(late: timedelta, due: datetime = DUE, name: str = "a") -> Work:
    return Work(name, due, due + late)


def test_a_day_has_begun_with_its_first_moment() -> None:
    moment = timedelta(microseconds=1)
    lates = (-DAY, timedelta(), moment, DAY, DAY + moment, 2 * DAY)
    assert [days_late(late_by(late)) for late in lates] == [0, 0, 1, 1, 2, 2]


def test_the_grace_moves_the_end_of_every_day() -> None:
    grace = timedelta(minutes=15)
    lates = (grace, grace + timedelta(seconds=1), DAY + grace, DAY + grace + timedelta(seconds=1))
    assert [days_late(late_by(late), grace) for late in lates] == [0, 1, 1, 2]


def test_the_bank_is_spent_in_the_order_of_due_dates_and_then_days_cost() -> None:
    rules = Rules(bank=4, per_day=0.1)
    later = late_by(2 * DAY, DUE + 14 * DAY, "a")
    middle = late_by(3 * DAY, DUE + 7 * DAY, "b")
    first = late_by(DAY / 2, DUE, "c")
    found = share_out([later, middle, first], rules)
    assert found == {
        "c": LateDays(days=1, from_bank=1, used=1, bank=4),
        "b": LateDays(days=3, from_bank=3, used=4, bank=4),
        "a": LateDays(days=2, from_bank=0, used=4, bank=4),
    }
    assert [found[name].penalty(30.0, rules) for name in "cba"] == [0, 0, 6.0]


def test_no_more_is_lost_than_there_is() -> None:
    days = share_out([late_by(20 * DAY)], Rules(per_day=0.1))["a"]
    assert days.penalty(7.5, Rules(per_day=0.1)) == 7.5
    assert days.penalty(-1.0, Rules(per_day=0.1)) == 0


def test_a_night_in_which_clocks_are_put_back_is_no_free_hour() -> None:
    """Two days of 24 hours end an hour earlier by the clock on the wall."""
    berlin = ZoneInfo("Europe/Berlin")
    due = datetime(2026, 10, 24, 23, 59, tzinfo=berlin)
    assert days_late(Work("a", due, datetime(2026, 10, 25, 22, 59, tzinfo=berlin))) == 1
    assert days_late(Work("a", due, datetime(2026, 10, 25, 23, 0, tzinfo=berlin))) == 2


@given(courses, rules)
def test_what_is_taken_is_what_is_late_and_never_more_than_the_bank(course: list[Work], rules: Rules) -> None:
    found = share_out(course, rules)
    assert found.keys() == {work.assignment for work in course}
    assert all(found[work.assignment].days == days_late(work, rules.grace) for work in course)
    taken = sum(each.from_bank for each in found.values())
    assert taken == min(rules.bank, sum(each.days for each in found.values()))
    assert taken == max((each.used for each in found.values()), default=0)
    assert all(0 <= each.from_bank <= each.days for each in found.values())
    assert all(0 <= each.penalty(30.0, rules) <= 30.0 for each in found.values())


@given(courses, rules, st.data())
def test_the_order_in_which_work_is_named_is_nothing(
    course: list[Work], rules: Rules, data: st.DataObject
) -> None:
    assert share_out(data.draw(st.permutations(course)), rules) == share_out(course, rules)


@given(courses, rules, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_zones_are_nothing(course: list[Work], rules: Rules, one: ZoneInfo, other: ZoneInfo) -> None:
    """A time without a zone is UTC, wherever the course or the computer is."""
    elsewhere = [
        Work(
            work.assignment,
            work.due.replace(tzinfo=UTC).astimezone(one),
            work.handed_in.replace(tzinfo=UTC).astimezone(other),
        )
        for work in course
    ]
    assert share_out(elsewhere, rules) == share_out(course, rules)


@given(courses, rules, st.data())
def test_more_time_never_costs_anybody_more(course: list[Work], rules: Rules, data: st.DataObject) -> None:
    """An extension may change the order in which the bank is spent; the days that cost are no more."""
    if not course:
        return
    extended = data.draw(st.sampled_from(course))
    more = Work(extended.assignment, extended.due + data.draw(lengths), extended.handed_in)
    after = share_out([more if work is extended else work for work in course], rules)
    before = share_out(course, rules)
    assert sum(each.charged for each in after.values()) <= sum(each.charged for each in before.values())


@given(courses, rules)
def test_a_larger_bank_never_costs_anybody_more(course: list[Work], rules: Rules) -> None:
    richer = share_out(course, Rules(rules.bank + 1, rules.grace, rules.per_day))
    poorer = share_out(course, rules)
    assert all(richer[name].charged <= poorer[name].charged for name in poorer)


def test_late_days_are_said_as_people_count_them() -> None:
    said = {
        LateDays(days=0, from_bank=0, used=0, bank=0): "",
        LateDays(days=1, from_bank=0, used=0, bank=0): "1 late day, of which none is free",
        LateDays(days=2, from_bank=0, used=0, bank=0): "2 late days, of which none is free",
        LateDays(days=1, from_bank=1, used=2, bank=4): "2 of 4 late days used, 1 of them here",
        LateDays(
            days=3, from_bank=2, used=4, bank=4
        ): "4 of 4 late days used, 2 of them here; 1 more was not free",
    }
    assert {days: words.late_days(Grade("ann", 1.0, late_days=days)) for days in said} == said
