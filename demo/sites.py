"""The demo's paste site and forum: two small servers on loopback, in one child process.

``python -m demo.sites PASTE FORUM`` serves on two sockets that it inherited (their handles) until its parent is gone:
a killed demo leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import html
import os
import sys
from typing import TYPE_CHECKING, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from demo.carrier import make_carrier
from demo.ports import inherited
from demo.posts import Post, make_pastes, make_topics

if TYPE_CHECKING:
    import socket

    from starlette.requests import Request

TOPICS_A_PAGE = 5
PAGE = """<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>{body}</body></html>"""


def paste_site(pastes: list[Post]) -> Starlette:
    """A list page with the newest paste first, and each paste raw, without a charset, as such sites do."""

    def list_page(_request: Request) -> Response:
        rows = "".join(
            f'<li><a href="/p/{number}">{html.escape(paste.title)}</a>'
            f' <span class="author">{html.escape(paste.author)}</span>'
            f' <time datetime="{paste.at.isoformat()}">{paste.at:%Y-%m-%d %H:%M}</time></li>'
            for number, paste in reversed(list(enumerate(pastes, 1)))
        )
        return _page("paste", f'<ul class="pastes">{rows}</ul>')

    def raw(request: Request) -> Response:
        paste = _nth(pastes, request)
        return Response(paste.body, headers={"content-type": paste.media_type})

    return Starlette(routes=[Route("/", list_page), Route("/p/{number:int}", raw), _robots()])


def forum_site(topics: list[list[Post]]) -> Starlette:
    """A board with the topic of the latest post first, on pages, and each topic with its posts."""
    order = sorted(range(len(topics)), key=lambda index: topics[index][-1].at, reverse=True)

    def board(request: Request) -> Response:
        page = int(request.query_params.get("page", "1"))
        shown = order[(page - 1) * TOPICS_A_PAGE : page * TOPICS_A_PAGE]
        if not shown:
            raise HTTPException(404)
        rows = "".join(
            f'<div class="topic"><a class="title" href="/topic/{index + 1}">{html.escape(topics[index][0].title)}</a>'
            f' <span class="count">{len(topics[index])}</span>'
            f' <time datetime="{topics[index][-1].at.isoformat()}">{topics[index][-1].at:%Y-%m-%d %H:%M}</time></div>'
            for index in shown
        )
        more = (
            f'<a class="next" rel="next" href="/?page={page + 1}">次へ</a>' if page * TOPICS_A_PAGE < len(order) else ""
        )
        return _page("掲示板", rows + more)

    def topic(request: Request) -> Response:
        posts = _nth(topics, request)
        articles = "".join(
            f'<article class="post" id="p{number}"><span class="author">{html.escape(post.author)}</span>'
            f' <time datetime="{post.at.isoformat()}">{post.at:%Y-%m-%d %H:%M}</time>'
            f'<div class="body">{html.escape(post.body.decode()).replace(chr(10), "<br>")}</div></article>'
            for number, post in enumerate(posts, 1)
        )
        return _page(posts[0].title, articles)

    return Starlette(routes=[Route("/", board), Route("/topic/{number:int}", topic), _robots()])


def _robots() -> Route:
    return Route("/robots.txt", lambda _request: PlainTextResponse("User-agent: *\nAllow: /\n"))


def _page(title: str, body: str) -> Response:
    return HTMLResponse(PAGE.format(title=html.escape(title), body=body))


T = TypeVar("T")


def _nth(items: list[T], request: Request) -> T:
    number = int(request.path_params["number"])
    if not 1 <= number <= len(items):
        raise HTTPException(404)
    return items[number - 1]


async def serve_sites(apps: list[tuple[Starlette, socket.socket]]) -> None:
    """Serve sites, each on a socket of its own, until the parent process is gone."""
    servers = [uvicorn.Server(uvicorn.Config(app, log_level="error")) for app, _ in apps]
    serving = [server.serve([listens]) for server, (_, listens) in zip(servers, apps, strict=True)]
    parent = os.getppid()

    async def until_orphaned() -> None:
        while os.getppid() == parent and not any(server.should_exit for server in servers):  # noqa: ASYNC110  # nothing tells us
            await asyncio.sleep(0.5)
        for server in servers:
            server.should_exit = True

    await asyncio.gather(until_orphaned(), *serving)


if __name__ == "__main__":
    carrier = make_carrier()
    both = paste_site(make_pastes(carrier)), forum_site(make_topics(carrier))
    asyncio.run(serve_sites(list(zip(both, map(inherited, sys.argv[1:]), strict=True))))
