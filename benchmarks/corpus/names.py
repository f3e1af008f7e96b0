"""Made-up names with a long tail: some hundred common ones, and tens of thousands put together as real ones are.

In a million Japanese people the commonest surname has fifteen thousand bearers, the hundred commonest a third of all,
and most names only a few: what a name says depends on it. Here a third of the surnames and a quarter of the given names
are of tables, the others a head and a tail of a name (山 + 本, 美 + 咲) with the readings these have in names.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

_FAMILY = """
佐藤 サトウ 鈴木 スズキ 高橋 タカハシ 田中 タナカ 渡辺 ワタナベ 伊藤 イトウ 山本 ヤマモト 中村 ナカムラ 小林 コバヤシ 加藤 カトウ 吉田 ヨシダ 山崎 ヤマザキ
佐々木 ササキ 松本 マツモト 井上 イノウエ 木村 キムラ 林 ハヤシ 斎藤 サイトウ 清水 シミズ 山口 ヤマグチ 森 モリ 池田 イケダ 橋本 ハシモト 阿部 アベ
石川 イシカワ 前田 マエダ 藤田 フジタ 小川 オガワ 後藤 ゴトウ 岡田 オカダ 長谷川 ハセガワ 村上 ムラカミ 近藤 コンドウ 石井 イシイ 坂本 サカモト 遠藤 エンドウ
青木 アオキ 藤井 フジイ 西村 ニシムラ 福田 フクダ 太田 オオタ 三浦 ミウラ 岡本 オカモト 松田 マツダ 中川 ナカガワ 中野 ナカノ 原田 ハラダ 小野 オノ
田村 タムラ 竹内 タケウチ 金子 カネコ 和田 ワダ 中山 ナカヤマ 石田 イシダ 上田 ウエダ 森田 モリタ 原 ハラ 柴田 シバタ 酒井 サカイ 工藤 クドウ 横山 ヨコヤマ
宮崎 ミヤザキ 宮本 ミヤモト 内田 ウチダ 高木 タカギ 安藤 アンドウ 島田 シマダ 谷口 タニグチ 大野 オオノ 丸山 マルヤマ 今井 イマイ 河野 コウノ 藤原 フジワラ
小島 コジマ 久保 クボ 松井 マツイ 菊地 キクチ 沢田 サワダ 浜田 ハマダ 広瀬 ヒロセ 桜井 サクライ 渡部 ワタベ 五十嵐 イガラシ 勅使河原 テシガワラ
髙木 タカギ 濵田 ハマダ 齋藤 サイトウ 渡邊 ワタナベ 廣瀨 ヒロセ 櫻井 サクライ 國分 コクブン
"""  # noqa: E501  # a table
_FAMILY_HEADS = """
山 ヤマ 川 カワ 大 オオ 小 コ 中 ナカ 上 ウエ 下 シモ 西 ニシ 東 ヒガシ 北 キタ 南 ミナミ 石 イシ 岩 イワ 松 マツ 竹 タケ 杉 スギ 梅 ウメ 桜 サクラ 藤 フジ 森 モリ
木 キ 田 タ 村 ムラ 町 マチ 宮 ミヤ 寺 テラ 島 シマ 浜 ハマ 池 イケ 沢 サワ 滝 タキ 水 ミズ 清 キヨ 井 イ 谷 タニ 坂 サカ 岡 オカ 丘 オカ 高 タカ 長 ナガ 永 ナガ 古 フル
新 ニイ 福 フク 吉 ヨシ 安 ヤス 平 ヒラ 広 ヒロ 深 フカ 浅 アサ 荒 アラ 黒 クロ 白 シラ 青 アオ 赤 アカ 金 カネ 銀 ギン 三 ミ 五 イツ 八 ヤ 千 チ 久 ヒサ 秋 アキ 春 ハル 冬 フユ
朝 アサ 星 ホシ 月 ツキ 鳥 トリ 鶴 ツル 亀 カメ 熊 クマ 鹿 シカ 牛 ウシ 馬 ウマ 稲 イネ 麻 アサ 桑 クワ 柳 ヤナギ 榎 エノキ 栗 クリ 柿 カキ 橋 ハシ 関 セキ 市 イチ 堀 ホリ 塚 ツカ 倉 クラ
門 カド 戸 ト 矢 ヤ 弓 ユミ 神 カミ 仁 ニ 徳 トク 豊 トヨ 富 トミ 増 マス 若 ワカ 今 イマ 間 マ 植 ウエ 早 ハヤ 笹 ササ 菅 スガ 芝 シバ 萩 ハギ
"""  # noqa: E501  # a table
_FAMILY_TAILS = """
田 タ 山 ヤマ 川 カワ 本 モト 村 ムラ 野 ノ 原 ハラ 井 イ 木 キ 島 シマ 崎 サキ 沢 サワ 口 グチ 上 ウエ 内 ウチ 中 ナカ 岡 オカ 谷 タニ 林 バヤシ 森 モリ 橋 ハシ 坂 サカ 塚 ツカ 倉 クラ
部 ベ 江 エ 浦 ウラ 池 イケ 泉 イズミ 尾 オ 瀬 セ 津 ツ 見 ミ 松 マツ 竹 タケ 宮 ミヤ 戸 ト 城 シロ 岩 イワ 石 イシ 畑 ハタ 園 ゾノ 平 ヒラ 越 コシ 屋 ヤ 場 バ 留 トメ 目 メ 端 ハシ
代 シロ 淵 フチ 堀 ホリ 峰 ミネ 垣 ガキ 地 チ 下 シタ 藤 フジ 根 ネ 岸 キシ 河 カワ 島田 シマダ 田川 タガワ 之内 ノウチ
"""  # noqa: E501  # a table
_GIVEN = """
太一 タイチ 花 ハナ 健司 ケンジ 美咲 ミサキ 大輔 ダイスケ 陽子 ヨウコ 翔平 ショウヘイ 愛 アイ 拓也 タクヤ 直美 ナオミ 誠 マコト 由美子 ユミコ 亮 リョウ さくら サクラ 和也 カズヤ
恵 メグミ 隆 タカシ 久美 クミ 翼 ツバサ 千尋 チヒロ 浩二 コウジ 真由 マユ 学 マナブ 彩香 アヤカ 悠斗 ユウト 結衣 ユイ 正樹 マサキ 智子 トモコ 蓮 レン 優奈 ユウナ 修 オサム
奈々 ナナ 剛 ツヨシ 麻衣 マイ 康平 コウヘイ 遥 ハルカ 進 ススム 莉子 リコ 貴之 タカユキ 明美 アケミ 博 ヒロシ 幸子 サチコ 茂 シゲル 和子 カズコ 英樹 ヒデキ 裕子 ユウコ 徹 トオル
洋子 ヨウコ 直樹 ナオキ 恵子 ケイコ 勇気 ユウキ 詩織 シオリ 純一 ジュンイチ 京子 キョウコ 慎太郎 シンタロウ 綾 アヤ 龍之介 リュウノスケ 小百合 サユリ 圭 ケイ
"""  # noqa: E501  # a table
_GIVEN_HEADS = """
健 ケン 大 ダイ 翔 ショウ 拓 タク 直 ナオ 和 カズ 隆 タカ 浩 コウ 正 マサ 康 ヤス 貴 タカ 英 ヒデ 純 ジュン 慎 シン 龍 リュウ 圭 ケイ 義 ヨシ 信 ノブ 俊 トシ 智 トモ 雅 マサ 光 ミツ
秀 ヒデ 明 アキ 昭 アキ 勝 カツ 孝 タカ 弘 ヒロ 邦 クニ 哲 テツ 章 アキ 春 ハル 夏 ナツ 冬 フユ 美 ミ 由 ユ 真 マ 恵 エ 久 ヒサ 千 チ 沙 サ 彩 アヤ 麻 マ 奈 ナ 里 リ 紗 サ 友 トモ
優 ユウ 結 ユ 莉 リ 陽 ヨウ 悠 ユウ 颯 ソウ 湊 ミナ 碧 アオ 律 リツ 朔 サク 柚 ユズ 杏 アン 咲 サキ 桃 モモ 珠 タマ 琴 コト 静 シズ 清 キヨ 節 セツ 文 フミ 道 ミチ 元 モト 亜 ア 伊 イ
"""  # noqa: E501  # a table
_GIVEN_TAILS = """
太 タ 一 イチ 司 ジ 輔 スケ 平 ヘイ 也 ヤ 樹 キ 斗 ト 之 ユキ 彦 ヒコ 郎 ロウ 太郎 タロウ 次郎 ジロウ 三 ゾウ 吾 ゴ 人 ト 介 スケ 男 オ 夫 オ 雄 オ 行 ユキ 弘 ヒロ 典 ノリ 基 キ
史 シ 志 シ 馬 マ 真 マ 希 キ 生 キ 哉 ヤ 子 コ 美 ミ 江 エ 代 ヨ 恵 エ 奈 ナ 香 カ 織 オリ 里 リ 紀 キ 花 カ 菜 ナ 穂 ホ 乃 ノ 音 ネ 葉 ハ 月 ツキ 衣 イ 沙 サ 咲 サキ 世 セ 枝 エ 津子 ツコ
美子 ミコ 利 トシ 徳 ノリ 治 ハル 造 ゾウ 作 サク 蔵 ゾウ 悟 ゴ 理 リ 羽 ハ 央 オ 帆 ホ
"""  # noqa: E501  # a table
_FIRST = (
    "Van An|Thi Mai|Minh Duc|Quoc Bao|Maria|Jose Carlos|Ana Paula|Joao Pedro|John|Emily|Michael Robert|Sarah Jane|"
    "Minjun|Seoyeon|Jihoon|Weiting|Xiaoming|Yifan|Anna|Katarzyna|Raj|Priya|Sanjay Kumar|Bishnu|Sunita|Olga|Dmitri|"
    "Thomas|Sophie|Lukas|Ahmed|Fatima|Juan Miguel|Rosa Linda|Putu|Dewi|Somchai|Thandiwe|Kwame|Ingrid"
)
_LAST = (
    "Nguyen|Tran|Pham|Vo|Silva Santos|Oliveira|Ferreira|Smithson|Jones|Clark|Kim|Park|Choi|Chen|Wang|Li|Zhang|Kowalska|"
    "Nowak|Patel|Sharma|Singh|Gurung|Thapa|Petrova|Ivanov|Mueller|Martin|Weber|Rahman|Hussain|Dela Cruz|Reyes|Wijaya|"
    "Saetang|Okafor|Mensah|Larsen|Rossi|Garcia"
)
_SHARE_COMMON_FAMILY, _SHARE_COMMON_GIVEN = 0.35, 0.25
_FLAT_FAMILY, _FLAT_GIVEN, _FLAT_PART = 10, 20, 6
"""Added to the rank under a name's share: with ten, the first of the common surnames has 1.5 % of all people."""
_SYLLABLES = """
ア a イ i ウ u エ e オ o カ ka キ ki ク ku ケ ke コ ko サ sa シ shi ス su セ se ソ so タ ta チ chi ツ tsu テ te ト to
ナ na ニ ni ヌ nu ネ ne ノ no ハ ha ヒ hi フ fu ヘ he ホ ho マ ma ミ mi ム mu メ me モ mo ヤ ya ユ yu ヨ yo
ラ ra リ ri ル ru レ re ロ ro ワ wa ン n ガ ga ギ gi グ gu ゲ ge ゴ go ザ za ジ ji ズ zu ゼ ze ゾ zo
ダ da ヂ ji ヅ zu デ de ド do バ ba ビ bi ブ bu ベ be ボ bo
"""
_LONG = re.compile(r"ou|oo(?!$)|uu")


