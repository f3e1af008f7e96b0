"""Slack, by slack-sdk: posts, updates in place, replies in threads, and looks before it posts a second time.

Slack has no idempotency keys. So a message carries its uuid in its metadata, and whatever may have arrived (a dropped
connection, a time-out, a server error) is first looked for in the channel's history or the thread's replies. For the
same reason the handlers that slack-sdk offers may not repeat a post by themselves unless it certainly never arrived.
"""

from __future__ import annotations

from datetime import timedelta
from http.client import HTTPException
from socket import gaierror
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler
from slack_sdk.http_retry.builtin_handlers import ServerErrorRetryHandler

from alerts.blocks import detail_blocks, notice_blocks, parent_blocks
from alerts.channels.interface import Channel, Outgoing, Receipt
from alerts.errors import GoneError, NotSentError, UncertainError
from alerts.models import DETAIL, NOTICE, PARENT, UPDATE
from core.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk.http_retry.handler import RetryHandler
    from slack_sdk.web import SlackResponse

    from alerts.messages import Alert, Notice
    from core.sections.alerts import SlackSettings
    from core.settings import Settings

EVENT_TYPE = "hinomi_message"
TIMEOUT_S = 15
LONGEST_SLEEP_S = 30.0  # a longer Retry-After goes back to the outbox instead of holding its lease
RATE_LIMIT = 429
SERVER_ERROR = 500
CLOCKS_DIFFER = timedelta(minutes=5)
PAGE = 200
PAGES = 20
GONE = frozenset({"message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed"})
MAY_HAVE_WORKED = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
MAY_NOT_LOOK = frozenset({"missing_scope", "not_allowed_token_type", "not_in_channel", "channel_not_found"})

log = get_logger()


