"""Ways in which one field is written: what spreadsheets, forms, sellers and hurried people make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from benchmarks.corpus.people import Person

_WIDE = {**{chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)}, " ": "　"}
_KANJI = "〇一二三四五六七八九"
_OLD = dict(zip("高崎辺斎沢浜広桜国島真恵", "髙﨑邊齋澤濱廣櫻國嶋眞惠", strict=True))
_LARGE = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_HALVES = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ"
_HALF = dict(zip(_LARGE + "ァィゥェォャュョッー　", _HALVES + "ｧｨｩｪｫｬｭｮｯｰ ", strict=True))
_VOICED = dict(zip("ガギグゲゴザジズゼゾダヂデドバビブベボ", "ｶｷｸｹｺｻｼｽｾｿﾀﾁﾃﾄﾊﾋﾌﾍﾎ", strict=True))
SHORT_NAME = 4  # with a letter less, nobody would know it again
_SLIPS = "子美一二郎田川山大中小木村井"


_PASSPORT = (("ou", "o"), ("uu", "u"), ("nb", "mb"), ("np", "mp"))
_KUNREI = (
    ("sh", "sy"),
    ("syi", "si"),
    ("ch", "ty"),
    ("tyi", "ti"),
    ("tsu", "tu"),
    ("fu", "hu"),
    ("j", "zy"),
    ("zyi", "zi"),
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def passport(p: Person) -> str:
    """The name as a passport has it: upper case, no long vowels."""
    return _respelled(f"{p.family_roman} {p.given_roman}", _PASSPORT).upper() if p.family_kana else p.name.upper()


def kunrei(p: Person) -> str:
    """The name in the other romanisation: si, ti, tu, hu."""
    return _respelled(f"{p.given_roman} {p.family_roman}", _KUNREI).title() if p.family_kana else p.name


def _respelled(text: str, changes: tuple[tuple[str, str], ...]) -> str:
    for one, other in changes:
        text = text.replace(one, other)
    return text


def english_date(p: Person) -> str:
    """Apr 3, 1985."""
    return f"{_MONTHS[p.born.month - 1]} {p.born.day}, {p.born.year}"


def era_code(p: Person) -> str:
    """The era's number and six digits: 3600403."""
    short = era(p)
    year, month, day = map(int, short[1:].split("."))
    return f"{'3' if short[0] == 'S' else '4'}{year:02d}{month:02d}{day:02d}"


def positional(p: Person) -> str:
    """The address as it is written downwards: every number digit by digit in kanji."""
    house = "―".join(kanji_digits(str(n)) for n in p.house)
    return f"{p.prefecture}{p.city}{p.town}{house}" + (f"　{p.building}　{kanji_digits(str(p.room))}" if p.room else "")


def wide(text: str) -> str:
    """Full width throughout."""
    return "".join(_WIDE.get(c, c) for c in text)


def kanji_digits(text: str) -> str:
    """Digits as kanji, one by one."""
    return "".join(_KANJI[int(c)] if c.isdecimal() else c for c in text)


def kanji_number(number: int) -> str:
    """A number below ten thousand as it is said: 二十三."""
    said = ""
    for sign, unit in (("千", 1000), ("百", 100), ("十", 10)):
        count, number = divmod(number, unit)
        said += ("" if count == 1 else _KANJI[count]) + sign if count else ""
    return said + (_KANJI[number] if number else "")


def old_kanji(text: str) -> str:
    """Common forms replaced by older ones."""
    return "".join(_OLD.get(c, c) for c in text)


def half_kana(text: str) -> str:
    """Half-width kana."""
    return "".join(_VOICED[c] + "ﾞ" if c in _VOICED else _HALF.get(c, c) for c in text)


def hiragana(text: str) -> str:
    """Katakana as hiragana."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def slip(rng: Random, text: str) -> str:
    """One character wrong, missing, doubled or swapped with its neighbour."""
    at = rng.randrange(1, len(text))
    how = rng.randrange(4)
    if how == 0:
        return text[:at] + rng.choice(_SLIPS) + text[at + 1 :]
    if how == 1 and len(text) > SHORT_NAME:
        return text[:at] + text[at + 1 :]
    doubled = how % 2 == 0
    return text[:at] + text[at - 1 :] if doubled else text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]


def slipped_name(rng: Random, p: Person) -> str:
    """The name with a slip."""
    return slip(rng, p.family + p.given) if p.family_kana else slip(rng, p.name)


def lost_zero(phone: str) -> str:
    """What a spreadsheet makes of a phone number or postal code."""
    return phone.replace("-", "").lstrip("0")


def abroad(phone: str) -> str:
    """The international form."""
    return "+81 " + phone[1:].replace("-", " ")


def bracketed(phone: str) -> str:
    """090(0000)0000 in full width."""
    a, b, c = phone.split("-")
    return wide(f"{a}({b}){c}")


def era(p: Person) -> str:
    """The birth date in an era, short."""
    year = p.born.year
    sign, first = ("H", 1988) if (year, p.born.month, p.born.day) >= (1989, 1, 8) else ("S", 1925)
    return f"{sign}{year - first}.{p.born.month}.{p.born.day}"


def era_kanji(p: Person) -> str:
    """The birth date in an era, written out."""
    short = era(p)
    year, month, day = short[1:].split(".")
    return f"{'昭和' if short[0] == 'S' else '平成'}{'元' if year == '1' else year}年{month}月{day}日"


def chome(p: Person, *, kanji: bool = False, prefecture: bool = True) -> str:
    """The address with 丁目, 番 and 号, or 番地の."""
    numbers = [kanji_number(n) if kanji else str(n) for n in p.house]
    house = numbers[0] + "番地" + "".join(f"{'の' if kanji else '-'}{n}" for n in numbers[1:])
    if len(numbers) == len(("丁目", "番", "号")):
        house = "{}丁目{}番{}号".format(*numbers)
    return f"{p.prefecture if prefecture else ''}{p.city}{p.town}{house}"


def short_address(p: Person) -> str:
    """Without prefecture and building, the room joined on."""
    return f"{p.city}{p.town}{'-'.join(map(str, p.house))}" + (f"-{p.room}" if p.room else "")


def masked_phone(p: Person) -> str:
    """The last four digits hidden."""
    return p.phone[:-4] + "****"


def masked_name(p: Person) -> str:
    """All but the family name and the first letter hidden."""
    return f"{p.family} {p.given[0]}{'*' * (len(p.given) - 1)}" if len(p.given) > 1 else f"{p.family} *"


def masked_email(p: Person) -> str:
    """All but two letters of the local part hidden."""
    local, domain = p.email.split("@")
    return f"{local[:2]}***@{domain}"
