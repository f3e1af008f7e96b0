"""Every page answers, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from tests.web.scene import Scene


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("page", ["/", "/incidents", "/incidents?show=all", "/search", "/sources", "/session"])
def test_every_page_answers(browser: TestClient, scene: Scene, page: str, language: str) -> None:
    del scene
    answer = browser.get(page, params={"lang": language})
    assert answer.status_code == 200, answer.text
    assert f'<html lang="{language}">' in answer.text
