"""`hinomi people`: whoever makes a home is its first account; others are added, changed, shown out, and have tokens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from cli.main import hinomi

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """The command, in a new home."""
    runner, home = CliRunner(), str(tmp_path / "home")

    def asked(*words: str) -> Result:
        return runner.invoke(hinomi, ["--home", home, *words])

    assert asked("init").exit_code == 0
    return asked


def code(done: Result) -> int:
    """The exit code, as the program's own edge would make it of an error of ours."""
    return int(getattr(done.exception, "exit_code", done.exit_code))


def listed(run: Callable[..., Result]) -> dict[str, Any]:
    rows = [json.loads(line) for line in run("people", "list", "--json").stdout.splitlines()]
    return {row["login"]: row for row in rows}


def test_whoever_makes_a_home_is_its_first_account(run: Callable[..., Result]) -> None:
    (first,) = listed(run).values()
    assert {"administrator", "responder", "data-owner"} <= set(first["roles"])
    assert first["os_user"]


def test_people_are_added_changed_and_shown_out(run: Callable[..., Result]) -> None:
    added = run("people", "add", "kenji", "--role", "data-owner", "--extract", "sales-*", "--slack", "U1", "--json")
    assert json.loads(added.stdout)["link"].startswith("http://127.0.0.1:8470/?token=")
    assert code(run("people", "add", "KENJI", "--role", "auditor")) == 2
    assert run("people", "role", "kenji", "auditor", "investigator").exit_code == 0
    assert run("people", "set", "kenji", "--email", "k@carrier.example").exit_code == 0
    one = listed(run)["kenji"]
    assert (one["roles"], one["extracts"], one["email"]) == (
        ["investigator", "auditor"],
        ["sales-*"],
        "k@carrier.example",
    )
    assert run("people", "disable", "kenji", "--reason", "left").exit_code == 0
    assert listed(run)["kenji"]["disabled"]
    assert code(run("people", "link", "kenji")) == 2
    assert run("people", "disable", "kenji", "--undo").exit_code == 0
    assert "?token=" in run("people", "link", "kenji").stdout
    assert code(run("people", "link", "nobody")) == 2
    assert run("people", "sessions", "--json").stdout == ""
    assert code(run("people", "sessions", "--end", "x")) == 2
    assert run("people", "list").exit_code == 0


def test_a_service_has_tokens_and_a_person_none(run: Callable[..., Result]) -> None:
    assert run("people", "add", "soar", "--role", "service").exit_code == 0
    made = run("people", "token", "soar", "--scope", "incidents:read")
    assert made.stdout.startswith("hinomi_")
    kept = json.loads(run("people", "token", "soar", "--list").stdout)
    assert (kept["scopes"], kept["revoked"]) == (["incidents:read"], None)
    assert run("people", "token", "soar", "--revoke", str(kept["id"])).exit_code == 0
    assert json.loads(run("people", "token", "soar", "--list").stdout)["revoked"]
    assert code(run("people", "token", "soar", "--scope", "everything")) == 2
    first = next(iter(set(listed(run)) - {"soar"}))
    assert code(run("people", "token", first, "--scope", "incidents:read")) == 2


def test_the_record_goes_on_being_whole(run: Callable[..., Result]) -> None:
    run("people", "add", "hana", "--role", "responder")
    assert run("verify", "--json").exit_code == 0
