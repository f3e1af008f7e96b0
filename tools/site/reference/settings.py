"""The page of settings, as their models say it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from core.settings import Settings
from tools.site.reference._markdown import cell, code, first_line, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

WORDS: Final = {
    "en": (
        "# Settings\n\nEvery key of `hinomi.toml`, with its default. An environment variable goes before the file.\n",
        ("key", "type", "default", "environment", "what it says"),
        "secret",
    ),
    "ja": (
        "# 設定\n\n`hinomi.toml` のすべてのキーと既定値。環境変数が優先される。説明は英語。\n",
        ("キー", "型", "既定", "環境変数", "意味"),
        "秘密",
    ),
}


def page(language: str) -> str:
    """The page in a language."""
    intro, head, secret = WORDS[language]
    return "\n".join([intro, *_sections(Settings, "", head, secret)]) + "\n"


def _sections(model: type[BaseModel], path: str, head: tuple[str, ...], secret: str) -> Iterator[str]:
    rows = [
        (code(name), _type(field), _default(field, secret), code(_variable(path, name)), cell(field.description or ""))
        for name, field in model.model_fields.items()
        if _inner(field) is None
    ]
    if path:
        yield from (f"## `[{path}]`", "", cell(first_line(model)), "")
    if rows:
        yield from table(head, rows)
    for name, field in model.model_fields.items():
        if inner := _inner(field):
            yield from _sections(inner, f"{path}.{name}".lstrip("."), head, secret)


def _inner(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _type(field: FieldInfo) -> str:
    kind: Any = field.annotation
    name = kind.__name__ if isinstance(kind, type) and not hasattr(kind, "__args__") else str(kind)
    return code(re.sub(r"\b(?:[a-z_]+\.)+(?=\w)", "", name).replace("SecretStr", "str"))


def _default(field: FieldInfo, secret: str) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return ""
    return secret if isinstance(value, SecretStr) else code(f"{value}" if value not in ("", None) else "")


def _variable(path: str, name: str) -> str:
    return "HINOMI_" + "__".join([*path.split("."), name] if path else [name]).upper()
