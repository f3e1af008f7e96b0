"""The asking side keeps an answer under the name of what was read, and under no other."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import MagicMock

import pytest

from cluster.hashes import hash_of
from cluster.judge import ClusterJudge
from cluster.units import UNITS, Envelope
from core.settings import load_settings
from fingerprints.index.folder import current_folder
from fingerprints.secrets.keys import load_key
from judging.answers import ANSWERS
from judging.bench import Bench
from judging.child import ChildJudge, Question
from judging.words import JUDGED
from tests.small_carrier import leak_text

if TYPE_CHECKING:
    from pathlib import Path

    from judging.judge import Judged

LEAK = leak_text().encode()


@pytest.mark.parametrize("through", ["post.txt", "link.txt"])
@pytest.mark.parametrize("place", ["shared", "elsewhere"])
@pytest.mark.parametrize("changed", [False, True])
def test_what_a_worker_read_of_a_changed_file_is_not_kept(
    home: Path, tmp_path: Path, through: str, place: str, *, changed: bool
) -> None:
    folder = tmp_path / place
    folder.mkdir()
    file = folder / "post.txt"
    file.write_bytes(LEAK)
    (folder / "link.txt").symlink_to(file)
    settings = load_settings(home, cluster={"inputs": [str(tmp_path / "shared")]})
    key, generation = load_key(settings.key, home), current_folder(home / "index")
    assert generation is not None
    bench = replace(Bench.of(settings), generation=generation)
    flights: MagicMock = MagicMock(pending=0, size_bytes=0)
    flights.__contains__.return_value = False
    with ChildJudge(bench, reads=[folder]) as child:
        judged: Judged = child.judge(Question("post.txt", file, len(LEAK)))
        judge = ClusterJudge(settings, key, bench, child, iter(()))
        judge._engine, judge._flights = MagicMock(workers=lambda: frozenset({"w"})), flights  # noqa: SLF001

        def land(name: str, **_: object) -> bytes:
            unit = UNITS.unpack(flights.begin.call_args.args[1])
            asked, _content = Envelope(key).asked(unit)
            assert (unit.name, asked.digest) == (name, hash_of(LEAK))  # type: ignore[union-attr]
            if changed:
                file.write_bytes(b"x" * len(LEAK))
                os.utime(file, ns=(1, 1))
            return Envelope(key).seal(name, "answer", ANSWERS.pack((JUDGED, judged)))

        flights.land.side_effect = land
        path = folder / through
        assert judge.judge(Question(str(path), path, len(LEAK))).finding.verdict == "leak"
    kept = list((home / "cluster" / "units").glob("*/*"))
    assert len(kept) == (0 if changed and place == "shared" else 1)
