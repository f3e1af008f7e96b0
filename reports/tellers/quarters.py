"""What the program can say of a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.quarter import QuarterFile
    from reports.values import Known, ReportGap
    from reports.words import ReportWords


def incidents(quarter: QuarterFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """The incidents that were opened in it, and how many came to an end."""
    source = words.say("source.incidents", at=words.day(quarter.seen_on))
    rows = [tuple(words.say(f"head.{one}") for one in ("incident", "opened", "state", "people", "places"))]
    rows += [
        (
            f"#{line.id}", words.moment(line.opened_at), words.named("state", line.state), words.number(line.subjects),
            words.number(line.sightings),
        )
        for line in quarter.opened
    ]  # fmt: skip
    counts = {"n": len(quarter.opened), "people": words.number(sum(line.subjects for line in quarter.opened))}
    yield words.known("quarter_incidents", source, table=rows if quarter.opened else (), **counts)
    yield words.known(
        "quarter_ended", source, closed=quarter.ended.get("close", 0), dismissed=quarter.ended.get("dismiss", 0),
        live=quarter.live, at=words.day(quarter.seen_on),
    )  # fmt: skip


def deadlines(quarter: QuarterFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Deadlines that ended in it: met, met late, missed, waived, still running."""
    source = words.say("source.deadlines")
    if not quarter.clocks:
        yield words.known("quarter_no_terms", source)
        return
    names = ("met", "late", "missed", "waived", "running")
    rows = [(words.say("head.deadline"), *(words.say(f"clock.{name}") for name in names))]
    rows += [(one.title, *(str(getattr(one, name)) for name in names)) for one in quarter.clocks]
    yield words.known("quarter_terms", source, table=rows)


def register(quarter: QuarterFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """What changed in the custody register, kind by kind."""
    source = words.say("source.register_events")
    if not quarter.changes:
        yield words.known("quarter_no_changes", source)
        return
    rows = [(words.say("head.change"), words.say("head.count"))]
    rows += [(words.named("change", kind), words.number(count)) for kind, count in quarter.changes.items()]
    yield words.known("quarter_changes", source, table=rows, n=words.number(sum(quarter.changes.values())))


def filed(quarter: QuarterFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """The reports that were filed in it."""
    source = words.say("source.versions")
    if not quarter.filed:
        yield words.known("quarter_none_filed", source)
        return
    rows = [tuple(words.say(f"head.{one}") for one in ("form", "about", "version", "filed_at"))]
    rows += [
        (words.say(f"form.{form}.title"), about.partition(":")[2], str(number), words.moment(at))
        for form, about, number, at in quarter.filed
    ]  # fmt: skip
    yield words.known("quarter_filed", source, table=rows, n=len(quarter.filed))
