"""The titles of incidents, as of today and in both languages: by words, and as a field of searches over events."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.query.folding import folded
from core.texts import LANGUAGES
from incidents.models import Incident
from incidents.timeline.sentences import title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session


def titled(session: Session, fits: Callable[[str], bool]) -> Iterator[int]:
    """The incidents with a title, in one language at least, that fits; titles as they are searched, newest first."""
    asked = select(Incident.id, Incident.sources, Incident.subjects, Incident.fields).order_by(Incident.id.desc())
    for number, sources, subjects, fields in session.execute(asked):
        if any(fits(said) for said in _titles(tuple(sources), subjects, tuple(fields))):
            yield number


def with_words(session: Session, words: Sequence[str]) -> list[int]:
    """The incidents whose title holds every word, in either language, newest first."""
    wanted = [word for word in map(folded, words) if word]
    return list(titled(session, lambda said: all(word in said for word in wanted))) if wanted else []


@lru_cache(maxsize=1 << 16)
def _titles(sources: tuple[str, ...], subjects: int, fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(folded(title(sources, subjects, fields, language)) for language in LANGUAGES)