class SlackChannel(Channel):
    """Posts into one Slack channel."""

    name: ClassVar[str] = "slack"
    rank: ClassVar[int] = 1

    def __init__(self, settings: SlackSettings) -> None:
        self._channel = settings.channel
        self._has_buttons = settings.is_answered
        self._client = WebClient(
            token=settings.token.get_secret_value(),
            base_url=settings.base_url,
            timeout=TIMEOUT_S,
            retry_handlers=retry_handlers(),
        )

    @classmethod
    def from_settings(cls, settings: Settings) -> Channel | None:
        """When token and channel are set."""
        return cls(settings.alerts.slack) if settings.alerts.slack.is_set_up else None

    def compose(self, kind: str, alert: Alert) -> dict[str, Any]:
        """Blocks, checked against Slack's limits."""
        return detail_blocks(alert) if kind == DETAIL else parent_blocks(alert, has_buttons=self._has_buttons)

    def compose_notice(self, notice: Notice) -> dict[str, Any]:
        """Blocks, checked against Slack's limits."""
        return notice_blocks(notice)

    def send(self, message: Outgoing) -> Receipt:
        """Post, reply or update."""
        payload = dict(message.payload) | {"unfurl_links": False, "unfurl_media": False}
        try:
            if message.kind == UPDATE:
                answer = self._client.chat_update(
                    channel=message.place or self._channel, ts=message.thread, **message.payload
                )
            else:
                answer = self._client.chat_postMessage(
                    channel=message.place or self._channel,
                    thread_ts=message.thread or None,
                    metadata={"event_type": EVENT_TYPE, "event_payload": {"id": message.uuid}},
                    **payload,
                )
        except SlackApiError as error:
            raise _understood(error) from None
        except (OSError, HTTPException, ValueError) as error:
            raise _broken(error) from None
        return Receipt(str(answer["ts"]), str(answer.get("channel") or self._channel))

    def find(self, message: Outgoing) -> Receipt | None:
        """Look for the message in the channel's history, or in its thread; an update is simply made again."""
        if message.kind == UPDATE:
            return None
        try:
            for post in self._posts(message):
                metadata = post.get("metadata") or {}
                if (
                    metadata.get("event_type") == EVENT_TYPE
                    and metadata.get("event_payload", {}).get("id") == message.uuid
                ):
                    return Receipt(str(post["ts"]), message.place or self._channel)
        except SlackApiError as error:
            if _code(error.response) not in MAY_NOT_LOOK:
                raise NotSentError(f"Slack does not tell whether it has the message: {_code(error.response)}") from None
            log.warning("alert.cannot_look", channel=self.name, reason=_code(error.response))
        except (OSError, HTTPException, ValueError) as error:
            raise NotSentError(f"Slack cannot be asked for the message: {type(error).__name__}") from None
        return None

    def _posts(self, message: Outgoing) -> Iterator[dict[str, Any]]:
        asked: dict[str, Any] = {
            "channel": message.place or self._channel,
            "oldest": f"{(message.tried_at - CLOCKS_DIFFER).timestamp():.6f}",
            "include_all_metadata": True,
            "limit": PAGE,
        }
        for _ in range(PAGES):
            if message.kind in {PARENT, NOTICE}:
                answer = self._client.conversations_history(**asked)
            else:
                answer = self._client.conversations_replies(ts=message.thread, **asked)
            yield from answer.get("messages") or []
            asked["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not asked["cursor"]:
                return


class _Connection(ConnectionErrorRetryHandler):
    """Tries again when the connection breaks; a post only when it certainly never left."""

    def _can_retry(self, *, state: Any, request: Any, response: Any = None, error: Exception | None = None) -> bool:
        if _is_post(request) and not _never_left(error):
            return False
        return super()._can_retry(state=state, request=request, response=response, error=error)


class _ServerError(ServerErrorRetryHandler):
    """Tries again when Slack has an error of its own; never a post, which may stand in the channel all the same."""

    def _can_retry(self, *, state: Any, request: Any, response: Any = None, error: Exception | None = None) -> bool:
        if _is_post(request):
            return False
        return super()._can_retry(state=state, request=request, response=response, error=error)


class _RateLimit(RateLimitErrorRetryHandler):
    """Waits as long as Slack asks for, when that is short."""

    def _can_retry(self, *, state: Any, request: Any, response: Any = None, error: Exception | None = None) -> bool:
        may = super()._can_retry(state=state, request=request, response=response, error=error)
        return may and _retry_after(response.headers) <= LONGEST_SLEEP_S


def retry_handlers() -> list[RetryHandler]:
    """For broken connections, rate limits and server errors; slack-sdk has only the first of them on by default."""
    return [_Connection(max_retry_count=2), _RateLimit(max_retry_count=3), _ServerError(max_retry_count=2)]


def _is_post(request: Any) -> bool:
    return str(request.url).endswith("chat.postMessage")


def _never_left(error: Exception | None) -> bool:
    reason = error.reason if isinstance(error, URLError) else error
    return isinstance(reason, ConnectionRefusedError | gaierror)


def _understood(error: SlackApiError) -> Exception:
    """What Slack's answer says about the message; codes alone, never the text of an answer."""
    code, status = _code(error.response), int(error.response.status_code or 0)
    if status == RATE_LIMIT or code == "ratelimited":
        return NotSentError("Slack asks for patience", retry_after_s=_retry_after(error.response.headers))
    if status >= SERVER_ERROR or code in MAY_HAVE_WORKED or " " in code:
        return UncertainError(f"Slack failed with {status}")
    if code in GONE:
        return GoneError(f"Slack does not find what the message belongs to: {code}")
    return NotSentError(f"Slack refused the message: {code}")


def _broken(error: Exception) -> Exception:
    if _never_left(error):
        return NotSentError(f"Slack cannot be reached: {type(error).__name__}")
    return UncertainError(f"the connection to Slack broke: {type(error).__name__}")


def _code(response: SlackResponse) -> str:
    answer = response.data if isinstance(response.data, dict) else {}
    return str(answer.get("error") or "no answer")


def _retry_after(headers: Any) -> float:
    found = next((value for name, value in dict(headers).items() if name.lower() == "retry-after"), "1")
    first = found[0] if isinstance(found, list) else found
    return float(first) if str(first).isdigit() else 1.0
