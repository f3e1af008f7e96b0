"""`hinomi scan`: check files and folders for customers; exit code 10 for a leak, 11 for what is not clear."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.given import reason_for
from core.errors import OutsideError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cli.context import Context
    from fingerprints.index.generation import Index
    from matcher.finding import Finding

EXIT_CODES = {"leak": 10, "overlap": 11, "unread": 11, "clear": 0}
"""By verdict; the first of them that any document has is the command's."""
GRAVEST_FIRST = (EXIT_CODES["leak"], EXIT_CODES["overlap"], OutsideError.exit_code)
SHOWN_MATCHES = 20  # in the table for people; --json prints all that are listed
_STYLES = {"leak": "bold red", "overlap": "yellow", "unread": "magenta", "clear": "green"}


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per document on stdout.")
@click.option("--reveal", is_flag=True, help="Customer numbers instead of digests; needs --reason, and is an event.")
@click.option("--reason", default="", metavar="TEXT", help="Why they have to be seen; stands in the event.")
@click.option(
    "--open", "open_incidents", is_flag=True, help="Open an incident for each leak, or join the one it repeats."
)
@click.pass_obj
def scan(ctx: Context, paths: Sequence[str], *, as_json: bool, reveal: bool, reason: str, open_incidents: bool) -> None:
    """Check files, and whole folders, for enrolled customers."""
    reason = reason_for("customer numbers", reason, ask=not as_json) if reveal else reason
    documents = list(_documents(paths, lambda said: ctx.talk.print(said, markup=False, soft_wrap=True)))
    codes: set[int] = set()
    for name in documents:
        try:
            finding, record = _scan_one(ctx, name, reveal=reveal)
            if reveal and record["matches"]:
                _put_on_record(ctx, name, len(record["matches"]), reason)
        except OutsideError as error:
            ctx.talk.print(f"error: {error}", markup=False)
            codes.add(error.exit_code)
            continue
        if as_json:
            ctx.emit(record)
        else:
            _show(record)
        codes.add(EXIT_CODES[finding.verdict])
        if open_incidents and finding.subjects:
            _open_incident(ctx, name, finding, record["extracts"])
    if worst := next((code for code in GRAVEST_FIRST if code in codes), 0):
        sys.exit(worst)


def _documents(paths: Sequence[str], say: Callable[[str], None]) -> Iterator[Path]:
    """Every file, folders gone through in order; everything that does not exist is named before anything is read.

    What is in a folder and cannot be read is said and passed over: a pipe has no end, a device is no document.
    """
    missing = [path for path in paths if not Path(path).exists()]
    if missing:
        raise UsageError(f"no such file or folder: {', '.join(missing)}", hint="Check the spelling and where you are.")
    for path in map(Path, paths):
        if path.is_dir():
            yield from _files_below(path, say)
        elif path.is_file():
            yield path
        else:
            raise UsageError(f"{path} is neither a file nor a folder", hint="A pipe or a device has no end to check.")


