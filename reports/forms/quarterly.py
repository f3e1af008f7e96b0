"""The quarterly report: incidents, deadlines reached and missed, changes of the register, reports filed."""

from __future__ import annotations

from core.actors import Role
from reports.forms.interface import OF_THE_HOME, Form, ItemPlan
from reports.tellers import quarters


class QuarterlyReport(Form):
    """Of a quarter."""

    name = "quarterly"
    place = 9
    language = OF_THE_HOME
    approver = Role.RESPONDER
    of_quarter = True
    items = (
        ItemPlan("incidents", of_quarter=(quarters.incidents,)),
        ItemPlan("deadlines", of_quarter=(quarters.deadlines,)),
        ItemPlan("register", of_quarter=(quarters.register,)),
        ItemPlan("filed", of_quarter=(quarters.filed,)),
        ItemPlan("corrective", asks=("corrective",)),
        ItemPlan("outlook", asks=("outlook",)),
    )
