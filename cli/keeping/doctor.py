"""`hinomi doctor`: looks at everything that can be out of order, and says what to do about it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import click

from core.errors import HinomiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cli.context import Context
    from fingerprints.errors import DamagedIndexError

LOW_DISK_BYTES = 1 << 30
Level = Literal["ok", "note", "bad"]
_STYLES: dict[str, str] = {"ok": "green", "note": "yellow", "bad": "bold red"}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one look found: a level, what it is about, what was seen, and what to do."""

    level: Level
    about: str
    seen: str
    hint: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per look on stdout.")
@click.pass_obj
def doctor(ctx: Context, *, as_json: bool) -> None:
    """Check settings, key, index, database, archive, sources, alerts and disk; exits with 1 when something is wrong."""
    worst_is_bad = is_final = False
    for look in LOOKS:
        for found in _safely(look, ctx):
            is_final = look is _look_at_settings and found.level == "bad"  # nothing else can be looked at
            worst_is_bad |= found.level == "bad"
            if as_json:
                ctx.emit({"level": found.level, "about": found.about, "seen": found.seen, "hint": found.hint})
                continue
            ctx.talk.print(f"[{_STYLES[found.level]}]{found.level:<5}[/] {found.about:<10} ", end="")
            ctx.talk.print(found.seen, markup=False, soft_wrap=True)
            if found.hint:
                ctx.talk.print(f"{'':<17}{found.hint}", markup=False, soft_wrap=True)
        if is_final:
            break
    if worst_is_bad:
        raise click.exceptions.Exit(1)


def _safely(look: Callable[[Context], Iterator[Diagnosis]], ctx: Context) -> Iterator[Diagnosis]:
    """What a look finds; an error of ours is a finding, and the other looks go on."""
    try:
        yield from look(ctx)
    except HinomiError as error:
        yield Diagnosis("bad", look.__name__.removeprefix("_look_at_"), str(error), error.hint)


def _look_at_settings(ctx: Context) -> Iterator[Diagnosis]:
    yield Diagnosis("ok", "settings", f"home {ctx.settings.home}")


def _look_at_database(ctx: Context) -> Iterator[Diagnosis]:
    from sqlalchemy import text

    with ctx.database.read() as session:
        if ctx.database.is_sqlite:
            found = session.scalar(text("PRAGMA quick_check(1)"))
            if found != "ok":
                yield Diagnosis("bad", "database", f"SQLite reports: {found}", "Restore hinomi.db from its backup.")
                return
    yield Diagnosis("ok", "database", f"{ctx.database.engine.dialect.name}, at this program's version")


def _look_at_key(ctx: Context) -> Iterator[Diagnosis]:
    yield Diagnosis("ok", "key", f"id {ctx.key.id}")


def _look_at_index(ctx: Context) -> Iterator[Diagnosis]:
    from fingerprints.errors import DamagedIndexError, NoIndexError
    from fingerprints.index.generation import Index

    try:
        key = ctx.key
    except HinomiError:
        return  # said already; without the key the index cannot be opened
    try:
        index = Index.open(ctx.settings.index_dir, key, check=True)
    except NoIndexError as error:
        yield Diagnosis("note", "index", str(error), "Enrol customers: hinomi enroll FILE --extract NAME")
        return
    except DamagedIndexError as error:
        yield _damaged(ctx, error)
        return
    yield Diagnosis(
        "ok",
        "index",
        f"generation {index.generation}: {index.subjects} customers, {len(index.extracts)} extracts, "
        f"{len(index.segments)} segments, {index.bytes_per_subject:.0f} bytes a customer, checksums right",
    )
    yield from _index_leftovers(ctx)


def _damaged(ctx: Context, error: DamagedIndexError) -> Diagnosis:
    """What is damaged, and what serves meanwhile."""
    from fingerprints.index.generation import Index

    try:
        serving = Index.open_good(ctx.settings.index_dir, ctx.key)
    except HinomiError:
        return Diagnosis("bad", "index", f"{error}; nothing older can serve", error.hint)
    state = f"generation {serving.generation} serves in its place" if serving.damage else "it serves all the same"
    return Diagnosis("bad", "index", f"{error}; {state}", error.hint)


def _index_leftovers(ctx: Context) -> Iterator[Diagnosis]:
    """A change of key under way, and what a run that died left; neither is a fault."""
    from fingerprints.index.folder import next_dir

    if next_dir(ctx.settings.index_dir).is_dir():
        yield Diagnosis("note", "index", "the key is being changed", "hinomi key rotate shows what is still to come.")
    left = [path.name for path in ctx.settings.index_dir.glob("*.part")]
    if left:
        yield Diagnosis("note", "index", f"{', '.join(left)} is of a run that died", "The next enrolment removes it.")


