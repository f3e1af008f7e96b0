"""bepasty, a paste site, filled through its REST API."""

from __future__ import annotations

import base64
import json
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.servers.ports import free_port
from tests.targets.environments import RequestLog, running, target_python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """\
SITENAME = "paste.example"
STORAGE_FILESYSTEM_DIRECTORY = {store!r}
SECRET_KEY = "for tests on loopback alone, 0123456789"
SESSION_COOKIE_SECURE = False
DEFAULT_PERMISSIONS = "create,list,read"
PERMISSIONS = {{}}
"""


@dataclass(frozen=True)
class Bepasty:
    """A running bepasty."""

    url: str
    log: RequestLog

    def paste(self, content: bytes, name: str) -> str:
        """Upload one item; gives its id."""
        headers = {
            "Content-Type": "text/plain",
            "Content-Filename": name,
            "Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}",
        }
        request = urllib.request.Request(self.url + "/apis/rest/items", base64.b64encode(content), headers)
        with urllib.request.urlopen(request) as answer:
            return str(answer.headers["Content-Location"].rpartition("/")[2])

    def meta(self, item: str) -> dict[str, Any]:
        """What bepasty itself says about an item."""
        with urllib.request.urlopen(f"{self.url}/apis/rest/items/{item}") as answer:
            return dict(json.load(answer)["file-meta"])


@contextmanager
def bepasty_server(folder: Path) -> Iterator[Bepasty]:
    """Start it on a free port over a folder of its own."""
    python, port = target_python("bepasty"), free_port()
    (folder / "store").mkdir()
    config = folder / "config.py"
    config.write_text(CONFIG.format(store=str(folder / "store")), encoding="utf-8")
    command = [str(python.with_name("bepasty-server")), "--host", "127.0.0.1", "--port", str(port)]
    with running(command, port, folder / "log", cwd=folder, env={"BEPASTY_CONFIG": str(config)}):
        yield Bepasty(f"http://127.0.0.1:{port}", RequestLog(folder / "log"))
