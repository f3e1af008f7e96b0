"""Days on the command line, counted where the carrier is, and who acts from which day on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.clock import local

if TYPE_CHECKING:
    from datetime import date

    from cli.context import Context
    from custody.register.history import Act


def today(ctx: Context) -> date:
    """The day it is where the carrier is."""
    return local(ctx.clock.now(), ctx.settings.zone).date()


def day_of(text: str) -> date:
    """A day in any of the forms it is written in, Japanese eras too.

    Raises:
        RegisterError: It is none.
    """
    from custody.register.sheets import read_day

    return read_day(text)


def act_of(ctx: Context, on: str | None, reason: str = "") -> Act:
    """Who changes the register, from which day."""
    from custody.register.history import Act

    return Act(ctx.actor.signature, ctx.clock.now(), day_of(on) if on else today(ctx), reason)
