"""Lists have headers in both languages, and tasks can be read on a terminal of 80 columns."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from cli.casework.tasks import tasks_table
from cli.language import use_language
from cli.tables import headed
from incidents.casework.reading import TaskLine

if TYPE_CHECKING:
    from collections.abc import Iterator

DUE = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["ja", "en"])
def spoken_language(request: pytest.FixtureRequest) -> Iterator[str]:
    use_language(request.param)
    yield request.param
    use_language("en")


def lines_of(table: object, columns: int = 80) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=columns, highlight=False).print(table)
    return out.getvalue().splitlines()


@pytest.mark.usefixtures("spoken_language")
@pytest.mark.parametrize(
    "text", ["Ask for the posts to be taken down, keep the answers", "掲載先に削除を求め、回答を保管する。" * 2]
)
def test_a_task_has_thirty_of_80_columns_for_its_words_and_loses_none(text: str) -> None:
    task = TaskLine(
        1234, 4321, 4321, "own", "take-down", text, "investigator", "somebody-with-a-name", True, DUE, "", None, True,
        "open", "", None, "",
    )  # fmt: skip
    shown = lines_of(tasks_table([task], "Asia/Tokyo"))
    assert len(shown) <= 5
    joined = "".join("".join(shown).split())
    assert all(part in joined for part in ("1234", "4321", "2026-11-30", "18:00", "overdue"))
    assert set("".join(text.split())) <= set(joined)


def test_a_header_is_a_word_of_the_language(spoken_language: str) -> None:
    (header, *_) = lines_of(headed("incident", "state", plainly=True))
    assert header.split() == (["事案", "状態"] if spoken_language == "ja" else ["incident", "state"])
