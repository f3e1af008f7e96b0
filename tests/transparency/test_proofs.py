"""Proofs taken away and checked by a script that has nothing of Hinomi, in a Python that has nothing but its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from transparency import check_proof
from transparency.errors import NoEntryError
from transparency.keys import create_log_key, public_path
from transparency.models import LogHead
from transparency.proofs import prove_consistency, prove_inclusion

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.transparency.conftest import LogHome

    Check = Callable[..., subprocess.CompletedProcess[str]]

SCRIPT = Path(check_proof.__file__)


@pytest.fixture
def database_url(home: Path, sqlite_template: Path) -> str:
    """SQLite is enough: proofs are made from leaves, which both kinds keep alike."""
    file = home / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Run the script on a proof, away from Hinomi: isolated, without site-packages, in another folder."""

    def run(proof: dict[str, Any], *more: str) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "proof.json"
        file.write_text(json.dumps(proof), encoding="utf-8")
        command = [sys.executable, "-I", "-S", "check_proof.py", str(file), *more]
        (tmp_path / "check_proof.py").write_bytes(SCRIPT.read_bytes())
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def sizes(home: LogHome) -> list[int]:
    with home.database.read() as session:
        return list(session.scalars(select(LogHead.size).order_by(LogHead.size)))


def inclusion(home: LogHome, kind: str, row_id: int) -> dict[str, Any]:
    with home.database.read() as session:
        return prove_inclusion(session, kind, row_id)


def test_the_script_is_short_and_imports_python_alone() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 100
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("kind", ["event", "document", "warc-file", "trail-part", "custody", "enrolment"])
def test_an_entry_of_any_kind_is_proved(full_home: LogHome, check: Check, kind: str) -> None:
    key = str(public_path(full_home.settings.log_key_path))
    done = check(inclusion(full_home, kind, 1), "--key", key)
    assert (done.returncode, done.stderr) == (0, "")
    assert f'"entry":"{kind}"' in done.stdout
    assert "signed by that key" in done.stdout


def test_that_the_log_only_grew_is_proved(full_home: LogHome, check: Check) -> None:
    key = str(public_path(full_home.settings.log_key_path))
    full_home.note("more", 5)
    full_home.publish()
    first, second, third = sizes(full_home)
    for pair in ((first, second), (second, third), (first, third), (4, third), (1, 7)):
        with full_home.database.read() as session:
            proof = prove_consistency(session, *pair)
        assert bool(proof["note"]) == (pair[1] in {second, third})
        done = check(proof, *(("--key", key) if proof["note"] else ()))
        assert done.returncode == 0, done.stderr


def test_without_a_key_the_script_says_that_the_signature_was_not_checked(full_home: LogHome, check: Check) -> None:
    assert "the signature was not checked" in check(inclusion(full_home, "event", 2)).stdout


@pytest.mark.parametrize(
    "change",
    [
        {"leaf": 3},
        {"size": 17},
        {"root": "00" * 32},
        {"path": []},
        {"entry": '{"v":1,"entry":"event","id":2}'},
    ],
    ids=["leaf", "size", "root", "path", "entry"],
)
def test_a_proof_that_was_altered_does_not_hold(full_home: LogHome, check: Check, change: dict[str, Any]) -> None:
    done = check(inclusion(full_home, "event", 2) | change)
    assert done.returncode == 1
    assert "does not hold" in done.stderr


def test_a_proof_of_another_log_does_not_hold(full_home: LogHome, check: Check, tmp_path: Path) -> None:
    """A whole other tree with a head of its own: consistent in itself, but not signed by the key that was asked for."""
    create_log_key(tmp_path / "other")
    proof = inclusion(full_home, "event", 2)
    done = check(proof, "--key", str(tmp_path / "other.pub"))
    assert (done.returncode, done.stdout) == (1, "")
    note = proof["note"].replace(f"\n{proof['size']}\n", "\n99\n")
    assert check(proof | {"note": note}).returncode == 1


def test_a_consistency_proof_that_was_altered_does_not_hold(full_home: LogHome, check: Check) -> None:
    first, second = sizes(full_home)
    with full_home.database.read() as session:
        proof = prove_consistency(session, first, second)
    for change in (
        {"first_root": "00" * 32},
        {"root": "00" * 32},
        {"first_size": first - 1},
        {"path": proof["path"][1:]},
    ):
        assert check(proof | change).returncode == 1


def test_what_cannot_be_proved_is_said(full_home: LogHome) -> None:
    for kind, row_id, said in (("event", 99, "holds no event 99"), ("nothing", 1, "holds no nothing 1")):
        with pytest.raises(NoEntryError, match=said):
            inclusion(full_home, kind, row_id)
    full_home.note("unsigned")
    full_home.append()
    with pytest.raises(NoEntryError, match="no signed head covers event 8 yet"):
        inclusion(full_home, "event", 8)
    full_home.sql("UPDATE events SET actor = 'x' WHERE id = 1")
    with pytest.raises(NoEntryError, match="no longer what was logged"):
        inclusion(full_home, "event", 1)
    with full_home.database.read() as session, pytest.raises(NoEntryError, match="no proof from 7 to 999"):
        prove_consistency(session, 7, 999)
