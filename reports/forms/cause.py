"""The root-cause report for investigators: evidence, extracts, holders with masked names, doubts, inputs."""

from __future__ import annotations

from core.actors import Role
from people.roles import Permission
from reports.forms.interface import OF_THE_HOME, Form, Plan
from reports.tellers import happening, measures, reasons


class CauseReport(Form):
    """Root cause."""

    name = "cause"
    language = OF_THE_HOME
    approver = Role.RESPONDER
    needs = Permission.SEE_CAUSE
    items = (
        Plan("question", (happening.happened,), ("question",)),
        Plan("evidence", (happening.seen_at, happening.data_kinds, happening.people)),
        Plan("extracts", (reasons.likely_extracts, reasons.lent_to)),
        Plan("holders", (reasons.holders,)),
        Plan("doubts", (reasons.doubts,), ("doubts",)),
        Plan("repeat", (reasons.inputs, measures.story)),
        Plan("assessment", (), ("assessment",)),
    )
