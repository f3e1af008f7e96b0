"""Contracts of processors: added beside the first, moved from stage to stage, changed; none closes a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from custody.errors import RegisterError
from custody.models import Edge, Processor
from custody.register.edges import check_circle, lead
from custody.register.history import record, values_of
from custody.register.processors import CONSENTS, CONTRACT_KINDS, get_processor
from custody.supervision.kinds import ASKED
from custody.supervision.stages import AFTER, BEFORE, STAGES, check_step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from custody.register.history import Act

SETTABLE: Final = ("company", "contract_kind", "consent", "consent_on")
_ALLOWED: Final = {"contract_kind": ("", *CONTRACT_KINDS), "consent": ("", ASKED, *CONSENTS)}


def edges_of(session: Session, processor: Processor) -> Sequence[Edge]:
    """The contracts under which a processor works, the first one first."""
    order = (Edge.is_first.desc(), Edge.id)
    return session.scalars(select(Edge).where(Edge.processor_id == processor.id).order_by(*order)).all()


def edges_below(session: Session, processor: Processor) -> Sequence[Edge]:
    """The contracts under which others work for a processor."""
    return session.scalars(select(Edge).where(Edge.parent_id == processor.id).order_by(Edge.id)).all()


def get_edge(session: Session, number: int) -> Edge:
    """The contract of that number.

    Raises:
        RegisterError: There is none.
    """
    edge = session.get(Edge, number)
    if edge is None:
        raise RegisterError(f"there is no contract {number}", key="no_edge", number=number)
    return edge


def edge_between(session: Session, name: str, under: str = "", *, company: str | None = None) -> Edge:
    """The contract of a processor, below another one or, with no name, its only or first one.

    Raises:
        RegisterError: There is none.
    """
    found = list(edges_of(session, get_processor(session, name)))
    if under:
        found = [one for one in found if one.parent is not None and one.parent.name == under]
    if company is not None:
        found = [one for one in found if one.company == company]
    if not found:
        raise RegisterError(
            f"{name!r} has no such contract (under {under or 'the carrier'!r})",
            hint=f"See `hinomi supervision show {name}`.", key="no_edge_under", name=name, above=under,
        )  # fmt: skip
    return found[0]


def add_edge(
    session: Session, name: str, under: str, fields: Mapping[str, Any], act: Act, *, stage: str = BEFORE
) -> Edge:
    """One more contract of a processor.

    Args:
        session: A writing session.
        name: The processor.
        under: For whom it works; empty for the carrier or a company of its group.
        fields: Any of `SETTABLE`.
        act: Who, and from when on.
        stage: How far it is.

    Raises:
        RegisterError: It is there already, would close a circle, or a field cannot be meant.
    """
    processor = get_processor(session, name)
    above = get_processor(session, under) if under else None
    if stage not in STAGES:
        raise RegisterError(f"stage {stage!r} is none of {', '.join(STAGES)}", key="no_stage", text=stage)
    _check(fields)
    if above is not None:
        check_circle(session, processor, above)
    company, contract = fields.get("company", ""), fields.get("contract_kind", "")
    for one in edges_of(session, processor):
        same = one.parent_id == (above.id if above else None) and one.company == company
        if same and one.contract_kind == contract and one.stage != AFTER:
            raise RegisterError(
                f"{name!r} has that contract already (number {one.id})", key="edge_is_there", name=name, number=one.id
            )
    edge = Edge(
        processor=processor, parent=above, is_first=False, stage=stage, since=act.on, added_at=act.now,
        **{"company": "", "contract_kind": "", "consent": "", **fields},
    )  # fmt: skip
    session.add(edge)
    record(session, "edge-added", edge, {}, act)
    return edge


def change_edge(session: Session, edge: Edge, fields: Mapping[str, Any], act: Act) -> Edge:
    """Change what is known of a contract; ``fields`` from `SETTABLE`.

    Raises:
        RegisterError: A field cannot be meant.
    """
    _check(fields)
    return _change(session, edge, fields, act, "edge-changed")


def move_edge(session: Session, edge: Edge, stage: str, act: Act) -> Edge:
    """Bring a contract to its next stage.

    Raises:
        RegisterError: That one does not follow, or the day is before it was known.
    """
    check_step(edge.stage, stage)
    if act.on < edge.since:
        raise RegisterError(
            f"{act.on} is before {edge.since}, the day from which this contract is known",
            key="edge_too_early", day=act.on, since=edge.since,
        )  # fmt: skip
    ended_on = act.on if stage == AFTER else None
    return _change(session, edge, {"stage": stage, "ended_on": ended_on}, act, "edge-moved")


def _change(session: Session, edge: Edge, fields: Mapping[str, Any], act: Act, kind: str) -> Edge:
    before = values_of(edge)
    for name, value in fields.items():
        setattr(edge, name, value)
    record(session, kind, edge, before, act)
    if edge.is_first:
        lead(session, edge, act)
    return edge


def _check(fields: Mapping[str, Any]) -> None:
    for name, allowed in _ALLOWED.items():
        if name in fields and fields[name] not in allowed:
            raise RegisterError(f"{name} {fields[name]!r} is none of {', '.join(filter(None, allowed))}")
