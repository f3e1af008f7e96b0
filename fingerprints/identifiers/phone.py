"""Phone numbers: 090-0000-0001, ０９０（００００）０００１, +81 90-0000-0001, 〇九〇…, 9000000001 without its zero.

Canonical: the national number as digits with its leading zero (総務省 電気通信番号計画: ten digits, eleven for 0x0 and
0800), or ``+`` and the digits of a number elsewhere. `phonenumbers.parse` takes 16 µs and misses half of the spellings
above, so the plan's few rules stand here.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar, Final

from core.processes.patterns import later
from fingerprints.identifiers._usual import lines_of
from fingerprints.identifiers.interface import Examples, Found, IdentifierKind, is_among_japanese
from fingerprints.slips import digits_meant
from fingerprints.text import nfkc, to_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIGITS: Final = "0-9０-９"
_KANJI: Final = "〇零一二三四五六七八九"
_SEPARATORS: Final = r"\-‐‑‒–—―−－ー()（）.．・/／_*〜~ 　の"
_SEPARATOR: Final = later(rf"[{_SEPARATORS}\s]")
_LABEL: Final = later(r"^(?:tel|phone|電話番号?|携帯)?\s{0,9}[:;]?\s{0,9}(?=[+0-9(〇零])", re.IGNORECASE)
_FLOAT: Final = later(r"(\d)\.(\d{8,9})e\+(?:09|9|10)", re.IGNORECASE)
_NATIONAL: Final = later(r"0(?:[256789]0\d{8}|800\d{7}|[1-9]\d{8})")
_USUAL: Final = later(r"(0[256789]0)-?([0-9]{4})-?([0-9]{4})")
"""How most mobile numbers are written; read at once."""
_USUAL_LINES: Final = later(lines_of("0[256789]0-?[0-9]{4}-?[0-9]{4}"))
_ABROAD: Final = later(r"\+(?!81)[1-9]\d{7,14}")
_RUN: Final = later(rf"[{_DIGITS}+＋(（][{_DIGITS}{_SEPARATORS}]{{8,}}")
_KANJI_RUN: Final = later(rf"[〇零][{_KANJI}{_SEPARATORS}]{{8,40}}")
_CALLED: Final = "電話|でんわ|デンワ|自宅|固定|連絡先|携帯|tel|phone|mobile|fax"
_LOST_ZERO_BEFORE: Final = later(
    rf"(?<![{_DIGITS}.-])([1-9１-９][{_DIGITS}]{{8}})(?=[(（\[【<＜「『 　]{{1,2}}(?:{_CALLED}))", re.IGNORECASE
)
_LOST_ZERO: Final = later(
    rf"(?:{_CALLED})[^\W\d_]{{0,6}}[^\w\n]{{0,4}}は?([1-9１-９][{_DIGITS}]{{8}})(?![{_DIGITS}])",
    re.IGNORECASE,
)
"""A number of a line at home without its leading zero, which only a label tells from any other number."""
_LOST_ZERO_ALONE: Final = later(r"(?<![^\W_])(?<!\d[,:])(?<![-./+#$%=&?@\\])([1-9][0-9]{8})(?![^\W_]|[-.,:/]\d|[-%=@])")
"""The same as a field of its own: whether it is one, the index tells, and how many of its neighbours are."""
_NINE: Final = later(rf"[1-9１-９][{_DIGITS}]{{8}}(?![{_DIGITS}])")
"""What all three have; nearly every text has none, which is found out far quicker."""
MAX_TEXT: Final = 100
_MISREAD: Final = later(rf"[+0-9OoIl|{_SEPARATORS}]{{10,20}}")
_AS_DIGITS: Final = str.maketrans("OoIl|", "00111")
_USUAL_SEPARATORS: Final = " -."
"""They make up what most runs have beside digits, and are counted quicker than digits are."""
_MAX_GAP: Final = 3
_GROUP: Final = later(r"\d+")
_LENGTHS: Final = {"0": (11, 10), "8": (12, 11, 10), "5": (10,), "6": (10,), "7": (10,), "9": (10,)}
_SHORTEST: Final = 10
_LONGEST: Final = 11


class Phone(IdentifierKind):
    """A phone number, mobile or fixed."""

    name = "phone"
    code = 3
    posted = True
    headers: ClassVar[tuple[str, ...]] = (
        "携帯電話番号", "電話番号", "携帯番号", "携帯", "電話", "連絡先", "連絡先電話番号", "電話番号1",
        "契約電話番号", "ご契約番号電話", "tel",
        "phone", "phonenumber", "mobile", "mobilenumber", "telephone", "msisdn", "回線番号", "契約回線番号",
        "自宅電話番号", "固定電話番号", "自宅電話", "固定電話", "携帯電話", "telno", "phoneno", "mobileno", "cellphone",
    )  # fmt: skip
    examples = Examples(
        hits=(
            ("090-0000-0001", "09000000001"),
            ("０９０（００００）０００１", "09000000001"),
            ("+81 90-0000-0001", "09000000001"),
            ("+81 (0)90 0000 0001", "09000000001"),
            ("0081-90-0000-0001", "09000000001"),
            ("819000000001", "09000000001"),
            ("〇九〇－〇〇〇〇－〇〇〇一", "09000000001"),
            ("0 9 0 0 0 0 0 0 0 0 1", "09000000001"),
            ("090_0000*0001", "09000000001"),
            ("9000000001", "09000000001"),
            ("9000000001.0", "09000000001"),
            ("6000000001", "06000000001"),
            ("9.000000001E+09", "09000000001"),
            ("TEL:03-0000-0001", "0300000001"),
            ("O9O-OOOO-OOOl", "09000000001"),
            ("+1 202 555 0100", "+12025550100"),
        ),
        misses=("", "9.0E+09", "090-0000", "00000000000", "2026-04-01", "架空一郎", "123456789012345678"),
    )

    def canonical(self, text: str) -> str | None:
        """National digits with the leading zero; None for what a spreadsheet rounded (9.0E+09): its digits are gone."""
        if usual := _USUAL.fullmatch(text):
            return "".join(usual.groups())
        if len(text) > MAX_TEXT:
            return None
        text = to_digits(nfkc(text)).strip()
        text = _LABEL.sub("", text, count=1)
        if match := _FLOAT.fullmatch(text):
            text = match.group(1) + match.group(2)
        if _MISREAD.fullmatch(text):
            text = text.translate(_AS_DIGITS)
        text = _SEPARATOR.sub("", text.removesuffix(".0"))
        return national_number(text)

    def under_label(self, text: str) -> str | None:
        """Also the number of a line at home without its zero, as a spreadsheet keeps it."""
        return self.canonical(text) or self.without_zero(text)

    def _usual_lines(self, lines: str) -> str | None:
        return lines.replace("-", "") if _USUAL_LINES.fullmatch(lines) else None

    def without_zero(self, text: str) -> str | None:
        """A number of a line at home whose leading zero a spreadsheet dropped, where the column says it is one."""
        text = nfkc(text).strip().removesuffix(".0")
        return (
            national_number("0" + text) if len(text) == _SHORTEST - 1 and text.isdecimal() and text[0] != "0" else None
        )

    def slips(self, text: str) -> tuple[str, ...]:
        """Numbers with one digit another, or two neighbours swapped; also of digits that are no number."""
        number = self.canonical(text) or _SEPARATOR.sub("", to_digits(nfkc(text[:MAX_TEXT])))
        meant = digits_meant(number) if number.isdecimal() and len(number) <= _LONGEST else ()
        return tuple(filter(_NATIONAL.fullmatch, dict.fromkeys(meant)))

    def find(self, text: str) -> Iterator[Found]:
        """Every stretch of digits that can be a number, also overlapping ones: the index tells which it is."""
        for run in _RUN.finditer(text):
            yield from self._inside(text, run.start(), run.end())
        if _NINE.search(text):
            yield from self._without_zeros(text)
        if "〇" in text or "零" in text:
            for run in _KANJI_RUN.finditer(text):
                canonical = self.canonical(run.group())
                if canonical:
                    yield Found(self.name, run.start(), run.end(), canonical)

    def _without_zeros(self, text: str) -> Iterator[Found]:
        """Numbers of lines at home that lost their zero."""
        for lost in (*_LOST_ZERO.finditer(text), *_LOST_ZERO_BEFORE.finditer(text)):
            canonical = national_number("0" + nfkc(lost[1])) if is_among_japanese(text, *lost.span(1)) else None
            if canonical:
                yield Found(self.name, lost.start(1), lost.end(1), canonical)
        for lost in _LOST_ZERO_ALONE.finditer(text):
            if canonical := national_number("0" + lost[1]):
                yield Found(self.name, lost.start(1), lost.end(1), canonical)

    def _inside(self, text: str, start: int, end: int) -> Iterator[Found]:
        """Numbers in one run of digits and separators: each starts and ends where a group of digits does."""
        run = nfkc(text[start:end]) if not text[start:end].isascii() else text[start:end]
        if len(run) != end - start:  # a character that NFKC takes apart; none of ours is
            return
        if len(run) - sum(map(run.count, _USUAL_SEPARATORS)) < _SHORTEST:
            return
        groups = [group.span() for group in _GROUP.finditer(run)]
        digits = "".join([run[begin:stop] for begin, stop in groups])
        if len(digits) < _SHORTEST:
            return
        after = list(accumulate(stop - begin for begin, stop in groups))  # digits up to the end of each group
        last_of = {count: number for number, count in enumerate(after)}
        for number, (begin, stop) in enumerate(groups):
            first = after[number] - (stop - begin)
            lengths = (13, 14) if digits.startswith("0081", first) else _LENGTHS.get(digits[first], ())
            for length in lengths:
                last = last_of.get(first + length)
                if last is None or any(groups[n + 1][0] - groups[n][1] > _MAX_GAP for n in range(number, last)):
                    continue
                if canonical := national_number(digits[first : first + length]):
                    yield Found(self.name, start + begin, start + groups[last][1], canonical)
                    break


def national_number(digits: str) -> str | None:
    """The canonical form of digits without separators; None for those that are no phone number."""
    for prefix in ("+81", "0081", "01081"):
        if digits.startswith(prefix):
            digits = "0" + digits[len(prefix) :].lstrip("0")
            break
    else:
        if digits.startswith("81") and len(digits) in {11, 12} and not digits.startswith("810"):
            digits = "0" + digits[2:]
        elif len(digits) == 10 and digits[0] in "56789" and digits[1] == "0":  # noqa: PLR2004  # of a mobile number
            digits = "0" + digits
    return digits if _NATIONAL.fullmatch(digits) or _ABROAD.fullmatch(digits) else None
