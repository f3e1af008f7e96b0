"""What a child is given of the environment: what is on the list, and nothing that nobody thought of."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.processes.environment import PLACES, PROXIES, bare_environment, command_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

names = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdef0123456789", min_size=1, max_size=20)


@pytest.fixture
def surroundings() -> Iterator[None]:
    """The environment, as it was before."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@given(st.dictionaries(names, st.text("abc"), max_size=10))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_was_not_named_is_passed_on(surroundings: None, extra: dict[str, str]) -> None:
    del surroundings
    os.environ.update(extra)
    given = bare_environment()
    assert {name for name in given if name not in PLACES and not name.startswith("LC_")} == {"PYTHONSAFEPATH"}


def test_a_command_is_given_the_settings_but_not_those_of_the_alerts(surroundings: None) -> None:
    del surroundings
    os.environ.update(
        {"HINOMI_DATABASE__URL": "u", "HINOMI_ALERTS__SLACK__TOKEN": "t", "hinomi_alerts__mail__password": "p",
         "HINOMI_KEY": "k", "PGPASSFILE": "f", "VAULT_TOKEN": "v", "HTTPS_PROXY": "x"}
    )  # fmt: skip
    given = command_environment()
    assert {"HINOMI_DATABASE__URL", "PGPASSFILE", "HINOMI_KEY"} <= set(given)
    assert not {"HINOMI_ALERTS__SLACK__TOKEN", "hinomi_alerts__mail__password", "VAULT_TOKEN", *PROXIES} & set(given)
    assert "HINOMI_KEY" not in command_environment(hidden=["HINOMI_KEY"])
    assert "VAULT_TOKEN" in command_environment(["VAULT_TOKEN"])
