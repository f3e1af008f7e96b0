"""What an enrolment counts on its way, whether it is fit to be switched in, and what it reports at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from custody.errors import TooManyRejectedError

if TYPE_CHECKING:
    from pathlib import Path

    from custody.enrolment.column_plan import ColumnPlan
    from custody.enrolment.rows import Rejected, Work

MAX_UNREAD: Final = 0.5
"""Share of a column's values that are not of its kind, which stops a run."""
SHOWN_REJECTED: Final = 1000
_NUMBERS: Final = 20_000
_SHOWN_REASONS: Final = 3
_FEW: Final = 20
"""A column with fewer values is not judged by their share."""


@dataclass(frozen=True, slots=True)
class EnrolmentResult:
    """What a run did.

    Attributes:
        extract: The extract's name.
        rows: Rows read, without the header.
        subjects: Customers in the extract.
        fingerprints: Different fingerprints its rows gave.
        rejected_count: Rows that could not be used.
        rejected: The first of them.
        rejected_file: Where all of them are listed; None when there were none.
        unread: By kind, values that were left out of rows that were used.
        seconds: How long it took.
        peak_mib: The most memory that the run and its helpers held, pages of mapped files apart.
        generation: The index generation it made.
        bytes_per_subject: Size of that generation for each customer in it.
        unchanged: Rows that the index had as they are.
        changed: Customers who are new or not as they were.
        written_bytes: What was written for the generation.
        write_seconds: How long comparing and writing took, after all rows were read.
    """

    extract: str
    rows: int
    subjects: int
    fingerprints: int
    rejected_count: int
    rejected: tuple[Rejected, ...]
    rejected_file: Path | None
    unread: dict[str, int]
    seconds: float
    peak_mib: float
    generation: int
    bytes_per_subject: float
    unchanged: int
    changed: int
    written_bytes: int
    write_seconds: float

    def as_json(self) -> dict[str, object]:
        """The object that `enroll --json` ends with."""
        return {
            "extract": self.extract,
            "rows": self.rows,
            "subjects": self.subjects,
            "fingerprints": self.fingerprints,
            "rejected": [{"row": one.row, "reason": one.reason} for one in self.rejected],
            "rejected_count": self.rejected_count,
            "rejected_file": str(self.rejected_file) if self.rejected_file else None,
            "unread": self.unread,
            "seconds": round(self.seconds, 3),
            "peak_mib": round(self.peak_mib, 1),
            "generation": self.generation,
            "bytes_per_subject": round(self.bytes_per_subject, 1),
            "unchanged": self.unchanged,
            "changed": self.changed,
            "written_bytes": self.written_bytes,
            "write_seconds": round(self.write_seconds, 3),
        }


@dataclass(slots=True)
class Tally:
    """What was counted while the rows went by."""

    rows: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    rejected_count: int = 0
    asides: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)
    numbers: list[str] = field(default_factory=list)

    def add(self, work: Work) -> None:
        """Count a batch."""
        self.rows += work.rows
        self.rejected_count += len(work.rejected)
        self.asides += sum(one.is_aside for one in work.rejected)
        self.rejected += work.rejected[: max(SHOWN_REJECTED - len(self.rejected), 0)]
        self.reasons.update(one.reason for one in work.rejected)
        self.unread.update(work.unread)
        self.filled.update(work.filled)
        self.numbers += work.numbers[: max(_NUMBERS - len(self.numbers), 0)]


def check(tally: Tally, plan: ColumnPlan, max_rejected: float, rejected_file: Path | None) -> None:
    """Whether what was read may be switched in.

    Raises:
        TooManyRejectedError: Too many rows were unusable, or a column is plainly not what it was taken for.
    """
    share = (tally.rejected_count - tally.asides) / max(tally.rows - tally.asides, 1)
    if tally.rejected_count == tally.rows or share > max_rejected:
        common = "; ".join(f"{reason} ({count})" for reason, count in tally.reasons.most_common(_SHOWN_REASONS))
        raise TooManyRejectedError(
            f"{tally.rejected_count} of {tally.rows} rows ({share:.1%}) could not be used, limit {max_rejected:.1%}"
            + (f": {common}" if common else ""),
            hint=f"See {rejected_file}; name the columns with --map, or raise --max-rejected. Nothing was changed.",
        )
    for kind, filled in tally.filled.items():
        if filled >= _FEW and tally.unread[kind] > MAX_UNREAD * filled:
            headers = " + ".join(plan.columns[kind].headers)
            raise TooManyRejectedError(
                f"column {headers} was taken for {kind}, but {tally.unread[kind]} of its {filled} values are none",
                hint=f"Say which column it is with --map {kind}=..., or --map {kind}= for none. Nothing was changed.",
            )
