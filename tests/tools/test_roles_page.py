"""The page of roles says what the table and the routes say."""

from __future__ import annotations

import pytest

from tools.roles_page import DOCS, pages


@pytest.mark.parametrize("name", ["roles.md", "roles.ja.md"])
def test_the_page_is_as_the_table_is_now(name: str) -> None:
    """Write it anew with ``python -m tools.roles_page``."""
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name]
