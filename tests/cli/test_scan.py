"""`hinomi scan`, as scripts call it."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from core.settings import load_settings
from fingerprints.building.builder import build_index
from fingerprints.secrets.keys import load_key
from tests.matcher.people import PEOPLE
from tests.servers.child import ended

if TYPE_CHECKING:
    from pathlib import Path

LINES = [f"{p['name']} {p['phone']} {p['email']}" for p in PEOPLE[:4]]


def hinomi(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", "--home", str(home), *arguments], capture_output=True, text=True, check=False
    )


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the made-up customers in it."""
    home = tmp_path_factory.mktemp("scan") / "home"
    assert hinomi(home, "init").returncode == 0
    settings = load_settings(home)
    columns = {kind: [person[kind] for person in PEOPLE] for kind in PEOPLE[0]}
    build_index(settings.index_dir, load_key(settings.key, home), "everyone", columns, as_of=date(2026, 4, 1))
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A leak and a harmless file, one folder down."""
    inside = tmp_path / "posts" / "inside"
    inside.mkdir(parents=True)
    (inside / "leak.txt").write_text("\n".join(LINES), encoding="utf-8")
    (inside / "calm.txt").write_text("今日の天気は晴れ。\n", encoding="utf-8")
    return tmp_path / "posts"


def test_a_folder_is_scanned_file_by_file(enrolled: Path, folder: Path) -> None:
    done = hinomi(enrolled, "scan", str(folder), "--json", "--reveal", "--reason", "a test")
    assert done.returncode == 10, done.stderr
    calm, leak = objects(done)
    assert calm["document"] == str(folder / "inside" / "calm.txt")
    assert calm["verdict"] == "clear"
    assert calm["matches"] == []
    assert leak["verdict"] == "leak"
    assert [match["subject"] for match in leak["matches"]] == [p["customer_number"] for p in PEOPLE[:4]]
    assert [match["at"] for match in leak["matches"]] == [{"line": n} for n in (1, 2, 3, 4)]
    assert leak["extracts"][0]["extract"] == "everyone"
    assert set(leak["dated"]) == {"from", "to"}


def test_without_reveal_nobody_is_named(enrolled: Path, folder: Path) -> None:
    done = hinomi(enrolled, "scan", str(folder / "inside" / "leak.txt"), "--json")
    (leak,) = objects(done)
    assert all(len(match["subject"]) == 16 and int(match["subject"], 16) for match in leak["matches"])
    shown = done.stdout + done.stderr
    for person in PEOPLE:
        assert not any(person[kind] in shown for kind in ("customer_number", "name", "phone", "email"))


def write_long(file: Path) -> None:
    """A document that takes some seconds."""
    with gzip.open(file, "wb", compresslevel=1) as out:
        for number in range(200):
            out.write(f"{number} {LINES[number % 4]} ".encode() * 5_000)


def test_a_document_that_cannot_be_judged_is_unread_with_its_reason_and_the_rest_goes_on(
    enrolled: Path, folder: Path
) -> None:
    """Its child is killed twice: over its structure, and over its plain text."""
    write_long(folder / "inside" / "a-long.gz")
    killed: set[int] = set()
    arguments = [sys.executable, "-m", "cli", "--home", str(enrolled), "scan", str(folder), "--json"]
    with ended(subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)) as scan:
        me = psutil.Process(scan.pid)
        while len(killed) < 2 and scan.poll() is None:
            for child in me.children():
                if child.pid not in killed:
                    child.kill()
                    killed.add(child.pid)
        out, _ = scan.communicate()
    long, calm, leak = map(json.loads, out.splitlines())
    assert (scan.returncode, long["verdict"], calm["verdict"], leak["verdict"]) == (10, "unread", "clear", "leak")
    (said,) = long["limits"]
    assert said.startswith("the matcher's process was ended by SIGKILL")


def test_a_scan_stops_when_it_is_told_to(enrolled: Path, tmp_path: Path) -> None:
    long = tmp_path / "long.gz"
    write_long(long)
    arguments = [sys.executable, "-m", "cli", "--home", str(enrolled), "scan", str(long), "--json"]
    with ended(subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)) as scan:
        me = psutil.Process(scan.pid)
        while not (children := me.children()) and scan.poll() is None:
            pass
        scan.send_signal(signal.SIGINT)
        scan.communicate()
    assert scan.returncode == 130
    psutil.wait_procs(children, timeout=60)
    assert [child for child in children if child.is_running()] == []


def test_people_get_a_table(enrolled: Path, folder: Path) -> None:
    done = hinomi(enrolled, "scan", str(folder))
    assert done.returncode == 10
    assert "leak" in done.stdout
    assert "4 of 4 people are ours" in done.stdout


def test_nothing_found_exits_with_0(enrolled: Path, folder: Path) -> None:
    assert hinomi(enrolled, "scan", str(folder / "inside" / "calm.txt")).returncode == 0


def test_a_missing_file_is_named_before_anything_is_read(enrolled: Path, folder: Path) -> None:
    done = hinomi(enrolled, "scan", str(folder / "missing.txt"), str(folder), "--json")
    assert done.returncode == 2
    assert "missing.txt" in done.stderr
    assert done.stdout == ""


def test_numbers_that_are_shown_are_an_event_and_a_leaf(enrolled: Path, folder: Path) -> None:
    leak = str(folder / "inside" / "leak.txt")
    before = json.loads(hinomi(enrolled, "verify", "--json").stdout)["kinds"].get("event", 0)
    assert hinomi(enrolled, "scan", leak, "--json").returncode == 10
    assert hinomi(enrolled, "scan", leak, "--json", "--reveal", "--reason", "to notify them").returncode == 10
    assert json.loads(hinomi(enrolled, "verify", "--json").stdout)["kinds"]["event"] == before + 1
    found = objects(hinomi(enrolled, "incidents", "search", "kind:numbers-revealed", "--json"))
    assert any("to notify them" in json.dumps(event, ensure_ascii=False) for event in found)


def test_a_ranking_is_exported_to_a_new_file_of_ones_own(enrolled: Path, folder: Path, tmp_path: Path) -> None:
    assert hinomi(enrolled, "scan", str(folder / "inside" / "leak.txt"), "--open").returncode == 10
    out = tmp_path / "ranking.json"
    arguments = ("root-cause", "1", "--export", str(out), "--json", "--reason", "for the regulator")
    assert hinomi(enrolled, *arguments).returncode == 0
    assert out.stat().st_mode & 0o777 == 0o600
    made = json.loads(out.read_text(encoding="utf-8"))
    assert (made["reason"], made["names_revealed"], made["incident"]) == ("for the regulator", False, 1)
    assert hinomi(enrolled, *arguments).returncode == 2
    assert hinomi(enrolled, "root-cause", "1", "--reveal").returncode == 2


def test_what_is_no_file_is_named_and_what_was_cut_off_stands_below_its_document(enrolled: Path, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "nowhere").symlink_to(folder / "missing")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "cut.gz").write_bytes(gzip.compress("\n".join(LINES * 200).encode())[:-60])
    done = hinomi(enrolled, "scan", str(folder))
    assert done.returncode == 10, done.stderr
    assert "pipe: not read" in done.stderr
    assert "nowhere: not read" in done.stderr
    assert "cut off: cut off before its end" in " ".join(done.stdout.split())
    assert "empty.csv" in done.stdout.replace("\n", "")


def test_what_is_handed_in_is_as_old_as_somebody_knows_and_the_timeline_keeps_both(
    enrolled: Path, folder: Path, tmp_path: Path
) -> None:
    leak = folder / "inside" / "leak.txt"
    assert hinomi(enrolled, "scan", str(leak), "--posted-at", "2026-04-02").returncode == 2, "without --open"
    leak.write_text("\n".join(LINES) + "\nposted", encoding="utf-8")
    given_ = ("--open", "--posted-at", "2026-04-02 09:30", "--seen-at", "2026-04-01")
    assert hinomi(enrolled, "scan", str(leak), *given_).returncode == 2, "seen before it was posted"
    given_ = ("--open", "--posted-at", "2026-04-02T09:30", "--seen-at", "2026-04-03")
    assert hinomi(enrolled, "scan", str(leak), *given_).returncode == 10
    letter = tmp_path / "letter.eml"
    head = "From: a@carrier.example\nDate: Wed, 01 Apr 2026 10:00:00 +0900\nContent-Type: text/plain; charset=utf-8\n"
    letter.write_text(head + "\n" + "\n".join(LINES), encoding="utf-8")
    assert hinomi(enrolled, "scan", str(letter), "--open").returncode == 10
    told = objects(hinomi(enrolled, "incidents", "search", "source:hand-in", "--json"))
    happened = {event["happened_at"][:16] for event in told if event["learned_at"][:16] != event["happened_at"][:16]}
    assert {"2026-04-02T00:30", "2026-04-01T01:00"} <= happened
