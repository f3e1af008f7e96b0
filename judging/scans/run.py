"""One scan from end to end: each file judged in a child, its result kept, an incident opened where one is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from core.clock import DEFAULT_ZONE
from core.processes.names import worker_name
from incidents.actions import add_event
from judging.child import JudgingError, Question
from judging.hand_in import hand_in
from judging.judge import Judged
from judging.scans.store import DONE, LIST, RUNNING, ScanProgress, scanner_of
from matcher.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archive.store import Archive
    from core.clock import Clock
    from core.database import Database
    from core.errors import HinomiError
    from judging.child import Judge
    from judging.scans.store import ListOrigin, Scan, Scans

SHOWN_MATCHES: Final = 20
"""The surest, of each file."""
FOUND: Final = frozenset({"leak", "overlap"})


@dataclass(frozen=True, slots=True)
class ScanWork:
    """What a run works with."""

    scans: Scans
    judge: Judge
    archive: Archive
    database: Database
    clock: Clock
    zone: str = DEFAULT_ZONE


def run_scan(work: ScanWork, scan: Scan, *, stop: Callable[[], bool] = lambda: False) -> Scan:
    """Judge what was not judged yet, open what is to be opened, and put on the record that it was done.

    Args:
        work: What it works with.
        scan: The scan.
        stop: Asked before each file; when true the run ends, and the next goes on with the rest.
    """
    scans = work.scans
    scan = scans.change(scan, state=RUNNING, worker=worker_name(), runs=scan.runs + 1)
    began_at = work.clock.now()
    begun = sum(one.size_bytes for number, one in enumerate(scan.files) if scans.result_of(scan, number))
    done = begun
    for number, file in enumerate(scan.files):
        if stop():
            return scan
        result = scans.result_of(scan, number)
        is_wanted = number in scan.to_open and "incident" not in result
        if result and not is_wanted:
            continue
        scans.tell(scan, ScanProgress(number, work.clock.now(), began_at, begun, done))
        judged = _judge(work, scan, number)
        result = result or as_result(judged)
        if is_wanted or scan.purpose == LIST:
            result |= _open(work, scan, number, judged)
        _put_on_record(work, scan, number, result)
        scans.keep_result(scan, number, result)
        done += file.size_bytes
    scans.tell(scan, ScanProgress(len(scan.files), work.clock.now(), began_at, begun, done))
    return scans.change(scan, state=DONE, worker="", runs=0)


def as_result(judged: Judged) -> dict[str, Any]:
    """What a page shows of a finding: nothing that says who anybody is."""
    finding = judged.finding
    start, end = finding.dated
    surest = sorted(finding.matches, key=lambda match: -match.confidence)[:SHOWN_MATCHES]
    return {
        "verdict": finding.verdict,
        "confidence": finding.confidence,
        "people": finding.people,
        "subjects": finding.subjects,
        "hidden": finding.hidden,
        "share": finding.share,
        "fields": {kind: count for kind, count in finding.fields.items() if count},
        "matches": [
            {"confidence": match.confidence, "fields": dict(match.fields), "place": dict(match.place)}
            for match in surest
        ],
        "extracts": judged.extracts,
        "dated": [start.isoformat() if start else None, end.isoformat() if end else None],
        "limits": list(finding.limits),
    }


def _judge(work: ScanWork, scan: Scan, number: int) -> Judged:
    """The verdict over a file; what ended the child even as plain text is unread, with its reason."""
    path, file = work.scans.path_of(scan, number), scan.files[number]
    try:
        return work.judge.judge(Question(file.name, path, file.size_bytes))
    except JudgingError as error:
        return Judged(Finding("unread", 0.0, 0, limits=(str(error),)), [], 0)


def _open(work: ScanWork, scan: Scan, number: int, judged: Judged) -> dict[str, Any]:
    """Archive the file, and let its finding open or join an incident; what a person knows of it is a note there."""
    if not judged.finding.subjects:
        return {"incident": None, "opened": False}
    handed = hand_in(
        work.scans.path_of(scan, number), scan.files[number].name, judged.finding, generation=judged.generation,
        archive=work.archive, database=work.database, clock=work.clock, zone=work.zone, extracts=judged.extracts,
        posted=_posted(scan.origin), by=scanner_of(scan).name, reason=_origin_note(scan),
    )  # fmt: skip
    if handed.incident_id is not None and (text := _origin_note(scan)):
        with work.database.write() as session:
            add_event(
                session, "note", actor=scanner_of(scan), now=work.clock.now(), incident_id=handed.incident_id,
                data={"text": text}, key=f"scan:{scan.id}:{number}",
            )  # fmt: skip
    return {"incident": handed.incident_id, "opened": handed.opened}


def _posted(origin: ListOrigin) -> tuple[datetime, str] | None:
    """When a list was out there at the latest, as far as somebody said so, and how they wrote it."""
    return (datetime.fromisoformat(origin.seen_at), origin.when) if origin.seen_at else None


def _origin_note(scan: Scan) -> str:
    """What is known of where a list came from, as it was written."""
    origin = scan.origin
    told = (("掲載場所 / seen at", origin.where), ("受領元 / from", origin.whom), ("日時 / when", origin.when))
    return "\n".join(f"{what}: {said}" for what, said in told if said)


def _put_on_record(work: ScanWork, scan: Scan, number: int, result: Mapping[str, Any]) -> None:
    """That somebody asked who of a file is a customer is a look at customers' data, on record before they see it."""
    leaks = int(result["verdict"] in FOUND)
    data = {"documents": 1, "leaks": leaks, "other": 1 - leaks, "file": number + 1, "of": len(scan.files)}
    key = f"scanned:{scan.id}:{number}"
    with work.database.write() as session:
        add_event(session, "scanned", actor=scanner_of(scan), now=work.clock.now(), data=data, key=key)


def failure_of_scan(error: HinomiError) -> str:
    """Why a scan could not be run, as its page tells it."""
    return f"{error} {error.hint}".strip()
