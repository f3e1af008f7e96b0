"""A made-up report with everything in it that a report can have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from reports.values import FilledItem, FilledReport, Known, ReportGap

AT: Final = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def report_of(text: str = "𠮷田・龘：確認済み。", *, written: str = "", cites: bool = True) -> FilledReport:
    """A report of two items that says a text in every place where it can stand."""
    table = (("項目", "人数"), (text, "40"), ("氏名", text))
    items = (
        FilledItem(
            "overview", {"ja": "概要", "en": "Overview"}, (Known(text, "事案の記録 1 番", table), Known("二つ目。")),
            (ReportGap("要記入：発生した日時と場所"),), written,
        ),
        FilledItem("cause", {"ja": "原因", "en": "Cause"}, (Known("隠したもの", "出所"),), (), text, tells_known=False),
        FilledItem("addressees", {"ja": "通知の対象", "en": "Who is told"}, (Known("手元用"),), (), "", is_inside=True),
    )  # fmt: skip
    title = {"ja": "漏えい等報告書（速報）", "en": "Report of a leak (first report)"}
    return FilledReport("rapid", "incident:7", "ja", title, "根拠：施行規則第8条第1項", (("対象", "#7"),), items, cites)
