"""`hinomi sources add URL`: the site is asked what it is, tried as it is recognised, and added."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from cli.language import CommandError, CommandFailedError, language, say
from core.errors import HinomiError
from crawler.software.dialect_files import HOME_FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.context import Context
    from crawler.software.discovery import Discovery
    from crawler.software.inquiries import Inquiry
    from crawler.software.proposals import Proposal
    from crawler.trial import Trial


class UnknownSiteError(CommandFailedError):
    """Nothing that we know was recognised, or nothing could be asked."""


def is_address(text: str) -> bool:
    """Whether somebody gave an address instead of a name."""
    return text.startswith(("http://", "https://"))


def settle_address(
    ctx: Context, address: str, given: Mapping[str, Any], options: Mapping[str, Any], *, asks: bool
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Recognise and try a site: its name, table and options; what is not known is asked for when somebody is there.

    Raises:
        UnknownSiteError: Nothing was recognised.
        SourcesError: The source would not be a good one.
    """
    from crawler.software.dialect_files import all_dialects
    from crawler.software.discovery import discover, name_for

    ctx.talk.print(say("sources.asking", address=address), markup=False)
    dialects = all_dialects(ctx.settings.home / HOME_FOLDER)
    found = discover(address, ctx.settings.crawler, dialects, private=bool(given.get("private")))
    proposal = _chosen(ctx, found, asks=asks)
    name = name_for(proposal.address, ctx.sources)
    values = {"engine": proposal.engine, "url": proposal.address, "every": "15m"} | dict(given)
    if asks:
        name = click.prompt(say("ask.source_name"), default=name, err=True)
        values["every"] = click.prompt(say("ask.every"), default=values["every"], err=True)
        values["legal_basis"] = values.get("legal_basis") or click.prompt(say("ask.legal"), default="", err=True)
    chosen = dict(proposal.options) | dict(options)
    if asks and "zone" not in chosen:
        chosen["zone"] = click.prompt(say("ask.zone"), default="UTC", err=True)
    if proposal.dialect:
        chosen = {"dialect": proposal.dialect} | chosen
    _try_first(ctx, name, values, chosen, asks=asks)
    return name, values, chosen


def _chosen(ctx: Context, found: Discovery, *, asks: bool) -> Proposal:
    """The proposal to take: the surest, or the one that somebody chooses."""
    for problem in found.problems:
        ctx.talk.print(f"  {problem}", markup=False)
    usable = [one for one in found.proposed if one.engine]
    for number, one in enumerate(found.proposed, 1):
        brand = f" ({one.dialect})" if one.dialect else ""
        shown = say("sources.engine_at", engine=f"{one.engine}{brand}", address=one.address) if one.engine else ""
        ctx.talk.print(f"  {number}. {shown}{one.sentence(language())}", markup=False)
    if not usable:
        raise UnknownSiteError("nothing_recognised")
    if asks and len(usable) > 1:
        numbers = [str(number) for number, one in enumerate(found.proposed, 1) if one.engine]
        which = click.prompt(say("ask.which"), type=click.Choice(numbers), default=numbers[0], err=True)
        return found.proposed[int(which) - 1]
    return usable[0]


def _try_first(ctx: Context, name: str, values: Mapping[str, Any], options: Mapping[str, Any], *, asks: bool) -> None:
    """Try it before it is added; one that collects nothing is added only by somebody who says so."""
    from cli.watch.trials import show_trial
    from crawler.access.secrets import vault_of
    from crawler.adding import as_toml
    from crawler.sources import read_sources
    from crawler.trial import try_source, warnings_of

    source = read_sources(as_toml(name, values, options), "the proposal", ctx.settings.home / HOME_FOLDER)[name]
    trial: Trial = try_source(source, ctx.settings.crawler, vault_of(source, ctx.settings.home))
    show_trial(ctx, name, trial, warnings_of(trial, source))
    if trial.is_good:
        return
    if asks and click.confirm(say("ask.all_the_same"), default=False, err=True):
        return
    ctx.talk.print(say("sources.not_added"), markup=False)
    sys.exit(UnknownSiteError.exit_code)


def look_at_site(ctx: Context, inquiry_id: str) -> None:
    """Find out what a site of the web page's is, try the proposal that was chosen, and write down what came of it."""
    from crawler.software.inquiries import FAILED, WAITING, Inquiries

    inquiries = Inquiries(ctx.settings.home, ctx.clock)
    inquiry = inquiries.get(inquiry_id)
    if inquiry is None or inquiry.state != WAITING:
        return
    try:
        inquiries.write(_tried(ctx, inquiry) if inquiry.source else _looked_at(ctx, inquiry))
    except HinomiError as error:
        inquiries.change(inquiry, state=FAILED, message=str(error))


def _looked_at(ctx: Context, inquiry: Inquiry) -> Inquiry:
    from crawler.access.secrets import Vault
    from crawler.adding import as_toml
    from crawler.software.dialect_files import all_dialects
    from crawler.software.discovery import discover
    from crawler.software.inquiries import FOUND
    from crawler.sources import read_sources
    from crawler.trial import remarks_of, try_source

    if not inquiry.proposals:
        settings, dialects = ctx.settings, all_dialects(ctx.settings.home / HOME_FOLDER)
        found = discover(inquiry.address, settings.crawler, dialects, private=inquiry.private)
        names = ("engine", "address", "why", "shown", "dialect", "options")
        proposals = [dict(zip(names, one, strict=True)) for one in found.proposals]
        first = next((number for number, one in enumerate(proposals) if one["engine"]), 0)
        inquiry = replace(inquiry, proposals=proposals, problems=found.problems, chosen=first)
    chosen: dict[str, Any] = inquiry.proposals[inquiry.chosen] if inquiry.proposals else {"engine": ""}
    if not chosen["engine"]:
        return replace(inquiry, state=FOUND)
    table = {
        "engine": chosen["engine"],
        "url": chosen["address"],
        "private": inquiry.private,
        "legal_basis": "asked for before it is added",
    }
    options = ({"dialect": chosen["dialect"]} if chosen["dialect"] else {}) | dict(chosen["options"])
    source = read_sources(as_toml("inquiry", table, options), "the proposal", ctx.settings.home / HOME_FOLDER)[
        "inquiry"
    ]
    trial = try_source(source, ctx.settings.crawler, Vault())
    return replace(inquiry, state=FOUND, trial=asdict(trial), warnings=remarks_of(trial, source))


def _tried(ctx: Context, inquiry: Inquiry) -> Inquiry:
    """A trial of a source that we have, as `hinomi sources check` makes it."""
    from crawler.access.secrets import vault_of
    from crawler.engines._intake import intake_folder
    from crawler.software.inquiries import FOUND
    from crawler.trial import remarks_of, try_source

    source = ctx.sources.get(inquiry.source)
    if source is None:
        raise CommandError("no_source", names=inquiry.source, known=", ".join(ctx.sources) or say("none_yet"))
    home = ctx.settings.home
    trial = try_source(source, ctx.settings.crawler, vault_of(source, home), intake_folder(home, source.name))
    return replace(inquiry, state=FOUND, trial=asdict(trial), warnings=remarks_of(trial, source))
