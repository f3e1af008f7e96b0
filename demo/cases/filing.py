"""Reports of a case: written item by item, handed over, approved by the other person, filed, and the deadline met."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from core.clock import DEFAULT_ZONE, local
from demo.cases.story import OWNER, RESPONDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from demo.cases.story import Story


@dataclass(frozen=True, slots=True)
class Filed:
    """A report that was filed.

    Attributes:
        number: Its version.
        gaps: What a person had still to supply.
        due: The end of the deadline that it met; empty where the law gives no term in days.
        late: Whether it came after that.
    """

    number: int
    gaps: int
    due: str
    late: bool


def words_of(case: str) -> dict[str, dict[str, str]]:
    """What the made-up people write, by report and item: in Japanese, as the office reads it."""
    source = resources.files("demo.cases").joinpath("words", f"{case}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def file_report(
    story: Story, incident: int, form: str, *, words: Mapping[str, str], to: str, meets: Sequence[str]
) -> Filed:
    """Take a report all the way.

    Args:
        story: Where, and when.
        incident: Of which incident.
        form: Which report.
        words: What people write into its items.
        to: Who gets it.
        meets: The deadlines that it meets.
    """
    from deadlines.rulebook import load_regimes
    from reports.drafting import find_draft, save
    from reports.filing import decide, file_version, get_version, hand_over
    from reports.filling import ReportSubject, fill
    from reports.making import make_all

    ctx, about = story.ctx, ReportSubject(incident)
    items = {name: {"text": text, "known": True} for name, text in words.items()}
    with ctx.database.write() as session:
        draft, writer = find_draft(session, form, about), story.who(session, RESPONDER)
        draft = save(session, form, about, items, revision=draft.revision if draft else 0, **writer)
        written: dict[str, Any] = draft.items
        filled = fill(session, form, about, ctx.settings, now=story.now, written=written)
        version = hand_over(session, filled, about, make_all(filled, ctx.settings, story.now), **writer)
        number = version.number
    with ctx.database.write() as session:
        version = get_version(session, form, about, number)
        decide(session, version, approve=True, reason="内容を確認した", **story.who(session, OWNER))
    book = load_regimes(ctx.settings.home)
    with ctx.database.write() as session:
        file_version(
            session, get_version(session, form, about, number), recipient=to, reference=f"架空受付 {form}-{number}",
            at=local(story.now, DEFAULT_ZONE), meets=meets, book=book, **story.who(session, RESPONDER),
        )  # fmt: skip
    due, late = _deadline(story, incident, meets)
    return Filed(number, filled.gap_count, due, late)


def tell_filed(story: Story, form: str, filed: Filed, to: str) -> None:
    """A line of the story: what was filed with whom, and whether in time."""
    from reports.words import ReportWords

    title = ReportWords(story.texts().language, DEFAULT_ZONE).say(f"form.{form}.title")
    due = filed.due or story.texts()("deadline.promptly")
    kept = story.texts()("deadline.late" if filed.late else "deadline.kept", due=due)
    story.tell("filed", title=title, number=filed.number, to=to, kept=kept, gaps=filed.gaps)


def _deadline(story: Story, incident: int, meets: Sequence[str]) -> tuple[str, bool]:
    """When the deadlines that were met would have ended, and whether one was late."""
    from incidents.clocks.reading import SETTLED, list_clocks

    language = story.texts().language
    with story.ctx.database.read() as session:
        lines = list_clocks(session, language=language, now=story.now, show=SETTLED, only=[incident])
    mine = [one for one in lines if one.name in meets]
    return ", ".join(one.due for one in mine if one.last_at is not None), any(one.is_late for one in mine)
