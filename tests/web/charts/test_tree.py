"""Laws of the picture of who holds what: nobody who holds is folded away, nothing overlaps, all is counted."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from web.charts.tree import CARRIER, SMALL, TreePicture, Twig, cut_name, draw_tree

LETTERS = "架空販売システムabcXYZ 株式会社"


@st.composite
def forests(draw: st.DrawFn) -> list[Twig]:
    """Processors that work for any other, in circles too, and for some that nobody knows."""
    size = draw(st.integers(0, 40))
    return [
        Twig(
            number, draw(st.text(LETTERS, min_size=1, max_size=40)), draw(st.integers(0, size + 2)),
            draw(st.integers(0, 2)), draw(st.sampled_from(["", "", "", "lent", "overdue", "returned", "erased"])),
            draw(st.sampled_from(["given", "refused", "unknown", ""])),
        )
        for number in range(1, size + 1)
    ]  # fmt: skip


def shown(picture: TreePicture) -> set[int]:
    return {box.twig.id for box in picture.boxes if box.twig}


@given(forests(), st.booleans(), st.sets(st.integers(0, 40), max_size=3))
def test_who_holds_is_seen_and_who_is_not_is_counted(twigs: list[Twig], is_wide: bool, opened: set[int]) -> None:  # noqa: FBT001
    picture = draw_tree(twigs, opened=opened, is_wide=is_wide)
    marked = {one.id for one in twigs if one.mark}
    assert marked <= shown(picture)
    if not marked:
        assert {one.id for one in twigs if one.held} <= shown(picture)
    assert len(shown(picture)) + sum(box.folded for box in picture.boxes) == len(twigs)
    assert sum(box.twig is not None for box in picture.boxes) == len(shown(picture)), "nobody is drawn twice"
    if len(twigs) <= SMALL:
        assert not any(box.folded for box in picture.boxes)


@given(forests(), st.booleans())
def test_no_box_covers_another_and_all_are_inside(twigs: list[Twig], is_wide: bool) -> None:  # noqa: FBT001
    picture = draw_tree(twigs, is_wide=is_wide)
    for place, one in enumerate(picture.boxes):
        assert one.x >= 0
        assert one.y >= 0
        assert one.x + one.width <= picture.width
        assert one.y + one.height <= picture.height
        for other in picture.boxes[place + 1 :]:
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            above = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert beside or above


@given(forests())
def test_the_lit_path_reaches_from_each_holder_to_the_carrier(twigs: list[Twig]) -> None:
    twigs = [replace(one, parent=min(one.parent, one.id - 1)) for one in twigs]  # without circles
    picture = draw_tree(twigs)
    lit = {box.twig.id if box.twig else CARRIER for box in picture.boxes if box.is_lit}
    assert {one.id for one in twigs if one.mark} <= lit
    assert (CARRIER in lit) == any(one.mark for one in twigs)
    known = {one.id: one.parent for one in twigs}
    for number in lit - {CARRIER}:
        above = known[number]
        assert above in lit


@given(st.text(LETTERS, max_size=80), st.floats(20, 400))
def test_a_cut_name_begins_as_the_name_and_says_that_it_was_cut(name: str, room: float) -> None:
    cut = cut_name(name, room)
    assert cut == name or (cut.endswith("…") and name.startswith(cut[:-1]))
    assert cut_name(cut, room) == cut


def test_of_three_hundred_only_the_branches_of_holders_are_open() -> None:
    twigs = [Twig(number, f"社{number}", number // 6, mark="lent" if number == 299 else "") for number in range(1, 301)]
    picture = draw_tree(twigs)
    assert len(picture.boxes) < 15
    opened = draw_tree(twigs, opened=[CARRIER])
    assert shown(opened) > shown(picture)
