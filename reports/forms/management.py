"""The report for the management: what happened, how it stands, what is due by when, what has to be decided."""

from __future__ import annotations

from core.actors import Role
from reports.forms.interface import OF_THE_HOME, Form, ItemPlan
from reports.tellers import happening, measures, reasons


class ManagementReport(Form):
    """For the management."""

    name = "management"
    place = 7
    language = OF_THE_HOME
    approver = Role.RESPONDER
    items = (
        ItemPlan("overview", (happening.happened, happening.known_since), ()),
        ItemPlan("data", (happening.data_kinds, happening.people)),
        ItemPlan("story", (measures.story,)),
        ItemPlan("cause", (reasons.likely_extracts, reasons.lent_to, reasons.was_asked)),
        ItemPlan("deadlines", (measures.terms,)),
        ItemPlan("measures", (measures.contained, measures.taken_down, measures.tasks_done, measures.tasks_open)),
        ItemPlan("impact", (), ("impact",)),
        ItemPlan("decisions", (), ("decisions",)),
    )
