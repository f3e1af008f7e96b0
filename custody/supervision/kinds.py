"""The kinds of supervision records: what each is about, what it may say, and what it has to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from custody.errors import RegisterError

SHEET, CLAUSE, CONSENT, TRAINING, PLEDGE = "check-sheet", "clause", "consent", "training", "pledge"
INSPECTION, FINDING, CERTIFICATE, BREACH = "inspection", "finding", "certificate", "breach"
OF_EDGE, OF_PROCESSOR, OF_COPY, OF_INSPECTION = "edge", "processor", "copy", "inspection"
PAPER, ON_SITE = "paper", "on-site"
RETURN, ERASURE = "return", "erasure"
START, END = "start", "end"
PRESENT, MISSING = "present", "missing"
ASKED, GIVEN, REFUSED = "asked", "given", "refused"
CLAUSES: Final = ("safety", "secrecy", "sub-processing", "supervision")
"""What a memorandum has to settle: measures of safety, secrecy, passing work on, being supervised."""


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of record.

    Attributes:
        name: Its name.
        about: A contract, a processor, a copy of an extract, or an inspection.
        topics: What ``topic`` may be; empty where it is free or, of a check sheet, the sheet's name.
        results: What ``result`` may be; empty where there is none.
        needs: Fields that it must have.
        may: Other fields that it can have.
        is_task: Whether ``due_on`` is a day by which something has to be ``done_on``.
    """

    name: str
    about: str
    topics: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    is_task: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that it can have."""
        return (*self.needs, *self.may)


KINDS: Final = {
    kind.name: kind
    for kind in (
        RecordKind(SHEET, OF_EDGE, needs=("topic", "happened_on"), may=("person", "words", "data")),
        RecordKind(
            CLAUSE, OF_EDGE, CLAUSES, (PRESENT, MISSING), ("topic", "result", "happened_on"), ("words",)
        ),
        RecordKind(
            CONSENT, OF_EDGE, (), (ASKED, GIVEN, REFUSED), ("result", "happened_on"), ("person", "words")
        ),
        RecordKind(TRAINING, OF_PROCESSOR, needs=("happened_on",), may=("topic", "person", "words")),
        RecordKind(PLEDGE, OF_PROCESSOR, (START, END), (), ("topic", "happened_on"), ("person", "words")),
        RecordKind(
            INSPECTION, OF_PROCESSOR, (PAPER, ON_SITE), (), ("topic",), ("due_on", "done_on", "person", "words"),
            is_task=True,
        ),
        RecordKind(
            FINDING, OF_INSPECTION, (), (), ("words", "happened_on"), ("topic", "due_on", "done_on", "person"),
            is_task=True,
        ),
        RecordKind(
            CERTIFICATE, OF_COPY, (RETURN, ERASURE), (), ("topic", "happened_on"), ("person", "words")
        ),
        RecordKind(
            BREACH, OF_PROCESSOR, (), (), ("words", "happened_on"), ("topic", "due_on", "done_on", "person"),
            is_task=True,
        ),
    )
}  # fmt: skip
"""Every kind, by name."""
DAYS: Final = ("happened_on", "due_on", "done_on")


def kind_named(name: str) -> RecordKind:
    """The kind of that name.

    Raises:
        RegisterError: There is none.
    """
    if name not in KINDS:
        raise RegisterError(f"{name!r} is none of {', '.join(KINDS)}", key="no_record_kind", text=name)
    return KINDS[name]
