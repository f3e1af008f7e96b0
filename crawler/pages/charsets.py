"""Bytes of a page to text, when the server's word on the encoding may be missing or wrong."""

from __future__ import annotations

import codecs
import re

# Strict decoders in this order: ISO-2022-JP is pure ASCII bytes with escapes, UTF-8 hardly ever accepts anything else,
# and between CP932 and EUC-JP the one that fails is wrong; text that both accept is rare beyond a few characters.
JAPANESE = ("utf-8", "euc_jp", "cp932")
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_HEAD_BYTES = 4096
# What browsers read under these names (WHATWG Encoding, 4.2).
_MEANT = {"shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932"}


def decode(content: bytes, declared: str = "") -> str:
    """The text of a page: as declared if that fits, else as fits; U+FFFD for what cannot be read."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(name, "replace")
    meta = _META.search(content[:_HEAD_BYTES])
    said = [known for known in (_known(declared), _known(meta[1].decode("ascii")) if meta else "") if known]
    if b"\x1b$" in content:
        said.insert(0, "iso2022_jp")
    for name in (*said, *JAPANESE):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    return content.decode(said[0] if said else "utf-8", "replace")


def _known(name: str) -> str:
    meant = _MEANT.get(name.strip().lower(), name.strip())
    try:
        return codecs.lookup(meant).name if meant and codecs.lookup(meant)._is_text_encoding else ""  # noqa: SLF001  # the only way to ask
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return ""
