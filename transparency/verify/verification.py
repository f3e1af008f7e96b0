"""Verification: everything is computed anew from raw rows and files in one pass, and compared with what was promised.

Leaves are read in order, in pieces; memory does not grow with the log. For each one its row is written out and hashed
again, its file (if it has one) read through, and the leaf added to a tree, whose root is compared with every signed
head of that size, wherever the head was found. So an edited row differs from its leaf; a leaf changed along with it
differs from the heads; heads signed anew differ from the ones that were out of reach.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from archive.store import Archive
from core.removals import REMOVABLE, Removal
from custody.register.index_states import find_index_damage
from transparency.entries import read_entries, read_plainly
from transparency.kinds import KINDS
from transparency.merkle import GrowingTree, leaf_hash
from transparency.models import LogLeaf, LogWaiting
from transparency.sequencer import count_waiting
from transparency.verify.beside import compare_index, compare_settings, uncovered_since
from transparency.verify.bodies import find_wrong_bodies
from transparency.verify.damage import Damage, Report
from transparency.verify.derived import (
    find_wrong_deadlines,
    find_wrong_incidents,
    find_wrong_leak_index,
    find_wrong_report_versions,
    find_wrong_sightings,
    find_wrong_tasks,
)
from transparency.verify.known_heads import find_heads, trusted_keys
from transparency.verify.marks import find_wrong_marks
from transparency.verify.register import find_wrong_register
from transparency.verify.schema import find_wrong_schema
from transparency.verify.stored_files import FILE_KINDS, StoredFiles
from transparency.verify.work import find_missing_alerts, find_wrong_documents, find_wrong_trails

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings
    from transparency.kinds import Kind
    from transparency.verify.beside import LookAtIndex
    from transparency.verify.known_heads import KnownHead

AT_ONCE: Final = 20_000
DERIVED: Final = (
    find_wrong_incidents,
    find_wrong_deadlines,
    find_wrong_report_versions,
    find_wrong_tasks,
    find_wrong_sightings,
    find_wrong_leak_index,
    find_wrong_marks,
    find_wrong_register,
    find_wrong_documents,
    find_wrong_bodies,
    find_missing_alerts,
    find_wrong_trails,
)
"""What follows from entries, a function each."""


def verify(
    settings: Settings,
    database: Database,
    clock: Clock,
    *,
    heads: Sequence[Path] = (),
    keys: Sequence[Path] = (),
    look_at_index: LookAtIndex = find_index_damage,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Verify the log of a home.

    Args:
        settings: Say where files, heads and the public key are.
        database: Only read, as of one moment.
        clock: For the archive.
        heads: Files with more signed heads, such as a text copied out of Slack.
        keys: Public keys that alone are trusted; default: this home's own.
        look_at_index: What is wrong with the index; with the master key it sees more.
        progress: Told how many leaves are done, and of how many.

    Raises:
        NoLogKeyError: There is no public key to check heads with.
        NoteError: One of the files given holds no head.
    """
    report, trusted = Report(), trusted_keys(settings, keys)
    files = StoredFiles(Archive(settings, database, clock), settings.trails_dir, report)
    with database.read() as session:
        if not database.is_sqlite:  # SQLite reads as of one moment anyway
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        if not find_wrong_schema(session, report):
            return report
        found = find_heads(session, settings, report, keys=trusted, given=heads)
        try:
            _Verification(session, database, files, report, found).run(progress)
            files.check_unsealed(session)
            files.check_left(session)
            _find_unlogged(session, report)
            for find in DERIVED:
                find(session, report)
            compare_settings(session, settings, report)
            compare_index(session, settings, report, look_at_index)
            report.waiting = count_waiting(session)
            report.uncovered = uncovered_since(session, found, settings, clock)
        except DatabaseError as error:  # pages of it cannot be read; which, its own check has said
            report.add(Damage("database-damaged", "the database", 0, said=str(error.orig).splitlines()[0]))
    if found:
        report.first, report.last = found[0].signed.head, found[-1].signed.head
    elif report.size:
        report.notes.append("no head was signed yet: the log vouches for nothing so far (`hinomi log publish`)")
    return report


