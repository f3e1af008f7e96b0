"""What alerts say, and that Slack would take it, however much there is to say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import DividerBlock, HeaderBlock, MarkdownTextObject, SectionBlock

from alerts.blocks import as_payload, detail_blocks, parent_blocks
from alerts.errors import InvalidMessageError
from alerts.messages import Alert, Change, change_lines, plain_text, told, told_kinds
from core.texts import load_texts
from incidents.views import IncidentLine
from tests.alerts.fake_slack import blocks_problem
from tests.incidents.makers import NOW

LINE = IncidentLine(
    id=7, state="open", severity="high", title="", opened_at=NOW, updated_at=NOW, first_seen_at=NOW, subjects=1234,
    people=2000, documents=2, sightings=3, confidence=0.987, fields={"name": 1234, "phone": 3},
    sources=("my-paste", "hand-in"), assignee="", dismiss_reason="", csirt_confirmed_at=NOW, owner_confirmed_at=None,
    csirt_confirmed_by="佐藤", owner_confirmed_by="", merged_into=None,
)  # fmt: skip
ALERT = Alert(LINE, "https://hinomi.carrier.example/incidents/7", "en")


def test_the_plain_text_tells_what_how_many_how_sure_and_where() -> None:
    assert plain_text(ALERT).splitlines() == [
        "[high] Incident 7: 1,234 of our customers leaked",
        "  State                   open",
        "  Severity                high",
        "  Our customers           1,234",
        "  People in the document  2,000",
        "  Fields                  name, phone",
        "  Confidence              98.7%",
        "  Sources                 my-paste, handed in",
        "  Seen                    2 documents, 3 places",
        "  First posted            2026-11-22 12:00 JST",
        "  Confirmed by            CSIRT",
        "  Acknowledged by         nobody yet",
        "  Assigned to             nobody yet",
        "  https://hinomi.carrier.example/incidents/7",
    ]


def test_an_event_tells_neither_reason_nor_note_nor_address() -> None:
    data = {"reason": "架空 一郎 090-0000-0001", "text": "架空 一郎", "address": "http://x.invalid/架空", "subjects": 3}
    for kind in told_kinds():
        for language in ("ja", "en"):
            alert = replace(ALERT, language=language, changes=(told(kind, "suzuki", data),))
            assert "架空" not in str(detail_blocks(alert)) + plain_text(alert)


def test_the_next_deadline_is_one_line_of_the_message() -> None:
    dated = replace(ALERT, deadline=("GDPR, article 33", "2026-11-25 03:00 UTC"))
    lines = plain_text(dated).splitlines()
    assert [one for one in lines if one not in plain_text(ALERT).splitlines()] == [
        "  Next deadline           GDPR, article 33: until 2026-11-25 03:00 UTC"
    ]
    promptly = replace(ALERT, language="ja", deadline=("本人への通知", "–"))
    assert "次の期限" in plain_text(promptly)
    assert "まで" not in next(one for one in plain_text(promptly).splitlines() if "次の期限" in one)
    assert not blocks_problem(parent_blocks(dated))


def test_an_event_of_a_deadline_tells_which_and_until_when_and_no_reason() -> None:
    data = {
        "clock": {"ja": "速報", "en": "first report"}, "due": "2026-11-27", "due_before": "2026-11-30", "hours": "24",
        "reason": "架空 一郎", "reference": "架空 一郎",
    }  # fmt: skip
    for language, name in (("ja", "速報"), ("en", "first report")):
        kinds = [kind for kind in sorted(told_kinds()) if kind.startswith("clock-")]
        changes = tuple(told(kind, "suzuki", data) for kind in kinds)
        lines = change_lines(replace(ALERT, language=language, changes=changes))
        assert len(lines) == len(kinds) == 8
        assert all(name in line and "架空" not in line for line in lines)


def test_the_same_change_many_times_is_one_line() -> None:
    reposts = [Change("repost", "hinomi", {"source": "forum"})] * 3
    grew = Change("grew", "hinomi", {"subjects_before": 3, "subjects": 5})
    assert change_lines(replace(ALERT, changes=(*reposts, grew))) == [
        "The same document was posted again at forum (3 times)",
        "Our customers went from 3 to 5",
    ]


def test_every_kind_that_is_told_is_a_kind_of_event() -> None:
    texts = load_texts("incidents", "en")
    assert [kind for kind in told_kinds() if f"event.{kind}" not in texts] == []


names = st.text(max_size=400)
changes = st.lists(
    st.builds(
        Change,
        st.sampled_from(sorted(told_kinds())),
        names,
        st.fixed_dictionaries({"source": names, "assignee": names}),
    ),
    max_size=60,
)


@given(changes=changes, assignee=names, sources=st.lists(names, max_size=200), language=st.sampled_from(["ja", "en"]))
def test_slack_takes_every_message_whatever_it_holds(
    changes: list[Change], assignee: str, sources: list[str], language: str
) -> None:
    line = replace(LINE, assignee=assignee, sources=tuple(sources))
    alert = Alert(line, ALERT.url, language, changes=tuple(changes))
    assert blocks_problem(parent_blocks(alert)) == ""
    if changes:
        assert blocks_problem(detail_blocks(alert)) == ""


def test_control_characters_of_slack_are_shown_as_they_are() -> None:
    shown = str(parent_blocks(replace(ALERT, line=replace(LINE, assignee="<!channel> & co"))))
    assert "<!channel>" not in shown
    assert "&lt;!channel&gt; &amp; co" in shown


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        [DividerBlock()] * 51,
        [HeaderBlock(text="x" * 151)],
        [SectionBlock(text=MarkdownTextObject(text="x" * 3001))],
        [SectionBlock(fields=["x"] * 11)],
        [SectionBlock(fields=["x" * 2001])],
    ],
)
def test_what_slack_would_refuse_is_refused_here(blocks: list[HeaderBlock]) -> None:
    with pytest.raises(InvalidMessageError):
        as_payload("text", blocks)
