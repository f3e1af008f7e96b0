"""A handful of made-up customers, enrolled in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fingerprints.digests import Digester
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import learn_patterns
from fingerprints.keys import Key
from matcher.document import Document, Limits
from matcher.match import match_document
from tests.matcher.memory_index import MemoryIndex
from tests.matcher.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fingerprints.identifiers import IdentifierKind
    from matcher.finding import Finding


@pytest.fixture(scope="session")
def digester() -> Digester:
    """Digests under a key of the tests' own."""
    return Digester(Key(b"k" * 32))


@pytest.fixture(scope="session")
def kinds() -> Mapping[str, IdentifierKind]:
    """Every kind, with the form of the made-up customer numbers."""
    return load_kinds(learn_patterns([person["customer_number"] for person in PEOPLE]))


@pytest.fixture(scope="session")
def match(digester: Digester, kinds: Mapping[str, IdentifierKind]) -> Callable[..., Finding]:
    """Match bytes or text against the made-up customers."""
    index = MemoryIndex(PEOPLE, digester, kinds)

    def match(content: bytes | str, name: str = "document", limits: Limits | None = None) -> Finding:
        content = content.encode() if isinstance(content, str) else content
        return match_document(Document(name, content), index, digester, kinds, limits)

    return match
