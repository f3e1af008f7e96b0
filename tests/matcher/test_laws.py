"""More never hides; the layout does not matter; no reader hides what text shows; `clear` means read whole."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.document import Limits
from tests.matcher.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.matcher.conftest import Bench

WORDS = st.text(alphabet="光回線契約あいうえおプランABCsm 、。：=→", max_size=12)
SIGNS = st.sampled_from(
    ["…", "・", "｜", "::", "＿＿", "\u200b", "<br>", ", ", "\t", "／", " - ", "、", "  ", "★", "^", "=>", ";"]
)
FIELDS = ("phone", "email", "customer_number", "name", "kana", "birth_date", "postal_code", "address")
TELLING = ("phone", "email", "customer_number")
BESIDE: dict[str, Callable[[dict[str, str]], str]] = {
    "surname": lambda p: p["name"].split("　")[0] + "様",
    "masked": lambda p: p["name"].split("　")[0] + "＊＊様",
    "kana": lambda p: f"なまえ: {p['kana']}",
    "birth date": lambda p: f"生年月日：{p['birth_date']}",
    "postal code": lambda p: f"〒{p['postal_code']}",
    "masked mail": lambda p: f"{p['email'][:2]}***@carrier.example",
}
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOW
@given(
    before=WORDS,
    after=WORDS,
    field=st.sampled_from(TELLING),
    beside=st.lists(st.sampled_from(sorted(BESIDE)), max_size=3, unique=True),
    first=st.booleans(),
)
def test_more_never_hides(bench: Bench, before: str, after: str, field: str, beside: list[str], *, first: bool) -> None:
    alone = bench.match("\n".join(p[field] for p in PEOPLE))
    lines = []
    for person in PEOPLE:
        cells = [BESIDE[name](person) for name in beside]
        lines.append(" ".join([person[field], *cells] if first else [*cells, person[field]]))
    more = bench.match("\n".join([before, *lines, after]))
    assert alone.verdict == more.verdict == "leak"
    assert bench.numbers(alone) <= bench.numbers(more)


@SLOW
@given(
    sign=SIGNS,
    telling=st.sampled_from(TELLING),
    others=st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3, unique=True),
    labelled=st.sampled_from(["{cell}", "{label}：{cell}", "{label}→{cell}", "【{label}】{cell}", "{cell}({label})"]),
    between=st.sampled_from(["\n", "\n\n", "\r\n", "\n-----\n"]),
)
def test_the_layout_does_not_matter(
    bench: Bench, sign: str, telling: str, others: list[str], labelled: str, between: str
) -> None:
    labels = dict(
        zip(FIELDS, ("電話", "メール", "会員番号", "氏名", "カナ", "誕生日", "郵便番号", "住所"), strict=True)
    )
    fields = [telling, *(field for field in others if field != telling)]
    records = [sign.join(labelled.format(label=labels[f], cell=p[f]) for f in fields) for p in PEOPLE]
    finding = bench.match(between.join(records))
    assert finding.verdict == "leak"
    assert finding.subjects == len(PEOPLE)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda cell: f"{{'x': '{cell}', 'y': {{'z': [1, 2",
        lambda cell: f'<row a="{cell}"',
        lambda cell: f'"{cell}, , "" ;;\t|',
        lambda cell: f"<<<[[{{('{cell}', (",
    ],
    ids=["half a dictionary", "half an element", "stray quotes", "stray brackets"],
)
def test_no_format_hides_what_text_shows(bench: Bench, wrap: Callable[[str], str]) -> None:
    finding = bench.match("\n".join(wrap(p["email"]) for p in PEOPLE))
    assert finding.subjects == len(PEOPLE)


LEAK = "\n".join(f"{p['name']},{p['phone']}" for p in PEOPLE).encode()


def _zipped(*members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, member in enumerate(members):
            archive.writestr(f"{number}.txt", member)
    return out.getvalue()


def _deep(content: bytes, depth: int) -> bytes:
    for _ in range(depth):
        content = _zipped(content)
    return content


@pytest.mark.parametrize(
    ("content", "limits"),
    [
        (b"x" * 5000 + b"\n" + LEAK, Limits(document_bytes=4000)),
        (gzip.compress(b"x" * 5000 + b"\n" + LEAK), Limits(unpacked_bytes=4000)),
        (_deep(LEAK, 5), Limits(depth=3)),
        (_zipped(*[b"nothing"] * 5, LEAK), Limits(members=5)),
        (gzip.compress(LEAK)[:-40], Limits()),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, Limits()),
    ],
    ids=["a limit", "a padded archive", "nested too deep", "one member too many", "damaged", "a picture"],
)
def test_what_was_not_read_whole_is_not_clear(bench: Bench, content: bytes, limits: Limits) -> None:
    finding = bench.match(content, limits=limits)
    assert finding.verdict in {"unread", "leak"}
    assert finding.limits


def test_a_sample_masked_beyond_what_can_be_told_is_unread(bench: Bench) -> None:
    masked = [f"{p['name'][0]}＊＊,{p['email'][0]}***@carrier.example" for p in PEOPLE]
    for text in (
        "氏名,メール\n" + "\n".join(masked),
        "\n".join(masked),
        "\n".join(m.replace(",", " / ") for m in masked),
    ):
        finding = bench.match(text)
        assert (finding.verdict, finding.confidence) == ("unread", 0.0)
        assert finding.limits


def test_what_was_read_whole_and_holds_nobody_is_clear(bench: Bench) -> None:
    for content in (b"nothing at all", _deep(b"nothing at all", 2), gzip.compress(b"nothing at all")):
        finding = bench.match(content)
        assert (finding.verdict, finding.limits) == ("clear", ())
