"""What the days rule out: an extract that nobody had yet cannot be where a leak came from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incidents.figures import rule_out, with_days

DAY = date(2026, 11, 22)
NAMES = [f"extract-{number}" for number in range(8)]
DAYS = st.integers(-400, 400).map(lambda days: DAY + timedelta(days=days))


def ranked(since: dict[str, date | None]) -> list[dict[str, Any]]:
    """A ranking as the judge keeps it, the first one best, all tied."""
    return [
        {
            "extract": name, "score": 50.0 - number, "since": day.isoformat() if day else None,
            "terms": {"set": 50.0}, "tied_with": [other for other in since if other != name],
        }
        for number, (name, day) in enumerate(since.items())
    ] + [{"extract": "none of these", "score": 0.0, "terms": {}, "tied_with": []}]  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), st.none() | DAYS), st.dictionaries(st.sampled_from(NAMES), DAYS), DAYS)
def test_whatever_came_later_stands_last_and_the_rest_as_it_stood(
    since: dict[str, date | None], lent: dict[str, date], seen: date
) -> None:
    before = [one["extract"] for one in ranked(since)]
    after = rule_out(with_days(ranked(since), lent), seen)
    late = {name for name, day in since.items() if max(filter(None, (day, lent.get(name))), default=seen) > seen}
    names = [one["extract"] for one in after]
    assert names == [name for name in before if name not in late] + [name for name in before if name in late]
    for one in after:
        assert (one["terms"]["dates"] < 0) == (one["extract"] in late) == (one["score"] < -1000)
        assert not late & set(one["tied_with"])
    assert rule_out(after, seen)[0] == after[0]
