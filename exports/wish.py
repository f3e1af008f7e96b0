"""What somebody wants to take away: of which incidents, narrowed by which searches, in which form. Plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from core.query.terms import MOST_CHARACTERS
from exports.errors import ExportError
from exports.formats import load_formats
from exports.lists import LISTS

if TYPE_CHECKING:
    from collections.abc import Mapping

REASON_LENGTH: Final = 2000


@dataclass(frozen=True, slots=True)
class ExportWish:
    """An export that is asked for.

    Attributes:
        form: The name of a format.
        incident_id: Of which incident, with what was merged into it; none for those that the searches find.
        events: A search over timelines: the events that are taken, and without ``incident_id`` whose incidents.
        documents: A search over documents: those that are taken.
        chosen: Of a format with lists, which one; empty for all that it can hold.
        reveal: Whether values are in it.
        reason: Why it is taken away.
        recipient: The age recipient (``age1…``) that it is encrypted to; empty for nobody.
        language: Of its sentences.
        push: Whether the MISP server is told of it, too.
    """

    form: str
    incident_id: int | None = None
    events: str = ""
    documents: str = ""
    chosen: str = ""
    reveal: bool = False
    reason: str = ""
    recipient: str = ""
    language: str = "en"
    push: bool = False

    def check(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ExportError: It says what.
        """
        formats = load_formats()
        if self.form not in formats:
            raise ExportError("no_format", form=self.form, known=", ".join(sorted(formats)))
        if self.incident_id is None and not self.events.strip() and not self.documents.strip():
            raise ExportError("nothing_chosen")
        if max(len(self.events), len(self.documents)) > MOST_CHARACTERS:
            raise ExportError("search_long", limit=MOST_CHARACTERS)
        if self.reveal and not self.reason.strip():
            raise ExportError("no_reason")
        if self.chosen and (self.chosen not in LISTS or not formats[self.form].has_lists):
            raise ExportError("no_list", chosen=self.chosen, known=", ".join(LISTS))
        if self.chosen == "customers" and self.incident_id is None:
            raise ExportError("customers_of_one")
        if self.push and (self.form != "misp" or self.recipient):
            raise ExportError("push_misp_alone")
        if self.recipient:
            check_recipient(self.recipient)

    @property
    def file_name(self) -> str:
        """What its file is called."""
        about = "search" if self.incident_id is None else f"incident-{self.incident_id}"
        suffix = f"-{self.chosen}" if self.chosen else ""
        return f"hinomi-{about}{suffix}{load_formats()[self.form].suffix}{'.age' if self.recipient else ''}"

    def as_data(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> ExportWish:
        """As it was kept."""
        return cls(**data)


def check_recipient(recipient: str) -> None:
    """Refuse what nothing can be sealed to.

    Raises:
        ExportError: It is no recipient of age.
    """
    import pyrage

    try:
        pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise ExportError("no_recipient", recipient=recipient[:80]) from None
