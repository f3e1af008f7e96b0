"""`hinomi sources`: which sites are swept, how they do, and whether one can be."""

from __future__ import annotations

import signal
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from cli.language import CommandError, say
from cli.tables import add_row, headed

if TYPE_CHECKING:
    from cli.context import Context
    from crawler.models import Sweep
    from crawler.sources import Source

TRIAL_FAILED = 3
TRIAL_LIMIT_S = 300


@click.group()
def sources() -> None:
    """The sites that are swept."""


@sources.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per source on stdout.")
@click.pass_obj
def list_sources(ctx: Context, *, as_json: bool) -> None:
    """Every source with its engine, schedule, last sweep and yield."""
    from crawler.run import latest_sweep

    rows = [_row(one, latest_sweep(ctx.database, one.name)) for one in ctx.sources.values()]
    if as_json:
        for row in rows:
            ctx.emit(row)
        return
    table = headed("source", "engine", "every", "last_sweep", "state", "new", "places", "reason", fold=("reason",))
    for row in rows:
        shown = ("source", "engine", "every", "last_sweep_at", "state", "new_documents", "documents", "reason")
        add_row(table, *("" if row[name] is None else row[name] for name in shown))
    ctx.talk.print(table if rows else say("sources.none_in", path=ctx.settings.sources_path))


def _row(source: Source, last: Sweep | None) -> dict[str, Any]:
    from crawler.health import interval_text

    return {
        "source": source.name,
        "engine": source.engine,
        "url": source.url,
        "every": interval_text(source.every),
        "enabled": source.enabled,
        "last_sweep_at": last.started_at.isoformat(timespec="seconds") if last else None,
        "state": last.state if last else None,
        "reason": last.reason if last else None,
        "documents": last.documents if last else None,
        "new_documents": last.new_documents if last else None,
    }


@sources.command()
@click.argument("name", metavar="NAME|URL")
@click.option("--engine", help="The kind of software: paste-list, html-forum, …; see docs/engines.md.")
@click.option("--url", help="The list or board to begin with.")
@click.option("--dialect", help="Options of known software: bepasty, spirit, …")
@click.option("--every", help="Schedule: a number and s, m, h or d; 15m unless given.")
@click.option("--delay", "delay_s", type=float, help="Seconds between two requests.")
@click.option("--proxy", help="http, https, socks5 or socks5h address.")
@click.option("--private", is_flag=True, default=None, help="Its name leads to a private network, or to this machine.")
@click.option("--purpose", help="What we read it for; to find leaks of our customers' data unless given.")
@click.option("--legal-basis", help="Why we may read it, and when that was checked.")
@click.option("--option", "given", multiple=True, metavar="NAME=VALUE", help="An option of the engine; repeat.")
@click.option("--yes", is_flag=True, help="With an address: take the best proposal, ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="The source as a JSON object on stdout.")
@click.pass_obj
def add(
    ctx: Context, /, name: str, given: tuple[str, ...], dialect: str | None, *, as_json: bool, yes: bool, **table: Any
) -> None:
    """Append a source to the file of sources, if it is a good one.

    With an address alone the site is asked what it is, tried as it is recognised, and added when that collects
    something. With a name, --engine and --url say what it is.
    """
    from cli.answers import answered_for
    from cli.watch.discover import is_address, settle_address
    from crawler.adding import add_source, read_option

    options = ({"dialect": dialect} if dialect else {}) | dict(read_option(text) for text in given)
    order = ("engine", "url", "every", "delay_s", "proxy", "private", "purpose", "legal_basis")
    values = {key: table[key] for key in order if table[key] is not None}
    if not is_address(name) and not (table["engine"] and table["url"]):
        raise CommandError("name_wants")
    values.setdefault("purpose", say("sources.usual_purpose"))
    if is_address(name):
        asks = sys.stdin.isatty() and not (as_json or yes)
        name, values, options = settle_address(ctx, name, values, options, asks=asks)
    with answered_for(ctx, ctx.settings.sources_file):
        source = add_source(ctx.settings.sources_path, name, {"every": "15m"} | values, options)
    if as_json:
        ctx.emit(_row(source, None))
    ctx.talk.print(say("sources.added", name=source.name, path=ctx.settings.sources_path), markup=False)


@sources.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="What was seen as a JSON object on stdout.")
@click.pass_obj
def check(ctx: Context, name: str, *, as_json: bool) -> None:
    """Try a source: robots.txt, a list page twice, a few entries and a second page; nothing is kept.

    Shows what a sweep would collect and what speaks against it. Exits with 3 when the options do not fit the site.
    """
    from cli.watch.trials import show_trial
    from crawler.access.secrets import vault_of
    from crawler.engines._intake import intake_folder
    from crawler.trial import try_source, warnings_of

    known = ctx.sources
    if name not in known:
        raise CommandError("no_source", names=name, known=", ".join(known) or say("none_yet"))
    source = known[name]
    signal.alarm(TRIAL_LIMIT_S)
    trial = try_source(
        source, ctx.settings.crawler, vault_of(source, ctx.settings.home), intake_folder(ctx.settings.home, name)
    )
    signal.alarm(0)
    warnings = warnings_of(trial, source)
    if as_json:
        ctx.emit({**asdict(trial), "warnings": warnings, "good": trial.is_good})
    show_trial(ctx, name, trial, warnings)
    if not trial.is_good:
        sys.exit(TRIAL_FAILED)


@sources.command()
@click.argument("name")
@click.pass_obj
def off(ctx: Context, name: str) -> None:
    """Sweep a source no more; what it brought stays, and that nothing comes any more alarms nobody."""
    _switch(ctx, name, on=False)


@sources.command("on")
@click.argument("name")
@click.pass_obj
def switch_on(ctx: Context, name: str) -> None:
    """Sweep a source again that was switched off."""
    _switch(ctx, name, on=True)


def _switch(ctx: Context, name: str, *, on: bool) -> None:
    from cli.answers import answered_for
    from crawler.switches import switch_source

    with answered_for(ctx, ctx.settings.sources_file):
        switch_source(ctx.settings.sources_path, name, on=on)
    ctx.talk.print(say("sources.is_on" if on else "sources.is_off", name=name), markup=False)


@sources.command(hidden=True)
@click.argument("inquiry_id")
@click.pass_obj
def look(ctx: Context, inquiry_id: str) -> None:
    """Ask a site that somebody wants to add what it is, and try it; for the web page."""
    from cli.watch.discover import look_at_site

    look_at_site(ctx, inquiry_id)
