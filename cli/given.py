"""What a person gives a command: files that have to be there, and answers to a question."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from cli.language import CommandError, say

GIVEN_FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False, readable=False)
"""A file that has to be there; whether it can be read shows when it is read, and is no mistake of who named it."""
GIVEN_FILE_OR_DASH: Final = click.Path(path_type=Path, exists=True, dir_okay=False, readable=False, allow_dash=True)
"""The same, or ``-`` for standard input."""

MOMENT: Final = click.DateTime(
    ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
)
"""A moment; one that says no zone is on the clocks where the carrier is."""


def confirm(question: str, *, default: bool) -> None:
    """Go on only if somebody at a terminal says yes.

    Raises:
        UsageError: There is nobody to ask.
        click.Abort: The answer is no.
    """
    if not sys.stdin.isatty():
        raise CommandError("nobody_to_ask", question=question)
    click.confirm(question, default=default, abort=True, err=True)


def reason_for(shown: str, reason: str, *, ask: bool) -> str:
    """Why something masked has to be seen: as it was given, else asked for.

    Raises:
        UsageError: There is none, and nothing may be asked or nobody is there to answer.
    """
    if not reason.strip() and ask and sys.stdin.isatty():
        reason = click.prompt(say("ask.reason", shown=shown), err=True)
    if not reason.strip():
        raise CommandError("reason_only", shown=shown)
    return reason.strip()
