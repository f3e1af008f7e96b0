"""What can go wrong in the custody register and in enrolment.

::

    CustodyError
    ├── TableError            a file that is no table we can read
    ├── ColumnError           the columns cannot be understood, or were named wrongly
    │   ├── HalfNamesError    half of a name would be enrolled as a whole one
    │   └── NobodyToldError   what was found cannot tell one customer from another
    ├── EnrolmentError        the request cannot be meant
    ├── RegisterError         the register has no such entry, or does not allow this
    └── TooManyRejectedError  so many rows were unusable that the columns are plainly mixed up
"""

from __future__ import annotations

from core.errors import HinomiError
from core.texts import load_texts


class CustodyError(HinomiError):
    """The custody register or an enrolment."""


class TableError(CustodyError):
    """A file that is no table we can read."""

    exit_code = 2


class ColumnError(CustodyError):
    """The columns cannot be understood, or were named wrongly."""

    exit_code = 2


class HalfNamesError(ColumnError):
    """Half of a name would be enrolled as a whole one, or halves were not put together.

    Attributes:
        columns: What names the columns.
        kind: The kind that they hold halves of.
    """

    def __init__(self, columns: str, kind: str, *, several: bool) -> None:
        said = "hold halves of names, and nothing says which go together"
        super().__init__(
            f"{columns}: {said if several else 'holds half of a name, and nothing says where the other half is'}",
            hint=f"Say which columns are the name, family name first: --map {kind}=姓+名 (headers or letters); "
            f"--map {kind}= to go without.",
        )
        self.columns, self.kind = columns, kind


class NobodyToldError(ColumnError):
    """The columns that were found cannot tell one customer from another.

    Attributes:
        found: The kinds that were found.
    """

    def __init__(self, where: str, found: tuple[str, ...]) -> None:
        super().__init__(
            f"{where}: the columns found ({', '.join(found) or 'nothing'}) cannot tell one customer from another",
            hint="Say which column is which: --map phone=電話番号,email=3 (a header, a number from 1 or a letter).",
        )
        self.found = found


class EnrolmentError(CustodyError):
    """What was asked for cannot be meant."""

    exit_code = 2


class RegisterError(CustodyError):
    """The register has no such entry, or what was asked for is not possible from where it stands.

    Args:
        message: What the command line says.
        hint: What to do about it there.
        key: Of the same in every language, under ``[register]`` of ``texts/``; empty where only a command asks.
        values: What fills that text.
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "", key: str = "", **values: object) -> None:
        super().__init__(message, hint=hint)
        self._key, self._values = key, values

    def said(self, language: str) -> str:
        """The message in a language; as the command line has it where nobody told it in any."""
        return load_texts("custody", language)(f"register.{self._key}", **self._values) if self._key else str(self)


class TooManyRejectedError(CustodyError):
    """So many rows or values were unusable that the columns are plainly mixed up; nothing was changed."""
