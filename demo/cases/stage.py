"""Where a case is played: a home, a clock that is set, and people who run the program's own commands in turn.

Every step is a command of `hinomi`, run as somebody with an account, so that rights, events and the log are the real
ones. What it took is told to whoever watches, with the day on which it happened.
"""

from __future__ import annotations

import importlib
import io
import shlex
from contextlib import redirect_stdout
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console

from cli.context import Context
from cli.language import say
from cli.main import COMMANDS
from core.actors import SYSTEM, Role
from core.clock import local
from people.accounts import add_account, as_actor, find_account, get_account

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

    from core.clock import Clock

CAST: Final = {
    "hana": (("responder", "investigator"), ()),
    "sora": (("responder",), ()),
    "kenji": (("data-owner",), ("*",)),
    "aoi": (("auditor",), ()),
}
"""Who works at the carrier: roles, and the extracts they answer for."""


A_MONTH: Final = timedelta(days=30)
"""Tasks without a day are done in the end."""


class PlayedContext(Context):
    """The world of one command, run as somebody else; what it prints for scripts is kept."""

    def __init__(self, of: Context, clock: Clock) -> None:
        super().__init__(str(of.folder), clock)
        self.talk = Console(file=io.StringIO(), highlight=False)
        self.said: list[dict[str, Any]] = []
        self.database = of.database

    def emit(self, record: Mapping[str, Any]) -> None:
        """Keep one JSON object."""
        self.said.append(dict(record))


class Stage:
    """A case while it is played.

    Args:
        ctx: Whose home it is played in, and whom it is told to.
        clock: The time of the story.
    """

    def __init__(self, ctx: Context, clock: Clock) -> None:
        self.ctx, self.clock = ctx, clock

    def enter(self) -> None:
        """Give everybody an account; somebody who has one keeps it."""
        with self.ctx.database.write() as session:
            for login, (roles, extracts) in CAST.items():
                if find_account(session, login) is None:
                    add_account(
                        session, login, roles=roles, extracts=extracts, actor=SYSTEM, now=self.clock.now()
                    )  # fmt: skip

    def run(self, login: str, line: str) -> list[dict[str, Any]]:
        """One command, as somebody.

        Args:
            login: Who.
            line: As it is typed, without the program's name.

        Returns:
            What it printed for scripts.

        Raises:
            HinomiError: The command failed.
        """
        played = PlayedContext(self.ctx, self.clock)
        with self.ctx.database.read() as session:
            played.actor = as_actor(session, get_account(session, login), "demo", self.clock.now())
        name, *rest = shlex.split(line)
        module, _, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        try:
            with redirect_stdout(io.StringIO()):
                command.main(args=rest, prog_name=name, obj=played, standalone_mode=False)
        except SystemExit:
            pass  # a scan that found something ends with a code of its own
        finally:
            played.append_to_log()
        return played.said

    def settle(self, incident_id: int, within: timedelta) -> None:
        """Do the tasks that are due soon, each by somebody whose they are."""
        until = self.clock.now() + within
        for task in self.run("hana", "tasks list --json"):
            due = datetime.fromisoformat(task["due_at"]) if task["due_at"] else None
            if task["incident_id"] == incident_id and (due is None or due <= until) and (due or within > A_MONTH):
                who = "kenji" if task["role"] == Role.DATA_OWNER else "hana"
                self.run(who, f"incident {incident_id} task done {task['id']}")

    def ask_cause(self, login: str, incident_id: int) -> None:
        """Rank the access records, and tell which operator comes first."""
        (found,) = self.run(login, f"root-cause {incident_id} --json")
        best = next(one for one in found["holders"] if one["kind"] == "operator")
        self.tell("cause", kind=say("case.operator"), name=best["name"], covered=best["covered"], of=best["of"])

    def tell(self, key: str, **values: object) -> None:
        """Tell what happened, with its day."""
        day = local(self.clock.now(), self.ctx.settings.zone)
        self.ctx.talk.print(f"[bold]{day:%Y-%m-%d %H:%M}[/]  {say(f'case.{key}', **values)}", soft_wrap=True)
