"""Where the data came from: extracts, who was lent them, and the ranking of holders, with names masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reports.case import CaseFile
    from reports.values import Known, ReportGap
    from reports.words import ReportWords

EXTRACTS_TOLD = 5
HOLDERS_TOLD = 15


def likely_extracts(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """The extracts that explain the customers best, with how many of them."""
    told = case.extracts[:EXTRACTS_TOLD]
    if not told:
        yield words.known("no_extract", words.say("source.states"))
        return
    rows = [tuple(words.say(f"head.{one}") for one in ("extract", "covered", "score"))]
    rows += [
        (str(one["extract"]), words.number(int(one["covered"])), f"{float(one.get('score', 0)):.1f}") for one in told
    ]
    yield words.known(
        "extracts", words.say("source.ranked", at=words.moment(case.line.updated_at)), table=rows, n=len(told)
    )


def lent_to(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Who was lent these, under which kind of contract, for what, since when, and how it stands."""
    names = {str(one["extract"]) for one in case.extracts[:EXTRACTS_TOLD]}
    for line in case.lent:
        if line.extract not in names:
            continue
        source = words.register(line.extract, case.today)
        if not line.processor:
            yield words.known("not_lent", source, extract=line.extract)
            continue
        kind = line.extract_contract or line.contract_kind
        yield words.known(
            "lent", source, extract=line.extract, chain=" ← ".join(line.chain) or line.processor,
            since=words.day(line.since) if line.since else "–", purpose=line.purpose or "–",
            contract=words.say(f"contract.{kind}") if kind in {"A", "B"} else words.say("contract.none"),
            standing=words.say(f"standing.{line.standing}"), columns=words.fields(line.columns) or "–",
        )  # fmt: skip


def was_asked(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Whether the access records were asked, and when; nothing of what came out."""
    if case.ranking is None:
        yield words.gap("ranking")
    else:
        at = words.moment(case.ranking.asked_at)
        yield words.known("asked", words.say("source.ranking", at=at), at=at)


def holders(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """The ranking of holders as it was answered: masked names, what each explains, what none explains."""
    if case.ranking is None:
        yield words.gap("ranking")
        return
    found, at = case.ranking.found, words.moment(case.ranking.asked_at)
    source = words.say("source.ranking", at=at)
    yield words.known("sentence", source, text=found["sentence"])
    telling = [one for one in found["holders"] if not one["explains_nothing"]]
    if telling:
        rows = [tuple(words.say(f"head.{one}") for one in ("place_in", "holder", "covered", "size", "score", "tied"))]
        rows += [_row(number, one, words) for number, one in enumerate(telling[:HOLDERS_TOLD], start=1)]
        yield words.known("holders", source, table=rows, n=len(telling) + int(found.get("more_holders", 0)))
    outside = found["outside"]
    yield words.known("outside", source, n=words.number(int(outside["unexplained"])))
    if outside.get("without_number"):
        yield words.known("without_number", source, n=words.number(int(outside["without_number"])))


def doubts(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """What the ranking could not look at: days without records, limits, systems that were asked."""
    if case.ranking is None:
        return
    found = case.ranking.found
    source = words.say("source.ranking", at=words.moment(case.ranking.asked_at))
    yield words.known("systems", source, systems=words.joined(map(str, found["systems"])) or "–")
    gaps = found["gaps"]
    if gaps:
        rows = [tuple(words.say(f"head.{one}") for one in ("system", "first", "last"))]
        rows += [tuple(str(gap.get(name, "–")) for name in ("system", "first", "last")) for gap in gaps[:HOLDERS_TOLD]]
        yield words.known("record_gaps", source, table=rows, n=len(gaps))
    else:
        yield words.known("no_record_gaps", source)


def inputs(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """What the ranking was made from, so that it can be made again."""
    if case.ranking is None:
        return
    source = words.say("source.ranking", at=words.moment(case.ranking.asked_at))
    yield words.known("basis", source, sha256=case.ranking.basis)


def _row(number: int, one: Mapping[str, Any], words: ReportWords) -> tuple[str, ...]:
    return (
        str(number), f"{words.named('holder', str(one['kind']))} {one['name']}", f"{one['covered']} / {one['of']}",
        words.number(int(one["size"])), f"{float(one['score']):.1f}", words.joined(map(str, one["tied_with"])) or "–",
    )  # fmt: skip
