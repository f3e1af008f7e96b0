"""`hinomi demo`: a made-up carrier and the whole path, on this machine alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.language import say

if TYPE_CHECKING:
    from cli.context import Context


@click.command()
@click.option("--once", is_flag=True, help="End after the alerts instead of serving the web pages.")
@click.option(
    "--case", "case", type=click.Choice(["drip", "night"]), help="Play a case, from the lending to the filed report."
)
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the web pages; 0 takes a free one.")
@click.pass_context
def demo(click_ctx: click.Context, case: str | None, port: int | None, *, once: bool) -> None:
    """A made-up carrier, live local sites: sweep, match, incidents, alerts, web pages."""
    from cli.watch.serve import serve
    from demo.run import PEOPLE, run_demo, serving_sites

    ctx: Context = click_ctx.obj
    if case:
        _play(click_ctx, case, port, once=once)
        return
    run_demo(ctx)
    if once:
        return
    names = ", ".join(login for login, _, _ in PEOPLE)
    ctx.talk.print(say("demo.colleagues", names=names))
    with serving_sites(ctx):
        click_ctx.invoke(serve, port=port, open_browser=False, no_scheduler=False, as_json=False)


def _play(click_ctx: click.Context, case: str, port: int | None, *, once: bool) -> None:
    """One of the two cases, and then its pages."""
    from cli.watch.serve import serve
    from demo.cases.playing import play_case
    from demo.cases.stage import CAST

    ctx: Context = click_ctx.obj
    play_case(ctx, case)
    if once:
        return
    ctx.talk.print(say("demo.colleagues", names=", ".join(CAST)))
    click_ctx.invoke(serve, port=port, open_browser=False, no_scheduler=True, as_json=False)
