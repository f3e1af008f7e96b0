"""What a channel is: one class in one file of this folder, found by being there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.messages import Alert, Notice
    from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way.

    Attributes:
        uuid: Travels with it, so that it can be found again.
        kind: ``parent``, ``update``, ``detail`` or ``notice``.
        payload: As the channel's own `Channel.compose` or `Channel.compose_notice` made it.
        thread: Where the incident's parent message is; empty for a parent.
        place: What the channel said about where that is.
        tried_at: When it was first tried.
    """

    uuid: str
    kind: str
    payload: dict[str, Any]
    tried_at: datetime
    thread: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a message arrived, and where it is."""

    reference: str
    place: str = ""


class Channel(ABC):
    """A way for alerts to reach people.

    Attributes:
        name: In rows, settings and logs.
        rank: The lowest one that is set up carries the alerts, the next one stands in when it keeps failing.
        is_last_resort: Used only when nothing else is set up.
    """

    name: ClassVar[str]
    rank: ClassVar[int]
    is_last_resort: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def from_settings(cls, settings: Settings) -> Channel | None:
        """The channel; none when it is not set up."""

    @abstractmethod
    def compose(self, kind: str, alert: Alert) -> dict[str, Any]:
        """The message as JSON.

        Raises:
            InvalidMessageError: The channel would refuse it.
        """

    @abstractmethod
    def compose_notice(self, notice: Notice) -> dict[str, Any]:
        """A message that belongs to no incident, as JSON.

        Raises:
            InvalidMessageError: The channel would refuse it.
        """

    @abstractmethod
    def send(self, message: Outgoing) -> Receipt:
        """Deliver a message.

        Raises:
            NotSentError: It certainly did not arrive.
            UncertainError: It may have.
            GoneError: The parent it belongs to is there no more.
        """

    def find(self, message: Outgoing) -> Receipt | None:
        """Look for a message that may have arrived; a channel that cannot look sends again.

        Raises:
            NotSentError: Nobody could be asked.
        """
        del message
        return None
