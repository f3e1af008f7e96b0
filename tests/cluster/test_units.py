"""Units: named by all that a verdict depends on, and open to nobody without the key."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cluster.units import UNITS, Asked, Envelope
from cluster.versions import Stand
from core.processes.plain import ForgedMessageError
from fingerprints.secrets.keys import Key

KEY, OTHER = Key(b"k" * 32), Key(b"o" * 32)
STAND = Stand(KEY.id, "g000001", "ab" * 32, "cd" * 32)
ASKED = Asked("a.txt", "12" * 32, 7, "text/plain", "utf-8", (0, 0, 0.0, 0.0), 1 << 20, 60.0)
WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
QUESTIONS = st.builds(
    Asked, WORDS, WORDS, st.integers(0, 1 << 40), WORDS, WORDS, st.just((0, 0, 0.0, 0.0)), st.integers(1, 1 << 40),
    st.floats(1, 1e6),
)  # fmt: skip


@given(QUESTIONS, st.one_of(st.binary(max_size=200), WORDS))
def test_whoever_holds_the_key_reads_what_was_asked(asked: Asked, content: bytes | str) -> None:
    unit = UNITS.unpack(UNITS.pack(Envelope(KEY).unit(asked, STAND, content)))
    assert Envelope(KEY).asked(unit) == (asked, content)


def changed(value: Any) -> Any:
    return (
        value + type(value)(1)
        if isinstance(value, int | float)
        else (*value, 1)
        if isinstance(value, tuple)
        else value + "x"
    )


@pytest.mark.parametrize("name", [field.name for field in fields(Asked)])
def test_another_question_has_another_name(name: str) -> None:
    other = replace(ASKED, **{name: changed(getattr(ASKED, name))})
    assert Envelope(KEY).name_of(other, STAND) != Envelope(KEY).name_of(ASKED, STAND)


@pytest.mark.parametrize("name", [field.name for field in fields(Stand)])
def test_another_key_generation_or_program_has_another_name(name: str) -> None:
    other = replace(STAND, **{name: changed(getattr(STAND, name))})
    assert Envelope(KEY).name_of(ASKED, other) != Envelope(KEY).name_of(ASKED, STAND)


def test_a_name_tells_nothing_to_who_has_another_key() -> None:
    assert Envelope(KEY).name_of(ASKED, STAND) != Envelope(OTHER).name_of(ASKED, STAND)


def test_what_goes_out_shows_neither_document_nor_its_name() -> None:
    packed = UNITS.pack(Envelope(KEY).unit(replace(ASKED, name="customers.csv"), STAND, "山田花子 090".encode()))
    assert b"customers" not in packed
    assert "山田".encode() not in packed
    assert ASKED.digest.encode() not in packed


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_bit_changed_on_the_way_is_seen(at: int, by: int) -> None:
    unit = Envelope(KEY).unit(ASKED, STAND, b"content")
    sealed = bytearray(unit.sealed)
    sealed[at % len(sealed)] ^= by
    with pytest.raises(ForgedMessageError):
        Envelope(KEY).asked(replace(unit, sealed=bytes(sealed)))


@given(answer=st.binary(max_size=60), at=st.integers(0, 200), zeros=st.booleans())
def test_of_an_answer_no_part_opens(answer: bytes, at: int, *, zeros: bool) -> None:
    """What a power cut leaves of a file: its beginning, or zeros for the rest."""
    sealed = Envelope(KEY).seal("ab12", "answer", answer)
    left = sealed[: at % len(sealed)]
    left = left.ljust(len(sealed), b"\0") if zeros else left
    assume(left != sealed)
    with pytest.raises(ForgedMessageError):
        Envelope(KEY).open("ab12", "answer", left)


def test_a_question_under_another_name_stand_or_key_is_refused() -> None:
    unit = Envelope(KEY).unit(ASKED, STAND, b"content")
    for forged in (replace(unit, name="00" * 32), replace(unit, stand=replace(STAND, generation="g000002"))):
        with pytest.raises(ForgedMessageError):
            Envelope(KEY).asked(forged)
    with pytest.raises(ForgedMessageError):
        Envelope(OTHER).asked(unit)


def test_a_question_is_no_answer() -> None:
    envelope = Envelope(KEY)
    unit = envelope.unit(ASKED, STAND, b"content")
    with pytest.raises(ForgedMessageError, match="answer"):
        envelope.open(unit.name, "answer", unit.sealed)
