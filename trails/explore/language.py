"""Searches over access records: the fields they know, and what an expression asks of the records.

Names of operators and their like, and customers, stand in searches as handles (`trails.explore.handles`): what is
searched for can stand in an address and in a log without telling whom it is about.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from core.query.errors import QueryError
from core.query.expressions import All, Any, Between, Is, Not, Word, leaves
from core.query.fields import FieldKind, SearchField, SearchFields
from core.query.wildcards import fits
from trails.explore.conditions import (
    NAMED,
    SYSTEM,
    AtRows,
    ClockHours,
    Either,
    Every,
    InSessions,
    NamedIn,
    NamedLike,
    OfSubjects,
    TimeSpan,
    Weekdays,
    Without,
)
from trails.explore.explorer import NEVER
from trails.fields import ACTIONS, HOLDER_KINDS, OTHER_ACTION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.query.expressions import Expression
    from trails.explore.conditions import Condition
    from trails.explore.explorer import Explorer

ACTION_NAMES: Final = {
    "outside_storage": "外部保存", "removable_media": "媒体持出", "export": "エクスポート", "download": "ダウンロード",
    "print": "印刷", "admin": "管理", "search": "検索", "edit": "変更", "login": "ログイン", "logout": "ログアウト",
    "view": "照会", OTHER_ACTION: "その他",
}  # fmt: skip
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS_JA: Final = "月火水木金土日"
_WEEKDAYS: Final = {
    **{name: str(day) for day, name in enumerate(_DAYS)},
    **{name: str(day) for day, name in enumerate(_DAYS_JA)},
    "weekend": "weekend", "週末": "weekend", "土日": "weekend", "workday": "workday", "平日": "workday",
}  # fmt: skip
_SETS: Final = {"weekend": frozenset({5, 6}), "workday": frozenset({0, 1, 2, 3, 4})}

STARRED: Final = {"yes": "yes", "no": "no", "あり": "yes", "なし": "no", "はい": "yes", "いいえ": "no"}
FIELDS: Final = SearchFields(
    SearchField("when", FieldKind.MOMENT, ("日時", "time")),
    SearchField("operator", FieldKind.WORD, ("作業者", "担当者", "user")),
    SearchField("account", FieldKind.WORD, ("アカウント",)),
    SearchField("terminal", FieldKind.WORD, ("端末",)),
    SearchField("address", FieldKind.WORD, ("アドレス", "接続元", "ip")),
    SearchField("processor", FieldKind.WORD, ("委託先",)),
    SearchField("session", FieldKind.WORD, ("セッション",)),
    SearchField("customer", FieldKind.WORD, ("お客様", "顧客", "お客様番号", "顧客番号", "subject")),
    SearchField("leak", FieldKind.ID, ("漏えい", "漏洩", "incident", "事案")),
    SearchField("extract", FieldKind.WORD, ("貸与データ", "抽出", "抽出データ")),
    SearchField(
        "action", FieldKind.CHOICE, ("操作",),
        {**{name: name for name in (*ACTIONS, OTHER_ACTION)}, **{ja: name for name, ja in ACTION_NAMES.items()}},
    ),
    SearchField("outcome", FieldKind.WORD, ("結果",)),
    SearchField("host", FieldKind.WORD, ("ホスト", "サーバ")),
    SearchField(SYSTEM, FieldKind.WORD, ("システム",)),
    SearchField("tag", FieldKind.WORD, ("タグ",)),
    SearchField("starred", FieldKind.CHOICE, ("star", "スター", "星"), STARRED),
    SearchField("hour", FieldKind.NUMBER, ("時", "時刻")),
    SearchField("weekday", FieldKind.CHOICE, ("曜日",), _WEEKDAYS),
    moment="when",
)  # fmt: skip
"""What a search over access records may name."""

PLAIN: Final = tuple(name for name in NAMED if name not in HOLDER_KINDS)
"""Fields whose values everybody sees who may see records at all."""


LONGEST_NUMBER: Final = 9
"""Digits of the number of an incident: no database of ours counts further."""


class Meanings(Protocol):
    """What stands behind the handles of a search."""

    def names(self, kind: str, value: str) -> Sequence[str]:
        """The names that a value of a masked field means; none if nobody has such a name."""
        ...

    def customers(self, value: str) -> Sequence[int]:
        """The digests of a customer."""
        ...

    def leaked(self, incident_id: int) -> Sequence[int]:
        """The digests of the customers of a leak."""
        ...

    def tagged(self, tag: str) -> Sequence[tuple[int, int]]:
        """The records that have a tag, as file and row."""
        ...

    def starred(self) -> Sequence[tuple[int, int]]:
        """The records that have a star, as file and row."""
        ...


def condition_of(expression: Expression, explorer: Explorer, meanings: Meanings) -> Condition:
    """What an expression asks of the records.

    Raises:
        QueryError: It cannot be asked.
    """

    def made(part: Expression) -> Condition:
        match part:
            case Word():
                return NamedLike(PLAIN, part.text)
            case Is():
                return _is(part, explorer, meanings)
            case Between():
                return _between(part)
            case All():
                return Every(tuple(made(one) for one in part.parts))
            case Any():
                return _joined([made(one) for one in part.parts])
            case Not():
                return Without(made(part.part))

    return made(expression)


def unheard_words(expression: Expression, explorer: Explorer) -> set[str]:
    """Words of a search, also those that must not occur, that no value of a field of `PLAIN` holds.

    They find nothing, and may be somebody's name or number: they belong in no address and on no record.
    """
    words = {one.text for denied in (False, True) for one in leaves(expression, denied=denied) if isinstance(one, Word)}
    if not words:
        return words
    known = {one.casefold() for name in PLAIN for one in _values(name, explorer)}
    return {word for word in words if not any(word.casefold() in one for one in known)}


def _values(field: str, explorer: Explorer) -> set[str]:
    return {one.system for one in explorer.parts} if field == SYSTEM else set(explorer.names(field).values())


def _joined(parts: list[Condition]) -> Condition:
    """One of some conditions; values of one field are looked for together."""
    first = parts[0]
    if isinstance(first, NamedIn) and all(isinstance(one, NamedIn) and one.field == first.field for one in parts):
        return NamedIn(first.field, frozenset().union(*(one.names for one in parts)))  # type: ignore[union-attr]
    return Either(tuple(parts))


def _is(part: Is, explorer: Explorer, meanings: Meanings) -> Condition:  # noqa: PLR0911  # one a kind of field
    name, value = part.field, part.value
    if name == "customer":
        return OfSubjects.of(list(meanings.customers(value)))
    if name == "leak":
        if not value.isdecimal() or len(value) > LONGEST_NUMBER:
            raise QueryError("no_number", field=name, value=value)
        return OfSubjects.of(list(meanings.leaked(int(value))))
    if name == "tag":
        return AtRows.of(meanings.tagged(value))
    if name == "starred":
        marked = AtRows.of(meanings.starred())
        return marked if value == "yes" else Without(marked)
    if name == "weekday":
        return Weekdays(_SETS.get(value) or frozenset({int(value)}))
    if name == "session":
        return InSessions(frozenset(meanings.names(name, value)))
    if name in HOLDER_KINDS:
        return NamedIn(name, frozenset(meanings.names(name, value)))
    folded = value.casefold()
    return NamedIn(name, frozenset(one for one in _values(name, explorer) if fits(folded, one.casefold())))


def _between(part: Between) -> Condition:
    if part.field == "when":
        first = int(_moment(part.low).timestamp()) if part.low is not None else 0
        until = -int(-_moment(part.high).timestamp() // 1) if part.high is not None else NEVER
        return TimeSpan(first, until)
    return ClockHours(frozenset(hour for hour in range(24) if part.holds(hour)))


def _moment(bound: object) -> datetime:
    return bound if isinstance(bound, datetime) else datetime.fromtimestamp(0, UTC)
