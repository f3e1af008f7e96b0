"""Where customer numbers stop being customer numbers: the digests that trails keep in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from fingerprints.digests import Digester
    from fingerprints.identifiers import IdentifierKind

NUMBER_KIND = "customer_number"
LINE_KIND = "trail.line"


class KeyedDoor:
    """Digests under the master key; customers who are not enrolled get theirs too, since they may be tomorrow."""

    def __init__(self, digester: Digester, number: IdentifierKind) -> None:
        self._digester = digester
        self._number = number

    def is_number(self, text: str) -> bool:
        """Whether a text reads as a customer number."""
        return self._number.canonical(text) is not None

    def numbers(self, texts: Sequence[str]) -> NDArray[np.uint64]:
        """The digests of customer numbers, as the index has them; 0 where a text is none."""
        canonical = self._number.canonical
        return self._digester.digest_many(NUMBER_KIND, [canonical(text) for text in texts])

    def lines(self, texts: Sequence[str]) -> NDArray[np.uint64]:
        """The digests of raw lines."""
        return self._digester.digest_many(LINE_KIND, texts)
