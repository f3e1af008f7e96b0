"""What a record of a trail can say: its fields, the words files use for them, and the kinds of action."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

TEXT_FIELDS: Final = (
    "operator",
    "account",
    "terminal",
    "address",
    "processor",
    "session",
    "extract",
    "outcome",
    "host",
)
"""Fields kept as they were written."""

FIELDS: Final = ("when", *TEXT_FIELDS, "action", "subjects", "sequence")
"""Everything a mapping can name."""

HOLDER_KINDS: Final = ("operator", "account", "terminal", "address", "processor", "session")
"""Fields that name somebody or something that can have held a customer's data."""

HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "when": (
        "日時", "操作日時", "アクセス日時", "発生日時", "記録日時", "処理日時", "照会日時", "タイムスタンプ",
        "timestamp", "@timestamp", "event_timestamp", "datetime", "date_time", "when", "eventtime", "event_time",
        "time", "ts", "rt", "devtime", "start", "日付", "年月日", "date", "時刻", "時間",
    ),
    "operator": (
        "作業者id", "作業者", "担当者id", "担当者", "オペレータid", "オペレータ", "オペレーター", "操作者id",
        "操作者", "利用者id", "利用者", "社員番号", "職員番号", "operator", "operator_id", "user", "user_id",
        "userid", "uid", "username", "os_username", "suser", "suid", "usrname", "cs-username", "actor",
    ),
    "account": (
        "アカウント", "アカウント名", "ログインid", "共有id", "dbusername", "db_user",
        "account", "account_id", "login", "loginid", "duser", "accountname",
    ),
    "terminal": (
        "端末", "端末id", "端末名", "端末番号", "terminal", "terminal_id", "workstation", "device", "shost",
        "client_host", "identhostname",
    ),
    "address": (
        "ipアドレス", "接続元ip", "接続元", "アクセス元", "送信元", "ip", "src", "c-ip", "source_ip", "client_ip",
        "remote_addr", "address",
    ),
    "processor": (
        "委託先", "委託先名", "会社", "会社名", "所属", "所属会社", "processor", "company", "vendor", "organization",
    ),
    "session": (
        "セッション", "セッションid", "session", "session_id", "sessionid", "sid",
    ),
    "action": (
        "操作", "操作内容", "操作種別", "処理", "処理内容", "処理区分", "機能", "action", "act", "operation", "event",
        "event_type", "cs-method", "cat",
    ),
    "subjects": (
        "お客様番号", "お客さま番号", "顧客番号", "顧客id", "契約者番号", "契約番号", "会員番号", "customer",
        "customer_id", "customer_no", "account_no", "account_number",
        "対象顧客", "対象者", "customer_number", "customerid", "customers", "subject", "subjects", "cust",
    ),
    "extract": (
        "抽出名", "抽出", "抽出データ名", "データセット", "extract", "extract_name", "dataset",
    ),
    "outcome": (
        "結果", "処理結果", "成否", "ステータス", "outcome", "result", "status", "sc-status",
    ),
    "host": (
        "ホスト", "ホスト名", "サーバ", "サーバー", "サーバ名", "host", "hostname", "server", "dvchost",
        "s-computername",
    ),
    "sequence": (
        "連番", "通番", "順番", "項番", "no", "no.", "ログ番号", "シーケンス番号",
        "seq", "sequence", "seqno", "sequence_number", "sequenceid", "sequence_id",
        "record_id", "externalid",
    ),
}  # fmt: skip
"""Header words per field, as `normal_header` writes them, the more telling first."""

ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "outside_storage": (
        "外部ストレージ", "クラウド", "アップロード", "外部送信", "外部保存", "メール送信", "upload", "cloud",
        "share", "outside", "sendmail",
    ),
    "removable_media": (
        "usb", "外部媒体", "可搬媒体", "記録媒体", "持出", "持ち出し", "removable", "media",
    ),
    "export": (
        "エクスポート", "抽出", "csv出力", "一括出力", "データ出力", "ファイル出力", "export", "extract", "dump",
        "unload",
    ),
    "download": (
        "ダウンロード", "保存", "download", "save",
    ),
    "print": (
        "印刷", "帳票", "print",
    ),
    "admin": (
        "管理", "権限", "設定変更", "保守", "ユーザ追加", "admin", "grant", "sudo", "config", "maintenance",
    ),
    "search": (
        "検索", "一覧", "search", "list", "query", "find",
    ),
    "edit": (
        "更新", "変更", "登録", "削除", "修正", "edit", "update", "insert", "delete", "create", "modify", "post",
        "put", "patch",
    ),
    "login": (
        "ログイン", "ログオン", "認証", "login", "logon", "signin", "auth",
    ),
    "logout": (
        "ログアウト", "ログオフ", "logout", "logoff", "signout",
    ),
    "view": (
        "照会", "参照", "閲覧", "表示", "詳細", "view", "read", "open", "show", "get", "select", "display", "access",
    ),
}  # fmt: skip
"""Words inside an action's name, in the order in which they are tried: what takes data out comes first."""

REFUSED: Final = re.compile(
    r"失敗|拒否|エラー|不可|不許可|権限なし|異常|^ng$|^×$|^n$|^false$|denied|deny|fail|error|unauthori[sz]ed|forbidden|blocked"
    r"|^[45]\d\d$"
)
"""Outcomes after which nobody saw anything, in lower case."""

TAKING_OUT: Final = ("export", "download", "outside_storage", "removable_media", "print")
"""Actions after which the data may be somewhere else."""

OTHER_ACTION: Final = "other"


def normal_header(text: str) -> str:
    """A column's name as it is compared: NFKC, lower case, no spaces or quotes around it."""
    return unicodedata.normalize("NFKC", text).strip().strip('"').lower().replace(" ", "_")


def is_refused(outcome: str) -> bool:
    """Whether an outcome, as systems write it, says that nothing was shown or done."""
    return REFUSED.search(unicodedata.normalize("NFKC", outcome).strip().lower()) is not None


def action_of(text: str, own: dict[str, str] | None = None) -> str:
    """The kind of action behind a system's own word; ``own`` is what the system's mapping says about its words."""
    word = unicodedata.normalize("NFKC", text).strip().lower()
    for known, kind in (own or {}).items():
        if unicodedata.normalize("NFKC", known).strip().lower() == word:
            return kind
    if word in ACTIONS:
        return word
    for kind, words in ACTIONS.items():
        if any(part in word for part in words):
            return kind
    return OTHER_ACTION
