"""Passages that are looked at elsewhere: the finding of one process, wherever the document's layout has its borders."""

from __future__ import annotations

import random
from collections import deque
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.document import Document, Limits
from matcher.far_helpers import JOBS, FarHelpers, look_at_packed
from matcher.match import match_document
from matcher.passage import Looker, PassageJob
from matcher.readers.interface import Prose, Rows
from tests.matcher.people import PEOPLE
from tests.matcher.test_helpers import same

if TYPE_CHECKING:
    from collections.abc import Callable

    from matcher.finding import Finding
    from tests.matcher.conftest import Bench

KINDS: Final = ("name", "phone", "birth_date", "email", "address")


class Elsewhere:
    """Carries passages to nobody but a looker, as late as it is told to, and loses those with certain bytes in them."""

    def __init__(self, looker: Looker, most: int, lost: bytes = b"") -> None:
        self._looker = looker
        self._most = most
        self._lost = lost
        self._out: deque[bytes] = deque()
        self.taken = 0
        self.deepest = 0

    def __call__(self, passage: bytes | None) -> list[bytes | None]:
        """Take a passage; give what is due."""
        if passage is not None:
            self._out.append(passage)
            self.taken += 1
        self.deepest = max(self.deepest, len(self._out))
        wanted = max(len(self._out) - self._most, int(passage is None))
        return [self._next() for _ in range(wanted)]

    def _next(self) -> bytes | None:
        passage = self._out.popleft()
        return None if self._lost and self._lost in passage else look_at_packed(self._looker, passage)


def layouts() -> dict[str, Callable[[list[dict[str, str]], random.Random], str]]:
    """Ways in which people are listed; quotes, breaks inside of cells, tables below each other, and running text."""

    def table(sign: str) -> Callable[[list[dict[str, str]], random.Random], str]:
        def written(people: list[dict[str, str]], rng: random.Random) -> str:
            lines = [sign.join(KINDS)] if rng.random() < 0.7 else []
            for person in people:
                cells = [person[kind] for kind in KINDS]
                if rng.random() < 0.1:
                    cells[4] = f'"{cells[4]}\n様方"'
                lines.append(sign.join(cells))
            return "\n".join(lines)

        return written

    def blocks(people: list[dict[str, str]], _rng: random.Random) -> str:
        return "\n\n".join("\n".join(f"{kind}: {person[kind]}" for kind in KINDS) for person in people)

    def prose(people: list[dict[str, str]], rng: random.Random) -> str:
        said = "今日は晴れ。" * rng.randrange(1, 20)
        return "\n\n".join(f"昨日の{p['name']}さん（携帯{p['phone']}、{p['email']}）の話。{said}" for p in people)

    def both(people: list[dict[str, str]], rng: random.Random) -> str:
        half = len(people) // 2
        return table(",")(people[:half], rng) + "\n\n" + prose(people[half:], rng) + "\n" + table("\t")(people, rng)

    return {
        "commas": table(","),
        "tabs": table("\t"),
        "bars": table("|"),
        "blocks": blocks,
        "prose": prose,
        "both": both,
    }


def strangers(count: int) -> list[dict[str, str]]:
    return [
        {"name": f"他人　第{n}号子", "phone": f"090-0999-{n:04d}", "birth_date": f"1985-04-{n % 28 + 1:02d}",
         "email": f"nobody{n}@elsewhere.example", "address": f"大阪府大阪市北区梅田{n % 9 + 1}-{n}"}
        for n in range(count)
    ]  # fmt: skip


def written(layout: str, seed: int) -> str:
    rng = random.Random(seed)  # noqa: S311  # any will do
    people = [*strangers(rng.randrange(0, 25)), *(dict(p) for p in PEOPLE), *(dict(p) for p in rng.sample(PEOPLE, 2))]
    rng.shuffle(people)
    return layouts()[layout](people, rng)


