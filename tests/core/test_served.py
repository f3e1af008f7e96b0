"""Links lead to the public address, else to where the pages are served just now, else as the settings say."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from core.served import FILE, is_served, served_url, serving_at
from core.settings import load_settings
from tests.servers.child import ended

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings import Settings


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


SERVE = """
import sys, time
from pathlib import Path
from core.served import serving_at
from core.settings import load_settings
with serving_at(load_settings(Path(sys.argv[1]))):
    print("there", flush=True)
    time.sleep(60)
"""


def test_a_home_is_served_while_it_is_and_no_longer(settings: Settings) -> None:
    assert not is_served(settings.home)
    with serving_at(settings):
        assert is_served(settings.home)
        assert served_url(settings) == settings.web_url
    assert not is_served(settings.home)


def test_what_a_killed_service_left_is_not_taken_for_one(settings: Settings) -> None:
    with ended(subprocess.Popen([sys.executable, "-c", SERVE, str(settings.home)], stdout=subprocess.PIPE)) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert is_served(settings.home)
        child.send_signal(signal.SIGKILL)
        child.wait(30)
    assert (settings.home / FILE).exists()
    assert not is_served(settings.home)
