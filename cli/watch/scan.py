"""`hinomi scan`: check files and folders for customers; exit code 10 for a leak, 11 for what is not clear."""

from __future__ import annotations

import hashlib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from cli.given import MOMENT, reason_for
from cli.language import CommandError, CommandFailedError, said_of, say
from cli.watch.scan_judge import open_scan_judge, question_of
from cli.watch.scan_record import as_record, show
from core.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cli.context import Context
    from judging.child import Judge
    from judging.judge import Judged
    from matcher.finding import Finding

EXIT_CODES = {"leak": 10, "overlap": 11, "unread": 11, "clear": 0}
"""By verdict; the first of them that any document has is the command's."""
GRAVEST_FIRST = (EXIT_CODES["leak"], EXIT_CODES["overlap"], OutsideError.exit_code)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per document on stdout.")
@click.option("--reveal", is_flag=True, help="Customer numbers instead of digests; needs --reason, and is an event.")
@click.option("--reason", default="", metavar="TEXT", help="Why they have to be seen; stands in the event.")
@click.option(
    "--open", "open_incidents", is_flag=True, help="Open an incident for each leak, or join the one it repeats."
)
@click.option(
    "--posted-at",
    type=MOMENT,
    metavar="TIME",
    help="With --open: when it was posted; its own date unless given, if it has one.",
)
@click.option("--seen-at", type=MOMENT, metavar="TIME", help="With --open: when somebody saw it first.")
@click.pass_obj
def scan(
    ctx: Context,
    paths: Sequence[str],
    posted_at: datetime | None,
    seen_at: datetime | None,
    *,
    as_json: bool,
    reveal: bool,
    reason: str,
    open_incidents: bool,
) -> None:
    """Check files, and whole folders, for enrolled customers."""
    posted = _posted(ctx, posted_at, seen_at, opens=open_incidents)
    if reveal:
        _check_may_reveal(ctx)
        reason = reason_for(say("ask.customer_numbers"), reason, ask=not as_json)
    documents = list(_documents(paths, lambda said: ctx.talk.print(said, markup=False, soft_wrap=True)))
    codes: set[int] = set()
    with open_scan_judge(ctx, documents) as judge:
        for name in documents:
            try:
                judged = _judge_one(judge, name)
                record = as_record(str(name), judged.finding, ctx.index, judged.extracts, reveal=reveal)
                if reveal and record["matches"]:
                    _put_on_record(ctx, name, len(record["matches"]), reason)
            except OutsideError as error:
                ctx.talk.print(say("error_is", said=said_of(error)[0]), markup=False)
                codes.add(error.exit_code)
                continue
            if as_json:
                ctx.emit(record)
            else:
                show(record)
            codes.add(EXIT_CODES[judged.finding.verdict])
            if open_incidents and judged.finding.subjects:
                _open_incident(ctx, name, judged.finding, record["extracts"], posted, reason)
    if worst := next((code for code in GRAVEST_FIRST if code in codes), 0):
        sys.exit(worst)


def _documents(paths: Sequence[str], tell: Callable[[str], None]) -> Iterator[Path]:
    """Every file, folders gone through in order; everything that does not exist is named before anything is read.

    What is in a folder and cannot be read is said and passed over: a pipe has no end, a device is no document.
    """
    missing = [path for path in paths if not Path(path).exists()]
    if missing:
        raise CommandError("no_such_path", paths=", ".join(missing))
    for path in map(Path, paths):
        if path.is_dir():
            yield from _files_below(path, tell)
        elif path.is_file():
            yield path
        else:
            raise CommandError("no_file", path=path)


def _files_below(folder: Path, tell: Callable[[str], None]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        tell(say("scan.not_read", file=error.filename, why=error.strerror))

    found = sorted(Path(place) / name for place, _, names in os.walk(folder, onerror=unreadable) for name in names)
    for file in found:
        if file.is_file():
            yield file
        else:
            tell(say("scan.not_read", file=file, why=say("scan.no_document")))


def _judge_one(judge: Judge, name: Path) -> Judged:
    """The verdict over one file; what ended the child even as plain text is unread, with its reason.

    Raises:
        CommandFailedError: It cannot be opened.
    """
    from judging.child import JudgingError, UnreadableError
    from judging.judge import Judged
    from matcher.finding import Finding

    try:
        return judge.judge(question_of(name))
    except JudgingError as error:
        return Judged(Finding("unread", 0.0, 0, limits=(str(error),)), [], 0)
    except UnreadableError as error:
        raise CommandFailedError("cannot_be_read", path=name, why=error) from None
    except OSError as error:
        raise CommandFailedError("cannot_be_read", path=name, why=error.strerror or type(error).__name__) from error


def _check_may_reveal(ctx: Context) -> None:
    from people.approvals import REVEAL_VALUES, check_may

    with ctx.database.read() as session:
        check_may(session, ctx.actor, REVEAL_VALUES)


def _put_on_record(ctx: Context, name: Path, subjects: int, reason: str) -> None:
    """Before a customer's number is shown, it is an event that it was."""
    from incidents.actions import add_event
    from people.approvals import REVEAL_VALUES

    data: dict[str, Any] = {
        "document": os.fsencode(name.name).decode("utf-8", "replace"),
        "subjects": subjects,
        "reason": reason.strip(),
    }
    if subjects > ctx.settings.people.reveal_limit:
        with name.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        data |= ctx.second_person(REVEAL_VALUES, content[:16], reason)
    with ctx.database.write() as session:
        add_event(session, "numbers-revealed", actor=ctx.actor, now=ctx.clock.now(), data=data)


def _posted(
    ctx: Context, posted_at: datetime | None, seen_at: datetime | None, *, opens: bool
) -> tuple[datetime, str] | None:
    """Since when it was out there, on the clocks where the carrier is: since it was posted, or seen at the latest."""
    given = [one.replace(tzinfo=one.tzinfo or ZoneInfo(ctx.settings.zone)) for one in (posted_at, seen_at) if one]
    if given and not opens:
        raise CommandError("want_open")
    if given != sorted(given) or (given and given[-1] > ctx.clock.now()):
        raise CommandError("times_order")
    return (given[0].astimezone(UTC), given[0].isoformat(" ", "seconds")) if given else None


def _open_incident(
    ctx: Context,
    name: Path,
    finding: Finding,
    extracts: list[dict[str, Any]],
    posted: tuple[datetime, str] | None,
    reason: str,
) -> None:
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
        zone=ctx.settings.zone,
        posted=posted,
        by=ctx.actor.name,
        reason=reason,
    )
    if handed.incident_id is None:
        ctx.talk.print(say("scan.opens_none", name=name), markup=False)
    else:
        said = "scan.opened" if handed.opened else "scan.joined"
        ctx.talk.print(say(said, name=name, id=handed.incident_id), markup=False)
