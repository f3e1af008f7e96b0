"""Whoever gets hold of the child that judges has one document, an index and a key in memory, and no way out."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.processes.plain import ForgedMessageError
from core.processes.walls.landlock import landlock_version
from judging.answers import ANSWERS, answer_of
from judging.child import ChildJudge, JudgingError, Question
from judging.judge import Judged
from matcher.finding import Finding, Match
from tests.judging.prying_verdicts import open_prying, open_throwing

if TYPE_CHECKING:
    from pathlib import Path

    from judging.bench import Bench

pytestmark = pytest.mark.slow


@pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")
def test_the_judge_reaches_neither_network_nor_any_file_but_the_index_and_its_document(
    bench: Bench, tmp_path: Path
) -> None:
    named = {name: str(bench.home / name) for name in ("key", "hinomi.toml", "index/CURRENT")}
    document = tmp_path / "document"
    with socket.create_server(("127.0.0.1", 0)) as server, ChildJudge(bench, open_prying, [document]) as judge:
        asked = [[*named.values(), str(document)], server.getsockname()[1]]
        document.write_text(json.dumps(asked), encoding="utf-8")
        found = judge.judge(Question("document", document, document.stat().st_size)).finding
    assert set(found.limits) == {f"read {named['index/CURRENT']}", f"read {document}", "own folder"}


def test_a_judge_that_sends_a_pickle_has_it_run_nowhere(bench: Bench, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    with ChildJudge(bench, open_throwing) as judge, pytest.raises(JudgingError, match="said what it never says"):
        judge.judge(Question("it", [str(trace).encode()], 1))
    assert not trace.exists()


ONE = Match(1, 1.0, {"phone": 1.0}, {}, {"line": 1})
FINDING = Finding(
    "leak", 1.0, 3, 3, members=np.array([1, 2, 3], np.uint32), confidences=np.ones(3, np.float32),
    since=np.zeros(3, np.uint16), until=np.zeros(3, np.uint16), matches=(ONE,),
)  # fmt: skip


def test_a_verdict_comes_back_as_it_was_given() -> None:
    word, judged = answer_of(ANSWERS.pack(("judged", Judged(FINDING, [{"extract": "a"}], 4))))
    assert (word, judged.generation, judged.extracts) == ("judged", 4, [{"extract": "a"}])
    assert judged.finding.matches == FINDING.matches
    assert judged.finding.members.tolist() == [1, 2, 3]


FORGED: dict[str, Any] = {
    "no pair": ["judged"],
    "no word": (7, None),
    "a verdict that there is not": ("judged", Judged(replace(FINDING, verdict="acquitted"), [], 1)),  # type: ignore[arg-type]
    "no verdict at all": ("judged", "leak"),
    "a finding in its place": ("judged", FINDING),
    "members twice": ("judged", Judged(replace(FINDING, members=np.array([1, 1, 2], np.uint32)), [], 1)),
    "fractions of members": ("judged", Judged(replace(FINDING, members=np.array([1.0, 2.0, 3.0])), [], 1)),
    "sides of other lengths": ("judged", Judged(replace(FINDING, since=np.zeros(2, np.uint16)), [], 1)),
    "matches that are none": ("judged", Judged(replace(FINDING, matches=("K000001",)), [], 1)),  # type: ignore[arg-type]
    "a failure without words": ("failed", {"kind": "os:system"}),
}


@pytest.mark.parametrize("said", FORGED.values(), ids=FORGED)
def test_what_could_be_no_answer_is_none(said: object) -> None:
    with pytest.raises(ForgedMessageError):
        answer_of(ANSWERS.pack(said))
