"""Writes docs/roles.md and docs/roles.ja.md, as the table and the routes say it: ``python -m tools.roles_page``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.actors import Role
from core.texts import load_texts
from people.roles import SCOPES, TABLE, Permission
from web.access.guarded import Guarded
from web.routes import load_routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.texts import Texts

DOCS: Final = Path(__file__).parent.parent / "docs"
PERSONAL: Final = tuple(role for role in Role if role != Role.SERVICE)
HEADS: Final = {
    "roles.md": (
        "en",
        """# Roles, and what each may do

Somebody has one role or several; a page, a button in Slack and a call of the API ask the same table. So do the commands
`supervision`, `looks state`, `export`, `report`, `incidents search --export`, and whatever takes a second person's
approval. The other commands leave it to the operating system who runs them: whoever may run commands over a home holds
its key anyway.
A data owner sees the incidents of their own extracts alone (`people set`, `people role --extract`). Two confirmations
take two people; names of operators, values of many customers and the dismissal of a confirmed incident take a second
person's approval, unless nobody else could give it. This page is written by the program itself.
""",
        "## Roles", "## Permissions", "## Pages", "## Scopes of tokens", ("permission", "page", "scope", "good for"),
    ),
    "roles.ja.md": (
        "ja",
        """# 役割と、それぞれができること

一人が一つ以上の役割を持つ。画面・Slack のボタン・API は同じ表で可否を決める。コマンドでは `supervision`、`looks state`、
`export`、`report`、`incidents search --export` と、二人目の承認が要る操作が同じ表を使う。そのほかのコマンドを誰が
実行できるかは OS の権限で決まる。ホームに対してコマンドを実行できる人は、もともとその鍵も手にしているからである。
委託元部門の人に見えるのは、自分が責任を持つ貸与データの事案だけである（`people set`、`people role --extract`）。
二つの確認は二人で行う。作業者の名前、多くの顧客の値、確認済みの事案の却下には、ほかにできる人がいる限り、二人目の
承認が要る。このページはプログラム自身が書いている。
""",
        "## 役割", "## 権限", "## 画面", "## トークンの範囲", ("権限", "画面", "範囲", "できること"),
    ),
}  # fmt: skip


def pages() -> dict[str, str]:
    """Each page's name and text."""
    return {name: _page(*head) for name, head in HEADS.items()}


def _page(
    language: str, intro: str, roles: str, permissions: str, routes: str, scopes: str, words: tuple[str, str, str, str]
) -> str:
    texts = load_texts("people", language)
    lines = [intro, roles, ""]
    lines += [f"- **{texts(f'role.{role}')}** (`{role}`): {texts(f'role_says.{role}')}" for role in Role]
    lines += ["", permissions, "", *_permissions(texts, words[0]), "", routes, "", *_routes(texts, words)]
    lines += ["", scopes, "", f"| {words[2]} | {words[3]} |", "|---|---|"]
    for scope, good_for in SCOPES.items():
        said = [texts(f"permission.{one}") for one in Permission if one in good_for]
        lines.append(f"| `{scope}` | {'; '.join(said)} |")
    return "\n".join(lines) + "\n"


def _permissions(texts: Texts, word: str) -> Iterator[str]:
    yield f"| {word} | " + " | ".join(texts(f"role.{role}") for role in PERSONAL) + " |"
    yield "|---|" + "---|" * len(PERSONAL)
    for permission, roles in TABLE.items():
        marks = ("✓" if role in roles else "" for role in PERSONAL)
        yield f"| `{permission}`: {texts(f'permission.{permission}')} | " + " | ".join(marks) + " |"


def _routes(texts: Texts, words: tuple[str, str, str, str]) -> Iterator[str]:
    del texts
    yield f"| {words[1]} | {words[0]} |"
    yield "|---|---|"
    known = [route for route in load_routes() if isinstance(route, Guarded)]
    for route in sorted(known, key=lambda one: (one.path, sorted(one.methods or ()))):
        methods = ", ".join(sorted((route.methods or set()) - {"HEAD"}))
        yield f"| {methods} `{route.path.replace(':id}', '}')}` | `{route.needs}` |"


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
