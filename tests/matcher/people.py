"""Made-up customers: names of nobody, numbers that cannot ring, domains that cannot exist."""

from __future__ import annotations

from typing import Final

_NAMES: Final = (
    ("架空", "一郎", "カクウ", "イチロウ", "kakuu"),
    ("仮名", "二葉", "カメイ", "フタバ", "kamei"),
    ("例山", "三奈", "レイヤマ", "ミナ", "reiyama"),
    ("試川", "四郎", "タメシガワ", "シロウ", "tameshi"),
    ("見本", "五月", "ミモト", "サツキ", "mimoto"),
    ("模擬", "六花", "モギ", "リッカ", "mogi"),
    ("髙例", "七瀬", "タカレイ", "ナナセ", "takarei"),
    ("渡邉", "八重子", "ワタナベ", "ヤエコ", "watanabe"),
)
_PLACES: Final = (
    ("100-0001", "東京都千代田区千代田"),
    ("060-0001", "北海道札幌市中央区北一条西"),
    ("460-0008", "愛知県名古屋市中区栄"),
    ("530-0001", "大阪府大阪市北区梅田"),
)
PEOPLE: Final = tuple(
    {
        "customer_number": f"K{i:06d}",
        "name": f"{family}　{given}",
        "kana": f"{family_kana} {given_kana}",
        "birth_date": f"19{50 + i}-0{1 + i}-1{i}",
        "postal_code": _PLACES[i % 4][0],
        "address": f"{_PLACES[i % 4][1]}{1 + i}-{2 + i}-{3 + i}",
        "phone": f"090-0{i}12-34{i}7",
        "email": f"{roman}{i}@carrier.example",
    }
    for i, (family, given, family_kana, given_kana, roman) in enumerate(_NAMES)
)
