"""The titles of incidents, as of today and in both languages: by words, and as a field of searches over events."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Text, cast, select

from core.query.folding import folded
from core.texts import LANGUAGES
from incidents.models import Incident
from incidents.timeline.sentences import title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session


def titled(session: Session, fits: Callable[[str], bool]) -> Iterator[int]:
    """The incidents with a title, in one language at least, that fits; titles as they are searched, newest first."""
    # As text: reading JSON of twenty thousand incidents took three times as long as everything else here.
    sources, fields = cast(Incident.sources, Text), cast(Incident.fields, Text)
    for number, *told in session.execute(
        select(Incident.id, sources, Incident.subjects, fields).order_by(Incident.id.desc())
    ):
        if any(fits(said) for said in _titles(*told)):
            yield number


def with_words(session: Session, words: Sequence[str]) -> Iterator[int]:
    """The incidents whose title holds every word, in either language, newest first, as they are asked for."""
    wanted = [word for word in map(folded, words) if word]
    if wanted:
        yield from titled(session, lambda said: all(word in said for word in wanted))


@lru_cache(maxsize=1 << 17)
def _titles(sources: str, subjects: int, fields: str) -> tuple[str, ...]:
    told = json.loads(sources), subjects, list(json.loads(fields))
    return tuple(folded(title(*told, language)) for language in LANGUAGES)
