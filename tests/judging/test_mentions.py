"""Names and domains are found however they are written, and not inside other names."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.settings import load_settings
from custody.models import Processor
from home import Home
from incidents.models import Event
from jobs.mentions import MENTIONED, Mentions
from judging.mentions import mentioned
from tests.crawler.offline import Answer, Outing

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database

WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LockBlue: 株式会社 架空通信、2 TB", ["架空通信株式会社"]),
        ("(株)架空 通信 のデータ", ["架空通信株式会社"]),
        ("Kakuu-Telecom, Inc. — stolen", ["Kakuu Telecom Co., Ltd."]),
        ("kakuutelecom", ["Kakuu Telecom Co., Ltd."]),
        ("Kakuu Telecommunications", []),
        ("https://www.kakuu.example/login", ["kakuu.example"]),
        ("https://notkakuu.example and kakuu.example.evil.invalid", []),
        ("架空 の 通信 会社", []),
    ],
)
def test_what_is_found_and_what_not(text: str, found: list[str]) -> None:
    assert mentioned(text, ["架空通信株式会社", "Kakuu Telecom Co., Ltd."], ["kakuu.example"]) == found


@given(
    st.text("架空通信委託先東西南北", min_size=3, max_size=8), st.text(max_size=30), st.text(max_size=30),
    st.sampled_from(["{}", "{}株式会社", "（株）{}", "有限会社　{}"]), st.lists(st.integers(0, 7), max_size=3),
)  # fmt: skip
def test_a_japanese_name_is_found_however_it_is_spaced(
    name: str, before: str, after: str, kind: str, spaces: list[int]
) -> None:
    written = name
    for at in sorted(spaces, reverse=True):
        written = written[:at] + "　" + written[at:]
    assert name in mentioned(f"{before}\n{kind.format(written)}\n{after}", [name], [])


@given(st.text("abcdefgh", min_size=3, max_size=9), st.booleans(), st.booleans())
def test_a_latin_name_is_found_as_a_word_in_any_case_and_width(name: str, upper: bool, wide: bool) -> None:  # noqa: FBT001  # hypothesis gives them in order
    written = name.upper() if upper else name
    written = written.translate(WIDE) if wide else written
    assert mentioned(f"by {written}!", [name], []) == [name]
    assert mentioned(f"by x{name}x!", [name], []) == []


@given(st.text(), st.text(), st.text())
def test_any_text_is_looked_at(text: str, name: str, domain: str) -> None:
    assert set(mentioned(text, [name], [domain])) <= {name, domain}


LIST = """
[sources.gangs]
engine = "json-feed"
url = "http://list.example/posts.json"
mentions = true
[sources.gangs.options]
dialect = "leak-list"
"""
POSTS = """[{"post_title": "架空委託（株）", "group_name": "g", "discovered": "2026-11-01 10:00:00", "post_url": "http://g.example/1"},
{"post_title": "somebody else", "group_name": "g", "discovered": "2026-11-01 10:00:00", "post_url": "http://g.example/2"}]"""


def test_a_victim_that_is_a_processor_of_ours_is_told_once(home: Path, database: Database, clock: SetClock) -> None:
    from crawler.run import sweep
    from crawler.sources import load_sources
    from scheduler import all_jobs

    settings = load_settings(home, database={"url": str(database.engine.url)})
    settings.sources_path.write_text(LIST, encoding="utf-8")
    with database.write() as session:
        session.add(Processor(name="架空委託株式会社", added_at=clock.now()))
    source = load_sources(settings.sources_path)["gangs"]
    outing = Outing(lambda _request: Answer(200, POSTS, {"Content-Type": "application/json"}))
    assert sweep(source, settings, database, clock, go_out=outing).documents == 2
    jobs = all_jobs(Home.of(settings, database=database, clock=clock), threading.Event())()
    (job,) = [job for job in jobs if job.name == Mentions.name]
    assert job.is_wanted()
    assert [job.work(), job.work()] == ["done: 1 name us or a processor", "done: 0 name us or a processor"]
    with database.read() as session:
        (event,) = session.query(Event).where(Event.kind == MENTIONED).all()
    assert (event.source, event.data["names"]) == ("gangs", "架空委託株式会社")
