"""Which exit code a command ends with, decided here alone.

What an error of ours means by the principle in `MEANINGS` stands in its class as ``exit_code``; errors of others are
sorted below.
"""

from __future__ import annotations

from typing import Final

import click

from core.errors import HinomiError, OutsideError

STOPPED: Final = 130
"""What shells say of a program that Ctrl-C ended."""
MEANINGS: Final = {
    0: "Done.",
    1: "The command did its work, and the answer is no: a check failed, the rules forbid it, nothing could be "
    "compared.",
    2: "What was given is not there or is not what the command takes: an option, a file, a number, a key, a setting, "
    "an answer that nobody sits there to give.",
    3: "What was given is right, and something else failed: a file that cannot be read, a full disk, a damaged or "
    "busy database, index or trail, a server.",
    10: "`hinomi scan`: a leak.",
    11: "`hinomi scan`: ours among others, or something that could not be read.",
    STOPPED: "Stopped at the terminal, or the answer there was no.",
}
"""Every code and when a command ends with it; docs/operators.md shows this table."""


def code_of(error: BaseException) -> int | None:
    """The code for an error; none where it is nobody's but ours, and its traceback is wanted."""
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return STOPPED
    if isinstance(error, click.ClickException | HinomiError):
        return error.exit_code
    return OutsideError.exit_code if isinstance(error, OSError) else None
