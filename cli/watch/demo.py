"""`hinomi demo`: a made-up carrier and the whole path, on this machine alone."""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING

import click

from cli.language import say

if TYPE_CHECKING:
    from cli.context import Context


@click.command()
@click.option("--once", is_flag=True, help="End after the alerts instead of serving the web pages.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the web pages; 0 takes a free one.")
@click.option(
    "--case", type=click.Choice(["drip", "night"]), help="A whole case, up to filed reports: eight years, or one night."
)
@click.pass_context
def demo(click_ctx: click.Context, port: int | None, case: str | None, *, once: bool) -> None:
    """A made-up carrier, live local sites: sweep, match, incidents, alerts, web pages."""
    from cli.watch.serve import serve
    from demo.run import PEOPLE, run_demo, serving_sites

    ctx: Context = click_ctx.obj
    if case is not None:
        _tell_case(click_ctx, case, port, once=once)
        return
    run_demo(ctx)
    if once:
        return
    names = ", ".join(login for login, _, _ in PEOPLE)
    ctx.talk.print(say("demo.colleagues", names=names))
    with serving_sites(ctx):
        click_ctx.invoke(serve, port=port, open_browser=False, no_scheduler=False, as_json=False)


def _tell_case(click_ctx: click.Context, case: str, port: int | None, *, once: bool) -> None:
    """One of the two cases, and then the pages: that of the incident is told with them."""
    from click.core import ParameterSource

    from cli.context import Context as World
    from cli.language import use_language
    from cli.watch.serve import serve
    from core.settings import DEFAULT_SETTINGS, HOME_VARIABLE, SETTINGS_FILE
    from demo.cases.places import show_places
    from demo.cases.telling import tell_case
    from demo.ports import free_port

    if click_ctx.find_root().params.get("home") is None and HOME_VARIABLE not in os.environ:
        click_ctx.obj = World(f"hinomi-home-{case}")  # beside the home of the ordinary demo
    ctx: Context = click_ctx.obj
    given = click_ctx.find_root().get_parameter_source("lang")
    if given is ParameterSource.DEFAULT and not (ctx.folder / SETTINGS_FILE).exists():
        use_language(tomllib.loads(DEFAULT_SETTINGS)["language"])  # that of the settings which are about to be made
    story, told = tell_case(ctx, case)
    chosen = ctx.settings.web.port if port is None else free_port(port, 0.0)
    show_places(story, told, f"http://{ctx.settings.web.host}:{chosen}")
    if once:
        story.say("look.serve", home=ctx.folder)
        return
    click_ctx.invoke(serve, port=chosen, open_browser=False, no_scheduler=False, no_sweeps=True, as_json=False)
