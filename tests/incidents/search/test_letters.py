"""Whatever characters texts are made of, they are cut the same way, and writing them never fails."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from core.query.expressions import Word
from incidents.blocks import letters, sealing
from incidents.blocks.letters import LONGEST, holders, numbers_of
from incidents.timeline.events import add_event
from incidents.timeline.query import SearchQuery
from incidents.timeline.search import search
from tests.actors import by
from tests.incidents.makers import NOW

if TYPE_CHECKING:
    from core.database import Database

FIRST = 0xF0000
"""Of a plane of which every character is folded to itself."""
texts = st.lists(
    st.text(st.sampled_from("abcあ漏\N{GRINNING FACE}\U0010fffd"), max_size=8) | st.text(max_size=5), max_size=8
).map(lambda some: [text.replace("\0", "").encode("utf-8", "ignore").decode() for text in some])


@given(given=texts, most=st.sampled_from([1, 4, 1 << 16]))
def test_every_text_is_held_by_each_of_its_numbers_and_by_no_other(given: list[str], most: int) -> None:
    naive: dict[int, set[int]] = {}
    for place, text in enumerate(given):
        for length in range(1, LONGEST + 1):
            for at in range(len(text) - length + 1):
                number = sum(ord(one) << 21 * (length - 1 - k) for k, one in enumerate(text[at : at + length]))
                naive.setdefault(number, set()).add(place)
    with patch.object(letters, "_MOST_CHARACTERS", most):
        numbers, starts, places = holders(given)
    ends = [*starts[1:].tolist(), places.size][: starts.size]
    found = {
        number: places[start:end].tolist()
        for number, start, end in zip(numbers.tolist(), starts.tolist(), ends, strict=True)
    }
    assert found == {number: sorted(held) for number, held in naive.items()}


def test_the_empty_word_asks_for_no_number() -> None:
    assert numbers_of("") == []


def test_more_different_characters_than_16_bits_hold_are_written_sealed_and_found(database: Database) -> None:
    """Seven notes of ten thousand characters, no two of them the same, in one block."""
    notes = ["".join(map(chr, range(FIRST + at * 10_000, FIRST + (at + 1) * 10_000))) for at in range(6)]
    notes.append("".join(map(chr, range(0x100000, 0x100000 + 10_000))))
    with patch.object(sealing, "SMALL", 8), patch.object(sealing, "LARGE", 16):
        for note in [*notes, "last", *notes, "after all"]:
            with database.write() as session:
                add_event(session, "note", actor=by("suzuki"), now=NOW, data={"text": note})
        sealing.seal(database)
    with database.read() as session:
        assert sealing.sealed_to(session) > 0
        for note in notes:
            for word in (note[0], note[5000:5003], note[-7:]):
                assert search(session, SearchQuery(Word(word)), language="en").total == 2
        assert search(session, SearchQuery(Word("after all")), language="en").total == 1
