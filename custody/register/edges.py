"""The first edge of each processor: the place in the tree that its own row tells of, kept the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from custody.errors import RegisterError
from custody.models import Edge, Processor
from custody.register.history import record, values_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from custody.register.history import Act

SHARED = ("parent", "contract_kind", "consent", "consent_on")
"""What a processor's row and its first edge both say."""


def first_edge(session: Session, processor: Processor) -> Edge | None:
    """The edge that the tree shows; none for a processor that was never followed."""
    return session.scalar(select(Edge).where(Edge.processor_id == processor.id, Edge.is_first))


def follow(session: Session, processor: Processor, act: Act) -> Edge:
    """Bring a processor's first edge up to its row, and make it where there is none."""
    session.flush()
    edge = first_edge(session, processor)
    before = values_of(edge) if edge else {}
    if edge is None:
        edge = Edge(
            processor=processor, is_first=True, company="", stage="during", since=act.on, added_at=act.now,
            contract_kind="", consent="",
        )  # fmt: skip
        session.add(edge)
    for name in SHARED:
        setattr(edge, name, getattr(processor, name))
    record(session, "edge-changed" if before else "edge-added", edge, before, act)
    return edge


def lead(session: Session, edge: Edge, act: Act) -> None:
    """Bring a processor's row up to its first edge, after that was changed."""
    processor = edge.processor
    before = values_of(processor)
    for name in SHARED:
        setattr(processor, name, getattr(edge, name))
    record(session, "processor-changed", processor, before, act)


def check_circle(session: Session, processor: Processor, above: Processor) -> None:
    """Let nobody work for somebody who works for them, by whatever contracts.

    Raises:
        RegisterError: That would be so.
    """
    rows = session.execute(select(Edge.processor_id, Edge.parent_id).where(Edge.parent_id.is_not(None)))
    over: dict[int, set[int | None]] = {}
    for lower, upper in rows:
        over.setdefault(lower, set()).add(upper)
    seen, ahead = set[int | None](), set[int | None]({above.id})
    while ahead:
        if processor.id in ahead:
            raise RegisterError(
                f"{processor.name!r} cannot stand below {above.name!r}, which stands below it",
                key="circle", name=processor.name, above=above.name,
            )  # fmt: skip
        seen |= ahead
        ahead = {one for lower in ahead for one in over.get(lower or 0, ())} - seen
