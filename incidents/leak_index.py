"""Finding the earlier leaks that a new one may repeat, without reading what every incident holds.

For each finding that belongs to an incident a few rows are kept: the customers in it (`LeakMember`; of a long list, its
customers a block at a time), how many there are and a sample of them (`LeakSample`), and the lines of its content
sketch (`LeakLine`). From them follow the findings that can be the same leak by `incidents.same_leak`, and those alone
are read and compared. Two lists that are mostly the same, or of which one lies mostly in the other, are passed over
about once in 670,000 times (fewer than two of 24, each there with a chance of one half); a short list is looked for
whole, so that nothing is left to chance there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from pyroaring import BitMap
from sqlalchemy import insert, select

from incidents.models import FindingRow, LeakLine, LeakMember, LeakSample
from incidents.same_leak import MOSTLY_CONTAINED, MOSTLY_THE_SAME, SAMPLE_SIZE, LeakContent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Row, Table
    from sqlalchemy.orm import Session

SAMPLE: Final = 24
"""Customers of a list that stand for it: those whose mixed numbers are the smallest, so that lists agree on them."""
ASKED: Final = 12
"""So many of a long list's sample are looked for in other lists: each costs a row of every list that has its block."""
WHOLE: Final = SAMPLE
"""A list of so many customers is looked for customer by customer: every finding that shares one is known."""
LONG: Final = 4096
"""A longer list is kept in blocks of customers instead of one by one: a million customers are some hundred rows."""
BLOCK_BITS: Final = 14
FEW_HITS: Final = 2
"""Of twelve that lie to four fifths in a list, fewer are found there less than once in four million."""
SPARSE: Final = 12
"""A content with so few lines has a sketch of empty places, which agree with those of any other such content."""
PLACE_BITS: Final = 32
"""Values of a sketch have so many."""
MEMBERS: Final = cast("Table", LeakMember.__table__)
LINES: Final = cast("Table", LeakLine.__table__)


def index_leak(session: Session, finding_id: int, leak: LeakContent) -> None:
    """Keep the rows by which a finding of an incident is found from now on."""
    members, lines, sample = leak_rows(leak)
    # Core inserts, into the tables themselves: a long list is thousands of rows that nobody wants as objects.
    if kept := [{"bucket": bucket, "finding_id": finding_id, "lows": lows} for bucket, lows in members.items()]:
        session.connection().execute(MEMBERS.insert(), kept)
    if kept_lines := [{"line": line, "finding_id": finding_id} for line in lines]:
        session.connection().execute(LINES.insert(), kept_lines)
    session.execute(insert(LeakSample).values(finding_id=finding_id, size=len(leak.members), sample=sample))


def leak_rows(leak: LeakContent) -> tuple[dict[int, bytes], set[int], bytes]:
    """What is kept of a leak: its customers by bucket, the lines of its sketch, and a sample of its customers."""
    members = np.array(leak.members, np.int64)
    return dict(_buckets(members)), set(_lines(leak.sketch)), sampled(members).astype("<u4").tobytes()


def possibly_same(session: Session, leak: LeakContent) -> list[FindingRow]:
    """The findings of incidents that may be the same leak, to be compared by `is_same_leak`, oldest first."""
    same_content = select(FindingRow.id).where(FindingRow.sha256 == leak.sha256, FindingRow.incident_id.is_not(None))
    found = set(session.scalars(same_content))
    if leak.members:
        found |= _short(session, leak) if len(leak.members) <= WHOLE else _long(session, leak)
    ids = sorted(found)
    return (
        list(session.scalars(select(FindingRow).where(FindingRow.id.in_(ids)).order_by(FindingRow.id))) if ids else []
    )


def sampled(members: NDArray[np.int64], most: int = SAMPLE) -> NDArray[np.int64]:
    """The customers whose mixed numbers are the smallest, all of a short list."""
    if members.size <= most:
        return members
    return members[np.argpartition(_mix(members), most)[:most]]


def _short(session: Session, leak: LeakContent) -> set[int]:
    """Of a short list: the number in common is known exactly, so that only the sketches are left to compare."""
    common = _hits(session, list(leak.members))
    sizes = _sizes(session, common)
    certain = {one for one, count in common.items() if _can_be_same(count, len(leak.members), sizes[one])}
    return certain | (_alike(session, leak.sketch) & common.keys())


