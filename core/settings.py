"""Settings: ``hinomi.toml`` in the home folder, then the environment on top; read once, all problems in one message.

An environment variable ``HINOMI_DATABASE__URL`` overrides ``url`` in the table ``[database]``. ``HINOMI_HOME`` says
where the home folder is; it is not a setting itself, because it says where the settings are.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from core.clock import DEFAULT_ZONE
from core.errors import HinomiError
from core.sections.alerts import AlertSettings
from core.sections.archive import ArchiveSettings
from core.sections.cluster import ClusterSettings
from core.sections.exports import ExportSettings
from core.sections.metrics import MetricsSettings, TelemetrySettings
from core.sections.people import PeopleSettings
from core.sections.reports import ReportSettings
from core.sections.retention import RetentionSettings
from core.sections.table import SettingsTable

SETTINGS_FILE = "hinomi.toml"
SECRETS_FILE = "secrets.toml"
HOME_VARIABLE = "HINOMI_HOME"
INDEX_FOLDER = "index"
"""In the home folder: where the index generations are."""
MIB = 1 << 20
_OWN_PLACES = """
hinomi.db hinomi.db-wal hinomi.db-shm index archive trails uploads enrolments logs accounts.csv log-heads.jsonl intake
exports cluster
"""

DEFAULT_SETTINGS = """\
# Hinomi's settings. Everything has a default; a line here or an environment variable
# (HINOMI_DATABASE__URL for [database] url) changes it.
language = "ja"                 # of alerts and reports: ja or en

[database]
# url = "postgresql://hinomi@db.example/hinomi"     # default: hinomi.db in this folder

[key]
file = "key"                    # mode 0600; or: environment = "HINOMI_KEY", or: command = ["vault", "read", "..."]
# command_environment = ["VAULT_ADDR", "VAULT_TOKEN"]   # variables that the command needs

[crawler]
# contact = "csirt@carrier.example"                 # stands in the user agent, so that a site's owner can ask

[alerts.slack]
# token = "xoxb-..."            # better: HINOMI_ALERTS__SLACK__TOKEN in the environment
# channel = "C0123456789"
# app_token = "xapp-..."        # buttons under alerts; better: HINOMI_ALERTS__SLACK__APP_TOKEN

[log]
# head_files = ["log-heads.jsonl", "/mnt/auditor/hinomi-heads.jsonl"]
# head_syslog = "syslog://loghost.example"          # or /dev/log, where that is gathered elsewhere
# authority_url = "https://tsa.example/"            # an RFC 3161 time-stamp authority
# authority_roots = "tsa-roots.pem"

[exports]
# organisation = "Example Telecom"                  # who sends, as receivers of exports read it
# misp.url = "https://misp.example"                 # key: HINOMI_EXPORTS__MISP__KEY in the environment
"""


class SettingsError(HinomiError):
    """The settings file or the environment says something that cannot be."""

    exit_code = 2


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no such time zone; expected a name like {DEFAULT_ZONE}") from None
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
"""The name of a zone of the IANA database."""


class DatabaseSettings(SettingsTable):
    """Where the rows live."""

    url: str = Field(default="", description="SQLAlchemy address; empty means hinomi.db in the home folder")
    busy_timeout_s: float = Field(default=30, gt=0, description="how long a writer waits for another one (SQLite)")


class KeySettings(SettingsTable):
    """Where the master key comes from: exactly one of the three."""

    file: str = Field(default="key", description="path, relative to the home folder; mode 0600 is enforced")
    environment: str = Field(default="", description="name of a variable that holds the key; wins over the file")
    command: list[str] = Field(default_factory=list, description="a command that prints the key; wins over both")
    command_environment: list[str] = Field(
        default_factory=list, description="names of variables that the command needs; children get no others"
    )

    @property
    def variables(self) -> list[str]:
        """Names of the variables that whoever loads the key needs."""
        return [*([self.environment] if self.environment else []), *self.command_environment]


class CrawlerSettings(SettingsTable):
    """How we behave on other people's servers, unless a source says otherwise."""

    contact: str = Field(default="", description="address or URL in the user agent")
    delay_s: float = Field(default=1.0, ge=0, description="pause between two requests to one site")
    timeout_s: float = Field(default=30, gt=0, description="for one response")
    max_body_bytes: int = Field(default=20 * MIB, gt=0, description="a longer response is cut off and reported")
    sweep_limit_s: float = Field(default=1800, gt=0, description="a sweep that takes longer is stopped and reported")
    memory_limit_mib: int = Field(default=1024, ge=128, description="a sweep that needs more is stopped and reported")
    pictures: bool = Field(default=False, description="take a picture of each place of a leak; needs a browser")
    max_retry_after_s: float = Field(default=600, gt=0, description="a longer Retry-After ends the sweep")


