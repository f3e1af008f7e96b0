"""What the examination finds: everything in order, and each thing that can be wrong, in both languages."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from archive.models import WarcFileRow
from core.hosts.beats import Beat
from core.hosts.roles import ROLES
from core.processes.walls.landlock import landlock_version
from core.texts import LANGUAGES, load_texts
from crawler.models import Sweep
from health.examination import LOOKS, examine
from home import Home
from incidents.actions import add_event
from migrations import newest_step
from tests.actors import by
from transparency.keys import create_log_key
from transparency.last_verification import note_verification
from transparency.settings_record import record_files
from transparency.verify.damage import Damage, Report

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from health.interface import Diagnosis


@pytest.fixture
def opened(settings: Settings, database: Database, clock: SetClock) -> Home:
    """A home folder with all that `hinomi init` makes."""
    create_log_key(settings.log_key_path)
    return Home.of(settings, database=database, clock=clock)


def bad(home: Home, *, thorough: bool = True) -> list[tuple[str, str]]:
    return [(one.about, one.what) for one in examine(home, thorough=thorough) if one.level == "bad"]


def test_a_sound_home_is_in_order(opened: Home) -> None:
    found = list(examine(opened))
    assert [one.about for one in found if one.level == "bad"] == []
    assert {one.about for one in found} == {"settings", *LOOKS}


def test_everything_found_has_words_in_both_languages(opened: Home) -> None:
    shutil.rmtree(opened.settings.index_dir)
    found = [*examine(opened), *examine(opened, thorough=False), *examine(Home(opened.settings.home / "nowhere"))]
    for one in found:
        assert one.seen("en")
        assert re.search(r"[ぁ-ん一-龥ァ-ヶ]", one.seen("ja")) or one.what == "failed"
        assert bool(one.hint("en")) >= (one.level == "bad")


def test_a_secret_that_a_source_names_and_nobody_gave_is_named(opened: Home) -> None:
    text = '[sources.a]\nengine = "paste-list"\nurl = "http://a.example/"\nsecrets = ["api-a"]\n'
    opened.settings.sources_path.write_text(text + 'options = {dialect = "bepasty"}', encoding="utf-8")
    (found,) = [one for one in examine(opened) if one.about == "access"]
    assert found.level == "bad"
    assert "'api-a'" in found.seen("ja")
    assert "HINOMI_SECRET_API_A" in found.hint("en")
    file = opened.settings.home / "secrets.toml"
    file.touch(mode=0o600)
    file.write_text("api-a = 'a secret value'", encoding="utf-8")
    (found,) = [one for one in examine(opened) if one.about == "access"]
    assert (found.level, found.what) == ("ok", "there")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_look_has_a_name_and_words_for_its_failure(language: str) -> None:
    keys = load_texts("health", language).keys()
    for about in ("settings", *LOOKS):
        assert f"about.{about}" in keys
    for about in ("settings", *(about for about in LOOKS if about != "disk")):
        assert {f"{about}.failed.seen", f"{about}.failed.hint"} <= keys


def damage(folder: Path) -> None:
    (file,) = folder.glob("g*/s*/digests.u64")
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes((content[-1] ^ 255,)))


def test_a_damaged_index_is_wrong_and_only_the_thorough_look_reads_it_whole(opened: Home) -> None:
    damage(opened.settings.index_dir)
    assert [about for about, _ in bad(opened)] == ["index"]
    assert bad(opened, thorough=False) == []


def test_a_missing_key_is_told_once(opened: Home) -> None:
    (opened.settings.home / "key").unlink()
    assert bad(opened) == [("key", "failed")]


def test_a_home_that_others_may_enter_is_wrong_with_the_names_of_what_they_may_read(opened: Home) -> None:
    opened.settings.home.chmod(0o755)
    (found,) = (one for one in examine(opened) if one.level == "bad")
    assert (found.about, found.what) == ("files", "open")
    assert "hinomi.toml" in found.seen("ja")
    opened.settings.home.chmod(0o750)
    assert bad(opened) == []
    assert [one.what for one in examine(opened) if one.about == "files"] == ["shared", "closed"]


@pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")
def test_what_keeps_children_from_files_and_network_was_tried(opened: Home) -> None:
    assert [one.what for one in examine(opened) if one.about == "processes"] == ["closed"]
    assert [one.what for one in examine(opened, thorough=False) if one.about == "processes"] == ["offered"]


def test_a_missing_file_of_the_archive_is_named(opened: Home, clock: SetClock) -> None:
    with opened.database.write() as session:
        session.add(WarcFileRow(name="gone.warc.gz", opened_at=clock.now(), closed_at=clock.now()))
    (found,) = (one for one in examine(opened) if one.level == "bad")
    assert (found.about, found.what) == ("archive", "missing")
    assert "gone.warc.gz" in found.seen("ja")


def test_without_settings_nothing_else_is_looked_at(tmp_path: Path) -> None:
    found: list[Diagnosis] = list(examine(Home(tmp_path / "nowhere")))
    assert [(one.about, one.what, one.level) for one in found] == [("settings", "failed", "bad")]


def test_an_altered_record_is_wrong(opened: Home) -> None:
    with opened.database.write() as session:
        record_files(session, opened.settings, actor=by("suzuki"), now=opened.clock.now())
    assert bad(opened) == []
    with (opened.settings.home / "hinomi.toml").open("a", encoding="utf-8") as file:
        file.write("# looser\n")
    assert bad(opened) == [("log", "settings")]
    with opened.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER log_event")
    assert bad(opened) == [("log", "schema"), ("log", "settings")]
    report = Report()
    report.add(Damage("row-edited", "event 1", 0))
    with opened.database.write() as session:
        note_verification(session, report, actor=by("suzuki"), now=opened.clock.now())
    assert bad(opened) == [("log", "schema"), ("log", "damaged"), ("log", "settings")]
    for one in examine(opened):
        assert one.level != "bad" or (one.hint("ja") and one.hint("en"))


def test_a_source_that_ails_is_wrong_with_what_to_try_in_both_languages(opened: Home) -> None:
    (opened.settings.home / "sources.toml").write_text(
        '[sources.ill]\nengine = "feed"\nurl = "https://a.example/feed"\n', encoding="utf-8"
    )
    now = opened.clock.now()
    with opened.database.write() as session:
        for _ in range(3):
            session.add(
                Sweep(
                    source="ill", started_at=now, finished_at=now, state="failed", reason="HTTP 500", pid=1, worker="w"
                )
            )
    (found,) = [one for one in examine(opened) if (one.about, one.level) == ("sources", "bad")]
    for language in LANGUAGES:
        assert "HTTP 500" in found.seen(language)
        assert "hinomi sources check ill" in found.hint(language)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_broken_file_of_rules_and_who_does_not_report_are_named(opened: Home, language: str) -> None:
    own = opened.settings.home / "regimes"
    own.mkdir()
    (own / "broken.toml").write_text("id = 7", encoding="utf-8")
    found = [one for one in examine(opened) if one.about in {"deadlines", "reports"}]
    (broken,) = (one for one in found if one.level == "bad")
    assert "broken.toml" in broken.seen(language)
    assert broken.hint(language)
    (nobody,) = (one for one in found if one.what == "nobody")
    assert nobody.level == "note"
    assert all(name in nobody.seen(language) for name in ("organisation", "contact", "customer_contact"))
    (read,) = (one for one in found if one.what == "read")
    assert read.level == "ok"


def of_backup(home: Home) -> tuple[str, str]:
    return next((one.level, one.what) for one in examine(home, thorough=False) if one.about == "backup")


def test_a_backup_is_missed_and_grows_old(opened: Home, clock: SetClock) -> None:
    assert of_backup(opened) == ("note", "never")
    with opened.database.write() as session:
        add_event(session, "backed-up", actor=by("a"), now=clock.now(), data={})
    assert of_backup(opened) == ("ok", "taken")
    clock.advance(timedelta(days=7, seconds=1))
    assert of_backup(opened) == ("note", "old")


def of_hosts(home: Home) -> list[tuple[str, str, str]]:
    found = (one for one in examine(home, thorough=False) if one.about == "hosts")
    return [(str(one.values.get("name", "")), one.level, one.what) for one in found]


def test_a_machine_whose_work_others_do_is_retired_after_a_day(
    opened: Home, database: Database, clock: SetClock
) -> None:
    def beat(name: str, *roles: str) -> None:
        Beat(database, clock, name=name, roles=roles, version="1", schema=newest_step()).beat()

    beat("old", "web", "crawl")
    clock.advance(timedelta(hours=2))
    beat("new", *ROLES)
    assert ("old", "bad", "silent") in of_hosts(opened)
    clock.advance(timedelta(days=1))
    beat("new", *ROLES)
    assert ("old", "note", "retired") in of_hosts(opened)
    beat("new", "web")
    assert ("old", "bad", "silent") in of_hosts(opened)
