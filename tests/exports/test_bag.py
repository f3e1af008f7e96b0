"""A bag opens in bagit, and its own scripts verify it in a Python without packages; what is altered shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bagit
import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from warcio.archiveiterator import ArchiveIterator

from core.settings import DEFAULT_SETTINGS, SETTINGS_FILE
from exports.errors import ExportError, ExportFailedError
from exports.evidence.bag_documents import TEXT_CHARACTERS, _text_of
from exports.evidence.disk_tree import DiskTree
from exports.work_folder import FOLDER, WORK, remove_left, work_folder
from tests.servers.child import ended
from transparency.keys import public_path
from transparency.merkle import inclusion_path, leaf_hash, root_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.database import Database
    from home import Home
    from tests.exports.conftest import Take
    from tests.web.scene import Scene


def unpacked(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as packed:
        packed.extractall(folder)
    return next(folder.iterdir())


def bare(bag: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run in a Python without packages, away from Hinomi."""
    environment = {"PATH": os.environ["PATH"]}
    command = [sys.executable, "-I", "-S", *arguments]
    return subprocess.run(command, cwd=bag, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def bag(take: Take, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A bag, out of its ZIP; masked unless the test asks for values."""
    reveal = getattr(request, "param", "masked") == "revealed"
    path, tally = take("bag", reveal=reveal)
    assert tally.taken["proofs"] >= tally.taken["events"] + 2
    return unpacked(path, tmp_path / "out")


@pytest.mark.parametrize("bag", ["masked", "revealed"], indirect=True)
def test_a_bag_is_valid_and_its_scripts_say_so_without_hinomi(bag: Path, house: Home) -> None:
    assert bagit.Bag(str(bag)).validate()
    key = str(public_path(house.settings.log_key_path))
    done = bare(bag, "data/verify_bag.py", "--key", key)
    assert (done.returncode, done.stderr) == (0, "")
    assert "signed by the key that was given" in done.stdout
    proofs = sorted((bag / "data" / "proofs").iterdir())
    one = bare(bag, "data/check_proof.py", *(f"data/proofs/{path.name}" for path in proofs), "--key", key)
    assert (one.returncode, one.stdout.count("holds: leaf")) == (0, len(proofs))
    assert {path.name.split("-")[0] for path in proofs} == {"event", "document", "capture"}
    for language in ("ja", "en"):
        assert json.loads((bag / "data" / "proofs" / proofs[0].name).read_text())["root"] in (
            bag / "data" / f"README.{language}.txt"
        ).read_text("utf-8")


def test_rows_that_nothing_proves_and_those_known_by_hash_are_counted(bag: Path) -> None:
    rows = [
        (kind, json.loads(line))
        for kind in ("event", "document")
        for line in (bag / "data" / f"{kind}s.jsonl").read_text("utf-8").splitlines()
    ]
    number = {"event": "id", "document": "document"}
    entries = {
        one["of"]: one for one in (json.loads(path.read_text("utf-8")) for path in (bag / "data" / "proofs").iterdir())
    }
    hashed = sum("entry" not in entries[f"{kind} {row[number[kind]]}"] for kind, row in rows)
    assert f"rows known by hash alone: {hashed};" in bare(bag, "data/verify_bag.py").stdout
    path = bag / "data" / "events.jsonl"
    first, *others = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text(json.dumps(json.loads(first) | {"leaf": None, "text": "made up"}) + "\n" + "".join(others), "utf-8")
    renew(bag, path)
    done = bare(bag, "data/verify_bag.py")
    assert (done.returncode, "rows without a proof: 1;" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize("longer", [0, 1])
def test_a_text_that_is_cut_is_counted(tmp_path: Path, longer: int) -> None:
    (tmp_path / "content").write_text("x" * (TEXT_CHARACTERS + longer), encoding="ascii")
    told, is_cut = _text_of(tmp_path / "content", "utf-8", 4 * TEXT_CHARACTERS)
    assert (len(told or ""), is_cut) == (TEXT_CHARACTERS, bool(longer))


def test_a_masked_bag_knows_words_of_strangers_by_their_hash_alone(bag: Path, scene: Scene) -> None:
    held = "".join(path.read_text("utf-8", "replace") for path in bag.rglob("*") if path.is_file())
    assert scene.secret not in held
    assert "paste.example/+42" not in "".join(p.read_text() for p in (bag / "data" / "proofs").glob("[dc]*.json"))
    assert not (bag / "data" / "documents").exists()
    assert not (bag / "data" / "warc").exists()
    entries = [json.loads(path.read_text("utf-8")) for path in (bag / "data" / "proofs").glob("*.json")]
    notes = [one for one in entries if '"kind":"note"' in one.get("entry", "")]
    assert len(notes) == 3
    assert all("leaf_hash" in one for one in entries if not one["of"].startswith("event"))


@pytest.mark.parametrize("bag", ["revealed"], indirect=True)
def test_a_bag_with_values_holds_contents_and_records(bag: Path, scene: Scene) -> None:
    (content,) = (bag / "data" / "documents").iterdir()
    assert sha256(content.read_bytes()).hexdigest() == content.stem
    assert scene.secret in content.read_text("utf-8")
    with (bag / "data" / "warc" / "documents.warc.gz").open("rb") as file:
        records = [(one.rec_type, one.content_stream().read()) for one in ArchiveIterator(file)]
    assert [kind for kind, _ in records] == ["warcinfo", "resource"]
    assert records[1][1] == content.read_bytes()


def alter_text(bag: Path) -> None:
    next((bag / "data" / "texts").iterdir()).write_text("something else", encoding="utf-8")


def alter_event_and_manifests(bag: Path) -> None:
    """What somebody does who knows how bags are made."""
    path = bag / "data" / "events.jsonl"
    path.write_text(path.read_text("utf-8").replace('"kind": "note"', '"kind": "noted"', 1), encoding="utf-8")
    renew(bag, path)


def alter_proof(bag: Path) -> None:
    path = max((bag / "data" / "proofs").glob("event-*.json"))
    path.write_text(re.sub('"leaf": [0-9]+', '"leaf": 0', path.read_text("utf-8")), encoding="utf-8")
    renew(bag, path)


def drop_proof(bag: Path) -> None:
    path = next((bag / "data" / "proofs").glob("document-*.json"))
    name = path.relative_to(bag).as_posix()
    path.unlink()
    manifest = bag / "manifest-sha256.txt"
    lines = [line for line in manifest.read_text().splitlines(keepends=True) if not line.endswith(f"  {name}\n")]
    manifest.write_text("".join(lines))
    renew(bag, manifest)


def add_file(bag: Path) -> None:
    (bag / "data" / "extra.txt").write_text("more", encoding="utf-8")


def renew(bag: Path, changed: Path) -> None:
    """Make the manifests fit again."""
    name = changed.relative_to(bag).as_posix()
    if name.startswith("data/"):
        manifest = bag / "manifest-sha256.txt"
        digest = sha256(changed.read_bytes()).hexdigest()
        lines = [
            f"{digest}  {name}\n" if line.endswith(f"  {name}\n") else line
            for line in manifest.read_text().splitlines(keepends=True)
        ]
        manifest.write_text("".join(lines))
    tags = bag / "tagmanifest-sha256.txt"
    digest = sha256((bag / "manifest-sha256.txt").read_bytes()).hexdigest()
    lines = [
        f"{digest}  manifest-sha256.txt\n" if line.endswith("  manifest-sha256.txt\n") else line
        for line in tags.read_text().splitlines(keepends=True)
    ]
    tags.write_text("".join(lines))


@pytest.mark.parametrize("alter", [alter_text, alter_event_and_manifests, alter_proof, drop_proof, add_file])
def test_whatever_is_altered_shows(bag: Path, alter: Callable[[Path], None]) -> None:
    assert bare(bag, "data/verify_bag.py").returncode == 0
    alter(bag)
    done = bare(bag, "data/verify_bag.py")
    assert (done.returncode, done.stderr) == (1, "")
    assert "does not hold" in done.stdout


def test_another_key_shows(bag: Path, tmp_path: Path) -> None:
    from transparency.keys import create_log_key

    create_log_key(tmp_path / "other")
    done = bare(bag, "data/verify_bag.py", "--key", str(public_path(tmp_path / "other")))
    assert (done.returncode, "another signature" in done.stdout) == (1, True)


def test_the_scripts_need_python_alone() -> None:
    from exports.evidence import verify_bag

    lines = Path(verify_bag.__file__).read_text("utf-8").splitlines()
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names


def test_a_sealed_bag_opens_for_its_recipient_alone(take: Take, tmp_path: Path) -> None:
    person, stranger = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    path, _ = take("bag", recipient=str(person.to_public()))
    assert path.name.endswith(".bag.zip.age")
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(path.read_bytes(), [stranger])
    opened = tmp_path / "opened.zip"
    opened.write_bytes(pyrage.decrypt(path.read_bytes(), [person]))
    assert bagit.Bag(str(unpacked(opened, tmp_path / "out"))).validate()
    for wrong in ("age1nothing", "somebody"):
        with pytest.raises(ExportError):
            take("bag", recipient=wrong)


def test_a_content_that_is_gone_is_counted_and_the_rest_is_there(take: Take, house: Home, tmp_path: Path) -> None:
    for path in house.settings.archive_dir.rglob("*.warc.gz"):
        path.unlink()
    path, tally = take("bag", reveal=True)
    assert tally.left_out["contents_missing"] == 1
    assert tally.left_out["records_missing"] == 2
    bag = unpacked(path, tmp_path / "out")
    assert json.loads((bag / "data" / "left-out.json").read_text())["contents_missing"] == 1
    assert bare(bag, "data/verify_bag.py").returncode == 0


def test_what_was_changed_since_has_no_proof(take: Take, database: Database, tmp_path: Path) -> None:
    take("bag")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE events SET actor = 'someone else' WHERE id = 2"))
    path, tally = take("bag")
    assert tally.left_out["proofs_changed"] == 1
    bag = unpacked(path, tmp_path / "out")
    rows = [json.loads(line) for line in (bag / "data" / "events.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows if row["leaf"] is None] == [2]
    assert bare(bag, "data/verify_bag.py").returncode == 0


def test_a_log_that_was_altered_vouches_for_nothing(take: Take, database: Database) -> None:
    take("bag")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE log_leaves SET hash = zeroblob(32) WHERE position = 0"))
    with pytest.raises(ExportFailedError):
        take("bag")


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=130))
def test_the_tree_on_disk_is_that_of_the_log(entries: list[bytes]) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    with tempfile.TemporaryDirectory() as folder:
        tree = DiskTree(Path(folder) / "tree", leaves)
        assert tree.root() == root_of(leaves)
        for position in range(len(leaves)):
            assert tree.path(position) == inclusion_path(leaves, position)
        with pytest.raises(IndexError):
            tree.path(len(leaves))
        tree.close()


def left(home: Path) -> list[str]:
    return [path.name for path in (home / FOLDER).glob("*")] if (home / FOLDER).exists() else []


def test_nothing_is_left_of_an_export_that_failed(take: Take, house: Home, monkeypatch: Any) -> None:
    from exports.evidence import bag_documents

    def fails(*_given: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(bag_documents.BagDocuments, "finish", fails)
    with pytest.raises(RuntimeError):
        take("bag", reveal=True)
    assert left(house.settings.home) == []


KILLED = """
import sys, time
from pathlib import Path
from exports.work_folder import work_folder
with work_folder(Path(sys.argv[1])) as folder:
    (folder / "part").write_bytes(b"values")
    print("there", flush=True)
    time.sleep(600)
"""


@pytest.mark.slow
def test_what_a_killed_export_left_goes_with_the_next_and_what_lives_stays(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text(DEFAULT_SETTINGS, encoding="utf-8")
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) as child:
        assert child.stdout
        assert child.stdout.readline() == "there\n"
        assert remove_left(tmp_path) == 0, "it lives"
        child.kill()
        child.wait()
        assert [name for name in left(tmp_path) if name.startswith(WORK)]
        with work_folder(tmp_path) as folder:
            assert left(tmp_path) == [folder.name]
    assert left(tmp_path) == []
