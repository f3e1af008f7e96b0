"""本人への通知: the letter to customers, 個人情報の保護に関する法律 26条2項, 施行規則 10条, with the list of whom.

The numbers stand in no version: the list is unsealed when somebody who may takes it away, with a second person.
"""

from __future__ import annotations

from reports.forms.interface import Form, ItemPlan
from reports.tellers import happening, measures


class CustomerNotice(Form):
    """本人への通知."""

    name = "customers"
    place = 6
    clocks = ("jp-appi-people/people", "eu-gdpr-people/people")
    cites = False
    lists_people = True
    items = (
        ItemPlan("letter", (happening.letter,), ("letter",)),
        ItemPlan("data", (), ("letter_data",)),
        ItemPlan("cause", (), ("letter_cause",)),
        ItemPlan("secondary", (), ("letter_secondary",)),
        ItemPlan("measures", (), ("letter_measures",)),
        ItemPlan("ask_us", (happening.customer_contact,)),
        ItemPlan("addressees", (measures.addressees, measures.listed), is_inside=True),
    )
