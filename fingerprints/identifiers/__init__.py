"""Kinds of identifiers, one a file; `load_kinds` gives them all."""

from __future__ import annotations

import inspect
import sys
from functools import cache
from typing import TYPE_CHECKING

from core.plugins import load_plugins
from fingerprints.identifiers.interface import Found, IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Found", "IdentifierKind", "kind_classes", "load_kinds"]


@cache
def kind_classes() -> dict[str, type[IdentifierKind]]:
    """The class of every kind, by name."""
    return load_plugins(sys.modules[__name__], IdentifierKind)  # type: ignore[type-abstract]


def load_kinds(number_patterns: Sequence[str] = ()) -> dict[str, IdentifierKind]:
    """An instance of every kind, by name.

    Args:
        number_patterns: How customer numbers look (`Index.number_patterns`, learned at enrolment); without them they
            are not found in free text.
    """
    return {
        name: kind(number_patterns) if _takes_patterns(kind) else kind()  # type: ignore[call-arg]
        for name, kind in kind_classes().items()
    }


@cache
def _takes_patterns(kind: type[IdentifierKind]) -> bool:
    return bool(inspect.signature(kind).parameters)
