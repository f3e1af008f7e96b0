"""Canaille, an OpenID provider: people with passwords and groups, and us as its client."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2
from lxml import html

from tests.servers.ports import free_port
from tests.targets.environments import running, target_python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLIENT, SECRET = "hinomi", "a-secret-of-the-client"
PASSWORD = "correct-horse-battery-9"
STEPS = 8
"""Pages between our sign-in and our own page again: name, password, consent, and what leads on."""


@dataclass(frozen=True)
class OpenIdProvider:
    """A running provider."""

    issuer: str
    command: tuple[str, ...]
    config: Path

    def add_person(self, login: str, *groups: str) -> None:
        """A person with a proven address, in groups that are made when they are new."""
        user = self.tell(
            "create", "user", "--user-name", login, "--password", PASSWORD, "--emails", f"{login}@carrier.example",
            "--family-name", login,
        )  # fmt: skip
        for group in groups:
            self.tell("create", "group", "--display-name", group, "--members", user["id"])

    def tell(self, *arguments: str) -> dict[str, str]:
        """Run one of its commands; gives what it made."""
        done = subprocess.run(
            [*self.command, *arguments],
            check=True,
            capture_output=True,
            text=True,
            env={"CANAILLE_CONFIG": str(self.config)},
        )
        line = next((line for line in done.stdout.splitlines() if line.startswith("{")), "{}")
        made: dict[str, str] = json.loads(line)
        return made

    def sign_in(self, address: str, login: str, back: str, *, password: str = PASSWORD) -> str:
        """Go to its pages as a browser does, and sign in there; gives the address of ours that it sends back to."""
        with httpx2.Client(follow_redirects=False, timeout=20) as browser:
            answer = browser.get(address)
            for _ in range(3 * STEPS):
                if answer.has_redirect_location:
                    following = str(answer.next_request.url) if answer.next_request else ""
                    if urlsplit(following).path == back:
                        return following
                    answer = browser.get(following)
                    continue
                answer = self._submit(browser, answer, login, password)
        raise AssertionError(f"the provider stays at {answer.url}: {answer.text[:2000]}")

    def _submit(self, browser: httpx2.Client, answer: httpx2.Response, login: str, password: str) -> httpx2.Response:
        page = html.fromstring(answer.text, base_url=str(answer.url))
        form = next(one for one in page.forms if one.method == "POST")
        fields = {name: value or "" for name, value in form.form_values()}
        fields |= {name: said for name, said in (("login", login), ("password", password)) if name in form.fields}
        if "answer" in {button.get("name") for button in form.xpath(".//button")}:
            fields["answer"] = "accept"
        return browser.post(str(answer.url.join(form.action or "")), data=fields)


@contextmanager
def openid_provider(folder: Path, back: str) -> Iterator[OpenIdProvider]:
    """Start it on a free port; ``back`` is the address of ours that it may send people back to."""
    command = str(target_python("canaille").with_name("canaille"))
    port, config = free_port(), folder / "canaille.toml"
    config.write_text("", encoding="utf-8")
    dumped = subprocess.run(
        [command, "config", "dump"], check=True, capture_output=True, text=True, cwd=folder, env={}
    ).stdout
    keys = next(line for line in dumped.splitlines() if line.startswith("ACTIVE_JWKS"))
    config.write_text(
        f'SECRET_KEY = "only of this test"\n[CANAILLE]\nDATABASE = "sql"\n[CANAILLE_SQL]\n'
        f'DATABASE_URI = "sqlite:///{folder}/canaille.sqlite"\n[CANAILLE_OIDC]\n{keys}\n',
        encoding="utf-8",
    )
    provider = OpenIdProvider(f"http://127.0.0.1:{port}/", (command,), config)
    provider.tell("install")
    scopes = [part for scope in ("openid", "profile", "email", "groups") for part in ("--scope", scope)]
    client = provider.tell(
        "create", "client", "--client-id", CLIENT, "--client-secret", SECRET, "--client-name", "Hinomi",
        "--redirect-uris", back, *scopes, "--grant-types", "authorization_code", "--response-types", "code",
        "--token-endpoint-auth-method", "client_secret_basic",
    )  # fmt: skip
    provider.tell("set", "client", client["id"], "--audience", client["id"])
    log, env = folder / "canaille.log", {"CANAILLE_CONFIG": str(config)}
    with running([command, "run", "--bind", f"127.0.0.1:{port}"], port, log, cwd=folder, env=env):
        yield provider