def _long(session: Session, leak: LeakContent) -> set[int]:
    """Of a long list: findings that its sample lies in, and findings whose sample lies in it."""
    size, members = len(leak.members), np.array(leak.members, np.int64)
    hits = _hits(session, sampled(members, ASKED).tolist())
    sizes = _sizes(session, hits)
    found = {one for one, count in hits.items() if count >= (FEW_HITS if sizes[one] >= 2 * size else 1)}
    smaller = select(LeakSample.finding_id, LeakSample.sample).where(LeakSample.size < 2 * size)
    return found | _lying_in(members, session.execute(smaller).all()) | _alike(session, leak.sketch)


def _sizes(session: Session, findings: Collection[int]) -> dict[int, int]:
    asked = select(LeakSample.finding_id, LeakSample.size).where(LeakSample.finding_id.in_(findings))
    return dict(session.execute(asked).all())


def _lying_in(members: NDArray[np.int64], samples: Sequence[Row[int, bytes]]) -> set[int]:
    """The findings of whose samples some lie among the members."""
    if not samples:
        return set()
    numbers = np.frombuffer(b"".join([sample for _, sample in samples]), "<u4")
    owners = np.repeat(np.arange(len(samples)), [len(sample) // 4 for _, sample in samples])
    is_member = np.zeros(max(int(members[-1]), int(numbers.max(initial=0))) + 1, np.bool_)
    is_member[members] = True
    inside = np.bincount(owners[is_member[numbers]], minlength=len(samples))
    held = np.bincount(owners, minlength=len(samples))
    return {
        samples[number][0] for number in np.flatnonzero((inside > 0) & (inside >= np.minimum(FEW_HITS, held))).tolist()
    }


def _can_be_same(common: int, size: int, other: int) -> bool:
    """Whether customers alone make two lists one leak; the same arithmetic as `is_same_leak`'s."""
    small, big = sorted((size, other))
    return common > MOSTLY_THE_SAME * big or (common >= SAMPLE_SIZE and common >= MOSTLY_CONTAINED * small)


def _hits(session: Session, members: Sequence[int]) -> Counter[int]:
    """How many of some customers each finding holds."""
    blocks: dict[int, list[int]] = defaultdict(list)
    for member in members:
        blocks[_block(member)].append(_low(member))
    rows = session.execute(
        select(LeakMember.bucket, LeakMember.finding_id, LeakMember.lows).where(
            LeakMember.bucket.in_([*members, *blocks])
        )
    )
    hits: Counter[int] = Counter()
    for bucket, finding_id, lows in rows:
        if bucket >= 0:
            hits[finding_id] += 1
        elif count := sum(low in held for held in (BitMap.deserialize(lows),) for low in blocks[bucket]):
            hits[finding_id] += count
    return hits


def _alike(session: Session, sketch: Sequence[int]) -> set[int]:
    """The findings whose sketches may agree in most places: they share a line, or both are nearly empty."""
    lines = _lines(sketch)
    return set(session.scalars(select(LeakLine.finding_id).where(LeakLine.line.in_(lines)))) if lines else set()


def _lines(sketch: Sequence[int]) -> list[int]:
    """Each filled place of a sketch with its value as one number; a negative one for a sketch that is nearly empty."""
    filled = [place << PLACE_BITS | value for place, value in enumerate(sketch) if value]
    return [*filled, -len(sketch)] if sketch and len(filled) <= SPARSE else filled


def _buckets(members: NDArray[np.int64]) -> Iterable[tuple[int, bytes]]:
    """Each customer as a row of its own, or of a long list the customers of each block."""
    if members.size <= LONG:
        yield from ((member, b"") for member in members.tolist())
        return
    blocks = members >> BLOCK_BITS
    starts = np.flatnonzero(np.r_[True, blocks[1:] != blocks[:-1]])
    for some in np.split(members, starts[1:]):
        yield _block(int(some[0])), BitMap((some & ((1 << BLOCK_BITS) - 1)).astype(np.uint32)).serialize()


def _block(member: int) -> int:
    """A block's bucket: negative, so that it is no customer's."""
    return -(member >> BLOCK_BITS) - 1


def _low(member: int) -> int:
    return member & ((1 << BLOCK_BITS) - 1)


def _mix(members: NDArray[np.int64]) -> NDArray[Any]:
    """Numbers mixed as by chance (splitmix64: Steele, Lea and Flood 2014), a customer's the same in every list."""
    with np.errstate(over="ignore"):
        mixed = members.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
