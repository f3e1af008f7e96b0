"""Numbers in addresses: of rows that can exist, so that no address asks a database for what it has no room for."""

from __future__ import annotations

from typing import Final

from starlette.convertors import Convertor, register_url_convertor

NAME: Final = "id"


class RowIdConvertor(Convertor[int]):
    """A row's number, as ``{name:id}`` in a route; nine digits at most, and PostgreSQL's integers go beyond that.

    Anything longer leads nowhere: the page is not found, as for any other row that is not there.
    """

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """The number as it stands in an address."""
        return str(value)


def register_row_ids() -> None:
    """Let routes say ``{name:id}``; before any of them is made."""
    register_url_convertor(NAME, RowIdConvertor())
