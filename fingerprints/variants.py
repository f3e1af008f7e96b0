"""Old and variant kanji, and the common form each is folded to; our own table, made for names and addresses.

Sources: the character pairs of the 当用漢字字体表 (1949) and 常用漢字表 (2010), and the variants of surnames in
everyday use (髙, 﨑, 邉, 嶋, 冨 …) that Unicode keeps apart and NFKC leaves alone. Folding is for comparing: 斎 and 斉
are two surnames, but lists mix them up, so they fold to one.
"""

from __future__ import annotations

from typing import Final

# Each word: the common form, then everything that is folded to it.
_GROUPS: Final = """
高髙 崎﨑嵜碕㟢﨑 辺邊邉邉 斉齊斎齋 沢澤 浜濱濵 広廣 国國圀 桜櫻 真眞 恵惠 栄榮 寿壽 渋澁澀 島嶋嶌 富冨 万萬 与與 条條
徳德 瀬瀨 黒黑 曽曾 竜龍 亀龜 会會 学學 実實 礼禮 静靜 浄淨 蔵藏 県縣 亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹 逸逸 隠隱
栄榮 営營 衛衞 駅驛 円圓 塩鹽 縁緣 艶艷 応應 欧歐 殴毆 奥奧 横橫 温溫 仮假 価價 画畫 絵繪 壊壞 懐懷 拡擴 殻殼 覚覺 岳嶽
楽樂 喝喝 渇渴 巻卷 陥陷 勧勸 寛寬 関關 歓歡 観觀 気氣 帰歸 戯戲 犠犧 旧舊 拠據 挙擧 虚虛 峡峽 挟挾 狭狹 郷鄕 響響 暁曉
区區 駆驅 勲勳 薫薰 径徑 渓溪 掲揭 経經 蛍螢 軽輕 継繼 鶏鷄雞 芸藝 撃擊 欠缺 研硏 剣劍劔剱 険險 圏圈 検檢 献獻 権權 顕顯
験驗 厳嚴 効效 恒恆 黄黃 鉱鑛 号號 済濟 砕碎 剤劑 雑雜 参參 桟棧 蚕蠶 惨慘 賛贊 残殘 糸絲 視視 児兒 辞辭 湿濕 写寫 舎舍
社社 釈釋 者者 収收 従從 縦縱 祝祝 粛肅 処處 緒緖 諸諸 叙敍 焼燒 証證 奨奬 将將 祥祥 渉涉 称稱 乗乘 剰剩 壌壤 嬢孃 譲讓
醸釀 触觸 嘱囑 神神 慎愼 尽盡 図圖 粋粹 酔醉 穂穗 随隨 髄髓 枢樞 数數 声聲 摂攝 窃竊 節節 専專 浅淺 戦戰 践踐 銭錢 潜潛
繊纖 禅禪 双雙 壮壯 争爭 荘莊 捜搜 挿插 巣巢 装裝 僧僧 総總 騒騷 増增 臓臟 即卽 属屬 続續 堕墮 対對 体體 帯帶 滞滯 台臺
滝瀧 択擇 担擔 胆膽 団團 弾彈 断斷 痴癡 遅遲 虫蟲 昼晝 鋳鑄 著著 庁廳 聴聽 勅敕 鎮鎭 塚塚 鉄鐵銕鐡 点點 転轉 伝傳 都都
当當 党黨 盗盜 灯燈 闘鬭 独獨 読讀 届屆 難難 弐貳 悩惱 脳腦 覇霸 拝拜 梅梅 売賣 麦麥 発發 髪髮 抜拔 繁繁 蛮蠻 秘祕 浜濱
瓶甁 福福 仏佛 払拂 弁辨瓣辯 変變 勉勉 宝寶 豊豐 没沒 翻飜 毎每 満滿 免免 黙默 訳譯 薬藥 予豫 余餘 誉譽 揺搖 様樣 謡謠
来來 頼賴 乱亂 覧覽 欄欄 隆隆 虜虜 両兩 猟獵 緑綠 涙淚 塁壘 類類 励勵 戻戾 霊靈 齢齡 暦曆 歴歷 恋戀 練練 錬鍊 炉爐 労勞
郎郞 朗朗 廊廊 楼樓 湾灣 弥彌 尭堯 槙槇 遥遙 凛凜 渚渚 猪猪 琢琢 祐祐 禄祿 祷禱 穣穰 蝉蟬 騨驒 鯵鰺 鴬鶯 桧檜 籠篭 吉𠮷
鷗鴎 葛葛󠄀 祇祗 辻辻󠄀 館舘 峰峯 船舩 柳栁桺 橋槗 橘𣘺 土圡 角⻆ 野埜 晃晄 昇曻 畑畠 岡罡 増増 侠俠 巌巖 兎兔 灘灘 諌諫
蕊蘂 瑶瑤 薮藪 桑桒 舗舖
彦彥 清淸 青靑 戸戶 渕淵 晋晉 稲稻 秋穐 教敎 歩步 涼凉 顔顏 録錄 悦悅 倹儉 単單 闘鬪 廃廢 飲飮 缶罐 茎莖 畳疊 寝寢 穏穩
偽僞 冊册 歯齒 獣獸 縄繩 逓遞 並竝 褒襃 隷隸 蛎蠣 撹攪 竃竈 潅灌 頚頸 砿礦 靭靱 賎賤 壷壺 砺礪 梼檮 涛濤 迩邇 蝿蠅 侭儘
繋繫 麹麴 奄﨔 啓﨣 巌嵒 緒緖 産產 絶絕 説說 脱脫 税稅 鋭銳 閲閱
瑠璢 徴徵 呉吳 娯娛 蘇蘓 達逹 春旾
"""
_SELECTORS: Final = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = dict.fromkeys(_SELECTORS)
    for group in _GROUPS.split():
        common = group[0]
        for other in group[1:]:
            if other != common and ord(other) not in table:
                table[ord(other)] = common
    # A common form must not itself be folded, else folding twice would give something else.
    return {code: form for code, form in table.items() if form is None or ord(form) not in table}


VARIANTS: Final = _table()
"""For ``str.translate``: variant to common form; variation selectors to nothing."""
