"""電気通信事業法 28条: the report to the 総合通信局 of a breach of the secrecy of communications, or of 特定利用者情報.

The items of the ministry's own sheet are a person's to compare: what stands here is what the program knows for them.
"""

from __future__ import annotations

from reports.forms.interface import Form, ItemPlan
from reports.tellers import happening, measures, reasons


class TelecomReport(Form):
    """電気通信事業法28条の報告."""

    name = "telecom28"
    place = 3
    clocks = (
        "jp-telecom-secrecy/first-report", "jp-telecom-secrecy/details", "jp-telecom-users/first-report",
        "jp-telecom-users/details",
    )  # fmt: skip
    items = (
        ItemPlan("overview", (happening.happened, happening.known_since, happening.seen_at), ("overview",)),
        ItemPlan("secrecy", (happening.data_kinds,), ("secrecy_kind",)),
        ItemPlan("people", (happening.people,)),
        ItemPlan("cause", (reasons.likely_extracts, reasons.lent_to, reasons.was_asked), ("cause",)),
        ItemPlan("response", (measures.listed,), ("response",)),
        ItemPlan("publication", (), ("publication",)),
        ItemPlan("prevention", (measures.contained, measures.taken_down, measures.tasks_done), ("prevention",)),
        ItemPlan("other", (happening.reporter,), ("ministry_sheet",)),
    )
