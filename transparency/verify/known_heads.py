"""Every signed head that can be reached: in the database, in files outside of it, and those that somebody brings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from transparency.errors import LogError, NoLogKeyError, NoteError, TimestampError
from transparency.heads import place_name
from transparency.keys import load_log_key, load_public_keys, public_path
from transparency.models import LogHead
from transparency.notes import is_signed, read_note, read_notes
from transparency.places.head_syslog import PREFIX
from transparency.verify.damage import Damage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from sqlalchemy.orm import Session

    from core.settings import Settings
    from transparency.notes import SignedHead
    from transparency.verify.damage import Report

DATABASE: Final = "the database"


@dataclass(frozen=True, slots=True)
class KnownHead:
    """A head, where it was found, and the authority's token beside it."""

    signed: SignedHead
    where: str
    token: bytes | None = None

    @property
    def size(self) -> int:
        """How many leaves it covers."""
        return self.signed.head.size

    def __str__(self) -> str:
        at = self.signed.head.signed_at
        return f"the head of {self.size} leaves signed on {at:%Y-%m-%d %H:%M:%S} UTC, in {self.where}"


def trusted_keys(settings: Settings, given: Sequence[Path] = ()) -> list[Ed25519PublicKey]:
    """The public keys that a head may be signed with.

    Args:
        settings: Say where this home's key is.
        given: Files with public keys that an auditor brings; then those alone count.

    Raises:
        NoLogKeyError: There is none.
    """
    if given:
        keys = [key for path in given for key in load_public_keys(path)]
    else:
        keys = load_public_keys(public_path(settings.log_key_path))
        keys = keys or [load_log_key(settings.log_key_path).public_key()]
    if not keys:
        raise NoLogKeyError(f"there is no public key in {', '.join(map(str, given))}")
    return keys


def find_heads(
    session: Session,
    settings: Settings,
    report: Report,
    *,
    keys: Sequence[Ed25519PublicKey],
    given: Sequence[Path] = (),
) -> list[KnownHead]:
    """All heads whose signature holds, by size; what is wrong with the others, and what is missing, is reported."""
    rows = session.scalars(select(LogHead).order_by(LogHead.size)).all()
    written = dict.fromkeys([*settings.head_paths, *_other_files(settings, rows)])
    found = list(_in_database(rows, report))
    for path in written:
        here = list(_in_file(path, report)) if path.is_file() else []
        found += here
        _compare(path, [row for row in rows if place_name(path, settings.home) in row.places], rows, here, report)
    for path in given:
        found += _in_file(path, report)
    good = [known for known in found if _is_good(known, keys, report)]
    _check_stamps(good, settings, report)
    report.heads = len({known.signed.note for known in good})
    report.places = tuple(dict.fromkeys(known.where for known in good))
    sent = sorted({place for row in rows for place in row.places if place.startswith(PREFIX)})
    if sent:
        words = ", ".join(place.removeprefix(PREFIX) for place in sent)
        report.notes.append(f"heads went to the syslog {words} too: --head compares a text out of it")
    elif good and set(report.places) == {DATABASE}:
        report.notes.append("no head outside the database was found: a rewritten history would go unseen")
    return sorted(good, key=lambda known: known.size)


def _other_files(settings: Settings, rows: Iterable[LogHead]) -> Iterator[Path]:
    """Files that heads were written to, whether or not the settings still name them."""
    for row in rows:
        yield from (settings.home / place for place in row.places if not place.startswith(PREFIX))


def _in_database(rows: Iterable[LogHead], report: Report) -> Iterator[KnownHead]:
    for row in rows:
        try:
            signed = read_note(row.note)
        except NoteError as error:
            report.add(Damage("head-forged", f"the head of {row.size} leaves in {DATABASE}", row.size, said=str(error)))
            continue
        if (signed.head.size, signed.head.root.hex(), signed.head.signed_at) != (row.size, row.root, row.signed_at):
            said = "its columns say something else than the note that was signed"
            report.add(Damage("head-forged", f"the head of {row.size} leaves in {DATABASE}", row.size, said=said))
        yield KnownHead(signed, DATABASE, row.token)


def _in_file(path: Path, report: Report) -> Iterator[KnownHead]:
    """Lines of JSON as we write them, or a text in which notes stand."""
    text, where = path.read_text(encoding="utf-8", errors="replace"), str(path)
    if not text.lstrip().startswith("{"):
        heads = [KnownHead(signed, where) for signed in read_notes(text)]
        if not heads:
            raise NoteError(
                f"{path} holds no signed tree head", hint="Copy the four lines and the signature as they are."
            )
        yield from heads
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            token = bytes.fromhex(record["token"]) if record.get("token") else None
            yield KnownHead(read_note(record["note"]), where, token)
        except (ValueError, KeyError, TypeError, AttributeError, LogError):
            report.add(Damage("head-forged", f"line {number} of {path}", 0, said="the line holds no signed tree head"))


def _compare(
    path: Path, written: Sequence[LogHead], rows: Sequence[LogHead], here: Sequence[KnownHead], report: Report
) -> None:
    """What a file lacks of the heads that were written to it, and what it has that the database lacks."""
    in_file, in_rows = {known.signed.note for known in here}, {row.note for row in rows}
    for row in written:
        if row.note not in in_file:
            what = "head-removed" if path.is_file() else "file-missing"
            said = f"it was written to {path} and is not there"
            report.add(Damage(what, f"the head of {row.size} leaves", row.size, row.signed_at, said))
    for known in here:
        if known.signed.note not in in_rows:
            said = f"it stands in {path} and not in the database"
            head = known.signed.head
            report.add(Damage("head-removed", f"the head of {head.size} leaves", head.size, head.signed_at, said))


def _is_good(known: KnownHead, keys: Sequence[Ed25519PublicKey], report: Report) -> bool:
    if is_signed(known.signed, keys):
        return True
    said = "its signature is none of ours"
    report.add(Damage("head-forged", str(known), known.size, known.signed.head.signed_at, said))
    return False


def _check_stamps(heads: Sequence[KnownHead], settings: Settings, report: Report) -> None:
    stamped = [(known, known.token) for known in heads if known.token]
    if not stamped:
        return
    if not settings.log.authority_roots:
        report.notes.append(f"{len(stamped)} time stamps were not checked: [log] authority_roots is not set")
        return
    from transparency.places.timestamps import load_roots, read_timestamp

    roots = load_roots(settings.home / Path(settings.log.authority_roots).expanduser())
    for known, token in stamped:
        try:
            read_timestamp(token, known.signed.note, roots)
        except TimestampError as error:
            report.add(Damage("stamp-broken", str(known), known.size, known.signed.head.signed_at, str(error)))
