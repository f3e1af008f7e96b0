"""`hinomi init`: a home folder with settings, key, sources file and database; never overwrites."""

from __future__ import annotations

import shlex
from functools import partial
from typing import TYPE_CHECKING

import click

from core.errors import UsageError
from core.files import close_to_others
from core.settings import DEFAULT_SETTINGS, SETTINGS_FILE, find_home, load_settings, own_places

if TYPE_CHECKING:
    from pathlib import Path

    from cli.context import Context
    from core.settings import Settings

SOURCES_EXAMPLE = """\
# The sites to sweep; one table each. `hinomi sources add` writes them, `hinomi sources check NAME` tries one.
#
# [sources.example-paste]
# engine = "paste-list"
# url = "https://paste.example/list"
# every = "15m"
# delay_s = 2.0
# legal_basis = "public list, terms read on 2026-11-01"
# [sources.example-paste.options]
# dialect = "bepasty"             # or selectors of your own
"""


@click.command()
@click.option("--home", metavar="DIR", help="The folder to make (default: HINOMI_HOME, else ./hinomi-home).")
@click.pass_obj
def init(ctx: Context, home: str | None) -> None:
    """Make a home folder: settings, keys, database. What is there already stays as it is."""
    settings = make_home(find_home(home) if home else ctx.folder)
    say = partial(ctx.talk.print, markup=False, soft_wrap=True)
    say(f"home    {settings.home}")
    say("key     keep a copy somewhere safe: without it, what was enrolled can never be matched again")
    say(f"next    export HINOMI_HOME={shlex.quote(str(settings.home))}")
    say("        hinomi enroll FILE --extract NAME --processor NAME")


def make_home(home: Path) -> Settings:
    """Make what is missing of a home folder, bring its database up to date, and close it to others."""
    from core.database import Database
    from fingerprints.secrets.keys import create_key
    from migrations import upgrade
    from transparency.keys import create_log_key

    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_new(home / SETTINGS_FILE, DEFAULT_SETTINGS)
    settings = load_settings(home)
    _write_new(settings.sources_path, SOURCES_EXAMPLE)
    key_file = home / settings.key.file
    if not (settings.key.command or settings.key.environment or key_file.exists()):
        _refuse_a_new_key_for_an_old_index(settings, key_file)
        create_key(key_file)
    create_log_key(settings.log_key_path)
    database = Database(settings.database_url)
    upgrade(database)
    database.close()
    for place in (home, *own_places(settings)):
        if place.exists():
            close_to_others(place)
    return settings


def _refuse_a_new_key_for_an_old_index(settings: Settings, key_file: Path) -> None:
    """A new key would fit nothing that was enrolled: the lost one has to come back, or everything be enrolled anew."""
    from fingerprints.index.folder import current_folder
    from fingerprints.index.manifest import read_manifest

    folder = current_folder(settings.index_dir)
    if folder is not None:
        raise UsageError(
            f"there is no key at {key_file}, but an index made with key {read_manifest(folder).key_id}",
            hint=f"Restore that key from its backup. If it is lost, move {settings.index_dir} away and enrol again.",
        )


def _write_new(file: Path, content: str) -> None:
    if not file.exists():
        file.write_text(content, encoding="utf-8")
