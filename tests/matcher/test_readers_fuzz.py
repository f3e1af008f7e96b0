"""Any bytes, and any damage to a document of any format: no reader fails, and no document grows beyond its bounds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprints.identifiers import load_kinds
from matcher.document import Limits
from tests.matcher.reading import passages
from tests.matcher.seeds import seeds

if TYPE_CHECKING:
    from fingerprints.identifiers import IdentifierKind

ROOT = Path(__file__).parent.parent.parent
SEEDS = seeds()
BOUNDS = Limits(unpacked_bytes=4 << 20, members=30, columns=64, whole_bytes=1 << 20)
RUNS = 600  # of the fuzzer in CI; tools/fuzz runs it for as long as you like
KINDS = load_kinds(())


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """A document with some of its bytes changed, left out, doubled or cut off."""
    out = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(out) - 1)))
        size = draw(st.integers(0, 40))
        match draw(st.sampled_from(["change", "leave out", "double", "cut off", "swap in"])):
            case "change":
                out[at : at + 1] = draw(st.binary(max_size=8))
            case "leave out":
                del out[at : at + size]
            case "double":
                out[at:at] = out[at : at + size] * draw(st.integers(1, 20))
            case "cut off":
                del out[max(1, at) :]
            case _:
                other = SEEDS[draw(st.sampled_from(sorted(SEEDS)))]
                out[at:at] = other[: draw(st.integers(0, 400))]
    return bytes(out)


def check(content: bytes, name: str) -> None:
    """Read it; what comes out is in proportion to what may."""
    found, _ = passages(content, name, BOUNDS)
    assert len(found) <= 20_000


@given(content=st.binary(max_size=600))
@settings(max_examples=200, deadline=None)
def test_no_bytes_make_a_reader_fail(content: bytes) -> None:
    check(content, "any")


@pytest.mark.parametrize("name", sorted(SEEDS))
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_no_damage_to_a_document_makes_its_reader_fail(name: str, data: st.DataObject) -> None:
    check(data.draw(damaged(SEEDS[name])), name)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(text=st.text(max_size=60) | st.text("0０〇一-ー@.年月日区市町ァアa ＡＺ*()", max_size=40))
@settings(max_examples=150, deadline=None)
def test_a_canonical_form_of_any_text_is_its_own_canonical_form(kind: IdentifierKind, text: str) -> None:
    for form in kind.readings(text):
        assert form
    canonical = kind.canonical(text)
    if canonical is not None:
        assert kind.canonical(canonical) == canonical
    for found in kind.find(text):
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.timeout(600)
def test_the_fuzzer_finds_nothing_in_a_short_run(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.fuzz.readers", f"-runs={RUNS}", "-seed=1", "-max_len=16384", "-timeout=120",
            f"-artifact_prefix={tmp_path}/", str(tmp_path / "corpus"),
        ],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=580,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
