"""A ranking as people and scripts get it: masked names, every term, its inputs, and a sentence in plain words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from core.texts import LANGUAGES, load_texts
from trails.explore.handles import MASK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.texts import Texts
    from root_cause.evidence import Evidence
    from root_cause.ranking import Holder, Ranking
    from trails.explore.handles import Handles
    from trails.gaps import Gap

EPOCH: Final = date(1970, 1, 1)
SHOWN: Final = 100
HOLDER, NOBODY, UNKNOWN = "holder", "none", "unknown"
"""What an answer comes to."""
ALMOST: Final = 0.999
MANY_DAYS: Final = 0.1
"""Below it, the gaps themselves say enough."""


class Masks:
    """Names behind a mask: the same name the same mask within one ranking, and nothing more to be learned from it."""

    def __init__(self, *, reveal: bool) -> None:
        self._reveal = reveal
        self._numbers: dict[tuple[str, str], int] = {}

    def __call__(self, kind: str, name: str) -> str:
        """The name, or what stands for it."""
        if self._reveal:
            return name
        number = self._numbers.setdefault((kind, name), len(self._numbers) + 1)
        return f"{MASK}{number}"


def as_json(
    ranking: Ranking,
    second: Ranking | None,
    evidence: Evidence,
    extracts: Sequence[dict[str, Any]],
    *,
    reveal: bool,
    language: str,
    handles: Handles | None = None,
) -> dict[str, Any]:
    """The ranking under the command line's contract; ``handles`` let its holders be looked at closely."""
    masks = Masks(reveal=reveal)
    holders = [_holder(one, masks, evidence, handles) for one in ranking.holders[:SHOWN]]
    said = conclusion(ranking, evidence)
    found = {
        "conclusion": said,
        "extracts": list(extracts),
        "holders": holders,
        "more_holders": len(ranking.holders[SHOWN:]),
        "outside": {
            "score": round(ranking.none_score, 3),
            "posterior": {kind: round(share, 4) for kind, share in ranking.none_posterior.items()},
            "first": said == NOBODY,
            "unexplained": ranking.unexplained,
            "without_number": evidence.comparable.unnumbered,
        },
        "comparable": evidence.comparable.as_json(),
        "gaps": [gap.as_json() for gap in evidence.gaps],
        "limits": list(evidence.limits),
        "systems": list(evidence.systems),
        "sentence": sentence(ranking, evidence, masks, language),
        "sentences": {one: sentence(ranking, evidence, masks, one) for one in LANGUAGES},
        "inputs": {
            "subjects": len(evidence.leak.subjects),
            "population": evidence.leak.population,
            "among": evidence.among,
            **evidence.inputs,
        },
    }
    if second is not None and second.holders and not second.none_first:
        found["second"] = [
            _holder(one, masks, evidence, handles) for one in second.holders[:SHOWN] if one.score > second.none_score
        ]
    return found


def conclusion(ranking: Ranking, evidence: Evidence) -> str:
    """A holder, nobody in the records, or that it cannot be said: nobody only where that could be looked for."""
    if not ranking.none_first:
        return HOLDER
    return NOBODY if evidence.comparable.may_deny else UNKNOWN


def percent(share: float) -> str:
    """A probability in words, never surer than a thousandth."""
    if share > ALMOST:
        return f"> {ALMOST:.1%}"
    return f"< {1 - ALMOST:.1%}" if share < 1 - ALMOST else f"{share:.1%}"


def sentence(ranking: Ranking, evidence: Evidence, masks: Masks, language: str) -> str:
    """What a reader without statistics needs to know."""
    texts = load_texts("trails", language)
    if not evidence.systems:
        return texts("cause.no_trails")
    found = conclusion(ranking, evidence)
    there = evidence.comparable
    if found != HOLDER:
        said = [texts(f"cause.{found}", of=there.of, compared=there.compared)]
    else:
        best = ranking.holders[0]
        said = [
            texts(
                "cause.best", kind=texts(f"kind.{best.kind}"), name=masks(best.kind, best.name),
                covered=best.covered, of=best.of, size=best.size, expected=round(best.expected),
                unexplained=ranking.unexplained, chance=percent(best.posterior or 0.0), window=_window(best, texts),
            )
        ]  # fmt: skip
        if best.tied_with:
            said.append(texts("cause.tied", others=len(best.tied_with)))
    return " ".join([*said, *_out_of_sight(evidence, texts), *_gap_words(evidence, texts)])


def _window(one: Holder, texts: Texts) -> str:
    """The days that a holder's figures hold for."""
    if one.from_day is None:
        return texts("table.all_time")
    return " – ".join(dict.fromkeys((str(_date(one.from_day)), str(_date(one.to_day)))))


def _out_of_sight(evidence: Evidence, texts: Texts) -> list[str]:
    """What could not be compared, why, and what to do about it."""
    there = evidence.comparable
    said = []
    if there.unnumbered:
        said.append(texts("cause.without_number", missing=there.unnumbered, of=there.of))
    if there.foreign:
        said.append(texts("cause.other_numbers", systems=", ".join(there.foreign)))
    if there.days_missing > MANY_DAYS:
        said.append(texts("cause.days_missing", share=f"{there.days_missing:.0%}"))
    return said


def _gap_words(evidence: Evidence, texts: Texts) -> list[str]:
    if gaps := [gap for gap in evidence.gaps if gap.kind != "sequence"]:
        first, *others = gaps
        place = {"first": first.first, "last": first.last, "system": first.system}
        return [texts("cause.gaps", **place, others=len(others)) if others else texts("cause.gap", **place)]
    return []


def _holder(one: Holder, masks: Masks, evidence: Evidence, handles: Handles | None) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": masks(one.kind, one.name),
        "handle": handles.of(one.kind, one.name) if handles else "",
        "score": round(one.score, 3),
        "posterior": None if one.posterior is None else round(one.posterior, 4),
        "covered": one.covered,
        "of": one.of,
        "size": one.size,
        "expected": round(one.expected, 2),
        "terms": one.terms,
        "window": {"days": one.window_days, "from": _date(one.from_day), "to": _date(one.to_day)},
        "tied_with": [masks(one.kind, name) for name in one.tied_with],
        "also_consistent": one.also_consistent,
        "explains_nothing": one.explains_nothing,
        "gaps": [gap.as_json() for gap in _gaps_of(one, evidence.gaps)],
    }


def _gaps_of(one: Holder, gaps: Sequence[Gap]) -> list[Gap]:
    return [gap for gap in gaps if gap.system in one.systems]


def _date(day: int | None) -> str | None:
    return None if day is None else str(EPOCH + timedelta(days=day))
