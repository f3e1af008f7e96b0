"""A worker does what whoever holds its key asks, of the documents it may see, and says why it does not."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from cluster.hashes import hash_of
from cluster.labour import Labour
from cluster.units import DONE, HANDED_BACK, REFUSED, REPLIES, UNITS, Asked, AskedPassage, Envelope
from cluster.versions import Stand, stand_of
from core.processes.plain import ForgedMessageError
from core.settings import load_settings
from fingerprints.index.folder import current_folder
from fingerprints.secrets.keys import Key, load_key
from judging.answers import answer_of
from judging.child import ChildJudge
from matcher.decide.parts import Part
from matcher.far_helpers import JOBS, Unseen, part_of
from matcher.passage import PassageJob
from matcher.readers.interface import Prose
from tests.small_carrier import leak_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from judging.child import Question
    from judging.judge import Judged

LEAK = leak_text().encode()


@pytest.fixture
def key(home: Path) -> Key:
    return load_key(load_settings(home).key, home)


@pytest.fixture
def stand(home: Path, key: Key) -> Stand:
    generation = current_folder(home / "index")
    assert generation is not None
    return stand_of(generation, key.id)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder


@pytest.fixture
def labour(home: Path, shared: Path) -> Iterator[Labour]:
    made = Labour(load_settings(home, cluster={"inputs": [str(shared)]}))
    yield made
    made.close()


def asked_of(content: bytes) -> Asked:
    digest = hash_of(content)
    return Asked("post.txt", digest, len(content), "", "", (0, 0, 0.0, 0.0), 1 << 24, 60.0)


def reply(labour: Labour, key: Key, stand: Stand, asked: Asked, content: bytes | str) -> tuple[str, Any]:
    packed = UNITS.pack(Envelope(key).unit(asked, stand, content))
    word, value = REPLIES.unpack(labour.do(packed, at="here"))
    return word, value


def test_a_document_that_was_sent_gets_its_verdict(labour: Labour, key: Key, stand: Stand) -> None:
    asked = asked_of(LEAK)
    word, sealed = reply(labour, key, stand, asked, LEAK)
    assert word == DONE
    said, judged = answer_of(Envelope(key).open(Envelope(key).name_of(asked, stand), "answer", sealed))
    assert (said, judged.finding.verdict, judged.finding.subjects) == ("judged", "leak", 6)


def test_a_document_of_a_shared_folder_is_read_there(labour: Labour, key: Key, stand: Stand, shared: Path) -> None:
    (shared / "post.txt").write_bytes(LEAK)
    assert reply(labour, key, stand, asked_of(LEAK), str(shared / "post.txt"))[0] == DONE


def test_a_file_with_another_content_or_in_another_place_is_refused(
    labour: Labour, key: Key, stand: Stand, shared: Path, home: Path
) -> None:
    (shared / "post.txt").write_bytes(LEAK + b"x")
    (shared / "way-out").symlink_to(home / "key")
    own = (home / "key").read_bytes()
    for asked, path in (
        (asked_of(LEAK), shared / "post.txt"), (asked_of(LEAK), shared / "gone.txt"), (asked_of(own), home / "key"),
        (asked_of(own), shared / "way-out"),
    ):  # fmt: skip
        assert reply(labour, key, stand, asked, str(path)) == (REFUSED, {"why": "input", "worker": "here"})


def test_a_file_that_is_changed_while_it_is_read_has_no_answer(
    labour: Labour, key: Key, stand: Stand, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shared / "post.txt"
    file.write_bytes(LEAK)
    real = ChildJudge.judge

    def judge(self: ChildJudge, question: Question) -> Judged:
        judged = real(self, question)
        file.write_bytes(b"x" * len(LEAK))
        os.utime(file, ns=(1, 1))
        return judged

    monkeypatch.setattr(ChildJudge, "judge", judge)
    assert reply(labour, key, stand, asked_of(LEAK), str(file)) == (REFUSED, {"why": "input", "worker": "here"})
    monkeypatch.undo()
    file.write_bytes(LEAK)
    assert reply(labour, key, stand, asked_of(LEAK), str(file))[0] == DONE


def test_another_key_generation_or_program_is_refused_by_name(labour: Labour, key: Key, stand: Stand) -> None:
    other = Key(b"o" * 32)
    for whose, wanted, why in (
        (other, replace(stand, key_id=other.id), "key"), (key, replace(stand, generation="g000099"), "generation"),
        (key, replace(stand, manifest="00" * 32), "generation"), (key, replace(stand, code="00" * 32), "code"),
    ):  # fmt: skip
        word, value = reply(labour, whose, wanted, asked_of(LEAK), LEAK)
        assert (word, value["why"]) == (REFUSED, why)


def test_a_unit_that_nobody_with_the_key_made_is_no_work(labour: Labour, key: Key, stand: Stand) -> None:
    unit = replace(Envelope(key).unit(asked_of(LEAK), stand, LEAK), sealed=b"x" * 64)
    word, value = REPLIES.unpack(labour.do(UNITS.pack(unit), at="here"))
    assert (word, value["why"]) == (REFUSED, "broken")
    with pytest.raises(ForgedMessageError):
        UNITS.unpack(b"\x80\x04.")  # a pickle is nothing that is read here


def test_who_is_to_stop_hands_back(labour: Labour, key: Key, stand: Stand) -> None:
    labour.stop()
    assert reply(labour, key, stand, asked_of(LEAK), LEAK) == (HANDED_BACK, {})


def test_a_passage_is_looked_at_and_what_is_none_is_told(labour: Labour, key: Key, stand: Stand) -> None:
    envelope = Envelope(key)
    passage = JOBS.pack(PassageJob(Prose(LEAK.decode()), ("a.zip",)))
    questions: list[tuple[bytes | str, str]] = [(passage, "looked"), (b"none", "failed"), ("/a/path", "failed")]
    for number, (content, wanted) in enumerate(questions):
        asked = AskedPassage("00", number, "", 1 << 24, 60.0)
        word, sealed = REPLIES.unpack(labour.do(UNITS.pack(envelope.unit(asked, stand, content)), at="here"))
        said, value = answer_of(envelope.open(envelope.name_of(asked, stand), "answer", sealed))
        assert (word, said) == (DONE, wanted)
        if said == "looked":
            part = part_of(value, Unseen((), "line", 1, 1))
            assert isinstance(part, Part)
            assert part.path == ("a.zip",)
            assert part.found is not None
            assert set(part.found.subject.tolist()) >= set(range(6))
