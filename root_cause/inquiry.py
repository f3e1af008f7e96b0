"""One inquiry into an incident, from its rows to the answer; that somebody asked, and saw names, is on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive.store import HAND_IN
from core.clock import local
from custody.register.holdings import first_lent
from fingerprints.secrets.digests import Digester
from incidents import queries
from incidents.actions import add_event
from incidents.figures import rule_out, with_days
from root_cause.evidence import gather
from root_cause.ranking import rank_holders
from root_cause.report import as_json
from root_cause.stored import basis_of, read_ranking, store_ranking
from trails.explore.handles import Handles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from core.actors import Actor
    from core.clock import Clock
    from core.database import Database
    from fingerprints.index.generation import Index
    from incidents.views import IncidentPage
    from root_cause.evidence import Evidence
    from root_cause.ranking import Ranking

REVEALED = "names-revealed"
ASKED = "root-cause"
ASKED_OF_LIST = "root-cause-list"
"""The same about a list that somebody brought: an inquiry, with or without a leak that anybody saw."""
ENOUGH_LEFT = 3
"""Fewer unexplained customers than that are noise to a second pass."""


def inquire(
    incident_id: int,
    *,
    database: Database,
    index: Index,
    trails_dir: Path,
    zone: str,
    clock: Clock,
    actor: Actor,
    reveal: bool = False,
    reason: str = "",
    approved: Mapping[str, Any] | None = None,
    language: str = "en",
) -> dict[str, Any]:
    """Rank extracts and holders for an incident, as the command line's contract has it.

    The last ranking is given again, and that somebody looked is no new event, while everything it was made from is as
    it was and no names are to be seen.

    Raises:
        NoIncidentError: There is no such incident.
    """
    with database.read() as session:
        basis = basis_of(session, incident_id, index, zone)
        known = None if reveal else read_ranking(session, incident_id, language)
        if known is not None and known.basis == basis:
            return known.found
        evidence = gather(session, incident_id, index=index, trails_dir=trails_dir, zone=zone)
        page = queries.incident(session, incident_id, language=language, zone=zone)
        extracts = _as_of_today(page, first_lent(session), zone)
    brought = bool(page.documents) and all(view.source == HAND_IN for view in page.documents)
    ranking = rank_holders(evidence.leak, evidence.touches, evidence.among, evidence.backgrounds)
    second = second_pass(ranking, evidence)
    handles = Handles(Digester(index.key))
    made = [
        as_json(ranking, second, evidence, extracts, reveal=names, language=language, handles=handles)
        for names in (reveal, False)
    ]
    now = clock.now()
    with database.write() as session:
        store_ranking(session, incident_id, basis, made[1], now)
        data = {"holders": len(ranking.holders), "reason": reason}
        kinds = [ASKED_OF_LIST if brought else ASKED, *([REVEALED] if reveal else [])]
        for kind in kinds:
            told = data | dict(approved or {}) if kind == REVEALED else data
            add_event(session, kind, actor=actor, now=now, incident_id=incident_id, data=told)
    return made[0]


def _as_of_today(page: IncidentPage, lent: Mapping[str, date], zone: str) -> list[dict[str, Any]]:
    """The ranking of extracts by what the register says now: it may have learned more since the document was judged."""
    known = with_days(page.extracts, lent)
    return rule_out(known, local(page.line.first_seen_at, zone).date())


def second_pass(ranking: Ranking, evidence: Evidence) -> Ranking | None:
    """What the first candidate leaves unexplained, ranked by itself: two culprits leave two marks."""
    if ranking.none_first or ranking.unexplained < ENOUGH_LEFT:
        return None
    best = ranking.holders[0]
    left = evidence.leak.without(best.subjects)
    others = [one for one in evidence.touches if (one.kind, one.name) != (best.kind, best.name)]
    return rank_holders(left, others, evidence.among)
