"""A list that somebody handed in: judged as any document is, and an incident opened for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from demo.cases.taking import CaseError

if TYPE_CHECKING:
    from pathlib import Path

    from demo.cases.story import Story


@dataclass(frozen=True, slots=True)
class HandedList:
    """What became of a list: how many people of ours stood in it, and the incident."""

    found: int
    incident: int


def hand_in_list(story: Story, file: Path) -> HandedList:
    """Check a list, and open an incident for it, as `hinomi scan --open` does.

    Raises:
        CaseError: Nobody of ours was found.
    """
    from judging.bench import Bench
    from judging.child import ChildJudge, Question
    from judging.hand_in import hand_in

    ctx, index = story.ctx, story.ctx.open_index()
    bench = replace(Bench.of(ctx.settings), generation=index.folder)
    with ChildJudge(bench, reads=[file.resolve()]) as judge:
        judged = judge.judge(Question(file.name, file.absolute(), file.stat().st_size))
    handed = hand_in(
        file, file.name, judged.finding, generation=index.generation, archive=ctx.archive, database=ctx.database,
        clock=ctx.clock, extracts=judged.extracts, zone=ctx.settings.zone,
    )  # fmt: skip
    if handed.incident_id is None:
        raise CaseError(f"nobody of ours was found in {file.name}: {judged.finding.verdict}")
    return HandedList(judged.finding.subjects, handed.incident_id)
