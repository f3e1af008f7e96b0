"""Forgetting: nothing of a customer is left in any file, nobody else loses anything, and a killed run is finished."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyroaring import BitMap

from fingerprints.building.builder import build_index
from fingerprints.building.forgetting import forget_subjects
from fingerprints.building.prints import Printer, Prints
from fingerprints.identifiers import load_kinds
from fingerprints.index.folder import writing_lock
from fingerprints.index.generation import Index
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key
from tests.fingerprints.lifted import lifted
from tests.fingerprints.people import DAY, customers
from tests.servers.child import ended

if TYPE_CHECKING:
    from pathlib import Path

KEY = Key(b"i" * 32)
ONE = 17
OWN = ("customer_number", "phone", "email", "address")
"""Kinds of which no two of the made-up customers share a value: their fingerprints at least are a customer's own."""
FORGET = """
    import sys
    from pathlib import Path
    from pyroaring import BitMap
    from fingerprints.building import forgetting
    from fingerprints.index.folder import writing_lock
    from fingerprints.index.generation import Index
    from fingerprints.secrets.keys import Key

    def stop(*args, **kwargs):
        print("here", flush=True)
        sys.stdin.read()

    forgetting.{step} = stop
    folder = Path(sys.argv[1])
    with writing_lock(folder):
        forgetting.forget_subjects(folder, Index.open(folder, Key(b"i" * 32)), BitMap([{one}]))
"""


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    build_index(tmp_path, KEY, "all", customers(range(60)), as_of=DAY)
    build_index(tmp_path, KEY, "some", customers(range(10, 30)), as_of=DAY)
    return tmp_path


def _forget(folder: Path, *numbers: int) -> int:
    """Forget customers by their numbers; how many there were."""
    with writing_lock(folder):
        index = Index.open(folder, KEY)
        digests = Digester(KEY).digest_many("customer_number", [f"K{number:06d}" for number in numbers])
        return forget_subjects(folder, index, BitMap(index.lookup(digests).subject)).subjects


def _prints(numbers: list[int]) -> Prints:
    kinds = load_kinds()
    columns = {k: [kinds[k].canonical(value) for value in values] for k, values in customers(numbers).items()}
    return Printer(KEY, None).print_rows(columns)


def _traces(folder: Path, number: int) -> list[str]:
    """The files in which bytes stand that only this customer's fingerprints, pairs and key have."""
    prints, others = _prints([number]), _prints([n for n in range(60) if n != number])
    own = {int(words[0]) for words in prints.digests.values()} - {
        word for words in others.digests.values() for word in words.tolist()
    }
    assert len(own) > len(OWN)
    wanted = [word.to_bytes(8, "little") for word in (*own, int(prints.subject_keys[0]))]
    wanted += [tokens.astype("<u2").tobytes() for _lengths, tokens in prints.sketches.values()]
    wanted += [prints.sealed[1].tobytes(), int(prints.rows[0]).to_bytes(8, "little")]
    generations = [one for one in folder.glob("g*") if one.is_dir()]
    shown = {f"{one.name}/{name}": content for one in generations for name, content in lifted(one, KEY).items()}
    return [name for name, content in shown.items() if any(word in content for word in wanted)]


def test_no_byte_of_a_forgotten_customer_is_left(index_dir: Path) -> None:
    before = {trace.rpartition("/")[2] for trace in _traces(index_dir, ONE)}
    assert {"digests.u64", "keys.u64", "rows.u64", "sealed.data", "sketch-name.data"} <= before
    assert _forget(index_dir, ONE) == 1
    assert _traces(index_dir, ONE) == []
    assert _traces(index_dir, ONE + 1) != []
    assert len(list(index_dir.glob("g*"))) == 1


def test_everybody_else_stays_as_they_were(index_dir: Path) -> None:
    before = Index.open(index_dir, KEY)
    kept = np.array([n for n in range(60) if n != ONE], np.uint32)
    numbers, names = before.reveal(kept), [f"架空{n}" for n in kept]
    agreement = before.agreement("name", kept, names)
    _forget(index_dir, ONE)
    after = Index.open(index_dir, KEY, check=True)
    assert after.reveal(kept) == numbers
    assert np.array_equal(after.agreement("name", kept, names), agreement, equal_nan=True)
    assert {info.name: (info.size, len(after.members(info.name))) for info in after.extracts} == {
        "all": (59, 59),
        "some": (19, 19),
    }
    digests = Digester(KEY).digest_many("phone", [f"+81900000{n:04d}" for n in range(60)])
    assert set(after.lookup(digests).subject.tolist()) == set(before.lookup(digests).subject.tolist()) - {ONE}


def test_forgetting_twice_changes_nothing_more(index_dir: Path) -> None:
    assert _forget(index_dir, ONE, ONE + 1) == 2
    generation = Index.open(index_dir, KEY).generation
    assert _forget(index_dir, ONE, ONE + 1) == 0
    assert Index.open(index_dir, KEY).generation == generation


def test_who_comes_back_is_somebody_new(index_dir: Path) -> None:
    _forget(index_dir, ONE)
    build_index(index_dir, KEY, "later", customers([ONE]), as_of=DAY)
    index = Index.open(index_dir, KEY, check=True)
    hits = index.lookup(Digester(KEY).digest_many("customer_number", [f"K{ONE:06d}"]))
    assert hits.subject.tolist() == [60]
    assert index.reveal(hits.subject) == [f"K{ONE:06d}"]
    assert list(index.members("all") & BitMap([60])) == []


@pytest.mark.parametrize("step", ["write_manifest", "switch_to", "current_folder"])
def test_a_run_killed_at_any_step_is_finished_by_the_next(index_dir: Path, step: str) -> None:
    script = textwrap.dedent(FORGET.format(step=step, one=ONE))
    with ended(
        subprocess.Popen(
            [sys.executable, "-c", script, str(index_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "here\n"
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    Index.open(index_dir, KEY, check=True)
    _forget(index_dir, ONE)
    assert _traces(index_dir, ONE) == []
    assert Index.open(index_dir, KEY, check=True).members("some") == BitMap(range(10, 30)) - BitMap([ONE])
