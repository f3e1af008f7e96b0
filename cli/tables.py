"""What commands print: tables of plain text, and records as JSON knows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from cli.language import say
from core.clock import local

if TYPE_CHECKING:
    from collections.abc import Collection

    from cli.context import Context


def show(table: Table) -> None:
    """Print a table on stdout."""
    Console(highlight=False).print(table)


def show_list(ctx: Context, table: Table, *, as_json: bool) -> None:
    """Print a list on stdout, unless its rows went out as JSON; of an empty one, that there is nothing."""
    if as_json:
        return
    if table.row_count:
        show(table)
    else:
        ctx.talk.print(say("none"))


def headed(*names: str, fold: Collection[str] = (), plainly: bool = False, title: str = "") -> Table:
    """A table with its headers in the language of the command line.

    Args:
        names: Of texts under ``column``; an empty one has no header.
        fold: Those whose text is broken rather than cut off.
        plainly: Without lines around the cells.
        title: Above it.
    """
    columns = (
        Column(say(f"column.{name}") if name else "", overflow="fold" if name in fold else "ellipsis") for name in names
    )
    return Table(*columns, title=title or None, box=None if plainly else box.HEAVY_HEAD, pad_edge=not plainly)


def add_row(table: Table, *cells: object) -> None:
    """A row of plain text: addresses and titles come from strangers, who may write markup and terminal codes."""
    table.add_row(*(Text("".join(c if c.isprintable() else " " for c in str(cell))) for cell in cells))


def written_here(moment: datetime, zone: str) -> str:
    """A moment in that zone, to the minute."""
    return f"{local(moment, zone):%Y-%m-%d %H:%M}"


def plain(value: Any) -> Any:
    """As JSON knows it: times and days as ISO texts."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime | date) else value
