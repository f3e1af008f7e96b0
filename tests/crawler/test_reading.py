"""Pages to text, times and charsets: pure functions."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsel import Selector

from crawler.engines.interface import Page
from crawler.pages.dates import read_posted
from crawler.pages.selectors import check_expression, select_all, select_text, text_of

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-01 18:37", "2026-11-01T09:37Z"),
        ("2026/11/01(日) 18:37:05.12", "2026-11-01T09:37:05.12Z"),
        ("２０２６年１１月１日 １８：３７", "2026-11-01T09:37Z"),
        ("2026年11月4日8:38", "2026-11-03T23:38Z"),
        ("2026年11月1日 18時37分", "2026-11-01T09:37Z"),
        ("Nov. 1, 2026, 6:37 p.m.", "2026-11-01T09:37Z"),
        ("Sept. 1, 2026, noon", "2026-09-01T03:00Z"),
        ("March 1, 2026, 9 a.m.", "2026-03-01T00:00Z"),
        ("May 1, 2026, midnight", "2026-04-30T15:00Z"),
        ("2026-11-01T09:37:00+00:00", "2026-11-01T09:37Z"),
        ("2026-11-01T09:37:00Z", "2026-11-01T09:37Z"),
        ("1793525820", "2026-11-01T09:37Z"),
        ("1793525820000", "2026-11-01T09:37Z"),
        ("Sun, 01 Nov 2026 09:37:00 GMT", "2026-11-01T09:37Z"),
        ("3 minutes ago", None),
        ("昨日 12:00", None),
        ("0001-01-01 00:00", None),
    ],
)
def test_times_are_read_in_the_sources_zone_and_kept_as_written(written: str, at: str | None) -> None:
    posted = read_posted(f"  {written}\n", TOKYO)
    assert posted
    assert (posted.at, posted.written) == (datetime.fromisoformat(at).astimezone(UTC) if at else None, written)


def test_own_formats_come_first() -> None:
    posted = read_posted("01/02/2026 03:04", ZoneInfo("UTC"), ["%d/%m/%Y %H:%M"])
    assert posted
    assert posted.at == datetime(2026, 2, 1, 3, 4, tzinfo=UTC)


@given(st.text())
def test_no_text_breaks_the_reader_of_times(written: str) -> None:
    posted = read_posted(written, TOKYO)
    assert posted is None or posted.at is None or posted.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>一<br>\n  二</p><p>三</p>", "一\n二\n\n三"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("<pre>  a\n\n\tb </pre>", "  a\n\n\tb "),
        (
            "<table><tr><th>氏名</th><th>電話</th></tr><tr><td>架空</td><td>090</td></tr></table>",
            "氏名\t電話\n架空\t090",
        ),
        ("<ol><li>a<li>b<ul><li>c</ul><li>d</ol>", "1. a\n2. b\n\nc\n\n3. d"),
        ("a <script>x()</script><style>y</style> b<!-- c --> d", "a b d"),
        ('絵文字<img alt="😀">と&lt;tag&gt; &amp;amp;', "絵文字😀と<tag> &amp;"),
        ("<p>a</p><br><br><p>b</p>", "a\n\nb"),
        ("a<br><br><br>b", "a\n\n\nb"),
        ("<span>a</span><span>b</span>", "ab"),
        ("", ""),
    ],
)
def test_text_is_what_a_reader_sees(html: str, text: str) -> None:
    root = Selector(text=f"<main><article>{html}</article></main>").css("article")[0]
    assert text_of(root) == text


@given(st.text(alphabet=st.characters(exclude_categories=("C", "Z"))).filter(bool))
def test_text_without_space_comes_back_whole(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    assert text_of(Selector(text=f"<article><p>{escaped}</p></article>").css("article")[0]) == text


@pytest.mark.parametrize("html", ["<div>" * 50_000, "<ol>" + "<li>x" * 50_000, "<td>x" * 50_000, " \n" * 500_000])
def test_hostile_pages_take_linear_time(html: str) -> None:
    """What takes the square of it runs into the suite's time limit."""
    for found in Selector(text=f"<article>{html}</article>").css("article"):
        assert len(text_of(found)) <= 2 * len(html)


@pytest.mark.parametrize("tag", ["textarea", "noscript", "script", "template"])
def test_what_is_passed_over_in_a_page_is_read_when_it_is_asked_for(tag: str) -> None:
    html = f"<main>a<{tag}>\n架空一郎,090\r\n  仮名二葉,080\n</{tag}>b</main>"
    page = Selector(text=html)
    assert text_of(page.css(tag)[0]) == "架空一郎,090\n  仮名二葉,080"
    assert text_of(page.css("main")[0]) == "ab"


def test_a_selector_may_be_css_or_xpath() -> None:
    page = Selector(text='<a class="x" title="t"> a \n b </a>')
    assert [select_text(page, e) for e in (".x", "//a", ".x::attr(title)", "//a/@title", ".y", "")] == [
        "a b", "a b", "t", "t", "", "",
    ]  # fmt: skip


def test_a_selector_may_cut_a_part_out_of_its_text() -> None:
    page = Selector(text='<p class="author">by <b>名無し</b> » Sun Nov 01, 2026</p>')
    for expression in (".author =~ » (.*)", "//p =~ » (.*)"):
        check_expression(expression)
        assert select_text(page, expression) == "Sun Nov 01, 2026"
        assert len(select_all(page, expression)) == 1
    assert select_text(page, ".none =~ (x)") == ""
    for wrong in (".author =~ (", ".author =~ x", "[ =~ (x)"):
        with pytest.raises(ValueError, match=r"expected|expression|CSS"):
            check_expression(wrong)


JAPANESE = "番号,氏名 髙﨑 惠 ㈱ ① 電話 ｶﾅ"


@pytest.mark.parametrize(
    ("content", "declared", "text"),
    [
        (JAPANESE.encode("cp932"), "", JAPANESE),
        (JAPANESE.encode("cp932"), "Shift_JIS", JAPANESE),
        (JAPANESE.encode("cp932"), "utf-8", JAPANESE),
        (JAPANESE.encode(), "shift_jis", JAPANESE),
        (JAPANESE.encode(), "no-such", JAPANESE),
        (JAPANESE.encode(), "base64", JAPANESE),
        ("漢字とかな".encode("euc_jp"), "", "漢字とかな"),
        ("漢字とかな".encode("iso2022_jp"), "utf-8", "漢字とかな"),
        ("\ufeff漢字".encode(), "", "漢字"),
        ("漢字".encode("utf-16"), "utf-8", "漢字"),
        (b'<meta charset="euc-jp">' + "漢字".encode("euc_jp"), "", '<meta charset="euc-jp">漢字'),
        (b"a\x81", "", "a\ufffd"),
    ],
)
def test_a_charset_that_does_not_fit_is_not_believed(content: bytes, declared: str, text: str) -> None:
    assert Page("", content, charset=declared).text == text


@given(st.binary(), st.text())
def test_no_bytes_break_the_decoder(content: bytes, declared: str) -> None:
    assert isinstance(Page("", content, charset=declared).text, str)
