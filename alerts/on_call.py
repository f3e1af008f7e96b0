"""The on-call list: who is told next while nobody acknowledges an incident; a pure function of what happened and when.

A step waits from the one before it, not from the incident: after hours in which nothing ran, or a quiet night, people
are told one after another with their minutes between them, not all at once.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from alerts.digests.weekly import Weekly
from alerts.errors import AlertError
from core.clock import DEFAULT_ZONE, local

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ON_CALL_FILE: Final = "oncall.toml"
OPENED, ESCALATED = "opened", "escalated"
ACKNOWLEDGED: Final = frozenset(
    {"acknowledged", "assigned", "handed-over", "confirm-csirt", "confirm-owner", "contain", "close", "dismiss"}
)
"""Kinds of events by which somebody has shown that they know."""
Severity = Literal["low", "medium", "high", "critical"]
Mention = Annotated[str, StringConstraints(pattern=r"^<(@[UW][A-Z0-9]+|!here|!channel|!subteam\^S[A-Z0-9]+)>$")]

MailAddress = Annotated[str, StringConstraints(pattern=r"^[^\s@,;<>\"]+@[^\s@,;<>\"]+$", max_length=254)]


class OnCallError(AlertError):
    """The on-call list says something that cannot be."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rung(_Table):
    """Whom to tell: accounts by their sign-in names, mentions as Slack writes them, and addresses of mail."""

    after_minutes: float = Field(ge=0, le=10_080, description="since the step before it; of the first, since it opened")
    people: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    mail: tuple[MailAddress, ...] = ()
    severities: tuple[Severity, ...] = ("critical",)


class QuietHours(_Table):
    """Hours in which nobody is told, but of severities that break through."""

    begins: time
    ends: time
    zone: str = DEFAULT_ZONE
    break_through: tuple[Severity, ...] = ("critical",)

    def holds(self, severity: str, now: datetime) -> bool:
        """Whether somebody has to wait until the morning; hours may go over midnight."""
        clock = local(now, self.zone).time()
        over_midnight = self.begins > self.ends
        inside = (clock >= self.begins or clock < self.ends) if over_midnight else self.begins <= clock < self.ends
        return inside and severity not in self.break_through


class Ladder(_Table):
    """The steps, in their order."""

    step: tuple[Rung, ...] = ()
    quiet: QuietHours | None = None
    weekly: Weekly | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of an incident as far as this matters; ``step`` is the one that was told, of an escalation."""

    kind: str
    at: datetime
    step: int = 0


def due_step(ladder: Ladder, happened: Sequence[Happened], severity: str, now: datetime) -> int | None:
    """The number, from 1, of the step to tell now; none while its time has not come or when somebody knows."""
    opened = [event.at for event in happened if event.kind == OPENED]
    if not opened or any(event.kind in ACKNOWLEDGED for event in happened):
        return None
    told = {event.step: event.at for event in happened if event.kind == ESCALATED}
    since = max([min(opened), *told.values()])
    for number, step in enumerate(ladder.step, 1):
        if severity in step.severities and number not in told:
            is_due = now >= since + timedelta(minutes=step.after_minutes)
            return number if is_due and not (ladder.quiet and ladder.quiet.holds(severity, now)) else None
    return None


def read_ladder(path: Path) -> Ladder:
    """The list in a file; one without steps when there is no file.

    Raises:
        OnCallError: It cannot be read as one.
    """
    try:
        ladder = Ladder.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        if ladder.quiet:
            local(datetime.fromisoformat("2026-01-01T00:00Z"), ladder.quiet.zone)
        if ladder.weekly:
            ladder.weekly.due(datetime.fromisoformat("2026-01-01T00:00Z"))
    except FileNotFoundError:
        return Ladder()
    except ValidationError as error:
        places = (".".join(map(str, problem["loc"])) + ": " + problem["msg"] for problem in error.errors())
        raise OnCallError(f"{path.name}: " + "; ".join(places)) from None
    except (OSError, ValueError, KeyError) as error:  # KeyError: no such zone
        raise OnCallError(f"{path.name} cannot be read: {error}") from None
    return ladder
