"""moto, a server that speaks S3 and checks signatures, with one user and one bucket."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.ports import free_port
from tests.targets.environments import running, target_python

if TYPE_CHECKING:
    from collections.abc import Iterator

SETUP = Path(__file__).with_name("moto_setup.py")
BUCKET, REGION = "drop", "ap-northeast-1"
ACTIONS_BEFORE = "3"
"""Making the user, his policy and his keys; from then on moto wants a signature that holds."""


@dataclass(frozen=True)
class S3Server:
    """A running server with its bucket."""

    url: str
    access_key: str
    secret_key: str
    place: Path

    def put(self, **files: bytes) -> None:
        """Put objects into the bucket; of a name ``__`` stands for a slash."""
        folder = self.place / "files"
        for name, content in files.items():
            file = folder / name.replace("__", "/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        _tell(self.url, "put", self.access_key, self.secret_key, BUCKET, str(folder))


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Start it on a free port."""
    python, port = target_python("moto"), free_port()
    command = [str(python.with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    more = {"INITIAL_NO_AUTH_ACTION_COUNT": ACTIONS_BEFORE}
    with running(command, port, folder / "moto.log", cwd=folder, env=more):
        url = f"http://127.0.0.1:{port}"
        access, secret = _tell(url, "user").split()
        _tell(url, "bucket", access, secret, BUCKET)
        yield S3Server(url, access, secret, folder)


def _tell(url: str, *arguments: str) -> str:
    command = [str(target_python("moto")), str(SETUP), url, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
