"""Customer numbers, in whatever form the carrier gives them: K000001, 1234-567890.

Canonical: half width, upper case, without spaces. How they look is learned when an extract is enrolled
(`learn_patterns`) and kept with the index, so that they can be found in free text; a form too short to be told from
any number is not.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, Final

from core.processes.patterns import later
from fingerprints.identifiers._usual import lines_of
from fingerprints.identifiers.interface import Examples, Found, IdentifierKind
from fingerprints.text import DASHES, nfkc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MIN_FINDABLE: Final = 6
"""Letters and digits that a number must have to be looked for in free text."""
MAX_PATTERNS: Final = 8
_RARE_SHAPE: Final = 0.01
_TABLE: Final = {**dict.fromkeys(map(ord, DASHES), "-"), ord("ー"): "-"}
_NUMBER: Final = later(r"(?=[^0-9]{0,39}[0-9])[A-Z0-9](?:[A-Z0-9./_-]{0,38}[A-Z0-9])?")
_USUAL_LINES: Final = later(lines_of("[A-Z]{0,8}[0-9]{1,24}"))
_SPACES: Final = later(r"\s+")
_LETTER: Final = later("[A-Za-z]")
_TO_WIDE: Final = 0xFEE0
"""From a character of ASCII to the same one in full width."""


NUMBER_KIND: Final = "customer_number"
"""The kind's name, for rooms that know customers by their numbers alone."""


class CustomerNumber(IdentifierKind):
    """The carrier's own number for a customer.

    Args:
        patterns: Regular expressions, as `learn_patterns` makes them.
    """

    name = NUMBER_KIND
    code = 8
    strong = True
    posted = True
    headers: ClassVar[tuple[str, ...]] = (
        "お客様番号", "顧客番号", "顧客id", "お客様id", "契約番号", "会員番号", "契約者番号", "お客様コード",
        "顧客コード", "契約id", "会員id",
        "customerid", "customernumber", "customerno", "accountnumber", "accountid", "id", "顧客no", "お客様no",
        "管理番号", "お客さま番号", "お客さまid", "お客さまno", "会員no", "会員コード", "契約no",
        "契約者id", "加入者番号", "契約コード", "契約者コード", "加入者id", "contractno", "contractnumber",
        "contractid", "contractcode", "clientid", "clientno", "subscriberno", "subscribernumber", "accountno",
        "custid", "custno", "customercode", "memberid", "memberno", "membernumber", "userid", "subscriberid",
    )  # fmt: skip
    examples = Examples(
        hits=(
            ("K000001", "K000001"),
            (" ｋ０００００１ ", "K000001"),
            ("1234 - 567890", "1234-567890"),
            ("0000123456", "0000123456"),
        ),
        misses=("", "架空一郎", "A B C ?", "kakuu@carrier.example"),
    )

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        self.patterns = tuple(patterns)
        self._find = re.compile(_bounded("|".join(map(_either_width, patterns))), re.IGNORECASE) if patterns else None

    def canonical(self, text: str) -> str | None:
        """Half width, upper case, no spaces, plain hyphens."""
        if not text.isascii():
            text = nfkc(text).translate(_TABLE)
        text = _SPACES.sub("", text).upper() if " " in text or "\t" in text else text.upper()
        return text if _NUMBER.fullmatch(text) else None

    def _usual_lines(self, lines: str) -> str | None:
        return lines if _USUAL_LINES.fullmatch(lines) else None

    def find(self, text: str) -> Iterator[Found]:
        """Numbers of a learned form, standing alone."""
        for match in self._find.finditer(text) if self._find else ():
            canonical = self.canonical(match.group())
            if canonical:
                yield Found(self.name, match.start(), match.end(), canonical)


def learn_patterns(numbers: Sequence[str]) -> tuple[str, ...]:
    """Patterns of the common forms of canonical numbers; letters that all share stand as they are."""
    common = re.match(r"[A-Z-]*", _shared_start(numbers))
    prefix = common.group() if common else ""
    shapes = Counter(_shape(number[len(prefix) :]) for number in numbers)
    enough = max(1, _RARE_SHAPE * len(numbers))
    kept = [shape for shape, count in shapes.most_common(MAX_PATTERNS) if count >= enough]
    return tuple(re.escape(prefix) + _pattern(shape) for shape in kept if len(prefix + shape) >= MIN_FINDABLE)


def _shared_start(numbers: Sequence[str]) -> str:
    """What all of them begin with: what the first and the last in order begin with."""
    low, high = min(numbers, default=""), max(numbers, default="")
    length = next((n for n, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return low[:length]


def _shape(number: str) -> str:
    return "".join("9" if c.isdecimal() else "A" if c.isalpha() else c for c in number)


def _pattern(shape: str) -> str:
    runs = [(sign, len(list(run))) for sign, run in groupby(shape)]
    classes = {"9": "[0-9０-９]", "A": "[A-ZＡ-Ｚ]"}
    return "".join(f"{classes.get(sign, re.escape(sign))}{{{count}}}" for sign, count in runs)


def _either_width(pattern: str) -> str:
    """A pattern as `_pattern` makes it, whose letters may stand in full width as well."""
    outside = re.split(r"(\[[^\]]*\]|\{\d+\}|\\.)", pattern)
    return "".join(_LETTER.sub(_both_widths, part) if at % 2 == 0 else part for at, part in enumerate(outside))


def _both_widths(letter: re.Match[str]) -> str:
    return f"[{letter.group()}{chr(ord(letter.group()) + _TO_WIDE)}]"


def _bounded(pattern: str) -> str:
    """With no digit on either side; letters may touch it: a label, or the next field."""
    return rf"(?<![0-9０-９])(?:{pattern})(?![0-9０-９])"
