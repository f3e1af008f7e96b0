"""Links lead to the public address, else to where the pages are served just now, else as the settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.served import served_url, serving_at
from core.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path


def test_a_service_on_another_port_leaves_word_while_it_runs(home: Path) -> None:
    settings = load_settings(home)
    elsewhere = load_settings(home, web={"port": 9, "host": "::1"})
    assert served_url(settings) == "http://127.0.0.1:8470"
    with serving_at(elsewhere):
        assert served_url(settings) == "http://[::1]:9"
    assert served_url(settings) == "http://127.0.0.1:8470"


def test_a_public_address_wins(home: Path) -> None:
    settings = load_settings(home, web={"public_url": "https://hinomi.example/"})
    with serving_at(load_settings(home, web={"port": 9})):
        assert served_url(settings) == "https://hinomi.example"
