"""`hinomi init`: a home folder with settings, key, sources file and database; never overwrites."""

from __future__ import annotations

import json
import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.language import CommandError, say
from core.files import close_to_others
from core.settings import DEFAULT_SETTINGS, SETTINGS_FILE, find_home, load_settings, own_places
from core.syslog import LOCAL, has_local_syslog

if TYPE_CHECKING:
    from cli.context import Context
    from core.clock import Clock
    from core.database import Database
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
@click.option(
    "--heads",
    metavar="PLACE",
    help="Where signed heads go, out of this machine's reach: a file on another disk, syslog, syslog://HOST, the "
    "https:// address of a time-stamp authority, or none (default: asks; without a terminal, syslog where one is).",
)
@click.option(
    "--completion", is_flag=True, help="Set up this shell's completion too (bash, zsh, fish); nothing is overwritten."
)
@click.pass_obj
def init(ctx: Context, home: str | None, heads: str | None, *, completion: bool) -> None:
    """Make a home folder: settings, keys, database. What is there already stays as it is."""
    folder = find_home(home) if home else ctx.folder
    if (folder / SETTINGS_FILE).exists():
        if heads:
            raise CommandError("has_settings", folder=folder, file=folder / SETTINGS_FILE)
        place = ""
    else:
        place = heads or _ask_for_place()
    settings = make_home(folder, _place_lines(place))
    told = [say("init.home", home=settings.home), say("init.key")]
    if not (place in {"", "none"} or settings.log.head_syslog):
        told.append(say("init.heads_to", place=place))
    elif settings.log.head_syslog:
        told.append(say("init.heads_syslog", place=settings.log.head_syslog))
    elif place:
        told.append(say("init.heads_here"))
    told += [*_completed(wanted=completion), say("init.next", home=shlex.quote(str(settings.home)))]
    for line in [*told, say("init.next_enroll")]:
        ctx.talk.print(line, markup=False, soft_wrap=True)


def _completed(*, wanted: bool) -> list[str]:
    """Set up this shell's completion, or tell that it can be."""
    from cli.keeping.completion import install, is_installed, shell_here

    shell = shell_here(os.environ)
    if wanted:
        file, is_new = install(shell, Path.home(), os.environ)
        return [say("init.completed" if is_new else "init.completed_already", shell=shell, file=file)]
    return [say("init.completion")] if shell and not is_installed(shell, Path.home(), os.environ) else []


def _ask_for_place() -> str:
    """Where heads go: what a person says, else this machine's syslog if there is one."""
    default = "syslog" if has_local_syslog() else "none"
    if not sys.stdin.isatty():
        return default
    click.echo(
        say("init.about_heads"),
        err=True,
    )
    return str(click.prompt(say("ask.place"), default=default, err=True))


def _place_lines(place: str) -> str:
    """The settings of [log] that a place comes to."""
    if place in {"", "none"}:
        return ""
    if place == "syslog" or place.startswith("syslog://"):
        return f"head_syslog = {json.dumps(LOCAL if place == 'syslog' else place)}\n"
    if place.startswith(("https://", "http://")):
        return f"authority_url = {json.dumps(place)}\n"
    return f"head_files = {json.dumps(['log-heads.jsonl', str(Path(place).expanduser().absolute())])}\n"


def make_home(home: Path, log_settings: str = "", more_settings: str = "", *, clock: Clock | None = None) -> Settings:
    """Make what is missing of a home folder, bring its database up to date, and close it to others.

    Args:
        home: The folder.
        log_settings: Lines for [log] of new settings.
        more_settings: Other tables of new settings.
        clock: Says when; the machine's own unless given.
    """
    from core.clock import SystemClock
    from core.database import Database
    from fingerprints.secrets.keys import create_key
    from incidents.blocks.sealing import seal
    from migrations import upgrade
    from transparency.keys import create_log_key

    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_new(home / SETTINGS_FILE, DEFAULT_SETTINGS.replace("[log]\n", "[log]\n" + log_settings) + more_settings)
    settings = load_settings(home)
    _write_new(settings.sources_path, SOURCES_EXAMPLE)
    key_file = home / settings.key.file
    if not (settings.key.command or settings.key.environment or key_file.exists()):
        _refuse_a_new_key_for_an_old_index(settings, key_file)
        create_key(key_file)
    create_log_key(settings.log_key_path)
    database = Database(settings.database_url)
    upgrade(database)
    seal(database)
    _put_on_record(settings, database, clock or SystemClock())
    database.close()
    for place in (home, *own_places(settings)):
        if place.exists():
            close_to_others(place)
    return settings


def _put_on_record(settings: Settings, database: Database, clock: Clock) -> None:
    """Settings and index as they are, and a head over that: whoever makes or tightens a home answers for them."""
    from custody.register.index_states import FOUND, record_index
    from people.command_line import actor_here, add_first_account
    from transparency.errors import BrokenLogError
    from transparency.heads import publish
    from transparency.settings_record import record_files

    with database.write() as session:
        add_first_account(session, clock.now())
        record_files(session, settings, actor=actor_here(session, clock.now()), now=clock.now(), reason="hinomi init")
        record_index(session, settings.index_dir, FOUND, clock.now())
    with suppress(BrokenLogError):  # `hinomi verify` names the damage; a home has to come up to date all the same
        publish(settings, database, clock, whole=False)


def _refuse_a_new_key_for_an_old_index(settings: Settings, key_file: Path) -> None:
    """A new key would fit nothing that was enrolled: the lost one has to come back, or everything be enrolled anew."""
    from fingerprints.index.folder import current_folder
    from fingerprints.index.manifest import read_manifest

    folder = current_folder(settings.index_dir)
    if folder is not None:
        key = read_manifest(folder).key_id
        raise CommandError("no_new_key", file=key_file, key=key, index=settings.index_dir)


def _write_new(file: Path, content: str) -> None:
    if not file.exists():
        file.write_text(content, encoding="utf-8")
