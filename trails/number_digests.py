"""Where customer numbers stop being customer numbers: the digests that trails keep in their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fingerprints.identifiers.customer_number import NUMBER_KIND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fingerprints.identifiers import IdentifierKind
    from fingerprints.secrets.digests import Digester

    Texts = Sequence[str] | pl.Series

ANY_NUMBER = r"[A-Z]{0,4}-?[0-9][0-9-]{4,}"
"""What may be a customer number before any is known: an operator's `op-1` or a terminal's `T1` is none."""
PLAIN = r"^[A-Z]{0,8}[0-9]{1,24}$"
"""Numbers written in their canonical form already, as nearly all are."""
LINE_KIND = "trail.line"
AT_ONCE = 8192


class KeyedDoor:
    """Digests under the master key; customers who are not enrolled get theirs too, since they may be tomorrow."""

    def __init__(self, digester: Digester, number: IdentifierKind, patterns: Sequence[str] = ()) -> None:
        self._digester = digester
        self._number = number
        self._looks = re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or ANY_NUMBER)

    def is_number(self, text: str) -> bool:
        """Whether a text looks like the carrier's customer numbers, as ``patterns`` of the index have them."""
        canonical = self._number.canonical(text)
        return canonical is not None and self._looks.fullmatch(canonical) is not None

    def numbers(self, texts: Texts) -> NDArray[np.uint64]:
        """The digests of customer numbers, as the index has them; 0 where a text is none."""
        column = pl.Series(texts, dtype=pl.String)
        plain = column.str.contains(PLAIN)
        if plain.all():
            return self._digests(NUMBER_KIND, column)
        canonical = self._number.canonical
        same = zip(column.to_list(), plain, strict=True)
        return self._digester.digest_many(NUMBER_KIND, [text if good else canonical(text) for text, good in same])

    def lines(self, texts: Texts) -> NDArray[np.uint64]:
        """The digests of raw lines."""
        return self._digests(LINE_KIND, pl.Series(texts, dtype=pl.String))

    def _digests(self, kind: str, column: pl.Series) -> NDArray[np.uint64]:
        """The digests of texts as they are, some thousand at a time, so that their bytes are let go soon."""
        pieces = [
            self._digester.digest_bytes(kind, column.slice(at, AT_ONCE).cast(pl.Binary).to_list())
            for at in range(0, len(column), AT_ONCE)
        ]
        return np.concatenate(pieces) if pieces else np.empty(0, np.uint64)
