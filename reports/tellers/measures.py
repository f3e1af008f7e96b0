"""What was done and is to be done: containment, takedowns, notices, tasks, deadlines, the story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.casework.models import DONE, OPEN
from incidents.states import CONTAIN
from reports.case import LISTED, TAKEDOWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from incidents.casework.reading import TaskLine
    from reports.case import CaseFile
    from reports.values import Known, ReportGap
    from reports.words import ReportWords

HOUR_S = 3600


def contained(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Whether it was contained."""
    mark = case.marks.get(CONTAIN)
    if mark and case.line.state in {"contained", "closed"}:
        yield words.known("contained", words.event(mark.id, mark.at), at=words.moment(mark.at))
    else:
        yield words.known("not_contained", words.say("source.states"), state=words.named("state", case.line.state))


def taken_down(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Whether a request to take it down was written."""
    if mark := case.marks.get(TAKEDOWN):
        yield words.known("takedown", words.event(mark.id, mark.at), at=words.moment(mark.at))


def listed(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """Whether the customers' numbers were listed for telling them."""
    if mark := case.marks.get(LISTED):
        yield words.known("listed", words.event(mark.id, mark.at), at=words.moment(mark.at))
    else:
        yield words.known("not_listed", words.say("source.states"))


def addressees(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """How many are to be told; who they are stands in a list of its own."""
    yield words.known("addressees", words.say("source.states"), n=words.number(case.line.subjects))


def tasks_done(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """What of the playbook was done."""
    done = [task for task in case.tasks if task.state == DONE]
    if done:
        rows = [(words.say("head.task"), words.say("head.done_at"))]
        rows += [(_what(task, words), words.moment(task.settled_at)) for task in done]
        yield words.known("tasks_done", words.say("source.tasks"), table=rows, n=len(done))


def tasks_open(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """What of the playbook is open."""
    left = [task for task in case.tasks if task.state == OPEN]
    if left:
        rows = [(words.say("head.task"), words.say("head.due"))]
        rows += [(_what(task, words), words.moment(task.due_at)) for task in left]
        yield words.known("tasks_open", words.say("source.tasks"), table=rows, n=len(left))


def _what(task: TaskLine, words: ReportWords) -> str:
    """A playbook's task as it says it; the words of one that somebody added may name anybody, so its number stands."""
    return task.text if task.playbook else words.say("task_added", id=task.id)


def terms(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """The deadlines that run, were met, missed or waived."""
    if not case.clocks:
        yield words.known("no_terms", words.say("source.deadlines"))
        return
    rows = [(words.say("head.deadline"), words.say("head.due"), words.say("head.state"))]
    rows += [(one.title, one.due, words.say(f"clock.{one.state}")) for one in case.clocks]
    yield words.known("terms", words.say("source.deadlines"), table=rows, n=len(case.clocks))


def story(case: CaseFile, words: ReportWords) -> Iterator[Known | ReportGap]:
    """The steps in order, and how long each took."""
    rows = [(words.say("head.step"), words.say("head.at"), words.say("head.after"))]
    rows += [
        (words.named("step", one.name), words.moment(one.at), _lasting(one.after, words))
        for one in case.story if one.at is not None
    ]  # fmt: skip
    if len(rows) > 1:
        yield words.known("story", words.say("source.timeline"), table=rows)


def _lasting(after: timedelta | None, words: ReportWords) -> str:
    return "–" if after is None else words.say("hours", n=f"{after.total_seconds() / HOUR_S:,.1f}")
