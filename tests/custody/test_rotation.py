"""Changing the key: everybody keeps his place, nothing is lost, and killed at any step key and index fit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyroaring import BitMap

from custody.enrolment.rotation import Rotation
from custody.errors import EnrolmentError
from fingerprints.building.builder import build_index
from fingerprints.building.forgetting import forget_subjects
from fingerprints.errors import WrongKeyError
from fingerprints.identifiers import load_kinds
from fingerprints.index.canaries import Canary, read_canaries, write_canaries
from fingerprints.index.folder import next_dir, writing_lock
from fingerprints.index.generation import Index
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key, format_key, read_key
from tests.custody.test_enrolment import write_csv
from tests.fingerprints.contents import contents
from tests.fingerprints.people import DAY, customers
from tests.servers.child import ended

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = Key(b"o" * 32), Key(b"n" * 32)
LATER = DAY + timedelta(days=30)
SWITCH = """
    import sys
    from pathlib import Path
    from custody.enrolment import rotation
    from custody.enrolment.rotation import Rotation
    import fingerprints.{module} as module
    from fingerprints.secrets.keys import read_key, replace_key

    def stop(*args, **kwargs):
        print("here", flush=True)
        sys.stdin.read()

    home = Path(sys.argv[1])
    change = Rotation(home / "index", home, read_key(home / "key"), read_key(home / "key.next"))
    module.{step} = stop
    change.make_ready(())
    replace_key(home / "key", home / "key.next")
    change.settle()
