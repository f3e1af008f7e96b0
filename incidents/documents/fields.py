"""The fields that searches over documents know, and what a person typed, understood."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from core.clock import DEFAULT_ZONE
from core.query.expressions import EVERYTHING
from core.query.fields import FieldKind, SearchField, SearchFields
from core.query.parser import parse
from core.texts import LANGUAGES, load_texts
from incidents.timeline.sentences import FIELD_ORDER

if TYPE_CHECKING:
    from datetime import datetime

    from core.query.expressions import Expression

VERDICTS: Final = ("leak", "unread", "overlap", "clear")
DOCUMENT_STATES: Final = ("waiting", "matched", "failed", "evidence")


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """A search over documents, understood; ``within`` are incidents outside of which nothing is found, None for all."""

    expression: Expression = EVERYTHING
    zone: str = DEFAULT_ZONE
    within: frozenset[int] | None = None


@cache
def document_fields() -> SearchFields:
    """The fields of documents."""
    exposed = {kind: kind for kind in FIELD_ORDER}
    for language in LANGUAGES:
        texts = load_texts("incidents", language)
        exposed |= {texts(f"field.{kind}"): kind for kind in FIELD_ORDER}
    return SearchFields(
        SearchField("title", FieldKind.WORD, ("件名", "表題")),
        SearchField("author", FieldKind.WORD, ("投稿者",)),
        SearchField("address", FieldKind.WORD, ("url", "アドレス")),
        SearchField("source", FieldKind.WORD, ("情報源",)),
        SearchField("hash", FieldKind.ID, ("sha256", "ハッシュ")),
        SearchField("verdict", FieldKind.CHOICE, ("判定",), _spelled("verdict", VERDICTS)),
        SearchField("field", FieldKind.CHOICE, ("fields", "項目"), exposed),
        SearchField("extract", FieldKind.WORD, ("貸与データ", "抽出", "抽出データ")),
        SearchField("fetched", FieldKind.MOMENT, ("取得", "at")),
        SearchField("posted", FieldKind.MOMENT, ("投稿", "掲載")),
        SearchField("people", FieldKind.NUMBER, ("人数",)),
        SearchField("subjects", FieldKind.NUMBER, ("当社顧客",)),
        SearchField("state", FieldKind.CHOICE, ("状態",), _spelled("document_state", DOCUMENT_STATES)),
        SearchField("incident", FieldKind.NUMBER, ("事案",)),
        moment="fetched",
    )


def parse_documents(text: str, *, zone: str = DEFAULT_ZONE, now: datetime | None = None) -> DocumentQuery:
    """Understand what a person typed.

    Raises:
        core.query.errors.QueryError: It cannot be meant.
    """
    return DocumentQuery(parse(text, document_fields(), zone, now=now), zone)


def _spelled(table: str, words: tuple[str, ...]) -> dict[str, str]:
    choices = {word: word for word in words}
    for language in LANGUAGES:
        texts = load_texts("incidents", language)
        choices |= {texts(f"{table}.{word}"): word for word in words}
    return choices