class _Verification:
    """One pass over the leaves."""

    def __init__(
        self, session: Session, database: Database, files: StoredFiles, report: Report, heads: Sequence[KnownHead]
    ) -> None:
        self._session = session
        self._database = database
        self._files = files
        self._report = report
        self._heads = deque(heads)
        self._tree = GrowingTree()
        self._good_size = 0
        self._rewritten = False

    def run(self, progress: Callable[[int, int], None]) -> None:
        """Go through all leaves, then see which heads cover more than there is."""
        last = self._session.scalar(select(func.max(LogLeaf.position)))
        size = 0 if last is None else last + 1
        self._compare_root()
        for leaves in self._pieces():
            self._check_rows(leaves)
            self._grow(leaves)
            progress(self._tree.size, size)
        for known in self._heads:
            said = f"the head covers {known.size} leaves, the log has {self._tree.size}"
            signed_at = known.signed.head.signed_at
            self._report.add(Damage("tail-cut", str(known), min(self._tree.size, known.size), signed_at, said))

    def _pieces(self) -> Iterator[Sequence[Any]]:
        after, columns = -1, (LogLeaf.position, LogLeaf.kind, LogLeaf.row_id, LogLeaf.hash)
        while True:
            asked = select(*columns).where(LogLeaf.position > after).order_by(LogLeaf.position).limit(AT_ONCE)
            leaves = read_plainly(self._session, asked)
            if leaves:
                yield leaves
                after = leaves[-1][0]
            if len(leaves) < AT_ONCE:
                return

    def _grow(self, leaves: Sequence[Any]) -> None:
        """Add leaves to the tree, comparing its root at the size of every head."""
        tree = self._tree
        for position, _kind, _row_id, hashed in leaves:
            if position != tree.size and not self._rewritten:
                said = f"after leaf {tree.size - 1} comes leaf {position}"
                self._report.add(Damage("leaf-missing", f"leaf {tree.size}", tree.size, self._at(position), said))
                self._rewritten = True  # no root can fit any more: it is said once
            tree.add(hashed)
            if self._heads and self._heads[0].size <= tree.size:
                self._compare_root()

    def _compare_root(self) -> None:
        """Compare the tree as it is with the heads of its size; they may differ among themselves."""
        root, fits = self._tree.root(), True
        while self._heads and self._heads[0].size <= self._tree.size:
            known = self._heads.popleft()
            if root == known.signed.head.root:
                continue
            fits = False
            if not self._rewritten:
                said = f"leaves {self._good_size} to {known.size - 1} give root {root.hex()}"
                said += f", the head says {known.signed.head.root.hex()}"
                signed_at = known.signed.head.signed_at
                self._report.add(Damage("history-rewritten", str(known), self._good_size, signed_at, said))
        if fits:
            self._good_size = self._tree.size

    def _check_rows(self, leaves: Sequence[Any]) -> None:
        by_kind: dict[str, list[Any]] = defaultdict(list)
        for leaf in leaves:
            by_kind[leaf[1]].append(leaf)
        for name, of_kind in by_kind.items():
            self._report.leaves[name] += len(of_kind)
            if name in KINDS:
                self._check_kind(KINDS[name], of_kind)
            else:
                self._report.add(Damage("row-removed", f"{name} {of_kind[0][2]}", of_kind[0][0], said="unknown kind"))

    def _check_kind(self, kind: Kind, leaves: Sequence[Any]) -> None:
        entries = read_entries(self._session, kind, [leaf[2] for leaf in leaves])
        suspects = []
        for leaf in leaves:
            position, _, row_id, hashed = leaf
            entry = entries.get(row_id)
            if entry is None or leaf_hash(entry) != hashed:
                suspects.append((leaf, entry))  # or written under an earlier version of its kind
            elif kind.name in FILE_KINDS:
                if self._files.is_missing(kind.name, entry) and self._removed(kind, [row_id], self._database):
                    self._report.removed += 1
                else:
                    self._files.check(kind.name, entry, position, self._at(position), self._session)
        if suspects:
            self._check_suspects(kind, suspects)

    def _check_suspects(self, kind: Kind, suspects: Sequence[tuple[Any, bytes | None]]) -> None:
        """Rows that are gone or differ: retention may have removed them, and their number been given out again."""
        removed = self._removed(kind, [leaf[2] for leaf, _ in suspects])
        earlier = self._earlier(kind, [leaf[2] for leaf, _ in suspects])
        for (position, _, row_id, hashed), entry in suspects:
            if hashed in earlier[row_id]:
                continue
            if removed.get(row_id, -1) > position:
                self._report.removed += 1
                continue
            table, what = kind.table_name, "row-removed" if entry is None else "row-edited"
            said = f"no row in {table}"
            if entry is not None:
                said = f"{table} holds another row: {leaf_hash(entry).hex()}, logged {hashed.hex()}"
            self._report.add(Damage(what, f"{kind.name} {row_id}", position, self._at(position), said))

    def _earlier(self, kind: Kind, row_ids: Sequence[int]) -> dict[int, set[bytes]]:
        """The hashes that rows had under earlier versions of their kind."""
        found: dict[int, set[bytes]] = defaultdict(set)
        for version in range(1, kind.version):
            for row_id, entry in read_entries(self._session, kind, row_ids, version).items():
                found[row_id].add(leaf_hash(entry))
        return found

    def _at(self, position: int) -> datetime | None:
        """When a leaf was made."""
        return self._session.scalar(select(LogLeaf.at).where(LogLeaf.position == position))

    def _removed(self, kind: Kind, row_ids: Sequence[int], afresh: Database | None = None) -> dict[int, int]:
        """Where the log says that rows were removed; ``afresh`` asks for what happened since we began."""
        if kind.name not in REMOVABLE:  # whatever a row of removals says: nothing takes an event away
            return {}
        where = (Removal.kind == kind.name, Removal.row_id.in_(row_ids))
        if afresh is not None:
            with afresh.read() as session:
                return dict.fromkeys(session.scalars(select(Removal.row_id).where(*where)), 0)
        leaf = (LogLeaf.kind == "removal") & (LogLeaf.row_id == Removal.id)
        rows = self._session.execute(select(Removal.row_id, LogLeaf.position).join(LogLeaf, leaf).where(*where))
        return dict(rows.all())


def _find_unlogged(session: Session, report: Report) -> None:
    """Rows that never became a leaf and do not wait for it: somebody went round the triggers."""
    for kind in KINDS.values():
        row_id: Any = kind.rows.c.id
        is_leaf = select(LogLeaf.position).where(LogLeaf.kind == kind.name, LogLeaf.row_id == row_id)
        waits = select(LogWaiting.id).where(LogWaiting.kind == kind.name, LogWaiting.row_id == row_id)
        rows = select(row_id).where(~is_leaf.exists(), ~waits.exists()).order_by(row_id)
        condition = kind.is_final()
        for found in session.scalars(rows if condition is None else rows.where(condition)):
            said = f"the row stands in {kind.table_name} and not in the log"
            report.add(Damage("row-unlogged", f"{kind.name} {found}", report.size, said=said))
