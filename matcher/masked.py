"""Values with characters masked, as sellers show a sample: 090-1234-****, 山田 太*, ta***@example.jp, 東京都千代田区**.

What is left of a value is a part of it (first seven digits, last four, the town), and parts are in the index as pairs.
"""

from __future__ import annotations

import re

from fingerprints.text import nfkc, to_digits

MASK = r"*＊×✕✖╳xXｘＸ●○◯〇■□▲△◆◇#＃_＿?？•・…"
_RUN = re.compile(rf"[{MASK}]{{1,}}|\.{{3,}}")
_PHONE = re.compile(rf"\(?[\d{MASK}]{{2,5}}\)?[-ー‐−－ ]?[\d{MASK}]{{1,4}}[-ー‐−－ ]?[\d{MASK}]{{3,4}}")
_NAME = re.compile(r"[^\W\d_]{1,10}[\s]?[^\W\d_]{0,10}[\s]?[*＊×✕●○◯〇■□#？?]{1,8}")
_EMAIL = re.compile(rf"[\w.+-]{{0,20}}[{MASK}.]{{1,20}}[\w.+-]{{0,20}}@[\w.-]+")
_ADDRESS = re.compile(rf"[一-鿿ぁ-んァ-ヶー\d-]{{3,40}}[{MASK}]+.*")
_PATTERNS = {"phone": _PHONE, "name": _NAME, "kana": _NAME, "email": _EMAIL, "address": _ADDRESS}
SHORT_PHONE, LONG_PHONE = 10, 11


def is_masked(kind: str, text: str) -> bool:
    """Whether the text reads as a masked value of the kind."""
    pattern = _PATTERNS.get(kind)
    text = text.strip()
    return bool(pattern and _RUN.search(text) and pattern.fullmatch(text))


def phone_parts(text: str) -> dict[str, str]:
    """``first7`` and ``last4`` of a masked phone number, as far as they can be read."""
    text = re.sub(r"[-ー‐−－\s()（）]", "", text)
    text = to_digits(nfkc(re.sub(rf"[{MASK}]", "*", text)))
    if len(text) not in {SHORT_PHONE, LONG_PHONE} or "*" not in text:
        return {}
    parts = {"first7": text[:-4], "last4": text[-4:]}
    return {part: digits for part, digits in parts.items() if digits.isdecimal()}


def readable_prefix(text: str) -> str:
    """What stands before the first masked character."""
    match = _RUN.search(text)
    return text[: match.start()].strip() if match else text