def judged(bench: Bench, document: Document, carrier: Elsewhere | None) -> Finding:
    far = FarHelpers(carrier) if carrier else None
    return match_document(document, bench.index, bench.digester, bench.kinds, Limits(), far=far)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Sets how many rows and characters make a passage."""

    def cut(rows: int, chars: int) -> None:
        for module in ("_layout", "_tables", "_run_together", "stacked"):
            monkeypatch.setattr(f"matcher.readers.tables.{module}.BATCH_ROWS", rows)
        monkeypatch.setattr("matcher.readers.texts.free_text.BATCH_CHARS", chars)

    return cut


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    layout=st.sampled_from(sorted(layouts())), seed=st.integers(0, 1 << 32), rows=st.integers(2, 40),
    chars=st.integers(50, 2000), most=st.integers(0, 9), encoding=st.sampled_from(["utf-8", "cp932"]),
)  # fmt: skip
def test_whoever_looks_at_passages_the_finding_is_that_of_one_process(
    bench: Bench, batches: Callable[[int, int], None], layout: str, seed: int, rows: int, chars: int, most: int,
    encoding: str,
) -> None:  # fmt: skip
    batches(rows, chars)
    document = Document("document", written(layout, seed).encode(encoding))
    carrier = Elsewhere(Looker(bench.index, bench.digester, bench.kinds), most)
    alone, together = judged(bench, document, None), judged(bench, document, carrier)
    assert same(alone, together)
    assert alone.subjects
    assert carrier.taken
    assert carrier.deepest <= most + 1


def test_what_nobody_looked_at_is_named_and_the_rest_stands(bench: Bench, batches: Callable[[int, int], None]) -> None:
    batches(5, 200)
    looker = Looker(bench.index, bench.digester, bench.kinds)
    people = strangers(40)
    for at, person in zip((1, 12, 33), PEOPLE, strict=False):
        people[at] = {kind: person[kind] for kind in KINDS}
    text = "\n".join([",".join(KINDS), *(",".join(person[kind] for kind in KINDS) for person in people)])
    document = Document("list.csv", text.encode())
    whole = judged(bench, document, Elsewhere(looker, 3))
    some = judged(bench, document, Elsewhere(looker, 3, PEOPLE[1]["email"].encode()))
    assert some.subjects == whole.subjects - 1 == 2
    places = {match.place["row"] for match in whole.matches} - {match.place["row"] for match in some.matches}
    [said] = [one for one in some.limits if one.startswith("rows ")]
    first, last = (int(word) for word in said.split() if word.isdigit())
    assert places
    assert all(first <= int(place) <= last for place in places)
    assert last - first < 5


def test_a_document_of_nobody_that_was_not_looked_at_whole_is_not_clear(
    bench: Bench, batches: Callable[[int, int], None]
) -> None:
    batches(5, 200)
    looker = Looker(bench.index, bench.digester, bench.kinds)
    document = Document("calm.txt", ("今日は晴れ。明日も晴れるだろう。\n" * 60).encode())
    assert judged(bench, document, Elsewhere(looker, 1)).verdict == "clear"
    some = judged(bench, document, Elsewhere(looker, 1, "晴れ".encode()))
    assert some.verdict == "unread"
    assert any(one.startswith("lines 1 to ") for one in some.limits)


TEXT = st.text(max_size=30)


@given(
    st.one_of(
        st.builds(Prose, TEXT, st.integers(1, 1 << 40)),
        st.integers(0, 6).flatmap(
            lambda count: st.builds(
                Rows, st.tuples(TEXT, TEXT), st.tuples(*[st.lists(TEXT, min_size=count, max_size=count)] * 2),
                st.one_of(st.just(range(3, 3 + count)), st.just(list(range(count)))), st.sampled_from(["row", "line"]),
                st.integers(0, 9),
            )
        ),
    ),
    st.lists(TEXT, max_size=3).map(tuple),
)  # fmt: skip
def test_a_passage_arrives_as_it_went(passage: Rows | Prose, path: tuple[str, ...]) -> None:
    assert JOBS.unpack(JOBS.pack(PassageJob(passage, path))) == PassageJob(passage, path)
