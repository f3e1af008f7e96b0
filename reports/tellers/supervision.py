"""What the program can say of how processors were supervised in a quarter."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from custody.supervision.changes import CONSENTS, DATED, KEPT, MISSED, STEPS
from custody.supervision.kinds import ON_SITE, PAPER
from custody.supervision.numbers import MEASURES, year_to
from custody.supervision.overdue import counted
from custody.supervision.records import CHECKS
from custody.supervision.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from reports.quarter import QuarterFile
    from reports.values import Known, ReportGap
    from reports.words import ReportWords

KINDS: Final = ("A", "B", "")
CERTIFIED: Final = ("return", "erasure")
LISTED: Final = 100
"""Rows of a list at most; how many are left out is said."""


def contracts(quarter: QuarterFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Contracts that began, ended or went to another stage, by kind."""
    source, found = words.say("source.register_events"), quarter.supervision.contracts
    if not sum(found.values()):
        yield words.known("no_contracts", source)
        return
    rows = [(words.say("head.contract"), *(words.say(f"contract_step.{step}") for step in STEPS))]
    rows += [
        (words.say(f"contract.{kind or 'none'}"), *(words.number(found.get((step, kind), 0)) for step in STEPS))
        for kind in KINDS
    ]  # fmt: skip
    yield words.known("contracts", source, table=rows, n=words.number(sum(found.values())))


def records(quarter: QuarterFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Consents, inspections, breaches, certificates, and what the second line looked at: how many of each."""
    found, said = quarter.supervision, Words(words.language)
    rows = [(words.say("head.record"), words.say("head.count"))]
    rows += [(words.say(f"consent.{one}"), words.number(found.consents.get(one, 0))) for one in CONSENTS]
    for kind, names, counts in (
        ("inspection", (PAPER, ON_SITE), found.inspections), ("certificate", CERTIFIED, found.certificates),
    ):  # fmt: skip
        rows += [
            (words.say(f"record.{kind}", topic=said("topic", one)), words.number(counts.get(one, 0))) for one in names
        ]
    rows.append((words.say("record.breach"), words.number(found.breaches)))
    rows += [
        (words.say("record.check", result=said("result", one)), words.number(found.checks.get(one, 0)))
        for one in CHECKS
    ]
    yield words.known("records", words.say("source.supervision"), table=rows)


def open_actions(quarter: QuarterFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Corrective actions that were open at the end."""
    found, source = quarter.supervision.open_actions, words.say("source.supervision")
    if not found:
        yield words.known("no_actions", source, at=words.day(quarter.seen_on))
        return
    rows = [tuple(words.say(f"head.{one}") for one in ("processor", "action", "due", "person"))]
    rows += [(one.processor, one.what, _day(words, one.due_on), one.person or "–") for one in found[:LISTED]]
    yield words.known("actions", source, table=rows, n=words.number(len(found)), at=words.day(quarter.seen_on))
    yield from _rest(len(found), words)


def dates(quarter: QuarterFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Planned inspections and corrective actions that were due in it: done in time, late, or not."""
    found, source = quarter.supervision.dates, words.say("source.supervision")
    if not found:
        yield words.known("no_dates", source)
        return
    said, counts = Words(words.language), Counter((one.kind, one.kept) for one in found)
    rows = [(words.say("head.record"), *(words.say(f"kept.{one}") for one in KEPT))]
    rows += [(words.say(f"dated.{kind}"), *(words.number(counts[kind, one]) for one in KEPT)) for kind in DATED]
    yield words.known("dates", source, table=rows, n=words.number(len(found)))
    missed = [one for one in found if one.kept == MISSED]
    if missed:
        rows = [tuple(words.say(f"head.{one}") for one in ("processor", "record", "action", "due"))]
        rows += [
            (one.processor, said("kind", one.kind), said("topic", one.what), words.day(one.due_on))
            for one in missed[:LISTED]
        ]
        yield words.known("missed", source, table=rows, n=words.number(len(missed)))
        yield from _rest(len(missed), words)


def duties(quarter: QuarterFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """What was overdue at the end: how much of each kind, and the longest overdue."""
    found, source, at = quarter.duties, words.say("source.duties"), words.day(quarter.seen_on)
    if not found:
        yield words.known("no_duties", source, at=at)
        return
    said = Words(words.language)
    rows: list[tuple[str, ...]] = [(words.say("head.duty"), words.say("head.count"))]
    by_kind = counted(found, quarter.quarter.end)
    rows += [(said("duty", kind), words.number(count)) for kind, count in by_kind.items()]
    yield words.known("duties", source, table=rows, n=words.number(len(found)), at=at)
    rows = [tuple(words.say(f"head.{one}") for one in ("processor", "duty", "due"))]
    rows += [
        (one.processor or said("label", "own"), said("duty", one.kind), words.day(one.due_on))
        for one in found[:LISTED]
    ]  # fmt: skip
    yield words.known("longest", source, table=rows)
    yield from _rest(len(found), words)


def numbers(quarter: QuarterFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """The numbers of the regulator's sheet, beside those of the quarter before."""
    days = {"now": quarter.seen_on, "before": quarter.quarter.before.last}
    said = Words(words.language)
    rows = [(words.say("head.number"), *(words.day(day) for day in days.values()))]
    rows += [
        (
            " · ".join(filter(None, (said("number", one.number.group), said.labels(one.number, quarter.sheets)))),
            words.number(one.now), words.number(one.before),
        )
        for one in quarter.numbers if one.number.group != MEASURES
    ]  # fmt: skip
    begins = {name: words.day(year_to(day).first) for name, day in days.items()}
    yield words.known("numbers", words.say("source.supervision"), table=rows, **begins)


def answers(quarter: QuarterFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Answers to the check sheets whose number is another than at the end of the quarter before."""
    found = [one for one in quarter.numbers if one.number.group == MEASURES]
    changed = [one for one in found if one.now != one.before]
    source, said = words.say("source.supervision"), Words(words.language)
    if not changed:
        yield words.known("no_answers", source)
        return
    heads = (words.day(quarter.seen_on), words.day(quarter.quarter.before.last))
    rows = [(words.say("head.answer"), *heads)]
    rows += [
        (said.labels(one.number, quarter.sheets), words.number(one.now), words.number(one.before)) for one in changed
    ]
    same = words.number(len(found) - len(changed))
    yield words.known("answers", source, table=rows, n=words.number(len(changed)), same=same)


def _rest(count: int, words: ReportWords) -> Iterator[Known]:
    if count > LISTED:
        yield words.known("more_rows", n=words.number(count - LISTED))


def _day(words: ReportWords, day: date | None) -> str:
    return words.day(day) if day else "–"
