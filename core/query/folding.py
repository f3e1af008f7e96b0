"""Text as it is searched: what differs only in case, width or white space is the same."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """NFKC, case folded, white space single, without what a database cannot hold; folding twice changes nothing."""
    narrow = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    clean = narrow.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
    return " ".join(clean.split())
