"""Sources: the sites to sweep, from a TOML file; every problem of the file in one message."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SkipValidation, ValidationError, field_validator

import crawler.engines
from core.plugins import load_plugins
from crawler.access.options import LoginOptions
from crawler.access.secrets import NAME as SECRET_NAME
from crawler.engines.interface import EngineOptions, SiteEngine
from crawler.errors import SourcesError
from crawler.polite.reach import is_private_host
from crawler.software.dialect_files import HOME_FOLDER, find_dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_EVERY = re.compile(r"(\d{1,5})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
HINT = "Engines and their options: docs/engines.md; dialects: docs/sources.md."
PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


def read_interval(text: object) -> timedelta:
    """A schedule as it is written: ``30s``, ``15m``, ``6h``, ``1d``."""
    if isinstance(text, timedelta):
        return text
    found = _EVERY.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found or not int(found[1]):
        raise ValueError('expected a number and s, m, h or d, like "15m"')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


class Source(BaseModel):
    """One site to sweep."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    name: str
    engine: str = Field(description="the kind of software")
    url: str = Field(description="the list, board or feed to begin with")
    every: Annotated[timedelta, BeforeValidator(read_interval)] = Field(
        default=timedelta(minutes=15), description="how often it is swept: a number and s, m, h or d"
    )
    delay_s: float | None = Field(default=None, ge=0, description="pause between requests; default: [crawler] delay_s")
    proxy: str = Field(default="", description="http, https, socks5 or socks5h address; names are resolved by it")
    hosts: tuple[str, ...] = Field(default=(), description="other hosts of the same site, like one for raw text")
    private: bool = Field(
        default=False,
        description="its name may lead to a private network, or to this machine",
    )
    secrets: tuple[str, ...] = Field(default=(), description="names of secrets that headers and queries may hold")
    login: LoginOptions | None = Field(default=None, description="how we get in, as a table of its own")
    cookies: bool = Field(default=False, description="keep cookies while a sweep lasts, for sites that need them")
    javascript: bool = Field(default=False, description="pages are made by a browser first, which costs seconds a page")
    max_rendered_pages: int = Field(default=100, gt=0, description="of these in one sweep; the rest waits")
    mentions: bool = Field(
        default=False, description="it lists victims: posts that name us or a processor of ours are told"
    )
    follow: tuple[str, ...] = Field(
        default=(), description="hosts of pastes and files: what posts link to there is fetched, one step deep"
    )
    purpose: str = Field(default="", description="what we read it for; kept with each capture, as the legal basis is")
    legal_basis: str = Field(default="", description="why we may read it, and when that was checked")
    enabled: bool = Field(default=True, description="whether it is swept")
    note: str = Field(default="", max_length=500, description="what people should know of it; stands on its page")
    options: SkipValidation[EngineOptions]

    @field_validator("url")
    @classmethod
    def _without_password(cls, url: str) -> str:
        if urlsplit(url).password:
            raise ValueError("expected an address without a password: that is a secret, under a name")
        return url

    @field_validator("proxy")
    @classmethod
    def _proxy_address(cls, proxy: str) -> str:
        if proxy and (urlsplit(proxy).scheme not in PROXY_SCHEMES or not urlsplit(proxy).hostname):
            raise ValueError(f"expected an address with one of {', '.join(PROXY_SCHEMES)}")
        return proxy

    @property
    def allows_private(self) -> bool:
        """Whether its hosts may be on a private network: it says so, or its own address does."""
        return self.private or is_private_host(urlsplit(self.url).hostname or "")

    @property
    def reads(self) -> str:
        """A short code of what decides how pages are read: address, engine, and the options but for limits."""
        told = {name: value for name, value in self.options.model_dump(mode="json").items() if "max_" not in name}
        told |= {"engine": self.engine, "url": self.url}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    @field_validator("secrets")
    @classmethod
    def _are_names(cls, secrets: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [name for name in secrets if not SECRET_NAME.fullmatch(name)]:
            raise ValueError(f"expected names of secrets, small letters, digits and hyphens, not {wrong[0]!r}")
        return secrets

    @property
    def login_secrets(self) -> tuple[str, ...]:
        """Names of the secrets that the login needs."""
        return (self.login.secret,) if self.login else ()

    @property
    def host(self) -> str:
        """The host and port that the source is on."""
        return urlsplit(self.url).netloc.rpartition("@")[2].lower()


def sweep_job_name(source: str) -> str:
    """The name of a source's sweep among the jobs of the scheduler."""
    return f"sweep:{source}"


@cache
def engines() -> Mapping[str, type[SiteEngine]]:
    """Every engine, by the name it has in the file of sources."""
    return load_plugins(crawler.engines, SiteEngine)  # type: ignore[type-abstract]  # a base to look for, not to make


@dataclass(frozen=True, slots=True)
class SourcesFile:
    """What a file of sources says.

    Attributes:
        file: Its name, for messages.
        sources: Those that can be swept.
        broken: Names of those that cannot.
        problems: Why, each with its place and the value that was found.
    """

    file: str
    sources: dict[str, Source]
    broken: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()

    @property
    def complaint(self) -> SourcesError | None:
        """Every problem in one message, one a line."""
        if not self.problems:
            return None
        shown = "\n".join(f"  {problem}" for problem in self.problems)
        return SourcesError(
            f"{self.file} cannot be used:\n{shown}",
            hint=HINT,
        )


def load_sources(path: Path) -> dict[str, Source]:
    """Read the file of sources and take no less than all of it; no file means no sources.

    Raises:
        SourcesError: Every problem at once, one a line, with its place and the value that was found.
    """
    found = survey_sources(path)
    if found.complaint:
        raise found.complaint
    return found.sources


def survey_sources(path: Path) -> SourcesFile:
    """Read the file of sources and take what is good in it: one broken table stops no other source.

    Raises:
        SourcesError: It cannot be read at all.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return SourcesFile(str(path), {})
    except (OSError, UnicodeDecodeError) as error:
        raise SourcesError(f"{path} cannot be read: {type(error).__name__}", hint="It is TOML in UTF-8.") from None
    return _survey(text, str(path), path.parent / HOME_FOLDER)


def read_sources(text: str, file: str, dialects: Path | None = None) -> dict[str, Source]:
    """The sources of a TOML text, all of them; ``file`` is named in messages, ``dialects`` is the home's folder."""
    found = _survey(text, file, dialects)
    if found.complaint:
        raise found.complaint
    return found.sources


def _survey(text: str, file: str, dialects: Path | None) -> SourcesFile:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourcesError(f"{file} is not TOML: {error}") from None
    sources, problems = {}, [f"{key}: unknown; expected [sources.NAME]" for key in tables if key != "sources"]
    named = tables.get("sources", {})
    named = named if isinstance(named, dict) else {}
    for name, table in named.items():
        source, wrong = _read_source(name, table, dialects)
        problems += [f"sources.{name}.{problem}" for problem in wrong]
        if source:
            sources[name] = source
    return SourcesFile(file, sources, frozenset(named) - frozenset(sources), tuple(problems))


def _read_source(name: str, table: object, dialects: Path | None) -> tuple[Source | None, list[str]]:
    if not isinstance(table, dict):
        return None, ["expected a table"]
    problems = [] if NAME.fullmatch(name) else ["name: expected small letters, digits and hyphens"]
    engine = engines().get(str(table.get("engine")))
    options: EngineOptions | None = None
    problems += _address_problems(engine or SiteEngine, table.get("url"))
    if engine is None:
        problems.append(f"engine: no such engine (found {table.get('engine')!r}; there are {', '.join(engines())})")
    else:
        options, wrong = _read_options(engine, table.get("options", {}), dialects)
        problems += wrong
    try:
        source = Source(**{**table, "name": name, "options": options or EngineOptions(), "engine": str(engine)})
    except ValidationError as error:
        return None, [*problems, *_problems(error)]
    except TypeError:
        return None, [*problems, "expected names and values"]
    return (None if problems else source.model_copy(update={"engine": table["engine"]})), problems


def _address_problems(engine: type[SiteEngine], url: object) -> list[str]:
    """Whether an address is one that the engine can begin at; a missing one is told elsewhere."""
    if not isinstance(url, str):
        return []
    try:
        parts = urlsplit(url)
    except ValueError:
        return [f"url: no address that can be read (found {url.rpartition('@')[2]!r})"]
    is_on_a_host = bool(parts.hostname) or not engine.on_a_host
    if parts.scheme in engine.schemes and is_on_a_host:
        return []
    shown = " or ".join(engine.schemes)
    return [f"url: expected an address of {shown}, like {engine.address_example} (found {url.rpartition('@')[2]!r})"]


def _read_options(
    engine: type[SiteEngine], given: object, dialects: Path | None
) -> tuple[EngineOptions | None, list[str]]:
    if not isinstance(given, dict):
        return None, ["options: expected a table"]
    try:
        defaults = _defaults(engine, given.get("dialect", ""), dialects)
        return engine.Options(**{**defaults, **given}), []
    except ValidationError as error:
        return None, [f"options.{problem}" for problem in _problems(error)]
    except ValueError as error:
        return None, [f"options.dialect: {error}"]


def _defaults(engine: type[SiteEngine], name: object, dialects: Path | None) -> Mapping[str, Any]:
    """The options that a dialect brings.

    Raises:
        ValueError: There is no such dialect, or it is one of another engine.
    """
    if not name:
        return {}
    dialect = find_dialect(str(name), dialects)
    if dialect.engine != engine.name:
        raise ValueError(f"{dialect.name!r} is one of {dialect.engine}, not of {engine.name}")
    return dialect.options


def _problems(error: ValidationError) -> Iterator[str]:
    for one in error.errors():
        place = ".".join(str(part) for part in one["loc"]) or "options"
        found = f" (found {one['input']!r})" if one["loc"] and one["type"] != "missing" else ""
        # An address may carry a password.
        yield f"{place}: {one['msg']}{'' if '@' in found else found}"
