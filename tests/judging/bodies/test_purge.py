"""Purging: every row of ours says the same afterwards, no stranger's value is anywhere in the home, once is all."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy import delete, select, text

from archive.bodies.models import DONE, PURGED, BodyRemoval
from archive.errors import BodyGoneError
from archive.models import DocumentRow
from archive.records import Exchange, read_content
from archive.store import Place
from core.settings import load_settings
from home import Home
from incidents.models import Event, FindingRow
from judging.bodies.classes import classed
from judging.bodies.errors import BodyRefusedError
from judging.bodies.holding import hold, lift
from judging.bodies.left import PurgeVerdicts
from judging.bodies.purge import PURGE_EVENT, purge
from judging.bodies.retention import REMOVED_EVENT, RetentionCounts, finish, purge_due, remove_due
from judging.child import ChildJudge
from judging.judge import Verdicts, open_verdicts
from judging.queue import PURGED_BEFORE, Matching, match_waiting, queue_again
from tests.actors import by
from tests.judging.bodies.dumps import FORMS, Dump, make_dump, seeded
from tests.judging.bodies.killed import KILLED, STEPS
from tests.small_carrier import CALM_TEXT
from transparency.check_proof import __file__ as check_proof
from transparency.heads import publish
from transparency.keys import create_log_key
from transparency.proofs import prove_inclusion
from transparency.sequencer import append_waiting
from transparency.verify.verification import verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from judging.bench import Bench

pytestmark = pytest.mark.slow
ACTOR = by("kano")


@pytest.fixture
def opened(settings: Settings, database: Database, clock: SetClock) -> Home:
    create_log_key(settings.log_key_path)
    return Home.of(settings, database=database, clock=clock)


@pytest.fixture(scope="module")
def verdicts(enrolled_home: Path) -> Verdicts:
    from judging.bench import Bench

    settings = load_settings(enrolled_home)
    return open_verdicts(Bench.of(settings), Home.of(settings).load_key())


def judge_all(home: Home, bench: Bench) -> None:
    with ChildJudge(bench) as judge:
        match_waiting(Matching(home.database, home.archive, judge, home.clock))


def found_in(folder: Path, values: tuple[str, ...]) -> set[str]:
    """Which values stand in any file below a folder, as they are or unpacked, in any encoding that dumps come in."""
    found: set[str] = set()
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if ".gz" in path.name:
            data += gzip.decompress(data)
        found |= {value for value in values for code in ("utf-8", "cp932") if value.encode(code) in data}
    return found


def holds(folder: Path, content: bytes) -> bool:
    """Whether any file below a folder holds a stretch of a content."""
    stretch = content[60:120]
    files = (path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return any(stretch in (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data) for data in files)


def seen(home: Home, document_id: int) -> tuple[bytes, list[tuple[int, float]]]:
    """Members and confidences of the latest finding."""
    with home.database.read() as session:
        finding = session.scalars(
            select(FindingRow).where(FindingRow.document_id == document_id).order_by(FindingRow.id.desc())
        ).first()
        assert finding is not None
        rows = session.execute(
            text("SELECT subject, confidence FROM finding_matches WHERE finding_id = :id ORDER BY subject"),
            {"id": finding.id},
        ).all()
    return finding.members, [(int(subject), float(sure)) for subject, sure in rows]


def whole(home: Home, *, but: str = "") -> list[str]:
    """What verification finds damaged."""
    append_waiting(home.database, home.clock)
    report = verify(home.settings, home.database, home.clock)
    return [damage.what for damage in report.damages if damage.what != but]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_left_says_the_same_of_everybody_of_ours_and_holds_nobody_else(
    form: str, verdicts: Verdicts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for seed in range(6):
        rng = seeded(f"{form}{seed}")
        dump = make_dump(rng, form, strangers=rng.choice((5, 30, 200)), ours=rng.randint(1, 6))
        before = verdicts.judge(dump.name, dump.content, "", "").finding
        left = PurgeVerdicts(verdicts).judge(dump.name, dump.content, "", "").left
        assert left is not None
        assert left.file, (form, seed)
        content = Path(left.file).read_bytes()
        name = dump.name if left.form == "lines" else "left.txt"
        after = verdicts.judge(name, content, "", "utf-8", False, left.gone).finding
        assert np.array_equal(before.members, after.members)
        assert np.allclose(before.confidences, after.confidences, rtol=0, atol=1e-6)
        assert [value for value in dump.strangers if value in content.decode()] == []
        assert [value for value in dump.ours if value not in content.decode()] == []


@pytest.mark.both_databases
def test_after_a_purge_no_strangers_value_is_in_the_home_and_the_log_proves_what_was_there(
    opened: Home, bench: Bench, archive: Archive, clock: SetClock, tmp_path: Path
) -> None:
    rng = seeded(7)
    dumps = [make_dump(rng, form) for form in FORMS]
    ids = [archive.hand_in(dump.content, dump.name).document_id for dump in dumps]
    other = archive.hand_in(CALM_TEXT.encode(), "calm.txt").document_id
    post = make_dump(rng, "text", strangers=8, ours=3)
    ids.append(keep_post(opened, post, "p1"))
    keep_post(opened, Dump("later", "ほかの投稿。晴れ。".encode(), (), ()), "p2", also=post.content.decode())
    judge_all(opened, bench)
    every = tuple(value for dump in (*dumps, post) for value in dump.strangers)
    packed = next(dump for dump in dumps if dump.name.endswith(".zip"))
    assert found_in(tmp_path, every) == set(every) - set(packed.strangers)
    assert holds(tmp_path, packed.content)
    before = {number: seen(opened, number) for number in ids}
    for number in ids:
        done = purge(opened, number, reason="not our customers", actor=ACTOR)
        assert (done.ours > 0, done.strangers > 0, done.event_id > 0) == (True, True, True)
        with pytest.raises(BodyRefusedError):
            purge(opened, number, reason="again", actor=ACTOR)
    assert found_in(tmp_path, every) == set()
    assert not holds(tmp_path, packed.content)
    with opened.database.read() as session:
        rows = session.scalars(select(BodyRemoval).order_by(BodyRemoval.document_id)).all()
        events = session.scalars(select(Event).where(Event.kind == PURGE_EVENT).order_by(Event.id)).all()
        documents = {one.id: one for one in session.scalars(select(DocumentRow))}
    assert [row.state for row in rows] == [DONE] * len(ids)
    assert [event.data["sha256"] for event in events] == [documents[number].sha256 for number in ids]
    assert all(opened.archive.read(documents[number]) for number in ids)
    assert opened.archive.read(documents[other]) == CALM_TEXT.encode()
    assert whole(opened) == []
    publish(opened.settings, opened.database, clock)
    with opened.database.read() as session:
        proof = prove_inclusion(session, "event", events[0].id)
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof), encoding="utf-8")
    run = subprocess.run([sys.executable, "-I", check_proof, str(file)], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert events[0].data["sha256_after"] in run.stdout
    with opened.database.write() as session:  # as another generation of the index would look at them
        session.execute(text("UPDATE findings SET generation = generation - 1000"))
    queue_again(opened.database, generation=1)
    judge_all(opened, bench)
    for number in ids:
        members, sure = seen(opened, number)
        assert members == before[number][0]
        assert [one for one, _ in sure] == [one for one, _ in before[number][1]]
        assert np.allclose([s for _, s in sure], [s for _, s in before[number][1]], rtol=0, atol=1e-6)
    with opened.database.read() as session:
        again = session.scalars(select(FindingRow.limits).where(FindingRow.document_id == ids[0])).all()
    assert PURGED_BEFORE in again[-1]


def keep_post(home: Home, dump: Dump, number: str, also: str = "") -> int:
    """Keep a post as a sweep would, on a page that shows it (and others)."""
    now, words = home.clock.now(), dump.content.decode()
    page = (
        f"<html><body><div>{also.replace(chr(10), '<br>')}</div><p>{words.replace(chr(10), '<br>')}</p></body></html>"
    )
    exchange = Exchange(
        address="http://board.example/thread/1", fetched_at=now, body=page.encode(), content=page.encode(),
        headers=(("Content-Type", "text/html; charset=utf-8"),),
    )  # fmt: skip
    place = Place(source="board", address=f"http://board.example/thread/1#{number}", fetched_at=now, title=number)
    with home.archive.open_warc(f"board-{number}") as warc, home.database.write() as session:
        return home.archive.keep_post(session, warc, words, exchange, place).document_id


def keep_posts(home: Home, dumps: Sequence[Dump]) -> list[int]:
    """Keep posts of one thread, in one file, each on a page of its own."""
    now, ids = home.clock.now(), []
    with home.archive.open_warc("board-many") as warc, home.database.write() as session:
        for number, dump in enumerate(dumps):
            words, address = dump.content.decode(), f"http://board.example/thread/{number}"
            page = f"<html><body><p>{words.replace(chr(10), '<br>')}</p></body></html>".encode()
            exchange = Exchange(
                address=address, fetched_at=now, body=page, content=page,
                headers=(("Content-Type", "text/html; charset=utf-8"),),
            )  # fmt: skip
            place = Place(source="board", address=f"{address}#1", fetched_at=now, title=str(number))
            ids.append(home.archive.keep_post(session, warc, words, exchange, place).document_id)
    return ids


def test_a_body_without_its_event_is_damage_and_so_is_another_than_the_event_says(
    opened: Home, bench: Bench, archive: Archive
) -> None:
    dump = make_dump(seeded(3), "csv")
    number = archive.hand_in(dump.content, dump.name).document_id
    judge_all(opened, bench)
    purge(opened, number, reason="not ours", actor=ACTOR)
    assert whole(opened) == []
    with opened.database.write() as session:
        row = session.get_one(BodyRemoval, number)
        row.sha256_after = "0" * 64
    assert set(whole(opened)) == {"body-differs", "content-altered"}
    with opened.database.write() as session:
        session.execute(delete(BodyRemoval))
    assert "body-differs" in whole(opened)
    with opened.database.write() as session:
        session.execute(delete(Event).where(Event.kind == PURGE_EVENT))
    assert {"body-differs", "row-removed", "file-altered"} <= set(whole(opened))


def test_a_hold_keeps_a_body_whole_until_it_is_lifted(opened: Home, bench: Bench, archive: Archive) -> None:
    dump = make_dump(seeded(4), "csv")
    number = archive.hand_in(dump.content, dump.name).document_id
    with pytest.raises(BodyRefusedError):
        purge(opened, number, reason="too early", actor=ACTOR)
    judge_all(opened, bench)
    with opened.database.write() as session:
        hold(session, number, "police asked for it", ACTOR, opened.clock.now())
    with pytest.raises(BodyRefusedError, match="hold"):
        purge(opened, number, reason="not ours", actor=ACTOR)
    assert whole(opened) == []
    with opened.database.write() as session:
        lift(session, number, "they have a copy", ACTOR, opened.clock.now())
    assert purge(opened, number, reason="not ours", actor=ACTOR).form
    assert whole(opened) == []


def test_what_is_about_an_open_incident_stays_whole(opened: Home, bench: Bench, archive: Archive) -> None:
    dump = make_dump(seeded(5), "csv", strangers=1, ours=6)
    number = archive.hand_in(dump.content, dump.name).document_id
    judge_all(opened, bench)
    with pytest.raises(BodyRefusedError, match="is open"):
        purge(opened, number, reason="not ours", actor=ACTOR)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_purge_that_is_killed_ends_whole_or_purged_and_never_without_its_event(
    step: str, when: str, opened: Home, bench: Bench, archive: Archive, tmp_path: Path
) -> None:
    dump = make_dump(seeded(6), "csv")
    number = archive.hand_in(dump.content, dump.name).document_id
    judge_all(opened, bench)
    variables = os.environ | {"HINOMI_DATABASE__URL": str(opened.settings.database_url)}
    run = subprocess.run(
        [sys.executable, "-m", "tests.judging.bodies.killed", str(opened.settings.home), str(number), step, when],
        cwd=Path(__file__).parents[3], env=variables, check=False, capture_output=True,
    )  # fmt: skip
    assert run.returncode == KILLED, run.stderr
    finish(opened)
    assert list(opened.settings.archive_dir.rglob("*.blanked")) == []
    with opened.database.read() as session:
        document = session.get_one(DocumentRow, number)
        told = session.scalars(select(Event).where(Event.kind == PURGE_EVENT)).all()
    is_purged = document.body == PURGED
    assert is_purged == bool(told)
    assert (found_in(tmp_path, dump.strangers) == set()) == is_purged
    assert (opened.archive.read(document) == dump.content) != is_purged
    assert whole(opened) == []
    if not is_purged:
        purge(opened, number, reason="not ours", actor=ACTOR)
        assert found_in(tmp_path, dump.strangers) == set()


def test_a_purge_after_one_that_was_killed_ends_that_first_and_keeps_nothing_of_either(
    opened: Home, bench: Bench, tmp_path: Path
) -> None:
    rng = seeded(11)
    posts = [make_dump(rng, "text", strangers=8, ours=3) for _ in range(2)]
    ids = keep_posts(opened, posts)
    judge_all(opened, bench)
    variables = os.environ | {"HINOMI_DATABASE__URL": str(opened.settings.database_url)}
    run = subprocess.run(
        [sys.executable, "-m", "tests.judging.bodies.killed", str(opened.settings.home), str(ids[0]), "_put_in_place",
         "before"], cwd=Path(__file__).parents[3], env=variables, check=False, capture_output=True,
    )  # fmt: skip
    assert run.returncode == KILLED, run.stderr
    purge(opened, ids[1], reason="not ours", actor=ACTOR)
    finish(opened)
    assert found_in(tmp_path, posts[0].strangers + posts[1].strangers) == set()
    assert whole(opened) == []


def test_terms_remove_bodies_by_their_class_and_keep_records_and_what_is_held(
    opened: Home, bench: Bench, archive: Archive, clock: SetClock, tmp_path: Path
) -> None:
    calm, held = "晴れ。天気の話。\n" * 5, "雨。天気の話。\n" * 5
    ids = [archive.hand_in(text.encode(), f"{n}.txt").document_id for n, text in enumerate((calm, held))]
    posted = keep_post(opened, Dump("x", "曇り。天気の話題。".encode(), (), ()), "p1")
    kept = keep_post(opened, Dump("x", "雪。天気の話題。".encode(), (), ()), "p2")
    judge_all(opened, bench)
    with opened.database.write() as session:
        hold(session, kept, "asked for", ACTOR, clock.now())
    terms = opened.settings.retention.model_copy(update={"handed_in": "1y"})
    home = Home.of(opened.settings.model_copy(update={"retention": terms}), database=opened.database, clock=clock)
    counts = RetentionCounts()
    remove_due(home, counts)
    assert counts.removed == 0
    clock.advance(timedelta(days=181))
    remove_due(home, counts)
    assert (counts.removed, counts.put_off) == (1, 0)
    with opened.database.read() as session:
        gone, stays = session.get_one(DocumentRow, posted), session.get_one(DocumentRow, kept)
    with pytest.raises(BodyGoneError):
        archive.read(gone)
    assert archive.read(stays).decode() == "雪。天気の話題。"
    assert found_in(tmp_path, ("曇り。天気の話題。",)) == set()
    clock.advance(timedelta(days=185))
    remove_due(home, counts)
    assert counts.removed == 1 + len(ids)
    assert whole(opened) == []
    assert queue_again(opened.database, generation=99) == 1


@pytest.mark.both_databases
def test_a_page_of_an_open_incident_stays_when_others_on_it_are_purged_or_their_term_is_over(
    opened: Home, bench: Bench, archive: Archive, clock: SetClock
) -> None:
    calm = Dump("calm", "曇り。天気の話題です。".encode(), (), ())
    other = make_dump(seeded(12), "text", strangers=8, ours=3)
    leak = make_dump(seeded(5), "text", strangers=1, ours=6)
    every = "\n".join(one.content.decode() for one in (calm, other, leak))
    numbers = [keep_post(opened, one, f"p{n}", also=every) for n, one in enumerate((calm, other, leak))]
    judge_all(opened, bench)
    with opened.database.read() as session:
        document = session.get_one(DocumentRow, numbers[2])
        assert document.captures[0].warc_file
        pages = [(archive.folder / one.warc_file, one.warc_offset) for one in document.captures]
    with pytest.raises(BodyRefusedError, match=f"document {numbers[2]}"):
        purge(opened, numbers[1], reason="not ours", actor=ACTOR)
    clock.advance(timedelta(days=181))
    counts = RetentionCounts()
    remove_due(opened, counts)
    assert counts.removed == 1
    for path, offset in pages:
        assert leak.ours[0].encode() in b"".join(read_content([path], offset))
    assert whole(opened) == []


def test_a_greeting_that_two_posts_share_takes_nobodys_page_away(opened: Home, bench: Bench, tmp_path: Path) -> None:
    greeting = "\nここまでお読みいただきありがとうございました"
    dump = make_dump(seeded(13), "text", strangers=8, ours=3)
    number = keep_post(opened, replace(dump, content=dump.content + greeting.encode()), "p1")
    keep_post(opened, Dump("calm", f"曇り。天気の話題です。{greeting}".encode(), (), ()), "p2")
    judge_all(opened, bench)
    purge(opened, number, reason="not ours", actor=ACTOR)
    assert found_in(tmp_path, dump.strangers) == set()
    assert found_in(tmp_path, ("<p>曇り。天気の話題です。<br>",)) != set()


def test_one_body_that_cannot_go_splits_its_batch_and_does_not_scatter_it(
    opened: Home, bench: Bench, archive: Archive, clock: SetClock
) -> None:
    texts = [f"曇り。天気の話題です、その{n}。" for n in range(8)]
    numbers = [keep_post(opened, Dump("calm", one.encode(), (), ()), f"p{n}") for n, one in enumerate(texts)]
    judge_all(opened, bench)
    with opened.database.read() as session:
        missing = archive.folder / session.get_one(DocumentRow, numbers[2]).warc_file
        assert len(list(classed(session, numbers[:2]))) == 2
    missing.rename(missing.with_suffix(".lost"))
    clock.advance(timedelta(days=181))
    counts = RetentionCounts()
    remove_due(opened, counts)
    assert (counts.removed, counts.put_off) == (7, 1)
    with opened.database.read() as session:
        events = session.scalars(select(Event).where(Event.kind == REMOVED_EVENT)).all()
        rows = session.scalars(select(BodyRemoval)).all()
    assert sorted(event.data["count"] for event in events) == [1, 2, 4]
    assert sum(len(row.files) for row in rows) == len(texts) - 1
    missing.with_suffix(".lost").rename(missing)
    assert whole(opened) == []


def test_a_page_goes_with_the_last_document_that_it_shows(
    opened: Home, bench: Bench, archive: Archive, clock: SetClock, tmp_path: Path
) -> None:
    words = "曇り。天気の話題です。", "雪。天気の話題です。"
    page = "".join(f"<p>{one}</p>" for one in words).encode()
    now = clock.now()
    sent = Exchange(address="http://board.example/t/1", fetched_at=now, body=page, content=page)
    with archive.open_warc("board-both") as warc, opened.database.write() as session:
        kept = [
            archive.keep_post(session, warc, one, sent, Place(source="b", address=f"{n}", fetched_at=now))
            for n, one in enumerate(words)
        ]
    judge_all(opened, bench)
    with opened.database.write() as session:
        hold(session, kept[1].document_id, "asked for", ACTOR, now)
    clock.advance(timedelta(days=181))
    counts = RetentionCounts()
    remove_due(opened, counts)
    assert counts.removed == 1
    assert found_in(tmp_path, ("<p>雪。",)) == {"<p>雪。"}
    with opened.database.write() as session:
        lift(session, kept[1].document_id, "over", ACTOR, clock.now())
    remove_due(opened, counts)
    assert counts.removed == len(words)
    assert found_in(tmp_path, words) == set()
    assert whole(opened) == []


def test_the_rule_purges_what_was_judged_long_ago(
    opened: Home, bench: Bench, archive: Archive, clock: SetClock
) -> None:
    dump = make_dump(seeded(8), "tsv")
    number = archive.hand_in(dump.content, dump.name).document_id
    judge_all(opened, bench)
    settings = opened.settings.archive.model_copy(update={"purge_strangers_after": "90d"})
    home = Home.of(opened.settings.model_copy(update={"archive": settings}), database=opened.database, clock=clock)
    counts = RetentionCounts()
    purge_due(opened, counts)
    purge_due(home, counts)
    clock.advance(timedelta(days=91))
    purge_due(opened, counts)
    assert counts.purged == 0
    purge_due(home, counts)
    purge_due(home, counts)
    assert counts.purged == 1
    with home.database.read() as session:
        assert session.get_one(DocumentRow, number).body == PURGED
