"""Made-up customers: names put together from common parts, numbers that cannot ring, domains that do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

# Names with their reading in kana and in Hepburn.
_FAMILY = """
佐藤 サトウ sato  鈴木 スズキ suzuki  高橋 タカハシ takahashi  田中 タナカ tanaka  渡邉 ワタナベ watanabe
伊藤 イトウ ito  山本 ヤマモト yamamoto  中村 ナカムラ nakamura  小林 コバヤシ kobayashi  加藤 カトウ kato
吉田 ヨシダ yoshida  山﨑 ヤマザキ yamazaki  森 モリ mori  池田 イケダ ikeda  橋本 ハシモト hashimoto
阿部 アベ abe  石川 イシカワ ishikawa  前田 マエダ maeda  藤田 フジタ fujita  小川 オガワ ogawa
岡田 オカダ okada  長谷川 ハセガワ hasegawa  村上 ムラカミ murakami  近藤 コンドウ kondo  石井 イシイ ishii
齋藤 サイトウ saito  坂本 サカモト sakamoto  遠藤 エンドウ endo  青木 アオキ aoki  藤井 フジイ fujii
西村 ニシムラ nishimura  福田 フクダ fukuda  太田 オオタ ota  三浦 ミウラ miura  岡本 オカモト okamoto
松田 マツダ matsuda  中川 ナカガワ nakagawa  中野 ナカノ nakano  原田 ハラダ harada  小野 オノ ono
田村 タムラ tamura  竹内 タケウチ takeuchi  金子 カネコ kaneko  和田 ワダ wada  中山 ナカヤマ nakayama
石田 イシダ ishida  上田 ウエダ ueda
"""
_GIVEN = """
太一 タイチ taichi  花 ハナ hana  健司 ケンジ kenji  美咲 ミサキ misaki  大輔 ダイスケ daisuke  陽子 ヨウコ yoko
翔平 ショウヘイ shohei  愛 アイ ai  拓也 タクヤ takuya  直美 ナオミ naomi  誠 マコト makoto
由美子 ユミコ yumiko  亮 リョウ ryo  さくら サクラ sakura  和也 カズヤ kazuya  恵 メグミ megumi
隆 タカシ takashi  久美 クミ kumi  翼 ツバサ tsubasa  千尋 チヒロ chihiro  浩二 コウジ koji  真由 マユ mayu
学 マナブ manabu  彩香 アヤカ ayaka  悠斗 ユウト yuto  結衣 ユイ yui  正樹 マサキ masaki  智子 トモコ tomoko
蓮 レン ren  優奈 ユウナ yuna  修 オサム osamu  奈々 ナナ nana  剛 ツヨシ tsuyoshi  麻衣 マイ mai
康平 コウヘイ kohei  遥 ハルカ haruka  進 ススム susumu  莉子 リコ riko  貴之 タカユキ takayuki
明美 アケミ akemi
"""
# Postal code and town; the house numbers behind them are made up.
_TOWNS = """
100-0001 東京都千代田区千代田  150-0001 東京都渋谷区神宮前  060-0042 北海道札幌市中央区大通西
980-0021 宮城県仙台市青葉区中央  330-0854 埼玉県さいたま市大宮区桜木町  231-0005 神奈川県横浜市中区本町
460-0008 愛知県名古屋市中区栄  600-8216 京都府京都市下京区東塩小路町  530-0001 大阪府大阪市北区梅田
650-0021 兵庫県神戸市中央区三宮町  730-0011 広島県広島市中区基町  760-0017 香川県高松市番町
812-0011 福岡県福岡市博多区博多駅前  900-0015 沖縄県那覇市久茂地  380-0823 長野県長野市南千歳
920-0853 石川県金沢市本町  020-0034 岩手県盛岡市盛岡駅前通  700-0024 岡山県岡山市北区駅元町
"""
FAMILY = [tuple(_FAMILY.split()[place : place + 3]) for place in range(0, len(_FAMILY.split()), 3)]
GIVEN = [tuple(_GIVEN.split()[place : place + 3]) for place in range(0, len(_GIVEN.split()), 3)]
TOWNS = [tuple(_TOWNS.split()[place : place + 2]) for place in range(0, len(_TOWNS.split()), 2)]
BUILDINGS = ["", "", "", "", "架空荘", "コーポ例示", "見本マンション", "メゾン仮名", "ハイツ試作"]
COLUMNS = ("お客様番号", "氏名", "フリガナ", "生年月日", "郵便番号", "住所", "携帯電話番号", "メールアドレス")


@dataclass(frozen=True, slots=True)
class MadeUpPerson:
    """One made-up customer; fields in the order of `COLUMNS`."""

    number: str
    name: str
    kana: str
    born: str
    postal_code: str
    address: str
    phone: str
    email: str

    def row(self) -> tuple[str, ...]:
        """The values in the order of `COLUMNS`."""
        return (
            self.number,
            self.name,
            self.kana,
            self.born,
            self.postal_code,
            self.address,
            self.phone,
            self.email,
        )


def make_people(random: Random, count: int, *, prefix: str, exchange: str, domain: str) -> list[MadeUpPerson]:
    """``count`` people with distinct customer numbers, phones and addresses.

    Args:
        random: The source of chance; the same seed gives the same people.
        count: At most a million, since the number blocks hold as many.
        prefix: The letters before the customer number.
        exchange: The first two digits of the middle of the phone number; blocks that begin with 0 belong to no carrier.
        domain: Of the mail addresses.
    """
    phones = random.sample(range(1_000_000), count)
    people = []
    for index in range(count):
        family, given, (postal_code, town) = random.choice(FAMILY), random.choice(GIVEN), random.choice(TOWNS)
        building = random.choice(BUILDINGS)
        room = f"{building}{random.randint(1, 9)}{random.randint(1, 12):02d}号室" if building else ""
        people.append(
            MadeUpPerson(
                number=f"{prefix}{index + 1:07d}",
                name=f"{family[0]}　{given[0]}",
                kana=f"{family[1]} {given[1]}",
                born=f"{random.randint(1941, 2007)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}",
                postal_code=postal_code,
                address=f"{town}{random.randint(1, 9)}丁目{random.randint(1, 40)}-{random.randint(1, 30)}{room}",
                phone=f"090-{exchange}{phones[index] // 10_000:02d}-{phones[index] % 10_000:04d}",
                email=f"{given[2]}.{family[2]}{index}@{domain}",
            )
        )
    return people