class IndexSettings(SettingsTable):
    """Where the index of customers is."""

    folder: str = Field(
        default=INDEX_FOLDER, description="relative to the home folder; one that several machines see, or each its own"
    )


class WatchSettings(SettingsTable):
    """What is looked for in sources that list victims, beside the names of all processors."""

    names: list[str] = Field(default_factory=list, description="our own names, as people write them")
    domains: list[str] = Field(default_factory=list, description="our own domains; what is below them counts")


class MatcherSettings(SettingsTable):
    """Bounds on one document."""

    max_document_bytes: int = Field(default=2048 * MIB, gt=0)
    max_document_s: float = Field(
        default=600, gt=0, description="a child that takes longer is ended and the document marked"
    )
    rescan: bool = Field(default=True, description="after an enrolment, look again through what is archived")


class WebSettings(SettingsTable):
    """The web pages."""

    host: str = "127.0.0.1"
    port: int = Field(default=8470, ge=0, le=65535, description="0 takes a free one")
    public_url: str = Field(default="", description="address for links in alerts; default: host and port above")
    idle_minutes: float = Field(default=60, gt=0, description="who does nothing for that long has to sign in again")


class SchedulerSettings(SettingsTable):
    """How often the scheduler looks at what is due."""

    tick_s: float = Field(default=5, gt=0)
    host: str = Field(default="", description="what this machine is called among several; default: its host name")
    lease_s: float = Field(
        default=120, gt=0, description="a job whose worker gave no sign for that long goes to another"
    )


class TrailSettings(SettingsTable):
    """Operators' access records."""

    keep_days: int = Field(default=3653, gt=0, description="ten years")
    zone: Zone | Literal[""] = Field(default="", description="where work is done; empty: where the carrier is")
    work_from_hour: int = Field(default=7, ge=0, le=23, description="before it, nobody is expected at work")
    work_until_hour: int = Field(default=22, ge=1, le=24, description="from it on, nobody is expected at work")
    bulk: int = Field(default=100, gt=0, description="taking out so many customers on a day needs a permission")
    accounts_file: str = Field(default="accounts.csv", description="declared accounts, in the home folder")
    keep_lines: bool = Field(
        default=True, description="keep the lines of logs themselves, sealed, beside their records"
    )


class LogSettings(SettingsTable):
    """The transparency log: where its signing key is, and where its signed heads go."""

    key_file: str = Field(default="log-key", description="path, relative to the home folder; mode 0600 is enforced")
    head_files: list[str] = Field(
        default_factory=lambda: ["log-heads.jsonl"],
        description="files that signed heads are appended to; best on a disk that this machine cannot rewrite",
    )
    head_syslog: str = Field(
        default="", description="a syslog that heads go to as well: /dev/log, or syslog://host:port"
    )
    head_every_h: float = Field(default=24, gt=0, description="a head is signed that often, when there is news")
    head_every_leaves: int = Field(default=1000, gt=0, description="and as soon as there are so many new leaves")
    verify_every_h: float = Field(
        default=24, ge=0, description="the service verifies the whole record that often; 0: only when asked"
    )
    post_every_h: float = Field(default=24, ge=0, description="heads go to Slack or mail no more often; 0: never")
    authority_url: str = Field(default="", description="an RFC 3161 time-stamp authority")
    authority_roots: str = Field(default="", description="file with its root certificates in PEM")
    authority_timeout_s: float = Field(default=15, gt=0)


class SiemSettings(SettingsTable):
    """Lines for a SIEM: JSON, one an event."""

    file: str = Field(default="", description="a file that lines are appended to; relative to the home folder")
    syslog: str = Field(default="", description="a syslog that they go to: /dev/log, or syslog://host:port")


