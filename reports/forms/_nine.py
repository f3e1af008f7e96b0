"""The nine items of 個人情報の保護に関する法律施行規則 8条1項, which reports and notices share."""

from __future__ import annotations

from reports.forms.interface import Plan
from reports.tellers import happening, measures, reasons


def nine_items(*, is_final: bool) -> tuple[Plan, ...]:
    """The items; what a first report may leave out, a final one asks for."""
    final = ("cause_settled",) if is_final else ()
    return (
        Plan("overview", (happening.happened, happening.known_since, happening.seen_at), ("overview",)),
        Plan("data", (happening.data_kinds,), ("data_final",) if is_final else ()),
        Plan("people", (happening.people,)),
        Plan("cause", (reasons.likely_extracts, reasons.lent_to, reasons.was_asked), ("cause", *final)),
        Plan("secondary", (happening.malice,), ("secondary",)),
        Plan("response", (measures.listed,), ("response",)),
        Plan("publication", (), ("publication",)),
        Plan("prevention", (measures.contained, measures.taken_down, measures.tasks_done), ("prevention",)),
        Plan("other", (happening.reporter,), ()),
    )
