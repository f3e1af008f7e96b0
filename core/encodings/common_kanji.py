"""The kanji that Japanese texts are mostly made of."""

from __future__ import annotations

from typing import Final

COMMON: Final = frozenset(
    "門町社会株式田大所東中録山新本名日合川野人西上学記事業読部北客市件場原内下書一行島前顧高南確支役出文"
    "小見工取検三保木開定分通理示井作案屋署谷知番岡者法松当立院明店務号漏照先子登和沢由表崎生県同宮証間京"
    "数寺金津国条福平変認長古別点使校地覧値目神台病索水浜結電海区列石方吉最八度期城実戸機回込動更終用字信"
    "時組設富協村順外江直橋久坂済瀬果丸元総道尾丘載二何引園代全宿閲画容手口委託与残鍵常対安局超浦千産説集"
    "医要製貸森岩住自佐税入面伏美団今広郷重央関里賀等豊河付商監赤簿掲触根後倉力険庫報空操研再加泉切藤初持"
    "之管都視池担位判清末塚壊多十渡状究種館横白有項公療土第光未栄応天異農御収葉銀端四態限成馬伊五鹿続送失"
    "越以九置情畑黒花計財品構庁青羽林統様化路相良語志連深愛阪存敗六向月利年玉必共除宇太世士州旭友須届誰類"
    "竹個体政潟発消意桜沼申若柳巡却含鳥算興船欠波熊堂断次戻封調建頭象科形徳片待家府境指堀姓該春正幡王健舎"
    "止永働教営了足阿草近氏薬稲奈矢朝補塩閉造落甲誤飯武七緑港替敷菱滝始幌展茂跡室静香米属版来板庄荒試衛答"
    "放特梅独比命祉況候架秒査尻真箇治辺蔵民駅楽幸各気育流環労員毎沖術英途受女車題致栗処杉晴段百物聞起陽拠"
)
"""Counted over the towns and offices of the postal table and over prose, each a third: 0.90 of their kanji, and 0.72 of
those of the names in ``benchmarks/corpus``, which were not counted."""
