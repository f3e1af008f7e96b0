"""What `hinomi scan` says of one document: an object for scripts, a heading and a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.language import say

if TYPE_CHECKING:
    from fingerprints.index.generation import Index
    from matcher.finding import Finding

SHOWN_MATCHES = 20  # in the table for people; --json prints all that are listed
_STYLES = {"leak": "bold red", "overlap": "yellow", "unread": "magenta", "clear": "green"}


def as_record(
    name: str, finding: Finding, index: Index, extracts: list[dict[str, Any]], *, reveal: bool
) -> dict[str, Any]:
    """The JSON object of one document, as `--json` prints it."""
    start, end = finding.dated
    return {
        "document": name,
        "verdict": finding.verdict,
        "confidence": round(finding.confidence, 6),
        "people": finding.people,
        "subjects": finding.subjects,
        "share": round(finding.share, 4),
        "fields": dict(finding.fields),
        "matches": [
            {
                "subject": subject,
                "confidence": round(match.confidence, 6),
                "fields": dict(match.fields),
                "weights": dict(match.weights),
                "chance": float(f"{match.chance:.2g}"),
                "at": dict(match.place),
            }
            for match, subject in zip(finding.matches, _named(finding, index, reveal=reveal), strict=True)
        ],
        "extracts": extracts,
        "dated": {"from": start.isoformat() if start else None, "to": end.isoformat() if end else None},
        "limits": list(finding.limits),
    }


def _named(finding: Finding, index: Index, *, reveal: bool) -> list[str]:
    import numpy as np

    if not finding.matches:
        return []
    subjects = np.array([match.subject for match in finding.matches], np.uint32)
    return (
        index.reveal(subjects) if reveal else [f"{digest:016x}" for digest in index.subject_digests(subjects).tolist()]
    )


def show(record: dict[str, Any]) -> None:
    """A heading and, where somebody was found, a table."""
    from rich.console import Console
    from rich.text import Text

    from cli.tables import headed

    out = Console(highlight=False)
    style = _STYLES[record["verdict"]]
    out.print(Text.assemble((record["verdict"], style), f"  {record['document']}"))
    for limit in record["limits"]:
        out.print(Text(say("scan.cut_off", limit=limit), "yellow"))
    if not record["subjects"]:
        return
    out.print(
        say(
            "scan.ours", subjects=record["subjects"], people=record["people"], share=record["share"],
            confidence=record["confidence"], fields=", ".join(record["fields"]),
        )
    )  # fmt: skip
    for extract in record["extracts"][:3]:
        canary = say("scan.canary") if "canary" in extract["terms"] else ""
        numbers = {name: extract[name] for name in ("extract", "covered", "of", "score")}
        out.print(Text(say("scan.extract", **numbers) + canary))
    table = headed("subject", "at", "confidence", "by_chance", "fields_weighed")
    for match in record["matches"][:SHOWN_MATCHES]:
        at = " ".join(f"{key} {value}" for key, value in match["at"].items())
        fields = ", ".join(
            f"{kind} {value:.2f} ({match['weights'].get(kind, 0):+.0f})" for kind, value in match["fields"].items()
        )
        table.add_row(match["subject"], Text(at), f"{match['confidence']:.4f}", f"{match['chance']:.0e}", fields)
    out.print(table)
    if len(record["matches"]) > SHOWN_MATCHES:
        out.print(say("scan.more", count=len(record["matches"]) - SHOWN_MATCHES))
