"""What every command is handed: its home, a console to talk to people, and stdout for scripts."""

from __future__ import annotations

import json
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cli.language import say
from core.errors import HinomiError
from home import Home

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from core.actors import Actor
    from core.clock import Clock
    from crawler.sources import Source
    from people.roles import Permission


class Context(Home):
    """The world of one command."""

    def __init__(self, home: str | None = None, clock: Clock | None = None) -> None:
        super().__init__(home, clock, self._say_warning)

    @cached_property
    def talk(self) -> Console:
        """Where people are talked to: standard error."""
        from rich.console import Console  # which many a script never hears from

        return Console(stderr=True, highlight=False)

    def _say_warning(self, said: str) -> None:
        self.talk.print(say("warning_is", said=said), markup=False)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """The sources that can be swept, by name; what is wrong with the others is told."""
        from crawler.sources import survey_sources

        found = survey_sources(self.settings.sources_path)
        if found.complaint:
            self.talk.print(say("warning_is", said=found.complaint), style="yellow", markup=False)
        return found.sources

    @cached_property
    def actor(self) -> Actor:
        """Who runs this command."""
        from people.command_line import actor_here

        with self.database.read() as session:
            return actor_here(session, self.clock.now())

    def check_may(self, needs: Permission, *, of_all: bool = False) -> None:
        """Let nobody on who may not do that.

        Args:
            needs: What it takes.
            of_all: Whether it takes that for every extract: the owner of a few may not then.

        Raises:
            NotAllowedError: Whoever runs this command may not.
        """
        from people.errors import NotAllowedError
        from people.roles import TABLE, may, may_with_all

        if not may(self.actor, needs):
            roles = ", ".join(sorted(TABLE[needs]))
            raise NotAllowedError("not_allowed", login=self.actor.name, permission=needs.value, roles=roles)
        if of_all and not may_with_all(self.actor, needs):
            raise NotAllowedError("not_of_all", login=self.actor.name, permission=needs.value)

    def second_person(self, kind: str, about: str, reason: str, incident_id: int | None = None) -> dict[str, Any]:
        """Who else approved what this command is to do, for the event of the deed.

        Raises:
            SecondPersonError: It waits for somebody.
        """
        from people.approvals import Approvable, with_second

        wanted = Approvable(kind, about, reason, incident_id)
        return with_second(self.database, wanted, actor=self.actor, now=self.clock.now(), settings=self.settings)

    def append_to_log(self) -> None:
        """Make leaves of the rows that this command wrote, and sign a head where one is due at once.

        A failure is told: the rows wait for the next command.
        """
        if "database" not in vars(self):
            return
        from transparency.heads import is_head_due, is_head_lacking, publish
        from transparency.sequencer import append_waiting, is_waiting

        try:
            with self.database.read() as session:
                waits = is_waiting(session)
            if not waits:
                return
            append_waiting(self.database, self.clock)
            with self.database.read() as session:
                is_due = is_head_due(session, self.settings.log, self.clock.now())
                is_due = is_due or is_head_lacking(session, self.settings)
            if is_due:
                publish(self.settings, self.database, self.clock, whole=False)
        except HinomiError as error:
            self.talk.print(say("log_waits", error=error), markup=False)

    def close(self) -> None:
        """Give the database's connections back, if any were opened."""
        if "database" in vars(self):
            self.database.close()

    def emit(self, record: Mapping[str, Any]) -> None:
        """Print one JSON object as one line on stdout."""
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
        sys.stdout.flush()
