"""What comes out of the matcher: matches, and the finding over one document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

Verdict: TypeAlias = Literal["leak", "unread", "overlap", "clear"]


@dataclass(frozen=True, slots=True)
class Match:
    """One subject found in one document.

    Attributes:
        subject: Number in the index.
        confidence: Probability that the place speaks of the subject.
        fields: Agreement per identifier kind, 0 to 1; a part of a value (last four digits, the town) is 0.5.
        weights: What each field says, in bits: positive for the subject, negative against.
        place: Where: ``line`` or ``row``, and ``member`` inside an archive.
        chance: Probability that somebody picked at random agrees this well with any customer at all.
        since: First day on which all values found were the subject's, as far as is known.
        until: The last such day; None while they still are.
    """

    subject: int
    confidence: float
    fields: Mapping[str, float]
    weights: Mapping[str, float]
    place: Mapping[str, int | str]
    chance: float = 0.0
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict over one document.

    Attributes:
        verdict: ``leak`` (ours), ``overlap`` (ours occur in somebody else's list), ``unread`` (nobody of ours
            found, but not all was read) or ``clear``.
        confidence: Probability that the verdict's matches are real; of `clear` 1, of `unread` 0.
        people: People seen, ours and others.
        subjects: Different subjects matched.
        hidden: Rows or lines whose masks leave nothing to look up; how many people they are, nobody can tell.
        share: Subjects of people.
        fields: Matches per identifier kind that is exposed.
        matches: One per subject, the surest; at most `Limits.listed_matches`, in the order of the document.
        dated: Between which days the values found were all current; an open end is None.
        limits: What was cut off.
        sketch: A MinHash of the content, to recognise reposts: equal entries estimate the share of equal lines. Empty
            when nobody of ours was found.
        members: Numbers of all subjects matched, ascending: also those beyond ``matches``.
        confidences: Beside ``members``.
        since: Beside ``members``: first day on which all values found were current, counted from 1970-01-01.
        until: Beside ``members``: the day the first of them was replaced; 65535 while none is.
        units: Rows, records or lines that look like a person, ours and others; where nobody was found, 0.
        rate: The share of ours among them that the confidences rest on.
        listed: How sure a phone number is that stands in a list of ours; 0 where it is none.
    """

    verdict: Verdict
    confidence: float
    people: int
    subjects: int = 0
    hidden: int = 0
    share: float = 0.0
    fields: Mapping[str, int] = field(default_factory=dict)
    matches: tuple[Match, ...] = ()
    dated: tuple[date | None, date | None] = (None, None)
    limits: tuple[str, ...] = ()
    sketch: tuple[int, ...] = ()
    members: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    confidences: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    since: NDArray[np.uint16] = field(default_factory=lambda: np.zeros(0, np.uint16))
    until: NDArray[np.uint16] = field(default_factory=lambda: np.zeros(0, np.uint16))
    units: int = 0
    rate: float = 0.0
    listed: float = 0.0
