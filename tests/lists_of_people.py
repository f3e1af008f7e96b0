"""Lists of made-up people as somebody might have laid them out: a generator that knows nothing of how they are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final


def _pairs(words: str) -> dict[str, str]:
    """Names and their readings."""
    return {name: reading for name, _, reading in (word.partition("/") for word in words.split())}


FAMILIES: Final = _pairs(
    "佐藤/サトウ 鈴木/スズキ 高橋/タカハシ 田中/タナカ 伊藤/イトウ 渡辺/ワタナベ 山本/ヤマモト "
    "中村/ナカムラ 小林/コバヤシ 加藤/カトウ 吉田/ヨシダ 山田/ヤマダ 佐々木/ササキ 山口/ヤマグチ "
    "松本/マツモト 井上/イノウエ 木村/キムラ 林/ハヤシ 斎藤/サイトウ 清水/シミズ 山崎/ヤマザキ "
    "森/モリ 阿部/アベ 池田/イケダ 橋本/ハシモト 石川/イシカワ 長谷川/ハセガワ 五十嵐/イガラシ "
    "近藤/コンドウ 原/ハラ "
)
GIVENS: Final = _pairs(
    "太郎/タロウ 花子/ハナコ 健一/ケンイチ 美咲/ミサキ 翔太/ショウタ 由美子/ユミコ 誠/マコト "
    "恵/メグミ 大輔/ダイスケ 直子/ナオコ 和也/カズヤ 真由美/マユミ 拓也/タクヤ さくら/サクラ "
    "浩二/コウジ 久美子/クミコ 翼/ツバサ 愛/アイ 隆/タカシ 裕子/ユウコ 健太郎/ケンタロウ "
    "陽菜/ヒナ 悠斗/ユウト 千尋/チヒロ 亮/リョウ 明日香/アスカ 智子/トモコ 義男/ヨシオ "
    "正樹/マサキ 菜々子/ナナコ "
)
NAME_HEADERS: Final = (
    ("姓", "名"),
    ("お名前(姓)", "お名前(名)"),
    ("氏名（姓）", "氏名（名）"),
    ("苗字", "名前"),
    ("お客様名_姓", "お客様名_名"),
    ("LAST_NAME_KJ", "FIRST_NAME_KJ"),
    ("sei", "mei"),
    ("name1", "name2"),
    ("契約者姓", "契約者名"),
    ("会員姓", "会員名"),
    ("顧客姓", "顧客名"),
    ("漢字氏名１", "漢字氏名２"),
    ("氏", "名"),
    ("family", "given"),
    ("", ""),
    ("名義1", "名義2"),
)
KANA_HEADERS: Final = (
    ("セイ", "メイ"),
    ("姓カナ", "名カナ"),
    ("sei_kana", "mei_kana"),
    ("フリガナ（姓）", "フリガナ（名）"),
    ("kana1", "kana2"),
    ("", ""),
)
OTHERS: Final = {
    "number": ("お客様番号", "契約番号"),
    "phone": ("電話番号", "携帯電話"),
    "birth": ("生年月日", "誕生日"),
    "sex": ("性別",),
    "plan": ("料金プラン", "plan"),
    "state": ("ステータス",),
    "shop": ("取扱店",),
    "note": ("備考", ""),
}
SHOPS: Final = ("新宿", "渋谷", "梅田", "博多", "栄")
TITLES: Final = (("契約者一覧表",), ("", "出力日：2026年4月1日", "担当：営業企画部"), ("社外秘",), ("抽出条件", "全件"))


@dataclass
class PeopleList:
    """A list: its rows as they stand in a file, and who is in it.

    Attributes:
        rows: Everything, titles, headers and totals included.
        columns: What each column is, of the generator's own words.
        headers: Of the columns, as they stand.
        people: By such word, the value of each person.
    """

    rows: list[list[str]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    people: list[dict[str, str]] = field(default_factory=list)

    def names(self) -> list[str]:
        """The whole name of each person, the family name first."""
        return [one["family"] + one["given"] for one in self.people]

    def readings(self) -> list[str]:
        """The whole reading of each person."""
        return [one["family kana"] + one["given kana"] for one in self.people]

    def body(self) -> list[list[str]]:
        """The rows of people alone."""
        return [[one[column] for column in self.columns] for one in self.people]


def chance(seed: int) -> Random:
    """Chance that comes out the same for a seed."""
    return Random(seed)  # noqa: S311  # to be repeated, and no secret


def draw_list(random: Random, *, gibberish: bool | None = None) -> PeopleList:
    """A list of people with halves of names, in any order of columns, under any headers.

    Args:
        random: Chance.
        gibberish: Whether the halves are headed by words that mean nothing; by chance where it is not said.
    """
    people = [_person(random, n) for n in range(random.choice((10, 25, 120)))]
    halves = [["family", "given"], ["given", "family"]][random.random() < 0.3]  # now and then
    headers = dict(zip(("family", "given"), random.choice(NAME_HEADERS), strict=True))
    if gibberish if gibberish is not None else random.random() < 0.25:  # likewise
        headers = {half: "".join(random.choices("qxzvw", k=4)) for half in halves}
    if random.random() < 0.5:  # half of them
        halves = [*halves, *(f"{half} kana" for half in halves)]
        headers |= dict(zip(("family kana", "given kana"), random.choice(KANA_HEADERS), strict=True))
    others = [
        "number",
        "phone",
        "birth",
        *random.sample(("sex", "plan", "state", "shop", "note"), k=random.randrange(4)),
    ]
    headers |= {other: random.choice(OTHERS[other]) for other in others}
    random.shuffle(others)
    at = random.randrange(len(others) + 1)
    columns = [*others[:at], *halves, *others[at:]]
    made = PeopleList(columns=columns, headers=[headers[column] for column in columns], people=people)
    made.rows = [made.headers, *made.body()]
    return made


def dress(random: Random, made: PeopleList) -> list[list[str]]:
    """The rows of a list as a report has them: below titles, under groups, with the header again, and with a total."""
    width = len(made.columns)
    rows: list[list[str]] = [[*random.choice(TITLES)] for _ in range(random.randrange(3))]
    if random.random() < 0.5:  # half of them
        groups = {"family": "契約者", "number": "契約", "phone": "連絡先"}
        rows.append([groups.get(column, "") for column in made.columns])
    else:
        rows.append([""] * width)
    body = made.body()
    page = random.choice((5, 20, 1000))
    for start in range(0, len(body), page):
        rows += [made.headers, *body[start : start + page]]
    if random.random() < 0.5:  # half of them
        rows.append(["合計", f"{len(body)}件", *[""] * (width - 2)])
    return rows


def _person(random: Random, n: int) -> dict[str, str]:
    family, given = random.choice(list(FAMILIES)), random.choice(list(GIVENS))
    return {
        "family": family, "given": given, "family kana": FAMILIES[family], "given kana": GIVENS[given],
        "number": f"K{700 + 7 * n:06}", "phone": f"090-0000-{n:04}",
        "birth": f"{random.randrange(1940, 2006)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}",
        "sex": random.choice("男女"), "plan": random.choice(("スマート", "ライト", "プレミアム")),
        "state": random.choice(("有効", "解約", "休止")), "shop": random.choice(SHOPS), "note": "",
    }  # fmt: skip
