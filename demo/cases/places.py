"""Where to look when a case was told: pages of the web, files of the home."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from demo.cases.story import Story, ToldCase


def pages_of(
    incident: int,
    processor: int,
    holder: tuple[str, str],
    *,
    query: str,
    versions: Iterable[tuple[str, int]],
    look: int = 0,
) -> Mapping[str, str]:
    """The paths of what is to be looked at.

    Args:
        incident: The incident.
        processor: Whose supervision.
        holder: The kind and the handle of who is ranked first; a page has it without the sign in front.
        query: A question to the access records.
        versions: Filed reports and their numbers.
        look: The number of a look that found nothing; 0 for none.
    """
    reports = {
        f"report-{form}-{number}": f"/incidents/{incident}/reports/{form}/versions/{number}"
        for form, number in versions
    }
    return {
        "incident": f"/incidents/{incident}",
        "cause": f"/incidents/{incident}/root-cause",
        "holder": f"/incidents/{incident}/holders/{holder[0]}/{quote(holder[1][1:])}",
        "records": f"/records?q={quote(query)}",
        "deadlines": f"/incidents/{incident}#deadlines",
        "supervision": f"/supervision/processors/{processor}",
        **({"looks": f"/looks/{look}"} if look else {}),
        **reports,
        "log": "/log",
    }


def show_places(story: Story, told: ToldCase, base: str) -> None:
    """Everything that is to be looked at, with its address."""
    story.say("look.title")
    for name, path in told.pages.items():
        key = "report" if name.startswith("report-") else name
        story.say(f"look.{key}", address=base + path, name=name.removeprefix("report-"))
    for name, file in told.files.items():
        story.say(f"look.{name}", address=story.home / file, name=name)
