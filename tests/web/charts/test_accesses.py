"""Where bars, band, gaps and lanes stand."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from web.charts.accesses import FLOOR, WIDTH, draw_accesses, draw_lanes, label_of, written
from web.charts.heat import draw_heat

BARS = [1_790_000_000 + 86_400 * number for number in range(11)]
COUNTS = st.lists(st.integers(0, 5000), min_size=10, max_size=10)


@given(counts=COUNTS, share=st.floats(0, 1))
def test_bars_stand_in_order_on_the_floor_and_the_leaked_within_them(counts: list[int], share: float) -> None:
    leaked = [int(count * share) for count in counts]
    chart = draw_accesses(BARS, counts, leaked, zone="Asia/Tokyo")
    assert [(bar.all, bar.leaked) for bar in chart.bars] == list(zip(counts, leaked, strict=True))
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= bar.y + bar.height <= FLOOR + 0.1
        assert bar.leaked_height <= bar.height + 0.1
        assert (bar.height > 0) == (bar.all > 0)
        assert (bar.leaked_height > 0) == (bar.leaked > 0)
    assert all(one.x + one.width <= other.x + 0.1 for one, other in pairwise(chart.bars))
    assert [bar.first for bar in chart.bars] == [written(one, "Asia/Tokyo") for one in BARS[:-1]]


def test_gaps_and_moments_stand_where_they_are_and_nowhere_else() -> None:
    first, last = (written(BARS[at], "Asia/Tokyo")[:10] for at in (3, 4))
    gaps = [(first, last, "none"), ("2020-01-01", "2020-01-02", "long ago")]
    moments = [(BARS[5], "seen"), (5, "long ago")]
    chart = draw_accesses(BARS, [1] * 10, [0] * 10, zone="Asia/Tokyo", gaps=gaps, moments=moments)
    (gap,) = chart.gaps
    assert gap.label == "none"
    assert abs(gap.width - 2 * WIDTH / 10) < WIDTH / 100
    (moment,) = chart.moments
    assert moment.x == WIDTH / 2


def test_a_band_goes_around_its_edges() -> None:
    chart = draw_accesses(BARS, [1] * 10, [0] * 10, zone="UTC", low=[1.0] * 10, high=[3.0] * 10)
    assert chart.band.count("L") == 19
    assert chart.most == 3
    assert not draw_accesses(BARS, [1] * 10, [0] * 10, zone="UTC").band


def test_a_stretch_is_called_by_its_day_or_its_days_or_its_hours() -> None:
    begin = BARS[0] - BARS[0] % 86_400
    assert label_of(begin, begin + 86_400, "UTC") == "2026-09-21"
    assert label_of(begin, begin + 900, "UTC") == "2026-09-21 00:00–00:15"
    assert " – " in label_of(0, 7 * 86_400, "UTC")


def test_lanes_are_drawn_one_below_the_other() -> None:
    lanes = draw_lanes([("T1", [0, 4, 2], [0, 1, 0]), ("T2", [0, 0, 0], [0, 0, 0])])
    assert [lane.all for lane in lanes] == [6, 0]
    assert lanes[0].all_path.count("M") == 2
    assert lanes[0].leaked_path.count("M") == 1
    assert lanes[1].all_path == ""
    assert lanes[0].y < lanes[1].y


@given(
    counts=st.lists(st.lists(st.integers(0, 99), min_size=24, max_size=24), min_size=7, max_size=7),
    usual=st.sets(st.integers(0, 23)),
)
def test_a_heat_map_holds_every_hour_with_anything_in_it(counts: list[list[int]], usual: set[int]) -> None:
    chart = draw_heat(counts, counts, usual)
    assert {(cell.day, cell.hour, cell.all) for cell in chart.cells} == {
        (day, hour, value) for day, row in enumerate(counts) for hour, value in enumerate(row) if value
    }
    assert all(0 < cell.shade <= 1 for cell in chart.cells)
    assert {hour + step for hour, hours in chart.usual for step in range(hours)} == usual
