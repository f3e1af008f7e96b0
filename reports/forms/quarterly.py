"""The quarterly report: incidents and deadlines, the supervision of processors, the register, reports filed."""

from __future__ import annotations

from core.actors import Role
from reports.forms.interface import OF_THE_HOME, Form, ItemPlan
from reports.tellers import quarters, supervision


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
        ItemPlan("supervision", of_quarter=(supervision.contracts, supervision.records)),
        ItemPlan("corrective", of_quarter=(supervision.open_actions, supervision.dates)),
        ItemPlan("duties", of_quarter=(supervision.duties,)),
        ItemPlan("numbers", of_quarter=(supervision.numbers, supervision.answers)),
        ItemPlan("register", of_quarter=(quarters.register,)),
        ItemPlan("filed", of_quarter=(quarters.filed,)),
        ItemPlan("outlook", asks=("outlook",)),
    )
