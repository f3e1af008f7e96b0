"""Forgetting customers on request: out of the index, and the sizes of their extracts in the register with them.

What was written in incidents stays: evidence counts subjects by numbers that lead nowhere once the index has forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from custody.models import Extract
from custody.register.copies_of import subjects_of
from custody.register.history import Act, record, values_of
from custody.register.index_states import FORGOTTEN, switching
from custody.register.ledger import settle_interrupted
from fingerprints.building.forgetting import Forgotten, forget_subjects
from fingerprints.identifiers.customer_number import CustomerNumber
from fingerprints.index.canaries import read_canaries, write_canaries
from fingerprints.index.folder import writing_lock
from fingerprints.index.generation import Index
from fingerprints.secrets.digests import Digester

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from core.database import Database
    from fingerprints.secrets.keys import Key


def forget(index_dir: Path, key: Key, database: Database, numbers: Iterable[str], *, act: Act) -> tuple[Forgotten, int]:
    """Forget the customers with these numbers; what was done, and how many of the numbers nobody has (any more).

    Doing it again is harmless, and finishes a run that was cut off.

    Raises:
        NoIndexError: Nothing was enrolled yet.
        IndexBusyError: An enrolment is under way.
    """
    wanted = list(numbers)
    with writing_lock(index_dir), switching(database, index_dir, lambda: act.now, FORGOTTEN):
        index = Index.open(index_dir, key)
        with database.write() as session:
            settle_interrupted(session, index, act.now)
        subjects, strangers = subjects_of(index, Digester(key), wanted)
        done = forget_subjects(index_dir, index, subjects)
        _forget_canaries(index_dir, key, wanted)
        sizes = {info.name: info.size for info in Index.open(index_dir, key).extracts}
        with database.write() as session:
            for extract in session.scalars(select(Extract).where(Extract.name.in_(sizes))):
                before = values_of(extract)
                extract.size = sizes[extract.name]
                record(session, "customers-forgotten", extract, before, act)
    return done, strangers


def _forget_canaries(index_dir: Path, key: Key, numbers: list[str]) -> None:
    """A canary whose number is forgotten is none any more."""
    kind = CustomerNumber()
    gone = {kind.canonical(number.strip()) for number in numbers}
    known = read_canaries(index_dir, key)
    kept = [one for one in known if one.number not in gone]
    if len(kept) < len(known):
        write_canaries(index_dir, key, kept)