@dataclass(frozen=True, slots=True)
class NamePart:
    """A family or given name: as written, in kana (foreign ones have none) and in Latin letters."""

    written: str
    kana: str
    roman: str


@cache
def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    words = text.split()
    return tuple(zip(words[::2], words[1::2], strict=True))


@cache
def _curve(count: int, flat: int) -> tuple[float, ...]:
    return tuple(itertools.accumulate(1 / (rank + flat) for rank in range(count)))


def _draw(rng: Random, text: str, flat: int) -> tuple[str, str]:
    rows: Sequence[tuple[str, str]] = _pairs(text)
    return rng.choices(rows, cum_weights=_curve(len(rows), flat))[0]


def japanese_family(rng: Random) -> NamePart:
    """A surname."""
    if rng.random() < _SHARE_COMMON_FAMILY:
        return _part(_draw(rng, _FAMILY, _FLAT_FAMILY))
    return _joined(_draw(rng, _FAMILY_HEADS, _FLAT_PART), _draw(rng, _FAMILY_TAILS, _FLAT_PART))


def japanese_given(rng: Random) -> NamePart:
    """A given name."""
    if rng.random() < _SHARE_COMMON_GIVEN:
        return _part(_draw(rng, _GIVEN, _FLAT_GIVEN))
    return _joined(_draw(rng, _GIVEN_HEADS, _FLAT_GIVEN), _draw(rng, _GIVEN_TAILS, _FLAT_GIVEN))


def foreign_family(rng: Random) -> NamePart:
    """The surname of somebody from abroad."""
    return _foreign(rng.choice(_LAST.split("|")))


def foreign_given(rng: Random) -> NamePart:
    """The given names of somebody from abroad, one or two."""
    return _foreign(rng.choice(_FIRST.split("|")))


@cache
def _foreign(written: str) -> NamePart:
    return NamePart(written, "", written.replace(" ", "").lower())


def _joined(head: tuple[str, str], tail: tuple[str, str]) -> NamePart:
    return _part((head[0] + tail[0], head[1] + tail[1]))


@cache
def _part(row: tuple[str, str]) -> NamePart:
    return NamePart(*row, romanised(row[1]))


def romanised(kana: str) -> str:
    """Hepburn without long vowels, as most people write their names; Hiroo keeps both of its o."""
    table = dict(_pairs(_SYLLABLES))
    letters = ""
    for sign in kana:
        if sign in "ャュョ":
            vowel = "auo"["ャュョ".index(sign)]
            letters = letters[:-1] + (vowel if letters[-3:] in {"shi", "chi"} or letters[-2:] == "ji" else "y" + vowel)
        else:
            letters += table[sign]
    return _LONG.sub(lambda long: long.group()[0], letters)
