"""Access logs in layouts that carriers' and suppliers' systems hand over, written by hand, and what each says."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Foreign:
    """A log and what has to come of it.

    ``touches`` are moment (UTC), operator, action and customer number of every row in the order of time, the number
    empty where none is named; ``fields`` are some columns that the mapping has to name; ``dropped`` are lines.
    """

    text: str
    touches: tuple[tuple[str, str | None, str | None, str], ...]
    encoding: str = "utf-8"
    fields: tuple[tuple[str, str], ...] = ()
    dropped: tuple[int, ...] = ()
    zone: str = "Asia/Tokyo"


def at(second: int) -> str:
    """A moment just after ten in the morning of 2026-04-01 in Japan."""
    return f"2026-04-01T01:00:{second:02d}"


FOREIGN = {
    "Apache's combined log, behind a proxy": Foreign(
        '203.0.113.9 - tanaka.k [01/Apr/2026:10:00:01 +0900] "GET /crm/detail?cust_no=1000234567&tab=2 HTTP/1.1" 200 51'
        '20 "https://crm.carrier.example/list" "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"\n'
        '203.0.113.9 - tanaka.k [01/Apr/2026:10:00:02 +0900] "GET /crm/static/app.css HTTP/1.1" 304 - "-" "Mozilla"\n'
        '203.0.113.10 - - [01/Apr/2026:10:00:03 +0900] "GET /login HTTP/2.0" 200 88 "-" "curl/8.5 \\"x\\""\n'
        '203.0.113.11 - sato.m [01/Apr/2026:10:00:04 +0900] "POST /crm/export?cust_no=1000234568 HTTP/1.1" 200 9 "-"\n'
        '203.0.113.11 - sato.m [01/Apr/2026:10:00:05 +0900] "\\x16\\x03\\x01" 400 226 "-" "-"\n',
        (
            (at(1), "tanaka.k", "view", "1000234567"),
            (at(2), "tanaka.k", "view", ""),
            (at(3), None, "view", ""),
            (at(4), "sato.m", "edit", "1000234568"),
        ),
        fields=(("address", "address"), ("subjects", "target")),
        dropped=(5,),
    ),
    "a plain export with Japanese names": Foreign(
        "日時,ユーザー名,コンピューター,操作,対象顧客番号\r\n"
        "2026/04/01 10:00:01,CARRIER\\tanaka,PC-0101,顧客情報の参照,1000234567\r\n"
        "2026/04/01 10:00:02,CARRIER\\sato,PC-0102,顧客情報のエクスポート,1000234568\r\n"
        "2026/04/01 10:00:03,CARRIER\\sato,PC-0102,ログオフ,\r\n",
        (
            (at(1), "CARRIER\\tanaka", "view", "1000234567"),
            (at(2), "CARRIER\\sato", "export", "1000234568"),
            (at(3), "CARRIER\\sato", "logout", ""),
        ),
        encoding="cp932",
        fields=(("terminal", "コンピューター"), ("subjects", "対象顧客番号")),
    ),
    "Windows' event viewer, whose last column has no name": Foreign(
        "レベル,日付と時刻,ソース,イベント ID,タスクのカテゴリ\r\n"
        '情報,2026/04/01 10:00:01,CrmAudit,4663,参照,"アクセスが試行されました。\r\n\r\nサブジェクト:\r\n'
        '\tアカウント名:\t\ttanaka\r\n\tログオン ID:\t\t0x3E7\r\n\r\nオブジェクト:\r\n\t顧客番号:\t1000234567\r\n"\r\n'
        '情報,2026/04/01 10:00:02,CrmAudit,4663,参照,"アクセスが試行されました。\r\n\r\nサブジェクト:\r\n'
        '\tアカウント名:\t\tsato\r\n\tログオン ID:\t\t0x3E8\r\n\r\nオブジェクト:\r\n\t顧客番号:\t1000234568\r\n"\r\n',
        ((at(1), "tanaka", "view", "1000234567"), (at(2), "sato", "view", "1000234568")),
        encoding="cp932",
    ),
    "Oracle's unified audit trail": Foreign(
        '"EVENT_TIMESTAMP","SESSIONID","ENTRY_ID","DBUSERNAME","OS_USERNAME","USERHOST","TERMINAL","ACTION_NAME",'
        '"OBJECT_NAME","SQL_TEXT","RETURN_CODE"\n'
        '"01-APR-26 10.00.01.123456 AM","4026531840","17","CRM_APP","tanaka","CARRIER\\PC-0101","PC-0101","SELECT",'
        '"CUSTOMER","SELECT name, tel FROM customer WHERE cust_no = \'1000234567\'","0"\n'
        '"01-APR-26 10.00.02.000001 AM","4026531840","18","CRM_APP","tanaka","CARRIER\\PC-0101","PC-0101","SELECT",'
        '"CUSTOMER","SELECT ""NAME"", tel\n  FROM customer\n WHERE cust_no=\'1000234568\'","0"\n'
        '"01-APR-26 10.00.03.000001 AM","4026531841","1","CRM_APP","sato","CARRIER\\PC-0102","PC-0102","LOGON",'
        '"","","1017"\n',
        (
            (at(1), "tanaka", "view", "1000234567"),
            (at(2), "tanaka", "view", "1000234568"),
            (at(3), "sato", "login", ""),
        ),
        fields=(("account", "DBUSERNAME"), ("operator", "OS_USERNAME"), ("session", "SESSIONID"),
                ("terminal", "TERMINAL"), ("subjects", "SQL_TEXT"), ("outcome", "RETURN_CODE")),
    ),
    "the emperor's years, old and new": Foreign(
        "処理日時,担当者コード,処理区分,契約者番号\n"
        "平成31年4月30日 23時59分59秒,E0012,照会,1000234567\n"
        "令和元年5月1日 0時0分0秒,E0012,照会,1000234568\n"
        "R08.04.01 10:00:01,E0013,帳票出力,1000234569\n",
        (
            ("2019-04-30T14:59:59", "E0012", "view", "1000234567"),
            ("2019-04-30T15:00:00", "E0012", "view", "1000234568"),
            (at(1), "E0013", "print", "1000234569"),
        ),
        encoding="cp932",
    ),
    "a host's day and clock in columns of bare digits": Foreign(
        "処理日,処理時刻,端末ＩＤ,オペレータＩＤ,処理コード,お客様番号\n"
        "20260401,100001,T001,OP0001,照会,1000234567\n"
        "20260401,093000,T001,OP0001,照会,1000234568\n"
        "20260401,90000,T002,OP0002,照会,1000234569\n",
        (
            ("2026-04-01T00:00:00", "OP0002", "view", "1000234569"),
            ("2026-04-01T00:30:00", "OP0001", "view", "1000234568"),
            (at(1), "OP0001", "view", "1000234567"),
        ),
        encoding="cp932",
    ),
    "a spreadsheet's serial days": Foreign(
        "アクセス日時,利用者,画面,顧客ID\n46113.4166782407,tanaka,顧客詳細,1000234567\n"
        "46113.4166898148,sato,顧客詳細,1000234568\n46113.5,sato,顧客詳細,1000234569\n",
        (
            (at(1), "tanaka", "view", "1000234567"),
            (at(2), "sato", "view", "1000234568"),
            ("2026-04-01T03:00:00", "sato", "view", "1000234569"),
        ),
    ),
    "notes that run over lines": Foreign(
        'No,対応日時,対応者,お客様番号,対応内容,備考\n1,2026/04/01 10:00:01,田中,1000234567,閲覧,"折り返し希望,\n'
        '「至急」とのこと。\n番号は 090-0000-0000 ""要確認"""\n2,2026/04/01 10:00:02,佐藤,1000234568,印刷,\n',
        ((at(1), "田中", "view", "1000234567"), (at(2), "佐藤", "print", "1000234568")),
        fields=(("sequence", "No"), ("operator", "対応者")),
    ),
    "semicolons, points between the parts of a day, a decimal comma": Foreign(
        "Timestamp;User;Client IP;Operation;Customer No;Duration\n"
        "01.04.2026 10:00:01;tanaka;192.0.2.10;Read;1000234567;0,31\n"
        "14.04.2026 10:00:02;sato;192.0.2.11;Download;1000234568;1,02\n"
        "14.04.2026 10:00:03;sato;192.0.2.11\n",
        ((at(1), "tanaka", "view", "1000234567"), ("2026-04-14T01:00:02", "sato", "download", "1000234568")),
        fields=(("address", "Client IP"),),
        dropped=(4,),
    ),
    "CEF with pipes and equals signs inside": Foreign(
        r"<134>Apr 01 2026 10:00:01 gw01 CEF:0|Carrier\|Security|CRM\\Audit|2.1|CRM-1|view \| detail|3|"
        r"rt=Apr 01 2026 10:00:01 JST suser=tanaka shost=PC-0101 src=192.0.2.10 act=view cs1Label=query "
        r"cs1=where id\=1 and name\=x cs2Label=CustomerNo cs2=1000234567 msg=a\nb" + "\n"
        r"<134>Apr 01 2026 10:00:02 gw01 CEF:0|Carrier\|Security|CRM\\Audit|2.1|CRM-2|export|7|"
        r"rt=Apr 01 2026 10:00:02 JST suser=sato shost=PC-0102 src=192.0.2.11 act=export cs1Label=CustomerNo "
        r"cs1=1000234568 cs2Label=query cs2=all\=true" + "\n",
        ((at(1), "tanaka", "view", "1000234567"), (at(2), "sato", "export", "1000234568")),
        fields=(("terminal", "shost"), ("address", "src"), ("subjects", "CustomerNo")),
    ),
    "LEEF 2.0 with a caret between": Foreign(
        "LEEF:2.0|Carrier|CRM|2.1|VIEW|^|devTime=Apr 01 2026 10:00:01 JST^usrName=tanaka^src=192.0.2.10^"
        "customerId=1000234567^url=/a?x=1\n"
        "LEEF:2.0|Carrier|CRM|2.1|EXPORT|^|devTime=Apr 01 2026 10:00:02 JST^usrName=sato^src=192.0.2.11^"
        "customerId=1000234568^url=/b\n",
        ((at(1), "tanaka", "view", "1000234567"), (at(2), "sato", "export", "1000234568")),
        fields=(("address", "src"),),
    ),
    "LEEF 2.0 with a delimiter in hexadecimal": Foreign(
        "Apr  1 10:00:01 gw LEEF:2.0|Carrier|CRM|2.1|VIEW|0x7C|devTime=1775005201000|usrName=tanaka|custNo=1000234567\n"
        "Apr  1 10:00:02 gw LEEF:2.0|Carrier|CRM|2.1|PRINT|0x7C|devTime=1775005202000|usrName=sato|custNo=1000234568\n",
        ((at(1), "tanaka", "view", "1000234567"), (at(2), "sato", "print", "1000234568")),
    ),
    "syslog over New Year's Eve": Foreign(
        "<86>Dec 31 23:59:59 crm01 audit[99]: user=tanaka act=view cust=1000234567 result=OK\n"
        "<86>Jan  1 00:00:00 crm01 audit[99]: user=tanaka act=view cust=1000234568 result=OK\n"
        "<86>Jan  1 00:00:01 crm02 sshd[7]: Accepted publickey for root from 192.0.2.1 port 22\n"
        "-- MARK --\n",
        (
            ("2025-12-31T14:59:59", "tanaka", "view", "1000234567"),
            ("2025-12-31T15:00:00", "tanaka", "view", "1000234568"),
            ("2025-12-31T15:00:01", None, None, ""),
        ),
        fields=(("host", "@host"), ("outcome", "result")),
        dropped=(4,),
    ),
    "JSON lines, nested, with lists of customers": Foreign(
        "".join(
            json.dumps(one, ensure_ascii=False) + "\n"
            for one in (
                {"@timestamp": "2026-04-01T01:00:01.250Z", "event": {"action": "customer-list", "outcome": "success"},
                 "user": {"name": "tanaka", "roles": ["agent"]}, "source": {"ip": "192.0.2.10", "port": 50123},
                 "customer": {"ids": ["1000234567", "1000234568"]}},
                {"@timestamp": "2026-04-01T01:00:02Z", "event": {"action": "customer-download", "outcome": "success"},
                 "user": {"name": "sato"}, "source": {"ip": "192.0.2.11"}, "customer": {"ids": [1000234569]}},
                {"@timestamp": "2026-04-01T01:00:03Z", "event": {"action": "logout"}, "user": {"name": "sato"}},
            )
        ) + "{broken\n",
        (
            (at(1), "tanaka", "search", "1000234567"),
            (at(1), "tanaka", "search", "1000234568"),
            (at(2), "sato", "download", "1000234569"),
            (at(3), "sato", "logout", ""),
        ),
        fields=(("address", "source.ip"), ("subjects", "customer.ids"), ("outcome", "event.outcome")),
        dropped=(4,),
    ),
    "W3C extended whose fields change": Foreign(
        "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2026-04-01 01:00:00\n"
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status\n"
        "2026-04-01 01:00:01 192.0.2.1 GET /crm/customer cust_no=1000234567 443 CARRIER\\tanaka 192.0.2.10 Mozilla/5.0 "
        "200\n"
        "#Date: 2026-04-01 01:00:02\n"
        "#Fields: date time cs-username c-ip cs-method cs-uri-stem cs-uri-query sc-status time-taken\n"
        "2026-04-01 01:00:02 CARRIER\\sato 192.0.2.11 GET /crm/customer cust_no=1000234568 200 31\n"
        "2026-04-01 01:00:03 - 192.0.2.12 GET / - 401 1\n2026-04-01 01:00:04 cut\n",
        (
            (at(1), "CARRIER\\tanaka", "view", "1000234567"),
            (at(2), "CARRIER\\sato", "view", "1000234568"),
            (at(3), None, "view", ""),
        ),
        fields=(("address", "c-ip"), ("subjects", "cs-uri-query")),
        dropped=(10,),
        zone="UTC",
    ),
    "seconds and fractions since 1970": Foreign(
        "epoch,uid,client_ip,operation,subscriber_id\n1775005201.5,tanaka,192.0.2.10,VIEW,1000234567\n"
        "1775005202,sato,192.0.2.11,DELETE,1000234568\n",
        ((at(1), "tanaka", "view", "1000234567"), (at(2), "sato", "edit", "1000234568")),
        fields=(("when", "epoch"),),
    ),
    "UTF-16, big end first, all quoted": Foreign(
        '\ufeff"日付","時刻","ユーザー","端末名","機能","会員番号"\r\n'
        '"2026年4月1日(水)","午前 10:00:01","田中","PC-1","会員照会","1000234567"\r\n'
        '"2026年4月1日(水)","午後 1:00:02","佐藤","PC-2","CSV出力","1000234568"\r\n',
        ((at(1), "田中", "view", "1000234567"), ("2026-04-01T04:00:02", "佐藤", "export", "1000234568")),
        encoding="utf-16-be",
    ),
}  # fmt: skip
