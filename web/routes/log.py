"""The transparency log for an auditor: its signed heads, proofs to take away, and the script that checks them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from people.roles import Permission
from transparency import check_proof
from transparency.errors import NoEntryError
from transparency.heads import head_line
from transparency.keys import public_path
from transparency.kinds import KINDS
from transparency.last_verification import ask_for_verification
from transparency.models import LogHead
from transparency.proofs import prove_consistency, prove_inclusion
from transparency.sequencer import count_waiting, tree_size
from web.access.guarded import Guarded
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request

SHOWN = 50


def log(request: Request) -> Response:
    """How large the log is, its latest heads, and forms for proofs."""
    return _page(request)


def inclusion(request: Request) -> Response:
    """That an entry is in the log, as a file."""
    kind, number = request.query_params.get("kind", ""), _number(request, "id")
    if kind not in KINDS:
        raise HTTPException(400)
    try:
        with world_of(request).home.database.read() as session:
            return _file(prove_inclusion(session, kind, number), f"inclusion-{kind}-{number}")
    except NoEntryError as error:
        return _page(request, refused=error.reason, status=404)


def consistency(request: Request) -> Response:
    """That a smaller log is the beginning of a larger one, as a file."""
    first, second = _number(request, "first"), _number(request, "second")
    try:
        with world_of(request).home.database.read() as session:
            return _file(prove_consistency(session, first, second), f"consistency-{first}-{second}")
    except NoEntryError as error:
        return _page(request, refused=error.reason, status=404)


def heads(request: Request) -> Response:
    """Every signed head, a line each, as in the files outside of the database."""
    with world_of(request).home.database.read() as session:
        lines = [head_line(head) for head in session.scalars(select(LogHead).order_by(LogHead.size))]
    return _attached("".join(lines), "application/jsonl", "hinomi-heads.jsonl")


def script(_request: Request) -> Response:
    """The script that checks proofs."""
    return _attached(Path(check_proof.__file__).read_text(encoding="utf-8"), "text/x-python", "check_proof.py")


def key(request: Request) -> Response:
    """The public key."""
    path = public_path(world_of(request).home.settings.log_key_path)
    if not path.is_file():
        raise HTTPException(404)
    return _attached(path.read_text(encoding="ascii"), "application/x-pem-file", "log-key.pub")


def verify(request: Request) -> Response:
    """Have the whole record verified; the scheduler does it, and every page's foot says what came of it."""
    world = world_of(request)
    with world.home.database.write() as session:
        ask_for_verification(session, actor=actor_of(request), now=world.home.clock.now())
    return RedirectResponse("/log", status_code=303)


def _page(request: Request, *, refused: str = "", status: int = 200) -> Response:
    world = world_of(request)
    with world.home.database.read() as session:
        shown = session.scalars(select(LogHead).order_by(LogHead.size.desc()).limit(SHOWN)).all()
        size, waiting = tree_size(session), count_waiting(session)
    return world.pages.render(
        request, "log.html", status=status, heads=shown, size=size, waiting=waiting, kinds=list(KINDS), refused=refused,
        files=[str(path) for path in world.home.settings.head_paths],
    )  # fmt: skip


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < len(str(1 << 63))):
        raise HTTPException(400)
    return int(text)


def _file(made: dict[str, Any], name: str) -> Response:
    text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    return _attached(text, "application/json", f"hinomi-{name}.json")


def _attached(text: str, media_type: str, name: str) -> Response:
    return Response(text, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


ROUTES = [
    Guarded("/log", log, methods=["GET"], needs=Permission.SEE_RECORD),
    Guarded("/log/verify", verify, methods=["POST"], needs=Permission.VERIFY),
    Guarded("/log/inclusion", inclusion, methods=["GET"], needs=Permission.SEE_ENTRIES),
    Guarded("/log/consistency", consistency, methods=["GET"], needs=Permission.SEE_RECORD),
    Guarded("/log/heads.jsonl", heads, methods=["GET"], needs=Permission.SEE_RECORD),
    Guarded("/log/check_proof.py", script, methods=["GET"], needs=Permission.SEE_RECORD),
    Guarded("/log/log-key.pub", key, methods=["GET"], needs=Permission.SEE_RECORD),
]
