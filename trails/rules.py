"""What is allowed: who may take data out, which accounts are declared and until when, whose work had consent.

Declared accounts stand in a file of the home folder (``accounts.csv``: ``account,until,may_export``), which whoever
gives out accounts keeps; without it nothing is said about accounts. Consent comes from the custody register.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from trails.errors import RulesError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

COLUMNS = ("account", "until", "may_export")
YES = frozenset({"yes", "true", "1", "x", "可", "有", "○", "はい"})


@dataclass(frozen=True, slots=True)
class DeclaredAccount:
    """A declared account; no ``until``, no end."""

    until: date | None = None
    may_export: bool = False


@dataclass(frozen=True)
class Rules:
    """What checks hold records against.

    Attributes:
        work_from_hour: When work begins where the system stands.
        work_until_hour: The hour in which nobody works any more.
        accounts: Declared accounts; None where nobody declared any.
        without_consent: Processors whose work had no consent, as the custody register has them.
        canaries: Digests of the customer numbers of planted records.
        bulk: How many customers on one day are many.
    """

    work_from_hour: int = 7
    work_until_hour: int = 22
    accounts: Mapping[str, DeclaredAccount] | None = None
    without_consent: frozenset[str] = frozenset()
    canaries: NDArray[np.uint64] | tuple[int, ...] = field(default=())
    bulk: int = 100


def read_accounts(path: Path) -> dict[str, DeclaredAccount] | None:
    """The declared accounts in a CSV file; None where there is no file.

    Raises:
        RulesError: It lacks a column, or a day in it is none.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := set(COLUMNS) - set(reader.fieldnames or ()):
                raise RulesError(f"{path.name} lacks the columns {', '.join(sorted(missing))}", hint=_HINT)
            return {row["account"].strip(): _account(row, path, reader.line_num) for row in reader if row["account"]}
    except FileNotFoundError:
        return None
    except (UnicodeDecodeError, csv.Error) as error:
        raise RulesError(f"{path.name} is no CSV file in UTF-8: {error}", hint=_HINT) from error


_HINT = f"Its first line is {','.join(COLUMNS)}; days are written 2027-03-31."


def _account(row: Mapping[str, str | None], path: Path, line: int) -> DeclaredAccount:
    until = (row["until"] or "").strip()
    try:
        return DeclaredAccount(
            date.fromisoformat(until) if until else None, (row["may_export"] or "").strip().lower() in YES
        )
    except ValueError:
        raise RulesError(f"line {line} of {path.name}: {until!r} is no day", hint=_HINT) from None
