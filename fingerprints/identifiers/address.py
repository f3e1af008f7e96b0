"""Japanese addresses: 東京都千代田区千代田1-2-3, 千代田区千代田一丁目２番３号 メゾン架空101号室.

Canonical: folded, without the prefecture, 丁目 番地 番 号 の ー as hyphens, kanji numerals of house numbers as digits,
without the building's name, its room number joined on: 千代田区千代田1-2-3-101. ヶ ケ が and ノ の 之 between kanji
are one, 大字 and 字 are dropped. What stands before the first house number is the town (`town_of`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final

from core.processes.patterns import later
from fingerprints.gazetteer import gazetteer
from fingerprints.identifiers._places import placed, with_rows
from fingerprints.identifiers.interface import Examples, Found, IdentifierKind
from fingerprints.text import DASHES, fold, is_folded, kanji_number, nfkc, normalise, to_katakana

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PREFECTURES: Final = (
    "北海道|青森県|岩手県|宮城県|秋田県|山形県|福島県|茨城県|栃木県|群馬県|埼玉県|千葉県|東京都|神奈川県|新潟県|富山県|"
    "石川県|福井県|山梨県|長野県|岐阜県|静岡県|愛知県|三重県|滋賀県|京都府|大阪府|兵庫県|奈良県|和歌山県|鳥取県|島根県|"
    "岡山県|広島県|山口県|徳島県|香川県|愛媛県|高知県|福岡県|佐賀県|長崎県|熊本県|大分県|宮崎県|鹿児島県|沖縄県"
)
_LEAD: Final = later(rf"(?:日本国?(?=.{{2,3}}[都道府県])|\d{{3}}-?\d{{4}}(?=[^\d-])|{PREFECTURES})(?=.)")
_LABEL: Final = later(rf"[^\d都道府県市区]{{1,8}}?(?=(?:{PREFECTURES})[^\d]{{2}})")
_OF_PREFECTURES: Final = later("[道府県]|東京都")
"""What stands before an address: the country, its postal code and its prefecture; and a label that touches that."""
# 郡 is left out as often as not; 郡山市, 郡上市, 大和郡山市 and 蒲郡市 are no 郡.
_COUNTY: Final = later(r"[^市区町村郡\d]{1,5}郡(?!市|山市|上市)(?=[^\d]{1,6}?[町村])")
_N: Final = "〇零一二三四五六七八九十百千壱弐参拾"
_KANJI_HOUSE: Final = later(
    rf"[{_N}]{{1,9}}(?=丁目|番|号|条(?![畷市])|線|-|ノ[\d{_N}]|ノ通)|(?<=[-ノ])[{_N}]{{1,9}}"
    rf"|(?<=[番地])[{_N}]{{1,9}}(?=$|[-番号ノ])|[〇零一二三四五六七八九]{{3,9}}"
)
_USUAL: Final = later(
    r"([一-鿿ぁ-ゖァ-ヺ々]{3,24})([0-9]{1,4})(?:-|丁目)([0-9]{1,4})(?:-|番地?の?)([0-9]{1,4})号?"
    r"(?:[ 　][一-龯ァ-ヺー]{1,20}?(?<![〇零一二三四五六七八九十百千])([0-9]{1,4})(?:号室?|室)?)?"
)
_SIGNS: Final = later(r"(?<=\d)(?:丁目|番地ノ?|番町(?=\d)|番|号室?|ノ(?=\d)|ー)")
_PROLONGED: Final = later(rf"(?<=\d)[ー一](?=\d)|(?<=[{_N}])ー(?=[{_N}])")
_APART: Final = later(rf"(?<=\d)[\s,、/(]+(?=\d|[{_N}]{{1,3}}丁目)")
"""A space between two numbers: 1-2-3 101."""
# Each: what to look for first, which is quick, then the pattern and its common form.
_SMALL_CHANGES: Final = (
    (later("[ガヶカヵ]"), later(r"(?<=[一-鿿])[ガヶカヵ](?=[一-鿿])"), "ケ"),
    (later("[丿之]"), later(rf"(?<=[\d{_N}])[丿之](?=[\d{_N}])"), "ノ"),
    (later("[ッ之]"), later(r"(?<=[一-鿿])ッ(?=[一-鿿])"), "ツ"),
    (later("之"), later(r"(?<=[一-鿿])之(?=[一-鿿])"), "ノ"),
    (later("舟"), later("舟"), "船"),
    (later("町目"), later(rf"(?<=[\d{_N}])町目"), "丁目"),
    (later("字"), later(r"大字|(?<=[^文十])字(?=.)"), ""),
    (later("ー"), later(r"(?<=\d)ー(?=\d)"), "-"),
)
_NOTE: Final = later(r"(?<=[\d号地])\s?\([^()]*[^\d()][^()]*\)\s*$")
"""What stands in brackets behind a house number: the lot, a remark; a number there is a room."""
_LAST_NUMERALS: Final = later(rf"(?<=[^\d{_N}-])[{_N}]{{2,9}}$")
_MAY_BE_PLACED: Final = later(
    r"京都市[^\d].{0,40}(?:ル|入|通)"
    r"|(?:札幌|旭川|帯広|岩見沢|網走|砂川|名寄|美唄|石狩|士別|北見|芦別|深川|江別)市[^\d]{1,20}\d{1,2}(?:-\d|[東西南北]\d)"
)
"""Addresses with a known city whose town the postal table has in other words: at a crossing, or in a numbered row."""
_OF_ROWS: Final = later("京都市|札幌|旭川|帯広|岩見沢|網走|砂川|名寄|美唄|石狩|士別|北見|芦別|深川|江別")
_USUAL_LINES: Final = later(rf"^{_USUAL.pattern}$", re.MULTILINE)
_KANJI_DIGIT: Final = later(f"[{_N}]")
_LOOSE: Final = later(rf"-+(?![\d{_N}])")
_STRAY: Final = later(r"-+(?![\d-])|(?<=-)-+|^-+")
_HOUSE: Final = later(r"\d+(?:-\d+)*(?!\d|[条線区]|ノ通)")
_HOUSE_OF_PARTS: Final = later(r"\d{1,9}(?:-\d{1,9}){1,9}(?![\d条線区])")
_HOUSE_PARTS: Final = 3
"""Of a house number: block, building and entrance; what follows is the room."""
_ROOM: Final = later(r"(\d{1,9})(?:号室?|室)?$")
_SHAPE: Final = later(r"[一-鿿ヶケァ-ヺー]{1,40}[市区町村郡都道府県]")
# Addresses that need no look at the postal table: those with a 市, and wards of Tokyo of whose name there is one.
_KNOWN_CITY: Final = later(
    r"[^\d市区]{1,8}市|(?:千代田|新宿|文京|台東|墨田|江東|品川|目黒|大田|世田谷|渋谷|中野|杉並|豊島|荒川|板橋|練馬|足立|葛飾|江戸川)区"
)
# Abroad: a street's number and one of the words that streets go by.
_STREETS: Final = frozenset(
    [
        "street",
        "st",
        "road",
        "rd",
        "avenue",
        "ave",
        "boulevard",
        "blvd",
        "lane",
        "ln",
        "drive",
        "dr",
        "court",
        "ct",
        "way",
        "place",
        "pl",
        "square",
        "sq",
        "apartment",
        "apt",
        "unit",
        "suite",
        "ste",
        "floor",
        "building",
        "bldg",
        "strasse",
        "str",
        "rue",
        "calle",
        "rua",
        "via",
        "avenida",
        "jalan",
        "jl",
        "soi",
        "barangay",
        "ward",
        "district",
    ]
)
_SHORT_STREET: Final = {
    "street": "st", "road": "rd", "avenue": "ave", "boulevard": "blvd", "lane": "ln", "drive": "dr", "court": "ct",
    "place": "pl", "square": "sq", "apartment": "apt", "suite": "ste", "building": "bldg", "strasse": "str",
    "avenida": "ave", "jalan": "jl",
}  # fmt: skip
_LATIN_WORD: Final = later(r"[a-z0-9]+")
_FEWEST_WORDS: Final = 3
MAX_TEXT: Final = 400
MIN_LENGTH: Final = 4
MAX_LENGTH: Final = 120
_D: Final = "0-9０-９"
# A pattern that begins with one class of characters is searched for several times faster than one with alternatives.
_ANCHOR: Final = later(rf"[{_D}一二三四五六七八九十](?:丁目|番(?![一-鿿](?<!地)(?<!号))|[{DASHES}ー](?=[{_D}]))")
_FIRST_NUMBER: Final = later(rf"(?:(?![0０][{_D}])[{_D}]{{1,5}}|[一二三四五六七八九十]{{1,3}})\Z")
_IN_TEXT: Final = later(
    rf"[{_D}一二三四五六七八九十]{{1,5}}(?:丁目|番地?(?:[{DASHES}ー](?=[{_D}]))?|[{DASHES}ー][{_D}]{{1,5}}(?:[{DASHES}ー][{_D}]{{1,5}})?)"
    rf"(?:[{_D}]{{1,5}}[{DASHES}ー番号]?地?の?){{0,4}}"
)
_LONE_NUMBER: Final = later(
    rf"(?<=[一-鿿ぁ-ヺー])(?![0０])[{_D}]{{1,5}}(?=[^{DASHES}\w.．]|[{DASHES}_](?![{_D}])|[ぁ-ゖ]|\Z)(?![つか]|の[{_D}])"
)
"""A house number of one part, without a sign after it; what follows is no counter, which kanji are."""
_BUILDING: Final = later(
    rf"(?:[{DASHES}ー]|[ 　、,]?[一-鿿ァ-ヺーぁ-ゖA-Za-zＡ-Ｚａ-ｚ・･々ヶｦ-ﾟ]{{2,24}}[ 　]?)"
    rf"[{_D}]{{1,4}}(?:号室?|室)?(?![{_D}]|-[{_D}])"
)
_REACH: Final = 40
_PREFECTURE: Final = later(PREFECTURES)
_SIGN: Final = later("[都道府県市区町村郡]")
_PLAIN_PLACE: Final = later(rf"(?:[一-鿿](?<![字之郡舟{_N}]))+")
_SIGN_OF_CITY: Final = later("[市区町村]")
_TOWN: Final = later(r"[一-鿿々ヶケァ-ヺー\d]{2,20}")
_APART_HINT: Final = later(rf"[\d０-９][\s,、/(（]+[\d０-９{_N}]")
_LETTER: Final = later(r"[一-鿿ぁ-んァ-ヺ々〆ヶーＡ-Ｚａ-ｚ 　]")
_BEFORE: Final = later(rf"(?:[一-鿿ぁ-んァ-ヺ々〆ヶーＡ-Ｚａ-ｚ 　]|[{_D}]{{1,2}}(?=[条線号区])){{2,40}}\Z")


class Address(IdentifierKind):
    """A postal address in Japan."""

    name = "address"
    code = 6
    posted = True
    sketched = True
    headers: ClassVar[tuple[str, ...]] = (
        "住所", "ご住所", "住所1", "契約者住所", "現住所", "自宅住所", "送付先住所", "請求先住所", "address",
        "homeaddress", "設置場所住所", "所在地",
        "住所全体", "お客様住所", "addr", "fulladdress",
    )  # fmt: skip
    examples = Examples(
        hits=(
            ("東京都千代田区千代田1-2-3", "千代田区千代田1-2-3"),
            ("千代田区千代田一丁目２番３号", "千代田区千代田1-2-3"),
            ("東京都千代田区千代田１丁目２番地の３", "千代田区千代田1-2-3"),
            ("東京都 千代田区 千代田1ー2ー3 メゾン架空 101号室", "千代田区千代田1-2-3-101"),
            ("千代田区千代田1-2-3-101", "千代田区千代田1-2-3-101"),
            ("東京都千代田区霞が関1の2の3", "千代田区霞ケ関1-2-3"),
            ("札幌市中央区北一条西二丁目3", "札幌市中央区北1条西2-3"),
            ("〒100-0001 東京都千代田区千代田1番", "千代田区千代田1"),
            ("大字架空町字例山百二十三番地", "架空町例山123"),
            ("架空市例山三ノ二十六", "架空市例山3-26"),
            ("架空市例山五―二四―一五　コーポ例示 一四〇三", "架空市例山5-24-15-1403"),
            ("架空市例山千六百六十番地", "架空市例山1660"),
            ("架空市例山4-11 611号室", "架空市例山4-11-611"),
            ("例示郡架空町例山1-2", "架空町例山1-2"),
            ("12 Made-up Street, Apt 3, Springfield 00000", "12.made.up.st.apt.3.springfield.00000"),
        ),
        misses=("", "架空一郎", "090-0000-0001", "1-2-3", "kakuu@carrier.example"),
    )

    def canonical(self, text: str) -> str | None:
        """One form of an address, building dropped and room kept."""
        if len(text) > MAX_TEXT:
            return None
        if text.isascii():
            return _abroad(text)
        usual = _USUAL.fullmatch(text)
        return (usual and self._usual(usual)) or self._any(text)

    def _usual(self, match: re.Match[str]) -> str | None:
        """An address as most are written: only its town is not read at once, and towns come again and again."""
        town, _is_placed = _canonical_town(match[1])
        return town and f"{town}{match[2]}-{match[3]}-{match[4]}" + (f"-{match[5]}" if match[5] else "")

    def _usual_forms(self, lines: str) -> Sequence[str] | None:
        read = _usual_lines(lines)
        return None if read is None else read[0]

    def _usual_readings(self, lines: str) -> Sequence[tuple[str, ...]] | None:
        read = _usual_lines(lines)
        if read is None or not read[1]:
            return None
        return list(zip(read[0], strict=True))

    def _any(self, text: str) -> str | None:
        """An address in any spelling."""
        if text[-1:] in {")", "）"}:
            text = _NOTE.sub("", nfkc(text))
        text = self._plain(text)
        while lead := _LEAD.match(text) or (_OF_PREFECTURES.search(text, 3, 14) and _LABEL.match(text)):
            text = text[lead.end() :]
        text = _COUNTY.sub("", text, count=1) if "郡" in text and _COUNTY.match(text) else text
        text = _with_last_number(text)
        if not _KNOWN_CITY.match(text) or _MAY_BE_PLACED.match(text):
            text = placed(text, gazetteer(spelled_place))
        house = _house(text)
        if house is not None:
            town, tail = text[: house.start()], text[house.end() :]
            room = _ROOM.search(tail)
            text = town + house.group() + (f"-{room.group(1)}" if room else "")
        fits = MIN_LENGTH <= len(text) <= MAX_LENGTH and _SHAPE.search(text) and not text[0].isdecimal()
        return text if fits else None

    def under_label(self, text: str) -> str | None:
        """Addresses abroad too by whose words nobody can tell what they are: The Willows, Airds."""
        if len(text) > MAX_TEXT:
            return None
        return self.canonical(text) or (_words_abroad(text) if text.isascii() else self._lone_town(text))

    def _lone_town(self, text: str) -> str | None:
        """The only town of that name, whose city was left out."""
        found = gazetteer(spelled_place).cities_of(spelled_place(text))
        return found[0] if len(found) == 1 else None

    def readings(self, text: str) -> tuple[str, ...]:
        """The canonical form, and with the city where it was left out and the postal table knows it."""
        canonical = self.canonical(text)
        if canonical is None:
            canonical = self._unplaced(text)
            if canonical is None:
                return ()
            return gazetteer(spelled_place).completed(canonical) or with_rows(canonical, gazetteer(spelled_place))
        if canonical.isascii() or _house(canonical) is None:
            return (canonical,)
        if _KNOWN_CITY.match(canonical) or _PREFECTURE.search(text):
            in_rows = with_rows(canonical, gazetteer(spelled_place)) if _MAY_BE_PLACED.match(canonical) else ()
            return (canonical, *in_rows)
        return (canonical, *gazetteer(spelled_place).completed(canonical))

    def comparable(self, text: str) -> str:
        """Normalised, with house numbers as in the canonical form; buildings stay."""
        return self._plain(text)

    def find(self, text: str) -> Iterator[Found]:
        """From a house number backwards to where the run of kanji and kana begins."""
        yield from self._find_parted(text)
        for number in _LONE_NUMBER.finditer(text) if _SIGN.search(text) else ():
            before = _BEFORE.search(text, max(0, number.start() - _REACH), number.start())
            if before is None or not _SIGN_OF_CITY.search(before.group()):
                continue
            start = before.start() + _beginning(before.group())
            canonical = self.canonical(text[start : number.end()])
            if canonical and gazetteer(spelled_place).has_town(town_of(canonical)):
                yield Found(self.name, start, number.end(), canonical)
                yield from self._with_room(text, start, number.end())

    def _with_room(self, text: str, start: int, end: int) -> Iterator[Found]:
        """The same address with what reads as a building and a room right behind it, which may be the next field."""
        room = _BUILDING.match(text, end)
        whole = self.canonical(text[start : room.end()]) if room else None
        if room and whole:
            yield Found(self.name, start, room.end(), whole)

    def _find_parted(self, text: str) -> Iterator[Found]:
        """Those whose house numbers have several parts or a sign that says what they are."""
        taken = 0
        for anchor in _ANCHOR.finditer(text):
            end = anchor.start() + 1
            number = _FIRST_NUMBER.search(text, max(taken, end - 5), end) if end > taken else None
            if number is None or not _LETTER.match(text, max(number.start() - 1, 0)):
                continue
            before = _BEFORE.search(text, max(taken, number.start() - _REACH), number.start())
            house = _IN_TEXT.match(text, number.start())
            if before is None or house is None or not _SIGN.search(before.group()):
                continue
            start = before.start() + _beginning(before.group())
            canonical = self.canonical(text[start : house.end()])
            if canonical:
                taken = house.end()
                yield Found(self.name, start, taken, canonical)
                yield from self._with_room(text, start, taken)

    def _unplaced(self, text: str) -> str | None:
        """A town and a house number without anything around them: 南大谷4-14-4."""
        if len(text) > MAX_TEXT or text.isascii():
            return None
        text = self._plain(text)
        while lead := _LEAD.match(text):
            text = text[lead.end() :]
        house = _house(text)
        if house is None or house.start() < 2 or not _TOWN.fullmatch(text[: house.start()]):  # noqa: PLR2004  # letters
            return None
        room = _ROOM.search(text, house.end())
        return text[: house.end()] + (f"-{room.group(1)}" if room else "")

    def _plain(self, text: str) -> str:
        text = _LOOSE.sub("", normalise(_APART.sub("-", nfkc(text)) if _APART_HINT.search(text) else text))
        for signs, pattern, common in _SMALL_CHANGES:
            if signs.search(text):
                text = pattern.sub(common, text)
        if _KANJI_DIGIT.search(text):
            text = _KANJI_HOUSE.sub(_as_digits, _PROLONGED.sub("-", text))
        return _STRAY.sub("", _SIGNS.sub("-", text))


def _with_last_number(text: str) -> str:
    """串本町串本千二百三十四: numerals that end an address are its house, unless they end the name of its town."""
    number = _LAST_NUMERALS.search(text) if text[-1:] in _N else None
    if number is None or gazetteer(spelled_place).has_town(text):
        return text
    return text[: number.start()] + _as_digits(number)


@lru_cache(1 << 16)
def _canonical_town(written: str) -> tuple[str | None, bool]:
    """What stands before the house number, as in a canonical address; and whether it says the one place where it is."""
    whole = Address()._any(f"{written}1-1-1")  # noqa: SLF001  # our own
    town = whole.removesuffix("1-1-1") if whole and whole.endswith("1-1-1") else None
    if not town:
        return None, False
    is_known = bool(_KNOWN_CITY.match(town) or _PREFECTURE.search(written))
    return town, is_known and not _OF_ROWS.match(town)


def _usual_lines(lines: str) -> tuple[list[str], bool] | None:
    """The canonical address of each line, and whether all say the one place where they are; None unless all are usual.

    Towns come again and again, so that little but the house number is read of each line.
    """
    found = _USUAL_LINES.findall(lines)
    if len(found) <= lines.count("\n"):
        return None
    towns = [_canonical_town(written) for written, *_ in found]
    forms = [
        f"{town}{block}-{building}-{entrance}-{room}" if room else f"{town}{block}-{building}-{entrance}"
        for (town, _), (_, block, building, entrance, room) in zip(towns, found, strict=True)
        if town
    ]
    return (forms, all(is_one_place for _, is_one_place in towns)) if len(forms) == len(found) else None


def _house(text: str) -> re.Match[str] | None:
    """The house number: the first number, unless one of several parts follows a letter or two later (沓2掛1-6-14)."""
    first = _HOUSE.search(text)
    if first is None or "-" in first.group():
        return first
    later = (_HOUSE_OF_PARTS.match(text, first.end() + letters) for letters in (1, 2))
    return next(filter(None, later), first)


def town_of(canonical: str) -> str:
    """What stands before the first house number of a canonical address."""
    house = _house(canonical)
    return canonical if house is None else canonical[: house.start()]


def town_and_house(canonical: str) -> tuple[str, str]:
    """`town_of`, and the first house number without the room; empty when there is none."""
    house = _house(canonical)
    if house is None:
        return canonical, ""
    number = house.group()
    if number.count("-") >= _HOUSE_PARTS:
        number = "-".join(number.split("-")[:_HOUSE_PARTS])
    return canonical[: house.start()], number


def towns_in(text: str) -> tuple[str, ...]:
    """Towns that a text names without a house number, in the spelling of canonical addresses."""
    plain = Address().comparable(text)
    known = gazetteer(spelled_place)
    towns = (known.town_around(plain, sign.start()) for sign in _SIGN_OF_CITY.finditer(plain))
    return tuple(dict.fromkeys(town for town in towns if town))


def spelled_place(text: str) -> str:
    """A city or a city and its town, as the postal table has them, in the spelling of canonical addresses."""
    if _PLAIN_PLACE.fullmatch(text) and is_folded(text):
        return text
    return _COUNTY.sub("", Address().comparable(text), count=1)


def _beginning(run: str) -> int:
    """Where in a run of letters before a house number the address begins: at its prefecture, else at its city."""
    if not _SIGN_OF_CITY.search(run):
        return 0
    prefectures = [match.start() for match in _PREFECTURE.finditer(run)]
    if prefectures:
        return prefectures[-1]
    plain = to_katakana(fold(run)).replace("ヶ", "ケ")
    return (gazetteer(spelled_place).where_one_begins(plain) or 0) if len(plain) == len(run) else 0


def _abroad(text: str) -> str | None:
    """An address in Latin letters: its words in order, streets shortened, spaces dropped."""
    words = _LATIN_WORD.findall(text.lower())
    fits = len(words) >= _FEWEST_WORDS and "@" not in text and any(c.isdecimal() for c in text)
    return _words_abroad(text) if fits and any(word in _STREETS for word in words) else None


def _words_abroad(text: str) -> str | None:
    words = _LATIN_WORD.findall(text.lower())
    joined = ".".join(_SHORT_STREET.get(word, word) for word in words)
    fits = len(words) > 1 and any(len(word) > 1 and word.isalpha() for word in words) and "@" not in text
    return joined if fits and len(joined) <= MAX_LENGTH else None


def _as_digits(match: re.Match[str]) -> str:
    number = kanji_number(match.group())
    return match.group() if number is None else str(number)
