"""What each role may do: a table, and nothing else. The pages, the API and Slack ask it for everything they do.

Of the commands, supervision, stating a look, exports, and whatever takes a second person ask it; whoever may
run the others over a home holds its key anyway (`people.command_line`).

``docs/roles.md`` is written from it, with the pages that each permission opens.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from core.actors import Role
from incidents.ownership import ALL, is_named

if TYPE_CHECKING:
    from core.actors import Actor

R, O, I, A, M = Role.RESPONDER, Role.DATA_OWNER, Role.INVESTIGATOR, Role.AUDITOR, Role.ADMINISTRATOR  # noqa: E741


class Permission(StrEnum):
    """One thing that somebody may or may not do."""

    BE_HERE = "be-here"
    SEE_CASES = "see-cases"
    SEE_DOCUMENTS = "see-documents"
    EXPORT_RESULTS = "export-results"
    SEE_UNSETTLED = "see-unsettled"
    REVEAL_VALUES = "reveal-values"
    KEEP_BODIES = "keep-bodies"
    LIST_NUMBERS = "list-numbers"
    WORK_CASES = "work-cases"
    STEER_CASES = "steer-cases"
    CONFIRM_CSIRT = "confirm-csirt"
    CONFIRM_OWNER = "confirm-owner"
    WRITE_REPORTS = "write-reports"
    APPROVE_REPORTS = "approve-reports"
    SEE_QUARTERS = "see-quarters"
    SEE_CAUSE = "see-cause"
    ASK_CAUSE = "ask-cause"
    REVEAL_NAMES = "reveal-names"
    SEE_SUSPICIONS = "see-suspicions"
    SETTLE_SUSPICIONS = "settle-suspicions"
    ENROL = "enrol"
    SEE_REGISTER = "see-register"
    CHANGE_REGISTER = "change-register"
    SEE_PROCESSORS = "see-processors"
    CHANGE_PROCESSORS = "change-processors"
    SEE_SUPERVISION = "see-supervision"
    CHANGE_SUPERVISION = "change-supervision"
    CHECK_SUPERVISION = "check-supervision"
    SCAN = "scan"
    SEE_SOURCES = "see-sources"
    CHANGE_SOURCES = "change-sources"
    SEE_READINGS = "see-readings"
    SEE_RECORD = "see-record"
    SEE_ENTRIES = "see-entries"
    VERIFY = "verify"
    SEE_HEALTH = "see-health"
    SEE_PEOPLE = "see-people"
    CHANGE_PEOPLE = "change-people"
    APPROVE = "approve"


EVERYBODY: Final = frozenset({R, O, I, A, M})

TABLE: Final[dict[Permission, frozenset[Role]]] = {
    Permission.BE_HERE: EVERYBODY,
    Permission.SEE_CASES: frozenset({R, O, I, A}),
    Permission.SEE_DOCUMENTS: frozenset({R, O, I, A}),
    Permission.EXPORT_RESULTS: frozenset({R, I, A}),
    Permission.SEE_UNSETTLED: frozenset({R, I, A}),
    Permission.REVEAL_VALUES: frozenset({R, O, I}),
    Permission.KEEP_BODIES: frozenset({R}),
    Permission.LIST_NUMBERS: frozenset({R, O}),
    Permission.WORK_CASES: frozenset({R, O, I}),
    Permission.STEER_CASES: frozenset({R}),
    Permission.CONFIRM_CSIRT: frozenset({R}),
    Permission.CONFIRM_OWNER: frozenset({O}),
    Permission.WRITE_REPORTS: frozenset({R, O, I}),
    Permission.APPROVE_REPORTS: frozenset({R, O}),
    Permission.SEE_QUARTERS: frozenset({R, I, A}),
    Permission.SEE_CAUSE: frozenset({R, I, A}),
    Permission.ASK_CAUSE: frozenset({R, I}),
    Permission.REVEAL_NAMES: frozenset({R, I}),
    Permission.SEE_SUSPICIONS: frozenset({R, I, A}),
    Permission.SETTLE_SUSPICIONS: frozenset({R, I}),
    Permission.ENROL: frozenset({O}),
    Permission.SEE_REGISTER: frozenset({R, O, I, A}),
    Permission.CHANGE_REGISTER: frozenset({O}),
    Permission.SEE_PROCESSORS: EVERYBODY,
    Permission.CHANGE_PROCESSORS: frozenset({O, M}),
    Permission.SEE_SUPERVISION: EVERYBODY,
    Permission.CHANGE_SUPERVISION: frozenset({O, M}),
    Permission.CHECK_SUPERVISION: frozenset({A}),
    Permission.SCAN: frozenset({R, O, I}),
    Permission.SEE_SOURCES: frozenset({R, I, A, M}),
    Permission.CHANGE_SOURCES: frozenset({R, M}),
    Permission.SEE_READINGS: frozenset({R, I, A}),
    Permission.SEE_RECORD: EVERYBODY,
    Permission.SEE_ENTRIES: frozenset({R, I, A}),
    Permission.VERIFY: frozenset({R, I, A, M}),
    Permission.SEE_HEALTH: EVERYBODY,
    Permission.SEE_PEOPLE: frozenset({A, M}),
    Permission.CHANGE_PEOPLE: frozenset({M}),
    Permission.APPROVE: frozenset({R, O, I}),
}
"""Who may do what. An auditor reads everything and changes nothing (a check of supervision is their own
word beside a record); an administrator sees no leaked data."""

SCOPES: Final[dict[str, frozenset[Permission]]] = {
    "incidents:read": frozenset({Permission.SEE_CASES}),
    "incidents:write": frozenset({Permission.SEE_CASES, Permission.WORK_CASES}),
    "incidents:steer": frozenset({Permission.SEE_CASES, Permission.WORK_CASES, Permission.STEER_CASES}),
    "reports:read": frozenset({Permission.SEE_CASES, Permission.SEE_QUARTERS}),
    "sources:read": frozenset({Permission.SEE_SOURCES}),
    "health:read": frozenset({Permission.SEE_HEALTH}),
    "people:read": frozenset({Permission.SEE_PEOPLE}),
}
"""What a token of a service may be good for; a confirmation, a reveal and an approval are of persons alone."""


def may(actor: Actor, permission: Permission) -> bool:
    """Whether a person may, by one of their roles."""
    return actor.is_program or actor.has_any(TABLE[permission])


def is_bound_to_own(actor: Actor, permission: Permission) -> bool:
    """Whether somebody may only as a data owner: with the incidents of their own extracts, and no others."""
    return not actor.is_program and actor.roles & TABLE[permission] == {Role.DATA_OWNER}


def may_with(actor: Actor, permission: Permission, extract: str) -> bool:
    """Whether a person may do that with the extract of a name: who is bound to their own, with their own alone."""
    return may(actor, permission) and (not is_bound_to_own(actor, permission) or is_named(extract, actor.extracts))


def may_with_all(actor: Actor, permission: Permission) -> bool:
    """Whether a person may do that with every extract, those too that nobody has named yet."""
    return may(actor, permission) and (not is_bound_to_own(actor, permission) or ALL in actor.extracts)