def _look_at_archive(ctx: Context) -> Iterator[Diagnosis]:
    from sqlalchemy import func, select

    from archive.models import DocumentRow, WarcFileRow

    with ctx.database.read() as session:
        names = list(session.scalars(select(WarcFileRow.name).where(WarcFileRow.closed_at.is_not(None))))
        failed = session.scalar(select(func.count()).select_from(DocumentRow).where(DocumentRow.state == "failed")) or 0
        documents = session.scalar(select(func.count()).select_from(DocumentRow)) or 0
    missing = [name for name in names if not (ctx.settings.archive_dir / name).exists()]
    for name in missing:
        yield Diagnosis(
            "bad", "archive", f"{ctx.settings.archive_dir / name} is missing", "Restore it from the backup."
        )
    if failed:
        yield Diagnosis(
            "note", "archive", f"{failed} documents could not be judged", "hinomi rescan judges them again."
        )
    if not missing:
        yield Diagnosis("ok", "archive", f"{documents} documents in {len(names)} WARC files")


def _look_at_sources(ctx: Context) -> Iterator[Diagnosis]:
    from crawler.run import latest_sweep
    from crawler.sources import survey_sources

    found = survey_sources(ctx.settings.sources_path)
    sources = found.sources
    for problem in found.problems:
        yield Diagnosis("bad", "sources", problem, f"Correct it in {ctx.settings.sources_path}.")
    if not sources:
        yield Diagnosis("note", "sources", f"{ctx.settings.sources_path} names none", "hinomi sources add ...")
    for source in sources.values():
        last = latest_sweep(ctx.database, source.name)
        if last is not None and last.state == "failed":
            yield Diagnosis(
                "note", "sources", f"{source.name}: the last sweep failed: {last.reason}", "hinomi sources check"
            )
        if not source.legal_basis:
            yield Diagnosis("note", "sources", f"{source.name}: no legal_basis is given", "Say why it may be swept.")
    yield Diagnosis("ok", "sources", f"{len(sources)} sources can be read")
    if sources and not ctx.settings.crawler.contact:
        yield Diagnosis(
            "note", "sources", "[crawler] contact is empty: sites cannot reach us", "Set an address or a page."
        )


def _look_at_alerts(ctx: Context) -> Iterator[Diagnosis]:
    from sqlalchemy import func, select

    from alerts.channels import open_channels
    from alerts.models import PENDING, SENDING, Message
    from alerts.outbox import failed_messages

    names = [channel.name for channel in open_channels(ctx.settings)]
    with ctx.database.read() as session:
        failed = len(failed_messages(session))
        stuck = (
            session.scalar(
                select(func.count())
                .select_from(Message)
                .where(Message.state.in_((PENDING, SENDING)), Message.failure != "")
            )
            or 0
        )
    if failed:
        yield Diagnosis("bad", "alerts", f"{failed} messages were given up", "hinomi alerts list --state failed")
    if stuck:
        yield Diagnosis("note", "alerts", f"{stuck} messages could not be delivered yet", "hinomi alerts list")
    if names == ["console"]:
        yield Diagnosis("note", "alerts", "they go to the console alone", "Set up [alerts.slack] or [alerts.mail].")
    else:
        yield Diagnosis("ok", "alerts", f"they go to {', then '.join(names)}")


def _look_at_log(ctx: Context) -> Iterator[Diagnosis]:
    from transparency.heads import is_head_due, latest_head, place_name
    from transparency.keys import load_log_key
    from transparency.sequencer import count_waiting, tree_size

    load_log_key(ctx.settings.log_key_path)
    with ctx.database.read() as session:
        head, size, waiting = latest_head(session), tree_size(session), count_waiting(session)
        due = is_head_due(session, ctx.settings.log, ctx.clock.now())
    covered = head.size if head else 0
    if due:
        yield Diagnosis("note", "log", f"{size - covered} leaves have no signed head", "hinomi log publish")
    places = {place_name(path, ctx.settings.home) for path in ctx.settings.head_paths}
    if head and (lacking := places - set(head.places)):
        missing = ", ".join(sorted(lacking))
        yield Diagnosis("bad", "log", f"the last head could not be written to {missing}", "hinomi log publish")
    if all(path.is_relative_to(ctx.settings.home) for path in ctx.settings.head_paths):
        yield Diagnosis(
            "note", "log", "signed heads stay on this machine", "Set [log] head_files to a place elsewhere."
        )
    yield Diagnosis("ok", "log", f"{size} leaves, {covered} of them under a signed head, {waiting} rows wait")


def _look_at_disk(ctx: Context) -> Iterator[Diagnosis]:
    free = shutil.disk_usage(ctx.settings.home).free
    level: Level = "bad" if free < LOW_DISK_BYTES else "ok"
    yield Diagnosis(level, "disk", f"{free / (1 << 30):.1f} GiB free", "Free some space." if level == "bad" else "")


LOOKS: tuple[Callable[[Context], Iterator[Diagnosis]], ...] = (
    _look_at_settings,
    _look_at_database,
    _look_at_key,
    _look_at_index,
    _look_at_archive,
    _look_at_sources,
    _look_at_alerts,
    _look_at_log,
    _look_at_disk,
)
