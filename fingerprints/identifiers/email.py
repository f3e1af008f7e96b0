"""E-mail addresses: kakuu@carrier.example, full width, kakuu[at]carrier(dot)example, アットマーク and ドット.

Canonical: lower case, without ``mailto:`` and spaces. Found from the at sign outwards, which costs next to nothing on
text without one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from core.processes.patterns import later
from fingerprints.identifiers._usual import lines_of
from fingerprints.identifiers.interface import Examples, Found, IdentifierKind
from fingerprints.text import nfkc

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_WORDS: Final = (
    r"[\[({<【(]\s{0,9}(?:at|アット(?:マーク)?|あっと(?:まーく)?|@)\s{0,9}[\])}>】)]|アットマーク|あっとまーく"
    r"|\s{1,9}at\s{1,9}|(?<=[a-z0-9])(?:アット|あっと|%40)(?=[a-z0-9])"
)
_DOT_WORDS: Final = r"[\[({<【(]\s{0,9}(?:dot|ドット|どっと|\.)\s{0,9}[\])}>】)]|ドット|どっと|\s{1,9}dot\s{1,9}"
_AT: Final = later(rf"\s{{0,9}}(?:{_AT_WORDS})\s{{0,9}}|\s{{0,9}}@\s{{0,9}}", re.IGNORECASE)
_DOT: Final = later(rf"\s{{0,9}}(?:{_DOT_WORDS})\s{{0,9}}", re.IGNORECASE)
_ADDRESS: Final = later(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:xn--[a-z0-9-]{1,59}|[a-z]{2,63})"
)
_USUAL_LINES: Final = later(lines_of(r"[a-z0-9_.+-]{1,64}+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"))
_LOCAL_END: Final = later(
    r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-０-９Ａ-Ｚａ-ｚ．＿－+]|\s?[\[(（<{]\s?(?:dot|ドット|どっと|\.)\s?[\])）>}]\s?|(?<=[a-z0-9])\s(?:dot|ドット|どっと)\s(?=[a-z0-9])){1,64}\Z",
    re.IGNORECASE,
)
_DOMAIN: Final = later(
    rf"(?:[A-Za-z0-9\-０-９Ａ-Ｚａ-ｚ－]{{1,63}}(?:[.．。]|\s?(?:{_DOT_WORDS})\s?)){{1,8}}"
    r"(?:xn--[A-Za-z0-9-]{1,59}|[A-Za-zＡ-Ｚａ-ｚ]{2,63})",
    re.IGNORECASE,
)
_WORDED_AT: Final = later(rf"\s?(?:{_AT_WORDS})\s?", re.IGNORECASE)
_HINTS: Final = (
    "[at", "(at", "[ at", "( at", "{at", "<at>", "[@", "(@", "アット", "あっと", "（at", "（@", " at ", "【at", "%40"
)  # fmt: skip
"""In small letters."""
_REACH: Final = 130
_HARDLY_USED: Final = later("[=/?&|{}*'`^~#!$%]|-{2,}|__+|\\.{2,}")
"""Signs that mail addresses may have and hardly any has: what stands before them may be no part of it."""
_LABEL: Final = later(r"^(?:e-?mail|mail|address|addr|id)[-_.:]?(?=..)", re.IGNORECASE)
"""A label that touches an address: E-mailkakuu0@carrier.example."""
_BEFORE_SIGN: Final = frozenset("をはの角→>=＝")
_MEANS_AT: Final = later(
    r"([^\w\s@＠.])(?:[をは]|\s?(?:→|->|=|＝)\s?)(?:半角の?)?(?:@|＠|アットマーク|アット)(?=に|へ|$|\W)"
)
_REMARK: Final = later(r"[\[(（【<＜]?@(?:[をは]|\s?(?:→|->|=|＝)\s?)(?:半角の?)?(?:@|＠|アットマーク|アット).{0,12}\Z")
"""How a text says which sign it has for the at sign, and the same behind an address, the sign replaced already."""
_TRIM: Final = "'`.-/=?&*|{}"


def may_rename_at(text: str) -> bool:
    """Whether words stand in a text that could say which sign is its at sign; quick."""
    if text.isascii():
        return False
    return any(text[at - 1 : at] in _BEFORE_SIGN for sign in "@＠" for at, _ in _positions(text, sign))


def with_at_signs(text: str) -> str:
    """The text with at signs for whatever it says to stand for one: kakuu0★carrier.example（★を@に）."""
    if not may_rename_at(text):
        return text
    for sign in {match[1] for match in _MEANS_AT.finditer(text)}:
        text = text.replace(sign, "@")
    return text


class Email(IdentifierKind):
    """An e-mail address."""

    name = "email"
    code = 4
    strong = True
    posted = True
    headers: ClassVar[tuple[str, ...]] = (
        "メールアドレス", "メール", "email", "mail", "mailaddress", "emailaddress", "eメール", "eメールアドレス",
        "電子メール",
        "電子メールアドレス", "連絡先メール", "連絡先メールアドレス", "mailaddr", "emailaddr",
    )  # fmt: skip
    examples = Examples(
        hits=(
            ("kakuu0@carrier.example", "kakuu0@carrier.example"),
            ("Kakuu.Ichiro+tel@Carrier.Example", "kakuu.ichiro+tel@carrier.example"),
            ("ｋａｋｕｕ０＠ｃａｒｒｉｅｒ．ｅｘａｍｐｌｅ", "kakuu0@carrier.example"),
            ("kakuu0[at]carrier(dot)example", "kakuu0@carrier.example"),
            ("kakuu0 アットマーク carrier ドット example", "kakuu0@carrier.example"),
            ("kakuu(dot)ichiro[at]carrier(dot)example", "kakuu.ichiro@carrier.example"),
            ("mailto:kakuu0@carrier.example", "kakuu0@carrier.example"),
            ("<kakuu0@carrier.example>", "kakuu0@carrier.example"),
            ("kakuu0★carrier.example（★を@に）", "kakuu0@carrier.example"),
            ("kakuu0 AT carrier DOT example", "kakuu0@carrier.example"),
            ("kakuu0%40carrier.example", "kakuu0@carrier.example"),
        ),
        misses=("", "kakuu0", "@carrier.example", "kakuu0@carrier", "look at this dot", "a@b@c.example"),
    )

    def canonical(self, text: str) -> str | None:
        """Lower case, half width, plain at sign and dots."""
        if _ADDRESS.fullmatch(text):
            return None if "**" in text else text  # that is one with letters masked
        if may_rename_at(text):
            text = _REMARK.sub("", with_at_signs(text))
        text = nfkc(text).strip().lower()
        text = text.removeprefix("<").removesuffix(">").removeprefix("mailto:").strip()
        if not _ADDRESS.fullmatch(text):
            text = _DOT.sub(".", _AT.sub("@", text)).replace("。", ".").strip()
        return text if _ADDRESS.fullmatch(text) and "**" not in text else None

    def _usual_lines(self, lines: str) -> str | None:
        return lines if _USUAL_LINES.fullmatch(lines) else None

    def find(self, text: str) -> Iterator[Found]:
        """Every address, from its at sign outwards."""
        signs = [*_positions(text, "@"), *_positions(text, "＠")]
        small = text.lower()
        if any(hint in small for hint in _HINTS):
            signs += [(match.start(), match.end()) for match in _WORDED_AT.finditer(text)]
        taken = 0
        for start, end in sorted(signs):
            before = _LOCAL_END.search(text[max(start - 64, 0) : start])
            after = _DOMAIN.match(text, end, end + _REACH)
            if before is None or after is None or start < taken:
                continue
            local = before.group().lstrip(_TRIM)
            domain = _DOT.sub(".", nfkc(after.group()))
            for part in _parts(local):
                canonical = self.canonical(f"{part}@{domain}") if part else None
                if canonical:
                    taken = after.end()
                    yield Found(self.name, start - len(part), after.end(), canonical)


def _parts(local: str) -> Iterator[str]:
    """A local part as it stands, and what is left of it without what may belong to something before it."""
    own = _HARDLY_USED.split(nfkc(local))[-1]  # mail=kakuu0@carrier.example
    yield from dict.fromkeys((local, own, own.lstrip("_-"), _LABEL.sub("", own)))


def _positions(text: str, sign: str) -> Iterator[tuple[int, int]]:
    at = text.find(sign)
    while at >= 0:
        yield at, at + 1
        at = text.find(sign, at + 1)
