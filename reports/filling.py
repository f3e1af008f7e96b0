"""A form filled in: what is known of an incident or a quarter, item by item, with what people wrote beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from incidents.errors import NoIncidentError
from reports.case import read_case
from reports.errors import ReportError
from reports.forms import form_of
from reports.quarter import read_quarter, read_quarter_file
from reports.values import FilledItem, FilledReport, Known, ReportGap
from reports.words import ReportWords, in_both

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.settings import Settings
    from reports.case import CaseFile
    from reports.forms.interface import Form, ItemPlan
    from reports.quarter import QuarterFile

INCIDENT, QUARTER = "incident", "quarter"


@dataclass(frozen=True, slots=True)
class ReportSubject:
    """What a report is about: an incident's number, or a quarter as it is written."""

    incident_id: int | None = None
    quarter: str = ""

    @property
    def written(self) -> str:
        """As it is kept."""
        return f"{INCIDENT}:{self.incident_id}" if self.incident_id is not None else f"{QUARTER}:{self.quarter}"


def about_of(given: str, form: Form) -> ReportSubject:
    """What somebody means: an incident's number, or for a report on a quarter, ``2026-Q3``.

    Raises:
        ReportError: It is not what the form is about.
    """
    if form.of_quarter:
        return ReportSubject(quarter=read_quarter(given).written)
    if not (given.isascii() and given.isdigit() and len(given) <= 9):  # noqa: PLR2004  # digits of a row's number
        raise ReportError("no_about", form=form.name, given=given[:20])
    return ReportSubject(incident_id=int(given))


def fill(
    session: Session,
    form_name: str,
    about: ReportSubject,
    settings: Settings,
    *,
    now: datetime,
    written: Mapping[str, Mapping[str, Any]] | None = None,
) -> FilledReport:
    """Fill a form with what is known now and what was written.

    Args:
        session: Where it is known.
        form_name: Which form.
        about: Of what.
        settings: Language, zone, who reports.
        now: When.
        written: By item, ``text`` and whether what is ``known`` is told, as a draft has them.

    Raises:
        ReportError: There is no such form, or it is not about that.
        NoIncidentError: There is no such incident.
    """
    form = form_of(form_name)
    words = ReportWords(form.language or settings.language, settings.zone)
    if form.of_quarter:
        if not about.quarter:
            raise ReportError("no_quarter", given=about.written)
        quarter = read_quarter_file(session, read_quarter(about.quarter), settings, language=words.language, now=now)
        return assemble(form, about, words, _of_quarter(form, quarter, words), now, written or {})
    if about.incident_id is None:
        raise ReportError("no_about", form=form.name, given=about.written)
    case = read_case(session, about.incident_id, settings, language=words.language, now=now)
    if case.line.merged_into is not None:
        raise NoIncidentError(about.incident_id)
    return assemble(form, about, words, _of_case(form, case, words), now, written or {})


def assemble(
    form: Form,
    about: ReportSubject,
    words: ReportWords,
    told: Mapping[str, Iterable[Known | ReportGap]],
    now: datetime,
    written: Mapping[str, Mapping[str, Any]],
) -> FilledReport:
    """A report of what tellers told; pure."""
    items = tuple(_item(plan, words, list(told[plan.name]), written.get(plan.name, {})) for plan in form.items)
    subject = about.quarter or f"#{about.incident_id}"
    head = ((words.say("top.about"), subject), (words.say("top.as_of"), words.moment(now)))
    law = words.say_if(f"form.{form.name}.law")
    return FilledReport(
        form.name, about.written, words.language, _title(form, about, words.zone), law,
        () if form.lists_people else head, items, form.cites,
    )  # fmt: skip


def _title(form: Form, about: ReportSubject, zone: str) -> dict[str, str]:
    """What it is called, in every language; a quarter's report by both ways to count years."""
    titles = in_both(f"form.{form.name}.title")
    if not about.quarter:
        return titles
    quarter, named = read_quarter(about.quarter), {}
    for language, title in titles.items():
        words = ReportWords(language, zone)
        days = {"first": words.day(quarter.first), "last": words.day(quarter.last)}
        names = {"quarter": quarter.written, "fiscal": quarter.fiscal}
        named[language] = f"{title} {words.say('top.quarter', **names, **days)}"
    return named


def _of_case(form: Form, case: CaseFile, words: ReportWords) -> dict[str, list[Known | ReportGap]]:
    return {plan.name: [one for tell in plan.tells for one in tell(case, words)] for plan in form.items}


def _of_quarter(form: Form, quarter: QuarterFile, words: ReportWords) -> dict[str, list[Known | ReportGap]]:
    return {plan.name: [one for tell in plan.of_quarter for one in tell(quarter, words)] for plan in form.items}


def _item(plan: ItemPlan, words: ReportWords, told: list[Known | ReportGap], written: Mapping[str, Any]) -> FilledItem:
    gaps = [one for one in told if isinstance(one, ReportGap)] + [words.gap(ask) for ask in plan.asks]
    return FilledItem(
        name=plan.name, heading=in_both(f"item.{plan.name}"),
        known=tuple(one for one in told if isinstance(one, Known)),
        gaps=tuple(gaps), written=str(written.get("text", "")), tells_known=bool(written.get("known", True)),
        is_inside=plan.is_inside,
    )  # fmt: skip
