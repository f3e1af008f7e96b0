"""What happened, when it became known, where it was seen, and what of whom was in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from deadlines.facts import KNOWN, PROCESSOR_KNOWN, RESIDENTS, Basis
from incidents.states import CONFIRM_CSIRT, CONFIRM_OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.case import CaseFile
    from reports.values import Known, ReportGap
    from reports.words import ReportWords

PLACES_TOLD = 10
HAND_IN = "hand-in"
"""The source of a document that somebody brought: nobody found it on the internet."""


def happened(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """What happened, and that it is so: who confirmed it."""
    line = case.line
    source = words.event(case.opened.id, case.opened.at) if case.opened else ""
    how = "handed_in" if set(line.sources) == {HAND_IN} else "happened"
    yield words.known(
        how, source, sources=words.joined(words.named("source", one) for one in line.sources),
        seen=words.moment(line.first_seen_at), places=words.number(line.sightings),
        documents=words.number(line.documents),
    )  # fmt: skip
    for kind in (CONFIRM_CSIRT, CONFIRM_OWNER):
        if (mark := case.marks.get(kind)) and _is_given(case, kind):
            yield words.known(f"confirmed.{kind}", words.event(mark.id, mark.at), at=words.moment(mark.at))
    if line.csirt_confirmed_at is None:
        yield words.known("unconfirmed", words.say("source.states"))


def _is_given(case: CaseFile, kind: str) -> bool:
    line = case.line
    return (line.csirt_confirmed_at if kind == CONFIRM_CSIRT else line.owner_confirmed_at) is not None


def known_since(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """When the organisation knew, which starts the terms of the law."""
    at = case.facts.moments.get(KNOWN)
    if at is None:
        yield words.gap("known")
        return
    said = case.said.get(KNOWN)
    source = words.say("source.said", at=words.moment(said.at)) if said else words.say("source.knowing")
    yield words.known("known", source, at=words.moment(at))


def processor_known(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """When the processor that held the data knew."""
    at = case.facts.moments.get(PROCESSOR_KNOWN)
    said = case.said.get(PROCESSOR_KNOWN)
    if at is None or said is None:
        yield words.gap("processor_known")
    else:
        yield words.known("processor_known", words.say("source.said", at=words.moment(said.at)), at=words.moment(at))


def seen_at(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Where it was seen: hosts and hashes, never a title, a whole address or an author."""
    rows = [tuple(words.say(f"head.{one}") for one in ("place", "posted", "fetched", "document"))]
    rows += [
        (
            f"{words.named('source', view.source)} {_host(view.address)}".strip(),
            words.moment(view.posted_at), words.moment(view.fetched_at), f"#{view.capture_id} {view.sha256}",
        )
        for view in case.places.views[:PLACES_TOLD]
    ]  # fmt: skip
    more = case.places.total - len(rows) + 1
    if case.places.views:
        yield words.known("places", words.say("source.archive"), table=rows, n=words.number(case.places.total))
    if more > 0:
        yield words.known("more_places", words.say("source.archive"), n=words.number(more))


def _host(address: str) -> str:
    """The host of an address; none of what is no address (``http://[x``)."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def data_kinds(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Which kinds of personal data were in it, and of how many people each."""
    fields = case.line.fields
    source = _document(case, words)
    if fields:
        rows = [(words.say("head.field"), words.say("head.people"))]
        rows += [
            (words.fields([kind]), words.number(fields[kind])) for kind in sorted(fields, key=lambda k: -fields[k])
        ]
        yield words.known("fields", source, table=rows, fields=words.fields(fields))
    since, until = case.telling.dated
    if since and until:
        yield words.known("dated", source, since=words.day(since), until=words.day(until))
    for name in ("sensitive", "secrecy", "specific-user-information"):
        yield from _answer(case, words, name)


def people(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """How many people: what is confirmed and what is possible stand apart."""
    facts, source = case.facts, _document(case, words)
    if facts.confirmed_people is None:
        yield words.gap("confirmed_people")
    else:
        yield words.known("people_confirmed", source, n=words.number(facts.confirmed_people))
    possible = facts.people(Basis.POSSIBLE)
    if possible is not None:
        yield words.known("people_possible", source, n=words.number(possible))
    yield words.known(
        "people_read", source, people=words.number(case.line.people), ours=words.number(case.line.subjects)
    )
    limits = len(case.telling.limits) + case.telling.more_limits
    if limits:
        yield words.known("limits", source, n=words.number(limits))


def residents(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Of which countries the people are, as far as somebody said."""
    said = case.said.get(RESIDENTS)
    if said is None:
        yield words.gap("residents")
    else:
        yield words.known("residents", words.say("source.said", at=words.moment(said.at)), codes=said.value)


def malice(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Whether somebody meant it, and whether it can cost the people money."""
    yield from _answer(case, words, "malicious")
    yield from _answer(case, words, "financial-harm")


def high_risk(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Whether the people's rights and freedoms are at a high risk."""
    yield from _answer(case, words, "high-risk")


def reporter(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Who reports, and whom to ask."""
    for name, value in (("organisation", case.organisation), ("contact", case.contact)):
        if value.strip():
            yield words.known(name, words.say("source.settings"), value=value.strip())
        else:
            yield words.gap(name)


def customer_contact(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Where customers may ask."""
    if case.customer_contact.strip():
        yield words.known("customer_contact", words.say("source.settings"), value=case.customer_contact.strip())
    else:
        yield words.gap("customer_contact")


def letter(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """The same for customers: what happened, and what of theirs."""
    yield words.known(
        "letter", seen=words.day(words.here(case.line.first_seen_at)), fields=words.fields(case.line.fields)
    )
    if case.line.csirt_confirmed_at is None:
        yield words.gap("confirmation")


def _answer(case: CaseFile, words: ReportWords, name: str) -> Iterator[Known | ReportGap]:
    said, answer = case.said.get(name), case.facts.answers.get(name)
    if said is None or answer is None:
        yield words.gap(f"fact.{name}")
    else:
        yield words.known(f"fact.{name}.{answer.value}", words.say("source.said", at=words.moment(said.at)))


def _document(case: CaseFile, words: ReportWords) -> str:
    views = case.places.views
    most = max(views, key=lambda view: (view.subjects, view.confidence, view.sha256), default=None)
    return words.document(most.capture_id, most.sha256) if most else words.say("source.states")
