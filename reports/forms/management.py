"""The report for the management: what happened, how it stands, what is due by when, what has to be decided."""

from __future__ import annotations

from core.actors import Role
from reports.forms.interface import OF_THE_HOME, Form, Plan
from reports.tellers import happening, measures, reasons


class ManagementReport(Form):
    """For the management."""

    name = "management"
    language = OF_THE_HOME
    approver = Role.RESPONDER
    items = (
        Plan("overview", (happening.happened, happening.known_since), ()),
        Plan("data", (happening.data_kinds, happening.people)),
        Plan("story", (measures.story,)),
        Plan("cause", (reasons.likely_extracts, reasons.lent_to, reasons.was_asked)),
        Plan("deadlines", (measures.terms,)),
        Plan("measures", (measures.contained, measures.taken_down, measures.tasks_done, measures.tasks_open)),
        Plan("impact", (), ("impact",)),
        Plan("decisions", (), ("decisions",)),
    )
