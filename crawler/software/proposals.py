"""What can be proposed for a site, and why; the sentence for people in both languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from core.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Mapping


class Why(StrEnum):
    """What a proposal rests on, the surest first; the last three propose no engine."""

    CONTENT = "content"
    GENERATOR = "generator"
    ANSWER = "answer"
    COOKIE = "cookie"
    PAGE = "page"
    ADDRESS = "address"
    FEED = "feed"
    STRUCTURE = "structure"
    ENCRYPTED = "encrypted"
    UNLISTED = "unlisted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a site may be read.

    Attributes:
        engine: Empty: by none of ours, which `why` explains.
        address: Where the source begins.
        why: What it rests on; ``shown`` is what was found.
        dialect: Empty: the options alone.
        options: Beside those of the dialect.
    """

    engine: str
    address: str
    why: Why
    shown: str
    dialect: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """Why, for people."""
        return load_texts("crawler", language)(f"recognition.{self.why}", shown=self.shown)


@dataclass(frozen=True, slots=True)
class Probe:
    """An address that answers in a known way where a software runs."""

    address: str
    software: str
