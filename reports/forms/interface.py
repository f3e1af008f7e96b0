"""What a form is: its items in order, who writes, who approves, and which deadline it meets."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from core.actors import Role
from people.roles import Permission
from reports.case import CaseFile
from reports.quarter import QuarterFile
from reports.values import Known, ReportGap
from reports.words import ReportWords

Told: TypeAlias = Iterator[Known | ReportGap]
CaseTeller: TypeAlias = Callable[[CaseFile, ReportWords], Told]
QuarterTeller: TypeAlias = Callable[[QuarterFile, ReportWords], Told]
OF_THE_HOME: Final = ""


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """One item of a form.

    Attributes:
        name: Of its heading and of what a person wrote.
        tells: What the program can say of it, of an incident.
        asks: What a person must supply in any case, as keys of texts.
        of_quarter: What the program can say of it, of a quarter.
        is_inside: Whether it is for who writes alone, and never goes out.
    """

    name: str
    tells: tuple[CaseTeller, ...] = ()
    asks: tuple[str, ...] = ()
    of_quarter: tuple[QuarterTeller, ...] = ()
    is_inside: bool = False


class Form(ABC):
    """A form; its title, law and headings stand in ``texts/`` under its name.

    Attributes:
        name: How it is asked for.
        place: Where it stands among all forms, the first one first.
        language: That it is written in; empty for the home's own.
        approver: Whose approval it needs before it is filed.
        needs: What somebody needs to read it, beside seeing incidents.
        clocks: The deadlines (regime and step) that filing it may meet, the first of them usually.
        cites: Whether sources stand in what goes out.
        lists_people: Whether a list of customer numbers belongs to it.
        of_quarter: Whether it is about a quarter instead of an incident.
        items: In order.
    """

    name: ClassVar[str]
    place: ClassVar[int]
    language: ClassVar[str] = "ja"
    approver: ClassVar[Role] = Role.DATA_OWNER
    needs: ClassVar[Permission] = Permission.SEE_CASES
    clocks: ClassVar[tuple[str, ...]] = ()
    cites: ClassVar[bool] = True
    lists_people: ClassVar[bool] = False
    of_quarter: ClassVar[bool] = False
    items: ClassVar[tuple[ItemPlan, ...]]
