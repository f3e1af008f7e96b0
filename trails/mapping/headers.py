"""Which field a column's name speaks of: the words we know first, then the last word in it that we know.

Names of columns are built like ``作業端末番号``, ``SubjectUserName`` or ``actor.ip``: what they are stands at the end,
before a word that only says how it is written (番号, コード, id, name).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from trails.fields import HEADERS, normal_header

if TYPE_CHECKING:
    from collections.abc import Iterable

STEMS: Final[dict[str, tuple[str, ...]]] = {
    "when": ("日時", "時刻", "タイムスタンプ", "timestamp", "datetime", "time", "created", "at"),
    "operator": (
        "操作者", "作業者", "担当者", "実行者", "使用者", "利用者", "閲覧者", "参照者", "照会者", "対応者", "入力者",
        "登録者", "更新者", "作業員", "オペレータ", "オペレーター",
        "ユーザ", "ユーザー", "社員", "職員", "従業員", "スタッフ", "担当", "user", "operator", "staff", "employee",
        "actor", "worker", "principal", "who", "uid",
    ),
    "account": ("アカウント", "ログイン", "ログオン", "account", "login", "logon"),
    "terminal": (
        "端末", "マシン", "コンピュータ", "コンピューター", "パソコン", "クライアント", "pc", "terminal", "term",
        "workstation", "computer", "device", "machine", "client",
    ),
    "address": ("接続元", "アクセス元", "送信元", "アドレス", "ip", "ipaddress", "ipaddr"),
    "processor": (
        "委託先", "再委託先", "会社", "所属", "企業", "ベンダ", "ベンダー", "processor", "company", "vendor", "org",
        "tenant",
    ),
    "session": ("セッション", "session"),
    "action": (
        "操作", "処理", "機能", "作業", "アクション", "イベント", "メニュー", "カテゴリ",
        "action", "act", "operation", "op", "event", "function", "func", "activity", "task", "verb", "command",
    ),
    "subjects": (
        "お客様", "お客さま", "顧客", "契約者", "契約", "会員", "加入者", "customer", "customers", "cust", "subscriber",
        "subscribers", "member", "members",
    ),
    "extract": ("抽出", "抽出データ", "データセット", "extract", "dataset"),
    "outcome": ("結果", "成否", "ステータス", "outcome", "result", "status", "return"),
    "host": ("ホスト", "サーバ", "サーバー", "host", "server"),
    "sequence": ("通番", "連番", "項番", "順番", "seq", "sequence", "serial"),
}  # fmt: skip
"""The word a column's name ends in, per field."""

WRITTEN_AS: Final = (
    "名称", "コード", "番号", "種別", "種類", "区分", "内容", "情報", "名", "number", "code", "name", "type", "kind",
    "num", "id", "ids", "no", "cd",
)  # fmt: skip
"""Words at the end that say how something is written, not what it is."""
NAMES: Final = ("名称", "名", "name")
"""Of two columns about the same, the one with a name changes with marriage and spelling; the other is taken."""
ELSEWHERE: Final = ("useragent", "user_agent", "メール", "mail", "住所", "電話", "生年")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD: Final = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")


def columns_by_field(columns: Iterable[str]) -> dict[str, list[str]]:
    """The columns that speak of each field, the most telling first; a column speaks of one field, or of none."""
    ranked: dict[str, list[tuple[tuple[int, int], int, str]]] = {}
    for at, column in enumerate(columns):
        if found := _field_of(column):
            name, rank = found
            ranked.setdefault(name, []).append((rank, at, column))
    return {name: [column for _, _, column in sorted(some)] for name, some in ranked.items()}


def _field_of(column: str) -> tuple[str, tuple[int, int]] | None:
    """The field a column's name speaks of, and a rank: a lower one is more telling."""
    normal = normal_header(column)
    known = [(words.index(normal), name) for name, words in HEADERS.items() if normal in words]
    if known:
        place, name = min(known)
        return name, (0, place)
    if any(word in normal.replace("-", "_") for word in ELSEWHERE):
        return None
    words = _WORD.findall(unicodedata.normalize("NFKC", _CAMEL.sub("_", column)).lower())
    is_name = bool(words) and words[-1].endswith(NAMES)
    while words:
        last = words[-1]
        ending = max((len(stem), name) for name, stem in _stems_at_end(last)) if _stems_at_end(last) else None
        if ending:
            return ending[1], (2 if is_name else 1, 0)
        bare = next((last.removesuffix(end) for end in WRITTEN_AS if last.endswith(end)), None)
        if bare is None:
            return None
        words = [*words[:-1], bare] if bare else words[:-1]
    return None


def _stems_at_end(word: str) -> list[tuple[str, str]]:
    """Fields and stems that a word ends in; one in Latin letters has to be all of the word."""
    return [
        (name, stem)
        for name, stems in STEMS.items()
        for stem in stems
        if (word == stem if stem.isascii() else word.endswith(stem))
    ]
