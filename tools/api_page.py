"""Writes docs/api.md and docs/api.ja.md, as the operations say it: ``python -m tools.api_page``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from web.api.door import BASE
from web.api.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS: Final = Path(__file__).parent.parent / "docs"
HEADS: Final = {
    "api.md": (
        f"""# The API

Other systems read and work incidents over JSON below `{BASE}`; `{BASE}/openapi.json` describes every call (OpenAPI 3.1). A
service has an account and tokens, each good for its scopes, and never sees a customer's value:

```
hinomi people add soar --role service
hinomi people token soar --scope incidents:read --scope incidents:write
curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8470{BASE}/incidents
```

Lists come in pages: `next` of one is the `cursor` of the next, empty at the end. A change with an `Idempotency-Key` is made once,
however often it is sent (for a week). Errors are problem documents (RFC 9457); more calls than `[people] calls_per_minute` of one
token wait (429, `Retry-After`). Confirmations, reveals and approvals are of persons alone. What a service does stands in the
timeline under its name. Documents are handed in at `/api/intake` (see [sources.md](sources.md)). This page is written by the
operations themselves.
""",
        ("call", "scope", "parameters", "what it does"),
    ),
    "api.ja.md": (
        f"""# API

ほかのシステムは `{BASE}` 以下の JSON で事案を読み、扱う。`{BASE}/openapi.json` がすべての呼び出しを記述する（OpenAPI 3.1）。サービスは
アカウントとトークンを持ち、トークンは範囲(scope)だけで使え、顧客の値は決して見えない。

```
hinomi people add soar --role service
hinomi people token soar --scope incidents:read --scope incidents:write
curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8470{BASE}/incidents
```

一覧はページに分かれる：`next` が次の `cursor` で、最後は空。`Idempotency-Key` 付きの変更は、何度送っても一度だけ行われる（一週間）。
エラーは problem 文書（RFC 9457）。一つのトークンの呼び出しが `[people] calls_per_minute` を超えると待つ（429、`Retry-After`）。
確認・開示・承認は人だけのもの。サービスの行いはその名前でタイムラインに残る。文書の受け取りは `/api/intake`
（[sources.ja.md](sources.ja.md)）。このページは操作自身が書いている（説明は英語）。
""",
        ("呼び出し", "範囲", "パラメーター", "すること"),
    ),
}  # fmt: skip


def pages() -> dict[str, str]:
    """Each page's name and text."""
    return {name: "\n".join([intro, *_table(words)]) + "\n" for name, (intro, words) in HEADS.items()}


def _table(words: tuple[str, ...]) -> Iterator[str]:
    yield "| " + " | ".join(words) + " |"
    yield "|---" * len(words) + "|"
    for one in OPERATIONS:
        parameters = ", ".join(f"`{name}`" for name in one.query) or ("JSON" if one.takes else "")
        path = one.path.replace(":id}", "}")
        yield f"| {one.method} `{path}` | `{one.scope}` | {parameters} | {one.summary} |"


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
