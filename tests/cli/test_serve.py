"""`hinomi serve` as a process: the address that it prints opens the pages, on whatever port, and is told again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from click.testing import CliRunner

from cli.main import hinomi
from tests.servers.child import ended

if TYPE_CHECKING:
    from pathlib import Path


def test_the_printed_address_opens_the_pages_and_links_lead_there_while_it_runs(tmp_path: Path) -> None:
    home = tmp_path / "home"
    CliRunner().invoke(hinomi, ["--home", str(home), "init"])
    command = [sys.executable, "-m", "cli", "--home", str(home), "serve", "--port", "0", "--no-scheduler", "--json"]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)) as service:
        try:
            assert service.stdout
            address = json.loads(service.stdout.readline())["address"]
            told = CliRunner().invoke(hinomi, ["--home", str(home), "serve", "--address", "--json"])
            first, address = address, json.loads(told.stdout)["address"]
            base = urlsplit((home / "web-address").read_text(encoding="utf-8").strip())
            assert address.startswith(f"{base.geturl()}/?token=")
            assert base.port not in {None, 8470}
            asked = HTTPConnection(base.hostname or "", base.port)
            asked.request("GET", address.removeprefix(base.geturl()))
            answer = asked.getresponse()
            assert (answer.status, answer.headers["location"]) == (303, "/")
            asked.close()
            asked.request("GET", first.removeprefix(base.geturl()))
            assert asked.getresponse().status == 403, "one link is good at a time"
            asked.close()
        finally:
            service.send_signal(signal.SIGTERM)
    assert service.returncode == 0
    assert not (home / "web-address").exists()
