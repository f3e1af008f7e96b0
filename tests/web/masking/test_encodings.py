"""Values in every encoding that the readers know, planted in a page: what is shown of it decodes to none of them."""

from __future__ import annotations

import base64
import html
import quopri
import re
from email.header import Header
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small_carrier import PEOPLE
from web.masking.encodings import is_encoded
from web.masking.masks import hidden_line, mask, masked_address, masked_line

if TYPE_CHECKING:
    from collections.abc import Callable

VALUES = sorted({value for person in PEOPLE for value in person[1:] if value != "100-0001"})
"""All but customer numbers: what those look like is known of each carrier's own alone, and the matcher finds them."""
NAMES = sorted({person[1] for person in PEOPLE})
CALM = "昨日は晴れ。今日はどうでしょう。\n\nまた来週。\n"


def _qp(value: str) -> str:
    return quopri.encodestring(value.encode(), quotetabs=True).decode().replace("-", "=2D").replace("@", "=40")


ENCODE: dict[str, Callable[[str], str]] = {
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64 without padding": lambda v: base64.b64encode(v.encode()).decode().rstrip("="),
    "base64 for addresses": lambda v: base64.urlsafe_b64encode(v.encode()).decode(),
    "base64 of CP932": lambda v: base64.b64encode(v.encode("cp932")).decode(),
    "base64 of UTF-16": lambda v: base64.b64encode(v.encode("utf-16-le")).decode(),
    "base64 twice": lambda v: base64.b64encode(base64.b64encode(v.encode())).decode(),
    "hex": lambda v: v.encode().hex(),
    "hex in pairs": lambda v: v.encode().hex(" "),
    "hex in capitals with colons": lambda v: v.encode().hex(":").upper(),
    "hex of CP932": lambda v: v.encode("cp932").hex(),
    "hex with 0x": lambda v: ", ".join(f"0x{byte:02x}" for byte in v.encode()),
    "hex of EUC-JP": lambda v: v.encode("euc_jp").hex(),
    "strings of C": lambda v: "".join(f"\\x{byte:02x}" for byte in v.encode()),
    "octal": lambda v: "".join(f"\\{byte:03o}" for byte in v.encode()),
    "quoted-printable": _qp,
    "percent": lambda v: quote(v, safe=""),
    "percent, every byte": lambda v: "".join(f"%{byte:02X}" for byte in v.encode()),
    "percent twice": lambda v: quote("".join(f"%{byte:02X}" for byte in v.encode()), safe=""),
    "entities": lambda v: "".join(f"&#{ord(c)};" for c in v),
    "entities in hexadecimal": lambda v: "".join(f"&#x{ord(c):X};" for c in v),
    "JSON": lambda v: "".join(f"\\u{ord(c):04x}" for c in v),
    "UTF-7": lambda v: v.encode("utf-7").decode(),
    "a mail's header": lambda v: Header(v, "utf-8").encode() if not v.isascii() else f"=?utf-8?q?{_qp(v)}?=",
}
"""How a value may be written so that it does not look like one; all of these the readers read, or a person can."""


def shown(text: str) -> str:
    return "".join(piece if not kind else "▢" for kind, piece in mask(text))


def decoded(text: str) -> str:
    """Everything that somebody could make of what is shown."""
    found = [text, unquote(text), unquote(unquote(text)), html.unescape(text)]
    for run in re.findall(r"[A-Za-z0-9+/_-]{4,}={0,2}", text):
        try:
            raw = base64.b64decode(run.rstrip("=") + "=" * (-len(run.rstrip("=")) % 4), altchars=b"-_")
        except ValueError:
            continue
        found += [raw.decode(one, "ignore") for one in ("utf-8", "cp932", "utf-16-le")]
    digits = re.sub(r"0x|\\x|[\s:,]", "", text)
    for run in re.findall(r"(?:[0-9A-Fa-f]{2}){3,}", digits):
        found += [bytes.fromhex(run).decode(one, "ignore") for one in ("utf-8", "cp932")]
    return "\n".join(found)


@pytest.mark.parametrize("name", ENCODE)
@given(value=st.sampled_from(VALUES), others=st.lists(st.sampled_from(VALUES), max_size=2))
def test_nothing_that_is_shown_decodes_to_a_value(name: str, value: str, others: list[str]) -> None:
    line = " ".join(ENCODE[name](one) for one in [value, *others])
    seen = shown(f"{CALM}\n{line}\n\n{CALM}")
    assert "昨日は晴れ" in seen
    assert not any(one in decoded(seen) for one in [value, *others])
    runs = re.findall(r"[0-9A-Za-z+/]{4,}", line)
    assert not any(run in seen for run in runs)


@pytest.mark.parametrize("name", ENCODE)
@given(value=st.sampled_from(VALUES))
def test_a_title_and_an_address_show_nothing_that_decodes_to_a_value(name: str, value: str) -> None:
    encoded = ENCODE[name](value)
    for seen in (masked_line(f"list {encoded}"), hidden_line(f"list {encoded}")):
        assert value not in decoded(seen)
    address = masked_address(f"https://paste.example/u/{quote(encoded, safe='')}?q={quote(value)}")
    assert address.startswith("https://paste.example/")
    assert value not in decoded(address)


@given(st.sampled_from(NAMES), st.sampled_from(["の情報", " leaked", "", "、他多数"]))
def test_a_title_of_a_leak_shows_no_name(name: str, rest: str) -> None:
    family, given_name = name.split("　")
    seen = hidden_line(f"{name}{rest}")
    assert family not in seen
    assert given_name not in seen


@pytest.mark.parametrize(
    "line",
    [
        "今日の天気は晴れ。order 20261122 shipped.",
        "posted 2026-11-27 12:00 in version 3.11.2",
        "see https://paste.example/some-long-path/of-words for more",
        "a sentence of ordinary English words, nothing else",
        "----------------------------------------",
    ],
)
def test_ordinary_lines_are_no_encodings(line: str) -> None:
    assert not is_encoded(line)


def test_a_leak_whose_customers_stand_on_no_line_is_hidden_whole() -> None:
    text = "説明\n\nmika@carrier.example\n\n後書き"

    def seen(*places: dict[str, object]) -> str:
        return "".join(piece if not kind else "▢" for kind, piece in mask(text, places, is_leak=True))

    assert "後書き" in seen({"line": 3})
    assert "後書き" not in seen({"line": 3}, {"line": 1, "member": "base64"})
    assert "後書き" not in seen({"line": 99})
    assert "後書き" not in seen()
