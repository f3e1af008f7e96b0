"""The figures of `benchmarks.quality` as text for a terminal, and as the tables of docs/quality.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.corpus.decoys import DECOYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.quality import Quiet, WayTally

    Steps = Mapping[str, Mapping[str, float]]

_HEAD = ("way", "documents", "detected", "recall", "alike", "wrong", "right extract first", "ms a document")


def plain(tallies: Mapping[str, WayTally], quiet: Quiet, measured: Mapping[str, float], steps: Steps) -> str:
    """Columns lined up, a line a way."""
    rows = [_HEAD, *map(_row, tallies, tallies.values())]
    lines = [f"{row[0]:40}" + "".join(f"{cell:>20}" for cell in row[1:]) for row in rows]
    return "\n".join(
        [*lines, *_said(tallies, quiet), _figures(measured), *(f"{n}: {_figures(f)}" for n, f in steps.items())]
    )


def markdown(tallies: Mapping[str, WayTally], quiet: Quiet, measured: Mapping[str, float], steps: Steps) -> str:
    """The same as tables."""
    parts = [
        _table(("measured", "share"), [(n, f"{v:.4f}") for n, v in measured.items()]),
        "\n".join(_said(tallies, quiet)),
    ]
    if steps:
        names = list(next(iter(steps.values())))
        parts.append(_table(("found by", *names), [(s, *(f"{f[n]:.4f}" for n in names)) for s, f in steps.items()]))
    return "\n\n".join([*parts, _table(_HEAD, [_row(way, tally) for way, tally in tallies.items()])])


def _row(way: str, t: WayTally) -> tuple[str, ...]:
    return (
        way,
        str(t.documents),
        f"{t.detected / t.documents:.2f}",
        f"{t.found / max(1, t.people):.3f}",
        str(t.alike),
        str(t.wrong),
        f"{t.extract_first / t.documents:.2f}",
        f"{1e3 * t.seconds / t.documents:.0f}",
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows))


def _said(tallies: Mapping[str, WayTally], quiet: Quiet) -> list[str]:
    documents = sum(t.documents for t in tallies.values())
    first = f"{len(tallies)} ways, {documents} documents, {quiet.documents} decoys of {len(DECOYS)} kinds"
    return [first, *(f"loud: {what} x {count}" for what, count in quiet.loud.items())]


def _figures(measured: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in measured.items())
