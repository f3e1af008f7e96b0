"""A home folder opened piece by piece, and one answer to a newest index generation that is damaged."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from core.errors import UsageError
from core.settings import SETTINGS_FILE
from fingerprints.building.builder import build_index
from fingerprints.errors import DamagedIndexError, NoIndexError
from fingerprints.index.folder import current_folder
from fingerprints.secrets.keys import create_key
from home import Home
from judging.bench import Bench
from judging.judge import open_verdicts
from tests.fingerprints.people import DAY, customers
from web.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from web.world import World

TOKEN = "a-token-for-tests-that-nobody-could-guess-x2"


@pytest.fixture
def two_generations(settings: Settings) -> Settings:
    """A home folder whose index was enrolled to twice."""
    key = create_key(settings.home / "key")
    for people in (20, 30):
        build_index(settings.index_dir, key, f"of {people}", customers(range(people)), as_of=DAY)
    return settings


def damage_newest(settings: Settings) -> None:
    """Cut the newest segment's largest file short: a generation that cannot be opened."""
    folder = current_folder(settings.index_dir)
    assert folder
    files = [file for file in folder.rglob("digests.u64") if file.stat().st_nlink == 1]
    newest = max(files, key=lambda file: file.parent.name)
    newest.write_bytes(newest.read_bytes()[:-8])


def test_a_folder_without_settings_is_no_home(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no") as caught:
        _ = Home(tmp_path).settings
    assert "hinomi init" in caught.value.hint
    assert not (tmp_path / SETTINGS_FILE).exists()


def test_nothing_is_opened_before_it_is_asked_for(settings: Settings) -> None:
    home = Home(settings.home)
    assert home.settings.home == settings.home
    assert {"database", "key", "index", "archive"} & vars(home).keys() == set()


def test_a_damaged_newest_generation_gives_way_to_the_last_good_one_and_says_so(two_generations: Settings) -> None:
    said: list[str] = []
    home = Home(two_generations.home, warn=said.append)
    assert (home.open_index().subjects, said) == (30, [])
    damage_newest(two_generations)
    index = home.open_index()
    assert (index.subjects, index.generation) == (20, 1)
    assert len(said) == 1
    assert "generation 1 serves" in said[0]


def test_every_entry_point_serves_what_any_other_does(
    two_generations: Settings, database: Database, clock: SetClock
) -> None:
    damage_newest(two_generations)
    home = Home.of(two_generations, database=database, clock=clock)
    world: World = create_app(home).state.world
    judge = open_verdicts(Bench(two_generations.home, two_generations.index_dir, 1 << 20, 10.0), home.load_key())
    assert [one.generation for one in (home.index, world.home.open_index(), judge.index)] == [1, 1, 1]


def test_without_anything_to_fall_back_on_it_is_refused(two_generations: Settings) -> None:
    damage_newest(two_generations)
    for old in two_generations.index_dir.glob("g000001"):
        shutil.rmtree(old)
    with pytest.raises(DamagedIndexError):
        Home(two_generations.home).open_index()


def test_before_the_first_enrolment_there_is_no_index(settings: Settings) -> None:
    create_key(settings.home / "key")
    with pytest.raises(NoIndexError, match="no index"):
        Home(settings.home).open_index()
