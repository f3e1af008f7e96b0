"""What of its environment a child is given: an allow-list, since nobody knows what else stands there.

A token, a password, a key in a variable are for the process that needs them, by name. What a child gets says where
things are on this machine, how to speak, and Hinomi's own settings without those of the alerts.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLACES: Final = """
PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TZDIR TMPDIR TEMP TMP TERM COLUMNS LINES NO_COLOR CI
PYTHONPATH PYTHONHASHSEED PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX PYTHONWARNINGS VIRTUAL_ENV LD_LIBRARY_PATH
SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE
OMP_NUM_THREADS OPENBLAS_NUM_THREADS POLARS_MAX_THREADS RAYON_NUM_THREADS
"""
PLACES: Final = frozenset(_PLACES.split())
"""Where things are and how to speak: what every program may know."""
_PROXIES: Final = "HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY"
PROXIES: Final = frozenset([*_PROXIES.split(), *_PROXIES.lower().split()])
"""For whoever goes out; an address of a proxy may hold a password."""
SETTINGS: Final = "HINOMI_"
ALERTS: Final = "HINOMI_ALERTS__"
"""Slack's token and mail's password: for the process that delivers, which is no child."""
SECRETS: Final = "HINOMI_SECRET_"
"""Passwords and tokens of sources: for the sweep of the source that names them."""
_SPEECH: Final = "LC_"
_POSTGRESQL: Final = "PG"


def bare_environment(more: Iterable[str] = ()) -> dict[str, str]:
    """For a worker: where things are, and the variables in ``more``; no setting, no secret.

    ``PYTHONSAFEPATH`` keeps the current folder out of where modules are looked for, in every Python below it too.
    """
    allowed = PLACES | set(more)
    kept = {name: value for name, value in os.environ.items() if name in allowed or name.startswith(_SPEECH)}
    return kept | {"PYTHONSAFEPATH": "1"}


def command_environment(more: Iterable[str] = (), hidden: Iterable[str] = ()) -> dict[str, str]:
    """For a command of ours: the same, Hinomi's settings, and how to reach PostgreSQL.

    Secrets of the alerts and of sources stay here, and what is ``hidden`` does not go along, whatever it is called.
    """
    ours = (name for name in os.environ if name.startswith(SETTINGS) and not name.upper().startswith((ALERTS, SECRETS)))
    given = bare_environment([*ours, *(name for name in os.environ if name.startswith(_POSTGRESQL)), *more])
    return {name: value for name, value in given.items() if name not in set(hidden)}
