"""Slack's Block Kit: an alert as blocks, built with slack-sdk's models and checked against the limits they leave out.

slack-sdk checks lengths when a model becomes a dict, but never the number of blocks, and dicts not at all. Limits:
Slack's reference of blocks and composition objects, November 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from alerts.errors import InvalidMessageError
from alerts.messages import change_lines, summary
from alerts.replies.presses import ACKNOWLEDGE, CONFIRM, DISMISS, MINE, OPEN, PREFIX, SNOOZES
from core.texts import load_texts
from incidents.states import LIVE, actions_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.messages import Alert, Notice

BLOCKS = 50
HEADER_CHARS = 150
SECTION_CHARS = 3000
FIELDS = 10
FIELD_CHARS = 2000
CONTEXT_ELEMENTS = 10
BUTTON_CHARS = 75
TEXT_CHARS = 4000  # recommended; Slack cuts at 40,000


def parent_blocks(alert: Alert, *, has_buttons: bool = False) -> dict[str, Any]:
    """The parent message: ``text`` for notifications, ``blocks`` for the channel, buttons where they are answered."""
    said = summary(alert)
    fields = [MarkdownTextObject(text=_cut(f"*{label}*\n{escape(text)}", FIELD_CHARS)) for label, text in said.figures]
    blocks: list[Block] = [HeaderBlock(text=PlainTextObject(text=_cut(said.headline, HEADER_CHARS), emoji=False))]
    blocks += [SectionBlock(fields=fields[start : start + FIELDS]) for start in range(0, len(fields), FIELDS)]
    blocks.append(_link(said.url, said.link_text))
    if has_buttons and alert.line.merged_into is None and alert.line.state in LIVE:
        blocks += _buttons(alert)
    return as_payload(said.headline, blocks)


def detail_blocks(alert: Alert) -> dict[str, Any]:
    """A message in the thread: what is new."""
    lines = [escape(line) for line in change_lines(alert)]
    blocks: list[Block] = [
        SectionBlock(text=MarkdownTextObject(text="\n".join(part))) for part in _parts(lines, SECTION_CHARS)
    ]
    if called := dict.fromkeys(name for change in alert.changes for name in change.data.get("mentions", ())):
        blocks.append(SectionBlock(text=MarkdownTextObject(text=_cut(" ".join(called), SECTION_CHARS))))
    said = summary(alert)
    blocks.append(ContextBlock(elements=[MarkdownTextObject(text=f"<{said.url}|{escape(said.link_text)}>")]))
    return as_payload("\n".join(lines), blocks)


def notice_blocks(notice: Notice) -> dict[str, Any]:
    """A message of its own: a headline, what it is good for, and a text in type that keeps its lines."""
    verbatim = "```" + escape(notice.verbatim) + "```"
    blocks: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=_cut(notice.headline, HEADER_CHARS), emoji=False)),
        SectionBlock(text=MarkdownTextObject(text=_cut(escape(notice.said), SECTION_CHARS))),
        SectionBlock(text=MarkdownTextObject(text=_cut(verbatim, SECTION_CHARS))),
    ]
    return as_payload(notice.headline, blocks)


def as_payload(text: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """Text and blocks as JSON.

    Raises:
        InvalidMessageError: Slack would refuse them.
    """
    try:
        made = [block.to_dict() for block in blocks]
    except SlackObjectFormationError as error:
        raise InvalidMessageError(f"a block breaks its limits: {error}") from error
    payload = {"text": _cut(text, TEXT_CHARS), "blocks": made}
    problems = list(problems_of(payload))
    if problems:
        raise InvalidMessageError("Slack would refuse the message: " + "; ".join(problems))
    return payload


def problems_of(payload: dict[str, Any]) -> Iterator[str]:
    """What Slack would refuse in a message, as words without any of its text."""
    blocks = payload.get("blocks", [])
    if not payload.get("text"):
        yield "no text for notifications"
    if not 1 <= len(blocks) <= BLOCKS:
        yield f"{len(blocks)} blocks, expected 1 to {BLOCKS}"
    for number, block in enumerate(blocks):
        for what, text, limit in _texts(block):
            if not 1 <= len(text) <= limit:
                yield f"block {number}: {what} has {len(text)} characters, expected 1 to {limit}"
        if len(block.get("fields", [])) > FIELDS:
            yield f"block {number}: {len(block['fields'])} fields, expected at most {FIELDS}"
        if block["type"] == "context" and not 1 <= len(block["elements"]) <= CONTEXT_ELEMENTS:
            yield f"block {number}: {len(block['elements'])} elements, expected 1 to {CONTEXT_ELEMENTS}"


def escape(text: str) -> str:
    """Text that Slack shows as it is: its three control characters, and no line that starts a quote or a mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _texts(block: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    if "text" in block:
        limit = HEADER_CHARS if block["type"] == "header" else SECTION_CHARS
        yield f"{block['type']} text", block["text"]["text"], limit
    for field in block.get("fields", []):
        yield "a field", field["text"], FIELD_CHARS
    for element in block.get("elements", []):
        if block["type"] == "actions":
            yield "a button", element["text"]["text"], BUTTON_CHARS
        elif "text" in element:
            yield "an element", element["text"], SECTION_CHARS


def _buttons(alert: Alert) -> list[Block]:
    """What can be done from where it stands; a button says which incident, and nothing else."""
    texts, line = load_texts("alerts", alert.language), alert.line
    possible = actions_from(line.state)
    deeds = [ACKNOWLEDGE, MINE]
    if line.csirt_confirmed_at is None or line.owner_confirmed_at is None:
        deeds.append(CONFIRM)
    if DISMISS in possible:
        deeds.append(DISMISS)

    def button(deed: str) -> ButtonElement:
        return ButtonElement(text=texts(f"button.{deed}"), action_id=PREFIX + deed, value=str(line.id))

    away = ButtonElement(text=texts("button.open"), action_id=PREFIX + OPEN, value=str(line.id), url=alert.url)
    return [
        ActionsBlock(elements=[*map(button, deeds), away]),
        ActionsBlock(elements=[button(deed) for deed in SNOOZES]),
    ]


def _link(url: str, text: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=f"<{url}|{escape(text)}>"))


def _parts(lines: Sequence[str], limit: int) -> Iterator[list[str]]:
    """Lines in groups whose joined text keeps within ``limit``."""
    part: list[str] = []
    for line in lines:
        cut = _cut(line, limit)
        if part and sum(len(one) + 1 for one in part) + len(cut) > limit:
            yield part
            part = []
        part.append(cut)
    if part:
        yield part


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