"""


def later_rows() -> dict[str, list[str]]:
    """The list a month later: one phone is another, one customer is new."""
    rows = customers(range(41))
    rows["phone"][7] = "090-0000-9999"
    return rows


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return (
        write_csv(tmp_path / "calls.csv", customers(range(40))),
        write_csv(tmp_path / "later.csv", later_rows()),
    )


@pytest.fixture
def home(tmp_path: Path, files: tuple[Path, Path]) -> Path:
    """A home whose index knows one extract of two days."""
    home = tmp_path / "rotated"
    home.mkdir()
    for name, key in (("key", OLD), ("key.next", NEW)):
        (home / name).write_text(format_key(bytes(key._secret)) + "\n", encoding="ascii")  # noqa: SLF001
        (home / name).chmod(0o600)
    _enrol(home, files)
    return home


def _enrol(home: Path, files: tuple[Path, Path]) -> None:
    from dataclasses import replace

    from core.clock import day_number
    from custody.enrolment.file import sha256_of
    from fingerprints.building.builder import IndexBuilder, open_for_writing
    from fingerprints.building.prints import Printer
    from fingerprints.index.manifest import ExtractInfo

    kinds = load_kinds()
    for file, rows, day in ((files[0], customers(range(40)), DAY), (files[1], later_rows(), LATER)):
        with writing_lock(home / "index"):
            index = open_for_writing(home / "index", OLD)
            with IndexBuilder(home / "index", OLD, index) as builder:
                values = {kind: [kinds[kind].canonical(text) for text in texts] for kind, texts in rows.items()}
                builder.add(Printer(OLD, index, day_number(day)).print_rows(values))
                info = ExtractInfo("calls", tuple(rows), 0, day_number(day), 0, "")
                builder.finish(replace(info, sha256=sha256_of(file)), ("K[0-9]{6}",))
    write_canaries(home / "index", OLD, [Canary("calls", "K000003", "2026-04-01")])


def _rotation(home: Path) -> Rotation:
    return Rotation(home / "index", home, OLD, NEW)


def _same_people(index: Index) -> dict[str, object]:
    """What the index says by its own numbers of the people, which incidents hold."""
    digester = Digester(NEW if index.manifest.key_id == NEW.id else OLD)
    everybody = np.arange(index.subjects, dtype=np.uint32)
    hits = index.lookup(digester.digest_many("phone", [f"0900000{n:04d}" for n in (*range(41), 9999)]))
    found = sorted(zip(*(getattr(hits, name).tolist() for name in hits.__slots__), strict=True))
    return {
        "numbers": index.reveal(everybody),
        "phones": found,
        "members": [set(index.members_of(one)) for one in sorted(index.enrolments, key=lambda one: one.as_of)],
        "names": index.agreement("name", everybody, ["架空亜"] * index.subjects).tolist(),
        "canaries": {name: set(subjects) for name, subjects in index.canaries.items()},
    }


def test_everything_comes_along_in_any_order(home: Path, files: tuple[Path, Path]) -> None:
    before = _same_people(Index.open(home / "index", OLD))
    change = _rotation(home)
    change.open()
    assert [(one.info.rows, one.needed) for one in change.wanted()] == [(41, True), (40, False)]
    for file in reversed(files):
        change.take(file, {})
    assert change.wanted() == []
    assert _same_people(Index.open(home / "index", OLD)) == before  # the old one serves until the switch
    change.make_ready(())
    change.settle()
    assert _same_people(Index.open(home / "index", NEW, check=True)) == before
    assert not next_dir(home / "index").exists()
    assert [one.number for one in read_canaries(home / "index", NEW)] == ["K000003"]
    with pytest.raises(WrongKeyError):
        Index.open(home / "index", OLD)


def test_under_the_new_key_the_index_is_as_if_enrolled_there(
    home: Path, files: tuple[Path, Path], tmp_path: Path
) -> None:
    change = _rotation(home)
    change.open()
    for file in files:
        change.take(file, {})
    change.make_ready(())
    change.settle()
    build_index(tmp_path / "fresh", NEW, "calls", customers(range(40)), as_of=DAY)
    build_index(tmp_path / "fresh", NEW, "calls", later_rows(), as_of=LATER)
    rotated, fresh = (contents(Index.open(parent, NEW)) for parent in (home / "index", tmp_path / "fresh"))
    assert rotated["records"] == fresh["records"]
    assert rotated["fields"] == fresh["fields"]
    assert list(rotated["members"].values()) == list(fresh["members"].values())


def test_numbers_under_the_old_key_lead_to_those_under_the_new(home: Path, files: tuple[Path, Path]) -> None:
    change = _rotation(home)
    change.open()
    change.take(files[1], {})
    change.make_ready(())
    change.settle()
    old, new = (Digester(key).digest_many("customer_number", ["K000007", "K999999"]) for key in (OLD, NEW))
    index = Index.open(home / "index", NEW)
    assert index.current_digests(old).tolist() == [new[0], old[1]]
    assert index.former_digests(new).tolist() == [old[0]]
    with writing_lock(home / "index"):
        forget_subjects(home / "index", index, BitMap([7]))
    assert index.folder.exists() is False
    assert Index.open(home / "index", NEW).current_digests(old).tolist() == old.tolist()


def test_what_is_still_to_come_stops_the_switch(home: Path, files: tuple[Path, Path], tmp_path: Path) -> None:
    change = _rotation(home)
    change.open()
    change.take(files[0], {})
    with pytest.raises(EnrolmentError, match="1 extracts are not enrolled under the new key yet: calls of 2026-05-01"):
        change.make_ready(())
    other = write_csv(tmp_path / "exported-again.csv", later_rows() | {"kana": ["カクウ"] * 41})
    with pytest.raises(EnrolmentError, match=r"exported-again.csv is none of the 1 files"):
        change.take(other, {})
    change.take(other, {}, extract="calls")
    change.make_ready(())


def test_an_extract_that_is_given_up_stays_known(home: Path) -> None:
    change = _rotation(home)
    change.open()
    change.make_ready({"calls"})
    change.settle()
    index = Index.open(home / "index", NEW, check=True)
    assert len(index.members("calls")) == 41
    assert index.reveal(np.array([7], np.uint32)) == ["K000007"]
    assert index.lookup(Digester(NEW).digest_many("phone", ["09000000008"])).subject.size == 0


def test_who_is_forgotten_meanwhile_is_forgotten_under_both_keys(home: Path, files: tuple[Path, Path]) -> None:
    change = _rotation(home)
    change.open()
    change.take(files[1], {})
    with writing_lock(home / "index"):
        forget_subjects(home / "index", Index.open(home / "index", OLD), BitMap([7]))
    change.make_ready(())
    change.settle()
    index = Index.open(home / "index", NEW, check=True)
    assert 7 not in index.members("calls")
    assert index.lookup(Digester(NEW).digest_many("customer_number", ["K000007", "K000008"])).subject.tolist() == [8]


def test_another_key_does_not_go_on_with_a_rotation(home: Path) -> None:
    _rotation(home).open()
    with pytest.raises(WrongKeyError):
        Rotation(home / "index", home, OLD, Key(b"x" * 32)).open()
    with pytest.raises(EnrolmentError, match="is the one in use"):
        Rotation(home / "index", home, OLD, OLD).open()


@pytest.mark.parametrize(
    ("module", "step"),
    [
        ("building.rotation", "write_canaries"),
        ("building.rotation", "write_safely"),
        ("building.rotation", "link_files"),
        ("building.rotation", "write_manifest"),
        ("building.rotation", "switch_to"),
        ("index.folder", "write_safely"),
        ("building.rotation", "shutil.rmtree"),
    ],
)
def test_a_switch_killed_at_any_step_leaves_a_pair_that_fits(
    home: Path, files: tuple[Path, Path], module: str, step: str
) -> None:
    change = _rotation(home)
    change.open()
    for file in files:
        change.take(file, {})
    before = _same_people(Index.open(home / "index", OLD))
    script = textwrap.dedent(SWITCH.format(module=module, step=step))
    with ended(
        subprocess.Popen(
            [sys.executable, "-c", script, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "here\n"
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    key = read_key(home / "key")
    assert _same_people(Index.open(home / "index", key)) == before
    if key == OLD:
        change.make_ready(())
    change.settle()
    assert _same_people(Index.open(home / "index", NEW, check=True)) == before
    build_index(home / "index", NEW, "more", customers(range(50)), as_of=LATER)
    assert sorted(path.name for path in (home / "index").iterdir() if path.is_dir() and "part" in path.name) == []


def test_the_command_goes_from_key_to_key(tmp_path: Path, files: tuple[Path, Path]) -> None:
    home = tmp_path / "home2"
    _hinomi(home, "init")
    for file, day in zip(files, ("2026-04-01", "2026-05-01"), strict=True):
        _hinomi(home, "enroll", str(file), "--extract", "calls", "--as-of", day, "--json")
    old = _hinomi(home, "key", "id").stdout.strip()
    state = json.loads(_hinomi(home, "key", "rotate", "--json").stdout)
    assert [(one["extract"], one["needed"]) for one in state["missing"]] == [("calls", True), ("calls", False)]
    assert _hinomi(home, "key", "rotate", "--switch", code=2).stderr.count("calls of 2026-05-01") == 1
    assert json.loads(_hinomi(home, "key", "rotate", *map(str, files), "--json").stdout)["missing"] == []
    assert _hinomi(home, "key", "id").stdout.strip() == old
    _hinomi(home, "key", "rotate", "--switch")
    new = _hinomi(home, "key", "id").stdout.strip()
    assert new != old
    assert read_key(home / f"key.{old}").id == old
    assert not (home / "key.next").exists()
    assert (home / "key").stat().st_mode & 0o777 == 0o600
    assert json.loads(_hinomi(home, "key", "check", "--json").stdout)["seals_opened"] == 41
    found = json.loads(_hinomi(home, "scan", str(files[1]), "--json", code=10).stdout.splitlines()[0])
    assert (found["verdict"], found["subjects"]) == ("leak", 41)


CUT_OFF = """
    import os, sys
    import fingerprints.{module} as module
    from click.testing import CliRunner
    from cli.main import hinomi

    module.{step} = lambda *args, **kwargs: os._exit(9)
    CliRunner().invoke(hinomi, ["--home", sys.argv[1], "key", "rotate", "--switch"], catch_exceptions=False)
