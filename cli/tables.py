"""What commands print: tables of plain text, and records as JSON knows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from core.clock import local

if TYPE_CHECKING:
    from rich.table import Table


def show(table: Table) -> None:
    """Print a table on stdout."""
    Console(highlight=False).print(table)


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
