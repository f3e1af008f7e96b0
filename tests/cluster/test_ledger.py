"""The ledger: what is done is known after any stop, for as long as it is to be kept."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from cluster.ledger import DAY_S, UnitLedger

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_kept_is_there_for_the_next_run(tmp_path: Path) -> None:
    UnitLedger(tmp_path, 7).keep("ab12", b"sealed")
    assert UnitLedger(tmp_path, 7).get("ab12") == b"sealed"
    assert UnitLedger(tmp_path, 7).get("ab13") is None
    UnitLedger(tmp_path, 7).keep("ab12", b"again")
    assert UnitLedger(tmp_path, 7).get("ab12") == b"again"


@pytest.mark.parametrize("place", ["units", "units/ab"])
def test_a_ledger_that_is_none_loses_no_answer(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_bytes(b"a file")
    ledger = UnitLedger(tmp_path, 7)
    with capture_logs() as lines:
        ledger.keep("ab12", b"sealed")
        ledger.keep("ab34", b"sealed")
    assert [line["event"] for line in lines] == ["cluster.not_kept"]
    assert ledger.get("ab12") is None
    ledger.drop("ab12")
    ledger.prune()


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    UnitLedger(tmp_path, 7).keep("ab12", b"sealed")
    assert not any(path.stat().st_mode & 0o077 for path in (tmp_path / "units").rglob("*") if path.is_file())


def test_what_is_old_goes_and_the_rest_stays(tmp_path: Path) -> None:
    ledger = UnitLedger(tmp_path, 2)
    ledger.keep("ab12", b"old")
    ledger.keep("cd34", b"new")
    long_ago = time.time() - 3 * DAY_S
    os.utime(tmp_path / "units" / "ab" / "ab12", (long_ago, long_ago))
    ledger.prune()
    assert (ledger.get("ab12"), ledger.get("cd34")) == (None, b"new")


def test_what_is_dropped_is_asked_again(tmp_path: Path) -> None:
    ledger = UnitLedger(tmp_path, 2)
    ledger.keep("ab12", b"sealed")
    ledger.drop("ab12")
    ledger.drop("ab12")
    assert ledger.get("ab12") is None
