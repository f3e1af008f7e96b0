"""Cases worked out by hand from the texts, with a calendar on the wall; a difference means that a deadline moved.

個人情報の保護に関する法律施行規則 7, 8; 電気通信事業法施行規則 57; 民法 140–142;
行政機関の休日に関する法律 1, 2; GDPR 33.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from deadlines.conditions import Truth
from deadlines.evaluation import State
from deadlines.facts import KNOWN, PROCESSOR_KNOWN, Basis, Facts
from tests.deadlines.cases import (
    EVERY,
    FINAL_REPORT,
    FIRST_REPORT,
    GDPR,
    GDPR_PEOPLE,
    PEOPLE,
    PRINCIPAL,
    SECRECY,
    SECRECY_DETAILS,
    USERS,
    USERS_DETAILS,
    at,
    deadlines,
    facts,
    last_day,
)

THIRTY = [
    # known (Tokyo)       the last day   why
    ("2026-11-02T10:00", "2026-12-02"),  # 30 days after Monday 2 November: Wednesday
    ("2026-11-28T10:00", "2026-12-28"),  # Monday, the last working day of the year
    ("2026-11-29T10:00", "2027-01-04"),  # 29 December: closed until Monday 4 January
    ("2026-11-30T23:59", "2027-01-04"),  # 30 December
    ("2026-04-01T09:00", "2026-05-01"),  # Friday
    ("2026-04-02T09:00", "2026-05-07"),  # Saturday 2 May; 3 to 5 May and the substitute of the 6th
    ("2026-04-03T09:00", "2026-05-07"),  # Sunday 3 May, 憲法記念日
    ("2025-04-04T09:00", "2025-05-07"),  # Sunday 4 May; 5 May, substitute of the 6th
    ("2028-01-30T12:00", "2028-02-29"),  # a leap year: Tuesday 29 February
    ("2027-01-30T12:00", "2027-03-01"),  # none: Monday 1 March
    ("2026-08-20T12:00", "2026-09-24"),  # Saturday 19 September; 敬老の日, 国民の休日, 秋分の日 until Wednesday
    ("2026-11-02T15:30+00:00", "2026-12-03"),  # in Tokyo it is 3 November already
    ("2026-11-02T00:00", "2026-12-01"),  # the day begins with it, so that it counts (民法140条ただし書)
    ("2027-02-18T12:00", "2027-03-23"),  # Saturday 20 March; 春分の日 on Sunday, its substitute on Monday
    ("2025-10-04T12:00", "2025-11-04"),  # Monday 3 November, 文化の日
    ("2027-01-24T12:00", "2027-02-24"),  # Tuesday 23 February, 天皇誕生日
    ("2024-04-01T12:00", "2024-05-01"),  # the first day of this version of the rule
    ("2026-03-31T12:00", "2026-04-30"),  # Thursday
]
SIXTY = [
    ("2026-11-02T10:00", "2027-01-04"),  # 1 January
    ("2026-07-01T10:00", "2026-08-31"),  # Sunday 30 August
    ("2026-06-12T10:00", "2026-08-12"),  # Tuesday 11 August, 山の日
    ("2027-10-31T10:00", "2028-01-04"),  # 30 December; 3 January 2028 is a Monday on which offices are closed
    ("2025-11-28T10:00", "2026-01-27"),  # Tuesday
]
PROMPTLY = [
    # known               from          to: about three to five days, whatever days they are
    ("2026-11-02T10:00", "2026-11-05", "2026-11-07"),
    ("2026-12-29T10:00", "2027-01-01", "2027-01-03"),
    ("2028-02-26T10:00", "2028-02-29", "2028-03-02"),
]


DAY_ONE = [
    # known, which is day 1  the 30th day, or the first on which offices are open
    ("2026-11-02T10:00", "2026-12-01"),  # Tuesday
    ("2026-11-02T00:00", "2026-12-01"),  # whatever the hour
    ("2026-11-29T10:00", "2026-12-28"),  # Monday, the last working day of the year
    ("2026-11-30T10:00", "2027-01-04"),  # 29 December
    ("2026-11-02T15:30+00:00", "2026-12-02"),  # in Tokyo it is 3 November already
    ("2024-04-01T12:00", "2024-04-30"),  # the first day of this version of the rule
]
MIDNIGHT = "T00:00"


@pytest.mark.parametrize(("known", "last"), DAY_ONE)
def test_the_day_of_knowing_is_day_one_of_the_thirty(known: str, last: str) -> None:
    one = deadlines(facts(known, people=1001))[FINAL_REPORT]
    assert (one.state, last_day(one)) == (State.RUNNING, date.fromisoformat(last))


@pytest.mark.parametrize(("known", "last"), [one for one in THIRTY if not one[0].endswith(MIDNIGHT)])
def test_the_final_report_ends_where_thirty_days_from_the_day_before_end(known: str, last: str) -> None:
    next_day = (at(known) + timedelta(days=1)).isoformat()
    assert last_day(deadlines(facts(next_day, people=1001))[FINAL_REPORT]) == date.fromisoformat(last)


@pytest.mark.parametrize(("known", "last"), THIRTY)
def test_details_of_a_breach_of_secrecy_are_due_after_thirty_days_too(known: str, last: str) -> None:
    one = deadlines(facts(known, secrecy="yes"))[SECRECY_DETAILS]
    assert (one.state, last_day(one)) == (State.RUNNING, date.fromisoformat(last))


@pytest.mark.parametrize(("known", "last"), SIXTY)
@pytest.mark.parametrize("malicious", ["yes", "possible"])
def test_it_is_sixty_days_when_somebody_took_the_data_with_malice(known: str, last: str, malicious: str) -> None:
    next_day = (at(known) + timedelta(days=1)).isoformat()  # it counts itself
    one = deadlines(facts(next_day, people=1, malicious=malicious))[FINAL_REPORT]
    assert last_day(one) == date.fromisoformat(last)


@pytest.mark.parametrize(("known", "first", "last"), PROMPTLY)
def test_promptly_is_a_span_with_a_first_and_a_last_day(known: str, first: str, last: str) -> None:
    one = deadlines(facts(known, people=1001))[FIRST_REPORT]
    assert one.first is not None
    assert (one.first - timedelta(seconds=1)).astimezone(at(known).tzinfo).date() == date.fromisoformat(first)
    assert last_day(one) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("known", "last"),
    [
        ("2026-12-30T10:00+00:00", datetime(2027, 1, 2, 10, tzinfo=UTC)),  # a Saturday, the day after New Year's
        ("2026-03-27T12:00+01:00", datetime(2026, 3, 30, 11, tzinfo=UTC)),  # 13:00 in Berlin: summer time began
        ("2026-10-23T12:00+02:00", datetime(2026, 10, 26, 10, tzinfo=UTC)),  # 11:00 in Berlin: it ended
        ("2028-02-27T23:30+09:00", datetime(2028, 3, 1, 14, 30, tzinfo=UTC)),  # over 29 February
    ],
)
def test_seventy_two_hours_are_seventy_two_hours(known: str, last: datetime) -> None:
    one = deadlines(facts(known, people=1, residents="JP DE"))[GDPR]
    assert (one.state, one.last) == (State.RUNNING, last)


@pytest.mark.parametrize(
    ("given", "runs", "basis"),
    [
        (facts(people=1000, sensitive="no", financial_harm="no", malicious="no"), False, None),
        (facts(people=1001), True, Basis.CONFIRMED),
        (facts(possible=1001), True, Basis.POSSIBLE),
        (facts(people=1, possible=1001), True, Basis.POSSIBLE),
        (facts(people=1, sensitive="yes"), True, Basis.CONFIRMED),
        (facts(people=1, financial_harm="yes"), True, Basis.CONFIRMED),
        (facts(people=1, financial_harm="possible"), True, Basis.POSSIBLE),
        (facts(people=1, malicious="possible"), True, Basis.POSSIBLE),
        (facts(malicious="yes"), True, Basis.CONFIRMED),
    ],
)
def test_what_rule_7_asks_for(given: Facts, runs: bool, basis: Basis | None) -> None:  # noqa: FBT001
    found = deadlines(given)
    for name in (FIRST_REPORT, FINAL_REPORT, PEOPLE):
        assert found[name].state == (State.RUNNING if runs else State.NOT_TRIGGERED), name
        assert found[name].basis == basis


def test_what_nobody_has_said_is_no_no() -> None:
    one = deadlines(facts(people=1000))[FIRST_REPORT]
    assert one.state == State.CANNOT_TELL
    assert one.lacking == ("sensitive", "financial-harm", "malicious")


def test_the_people_are_told_promptly_and_no_number_is_made_up() -> None:
    one = deadlines(facts(people=1001), "2027-11-02T10:00")[PEOPLE]
    assert (one.state, one.last) == (State.RUNNING, None)


def test_a_possible_breach_of_secrecy_waits_for_somebody_who_knows() -> None:
    found = deadlines(facts(secrecy="possible"))
    assert {found[name].state for name in (SECRECY, SECRECY_DETAILS)} == {State.CANNOT_TELL}
    assert (found[SECRECY].confirmed, found[SECRECY].possible) == (Truth.UNKNOWN, Truth.YES)
    assert found[SECRECY].lacking == ("secrecy",)
    assert deadlines(facts(secrecy="no"))[SECRECY].state == State.NOT_TRIGGERED


def test_specific_user_information_waits_for_a_threshold_that_a_person_supplies() -> None:
    found = deadlines(facts(people=10**7, specific_user_information="yes"))
    for name in (USERS, USERS_DETAILS):
        assert (found[name].state, found[name].lacking) == (State.CANNOT_TELL, ("threshold",))
    assert deadlines(facts(people=10**7, specific_user_information="no"))[USERS].state == State.NOT_TRIGGERED


def test_a_processor_s_term_begins_with_the_processor_s_knowing() -> None:
    given = facts(people=1001, held_by_processor="yes")
    one = deadlines(given)[PRINCIPAL]
    assert (one.state, one.lacking) == (State.CANNOT_TELL, (PROCESSOR_KNOWN,))
    earlier = given.moments[KNOWN] - timedelta(days=2)
    told = Facts(given.answers, 1001, moments=dict(given.moments) | {PROCESSOR_KNOWN: earlier})
    found = deadlines(told)
    assert (found[PRINCIPAL].state, found[PRINCIPAL].starts) == (State.RUNNING, earlier)
    assert found[FIRST_REPORT].starts == given.moments[KNOWN], "the principal's own term runs from its own knowing"


def test_nothing_runs_before_anybody_knows_and_an_insider_s_knowing_is_no_moment() -> None:
    found = deadlines(facts("", people=1001, malicious="yes"))
    assert (found[FIRST_REPORT].state, found[FIRST_REPORT].lacking) == (State.CANNOT_TELL, (KNOWN,))


@pytest.mark.parametrize(
    ("residents", "people", "state"),
    [
        ("JP", 5, State.NOT_TRIGGERED), ("JP GB CH", 5, State.NOT_TRIGGERED), ("LI", 1, State.RUNNING),
        ("JP FR", 0, State.NOT_TRIGGERED), (None, 5, State.CANNOT_TELL), ("DE", None, State.CANNOT_TELL),
    ],
)  # fmt: skip
def test_the_regulation_asks_for_people_of_its_countries(
    residents: str | None, people: int | None, state: State
) -> None:
    assert deadlines(facts(people=people, residents=residents))[GDPR].state == state


def test_the_people_of_its_countries_are_told_where_the_risk_is_high() -> None:
    assert deadlines(facts(people=1, residents="DE"))[GDPR_PEOPLE].lacking == ("high-risk",)
    one = deadlines(facts(people=1, residents="DE", high_risk="yes"), "2027-11-02T10:00")[GDPR_PEOPLE]
    assert (one.state, one.last) == (State.RUNNING, None)


def test_a_rule_holds_for_what_became_known_while_it_was_in_force() -> None:
    assert set(deadlines(facts("2024-03-31T12:00", people=1001))) & {FIRST_REPORT, FINAL_REPORT} == set()
    assert set(deadlines(facts("2024-04-01T12:00", people=1001))) == EVERY


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-12-01T23:59:59", State.RUNNING), ("2026-12-02T00:00", State.MISSED), ("2027-12-03T00:00", State.MISSED),
    ],
)  # fmt: skip
def test_a_day_is_over_at_its_midnight(now: str, state: State) -> None:
    assert deadlines(facts(people=1001), now)[FINAL_REPORT].state == state
