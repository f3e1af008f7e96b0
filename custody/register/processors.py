"""Processors as a tree: who works for whom, by which contract, with whose consent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from custody.errors import RegisterError
from custody.models import LENT, Holding, Processor
from custody.register.edges import check_circle, follow
from custody.register.history import record, values_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from custody.register.history import Act

CONTRACT_KINDS: Final = ("A", "B")
UNKNOWN, GIVEN, REFUSED = "unknown", "given", "refused"
CONSENTS: Final = (UNKNOWN, GIVEN, REFUSED)
_FORMERLY: Final = {"missing": REFUSED, "": UNKNOWN}
"""What stands in rows and in the history: nothing for what nobody knows, and the word of the first versions."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A processor in the tree: how deep it stands, and how many copies it holds now."""

    processor: Processor
    depth: int
    held: int

    @property
    def lacks_consent(self) -> bool:
        """Whether the register says that work was passed on to it without the carrier's word."""
        return self.consent == REFUSED

    @property
    def consent_unknown(self) -> bool:
        """Whether work was passed on to it and nobody wrote down with whose word: to be asked, and no verdict."""
        return self.consent == UNKNOWN

    @property
    def consent(self) -> str:
        """Of `CONSENTS`; empty where the carrier itself contracted it, which needs nobody's."""
        return consent_of(self.processor.consent) if self.depth > 0 else ""


def consent_of(written: str | None) -> str:
    """What is known of a consent, of `CONSENTS`, from what stands in a row: never more than somebody wrote down."""
    return _FORMERLY.get(written or "", written or "")


def get_processor(session: Session, name: str) -> Processor:
    """The processor of that name.

    Raises:
        RegisterError: There is none.
    """
    found = session.scalar(select(Processor).where(Processor.name == name))
    if found is None:
        raise RegisterError(
            f"there is no processor {name!r}",
            hint="See `hinomi processors list`, or add it.",
            key="no_processor",
            name=name,
        )
    return found


def add_processor(session: Session, name: str, fields: Mapping[str, Any], act: Act) -> Processor:
    """A new processor; ``fields`` as for `set_processor`.

    Raises:
        RegisterError: It exists, or a field cannot be meant.
    """
    if not name.strip():
        raise RegisterError("a processor needs a name", key="nameless")
    if session.scalar(select(Processor).where(Processor.name == name)) is not None:
        raise RegisterError(
            f"there is a processor {name!r} already",
            hint="Change it with `hinomi processors set`.",
            key="is_there",
            name=name,
        )
    processor = Processor(name=name, contract_kind="", consent="", country="", contact="", added_at=act.now)
    session.add(processor)
    _apply(session, processor, fields)
    record(session, "processor-added", processor, {}, act)
    follow(session, processor, act)
    return processor


def set_processor(session: Session, name: str, fields: Mapping[str, Any], act: Act) -> Processor:
    """Change a processor.

    Args:
        session: A writing session.
        name: Its name.
        fields: Any of under (a name, "" for the carrier itself), contract_kind, consent, consent_on, country, contact.
        act: Who, and from when on.

    Raises:
        RegisterError: There is none, it would stand below itself, or a field cannot be meant.
    """
    processor = get_processor(session, name)
    before = values_of(processor)
    _apply(session, processor, fields)
    record(session, "processor-changed", processor, before, act)
    follow(session, processor, act)
    return processor


def tree(session: Session, *, only: Collection[int] | None = None) -> list[Branch]:
    """Every processor, each followed by those that stand below it.

    Args:
        session: A reading session.
        only: Count copies of these extracts alone.
    """
    everyone = session.scalars(select(Processor).order_by(Processor.name)).all()
    lent = select(Holding.processor_id, Holding.extract_id).where(Holding.state == LENT)
    held = Counter(holder for holder, extract in session.execute(lent) if only is None or extract in only)
    return list(_walk(_by_parent(everyone), None, 0, held))


def below(session: Session, processor: Processor) -> list[Processor]:
    """Everybody who stands below a processor, whether or not a copy went there."""
    everyone = session.scalars(select(Processor).order_by(Processor.name)).all()
    return [branch.processor for branch in _walk(_by_parent(everyone), processor.id, 0, {})]


def _by_parent(everyone: Iterable[Processor]) -> dict[int | None, list[Processor]]:
    under: dict[int | None, list[Processor]] = {}
    for processor in everyone:
        under.setdefault(processor.parent_id, []).append(processor)
    return under


def _walk(
    under: Mapping[int | None, Sequence[Processor]], parent: int | None, depth: int, held: Mapping[int, int]
) -> Iterator[Branch]:
    for processor in under.get(parent, ()):
        yield Branch(processor, depth, held.get(processor.id, 0))
        yield from _walk(under, processor.id, depth + 1, held)


def _apply(session: Session, processor: Processor, fields: Mapping[str, Any]) -> None:
    for name, allowed in (("contract_kind", CONTRACT_KINDS), ("consent", CONSENTS)):
        if fields.get(name) and fields[name] not in allowed:
            raise RegisterError(f"{name} {fields[name]!r} is none of {', '.join(allowed)}")
    fields = {name: "" if (name, value) == ("consent", UNKNOWN) else value for name, value in fields.items()}
    for name in ("contract_kind", "consent", "consent_on", "country", "contact"):
        if name in fields:
            setattr(processor, name, fields[name])
    if "under" in fields:
        processor.parent = _above(session, processor, fields["under"]) if fields["under"] else None
    session.flush()


def _above(session: Session, processor: Processor, name: str) -> Processor:
    above = get_processor(session, name)
    check_circle(session, processor, above)
    return above


def consent_day(consent: str, given_on: date | None, on: date) -> dict[str, Any]:
    """The two fields of a consent: the day belongs to one that was given."""
    return {"consent": consent, "consent_on": (given_on or on) if consent == GIVEN else None}
