"""Building the next generation: killed at any moment the last one serves; two writers never meet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fingerprints.building import spill
from fingerprints.building.builder import IndexBuilder, build_index, open_for_writing
from fingerprints.building.prints import Printer
from fingerprints.errors import IndexBusyError
from fingerprints.index.folder import current_folder, writing_lock
from fingerprints.index.generation import Index
from fingerprints.secrets.keys import Key
from tests.fingerprints.lifted import lifted
from tests.fingerprints.people import DAY, customers
from tests.servers.child import ended

if TYPE_CHECKING:
    from pathlib import Path

KEY = Key(b"i" * 32)
ENROL = """
    import sys
    from pathlib import Path
    import fingerprints.{module} as module
    from fingerprints.building.builder import build_index
    from fingerprints.secrets.keys import Key
    from tests.fingerprints.people import DAY, customers

    def stop(*args, **kwargs):
        print("here", flush=True)
        sys.stdin.read()

    module.{step} = stop
    build_index(Path(sys.argv[1]), Key(b"i" * 32), "more", customers(range(100, 200)), as_of=DAY)
"""


@pytest.mark.parametrize(
    ("module", "step"),
    [
        ("building.segment_builder", "changes"),
        ("building.segment_builder", "FieldWriter"),
        ("building.segment_builder", "write_filter"),
        ("building.builder", "link_files"),
        ("building.builder", "write_manifest"),
        ("building.builder", "switch_to"),
        ("index.folder", "sync_folder"),
        ("index.folder", "write_safely"),
    ],
)
def test_a_build_killed_at_any_step_leaves_the_last_index_serving(tmp_path: Path, module: str, step: str) -> None:
    build_index(tmp_path, KEY, "all", customers(range(100)), as_of=DAY)
    before = current_folder(tmp_path)
    script = textwrap.dedent(ENROL.format(module=module, step=step))
    with ended(
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "here\n"
        with pytest.raises(IndexBusyError, match="another process"):
            build_index(tmp_path, KEY, "third", customers(range(3)), as_of=DAY)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert current_folder(tmp_path) == before
    assert Index.open(tmp_path, KEY, check=True).subjects == 100
    build_index(tmp_path, KEY, "more", customers(range(100, 200)), as_of=DAY)
    assert Index.open(tmp_path, KEY, check=True).subjects == 200
    assert not list(tmp_path.glob("*.part"))


def test_a_build_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    with writing_lock(tmp_path), IndexBuilder(tmp_path, KEY, None) as builder:
        builder.add(Printer(KEY, None).print_rows({"customer_number": ["K000001"]}))
    assert [path.name for path in tmp_path.iterdir()] == ["LOCK"]


def test_rows_in_batches_are_the_same_as_at_once(tmp_path: Path) -> None:
    from fingerprints.identifiers import load_kinds
    from fingerprints.index.manifest import ExtractInfo

    kinds = load_kinds()
    columns = {k: [kinds[k].canonical(v) for v in values] for k, values in customers([*range(50), 3, 3, 49]).items()}
    folders = []
    for size in (53, 7):
        folder = tmp_path / str(size)
        with writing_lock(folder), IndexBuilder(folder, KEY, None) as builder:
            for start in range(0, 53, size):
                part = {kind: values[start : start + size] for kind, values in columns.items()}
                builder.add(Printer(KEY, None).print_rows(part))
            done = builder.finish(ExtractInfo("all", tuple(columns), 0, 20_000, 53, ""), ())
        assert (done.subjects, done.total_subjects) == (50, 50)
        folders.append(folder / "g000001")
    assert lifted(folders[0], KEY) == lifted(folders[1], KEY)


def test_only_two_generations_are_kept(tmp_path: Path) -> None:
    for n in range(4):
        build_index(tmp_path, KEY, f"extract-{n}", customers(range(5)), as_of=DAY)
    assert sorted(path.name for path in tmp_path.glob("g*")) == ["g000003", "g000004"]
    index = open_for_writing(tmp_path, KEY)
    assert index
    assert [info.name for info in index.extracts] == [f"extract-{n}" for n in range(4)]


def test_a_customer_takes_less_than_420_bytes_and_strangers_are_nobody(tmp_path: Path) -> None:
    build_index(tmp_path, KEY, "all", customers(range(2000)), as_of=DAY)
    index = Index.open(tmp_path, KEY)
    assert index.bytes_per_subject < 420
    strangers = np.random.default_rng(1).integers(1, 1 << 63, 200_000, np.uint64)
    assert index.lookup(strangers).query.size == 0


def test_a_long_list_is_built_in_smaller_parts_into_the_same_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, many in (("short", 1 << 40), ("long", 0)):
        monkeypatch.setattr(spill, "_MANY_ROWS", many)
        build_index(tmp_path / name, KEY, "all", customers(range(300)), as_of=DAY)
        build_index(tmp_path / name, KEY, "more", customers(range(200, 500)), as_of=DAY)
    short, long = (lifted(tmp_path / name / "g000002", KEY) for name in ("short", "long"))
    assert short == long
    assert Index.open(tmp_path / "long", KEY).subjects == 500
