"""The statement of a look: the sentences that are printed, in one language, out of what its event holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.clock import local
from core.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class LookStatement:
    """A statement: its title, the sentence it is about, and its sections with their lines."""

    title: str
    verdict: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]

    def as_text(self) -> str:
        """As plain text, a heading a section."""
        parts = [f"{self.title}\n{'=' * 2 * len(self.title)}\n\n{self.verdict}\n"]
        parts += [f"{heading}\n" + "".join(f"  - {line}\n" for line in lines) for heading, lines in self.sections]
        return "\n".join(parts)


def look_statement(
    event_id: int, data: Mapping[str, Any], *, by: str, at: datetime, zone: str, language: str
) -> LookStatement:
    """The statement of the event of a look."""
    texts, account = load_texts("exports", language), data["account"]

    def moment(written: str) -> str:
        return f"{local(datetime.fromisoformat(written), zone):%Y-%m-%d %H:%M}"

    span = {"since": moment(account["since"]), "until": moment(account["until"])}
    found = account["incidents"]
    verdict = texts("look.found", n=len(found), incidents=", ".join(f"#{one}" for one in found), **span)
    documents = [
        texts("look.documents", n=account["documents"], judged=account["judged"]),
        texts("look.unread", unread=account["unread"], failed=account["failed"], waiting=account["waiting"]),
        texts("look.index", generation=account["generation"] or "–", sha256=account["index_sha256"] or "–"),
    ]
    told = [(body, account.get(body, 0)) for body in ("purged", "removed")]
    documents += [texts(f"look.{body}", n=n) for body, n in told if n]
    sources = []
    for one in account["sources"]:
        sources.append(texts("look.source", **{key: one[key] for key in ("source", "captures", "sweeps", "failed")}))
        sources += [texts("look.why", purpose=why or "–", legal_basis=basis) for why, basis in one.get("why", ())]
        sources += [texts("look.gap", since=moment(begin), until=moment(end)) for begin, end in one["gaps"]]
        if running := one.get("running"):
            sources.append(texts("look.running", n=running))
        if more := one["gap_count"] - len(one["gaps"]):
            sources.append(texts("look.more_gaps", n=more))
    systems = []
    for one in account["systems"]:
        reach = {"since": moment(one["from"]), "until": moment(one["until"])}
        systems.append(texts("look.system", system=one["system"], records=one["records"], **reach))
        systems += [texts("look.record_gap", since=begin, until=end, n=missing) for begin, end, missing in one["gaps"]]
        if (more := one.get("gap_count", 0) - len(one["gaps"])) > 0:  # older accounts do not count
            systems.append(texts("look.more_gaps", n=more))
    return LookStatement(
        texts("look.title"),
        verdict if found else texts("look.nothing", what=data["looked_for"], **span),
        (
            (texts("look.for"), (data["looked_for"], *([data["reason"]] if data["reason"] else []))),
            (texts("look.of_documents"), tuple(documents)),
            (texts("look.of_sources"), tuple(sources) or (texts("look.none"),)),
            (texts("look.of_systems"), tuple(systems) or (texts("look.none"),)),
            (
                texts("look.of_record"),
                (
                    texts("look.by", by=by, at=f"{local(at, zone):%Y-%m-%d %H:%M %Z}"),
                    texts("look.event", event=event_id, sha256=data["sha256"]),
                    texts("look.limits"),
                ),
            ),
        ),
    )
