"""What is next: somebody looks after it, both sides confirm, the cause, the tasks, containing, closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import chain, combinations

import pytest

from core.actors import Role
from incidents.casework.reading import TaskLine
from incidents.desk.next_step import DueReport, Standing, next_step
from incidents.states import ACTIONS, BY, state_after
from incidents.views import IncidentLine
from tests.incidents.makers import NOW

LINE = IncidentLine(
    id=1, state="open", severity="high", title="", opened_at=NOW, updated_at=NOW, first_seen_at=NOW, subjects=3,
    people=3, documents=1, sightings=1, confidence=0.9, fields={}, sources=(), assignee="", dismiss_reason="",
    csirt_confirmed_at=None, owner_confirmed_at=None, csirt_confirmed_by="", owner_confirmed_by="", merged_into=None,
)  # fmt: skip
TASK = TaskLine(
    id=7, incident_id=1, part_id=1, playbook="", step="", text="Call", role="responder", owner="", is_mandatory=True,
    due_at=NOW + timedelta(hours=4), due_after="", due_hours=None, is_overdue=False, state="open", reason="",
    settled_at=None, settled_by="",
)  # fmt: skip
OWN = replace(TASK, id=9, role="data-owner", due_at=NOW + timedelta(days=3))
NOBODY = Standing("", is_ranked=False, tasks=(), lacking=("confirm-csirt", "confirm-owner"))
SEEN = replace(NOBODY, acknowledged_by="aoi")
CONFIRMED = replace(LINE, state="confirmed", csirt_confirmed_at=NOW, csirt_confirmed_by="aoi")
R, O, I, A = Role.RESPONDER, Role.DATA_OWNER, Role.INVESTIGATOR, Role.AUDITOR  # noqa: E741  # as people.roles has them


@pytest.mark.parametrize(
    ("line", "standing", "me", "roles", "expected"),
    [
        (LINE, NOBODY, "aoi", {R}, "acknowledge"),
        (LINE, NOBODY, "audit", {A}, "wait"),
        (LINE, SEEN, "aoi", {R}, "confirm-csirt"),
        (LINE, SEEN, "owner", {O}, "confirm-owner"),
        (LINE, SEEN, "inv", {I}, "wait"),
        (replace(LINE, assignee="aoi", handed_by="ren"), NOBODY, "aoi", {R}, "take"),
        (CONFIRMED, replace(SEEN, lacking=("confirm-owner",)), "owner", {O}, "confirm-owner"),
        (CONFIRMED, replace(SEEN, lacking=("confirm-owner",)), "aoi", {R, O}, "ask-cause"),
        (CONFIRMED, replace(SEEN, is_ranked=True, tasks=(TASK,), lacking=()), "aoi", {R}, "do-task"),
        (CONFIRMED, replace(SEEN, is_ranked=True, tasks=(TASK,), lacking=()), "owner", {O}, "wait"),
        (CONFIRMED, replace(SEEN, is_ranked=True, tasks=(TASK, OWN), lacking=()), "owner", {O}, "do-task"),
        (CONFIRMED, replace(SEEN, is_ranked=True, lacking=()), "aoi", {R}, "contain"),
        (CONFIRMED, replace(SEEN, is_ranked=True, lacking=()), "owner", {O}, "wait"),
        (replace(CONFIRMED, state="contained"), replace(SEEN, lacking=("confirm-owner",)), "aoi", {R}, "settle"),
        (replace(CONFIRMED, state="contained"), replace(SEEN, lacking=()), "aoi", {R}, "close"),
        (replace(CONFIRMED, state="closed"), SEEN, "aoi", {R}, "nothing"),
        (replace(LINE, merged_into=2), NOBODY, "aoi", {R}, "nothing"),
    ],
)
def test_the_rule(line: IncidentLine, standing: Standing, me: str, roles: set[Role], expected: str) -> None:
    assert next_step(line, standing, me=me, roles=roles).name == expected


def test_a_moment_is_that_of_the_step_itself_and_of_no_other() -> None:
    later = replace(TASK, id=8, due_at=NOW + timedelta(days=2))
    assert next_step(LINE, replace(NOBODY, tasks=(TASK, later)), me="aoi", roles={R}).due_at is None
    working = replace(SEEN, is_ranked=True, lacking=(), tasks=(TASK, later))
    assert next_step(CONFIRMED, working, me="aoi", roles={R}).due_at == TASK.due_at


def test_what_is_offered_is_always_possible_and_whose_it_is() -> None:
    roles = [set(some) for some in chain.from_iterable(combinations((R, O, I, A), n) for n in range(5))]
    for state in ("open", "confirmed", "contained"):
        for lacking in ((), ("confirm-csirt",), ("confirm-owner",), ("confirm-csirt", "confirm-owner")):
            for own in roles:
                for ranked in (False, True):
                    step = next_step(
                        replace(LINE, state=state), Standing("aoi", ranked, (), lacking), me="somebody", roles=own
                    )
                    if step.name in ACTIONS:
                        assert BY[step.name] in own
                        assert state_after(state, step.name)


def due(state: str, hours: int, form: str = "rapid", *, is_mine: bool = False) -> DueReport:
    return DueReport(form, form, state, 1, NOW + timedelta(hours=hours), is_mine)


@pytest.mark.parametrize(
    ("reports", "roles", "expected", "form"),
    [
        ((due("nothing", 9),), {R}, "write-report", "rapid"),
        ((due("draft", 9),), {I}, "write-report", "rapid"),
        ((due("returned", 9),), {O}, "write-report", "rapid"),
        ((due("nothing", 9),), {A}, "wait", ""),
        ((due("waiting", 9, is_mine=True),), {O}, "approve-report", "rapid"),
        ((due("waiting", 9),), {R}, "ask-cause", ""),
        ((due("approved", 9),), {R}, "file-report", "rapid"),
        ((due("approved", 9),), {I}, "ask-cause", ""),
        ((due("filed", 9),), {R}, "ask-cause", ""),
        ((due("nothing", 9), due("nothing", 3, "gdpr33")), {R}, "write-report", "gdpr33"),
        ((due("waiting", -5), due("nothing", 9, "gdpr33")), {R}, "write-report", "gdpr33"),
        ((due("waiting", -5), due("approved", 2, "gdpr33"), due("nothing", 1, "final")), {R}, "write-report", "final"),
    ],
)
def test_reports_whose_deadline_presses_come_before_the_cause(
    reports: tuple[DueReport, ...], roles: set[Role], expected: str, form: str
) -> None:
    """After the confirmations, of those that one can bring on oneself the one whose deadline ends first."""
    standing = replace(SEEN, lacking=(), reports=reports, tasks=(TASK,))
    step = next_step(CONFIRMED, standing, me="somebody", roles=roles)
    assert (step.name, step.report.form if step.report else "") == (expected, form)
    assert step.report is None or step.due_at == step.report.due_at
    assert next_step(LINE, replace(standing, lacking=SEEN.lacking), me="somebody", roles=roles).report is None
    assert next_step(CONFIRMED, replace(standing, acknowledged_by=""), me="somebody", roles=roles).report is None
