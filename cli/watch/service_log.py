"""What happens while `hinomi serve` runs: JSON for machines, and at a terminal sentences for whoever watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from cli.language import say
from core.clock import SystemClock, local
from core.logs import RotatedLog, configure_logs
from crawler.sources import sweep_job_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cli.context import Context

FILE: Final = "logs/serve.log"
"""In the home folder."""
SENTENCES: Final = {
    "job.failed": "job_failed", "scheduler.job_not_started": "job_failed", "alert.sent": "alert_sent",
    "alert.not_sent": "alert_not_sent", "settings.changed": "settings_changed",
}  # fmt: skip
GRAVE: Final = frozenset({"warning", "error", "critical"})
_FIELDS: Final = ("event", "job", "state", "message_id", "channel", "name")


@contextmanager
def service_log(ctx: Context, log_format: str) -> Iterator[None]:
    """Say on stderr what happens: as JSON, or where people read it in sentences, the JSON going to a file."""
    if log_format != "auto" or not ctx.talk.is_terminal:
        configure_logs()
        yield
        return
    file = ctx.settings.home / FILE
    log = RotatedLog(file)
    configure_logs(log, tell=lambda event: _tell(ctx, event))
    ctx.talk.print(say("serve.logs", file=file), markup=False, soft_wrap=True)
    try:
        yield
    finally:
        configure_logs(level="WARNING")
        log.close()


def sentence_of(event: Mapping[str, Any], at: str) -> str:
    """What a record is for people who watch; empty for what only machines want.

    Args:
        event: As it is logged.
        at: When, as it is shown.
    """
    name = str(event.get("event", ""))
    values = {field: event.get(field, "") for field in _FIELDS} | {"at": at}
    if name == "job.ended" and str(values["job"]).startswith(sweep_job_name("")):
        return say("serve.swept", **values)
    if name in SENTENCES:
        return say(f"serve.{SENTENCES[name]}", **values)
    return say("serve.something", **values) if event.get("level") in GRAVE else ""


def _tell(ctx: Context, event: Mapping[str, Any]) -> None:
    at = f"{local(SystemClock().now(), ctx.settings.zone):%H:%M:%S}"
    if said := sentence_of(event, at):
        ctx.talk.print(said, markup=False, soft_wrap=True)