class Settings(BaseSettings):
    """Everything an operator can set. Frozen; made by `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix="HINOMI_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    home: Path = Field(description="the folder that holds everything; set by --home or HINOMI_HOME")
    language: Literal["ja", "en"] = "ja"
    zone: Zone = Field(default=DEFAULT_ZONE, description="where the carrier is: the zone that days are counted in")
    sources_file: str = "sources.toml"
    database: DatabaseSettings = DatabaseSettings()
    key: KeySettings = KeySettings()
    crawler: CrawlerSettings = CrawlerSettings()
    archive: ArchiveSettings = ArchiveSettings()
    retention: RetentionSettings = RetentionSettings()
    index: IndexSettings = IndexSettings()
    watch: WatchSettings = WatchSettings()
    matcher: MatcherSettings = MatcherSettings()
    alerts: AlertSettings = AlertSettings()
    web: WebSettings = WebSettings()
    scheduler: SchedulerSettings = SchedulerSettings()
    trails: TrailSettings = TrailSettings()
    log: LogSettings = LogSettings()
    siem: SiemSettings = SiemSettings()
    metrics: MetricsSettings = MetricsSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    people: PeopleSettings = PeopleSettings()
    exports: ExportSettings = ExportSettings()
    reports: ReportSettings = ReportSettings()
    cluster: ClusterSettings = ClusterSettings()

    _toml: ClassVar[Path | None] = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The caller's word, then the environment, then the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=cls._toml)

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().resolve()

    @property
    def trail_zone(self) -> str:
        """The zone that the days of access records are counted in."""
        return self.trails.zone or self.zone

    @property
    def database_url(self) -> str:
        """The SQLAlchemy address."""
        return self.database.url or f"sqlite:///{self.home / 'hinomi.db'}"

    @property
    def index_dir(self) -> Path:
        """Where the index generations are."""
        return self.home / Path(self.index.folder).expanduser()

    @property
    def archive_dir(self) -> Path:
        """Where the WARC files are."""
        return self.home / Path(self.archive.folder).expanduser()

    @property
    def trails_dir(self) -> Path:
        """Where the trails' columnar files are."""
        return self.home / "trails"

    @property
    def log_key_path(self) -> Path:
        """Where the key is that signs tree heads."""
        return self.home / Path(self.log.key_file).expanduser()

    @property
    def head_paths(self) -> list[Path]:
        """The files that signed tree heads are appended to."""
        return [self.home / Path(name).expanduser() for name in self.log.head_files]

    @property
    def sources_path(self) -> Path:
        """The file of sources."""
        return self.home / self.sources_file

    @property
    def web_url(self) -> str:
        """The address that links in alerts begin with; no slash at the end."""
        host = f"[{self.web.host}]" if ":" in self.web.host else self.web.host
        return self.web.public_url.rstrip("/") or f"http://{host}:{self.web.port}"


def own_places(settings: Settings) -> list[Path]:
    """What is in a home folder and nobody else's business, whether or not it is there."""
    named = [
        SETTINGS_FILE,
        SECRETS_FILE,
        settings.sources_file,
        settings.key.file,
        settings.log.key_file,
        *_OWN_PLACES.split(),
    ]
    return [settings.home / name for name in dict.fromkeys(named)]


def find_home(given: str | os.PathLike[str] | None = None) -> Path:
    """The home folder: what was given, else ``HINOMI_HOME``, else ``hinomi-home`` in the present folder."""
    return Path(given or os.environ.get(HOME_VARIABLE) or "hinomi-home").expanduser().resolve()


def load_settings(home: str | os.PathLike[str] | None = None, **overrides: Any) -> Settings:
    """Read the settings of a home folder.

    Args:
        home: The folder; see `find_home`.
        overrides: Settings that win over file and environment, for tests and for the demo.

    Raises:
        SettingsError: Every problem at once, one a line, with the place and the value that was found.
    """
    folder = find_home(home)
    file = folder / SETTINGS_FILE

    class _FromFile(Settings):
        _toml: ClassVar[Path | None] = file if file.is_file() else None

    try:
        return _FromFile(home=folder, **overrides)
    except ValidationError as error:
        problems = "\n".join(f"  {_place(e['loc'])}: {e['msg']} (found {_shown(e)})" for e in error.errors())
        raise SettingsError(
            f"the settings cannot be used:\n{problems}", hint=f"Look at {file} and at variables HINOMI_... ."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{file} cannot be read: {error}", hint="It has to be TOML in UTF-8.") from None


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


def _shown(error: Any) -> str:
    """The value that failed, unless it stands where a secret may stand."""
    secret = {"url", *_secrets_in(Settings)} & {str(part) for part in error["loc"]}
    return "a secret" if secret else repr(error.get("input"))


def _secrets_in(table: type[BaseModel]) -> set[str]:
    """The names of the settings that are secrets, in a table and those inside of it."""
    names: set[str] = set()
    for name, field in table.model_fields.items():
        kind = field.annotation
        if kind is SecretStr:
            names.add(name)
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            names |= _secrets_in(kind)
    return names
