"""The root-cause report for investigators: evidence, extracts, holders with masked names, doubts, inputs."""

from __future__ import annotations

from core.actors import Role
from people.roles import Permission
from reports.forms.interface import OF_THE_HOME, Form, ItemPlan
from reports.tellers import happening, measures, reasons


class CauseReport(Form):
    """Root cause."""

    name = "cause"
    place = 8
    language = OF_THE_HOME
    approver = Role.RESPONDER
    needs = Permission.SEE_CAUSE
    items = (
        ItemPlan("question", (happening.happened,), ("question",)),
        ItemPlan("evidence", (happening.seen_at, happening.data_kinds, happening.people)),
        ItemPlan("extracts", (reasons.likely_extracts, reasons.lent_to)),
        ItemPlan("holders", (reasons.holders,)),
        ItemPlan("doubts", (reasons.doubts,), ("doubts",)),
        ItemPlan("repeat", (reasons.inputs, measures.story)),
        ItemPlan("assessment", (), ("assessment",)),
    )
