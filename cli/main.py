"""`hinomi`: finds the command, turns errors into a message, a hint and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from io import TextIOWrapper
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

import click

from cli.context import Context
from cli.exit_codes import code_of
from cli.language import PROGRAM, VARIABLE, find_language, said_of, say, speak_as_click, spoken, use_language
from core.errors import HinomiError
from core.files import full_disk, is_full
from core.logs import configure_logs
from core.processes.garbage import expect_many_objects
from core.settings import find_home
from core.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "init": "cli.keeping.init:init",
    "demo": "cli.watch.demo:demo",
    "enroll": "cli.custody.enroll:enroll",
    "uploads": "cli.custody.uploads:uploads",
    "processors": "cli.custody.processors:processors",
    "extracts": "cli.custody.extracts:extracts",
    "supervision": "cli.custody.supervision:supervision",
    "subjects": "cli.custody.subjects:subjects",
    "canaries": "cli.custody.canaries:canaries",
    "scan": "cli.watch.scan:scan",
    "scans": "cli.watch.scans:scans",
    "sources": "cli.watch.sources:sources",
    "sweep": "cli.watch.sweep:sweep",
    "match": "cli.watch.match:match",
    "rescan": "cli.watch.match:rescan",
    "unsettled": "cli.watch.unsettled:unsettled",
    "incidents": "cli.casework.incidents:incidents",
    "incident": "cli.casework.incidents:incident",
    "tasks": "cli.casework.tasks:tasks",
    "deadlines": "cli.casework.deadlines:deadlines",
    "report": "cli.casework.report:report",
    "alerts": "cli.watch.alerts:alerts",
    "root-cause": "cli.casework.root_cause:root_cause",
    "export": "cli.casework.export:export",
    "looks": "cli.casework.looks:looks",
    "exports": "cli.casework.export:exports",
    "trails": "cli.casework.trails:trails",
    "serve": "cli.watch.serve:serve",
    "worker": "cli.keeping.worker:worker",
    "log": "cli.keeping.log:log",
    "proof": "cli.keeping.proof:proof",
    "archive": "cli.keeping.archive:archive",
    "verify": "cli.keeping.verify:verify",
    "backup": "cli.keeping.backup:backup",
    "restore": "cli.keeping.backup:restore",
    "upgrade": "cli.keeping.upgrade:upgrade",
    "drill": "cli.watch.drill:drill",
    "key": "cli.keeping.key:key",
    "index": "cli.custody.index:index",
    "doctor": "cli.keeping.doctor:doctor",
    "people": "cli.keeping.people:people",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called: scrapy alone takes a second."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the work."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return spoken(command, cmd_name)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help="The home folder (default: HINOMI_HOME, else ./hinomi-home).")
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    envvar=VARIABLE,
    is_eager=True,
    expose_value=False,
    callback=lambda _ctx, _option, value: use_language(value) if value else None,
    help="Of what is said here (default: HINOMI_LANG, else that of the settings, else the terminal's).",
)
@click.version_option(package_name="hinomi")
@click.pass_context
def hinomi(ctx: click.Context, home: str | None) -> None:
    """Hinomi watches the open web for leaked customer data and keeps the records that show who took it."""
    ctx.obj = Context(home)
    ctx.call_on_close(ctx.obj.close)
    if ctx.invoked_subcommand != "verify":  # which only looks
        ctx.call_on_close(ctx.obj.append_to_log)


def main() -> NoReturn:
    """Run the command line and end with its exit code; `cli.__main__` comes before it."""
    os.environ["PYTHONSAFEPATH"] = "1"  # for whatever Python a library of ours starts: see core.processes.begun
    configure_logs(level="WARNING")
    expect_many_objects()
    speak_as_click()
    for stream in (sys.stdout, sys.stderr):  # a terminal that cannot show a character shows its code instead
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command; every expected error ends in one message, one hint and its exit code (`cli.exit_codes`)."""
    use_language(find_language(arguments, os.environ))
    try:
        # What comes back is what a command exits with that ended by click's Exit.
        code = spoken(hinomi, "")(list(arguments), prog_name=PROGRAM, standalone_mode=False)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except Exception as error:
        told = full_disk(error, find_home(_given_home(arguments))) if is_full(error) else error
        if (failed := code_of(told)) is None:
            raise
        _tell(told)
        return failed
    return code if isinstance(code, int) else 0


def _tell(error: Exception) -> None:
    """Say what failed and what to do."""
    if isinstance(error, click.ClickException):
        error.show()
        return
    if isinstance(error, click.Abort):
        click.echo(say("stopped"), err=True)
        return
    said, hint = str(error), ""
    if isinstance(error, OSError):
        said = f"{error.strerror or type(error).__name__}: {error.filename or ''}"
    if isinstance(error, HinomiError):
        said, hint = said_of(error)
    click.echo(say("error_is", said=said), err=True)
    if hint:
        click.echo(say("hint_is", said=hint), err=True)


def _given_home(arguments: Sequence[str]) -> str | None:
    """What stands behind ``--home``, read without the help of what just failed."""
    given = dict(pairwise(arguments))
    return given.get("--home")
