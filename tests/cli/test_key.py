"""`hinomi key`: names the key, and finds out what another one made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from cli.main import hinomi
from core.settings import load_settings
from fingerprints.errors import DamagedIndexError, NoIndexError, WrongKeyError
from fingerprints.secrets.keys import create_key, load_key
from tests.custody.test_enrolment import write_csv
from tests.fingerprints.people import customers

if TYPE_CHECKING:
    from pathlib import Path


def _run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(hinomi, ["--home", str(home), *arguments])


def test_the_key_is_named_and_checked_and_never_shown(tmp_path: Path) -> None:
    home = tmp_path / "home"
    _run(home, "init")
    settings = load_settings(home)
    key_id = load_key(settings.key, home).id
    secret = (home / "key").read_text(encoding="ascii").split(":")[1]
    assert _run(home, "key", "id").stdout.strip() == key_id
    assert json.loads(_run(home, "key", "id", "--json").stdout) == {"key": key_id, "version": 1}
    assert isinstance(_run(home, "key", "check").exception, NoIndexError)
    file = write_csv(tmp_path / "c.csv", customers(range(20)))
    _run(home, "enroll", str(file), "--extract", "all", "--json")
    done = _run(home, "key", "check", "--json")
    found = json.loads(done.stdout.splitlines()[0])
    assert (found["key"], found["subjects"], found["seals_opened"]) == (key_id, 20, 20)
    assert secret not in done.output
    (sealed,) = settings.index_dir.glob("g*/s*/sealed.data")
    content = sealed.read_bytes()
    sealed.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    assert isinstance(_run(home, "key", "check").exception, DamagedIndexError)
    (home / "key").unlink()
    create_key(home / "key")
    assert isinstance(_run(home, "key", "check").exception, WrongKeyError)
