"""The picture of who holds what, with one extract's path lit, and the table behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from starlette.exceptions import HTTPException

from custody.models import Extract
from custody.register.overview import register_on
from custody.register.processors import tree
from incidents.ownership import is_named
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.own import own_names
from web.charts.tree import CARRIER, Twig, draw_tree
from web.routes.register.asked import NOT_THERE, today_of
from web.world import world_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from custody.register.overview import Line
    from custody.register.processors import Branch
    from web.charts.tree import TreePicture


@dataclass(frozen=True, slots=True)
class HoldersDrawn:
    """Both drawings of who holds what, and what they show.

    Attributes:
        extract: Whose path is lit; empty for none.
        wide: For a wide page.
        narrow: For a narrow one.
        opened: What somebody unfolded.
        rows: The tree as a table: a processor each, deeper ones after whom they work for.
    """

    extract: str
    wide: TreePicture
    narrow: TreePicture
    opened: tuple[int, ...]
    rows: tuple[tuple[int, Twig], ...]


def page(request: Request) -> Response:
    """The picture on a page of its own."""
    world, name = world_of(request), request.query_params.get("extract", "")
    names = own_names(request, Permission.SEE_REGISTER)
    with world.home.database.read() as session:
        extract = session.scalar(select(Extract).where(Extract.name == name)) if name else None
        if name and (extract is None or (names is not None and not is_named(name, names))):
            raise HTTPException(NOT_THERE)
        opened = opened_of(request.query_params.get("open", ""))
        drawn = pictures_of(session, extract, today_of(request), opened=opened, only=_own_ids(session, names))
        known = list(session.scalars(select(Extract.name).order_by(Extract.name)))
    choices = [one for one in known if names is None or is_named(one, names)]
    return world.pages.render(
        request, "register_map.html", pictures=drawn, extract=extract, choices=choices, today=today_of(request)
    )


def pictures_of(
    session: Session,
    extract: Extract | None,
    day: date,
    *,
    opened: Sequence[int] = (),
    only: Collection[int] | None = None,
) -> HoldersDrawn:
    """Who holds what, drawn; with the path of an extract lit.

    Args:
        session: A reading session.
        extract: The extract, if one is meant.
        day: Of this day are its copies; who works for whom is as it is now.
        opened: Processors whose folded ones are shown.
        only: Count copies of these extracts alone.
    """
    lines = _copies(session, extract, day) if extract is not None else {}
    branches = tree(session, only=only)
    twigs = [_twig(branch, lines) for branch in branches]
    rows = tuple((branch.depth, twig) for branch, twig in zip(branches, twigs, strict=True))
    return HoldersDrawn(
        extract.name if extract is not None else "",
        draw_tree(twigs, opened=opened),
        draw_tree(twigs, opened=opened, is_wide=False),
        tuple(opened),
        rows,
    )


def opened_of(text: str) -> list[int]:
    """The numbers in an address, those that are any."""
    return [int(part) for part in text.split(",") if part.isascii() and part.isdigit() and len(part) < 10][:300]  # noqa: PLR2004  # as web.ids


def _copies(session: Session, extract: Extract, day: date) -> dict[int, Line]:
    lines = register_on(session, day, only=[extract.name])
    return {line.processor_id: line for line in lines if line.processor_id is not None}


def _twig(branch: Branch, lines: dict[int, Line]) -> Twig:
    processor = branch.processor
    line = lines.get(processor.id)
    above = line.chain[1] if line and len(line.chain) > 1 else ""
    giver = line.copied_from if line and line.copied_from != above else ""
    return Twig(
        processor.id, processor.name, processor.parent_id or CARRIER, branch.held, line.standing if line else "",
        branch.consent, processor.contract_kind, giver,
    )  # fmt: skip


def _own_ids(session: Session, names: tuple[str, ...] | None) -> set[int] | None:
    if names is None:
        return None
    every = session.execute(select(Extract.id, Extract.name))
    return {number for number, name in every if is_named(name, names)}


ROUTES = [Guarded("/register/map", page, needs=Permission.SEE_REGISTER)]
