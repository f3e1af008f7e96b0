"""How grave a leak is: a rule that a person can check by hand.

The steps by number follow 個人情報保護法施行規則 7条, which makes more than 1,000 people reportable by
number alone; 10 and 100 are our own steps below it, so that a list stands above a single post. A leak that lets a
stranger reach somebody and pass for somebody who knows him (a name with a phone number or e-mail, and an address or
birth date) counts one step more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVELS = ("low", "medium", "high", "critical")
REPORTABLE_BY_NUMBER = 1000  # "more than": 施行規則 7条 4号
STEPS = (10, 100, REPORTABLE_BY_NUMBER + 1)
_NAMES, _REACH, _PLACE = ("name", "kana"), ("phone", "email"), ("address", "birth_date")


def severity(subjects: int, fields: Mapping[str, int], *, among_others: bool = False) -> str:
    """One of `LEVELS`, from the number of our customers and the kinds of values that were exposed.

    Args:
        subjects: Our customers.
        fields: How many of them each kind was exposed of.
        among_others: They stand in somebody else's list, which counts one step less: the values need not come from us.
    """
    level = sum(subjects >= step for step in STEPS)
    if all(any(fields.get(kind, 0) for kind in kinds) for kinds in (_NAMES, _REACH, _PLACE)):
        level += 1
    return LEVELS[max(min(level, len(LEVELS) - 1) - among_others, 0)]
