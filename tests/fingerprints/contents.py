"""What an index says, without the numbers that it gave to subjects and segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fingerprints.index.records import BUCKETS, newest

if TYPE_CHECKING:
    from fingerprints.index.generation import Index


def contents(index: Index) -> dict[str, Any]:
    """Every fingerprint with its subject's key and days, every field of every subject, and who is in what."""
    everybody = np.arange(index.subjects, dtype=np.uint32)
    keys = index.subject_digests(everybody).tolist()
    bounds = [segment.bounds() for segment in index.segments]
    records = set()
    for number in range(BUCKETS):
        pairs = zip(index.segments, bounds, strict=True)
        found = newest([segment.bucket(number, mine, None) for segment, mine in pairs])
        rows = (found.digest, found.subject, found.since, found.until)
        records |= {(d, keys[s], a, b) for d, s, a, b in zip(*(row.tolist() for row in rows), strict=True)}
    fields: dict[str, dict[int, Any]] = {
        "checks": dict(zip(keys, index.layers.checks(everybody).tolist(), strict=True))
    }
    for name, field in index.layers.fields().items():
        lengths, values = field.take(everybody)
        ends = np.cumsum(lengths)
        fields[name] = {
            key: values[end - length : end].tolist() for key, end, length in zip(keys, ends, lengths, strict=True)
        }
    members = {
        (one.name, one.as_of, one.columns): {keys[subject] for subject in index.members_of(one)}
        for one in index.enrolments
    }
    return {"records": records, "fields": fields, "members": members}
