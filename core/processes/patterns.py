"""Regular expressions that are compiled when they are first asked something.

The programs that read and match know some hundreds of them, a document asks a few, and compiling all takes a tenth of a
second of each process that starts.
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

_METHODS: Final = ("match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split")


class _Later:
    """Becomes the expression by what it is asked: from then on its methods are the expression's own."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._given = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        compiled = re.compile(*self._given)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def later(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """An expression as `re.compile` gives it, made when it is first used; a mistake in it is raised then."""
    return cast("re.Pattern[str]", _Later(pattern, flags))
