"""Settings: defaults, file, environment, and all problems in one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, SecretStr

from core.settings import SETTINGS_FILE, Settings, SettingsError, find_home, load_settings

if TYPE_CHECKING:
    from pathlib import Path


def test_defaults_put_everything_into_the_home_folder(home: Path) -> None:
    settings = load_settings(home)
    assert settings.home == home.resolve()
    assert settings.database_url == f"sqlite:///{home.resolve()}/hinomi.db"
    assert settings.index_dir.parent == settings.archive_dir.parent == settings.sources_path.parent == home.resolve()
    assert not settings.alerts.slack.is_set_up


def test_the_environment_wins_over_the_file_and_leaves_its_neighbours(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / SETTINGS_FILE).write_text("[crawler]\ndelay_s = 7.0\ntimeout_s = 9.0\n", encoding="utf-8")
    monkeypatch.setenv("HINOMI_CRAWLER__DELAY_S", "2.5")
    monkeypatch.setenv("HINOMI_HOME", "/nowhere.invalid")
    settings = load_settings(home)
    assert (settings.crawler.delay_s, settings.crawler.timeout_s) == (2.5, 9.0)


def test_all_problems_come_in_one_message_with_place_and_value(home: Path) -> None:
    (home / SETTINGS_FILE).write_text(
        'language = "fr"\nwhatever = 1\n[crawler]\ndelay_s = -4\n[web]\nport = 99999\n', encoding="utf-8"
    )
    with pytest.raises(SettingsError) as caught:
        load_settings(home)
    message = str(caught.value)
    for expected in ("language", "'fr'", "whatever", "crawler.delay_s", "-4", "web.port", "99999"):
        assert expected in message
    assert SETTINGS_FILE in caught.value.hint


def secrets_in(model: type[BaseModel], table: str = "") -> list[tuple[str, str]]:
    """Each secret setting, with its table."""
    found = []
    for name, field in model.model_fields.items():
        if field.annotation is SecretStr:
            found.append((table, name))
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found += secrets_in(field.annotation, f"{table}.{name}".strip("."))
    return found


@pytest.mark.parametrize(("table", "name"), secrets_in(Settings))
def test_a_secret_is_never_shown(home: Path, table: str, name: str) -> None:
    secret = "xoxb-secret-of-sixteen-and-more"
    (home / SETTINGS_FILE).write_text(f'[{table}]\n{name} = ["{secret}"]\n', encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(home)
    assert f"{table}.{name}" in str(caught.value)
    assert secret not in str(caught.value)
    (home / SETTINGS_FILE).write_text(f'[{table}]\n{name} = "{secret}"\n', encoding="utf-8")
    said = ""
    try:
        said = repr(load_settings(home))
    except SettingsError as error:  # alone it is not enough
        said = str(error)
    assert said
    assert secret not in said


def test_there_are_secrets_to_be_hidden() -> None:
    assert {"token", "app_token", "password", "client_secret", "secret"} <= {name for _, name in secrets_in(Settings)}


@pytest.mark.parametrize("content", [b"language = ", b"\xff\xfe\x00", b'language = "ja"\nlanguage = "en"\n'])
def test_a_broken_file_is_named(home: Path, content: bytes) -> None:
    (home / SETTINGS_FILE).write_bytes(content)
    with pytest.raises(SettingsError, match=SETTINGS_FILE):
        load_settings(home)


def test_the_home_is_what_was_given_then_the_variable_then_a_folder_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_home() == tmp_path / "hinomi-home"
    monkeypatch.setenv("HINOMI_HOME", str(tmp_path / "by-variable"))
    assert find_home() == tmp_path / "by-variable"
    assert find_home(tmp_path / "given") == tmp_path / "given"