def _files_below(folder: Path, say: Callable[[str], None]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        say(f"{error.filename}: not read: {error.strerror}")

    found = sorted(Path(place) / name for place, _, names in os.walk(folder, onerror=unreadable) for name in names)
    for file in found:
        if file.is_file():
            yield file
        else:
            say(f"{file}: not read: a pipe, a socket, a device or a link that leads nowhere")


def _scan_one(ctx: Context, name: Path, *, reveal: bool) -> tuple[Finding, dict[str, Any]]:
    from fingerprints.identifiers import load_kinds
    from matcher.document import Document, Limits
    from matcher.helpers import count_cores
    from matcher.match import match_document

    index = ctx.index
    settings = ctx.settings.matcher
    limits = Limits(document_bytes=settings.max_document_bytes, seconds=settings.max_document_s)
    try:
        finding = match_document(
            Document(str(name), name),
            index,
            ctx.digester,
            load_kinds(index.number_patterns),
            limits,
            processes=count_cores(),
        )
    except OSError as error:
        raise OutsideError(f"{name} cannot be read: {error.strerror or type(error).__name__}") from error
    return finding, as_record(str(name), finding, index, reveal=reveal)


def _put_on_record(ctx: Context, name: Path, subjects: int, reason: str) -> None:
    """Before a customer's number is shown, it is an event that it was."""
    from incidents.actions import add_event

    data = {
        "document": os.fsencode(name.name).decode("utf-8", "replace"),
        "subjects": subjects,
        "reason": reason.strip(),
    }
    with ctx.database.write() as session:
        add_event(session, "numbers-revealed", actor=getpass.getuser(), now=ctx.clock.now(), data=data)


def as_record(name: str, finding: Finding, index: Index, *, reveal: bool) -> dict[str, Any]:
    """The JSON object of one document, as `--json` prints it."""
    from judging.extracts import rank

    start, end = finding.dated
    return {
        "document": name,
        "verdict": finding.verdict,
        "confidence": round(finding.confidence, 6),
        "people": finding.people,
        "subjects": finding.subjects,
        "share": round(finding.share, 4),
        "fields": dict(finding.fields),
        "matches": [
            {
                "subject": subject,
                "confidence": round(match.confidence, 6),
                "fields": dict(match.fields),
                "weights": dict(match.weights),
                "chance": float(f"{match.chance:.2g}"),
                "at": dict(match.place),
            }
            for match, subject in zip(finding.matches, _named(finding, index, reveal=reveal), strict=True)
        ],
        "extracts": rank(finding, index),
        "dated": {"from": start.isoformat() if start else None, "to": end.isoformat() if end else None},
        "limits": list(finding.limits),
    }


def _named(finding: Finding, index: Index, *, reveal: bool) -> list[str]:
    import numpy as np

    if not finding.matches:
        return []
    subjects = np.array([match.subject for match in finding.matches], np.uint32)
    return (
        index.reveal(subjects) if reveal else [f"{digest:016x}" for digest in index.subject_digests(subjects).tolist()]
    )


def _open_incident(ctx: Context, name: Path, finding: Finding, extracts: list[dict[str, Any]]) -> None:
    from judging.hand_in import hand_in

    handed = hand_in(
        name,
        os.fsencode(name.name).decode("utf-8", "replace"),  # a name in another encoding is kept readable
        finding,
        generation=ctx.index.generation,
        archive=ctx.archive,
        database=ctx.database,
        clock=ctx.clock,
        extracts=extracts,
    )
    if handed.incident_id is None:
        ctx.talk.print(f"{name}: opens no incident", markup=False)
    else:
        said = "opened" if handed.opened else "joined"
        ctx.talk.print(f"{name}: {said} incident {handed.incident_id}", markup=False)


def _show(record: dict[str, Any]) -> None:
    """A heading and, where somebody was found, a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = Console(highlight=False)
    style = _STYLES[record["verdict"]]
    out.print(Text.assemble((record["verdict"], style), f"  {record['document']}"))
    for limit in record["limits"]:
        out.print(Text(f"  cut off: {limit}", "yellow"))
    if not record["subjects"]:
        return
    out.print(
        f"  {record['subjects']} of {record['people']} people are ours ({record['share']:.0%}); "
        f"confidence {record['confidence']:.3f}; fields: {', '.join(record['fields'])}"
    )
    for extract in record["extracts"][:3]:
        canary = ", a canary of it is in there" if "canary" in extract["terms"] else ""
        out.print(Text("  extract {extract}: covers {covered} of {of}, score {score}".format_map(extract) + canary))
    table = Table("subject", "at", "confidence", "by chance", "fields (agreement, weight in bits)")
    for match in record["matches"][:SHOWN_MATCHES]:
        at = " ".join(f"{key} {value}" for key, value in match["at"].items())
        fields = ", ".join(
            f"{kind} {value:.2f} ({match['weights'].get(kind, 0):+.0f})" for kind, value in match["fields"].items()
        )
        table.add_row(match["subject"], Text(at), f"{match['confidence']:.4f}", f"{match['chance']:.0e}", fields)
    out.print(table)
    if len(record["matches"]) > SHOWN_MATCHES:
        out.print(f"  … and {len(record['matches']) - SHOWN_MATCHES} more")
