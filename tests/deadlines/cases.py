"""Facts of made-up leaks, and what the regimes that come with Hinomi make of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from deadlines.evaluation import evaluate
from deadlines.facts import KNOWN, Answer, Facts
from deadlines.rulebook import load_regimes

if TYPE_CHECKING:
    from deadlines.evaluation import Deadline

TOKYO = ZoneInfo("Asia/Tokyo")
FIRST_REPORT, FINAL_REPORT = "jp-appi-authority/first-report", "jp-appi-authority/final-report"
PEOPLE, PRINCIPAL = "jp-appi-people/people", "jp-appi-processor/principal"
SECRECY, SECRECY_DETAILS = "jp-telecom-secrecy/first-report", "jp-telecom-secrecy/details"
USERS, USERS_DETAILS = "jp-telecom-users/first-report", "jp-telecom-users/details"
GDPR, GDPR_PEOPLE = "eu-gdpr-authority/authority", "eu-gdpr-people/people"
EVERY = {
    FIRST_REPORT, FINAL_REPORT, PEOPLE, PRINCIPAL, SECRECY, SECRECY_DETAILS, USERS, USERS_DETAILS, GDPR, GDPR_PEOPLE,
}  # fmt: skip


def at(text: str) -> datetime:
    """A moment on Tokyo's clocks, unless it names a zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=TOKYO)


def facts(
    known: str = "2026-11-02T10:00",
    people: int | None = None,
    possible: int | None = None,
    residents: str | None = None,
    **answers: str,
) -> Facts:
    """Facts, with ``_`` for ``-`` in names of questions."""
    return Facts(
        answers={name.replace("_", "-"): Answer(value) for name, value in answers.items()},
        confirmed_people=people, possible_people=possible,
        residents=None if residents is None else frozenset(residents.split()),
        moments={KNOWN: at(known)} if known else {},
    )  # fmt: skip


def deadlines(given: Facts, now: str = "") -> dict[str, Deadline]:
    """Each deadline by its name, looked at an hour after it became known unless said otherwise."""
    known = given.moments.get(KNOWN, at("2026-11-02T10:00"))
    moment = at(now) if now else known + timedelta(hours=1)
    return {f"{one.regime.id}/{one.step.id}": one for one in evaluate(load_regimes().evaluated, given, moment)}


def last_day(one: Deadline) -> date:
    """The last day of a deadline in days, where its office is."""
    assert one.last is not None
    return (one.last - timedelta(seconds=1)).astimezone(ZoneInfo(one.regime.zone)).date()
