"""The quarterly report: incidents, deadlines reached and missed, changes of the register, reports filed."""

from __future__ import annotations

from core.actors import Role
from reports.forms.interface import OF_THE_HOME, Form, Plan
from reports.tellers import quarters


class QuarterlyReport(Form):
    """Of a quarter."""

    name = "quarterly"
    language = OF_THE_HOME
    approver = Role.RESPONDER
    of_quarter = True
    items = (
        Plan("incidents", of_quarter=(quarters.incidents,)),
        Plan("deadlines", of_quarter=(quarters.deadlines,)),
        Plan("register", of_quarter=(quarters.register,)),
        Plan("filed", of_quarter=(quarters.filed,)),
        Plan("corrective", asks=("corrective",)),
        Plan("outlook", asks=("outlook",)),
    )
