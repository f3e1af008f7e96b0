"""Whether a document has to be read once more as plain text: only where that shows somebody whom its table hides."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.decide.readings import both_readings, shows_somebody_else
from matcher.finding import Finding, Match


def finding(people: int, agreeing: dict[int, dict[str, float]]) -> Finding:
    members = np.array(sorted(agreeing), np.uint32)
    return Finding(
        "overlap",
        1.0,
        people,
        subjects=members.size,
        share=members.size / max(people, 1),
        matches=tuple(Match(subject, 0.99, agreeing[subject], {}, {}, 0.0, None, None) for subject in sorted(agreeing)),
        members=members,
        confidences=np.ones(members.size, np.float32),
        since=np.zeros(members.size, np.uint16),
        until=np.zeros(members.size, np.uint16),
    )


MIXED, OWN = {"name": 1.0, "birth_date": 1.0}, {"name": 1.0, "phone": 1.0}


def test_one_put_together_from_two_rows_of_a_crowd_has_nothing_read_again() -> None:
    assert not shows_somebody_else(finding(100_000, {1: OWN}), finding(500, {1: OWN, 2: MIXED}))


def test_one_with_a_number_of_his_own_has_everything_read_again() -> None:
    assert shows_somebody_else(finding(100_000, {1: OWN}), finding(500, {1: OWN, 2: OWN}))


def test_many_of_the_beginning_have_everything_read_again_however_long_the_table_is() -> None:
    assert shows_somebody_else(finding(100_000, {}), finding(500, dict.fromkeys(range(51), MIXED)))


@given(
    table=st.dictionaries(st.integers(0, 30), st.sampled_from([MIXED, OWN])),
    beginning=st.dictionaries(st.integers(0, 30), st.sampled_from([MIXED, OWN])),
    strangers=st.integers(0, 400),
)
def test_whoever_would_be_kept_of_a_whole_plain_reading_has_it_made(
    table: dict[int, dict[str, float]], beginning: dict[int, dict[str, float]], strangers: int
) -> None:
    """A beginning that is the whole document: no reading again takes nobody away from what both readings say."""
    one, plain = finding(len(table) + strangers, table), finding(len(table) + strangers, beginning)
    if not shows_somebody_else(one, plain):
        assert set(both_readings(one, plain, 100, own_form=True).members.tolist()) == set(table)
