"""Regulation (EU) 2016/679, article 33: the notification to the supervisory authority; 33(3) a to d, 33(1), 33(4)."""

from __future__ import annotations

from reports.forms.interface import Form, ItemPlan
from reports.tellers import happening, measures, reasons


class GdprNotification(Form):
    """GDPR article 33."""

    name = "gdpr33"
    place = 4
    language = "en"
    clocks = ("eu-gdpr-authority/authority",)
    items = (
        ItemPlan("awareness", (happening.happened, happening.known_since), ("delay",)),
        ItemPlan("nature", (happening.data_kinds, happening.people, happening.residents), ("records_count",)),
        ItemPlan("gdpr_contact", (happening.reporter,), ("dpo",)),
        ItemPlan("consequences", (happening.malice, happening.high_risk), ("consequences",)),
        ItemPlan("gdpr_measures", (measures.contained, measures.taken_down, measures.tasks_done), ("gdpr_measures",)),
        ItemPlan("gdpr_cause", (reasons.likely_extracts, reasons.lent_to, reasons.was_asked), ()),
        ItemPlan("phases", (), ("phases",)),
    )
