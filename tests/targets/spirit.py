"""Spirit, a forum, filled through its Django models by ``spirit_seed.py`` in its own environment."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.ports import free_port
from tests.targets.environments import RequestLog, running, target_python

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.targets.posts import Post

ZONE = "Asia/Tokyo"
SETTINGS = f"""
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
TIME_ZONE = "{ZONE}"
LOGGING["loggers"]["django.server"] = {{"handlers": ["console"], "level": "INFO", "propagate": False}}
DATABASES["default"] = {{"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3", "OPTIONS": {{"timeout": 30}}}}
"""
SEED = Path(__file__).with_name("spirit_seed.py")


@dataclass(frozen=True)
class Spirit:
    """A running Spirit."""

    url: str
    board: str
    log: RequestLog
    python: Path
    project: Path

    def post(self, posts: Sequence[tuple[str, Post]]) -> list[str]:
        """Write posts, each into the topic of that name, made when it is new; gives the topics' paths."""
        lines = [
            {"topic": topic, "author": post.author, "body": post.body, "at": post.at.isoformat()}
            for topic, post in posts
        ]
        done = subprocess.run(
            [str(self.python), str(SEED)], input=json.dumps(lines), capture_output=True, text=True, cwd=self.project,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "forum.settings.dev"}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout))


@contextmanager
def spirit_server(folder: Path) -> Iterator[Spirit]:
    """Set it up and start it on a free port over a folder of its own."""
    python, port = target_python("spirit"), free_port()
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    start = [str(python.with_name("spirit")), "startproject", "forum"]
    subprocess.run(start, cwd=folder, env={**os.environ, "PATH": path}, check=True, capture_output=True)
    project = folder / "forum"
    with (project / "forum" / "settings" / "dev.py").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    subprocess.run([str(python), "manage.py", "spiritinstall"], cwd=project, check=True, capture_output=True)
    command = [str(python), "manage.py", "runserver", "--noreload", "--insecure", f"127.0.0.1:{port}"]
    with running(command, port, folder / "log", cwd=project):
        url = f"http://127.0.0.1:{port}"
        yield Spirit(url, f"{url}/topic/active/", RequestLog(folder / "log"), python, project)
