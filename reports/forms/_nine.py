"""The nine items of 個人情報の保護に関する法律施行規則 8条1項, which reports and notices share."""

from __future__ import annotations

from reports.forms.interface import ItemPlan
from reports.tellers import happening, measures, reasons


def nine_items(*, is_final: bool) -> tuple[ItemPlan, ...]:
    """The items; what a first report may leave out, a final one asks for."""
    final = ("cause_settled",) if is_final else ()
    return (
        ItemPlan("overview", (happening.happened, happening.known_since, happening.seen_at), ("overview",)),
        ItemPlan("data", (happening.data_kinds,), ("data_final",) if is_final else ()),
        ItemPlan("people", (happening.people,)),
        ItemPlan("cause", (reasons.likely_extracts, reasons.lent_to, reasons.was_asked), ("cause", *final)),
        ItemPlan("secondary", (happening.malice,), ("secondary",)),
        ItemPlan("response", (measures.listed,), ("response",)),
        ItemPlan("publication", (), ("publication",)),
        ItemPlan("prevention", (measures.contained, measures.taken_down, measures.tasks_done), ("prevention",)),
        ItemPlan("other", (happening.reporter,), ()),
    )
