"""Times and numbers on a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from web import formats

NOON = datetime(2026, 11, 22, 3, 0, 5, tzinfo=UTC)


def test_a_moment_is_shown_in_japanese_time_with_its_zone_and_keeps_its_exact_form() -> None:
    shown = formats.moment(NOON)
    assert 'datetime="2026-11-22T12:00:05+09:00"' in shown
    assert "2026-11-22 12:00 <abbr" in shown
    assert ">JST<" in shown


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (3, ("ago.s", 3)), (70, ("ago.min", 1)), (3600, ("ago.h", 1)), (86_400 * 400, ("ago.d", 400)),
        (-120, ("ahead.min", 2)),
    ],
)  # fmt: skip
def test_a_distance_is_in_the_unit_that_fits(seconds: int, expected: tuple[str, int]) -> None:
    assert formats.distance(NOON - timedelta(seconds=seconds), NOON) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.0, "100%"), (0.99991, "> 99.9%"), (0.975, "97.5%"), (0.0001, "< 0.1%"), (0.0, "0.0%"), (None, "–")],
)
def test_a_share_never_rounds_doubt_away(value: float | None, expected: str) -> None:
    assert formats.share(value) == expected


def test_no_confidence_is_complete() -> None:
    assert [formats.confidence(value) for value in (1.0, 0.99991, 0.9)] == ["> 99.9%", "> 99.9%", "90.0%"]


def test_commands_in_a_text_are_marked_and_nothing_else_is_markup() -> None:
    assert formats.with_code("run `hinomi <x>` & see") == "run <code>hinomi &lt;x&gt;</code> &amp; see"


def test_sizes() -> None:
    assert [formats.size(n) for n in (0, 1023, 1024, 5 * 1024**3)] == ["0 B", "1023 B", "1.0 KiB", "5.0 GiB"]
