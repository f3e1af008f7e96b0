"""Slack's Socket Mode, by slack-bolt: every payload is acknowledged at once, and dealt with by a worker of its own.

Nothing before the acknowledgement asks the database, so that Slack has its answer however slow that is. What waits is
bounded; who presses when the queue is full is told so. One Hinomi of several holds the socket: a lease says which, and
only a socket that is up renews it, so that `doctor` sees one that is down.
"""

from __future__ import annotations

import re
import threading
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Any, Final

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from alerts.channels.slack import TIMEOUT_S, retry_handlers
from alerts.replies.deeds import deal_with
from alerts.replies.dialog import dismissal
from alerts.replies.presses import DIALOG, DISMISS, LEASE, PREFIX, SHORTCUT, read_button, read_dialog, read_shortcut
from core.hosts.clock import shared_now
from core.leases import give_back_lease, take_lease
from core.logs import get_logger
from core.processes.names import worker_name
from core.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.replies.deeds import Desk
    from alerts.replies.presses import Press

LEASE_S: Final = 60.0
LOOK_S: Final = 5.0
WAITING: Final = 100
STOP_S: Final = 30.0

log = get_logger()


class Hand:
    """Takes what comes back from Slack, until it is stopped."""

    def __init__(self, desk: Desk, *, look_s: float = LOOK_S) -> None:
        slack = desk.settings.alerts.slack
        self._desk, self._look_s, self._worker = desk, look_s, worker_name("replies")
        self._client = WebClient(
            token=slack.token.get_secret_value(), base_url=slack.base_url, timeout=TIMEOUT_S,
            retry_handlers=retry_handlers(),
        )  # fmt: skip
        self._app_token = slack.app_token.get_secret_value()
        self._waiting: Queue[Press] = Queue(WAITING)
        self._stop = threading.Event()
        self._socket: SocketModeHandler | None = None
        runs = {"slack-watch": self._watch, "slack-work": self._work}
        self._threads = [threading.Thread(target=run, name=name) for name, run in runs.items()]

    def start(self) -> None:
        """Begin; returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take nothing more, finish what was taken, give the lease back."""
        self._stop.set()
        for thread in self._threads:
            thread.join(STOP_S)

    def _watch(self) -> None:
        """Hold the socket while the lease is ours."""
        while not self._stop.is_set():
            try:
                self._look()
            except Exception:  # the edge of a thread that has to go on: the database or Slack may be away
                log.exception("replies.not_connected")
            self._stop.wait(self._look_s)
        self._let_go()

    def _look(self) -> None:
        if self._socket is not None and not self._socket.client.is_connected():
            return  # bolt connects anew by itself; the lease runs out meanwhile, and somebody else may try
        with self._desk.database.write() as session:
            now = shared_now(session, self._desk.clock)
            is_ours = take_lease(session, LEASE, worker=self._worker, now=now, for_s=LEASE_S)
        if is_ours and self._socket is None:
            try:
                self._connect()
            except Exception:
                self._let_go()
                raise
        elif not is_ours:
            self._close()

    def _connect(self) -> None:
        self._socket = SocketModeHandler(self._app(), self._app_token, web_client=self._client)
        self._socket.connect()  # type: ignore[no-untyped-call]  # bolt has no types there
        log.info("replies.connected")

    def _close(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.close()  # type: ignore[no-untyped-call]  # bolt has no types there

    def _let_go(self) -> None:
        self._close()
        with self._desk.database.write() as session:
            give_back_lease(session, LEASE, worker=self._worker)

    def _app(self) -> App:
        app = App(client=self._client, token_verification_enabled=False)
        app.action(re.compile(f"^{re.escape(PREFIX)}"))(self._taker(read_button))
        app.shortcut(SHORTCUT)(self._taker(read_shortcut))
        app.view(DIALOG)(self._taker(read_dialog))
        return app

    def _taker(self, read: Callable[[dict[str, Any]], Press | None]) -> Callable[..., None]:
        def take(ack: Callable[[], Any], body: dict[str, Any]) -> None:
            ack()
            press = read(body)
            if press is not None:
                self._take(press)

        return take

    def _take(self, press: Press) -> None:
        texts = load_texts("alerts", self._desk.settings.language)
        if press.deed == DISMISS and press.trigger:
            # A dialog has to open within seconds, so it waits for nobody; whether they may is asked with the reason.
            try:
                self._client.views_open(trigger_id=press.trigger, view=dismissal(press, self._desk.settings.language))
            except (SlackClientError, OSError):
                self._tell(press, texts("reply.again"))
            return
        try:
            self._waiting.put_nowait(press)
        except Full:
            self._tell(press, texts("reply.again"))

    def _work(self) -> None:
        while not (self._stop.is_set() and self._waiting.empty()):
            try:
                press = self._waiting.get(timeout=0.2)
            except Empty:
                continue
            try:
                said = deal_with(self._desk, press)
            except Exception:  # the edge of a press: the next one is another matter
                log.exception("replies.failed", deed=press.deed)
                said = load_texts("alerts", self._desk.settings.language)("reply.failed")
            if said:
                self._tell(press, said)

    def _tell(self, press: Press, text: str) -> None:
        """Answer so that nobody else sees it."""
        try:
            self._client.chat_postEphemeral(
                channel=press.channel, user=press.user, text=text, thread_ts=press.thread or None
            )
        except (SlackClientError, OSError) as error:
            log.warning("replies.not_told", deed=press.deed, error=type(error).__name__)
