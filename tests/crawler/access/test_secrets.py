"""Secrets come from the environment, a file of our own or a command; what is wrong with them is said without them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.access.secrets import SecretError, Vault, find_secrets, variable_of, vault_of
from crawler.sources import read_sources

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """
[sources.a]
engine = "paste-list"
url = "http://a.example/"
secrets = ["api-a", "api-b"]
options = {dialect = "bepasty"}
[sources.a.login]
kind = "form"
page = "http://a.example/login"
user = "watch"
secret = "forum-a"
"""


def write(home: Path, text: str, mode: int = 0o600) -> None:
    file = home / "secrets.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)


def test_the_environment_comes_before_the_file_and_a_command_is_asked(tmp_path: Path) -> None:
    write(
        tmp_path,
        f"a = 'from the file'\nb = 'of the file'\nc = {{ command = ['{sys.executable}', '-c', 'print(7 ** 9)'] }}",
    )
    found = find_secrets(["a", "b", "c", "d"], tmp_path, {"HINOMI_SECRET_A": "from outside"})
    assert found == {"a": "from outside", "b": "of the file", "c": str(7**9)}


@given(st.from_regex(r"[a-z0-9][a-z0-9-]{0,30}", fullmatch=True))
def test_every_name_has_a_variable_that_a_shell_can_set(name: str) -> None:
    assert variable_of(name).replace("_", "").isalnum()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    write(tmp_path, "a = 'long enough'", mode)
    with pytest.raises(SecretError, match=r"may be read by others \(mode 06") as caught:
        find_secrets(["a"], tmp_path, {})
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 'never shown", "is not TOML"),
        ("a = 12", "neither text nor a command"),
        ("a = 'shown'", "fewer than 6 characters"),
        ("a = { command = ['/no/such/program'] }", "failed: FileNotFoundError"),
        (f"a = {{ command = ['{sys.executable}', '-c', 'exit(3)'] }}", "exit code 3"),
    ],
)
def test_what_is_wrong_is_said_without_the_secret(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, text)
    with pytest.raises(SecretError, match=said) as caught:
        find_secrets(["a"], tmp_path, {})
    assert "shown" not in f"{caught.value}{caught.value.hint}"


def test_a_source_gets_what_it_names_and_hears_of_all_that_is_missing(tmp_path: Path) -> None:
    source = read_sources(SOURCE, "sources.toml")["a"]
    write(tmp_path, "api-a = 'the first one'\nforum-a = 'the second one'\nother = 'somebody else'")
    with pytest.raises(SecretError, match=r"'a' needs a secret that is not there: 'api-b'$"):
        vault_of(source, tmp_path, {})
    vault = vault_of(source, tmp_path, {"HINOMI_SECRET_API_B": "from outside"})
    assert vault.values == {"api-a": "the first one", "api-b": "from outside"}
    assert vault.login == {"forum-a": "the second one"}
    assert not [value for value in ("first", "second", "outside") if value in repr(vault)]
    assert repr(Vault()) == "Vault()"
