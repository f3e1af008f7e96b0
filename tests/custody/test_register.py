"""The register keeps processors as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from custody.errors import EnrolmentError
from custody.register.ledger import find_or_add_processor

if TYPE_CHECKING:
    from core.clock import SetClock
    from core.database import Database


def test_a_processor_stands_below_another(database: Database, clock: SetClock) -> None:
    with database.write() as session:
        find_or_add_processor(session, "supplier", parent="agency", now=clock.now())
        find_or_add_processor(session, "agency", parent="carrier's seller", now=clock.now())
    with database.read() as session:
        supplier = find_or_add_processor(session, "supplier", now=clock.now())
        assert supplier.parent
        assert supplier.parent.parent
        above = (supplier.parent.name, supplier.parent.parent.name)
        assert above == ("agency", "carrier's seller")


def test_no_processor_stands_below_itself(database: Database, clock: SetClock) -> None:
    with database.write() as session:
        find_or_add_processor(session, "b", parent="a", now=clock.now())
    for name, parent in (("a", "b"), ("a", "a")):
        with pytest.raises(EnrolmentError, match="cannot stand below"), database.write() as session:
            find_or_add_processor(session, name, parent=parent, now=clock.now())
