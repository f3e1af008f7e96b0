"""Numbers of rows on the command line."""

from __future__ import annotations

from typing import Final

import click

from cli.language import say

LARGEST: Final = 2**31 - 1
"""No row has a larger number, and PostgreSQL refuses to look for one."""


class RowId(click.ParamType[int]):
    """The number of a row that can exist."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; anything else is refused as it was written."""
        text = str(value).strip()
        if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= LARGEST):
            self.fail(say("error.no_number.text", value=repr(text), largest=LARGEST), param, ctx)
        return int(text)
