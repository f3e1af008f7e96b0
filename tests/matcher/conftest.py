"""A handful of made-up customers, enrolled in a real index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fingerprints.building.builder import build_index
from fingerprints.identifiers import load_kinds
from fingerprints.index.generation import Index
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key
from matcher.document import Document, Limits
from matcher.match import match_document
from tests.matcher.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fingerprints.identifiers import IdentifierKind
    from matcher.finding import Finding


@dataclass(frozen=True)
class Bench:
    """An index with everything that matching needs."""

    index: Index
    digester: Digester
    kinds: Mapping[str, IdentifierKind]

    def match(self, content: bytes | str, name: str = "document", limits: Limits | None = None) -> Finding:
        """The finding over bytes or text."""
        content = content.encode() if isinstance(content, str) else content
        return match_document(Document(name, content), self.index, self.digester, self.kinds, limits)

    def numbers(self, finding: Finding) -> set[str]:
        """The customer numbers of everybody matched."""
        return set(self.index.reveal(finding.members)) if finding.members.size else set()

    def number(self, subject: int) -> str:
        """The customer number of a subject."""
        return self.index.reveal(np.array([subject], np.uint32))[0]


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The made-up customers, enrolled."""
    folder = tmp_path_factory.mktemp("index")
    key = Key(b"k" * 32)
    columns = {kind: [person[kind] for person in PEOPLE] for kind in PEOPLE[0]}
    build_index(folder, key, "everyone", columns, as_of=date(2026, 4, 1))
    index = Index.open(folder, key)
    return Bench(index, Digester(key), load_kinds(index.number_patterns))