"""


@pytest.mark.parametrize(
    ("module", "step", "is_new"),
    [
        ("secrets.keys", "os.link", False),
        ("secrets.keys", "sync_folder", True),
        ("building.rotation", "link_files", True),
        ("building.rotation", "write_canaries", False),
        ("building.rotation", "shutil.rmtree", True),
    ],
)
def test_a_switch_that_was_cut_off_is_finished_by_running_it_again(
    tmp_path: Path, files: tuple[Path, Path], module: str, step: str, *, is_new: bool
) -> None:
    home = tmp_path / "home2"
    _hinomi(home, "init")
    _hinomi(home, "enroll", str(files[1]), "--extract", "calls", "--as-of", "2026-05-01", "--json")
    old = read_key(home / "key").id
    _hinomi(home, "key", "rotate", str(files[1]))
    wanted = read_key(home / "key.next").id
    script = textwrap.dedent(CUT_OFF.format(module=module, step=step))
    ended = subprocess.run([sys.executable, "-c", script, str(home)], check=False)
    assert ended.returncode == 9
    assert read_key(home / "key").id == (wanted if is_new else old)
    assert json.loads(_hinomi(home, "key", "rotate", "--switch", "--json").stdout)["switched"]
    assert read_key(home / "key").id == wanted
    assert not (home / "key.next").exists()
    assert not (home / "index" / "next").exists()
    assert json.loads(_hinomi(home, "key", "check", "--json").stdout)["seals_opened"] == 41


def test_a_change_under_way_goes_on_with_its_own_key_or_not_at_all(tmp_path: Path, files: tuple[Path, Path]) -> None:
    home = tmp_path / "home2"
    _hinomi(home, "init")
    _hinomi(home, "enroll", str(files[1]), "--extract", "calls", "--json")
    _hinomi(home, "key", "rotate")
    begun = read_key(home / "key.next").id
    (home / "key.next").rename(home / "elsewhere")
    refused = _hinomi(home, "key", "rotate", str(files[1]), code=2)
    assert begun in refused.stderr
    assert "--new-key" in refused.stderr
    assert not (home / "key.next").exists()
    _hinomi(home, "key", "rotate", str(files[1]), "--new-key", str(home / "elsewhere"), "--switch")
    assert read_key(home / "key").id == begun


def _hinomi(home: Path, *args: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "--home", str(home), *args]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == code, done.stderr
    return done
